// A transcript that is searched: what is found is marked by the browser, nothing is changed, sent or kept.
"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  // Places that were found, each as one range in every sentence that it touches.
  let found = [], at = -1;
  // A text in small letters, and where each of them stands in it: İ becomes two, of which the dot is left out.
  const folded = (text) => {
    const small = text.toLocaleLowerCase();
    if (small.length === text.length && !small.includes("\u0307")) return { small, place: (at) => at };
    const signs = [], places = [];
    let place = 0;
    for (const sign of text) {
      for (const unit of sign.toLocaleLowerCase().replace("\u0307", "").split("")) { signs.push(unit); places.push(place); }
      place += sign.length;
    }
    return { small: signs.join(""), place: (at) => places[at] ?? place };
  };
  // All that is said as one text, for words may run over several sentences.
  const talkOf = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement.closest(".at, b, .beside") || !node.data.trim() ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const pieces = [];
    let text = "";
    while (walker.nextNode()) {
      const { small, place } = folded(walker.currentNode.data);
      const said = small.trim();
      pieces.push({ node: walker.currentNode, place, begin: text.length, skipped: small.length - small.trimStart().length, length: said.length });
      text += `${said} `;
    }
    return { text, pieces };
  };
  const rangesOf = (pieces, begin, end) => {
    let low = 0, high = pieces.length;
    while (low < high) { const middle = (low + high) >> 1; if (pieces[middle].begin <= begin) low = middle + 1; else high = middle; }
    const ranges = [];
    for (let piece; (piece = pieces[low - 1]) && piece.begin < end; low++) {
      const range = new Range();
      range.setStart(piece.node, piece.place(piece.skipped + Math.max(begin - piece.begin, 0)));
      range.setEnd(piece.node, piece.place(piece.skipped + Math.min(end - piece.begin, piece.length)));
      ranges.push(range);
    }
    return ranges;
  };
  const search = (field) => {
    const wanted = folded(field.value.trim()).small;
    found = []; at = -1;
    if (wanted.length > 1) {
      const { text, pieces } = talkOf(document.getElementById(field.dataset.find));
      for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
        found.push(rangesOf(pieces, from, from + wanted.length));
      }
    }
    globalThis.CSS?.highlights?.set("found", new Highlight(...found.flat()));
    for (const button of document.querySelectorAll("[data-step]")) button.disabled = found.length < 2;
    show(0, field);
  };
  const show = (to, field) => {
    at = found.length ? (to + found.length) % found.length : -1;
    $("#found").textContent = field.value.trim().length > 1 ? (found.length ? `${at + 1} of ${found.length}` : "not found") : "";
    globalThis.CSS?.highlights?.set("here", new Highlight(...(found[at] ?? [])));
    if (found[at]) bring(found[at]);
  };
  // What is laid out only as it comes near pushes the place away: it is brought back for some frames.
  const bring = (ranges, frames = 6) => {
    if (ranges !== found[at]) return;
    ranges[0].startContainer.parentElement.closest("p").scrollIntoView({ block: "center" });
    if (frames) requestAnimationFrame(() => bring(ranges, frames - 1));
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
