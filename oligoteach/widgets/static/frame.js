// Frames on demand: the next request leaves when the last picture is on the screen. Whatever is
// moved meanwhile is gathered, so a slow line gets fewer frames and never a backlog.

const PLACEHOLDER = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

class Frames {
  constructor(model, image, { wantsTable, onframe, onlocked, onrest }) {
    this.model = model;
    this.image = image;
    this.wantsTable = wantsTable;
    this.onframe = onframe;
    this.onlocked = onlocked;
    this.onrest = onrest;
    this.id = uid("view");
    this.pending = {};
    this.wanted = false;
    this.flying = false;
    this.url = null;
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
    const params = this.pending;
    this.pending = {};
    const scale = look.scale();
    this.model.send({
      type: "frame",
      view: this.id,
      params,
      width: Math.round(width / scale),
      ratio: look.ratio() * scale,
      theme: look.theme(),
      table: this.wantsTable(),
    });
  }

  async receive(message, buffers) {
    if (message.view !== this.id) return;
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" }));
    this.image.src = url; // the browser keeps the old picture until the new one is decoded
    this.onframe(message);
    await this.image.decode().catch(() => {});
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
    this.landed();
  }

  locked(message) {
    if (message.view !== this.id) return;
    this.onlocked();
    this.landed();
  }

  landed() {
    this.flying = false;
    this.image.dispatchEvent(new CustomEvent("ot:frame", { bubbles: true }));
    this.next();
    if (this.resting) this.onrest();
  }
}
