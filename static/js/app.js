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

  // Shared from now on: what other tabs still show in full is loaded anew.
  const tabs = new BroadcastChannel("sharing");
  const isShared = () => Boolean($(".sharing-band"));
  tabs.addEventListener("message", () => { if ("endsIn" in document.body.dataset && !isShared()) location.reload(); });
  if (isShared()) tabs.postMessage("on");

  document.addEventListener("change", ({ target }) => {
    // A span of days and two dates exclude each other: what was touched last counts.
    if (target.id === "when") for (const day of ["#from", "#to"]) $(day).value = "";
    if (target.matches("#from, #to")) $("#when").value = "";
    if (target.matches("[data-submit]")) target.form.requestSubmit();
  });

  // A date that cannot be right is told where it stands, which may be closed.
  document.addEventListener("invalid", ({ target }) => {
    target.closest("[popover]:not(:popover-open)")?.showPopover();
  }, true);

  // The band is not part of what changes: its form was drawn with the address of the first list.
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".themes, .sharing")) event.target.elements.next.value = location.pathname + location.search;
    // The focus goes back to the button that opened it.
    if (event.submitter?.id === "apply") event.submitter.closest("[popover]").hidePopover();
  });

  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const target = { "/": "#patient", r: $("#one-refresh") ? "#one-refresh" : "#refresh", s: "#sharing" }[event.key];
    if (!target || !$(target)) return;
    event.preventDefault();
    if (event.key === "/") { $(target).focus(); $(target).select(); } else $(target).click();
  });

  // What became of a copy is said on its button for a while, and to those who hear the page.
  const copied = document.createElement("p");
  copied.className = "hidden";
  copied.setAttribute("role", "status");
  document.body.append(copied);
  const COPIES = "[data-copy], [data-copy-of]";
  const tell = (button, words, sentence) => {
    button.dataset.label ??= button.textContent;
    button.textContent = words;
    copied.textContent = sentence;
    clearTimeout(button.turning);
    button.turning = setTimeout(() => { button.textContent = button.dataset.label; copied.textContent = ""; }, 4000);
  };
  document.addEventListener("click", ({ target }) => {
    const button = target.closest(COPIES);
    if (!button) return;
    const { copy, copyOf } = button.dataset;
    navigator.clipboard.writeText(copy ?? document.getElementById(copyOf).innerText.trim()).then(
      () => tell(button, "Copied", "Copied."),
      () => tell(button, "Not copied", "It could not be copied: the browser refused. Select the text instead."),
    );
  });

  // The age of what is shown, the list and the encounter over it: amber when old, or when it could not be read again.
  const age = () => {
    for (const stamp of document.querySelectorAll("#as-of, #one-as-of[data-epoch]")) {
      const seconds = Math.max(0, Date.now() / 1000 - Number(stamp.dataset.epoch));
      const text = stamp.querySelector(".age");
      const minutes = Math.floor(seconds / 60);
      const ago = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
      if (minutes >= 1) text.textContent = stamp.matches("[data-failed]") ? `not refreshed for ${ago}` : `${stamp.dataset.word || "read"} ${ago} ago`;
      text.classList.toggle("old", seconds >= OLD || stamp.matches("[data-failed]"));
    }
  };
  document.addEventListener("stamped", age);
  setInterval(age, 10_000);
  const ready = () => {
    age();
    if (navigator.clipboard) document.querySelectorAll(COPIES).forEach((button) => { button.hidden = false; });
  };
  ready();

  // The exact moment of a time in a row, in the zone of the page, when the pointer asks for it.
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest?.("time:not([title])");
    const zone = time?.closest("[data-zone]")?.dataset.zone;
    if (!zone) return;
    const moment = new Date(time.dateTime);
    const options = { dateStyle: "short", timeStyle: "medium", hourCycle: "h23" };
    const there = new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: zone }).format(moment);
    const utc = new Intl.DateTimeFormat("sv-SE", { timeStyle: "medium", timeZone: "UTC" }).format(moment);
    time.title = `${there} ${zone} (${utc} UTC)`;
  });

  // A name in a row is a button of the filter form: it says which patient it is about.
  document.addEventListener("htmx:configRequest", (event) => {
    const button = event.detail.triggeringEvent?.submitter;
    if (button?.name) event.detail.parameters[button.name] = button.value;
  });

  // What is being typed in the patient field outlives an answer to something else.
  let typed = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id !== "results") return;
    const field = $("#patient");
    if (field) typed = event.detail.elt.id === "filter-form" ? field.value : field.defaultValue;
    $("#results")?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const draft = event.detail.fragment.querySelector?.("#patient");
    if (draft && $("#patient").value !== typed) draft.value = $("#patient").value;
  });

  // The controls tell what the results tell, whichever way one came here.
  const followResults = () => {
    const form = $("#filter-form");
    const field = $("#patient");
    const shown = $("#results")?.dataset;
    if (!form || !shown?.form || $("#results [data-state='invalid']")) return;
    const values = new URLSearchParams(shown.form);
    field?.removeAttribute("aria-invalid");
    $("#patient-error")?.remove();
    for (const control of form.elements) {
      if (!control.name || control.type === "hidden" || control.tagName === "BUTTON" || !form.contains(control)) continue;
      if (control.type === "checkbox") control.checked = values.getAll(control.name).includes(control.value);
      else if (control === field) { if (field.value === typed) field.value = values.get("patient") ?? ""; }
      else if (values.has(control.name)) control.value = values.get(control.name);
      // Created or started: without days it says nothing yet, and may be half of what is being chosen.
      else if (control.id === "of") continue;
      else if (control.tagName === "SELECT") control.selectedIndex = 0;
      else control.value = "";
    }
    if (field) field.defaultValue = values.get("patient") ?? "";
    // While the screen is shared the box is empty, and what it stands for is sealed beside it.
    const kept = form.elements.kept;
    if (kept) kept.value = values.get("kept") ?? "";
    if (kept && field) field.placeholder = kept.value ? kept.dataset.full : kept.dataset.empty;
    const mine = $("#mine");
    if (mine) {
      const pressed = values.get("clinician") === "me";
      mine.setAttribute("aria-pressed", pressed);
      mine.value = pressed ? "off" : "on";
    }
    const counts = JSON.parse(shown.counts || "{}");
    document.querySelectorAll("[data-count]").forEach((count) => { count.textContent = counts[count.dataset.count] ?? ""; });
    const more = $("#more-filters [data-more]");
    if (more) more.textContent = shown.more === "0" ? "" : shown.more;
  };
  document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target.id === "results") followResults(); });

  // Only a results fragment may take the place of the results; anything else is no answer.
  const failed = (status = 0, reference = "") => {
    const results = $("#results");
    const template = $("#no-answer");
    if (!results || !template) return;
    results.removeAttribute("aria-busy");
    results.querySelector("[data-state='no-answer']")?.remove();
    results.prepend(template.content.cloneNode(true));
    results.dataset.stale = "true";
    // It was reached, and refused: its own words for that.
    if (status) results.querySelector("h2").textContent = `The dashboard refused this (${status})`;
    if (reference) results.querySelector(".own-reference").textContent = `Reference ${reference}`;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (event.detail.target.id !== "results") return;
    if (xhr.status !== 204 && !xhr.responseText.includes('<section id="results"')) {
      event.detail.shouldSwap = false;
      // Not found as a whole: the tenant is no longer the user's. Nothing of it may stay on the screen.
      if (xhr.status === 404) location.reload(); else failed(xhr.status, xhr.getResponseHeader("X-Request-ID"));
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, ({ detail }) => { if (detail.target.id === "results") failed(); });
  document.addEventListener("htmx:afterSettle", (event) => {
    ready();
    if (event.detail.target.id !== "results") return;
    // The control that was used is gone: go on from the top of the results. What nobody asked for takes no focus.
    if (document.activeElement === document.body && event.detail.requestConfig?.triggeringEvent) {
      const results = $("#results");
      if (results) { results.tabIndex = -1; results.focus({ preventScroll: true }); }
    }
  });
})();
