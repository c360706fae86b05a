// Frames on demand: the next request leaves when the last picture is on the screen. Whatever is
// moved meanwhile is gathered, so a slow line gets fewer frames and never a backlog.

const PLACEHOLDER = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

const emptyPicture = () => h("img", { src: PLACEHOLDER, alt: "", class: "kit-image", decoding: "sync" });

// Show a PNG in place of the old one, and return its address. It is loaded aside, so that the
// picture on the screen changes at a stroke. decode() would wait for a frame of the screen to pass,
// and the picture for the next: half of what a learner waits for.
async function showPicture(image, bytes, old) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  const aside = new Image();
  await new Promise((done) => {
    aside.onload = aside.onerror = done;
    aside.src = url;
  });
  image.src = url;
  if (!image.complete) await image.decode().catch(() => {});
  if (old) URL.revokeObjectURL(old);
  return url;
}

// Before an audience a figure is drawn small and magnified with its letters: LECTURE_WIDTH page
// pixels wide, so that its least letters are legible from the last row. Where the stage gives it a
// height of its own (kit.css), its shape gives way a little so as to fill it; else it takes at most
// LECTURE_SHARE of the window's height.
const LECTURE_SHARE = 0.66;
const LECTURE_WIDTH = 624;

function fit(box, config) {
  const room = box.clientWidth;
  if (!look.present()) return { shown: room, width: room };
  if (onStage(box)) return fitStage(room, box.clientHeight, config);
  const shown = Math.min(room, (innerHeight * LECTURE_SHARE) / config.aspect);
  return { shown, width: Math.round(Math.min(shown, LECTURE_WIDTH)) };
}

const onStage = (box) => getComputedStyle(box).getPropertyValue("--kit-stage").trim() === "1";

function fitStage(room, high, config) {
  const [least, most] = config.bends.map((bend) => bend * config.aspect * LECTURE_WIDTH);
  const height = Math.max(least, Math.min(most, (high * LECTURE_WIDTH) / room));
  const shown = Math.floor(Math.min(room, ((high - 1) * LECTURE_WIDTH) / height));
  return { shown, width: LECTURE_WIDTH, height: Math.floor(height) };
}

class Frames {
  constructor(model, image, config, { wantsTable, onframe, onlocked, onrest }) {
    this.model = model;
    this.image = image;
    this.config = config;
    this.wantsTable = wantsTable;
    this.onframe = onframe;
    this.onlocked = onlocked;
    this.onrest = onrest;
    this.id = uid("view");
    this.pending = {};
    this.wanted = false;
    this.flying = false;
    this.url = null;
    this.params = null;
    this.held = {}; // entries refused beside the others: sent again with the next change
  }

  want(params = {}) {
    Object.assign(this.pending, params);
    this.wanted = true;
    this.next();
  }

  get resting() {
    return !this.flying && !this.wanted;
  }

  next() {
    const box = this.image.parentElement;
    if (this.flying || !this.wanted || !box?.clientWidth) return;
    this.flying = true;
    this.wanted = false;
    const params = (this.sent = { ...this.held, ...this.pending });
    this.pending = {};
    const size = fit(box, this.config);
    this.image.style.width = `${size.shown}px`;
    this.model.send({
      type: "frame",
      view: this.id,
      params,
      width: size.width,
      ...(size.height ? { height: size.height } : {}),
      ratio: look.ratio() * (size.shown / size.width),
      theme: look.theme(),
      table: this.wantsTable(),
    });
  }

  async receive(message, buffers) {
    if (message.view !== this.id) return;
    this.params = message.params; // the values of the picture, known before the kernel's echo
    this.held = Object.keys(message.refusals).length ? this.sent : {};
    this.url = await showPicture(this.image, buffers[0], this.url);
    this.landed();
    this.onframe(message); // words can wait for the picture
  }

  locked(message) {
    if (message.view !== this.id) return;
    this.onlocked();
    this.landed();
  }

  // What the controls show: the picture's values, and entries that stand refused.
  entries() {
    return { ...(this.params ?? this.model.get("params")), ...this.held };
  }

  landed() {
    this.flying = false;
    this.image.dispatchEvent(new CustomEvent("ot:frame", { bubbles: true }));
    this.next();
    if (this.resting) this.onrest();
  }
}
