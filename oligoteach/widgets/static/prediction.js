// Predict, say how sure, commit; the kernel keeps the answer until then.

// The fields of a question, for predictions and quizzes alike: { el, value(), show(value), lock() }.
function answerFields(spec, legend) {
  if (spec.kind === "numeric") return numericField(spec, legend);
  const name = uid("answer");
  const type = spec.kind === "multiple" ? "checkbox" : "radio";
  const inputs = spec.options.map((option) => h("input", { type, name, value: option.id }));
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    el: h(
      "fieldset",
      {},
      h("legend", {}, legend),
      spec.kind === "multiple" ? h("p", { class: "kit-hint" }, "More than one may be right.") : null,
      spec.options.map((option, i) => h("label", { class: "kit-option" }, inputs[i], option.text)),
    ),
    value: () => (spec.kind === "multiple" ? chosen() : (chosen()[0] ?? null)),
    show: (value) => inputs.forEach((input) => (input.checked = [value].flat().includes(input.value))),
    lock: (on) => inputs.forEach((input) => (input.disabled = on)),
  };
}

function numericField(spec, legend) {
  const id = uid("answer");
  const input = h("input", { type: "number", id, min: spec.low, max: spec.high, step: "any" });
  return {
    el: h(
      "div",
      { class: "kit-numeric" },
      h("label", { for: id }, legend),
      h("div", { class: "kit-row" }, input, spec.unit ? h("span", { class: "kit-unit" }, spec.unit) : null),
    ),
    value: () => (input.value === "" ? null : input.valueAsNumber),
    show: (value) => (input.value = value ?? ""),
    lock: (on) => (input.disabled = on),
  };
}

function feedbackBody(feedback) {
  return [
    ...feedback.remarks.filter(Boolean).map((remark) => h("p", {}, remark)),
    feedback.explanation ? h("p", {}, feedback.explanation) : null,
  ];
}

// Returns { el, answer, detail, revealed() }: the form, the answer in a line or two to stand beside
// the figure before an audience, and the longer feedback to place behind the figure.
function predictionForm(model, config, spec, signal, onreveal) {
  const fields = answerFields(spec, spec.prompt);
  const sure = answerFields({ kind: "single", options: spec.confidence }, "How sure are you?");
  sure.el.classList.add("kit-sure");
  const said = status();
  const detail = h("div", { class: "kit-feedback" });
  const answer = h("div", { class: "kit-answer" });
  let voted = null; // what an audience had chosen when the answer was revealed without a commitment
  const send = () => {
    model.send({ type: "predict", value: fields.value(), confidence: sure.value() ?? "" });
  };
  const commit = button("Commit", send, { class: "kit-button kit-primary kit-commit" });
  const reveal = () => {
    voted = fields.value();
    model.send({ type: "skip" });
  };
  const skip = button("Just show me", reveal, { class: "kit-button kit-reveal" });
  const el = h(
    "div",
    { class: "kit-prediction", "data-prediction": spec.id },
    h("p", { class: "kit-kicker" }, "Predict first"),
    fields.el,
    sure.el,
    h("div", { class: "kit-row" }, commit, skip),
    said,
  );
  let revealed = false;

  const show = (message) => {
    const outcome = message.outcome;
    revealed = outcome !== null;
    for (const part of [fields, sure]) part.lock(revealed);
    commit.hidden = skip.hidden = revealed;
    el.dataset.done = revealed ? (outcome.feedback ? "yes" : "skipped") : "no";
    detail.replaceChildren();
    said.replaceChildren();
    answer.replaceChildren();
    if (!revealed) voted = null;
    if (revealed) {
      answer.append(...besides(message.right, inWords(spec, outcome.value ?? voted)));
      fields.show(outcome.value);
      sure.show(outcome.confidence);
      said.append(h("p", { class: "kit-verdict", tabindex: "-1" }, verdict(outcome)));
      for (const remark of outcome.feedback?.remarks ?? []) said.append(h("p", {}, remark));
      if (!outcome.feedback?.correct) said.append(h("p", {}, h("strong", {}, "Right: "), message.right));
      detail.append(...explain(message));
    }
    onreveal(revealed, restoring);
  };
  const verdict = (outcome) => {
    if (!outcome.feedback) return "Shown without a prediction.";
    const mark = outcome.feedback.correct ? "✓" : "✗";
    return `${mark} ${outcome.feedback.verdict}. ${outcome.calibration}`;
  };
  const explain = (message) => [
    h("p", {}, message.explanation),
    message.misconception
      ? h("p", {}, h("strong", {}, "A usual misconception: "), message.misconception)
      : null,
    citationStrip(message.citations, "Sources"),
  ].filter(Boolean);

  listen(model, signal, {
    predicted(message) {
      show(message);
      if (message.outcome && !restoring) said.firstElementChild.focus({ preventScroll: true });
      if (message.outcome && !restoring) store.savePrediction(config.lesson, spec.id, message.outcome);
      restoring = false;
    },
    refused(message) {
      if (message.id === undefined) said.replaceChildren(h("p", { class: "kit-refusal" }, message.text));
    },
  });
  let restoring = false;
  const kept = store.lesson(config.lesson).predictions[spec.id];
  if (kept?.confidence) {
    restoring = true;
    model.send({ type: "predict", value: kept.value, confidence: kept.confidence });
  }
  return { el, answer, detail, revealed: () => revealed };
}

function besides(right, chosen) {
  const line = (term, text) => h("p", {}, h("strong", {}, term), text);
  if (chosen === right) return [line("Right, as chosen: ", right)];
  return [line("Right: ", right), chosen ? line("Chosen: ", chosen) : null].filter(Boolean);
}

// An answer as its reader knows it, or nothing where there is none.
function inWords(spec, value) {
  if (value === null || value === undefined) return "";
  if (spec.kind === "numeric") return `${value} ${spec.unit}`.trim();
  const ids = [value].flat();
  return spec.options.filter((option) => ids.includes(option.id)).map((option) => option.text).join("; ");
}

function renderPrediction({ model, el, signal }) {
  const config = model.get("config");
  el.classList.add("kit-widget", "kit-card");
  const form = predictionForm(model, config, config.prediction, signal, () => {});
  el.append(form.el, form.detail);
}

// Call handlers by message type until the view is gone.
function listen(model, signal, handlers) {
  const hear = (message, buffers) => handlers[message.type]?.(message, buffers);
  model.on("msg:custom", hear);
  signal?.addEventListener("abort", () => model.off("msg:custom", hear));
}
