// The page: header, link and memory, heartbeat, presenting, printing, and citations in the prose.

const PING_EVERY = 4000;
const SILENT_AFTER = 12000;

function renderPage({ model, el, signal }) {
  const config = model.get("config");
  const notes = h("div", { class: "kit-notes", role: "status" });
  const alert = h("div", { class: "kit-alert", role: "alert", hidden: true });
  el.classList.add("kit-widget");
  el.append(
    h(
      "div",
      { class: "kit-page", "data-lesson": config.lesson },
      h("p", { class: "kit-place" }, `Lesson ${config.place} · about ${config.minutes} minutes`),
      h("p", { class: "kit-education" }, EDUCATION),
      h(
        "div",
        { class: "kit-row kit-tools" },
        button("Present", () => setPresent(!look.present()), { class: "kit-button kit-present" }),
        button("Reset", () => reset(model, config)),
        button("Copy link", () => copyLink(notes)),
      ),
      legendLine(config.legend),
      notes,
    ),
  );
  document.body.append(alert, place);
  signal?.addEventListener("abort", () => alert.remove());
  listen(model, signal, {
    opened(message) {
      for (const note of message.notes) notes.append(h("p", { class: "kit-refusal" }, note));
    },
    failed: (message) => notes.append(h("p", { class: "kit-refusal" }, message.text)),
  });
  store.change(config.lesson, () => {});
  const saved = store.lesson(config.lesson).params;
  const search = location.search;
  if (search || Object.keys(saved).length) model.send({ type: "open", search, saved });
  if (new URLSearchParams(search).get("present") === "1") setPresent(true);
  heartbeat(model, alert, signal);
  watchKeys(signal);
  watchPrint(signal);
}

function reset(model, config) {
  if (!confirm(`Put this lesson back to the start? Its answers ${home.place()} are forgotten.`)) return;
  store.forget(config.lesson);
  model.send({ type: "reset" });
}

// A link that opens the page as it stands: every explorer's changed settings.
function pageLink() {
  const link = new URL(location.href);
  link.search = "";
  link.hash = "";
  for (const [key, model] of kitModels) {
    for (const [name, value] of Object.entries(changedParams(model))) {
      const text = value === true ? "yes" : value === false ? "no" : [value].flat().join(",");
      link.searchParams.set(`${key}.${name}`, text);
    }
  }
  if (look.present()) link.searchParams.set("present", "1");
  return link.href;
}

async function copyLink(notes) {
  const link = pageLink();
  try {
    await navigator.clipboard.writeText(link);
    notes.replaceChildren(h("p", {}, "Link copied."));
  } catch {
    notes.replaceChildren(
      h("label", {}, "Copy this link: ", h("input", { value: link, readonly: true, size: "60" })),
    );
  }
}

// The kernel answers pings while it lives. Silence while it is not busy, or its own word, is death.
function heartbeat(model, alert, signal) {
  let heard = Date.now();
  const kernel = model.widget_manager.kernel;
  const show = (text) => {
    if (!alert.hidden) return;
    alert.hidden = false;
    alert.replaceChildren(
      h("p", {}, text),
      button("Reload", () => location.reload(), { class: "kit-button kit-primary" }),
    );
  };
  const dead = () => {
    const gone = ["dead", "restarting", "autorestarting", "terminating"].includes(kernel?.status);
    const silent = Date.now() - heard > SILENT_AFTER;
    return gone || (silent && kernel?.status !== "busy");
  };
  const check = () => {
    if (dead()) show("The lesson’s engine has stopped. Your answers and settings are kept; reload to go on.");
  };
  listen(model, signal, {
    pong() {
      heard = Date.now();
      alert.hidden = true;
    },
  });
  kernel?.statusChanged?.connect(check);
  let asked = Date.now();
  const timer = setInterval(() => {
    // After sleep or in a throttled tab the clock has jumped: give the kernel a fresh chance.
    if (Date.now() - asked > 2 * PING_EVERY) heard = Date.now();
    asked = Date.now();
    try {
      model.send({ type: "ping" });
    } catch {
      heard = 0;
    }
    check();
  }, PING_EVERY);
  signal?.addEventListener("abort", () => {
    clearInterval(timer);
    kernel?.statusChanged?.disconnect(check);
  });
}

// Presenting: large type, details folded, one step of the page at a time.
function setPresent(on) {
  const root = document.documentElement;
  if (on) root.dataset.present = "1";
  else delete root.dataset.present;
  const address = new URL(location.href);
  if (on) address.searchParams.set("present", "1");
  else address.searchParams.delete("present");
  history.replaceState(null, "", address); // a reload stays in the mode
  applyPresent(document);
  place.hidden = !on;
}

