/* A press in a row, or on Undo, that loads the same list anew leaves it where it was read: on a phone the next row would
   be screens away. */
(() => {
  "use strict";

  const PLACE = "list-was-scrolled-to";

  document.addEventListener("submit", (event) => {
    if (!event.submitter?.closest("[data-rows], #messages")) return;
    sessionStorage.setItem(PLACE, JSON.stringify([window.location.pathname, window.scrollY]));
  });

  const [page, top] = JSON.parse(sessionStorage.getItem(PLACE) || "[]");
  sessionStorage.removeItem(PLACE);
  if (page === window.location.pathname && !document.querySelector(".error-summary")) window.scrollTo(0, top);
})();
