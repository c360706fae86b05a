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

// The next class begins at the top, with a timer that has not run and nothing revealed.
function startOver() {
  currentStep = null;
  place.textContent = "";
  timer.stop();
  document.dispatchEvent(new CustomEvent("ot:reset"));
  if (look.present()) scrollTo(0, 0);
}

const topOf = (element) => element.getBoundingClientRect().top;
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

// A step forward may stay at its station: to arm *Reveal*, to reveal, for another view of a figure,
// or for the rest of a text that is longer than the screen.
function move(by) {
  const list = steps();
  const here = stepInView(list);
  if (here && here === currentStep && moveWithin(here, by)) return;
  if (here && turnPage(here, by)) return;
  if (here && goOn(here, by)) return;
  let at = list.indexOf(here) + by;
  while (at > 0 && at < list.length && !can(list[at])) at += by;
  const next = list[Math.max(0, at)];
  if (next && can(next)) goTo(next);
}

const PAGE = 0.8; // of the window's height: some lines stay, so that the eye finds its place

function turnPage(step, by) {
  if (by < 0) {
    if (topOf(step) >= -HERE) return false;
    goTo(step);
    return true;
  }
  const all = [...document.querySelectorAll(`${STATIONS}, ${WITHIN}`)].filter(can);
  const next = all[all.indexOf(step) + 1]; // references too: there the text ends
  const hidden = endOf(step, next) - innerHeight;
  const little = step.matches(".kit-body") ? innerHeight / 4 : HERE; // a figure ends with its tools
  if (hidden <= little) return false;
  scrollBy(0, Math.min(hidden, PAGE * innerHeight));
  currentStep = step;
  landedAt = topOf(step);
  place.textContent = placeWords(step);
  return true;
}

const WRITTEN = "p, li, td, th, pre, dt, dd, h3, h4, h5, img, button, input, label, summary";
const LISTS = ".kit-cards, .kit-map, .kit-tales"; // for choosing from: of a long one the first screen is enough

// Where on the screen the text of a step ends: the space before the next step is no text. What lies
// within the step itself may be scrolled or cut off there, and reaches no further than it.
function endOf(step, next) {
  const between = [...document.querySelectorAll(`main :is(${WRITTEN})`)].filter(
    (one) =>
      step.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING &&
      !step.contains(one) &&
      (!next || next.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING) &&
      shown(one),
  );
  const end = (one) => {
    const list = one.closest(LISTS);
    const bottom = one.getBoundingClientRect().bottom;
    return list ? Math.min(bottom, topOf(list) + innerHeight) : bottom;
  };
  return Math.max(step.getBoundingClientRect().bottom, ...between.map(end));
}

function moveWithin(step, by) {
  const reveal = step.querySelector(":scope > .kit-row .kit-reveal");
  if (step.matches(".kit-prediction") && reveal && shown(reveal)) return arm(step, reveal, "reveals", by);
  return step.kitViews?.move(by) && (place.textContent = placeWords(step));
}

// An open case goes on from what came of its last decision.
function goOn(step, by) {
  const story = step.closest(".kit-story");
  const further = story?.querySelector(".kit-onward");
  const last = () => [...story.querySelectorAll(WITHIN)].filter(can).at(-1);
  if (!further || last() !== step) return false;
  const taken = arm(step, further, "goes on", by);
  if (!further.isConnected) goTo(last());
  return taken;
}

// The answer is one key away, and never the same key press that came to the question.
function arm(step, control, what, by) {
  const armed = step.dataset.armed === "1";
  if (by < 0) {
    delete step.dataset.armed;
    if (armed) place.textContent = placeWords(step);
    return armed;
  }
  if (armed) control.click();
  step.dataset.armed = "1";
  place.textContent = `${placeWords(step)}: → ${what}`;
  return true;
}

const HERE = 60; // page pixels that a step may shift without having been scrolled away from

// The page was led to this step, and has been neither led nor scrolled on since.
const standsAt = (step) => step === currentStep && can(step) && Math.abs(topOf(step) - landedAt) < HERE;

// The step that the page was led to, unless it has been scrolled since; then the first one that
// begins in the upper half of the screen, or the last before it.
function stepInView(list) {
  if (currentStep && standsAt(currentStep)) return currentStep;
  const seen = list.filter(can);
  const begins = seen.find((step) => topOf(step) > -HERE && topOf(step) < innerHeight / 2);
  return begins ?? seen.findLast((step) => topOf(step) <= -HERE);
}

