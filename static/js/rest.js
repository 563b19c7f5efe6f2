/* Says two minutes before a session ends that it will, and lets the person stay. Another tab may have moved the end on,
   so the server is asked first; that question by itself keeps nobody signed in. */
(() => {
  "use strict";

  const dialog = document.getElementById("rest-dialog");
  if (!dialog) return;
  const WARN_MS = 2 * 60 * 1000;
  const TICK_MS = 5000;
  const when = dialog.querySelector("[data-when]");
  const left = dialog.querySelector("[data-left]");
  const stay = dialog.querySelector("[data-stay]");
  let endsAt = new Date(dialog.dataset.endsAt);
  let asked = 0;

  const ask = async (options) => {
    const answer = await fetch(dialog.dataset.ask, { credentials: "same-origin", redirect: "manual", ...options });
    if (!answer.ok) return;
    endsAt = new Date((await answer.json()).ends_at);
  };

  const show = (remaining) => {
    const options = { hour: "numeric", minute: "2-digit", hour12: true, timeZone: dialog.dataset.zone };
    when.textContent = endsAt.toLocaleTimeString("en-GB", options).replace(" ", "");
    const seconds = Math.max(0, Math.ceil(remaining / 1000));
    left.textContent = seconds ? `${seconds > 60 ? "Less than 2 minutes" : "Less than a minute"} left.` : "You have been signed out. Sign in again in another tab.";
    stay.hidden = !seconds;
    if (!dialog.open) dialog.showModal();
  };

  const look = async () => {
    if (endsAt - Date.now() > WARN_MS) {
      if (dialog.open) dialog.close();
      return;
    }
    if (Date.now() - asked > 20000) {
      asked = Date.now();
      await ask({ headers: { "X-By-Itself": "1" } }).catch(() => {});
    }
    const remaining = endsAt - Date.now();
    if (remaining <= WARN_MS) show(remaining);
    else if (dialog.open) dialog.close();
  };

  stay.addEventListener("click", async () => {
    await ask({ method: "POST", headers: { "X-CSRFToken": dialog.dataset.token } }).catch(() => {});
    if (endsAt - Date.now() > WARN_MS) dialog.close();
  });

  window.setInterval(look, TICK_MS);
})();
