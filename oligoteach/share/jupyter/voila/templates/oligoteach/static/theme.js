// Sets theme and presentation size before the first paint, so that nothing flashes.
// Runs in <head>, ahead of everything else; keep it tiny.
(() => {
  "use strict";
  const root = document.documentElement;
  const query = new URLSearchParams(location.search);
  const known = (value) => value === "light" || value === "dark";

  let kept = null;
  try {
    kept = localStorage.getItem("oligoteach:theme");
  } catch {
    // Storage can be switched off; the system's preference is used then.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const asked = query.get("theme");
  root.dataset.theme = known(asked) ? asked : known(kept) ? kept : system;
  if (query.get("present") === "1") {
    root.dataset.present = "1";
  }
})();
