// The way in: install once for each page, then draw views by name.

const VIEWS = {
  branching: renderBranching,
  download: renderDownload,
  explorer: renderExplorer,
  page: renderPage,
  prediction: renderPrediction,
  progress: renderProgress,
  quiz: renderQuiz,
  references: renderReferences,
};

const kitModels = new Map(); // explorers on the page, for links

export async function install(style, version) {
  const id = `kit-style-${version}`;
  if (document.getElementById(id)) return;
  document.head.append(h("style", { id }, style));
  watchLook();
  await home.open();
}

export function render(view, context) {
  const { model, signal } = context;
  if (view === "explorer") {
    const key = model.get("config").key;
    kitModels.set(key, model);
    signal?.addEventListener("abort", () => kitModels.delete(key));
  }
  const drawn = VIEWS[view](context);
  if (look.present()) applyPresent(context.el);
  return drawn;
}
