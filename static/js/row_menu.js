/* The menus of a list with hundreds of rows: each is made from a template of the page when it is opened, or when a key
   might mean something in it. Until then, and without script, it is a link to the visit's own page. */
(() => {
  "use strict";

  // What stands in the templates for what differs from row to row: see treatments/menus.py.
  const VISIT = "00000000-0000-0000-0000-000000000000";
  const PATIENT = "00000000-0000-0000-0000-000000000001";
  const ROW = "[data-state]";

  const quoted = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const uidOf = (link) => link.pathname.match(/[0-9a-f-]{36}/)[0];

  const filled = (html, link) => {
    const [, version, undo] = link.dataset.menu.split(".");
    const row = link.closest(ROW);
    const person = row.querySelector("a[href]");
    const words = [
      ["More for the-name", quoted(link.textContent)],
      [VISIT, uidOf(link)],
      [PATIENT, uidOf(person)],
      ["the-key", row.id.split("-")[1]],
      ["the-version", version],
      ["the-name", quoted(person.textContent)],
      ["/undo/0/", `/undo/${undo}/`],
    ];
    return words.reduce((text, [mark, value]) => text.replaceAll(mark, () => value), html);
  };

  const make = (link) => {
    const [kind, , undo] = link.dataset.menu.split(".");
    const box = document.createElement("div");
    box.innerHTML = filled(document.getElementById(`menu-${kind}`).innerHTML, link);
    const menu = box.firstElementChild;
    if (!undo) menu.querySelector("[data-undo]")?.remove();
    menu.querySelectorAll("[data-key]").forEach((part) => part.setAttribute("aria-keyshortcuts", part.dataset.key));
    link.replaceWith(menu);
    htmx.process(menu);
    return menu;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-menu]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const menu = make(link);
    menu.open = true;
    menu.querySelector("summary").focus();
  });

  // Before static/js/keys.js looks for what a key presses.
  document.addEventListener("keydown", () => {
    const focused = document.activeElement;
    const row = focused.closest(ROW) || document.querySelector(`${ROW}[data-current]`) || document.querySelector(ROW);
    const link = row?.querySelector("a[data-menu]");
    if (link && link !== focused) make(link);
  }, true);
})();
