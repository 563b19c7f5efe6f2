// The session form: one tap for all No once the last question was on the screen, and the list of sections that ticks off.
"use strict";

(() => {
  const form = document.querySelector("[data-record]");
  if (!form) return;
  const questions = [...form.querySelectorAll("[data-section=safety] .question")];
  const all = form.querySelector("[data-all-no]");

  if (all) {
    all.setAttribute("aria-disabled", "true");
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      all.removeAttribute("aria-disabled");
      seen.disconnect();
    });
    seen.observe(questions.at(-1));
    all.addEventListener("click", () => {
      if (all.hasAttribute("aria-disabled")) return;
      // What was answered stays: a Yes or a Not known has to be answered on its own.
      questions.forEach((question) => {
        if (!question.querySelector("input:checked")) question.querySelector("input[value=no]").checked = true;
      });
      tick();
    });
  }

  // --- Messages stand above the foot of the form, whose height changes with its words: they hid Sign and Leave ----------

  const foot = form.querySelector(".sign-bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--app-foot", `${foot.offsetHeight}px`)).observe(foot);

  // --- None, or the side effects: never both --------------------------------------------------------------------------

  const none = form.elements.no_effects;
  const effects = [...form.querySelectorAll("input[name=effects]")];
  form.addEventListener("change", (event) => {
    if (event.target === none && none.checked) effects.forEach((box) => { box.checked = false; });
    if (effects.includes(event.target) && event.target.checked) none.checked = false;
  });

  // --- Why it stopped, by one press; what is typed stays possible ---------------------------------------------------------

  form.addEventListener("click", (event) => {
    const reason = event.target.closest("[data-stop-reason]");
    if (!reason) return;
    const field = form.elements.stopped_reason;
    field.value = reason.textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- The sections beside the form; the server decides at signing ------------------------------------------------------

  const filled = (name) => Boolean(form.elements[name]?.value);
  const ticked = (name) => Boolean(form.querySelector(`[name=${name}]:checked`));
  const done = {
    who: () => ticked("identity_checked") && (!form.elements.given_on || ticked("given_on")),
    since: () => ticked("no_effects") || (ticked("effects") && ticked("effects_severity")),
    safety: () => questions.every((question) => question.querySelector("input:checked")),
    sites: () => ticked("sites") && !form.querySelector(".over-limit"),
    sign: () => ticked("consent_confirmed") && ["lot", "expires_on", "strength", "vials"].every(filled),
  };
  const steps = [...document.querySelectorAll("[data-step-to]")];
  const tick = () => steps.forEach((step) => { step.querySelector(".tick").hidden = !done[step.dataset.stepTo](); });

  // After the map has written into the list.
  form.addEventListener("change", () => queueMicrotask(tick));
  form.addEventListener("click", () => setTimeout(tick));
  tick();

  // --- Which section is on the screen -----------------------------------------------------------------------------------

  const here = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      steps.forEach((step) => {
        if (step.dataset.stepTo === entry.target.dataset.section) step.setAttribute("aria-current", "step");
        else step.removeAttribute("aria-current");
      });
    });
  }, { rootMargin: "-20% 0px -60% 0px" });
  form.querySelectorAll("[data-section]").forEach((section) => here.observe(section));
})();
