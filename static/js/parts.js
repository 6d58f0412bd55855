// The parts of an opened encounter: followed in place, told of and printed.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const panel = $("#panel");
  const ALREADY = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
  // What fresh.js asks for again, and looks after.
  const isRefresh = (detail) => detail.requestConfig?.triggeringEvent?.type === "refresh";

  // A link into another part is followed in place where that part stands on the page.
  let wanted = null;
  const follow = (part, path, hash = "") => {
    wanted = { id: part.id, hash, one: part.closest(".one") };
    part.setAttribute("aria-busy", "true");
    $(".part-refused", part)?.remove();
    htmx.ajax("GET", path, { source: part, target: part, swap: part.id === "panel" ? "innerHTML" : "outerHTML" }).catch(() => {});
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-part]");
    const part = link && document.getElementById(link.dataset.part);
    if (!part || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    follow(part, link.href.split("#")[0], link.hash);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (wanted?.id !== detail.target.id || wanted.id === "panel") return;
    const { id, hash, one } = wanted;
    const there = (hash && $(hash)) || $(`#${id}-heading`);
    wanted = null;
    // Not in another encounter that was opened since.
    if (!there || there.closest(".one") !== one) return;
    bring(there);
    there.focus({ preventScroll: true });
  });
  // What is laid out only as it comes near pushes the place away: it is brought back for some frames.
  const bring = (there, frames = 6) => {
    if (!there.isConnected) return;
    there.scrollIntoView({ block: "center" });
    if (frames) requestAnimationFrame(() => bring(there, frames - 1));
  };

  // Come for one part, which the address names: it is brought when it stands and while those above it do, unless one has
  // gone on meanwhile.
  let sought = location.hash.slice(1);
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(name, () => { sought = ""; }, { passive: true });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const part = sought ? document.getElementById(sought) : null;
    if (!part?.matches(".part:not([aria-busy])")) return;
    const heading = $(`#${sought}-heading`);
    bring(heading);
    if (detail.target.id === sought) heading.focus({ preventScroll: true });
    if (!$(".part[aria-busy]")) sought = "";
  });

  // Whatever is not what was asked for is no answer: a page of another kind, or a refusal. What stands there stays.
  const PIECES = ".part, .headline, #one-head, #panel";
  const fits = (target, text) => text.includes(target.id === "panel" ? 'id="one"' : target.id ? `id="${target.id}"` : 'class="headline');
  const unanswered = (detail, status = 0) => {
    const { target, requestConfig, xhr } = detail;
    if (!target.matches(PIECES) || isRefresh(detail)) return;
    // Nobody could say whose it is, or whether these eyes may see it: then nothing of it is shown.
    const isPromised = target.id === "one-head" && target.hasAttribute("aria-busy");
    if (isPromised) {
      for (const part of panel.querySelectorAll(".part")) { htmx.trigger(part, "htmx:abort"); part.remove(); }
      panel.removeAttribute("aria-busy");
    }
    target.removeAttribute("aria-busy");
    // Whatever is asked for from now on, somebody asks for.
    target.removeAttribute("hx-headers");
    wanted = null;
    if (target.matches(".headline")) { target.textContent = "What was found and written could not be read now."; return; }
    $(".waiting", target)?.remove();
    $(".part-refused", target)?.remove();
    const reference = status && xhr?.getResponseHeader("X-Request-ID");
    const words = status ? `The dashboard refused this (${status}).` : "The dashboard could not be reached.";
    const box = Object.assign(document.createElement("div"), { className: "part-failed part-refused" });
    box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { textContent: reference ? `${words} Reference ${reference}` : words }));
    const again = document.createElement(isPromised ? "a" : "button");
    again.textContent = "Try again";
    // The whole encounter anew, by panel.js.
    if (isPromised) Object.assign(again, { className: "button", href: requestConfig.path }).dataset.open = "";
    else { again.type = "button"; again.addEventListener("click", () => follow(target, requestConfig.path)); }
    box.append(again);
    const head = $(".part-head", target);
    if (head) head.after(box); else ($("article", target) ?? target).append(box);
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, ({ detail }) => unanswered(detail));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (!target.matches(PIECES)) return;
    const text = xhr.responseText;
    // No head, but the page that says why, with nothing else of the encounter.
    if (target.id === "one-head" && panel && !isRefresh(event.detail) && !fits(target, text) && fits(panel, text)) {
      Object.assign(event.detail, { target: panel, shouldSwap: true, swapOverride: "innerHTML", selectOverride: "#one" });
      return;
    }
    // Closed while the answer was under way.
    if (target.hidden) event.detail.shouldSwap = false;
    else if (!fits(target, text)) {
      event.detail.shouldSwap = false;
      // Not found: it may be gone, or not for these eyes any more. Its own page says so, asked once.
      const own = panel && target.closest("#one")?.dataset.url;
      const isElsewhere = own && own !== location.pathname + location.search;
      if (xhr.status !== 404 || target.matches(".headline") || (ALREADY && !isElsewhere && !isRefresh(event.detail))) unanswered(event.detail, xhr.status);
      else if (isElsewhere) location.assign(own);
      else location.reload();
    }
  });
  document.addEventListener("encounter:left", () => { wanted = null; });

  // One sentence for those who hear the page, once all parts stand.
  let told = null;
  document.addEventListener("encounter:left", () => { told = null; });
  document.addEventListener("htmx:afterSettle", () => {
    const one = $("#one");
    const parts = [...document.querySelectorAll("#one .part")];
    if (!one || told === one || !parts.length || parts.some((part) => part.hasAttribute("aria-busy"))) return;
    told = one;
    const words = parts.map((part) => `${$("h3", part).innerText.replace(/\s+/g, " ").trim()}${$("[data-state='failed']", part) ? ", could not be read" : $("[data-state='none']", part) ? ", none" : ""}`);
    $("#announcement").textContent = `${words.join("; ")}.`;
  });

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-print-now]")) print();
  });
  const ready = () => {
    for (const button of document.querySelectorAll("[data-print-now]")) button.hidden = false;
  };
  document.addEventListener("htmx:afterSwap", ready);
  ready();
  // Who comes back to the sheet, or has it loaded anew, is not asked again.
  if ($("[data-print]") && !ALREADY) addEventListener("load", () => print());
})();
