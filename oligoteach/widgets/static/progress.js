// The course map, the review queue, and the learner's own copy of the progress.

function renderProgress({ model, el, signal }) {
  const { stations } = model.get("config");
  const map = h("ol", { class: "kit-map" });
  const queue = h("div", {});
  const said = status();
  const redraw = () => {
    const data = store.read();
    map.replaceChildren(...stations.map((station) => stationItem(station, store.lesson(station.name))));
    queue.replaceChildren(...reviewQueue(data.misses, stations));
  };
  el.classList.add("kit-widget");
  el.append(
    h(
      "section",
      { class: "kit-progress kit-card", "aria-label": "Course map and progress" },
      map,
      h("h3", {}, "To review"),
      queue,
      h("h3", {}, "Your copy"),
      h("p", { class: "kit-hint" }, `Progress is kept ${home.place()} only. Save a copy to carry it elsewhere.`),
      progressTools(said, redraw),
      said,
    ),
  );
  redraw();
  document.addEventListener("ot:progress", redraw);
  signal?.addEventListener("abort", () => document.removeEventListener("ot:progress", redraw));
}

function stationItem(station, kept) {
  const right = Object.values(kept.answers).filter((answer) => answer.correct).length;
  const predicted = Object.values(kept.predictions).filter((one) => (one.value ?? null) !== null).length;
  const state =
    station.n_questions > 0 && right >= station.n_questions ? "done" : kept.visited ? "begun" : "new";
  const words = {
    done: "✓ All questions right",
    begun: `◐ Begun: questions right ${right} of ${station.n_questions}, predictions made ${predicted} of ${station.n_predictions}`,
    new: "○ Not begun",
  };
  return h(
    "li",
    { "data-state": state },
    h("a", { href: station.address }, `${String(station.number).padStart(2, "0")} ${station.title}`),
    h("span", { class: "kit-hint" }, ` ${station.minutes} min`),
    h("p", {}, station.about),
    h("p", { class: "kit-state" }, words[state]),
    h("progress", {
      max: station.n_questions || 1, value: Math.min(right, station.n_questions),
      "aria-label": `Questions right in ${station.title}`,
    }),
  );
}

function reviewQueue(misses, stations) {
  const entries = Object.values(misses);
  if (!entries.length) return [h("p", {}, "Nothing missed so far.")];
  const address = (miss) => {
    const station = stations.find((s) => s.name === miss.lesson);
    return station ? `${station.address}#question-${miss.id}` : null;
  };
  return [
    h("ul", {}, entries.map((miss) => h("li", {}, h("a", { href: address(miss) }, miss.prompt)))),
  ];
}

function progressTools(said, redraw) {
  const say = (text, refused) =>
    said.replaceChildren(h("p", { class: refused ? "kit-refusal" : "kit-verdict" }, text));
  const picker = h("input", {
    type: "file", accept: "application/json,.json", class: "kit-hidden", tabindex: "-1",
    "aria-label": "Progress file",
    async onchange() {
      const file = picker.files[0];
      picker.value = "";
      if (!file) return;
      try {
        if (file.size > MAX_IMPORT) throw new Error("This file was not imported: it is larger than 1 MB. Your present progress is unchanged.");
        const count = store.imported(await file.text());
        say(`Imported: ${count} ${count === 1 ? "lesson" : "lessons"}.`);
      } catch (error) {
        say(error.message, true);
      }
    },
  });
  return h(
    "div",
    { class: "kit-row" },
    button("Save a copy", () => {
      download("oligoteach-progress.json", new Blob([store.exported()], { type: "application/json" }));
    }),
    button("Load a copy", () => picker.click()),
    button("Clear progress", () => {
      if (!confirm(`Clear all progress kept ${home.place()}?`)) return;
      store.clear();
      redraw();
      say("Cleared.");
    }),
    picker,
  );
}
