/* Single-letter keys, driven by attributes: data-key on what a key presses, data-go on what `g` and a letter opens,
   data-rows around rows for j and k; template[data-keys] lists what a control of the page does with keys of its own.
   Silent while typing, with modifiers, and when switched off. */
(() => {
  "use strict";

  const STORE = "single-letter-keys";
  const PLACE = "row-of-the-last-key";
  const MESSAGES = "messages"; // in place of a row's id
  const SEQUENCE_MS = 1500;
  const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
  const ROWS = "[data-rows] tbody > tr, [data-rows] [data-row]";
  const root = document.documentElement;
  let goUntil = 0;
  let lastRow = -1;

  const on = () => localStorage.getItem(STORE) !== "off";
  const visible = (element) => element.checkVisibility();
  const scope = () => document.querySelector("dialog[open]") || document;
  const rows = () => [...document.querySelectorAll(ROWS)].filter(visible);

  const showState = () => {
    root.classList.toggle("keys-on", on());
    document.querySelectorAll("[data-keys-switch]").forEach((box) => { box.checked = on(); });
  };

  const markShortcuts = (part) => part.querySelectorAll("[data-key]").forEach((element) => {
    element.setAttribute("aria-keyshortcuts", element.dataset.key);
  });

  /* Rows: the current one is marked, and stays current after a swap so that the next key still means this patient. */
  const setRow = (index) => {
    const all = rows();
    if (!all.length) return;
    lastRow = Math.max(0, Math.min(index, all.length - 1));
    document.querySelectorAll("[data-current]").forEach((row) => row.removeAttribute("data-current"));
    all[lastRow].dataset.current = "";
    all[lastRow].tabIndex = -1;
    all[lastRow].focus();
  };

  const marked = () => rows().find((row) => "current" in row.dataset);
  const currentRow = () => rows().find((row) => row.contains(document.activeElement)) || marked() || rows()[lastRow];
  const rowIndex = () => rows().indexOf(currentRow());

  const keepPlace = (row) => {
    if (row?.id) sessionStorage.setItem(PLACE, window.location.pathname + row.id);
  };

  const find = (key) => {
    const wanted = `[data-key="${CSS.escape(key)}"]`;
    // What has the focus comes first: right after a booking that is its Undo, not the row's.
    if (document.activeElement.matches(wanted)) return document.activeElement;
    const row = scope() === document && currentRow();
    const inRow = row && [...row.querySelectorAll(wanted)];
    const outside = [...scope().querySelectorAll(wanted)].filter((element) => !element.closest(ROWS));
    // Items of a closed menu count: a key must not depend on the menu being open.
    return (inRow && inRow[0]) || outside.find((element) => visible(element) || element.closest("details.menu"));
  };

  /* A key of a row is pressed in any of them: it is listed with what it does in each, and without anybody's name. */
  const wordsOf = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".visually-hidden").forEach((part) => part.remove());
    return (copy.textContent.trim() || element.ariaLabel || "").replace(/\s+/g, " ");
  };

  const keyed = () => [
    ...[...document.querySelectorAll("[data-key]")].filter((element) => visible(element) || element.closest("details.menu")),
    ...[...document.querySelectorAll("template")].flatMap((later) => [...later.content.querySelectorAll("[data-key]")]),
  ];

  const listKeysHere = () => {
    const list = document.querySelector("[data-keys-here]");
    const seen = new Map();
    keyed().forEach((element) => {
      const words = wordsOf(element);
      if (words) seen.set(element.dataset.key, (seen.get(element.dataset.key) || new Set()).add(words));
    });
    list.replaceChildren(...[...seen].map(([key, words]) => {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("kbd"), { textContent: key }), ` ${[...words].join(", ")}`);
      return item;
    }));
    document.querySelectorAll("template[data-keys]").forEach((own) => list.append(own.content.cloneNode(true)));
    list.previousElementSibling.hidden = !list.children.length;
  };

  const openHelp = () => {
    const dialog = document.getElementById("keys-dialog");
    if (!dialog || dialog.open) return;
    listKeysHere();
    dialog.showModal();
  };

  const openRow = () => {
    const row = document.activeElement.matches(ROWS) && document.activeElement;
    const link = row && (row.querySelector("[data-open]") || row.querySelector("a[href]"));
    if (link) link.click();
    return Boolean(link);
  };

  const fixed = {
    "/": () => { const box = document.querySelector("[data-search]"); if (box) { box.focus(); box.select(); } return box; },
    "?": () => { openHelp(); return true; },
    // Within a form a letter may be meant for a choice, and what is typed there would be lost.
    "n": () => {
      const link = !document.activeElement.closest("form") && document.querySelector("[data-register]");
      if (link) link.click();
      return Boolean(link);
    },
    "g": () => { goUntil = performance.now() + SEQUENCE_MS; return true; },
    "j": () => { setRow(rowIndex() + 1); return rows().length; },
    "k": () => { setRow(rowIndex() - 1); return rows().length; },
    "Enter": openRow,
    "ArrowDown": () => document.activeElement.matches(ROWS) && fixed.j(),
    "ArrowUp": () => document.activeElement.matches(ROWS) && fixed.k(),
  };
  // These are not letters: they stay when single-letter keys are switched off.
  const ALWAYS = new Set(["Enter", "ArrowDown", "ArrowUp", "Escape"]);

  const press = (key) => {
    if (performance.now() < goUntil) {
      goUntil = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) link.click();
      return Boolean(link);
    }
    const target = find(key);
    if (target) {
      const row = currentRow();
      if (row?.contains(target)) {
        lastRow = rowIndex();
        // So that what the key opens gives the focus back to the row.
        if (!row.contains(document.activeElement)) { row.tabIndex = -1; row.focus(); }
      }
      keepPlace(row);
      target.click();
      return true;
    }
    if (scope() !== document) return false;
    return Boolean(fixed[key]?.());
  };

  /* A step loads the page anew with the focus on Undo; the next key still means the row of the last one. Undo itself
     leaves nothing to have the focus: the row gets it, or where there is none the message that came in its place. */
  const stayInPlace = () => {
    const place = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    const index = rows().findIndex((row) => row.id && window.location.pathname + row.id === place);
    const message = place === window.location.pathname + MESSAGES && document.querySelector("#messages [data-announce]");
    const here = index < 0 ? message : rows()[index];
    if (index >= 0) {
      lastRow = index;
      here.dataset.current = "";
    }
    if (!here || document.activeElement !== document.body) return;
    here.tabIndex = -1;
    here.focus();
  };

  const submitForm = (event) => {
    const form = event.target.closest?.("form");
    if (!form) return;
    const main = form.querySelector("[data-main], .btn-primary[type=submit]") || form.querySelector("[type=submit]");
    event.preventDefault();
    if (main) main.click();
  };

  const ignored = (event) => event.ctrlKey || event.metaKey || event.altKey || event.isComposing
    || (event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(event.key))
    || event.target.matches?.(TYPING)
    || (!on() && !ALWAYS.has(event.key))
    // An open dialog closes itself on Escape; the page under it must not go back as well.
    || (event.key === "Escape" && scope() !== document);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submitForm(event);
    else if (!ignored(event) && press(event.key)) event.preventDefault();
  });

  // By whatever key or press: what had the focus, Undo or a button of a row, is gone with the page.
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#messages")) return keepPlace(event.submitter?.closest(ROWS));
    sessionStorage.setItem(PLACE, window.location.pathname + MESSAGES);
    return keepPlace(currentRow());
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-switch]")) return;
    localStorage.setItem(STORE, event.target.checked ? "on" : "off");
    showState();
  });

  document.addEventListener("htmx:afterSettle", () => {
    markShortcuts(document);
    const row = marked() || rows()[lastRow];
    if (row) row.dataset.current = "";
  });

  // By click, since no dialog tells Safari before 18.4 that it opens.
  document.querySelector("[data-open-dialog=keys-dialog]")?.addEventListener("click", listKeysHere);
  markShortcuts(document);
  showState();
  stayInPlace();
})();
