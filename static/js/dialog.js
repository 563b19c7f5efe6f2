/* The dialog that a link marked data-opens-dialog fills: a page of its own where there is no script.
   Focus comes back to where it was by itself, since the browser remembers it for a modal dialog. */
(() => {
  "use strict";

  const dialog = document.getElementById("book-dialog");
  if (!dialog) return;

  dialog.addEventListener("htmx:afterSwap", () => {
    if (!dialog.open) dialog.showModal();
  });

  // Whoever went to another clinic in another window, or signed in anew, is refused with a page of its own: it says why,
  // and sends a form where it belongs. Nothing was done, so the same is sent again as it would be without script.
  const asPage = (sender, pressed) => {
    if (!(sender instanceof HTMLFormElement)) return location.assign(sender.href);
    if (pressed?.name) sender.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
    if (pressed?.hasAttribute("formaction")) sender.action = pressed.formAction;
    sender.submit();
  };

  dialog.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (![403, 404].includes(xhr.status)) return;
    event.preventDefault();
    asPage(requestConfig.elt, requestConfig.triggeringEvent.submitter);
  });

  // An empty dialog has no keys 1 to 5 that would act on a page that has moved on.
  dialog.addEventListener("close", () => dialog.replaceChildren());
})();
