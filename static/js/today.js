/* Brings the day up to date without moving what somebody points at. Rows are swapped one by one; the row under the
   pointer or with the focus waits until it is left, and while there is one no row comes, goes or changes its place.
   Where there is none, as on a phone, what is read stays where it is. */
(() => {
  "use strict";

  const live = document.getElementById("day-live");
  const stale = document.getElementById("day-stale");
  if (!live) return;
  let pending = null;

  const rowsOf = (part) => [...part.querySelectorAll("[data-merge] > [id]")];
  const statesOf = (part) => new Map(rowsOf(part).map((row) => [row.id, row.dataset.state]));
  const busy = (row) => row.matches(":hover, :focus-within, :has(details[open])");
  const held = () => rowsOf(live).find(busy);
  const same = (row, fresh) => row.dataset.state === fresh.dataset.state && row.dataset.minute === fresh.dataset.minute;
  const column = (row) => row.parentElement.id;
  let known = statesOf(live);

  const replace = (row, fresh) => {
    if ("current" in row.dataset) fresh.dataset.current = "";
    row.replaceWith(fresh);
    adopt(fresh);
  };

  const adopt = (row) => {
    htmx.process(row);
    row.querySelectorAll("[data-key]").forEach((part) => part.setAttribute("aria-keyshortcuts", part.dataset.key));
  };

  const swapOneByOne = (next) => rowsOf(next).forEach((fresh) => {
    const row = document.getElementById(fresh.id);
    if (row && !busy(row) && column(row) === column(fresh) && !same(row, fresh)) replace(row, fresh);
  });

  const places = (part) => rowsOf(part).map((row) => `${column(row)} ${row.id}`).join();

  const swapAll = (next) => {
    // The link *Refresh* stands outside the rows, and keeps the focus through a refresh that nobody asked for.
    const onLink = Boolean(live.querySelector("#day-counts :focus"));
    live.replaceChildren(...next.childNodes);
    htmx.process(live);
    rowsOf(live).forEach(adopt);
    if (onLink) live.querySelector("#day-counts a").focus({ preventScroll: true });
  };

  const swapWords = (next) => ["day-counts", ...[...live.querySelectorAll("[data-number]")].map((part) => part.id)].forEach((id) => {
    const fresh = next.querySelector(`#${id}`);
    const part = document.getElementById(id);
    if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.cloneNode(true).childNodes);
  });

  // Nobody points on a phone: once the page is scrolled, the first row in sight that keeps its place in the list stays.
  const inSight = (next) => live.getBoundingClientRect().top < 0 && rowsOf(live).find((row) => {
    const fresh = next.querySelector(`#${row.id}`);
    return fresh && column(fresh) === column(row) && row.getBoundingClientRect().top >= 0;
  });

  const merge = (next) => {
    const row = held();
    const stays = row || inSight(next);
    const top = stays && stays.getBoundingClientRect().top;
    const current = live.querySelector("[data-current]")?.id;
    if (row || places(next) === places(live)) {
      const waits = places(next) !== places(live) || (row && !same(row, next.querySelector(`#${row.id}`) || row));
      pending = waits ? next.cloneNode(true) : null;
      swapWords(next);
      swapOneByOne(next);
    } else {
      pending = null;
      swapAll(next);
      if (current && document.getElementById(current)) document.getElementById(current).dataset.current = "";
    }
    if (stays) window.scrollBy(0, document.getElementById(stays.id).getBoundingClientRect().top - top);
  };

  const changes = (next) => {
    const states = statesOf(next);
    const ids = new Set([...states.keys(), ...known.keys()]);
    const number = [...ids].filter((id) => states.get(id) !== known.get(id)).length;
    known = states;
    return number;
  };

  const speak = (number) => {
    const value = `${number} change${number === 1 ? "" : "s"}`;
    if (number) document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));
  };

  const arrived = (html) => {
    const next = new DOMParser().parseFromString(`<body>${html}</body>`, "text/html").body;
    stale.hidden = true;
    speak(changes(next));
    // A dialog over the page belongs to a row: nothing under it may move.
    if (document.querySelector("dialog[open]")) pending = next;
    else merge(next);
  };

  const failed = () => {
    stale.querySelector("[data-last]").textContent = live.querySelector("[data-last]").textContent;
    stale.hidden = false;
  };

  const { loginUrl, secondStepUrl } = document.body.dataset;
  const ledAway = (xhr) => [loginUrl, secondStepUrl].includes(new URL(xhr.responseURL || location.href).pathname);

  live.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== live) return;
    // The page's own words about failures speak of something that was pressed; nobody pressed this.
    event.stopPropagation();
    if (event.detail.successful && !ledAway(event.detail.xhr)) arrived(event.detail.xhr.responseText);
    else failed();
  });
  ["htmx:beforeRequest", "htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
    live.addEventListener(name, (event) => { if (event.target === live) event.stopPropagation(); });
  });

  const catchUp = () => window.setTimeout(() => {
    if (pending && !held() && !document.querySelector("dialog[open]")) merge(pending);
  }, 150);
  live.addEventListener("pointerout", catchUp);
  live.addEventListener("focusout", catchUp);
})();
