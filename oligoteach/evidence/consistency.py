"""Rules on the figures themselves: ranges, intervals, p values and survival over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol

from oligoteach.evidence.numbers import exact, numbers_in
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.records import Claim, Outcome
from oligoteach.evidence.tables import Located, Table

SURVIVAL_ENDPOINTS = ("OS", "PFS")
"""Endpoints whose landmarks are shares without the event, so that they cannot rise."""

Z_TWO_SIDED = {70: 1.036433, 80: 1.281552, 90: 1.644854, 95: 1.959964, 99: 2.575829}
"""Standard normal quantile of a two-sided interval by its level in percent."""

LOG_CENTRE_TOLERANCE = 0.12
"""How far an estimate may lie from the middle of its interval on the log scale; limits rounded
to one or two digits are off by about a tenth."""

P_FACTOR = 1.5
"""Ratio up to which a published p and the p that the interval implies are held to agree."""

P_DIFFERENCE = 0.03
"""Difference up to which two p values of 0.05 or more are held to agree."""


class _Figure(Protocol):
    """Whatever has a value, an interval and a unit."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def unit(self) -> str: ...


Finding = tuple[str, str, str]
"""Field, rule and sentence."""


def implied_p(hazard_ratio: float, low: float, high: float, ci_level: int) -> float:
    """Return the two-sided p value that a hazard ratio and its interval imply.

    The interval is taken to be symmetric on the log scale (a Wald interval).

    Parameters
    ----------
    hazard_ratio, low, high : float
        Estimate and limits, all above 0.
    ci_level : int
        Level of the interval in percent, a key of ``Z_TWO_SIDED``.

    Returns
    -------
    float
        Two-sided p value.
    """
    standard_error = math.log(high / low) / (2 * Z_TWO_SIDED[ci_level])
    return math.erfc(abs(math.log(hazard_ratio)) / standard_error / math.sqrt(2))


def claim_problems(table: Table[Claim]) -> Iterator[Problem]:
    """Check the figures of every claim."""
    for at in table:
        yield from _placed(table, at, [*_range_rules(at.record), *_comparator_rules(at.record)])
        yield from _placed(table, at, _printed_rules(at.record), excusable=True)
        if at.record.unit == "ratio":
            yield from _placed(table, at, _ratio_rules(at.record), excusable=True)


def outcome_problems(table: Table[Outcome]) -> Iterator[Problem]:
    """Check the figures of every outcome, then survival over time within each arm."""
    for at in table:
        row = at.record
        yield from _placed(table, at, [*_range_rules(row), *_result_rules(row)])
        if row.measure == "hazard_ratio":
            yield from _placed(table, at, [*_ratio_rules(row), *_p_rules(row)], excusable=True)
    yield from _survival_problems(table)


def _placed(
    table: Table[Claim] | Table[Outcome],
    at: Located[Claim] | Located[Outcome],
    findings: Iterator[Finding] | list[Finding],
    *,
    excusable: bool = False,
) -> Iterator[Problem]:
    """Place findings at a row of a table."""
    for field, rule, sentence in findings:
        yield Problem(table.name, str(at.row), field, rule, sentence, at.key, excusable)


def _figures(row: _Figure) -> list[float]:
    """Return value and limits as far as they are given."""
    return [figure for figure in (row.value, row.low, row.high) if figure is not None]


def _range_rules(row: _Figure) -> Iterator[Finding]:
    """The value lies inside its interval, percentages and p values inside their scales."""
    if row.low is not None and row.high is not None and row.low > row.high:
        yield (
            "low",
            "interval-order",
            f"the lower limit {row.low:g} is above the upper {row.high:g}.",
        )
    if row.value is None:
        return
    if row.low is not None and row.value < row.low:
        yield "value", "value-in-interval", f"{row.value:g} is below the lower limit {row.low:g}."
    if row.high is not None and row.value > row.high:
        yield "value", "value-in-interval", f"{row.value:g} is above the upper limit {row.high:g}."
    if row.unit == "%" and not 0 <= row.value <= 100:
        yield "value", "percentage", f"{row.value:g} is not a percentage; 0 to 100 is allowed."
    if row.unit == "p" and not 0 <= row.value <= 1:
        yield "value", "p-range", f"{row.value:g} is not a p value; 0 to 1 is allowed."


def _comparator_rules(claim: Claim) -> Iterator[Finding]:
    """A comparator stands with a value and only there."""
    figures = _figures(claim)
    if figures and not claim.comparator:
        yield "comparator", "comparator", "a value needs a comparator: =, <, >, <=, >= or ~."
    if claim.comparator and not figures:
        yield "comparator", "comparator", f"{claim.comparator!r} compares nothing; give a value."


def _printed_rules(claim: Claim) -> Iterator[Finding]:
    """The printed text shows the value or a limit of it."""
    figures, printed = _figures(claim), numbers_in(claim.value_text)
    if figures and printed and not any(exact(figure) in printed for figure in figures):
        shown = ", ".join(f"{figure:g}" for figure in figures)
        yield "value_text", "value-as-printed", f"{claim.value_text!r} does not contain {shown}."


