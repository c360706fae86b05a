// Frames on demand: the next request leaves when the last picture is on the screen. Whatever is
// moved meanwhile is gathered, so a slow line gets fewer frames and never a backlog.

const PLACEHOLDER = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

const emptyPicture = () => h("img", { src: PLACEHOLDER, alt: "", class: "kit-image", decoding: "sync" });

// A PNG as an address, another one each time. With the bytes in it, it is there at once; a blob is
// fetched by way of other processes, for browsers that cannot write bytes as text.
let addresses = 0;
const addressOf = (png) =>
  png.toBase64
    ? `data:image/png;base64,${png.toBase64()}#${++addresses}`
    : URL.createObjectURL(new Blob([png], { type: "image/png" }));

// A picture is loaded aside, so that the one on the screen changes at a stroke. decode() would wait
// for a frame of the screen to pass, and the picture for the next: half of what a learner waits for.
async function loaded({ buffer, byteOffset, byteLength }) {
  const aside = new Image();
  await new Promise((done) => {
    aside.onload = aside.onerror = done;
    aside.src = addressOf(new Uint8Array(buffer, byteOffset, byteLength));
  });
  return aside.src;
}

async function showPicture(image, address) {
  const old = image.src;
  image.src = address;
  if (!image.complete) await image.decode().catch(() => {});
  URL.revokeObjectURL(old);
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
    this.params = null;
    this.concealed = 0; // how often; a picture from before is not shown after
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
    const { concealed } = this;
    const address = await loaded(buffers[0]);
    const told = concealed === this.concealed;
    if (told) await showPicture(this.image, address);
    this.landed();
    if (told) this.onframe(message); // words can wait for the picture
  }

  conceal() {
    this.concealed += 1;
    this.image.src = PLACEHOLDER;
    this.image.alt = "";
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
