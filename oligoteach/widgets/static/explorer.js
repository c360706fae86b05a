// The explorer: prediction, controls, figure, words, table, feedback, explanation, citations.

// On a phone a figure no taller than this, over its width, stays in sight above its controls.
const STICKS_BELOW = 1.2;

function renderExplorer({ model, el, signal }) {
  const config = model.get("config");
  const title = uid("title");
  const image = emptyPicture();
  const words = h("p", { class: "kit-words", "aria-live": "polite" });
  const notes = status();
  const table = tableBox(config, () => frames.want());
  const cards = h("div", { class: "kit-cards" });
  const caption = h("figcaption", {});
  const why = h("div", { class: "kit-explain" });
  const sources = h("div", {});
  const saying = h("span", { class: "kit-say" });
  const views = figureViews((at, say) => {
    saying.textContent = say;
    if (at) frames.want(at);
  }, () => ({ ...model.get("params") }));
  const tell = (words) => {
    views.take(words.views ?? []);
    caption.textContent = words.caption ?? "";
    sources.replaceChildren(...[extra(citationStrip(words.citations ?? [], "Claims behind this figure"))].filter(Boolean));
    why.replaceChildren(...(words.explain ? [h("h4", {}, "Why"), h("p", {}, words.explain)] : []));
  };
  tell(config);
  const gate = h("p", { class: "kit-gate" }, "Commit to a prediction, and the figure appears here.");
  let written = "";
  const write = (text) => {
    written = text;
    const first = firstSentence(text);
    words.replaceChildren(glue(first), h("span", { class: "kit-rest-words" }, text.slice(first.length)));
  };
  const read = later(700, (text) => {
    if (run.running() || body.hidden) return;
    const heard = words.getAttribute("aria-live") === "polite" && written === text;
    words.setAttribute("aria-live", "polite");
    if (!heard) write(text);
    fit();
  });

  const frames = new Frames(model, image, config, {
    wantsTable: () => table.wanted(),
    onframe(message) {
      showBody(true);
      image.alt = `Figure: ${config.title}. ${firstSentence(message.text)}`;
      run.show(message.run);
      // Words of a run change often, and a room sees what the lecturer moves: they are seen at once,
      // and heard when it is over.
      const atOnce = (message.run || look.present()) && message.text !== written;
      if (atOnce) words.setAttribute("aria-live", "off");
      if (atOnce || words.textContent === "") write(message.text);
      if (atOnce) fit();
      read(message.text);
      controls.refuse(message.refusals);
      const old = Object.keys(message.refusals).length ? ["The figure keeps to the last setting that is possible."] : [];
      notes.replaceChildren(...[...message.notes, ...old].map((note) => h("p", { class: "kit-refusal" }, note)));
      body.removeAttribute("aria-busy");
      delete body.dataset.failed;
      if (arriving && standsAt(body)) goTo(body);
      arriving = false;
    },
    onlocked: () => showBody(false),
    onrest() {
      controls.show(frames.entries());
      if (touched) keep();
      fit();
      listSoon();
    },
  });

  // Table and cards are long to lay out: they wait until the picture stands on the screen, and for
  // as long as the learner moves on. Paper does not wait.
  let lists = null;
  const list = () => {
    const message = lists;
    lists = null;
    if (!message) return;
    if (message.table) table.show(message.table);
    else table.age();
    if (message.cards) showCards(cards, message, model);
  };
  const listSoon = () => afterPaint(() => frames.resting && list());
  window.addEventListener("beforeprint", list, { capture: true, signal });

  let touched = false;
  const controls = controlsBox(model, config, signal, (name, value) => {
    touched = true;
    frames.want({ [name]: value });
  });
  const fit = () => (onStage(box) ? shorten(controls.el) : markCut(controls.el));
  // What is kept is what the kernel has taken, however long that takes it.
  const keep = later(300, () => {
    touched = false;
    const changed = changedParams(model, frames.params);
    store.change(config.lesson, (kept) => (kept.params[config.key] = changed));
  });
  const forget = () => {
    frames.held = {};
    controls.refuse({});
  };
  const run = runBar(model, config, () => frames.want(), signal);
  const sticks = config.narrow_aspect <= STICKS_BELOW;
  const box = h("div", { class: sticks ? "kit-figure-box kit-sticks" : "kit-figure-box" }, image);
  const room = h("div", { class: "kit-peek-room", "aria-hidden": "true" });
  box.style.setProperty("--ot-aspect", String(1 / config.aspect));
  box.style.setProperty("--ot-aspect-narrow", String(1 / config.narrow_aspect));
  const body = h(
    "div",
    { class: "kit-body", "aria-busy": "true" },
    h("p", { class: "kit-stage-title", "aria-hidden": "true" }, config.title, saying),
    controls.el,
    h(
      "figure",
      { class: "kit-figure" },
      h(
        "div",
        { class: "kit-row kit-badges" },
        h("span", { class: "kit-kind", "data-badge": config.badge }, config.badge_text),
        modelCard(config),
      ),
      notes,
      box,
      room,
      run.el,
      words,
      caption,
    ),
  );
  body.kitViews = views;
  let arriving = false; // before an audience the figure comes up when it is revealed there
  const prediction = config.prediction
    ? predictionForm(model, config, config.prediction, signal, (revealed, restored) => {
        showBody(revealed);
        arriving = revealed && !restored && look.present();
        if (arriving) requestAnimationFrame(() => goTo(body)); // and again when the figure has its size
        if (revealed) frames.want();
      })
    : null;
  if (prediction) body.querySelector(".kit-stage-title").after(prediction.answer);
  const showBody = (on) => {
    body.hidden = after.hidden = !on;
    gate.hidden = on;
    if (!on) conceal();
  };
  // Put back to the start, the page must not keep what it has told.
  const conceal = () => {
    lists = null;
    words.replaceChildren();
    views.take([]);
    frames.conceal();
    table.age();
    cards.replaceChildren();
  };
  const after = h(
    "div",
    { class: "kit-after" },
    prediction?.detail,
    why,
    table.el,
    cards,
    h("div", { class: "kit-row kit-tools" }, downloads(config, image, frames, table)),
    sources,
  );
  if (!sticks) peek(controls.el, box, room, signal);
  el.classList.add("kit-widget");
  el.append(
    h(
      "section",
      { class: "kit-explorer kit-card", "aria-labelledby": title, "data-explorer": config.key },
      h("h3", { id: title, tabindex: "-1" }, config.title),
      prediction?.el,
      gate,
      body,
      after,
    ),
  );
  showBody(!prediction || prediction.revealed());

  listen(model, signal, {
    frame: (message, buffers) => frames.receive(message, buffers),
    locked: (message) => frames.locked(message),
    stale() {
      forget();
      frames.want();
    },
    progress: (message) => run.follow(message.run),
    predicted: (message) => tell(message),
    extras(message) {
      if (message.view !== frames.id) return;
      lists = message;
      if (frames.resting) listSoon();
    },
    cards: (message) => showRest(cards, message.cards),
    failed(message) {
      notes.replaceChildren(h("p", { class: "kit-refusal" }, message.text));
      body.dataset.failed = "";
      frames.landed();
    },
  });
  // The kernel's echo of an older value must not undo what the learner has moved since.
  const onparams = () => {
    if (!frames.resting) return;
    const changed = JSON.stringify(model.get("params")) !== JSON.stringify(frames.params);
    if (changed) forget(); // set from elsewhere: what stands refused here is over
    controls.show({ ...model.get("params"), ...frames.held });
    if (changed) frames.want();
  };
  model.on("change:params", onparams);
  signal?.addEventListener("abort", () => model.off("change:params", onparams));
  whenSeen(el, box, signal, () => {
    unshorten(controls.el); // another size or look: they may fit now
    frames.want();
  });
}