// Also for parts that arrive when the mode is already on.
function applyPresent(root) {
  const on = look.present();
  for (const fold of root.querySelectorAll("details.kit-fold")) fold.open = !on;
  for (const skip of root.querySelectorAll(".kit-reveal")) skip.textContent = on ? "Reveal" : "Just show me";
  for (const toggle of root.querySelectorAll(".kit-present")) {
    toggle.textContent = on ? "Stop presenting" : "Present";
  }
}

const shown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
let currentStep = null;
let landedAt = 0; // where it stood on the screen then
const place = h("p", { class: "kit-step-place", "aria-hidden": "true", hidden: true });

const REST = /^References\W*$/; // for reading, not for the wall
// The page's own sequence: heading, prediction, figure, feedback. What is not to be seen yet counts
// too, so that the total is the same before and after an answer is revealed.
const STATIONS = "main h1, main h2, .kit-prediction, .kit-body, .kit-feedback:not(.kit-branching *)";

function stations() {
  return [...document.querySelectorAll(STATIONS)].filter((step) => !REST.test(step.textContent));
}

// The questions of an open quiz, and of an open case what has come of it so far, are steps within
// the station at which they stand.
const WITHIN = ".kit-question, .kit-story .kit-step, .kit-story .kit-outcome-title";

function steps() {
  const all = document.querySelectorAll(`${STATIONS}, ${WITHIN}`);
  return [...all].filter((step) => !REST.test(step.textContent));
}

const can = (step) => shown(step) && step.textContent.trim() !== "";

function move(by) {
  const list = steps();
  let at = list.indexOf(stepInView(list)) + by;
  while (at > 0 && at < list.length && !can(list[at])) at += by;
  const next = list[Math.max(0, at)];
  if (next && can(next)) goTo(next);
}

const HERE = 60; // page pixels that a step may shift without having been scrolled away from

// The step that the arrows led to, unless the page has been scrolled since; then the first one that
// begins in the upper half of the screen, or the last before it.
function stepInView(list) {
  const top = (step) => step.getBoundingClientRect().top;
  if (currentStep && can(currentStep) && Math.abs(top(currentStep) - landedAt) < HERE) return currentStep;
  const seen = list.filter(can);
  const begins = seen.find((step) => top(step) > -HERE && top(step) < innerHeight / 2);
  return begins ?? seen.findLast((step) => top(step) <= -HERE);
}

function goTo(step) {
  currentStep = step;
  step.setAttribute("tabindex", step.getAttribute("tabindex") ?? "-1");
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block: "start" });
  landedAt = step.getBoundingClientRect().top;
  place.textContent = placeWords(step);
}

function placeWords(step) {
  const list = stations();
  const before = list.filter((one) => one === step || one.compareDocumentPosition(step) & Node.DOCUMENT_POSITION_FOLLOWING);
  const station = `${before.length} / ${list.length}`;
  const story = step.closest(".kit-story");
  if (story) return `${station}, step ${[...story.querySelectorAll(WITHIN)].indexOf(step) + 1} of the case`;
  if (!step.matches(".kit-question")) return station;
  const questions = [...step.parentElement.querySelectorAll(".kit-question")];
  return `${station}, question ${questions.indexOf(step) + 1} of ${questions.length}`;
}

function watchKeys(signal) {
  const onkey = (event) => {
    if (!look.present() || event.altKey || event.ctrlKey || event.metaKey) return;
    // Inside a control the arrows belong to the control.
    const left = ["ArrowLeft", "ArrowRight"].includes(event.key);
    const vote = event.target.matches?.("input[type=radio], input[type=checkbox]");
    if (event.target.closest?.("input, select, textarea, [popover]") && !(left && vote)) return;
    const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      move(by);
    } else if (event.key === "Escape") {
      setPresent(false);
    }
  };
  document.addEventListener("keydown", onkey);
  signal?.addEventListener("abort", () => document.removeEventListener("keydown", onkey));
}

// On paper everything is open; on the screen it is then as it was.
function watchPrint(signal) {
  let opened = [];
  const before = () => {
    opened = [...document.querySelectorAll("details:not([open], .kit-extra)")];
    for (const fold of opened) fold.open = true;
  };
  const after = () => {
    for (const fold of opened) fold.open = false;
    opened = [];
  };
  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
  signal?.addEventListener("abort", () => {
    window.removeEventListener("beforeprint", before);
    window.removeEventListener("afterprint", after);
  });
}
