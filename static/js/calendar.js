/* Turns the calendar's table into one stop of the Tab key: arrows move inside, Home and End go along a line, PageUp and
   PageDown a week or day, m moves a visit. Without script, and on a phone, every time is a link of its own. */
(() => {
  "use strict";

  const table = document.querySelector("[data-calendar]");
  if (!table) return;
  const wide = window.matchMedia("(min-width: 48rem)");
  const PLACE = "calendar-place";
  const ACTION = "a, button";
  const STEP = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  let matrix = [];
  let at = [0, 0];

  /* Which cell lies at which line and column, tall cells in every line they cover. */
  const lay = () => {
    matrix = [...table.rows].map(() => []);
    [...table.rows].forEach((row, line) => {
      let column = 0;
      for (const cell of row.cells) {
        while (matrix[line][column]) column += 1;
        for (let below = 0; below < cell.rowSpan; below += 1) matrix[line + below][column] = cell;
        column += 1;
      }
    });
  };

  const actions = (cell) => [...cell.querySelectorAll(ACTION)];
  const stops = (cell) => { const all = actions(cell); return all.length ? all : [cell]; };

  const goTo = (line, column, last = false) => {
    const cell = matrix[line]?.[column];
    if (!cell || column === 0) return false;
    const all = stops(cell);
    table.querySelectorAll("[tabindex='0']").forEach((other) => { other.tabIndex = -1; });
    at = [line, column];
    const target = all[last ? all.length - 1 : 0];
    target.tabIndex = 0;
    return target;
  };

  const focusOn = (target) => { if (target) target.focus(); return Boolean(target); };

  const move = ([down, right]) => {
    const cell = matrix[at[0]][at[1]];
    const all = stops(cell);
    const next = all.indexOf(document.activeElement) + down;
    if (down && all[next]) {
      all.forEach((one) => { one.tabIndex = -1; });
      all[next].tabIndex = 0;
      return focusOn(all[next]);
    }
    let [line, column] = at;
    do { line += down; column += right; } while (matrix[line]?.[column] === cell);
    return focusOn(goTo(line, column, down < 0));
  };

  const turn = (key) => {
    const link = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => one.checkVisibility());
    if (!link) return false;
    sessionStorage.setItem(PLACE, JSON.stringify([table.rows[at[0]].cells[0].textContent, at[1]]));
    link.click();
    return true;
  };

  const moveVisit = () => {
    const visit = document.activeElement.closest("a.i-booked, a.i-confirmed, a.i-asked_to_move");
    const uid = visit && /sessions\/([0-9a-f-]{36})/.exec(visit.getAttribute("href"))?.[1];
    if (uid && table.dataset.move) window.location.assign(table.dataset.move + uid);
    return Boolean(uid);
  };

  const press = (event) => {
    const width = matrix[0].length - 1;
    if (STEP[event.key]) return move(STEP[event.key]);
    if (event.key === "Home") return focusOn(goTo(event.ctrlKey ? 1 : at[0], 1));
    if (event.key === "End") return focusOn(goTo(event.ctrlKey ? matrix.length - 1 : at[0], width));
    if (event.key === "PageUp") return turn("[");
    if (event.key === "PageDown") return turn("]");
    return event.key === "m" && document.documentElement.classList.contains("keys-on") && moveVisit();
  };

  const onKey = (event) => {
    if (event.altKey || event.metaKey || !matrix.length) return;
    if (press(event)) event.preventDefault();
  };

  /* A click or a screen reader may put the focus anywhere: the arrows go on from there. */
  const onFocus = (event) => {
    const cell = event.target.closest("td, th");
    // On a phone there is no grid to go on in.
    if (!cell || !matrix.length || matrix[at[0]][at[1]] === cell) return;
    const line = matrix.findIndex((row) => row.includes(cell));
    goTo(line, matrix[line].indexOf(cell));
  };

  const first = () => {
    const [time, column] = JSON.parse(sessionStorage.getItem(PLACE) || "[null, 0]");
    sessionStorage.removeItem(PLACE);
    const line = [...table.rows].findIndex((row) => row.cells[0].textContent === time);
    if (column) return focusOn(goTo(line > 0 ? line : 1, Math.min(column, matrix[0].length - 1)));
    const cell = table.querySelector("tbody td.free, tbody td.visit") || table.querySelector("tbody td");
    const row = matrix.findIndex((cells) => cells.includes(cell));
    return cell && goTo(row, matrix[row].indexOf(cell));
  };

  const asGrid = () => {
    lay();
    table.setAttribute("role", "grid");
    matrix.flat().forEach((cell) => stops(cell).forEach((stop) => { stop.tabIndex = -1; }));
    first();
  };

  const asTable = () => {
    matrix = [];
    table.removeAttribute("role");
    table.querySelectorAll("[tabindex]").forEach((one) => one.removeAttribute("tabindex"));
  };

  const fit = () => (wide.matches ? asGrid() : asTable());
  table.addEventListener("keydown", onKey);
  table.addEventListener("focusin", onFocus);
  wide.addEventListener("change", fit);
  fit();
})();
