// Keeps what is typed into the session form: each change is sent a moment later; a line says when it was saved or that it was not.
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const PAUSE = 800; // milliseconds without a change before it is sent
  const line = form.querySelector("[data-draft-line]");
  const version = form.elements.draft_version;
  let timer = 0;
  let changes = 0;
  let saved = 0;
  let leaving = false;
  let sending = false;

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

  async function send() {
    if (sending) { timer = setTimeout(send, PAUSE); return; }
    sending = true;
    const upTo = changes;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "error" });
      const body = await answer.json();
      if (answer.ok) {
        version.value = body.version;
        saved = upTo;
        line.textContent = body.words;
      } else if (body.both) standsElsewhere(body.words);
      else failed(body.words);
    } catch {
      failed("Not saved. Keep this page open.");
    } finally {
      sending = false;
    }
  }

  const changed = () => {
    changes += 1;
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };

  form.addEventListener("input", changed);
  form.addEventListener("click", (event) => { if (event.target.closest("[data-map], [data-plan], [data-chosen], [data-all-no], [data-put-back]")) changed(); });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    leaving = true;
    if (!sending) return;
    // A save on its way raises the draft's number: what is signed must carry the new one.
    event.preventDefault();
    const pressed = event.submitter;
    const wait = setInterval(() => {
      if (sending) return;
      clearInterval(wait);
      form.requestSubmit(pressed);
    }, 50);
  });
  window.addEventListener("beforeunload", (event) => { if (!leaving && saved < changes) event.preventDefault(); });
})();
