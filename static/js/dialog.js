/* The dialog that a link marked data-opens-dialog fills: a page of its own where there is no script.
   Focus comes back to where it was by itself, since the browser remembers it for a modal dialog. */
(() => {
  "use strict";

  const dialog = document.getElementById("book-dialog");
  if (!dialog) return;

  dialog.addEventListener("htmx:afterSwap", () => {
    if (!dialog.open) dialog.showModal();
  });

  // An empty dialog has no keys 1 to 5 that would act on a page that has moved on.
  dialog.addEventListener("close", () => dialog.replaceChildren());
})();
