"""The review's Table 2 row by row: what it prints, what the sources say, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._trials import (
    Printed,
    arm_ids,
    figure_of,
    interval_text,
    is_verified,
    p_text,
    result,
    short_name,
    size_text,
    source_verdict,
    worst,
)
from oligoteach.widgets import Table

FOUR = ("sindas", "peng", "northstar", "gan-2014")
BEYOND = ("nrog-china-002", "atom")
WITHOUT_FIGURES = ("brightstar", "halt")

ENDPOINTS: Mapping[str, str] = {
    "PFS": "Progression-free survival, median",
    "OS": "Overall survival, median",
    "harm": "Serious side effects",
}
ARMS = "● with, ■ without local treatment"
SCALES: Mapping[str, Scale] = {
    "PFS": Scale(
        0,
        48,
        range(0, 49, 12),
        f"Median progression-free survival, months\n{ARMS}",
        f"Median PFS, months\n{ARMS}",
    ),
    "OS": Scale(
        0,
        48,
        range(0, 49, 12),
        f"Median overall survival, months\n{ARMS}",
        f"Median overall survival, months\n{ARMS}",
    ),
    "harm": Scale(
        0,
        40,
        range(0, 41, 10),
        f"Patients with the named side effect, %\n{ARMS}",
        f"Patients with the side effect, %\n{ARMS}",
    ),
}
HARMS: Mapping[str, tuple[str, str]] = {
    "sindas": ("symptomatic grade 3-4 pneumonitis", "pneumonitis, grade 3–4"),
    "peng": ("grade 3 or higher toxicity", "toxicity, grade 3 or more"),
    "northstar": ("grade 3 or higher adverse events", "events, grade 3 or more"),
    "gan-2014": ("toxicity above grade 2", "toxicity above grade 2"),
    "nrog-china-002": ("severe treatment-related adverse events", "severe, by treatment"),
}

PRINTED: Mapping[tuple[str, str], Printed] = {
    ("sindas", "PFS"): Printed("sindas-pfs-rt", "sindas-pfs-tki", ("sindas-pfs-p",)),
    ("sindas", "OS"): Printed("sindas-os-rt", "sindas-os-tki", ("sindas-os-p",)),
    ("peng", "PFS"): Printed("peng-pfs-sbrt", "peng-pfs-tki", ("peng-pfs-p",)),
    ("peng", "OS"): Printed("peng-os-sbrt", "peng-os-tki", ("peng-os-p",)),
    ("peng", "harm"): Printed(more=("peng-no-g3",)),
    ("northstar", "PFS"): Printed(more=("northstar-results-pending",)),
    ("northstar", "OS"): Printed(more=("northstar-results-pending",)),
    ("northstar", "harm"): Printed("northstar-ae-lct", "northstar-ae-osi", ("northstar-ae-p",)),
    ("gan-2014", "PFS"): Printed("gan-second-progression", "", ("gan-tki-continuation-cell",)),
}
ERRORS: Mapping[str, tuple[str, ...]] = {
    "sindas": (
        "sindas-journal-table",
        "sindas-highest-evidence",
        "sindas-max-mets",
        "sindas-phase3",
    ),
    "peng": ("peng-n-cell",),
    "northstar": (
        "northstar-single-arm-cell",
        "northstar-unicentric",
        "northstar-results-pending",
        "northstar-pneumonitis",
    ),
    "gan-2014": ("gan-tki-continuation-cell", "gan-second-progression"),
}
# What the review's table says of each study beside its figures: N and design.
DESIGN_CELLS: Mapping[str, tuple[str, ...]] = {
    "sindas": ("sindas-journal-table", "sindas-phase3", "sindas-n"),
    "peng": ("peng-design", "peng-n-cell"),
    "northstar": ("northstar-single-arm-cell",),
    "gan-2014": ("gan-design",),
}
# What else the review's table gets wrong, in a few words: shown with every endpoint.
FINDINGS: Mapping[str, str] = {
    "sindas": "✗ wrong cell: JAMA Oncol; it was JNCI",
    "peng": "✗ wrong cell: “Multicenter” for N",
    "northstar": "✗ wrong cell: “Single arm”; it had two",
    "gan-2014": "✗ wrong cell: 6.5 months, two meanings",
}
# One claim covers both endpoints of NorthStar, but only of one was a result seen.
PART_VERDICTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("northstar", "OS"): ("survival not seen", "muted"),
}
# What the judgement of a row is about: the figures of one endpoint, and not the whole row.
JUDGED: Mapping[str, str] = {
    "✓ confirmed": "✓ these {figures}",
    "✓ confirmed (note)": "✓ these {figures} (note)",
    "✗ outdated": "✗ “Pending”: outdated",
    "✗ inconsistent": "✗ 6.5: inconsistent",
}
# The report whose ratios, read at the level printed, would need more events than patients.
DOUBTED = "elamin-2025"
# What has to be said wherever the study is shown.
WARNINGS: Mapping[str, str] = {"sindas": "! integrity flag, to be checked"}


@dataclass(frozen=True)
class Row:
    """A study's row for one endpoint.

    Attributes
    ----------
    trial_id, endpoint : str
        Study of the ledger, and endpoint of the board.
    outcomes : tuple
        For each arm, with local treatment first: role, the source's figure or None, and the
        claim with the review's figure or nothing.
    printed : Printed or None
        The claims of the review's cell.
    """

    trial_id: str
    endpoint: str
    outcomes: tuple[tuple[str, evidence.Outcome | None, str], ...]
    printed: Printed | None

    @property
    def trial(self) -> evidence.Trial:
        """The study's record."""
        return evidence.trial(self.trial_id)

    @property
    def seen(self) -> tuple[evidence.Outcome, ...]:
        """Figures of arms that a source was seen to give."""
        return tuple(o for _, o, _ in self.outcomes if o is not None and is_verified(o))

    def verdict(self, show: str) -> tuple[str, str]:
        """Return words and tone of the judgement on the figures that the row shows."""
        if not self.trial.in_review:
            return "+ beyond the review", "muted"
        if show == "source":
            return source_verdict(self.seen or filter(None, (_between(self),)))
        if self.printed is None:
            return "", "muted"
        part = PART_VERDICTS.get((self.trial_id, self.endpoint))
        if part is not None:
            return part
        words, tone = worst(self.printed.ids)
        figures = "figures" if self.endpoint == "harm" else "medians"
        return JUDGED.get(words, words).format(figures=figures), tone


