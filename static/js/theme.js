/* Runs before the first paint. The server writes the chosen theme; only "auto" has to ask the device. */
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.appTheme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  root.classList.add("js");
  follow();
  dark.addEventListener("change", follow);
})();
