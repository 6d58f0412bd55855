// Keeps an opened encounter fresh: asks for it again, says as of when it is, and moves nothing under the reader's hands.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const EVERY = 30_000; // while it runs or a transcript is being written
  const AFTER = 10 * 60_000; // so long after its end, for that is when the letters come
  const panel = $("#panel");
  const PIECES = "#one-head, .part";
  const isRefresh = (detail) => detail.requestConfig?.triggeringEvent?.type === "refresh";
  const asked = (detail) => detail.requestConfig?.triggeringEvent?.detail ?? {};
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
  const say = (text) => $("#announcement")?.replaceChildren(text);

  // By the id of a piece: when it was read, in seconds, and the answer that it shows; which could not be read again, which
  // somebody waits for; when the encounter was last seen running.
  const read = new Map();
  const shown = new Map();
  const failing = new Set();
  const waiting = new Set();
  let ran = 0;
  document.addEventListener("encounter:left", () => {
    for (const kept of [read, shown, failing, waiting]) kept.clear();
    ran = 0;
  });

  // --- As of when: what was read longest ago -----------------------------------------------------------------------
  const tell = () => {
    const stamp = $("#one-as-of");
    if (!stamp || !read.size) return;
    const epoch = Math.min(...read.values());
    const zone = ($("#one [data-zone]") ?? $("[data-zone]"))?.dataset.zone;
    const clock = new Date(epoch * 1000).toLocaleTimeString("sv-SE", { timeZone: zone });
    stamp.dataset.epoch = epoch;
    stamp.toggleAttribute("data-failed", failing.size > 0);
    stamp.hidden = false;
    $(".age", stamp).textContent = `${failing.size ? "not refreshed since" : "as of"} ${clock}`;
    document.dispatchEvent(new Event("stamped"));
  };
  const answered = (id) => {
    failing.delete(id);
    tell();
    if (waiting.delete(id) && !waiting.size) say(failing.size ? "Not everything could be refreshed." : "Refreshed.");
  };
  const arrived = (id, epoch) => {
    read.set(id, epoch);
    answered(id);
  };
  const failed = ({ id }) => {
    if (!failing.size) say("The encounter could not be refreshed.");
    failing.add(id);
    waiting.delete(id);
    tell();
  };
  // Now, by the clock that its age goes by; but what the index kept is as old as the server says.
  const now = () => Date.now() / 1000;
  const epochOf = (root) => ("kept" in $("#one-as-of", root).dataset ? Number($("#one-as-of", root).dataset.epoch) : now());
  // The head of a page came with it.
  const begin = () => { if ($("#one-as-of[data-epoch]") && !read.size) read.set("one-head", epochOf(document)); };
  document.addEventListener("htmx:afterSwap", () => { begin(); tell(); });
  begin();

  // --- Asking again ------------------------------------------------------------------------------------------------
  const refresh = (byHand) => {
    for (const piece of document.querySelectorAll(PIECES)) {
      if (piece.matches("[aria-busy], .htmx-request")) continue;
      if (byHand) waiting.add(piece.id);
      htmx.trigger(piece, "refresh", { byHand });
    }
  };
  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !event.target.closest("#one-refresh")) return;
    event.preventDefault();
    refresh(true);
  });
  setInterval(() => {
    if (document.hidden || panel?.hasAttribute("aria-busy")) return;
    const { running, ended } = $(".event")?.dataset ?? {};
    if (running !== undefined) ran = Date.now();
    const last = Math.max(ran, Number(ended ?? 0) * 1000);
    if (Date.now() - last < AFTER || $("#transcript [data-state='processing']")) refresh(false);
  }, EVERY);
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const { type, detail: how } = detail.triggeringEvent ?? {};
    if (type === "refresh" && !how.byHand) detail.headers["X-Unattended"] = "true";
  });

  // --- Answers -----------------------------------------------------------------------------------------------------
  // Where somebody listens, selects, searches, unfolds or stands, nothing moves.
  const inUse = (piece) => {
    const selection = getSelection();
    const isHeard = piece.matches("#transcript, #recordings") && [...document.querySelectorAll("audio")].some((audio) => !audio.paused || audio.currentTime);
    return piece.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(piece, true)) || isHeard || (piece.matches(".part") && $("details[open]", piece)) || $("#find", piece)?.value;
  };
  const offer = (part, text) => {
    const more = $(".said", parsed(text))?.querySelectorAll("p").length - ($(".said", part)?.querySelectorAll("p").length ?? 0);
    let button = $(".fresh", part);
    if (!button) {
      button = Object.assign(document.createElement("button"), { type: "button", className: "fresh" });
      button.addEventListener("click", () => htmx.trigger(part, "refresh", { byHand: true, shows: true }));
      $(".part-head h3", part).after(button);
    }
    button.textContent = more > 0 ? `Show ${more} new sentence${more > 1 ? "s" : ""}` : "Show what is new";
  };
  const words = (selector, root) => $(selector, root)?.textContent.replace(/\s+/g, " ").trim();
  // Whose it is stays where it is, unless that has changed.
  const renewHead = (detail, text) => {
    const fresh = parsed(text);
    const head = detail.target;
    const isSame = (selector) => words(selector, head) === words(selector, fresh);
    const event = $(".event", head);
    if (isSame("#one-name") && isSame(".identity")) {
      detail.shouldSwap = !isSame(".event");
      if (detail.shouldSwap && inUse(event)) {
        detail.shouldSwap = false;
        answered("one-head");
        return;
      }
      Object.assign(detail, { target: event, selectOverride: ".event" });
      // Paper says when it was read.
      $(".printed", head).replaceWith($(".printed", fresh));
    }
    unfolded = Boolean($("details[open]", event));
    arrived("one-head", epochOf(fresh));
  };
  const renewPart = (detail, text) => {
    const { target } = detail;
    detail.shouldSwap = shown.get(target.id) !== text;
    if (detail.shouldSwap && inUse(target) && !asked(detail).shows) {
      detail.shouldSwap = false;
      offer(target, text);
      answered(target.id);
      return;
    }
    if (detail.shouldSwap && target.contains(document.activeElement)) stood = target.id;
    shown.set(target.id, text);
    arrived(target.id, now());
  };
  // After parts.js, which has said whether it is an answer at all.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, xhr, shouldSwap } = detail;
    if (!target.matches(PIECES)) return;
    if (isRefresh(detail) && (!shouldSwap || xhr.status >= 400)) {
      detail.shouldSwap = false;
      failed(target);
    } else if (isRefresh(detail)) (target.id === "one-head" ? renewHead : renewPart)(detail, xhr.responseText);
    else if (shouldSwap && xhr.status < 400) {
      shown.set(target.id, xhr.responseText);
      arrived(target.id, target.id === "one-head" ? epochOf(parsed(xhr.responseText)) : now());
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => { if (isRefresh(detail) && detail.target.matches(PIECES)) failed(detail.target); });
  }
  // What was unfolded in the head stays so when it comes anew, and whoever stood in a part stands at its heading.
  let unfolded = false;
  let stood = "";
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!isRefresh(detail)) return;
    if (unfolded && detail.target.matches("#one-head, .event")) $("#one-head details").open = true;
    if (stood && detail.target.id === stood) $(`#${stood}-heading`).focus({ preventScroll: true });
    stood = "";
  });
})();
