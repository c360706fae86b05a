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
  document.body.append(alert, place, timer.el, curtain);
  signal?.addEventListener("abort", () => alert.remove());
  listen(model, signal, {
    opened(message) {
      for (const note of message.notes) notes.append(h("p", { class: "kit-refusal" }, note));
    },
    failed: (message) => notes.append(h("p", { class: "kit-refusal" }, message.text)),
  });
  if (store.newer()) {
    const words = "This browser holds progress of a newer copy of the course. It is left as it is; what you do here is kept only while this page is open.";
    notes.append(h("p", { class: "kit-refusal" }, words));
  }
  store.change(config.lesson, () => {});
  const saved = store.lesson(config.lesson).params;
  const search = location.search;
  if (search || Object.keys(saved).length) model.send({ type: "open", search, saved });
  if (new URLSearchParams(search).get("present") === "1") setPresent(true);
  heartbeat(model, alert, signal);
  watchKeys(signal, () => reset(model, config));
  watchPrint(signal);
}

function reset(model, config) {
  if (!confirm(`Put this lesson back to the start? Its answers ${home.place()} are forgotten.`)) return;
  store.forget(config.lesson);
  model.send({ type: "reset" });
  startOver();
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
    if (!alert.hidden || serverIsAway()) return;
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

// Without its server a page has no engine either: the page's own script says so, once.
const serverIsAway = () => !["up", undefined].includes(document.documentElement.dataset.line);

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
