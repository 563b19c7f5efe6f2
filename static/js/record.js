// The session form's running totals and its one-tap choices. The server computes everything again when it signs.
"use strict";

(() => {
  const form = document.querySelector("[data-record]");
  if (!form) return;
  const sites = [...form.querySelectorAll("input[name=sites]")];
  const total = form.querySelector("[data-total]");
  const units = (boxes) => boxes.filter((box) => box.checked).reduce((sum, box) => sum + Number(box.dataset.units), 0);

  const drawn = () => Number(form.elements.strength.value) * Number(form.elements.vials.value || 0);

  const showMuscle = (field) => {
    const given = units([...field.querySelectorAll("input[name=sites]")]);
    const over = given > Number(field.dataset.limit);
    field.querySelector("[data-muscle-total]").textContent = `${given} units given${over ? ", over the limit" : ""} ·`;
    field.classList.toggle("over-limit", over);
  };

  const show = () => {
    form.querySelectorAll("[data-muscle]").forEach(showMuscle);
    const given = units(sites);
    const waste = drawn() - given;
    const rest = waste < 0 ? `${-waste} units more than in the vials` : `waste ${waste} of ${drawn()} units`;
    total.textContent = `${given} units · ${sites.filter((box) => box.checked).length} sites · ${rest}`;
  };

  form.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-sites]");
    if (choice) {
      const chosen = new Set(choice.dataset.sites.split(" "));
      sites.forEach((box) => { box.checked = chosen.has(box.value); });
      show();
    }
    if (event.target.closest("[data-all-no]")) {
      // A Yes that was given stays: it has to be answered on its own.
      form.querySelectorAll("input[type=radio][value=no]").forEach((radio) => {
        if (!form.querySelector(`input[name="${radio.name}"]:checked`)) radio.checked = true;
      });
    }
  });
  form.addEventListener("input", show);
  show();
})();