@dataclass(frozen=True)
class Board:
    """What the board shows: endpoint, whose figures, rows, and studies without a figure."""

    endpoint: str
    show: str
    rows: tuple[Row, ...]
    without: tuple[str, ...]


def board_view(endpoint: str, rows: str, show: str) -> Board:
    """Return the rows of the board.

    Parameters
    ----------
    endpoint : {'PFS', 'OS', 'harm'}
        What is compared.
    rows : {'four', 'beyond'}
        The review's four studies, alone or with others.
    show : {'both', 'review', 'source'}
        Whose figures.
    """
    beyond = rows == "beyond"
    studies = FOUR + (BEYOND if beyond else ())
    found = tuple(_row(trial_id, endpoint) for trial_id in studies)
    return Board(endpoint, show, found, WITHOUT_FIGURES if beyond else ())


def _row(trial_id: str, endpoint: str) -> Row:
    """Return a study's row, with its figures looked up."""
    name, measure = endpoint, "median"
    if endpoint == "harm":
        name, measure = HARMS.get(trial_id, ("", ""))[0], "proportion"
    printed = PRINTED.get((trial_id, endpoint))
    ids = printed or Printed()
    arms = zip(("with", "without"), arm_ids(trial_id), (ids.with_id, ids.without_id), strict=True)
    outcomes = tuple(
        (role, result(trial_id, name, measure, arm_id), claim_id)
        for role, arm_id, claim_id in arms
        if arm_id
    )
    return Row(trial_id, endpoint, outcomes, printed)


def board_blocks(view: Board) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = []
    for row in view.rows:
        words, tone = row.verdict(view.show)
        lines = tuple(_lines(row, view.show))
        blocks.append(Block(short_name(row.trial_id), size_text(row.trial), words, tone, lines))
    if view.without:
        names = ", ".join(map(short_name, view.without))
        blocks.append(Block("No figures seen", lines=(Line(names, wide=True),)))
    return blocks


