"""Time on therapy: what each series measured, with its own clock, and the review's one range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._trials import (
    arm_ids,
    figure_of,
    interval_text,
    is_verified,
    of_the_review,
    p_text,
    result,
    short_name,
    source_verdict,
    worst,
)
from oligoteach.widgets import Table

UNTIL = {
    "all": "Any",
    "progression": "Progression",
    "therapy": "Change of therapy, or end of the drug",
}
SHOW = {"both": "Sources and review", "source": "The sources", "review": "The review"}
NOT_STATED = "not stated here"
RANGE = "tki-extension-range"
SCALE = Scale(
    0,
    48,
    range(0, 49, 6),
    "Median, months, each from its own start to its own end\n● with, ■ without local treatment",
    "Median months, each on its clock\n● with, ■ without local treatment",
)


@dataclass(frozen=True)
class Measure:
    """One endpoint of one series.

    Attributes
    ----------
    trial_id, endpoint : str
        Keys of the ledger.
    words : str
        What it is, in a few words.
    start, stop : str
        What starts and what ends the clock.
    until : str
        Which kind of end that is, of :data:`UNTIL`.
    claims : tuple of str
        Where the review prints it.
    """

    trial_id: str
    endpoint: str
    words: str
    start: str
    stop: str
    until: str
    claims: tuple[str, ...] = ()


MEASURES = (
    Measure("weickhardt", "PFS2", "second PFS", NOT_STATED, "second progression", "progression"),
    Measure(
        "yu-mskcc", "time to progression", "progression", NOT_STATED, "progression", "progression"
    ),
    Measure(
        "yu-mskcc",
        "time to change of systemic therapy",
        "new therapy",
        "local treatment",
        "change of systemic therapy",
        "therapy",
        ("mskcc-time-to-change",),
    ),
    Measure("yu-mskcc", "OS", "death", "local treatment", "death", "death", ("mskcc-median-os",)),
    Measure(
        "gan-2014",
        "total time on crizotinib",
        "all crizotinib",
        "start of crizotinib",
        "end of crizotinib",
        "therapy",
    ),
    Measure(
        "gan-2014",
        "second progression",
        "progression",
        "local treatment",
        "second progression",
        "progression",
        ("gan-second-progression", "gan-tki-continuation-cell"),
    ),
    Measure(
        "curb",
        "time on current systemic therapy",
        "same therapy",
        NOT_STATED,
        "end of the current therapy",
        "therapy",
    ),
)
WHO = {
    "weickhardt": "ALK or EGFR, also brain",
    "yu-mskcc": "EGFR",
    "gan-2014": "ALK",
    "curb": "lung or breast",
}


@dataclass(frozen=True)
class SeriesView:
    """What the board shows: kinds of end, whose figures, and which measures remain."""

    until: str
    show: str
    randomised: bool
    measures: tuple[Measure, ...]

    def of(self, trial_id: str) -> list[Measure]:
        """Return the measures of a series."""
        return [measure for measure in self.measures if measure.trial_id == trial_id]

    @property
    def series(self) -> tuple[str, ...]:
        """Series with a measure, in order."""
        return tuple(dict.fromkeys(measure.trial_id for measure in self.measures))


def series_view(until: str, show: str, randomised: bool) -> SeriesView:
    """Return the measures that end in a way.

    Parameters
    ----------
    until : str
        Of :data:`UNTIL`.
    show : {'both', 'source', 'review'}
        Whose figures.
    randomised : bool
        Whether to add the randomised comparison.
    """
    found = [measure for measure in MEASURES if until in ("all", measure.until)]
    if not randomised:
        found = [measure for measure in found if measure.trial_id != "curb"]
    if show == "source":
        found = [measure for measure in found if is_verified(_outcome(measure))]
    if show == "review":
        found = [measure for measure in found if measure.claims]
    return SeriesView(until, show, randomised, tuple(found))


def _outcome(measure: Measure, arm: int = 0) -> evidence.Outcome:
    """Return the published median of an arm: 0 with local treatment, 1 without."""
    found = result(measure.trial_id, measure.endpoint, "median", arm_ids(measure.trial_id)[arm])
    if found is None:
        raise LookupError(f"the ledger has no median of {measure.endpoint} in {measure.trial_id}")
    return found


def untreated(measure: Measure) -> float | None:
    """Return the median of those who were not treated locally, where the ledger has one."""
    if arm_ids(measure.trial_id)[1]:
        return float(_outcome(measure, 1).value)
    if measure.endpoint == "total time on crizotinib":
        # The note on the result begins with it: "10.1 months in those not suitable …".
        return float(_outcome(measure).note.split()[0])
    return None


# The figure -----------------------------------------------------------------------------------


def series_blocks(view: SeriesView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = []
    for trial_id in view.series:
        blocks.append(_series_block(view, trial_id))
        blocks += _others_blocks(view, trial_id)
    if view.randomised and "curb" not in view.series:
        lines = (Line("no figure of that kind", wide=True),)
        blocks.append(Block("CURB", "", "", "muted", lines))
    if view.show != "source" and view.until == "all":
        blocks.append(_review_block())
    if not blocks:
        blocks.append(
            Block("Nothing", lines=(Line("no figure of that kind in the review", wide=True),))
        )
    return blocks


def _series_block(view: SeriesView, trial_id: str) -> Block:
    trial = evidence.trial(trial_id)
    lines = [line for measure in view.of(trial_id) for line in _lines(measure, view.show)]
    detail = f"n = {trial.n}, {WHO[trial_id]}"
    words, tone = _verdict(view, trial_id)
    return Block(short_name(trial_id), detail, words, tone, tuple(lines), joined=True)


def _verdict(view: SeriesView, trial_id: str) -> tuple[str, str]:
    """Return words and tone of the verdict on what a series is quoted for."""
    if not evidence.trial(trial_id).in_review:
        return "+ beyond the review", "muted"
    claims = [claim for measure in view.of(trial_id) for claim in measure.claims]
    if view.show == "source" or not claims:
        return source_verdict(_outcome(measure) for measure in view.of(trial_id))
    return of_the_review(claims)


def _lines(measure: Measure, show: str) -> Iterator[Line]:
    outcome = _outcome(measure)
    claim = measure.claims[0] if measure.claims else ""
    ghost = evidence.claim(claim).value if claim and show != "source" else None
    if show == "review" or not is_verified(outcome):
        text = f"◇ {measure.words} {figure_of(claim)}"
        yield Line(f"{text}, unverified" if show == "both" else text, "with", ghost=ghost)
        return
    mark = Mark(outcome.value, outcome.low, outcome.high)
    yield Line(f"{measure.words} {outcome.value:g}{interval_text(outcome)}", "with", mark, ghost)
    if arm_ids(measure.trial_id)[1]:
        other = untreated(measure)
        yield Line(f"without {other:g}", "without", Mark(other))


def _others_blocks(view: SeriesView, trial_id: str) -> Iterator[Block]:
    """Yield those whom a series did not treat: a block apart, since they are no control."""
    for measure in view.of(trial_id):
        other = untreated(measure)
        if other is not None and not arm_ids(trial_id)[1] and view.show != "review":
            lines = (
                Line(f"{measure.words} {other:g}", "without", Mark(other)),
                Line("immortal time, selection", "bad"),
            )
            name = f"{short_name(trial_id)}, the others"
            yield Block(name, "unsuitable", "✗ no fair control", "bad", lines)


def _review_block() -> Block:
    claim = evidence.claim(RANGE)
    words, tone = worst((RANGE,))
    lines = (
        Line(f"◇ from {claim.low:g}: a second PFS", ghost=claim.low),
        Line(f"◇ to {claim.high:g}: a new therapy", ghost=claim.high),
    )
    return Block("The review", "one range", words, tone, lines, joined=True)


# Words and table ------------------------------------------------------------------------------


def series_sentences(view: SeriesView) -> Iterator[str]:
    """Yield how many clocks there are, then each series, then the review's range."""
    ends = dict.fromkeys(measure.stop for measure in view.measures)
    yield (
        f"{_counted(len(view.measures), 'median')} from {_counted(len(view.series), 'study')}, "
        f"ended by {_counted(len(ends), 'different event')}{': ' if ends else ''}"
        f"{', '.join(ends)}; nothing is pooled."
    )
    said = [_block_words(block) for block in series_blocks(view)]
    yield f"{'; '.join(said)}."


