// The lecturer's side of a poll, beside the lesson: who can join and how, how many have answered,
// how the answers are spread, and after the answer is revealed the same beside the figure.
(() => {
  "use strict";

  const root = document.documentElement;
  const here = document.currentScript.dataset;
  const api = `${here.poll}/api`;
  const ASKABLE = ".kit-prediction[data-prediction], .kit-question[data-question]";

  let state = null; // how the poll stands, as the server last said
  let target = null; // the question that stands here: { key, element }
  let barsHidden = false;
  let news = null;
  let lost = false;
  const revealed = new Map(); // id of a prediction → how the room had answered

  // ---------- elements: built, never parsed from text ----------

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") {
        element.addEventListener(name, value);
      } else if (value !== null && value !== false) {
        element.setAttribute(name, value === true ? "" : value);
      }
    }
    element.append(...children.flat().filter((child) => child !== null));
    return element;
  }

  const button = (text, click, attributes = {}) =>
    make("button", { type: "button", class: "kit-button", click, ...attributes }, text);
  const said = make("p", { class: "ot-poll-said", role: "status" });
  const body = make("div", { class: "ot-poll-part" });
  // Each part is drawn anew only when what it shows has changed: a button must not be taken away
  // under a finger whenever a vote comes in.
  const parts = ["top", "lost", "join", "count", "chart", "orders"].map((name) => [
    name, { box: make("div", { class: "ot-poll-part" }), shown: null },
  ]);
  const part = Object.fromEntries(parts);
  const live = parts.map(([, { box }]) => box).slice(1);
  const panel = make("aside", { class: "ot-poll", "aria-label": "Poll", hidden: true, tabindex: "-1" }, part.top.box, said, body);

  const refuse = (text) => (said.textContent = text);

  // ---------- the server ----------

  async function order(what, fields = {}) {
    let answer;
    try {
      answer = await fetch(`${api}/${what}`, { method: "POST", body: new URLSearchParams(fields) });
    } catch {
      refuse("No connection to the server. Try again in a moment.");
      return false;
    }
    if (answer.status === 401) {
      askPin();
      return false;
    }
    const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (!answer.ok) {
      refuse(told.refused ?? "The server could not do this. Try again.");
      return false;
    }
    refuse("");
    if (told.code) {
      take(told);
    }
    return true;
  }

  async function connect() {
    const answer = await fetch(`${api}/state`).catch(() => null);
    if (answer?.status === 401) {
      askPin();
      return false;
    }
    if (!answer?.ok) {
      draw(make("p", {}, "The polls do not answer. Is the server running?"));
      return false;
    }
    take(await answer.json());
    news ??= listen();
    return true;
  }

  function listen() {
    const line = new EventSource(`${api}/feed`);
    line.addEventListener("message", (event) => {
      lost = false;
      take(JSON.parse(event.data));
    });
    line.addEventListener("error", () => {
      lost = true;
      if (line.readyState === EventSource.CLOSED) {
        news = null;
        setTimeout(connect, 3_000);
      }
      show();
    });
    return line;
  }

  function take(next) {
    state = next;
    show();
    besideFigures();
  }

  // ---------- the panel ----------

  function drawPart(name, what, build) {
    const { box, shown } = part[name];
    const now = JSON.stringify(what);
    if (now !== shown) {
      const held = box.contains(document.activeElement);
      part[name].shown = now;
      box.replaceChildren(...(what ? [build()] : []));
      if (held) {
        panel.focus(); // not the button that came in its place: that may reveal
      }
    }
  }

  function draw(...content) {
    drawPart("top", [state?.code], top);
    body.replaceChildren(...content);
  }

  function top() {
    return make("div", { class: "ot-poll-top" },
      state ? make("p", {}, "Room ", make("strong", { class: "ot-poll-code" }, state.code)) : make("p", {}, "Poll"),
      button("×", () => open(false), { "aria-label": "Close the poll’s panel", class: "ot-poll-close" }),
    );
  }

  function askPin() {
    news?.close();
    news = null;
    const field = make("input", {
      type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "12", required: true, id: "ot-poll-pin",
    });
    const form = make(
      "form",
      {
        class: "ot-poll-pin",
        submit: async (event) => {
          event.preventDefault();
          if (await order("pin", { pin: field.value })) {
            if (await connect()) {
              begin();
            }
          } else {
            field.select();
          }
        },
      },
      make("label", { for: "ot-poll-pin" }, "The lecturer’s PIN"),
      field,
      make("button", { class: "kit-button kit-primary" }, "Open the polls"),
      make("p", { class: "ot-poll-hint" }, "It is shown where the server was started."),
    );
    draw(form);
    field.focus();
  }

  function show() {
    if (panel.hidden || !state || panel.querySelector(".ot-poll-pin") && !news) {
      return;
    }
    const mine = target && state.question === target.key;
    const asked = mine && state.state !== "none";
    const isOpen = asked && state.state === "open";
    const { code, door, bars, right, rounds } = state;
    if (body.firstChild !== live[0]) {
      draw(...live);
    }
    drawPart("top", [code], top);
    drawPart("lost", lost, () =>
      make("p", { class: "ot-poll-lost", role: "alert" }, "No connection: the count may be old."));
    drawPart("join", (isOpen || !target) && [code, door, !target, target && rounds?.length > 1], invitation);
    drawPart("count", asked && [rounds.length, rounds.at(-1).voters], count);
    drawPart("chart", asked && !(barsHidden && isOpen) && [bars, right, rounds], () => chart(state));
    drawPart("orders", [asked, state.state, barsHidden, target?.key], () =>
      make("div", { class: "ot-poll-orders" }, orders(asked, isOpen)));
  }

  function orders(asked, isOpen) {
    const again = asked ? "Vote again" : "Ask the room";
    return [
      isOpen ? button("Close voting", () => order("close"), { class: "kit-button kit-primary" }) : null,
      asked && !isOpen && state.state !== "revealed" ? button("Reveal", reveal, { class: "kit-button kit-primary" }) : null,
      target && !isOpen ? button(again, () => order("ask", { question: target.key })) : null,
      isOpen ? button(barsHidden ? "Show the bars" : "Hide the bars", () => { barsHidden = !barsHidden; show(); }) : null,
      target ? null : button("New room for the next class", newRoom),
      target ? null : make("a", { class: "kit-button", href: `${api}/results.csv`, download: true }, "Save results (CSV)"),
    ].filter(Boolean);
  }

  // How to join: by camera, or by typing.
  function invitation() {
    const picture = (of, words) =>
      make("figure", {},
        make("img", { src: `${api}/qr.svg?of=${of}&room=${state.code}`, alt: `QR code: ${words}` }),
        make("figcaption", {}, words));
    const again = target && state.rounds?.length > 1; // they are in by now: more room for what they say
    return make("div", { class: "ot-poll-join", "data-again": again },
      picture("poll", "Vote"),
      make("p", {}, "or open ", make("strong", {}, state.door), " and type ", make("strong", { class: "ot-poll-code" }, state.code)),
      target ? null : picture("lesson", "Follow this lesson on your own screen"));
  }

  function count() {
    const { voters } = state.rounds.at(-1);
    const rounds = state.rounds.length > 1 ? `, round ${state.rounds.at(-1).round}` : "";
    return make("p", { class: "ot-poll-count" },
      make("strong", {}, String(voters)), ` ${voters === 1 ? "answer" : "answers"}${rounds}`);
  }

  // The first and the latest round, for before and after a discussion.
  function chart(poll) {
    const { first, last } = compared(poll);
    const bar = (round, id, kind, word) =>
      make("div", { class: "ot-poll-bar", "data-kind": kind },
        make("span", { class: "ot-poll-fill" }),
        make("span", { class: "ot-poll-number" }, `${word}${round.counts[id]} (${Math.round(100 * share(round, id))}%)`));
    const row = ({ id, text }) => {
      const right = poll.right?.includes(id);
      const bars = [first ? bar(first, id, "before", "before ") : null, bar(last, id, "now", first ? "after " : "")];
      bars.filter(Boolean).forEach((element, i, all) => {
        const round = i === 0 && all.length > 1 ? first : last;
        element.firstChild.style.width = `${100 * share(round, id)}%`;
      });
      return make("li", { "data-right": right ? "yes" : null },
        make("p", {}, right ? "✓ " : "", text, right ? make("span", { class: "ot-visually-hidden" }, " (right)") : null), bars);
    };
    const numbers = poll.kind === "numeric";
    const unit = numbers && poll.unit ? make("li", { class: "ot-poll-unit" }, make("p", {}, poll.unit)) : null;
    return make("ul", { class: "ot-poll-chart", "data-numbers": numbers }, unit, poll.bars.map(row));
  }

  const share = (round, id) => (round.voters ? round.counts[id] / round.voters : 0);
  const compared = ({ rounds }) => ({ first: rounds.length > 1 ? rounds[0] : null, last: rounds.at(-1) });

  // Beside a figure, which needs the room: a line for each option; of numbers a line for those that
  // are right, and the shape of the rest in one small picture.
  function small(poll) {
    const { first, last } = compared(poll);
    const voters = [first, last].filter(Boolean).map((round) => round.voters);
    const right = ({ id }) => poll.right.includes(id);
    const numbers = poll.kind === "numeric";
    const lines = numbers ? poll.bars.filter(right) : poll.bars;
    return make("div", { class: "ot-poll-beside", "data-kind": numbers ? "numbers" : "options" },
      make("p", {}, make("strong", {}, `The room (${voters.join(" → ")}):`)),
      make("ul", {}, lines.map((bar) => line(poll, bar, right(bar)))),
      numbers ? columns(poll, poll.bars.filter((bar) => !right(bar))) : null);
  }

  function line(poll, { id, text }, right) {
    const rounds = Object.entries(compared(poll)).filter(([, round]) => round);
    const shares = rounds.map(([kind, round]) => [kind, `${Math.round(100 * share(round, id))}%`]);
    const fill = ([kind, width]) => {
      const bar = make("span", { class: "ot-poll-thin", "data-kind": kind });
      bar.style.setProperty("--share", width);
      return bar;
    };
    return make("li", { "data-right": right ? "yes" : null },
      make("p", {}, right ? "✓ " : "", text, right ? make("span", { class: "ot-visually-hidden" }, " (right)") : null),
      make("span", { class: "ot-poll-share" }, shares.map(([, width]) => width).join(" → ")),
      shares.map(fill));
  }

  function columns(poll, bars) {
    const rounds = Object.entries(compared(poll)).filter(([, round]) => round);
    const highest = Math.max(...bars.flatMap(({ id }) => rounds.map(([, round]) => share(round, id))), 0.01);
    const column = (id, kind, round) => {
      const element = make("span", { class: "ot-poll-column", "data-kind": kind });
      element.style.height = `${(100 * share(round, id)) / highest}%`;
      return element;
    };
    const words = bars.map(({ id, text }) => `${text}: ${rounds.map(([, round]) => round.counts[id]).join(", then ")}`);
    const end = (bar, at) => make("span", {}, bar.text.split(" to ").at(at));
    return make("div", { class: "ot-poll-columns" },
      make("div", { role: "img", "aria-label": `All answers. ${words.join("; ")}` },
        bars.map(({ id }) => make("span", {}, rounds.map(([kind, round]) => column(id, kind, round))))),
      make("p", { "aria-hidden": "true" }, end(bars[0], 0), make("span", {}, poll.unit), end(bars.at(-1), -1)));
  }

  // The page's own answer is revealed with the poll's: the lesson opens the figure.
  async function reveal() {
    const { element } = target;
    if (!(await order("reveal"))) {
      return;
    }
    const own = element.querySelector(".kit-reveal");
    if (own && !own.hidden) {
      open(false);
      own.click();
    }
  }

  // Where the answer stands beside a figure, what the room thought stands there too, as long as the
  // answer does.
  function besideFigures() {
    if (state?.right) {
      revealed.set(state.question.split("/")[1], state);
    }
    for (const [id, poll] of revealed) {
      const form = document.querySelector(`.kit-prediction[data-prediction="${CSS.escape(id)}"]`);
      const answer = form?.closest(".kit-explorer")?.querySelector(".kit-answer");
      if (answer?.childElementCount && !answer.querySelector(".ot-poll-beside")) {
        answer.append(small(poll));
      }
    }
  }

  async function newRoom() {
    if (confirm("Close this room? Phones have to join the new one; the results stay.")) {
      revealed.clear();
      document.querySelectorAll(".ot-poll-beside").forEach((box) => box.remove());
      await order("new-room");
    }
  }

  // At a question the panel opens with the voting, once the lecturer is known.
  function open(on, at = null) {
    target = on ? at : null;
    keepPlace(() => {
      panel.hidden = !on;
      root.toggleAttribute("data-poll", on);
    });
    if (on) {
      draw(make("p", {}, "Opening…"));
      connect().then((known) => known && begin());
    }
  }

  // The page gets narrower or wider: what stands at the top of the screen stays there.
  function keepPlace(change) {
    const heights = [0.05, 0.1, 0.2, 0.3].map((share) => document.elementFromPoint(innerWidth / 4, share * innerHeight));
    const anchor = heights.find((one) => one?.closest("main") && one.clientHeight < innerHeight);
    const top = () => anchor.getBoundingClientRect().top;
    const before = anchor ? top() : 0;
    change();
    if (anchor) {
      scrollBy(0, top() - before);
    }
  }

  function begin() {
    if (target && state.question !== target.key) {
      order("ask", { question: target.key });
    }
  }

  // ---------- where it is called from ----------

  const lesson = () => document.querySelector(".kit-page")?.dataset.lesson;

  function questionAt(element) {
    const id = element.dataset.prediction ?? element.dataset.question;
    return { key: `${lesson()}/${id}`, element };
  }

  function addButtons() {
    for (const element of document.querySelectorAll(ASKABLE)) {
      if (!element.querySelector(".ot-poll-ask")) {
        const ask = button("Ask the room", async () => {
          const at = questionAt(element);
          open(true, at);
          element.scrollIntoView({ block: "start" });
        }, { class: "kit-button ot-poll-ask" });
        const check = element.querySelector(":scope > .kit-button");
        if (check) {
          check.after(ask);
        } else {
          (element.querySelector(".kit-row:has(.kit-button)") ?? element).append(ask);
        }
      }
    }
    const tools = document.querySelector(".kit-page .kit-tools");
    if (tools && !tools.querySelector(".ot-poll-invite")) {
      tools.append(button("Polls and links", () => open(true), { class: "kit-button ot-poll-invite", "data-key": "P" }));
    }
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (root.dataset.present !== "1" || typing || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.key === "p" || event.key === "P") {
      open(panel.hidden, null);
    } else if (event.key === "Escape" && !panel.hidden) {
      event.stopImmediatePropagation();
      open(false);
    }
  }, true);

  function start() {
    document.body.append(panel);
    addButtons();
    document.addEventListener("click", (event) => {
      // The page's own way to reveal reveals to the phones as well.
      const own = event.target.closest?.(".kit-reveal");
      if (own && state && target?.element.contains(own) && ["open", "closed"].includes(state.state)) {
        order("reveal").then(() => open(false));
      }
    });
    const tend = () => {
      addButtons();
      besideFigures();
    };
    new MutationObserver(tend).observe(document.querySelector("main"), { childList: true, subtree: true });
  }
  document.addEventListener("oligoteach:ready", start, { once: true });
})();
