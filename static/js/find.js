// A transcript that is searched: what is found is marked by the browser, nothing is changed, sent or kept.
"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  let found = [], at = -1;
  const search = (field) => {
    const wanted = field.value.trim().toLocaleLowerCase();
    found = []; at = -1;
    if (wanted.length > 1) {
      const walker = document.createTreeWalker(document.getElementById(field.dataset.find), NodeFilter.SHOW_TEXT, (node) =>
        node.parentElement.closest(".at, b, .beside") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
      while (walker.nextNode()) {
        const text = walker.currentNode.data.toLocaleLowerCase();
        if (text.length !== walker.currentNode.data.length) continue;
        for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
          const range = new Range();
          range.setStart(walker.currentNode, from);
          range.setEnd(walker.currentNode, from + wanted.length);
          found.push(range);
        }
      }
    }
    globalThis.CSS?.highlights?.set("found", new Highlight(...found));
    for (const button of document.querySelectorAll("[data-step]")) button.disabled = found.length < 2;
    show(0, field);
  };
  const show = (to, field) => {
    at = found.length ? (to + found.length) % found.length : -1;
    $("#found").textContent = field.value.trim().length > 1 ? (found.length ? `${at + 1} of ${found.length}` : "not found") : "";
    globalThis.CSS?.highlights?.set("here", new Highlight(...(found[at] ? [found[at]] : [])));
    if (found[at]) bring(found[at]);
  };
  // What is laid out only as it comes near pushes the place away: it is brought back for some frames.
  const bring = (range, frames = 6) => {
    if (range !== found[at]) return;
    range.startContainer.parentElement.closest("p").scrollIntoView({ block: "center" });
    if (frames) requestAnimationFrame(() => bring(range, frames - 1));
  };
  document.addEventListener("input", ({ target }) => { if (target.id === "find") search(target); });
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (target.id !== "find" || !(key === "Enter" || (key === "Escape" && target.value))) return;
    event.preventDefault();
    if (key === "Enter") { show(at + (event.shiftKey ? -1 : 1), target); return; }
    // Once more closes what the transcript stands in.
    target.value = "";
    search(target);
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-step]");
    if (button) show(at + Number(button.dataset.step), $("#find"));
  });

  // Nothing is found yet in a part that came anew, and nothing is kept of one that went.
  const forget = () => {
    if ($("#find")?.value) return;
    found = []; at = -1;
    for (const name of ["found", "here"]) globalThis.CSS?.highlights?.delete(name);
  };
  document.addEventListener("htmx:afterSwap", forget);
  document.addEventListener("encounter:left", () => setTimeout(forget));
})();
