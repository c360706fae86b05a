// Questions with feedback on the very option chosen. The kernel judges; the page knows no answer.

function renderQuiz({ model, el, signal }) {
  const config = model.get("config");
  const test = config.mode === "test";
  const send = (id, value, restored = false) => model.send({ type: "answer", id, value, restored });
  const items = new Map(
    config.questions.map((spec, i) => [spec.id, questionItem(spec, i + 1, test ? null : send)]),
  );
  const score = status();
  const hand = test ? button("Hand in", () => handIn(), { class: "kit-button kit-primary" }) : null;
  el.classList.add("kit-widget");
  el.append(
    h(
      "details",
      { class: "kit-quiz kit-card kit-fold", open: true, "data-quiz": config.key },
      h("summary", {}, h("h3", { tabindex: "-1" }, config.title)),
      [...items.values()].map((item) => item.el),
      hand,
      score,
    ),
  );

  let sitting = null; // results of the test being handed in
  const handIn = () => {
    const blank = [...items.values()].filter((item) => !item.answered());
    if (blank.length) {
      blank.forEach((item) => item.refused({ text: "Not answered yet." }));
      score.replaceChildren(h("p", { class: "kit-refusal" }, "Answer every question before handing in."));
      return;
    }
    sitting = new Map();
    items.forEach((item, id) => send(id, item.value()));
  };
  const finish = () => {
    const right = [...sitting.values()].filter(Boolean).length;
    const line = saveSitting(config, right, sitting.size);
    score.replaceChildren(h("p", { class: "kit-verdict" }, line));
    sitting = null;
  };

  listen(model, signal, {
    judged(message) {
      items.get(message.id)?.judged(message);
      if (!message.restored) {
        const question = config.questions.find((q) => q.id === message.id);
        store.saveAnswer(config.lesson, question, message.value, message.correct, test);
      }
      if (sitting) {
        sitting.set(message.id, message.correct);
        if (sitting.size === items.size) finish();
      }
    },
    refused(message) {
      items.get(message.id)?.refused(message);
      sitting = null;
    },
    reset() {
      items.forEach((item) => item.clear());
      score.replaceChildren();
    },
  });
  if (test) return;
  const kept = store.lesson(config.lesson).answers;
  items.forEach((item, id) => {
    if (!kept[id]) return;
    item.show(kept[id].value);
    send(id, kept[id].value, true);
  });
}

function questionItem(spec, number, send) {
  const fields = answerFields(spec, `${number}. ${spec.prompt}`);
  const said = status();
  const check = send
    ? button("Check", () => send(spec.id, fields.value()), { "aria-label": `Check question ${number}` })
    : null;
  const el = h(
    "form",
    {
      class: "kit-question", "data-question": spec.id,
      id: send ? `question-${spec.id}` : null, // a test may ask what the lesson asks too
      onsubmit(event) {
        event.preventDefault();
        if (send) send(spec.id, fields.value());
      },
    },
    fields.el,
    check,
    said,
  );
  return {
    el,
    value: fields.value,
    answered: () => ![null, ""].includes(fields.value()) && [fields.value()].flat().length > 0,
    show: fields.show,
    clear() {
      fields.show(spec.kind === "numeric" ? "" : []);
      said.replaceChildren();
    },
    refused: (message) => said.replaceChildren(h("p", { class: "kit-refusal" }, message.text)),
    judged(message) {
      said.replaceChildren(
        h(
          "p",
          { class: "kit-verdict", "data-correct": String(message.correct) },
          `${message.correct ? "✓" : "✗"} ${message.verdict}`,
        ),
        ...feedbackBody(message).filter(Boolean),
        citationStrip(message.citations, "Sources") ?? "",
      );
    },
  };
}

// Keep the result of a sitting; the first is the pre-test, the latest the post-test.
function saveSitting(config, right, total) {
  let line = "";
  store.change(config.lesson, (kept) => {
    const entry = { right, total, when: new Date().toISOString() };
    const before = kept.tests[config.key];
    const first = isSitting(before) ? before.first : entry;
    kept.tests[config.key] = { first, last: entry, when: entry.when };
    line = first === entry
      ? `${right} of ${total}. Come back after the lessons and take it again.`
      : `${right} of ${total} this time; ${first.right} of ${first.total} the first time.`;
  });
  return line;
}
