"""The trial board: the review's Table 1 as cells, each with the source's figure beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._trials import (
    Printed,
    arm_ids,
    figure_of,
    interval_text,
    is_verified,
    level_unread,
    number,
    p_text,
    result,
    short_name,
    size_text,
    source_verdict,
    worst,
)
from oligoteach.widgets import Table


@dataclass(frozen=True)
class Report:
    """One report of a trial: which results of the ledger it stands for.

    Attributes
    ----------
    trial_id : str
        Trial of the ledger.
    label : str
        What sets the report apart from others of the trial; may be empty.
    pfs, os : str
        Names of the endpoints in the ledger; empty where the report has none of its own.
    landmarks : tuple of float
        Months at which survival was published.
    """

    trial_id: str
    label: str = ""
    pfs: str = "PFS"
    os: str = "OS"
    landmarks: tuple[float, ...] = ()

    def endpoint(self, name: str) -> str:
        """Return the ledger's name of an endpoint of the board."""
        return self.pfs if name == "PFS" else self.os


FOUR = (
    Report("gomez"),
    Report("iyengar-utsw"),
    Report("sabr-comet", pfs="PFS first report", landmarks=(60, 96)),
    Report("nrg-lu002"),
)
FIRST_REPORTS = {
    "gomez": Report("gomez", "first report", pfs="PFS first report", os=""),
    "sabr-comet": Report("sabr-comet", "first report", pfs="", os="OS first report"),
}
SINGLE_ARM = (Report("de-ruysscher", landmarks=(12, 24, 36)), Report("petty"))
BEYOND = (Report("extend"), Report("nrg-br002", landmarks=(36,)))
WITHOUT_FIGURES = ("core", "saron", "omega")

PRINTED: Mapping[tuple[str, str], Printed] = {
    ("gomez", "PFS"): Printed("gomez-pfs-lct", "gomez-pfs-control", ("gomez-pfs-p",)),
    ("gomez", "OS"): Printed("gomez-os-lct", "gomez-os-control", ("gomez-os-p", "gomez-os-hr")),
    ("iyengar-utsw", "PFS"): Printed("iyengar-pfs-sbrt", "iyengar-pfs-control", ("iyengar-pfs-p",)),
    ("iyengar-utsw", "OS"): Printed(more=("iyengar-os-nr",)),
    ("sabr-comet", "PFS"): Printed(more=("sabrcomet-pfs-gain",)),
    ("sabr-comet", "OS"): Printed(
        "sabrcomet-os-sabr", "sabrcomet-os-soc", ("sabrcomet-os-p", "sabrcomet-os-hr")
    ),
    ("sabr-comet", "60"): Printed("sabrcomet-5y-os-sabr"),
    ("nrg-lu002", "PFS"): Printed(more=("lu002-pfs-hr", "lu002-pfs-p")),
    ("nrg-lu002", "OS"): Printed(more=("lu002-os-hr", "lu002-os-p")),
    ("de-ruysscher", "OS"): Printed("deruysscher-median-os"),
    ("de-ruysscher", "36"): Printed(more=("deruysscher-alive-5y",)),
    ("petty", "OS"): Printed("petty-median-os"),
}
REVIEW_ERRORS: Mapping[str, tuple[str, ...]] = {
    "gomez": ("gomez-max-mets",),
    "iyengar-utsw": ("iyengar-prevents-dissemination",),
    "sabr-comet": ("sabrcomet-nsclc-n", "sabrcomet-5y-os-sabr"),
    "nrg-lu002": ("lu002-first-author", "lu002-phase"),
    "de-ruysscher": ("deruysscher-design", "deruysscher-alive-5y"),
    "petty": ("petty-max-lesions",),
}
PRINTED_HARM: Mapping[str, tuple[str, ...]] = {
    "sabr-comet": ("sabrcomet-deaths-n", "sabrcomet-deaths-pct"),
    "nrg-lu002": ("lu002-pneumonitis-lct", "lu002-pneumonitis-control"),
}
HARMS = (
    "treatment-related death",
    "grade 3 or higher toxicity",
    "grade 2 or higher toxicity",
    "grade 3 or higher pneumonitis",
)
ARMS = "● with, ■ without local treatment"
SCALES = {
    "OS": Scale(
        0,
        60,
        range(0, 61, 12),
        f"Median overall survival, months\n{ARMS}",
        f"Median overall survival, months\n{ARMS}",
    ),
    "PFS": Scale(
        0,
        36,
        range(0, 37, 6),
        f"Median progression-free survival, months\n{ARMS}",
        f"Median PFS, months\n{ARMS}",
    ),
    "landmark": Scale(
        0, 100, range(0, 101, 20), f"Alive at that time, %\n{ARMS}", f"Alive then, %\n{ARMS}"
    ),
}