def _lines(row: Row, show: str) -> Iterator[Line]:
    """Yield the lines of a row: arms, the source in words, the review, a warning."""
    if row.endpoint == "harm" and row.trial_id in HARMS:
        yield Line(HARMS[row.trial_id][1], wide=True)
    drawn = 0
    for role, outcome, claim_id in row.outcomes:
        line = _arm_line(role, outcome, claim_id, show)
        if line is not None:
            drawn += 1
            yield line
    if show != "review":
        yield from _source_words(row)
    if show != "source" and row.trial.in_review:
        yield from _review_words(row, show, drawn)
    if show != "source" and row.trial_id in FINDINGS:
        yield Line(FINDINGS[row.trial_id], "bad", wide=True)
    if show != "review" and any(_doubtful(outcome) for outcome in row.seen):
        yield Line("? level of the intervals in doubt", "open", wide=True)
    if row.trial_id in WARNINGS:
        yield Line(WARNINGS[row.trial_id], "open", wide=True)


def _doubtful(outcome: evidence.Outcome) -> bool:
    """Return whether an interval comes from the report whose intervals cannot be 95 % ones."""
    return outcome.source_ref == DOUBTED and outcome.low is not None


def _arm_line(role: str, outcome: evidence.Outcome | None, claim_id: str, show: str) -> Line | None:
    """Return the line of an arm, or None where there is nothing to show of it."""
    ghost = evidence.claim(claim_id).value if claim_id and show != "source" else None
    if show == "review" or outcome is None:
        if ghost is None:
            return None
        return Line(f"◇ review: {figure_of(claim_id)}", role, ghost=ghost)
    mark = Mark(outcome.value, outcome.low, outcome.high, hollow=not is_verified(outcome))
    return Line(f"{role} {outcome.value:g}{interval_text(outcome)}", role, mark, ghost)


def _source_words(row: Row) -> Iterator[Line]:
    """Yield what a source says where it has no figure of an arm for the endpoint."""
    if row.seen:
        return
    between = _between(row)
    if between is not None:
        yield Line(f"source: {between.value:g} {between.unit}", wide=True)
    elif (row.trial_id, row.endpoint) == ("gan-2014", "PFS"):
        yield Line("source: not in its abstract", wide=True)
    elif (row.trial_id, row.endpoint) == ("atom", "PFS"):
        share = result("atom", "PFS", "landmark", "lat-tki", 12)
        if share is not None:
            yield Line(f"source: {share.value:g} % at 12 months", wide=True)
    else:
        yield Line("source: no figure seen", wide=True)


def _between(row: Row) -> evidence.Outcome | None:
    """Return a count of side effects, of all patients or of the only arm."""
    if row.endpoint != "harm" or row.trial_id not in HARMS:
        return None
    name = HARMS[row.trial_id][0]
    arms = ("", *filter(None, arm_ids(row.trial_id)))
    found = (result(row.trial_id, name, "count", arm_id) for arm_id in arms)
    return next((outcome for outcome in found if outcome is not None), None)


def _review_words(row: Row, show: str, drawn: int) -> Iterator[Line]:
    """Yield what the review prints in the cell, as far as no arm's line has said it."""
    if row.printed is None:
        yield Line("review: nothing printed", wide=True)
    elif row.printed.arms:
        if show == "both" and row.seen:
            said = " vs ".join(figure_of(claim_id) for claim_id in row.printed.arms)
            yield Line(f"◇ review: {said}")
    else:
        said = evidence.claim(row.printed.more[0]).value_text
        yield Line(f"review: “{said}”", wide=not drawn)


def board_sentences(view: Board) -> Iterator[str]:
    """Yield how the table stands and who has figures of both arms, then rows and what is unseen."""
    if view.show != "source":
        yield "In each of the four rows of the review's table a cell is wrong."
    names = [short_name(row.trial_id) for row in view.rows if _compares(row, view.show)]
    known = "printed in the review" if view.show == "review" else "seen in a source"
    yield (
        f"{ENDPOINTS[view.endpoint]}: figures of both arms were {known} for "
        f"{', '.join(names) or 'no study'}."
    )
    yield f"{'; '.join(_row_words(row, view.show) for row in view.rows)}."
    if view.without:
        yield f"No figures seen: {', '.join(map(short_name, view.without))}."


def _compares(row: Row, show: str) -> bool:
    """Return whether a row shows figures of two arms."""
    if show == "review":
        return row.printed is not None and len(row.printed.arms) == 2
    return len(row.seen) == 2


def _row_words(row: Row, show: str) -> str:
    said = [line.text.lstrip("◇!✗? ") for line in _lines(row, show) if line.text]
    verdict = row.verdict(show)[0].replace("✓", "confirmed:").lstrip("✗?+ ")
    ending = f" – {verdict}" if verdict else ""
    return f"{short_name(row.trial_id)} ({size_text(row.trial)}) {', '.join(said)}{ending}"


