// The run behind a figure that gets better as it goes: how far it is, Stop and Go on.

const REFINE = 250; // between two pictures of a run: they cost it time
const LONG = 700; // a run over sooner than this is not worth announcing

function runBar(model, config, want, signal) {
  if (!config.unit) return { el: null, show() {}, follow() {}, running: () => false };
  let run = { state: "done" };
  const bar = h("progress", { "aria-label": `Progress: ${config.title}`, max: 1, value: 0 });
  const words = h("span", { class: "kit-run-words" });
  const said = h("p", { class: "kit-hidden", role: "status" });
  const act = button("Stop", () => model.send({ type: run.state === "stopped" ? "resume" : "stop" }));
  const el = h("div", { class: "kit-run", tabindex: "-1" }, bar, words, act, said);
  const tell = announcer(said, config.unit);
  let due = 0;
  const refine = () => (due = due || setTimeout(() => { due = 0; want(); }, REFINE));
  const show = (next) => {
    if (!next) return;
    run = next;
    el.dataset.run = run.state;
    bar.max = run.total;
    bar.value = run.done;
    words.textContent = run.words;
    act.textContent = run.state === "stopped" ? "Go on" : "Stop";
    // The button goes when there is nothing to stop; the focus must not fall off the page.
    if (["done", "failed"].includes(run.state) && act === document.activeElement) el.focus();
    tell(run);
  };
  const leave = () => run.state === "running" && model.send({ type: "leave" });
  signal?.addEventListener("abort", leave);
  addEventListener("pagehide", leave, { signal });
  return {
    el,
    running: () => run.state === "running",
    show,
    follow(next) {
      show(next);
      if (run.state === "running") refine();
      else if (run.state !== "failed") want();
    },
  };
}

// Start, stop and finish are said to those who listen; the steps between are not.
function announcer(said, unit) {
  let state = "done";
  let told = false;
  const count = (n) => n.toLocaleString("en-GB");
  const start = later(LONG, (total) => {
    if (state !== "running" || told) return;
    told = true;
    said.textContent = `Running: ${count(total)} ${unit}.`;
  });
  return (run) => {
    const before = state;
    state = run.state;
    if (state === "running") {
      if (before !== "running") start(run.total);
    } else if (state === "stopped" && before === "running") {
      said.textContent = `Stopped: ${run.words}.`;
      told = true;
    } else if (state === "done" && told) {
      said.textContent = `Finished: ${run.words}.`;
      told = false;
    }
  };
}
