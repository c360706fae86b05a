// Native form elements, so that keys, names and roles need no repair.
// Each maker returns { el, show(value) } and calls change(name, value) when the learner acts.
// forget(), where there is one, drops an entry that was refused and is still in its field.

const RADIO_MOST = 4;
const MAX_TEXT = 80; // as in controls.py, which refuses more

function makeControl(spec, value, change) {
  const makers = { number, choice, many, several, toggle, text };
  const control = makers[spec.kind](spec, change);
  if (spec.hint) control.el.append(h("p", { class: "kit-hint" }, spec.hint));
  control.show(value);
  control.refuse = refusal(control.el);
  return control;
}

// Why a value cannot stand beside the other controls' values; empty when it can.
function refusal(el) {
  const note = h("p", { class: "kit-refusal", role: "alert" });
  el.append(note);
  return (text = "") => {
    if (note.textContent !== text) note.textContent = text;
  };
}

function number(spec, change) {
  const id = uid(spec.name);
  const limits = { min: spec.low, max: spec.high, step: spec.step };
  const range = h("input", { type: "range", id, ...limits });
  const field = h("input", {
    type: "number", ...limits, "aria-label": `${spec.label}${spec.unit ? `, ${spec.unit}` : ""}`,
  });
  const note = h("p", { class: "kit-refusal", role: "alert", hidden: true });
  const show = (value) => {
    range.value = value;
    range.setAttribute("aria-valuetext", `${value} ${spec.unit}`.trim());
    // A picture that lands while an entry stands refused must not take entry and reason away.
    if (!note.hidden) return;
    if (field !== document.activeElement || Number(field.value) !== Number(value)) field.value = value;
  };
  const forget = () => (note.hidden = true);
  range.addEventListener("input", () => {
    forget();
    show(range.valueAsNumber);
    change(spec.name, range.valueAsNumber);
  });
  field.addEventListener("input", () => {
    const value = field.valueAsNumber;
    const fits = value >= spec.low && value <= spec.high;
    note.hidden = fits;
    note.textContent = fits ? "" : beyond(spec, value);
    if (!fits) return;
    range.value = value;
    change(spec.name, value);
  });
  const el = h(
    "div",
    { class: "kit-control", "data-control": spec.name },
    h("label", { for: id }, spec.label),
    h("div", { class: "kit-number" }, range, field, spec.unit ? h("span", { class: "kit-unit" }, spec.unit) : null),
    note,
  );
  return { el, show, forget };
}

// What is allowed, which of it is nearest to an entry that is not, and why.
function beyond(spec, value) {
  const unit = spec.unit ? ` ${spec.unit}` : "";
  const nearest = Number.isNaN(value) ? "" : ` Nearest: ${value < spec.low ? spec.low : spec.high}.`;
  return `${spec.why} Allowed: ${spec.low} to ${spec.high}${unit}.${nearest}`.trim();
}

function choice(spec, change) {
  return spec.options.length <= RADIO_MOST ? radios(spec, change) : select(spec, change);
}

function radios(spec, change) {
  const name = uid(spec.name);
  const inputs = spec.options.map((option) =>
    h("input", {
      type: "radio", name, value: option.value, onchange: () => change(spec.name, option.value),
    }),
  );
  const list = h(
    "select",
    { "aria-label": spec.label, onchange: () => change(spec.name, list.value) },
    spec.options.map((option) => h("option", { value: option.value }, option.text)),
  );
  const full = inFull(list);
  const el = h(
    "fieldset",
    { class: "kit-control", "data-control": spec.name },
    h("legend", {}, spec.label),
    spec.options.map((option, i) => h("label", { class: "kit-option" }, inputs[i], option.text)),
    full.el,
  );
  full.el.classList.add("kit-short");
  const show = (value) => {
    list.value = value;
    full.write();
    inputs.forEach((input) => (input.checked = input.value === value));
  };
  return { el, show };
}

function select(spec, change) {
  const id = uid(spec.name);
  const list = h(
    "select",
    { id, onchange: () => change(spec.name, list.value) },
    spec.options.map((option) => h("option", { value: option.value }, option.text)),
  );
  const full = inFull(list);
  const el = h(
    "div",
    { class: "kit-control", "data-control": spec.name },
    h("label", { for: id }, spec.label),
    full.el,
  );
  const show = (value) => {
    list.value = value;
    full.write();
  };
  return { el, show };
}

// A list cannot wrap its choice. Where that is cut off, it is written over the list in as many
// lines as it takes.
function inFull(list) {
  const words = h("span", { class: "kit-chosen", "aria-hidden": "true" });
  const el = h("div", { class: "kit-list" }, list, words);
  const write = () => (words.textContent = list.selectedOptions[0]?.text ?? "");
  list.addEventListener("change", write);
  return { el, write };
}

