// A branching case: choose, say how sure, see what follows and why, go on. The page keeps the way
// taken and asks the kernel what it has earned; consequences and marks are nowhere before that.

// Where the focus lands after a step; in JupyterLab keys pressed there are not for the notebook.
const LANDING = { tabindex: "-1", "data-lm-suppress-shortcuts": "true" };

function renderBranching({ model, el, signal }) {
  const config = model.get("config");
  const titles = new Map(config.tales.map((tale) => [tale.key, tale.title]));
  const list = h("div", { class: "kit-cases" });
  const past = h("p", { ...LANDING, class: "kit-hint kit-past" }, "End of the cases.");
  const stage = h("div", { class: "kit-stage" });
  const said = status();
  const other = button("Choose another case", () => choose(), { hidden: true });
  const skip = button("Go past the cases", () => land(past), { class: "kit-button kit-skip-cases" });
  const sums = h("p", { class: "kit-hint kit-sums", role: "status" });
  let run = null; // the case being played
  el.classList.add("kit-widget");
  el.append(
    h(
      "section",
      { class: "kit-branching kit-card", "aria-label": config.title, "data-branching": config.key },
      h("h3", { class: "kit-step", tabindex: "-1" }, config.title),
      config.notes.map((note) => h("p", { class: "kit-refusal", role: "note" }, note)),
      skip,
      list,
      other,
      said,
      stage,
      sums,
      past,
    ),
  );

  const keptWays = () => store.lesson(config.lesson).cases;
  const keep = (key, path, done) =>
    store.change(config.lesson, (kept) => {
      kept.cases[key] = { path, done, when: new Date().toISOString() };
    });
  const ask = () => {
    const ways = Object.fromEntries(Object.entries(keptWays()).map(([key, kept]) => [key, kept.path ?? []]));
    if (Object.keys(ways).length) model.send({ type: "sum", ways });
    else sums.replaceChildren();
  };
  const showList = (on) => {
    ask();
    list.replaceChildren(...taleGroups(config.tales, keptWays(), open));
    list.hidden = skip.hidden = !on;
    other.hidden = on;
  };
  // Back to the list, at the case that was played: its way is kept.
  const choose = () => {
    const played = run?.tale;
    leave();
    const at = list.querySelector(`[data-tale="${played}"]`) ?? list.querySelector("button");
    at.focus({ preventScroll: true });
    at.scrollIntoView({ block: "center" });
  };
  const leave = () => {
    run?.close();
    run = null;
    stage.replaceChildren();
    said.replaceChildren();
    showList(true);
  };
  const following = (key) => config.tales[config.tales.findIndex((tale) => tale.key === key) + 1] ?? null;
  const open = (key, path = keptWays()[key]?.path ?? []) => {
    said.replaceChildren();
    model.send({ type: "play", tale: key, path, restored: true });
  };

  listen(model, signal, {
    played(message) {
      said.replaceChildren(...(message.note ? [h("p", { class: "kit-refusal" }, message.note)] : []));
      if (run?.waits(message)) {
        run.go(message);
        keep(message.tale, message.path, message.now === null);
        if (message.now === null) ask();
        return;
      }
      run?.close();
      run = storyline(model, config, message, {
        again: () => open(message.tale, []),
        choose,
        next: following(message.tale),
        open,
      });
      stage.replaceChildren(run.el);
      showList(false);
      run.start();
      arrive(run.el.querySelector("h4"));
    },
    summed: (message) => sums.replaceChildren(message.text),
    refused: (message) => run?.refuse(message.text),
    looked: (message, buffers) => run?.look.receive(message, buffers),
    failed: (message) => said.replaceChildren(h("p", { class: "kit-refusal" }, message.text)),
    reset: leave,
  });
  signal?.addEventListener("abort", () => run?.close());
  showList(true);
}

// The cases in their groups, each with its place in the whole list.
function taleGroups(tales, kept, open) {
  const groups = new Map();
  tales.forEach((tale, i) => {
    const items = groups.get(tale.group) ?? [];
    groups.set(tale.group, [...items, taleItem(tale, i + 1, kept[tale.key], open)]);
  });
  return [...groups].flatMap(([name, items]) => [
    name ? h("h4", { class: "kit-group" }, name) : null,
    h("ul", { class: "kit-tales" }, items),
  ]).filter(Boolean);
}