// The figure as it stands, then one view after the other: settings, and what to look at in each.
function figureViews(show, present) {
  let views = [];
  let at = -1;
  let before = null; // the setting that the lecturer had before the first view
  const go = (next) => {
    if (at === -1) before = present();
    at = next;
    show(at === -1 ? before : views[at].at, at === -1 ? "" : views[at].say);
    return true;
  };
  return {
    get count() {
      return views.length;
    },
    take(next) {
      views = next;
      at = -1;
      show(null, "");
    },
    move: (by) => (at + by >= -1 && at + by < views.length ? go(at + by) : false),
    words: () => (at === -1 ? `, then ${views.length === 1 ? "1 view" : `${views.length} views`}` : `, view ${at + 1} of ${views.length}`),
  };
}

const PHONE = 520; // page pixels
const PEEK = 0.38; // of the window's height

// A taller figure has left a phone's screen before its controls come. While one of them is used it
// stays in sight above them, smaller; what it gives up in height is kept free, so nothing moves.
function peek(form, box, room, signal) {
  const body = box.closest(".kit-body") ?? form.parentElement;
  const end = () => {
    body.classList.remove("kit-peek");
    window.removeEventListener("scroll", back);
  };
  const back = () => room.getBoundingClientRect().bottom > innerHeight * PEEK + 40 && end();
  form.addEventListener("input", (event) => {
    const peeks = body.classList.contains("kit-peek");
    if (peeks || innerWidth >= PHONE || look.present()) return;
    const { bottom, height } = box.getBoundingClientRect();
    const small = Math.round(innerHeight * PEEK);
    if (bottom > small || height <= small) return;
    const gap = parseFloat(getComputedStyle(body).rowGap) || 0;
    box.style.setProperty("--kit-peek", `${small}px`);
    room.style.height = `${Math.max(0, height - small - gap)}px`;
    body.classList.add("kit-peek");
    const hidden = small + 8 - event.target.closest(".kit-control").getBoundingClientRect().top;
    if (hidden > 0) scrollBy(0, -hidden);
    window.addEventListener("scroll", back, { passive: true });
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) end();
  });
  signal?.addEventListener("abort", end);
}

