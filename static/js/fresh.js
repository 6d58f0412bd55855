// Keeps an opened encounter fresh: asks for it again, says as of when it is, and moves nothing under the reader's hands.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const EVERY = 30_000; // while it runs or a transcript is being written
  const TOGETHER = 20; // seconds within which pieces count as read at one time
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
    paper = null;
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
    toPaper();
    if (!waiting.delete(id) || waiting.size) return;
    const more = $("#one .fresh") ? "Refreshed, but for what is offered." : "Refreshed.";
    say(failing.size ? "Not everything could be refreshed." : more);
  };
  // Paper says when all of it was read: not by the clock of the head alone.
  let paper = null;
  const toPaper = () => {
    const times = [...read.values()];
    if (!paper || failing.size || $("#one .fresh") || Math.max(...times) - Math.min(...times) > TOGETHER) return;
    $("#one-head .printed").replaceWith(paper);
    paper = null;
  };
  const arrived = (id, epoch) => {
    read.set(id, epoch);
    answered(id);
  };
  const failed = ({ id }) => {
    const isLast = waiting.delete(id) && !waiting.size;
    if (!failing.size || isLast) say("The encounter could not be refreshed.");
    failing.add(id);
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
    // Where nobody could be reached at all, everything is asked for anew.
    const again = $(".part-refused [data-open]");
    if (again) again.click(); else refresh(true);
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
  // Where somebody listens, reads on, selects, searches, unfolds or stands, nothing moves.
  const inUse = (piece) => {
    const selection = getSelection();
    const isHeard = piece.matches("#transcript, #recordings") && [...document.querySelectorAll("audio")].some((audio) => !audio.paused || audio.currentTime);
    const under = $("#one .whose")?.getBoundingClientRect().bottom ?? 0;
    const { top, bottom } = piece.getBoundingClientRect();
    const isRead = piece.matches(".part") && top < under && bottom > under;
    return isRead || piece.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(piece, true)) || isHeard || (piece.matches(".part") && $("details[open]", piece)) || $("#find", piece)?.value;
  };
  const offer = (part, text) => {
    const more = $(".said", parsed(text))?.querySelectorAll("p").length - ($(".said", part)?.querySelectorAll("p").length ?? 0);
    let button = $(".fresh", part);
    if (!button) {
      button = Object.assign(document.createElement("button"), { type: "button", className: "fresh" });
      button.addEventListener("click", () => htmx.trigger(part, "refresh", { byHand: true, shows: true }));
      $(".part-head h3", part).after(button);
    }
    const what = more > 0 ? `Show ${more} new sentence${more > 1 ? "s" : ""}` : "Show what is new";
    if (button.textContent === what) return;
    button.textContent = what;
    say(`${plain($(".part-head h3", part))}: ${what}.`);
  };
  const words = (selector, root) => plain($(selector, root));
  const plain = (element) => element?.textContent.replace(/\s+/g, " ").trim();
  // Of what happened, without how long ago that is.
  const told = (root) => {
    const event = $(".event", root)?.cloneNode(true);
    for (const ago of event?.querySelectorAll(".moments dd span") ?? []) ago.remove();
    return plain(event);
  };
  // Whose it is stays where it is, unless that has changed.
  const renewHead = (detail, text) => {
    const fresh = parsed(text);
    const head = detail.target;
    const isSame = (selector) => words(selector, head) === words(selector, fresh);
    const event = $(".event", head);
    paper = null;
    if (isSame("#one-name") && isSame(".identity")) {
      detail.shouldSwap = told(head) !== told(fresh);
      if (detail.shouldSwap && inUse(event) && !asked(detail).byHand) {
        detail.shouldSwap = false;
        answered("one-head");
        return;
      }
      Object.assign(detail, { target: event, selectOverride: ".event" });
      paper = $(".printed", fresh);
    }
    const [before, after] = [head, $("#one-head", fresh)].map((one) => one.dataset.patient);
    isAnothers = Boolean(before && after && before !== after);
    unfolded = Boolean($("details[open]", event));
    folding = $("summary", event) === document.activeElement;
    arrived("one-head", epochOf(fresh));
  };
  const renewPart = (detail, text) => {
    const { target } = detail;
    const own = `#${target.id}`;
    // What came with the page was never an answer.
    detail.shouldSwap = shown.has(target.id) ? shown.get(target.id) !== text : words(own, document) !== words(own, parsed(text));
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
  const warn = (text) => {
    $("#anothers")?.remove();
    $("#one .one-nav").after(Object.assign(document.createElement("p"), { id: "anothers", className: "notice notice-warning", textContent: text }));
    say(text);
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
  let folding = false;
  let isAnothers = false;
  let stood = "";
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!isRefresh(detail)) return;
    if (detail.target.matches("#one-head, .event")) {
      const details = $("#one-head details");
      if (unfolded && details) details.open = true;
      if (folding) $("summary", details)?.focus({ preventScroll: true });
      if (isAnothers) warn(`Corti now says that this encounter is another patient’s: ${words("#one-name")}.`);
      folding = isAnothers = false;
    }
    if (stood && detail.target.id === stood) $(`#${stood}-heading`).focus({ preventScroll: true });
    stood = "";
  });
})();
