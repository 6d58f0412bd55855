// The parts of an opened encounter: followed in place, asked for again, copied and printed.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const EVERY = 30_000;
  const panel = $("#panel");

  // A link into another part is followed in place where that part stands on the page.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-part]");
    const part = link && document.getElementById(link.dataset.part);
    if (!part || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    part.setAttribute("aria-busy", "true");
    htmx.ajax("GET", link.href.split("#")[0], { target: `#${part.id}`, swap: "outerHTML" }).then(() => {
      const there = (link.hash && $(link.hash)) || $(`#${part.id}-heading`);
      there?.scrollIntoView({ block: "center" });
      there?.focus({ preventScroll: true });
    }).catch(() => {});
  });

  const unanswered = ({ detail }) => {
    const part = detail.target.closest(".part, #panel");
    if (!part) return;
    part.removeAttribute("aria-busy");
    const waiting = $(".waiting", part);
    if (!waiting) return;
    waiting.textContent = "The dashboard could not be reached. ";
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
    again.addEventListener("click", () => { if (part === panel) location.reload(); else { waiting.textContent = "Asking Corti…"; htmx.trigger(part, "again"); } });
    waiting.append(again);
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, unanswered);
  // Whatever is no part is no answer: a page of another kind, or a refusal.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (!target.closest(".part, #panel, #one-head")) return;
    const unattended = requestConfig.triggeringEvent?.type === "refresh";
    const fits = target.id === "panel" ? xhr.responseText.includes('id="one"') : xhr.responseText.includes(`id="${target.id}"`);
    if (xhr.status === 404) { event.detail.shouldSwap = false; location.assign(target.id === "panel" ? requestConfig.path : location.href); return; }
    if (!fits) { event.detail.shouldSwap = false; unanswered(event); return; }
    // What asked for itself and failed, or brings nothing new, changes nothing.
    if (unattended && (xhr.status >= 400 || target.dataset.last === String(xhr.responseText.length) + hash(xhr.responseText))) event.detail.shouldSwap = false;
  });
  const hash = (text) => { let sum = 0; for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0; return `-${sum}`; };
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const id = detail.requestConfig?.target?.id;
    const part = id && document.getElementById(id);
    if (part?.matches(".part")) part.dataset.last = String(detail.xhr.responseText.length) + hash(detail.xhr.responseText);
    ready();
  });

  // While an encounter runs its parts are asked for again: not while somebody reads aloud, selects or stands in them.
  setInterval(() => {
    const head = $("#one-head[data-running]");
    if (!head || document.hidden || String(getSelection()) || [...document.querySelectorAll("audio")].some((audio) => !audio.paused)) return;
    for (const part of [head, ...document.querySelectorAll(".part")]) {
      if (!part.contains(document.activeElement) && !$("details[open]:not(.moments)", part) && !$("#find", part)?.value) htmx.trigger(part, "refresh");
    }
  }, EVERY);
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.triggeringEvent?.type === "refresh") detail.headers["X-Unattended"] = "true";
  });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-copy-of]");
    if (button) navigator.clipboard.writeText(document.getElementById(button.dataset.copyOf).innerText.trim()).then(() => { button.textContent = "Copied"; });
    if (target.closest("[data-print-now]")) print();
  });
  const ready = () => {
    if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy-of]")) button.hidden = false;
    for (const button of document.querySelectorAll("[data-print-now]")) button.hidden = false;
  };
  ready();
  if ($("[data-print]")) addEventListener("load", () => print());
})();