function goTo(step) {
  if (step !== currentStep) delete step.dataset.armed;
  currentStep = step;
  step.setAttribute("tabindex", step.getAttribute("tabindex") ?? "-1");
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block: "start" });
  landedAt = topOf(step);
  place.textContent = placeWords(step);
}

function placeWords(step) {
  const list = stations();
  const before = list.filter((one) => one === step || one.compareDocumentPosition(step) & Node.DOCUMENT_POSITION_FOLLOWING);
  const station = `${before.length} / ${list.length}`;
  const story = step.closest(".kit-story");
  if (story) return `${station}, step ${[...story.querySelectorAll(WITHIN)].indexOf(step) + 1} of the case`;
  if (step.kitViews?.count) return `${station}${step.kitViews.words()}`;
  if (!step.matches(".kit-question")) return station;
  const questions = [...step.parentElement.querySelectorAll(".kit-question")];
  return `${station}, question ${questions.indexOf(step) + 1} of ${questions.length}`;
}

const KEYS = [
  ["→ or Page Down", "next step; at a prediction twice: the first arms Reveal, the second reveals"],
  ["← or Page Up", "step back"],
  ["B or .", "black screen, and back"],
  ["T", "timer: start, and hide"],
  ["Shift + R", "reset for the next class"],
  ["Esc", "stop presenting"],
  ["?", "these keys"],
];

function watchKeys(signal, onreset) {
  const steps = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
  const orders = {
    b: () => draw(curtain, curtain.hidden),
    ".": () => draw(curtain, curtain.hidden),
    t: () => timer.toggle(),
    R: onreset,
    "?": showKeys,
    Escape: () => setPresent(false),
  };
  const onkey = (event) => {
    if (!look.present() || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!curtain.hidden) {
      event.preventDefault();
      draw(curtain, false);
      return;
    }
    // Inside a control the keys belong to the control.
    const left = ["ArrowLeft", "ArrowRight"].includes(event.key);
    const vote = event.target.matches?.("input[type=radio], input[type=checkbox]");
    if (event.target.closest?.("input, select, textarea, [popover], dialog") && !(left && vote)) return;
    const by = steps[event.key];
    const order = by ? () => move(by) : (orders[event.key] ?? orders[event.key.toLowerCase()]);
    if (!order || event.repeat) return;
    event.preventDefault();
    order();
  };
  document.addEventListener("keydown", onkey);
  signal?.addEventListener("abort", () => document.removeEventListener("keydown", onkey));
}

// A black screen: for a moment the room looks at whoever speaks.
const curtain = h("div", { class: "kit-curtain", role: "status", hidden: true }, h("span", { class: "kit-hidden" }, "The screen is black. Any key brings it back."));
curtain.addEventListener("click", () => draw(curtain, false));

function draw(element, on) {
  element.hidden = !on;
}

const timer = lectureTimer();

function lectureTimer() {
  const el = h("p", { class: "kit-timer", role: "timer", "aria-live": "off", hidden: true });
  let begun = 0;
  let ticking = 0;
  const tick = () => {
    const seconds = Math.floor((Date.now() - begun) / 1000);
    el.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  return {
    el,
    toggle() {
      el.hidden = !el.hidden;
      if (ticking) return;
      begun = Date.now();
      ticking = setInterval(tick, 500);
      tick();
    },
    stop() {
      clearInterval(ticking);
      ticking = 0;
      el.hidden = true;
    },
  };
}

// What else on the page answers to a key of its own, as a button that says which.
function furtherKeys() {
  return [...document.querySelectorAll("button[data-key]")].map((one) => [one.dataset.key, one.textContent]);
}

function showKeys() {
  const close = () => box.close();
  const keys = [...KEYS.slice(0, -2), ...furtherKeys(), ...KEYS.slice(-2)];
  const box = h(
    "dialog",
    { class: "kit-keys", "aria-label": "Keys before an audience", onclose: () => box.remove() },
    h("h2", {}, "Keys"),
    h("dl", {}, keys.flatMap(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])),
    button("Close", close),
  );
  document.body.append(box);
  box.showModal();
}