function taleItem(tale, number, kept, open) {
  const state = !kept?.path?.length ? "○ Not begun" : kept.done ? "✓ Played to the end" : "◐ Begun";
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "kit-button kit-tale", "data-tale": tale.key, onclick: () => open(tale.key) },
      h("strong", {}, `${number}. ${tale.title}`),
      h("span", { class: "kit-about" }, tale.about),
      h("span", { class: "kit-state" }, tale.start ? h("b", {}, "★ Start here") : null, h("span", {}, state)),
    ),
  );
}

// One case on the page: the person, the picture, the decisions so far, and the next one.
function storyline(model, config, message, onward) {
  const steps = h("div", { class: "kit-decisions" });
  const view = sight(model, config, message.tale);
  const el = h(
    "div",
    { class: "kit-story", "data-tale": message.tale },
    h(
      "div",
      { class: "kit-person" },
      h("h4", { ...LANDING, class: "kit-step" }, message.title),
      h("p", {}, message.text),
      h(
        "details",
        { class: "kit-more kit-fold kit-facts", open: !look.present() },
        h("summary", {}, "Findings"),
        h("dl", {}, message.facts.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])),
      ),
      h("p", { class: "kit-asked" }, message.question),
    ),
    view.el,
    steps,
  );
  let path = message.path;
  let waiting = null; // the decision that has been sent

  const add = (part) => {
    steps.append(part);
    return part;
  };
  const ask = (fork, number) => {
    const form = decision(config, fork, number, (way, confidence) => {
      waiting = form;
      model.send({ type: "play", tale: message.tale, path: [...path, [way, confidence]] });
    });
    return add(form.el);
  };
  const proceed = (now, end, number) => {
    const next = now ? ask(now, number) : add(ending(config, message, end, onward));
    view.want(path, true);
    return next;
  };
  return {
    el,
    look: view,
    tale: message.tale,
    close: view.close,
    start() {
      message.steps.forEach((step, i) => {
        const form = decision(config, step, i + 1, () => {});
        add(form.el);
        form.tell(step);
      });
      proceed(message.now, message.end, message.steps.length + 1);
      view.watch();
    },
    waits: (reply) => waiting !== null && reply.tale === message.tale && reply.path.length === path.length + 1,
    go(reply) {
      const form = waiting;
      waiting = null;
      path = reply.path;
      form.tell(reply.steps.at(-1));
      view.want(path, false);
      const further = button(
        reply.now ? "Go on" : "See how it went",
        () => {
          further.remove();
          land(proceed(reply.now, reply.end, path.length + 1).querySelector("h4"));
        },
        { class: "kit-button kit-primary kit-onward" },
      );
      form.el.append(further);
      form.el.querySelector(".kit-outcome-title").focus({ preventScroll: true });
      form.el.querySelector(".kit-outcome-title").scrollIntoView({ block: "nearest" });
    },
    refuse(text) {
      waiting?.refuse(text);
      waiting = null;
    },
  };
}

function land(heading) {
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
}

// What is new on the page has its height only when it was laid out: go there once more then.
function arrive(heading) {
  land(heading);
  requestAnimationFrame(() => requestAnimationFrame(() => heading === document.activeElement && land(heading)));
}

function decision(config, fork, number, commit) {
  const fields = answerFields({ kind: "single", options: fork.options }, fork.question);
  const sure = answerFields({ kind: "single", options: config.confidence }, "How sure are you?");
  sure.el.classList.add("kit-sure");
  const said = status();
  const send = button("Commit", null, { type: "submit", class: "kit-button kit-primary" });
  const form = h(
    "form",
    {
      class: "kit-choice",
      onsubmit(event) {
        event.preventDefault();
        // Before an audience nobody is asked how sure they are.
        if (!send.hidden) commit(fields.value(), look.present() ? config.unasked : (sure.value() ?? ""));
      },
    },
    fields.el,
    sure.el,
    send,
  );
  const el = h(
    "section",
    { class: "kit-decision", "data-fork": fork.id },
    h("h4", { ...LANDING, class: "kit-step" }, `${number}. ${fork.title}`),
    h("p", {}, fork.text),
    fork.seen ? h("p", { class: "kit-hint" }, fork.seen) : null,
    form,
    said,
  );
  return {
    el,
    refuse: (text) => said.replaceChildren(h("p", { class: "kit-refusal" }, text)),
    tell(step) {
      fields.show(step.way);
      sure.show(step.confidence);
      for (const part of [fields, sure]) part.lock(true);
      send.hidden = true;
      form.dataset.done = "yes";
      said.replaceChildren();
      el.append(outcome(step));
    },
  };
}

