/* Says two minutes before a session ends that it will, and lets the person stay. Another tab may have moved the end on,
   so the server is asked first; that question by itself keeps nobody signed in. Once it has ended, nobody at the empty
   chair reads what stood on the page (`data-over`, parts.css), nor in the title of its tab whose it is. Whoever signed
   in again in another tab goes on here: the page learns the new session's token. */
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
  let title; // of the page, while it is out of its tab

  const settle = (end, now) => {
    clinicEnd = new Date(end);
    endsAt = Date.now() + (clinicEnd - new Date(now));
  };

  const renew = (token) => {
    dialog.dataset.token = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((box) => { box.value = token; });
  };

  // Signed out in another tab, where somebody else may have signed in: from now on, however long was left.
  const endNow = () => {
    const early = Math.max(0, endsAt - Date.now());
    clinicEnd = new Date(clinicEnd - early);
    endsAt -= early;
  };

  const ask = async (options) => {
    const answer = await fetch(dialog.dataset.ask, { credentials: "same-origin", redirect: "manual", ...options });
    if (answer.type === "opaqueredirect") return endNow();
    if (!answer.ok) return;
    const told = await answer.json();
    if (String(told.who) !== dialog.dataset.who) return endNow();
    settle(told.ends_at, told.now);
    renew(told.token);
  };

  const askByItself = () => {
    asked = Date.now();
    return ask({ headers: { "X-By-Itself": "1" } }).catch(() => {});
  };

  const cover = (over) => {
    if (over === dialog.hasAttribute("data-over")) return;
    dialog.toggleAttribute("data-over", over);
    if (over) title = document.title;
    document.title = over ? "Signed out - Twelve Weeks" : title;
  };

  const show = (remaining) => {
    const options = { hour: "numeric", minute: "2-digit", hour12: true, timeZone: dialog.dataset.zone };
    when.textContent = clinicEnd.toLocaleTimeString("en-GB", options).replace(" ", "");
    const seconds = Math.max(0, Math.ceil(remaining / 1000));
    said.textContent = seconds ? "You will be" : "You were";
    left.textContent = seconds ? `${seconds > 60 ? "Less than 2 minutes" : "Less than a minute"} left.` : "Sign in again in another tab, then come back here.";
    stay.hidden = !seconds;
    again.hidden = Boolean(seconds);
    cover(!seconds);
    if (dialog.open) return;
    // What was said of a press the last time.
    dialog.querySelector("#failure")?.setAttribute("hidden", "");
    dialog.showModal();
  };

  const close = () => {
    cover(false);
    dialog.close();
  };

  const look = async () => {
    if (endsAt - Date.now() <= WARN_MS && Date.now() - asked > 20000) await askByItself();
    const remaining = endsAt - Date.now();
    if (remaining <= WARN_MS) show(remaining);
    else close();
  };

  stay.addEventListener("click", async () => {
    await ask({ method: "POST", headers: { "X-CSRFToken": dialog.dataset.token } }).catch(() => {});
    if (endsAt - Date.now() > WARN_MS) close();
    else document.dispatchEvent(new CustomEvent("failure", { detail: { value: NOT_KEPT } }));
  });

  document.addEventListener("visibilitychange", () => { if (!document.hidden) askByItself().then(look); });

  settle(dialog.dataset.endsAt, dialog.dataset.now);
  window.setInterval(look, TICK_MS);
})();
