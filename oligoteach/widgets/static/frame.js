// Frames on demand: the next request leaves when the last picture is on the screen. Whatever is
// moved meanwhile is gathered, so a slow line gets fewer frames and never a backlog.

const PLACEHOLDER = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

// Before an audience a figure fits the screen's height and is drawn small, so that it is magnified
// with its letters: at most LECTURE_SHARE of the height, LECTURE_WIDTH page pixels wide.
const LECTURE_SHARE = 0.66;
const LECTURE_WIDTH = 620;

function fit(width, aspect) {
  if (!look.present()) return { shown: width, width };
  const shown = Math.min(width, (innerHeight * LECTURE_SHARE) / aspect);
  return { shown, width: Math.round(Math.min(shown, LECTURE_WIDTH)) };
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
    const width = this.image.parentElement?.clientWidth;
    if (this.flying || !this.wanted || !width) return;
    this.flying = true;
    this.wanted = false;
    const params = (this.sent = { ...this.held, ...this.pending });
    this.pending = {};
    const size = fit(width, this.config.aspect);
    this.image.style.width = `${size.shown}px`;
    this.model.send({
      type: "frame",
      view: this.id,
      params,
      width: size.width,
      ratio: look.ratio() * (size.shown / size.width),
      theme: look.theme(),
      table: this.wantsTable(),
    });
  }

  async receive(message, buffers) {
    if (message.view !== this.id) return;
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" }));
    this.params = message.params; // the values of the picture, known before the kernel's echo
    this.held = Object.keys(message.refusals).length ? this.sent : {};
    this.image.src = url; // the browser keeps the old picture until the new one is decoded
    await this.image.decode().catch(() => {});
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
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