@dataclass(frozen=True)
class Arm:
    """A figure of one arm: the source's and the review's."""

    role: str
    outcome: evidence.Outcome | None
    printed: str = ""


@dataclass(frozen=True)
class Cell:
    """A row of the board for one endpoint.

    Attributes
    ----------
    report : Report
        Trial and report.
    endpoint : str
        Endpoint of the board.
    months : float or None
        Time of the landmark.
    arms : tuple of Arm
        With local treatment, then without, as far as the trial has them.
    printed : Printed or None
        What the review prints; None for reports that it does not quote.
    """

    report: Report
    endpoint: str
    months: float | None
    arms: tuple[Arm, ...]
    printed: Printed | None

    @property
    def trial(self) -> evidence.Trial:
        """The trial's record."""
        return evidence.trial(self.report.trial_id)

    @property
    def name(self) -> str:
        """Short name with what sets the row apart."""
        name = short_name(self.report.trial_id)
        if self.months is not None:
            return f"{name}, {self.months / 12:g} years" if self.months > 12 else f"{name}, 1 year"
        return name

    @property
    def has_figures(self) -> bool:
        """Whether a source's figure of an arm was seen."""
        return any(arm.outcome is not None for arm in self.arms)

    @property
    def ratio(self) -> evidence.Outcome | None:
        """The hazard ratio that a source was seen to give for the endpoint."""
        found = result(self.report.trial_id, self.report.endpoint(self.endpoint), "hazard_ratio")
        return found if found is not None and is_verified(found) else None

    def verdict(self, show: str) -> tuple[str, str]:
        """Return words and tone of the verdict on all figures that the row shows.

        Parameters
        ----------
        show : {'both', 'review', 'source'}
            Whose figures are shown; a source alone is judged by how far it was read.
        """
        if not self.trial.in_review:
            return "+ beyond the review", "muted"
        if show == "source":
            seen = [arm.outcome for arm in self.arms if arm.outcome is not None]
            return source_verdict(seen or filter(None, (self.ratio,)))
        if self.printed is None:
            return "not in the review", "muted"
        return worst(self.printed.arms or self.printed.more)


@dataclass(frozen=True)
class BoardView:
    """What the board shows.

    Attributes
    ----------
    endpoint, show : str
        As set by the learner.
    cells : tuple of Cell
        Rows.
    unseen : tuple of str
        Trials without a share at a set time.
    beyond : tuple of str
        Trials beyond the review of which no figures were seen.
    """

    endpoint: str
    show: str
    cells: tuple[Cell, ...]
    unseen: tuple[str, ...]
    beyond: tuple[str, ...]

    def absent(self) -> Iterator[tuple[str, str]]:
        """Yield why trials have no row, and their names."""
        if self.unseen:
            yield "No share seen", _names(self.unseen)
        if self.beyond:
            yield "No figures seen", f"{_names(self.beyond)}, beyond the review"


def board_view(endpoint: str, rows: str, show: str) -> BoardView:
    """Return the rows of the board.

    Parameters
    ----------
    endpoint : {'OS', 'PFS', 'landmark'}
        What is compared.
    rows : {'four', 'first', 'single', 'beyond'}
        The review's four trials, alone or with others.
    show : {'both', 'review', 'source'}
        Whose figures.
    """
    cells = [cell for report in _reports(rows, endpoint) for cell in _cells(report, endpoint)]
    unseen = tuple(cell.report.trial_id for cell in cells if not cell.arms)
    beyond = WITHOUT_FIGURES if rows == "beyond" else ()
    return BoardView(endpoint, show, tuple(cell for cell in cells if cell.arms), unseen, beyond)


def _reports(rows: str, endpoint: str) -> Iterator[Report]:
    """Yield the reports of a set of rows that have the endpoint."""
    for report in FOUR:
        yield report
        first = FIRST_REPORTS.get(report.trial_id)
        if rows == "first" and first and endpoint != "landmark" and first.endpoint(endpoint):
            yield first
    yield from {"single": SINGLE_ARM, "beyond": BEYOND}.get(rows, ())


