// Warns before the session ends, in every tab at the same time, and clears the page when it has, or was signed out of.
"use strict";
(() => {
  const WARN = 120; // seconds
  const dialog = document.querySelector("#session-warning");
  if (!dialog) return;
  const left = dialog.querySelector("#session-left");
  const trouble = dialog.querySelector(".session-trouble");
  const tabs = new BroadcastChannel("session");
  let ends = Date.now() + Number(document.body.dataset.endsIn) * 1000;
  let over = false;

  // In words, and seldom: a reader announces every change.
  const words = (seconds) => {
    if (seconds > 90) return "2 minutes";
    if (seconds > 60) return "a minute and a half";
    if (seconds > 30) return "1 minute";
    return seconds > 10 ? "30 seconds" : "10 seconds";
  };
  const leave = (address) => {
    if (over) return;
    over = true;
    document.title = "Signed out";
    document.body.replaceChildren();
    location.replace(address);
  };
  const end = () => {
    const next = encodeURIComponent(location.pathname + location.search);
    // If the session was prolonged elsewhere after all, the sign-in leads straight back.
    leave(`${dialog.dataset.signIn}?next=${next}&ended=1`);
  };
  const tick = () => {
    if (over) return;
    const seconds = (ends - Date.now()) / 1000;
    // A second more than the server has: the sign-in must not find the session alive.
    if (seconds < -1) { tabs.postMessage({ over: true }); end(); return; }
    if (seconds > WARN) { if (dialog.open) dialog.close(); return; }
    const text = words(seconds);
    if (left.textContent !== text) left.textContent = text;
    if (!dialog.open) { trouble.hidden = true; dialog.showModal(); }
  };
  const renew = (seconds) => {
    if (seconds === null || seconds === "") return;
    ends = Date.now() + Number(seconds) * 1000;
    tabs.postMessage({ ends });
    tick();
  };
  const stay = async () => {
    const form = dialog.querySelector("#session-stay");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type === "opaqueredirect") end();
      else if (answer.ok) renew(answer.headers.get("X-Session-Ends-In"));
      else trouble.hidden = false;
    } catch { trouble.hidden = false; }
  };

  tabs.addEventListener("message", ({ data }) => {
    // Who signs out in another tab does not want to come back here, nor that somebody else does.
    if (data.out) leave(dialog.dataset.signIn);
    else if (data.over) end();
    else { ends = data.ends; tick(); }
  });
  dialog.querySelector("#session-stay").addEventListener("submit", (event) => { event.preventDefault(); stay(); });
  // Who presses Escape is there.
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    renew(detail.xhr?.getResponseHeader("X-Session-Ends-In") ?? null);
  }, true);
  document.addEventListener("visibilitychange", tick);
  addEventListener("pageshow", tick);
  tabs.postMessage({ ends });
  setInterval(tick, 1000);
  tick();
})();
