// A transcript: its sentences play their place in the recording, and can be searched.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);

  const soundOf = (said) => {
    const { recording, sound } = said.dataset;
    let audio = document.getElementById(recording) ?? $(`audio[data-recording="${recording}"]`);
    if (!audio) {
      // The part with the recordings is not there: the sound plays all the same.
      audio = Object.assign(document.createElement("audio"), { src: sound, controls: true, preload: "none" });
      audio.dataset.recording = recording;
      audio.setAttribute("aria-label", "Recording");
      said.before(audio);
    }
    return audio;
  };
  const go = (audio) => {
    if (audio.wanted === undefined) return;
    // One is heard at a time.
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.currentTime = audio.wanted;
    delete audio.wanted;
    audio.play().catch(() => {});
  };
  document.addEventListener("loadedmetadata", ({ target }) => go(target), true);
  const play = (button) => {
    const said = button.closest(".said");
    const audio = soundOf(said);
    // Where to go once its length is known: the sentence that was asked for last.
    audio.wanted = Number(button.dataset.at) / 1000;
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) go(audio);
    else if (audio.preload !== "auto" || audio.error) { audio.preload = "auto"; audio.load(); }
  };
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button.at") ?? (String(getSelection()) ? null : $("button.at", target.closest(".said[data-sound] p") ?? document.createElement("i")));
    if (!button) return;
    stand(button);
    play(button);
  });
  // One stop of the tab key for all sentences; arrows go from one to the next.
  const stand = (button) => {
    for (const other of button.closest(".said").querySelectorAll("button.at[tabindex='0']")) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  };
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.("button.at");
    const ways = { ArrowDown: 1, ArrowUp: -1 };
    if (event.target.id === "evidence" && event.key === "Enter") { const at = $("button.at", event.target); if (at) { stand(at); play(at); } return; }
    if (!button || !(event.key in ways)) return;
    event.preventDefault();
    const all = [...button.closest(".said").querySelectorAll("button.at")];
    const next = all[all.indexOf(button) + ways[event.key]];
    if (next) { stand(next); next.scrollIntoView({ block: "nearest" }); }
  });
  document.addEventListener("timeupdate", ({ target }) => {
    const said = $(`.said[data-recording="${target.dataset.recording ?? target.id}"]`);
    if (!said) return;
    const places = said.places ??= [...said.querySelectorAll("[data-at]")].map((button) => [Number(button.dataset.at), button.closest("p")]);
    let low = 0, high = places.length;
    while (low < high) { const middle = (low + high) >> 1; if (places[middle][0] <= target.currentTime * 1000 + 50) low = middle + 1; else high = middle; }
    const heard = low && !target.ended ? places[low - 1][1] : null;
    if (said.heard === heard) return;
    said.heard?.classList.remove("heard");
    heard?.classList.add("heard");
    said.heard = heard;
  }, true);
  document.addEventListener("playing", ({ target }) => { const trouble = target.parentElement.querySelector(".trouble"); if (trouble) trouble.hidden = true; }, true);
  document.addEventListener("error", ({ target }) => {
    if (target.matches?.("audio")) { delete target.wanted; const trouble = target.parentElement.querySelector(".trouble"); if (trouble) trouble.hidden = false; }
  }, true);

  // Searching: what is found is marked by the browser, nothing is changed, sent or kept.
  let found = [], at = -1;
  const search = (field) => {
    const wanted = field.value.trim().toLocaleLowerCase();
    found = []; at = -1;
    if (wanted.length > 1) {
      const walker = document.createTreeWalker(document.getElementById(field.dataset.find), NodeFilter.SHOW_TEXT, (node) =>
        node.parentElement.closest(".at, b") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
      while (walker.nextNode()) {
        const text = walker.currentNode.data.toLocaleLowerCase();
        if (text.length !== walker.currentNode.data.length) continue;
        for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
          const range = new Range();
          range.setStart(walker.currentNode, from);
          range.setEnd(walker.currentNode, from + wanted.length);
          found.push(range);
        }
      }
    }
    globalThis.CSS?.highlights?.set("found", new Highlight(...found));
    show(0, field);
  };
  const show = (to, field) => {
    at = found.length ? (to + found.length) % found.length : -1;
    $("#found").textContent = field.value.trim().length > 1 ? (found.length ? `${at + 1} of ${found.length}` : "not found") : "";
    globalThis.CSS?.highlights?.set("here", new Highlight(...(found[at] ? [found[at]] : [])));
    found[at]?.startContainer.parentElement.closest("p").scrollIntoView({ block: "center" });
  };
  document.addEventListener("input", ({ target }) => { if (target.id === "find") search(target); });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "find" || event.key !== "Enter") return;
    event.preventDefault();
    show(at + (event.shiftKey ? -1 : 1), event.target);
  });

  const ready = () => {
    if (!$("#find")?.value) { found = []; at = -1; }
    const first = $(".said button.at");
    if (first && !$(".said button.at[tabindex='0']")) ($("#evidence button.at") ?? first).tabIndex = 0;
  };
  document.addEventListener("htmx:afterSwap", ready);
  ready();
})();