// The first frame when the explorer comes near the screen, or a little later for printing's sake;
// then one whenever its size or the look of the page changes.
function whenSeen(el, box, signal, want) {
  let started = false;
  let size = "";
  const start = () => {
    if (started) return;
    started = true;
    seen.disconnect();
    want();
  };
  const seen = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && start(),
    { rootMargin: "400px" },
  );
  seen.observe(el);
  setTimeout(start, 2500);
  const resized = later(120, () => {
    // On the stage a figure fills a height, elsewhere only a width.
    const now = `${box.clientWidth} ${look.present() ? box.clientHeight : ""}`;
    if (!started || now === size) return;
    size = now;
    want();
  });
  const sizes = new ResizeObserver(resized);
  sizes.observe(box);
  const relook = () => started && want();
  document.addEventListener("ot:look", relook);
  signal?.addEventListener("abort", () => {
    seen.disconnect();
    sizes.disconnect();
    document.removeEventListener("ot:look", relook);
  });
}

// A hidden page paints nothing, so there it is only a little later.
function afterPaint(then) {
  if (document.hidden) setTimeout(then, 50);
  else requestAnimationFrame(() => setTimeout(then));
}

function controlsBox(model, config, signal, change) {
  const params = model.get("params");
  const made = new Map(
    config.controls.map((spec) => [spec.name, makeControl(spec, params[spec.name], change)]),
  );
  const elements = [...made.values()].map((control) => control.el);
  const folded = elements.slice(config.in_view);
  const el = h(
    "form",
    { class: "kit-controls", "aria-label": `Controls: ${config.title}`, onsubmit: (e) => e.preventDefault() },
    config.upload ? uploadBox(model, config.upload, signal) : null,
    elements.slice(0, config.in_view),
    folded.length ? details("More controls", folded) : null,
    elements.length ? button("Restore defaults", () => {
      made.forEach((control) => control.forget?.());
      model.send({ type: "defaults" });
      store.change(config.lesson, (kept) => delete kept.params[config.key]);
    }) : null,
  );
  el.addEventListener("toggle", () => markCut(el), true);
  return {
    el,
    show: (values) => made.forEach((control, name) => control.show(values[name])),
    refuse: (refusals) => made.forEach((control, name) => control.refuse(refusals[name])),
  };
}

function changedParams(model, params = model.get("params")) {
  const changed = {};
  for (const spec of model.get("config").controls) {
    const value = params[spec.name];
    if (JSON.stringify(value) !== JSON.stringify(spec.default)) changed[spec.name] = value;
  }
  return changed;
}

function modelCard(config) {
  const entries = Object.entries(config.card);
  if (!entries.length) return null;
  return details(
    config.badge.startsWith("model") ? "About this model" : "About these data",
    h("dl", {}, entries.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])),
  );
}

const NARROW = 700;

