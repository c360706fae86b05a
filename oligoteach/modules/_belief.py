"""What a result is worth: from the model's shares to words, dots and a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach.models import predictive
from oligoteach.widgets import Table

ALPHAS = {
    "0.20": "0.20, as in a screening trial",
    "0.10": "0.10",
    "0.05": "0.05, the usual",
    "0.01": "0.01",
}
ROUNDED = 0.02  # difference of shares from which on rounding is told


@dataclass(frozen=True)
class Belief:
    """A belief before and after a trial.

    Attributes
    ----------
    worth : Worth
        Exact shares.
    counts : Counts
        The same as whole trials.
    act : float
        Belief at which one would act, from 0 to 1.
    alpha : float
        Two-sided threshold.
    n : int
        Number of trials drawn.
    """

    worth: predictive.Worth
    counts: predictive.Counts
    act: float
    alpha: float
    n: int


def belief(prior: float, power: float, alpha: str, act: float, n: str) -> Belief:
    """Return belief before and after a trial.

    Parameters
    ----------
    prior, power, act : float
        In per cent.
    alpha, n : str
        Two-sided threshold and number of trials, as the controls have them.
    """
    found = predictive.worth(prior / 100, power / 100, predictive.in_favour(float(alpha)))
    counts = predictive.whole_trials(found, int(n))
    return Belief(found, counts, act / 100, float(alpha), int(n))


def dots(shown: Belief) -> dict[str, int]:
    """Return the counts by the names that the chart gives them."""
    counts = shown.counts
    return {
        "true positive": counts.true_positive,
        "false positive": counts.false_positive,
        "false negative": counts.false_negative,
        "true negative": counts.true_negative,
    }


def marks(shown: Belief) -> dict[str, tuple[float, str]]:
    """Return the beliefs by the names that the chart gives them, with their words."""
    found = shown.worth
    beliefs = {
        "before": found.prior,
        "positive": found.if_positive,
        "negative": found.if_negative,
    }
    return {name: (share, percent(share)) for name, share in beliefs.items()}


def sentences(shown: Belief) -> Iterator[str]:
    """Yield what either result leaves, the trials as counts, and whether it crosses the line."""
    counts, found = shown.counts, shown.worth
    fails = shown.n - counts.works
    yield (
        f"After a positive result {percent(found.if_positive)} work "
        f"({_of(counts.true_positive, counts.positive, found.if_positive)}), after a negative one "
        f"{percent(found.if_negative)} "
        f"({_of(counts.false_negative, counts.negative, found.if_negative)}); before, it was "
        f"{percent(found.prior)}."
    )
    yield (
        f"Of {shown.n} such trials, {counts.works} test a treatment that works, and "
        f"{counts.true_positive} of these come out positive; of the {fails} others "
        f"{counts.false_positive} do, by chance."
    )
    yield _verdict(shown)


def _of(part: int, whole: int, share: float) -> str:
    """Return two whole numbers, and say so where rounding to whole trials moves their share."""
    if whole and abs(part / whole - share) <= ROUNDED:
        return f"{part} of {whole}"
    return f"about {part} of {whole}, rounded to whole trials"


def _verdict(shown: Belief) -> str:
    found, line = shown.worth, f"the line of {percent(shown.act)}"
    if found.prior >= shown.act:
        held = "would not" if found.if_negative >= shown.act else "would"
        return f"The belief lies above {line} already; a negative result {held} take it below."
    carried = "carries" if found.if_positive >= shown.act else "does not carry"
    return f"A positive result {carried} the belief across {line}."


def percent(share: float) -> str:
    """Return a share in per cent, never as a certainty that it is not."""
    value = 100 * share
    if value < 0.1:
        return "under 0.1 %"
    if value > 99.9:
        return "over 99.9 %"
    return f"{value:.1f} %" if value < 3 or value > 99 else f"{value:.0f} %"


def table(shown: Belief) -> Table:
    """Return the four kinds of trials, and the shares."""
    counts, found = shown.counts, shown.worth
    works, fails = found.prior, 1 - found.prior
    rows = [
        (
            "Positive",
            counts.true_positive,
            counts.false_positive,
            works * found.power,
            fails * found.false_positive,
            found.if_positive,
        ),
        (
            "Negative",
            counts.false_negative,
            counts.true_negative,
            works * (1 - found.power),
            fails * (1 - found.false_positive),
            found.if_negative,
        ),
    ]
    return Table(
        ["Result", "It works", "It does not", "Both", "Share that works", "Exact shares of all"],
        [
            [
                name,
                str(right),
                str(wrong),
                str(right + wrong),
                f"{100 * after:.1f} %",
                f"{100 * share_right:.1f} % and {100 * share_wrong:.1f} %",
            ]
            for name, right, wrong, share_right, share_wrong, after in rows
        ],
        f"{shown.n} trials, rounded to whole ones; the shares are exact",
    )
