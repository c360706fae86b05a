// Progress lives in this browser and nowhere else, except in a hub, where it lives in the learner's
// home and nothing of it stays in the browser: see home.js.

const STORE_KEY = "oligoteach:v1";
const STORE_VERSION = 1;
const STORE_KIND = "oligoteach-progress";
const MAX_IMPORT = 1_000_000;

const emptyStore = () => ({ version: STORE_VERSION, lessons: {}, misses: {} });
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isMiss = (miss) => isObject(miss) && [miss.lesson, miss.id, miss.prompt].every((text) => typeof text === "string");
const isScore = (score) => isObject(score) && [score.right, score.total].every(Number.isFinite);
const isSitting = (sitting) => isObject(sitting) && isScore(sitting.first) && isScore(sitting.last);

const store = {
  memory: null, // what the browser could not or must not keep, for as long as the page is open

  read() {
    if (home.address) return home.data;
    if (store.memory) return store.memory;
    const kept = store.stored();
    if (kept?.version !== STORE_VERSION || !isObject(kept.lessons)) return emptyStore();
    const misses = isObject(kept.misses) ? Object.entries(kept.misses) : [];
    return { ...emptyStore(), ...kept, misses: Object.fromEntries(misses.filter(([, miss]) => isMiss(miss))) };
  },

  // What the browser has, whatever it is; null where it is refused, or damaged.
  stored() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE_KEY) ?? "null");
      return isObject(kept) ? kept : null;
    } catch {
      return null;
    }
  },

  // Left by a newer copy of the course at this address: it is not for this one to write over.
  newer: () => !home.address && store.stored()?.version > STORE_VERSION,

  // Every change is a piece of work on what is kept: it can be done again on a newer copy.
  update(work) {
    const data = store.read();
    work(data);
    if (home.address) home.changed(work);
    else store.keep(data);
    document.dispatchEvent(new CustomEvent("ot:progress"));
  },

  keep(data) {
    store.memory = data;
    if (store.newer()) return;
    try {
      localStorage.setItem(STORE_KEY, JSON.stringify(data));
      store.memory = null;
    } catch {
      /* refused or full */
    }
  },

  lesson(name) {
    return lessonIn(store.read(), name);
  },

  change(name, work) {
    if (!name) return;
    const visited = new Date().toISOString();
    store.update((data) => {
      data.lessons[name] = { ...lessonIn(data, name), visited };
      work(data.lessons[name], data);
    });
  },

  // What is missed in a test before the lessons is no debt: it does not join the review queue.
  saveAnswer(lesson, question, value, correct, inTest = false) {
    store.change(lesson, (kept, data) => {
      const before = kept.answers[question.id] ?? { tries: 0 };
      kept.answers[question.id] = {
        value, correct, tries: before.tries + 1, when: new Date().toISOString(),
      };
      const key = `${lesson}/${question.id}`;
      if (correct) delete data.misses[key];
      else if (!inTest) data.misses[key] = { lesson, id: question.id, prompt: question.prompt };
    });
  },

  savePrediction(lesson, id, outcome) {
    store.change(lesson, (kept) => {
      kept.predictions[id] = {
        value: outcome.value,
        confidence: outcome.confidence,
        correct: outcome.feedback ? outcome.feedback.correct : null,
        when: new Date().toISOString(),
      };
    });
  },

  forget(lesson) {
    store.update((data) => {
      delete data.lessons[lesson];
      for (const key of Object.keys(data.misses)) {
        if (data.misses[key].lesson === lesson) delete data.misses[key];
      }
    });
  },

  clear: () => store.update((data) => Object.assign(data, emptyStore())),

  exported() {
    return JSON.stringify({ kind: STORE_KIND, note: EDUCATION, ...store.read() }, null, 1);
  },

  // Merge an exported file into what is here. Throws an Error with a sentence; then nothing changes.
  imported(text) {
    const data = parseProgress(text);
    store.update((present) => {
      for (const [name, theirs] of Object.entries(data.lessons)) {
        present.lessons[name] = mergeLesson(present.lessons[name], theirs);
      }
      present.misses = { ...data.misses, ...present.misses };
    });
    return Object.keys(data.lessons).length;
  },
};

function lessonIn(data, name) {
  return { params: {}, answers: {}, predictions: {}, tests: {}, cases: {}, ...data.lessons[name] };
}

function parseProgress(text) {
  const refuse = (why) => {
    throw new Error(`This file was not imported: ${why} Your present progress is unchanged.`);
  };
  if (text.length > MAX_IMPORT) refuse("it is larger than 1 MB.");
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    refuse("it is not complete JSON, as if cut off or edited.");
  }
  if (!isObject(data) || data.kind !== STORE_KIND) refuse("it is not a progress file of this course.");
  if (!Number.isInteger(data.version)) refuse("it does not say its version.");
  if (data.version > STORE_VERSION) {
    refuse(`it comes from a newer version (${data.version}; this page reads ${STORE_VERSION}).`);
  }
  if (data.version < 1) refuse(`version ${data.version} never existed.`);
  if (!isObject(data.lessons)) refuse("its list of lessons is damaged.");
  for (const [name, lesson] of Object.entries(data.lessons)) checkLesson(name, lesson, refuse);
  if (!isObject(data.misses ?? {})) refuse("its review queue is damaged.");
  if (!Object.values(data.misses ?? {}).every(isMiss)) refuse("an entry in its review queue is damaged.");
  return { ...data, misses: data.misses ?? {} };
}

function checkLesson(name, lesson, refuse) {
  if (!/^[a-z0-9_]{1,40}$/.test(name)) refuse("it names a lesson that cannot exist.");
  if (!isObject(lesson)) refuse(`the lesson “${name}” is damaged.`);
  for (const part of ["params", "answers", "predictions", "tests", "cases"]) {
    if (!isObject(lesson[part] ?? {})) refuse(`the ${part} of the lesson “${name}” are damaged.`);
    const sound = part === "tests" ? isSitting : isObject;
    for (const item of Object.values(lesson[part] ?? {})) {
      if (!sound(item)) refuse(`an entry in the ${part} of the lesson “${name}” is damaged.`);
    }
  }
}

function mergeLesson(ours = {}, theirs) {
  const merged = { ...theirs, ...ours };
  for (const part of ["params", "answers", "predictions", "tests", "cases"]) {
    merged[part] = { ...theirs[part], ...ours[part] };
    for (const [id, entry] of Object.entries(theirs[part] ?? {})) {
      const mine = (ours[part] ?? {})[id];
      if (mine && entry.when && entry.when > (mine.when ?? "")) merged[part][id] = entry;
    }
  }
  return merged;
}
