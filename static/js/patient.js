// A patient's encounters: a row opens with a click anywhere on it, keys go from row to row, whoever comes back
// stands on the row, and all of it is printed. Without it the links lead to the same pages.
"use strict";
(() => {
  const linkOf = (row) => row?.querySelector("a.title");

  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("a, button, summary") || String(getSelection())) return;
    linkOf(event.target.closest(".story tr[id]"))?.click();
  });

  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!["j", "k"].includes(event.key) || document.querySelector("dialog[open], :popover-open")) return;
    const rows = [...document.querySelectorAll(".story tr[id]")];
    const here = rows.indexOf(event.target.closest(".story tr[id]"));
    const next = rows[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)];
    if (next) { event.preventDefault(); linkOf(next).focus(); }
  });

  // Paper has the headlines that are there: the others are asked for first, a few at a time.
  const button = document.getElementById("print");
  const printWhenWhole = () => {
    if (!button?.ariaBusy) return;
    const missing = [...document.querySelectorAll(".headline.waiting:has(noscript)")];
    for (const one of missing.slice(0, 4)) if (!one.matches(".htmx-request")) htmx.trigger(one, "wanted");
    if (missing.length) return;
    button.ariaBusy = null;
    button.textContent = "Print";
    print();
  };
  if (button) button.hidden = false;
  button?.addEventListener("click", () => {
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    button.textContent = "Loading what was found…";
    printWhenWhole();
  });
  // An answer that is none is said by parts.js, after this event.
  document.addEventListener("htmx:afterRequest", () => setTimeout(printWhenWhole));

  // An open encounter that has ended since stands among all of them only; what is not here any more was on this page.
  const arrive = () => {
    const key = location.hash.match(/^#[eo]-([0-9a-f]{8})$/)?.[1];
    if (!key) return;
    const link = linkOf(document.getElementById(location.hash.slice(1)) ?? document.getElementById(`e-${key}`));
    const results = document.getElementById("results");
    if (link) link.focus(); else if (results) { results.tabIndex = -1; results.focus(); }
  };
  // Once the browser has been to the fragment, which takes the focus away.
  addEventListener("load", arrive);
  addEventListener("hashchange", arrive);
})();
