/* What was noted for a visit goes along while a time is looked for: from the times to the calendar, from week to week and
   back. A note stands in no address, and in the browser only from one page to the next. */
(() => {
  "use strict";

  const NOTE = "note-so-far";

  const keep = (event) => {
    const field = document.querySelector("[data-note-of]");
    if (!field?.value || (event.type === "click" && !event.target.closest("a[href]"))) return;
    sessionStorage.setItem(NOTE, JSON.stringify([field.dataset.noteOf, field.value]));
  };

  const bring = () => {
    const [whose, note] = JSON.parse(sessionStorage.getItem(NOTE) || "[]");
    sessionStorage.removeItem(NOTE);
    const field = document.querySelector(`[data-note-of="${whose}"]`);
    if (field && !field.value) field.value = note;
  };

  document.addEventListener("click", keep);
  document.addEventListener("submit", keep);
  document.addEventListener("htmx:afterSwap", bring);
  bring();
})();