def _counted(number: int, thing: str) -> str:
    """Return a number of things, with one of them in the singular."""
    if number == 1:
        return f"1 {thing.removeprefix('different ')}"
    return f"{number} {thing.removesuffix('y')}{'ies' if thing.endswith('y') else 's'}"


def _block_words(block: Block) -> str:
    lines = ", ".join(line.text.removeprefix("◇ ") for line in block.lines if line.text)
    verdict = block.status.lstrip("✓✗?+ ")
    head = f"{block.heading} ({block.detail})" if block.detail else block.heading
    return f"{head} {lines}{f' – {verdict}' if verdict else ''}"


def series_table(view: SeriesView) -> Table:
    """Return every measure with its clock, its patients and what it is compared with."""
    columns = [
        "Study",
        "Patients",
        "Clock starts",
        "Clock ends",
        "Median, months",
        "Compared with",
        "The review",
    ]
    rows = [_table_row(measure) for measure in view.measures]
    caption = "Each median has its own clock; none is an extension against a control but CURB's"
    return Table(columns, rows, caption if view.randomised else caption.removesuffix(" but CURB's"))


def _table_row(measure: Measure) -> list[Any]:
    trial, outcome = evidence.trial(measure.trial_id), _outcome(measure)
    verified = is_verified(outcome)
    median = f"{outcome.value:g}{interval_text(outcome)}"
    return [
        short_name(measure.trial_id),
        f"{trial.n}; {trial.population}",
        measure.start,
        measure.stop,
        median if verified else {"text": f"{median}: the review's, unverified", "tone": "open"},
        _compared(measure),
        _review_cell(measure),
    ]


def _compared(measure: Measure) -> str:
    other = untreated(measure)
    if other is None:
        return "nothing: no control"
    if arm_ids(measure.trial_id)[1]:
        outcome = _outcome(measure)
        p = f", {p_text(outcome)}" if outcome.p_value is not None else ""
        return f"{other:g} in randomised controls{p}"
    return f"{other:g} in those not suitable for local treatment: immortal time and selection"


def _review_cell(measure: Measure) -> Any:
    if not measure.claims:
        return "–"
    said = [f"{figure_of(i)}: {evidence.citation(i).label.lower()}" for i in measure.claims]
    return {"text": "; ".join(said), "tone": worst(measure.claims)[1]}
