// Keeps what is typed into the session form: each change is sent a moment later; a line says when it was saved or that it was not.
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const PAUSE = 800; // milliseconds without a change before it is sent
  const LONGEST = 30000; // what takes longer has lost its line
  const AGAIN = 5000; // before it is tried again by itself, and twice as long each time, up to the longest
  const NOBODY = new Set([502, 503, 504]); // what is said in the place of a server that is away
  const SIGNED_OUT = "You have been signed out. Sign in again in another tab, then try again. Keep this page open.";
  const SECOND_STEP = "You need a second step here now. Set one up in another tab, then try again. Keep this page open.";
  const line = form.querySelector("[data-draft-line]");
  const version = form.elements.draft_version;
  // A save may arrive though its answer does not: by these the server knows that the next one comes from here, too.
  const ownName = [...crypto.getRandomValues(new Uint32Array(2))].join("-");
  let turn = 0;
  let timer = 0;
  let changes = 0;
  let saved = 0;
  let leaving = false;
  let sending = false;
  let ledAway = false;
  let another = false;
  let unreached = false;
  let faulty = false;
  let knowsFault = false;
  let done = false;
  let wait = AGAIN;

  const button = (type, label) => {
    const made = document.createElement("button");
    made.type = type;
    made.className = "btn btn-sm btn-secondary";
    made.textContent = label;
    line.append(made);
    return made;
  };

  const failed = (words) => {
    // What stands there stays: whoever is on its button would lose it, and hear it again with each try.
    if (line.firstChild?.data === `${words} ` && line.querySelector("[type=button]")) return;
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

  const ask = async (address, how) => {
    const answer = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout?.(LONGEST), ...how });
    if (NOBODY.has(answer.status)) throw new TypeError("nobody is there");
    return answer;
  };

  const post = () => {
    const body = new FormData(form);
    turn += 1;
    body.set("window", ownName);
    body.set("turn", turn);
    return ask(form.dataset.draft, { method: "POST", body });
  };

  // Signing in again, in another tab, makes the form's token worthless: the new session has one of its own. Somebody else
  // who signed in there must not become the author of what was typed here.
  const renewed = async () => {
    const answer = await ask(form.dataset.token, { headers: { "X-By-Itself": "1" } });
    if (!answer.ok) return false;
    const told = await answer.json();
    another = String(told.who) !== form.dataset.who;
    if (!another) form.elements.csrfmiddlewaretoken.value = told.token;
    return !another;
  };

  const tryAgainLater = () => {
    timer = setTimeout(send, wait);
    wait = Math.min(2 * wait, LONGEST);
  };

  async function send() {
    clearTimeout(timer);
    if (sending) { timer = setTimeout(send, PAUSE); return; }
    sending = true;
    const upTo = changes;
    another = unreached = faulty = false;
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
      faulty = fault instanceof SyntaxError;
      unreached = !faulty;
      failed("Not saved. Keep this page open.");
    } finally {
      sending = false;
      if (unreached) tryAgainLater();
      else wait = AGAIN;
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
    const slow = setTimeout(() => { line.textContent = "Saving what you typed before it is signed"; }, PAUSE);
    settled().then(() => {
      clearTimeout(slow);
      // Signing may end in the same fault, and take what was typed along: whoever goes on has read that it is not saved.
      leaving = done = !ledAway && !unreached && (!faulty || knowsFault);
      if (done) { form.requestSubmit(pressed); return; }
      knowsFault = faulty;
      if (faulty) failed(`Not saved, for the server has a fault. Press ${pressed?.textContent.trim() || "it"} again to go on all the same.`);
      line.scrollIntoView({ block: "center" });
    });
  });
  // So the log-in, if it stands in between by now, need not show what was written: it will stand here again.
  form.addEventListener("formdata", (event) => { if (saved === changes) event.formData.set("kept", "yes"); });
  window.addEventListener("online", () => { if (unreached) send(); });
  window.addEventListener("beforeunload", (event) => { if (!leaving && saved < changes) event.preventDefault(); });
})();
