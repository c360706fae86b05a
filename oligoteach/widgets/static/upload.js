// Files from the learner's machine, sent to the kernel in pieces: the next one leaves when the last
// has been answered, so moves of a slider are not held up. Names of files are neither sent nor shown.

function uploadBox(model, spec, signal) {
  const id = uid("upload");
  const said = status();
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Reading the files" });
  const forget = button("Forget the files", () => model.send({ type: "forget" }), { hidden: true });
  const input = h("input", {
    type: "file", id, accept: spec.accept || null, multiple: spec.max_files > 1,
    "aria-describedby": `${id}-hint`,
  });
  let serial = 0;
  let sending = null; // files on their way: where the next piece begins

  const say = (text, refused) => {
    bar.hidden = true;
    said.replaceChildren(h("p", { class: refused ? "kit-refusal" : "kit-hint" }, text));
  };
  const refuse = (text) => {
    sending = null;
    input.value = "";
    say(text, true);
  };
  const next = async () => {
    const { files, index, offset, serial: mine } = sending;
    const piece = files[index].slice(offset, offset + spec.piece);
    const bytes = await piece.arrayBuffer().catch(() => null);
    if (sending?.serial !== mine) return;
    if (!bytes) return refuse("The browser could not read a file. Choose the files again.");
    sending.offset += bytes.byteLength;
    if (sending.offset >= files[index].size) Object.assign(sending, { index: index + 1, offset: 0 });
    model.send({ type: "piece", serial: mine, index }, null, [bytes]);
  };
  input.addEventListener("change", () => {
    const files = [...input.files];
    if (!files.length) return;
    serial += 1;
    sending = { serial, files, index: 0, offset: 0, size: files.reduce((sum, f) => sum + f.size, 0) };
    said.replaceChildren();
    bar.hidden = false;
    bar.value = 0;
    model.send({ type: "offer", serial, sizes: files.map((file) => file.size) });
  });
  listen(model, signal, {
    go(message) {
      if (sending?.serial !== message.serial) return;
      bar.value = message.got / sending.size;
      next();
    },
    refused: (message) => message.serial === sending?.serial && refuse(message.text),
    taken(message) {
      sending = null;
      input.value = "";
      forget.hidden = message.serial === null;
      say(message.text);
    },
  });
  return h(
    "div",
    { class: "kit-control kit-upload" },
    h("label", { for: id }, spec.label),
    input,
    h("p", { class: "kit-hint", id: `${id}-hint` }, spec.hint),
    bar,
    said,
    forget,
  );
}
