/* Makes pages that already work without script quicker and safer: no double submit, focus where the eye goes next,
   results spoken, failures in words. Nothing here decides anything. */
(() => {
  "use strict";

  // Patients' pages bring their own words, in their own language.
  const WORDS = document.body.dataset;
  const NO_SERVER = WORDS.noServer || "We could not reach the server. Nothing was changed. Try again.";
  const NO_ANSWER = "We could not do this. Check whether it was saved, then try again. If it fails again call IT.";
  const SIGNED_OUT = "You have been signed out. Sign in again in another tab, then try again: what you typed is still here.";
  const SECOND_STEP = "You need a second step here now. Set one up in another tab, then try again: what you typed is still here.";
  // Pages that come before any other, the words for whoever is led to one, and those of the link to it.
  const FIRST = { [WORDS.loginUrl]: [SIGNED_OUT, "Sign in"], [WORDS.secondStepUrl]: [SECOND_STEP, "Set it up"] };
  const FOCUS_FIRST = [".error-summary", "[data-focus]", "[autofocus]"];

  const announce = (text) => {
    const region = document.getElementById("announce");
    if (!region) return;
    // The same words twice are only spoken twice if the region empties between.
    region.textContent = "";
    window.setTimeout(() => { region.textContent = text; }, 50);
  };

  const line = document.getElementById("failure");

  const showFailure = (text, link, onward) => {
    if (!line) return;
    // Behind an open dialog it would be covered and not read aloud. A dialog that is emptied takes it along: until the next one.
    const dialog = document.querySelector("dialog[open]");
    if (!line.isConnected || line.closest("dialog") !== dialog) (dialog || document.getElementById("main")).prepend(line);
    line.textContent = text;
    if (link) {
      const anchor = Object.assign(document.createElement("a"), { href: link, target: "_blank", textContent: onward });
      line.append(" ", anchor);
    }
    line.hidden = false;
    line.scrollIntoView({ block: "nearest" });
  };

  const hideFailure = () => {
    if (line) line.hidden = true;
  };

  const focusFirst = (scope) => {
    const matches = FOCUS_FIRST.map((selector) => (scope.matches?.(selector) ? scope : scope.querySelector(selector)));
    const target = matches.find(Boolean);
    if (!target) return false;
    if (!target.matches("a, button, input, select, textarea, [tabindex]")) target.tabIndex = -1;
    target.focus();
    return true;
  };

  /* One press, one submit. Disabling for real would drop the button's value and its focus. */
  const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");

  const hold = (form) => {
    form.dataset.busy = "";
    buttonsOf(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  };

  const release = (form) => {
    delete form.dataset.busy;
    buttonsOf(form).forEach((button) => button.removeAttribute("aria-disabled"));
  };

  /* Of a form that hands out a file the page stays as it is: nothing would ever release it. */
  const guarded = (form) => form.method === "post" && form.target !== "_blank" && !("download" in form.dataset);

  document.addEventListener("submit", (event) => {
    if (!("busy" in event.target.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("submit", (event) => {
    // A prevented event belongs to htmx, which holds and releases below.
    if (event.defaultPrevented || !guarded(event.target)) return;
    if (navigator.onLine) return hold(event.target);
    // Leaving the page for the browser's own "no connection" would throw away what was typed.
    event.preventDefault();
    showFailure(NO_SERVER);
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[aria-disabled=true]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // The back button may bring a page back as it was left: held.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach(release));

  const holder = (element) => element.closest("form") || element;
  const setBusy = (element, busy) => {
    const held = holder(element);
    if (held instanceof HTMLFormElement) return busy ? hold(held) : release(held);
    return busy ? held.setAttribute("aria-disabled", "true") : held.removeAttribute("aria-disabled");
  };

  /* Requests by htmx. Only what a person pressed moves the focus; a refresh by clock never does. */
  const pressed = (event) => ["click", "submit"].includes(event.detail.requestConfig?.triggeringEvent?.type);

  /* What a clock asks for has no event behind it: nobody waits for its answer. */
  const byClock = (event) => !event.detail.requestConfig?.triggeringEvent;

  /* What takes longer than a moment says so in words that stand still; nothing turns, nothing shimmers. */
  const loading = document.getElementById("loading");
  let slow = 0;
  const setLoading = (on) => {
    window.clearTimeout(slow);
    if (!loading) return;
    loading.hidden = true;
    if (on) slow = window.setTimeout(() => { loading.hidden = false; }, 300);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!byClock(event)) hideFailure();
    if (!pressed(event)) return;
    setBusy(event.detail.elt, true);
    setLoading(true);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!pressed(event)) return;
    setLoading(false);
    // On the way to another page: a second press would send the same once more.
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    setBusy(event.detail.elt, false);
  });

  const onFailure = (name, words) => document.addEventListener(name, (event) => { if (!byClock(event)) showFailure(words); });
  onFailure("htmx:sendError", NO_SERVER);
  onFailure("htmx:timeout", NO_ANSWER);
  onFailure("htmx:responseError", NO_ANSWER);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = new URL(event.detail.xhr.responseURL || location.href).pathname;
    if (!FIRST[answered]) return;
    // The session ended, or a second step is asked for since: that page must not land inside a table row.
    event.detail.shouldSwap = false;
    const [words, onward] = FIRST[answered];
    showFailure(words, answered, onward);
  });

  const announceMessages = () => {
    const words = [...document.querySelectorAll("[data-announce]")].map((element) => {
      const undo = element.parentElement.querySelector("[data-key=u]");
      return element.textContent + (undo ? " Undo available." : "");
    });
    if (words.length) announce(words.join(" "));
  };

  /* Messages lie over the foot of the page: what gets the focus is scrolled clear of them, however many lines they have. */
  const messages = document.getElementById("messages");
  const clear = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--app-messages", `${messages.offsetHeight}px`);
  });
  if (messages) clear.observe(messages);

  document.addEventListener("htmx:afterSettle", (event) => {
    if (!pressed(event) || focusFirst(event.detail.elt)) return;
    // What was pressed may be gone: stay at its place rather than fall back to the top of the page.
    if (document.activeElement !== document.body) return;
    event.detail.elt.tabIndex = -1;
    event.detail.elt.focus();
  });

  // For views that answer with the header HX-Trigger: {"announce": {"value": "2 changes"}}.
  document.addEventListener("announce", (event) => announce(event.detail.value));

  // For other scripts.
  document.addEventListener("failure", (event) => showFailure(event.detail.value));

  /* Who closes a message by key goes on where they were, not at the top of the page. A mouse has its own place. */
  const close = (button) => {
    const byKey = button.matches(":focus-visible");
    button.closest(".message").remove();
    if (!byKey) return;
    const spot = document.querySelector("[data-current]") || document.getElementById("main");
    if (!spot.hasAttribute("tabindex")) spot.tabIndex = -1;
    spot.focus({ preventScroll: spot.id === "main" });
  };

  /* Small behaviours asked for by attributes. */
  const onClick = {
    "[data-dismiss]": close,
    "[data-open-dialog]": (button) => document.getElementById(button.dataset.openDialog).showModal(),
    "[data-print]": () => window.print(),
    "[data-toggle-open]": (button) => {
      const open = document.getElementById(button.getAttribute("aria-controls")).classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    },
  };

  /* A list with boxes to tick: one box for all, and how many are ticked on the button that acts on them. */
  const boxesOf = (id) => [...document.querySelectorAll(`input[type=checkbox][form="${id}"]`)];

  const countTicked = (id) => {
    const button = document.querySelector(`[data-ticked="${id}"]`);
    const all = document.querySelector(`[data-tick-all="${id}"]`);
    if (!button || !all) return;
    const boxes = boxesOf(id);
    const ticked = boxes.filter((box) => box.checked).length;
    button.textContent = ticked ? `${button.dataset.verb} ${ticked} ${ticked === 1 ? "person" : "people"}` : button.dataset.words;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };

  document.addEventListener("change", ({ target }) => {
    const id = target.dataset.tickAll;
    if (id) boxesOf(id).forEach((box) => { box.checked = target.checked; });
    if (id || target.matches("input[type=checkbox][form]")) countTicked(id || target.getAttribute("form"));
  });

  // A browser may bring ticks back with a page, and tells of no change.
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-ticked]").forEach((button) => countTicked(button.dataset.ticked)));

  // A menu of the last row in sight opens below the edge of the window.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.menu[open]")) event.target.querySelector(".menu-list")?.scrollIntoView({ block: "nearest" });
  }, true);

  const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });

  document.addEventListener("click", (event) => {
    const selector = Object.keys(onClick).find((candidate) => event.target.closest(candidate));
    if (selector) onClick[selector](event.target.closest(selector));
    closeMenus(event.target.closest("details.menu"));
  });

  // Whoever tabs on would leave a menu open over what has the focus then.
  document.addEventListener("keyup", ({ key }) => {
    if (key === "Tab") closeMenus(document.activeElement.closest("details.menu"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    // Of the page, not of what has the focus: where a press with the mouse gives none (Safari), nothing in the menu has it.
    // A dialog closes itself, and gives the focus back into the menu that it was opened from.
    const scope = document.querySelector("dialog[open]") || document;
    const menu = scope.querySelector("details.menu[open]");
    // The menu of a narrow window: where there is room its button is not shown, and it always is.
    const button = scope.querySelector("[data-toggle-open][aria-expanded=true]");
    if (!menu && !button?.checkVisibility()) return;
    // The same key leads back to the page before, which is no part of closing a menu.
    event.stopImmediatePropagation();
    if (menu) menu.open = false;
    else button.click();
    (menu?.querySelector("summary") || button).focus();
  });

  // A menu that is there to write into is opened with the cursor in its field.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details.menu[open]")) target.querySelector("[data-focus-open]")?.focus();
  }, true);

  // A link of the error summary puts the focus into the field, not only on the screen: also into one that is folded away,
  // and where it names a list, into the first box of it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    for (let fold = field; (fold = fold.closest("details:not([open])"));) fold.open = true;
    const box = field.querySelector("input, select, textarea") || field;
    box.scrollIntoView({ block: "center" });
    box.focus();
  });

  announceMessages();
  if (!location.hash) focusFirst(document);
})();
