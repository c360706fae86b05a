"""STOP, CURB, HALT and what is registered: medians, ratios, populations, and the review's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._trials import (
    arm_ids,
    interval_text,
    number,
    of_the_review,
    p_text,
    result,
    short_name,
    source_verdict,
    worst,
)
from oligoteach.widgets import Table

MEASURES = {"median": "Median progression-free survival", "ratio": "Hazard ratio"}
SHOW = {"both": "Sources and review", "source": "The sources", "review": "The review"}
SCALES = {
    "median": Scale(
        0,
        12,
        range(0, 13, 2),
        "Median progression-free survival, months\n● with, ■ without local treatment",
        "Median PFS, months\n● with, ■ without local treatment",
    ),
    "ratio": Scale(
        0.2,
        2,
        (0.2, 0.5, 1, 2),
        "Hazard ratio of progression or death\nleft of 1: in favour of local treatment",
        "Hazard ratio, PFS\nleft of 1: for local treatment",
        log=True,
        reference=1,
    ),
}
STOP_CLAIM = "stop-trial-promising"
PENDING = ("halt", "stop-2", "furmonertinib-rt")
FURMONERTINIB = "furmonertinib-design"


@dataclass(frozen=True)
class Population:
    """A comparison: a trial, an endpoint of the ledger, and in whom."""

    trial_id: str
    endpoint: str
    name: str
    who: str


POPULATIONS = (
    Population("stop", "PFS", "STOP", "solid tumours"),
    Population("curb", "PFS all", "CURB, all", "lung or breast"),
    Population("curb", "PFS NSCLC", "CURB, lung", ""),
    Population("curb", "PFS breast", "CURB, breast", ""),
)
# How many of CURB's patients had which tumour stands in the ledger's words on its population.
SIZES = {"PFS NSCLC": "59", "PFS breast": "47"}


@dataclass(frozen=True)
class TrialsView:
    """What the board shows: measure, whose figures, and whether trials without results as well."""

    measure: str
    show: str
    ongoing: bool

    @property
    def pending(self) -> tuple[str, ...]:
        """Trials without results, as far as they are shown."""
        if not self.ongoing:
            return ()
        return PENDING if self.show != "review" else PENDING[-1:]


def size(population: Population) -> str:
    """Return the number of patients of a comparison."""
    trial = evidence.trial(population.trial_id)
    n = SIZES.get(population.endpoint)
    if n is None:
        return f"{trial.n}"
    if f"({n})" not in trial.population:
        raise LookupError(f"the ledger no longer gives {n} for {population.endpoint}")
    return n


def medians(population: Population) -> list[evidence.Outcome | None]:
    """Return the medians with and without local treatment."""
    return [
        result(population.trial_id, population.endpoint, "median", arm)
        for arm in arm_ids(population.trial_id)
    ]


def ratio(population: Population) -> evidence.Outcome | None:
    """Return the hazard ratio, or None where none was seen."""
    return result(population.trial_id, population.endpoint, "hazard_ratio")


def trial_blocks(view: TrialsView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = [_block(view, p) for p in POPULATIONS if view.show != "review" or p.name == "STOP"]
    return [*blocks, *_pending_blocks(view)]


def _block(view: TrialsView, population: Population) -> Block:
    detail = f"n = {size(population)}{f', {population.who}' if population.who else ''}"
    words, tone = _verdict(view, population)
    lines: list[Line] = []
    if view.show != "review":
        lines += _median_lines(population) if view.measure == "median" else _ratio_lines(population)
    if population.name == "STOP":
        lines += _stop_lines(view)
    return Block(population.name, detail, words, tone, tuple(lines), joined=True)


def _verdict(view: TrialsView, population: Population) -> tuple[str, str]:
    if population.name == "STOP" and view.show != "source":
        return of_the_review((STOP_CLAIM,))
    if population.name == "STOP":
        return source_verdict(filter(None, medians(population)))
    if view.show == "source":
        return source_verdict(filter(None, (*medians(population), ratio(population))))
    return "+ beyond the review", "muted"


def _median_lines(population: Population) -> Iterator[Line]:
    for role, outcome in zip(("with", "without"), medians(population), strict=True):
        if outcome is not None:
            yield Line(f"{role} {outcome.value:.1f}", role, Mark(outcome.value))
    found = ratio(population)
    if found is not None:
        yield Line(f"HR {number(found, found.value)}{interval_text(found)}")


def _ratio_lines(population: Population) -> Iterator[Line]:
    found = ratio(population)
    if found is None:
        return
    mark = Mark(found.value, found.low, found.high)
    yield Line(f"{number(found, found.value)}{interval_text(found)}", "ratio", mark)
    yield Line(p_text(found), joins=True)


def _stop_lines(view: TrialsView) -> Iterator[Line]:
    """Say what the source of STOP says, and what the review says."""
    if view.show != "review":
        ratio_too = ", no hazard ratio seen" if view.measure == "ratio" else ""
        yield Line(f"source: no difference{ratio_too}", wide=True)
    if view.show != "source":
        yield Line(f"review: “{evidence.claim(STOP_CLAIM).value_text}”", "bad", wide=True)


def _pending_blocks(view: TrialsView) -> Iterator[Block]:
    """Yield the trials without results: those beyond the review, then the review's own."""
    beyond = [_short(i) for i in view.pending if not evidence.trial(i).in_review]
    if beyond:
        line = Line(f"{' and '.join(beyond)}: beyond the review", wide=True)
        yield Block("No results seen", lines=(line,))
    for trial_id in view.pending:
        if evidence.trial(trial_id).in_review:
            words, tone = worst((FURMONERTINIB,))
            line = Line("the review’s entry only", wide=True)
            yield Block("Furmonertinib", "", words, tone, (line,))


