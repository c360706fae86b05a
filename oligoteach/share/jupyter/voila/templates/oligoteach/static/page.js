// What a page does besides showing itself: put arriving parts in their place, say in words how far
// it is, turn failures into sentences, close its kernel when it goes, keep theme and progress.
(() => {
  "use strict";

  const root = document.documentElement;
  const PATIENCE_MS = 75_000; // without news for so long, the page speaks up
  const WAITING_TEXT = "Loading widget...";

  const storage = {
    read(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    },
  };

  // ---------- theme ----------

  function markBody() {
    // Widgets written for JupyterLab look here.
    document.body.dataset.jpThemeLight = String(root.dataset.theme !== "dark");
    const button = document.querySelector(".ot-theme");
    if (button) {
      button.hidden = false;
      const [word] = button.children;
      button.replaceChildren(root.dataset.theme === "dark" ? "Light" : "Dark", word);
    }
  }

  function chooseTheme() {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = theme;
    storage.write("oligoteach:theme", theme);
    const here = new URL(location.href);
    if (here.searchParams.has("theme")) {
      // The address would otherwise win over the choice at the next reload.
      here.searchParams.set("theme", theme);
      history.replaceState(history.state, "", here);
    }
  }

  function setUpTheme() {
    markBody();
    new MutationObserver(markBody).observe(root, { attributeFilter: ["data-theme"] });
    document.querySelector(".ot-theme")?.addEventListener("click", chooseTheme);
  }

  // ---------- before an audience ----------

  // Whoever presents a page goes on presenting on the next one.
  function keepPresenting() {
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.(".ot-home, .ot-sequence a, .ot-card-link, .ot-continue a, .ot-actions a");
      if (!link) {
        return;
      }
      const address = new URL(link.href);
      if (root.dataset.present === "1") {
        address.searchParams.set("present", "1");
      } else {
        address.searchParams.delete("present");
      }
      link.href = address.href;
    }, true);
    if (!document.querySelector("body.ot-index, body.ot-plain")) {
      return; // a lesson has keys of its own
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && root.dataset.present === "1") {
        delete root.dataset.present;
        const here = new URL(location.href);
        here.searchParams.delete("present");
        history.replaceState(history.state, "", here);
      }
    });
  }

  // ---------- a lesson that fills up ----------

  let lastNews = performance.now();
  let finished = false;

  function say(text) {
    const line = document.getElementById("ot-progress");
    if (line && line.textContent !== text) {
      line.textContent = text;
    }
  }

  function endProgress() {
    finished = true;
    document.getElementById("ot-progress")?.remove();
    for (const part of document.querySelectorAll(".ot-waiting")) {
      part.classList.remove("ot-waiting");
    }
  }

  function problem(what) {
    const box = document.getElementById("ot-problem");
    if (!box || !box.hidden) {
      return;
    }
    const happened = document.createElement("p");
    happened.textContent = what;
    const remedy = document.createElement("p");
    remedy.textContent =
      "Reload the page to try again. Nothing you entered is lost: your answers and your progress are kept.";
    const reload = document.createElement("button");
    reload.type = "button";
    reload.className = "ot-button";
    reload.textContent = "Reload";
    reload.addEventListener("click", () => location.reload());
    box.replaceChildren(happened, remedy, reload);
    box.hidden = false;
  }

  // For what cannot mend itself: the page stops waiting.
  function failure(what) {
    problem(what);
    root.dataset.failed = "1";
    endProgress();
  }

  function withdrawProblem() {
    document.getElementById("ot-problem").hidden = true;
  }

  function place(number) {
    const outputs = document.getElementById(`ot-outputs-${number}`);
    const part = document.getElementById(`ot-part-${number}`);
    if (!outputs || !part) {
      return;
    }
    for (const failed of outputs.querySelectorAll(".ot-failed")) {
      failed.textContent = "This part could not be prepared.";
      failure(
        "A part of this lesson could not be prepared, so the parts after it are missing too. " +
          "The text can still be read.",
      );
    }
    if (outputs.childElementCount > 0) {
      part.append(outputs);
    } else {
      part.classList.remove("ot-waiting");
    }
  }

  class Arrived extends HTMLElement {
    connectedCallback() {
      lastNews = performance.now();
      const parts = Number(document.body.dataset.parts);
      if (this.dataset.cell) {
        place(this.dataset.cell);
      }
      if (this.dataset.at === "all") {
        say("Drawing the lesson");
      } else {
        say(`Preparing the lesson: part ${Math.min(Number(this.dataset.at) + 1, parts)} of ${parts}`);
      }
    }
  }

  function checkPatience() {
    if (!finished && performance.now() - lastNews > PATIENCE_MS) {
      problem("This takes longer than it should: the lesson's engine or the connection may have failed.");
    }
  }

  // Sent by the server while a part takes long, and when the kernel has died.
  class Working extends HTMLElement {
    connectedCallback() {
      if ("waiting" in this.dataset) {
        lastNews = performance.now(); // it is others who are being served: that is news
        say("Many pages are being opened at once: this one has its turn shortly");
        return;
      }
      checkPatience();
    }
  }

  class Lost extends HTMLElement {
    connectedCallback() {
      failure("The lesson's engine stopped while the page was being prepared.");
    }
  }

  // Plain Voila calls this instead.
  window.voila_heartbeat = checkPatience;

  function shown(output) {
    const view = output.firstElementChild;
    if (!view || view.tagName === "SCRIPT") {
      return false;
    }
    return view.childElementCount > 0 || !["", WAITING_TEXT].includes(view.textContent.trim());
  }

  function partsShown() {
    let all = true;
    for (const part of document.querySelectorAll(".ot-part")) {
      const ready = [...part.querySelectorAll(".ot-output")].every(shown);
      if (ready && part.querySelector(".ot-outputs")) {
        part.classList.remove("ot-waiting");
      }
      all &&= ready;
    }
    return all;
  }

  function becomeReady() {
    withdrawProblem();
    endProgress();
    root.dataset.ready = "1";
    returnToPlace();
    document.dispatchEvent(new CustomEvent("oligoteach:ready"));
  }

  function watchParts() {
    lastNews = performance.now();
    const impatient = setInterval(checkPatience, 5_000);
    const observer = new MutationObserver(check);

    function check() {
      const ready = !finished && partsShown();
      if (finished || ready) {
        observer.disconnect();
        clearInterval(impatient);
      }
      if (ready) {
        becomeReady();
      }
    }
    observer.observe(document.getElementById("main"), {
      childList: true,
      subtree: true,
      characterData: true,
    });
    check();
  }

  // ---------- the kernel goes with the page ----------

  const LINE_AGAIN_MS = [500, 1_000, 2_000, 5_000, 15_000, 60_000];

  function pageConfig() {
    const config = document.getElementById("jupyter-config-data");
    return config ? JSON.parse(config.textContent) : {};
  }

  function xsrfToken() {
    const kept = document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/);
    if (kept) {
      return kept[1].replace(/^"|"$/g, "");
    }
    // A server that hands out no token compares cookie and form: both are ours to send.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const token = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    document.cookie = `_xsrf=${token}; path=${document.body.dataset.baseUrl}; SameSite=Strict`;
    return token;
  }

  function closeKernel() {
    const id = pageConfig().kernelId;
    if (id) {
      const form = new FormData();
      form.append("_xsrf", xsrfToken());
      navigator.sendBeacon(`${document.body.dataset.baseUrl}voila/api/shutdown/${id}`, form);
    }
  }

  // The course's server watches this line: when it stays down the page is gone, however it ended.
  // And the page watches it: while it is down the server or the network is; and a server that was
  // started anew does not know the page's kernel.
  const KERNEL_GONE = 4404;
  const TRIES_BEFORE_WORDS = 2;

  function holdLine(failures = 0) {
    const { kernelId, oligoteach } = pageConfig();
    if (!kernelId || !oligoteach) {
      return;
    }
    const address = new URL(`${document.body.dataset.baseUrl}voila/line/${kernelId}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const line = new WebSocket(address);
    let held = false;
    line.addEventListener("open", () => (held = true));
    // Whoever holds a line hears at once whether the kernel is there; a moment's silence is a yes.
    const settled = setTimeout(() => held && tellLine("up"), 1_000);
    line.addEventListener("close", (event) => {
      clearTimeout(settled);
      if (event.code === KERNEL_GONE) {
        startAnew();
        return;
      }
      const tries = held ? 0 : failures + 1;
      if (tries >= TRIES_BEFORE_WORDS) {
        tellLine("down");
      }
      const pause = LINE_AGAIN_MS[Math.min(held ? 0 : failures, LINE_AGAIN_MS.length - 1)];
      setTimeout(holdLine, pause, tries);
    });
  }

  const LINE_WORDS = {
    down: "No connection to the server. The page tries again by itself; your answers and settings are kept.",
    gone: "The server was started anew. The page is loaded again, with your answers and settings.",
    again: "The server does not know this page any more. Your answers and settings are kept; reload to go on.",
  };

  function tellLine(state) {
    root.dataset.line = state;
    let box = document.getElementById("ot-line");
    if (!box) {
      box = document.createElement("div");
      box.id = "ot-line";
      box.className = "ot-line";
      box.setAttribute("role", "alert");
      document.body.append(box);
    }
    box.hidden = state === "up";
    if (state === "up") {
      box.replaceChildren();
      return;
    }
    const words = document.createElement("p");
    words.textContent = LINE_WORDS[state];
    const reload = document.createElement("button");
    reload.type = "button";
    reload.className = "ot-button";
    reload.textContent = "Reload";
    reload.addEventListener("click", () => location.reload());
    box.replaceChildren(words, reload);
  }

  // Load the page again by itself, where the reader was: at once is for one page, a moment's lot for
  // a whole class. Twice in a row would be a loop, so the second time is the reader's to choose.
  const ANEW_KEY = "oligoteach:anew";
  const LOOP_MS = 60_000;

  function startAnew() {
    let before = null;
    try {
      before = JSON.parse(sessionStorage.getItem(ANEW_KEY));
      sessionStorage.setItem(ANEW_KEY, JSON.stringify({ when: Date.now(), top: scrollY, path: location.pathname }));
    } catch {
      // Without storage nothing tells a loop from a first time.
      tellLine("again");
      return;
    }
    if (before && Date.now() - before.when < LOOP_MS) {
      tellLine("again");
      return;
    }
    tellLine("gone");
    setTimeout(() => location.reload(), 500 + Math.random() * 2_500);
  }

  function returnToPlace() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(ANEW_KEY));
    } catch {
      return;
    }
    if (kept && kept.path === location.pathname && Date.now() - kept.when < LOOP_MS) {
      scrollTo(0, kept.top);
    }
  }

  // A token in the link has done its work: it must not stand on the wall.
  function hideToken() {
    const here = new URL(location.href);
    if (here.searchParams.has("token")) {
      here.searchParams.delete("token");
      history.replaceState(history.state, "", here);
    }
  }

  function setUpKernelEnd() {
    holdLine();
    // Voila's own listener acts before it is certain that the page goes: a link to a mail program
    // or a cancelled departure would leave a page without a kernel.
    addEventListener("beforeunload", (event) => event.stopImmediatePropagation());
    addEventListener("pagehide", closeKernel);
    addEventListener("pageshow", (event) => {
      if (event.persisted) {
        location.reload();
      }
    });
  }

  // ---------- small repairs ----------

  function tendScrollBoxes() {
    // A box that scrolls must be reachable by keyboard, and one that does not must not be a stop.
    const tend = (box) => {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", box.querySelector("caption")?.textContent || "Table, scrolls sideways");
      } else {
        box.removeAttribute("tabindex");
        box.removeAttribute("role");
        box.removeAttribute("aria-label");
      }
    };
    const sizes = new ResizeObserver((entries) => entries.forEach((entry) => tend(entry.target)));
    for (const box of document.querySelectorAll(".ot-scroll")) {
      sizes.observe(box);
    }
  }

  function setUpPrint() {
    if (CSS.supports("selector(details::details-content)")) {
      return;
    }
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open], .kit-extra)")];
      opened.forEach((item) => (item.open = true));
    });
    addEventListener("afterprint", () => opened.forEach((item) => (item.open = false)));
  }

  // A server without room asks to come back: so does the page, unless its reader is quicker.
  function tryAgainLater() {
    const words = document.querySelector("[data-retry-s]");
    if (!words) {
      return;
    }
    let left = Number(words.dataset.retryS);
    const count = () => {
      if (left <= 0) {
        location.reload();
        return;
      }
      words.textContent = `The page tries again by itself in ${left} seconds.`;
      left -= 1;
      setTimeout(count, 1_000);
    };
    count();
  }

  // ---------- the front page ----------

  // In the browser, or in a hub at the learner's own server: the page says where.
  async function keptText() {
    const { progress } = document.body.dataset;
    if (!progress) {
      return storage.read("oligoteach:v1");
    }
    const answer = await fetch(progress, { cache: "no-store", headers: { "X-XSRFToken": xsrfToken() } });
    return answer.ok ? answer.text() : null;
  }

  async function keptLessons() {
    try {
      const kept = JSON.parse(await keptText());
      return kept?.version === 1 && kept.lessons && typeof kept.lessons === "object" ? kept.lessons : {};
    } catch {
      return {};
    }
  }

  function describe(lesson) {
    const answers = Object.values(lesson.answers ?? {});
    const right = answers.filter((answer) => answer?.correct === true).length;
    const told = answers.length
      ? `${answers.length} answered, ${right} right`
      : "Begun";
    const visited = new Date(lesson.visited ?? NaN);
    return Number.isNaN(visited.getTime())
      ? told
      : `${told}, last ${visited.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`;
  }

  async function fillProgress() {
    const kept = await keptLessons();
    let latest = null;
    for (const card of document.querySelectorAll(".ot-card")) {
      const lesson = kept[card.dataset.lesson];
      if (!lesson || typeof lesson !== "object") {
        continue;
      }
      const state = card.querySelector(".ot-state");
      state.textContent = describe(lesson);
      state.dataset.state = Object.keys(lesson.answers ?? {}).length ? "answered" : "begun";
      if (typeof lesson.visited === "string" && (!latest || lesson.visited > latest.visited)) {
        latest = { visited: lesson.visited, card };
      }
    }
    const line = document.getElementById("ot-continue");
    if (line && latest) {
      const link = latest.card.querySelector("a").cloneNode(false);
      link.className = "ot-button ot-primary";
      link.textContent = `Continue with “${latest.card.querySelector("h3").textContent}”`;
      line.replaceChildren(link);
      line.hidden = false;
    }
  }

  // ---------- start ----------

  function whenParsed(action) {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", action);
    } else {
      action();
    }
  }

  // This script loads beside the page, so it may run before there is any body.
  function whenBodyBegins(action) {
    const begun = () => document.querySelector("body .ot-banner");
    if (begun()) {
      action();
      return;
    }
    const observer = new MutationObserver(() => {
      if (begun()) {
        observer.disconnect();
        action();
      }
    });
    observer.observe(root, { childList: true, subtree: true });
  }

  customElements.define("ot-arrived", Arrived);
  customElements.define("ot-working", Working);
  customElements.define("ot-lost", Lost);
  setUpPrint();
  hideToken();
  whenParsed(() => {
    tryAgainLater();
    tendScrollBoxes();
    fillProgress();
  });
  // These matter before the page is whole: a reader may leave while it still fills.
  whenBodyBegins(() => {
    setUpTheme();
    keepPresenting();
    setUpKernelEnd();
  });
  whenParsed(() => {
    if (document.getElementById("ot-arrivals")) {
      watchParts();
    }
  });
})();
