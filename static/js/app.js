// Makes the pages smoother; everything works without it.
"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const OLD = 5 * 60; // seconds after which a list counts as old

  // The browser's time zone, for the next page; a zone chosen in the settings wins on the server.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) document.cookie = `tz=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;

  // A page from the back/forward cache may be from before a sign-out.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // The band is not part of what changes: its form was drawn with the address of the first list.
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".themes")) event.target.elements.next.value = location.pathname + location.search;
  });

  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const target = { "/": "#patient", r: "#refresh" }[event.key];
    if (!target || !$(target)) return;
    event.preventDefault();
    if (event.key === "/") $(target).select(); else $(target).click();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) navigator.clipboard.writeText(button.dataset.copy).then(() => { button.textContent = "Copied"; });
  });

  // The age of what is shown: amber when old.
  const age = () => {
    const stamp = $("#as-of");
    if (!stamp) return;
    const seconds = Math.max(0, Date.now() / 1000 - Number(stamp.dataset.epoch));
    const text = stamp.querySelector(".age");
    const minutes = Math.floor(seconds / 60);
    if (minutes >= 1) text.textContent = `read ${minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`} ago`;
    text.classList.toggle("old", seconds >= OLD);
  };
  setInterval(age, 10_000);
  const ready = () => {
    age();
    if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  };
  ready();

  // A button outside of its form (form="…") says which patient it is about.
  document.addEventListener("htmx:configRequest", (event) => {
    const button = event.detail.triggeringEvent?.submitter;
    if (button?.name) event.detail.parameters[button.name] = button.value;
  });

  // What is being typed in the patient field outlives an answer to something else.
  let typed = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const field = $("#patient");
    if (field) typed = event.detail.elt.id === "filter-form" ? field.value : field.defaultValue;
    $("#results")?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const field = $("#patient");
    if (event.detail.target.id === "filters" && field && field.value !== typed) {
      const draft = event.detail.fragment.querySelector("#patient");
      if (draft) draft.value = field.value;
    }
  });

  // Only a results fragment may take the place of the results; anything else is no answer.
  const failed = () => {
    const results = $("#results");
    const template = $("#no-answer");
    if (!results || !template) return;
    results.removeAttribute("aria-busy");
    results.querySelector("[data-state='no-answer']")?.remove();
    results.prepend(template.content.cloneNode(true));
    results.dataset.stale = "true";
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 204 && !xhr.responseText.includes('<section id="results"')) {
      event.detail.shouldSwap = false;
      // Not found as a whole: the tenant is no longer the user's. Nothing of it may stay on the screen.
      if (xhr.status === 404) location.reload(); else failed();
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, failed);
  document.addEventListener("htmx:afterSettle", () => {
    ready();
    // The control that was used is gone: go on from the top of the results.
    if (document.activeElement === document.body) {
      const results = $("#results");
      if (results) { results.tabIndex = -1; results.focus({ preventScroll: true }); }
    }
  });
})();
