// Suggestions under the search box for patients: a combobox after the ARIA Authoring Practices. Without it, the box is a
// text field whose form can be sent.
"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const field = () => $("[data-suggest]");
  const options = () => [...document.querySelectorAll("#suggest [role=option]")];
  const active = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  let wanted = false; // whether somebody typed, and has not chosen, sent or closed since

  const prepare = () => {
    const box = field();
    if (!box || box.role) return;
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions" };
    for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  };

  const mark = (place) => {
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = options()[place];
    if (option) field().setAttribute("aria-activedescendant", option.id);
    else field().removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const isOpen = () => $("#suggest")?.hidden === false;
  const open = (yes) => {
    if (!field()) return;
    $("#suggest").hidden = !yes;
    field().setAttribute("aria-expanded", String(yes));
    mark(-1);
  };
  const close = () => { wanted = false; if (isOpen()) open(false); };

  document.addEventListener("input", ({ target }) => {
    if (target !== field()) return;
    wanted = target.value.trim() !== "";
    if (!wanted) open(false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.target !== field() || event.isComposing) return;
    const count = options().length;
    if (event.key === "Tab") close();
    if (event.key === "Escape" && isOpen()) { event.preventDefault(); close(); }
    if (event.key === "Enter") {
      event.preventDefault();
      // Left to itself, Enter would press the form's first button, which is the first suggestion.
      if (isOpen() && active() >= 0) options()[active()].click();
      else event.target.form.requestSubmit(event.target.form.querySelector("button:not([name]):not([type])"));
    }
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !count || !event.target.value.trim()) return;
    event.preventDefault();
    if (!isOpen()) open(true);
    else if (event.altKey) return close();
    if (!event.altKey) mark(event.key === "ArrowDown" ? (active() + 1) % count : (Math.max(active(), 0) || count) - 1);
  });

  // The focus stays in the box while the pointer chooses.
  document.addEventListener("mousedown", (event) => { if (event.target.closest("#suggest")) event.preventDefault(); });
  document.addEventListener("focusout", (event) => { if (event.target === field()) close(); });
  document.addEventListener("submit", (event) => { if (event.target === field()?.form) close(); }, true);

  const arrived = () => {
    const text = $("#suggest .total")?.textContent ?? "";
    open(wanted && document.activeElement === field() && options().length > 0);
    $("#suggest-status").textContent = wanted ? text || "No patients found" : "";
  };

  // What happens between the box and its suggestions is no answer for the list below: app.js does not hear of it.
  const names = ["beforeRequest", "beforeSwap", "oobBeforeSwap", "afterSwap", "afterSettle", "sendError", "timeout"];
  for (const name of names) {
    document.addEventListener(`htmx:${name}`, (event) => {
      if (!event.target.closest?.(".search")) return;
      event.stopPropagation();
      if (name === "beforeSwap") event.detail.shouldSwap = event.detail.xhr.status === 200;
      if (name === "afterSettle") arrived();
    }, true);
  }
  document.addEventListener("htmx:afterSettle", prepare);
  prepare();
})();