function outcome(step) {
  return h(
    "div",
    { class: "kit-feedback kit-outcome", role: "group", "aria-label": "What follows" },
    h("p", { ...LANDING, class: "kit-outcome-title" }, badge(step.mark), step.remark),
    h("p", { class: "kit-consequence" }, step.consequence),
    step.changed ? h("p", { class: "kit-hint" }, step.changed) : null,
    remark(step.ground, "p"),
    h("p", {}, h("strong", {}, "Reasons")),
    h("ul", {}, step.reasons.map((reason) => remark(reason, "li"))),
    details(
      "How the other choices are marked",
      h(
        "ul",
        {},
        step.others.map((way) =>
          h("li", {}, badge(way.mark), h("strong", {}, way.text), " ", ...remarkParts(way.ground)),
        ),
      ),
    ),
  );
}

const remark = (said, tag) => h(tag, {}, ...remarkParts(said));

function remarkParts(said) {
  return [
    said.label ? h("strong", {}, `${said.label}: `) : "",
    said.text,
    " ",
    ...said.citations.map(caseChip),
  ];
}

// Beside the marks of choices the sign for a disputed statement of the review would read as if the
// sentence before it were wrong: here it has its own words and colour.
function caseChip(citation) {
  const chip = proseChip(citation);
  if (citation.tone !== "bad") return chip;
  const opener = chip.querySelector(".kit-prose-chip");
  opener.dataset.tone = "differs";
  opener.replaceChildren("≠ the review says otherwise");
  opener.setAttribute("aria-label", `The review says otherwise (${citation.mark || citation.verdict}). Source and audit`);
  return chip;
}

// The end: the way taken, what was contested, how sure and how right, what to discuss, sources.
function ending(config, message, end, onward) {
  const paper = h(
    "div",
    { class: "kit-paper" },
    h("h4", { ...LANDING, class: "kit-step" }, `How it went: ${message.title}`),
    details(
      "The patient",
      h("p", {}, message.text),
      h("ul", {}, message.facts.map(([term, text]) => h("li", {}, `${term}: ${text}`))),
      h("p", {}, message.question),
    ),
    h("p", {}, `Your way: ${end.code}. Compare it with that of others.`),
    h(
      "ol",
      {},
      end.path.map((step) =>
        h(
          "li",
          {},
          h("strong", {}, step.title), h("br"), `${step.choice} `, h("br"), badge(step.mark),
          step.confidence ? ` You said: ${step.confidence}. ` : " ", h("br"), ...remarkParts(step.ground),
        ),
      ),
    ),
    h("p", {}, h("strong", {}, "Contested: "), end.open.length ? `${end.open.join("; ")}. A contested choice counts as neither right nor wrong; a harmful one counts as wrong there too.` : "nothing on this way."),
    h("p", {}, h("strong", {}, "How sure and how right: "), end.calibration),
    end.rows.length ? tableElement({ columns: ["You said", "Right", "Out of"], rows: end.rows }) : null,
    h("p", {}, h("strong", {}, "To discuss with your own board")),
    h("ul", {}, end.closing.map((point) => remark(point, "li"))),
    details(`References (${end.sources.length})`, h("ol", {}, end.sources.map((s) => h("li", {}, reference(s))))),
    h("p", { class: "kit-asked" }, EDUCATION),
  );
  return h(
    "section",
    { class: "kit-ending" },
    paper,
    h(
      "div",
      { class: "kit-row" },
      button("Print this summary", () => printPaper(paper, config.title)),
      button("Save as text", () => {
        download(`oligoteach-${message.tale}.txt`, new Blob([plainText(paper)], { type: "text/plain" }));
      }),
      button("Play again", onward.again),
    ),
    h(
      "div",
      { class: "kit-row kit-further" },
      onward.next
        ? button(`Next case: ${onward.next.title}`, () => onward.open(onward.next.key), { class: "kit-button kit-primary kit-next-case" })
        : null,
      button("Choose another case", onward.choose),
    ),
  );
}

