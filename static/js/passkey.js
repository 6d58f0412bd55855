// A form that a passkey fills in: the browser asks for fingerprint, face, PIN or a security key.
"use strict";
(() => {
  const form = document.querySelector("[data-passkey]");
  const options = JSON.parse(form.dataset.options);
  const message = form.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    message.hidden = true;
    try {
      const credential = await webauthnJSON[form.dataset.passkey](options);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      message.hidden = false;
    }
  });
})();
