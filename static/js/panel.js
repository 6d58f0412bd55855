// Opens an encounter over its list; without it the same links lead to pages.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const WIDE = matchMedia("(min-width: 60rem)");
  const panel = $("#panel");
  // The encounter that is open or on its way: its key where that is known, its address, and that of its list.
  let at = null;
  let push = true;
  const address = () => location.pathname + location.search;
  const rowOf = (key) => key && document.getElementById(`e-${key.slice(0, 8)}`);
  const linkOf = (row) => $("a.title", row);
  const rows = () => [...document.querySelectorAll("#results tbody tr[id]")];
  const say = (text) => { $("#announcement").textContent = text; };
  // What only an opened encounter needs is fetched with the first one.
  // Nobody is asked before it is there: it also looks after answers that are none.
  const then = document.currentScript.dataset.then?.split(" ") ?? [];
  let rest = null;
  const fetchRest = () => rest ??= Promise.all(then.map((src) => new Promise((done) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: done }));
  })));
  let turn = 0;
  const made = (tag, className, ...children) => {
    const element = Object.assign(document.createElement(tag), { className });
    element.append(...children);
    return element;
  };

  // --- Opening and closing -----------------------------------------------------------------------------------------
  const mark = (key) => {
    for (const row of document.querySelectorAll("tr[data-opened]")) delete row.dataset.opened;
    const row = rowOf(key);
    if (row) row.dataset.opened = "";
  };

  // Who it is stands in the row: it is shown before anybody has answered, and can be closed as early.
  const promise = (row) => {
    const close = made("button", "", "Close");
    close.id = "one-close";
    const plain = (selector) => $(selector, row)?.innerText.replace(/\s+/g, " ").trim();
    const identity = made("p", "identity", ...[".c-person", ".c-patient .sub"].map(plain).filter(Boolean).map((text) => made("span", "", text)));
    const status = $(".c-status .status", row)?.cloneNode(true) ?? "";
    panel.replaceChildren(made("article", "one",
      made("nav", "one-nav", close),
      made("h2", "", plain(".c-patient button, .c-patient b") ?? ""),
      identity,
      made("p", "event-title", status, made("b", "", linkOf(row).textContent)),
      made("p", "waiting", "Asking Corti…"),
    ));
  };

  const ask = (url) => htmx.ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" }).catch(() => {});
  const open = (url, { row = null, pushes = true } = {}) => {
    const mine = ++turn;
    push = pushes;
    panel.hidden = false;
    document.body.dataset.over = "";
    panel.setAttribute("aria-busy", "true");
    if (row) {
      const own = linkOf(row).getAttribute("href");
      at = { key: own.match(/[0-9a-f-]{36}/)[0], url: own, list: listOf(own) };
      promise(row);
      mark(at.key);
    } else at = { key: null, url, list: at?.list ?? $("#refresh").getAttribute("href") };
    fetchRest().then(() => { if (mine === turn) ask(url); });
  };
  const listOf = (url) => url.replace(/[0-9a-f-]{36}\/(?=$|\?)/, "");

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const one = detail.target === panel && !panel.hidden && $("#one", panel);
    if (!one) return;
    panel.removeAttribute("aria-busy");
    const { key, url, list } = one.dataset;
    at = { key, url, list };
    if (push && url !== address()) history.pushState({ over: true }, "", url);
    mark(key);
    panel.scrollTop = 0;
    $("#one-name", panel)?.focus({ preventScroll: true });
    // Over the border of a page: the list goes along.
    if (key && !rowOf(key)) htmx.ajax("GET", list, { source: "#list", target: "#results", swap: "outerHTML" }).catch(() => {});
    else rowOf(key)?.scrollIntoView({ block: "nearest" });
  });

  const hide = () => {
    const row = rowOf(at?.key);
    turn++;
    htmx.trigger(panel, "htmx:abort");
    at = null;
    panel.hidden = true;
    panel.replaceChildren();
    panel.removeAttribute("aria-busy");
    delete document.body.dataset.over;
    mark("");
    return row;
  };
  const focus = (row) => {
    if (row) { linkOf(row).focus(); return; }
    const results = $("#results");
    results.tabIndex = -1;
    results.focus({ preventScroll: true });
  };
  const close = () => {
    const { list } = at;
    const row = hide();
    if (address() !== list) history.pushState({ over: false }, "", list);
    focus(row);
  };

  const step = (way) => {
    const all = rows();
    const next = at.key && rowOf(at.key) && all[all.indexOf(rowOf(at.key)) + (way === "next" ? 1 : -1)];
    const link = $(`#one-${way}`, panel);
    if (next) open(linkOf(next).href, { row: next }); else if (link) open(link.href);
  };

  const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  document.addEventListener("click", (event) => {
    if (!panel || !plain(event) || event.defaultPrevented) return;
    const control = event.target.closest("a, button, input, label, summary");
    const row = event.target.closest("#results tr[id]");
    if (row && WIDE.matches && (control ? control === linkOf(row) : !String(getSelection()))) {
      event.preventDefault();
      open(linkOf(row).href, { row });
    } else if (at && control && panel.contains(control)) {
      const action = { "one-close": close, "one-next": () => step("next"), "one-previous": () => step("previous") }[control.id];
      if (!action && !control.matches("[data-open]")) return;
      event.preventDefault();
      if (action) action(); else open(control.href, { pushes: false });
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "Escape" && !event.target.closest("input[type=search]:not(:placeholder-shown)")) {
      const link = !panel && $("#one-close");
      if (at) close(); else if (link) link.click(); else return;
      event.preventDefault();
      return;
    }
    if (document.body.dataset.shortcuts === "off" || event.target.closest("input:not([type=checkbox]), select, textarea, audio, [contenteditable]")) return;
    const way = { n: "next", p: "previous" }[event.key];
    if (way) { if (at) step(way); else if (!panel) $(`#one-${way}`)?.click(); return; }
    if (panel && (event.key === "j" || event.key === "k")) {
      const all = rows();
      const here = all.indexOf(event.target.closest("#results tr[id]"));
      const next = all[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)];
      if (next) { event.preventDefault(); linkOf(next).focus(); }
    }
  });

  // --- Back, Forward, and lists that change ------------------------------------------------------------------------
  addEventListener("popstate", (event) => {
    if (!panel) return;
    const key = location.pathname.match(/\/encounters\/([0-9a-f-]{36})\/$/)?.[1];
    const row = rowOf(key);
    const shown = $("#results a.title")?.getAttribute("href") ?? "";
    if (row && linkOf(row).getAttribute("href") === address()) {
      // Forward to an encounter of the list that is on the screen.
      event.stopImmediatePropagation();
      open(address(), { row, pushes: false });
    } else if (!key && at && listOf(shown) === address()) {
      event.stopImmediatePropagation();
      focus(hide());
    } else if (key || at) location.reload();
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const results = $("#results");
    if (detail.target.id !== "results" || !at?.key || results.querySelector("[data-state='failed'], [data-state='no-answer'], [data-state='invalid']")) return;
    const row = rowOf(at.key);
    if (!row) { hide(); say("The encounter that was open is not in this list any more."); return; }
    mark(at.key);
    row.scrollIntoView({ block: "nearest" });
    // The same encounter within another list: its neighbours and its way back are those of this one.
    const url = linkOf(row).getAttribute("href");
    const query = url.includes("?") ? url.slice(url.indexOf("?")) : "";
    at = { key: at.key, url, list: listOf(url) };
    for (const link of panel.querySelectorAll(".one-nav a")) link.href = link.id === "one-close" ? at.list : link.pathname + query;
    if (address() !== url) history.replaceState({ over: true }, "", url);
  });

  // From an encounter's own page back to its row, once the browser has been to the fragment, which takes the focus away.
  if (location.hash.startsWith("#e-")) addEventListener("load", () => { const row = rowOf(location.hash.slice(3)); if (row) linkOf(row).focus(); });
})();