const PAPER_STYLE = "body{font:11pt/1.45 sans-serif;margin:2cm;color:#000}button,[popover]{display:none}" +
  "summary{font-weight:bold;list-style:none}table{border-collapse:collapse}th,td{text-align:left;padding:2pt 10pt 2pt 0}" +
  "a{color:#000}.kit-badge{border:1px solid #000;border-radius:9pt;padding:0 5pt;margin-right:5pt}";

// A page of its own, so that the paper holds the summary and nothing else.
function printPaper(paper, title) {
  document.querySelector(".kit-print")?.remove(); // where the browser did not say that it was done
  const frame = h("iframe", { class: "kit-hidden kit-print", "aria-hidden": "true", tabindex: "-1", title: "Summary for printing" });
  document.body.append(frame);
  const page = frame.contentDocument;
  page.title = title;
  page.head.append(Object.assign(page.createElement("style"), { textContent: PAPER_STYLE }));
  page.body.append(page.importNode(paper, true));
  for (const fold of page.querySelectorAll("details")) fold.open = true;
  frame.contentWindow.addEventListener("afterprint", () => frame.remove());
  frame.contentWindow.print();
}

function plainText(paper) {
  const copy = paper.cloneNode(true);
  for (const part of copy.querySelectorAll("button, [popover]")) part.remove();
  for (const part of copy.querySelectorAll("br")) part.replaceWith(" ");
  const lines = [...copy.querySelectorAll("h4, p, li, tr, summary")].map((part) =>
    part.tagName === "TR" ? [...part.children].map((cell) => cell.textContent).join(" | ") : part.textContent,
  );
  return lines.map((line) => line.replace(/\s+/g, " ").trim()).join("\r\n");
}

// Before an audience the picture is drawn as for a phone and magnified, letters and all.
const PROJECTED_WIDTH = 264;

function magnified(width, picture) {
  if (!look.present()) return { shown: width, width };
  const shown = Math.min(width, (innerHeight * LECTURE_SHARE) / picture.narrow);
  return { shown, width: Math.round(Math.min(shown, PROJECTED_WIDTH)) };
}

// The picture of a case: asked for anew at each step and whenever its size or the look changes.
function sight(model, config, tale) {
  if (!config.picture) return { el: null, want() {}, watch() {}, receive() {}, close() {} };
  const image = emptyPicture();
  const box = h("div", { class: "kit-figure-box" }, image);
  const words = h("p", {});
  box.style.setProperty("--ot-aspect", String(1 / config.picture.aspect));
  box.style.setProperty("--ot-aspect-narrow", String(1 / config.picture.narrow));
  const id = uid("look");
  let asked = { path: [], entered: true };
  let count = 0;
  let width = 0;
  const send = () => {
    width = box.clientWidth;
    if (!width) return;
    const size = magnified(width, config.picture);
    image.style.width = `${size.shown}px`;
    model.send({
      type: "look", id: `${id}-${++count}`, tale, ...asked,
      width: size.width, ratio: look.ratio() * (size.shown / size.width), theme: look.theme(),
    });
  };
  const sizes = new ResizeObserver(later(120, () => box.clientWidth !== width && send()));
  document.addEventListener("ot:look", send);
  return {
    el: h(
      "figure",
      { class: "kit-figure kit-sight" },
      box,
      h("figcaption", {}, config.picture.title),
      details("The picture in words", words),
    ),
    want(path, entered) {
      asked = { path, entered };
      send();
    },
    watch: () => (sizes.observe(box), send()),
    async receive(message, buffers) {
      const late = () => message.id !== `${id}-${count}`; // another one is on its way
      if (late()) return;
      const address = await loaded(buffers[0]);
      if (late()) return;
      await showPicture(image, address);
      image.alt = words.textContent = message.text;
      image.dispatchEvent(new CustomEvent("ot:frame", { bubbles: true }));
    },
    close() {
      sizes.disconnect();
      document.removeEventListener("ot:look", send);
    },
  };
}