def _ratio_rules(row: _Figure) -> Iterator[Finding]:
    """A ratio is positive and lies in the middle of its interval on the log scale."""
    if any(figure <= 0 for figure in _figures(row)):
        yield "value", "ratio-positive", "a ratio and its limits are above 0."
    elif row.value is not None and row.low is not None and row.high is not None:
        centre = math.sqrt(row.low * row.high)
        if abs(math.log(row.value / centre)) > LOG_CENTRE_TOLERANCE:
            yield (
                "value",
                "log-symmetric",
                f"{row.value:g} is off the middle {centre:.2f} of its interval "
                f"{row.low:g} to {row.high:g} on the log scale.",
            )


def _result_rules(row: Outcome) -> Iterator[Finding]:
    """Each measure has the fields that it needs."""
    if row.value is None and row.measure != "p_value":
        yield "value", "has-value", f"a {row.measure!r} row needs a value."
    if row.p_value is None and row.measure == "p_value":
        yield "p_value", "has-value", "a 'p_value' row needs a p value."
    if row.measure == "landmark" and row.time_months is None:
        yield "time_months", "landmark-time", "a landmark needs its time in months."
    if row.p_value is not None and not 0 <= row.p_value <= 1:
        yield "p_value", "p-range", f"{row.p_value:g} is not a p value; 0 to 1 is allowed."
    if (row.p_value is None) != (not row.p_comparator):
        yield "p_comparator", "p-comparator", "'=' or '<' stands with a p value and only there."
    interval = row.low is not None or row.high is not None
    if interval and row.ci_level not in Z_TWO_SIDED:
        levels = ", ".join(map(str, Z_TWO_SIDED))
        yield "ci_level", "interval-level", f"an interval needs its level, one of {levels}."
    if row.ci_level is not None and not interval:
        yield "ci_level", "interval-level", "a level without an interval; give low or high."


def _p_rules(row: Outcome) -> Iterator[Finding]:
    """The published p value agrees with the one that the interval implies."""
    if row.value is None or row.low is None or row.high is None or row.p_value is None:
        return
    if min(row.value, row.low) <= 0 or row.low >= row.high or row.ci_level not in Z_TWO_SIDED:
        return
    implied = implied_p(row.value, row.low, row.high, row.ci_level)
    if "one-sided" in row.note:
        implied /= 2
    if not _p_agree(row.p_value, row.p_comparator, implied):
        yield (
            "p_value",
            "p-fits-interval",
            f"p {row.p_comparator} {row.p_value:g} is printed, but the hazard ratio {row.value:g} "
            f"({row.low:g} to {row.high:g}) implies {implied:.2g}.",
        )


def _p_agree(published: float, comparator: str, implied: float) -> bool:
    """Return whether two p values agree as far as rounding and the choice of test allow."""
    if comparator == "<":
        return implied <= published * P_FACTOR
    if published / P_FACTOR <= implied <= published * P_FACTOR:
        return True
    return max(published, implied) >= 0.05 and abs(published - implied) < P_DIFFERENCE


def _survival_problems(table: Table[Outcome]) -> Iterator[Problem]:
    """Survival within one arm does not rise, and crosses one half at its median."""
    curves: dict[tuple[str, str, str], list[Located[Outcome]]] = {}
    medians: dict[tuple[str, str, str], float] = {}
    for at in table:
        row = at.record
        curve = (row.trial_id, row.endpoint, row.arm_id)
        if row.endpoint not in SURVIVAL_ENDPOINTS or row.value is None:
            continue
        if row.measure == "landmark" and row.time_months is not None:
            curves.setdefault(curve, []).append(at)
        elif row.measure == "median":
            medians[curve] = row.value
    for curve, landmarks in curves.items():
        ordered = sorted(landmarks, key=lambda at: at.record.time_months or 0.0)
        for earlier, later in pairwise(ordered):
            yield from _placed(table, later, _rise(earlier.record, later.record), excusable=True)
        if curve in medians:
            for at in ordered:
                yield from _placed(
                    table, at, _against_median(at.record, medians[curve]), excusable=True
                )


def _rise(earlier: Outcome, later: Outcome) -> Iterator[Finding]:
    """A later landmark is not above an earlier one."""
    if earlier.value is not None and later.value is not None and later.value > earlier.value:
        yield (
            "value",
            "survival-falls",
            f"{later.endpoint} rises from {earlier.value:g}% at {earlier.time_months:g} months "
            f"to {later.value:g}% at {later.time_months:g}.",
        )


def _against_median(row: Outcome, median: float) -> Iterator[Finding]:
    """A landmark before the median is at least one half, one after it at most one half."""
    if row.value is None or row.time_months is None:
        return
    before = row.time_months < median and row.value < 50
    after = row.time_months > median and row.value > 50
    if before or after:
        yield (
            "value",
            "median-fits-landmark",
            f"{row.value:g}% at {row.time_months:g} months does not fit the median of "
            f"{median:g} months.",
        )
