/* A passkey that is not used says why: what brings the passkeys only tells the console. Enter asks for one, as the button does.
   Where none can work nothing offers one. */
(() => {
  "use strict";

  const ELSE = "Nothing was changed. Try again, or go on without it.";
  const WHY = {
    NotAllowedError: "No passkey was used.",
    InvalidStateError: "This device holds a passkey of yours already.",
  };
  const CANNOT = "This browser cannot use passkeys here. Use your password and an authenticator app, or another browser.";
  const NAMELESS = "Passkeys belong to the name of a web address, and the address of this page is a number. Open it by its name, or use your password and an authenticator app.";

  const unnamed = /^[\d.]+$|^\[/.test(window.location.hostname);
  const why = window.PublicKeyCredential ? unnamed && NAMELESS : CANNOT;
  if (why) {
    document.querySelectorAll("[data-passkey]").forEach((offer) => { offer.hidden = true; });
    document.querySelectorAll("[data-no-passkey]").forEach((line) => { line.textContent = why; line.hidden = false; });
  }

  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-asks-passkey]");
    if (!button) return;
    event.preventDefault();
    button.click();
  }, true);

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const value = window.PublicKeyCredential ? `${WHY[event.detail.exception.name] || "The passkey did not work."} ${ELSE}` : CANNOT;
    document.dispatchEvent(new CustomEvent("failure", { detail: { value } }));
  });
})();
