// Citations: what is claimed, what the audit found, what to teach, where it stands.

const TONES = { ok: "✓", note: "✓", bad: "✗", open: "?" };

function citationBody(citation) {
  const row = (term, text) => (text ? [h("dt", {}, term), h("dd", {}, text)] : []);
  return h(
    "div",
    { class: "kit-citation" },
    h("p", { class: "kit-claim" }, citation.statement),
    h(
      "dl",
      {},
      row("The review prints", citation.printed),
      row("Checked", `${citation.verdict}${citation.verified ? ` (${citation.verified})` : ""}`),
      row("The source says", citation.finding),
      row("What to teach", citation.teach),
      row("Where", citation.where),
    ),
    citation.sources.length ? h("ul", {}, citation.sources.map((s) => h("li", {}, reference(s)))) : null,
  );
}

function reference(source) {
  if (!source.doi) return h("span", {}, source.text);
  const link = h(
    "a",
    { href: `https://doi.org/${encodeURI(source.doi)}`, rel: "noreferrer noopener", target: "_blank" },
    `doi:${source.doi}`,
  );
  return h("span", {}, `${source.text} `, link);
}

function badge(citation) {
  return h(
    "span",
    { class: "kit-badge", "data-tone": citation.tone },
    h("span", { "aria-hidden": "true" }, `${TONES[citation.tone]} `),
    citation.verdict,
  );
}

function citationCard(citation) {
  return h(
    "details",
    { class: "kit-chip", "data-tone": citation.tone },
    h("summary", {}, badge(citation), h("span", { class: "kit-chip-text" }, citation.statement)),
    citationBody(citation),
  );
}

function citationStrip(citations, title) {
  if (!citations.length) return null;
  return details(`${title} (${citations.length})`, citations.map(citationCard));
}

// A link "[source](#claim-x)" in the prose becomes a small badge that opens the citation in place.
function upgradeProse(root, citations) {
  const byKey = new Map(citations.map((citation) => [citation.key, citation]));
  for (const link of root.querySelectorAll('a[href^="#claim-"]')) {
    const citation = byKey.get(link.getAttribute("href").slice("#claim-".length));
    if (!citation || link.closest(".kit-widget")) continue;
    const chip = proseChip(citation);
    takePunctuation(chip, link.nextSibling);
    link.replaceWith(chip);
  }
}

// A full stop behind a mark belongs to it: alone it could begin the next line.
function takePunctuation(chip, text) {
  const [spaced, stop] = /^\s*([.,;:!?)]+)/.exec(text?.data ?? "") ?? [];
  if (!stop) return;
  text.data = text.data.slice(spaced.length);
  chip.append(stop);
  chip.classList.add("kit-closes");
}

function proseChip(citation) {
  const id = uid("claim");
  const panel = h(
    "span",
    { id, class: "kit-popover", popover: "auto", role: "dialog", "aria-label": "Source and audit" },
    h("span", { class: "kit-row" }, badge(citation), button("Close", () => panel.hidePopover())),
    h("span", { class: "kit-hint" }, "What is judged is this statement, not the sentence where the mark stands:"),
    citationBody(citation),
  );
  const says = citation.mark || citation.verdict;
  const opener = h(
    "button",
    {
      type: "button",
      class: "kit-prose-chip",
      "data-tone": citation.tone,
      popovertarget: id,
      "aria-label": `${says}. Source and audit`,
    },
    TONES[citation.tone],
    citation.tone === "bad" || citation.tone === "open" ? h("span", {}, ` ${says}`) : null,
  );
  return h("span", { class: "kit-prose-source" }, opener, panel);
}

// What the marks stand for, once, at the head of the page.
function legendLine(legend) {
  if (!legend.about) return null;
  const entry = (tone) => [
    " ",
    h("span", { class: "kit-entry" }, h("span", { class: "kit-mark", "data-tone": tone }, TONES[tone]), ` ${legend[tone]}`),
  ];
  return h("p", { class: "kit-legend" }, legend.about, ["ok", "bad", "open"].flatMap(entry));
}

// Markdown may be drawn after the widgets, in JupyterLab even much later: watch for it.
function upgradeSoon(citations, signal) {
  const work = later(50, () => upgradeProse(document, citations));
  work();
  const observer = new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length)) work();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  signal?.addEventListener("abort", () => observer.disconnect());
}

function renderReferences({ model, el, signal }) {
  const { citations, references } = model.get("config");
  el.classList.add("kit-widget", "kit-references");
  el.append(
    h(
      "details",
      { class: "kit-more" },
      h("summary", {}, h("h3", {}, "Sources and claims of this page")),
      h(
        "ol",
        {},
        references.map((source) => h("li", { id: `ref-${source.key}` }, reference(source))),
      ),
      h("h3", {}, "Claims on this page, with their verdicts"),
      citations.map((citation) => {
        const card = citationCard(citation);
        card.id = `claim-${citation.key}`;
        return card;
      }),
    ),
  );
  upgradeSoon(citations, signal);
}