function tableBox(config, want) {
  if (!config.has_table) return { el: null, wanted: () => false, show() {}, age() {} };
  const place = h("div", { class: "kit-table-box", tabindex: "0", role: "region", "aria-label": `Data: ${config.title}` });
  const said = h("p", { class: "kit-hint" });
  const el = extra(details("Data table", said, place));
  let data = null;
  let waiting = null; // a download that waits for the table of the picture on the screen
  el.open = config.table_open && innerWidth >= NARROW;
  el.addEventListener("toggle", () => el.open && want());
  return {
    el,
    wanted: () => el.open || waiting !== null,
    // The picture has moved on without its table: better none than that of another setting.
    age() {
      data = null;
      place.replaceChildren();
    },
    fresh: () => data ?? new Promise((done) => { waiting = done; want(); }),
    show(table) {
      data = table;
      waiting?.(table);
      waiting = null;
      place.replaceChildren(tableElement(table));
      said.textContent = table.caption;
    },
  };
}

function tableElement(table) {
  const cell = (value) => (typeof value === "object" && value !== null ? value : { text: String(value ?? "") });
  const fill = (tag, value, attributes = {}) => {
    const { text, tone } = cell(value);
    const mark = tone ? h("span", { "aria-hidden": "true" }, `${TONES[tone]} `) : null;
    return h(tag, { ...attributes, "data-tone": tone }, mark, text);
  };
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, table.columns.map((column) => h("th", { scope: "col" }, column)))),
    h(
      "tbody",
      {},
      table.rows.map((row) =>
        h("tr", {}, row.map((value, i) => (i === 0 ? fill("th", value, { scope: "row" }) : fill("td", value)))),
      ),
    ),
  );
}

function showCards(place, { cards, n_cards: count }, model) {
  const open = new Set([...place.querySelectorAll("details[open]")].map((card) => card.dataset.key));
  const make = (citation) => {
    const card = citationCard(citation);
    card.dataset.key = citation.key;
    card.open = open.has(citation.key);
    return card;
  };
  const rest = count - cards.length;
  const more = rest ? button(`Show the other ${rest}`, () => model.send({ type: "cards" }), { class: "kit-button kit-rest" }) : "";
  place.replaceChildren(
    h("p", { class: "kit-count", role: "status" }, rest ? `${cards.length} of ${count} shown` : `${count} shown`),
    ...cards.map(make),
    more,
  );
}

// The rest of a long list, where the button stood that asked for it.
function showRest(place, cards) {
  place.querySelector(".kit-count").textContent = `${place.querySelectorAll("details").length + cards.length} shown`;
  place.querySelector(".kit-rest")?.replaceWith(...cards.map(citationCard));
}

const firstSentence = (text) => text.split(/(?<=[.!?])\s/)[0];
const fileStem = (config) => `${config.lesson || "oligoteach"}-${config.key}`;

function downloads(config, image, frames, table) {
  const png = button("Save picture", async () => {
    download(`${fileStem(config)}.png`, await signedPicture(image, config));
  });
  const csv = config.has_table
    ? button("Save data (CSV)", async () => {
        const data = await table.fresh();
        download(`${fileStem(config)}.csv`, new Blob([csvText(config, data)], { type: "text/csv" }));
      })
    : null;
  return [png, csv];
}

// The picture with a footer: whoever finds it later shall know what it is and what it is not for.
async function signedPicture(image, config) {
  const canvas = document.createElement("canvas");
  const line = Math.max(28, Math.round(image.naturalWidth / 32));
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight + 2 * line;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0);
  pen.fillStyle = "#1a1a1a";
  pen.font = `${Math.round(line * 0.5)}px sans-serif`;
  pen.fillText(`oligoteach – ${config.title} – ${config.badge_text}`, line / 2, image.naturalHeight + line * 0.8);
  pen.fillText(EDUCATION, line / 2, image.naturalHeight + line * 1.6);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function csvText(config, table) {
  const quote = (value) => {
    const text = String(typeof value === "object" && value !== null ? value.text : (value ?? ""));
    // A leading = + - @ would be run as a formula by a spreadsheet.
    const safe = /^[=+@]|^-[^\d]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [[`${config.title} – ${config.badge_text}. ${EDUCATION}`], table.columns, ...table.rows];
  return lines.map((row) => row.map(quote).join(",")).join("\r\n");
}
