/* Says two minutes before a session ends that it will, and lets the person stay. Another tab may have moved the end on,
   so the server is asked first; that question by itself keeps nobody signed in. Whoever signed in again in another tab
   goes on here: the page learns the new session's token. */
(() => {
  "use strict";

  const dialog = document.getElementById("rest-dialog");
  if (!dialog) return;
  const WARN_MS = 2 * 60 * 1000;
  const TICK_MS = 5000;
  const NOT_KEPT = "We could not keep you signed in. Try again.";
  const [said, when, left] = ["said", "when", "left"].map((name) => dialog.querySelector(`[data-${name}]`));
  const stay = dialog.querySelector("[data-stay]");
  const again = dialog.querySelector("[data-again]");
  let clinicEnd; // by the server's clock, which is shown
  let endsAt; // by this device's, which may be wrong by an hour: only what is left is taken from the server
  let asked = 0;

  const settle = (end, now) => {
    clinicEnd = new Date(end);
    endsAt = Date.now() + (clinicEnd - new Date(now));
  };

  // Somebody else who signed in here meanwhile must not send what this person typed.
  const renew = (who, token) => {
    if (String(who) !== dialog.dataset.who) return;
    dialog.dataset.token = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((box) => { box.value = token; });
  };

  const ask = async (options) => {
    const answer = await fetch(dialog.dataset.ask, { credentials: "same-origin", redirect: "manual", ...options });
    if (!answer.ok) return;
    const told = await answer.json();
    settle(told.ends_at, told.now);
    renew(told.who, told.token);
  };

  const askByItself = () => {
    asked = Date.now();
    return ask({ headers: { "X-By-Itself": "1" } }).catch(() => {});
  };

  const show = (remaining) => {
    const options = { hour: "numeric", minute: "2-digit", hour12: true, timeZone: dialog.dataset.zone };
    when.textContent = clinicEnd.toLocaleTimeString("en-GB", options).replace(" ", "");
    const seconds = Math.max(0, Math.ceil(remaining / 1000));
    said.textContent = seconds ? "You will be" : "You were";
    left.textContent = seconds ? `${seconds > 60 ? "Less than 2 minutes" : "Less than a minute"} left.` : "Sign in again in another tab, then come back here.";
    stay.hidden = !seconds;
    again.hidden = Boolean(seconds);
    if (dialog.open) return;
    // What was said of a press the last time.
    dialog.querySelector("#failure")?.setAttribute("hidden", "");
    dialog.showModal();
  };

  const look = async () => {
    if (endsAt - Date.now() > WARN_MS) {
      if (dialog.open) dialog.close();
      return;
    }
    if (Date.now() - asked > 20000) await askByItself();
    const remaining = endsAt - Date.now();
    if (remaining <= WARN_MS) show(remaining);
    else if (dialog.open) dialog.close();
  };

  stay.addEventListener("click", async () => {
    await ask({ method: "POST", headers: { "X-CSRFToken": dialog.dataset.token } }).catch(() => {});
    if (endsAt - Date.now() > WARN_MS) dialog.close();
    else document.dispatchEvent(new CustomEvent("failure", { detail: { value: NOT_KEPT } }));
  });

  document.addEventListener("visibilitychange", () => { if (!document.hidden) askByItself().then(look); });

  settle(dialog.dataset.endsAt, dialog.dataset.now);
  window.setInterval(look, TICK_MS);
})();
