/* Runs before the first paint. The server writes the chosen theme; only "auto" has to ask the device. */
(() => {
  const LONGEST = 3000; // milliseconds: whom the light hurts waits no longer for a server that does not answer
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.appTheme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  root.classList.add("js");
  follow();
  dark.addEventListener("change", follow);

  const show = (theme) => {
    root.dataset.appTheme = theme;
    root.dataset.bsTheme = theme === "light" ? "light" : "dark";
    follow();
  };

  /* Another theme is put on the page as it stands: to load it anew would throw away what is typed there. It is shown
     once it is remembered, so that the next page has it too; where nothing can be remembered, on this page at least. */
  document.addEventListener("submit", async (event) => {
    const { submitter, target: form } = event;
    if (submitter?.name !== "theme") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const sent = new FormData(form);
    sent.set("theme", submitter.value);
    await fetch(form.action, { method: "POST", body: sent, redirect: "manual", signal: AbortSignal.timeout?.(LONGEST) }).catch(() => {});
    show(submitter.value);
    form.querySelectorAll("[name=theme]").forEach((one) => one.setAttribute("aria-pressed", String(one === submitter)));
  }, true);
})();
