// Sets the theme and the language before the first paint, so that a light page never flashes dark.
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("nightjar.preferences") ?? "{}");
  } catch {
    // Storage is shut or holds rubbish: the defaults stand.
  }
  const theme =
    kept.theme === "system"
      ? matchMedia("(prefers-color-scheme: light)").matches
        ? "light"
        : "dark"
      : kept.theme;
  document.documentElement.dataset.theme = theme === "light" ? "light" : "dark";
  if (typeof kept.language === "string" && /^[a-z]{2}$/.test(kept.language))
    document.documentElement.lang = kept.language;
})();