def board_table(view: Board) -> Table:
    """Return the studies side by side: design, figures of all endpoints, errors.

    Parameters
    ----------
    view : Board
        Its rows and whose figures to show; the endpoint makes no difference here.
    """
    studies = (*(row.trial_id for row in view.rows), *view.without)
    rows: dict[str, list[Any]] = {}
    if view.show != "source":
        rows["Design and N: the review"] = [_claims_cell(DESIGN_CELLS.get(s, ())) for s in studies]
    if view.show != "review":
        rows["Design and N: the source"] = [_design(s) for s in studies]
        rows["Patients treated"] = [evidence.trial(s).population for s in studies]
    for endpoint in ENDPOINTS:
        if view.show != "source":
            rows[f"{endpoint}: the review"] = [_printed_cell(s, endpoint) for s in studies]
        if view.show != "review":
            rows[f"{endpoint}: the source"] = [_source_cell(s, endpoint) for s in studies]
    rows["What the audit found"] = [_claims_cell(ERRORS.get(s, ()), teach=True) for s in studies]
    rows["Status"] = [evidence.trial(s).status for s in studies]
    return Table(
        ["Study", *map(_titled, studies)],
        [[name, *cells] for name, cells in rows.items()],
        "With local treatment against without; the verdict stands behind each printed figure",
    )


def _titled(trial_id: str) -> str:
    name = short_name(trial_id)
    return name if evidence.trial(trial_id).in_review else f"{name} (beyond the review)"


def _design(trial_id: str) -> str:
    trial = evidence.trial(trial_id)
    phase = f"phase {trial.phase}; " if trial.phase else ""
    size = f"; {size_text(trial)}" if trial.n else "; number of patients not seen"
    return f"{phase}{trial.design}{size}"


def _claims_cell(claim_ids: Iterable[str], *, teach: bool = False) -> Any:
    """Return claims in words with their verdicts, in the tone of the gravest."""
    ids = tuple(claim_ids)
    if not ids:
        return "–"
    said = []
    for claim_id in ids:
        record = evidence.citation(claim_id)
        if teach:
            said.append(f"{record.label}: {record.statement} {record.teach}")
        else:
            said.append(f"{figure_of(claim_id)}: {record.label.lower()}")
    return {"text": (" " if teach else "; ").join(said), "tone": worst(ids)[1]}


def _printed_cell(trial_id: str, endpoint: str) -> Any:
    """Return what the review prints, each figure with its verdict."""
    printed = PRINTED.get((trial_id, endpoint))
    if printed is None:
        return "nothing printed" if evidence.trial(trial_id).in_review else "–"
    part = PART_VERDICTS.get((trial_id, endpoint))
    if part is not None:
        figures = "; ".join(evidence.claim(claim_id).value_text for claim_id in printed.ids)
        return {"text": f"{figures}: {part[0].lstrip('✗ ')}", "tone": part[1]}
    return _claims_cell(printed.ids)


def _source_cell(trial_id: str, endpoint: str) -> str:
    """Return the figures of an endpoint that a source was seen to give, arm against arm."""
    row = _row(trial_id, endpoint)
    said = []
    if row.seen:
        unit = "%" if endpoint == "harm" else "months"
        figures = " vs ".join(f"{o.value:g}{interval_text(o)}" for o in row.seen)
        alone = f" {row.outcomes[0][0]}" if len(row.seen) < len(row.outcomes) else ""
        said.append(f"{figures} {unit}{alone}")
    said += [line.text.removeprefix("source: ") for line in _source_words(row)]
    said += list(_tests(trial_id, endpoint))
    if endpoint == "harm" and trial_id in HARMS:
        said.insert(0, HARMS[trial_id][1])
    return "; ".join(said)


def _tests(trial_id: str, endpoint: str) -> Iterator[str]:
    """Yield hazard ratio and p value of an endpoint that a source was seen to give."""
    for outcome in evidence.outcomes(trial_id):
        if outcome.endpoint != endpoint or not is_verified(outcome):
            continue
        if outcome.measure == "hazard_ratio":
            p = f", {p_text(outcome)}" if outcome.p_value is not None else ""
            yield f"HR {outcome.value:.2f}{interval_text(outcome)}{p}"
        elif outcome.measure == "p_value":
            yield p_text(outcome)
