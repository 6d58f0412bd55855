// A patient's encounters: a row opens with a click anywhere on it, keys go from row to row, and whoever comes back
// stands on the row. Without it the links lead to the same pages.
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
