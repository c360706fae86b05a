// Progress in the learner's home, where the course runs in a hub: the page names the address at which
// the learner's own server keeps it (progress.py), and the browser, which others may use, keeps none.
//
// What this page knows is `data`; `tag` names the copy in the home on which it rests: null where there
// is none yet, undefined while that is not known. Changes wait until the home has them. If another
// page was quicker, they are done again on what it has left there.

const HOME_AGAIN_MS = [1_000, 3_000, 10_000, 30_000];

const home = {
  address: document.body?.dataset.progress || null,
  data: emptyStore(),
  tag: undefined,
  waiting: [],
  busy: false,
  failures: 0,
  timer: 0,

  place: () => (home.address ? "in your home on this server" : "in this browser"),

  // Before the first part of the page is drawn.
  async open() {
    if (!home.address) return;
    addEventListener("pagehide", home.setAside);
    const left = home.takeUp();
    if (left) home.waiting.push(left);
    await home.sync();
  },

  changed(work) {
    home.waiting.push(work);
    home.sync();
  },

  async sync() {
    if (home.busy) return;
    home.busy = true;
    try {
      if (home.tag === undefined) await home.load();
      while (home.waiting.length) await home.send();
      home.failures = 0;
      home.tell("");
    } catch (error) {
      const pause = HOME_AGAIN_MS[Math.min(home.failures++, HOME_AGAIN_MS.length - 1)];
      home.tell(`Your progress is not saved at the moment: ${error.message} It is tried again; nothing is lost while this page is open.`);
      clearTimeout(home.timer);
      home.timer = setTimeout(home.sync, pause);
    } finally {
      home.busy = false;
    }
  },

  async load() {
    const answer = await home.ask("GET");
    if (![200, 204, 409].includes(answer.status)) throw new Error(await reason(answer));
    const damaged = answer.status === 409 ? await reason(answer) : "";
    home.data = emptyStore();
    home.tag = null;
    if (answer.status === 200) {
      const { lessons, misses } = parseProgress(await answer.text());
      Object.assign(home.data, { lessons, misses });
      home.tag = answer.headers.get("ETag");
    }
    for (const work of home.waiting) work(home.data);
    if (damaged) home.say(damaged);
    document.dispatchEvent(new CustomEvent("ot:progress"));
  },

  async send() {
    const sent = home.waiting.length;
    const rests = home.tag ? { "If-Match": home.tag } : { "If-None-Match": "*" };
    const answer = await home.ask("PUT", store.exported(), rests);
    if (answer.status === 412) {
      home.tag = undefined;
      await home.load();
      return;
    }
    if (!answer.ok) throw new Error(await reason(answer));
    home.tag = answer.headers.get("ETag");
    home.waiting.splice(0, sent);
  },

  async ask(method, body, headers = {}) {
    const token = document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/)?.[1].replace(/^"|"$/g, "") ?? "";
    // A small change is on its way even if the page is left at once.
    const keepalive = (body?.length ?? 0) < 20_000;
    const options = { method, body, keepalive, cache: "no-store", headers: { "X-XSRFToken": token, ...headers } };
    try {
      return await fetch(home.address, options);
    } catch {
      throw new Error("the server does not answer.");
    }
  },

  // What could not be sent before the page goes waits for the next page in this tab.
  setAside() {
    if (!home.waiting.length) return;
    try {
      sessionStorage.setItem(home.address, store.exported());
    } catch {
      // Refused or full: then only what the home has remains.
    }
  },

  takeUp() {
    try {
      const text = sessionStorage.getItem(home.address);
      if (!text) return null;
      sessionStorage.removeItem(home.address);
      const left = parseProgress(text);
      return (data) => {
        for (const [name, mine] of Object.entries(left.lessons)) {
          data.lessons[name] = mergeLesson(mine, data.lessons[name] ?? {});
        }
        data.misses = { ...data.misses, ...left.misses };
      };
    } catch {
      return null;
    }
  },

  tell(text) {
    const shown = document.querySelector(".kit-unsaved");
    if (!text) shown?.remove();
    else if (shown) shown.textContent = text;
    else home.say(text, "kit-unsaved");
  },

  say(text, kind = "") {
    document.body.append(h("p", { class: `kit-home-note ${kind}`, role: "status" }, text));
  },
};

async function reason(answer) {
  if (answer.status === 403) return "you are no longer logged in; open the page anew.";
  try {
    return (await answer.json()).message || `the server answers ${answer.status}.`;
  } catch {
    return `the server answers ${answer.status}.`;
  }
}
