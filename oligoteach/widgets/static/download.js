// Files that the kernel writes on a click, saved with the education-only line at their head.

function renderDownload({ model, el, signal }) {
  const config = model.get("config");
  const title = uid("title");
  const said = status();
  const offers = new Map(config.files.map((file) => [file.key, file]));
  const say = (text, refused) =>
    said.replaceChildren(h("p", { class: refused ? "kit-refusal" : "kit-verdict" }, text));
  el.classList.add("kit-widget");
  el.append(
    h(
      "section",
      { class: "kit-download kit-card", "aria-labelledby": title },
      h("h3", { id: title }, config.title),
      h(
        "div",
        { class: "kit-row kit-tools" },
        config.files.map((file) =>
          button(file.label, () => model.send({ type: "fetch", key: file.key }), { "data-file": file.key }),
        ),
      ),
      said,
    ),
  );
  listen(model, signal, {
    file(message) {
      const file = offers.get(message.key);
      const text = `${file.comment}${EDUCATION}\n${message.text}`;
      download(file.name, new Blob([text], { type: `${file.media_type};charset=utf-8` }));
      say(`Saved as ${file.name}.`);
    },
    failed: (message) => say(message.text, true),
  });
}
