// The session form's safety questions: one tap for all No, once the last question has been on the screen.
"use strict";

(() => {
  const form = document.querySelector("[data-record]");
  const all = form?.querySelector("[data-all-no]");
  if (!all) return;
  const questions = [...form.querySelectorAll(".question")];

  all.setAttribute("aria-disabled", "true");
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    all.removeAttribute("aria-disabled");
    seen.disconnect();
  });
  seen.observe(questions.at(-1));

  all.addEventListener("click", () => {
    if (all.hasAttribute("aria-disabled")) return;
    // A Yes that was given stays: it has to be answered on its own.
    questions.forEach((question) => {
      if (!question.querySelector("input:checked")) question.querySelector("input[value=no]").checked = true;
    });
  });
})();
