"""What preventing failure at known sites would change, as the lesson shows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from oligoteach.models import first_failure as model
from oligoteach.modules._failures import PLACES, counted
from oligoteach.widgets import Table

LAST = 36.0
LONG = 120.0
MONTHS = np.linspace(0, LAST, 145)
GROUPS: Mapping[str, str] = {
    "all": "64 / 27 / 9: all who were eligible",
    "sbrt-eligible": "68 / 18 / 14: those who could have had SBRT",
}


@dataclass(frozen=True)
class Arm:
    """First failures of one arm: shares by place, median, and the share without any by month."""

    failing: model.Failing
    free: NDArray[np.float64]


@dataclass(frozen=True)
class PreventedView:
    """What the explorer shows: both arms, and what local treatment is assumed to do."""

    without: Arm
    treated: Arm
    prevented: float
    spread: float


def split_of(group: str) -> model.Split:
    """Return the published split of a group, as the model takes it."""
    known, both, new = (counted(place, group).per_cent for place in PLACES)
    return model.Split(known, both, new)


def prevented_view(p: SimpleNamespace) -> PreventedView:
    """Return both arms for the explorer's settings."""
    split, e, s = split_of(p.group), p.prevented / 100, p.spread / 100
    arms = [
        Arm(failing, model.free(failing, MONTHS))
        for failing in (model.failing(split, p.median), model.failing(split, p.median, e, s))
    ]
    return PreventedView(*arms, e, s)


def shares(arm: Arm) -> tuple[float, float, float]:
    """Return the shares of first failures by place, all 0 where nobody fails."""
    split = arm.failing.split
    return (split.known, split.both, split.new) if split else (0.0, 0.0, 0.0)


def months(value: float) -> str:
    """Return a median in words."""
    return f"{value:.1f} months" if value <= LONG else "over 10 years"


def median_words(value: float, *, short: bool = False) -> str:
    """Return a median for the figure, or that nobody fails."""
    if not math.isfinite(value):
        return "nobody fails"
    return months(value) if short else f"median {months(value)}"


def prevented_sentences(view: PreventedView) -> list[str]:
    """Return both arms in words."""
    before, after = view.without.failing.median, view.treated.failing.median
    new = shares(view.treated)[2]
    if not math.isfinite(after):
        first = "With local treatment nobody fails any more in this model."
    else:
        first = (
            f"With local treatment the median to failure goes from {before:.1f} to "
            f"{months(after)}, and {100 * new:.0f} % of failures are at new sites only."
        )
    told = _split(shares(view.without))
    now = _split(shares(view.treated))
    return [
        first,
        f"Known only / both / new only: {told} % without, {now} % with it.",
        f"Assumed: it prevents {100 * view.prevented:.0f} % of failures at known sites and "
        f"{100 * view.spread:.0f} % of new sites; rates stay constant.",
        "Illustrative model: the split is published, all else is assumed.",
    ]


def _table_median(arm: Arm) -> str:
    return months(arm.failing.median) if arm.failing.split else "none: nobody fails"


def _split(parts: tuple[float, float, float]) -> str:
    return " / ".join(f"{100 * share:.0f}" for share in parts)


def prevented_table(view: PreventedView) -> Table:
    """Return shares and medians of both arms."""
    rows = []
    for name, arm in (("without", view.without), ("with local treatment", view.treated)):
        parts = [f"{100 * share:.1f} %" for share in shares(arm)]
        rate = f"{arm.failing.rate:.3f}"
        rows.append([name, *parts, _table_median(arm), rate])
    columns = ["Arm", "Known only", "Both", "New only", "Median to failure", "Failures a month"]
    return Table(columns, rows, "Constant rates; nobody dies in this model.")