const ruler = document.createElement("canvas").getContext("2d");
const ARROW = 1.6; // what a list keeps for its arrow, in letter heights

// Mark the lists that are too narrow for their choice.
function markCut(form) {
  for (const list of form.querySelectorAll("select")) {
    if (!list.clientWidth) continue;
    const style = getComputedStyle(list);
    ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = list.clientWidth - parseFloat(style.paddingLeft) - ARROW * parseFloat(style.fontSize);
    const text = list.selectedOptions[0]?.text ?? "";
    list.classList.toggle("kit-cut", ruler.measureText(text).width > room);
  }
}

function many(spec, change) {
  const inputs = spec.options.map((option) => h("input", { type: "checkbox", value: option.value }));
  const read = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const el = h(
    "fieldset",
    { class: "kit-control", "data-control": spec.name, onchange: () => change(spec.name, read()) },
    h("legend", {}, spec.label),
    spec.options.map((option, i) => h("label", { class: "kit-option" }, inputs[i], option.text)),
  );
  return {
    el,
    show: (value) => inputs.forEach((input) => (input.checked = value.includes(input.value))),
  };
}

// A slider for each of several things, upright so that they stand side by side.
function several(spec, change) {
  const unit = spec.unit ? ` ${spec.unit}` : "";
  const sliders = spec.options.map((option) =>
    h("input", {
      type: "range", min: spec.low, max: spec.high, step: spec.step,
      "aria-label": `${spec.label}, ${option.text}`, "aria-orientation": "vertical",
    }),
  );
  const said = spec.options.map(() => h("output", {}));
  const read = () => sliders.map((slider) => slider.valueAsNumber);
  const write = () =>
    sliders.forEach((slider, i) => {
      said[i].textContent = slider.value;
      slider.setAttribute("aria-valuetext", `${slider.value}${unit}`);
    });
  const el = h(
    "fieldset",
    { class: "kit-control kit-several", "data-control": spec.name },
    h("legend", {}, `${spec.label}${spec.unit ? ` (${spec.unit})` : ""}`),
    h(
      "div",
      { class: "kit-sliders", style: `--kit-parts: ${spec.options.length}` },
      spec.options.map((option, i) =>
        h("label", { "data-part": option.value }, said[i], sliders[i], h("span", {}, option.text)),
      ),
    ),
  );
  el.addEventListener("input", () => {
    write();
    change(spec.name, read());
  });
  const show = (value) => {
    sliders.forEach((slider, i) => (slider.value = value[i]));
    write();
  };
  return { el, show };
}

function toggle(spec, change) {
  const input = h("input", {
    type: "checkbox", onchange: () => change(spec.name, input.checked),
  });
  const el = h(
    "div",
    { class: "kit-control kit-toggle", "data-control": spec.name },
    h("label", { class: "kit-option" }, input, spec.label),
  );
  return { el, show: (value) => (input.checked = value) };
}

function text(spec, change) {
  const id = uid(spec.name);
  const input = h("input", {
    type: "search", id, maxlength: MAX_TEXT, autocomplete: "off",
    oninput: () => change(spec.name, input.value),
  });
  const el = h(
    "div",
    { class: "kit-control", "data-control": spec.name },
    h("label", { for: id }, spec.label),
    input,
  );
  const show = (value) => {
    if (input !== document.activeElement) input.value = value;
  };
  return { el, show };
}

// Before an audience the controls share a screen with their figure. While they are taller than
// their place, the tallest group of radios gives way to a list of the same options; if that is not
// enough, the type gives way a little; what is still too much scrolls, and fades at its end (kit.css).
function shorten(form) {
  const over = () => form.scrollHeight > form.clientHeight + 1;
  const groups = [...form.querySelectorAll("fieldset:not(.kit-shortened):has(> .kit-short)")]
    .filter((group) => shown(group) && !group.contains(document.activeElement))
    .sort((one, other) => one.clientHeight - other.clientHeight);
  markCut(form);
  while (groups.length && over()) {
    groups.pop().classList.add("kit-shortened");
    markCut(form);
  }
  if (over()) form.parentElement.classList.add("kit-dense");
  form.classList.toggle("kit-over", over());
}

function unshorten(form) {
  form.querySelectorAll(".kit-shortened").forEach((group) => group.classList.remove("kit-shortened"));
  form.parentElement.classList.remove("kit-dense");
  form.classList.remove("kit-over");
}
