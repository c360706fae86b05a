"""A belief from the phase II trials, a negative result, and what is believed afterwards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from oligoteach import evidence
from oligoteach.models import pooling, updating
from oligoteach.modules._pooling import latest_ratio, ratio_text
from oligoteach.modules._trials import short_name
from oligoteach.widgets import Table

RESULT = "nrg-lu002"
PRIORS: Mapping[str, str] = {
    "both": "Gomez and SABR-COMET, pooled",
    "gomez": "Gomez alone",
    "sceptical": "Sceptical: centred on no effect",
    "vague": "Vague: hardly anything known",
}
PRIORS_SHORT = {
    "both": "Gomez, SABR-COMET pooled",
    "gomez": "Gomez alone, first report",
    "sceptical": "sceptical: 5 % below 0.7",
    "vague": "vague: anything from 0.02 to 50",
}
MEMBERS = {"both": ("gomez", "sabr-comet"), "gomez": ("gomez",)}
WEIGHTS = {
    "p": "from the review's unverified p value",
    "events": "from a number of events that you assume",
}
HOPED, LITTLE = 0.7, 0.05  # the sceptic gives a ratio of 0.7 or better one chance in twenty
VAGUE_SD = 2.0
NEXT_EVENTS = 300  # of the next trial that the table foretells, allocated 1:1
NEAR_CERTAIN = 0.999
SMALLEST = 0.0001
SAMPLES = 241
RANGE = (0.15, 2.5)


@dataclass(frozen=True)
class UpdateView:
    """What the explorer shows.

    Attributes
    ----------
    prior_key, weighed : str
        As set by the learner.
    weight : float
        Share of the information of the earlier trials that counts.
    events : float
        Assumed events; used only where ``weighed`` is ``events``.
    margin : float
        Ratio that would have to be beaten.
    posterior : Posterior
        Before, result and after.
    """

    prior_key: str
    weighed: str
    weight: float
    events: float
    margin: float
    posterior: updating.Posterior


def update_view(
    prior: str, weight: float, weighed: str, events: float, margin: float
) -> UpdateView:
    """Update a belief about progression-free survival with what NRG-LU002 reported.

    Parameters
    ----------
    prior : {'both', 'gomez', 'sceptical', 'vague'}
        Belief before.
    weight : float
        Per cent of the earlier trials' information that counts, above 0 to 100.
    weighed : {'p', 'events'}
        Where the standard error of the result comes from.
    events : float
        Assumed number of events.
    margin : float
        Ratio that would have to be beaten.
    """
    before = _belief(prior)
    if prior in MEMBERS:
        before = before.weakened(weight / 100)
    return UpdateView(
        prior, weighed, weight, events, margin, updating.update(before, _result(weighed, events))
    )


def _belief(prior: str) -> updating.Belief:
    if prior == "sceptical":
        return updating.sceptical_of(HOPED, LITTLE)
    if prior == "vague":
        return updating.sceptical(VAGUE_SD)
    trials = [_estimate(trial_id) for trial_id in MEMBERS[prior]]
    if len(trials) == 1:
        return updating.Belief(*trials[0])
    effects, errors = map(list, zip(*trials, strict=True))
    pooled = pooling.pool(effects, errors)
    return updating.Belief(pooled.estimate, pooled.se)


def _estimate(trial_id: str) -> tuple[float, float]:
    """Return log ratio and standard error of a trial's progression-free survival."""
    outcome = latest_ratio(trial_id, "PFS").outcome
    level = float(outcome.ci_level or 95)
    return pooling.from_interval(outcome.value, outcome.low, outcome.high, level)


def _result(weighed: str, events: float) -> updating.Belief:
    """Return what NRG-LU002 reported, with the standard error that was chosen."""
    ratio = latest_ratio(RESULT, "PFS")
    value = ratio.outcome.value
    if weighed == "p":
        return updating.Belief(math.log(value), updating.error_from_p(value, ratio.test.p_value))
    sizes = {arm.role: arm.n for arm in evidence.arms(RESULT)}
    allocated = sizes["experimental"] / (sizes["experimental"] + sizes["control"])
    return updating.Belief(math.log(value), updating.error_from_events(events, allocated))


# Figure ----------------------------------------------------------------------------------------


def hills(view: UpdateView) -> list[Any]:
    """Return the three beliefs as the figure draws them."""
    from oligoteach.charts.belief_rows import Hill

    x = np.geomspace(*RANGE, SAMPLES)
    x[np.argmin(np.abs(np.log(x)))] = 1.0  # so that what lies below 1 ends there
    found = []
    for role, belief, words in zip(
        ("prior", "data", "posterior"), _beliefs(view), _row_words(view), strict=True
    ):
        low, high = belief.interval()
        heading, *lines = words
        dashed = role != "posterior"
        found.append(Hill(role, heading, lines, x, belief.density(x), low, high, dashed))
    return found


