// A transcript that is heard: its sentences play their place in the recording.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const made = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // --- Sound -------------------------------------------------------------------------------------------------------
  // What a transcript knows of its sound: `audio` plays it, `asked` is the sentence pressed last, `heard` the one that
  // is marked, `note` what was said beside one of them.
  const saidOf = (audio) => $(`.said[data-recording="${audio.dataset.recording ?? audio.id}"]`);
  const soundOf = (said) => {
    if (said.audio?.isConnected) return said.audio;
    const { recording, sound } = said.dataset;
    let audio = document.getElementById(recording);
    if (!audio) {
      // The part with the recordings is not there: the sound plays all the same, by the sentences and the line above.
      audio = made("audio", { src: sound, preload: "none" });
      audio.dataset.recording = recording;
      said.before(audio);
    }
    return said.audio = audio;
  };
  const stateOf = (audio) => (!audio || audio.error ? "" : audio.wanted !== undefined ? "waiting" : audio.paused ? "paused" : "playing");
  const isOn = (audio) => ["waiting", "playing"].includes(stateOf(audio));

  const run = (audio) => audio.play().catch(({ name }) => {
    if (name === "NotAllowedError") failed(audio, "The browser did not let the sound begin by itself.");
    else if (name !== "AbortError") failed(audio);
  });
  const go = (audio) => {
    if (audio.wanted === undefined) return;
    audio.currentTime = audio.wanted;
    delete audio.wanted;
    run(audio);
  };
  const start = (said, seconds) => {
    const audio = soundOf(said);
    clear(said);
    // Where to go once its length is known: the place that was asked for last.
    audio.wanted = seconds;
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA && !audio.error) go(audio);
    else if (audio.preload !== "auto" || audio.error) { audio.preload = "auto"; audio.load(); }
    tell(said);
  };
  const hold = (said) => {
    delete said.audio.wanted;
    said.audio.pause();
    tell(said);
  };

  // Once more on what is heard holds it, and after that plays the sentence from its beginning.
  const press = (button) => {
    const said = button.closest(".said");
    const sentence = button.closest("p");
    if (button.disabled || !said.dataset.sound) return;
    if (said.heard === sentence && isOn(said.audio)) hold(said);
    else allowed(said, sentence, () => { said.asked = sentence; start(said, Number(button.dataset.at) / 1000); });
  };
  const pressLine = (said) => {
    if (isOn(said.audio)) hold(said);
    else allowed(said, null, () => {
      const audio = soundOf(said);
      said.asked = said.heard ?? null;
      if (audio.readyState && !audio.error) { clear(said); run(audio); }
      else start(said, audio.currentTime);
    });
  };

  // --- What is said beside a sentence ------------------------------------------------------------------------------
  const clear = (said) => { said.note?.remove(); delete said.note; };
  const onScreen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  // Beside the sentence, or in the line that stays where that has left the screen.
  const note = (said, sentence, words, label, action) => {
    clear(said);
    const button = made("button", { type: "button", textContent: label });
    button.addEventListener("click", () => {
      ($("button.at", sentence ?? made("p")) ?? $("#sound"))?.focus({ preventScroll: true });
      action();
    });
    said.note = made("div", { className: "beside", role: "alert" }, made("span", { textContent: words }), " ", button);
    if (sentence?.isConnected && onScreen(sentence)) { sentence.after(said.note); said.note.scrollIntoView({ block: "nearest" }); }
    else $("#transcript .part-head").append(said.note);
  };
  // Names are masked in the text, never in the sound.
  const allowed = (said, sentence, action) => {
    if (!("asks" in said.dataset)) { action(); return; }
    note(said, sentence, "Names are said in the sound, and it is not masked.", "Play it all the same", () => {
      delete said.dataset.asks;
      clear(said);
      action();
    });
  };
  const BROKEN = "The sound could not be played. Corti may not answer now, or not have the recording.";
  const failed = (audio, words = BROKEN) => {
    const said = saidOf(audio);
    const below = $(".trouble", audio.closest("figure") ?? made("i"));
    const isOurs = said?.audio === audio;
    const at = audio.wanted ?? audio.currentTime;
    delete audio.wanted;
    // Told once: where it was pressed, else beneath the player.
    below?.setAttribute("role", isOurs ? "note" : "alert");
    if (below) below.hidden = false;
    if (!isOurs) return;
    tell(said);
    note(said, said.asked, words, "Try again", () => start(said, at));
  };

  // --- What is marked ----------------------------------------------------------------------------------------------
  const clock = (seconds) => {
    const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  };
  // The last sentence that has begun. Of several at a time it is the one that was asked for.
  const sentenceAt = (said, time) => {
    const places = said.places ??= [...said.querySelectorAll("[data-at]")].map((button) => [Number(button.dataset.at), button.closest("p")]);
    let low = 0, high = places.length;
    while (low < high) { const middle = (low + high) >> 1; if (places[middle][0] <= time + 50) low = middle + 1; else high = middle; }
    if (!low) return null;
    const [begins, sentence] = places[low - 1];
    const asked = said.asked ? begins - Number($("[data-at]", said.asked)?.dataset.at) : NaN;
    return asked >= 0 && asked <= 50 ? said.asked : sentence;
  };
  // To whoever does not see the page a time alone is no button.
  const name = (button, words) => { button.ariaLabel = `${words} ${button.textContent}`; };
  const tell = (said) => {
    const { audio } = said;
    const state = stateOf(audio);
    const heard = !state || audio.ended ? null : state === "waiting" ? said.asked : sentenceAt(said, audio.currentTime * 1000);
    if (said.heard !== heard || said.dataset.state !== state) {
      for (const [sentence, is] of [[said.heard, false], [heard, true]]) {
        sentence?.classList.toggle("heard", is);
        const button = sentence && $("button.at", sentence);
        if (button) name(button, is && isOn(audio) ? "Pause," : "Play from");
      }
      said.heard = heard;
      said.dataset.state = state;
    }
    line(audio);
  };
  const line = (audio) => {
    const button = $("#sound");
    if (!button) return;
    const words = isOn(audio) ? "Pause" : "Play";
    const whole = Number.isFinite(audio?.duration) ? ` / ${clock(audio.duration)}` : "";
    const place = stateOf(audio) === "waiting" ? "Loading…" : `${clock(audio?.currentTime ?? 0)}${whole}`;
    if (button.innerText !== words) {
      $("span", button).textContent = words;
      $("use", button).setAttribute("href", isOn(audio) ? "#i-pause" : "#i-play");
    }
    if ($("#sounding-at").textContent !== place) $("#sounding-at").textContent = place;
  };

  const onSound = (names, action) => {
    for (const name of names) document.addEventListener(name, ({ target }) => { if (target.matches?.("audio")) action(target, saidOf(target)); }, true);
  };
  onSound(["loadedmetadata"], go);
  // One is heard at a time.
  onSound(["play"], (audio, said) => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    if (said) said.audio = audio;
  });
  onSound(["playing"], (audio, said) => {
    const below = $(".trouble", audio.closest("figure") ?? made("i"));
    if (below) below.hidden = true;
    if (said) clear(said);
  });
  onSound(["play", "playing", "pause", "timeupdate", "seeked", "ended", "durationchange"], (audio, said) => { if (said?.audio === audio) tell(said); });
  onSound(["error"], (audio) => failed(audio));

  // --- Pressing ----------------------------------------------------------------------------------------------------
  document.addEventListener("click", ({ target }) => {
    if (target.closest("#sound")) { pressLine($("#said")); return; }
    const button = target.closest("button.at") ?? (String(getSelection()) ? null : $("button.at", target.closest(".said[data-sound] p") ?? made("i")));
    if (!button) return;
    stand(button);
    press(button);
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
    if (event.target.id === "evidence" && event.key === "Enter") {
      const at = $("button.at", event.target);
      // The key must not press the button once more that it moves the focus to.
      if (at) { event.preventDefault(); stand(at); press(at); }
      return;
    }
    if (!button || !(event.key in ways)) return;
    event.preventDefault();
    const all = [...button.closest(".said").querySelectorAll("button.at")];
    const next = all[all.indexOf(button) + ways[event.key]];
    if (next) { stand(next); next.scrollIntoView({ block: "nearest" }); }
  });

  // --- What came with a part ---------------------------------------------------------------------------------------
  // Where all recordings of the encounter are on the page, it is known which one is heard, and whether there is one.
  const match = (said) => {
    const list = $("#recordings [data-whole]");
    const figure = document.getElementById(said.dataset.recording)?.closest("figure");
    const silent = Boolean(list) && !figure;
    if (silent !== ("silent" in said.dataset)) {
      said.toggleAttribute("data-silent", silent);
      for (const button of said.querySelectorAll("button.at")) button.disabled = silent;
      for (const [id, hidden] of [["sounding", silent], ["said-in", silent], ["said-hint", silent], ["said-silent", !silent]]) document.getElementById(id).hidden = hidden;
    }
    if (!figure) return;
    // Where there is one of each there is nothing to tell apart.
    const one = document.querySelectorAll("#recordings figure, .samples li").length < 2;
    $("#said-in").hidden = one;
    if (!one) { $("#said-in").textContent = $("b", figure).textContent; $(".of", figure).textContent = `of ${said.dataset.name}`; }
  };
  const ready = () => {
    const said = $("#said[data-sound]");
    // What a transcript that is not there any more began.
    for (const audio of document.querySelectorAll("audio")) if (!audio.paused && !audio.controls && !saidOf(audio)) audio.pause();
    if (!said) return;
    const audio = document.getElementById(said.dataset.recording);
    if (!said.audio?.isConnected) said.audio = audio?.currentTime ? audio : undefined;
    // Here and not on the server: there can be thousands, and without scripts they do nothing.
    if (!said.isNamed) for (const button of said.querySelectorAll("button.at")) name(button, "Play from");
    said.isNamed = true;
    match(said);
    tell(said);
    const first = $(".said button.at");
    if (first && !$(".said button.at[tabindex='0']")) ($("#evidence button.at") ?? first).tabIndex = 0;
  };
  document.addEventListener("htmx:afterSwap", ready);
  ready();
})();