def _cells(report: Report, endpoint: str) -> Iterator[Cell]:
    """Yield the rows of a report: one, or one for each landmark."""
    if endpoint != "landmark":
        printed = PRINTED.get((report.trial_id, endpoint)) if not report.label else None
        yield Cell(report, endpoint, None, _arms(report, endpoint, None, printed), printed)
    elif not report.landmarks:
        yield Cell(report, endpoint, None, (), None)
    for months in report.landmarks if endpoint == "landmark" else ():
        printed = PRINTED.get((report.trial_id, f"{months:g}"))
        yield Cell(report, endpoint, months, _arms(report, "OS", months, printed), printed)


def _arms(
    report: Report, endpoint: str, months: float | None, printed: Printed | None
) -> tuple[Arm, ...]:
    """Return the arms of a trial with their figures."""
    measure = "median" if months is None else "landmark"
    ids = printed or Printed()
    found = []
    for role, arm_id, claim_id in zip(
        ("with", "without"),
        arm_ids(report.trial_id),
        (ids.with_id, ids.without_id),
        strict=True,
    ):
        if arm_id:
            outcome = result(report.trial_id, report.endpoint(endpoint), measure, arm_id, months)
            found.append(Arm(role, outcome, claim_id))
    return tuple(found)


def board_blocks(view: BoardView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = [_cell_block(cell, view.show) for cell in view.cells]
    for reason, names in view.absent():
        blocks.append(Block(reason, lines=(Line(names, wide=True),)))
    return blocks


def _names(trial_ids: Iterable[str]) -> str:
    return ", ".join(map(short_name, trial_ids))


def _cell_block(cell: Cell, show: str) -> Block:
    words, tone = cell.verdict(show)
    return Block(cell.name, _cell_detail(cell), words, tone, tuple(_cell_lines(cell, show)))


def _cell_detail(cell: Cell) -> str:
    """Return which report a row is, and the size of the trial."""
    name = cell.report.endpoint(cell.endpoint)
    label = cell.report.label or ("first report" if name.endswith("first report") else "")
    return label or size_text(cell.trial)


def _cell_lines(cell: Cell, show: str) -> Iterator[Line]:
    for arm in cell.arms:
        line = _arm_line(arm, show)
        if line is not None:
            yield line
    if show != "review" and any(arm.outcome and level_unread(arm.outcome) for arm in cell.arms):
        yield Line("level of intervals not read", wide=True)
    if show != "review" and not cell.has_figures:
        yield Line(f"source: {absence(cell)}", wide=True)
    if show == "source":
        return
    printed = printed_text(cell)
    drawn = any(arm.printed for arm in cell.arms)
    if printed and not (drawn and show == "review" and "no control" not in printed):
        yield Line(f"◇ review: {printed}" if drawn else f"review: {printed}", wide=not drawn)
    elif show == "review" and not drawn:
        yield Line("review: nothing printed", wide=True)


def _arm_line(arm: Arm, show: str) -> Line | None:
    """Return the line of an arm, or None where there is nothing to show of it."""
    ghost = evidence.claim(arm.printed).value if arm.printed and show != "source" else None
    if show == "review" or arm.outcome is None:
        if ghost is None:
            return None
        return Line(f"◇ {arm.role} {figure_of(arm.printed)}", arm.role, ghost=ghost)
    outcome = arm.outcome
    mark = Mark(outcome.value, outcome.low, outcome.high, hollow=not is_verified(outcome))
    unverified = "" if is_verified(outcome) else " unverified"
    interval = interval_text(outcome, unread=False)
    text = f"{arm.role} {outcome.value:g}{interval}{unverified}"
    return Line(text, arm.role, mark, ghost)


def printed_text(cell: Cell) -> str:
    """Return what the review prints in a cell, or nothing."""
    if cell.printed is None:
        return ""
    figures = [figure_of(claim_id) for claim_id in cell.printed.arms]
    if not figures:
        return "; ".join(figure_of(claim_id) for claim_id in cell.printed.more)
    missing = cell.printed.without_id == "" and len(cell.arms) == 2
    return f"{figures[0]}, no control" if missing else " vs ".join(figures)


def absence(cell: Cell) -> str:
    """Say what of a row's endpoint was not seen in a source."""
    if cell.ratio is not None:
        ratio = number(cell.ratio, cell.ratio.value)
        return f"HR {ratio}{interval_text(cell.ratio)}, no medians seen"
    return "no medians seen"


def board_sentences(view: BoardView) -> Iterator[str]:
    """Yield how many trials compare two arms, then every row, then what was not seen."""
    compared = [cell for cell in view.cells if _has_both(cell, view.show)]
    trials = ", ".join(dict.fromkeys(short_name(cell.report.trial_id) for cell in compared))
    measure = SCALES[view.endpoint].label.splitlines()[0]
    known = "printed in the review" if view.show == "review" else "seen in a source"
    yield f"{measure}: figures of both arms were {known} for {trials or 'no trial'}."
    yield f"{'; '.join(_cell_words(cell, view.show) for cell in view.cells)}."
    for reason, names in view.absent():
        yield f"{reason}: {names}."


def _has_both(cell: Cell, show: str) -> bool:
    """Return whether a row shows figures of two arms."""
    if show == "review":
        return cell.printed is not None and len(cell.printed.arms) == 2
    return sum(arm.outcome is not None for arm in cell.arms) == 2


def _cell_words(cell: Cell, show: str) -> str:
    said = [line.text.removeprefix("◇ ") for line in _cell_lines(cell, show) if line.text]
    verdict = cell.verdict(show)[0].lstrip("✓✗?+ ")
    ending = f" – {verdict}" if verdict else ""
    return f"{cell.name} ({_cell_detail(cell)}) {', '.join(said)}{ending}"


def board_table(view: BoardView) -> Table:
    """Return the trials side by side: design, figures of both endpoints, verdicts.

    Parameters
    ----------
    view : BoardView
        Its rows and whose figures to show; the endpoint makes no difference here.
    """
    shown = {cell.report.trial_id for cell in view.cells} | {*view.unseen, *view.beyond}
    trials = [trial_id for trial_id in evidence.trials() if trial_id in shown]
    rows: dict[str, Callable[[str], Any]] = {
        "Design": _design,
        "Patients": lambda trial_id: size_text(evidence.trial(trial_id)),
        "Population": lambda trial_id: evidence.trial(trial_id).population,
    }
    for endpoint in ("PFS", "OS"):
        if view.show != "source":
            rows[f"{endpoint}: the review"] = partial(_review_cell, endpoint=endpoint)
        if view.show != "review":
            rows[f"{endpoint}: the source"] = partial(_source_cell, endpoint=endpoint)
    if view.show != "source":
        rows["Harm: the review"] = _printed_harm_cell
    if view.show != "review":
        rows["Harm: the source"] = _harm_cell
    rows["Also corrected"] = _errors_cell
    rows["Worth knowing"] = lambda trial_id: evidence.trial(trial_id).note
    return Table(
        ["Trial", *map(_titled_trial, trials)],
        [[name, *map(cell, trials)] for name, cell in rows.items()],
        "With local treatment against without; the verdict stands behind each printed figure",
    )


def _titled_trial(trial_id: str) -> str:
    name = short_name(trial_id)
    return name if evidence.trial(trial_id).in_review else f"{name} (beyond the review)"


def _design(trial_id: str) -> str:
    trial = evidence.trial(trial_id)
    return f"phase {trial.phase}; {trial.design}" if trial.phase else trial.design


def _review_cell(trial_id: str, endpoint: str) -> Any:
    """Return what the review prints, each figure with its verdict."""
    keys = [(trial_id, endpoint)]
    if endpoint == "OS":
        keys += [key for key in PRINTED if key[0] == trial_id and key[1].isdigit()]
    ids = [claim_id for key in keys if key in PRINTED for claim_id in PRINTED[key].ids]
    if not ids:
        return "nothing printed"
    text = "; ".join(f"{_titled(i)}: {evidence.citation(i).label.lower()}" for i in ids)
    return {"text": text, "tone": worst(ids)[1]}


def _titled(claim_id: str) -> str:
    """Return a printed figure with its arm, for a table without columns for arms."""
    claim = evidence.claim(claim_id)
    arm = {"e": " with", "c": " without"}.get(claim.arm[:1], "")
    share = f"{claim.quantity} " if claim.unit == "%" else ""
    return f"{share}{figure_of(claim_id)}{arm}"


def _source_cell(trial_id: str, endpoint: str) -> str:
    """Return every published figure of an endpoint, with the report where there are several."""
    said = []
    for name in (endpoint, f"{endpoint} first report"):
        label = " (first report)" if name != endpoint else ""
        said += [f"{text}{label}" for text in _source_figures(trial_id, name)]
    return "; ".join(said) or f"no figure seen; trial {evidence.trial(trial_id).status}"


def _source_figures(trial_id: str, name: str) -> Iterator[str]:
    """Yield medians, landmarks, hazard ratios and p value that a source was seen to give."""
    arms = [arm_id for arm_id in arm_ids(trial_id) if arm_id]
    medians = [result(trial_id, name, "median", arm_id) for arm_id in arms]
    seen = [f"{m.value:g}{interval_text(m)}" for m in medians if m is not None]
    if seen:
        yield f"{' vs '.join(seen)} months"
    yield from _landmark_figures(trial_id, name, arms)
    for outcome in evidence.outcomes(trial_id):
        if (outcome.endpoint, outcome.measure) == (name, "hazard_ratio") and is_verified(outcome):
            years = f" at {outcome.time_months / 12:g} years" if outcome.time_months else ""
            ratio = f"{number(outcome, outcome.value)}{interval_text(outcome)}"
            yield f"HR {ratio}{years}{_with_p(outcome)}"
        elif (outcome.endpoint, outcome.measure) == (name, "p_value") and is_verified(outcome):
            yield p_text(outcome)


def _landmark_figures(trial_id: str, name: str, arms: list[str]) -> Iterator[str]:
    """Yield the shares at set times, arms together."""
    by_time: dict[float, dict[str, str]] = {}
    for arm_id in arms:
        for outcome in evidence.outcomes(trial_id):
            if (outcome.endpoint, outcome.measure, outcome.arm_id) == (name, "landmark", arm_id):
                text = f"{outcome.value:g}{interval_text(outcome)}"
                by_time.setdefault(outcome.time_months, {})[arm_id] = text
    for months, texts in sorted(by_time.items()):
        alone = "" if len(texts) == len(arms) else f"{_role(trial_id, *texts)} "
        yield f"{alone}{' vs '.join(texts.values())} % at {months:g} months"


def _role(trial_id: str, arm_id: str) -> str:
    return "without" if arm_id == arm_ids(trial_id)[1] else "with"


def _with_p(outcome: evidence.Outcome) -> str:
    return "" if outcome.p_value is None else f", {p_text(outcome)}"


def _printed_harm_cell(trial_id: str) -> Any:
    """Return what the review prints of harm, each figure with its verdict."""
    ids = PRINTED_HARM.get(trial_id, ())
    if not ids:
        return "none in the ledger"
    said = [
        f"{evidence.claim(i).statement.rstrip('.')}: {evidence.citation(i).label.lower()}"
        for i in ids
    ]
    return {"text": "; ".join(said), "tone": worst(ids)[1]}


def _harm_cell(trial_id: str) -> str:
    """Return what a source was seen to give of harm, arm against arm."""
    said = [_harm_text(trial_id, name) for name in HARMS]
    return "; ".join(filter(None, said)) or "none seen"


def _harm_text(trial_id: str, name: str) -> str:
    """Return one kind of harm in words, or nothing where no source was seen."""
    arms = [arm_id for arm_id in arm_ids(trial_id) if arm_id]
    found = [result(trial_id, name, "proportion", arm_id) for arm_id in arms]
    seen = [outcome for outcome in found if outcome is not None and is_verified(outcome)]
    if not seen:
        return ""
    figures = " vs ".join(f"{outcome.value:g}" for outcome in seen)
    alone = f" {_role(trial_id, seen[0].arm_id)}" if len(seen) < len(arms) else ""
    return f"{name} {figures} %{alone}{_with_p(seen[0])}"


def _errors_cell(trial_id: str) -> Any:
    """Return what else the review has about a trial that its sources do not bear out."""
    said = []
    for claim_id in REVIEW_ERRORS.get(trial_id, ()):
        record = evidence.citation(claim_id)
        said.append(f"{record.label}: {record.statement} {record.teach}")
    if not said:
        return "–"
    return {"text": " ".join(said), "tone": worst(REVIEW_ERRORS[trial_id])[1]}
