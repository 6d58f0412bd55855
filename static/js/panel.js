// Opens an encounter over its list; without it the same links lead to pages.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const WIDE = matchMedia("(min-width: 60rem)");
  const list = $("#results");
  const panel = $("#panel");
  const isOpen = () => Boolean(panel) && !panel.hidden;
  const opened = () => (isOpen() ? $("#one", panel)?.dataset : null) ?? {};
  const rowOf = (key) => document.getElementById(`e-${key?.slice(0, 8)}`);
  const linkOf = (row) => $("a.title", row);
  const rows = () => [...document.querySelectorAll("#results tbody tr[id]")];
  // What only an opened encounter needs is fetched with the first one.
  let then = document.currentScript.dataset.then?.split(" ") ?? [];
  const fetchRest = () => {
    for (const src of then) document.head.append(Object.assign(document.createElement("script"), { src }));
    then = [];
  };
  const say = (text) => { const status = $("#announcement"); if (status) status.textContent = text; };

  // --- Opening and closing -----------------------------------------------------------------------------------------
  const mark = (key) => {
    for (const row of document.querySelectorAll("tr[data-opened]")) delete row.dataset.opened;
    const row = key && rowOf(key);
    if (row) row.dataset.opened = "";
  };

  // Who it is stands in the row: it is shown before anybody is asked.
  const promise = (row) => {
    const name = $(".c-patient button, .c-patient b", row)?.textContent ?? "";
    const article = document.createElement("article");
    article.className = "one one-promised";
    const heading = document.createElement("h2");
    heading.textContent = name;
    const identity = document.createElement("p");
    identity.className = "identity";
    for (const text of [$(".c-person", row), $(".c-patient .sub", row)].map((part) => part?.innerText.replace(/\s+/g, " ").trim())) {
      if (text) identity.append(Object.assign(document.createElement("span"), { textContent: text }));
    }
    const title = Object.assign(document.createElement("p"), { className: "event-title" });
    title.append(...[$(".c-status .status", row)?.cloneNode(true) ?? "", " ", Object.assign(document.createElement("b"), { textContent: linkOf(row).textContent })]);
    const waiting = Object.assign(document.createElement("p"), { className: "waiting", textContent: "Asking Corti…" });
    article.append(heading, identity, title, waiting);
    panel.replaceChildren(article);
  };

  let asked = 0;
  const open = async (url, { push = true, row = null } = {}) => {
    const turn = ++asked;
    fetchRest();
    panel.hidden = false;
    document.body.dataset.over = "";
    panel.setAttribute("aria-busy", "true");
    if (row) promise(row);
    await htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML" }).catch(() => {});
    if (turn !== asked || !isOpen()) return;
    panel.removeAttribute("aria-busy");
    const one = $("#one", panel);
    if (!one) return;
    if (push && one.dataset.url !== location.pathname + location.search) history.pushState({ over: true }, "", one.dataset.url);
    mark(one.dataset.key);
    rowOf(one.dataset.key)?.scrollIntoView({ block: "nearest" });
    panel.scrollTop = 0;
    $("#one-name", panel)?.focus({ preventScroll: true });
    followList(one.dataset.list);
  };

  // Over the border of a page: the list goes along.
  const followList = (url) => {
    const key = opened().key;
    if (key && !rowOf(key) && url) htmx.ajax("GET", url, { target: "#results", swap: "outerHTML" }).then(() => mark(key)).catch(() => {});
  };

  const hide = () => {
    asked++;
    const key = opened().key;
    panel.hidden = true;
    panel.replaceChildren();
    delete document.body.dataset.over;
    mark("");
    return key;
  };
  const close = () => {
    const url = opened().list;
    const row = rowOf(hide());
    if (url) history.pushState({ over: false }, "", url);
    if (row) linkOf(row).focus(); else { const results = $("#results"); results.tabIndex = -1; results.focus({ preventScroll: true }); }
  };

  const step = (id) => {
    const link = $(`#one-${id}`);
    if (!link) return;
    if (!isOpen()) { link.click(); return; }
    const here = rowOf(opened().key);
    const all = rows();
    const next = here && all[all.indexOf(here) + (id === "next" ? 1 : -1)];
    if (next) open(linkOf(next).href, { row: next }); else open(link.href);
  };

  const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  document.addEventListener("click", (event) => {
    if (!plain(event) || event.defaultPrevented) return;
    const link = event.target.closest("a");
    const row = event.target.closest("#results tr[id]");
    if (panel && WIDE.matches && row && (link ? link === linkOf(row) : !event.target.closest("button, input, label, summary") && !String(getSelection()))) {
      event.preventDefault();
      open(linkOf(row).href, { row });
    } else if (link && isOpen() && panel.contains(link)) {
      const action = { "one-close": close, "one-next": () => step("next"), "one-previous": () => step("previous") }[link.id];
      if (action || link.matches("[data-open]")) {
        event.preventDefault();
        if (action) action(); else open(link.href, { push: false });
      }
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "Escape" && $("#one-close") && !event.target.closest("input[type=search]:not(:placeholder-shown)")) {
      event.preventDefault();
      if (isOpen()) close(); else $("#one-close").click();
      return;
    }
    if (document.body.dataset.shortcuts === "off" || event.target.closest("input, select, textarea, audio, [contenteditable]")) return;
    if (event.key === "n" || event.key === "p") { step(event.key === "n" ? "next" : "previous"); return; }
    if ((event.key === "j" || event.key === "k") && list) {
      const all = rows();
      const here = all.indexOf(event.target.closest("#results tr[id]"));
      const next = all[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)];
      if (next) { event.preventDefault(); linkOf(next).focus(); }
    }
  });

  // --- Back, Forward, and lists that change ------------------------------------------------------------------------
  const isOne = (path) => /\/encounters\/[0-9a-f-]{36}\/$/.test(path);
  addEventListener("popstate", (event) => {
    if (!panel || !list) return;
    const here = location.pathname + location.search;
    const shown = $("#results a.title")?.getAttribute("href") ?? "";
    if (isOne(location.pathname)) {
      // Forward to an encounter of the list that is on the screen.
      const key = location.pathname.split("/").at(-2);
      if (rowOf(key) && linkOf(rowOf(key)).getAttribute("href") === here) { event.stopImmediatePropagation(); open(here, { push: false, row: rowOf(key) }); }
      else location.reload();
    } else if (isOpen() && opened().list === here && shown.endsWith(location.search)) {
      event.stopImmediatePropagation();
      const row = rowOf(hide());
      if (row) linkOf(row).focus();
    } else if (isOpen()) location.reload();
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id !== "results" || !isOpen()) return;
    const { key } = opened();
    const results = $("#results");
    if (!key || results.querySelector("[data-state='failed'], [data-state='no-answer'], [data-state='invalid']")) return;
    const row = rowOf(key);
    if (!row) { hide(); say("The encounter that was open is not in this list any more."); return; }
    mark(key);
    // The same encounter within another list: its neighbours and its way back are those of this one.
    const url = linkOf(row).getAttribute("href");
    const query = url.includes("?") ? url.slice(url.indexOf("?")) : "";
    const one = $("#one", panel);
    if (one.dataset.url === url) { if (location.pathname + location.search !== url) history.replaceState({ over: true }, "", url); return; }
    one.dataset.url = url;
    one.dataset.list = url.replace(/[0-9a-f-]{36}\/(?=$|\?)/, "");
    for (const link of one.querySelectorAll(".one-nav a")) link.href = link.id === "one-close" ? one.dataset.list : link.pathname + query;
    history.replaceState({ over: true }, "", url);
  });

  // From an encounter's own page back to its row.
  // Once the browser has been to the fragment itself, which takes the focus away.
  if (location.hash.startsWith("#e-")) addEventListener("load", () => { const row = rowOf(location.hash.slice(3)); if (row) linkOf(row).focus(); });
})();