def _status(trial: evidence.Trial) -> str:
    return trial.status if trial.status != "unknown" else "status unknown; the review's entry only"


def trial_sentences(view: TrialsView) -> Iterator[str]:
    """Yield the message on STOP, then every comparison, then what has no results."""
    found = evidence.trial("stop")
    share = result("stop", "control non-adherence", "proportion", "soc")
    off = found.note.split("; ")[1].removesuffix(" off protocol or withdrawn")
    if view.show == "review":
        yield f"The review says of STOP: “{evidence.claim(STOP_CLAIM).value_text}”; no figure."
    else:
        yield (
            "STOP states no difference in progression-free survival, though its medians are "
            f"{' against '.join(f'{m.value:.1f}' for m in medians(POPULATIONS[0]))} months; {off} "
            f"({share.value:g} %) went off protocol or withdrew."
        )
        said = [_words(population) for population in POPULATIONS[1:]]
        yield f"{'; '.join(said)}."
    if view.pending:
        named = [f"{_short(i)} ({_status(evidence.trial(i))})" for i in view.pending]
        yield f"Without results here: {', '.join(named)}."


def _short(trial_id: str) -> str:
    return "the furmonertinib trial" if trial_id == "furmonertinib-rt" else short_name(trial_id)


def _words(population: Population) -> str:
    pair = " against ".join(f"{m.value:.1f}" for m in medians(population) if m is not None)
    found = ratio(population)
    told = f", HR {number(found, found.value)}{interval_text(found)}, {p_text(found)}"
    return f"{population.name} ({size(population)} patients) {pair} months{told}"


def trial_table(view: TrialsView) -> Table:
    """Return the trials side by side."""
    columns = ["Trial", "Patients", "Who", "Allocation", "PFS, months", "Hazard ratio", "Remarks"]
    rows = [_table_row(view, p) for p in POPULATIONS if view.show != "review" or p.name == "STOP"]
    rows += [_pending_row(trial_id) for trial_id in view.pending]
    return Table(columns, rows, "With local treatment against without")


def _table_row(view: TrialsView, population: Population) -> list[Any]:
    trial, found = evidence.trial(population.trial_id), ratio(population)
    hidden = view.show == "review"
    pair = " vs ".join(f"{m.value:.1f}" for m in medians(population) if m is not None)
    told = f"{number(found, found.value)}{interval_text(found)}, {p_text(found)}" if found else ""
    return [
        population.name,
        size(population),
        trial.population,
        trial.allocation,
        "none printed" if hidden else pair,
        "none printed" if hidden else told or "none seen",
        _remark(view, population),
    ]


def _remark(view: TrialsView, population: Population) -> Any:
    trial = evidence.trial(population.trial_id)
    if population.name == "STOP":
        record = evidence.citation(STOP_CLAIM)
        review = f"Review: {record.statement} {record.label}."
        source = f"Source: {record.primary_says} {trial.note}"
        said = {"review": review, "source": source}.get(view.show, f"{review} {source}")
        return {"text": said, "tone": worst((STOP_CLAIM,))[1]} if view.show != "source" else said
    if population.name == "CURB, all":
        with_local, without = (
            result("curb", "time on current systemic therapy", "median", arm)
            for arm in arm_ids("curb")
        )
        return (
            f"Time on current therapy {with_local.value:g} vs {without.value:g} months, "
            f"{p_text(with_local)}"
        )
    return "–"


def _pending_row(trial_id: str) -> list[Any]:
    trial = evidence.trial(trial_id)
    return [
        _short(trial_id),
        f"{trial.n}" if trial.n else "–",
        trial.population,
        trial.allocation or "–",
        "–",
        "–",
        ". ".join(part for part in (_status(trial), trial.note) if part),
    ]
