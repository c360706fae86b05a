"""Trials pooled before the learner's eyes, with what the sum leaves out and mixes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark
from oligoteach.models import pooling, updating
from oligoteach.modules._hazard_ratios import ENDPOINT_NAMES, FIT_SIGNS, Ratio, ratios_of
from oligoteach.modules._trials import (
    interval_text,
    is_one_sided,
    is_verified,
    level_unread,
    short_name,
)
from oligoteach.widgets import Table

TRIALS: Mapping[str, str] = {
    "gomez": "Gomez",
    "iyengar-utsw": "Iyengar",
    "sabr-comet": "SABR-COMET",
    "nrg-lu002": "NRG-LU002",
    "extend": "EXTEND, beyond the review",
    "nrg-br002": "NRG-BR002, beyond the review",
}
FIGURES = {
    "read": "Ratios whose interval a source gives",
    "all": "Unverified figures as well",
}
METHODS: Mapping[str, str] = {
    "dersimonian-laird": "Random effects, DerSimonian–Laird",
    "hartung-knapp": "Random effects, Hartung–Knapp",
    "hartung-knapp-truncated": "Hartung–Knapp, factor at least 1",
    "fixed": "Fixed effect",
}
SHORT_METHODS = {
    "dersimonian-laird": "DerSimonian–Laird",
    "hartung-knapp": "Hartung–Knapp",
    "hartung-knapp-truncated": "Hartung–Knapp, held",
    "fixed": "fixed effect",
}
EARLY = ("gomez", "iyengar-utsw")
NOT_ALIKE = {
    "nrg-lu002": "NRG-LU002: ~90 % immunotherapy",
    "sabr-comet": "SABR-COMET: 18 of 99 lung primaries",
    "extend": "EXTEND: no lung basket of its own",
    "nrg-br002": "NRG-BR002: breast cancer",
}
LEFT_OUT = "not in the sum:"
FEWEST = 2


@dataclass(frozen=True)
class Entry:
    """A trial and what it may bring to the sum.

    Attributes
    ----------
    trial_id : str
        Trial of the ledger.
    ratio : Ratio or None
        Its latest ratio for the endpoint, a verified one before an unverified one.
    effect, error : float or None
        Log ratio and standard error; None where it has no weight.
    from_p : bool
        Whether the standard error was worked back from a p value, for want of an interval.
    weight : float or None
        Share in the sum.
    """

    trial_id: str
    ratio: Ratio | None
    effect: float | None = None
    error: float | None = None
    from_p: bool = False
    weight: float | None = None

    @property
    def name(self) -> str:
        """Short name."""
        return short_name(self.trial_id)

    @property
    def counts(self) -> bool:
        """Whether the trial is in the sum."""
        return self.effect is not None

    @property
    def why_not(self) -> str:
        """Why the trial is not in the sum, in few words."""
        if self.ratio is None:
            return "no ratio seen"
        return "unverified" if not is_verified(self.ratio.outcome) else "no interval seen"


@dataclass(frozen=True)
class PoolView:
    """What the explorer shows.

    Attributes
    ----------
    endpoint, method : str
        As set by the learner.
    entries : tuple of Entry
        The chosen trials, in the order of the board.
    pooled : Pooled or None
        None for fewer than two trials with a weight.
    without : tuple of Pooled
        The same without each of the trials in the sum; empty below three.
    each : bool
        Whether the pools without one trial are shown.
    """

    endpoint: str
    method: str
    entries: tuple[Entry, ...]
    pooled: pooling.Pooled | None
    without: tuple[pooling.Pooled, ...]
    each: bool

    @property
    def summed(self) -> tuple[Entry, ...]:
        """The trials in the sum."""
        return tuple(entry for entry in self.entries if entry.counts)


def pool_view(
    endpoint: str, trials: Iterable[str], figures: str, method: str, each: bool
) -> PoolView:
    """Pool the chosen trials as far as they have a weight.

    Parameters
    ----------
    endpoint : {'PFS', 'OS'}
        What is compared.
    trials : iterable of str
        Trials to take, out of :data:`TRIALS`.
    figures : {'read', 'all'}
        Whether unverified figures count.
    method : str
        Out of :data:`METHODS`.
    each : bool
        Whether to show the pools without one trial.
    """
    chosen = [trial_id for trial_id in TRIALS if trial_id in set(trials)]
    entries = tuple(_entry(trial_id, endpoint, figures) for trial_id in chosen)
    numbers = [(e.effect, e.error) for e in entries if e.counts]
    if len(numbers) < FEWEST:
        return PoolView(endpoint, method, entries, None, (), each)
    effects, errors = map(list, zip(*numbers, strict=True))
    pooled = pooling.pool(effects, errors, method)
    without = pooling.leave_one_out(effects, errors, method) if len(numbers) > FEWEST else ()
    return PoolView(endpoint, method, _weighted(entries, pooled), pooled, without, each)


def _weighted(entries: tuple[Entry, ...], pooled: pooling.Pooled) -> tuple[Entry, ...]:
    """Return the entries with their share in the sum."""
    shares = iter(pooled.weights)
    return tuple(
        Entry(e.trial_id, e.ratio, e.effect, e.error, e.from_p, float(next(shares)))
        if e.counts
        else e
        for e in entries
    )


def _entry(trial_id: str, endpoint: str, figures: str) -> Entry:
    """Return what a trial brings to the sum."""
    ratio = latest_ratio(trial_id, endpoint)
    if ratio is None or (figures == "read" and not is_verified(ratio.outcome)):
        return Entry(trial_id, ratio)
    outcome = ratio.outcome
    if outcome.low is not None and outcome.high is not None:
        level = float(outcome.ci_level or 95)
        effect, error = pooling.from_interval(outcome.value, outcome.low, outcome.high, level)
        return Entry(trial_id, ratio, effect, error)
    usable = ratio.test is not None and not is_one_sided(ratio.test)
    if figures == "all" and usable and ratio.test.p_comparator != "<":
        error = updating.error_from_p(outcome.value, ratio.test.p_value)
        return Entry(trial_id, ratio, math.log(outcome.value), error, from_p=True)
    return Entry(trial_id, ratio)


def latest_ratio(trial_id: str, endpoint: str) -> Ratio | None:
    """Return the ratio of a trial's latest report: one that was read, if there is any.

    Reports on a part of the patients are passed over; no patient counts twice.
    """
    names = {endpoint: 1, f"{endpoint} first report": 0}
    whole = [r for r in ratios_of(trial_id, endpoint) if r.outcome.endpoint in names]
    if not whole:
        return None
    return max(
        whole,
        key=lambda r: (
            is_verified(r.outcome),
            names[r.outcome.endpoint],
            r.outcome.time_months or 0,
        ),
    )


# What to ask before a sum is believed ----------------------------------------------------------


def cautions(view: PoolView) -> Iterator[str]:
    """Yield what the sum leaves out, mixes or does not know, each within a line of a phone."""
    summed = {entry.trial_id: entry for entry in view.summed}
    left_out = [entry.name for entry in view.entries if not entry.counts]
    if left_out:
        yield f"{LEFT_OUT} {', '.join(left_out)}"
    unread = [entry.name for entry in summed.values() if _doubtful(entry)]
    if unread:
        yield f"unverified: {', '.join(unread)}"
    for trial_id, words in NOT_ALIKE.items():
        if trial_id in summed:
            yield words
    early = [summed[trial_id].name for trial_id in EARLY if trial_id in summed]
    if early:
        yield f"stopped early: {', '.join(early)}"
    yield from _method_cautions(view.pooled)


def _method_cautions(pooled: pooling.Pooled | None) -> Iterator[str]:
    """Yield what the method cannot know here."""
    if pooled is None:
        return
    if pooled.method == "fixed" and pooled.q > pooled.k - 1:
        yield "fixed effect, though they differ"
    if pooled.factor < 1:
        yield f"Hartung–Knapp factor {pooled.factor:.2f}, below 1"
    if pooled.k < pooling.FEW:
        yield f"{pooled.k} trials hardly show a spread"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _doubtful(entry: Entry) -> bool:
    """Return whether ratio or weight of a trial in the sum is unverified."""
    return not is_verified(entry.ratio.outcome) or entry.from_p


def _unsummed(entry: Entry) -> str:
    if entry.ratio is None:
        return entry.why_not
    return f"{entry.ratio.outcome.value:.2f}, {entry.why_not}"


# Figure ----------------------------------------------------------------------------------------


def pool_blocks(view: PoolView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = [_trial_block(entry) for entry in view.entries]
    if view.pooled is None:
        blocks.append(Block("Nothing to pool", lines=(Line(_too_few(view), "bad", wide=True),)))
    else:
        blocks += _pooled_blocks(view, view.pooled)
    if view.each and view.without:
        blocks.append(Block("Without one", lines=tuple(_without_lines(view))))
        return blocks
    lines = tuple(Line(_capital(text), "ink", wide=True) for text in cautions(view))
    if lines:
        blocks.append(Block("Ask first", lines=lines))
    return blocks


def _too_few(view: PoolView) -> str:
    return f"{len(view.summed)} of {len(view.entries)} can be weighed; two are needed"


def _trial_block(entry: Entry) -> Block:
    detail = "no weight" if entry.weight is None else f"weight {entry.weight * 100:.0f} %"
    if entry.ratio is None:
        return Block(entry.name, detail, lines=(Line("no ratio seen"),), joined=True)
    outcome = entry.ratio.outcome
    hollow = _doubtful(entry) or not entry.counts
    mark = Mark(outcome.value, *_drawn_interval(entry), hollow=hollow)
    lines = (Line(_figure_text(entry), "ratio", mark), *_doubt_lines(entry))
    status = "unverified" if _doubtful(entry) else ""
    return Block(entry.name, detail, status, "open", lines, joined=True)


def _drawn_interval(entry: Entry) -> tuple[float | None, float | None]:
    """Return the limits of a row: printed, or of 95 % worked back from p."""
    outcome = entry.ratio.outcome
    if entry.from_p:
        reach = 1.959964 * entry.error
        return math.exp(entry.effect - reach), math.exp(entry.effect + reach)
    return outcome.low, outcome.high


def _figure_text(entry: Entry) -> str:
    outcome = entry.ratio.outcome
    if outcome.low is None:
        return f"{outcome.value:.2f}, no interval seen"
    return f"{outcome.value:.2f}{interval_text(outcome, unread=False)}"


def _doubt_lines(entry: Entry) -> Iterator[Line]:
    """Yield what is doubtful in a row of the sum."""
    if entry.from_p:
        yield Line(f"? weight from p {entry.ratio.test.p_value:g}", "open")
    if level_unread(entry.ratio.outcome):
        yield Line("? level not read", "open", joins=True)
    check = entry.ratio.check
    if check is not None and check.agreement == "misfit" and entry.counts:
        sign, tone = FIT_SIGNS["misfit"]
        yield Line(f"{sign} p does not fit", tone, joins=True)


def _pooled_blocks(view: PoolView, pooled: pooling.Pooled) -> Iterator[Block]:
    value, low, high = pooled.ratio
    lines = (
        Line(ratio_text(value, low, high), "pooled", Mark(value, low, high)),
        Line(f"I² {pooled.i2 * 100:.0f} %, τ² {pooled.tau2:.2f}", "ink"),
        Line(f"Q {pooled.q:.1f}, p {_p(pooled.p_q)}", "ink", joins=True),
    )
    yield Block("Pooled", f"{pooled.k} trials", SHORT_METHODS[view.method], "muted", lines)
    if pooled.predicted_ratio is not None:
        low, high = pooled.predicted_ratio
        line = Line(f"{_ratio(low)} to {_ratio(high)}", "range", Mark(value, low, high))
        yield Block("Another trial", "may truly lie in", lines=(line,), joined=True)


def _q_text(pooled: pooling.Pooled) -> str:
    return f"Q {pooled.q:.1f} on {pooled.k - 1}, p {_p(pooled.p_q)}"


def _p(p: float) -> str:
    return f"{p:.2f}" if p >= 0.01 else f"{p:.1g}" if p >= 0.0001 else "< 0.0001"


def _without_lines(view: PoolView) -> Iterator[Line]:
    for entry, pooled in zip(view.summed, view.without, strict=True):
        text = f"{entry.name}: {ratio_text(*pooled.ratio)}"
        yield Line(text, "again", Mark(*pooled.ratio))


def ratio_text(value: float, low: float, high: float) -> str:
    """Return a computed ratio with its limits, no more exactly than papers print them."""
    return f"{_ratio(value)} ({_ratio(low)}–{_ratio(high)})"


def _ratio(value: float) -> str:
    if value < 0.01:
        return "< 0.01"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}" if value < 100 else "> 100"


# Words and table -------------------------------------------------------------------------------


def pool_sentences(view: PoolView) -> Iterator[str]:
    """Yield the pool, the weights, what each trial does to it, and what to ask first."""
    name = ENDPOINT_NAMES[view.endpoint]
    if view.pooled is None:
        yield f"{name}: {_too_few(view)}, so nothing is pooled."
    else:
        yield f"{name}: {_pooled_words(view, view.pooled)}."
        yield f"In the sum: {'; '.join(_weight_words(entry) for entry in view.summed)}."
    left_out = "; ".join(f"{e.name}, {_unsummed(e)}" for e in view.entries if not e.counts)
    if left_out:
        yield f"Not in the sum: {left_out}."
    if view.each and view.without:
        yield f"Without one: {'; '.join(line.text for line in _without_lines(view))}."
    asked = "; ".join(text for text in cautions(view) if not text.startswith(LEFT_OUT))
    if asked:
        yield f"Ask first: {asked}."


def _pooled_words(view: PoolView, pooled: pooling.Pooled) -> str:
    said = [
        f"{pooled.k} trials pool to {ratio_text(*pooled.ratio)}",
        SHORT_METHODS[view.method],
        f"I² {pooled.i2 * 100:.0f} %",
        f"τ² {pooled.tau2:.2f}",
        _q_text(pooled),
    ]
    if pooled.predicted_ratio is not None:
        low, high = pooled.predicted_ratio
        said.append(f"another trial may truly lie in {_ratio(low)} to {_ratio(high)}")
    return ", ".join(said)


def _weight_words(entry: Entry) -> str:
    doubts = [line.text.lstrip("?✗ ") for line in _doubt_lines(entry)]
    if _doubtful(entry):
        doubts.insert(0, "unverified")
    weight = f"{entry.weight * 100:.0f} %"
    return ", ".join([f"{entry.name} {_figure_text(entry)}", f"weight {weight}", *doubts])


def pool_table(view: PoolView) -> Table:
    """Return every chosen trial with its weight and the pool without it."""
    left = dict(zip([e.trial_id for e in view.summed], view.without, strict=False))
    rows: list[list[Any]] = [_row(entry, left.get(entry.trial_id)) for entry in view.entries]
    if view.pooled is not None:
        rows += _pooled_rows(view.pooled)
    columns = ["Trial and report", "Patients", "Hazard ratio", "Standard error", "Weight"]
    columns += ["Pool without it", "Verification"]
    sentences = view.pooled.warnings if view.pooled is not None else ()
    caption = f"{ENDPOINT_NAMES[view.endpoint]}; {METHODS[view.method].lower()}"
    return Table(columns, rows, ". ".join([caption, *(s.rstrip(".") for s in sentences)]))


def _row(entry: Entry, without: pooling.Pooled | None) -> list[Any]:
    if entry.ratio is None:
        return [entry.name, _patients(entry), "none seen", "–", "none", "–", "–"]
    outcome = entry.ratio.outcome
    weight = f"none: {entry.why_not}" if not entry.counts else "–"
    if entry.weight is not None:
        weight = f"{entry.weight * 100:.0f} %"
    said = f"{entry.error:.3f} from {'p' if entry.from_p else 'interval'}" if entry.counts else "–"
    verified = is_verified(outcome) and not entry.from_p
    words = evidence.VERIFICATION_LABELS[outcome.verification]
    return [
        ", ".join(filter(None, (entry.name, entry.ratio.report))),
        _patients(entry),
        _figure_text(entry),
        said,
        weight,
        ratio_text(*without.ratio) if without is not None else "–",
        {
            "text": f"{words}; p value unverified"
            if entry.from_p and is_verified(outcome)
            else words,
            "tone": "ok" if verified else "open",
        },
    ]


def _patients(entry: Entry) -> str:
    return str(evidence.trial(entry.trial_id).n)


def _pooled_rows(pooled: pooling.Pooled) -> Iterator[list[Any]]:
    text = ratio_text(*pooled.ratio)
    measures = f"I² {pooled.i2 * 100:.0f} %, τ² {pooled.tau2:.3f}, {_q_text(pooled)}"
    yield [f"Pooled, {pooled.k} trials", "–", text, f"{pooled.se:.3f}", "100 %", "–", measures]
    if pooled.predicted_ratio is not None:
        low, high = pooled.predicted_ratio
        yield [
            "Another trial",
            "–",
            f"{_ratio(low)} to {_ratio(high)}",
            "–",
            "–",
            "–",
            "prediction interval",
        ]
