// Keeps what is typed into the session form: each change is sent a moment later; a line says when it was saved or that it was not.
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const PAUSE = 800; // milliseconds without a change before it is sent
  const SIGNED_OUT = "You have been signed out. Sign in again in another tab, then try again. Keep this page open.";
  const SECOND_STEP = "You need a second step here now. Set one up in another tab, then try again. Keep this page open.";
  const line = form.querySelector("[data-draft-line]");
  const version = form.elements.draft_version;
  let timer = 0;
  let changes = 0;
  let saved = 0;
  let leaving = false;
  let sending = false;
  let ledAway = false;
  let another = false;
  let unreached = false;
  let done = false;

  const button = (type, label) => {
    const made = document.createElement("button");
    made.type = type;
    made.className = "btn btn-sm btn-secondary";
    made.textContent = label;
    line.append(made);
    return made;
  };

  const failed = (words) => {
    line.textContent = `${words} `;
    button("button", "Try again").addEventListener("click", send);
  };

  // Somebody else, or another window, wrote meanwhile: the page with both versions takes what was typed here along.
  const standsElsewhere = (words) => {
    line.textContent = `${words} `;
    button("submit", "See both versions").formAction = form.dataset.both;
  };

  // To a page that comes before any other: to the log-in, or to *Second step* of whoever is still known here.
  const isRedirect = (answer) => answer.type === "opaqueredirect";

  const post = () => fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "manual" });

  // Signing in again, in another tab, makes the form's token worthless: the new session has one of its own. Somebody else
  // who signed in there must not become the author of what was typed here.
  const renewed = async () => {
    const answer = await fetch(form.dataset.token, { headers: { "X-By-Itself": "1" }, redirect: "manual" });
    if (!answer.ok) return false;
    const told = await answer.json();
    another = String(told.who) !== form.dataset.who;
    if (!another) form.elements.csrfmiddlewaretoken.value = told.token;
    return !another;
  };

  async function send() {
    if (sending) { timer = setTimeout(send, PAUSE); return; }
    sending = true;
    const upTo = changes;
    another = unreached = false;
    try {
      let answer = await post();
      const known = (answer.status === 403 || isRedirect(answer)) && await renewed();
      if (known) answer = await post();
      ledAway = another || isRedirect(answer);
      if (another) { failed("Somebody else is signed in here now, so this is not saved. Sign in yourself in another tab, then try again. Keep this page open."); return; }
      if (ledAway) { failed(known ? SECOND_STEP : SIGNED_OUT); return; }
      const body = await answer.json();
      if (answer.ok) {
        version.value = body.version;
        saved = upTo;
        line.textContent = body.words;
      } else if (body.both) standsElsewhere(body.words);
      else failed(body.words);
    } catch (fault) {
      // An answer that cannot be read is one all the same.
      unreached = fault instanceof TypeError;
      failed("Not saved. Keep this page open.");
    } finally {
      sending = false;
    }
  }

  // What is signed must carry the number of the last draft, and must not be lost on the way to the log-in,
  // nor to the browser's own page where no server answers.
  const settled = async () => {
    while (sending) await new Promise((go) => { setTimeout(go, 50); });
    if (saved < changes) await send();
  };

  const changed = () => {
    changes += 1;
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };

  form.addEventListener("input", changed);
  form.addEventListener("click", (event) => { if (event.target.closest("[data-map], [data-plan], [data-chosen], [data-all-no], [data-put-back]")) changed(); });
  form.addEventListener("submit", (event) => {
    // Held back by static/js/app.js, in words: the page stays, and goes on being kept.
    if (!navigator.onLine) { leaving = done = false; return; }
    clearTimeout(timer);
    leaving = true;
    const pressed = event.submitter;
    if (done || pressed?.hasAttribute("formaction") || (!sending && saved === changes)) return;
    event.preventDefault();
    settled().then(() => {
      leaving = done = !ledAway && !unreached;
      if (done) form.requestSubmit(pressed);
      else line.scrollIntoView({ block: "center" });
    });
  });
  window.addEventListener("beforeunload", (event) => { if (!leaving && saved < changes) event.preventDefault(); });
})();
