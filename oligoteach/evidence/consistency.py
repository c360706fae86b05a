"""Rules on the figures themselves: ranges, intervals, p values and survival over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Literal, Protocol

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

LEAST_DECIMALS = 2
"""Decimals to which papers print at least; a final zero is lost in a number such as 0.5."""

Agreement = Literal["fits", "rounding", "misfit"]


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


def p_agreement(
    ratio: tuple[float, float, float],
    ci_level: int,
    published: tuple[float, str],
    *,
    one_sided: bool = False,
) -> Agreement:
    """Judge whether a published p value agrees with the one that an interval implies.

    ``fits``: the printed values agree, up to a factor of 1.5, or closely where both are of no
    consequence. ``rounding``: they do not, but some of the values that round to them do, so it
    cannot be told. ``misfit``: none does.

    Parameters
    ----------
    ratio : tuple of float
        Estimate, lower and upper limit, all above 0.
    ci_level : int
        Level of the interval in percent, a key of ``Z_TWO_SIDED``.
    published : tuple
        The p value and its comparator, ``=`` or ``<``.
    one_sided : bool, default False
        Whether the p value is one-sided.

    Returns
    -------
    {'fits', 'rounding', 'misfit'}
    """
    p, comparator = published
    share = 0.5 if one_sided else 1.0
    implied = share * implied_p(*ratio, ci_level)
    if _p_agree((p, p), (implied, implied), comparator):
        return "fits"
    around = [share * end for end in _implied_over_rounding(ratio, ci_level)]
    # A bound such as "< 0.001" is a limit by convention, not a rounded number.
    half = 0.0 if comparator == "<" else _half_unit(p)
    open_to = (max(p - half, 0.0), p + half)
    return "rounding" if _p_agree(open_to, (around[0], around[1]), comparator) else "misfit"


def _half_unit(*values: float) -> float:
    """Return half a unit of the last digit of the most exact of some printed values."""
    exponents = [Decimal(f"{value:.6g}").normalize().as_tuple().exponent for value in values]
    places = [-exponent for exponent in exponents if isinstance(exponent, int)]
    return 0.5 * 10.0 ** -max(LEAST_DECIMALS, *places)


def _implied_over_rounding(ratio: tuple[float, float, float], ci_level: int) -> tuple[float, float]:
    """Return the least and the largest implied p of values that round to the printed ones."""
    estimate, low, high = ratio
    half = _half_unit(*ratio)
    least = min(estimate, low) / 100  # a value may round to nothing, but is not 0
    ends = [math.log(max(end, least)) for end in (estimate - half, estimate + half)]
    nearest = 0.0 if ends[0] <= 0 <= ends[1] else min(map(abs, ends))
    narrow = math.log(max(high - half, least) / (low + half))
    wide = math.log((high + half) / max(low - half, least))
    reach = 2 * Z_TWO_SIDED[ci_level] / math.sqrt(2)
    smallest = math.erfc(max(map(abs, ends)) * reach / narrow) if narrow > 0 else 0.0
    return smallest, math.erfc(nearest * reach / wide)


def _p_rules(row: Outcome) -> Iterator[Finding]:
    """The published p value agrees with the one that the interval implies, up to rounding."""
    if row.value is None or row.low is None or row.high is None or row.p_value is None:
        return
    if min(row.value, row.low) <= 0 or row.low >= row.high or row.ci_level not in Z_TWO_SIDED:
        return
    ratio = (row.value, row.low, row.high)
    one_sided = "one-sided" in row.note
    published = (row.p_value, row.p_comparator)
    if p_agreement(ratio, row.ci_level, published, one_sided=one_sided) == "misfit":
        implied = implied_p(*ratio, row.ci_level) / (2 if one_sided else 1)
        yield (
            "p_value",
            "p-fits-interval",
            f"p {row.p_comparator} {row.p_value:g} is printed, but the hazard ratio {row.value:g} "
            f"({row.low:g} to {row.high:g}) implies {implied:.2g}.",
        )


def _p_agree(published: tuple[float, float], implied: tuple[float, float], comparator: str) -> bool:
    """Return whether some published p of a range agrees with some implied p of another."""
    if comparator == "<":
        return implied[0] <= P_FACTOR * published[1]
    if published[0] / P_FACTOR <= implied[1] and implied[0] <= published[1] * P_FACTOR:
        return True
    return _both_large(published, implied) or _both_large(implied, published)


def _both_large(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether some p of 0.05 or more in one range lies close to some p of the other."""
    least, most = max(one[0], 0.05), one[1]
    return most >= least and max(least - other[1], other[0] - most) < P_DIFFERENCE


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
