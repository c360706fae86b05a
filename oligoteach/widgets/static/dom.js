// Elements are built, never parsed from text: nothing that a file or a link says becomes markup.
// These files are joined into one module in the order given in _base.py.

const EDUCATION = "Education only: not a basis for treating a patient.";

// What can have the focus. In JupyterLab the arrow keys and letters typed there would else be
// commands of the notebook, unless the very element says that they are its own.
const FOCUSABLE = new Set(["input", "select", "button", "summary", "a"]);

// A number and its per cent stay on one line.
const glue = (text) => text.replace(/(\d) %/g, "$1\u00a0%");

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (FOCUSABLE.has(tag)) element.dataset.lmSuppressShortcuts = "true";
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  const parts = children.flat().filter((child) => child !== null && child !== undefined);
  element.append(...parts.map((part) => (typeof part === "string" ? glue(part) : part)));
  return element;
}

let lastId = 0;
const uid = (stem) => `kit-${stem}-${++lastId}`;

function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", class: "kit-button", onclick, ...attributes }, text);
}

function details(summary, ...children) {
  return h("details", { class: "kit-more" }, h("summary", {}, summary), ...children);
}

// Details that paper can do without: they print only if they are open.
function extra(element) {
  element?.classList.add("kit-extra");
  return element;
}

// A polite live region: filled after it is in the page, so that it is read out.
function status() {
  return h("div", { class: "kit-status", role: "status" });
}

function later(wait, work) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait);
  };
}

// Theme, magnification and pixel ratio, and one event when any of them changes.
const look = {
  theme() {
    const chosen = document.documentElement.dataset.theme;
    if (chosen) return chosen;
    return document.body.dataset.jpThemeLight === "false" ? "dark" : "light";
  },
  present: () => document.documentElement.dataset.present === "1",
  ratio: () => window.devicePixelRatio || 1,
};

function watchLook() {
  const tell = later(30, () => document.dispatchEvent(new CustomEvent("ot:look")));
  const observer = new MutationObserver(tell);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme", "data-present"] });
  observer.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
}

function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
