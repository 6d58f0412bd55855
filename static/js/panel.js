// Opens an encounter over its list; without it the same links lead to pages.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const WIDE = matchMedia("(min-width: 60rem)");
  const panel = $("#panel");
  // The encounter that is open or on its way: its key where that is known, its address, that of its list, and whether its
  // head has come.
  let at = null;
  let push = true;
  const KEY = /[0-9a-f-]{36}/;
  const address = () => location.pathname + location.search;
  const rowOf = (key) => key && document.getElementById(`e-${key.slice(0, 8)}`);
  const queryOf = (url) => url.match(/\?.*/)?.[0] ?? "";
  const linkOf = (row) => $("a.title", row);
  const rows = () => [...document.querySelectorAll("#results tbody tr[id]")];
  const say = (text) => { $("#announcement").textContent = text; };
  // What only an opened encounter needs is fetched with the first one.
  // Nobody is asked before it is there: it also looks after answers that are none.
  const then = document.currentScript.dataset.then?.split(" ") ?? [];
  let rest = null;
  const fetchRest = () => rest ??= Promise.all(then.map((src) => new Promise((done) => {
    document.head.append(Object.assign(document.createElement("script"), { src, async: false, onload: done, onerror: done }));
  })));
  let turn = 0;

  // --- Opening and closing -----------------------------------------------------------------------------------------
  const mark = (key) => {
    for (const row of document.querySelectorAll("tr[data-opened]")) {
      delete row.dataset.opened;
      linkOf(row).removeAttribute("aria-current");
    }
    const row = rowOf(key);
    if (!row) return;
    row.dataset.opened = "";
    linkOf(row).setAttribute("aria-current", "true");
  };

  // Who it is stands in the row: it is shown before anybody has answered. Everything else asks for itself.
  const promise = (row) => {
    const { content, dataset } = $("#promise");
    const article = content.firstElementChild.cloneNode(true);
    const query = queryOf(at.url);
    for (const [selector, name] of [["a", "href"], ["[hx-get]", "hx-get"]]) {
      for (const element of article.querySelectorAll(selector)) {
        element.setAttribute(name, element.getAttribute(name).replace(dataset.key, at.key) + query);
      }
    }
    $("#one-close", article).href = at.list;
    Object.assign(article.dataset, { key: at.key, url: at.url, list: at.list });
    const plain = (selector) => $(selector, row)?.innerText.replace(/\s+/g, " ").trim() ?? "";
    $("h2", article).textContent = plain(".c-patient button, .c-patient b");
    for (const text of [plain(".c-person"), plain(".c-patient .sub")]) {
      if (text) $(".identity", article).append(Object.assign(document.createElement("span"), { textContent: text }));
    }
    const title = Object.assign(document.createElement("b"), { textContent: linkOf(row).textContent });
    $(".event-title", article).append($(".c-status .status", row)?.cloneNode(true) ?? "", " ", title);
    panel.replaceChildren(article);
    watch();
    panel.scrollTop = 0;
    $("h2", article).focus({ preventScroll: true });
  };

  // Over the border of a page nobody knows yet who comes: until then nothing of the encounter before is shown.
  const empty = () => {
    const name = Object.assign(document.createElement("h2"), { id: "one-name", tabIndex: -1, textContent: "Encounter" });
    const waiting = Object.assign(document.createElement("p"), { className: "waiting", textContent: "Asking Corti…" });
    $("#one", panel).replaceChildren($(".one-nav", panel), name, waiting);
    for (const selector of ["#one-print", ".as-of"]) $(selector, panel)?.remove();
    panel.scrollTop = 0;
    name.focus({ preventScroll: true });
    mark("");
  };

  // Nobody waits any more for what is under way, and nothing of what was read is kept.
  const stop = () => {
    for (const one of [panel, ...panel.querySelectorAll("[aria-busy]")]) htmx.trigger(one, "htmx:abort");
    document.dispatchEvent(new Event("encounter:left"));
  };
  const askList = (url) => htmx.ajax("GET", url, { source: "#list", target: "#results", swap: "outerHTML" }).catch(() => {});
  const ask = (url) => htmx.ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" }).catch(() => {});
  const open = (url, { row = null, pushes = true } = {}) => {
    const mine = ++turn;
    push = pushes;
    stop();
    panel.hidden = false;
    document.body.dataset.over = "";
    panel.setAttribute("aria-busy", "true");
    if (row) {
      const own = linkOf(row).getAttribute("href");
      at = { key: own.match(KEY)[0], url: own, list: listOf(own) };
      promise(row);
      mark(at.key);
    } else {
      at = { key: null, url, list: at?.list ?? $("#refresh").getAttribute("href") };
      empty();
    }
    fetchRest().then(() => {
      if (mine !== turn) return;
      if (!row) { ask(url); return; }
      htmx.process(panel.firstElementChild);
      htmx.trigger("#one-head", "again");
    });
  };
  const listOf = (url) => url.replace(/[0-9a-f-]{36}\/(?=$|\?)/, "");

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const one = (detail.target === panel || detail.target.id === "one-head") && at && $("#one", panel);
    if (!one || at.came) return;
    panel.removeAttribute("aria-busy");
    const { key = at.key, url, list } = one.dataset;
    at = { key, url, list, came: true };
    if (push && url !== address()) history.pushState({ over: true }, "", url);
    mark(key);
    if (detail.target === panel) {
      panel.scrollTop = 0;
      $("#one-name", panel)?.focus({ preventScroll: true });
    }
    // Over the border of a page: the list goes along.
    if (key && !rowOf(key)) askList(list);
    else rowOf(key)?.scrollIntoView({ block: "nearest" });
  });

  const hide = () => {
    const row = rowOf(at?.key);
    turn++;
    stop();
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
    // Whose neighbour it would be is not known before it is there.
    if (!at.key && panel.hasAttribute("aria-busy")) return;
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
      if (action) action(); else open(control.getAttribute("href"));
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], :popover-open")) return;
    // Where somebody types or chooses, these keys are for that: Escape too, but in an empty search of the encounter.
    const box = event.target.closest("input:not([type=checkbox]), select, textarea, audio, [contenteditable]");
    if (event.key === "Escape" && !(box && (box.value || !box.closest(".one")))) {
      const link = !panel && $("#one-close");
      if (at) close(); else if (link) link.click(); else return;
      event.preventDefault();
      return;
    }
    if (document.body.dataset.shortcuts === "off" || box) return;
    const way = { n: "next", p: "previous" }[event.key];
    if (way && event.repeat) return;
    if (way) { if (at) step(way); else if (!panel) $(`#one-${way}`)?.click(); return; }
    if (panel && (event.key === "j" || event.key === "k")) {
      const all = rows();
      const here = all.indexOf(event.target.closest("#results tr[id]"));
      const next = all[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)];
      if (next) { event.preventDefault(); linkOf(next).focus(); }
    }
  });

  // --- Back, Forward, and lists that change ------------------------------------------------------------------------
  let asking = false;
  addEventListener("popstate", (event) => {
    if (!panel) return;
    // To a place on the page that is on the screen, or back to it before the list that was asked for is there.
    if (at?.came && address() === at.url) {
      if (asking) askList(at.list);
      return;
    }
    const key = location.pathname.match(/\/encounters\/([0-9a-f-]{36})\/$/)?.[1];
    const shown = listOf($("#results a.title")?.getAttribute("href") ?? "");
    const list = key ? listOf(address()) : address();
    if (!key && at && shown === list) {
      event.stopImmediatePropagation();
      focus(hide());
    } else if (key && shown === list && rowOf(key)) {
      // Forward to an encounter of the list that is on the screen.
      event.stopImmediatePropagation();
      open(address(), { row: rowOf(key), pushes: false });
    } else if (key && at?.key === key) {
      // The same encounter within the list as it was before: that list is asked for again under it.
      event.stopImmediatePropagation();
      asking = true;
      askList(list);
    } else if (key || at) location.reload();
  });

  const filters = (url) => {
    const query = new URLSearchParams(queryOf(url));
    for (const name of ["page", "size", "sort"]) query.delete(name);
    return query.toString();
  };
  // In words, above what they are about.
  const tell = (place, text) => {
    place.after(Object.assign(document.createElement("p"), { id: "elsewhere", className: "notice notice-info", textContent: text }));
    say(text);
  };
  // These rows came without the encounter that is open. It is left if that is proven, or if others were asked for.
  const missed = (results, list) => {
    const isGone = !$("#next, #previous, .notice-warning, .filling", results);
    if (!isGone && filters(list) === filters(at.list)) {
      tell($(".one-nav", panel), "The open encounter is not on this page of the list now.");
      return;
    }
    const isLost = panel.contains(document.activeElement);
    hide();
    if (KEY.test(location.pathname)) history.replaceState({ over: false }, "", list);
    if (isLost) focus();
    tell($(".meta", results), `The encounter that was open is not ${isGone ? "in this list any more" : "on this page of the list"}.`);
  };

  // As soon as the rows are there: a key pressed on them must find them where the address says.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const results = $("#results");
    if (detail.target.id !== "results") return;
    asking = false;
    if (!at?.key) return;
    const { state } = $("[data-state]", results)?.dataset ?? {};
    // Without rows it only says something about the encounter if there are none.
    if (state && !["no-match", "nothing-yet", "only-deleted"].includes(state)) return;
    const row = rowOf(at.key);
    const list = $("#refresh").getAttribute("href");
    $("#elsewhere")?.remove();
    if (!row) missed(results, list);
    if (!at) return;
    mark(at.key);
    row?.scrollIntoView({ block: "nearest" });
    // The same encounter within another list: its way back is that of this one, and if it has a row there its neighbours.
    const query = queryOf(list);
    const url = at.url.replace(/\?.*/, "") + query;
    at = { ...at, url, list };
    $("#one-close", panel).href = at.list;
    if (row) for (const link of panel.querySelectorAll(".one-nav a:not(#one-close)")) link.href = link.pathname + query;
    Object.assign($("#one", panel).dataset, { url, list: at.list });
    if (at.came && address() !== url) history.replaceState({ over: true }, "", url);
  });

  // The controls and whose it is stay above what is read, and what sticks below them must know how high they are.
  const measure = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.isConnected) document.documentElement.style.setProperty(target.matches(".whose") ? "--who" : "--nav", `${target.offsetHeight}px`);
    }
  });
  const watch = () => { measure.disconnect(); for (const above of document.querySelectorAll(".whose, .over .one-nav")) measure.observe(above); };
  document.addEventListener("htmx:afterSwap", watch);
  watch();

  // From an encounter's own page back to its row, once the browser has been to the fragment, which takes the focus away.
  if (location.hash.startsWith("#e-")) addEventListener("load", () => { const row = rowOf(location.hash.slice(3)); if (row) linkOf(row).focus(); });
})();