def _beliefs(view: UpdateView) -> tuple[updating.Belief, ...]:
    posterior = view.posterior
    return posterior.prior, posterior.data, posterior.belief


def _row_words(view: UpdateView) -> Iterator[tuple[str, ...]]:
    """Yield heading and lines of the rows."""
    before, data, after = _beliefs(view)
    yield f"Before: {_belief_text(before)}", _prior_words(view), _chances(view, before)
    alone = f"alone: {_chances(view, data)}"
    yield f"{short_name(RESULT)}: {_belief_text(data)}", _weight_words(view), alone
    yield f"After: {_belief_text(after)}", _conflict(view), _chances(view, after)


def _prior_words(view: UpdateView) -> str:
    words = PRIORS_SHORT[view.prior_key]
    if view.prior_key in MEMBERS and view.weight < 100:
        return f"{words}, at {view.weight:g} %"
    return words


def _belief_text(belief: updating.Belief) -> str:
    return ratio_text(belief.ratio, *belief.interval())


def _weight_words(view: UpdateView) -> str:
    if view.weighed == "p":
        ratio = latest_ratio(RESULT, "PFS")
        return f"weight from unverified p {ratio.test.p_value:g}"
    return f"weight as of {view.events:g} events, assumed"


def _conflict(view: UpdateView) -> str:
    p = view.posterior.conflict
    if p < updating.CONFLICT:
        return f"✗ before and result disagree, p {_small(p)}"
    return f"no conflict with before seen, p {p:.2f}"


def _small(p: float) -> str:
    return f"{p:.2g}" if p >= SMALLEST else f"< {SMALLEST:g}"


def _chances(view: UpdateView, belief: updating.Belief) -> str:
    one = f"{_percent(belief.probability_below(1))} below 1"
    if view.margin >= 1:
        return one
    return f"{one}, {_percent(belief.probability_below(view.margin))} below {view.margin:g}"


def _percent(share: float) -> str:
    if share >= NEAR_CERTAIN:
        return ">99.9 %"
    if share < 1 - NEAR_CERTAIN:
        return "<0.1 %"
    return f"{share * 100:.1f} %" if share > 0.99 or share < 0.01 else f"{share * 100:.0f} %"


def axis_label(view: UpdateView) -> str:
    """Return the words of the axis."""
    if view.margin >= 1:
        return "Hazard ratio for PFS, log scale\nfilled: below 1"
    return f"Hazard ratio for PFS, log scale\nfilled: below 1; dashed: {view.margin:g}"


# Words and table -------------------------------------------------------------------------------


def update_sentences(view: UpdateView) -> Iterator[str]:
    """Yield the belief before, the result, the belief after, and how far the two disagree."""
    before, data, after = _beliefs(view)
    yield f"Before ({_prior_words(view)}): {_belief_text(before)}, {_chances(view, before)}."
    yield f"{short_name(RESULT)} ({_weight_words(view)}): {_belief_text(data)}."
    yield f"After: {_belief_text(after)}, {_chances(view, after)}."
    share = view.posterior.prior_weight * 100
    p = view.posterior.conflict
    ending = "they disagree" if p < updating.CONFLICT else "no conflict is seen"
    yield (
        f"The belief before carries {share:.0f} % of the weight; under it a result as far off as "
        f"this has a probability of {_small(p)}, so {ending}."
    )


def update_table(view: UpdateView) -> Table:
    """Return the three beliefs in numbers."""
    names = ("Before", f"{short_name(RESULT)}, reported", "After")
    rows = [
        [
            name,
            _belief_text(belief),
            f"{belief.sd:.3f}",
            _percent(belief.probability_below(1)),
            _percent(belief.probability_below(view.margin)),
            _percent(belief.predictive_success(updating.error_from_events(NEXT_EVENTS))),
        ]
        for name, belief in zip(names, _beliefs(view), strict=True)
    ]
    columns = [
        "Belief",
        "Hazard ratio (95 %)",
        "Standard deviation, log scale",
        "Below 1",
        f"Below {view.margin:g}",
        f"Next trial of {NEXT_EVENTS} events is significant",
    ]
    warnings = " ".join(view.posterior.warnings)
    return Table(columns, rows, f"Progression-free survival. {warnings}".strip().rstrip("."))
