// The injection map writes into the list beside it, which is the truth. The server computes everything again at signing.
"use strict";

(() => {
  const form = document.querySelector("[data-record]");
  const map = form?.querySelector("[data-map]");
  if (!map) return;
  const find = (selector) => form.querySelector(selector);
  const boxes = [...form.querySelectorAll("input[name=sites]")];
  const byCode = new Map(boxes.map((box) => [box.value, box]));
  const doses = new Map(boxes.map((box) => [box.value, find(`#id_units_${box.value}`)]));
  const muscles = [...form.querySelectorAll("[data-muscle]")];
  const pictures = [...map.querySelectorAll("[data-picture]")];
  const limitReached = find("[data-limit-reached]");
  const panel = find("[data-chosen]");
  let chosen = "";
  let before = null;

  // As the server reads it: a digit of any script counts, a full-width one too. Ten of a script follow each other.
  const isDigit = (point) => /^\p{Nd}$/u.test(String.fromCodePoint(point));
  const worth = (digit) => {
    let below = 0;
    while (isDigit(digit.codePointAt(0) - below - 1)) below += 1;
    return below % 10;
  };
  const number = (input) => Number(input.value.replace(/\p{Nd}/gu, worth)) || 0;

  const units = (box) => (box.checked ? number(doses.get(box.value)) : 0);
  const sum = (some) => some.reduce((total, box) => total + units(box), 0);
  const muscleOf = (box) => box.closest("[data-muscle]");
  const inMuscle = (muscle) => boxes.filter((box) => muscleOf(box) === muscle);
  const marks = (code) => map.querySelectorAll(`[data-site="${code}"]`);

  const vials = (lot) => Number(form.elements[`${lot}strength`].value) * number(form.elements[`${lot}vials`]);

  // --- What is shown -----------------------------------------------------------------------------------------------

  const words = (box) => {
    const given = box.checked ? `${units(box)} units` : "not given";
    return `${box.dataset.number}. ${box.dataset.name}, ${given}`;
  };

  const paint = (box) => {
    const usual = Number(box.dataset.usual);
    const skip = find(`#id_skip_${box.value}`);
    marks(box.value).forEach((mark) => {
      mark.classList.toggle("is-given", box.checked);
      mark.classList.toggle("is-changed", box.checked && units(box) !== usual);
      mark.classList.toggle("is-skipped", !box.checked && Boolean(skip?.value));
      mark.setAttribute("aria-pressed", String(box.checked));
      mark.setAttribute("aria-label", words(box));
      mark.querySelector("[data-badge]").textContent = box.checked ? units(box) : "×";
    });
  };

  const show = () => {
    boxes.forEach(paint);
    const capped = [];
    muscles.forEach((muscle) => {
      const given = sum(inMuscle(muscle));
      const limit = Number(muscle.dataset.limit);
      const over = given > limit;
      muscle.querySelector("[data-muscle-total]").textContent = `${given} units given${over ? ", over the limit" : ""} ·`;
      muscle.classList.toggle("over-limit", over);
      if (inMuscle(muscle).some((box) => !("fixed" in box.dataset))) capped.push(`${muscle.dataset.muscle} ${given}/${limit}`);
    });
    const given = sum(boxes);
    const drawn = vials("") + (form.elements.second_lot.value ? vials("second_") : 0);
    const rest = given > drawn ? `${given - drawn} U more than in the vials` : `waste ${drawn - given} U of ${drawn} U`;
    const sites = boxes.filter((box) => box.checked).length;
    find("[data-total]").textContent = [`${given} U`, `${sites} site${sites === 1 ? "" : "s"}`, ...capped, rest].join(" · ");
    showChosen();
  };

  const showChosen = () => {
    const box = byCode.get(chosen);
    panel.hidden = !box;
    map.querySelectorAll(".is-current").forEach((mark) => mark.classList.remove("is-current"));
    if (!box) return;
    marks(chosen).forEach((mark) => mark.classList.add("is-current"));
    panel.querySelector("[data-chosen-label]").textContent = words(box);
    const extra = box.checked && !("fixed" in box.dataset);
    panel.querySelector("[data-other-side]").hidden = !(extra && otherSide(chosen));
    panel.querySelector("[data-both-here]").hidden = !(extra && spareBeside(chosen));
  };

  // --- What is changed ---------------------------------------------------------------------------------------------

  // A key is no input and no click: without these the draft and the list of sections would not hear of what it changed.
  const tellTheForm = () => ["input", "change"].forEach((name) => form.dispatchEvent(new Event(name)));

  // Give a site some units (0: none), unless the muscle would pass one of its limits.
  const give = (code, amount) => {
    const box = byCode.get(code);
    const muscle = muscleOf(box);
    const others = inMuscle(muscle).filter((one) => one !== box && one.checked);
    const [limit, mostSites] = [Number(muscle.dataset.limit), Number(muscle.dataset.mostSites)];
    const tooMuch = sum(others) + amount > limit;
    if (amount > units(box) && (tooMuch || others.length >= mostSites)) {
      const reached = tooMuch ? `${limit} units` : `${mostSites} site${mostSites === 1 ? "" : "s"}`;
      limitReached.textContent = `${muscle.dataset.muscle} is at its limit, ${reached}. Take one off or choose another muscle.`;
      return false;
    }
    limitReached.textContent = "";
    box.checked = amount > 0;
    doses.get(code).value = amount || box.dataset.usual;
    return true;
  };

  const toggle = (code) => {
    const box = byCode.get(code);
    give(code, box.checked ? 0 : Number(box.dataset.usual));
    chosen = code;
    show();
  };

  // One unit less or more; of a site that is off, than usual: so another dose is one press after the site's own.
  const dose = (step) => {
    const box = byCode.get(chosen);
    if (box) give(chosen, Math.max(1, (units(box) || Number(box.dataset.usual)) + step));
    show();
  };

  const mirrored = (code) => (code.includes("-R") ? code.replace("-R", "-L") : code.replace("-L", "-R"));
  const otherSide = (code) => (byCode.has(mirrored(code)) && mirrored(code) !== code ? mirrored(code) : "");
  // The spare places of a muscle's side come after its extra ones, in the same order.
  const spareBeside = (code) => {
    const side = code.slice(0, 5);
    const here = boxes.filter((box) => !("fixed" in box.dataset) && box.value.startsWith(side)).map((box) => box.value);
    const half = here.length / 2;
    const place = here.indexOf(code);
    return place >= 0 && place < half ? here[place + half] : "";
  };

  // Put a site on in place of another, with what was given there. That one stays as it was where there is no room.
  const putOn = (code, takeOff) => {
    const box = byCode.get(takeOff);
    const was = box && [box.checked, doses.get(takeOff).value];
    const amount = (box && units(box)) || Number(byCode.get(code).dataset.usual);
    if (box) give(takeOff, 0);
    if (give(code, amount)) chosen = code;
    else if (box) [box.checked, doses.get(takeOff).value] = was;
    show();
  };

  const planNow = () => new Map(boxes.filter((box) => box.checked).map((box) => [box.value, doses.get(box.value).value]));

  const replace = (plan) => {
    boxes.forEach((box) => {
      box.checked = plan.has(box.value);
      doses.get(box.value).value = plan.get(box.value) || box.dataset.usual;
    });
    limitReached.textContent = "";
    chosen = "";
    show();
  };

  form.addEventListener("click", (event) => {
    const plan = event.target.closest("[data-plan]");
    if (plan) {
      event.preventDefault();
      before = planNow();
      replace(new Map(plan.dataset.plan.trim().split(" ").filter(Boolean).map((part) => part.split(":"))));
      find("[data-replaced]").hidden = false;
    }
    if (event.target.closest("[data-put-back]")) {
      replace(before);
      find("[data-replaced]").hidden = true;
    }
    if (event.target.closest("[data-less]")) dose(-1);
    if (event.target.closest("[data-more]")) dose(1);
    if (event.target.closest("[data-other-side]")) putOn(otherSide(chosen), chosen);
    if (event.target.closest("[data-both-here]")) putOn(spareBeside(chosen), otherSide(chosen));
  });
  form.addEventListener("input", show);
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name !== "sites" || !box.checked) return;
    box.checked = false;
    give(box.value, number(doses.get(box.value)) || Number(box.dataset.usual));
    chosen = box.value;
    show();
  });

  // --- The pictures as controls: one tab stop each, arrows go to the nearest site in their direction ----------------

  // Ctrl and plus or minus zoom the page, Ctrl and s saves in other programs: neither changes what was given.
  const forBrowser = (event) => event.ctrlKey || event.metaKey || event.altKey;

  const shown = (picture) => [...picture.querySelectorAll("[data-site]")].filter((mark) => mark.getClientRects().length);
  const place = (mark) => mark.transform.baseVal.consolidate().matrix;

  const nearest = (from, marksHere, key) => {
    const start = place(from);
    const along = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
    const ahead = marksHere
      .filter((mark) => mark !== from)
      .map((mark) => {
        const dx = place(mark).e - start.e;
        const dy = place(mark).f - start.f;
        const forward = dx * along[0] + dy * along[1];
        return { mark, forward, cost: forward + 2 * Math.abs(dx * along[1] + dy * along[0]) };
      })
      .filter(({ forward }) => forward > 0)
      .sort((one, other) => one.cost - other.cost);
    return ahead[0]?.mark;
  };

  const rove = (picture, mark) => {
    picture.querySelectorAll("[data-site]").forEach((one) => one.setAttribute("tabindex", one === mark ? "0" : "-1"));
    mark.focus();
  };

  pictures.forEach((picture) => {
    picture.setAttribute("role", "group");
    picture.setAttribute("aria-label", picture.dataset.label);
    picture.querySelectorAll("[data-site]").forEach((mark, index) => {
      mark.querySelector("title")?.remove();
      mark.setAttribute("role", "button");
      mark.setAttribute("tabindex", index ? "-1" : "0");
    });
    picture.addEventListener("click", (event) => {
      const mark = event.target.closest("[data-site]");
      if (!mark) return;
      rove(picture, mark);
      toggle(mark.dataset.site);
    });
    picture.addEventListener("keydown", (event) => {
      const mark = event.target.closest("[data-site]");
      if (!mark || forBrowser(event)) return;
      const keys = {
        " ": () => { toggle(mark.dataset.site); tellTheForm(); },
        Enter: () => { toggle(mark.dataset.site); tellTheForm(); },
        "+": () => { chosen = mark.dataset.site; dose(1); tellTheForm(); },
        "-": () => { chosen = mark.dataset.site; dose(-1); tellTheForm(); },
        Home: () => rove(picture, shown(picture)[0]),
      };
      const next = event.key.startsWith("Arrow") ? nearest(mark, shown(picture), event.key) : null;
      if (next) rove(picture, next);
      else if (keys[event.key]) keys[event.key]();
      else if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      event.stopPropagation();
    });
  });
  map.classList.add("is-live");

  // --- Step through: one fixed site after the other, those given lying down first ------------------------------------

  const steps = boxes
    .filter((box) => "fixed" in box.dataset)
    .sort((one, other) => ("lying" in other.dataset) - ("lying" in one.dataset) || one.dataset.number - other.dataset.number)
    .map((box) => box.value);
  let at = -1;

  const step = (to) => {
    at = to;
    const ended = at < 0 || at >= steps.length;
    panel.querySelector("[data-stepping]").hidden = ended;
    chosen = ended ? "" : steps[at];
    show();
    if (ended) { find("[data-step]").focus(); at = -1; return; }
    panel.querySelector("[data-step-given]").focus({ preventScroll: true });
    const mark = [...marks(chosen)].find((one) => one.closest(".map-picture").offsetParent);
    mark?.closest(".map-picture").scrollIntoView({ block: "nearest" });
    // Of a picture that is taller than what is left above the panel at least the site.
    const hidden = mark ? mark.getBoundingClientRect().bottom - panel.getBoundingClientRect().top : 0;
    if (hidden > 0) window.scrollBy(0, hidden + 8);
  };

  const answer = (given) => {
    const box = byCode.get(steps[at]);
    give(box.value, given ? units(box) || Number(box.dataset.usual) : 0);
    step(at + 1);
  };

  // Nothing from here on was given: neither the sites still ahead nor what follows the pain, which comes last.
  const stop = () => {
    const ahead = new Set(steps.slice(at));
    boxes.filter((box) => ahead.has(box.value) || !("fixed" in box.dataset)).forEach((box) => give(box.value, 0));
    step(-1);
    const why = find("[data-stopped]");
    why.open = true;
    why.querySelector("[data-stop-reason]").focus();
  };

  find("[data-step]").addEventListener("click", () => step(0));
  panel.querySelector("[data-step-stop]").addEventListener("click", stop);
  panel.querySelector("[data-step-given]").addEventListener("click", () => answer(true));
  panel.querySelector("[data-step-skip]").addEventListener("click", () => answer(false));
  panel.querySelector("[data-step-back]").addEventListener("click", () => step(Math.max(0, at - 1)));
  panel.querySelector("[data-step-end]").addEventListener("click", () => step(-1));
  panel.addEventListener("keydown", (event) => {
    if (at < 0 || forBrowser(event)) return;
    const keys = { s: () => { answer(false); tellTheForm(); }, ArrowLeft: () => step(Math.max(0, at - 1)) };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  show();
})();
