"""What a printed confidence interval implies, and whether the printed p value fits it.

If a hazard ratio, its interval and its p value come from the same Wald analysis, they are hardly
more than two facts: on the log scale the interval is the estimate plus and minus a multiple of
one standard error, so the p value can be worked back from the interval.

Sources
-------
Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304,
doi 10.1136/bmj.d2304. Formula and tested values: ``data/models/spec.json``, ``CI_CHECK``.

Validity: Wald intervals of a ratio. A log-rank, stratified or adjusted p value comes from
another analysis and usually differs a little from the Wald one, so agreement is judged with
tolerance, and over all values that round to the printed ones (see :func:`consistent`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Literal

from oligoteach.models._numbers import finite, positive

Comparator = Literal["=", "<"]
Agreement = Literal["fits", "rounding", "misfit"]

#: A printed p value within this factor of the implied one agrees with it.
P_FACTOR = 1.5
#: Two p values of no consequence agree when they are this close.
P_DISTANCE = 0.03
P_NO_CONSEQUENCE = 0.05
#: On the log scale the estimate may lie this far from the middle of its interval.
LOG_OFF_CENTRE = 0.12
#: Decimals to which papers print at least; a final zero is lost in a number such as 0.5.
LEAST_DECIMALS = 2

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Consistency:
    """Whether a ratio, its interval and its p value fit together.

    Attributes
    ----------
    se : float
        Standard error of the log ratio that the interval implies.
    middle : float
        Geometric mean of the limits: where a Wald estimate must lie.
    p_implied : float
        The p value that estimate and interval imply; one-sided if so asked.
    ratio : float
        ``p_implied / p``: how many times larger the implied value is. ``inf`` when p is 0.
    off_centre : float
        ``ln(ratio estimate) - ln(middle)``: 0 for a perfect Wald interval.
    p_range : tuple of float
        Least and largest p value that estimates and limits imply which round to the printed
        ones.
    agreement : {'fits', 'rounding', 'misfit'}
        Whether the p value fits as printed, whether that cannot be told because some of the
        values that round to the printed ones would fit, or whether none would.
    centred : bool
        Whether the estimate lies in the middle of its interval.
    verdict : str
        The judgement in words.
    """

    se: float
    middle: float
    p_implied: float
    ratio: float
    off_centre: float
    p_range: tuple[float, float]
    agreement: Agreement
    centred: bool
    verdict: str

    @property
    def p_fits(self) -> bool:
        """Whether the p value fits the interval as both are printed."""
        return self.agreement == "fits"

    @property
    def fits(self) -> bool:
        """Whether both the p value and the estimate agree with the interval."""
        return self.p_fits and self.centred


def z_value(level: float) -> float:
    """Standard normal quantile that bounds a two-sided interval of ``level`` per cent.

    Parameters
    ----------
    level : float
        Confidence level in per cent, above 1 and below 100; 95 gives 1.959964.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the level is out of range. Levels of 1 or less are refused, because 0.95 is far
        more often a slip for 95 than a level meant.
    """
    level = finite("level", level)
    if not 1 < level < 100:
        raise ValueError(
            f"level is {level:g}; it must be a percentage above 1 and below 100, such as 95."
        )
    return _NORMAL.inv_cdf(0.5 + level / 200.0)


def standard_error(low: float, high: float, level: float = 95.0) -> float:
    """Standard error of a log ratio from the limits of its confidence interval.

    ``SE = (ln high - ln low) / (2 z)``.

    Parameters
    ----------
    low, high : float
        Limits of the ratio, both above 0, ``low`` below ``high``.
    level : float, default 95
        Confidence level in per cent.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a limit or the level is out of range, or the limits are in the wrong order.
    """
    low, high = _limits(low, high)
    return (math.log(high) - math.log(low)) / (2.0 * z_value(level))


def least_events(low: float, high: float, level: float = 95.0) -> float:
    """Least number of events behind a hazard ratio with such an interval.

    With ``d1`` and ``d2`` events in two arms the variance of the log hazard ratio is about
    ``1 / d1 + 1 / d2``, which is never below ``4 / (d1 + d2)``. So there are at least ``4 / SE²``
    events, and about so many if the arms have equally many.

    Parameters
    ----------
    low, high : float
        Limits of the ratio, both above 0, ``low`` below ``high``.
    level : float, default 95
        Confidence level in per cent.

    Returns
    -------
    float
        More than there were patients means that the interval, its level or the number of
        patients cannot be as printed: a patient has at most one first event.

    Raises
    ------
    ValueError
        As :func:`standard_error`.

    Notes
    -----
    Large-sample algebra for a ratio that isn't adjusted; adjustment seldom narrows an interval by
    much.
    """
    return 4.0 / standard_error(low, high, level) ** 2


def geometric_mean(low: float, high: float) -> float:
    """Middle of an interval on the log scale, ``sqrt(low * high)``.

    Parameters
    ----------
    low, high : float
        Limits of the ratio, both above 0, ``low`` below ``high``.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As :func:`standard_error`.
    """
    low, high = _limits(low, high)
    return math.exp((math.log(low) + math.log(high)) / 2.0)


def implied_p(
    hr: float, low: float, high: float, level: float = 95.0, *, one_sided: bool = False
) -> float:
    """P value that a ratio and its interval imply.

    ``p = 2 (1 - Phi(abs(ln hr) / SE))``; the one-sided value is half of it, for a test in the
    direction in which the estimate lies.

    Parameters
    ----------
    hr : float
        The ratio, above 0.
    low, high : float
        Its limits.
    level : float, default 95
        Confidence level in per cent.
    one_sided : bool, default False
        Return the one-sided value.

    Returns
    -------
    float
        In [0, 1], or [0, 0.5] if one-sided.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    hr = positive("hr", hr)
    z = abs(math.log(hr)) / standard_error(low, high, level)
    # erfc keeps its digits in the far tail, where 1 - Phi(z) has none left.
    two_sided = math.erfc(z / math.sqrt(2.0))
    return two_sided / 2.0 if one_sided else two_sided


def consistent(
    hr: float,
    low: float,
    high: float,
    p: float,
    level: float = 95.0,
    *,
    one_sided: bool = False,
    comparator: Comparator = "=",
) -> Consistency:
    """Judge whether a ratio, its interval and its p value fit together.

    The p value fits when it lies within a factor of 1.5 of the implied one, or when one of the
    two is 0.05 or more and they differ by less than 0.03. A value printed as "below p" fits
    when the implied one isn't more than 1.5 times p. Where the printed values do not fit, all
    values that round to them are tried: half a unit of the last printed digit to both sides of
    estimate, limits and p. If some of them fit, it cannot be told; if none does, it is a misfit.
    The ratio and its limits are taken to have as many decimals as the most exact of the three,
    each value at least two. The estimate is centred when it lies within 0.12 of the middle of
    its interval on the log scale. The tolerances are ours: wide enough for most differences
    between log-rank and Wald, and the same for every trial.

    Parameters
    ----------
    hr : float
        The ratio, above 0. It may lie outside its interval; the verdict then says so.
    low, high : float
        Its limits, above 0, in order.
    p : float
        Printed p value, from 0 to 1.
    level : float, default 95
        Confidence level in per cent.
    one_sided : bool, default False
        Whether the printed p value is one-sided.
    comparator : {'=', '<'}, default '='
        How the p value is printed.

    Returns
    -------
    Consistency

    Raises
    ------
    ValueError
        If a value is out of range or the comparator isn't one of the two.
    """
    p = _probability(p)
    if comparator not in ("=", "<"):
        raise ValueError(f"comparator is {comparator!r}; it must be '=' or '<'.")
    hr = positive("hr", hr)
    implied = implied_p(hr, low, high, level, one_sided=one_sided)
    middle = geometric_mean(low, high)
    off_centre = math.log(hr) - math.log(middle)
    around = implied_range(hr, low, high, level, one_sided=one_sided)
    agreement = _agreement(p, (implied, around), comparator)
    centred = abs(off_centre) < LOG_OFF_CENTRE
    return Consistency(
        se=standard_error(low, high, level),
        middle=middle,
        p_implied=implied,
        ratio=implied / p if p > 0 else math.inf,
        off_centre=off_centre,
        p_range=around,
        agreement=agreement,
        centred=centred,
        verdict=_verdict(hr, (low, high), (p, implied, comparator), agreement, centred),
    )


def decimals(*values: float) -> int:
    """Number of decimals of the most exact of some values, at least two.

    Parameters
    ----------
    values : float
        Numbers as printed; of each the first six significant digits count.

    Returns
    -------
    int
    """
    exponents = [Decimal(f"{value:.6g}").normalize().as_tuple().exponent for value in values]
    return max(LEAST_DECIMALS, *(-exponent for exponent in exponents if isinstance(exponent, int)))


def implied_range(
    hr: float, low: float, high: float, level: float = 95.0, *, one_sided: bool = False
) -> tuple[float, float]:
    """Least and largest p value that fit what a printed ratio and interval leave open.

    Every value may lie half a unit of its last printed digit to either side; see
    :func:`decimals`.

    Parameters
    ----------
    hr, low, high, level, one_sided
        As for :func:`implied_p`.

    Returns
    -------
    tuple of float
        Least and largest p value.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    hr, (low, high) = positive("hr", hr), _limits(low, high)
    half = 0.5 * 10.0 ** -decimals(hr, low, high)
    smallest = min(hr, low) / 100.0  # a value may round to nothing, but isn't 0
    logs = [math.log(max(value, smallest)) for value in (hr - half, hr + half)]
    narrow = math.log(max(high - half, smallest)) - math.log(low + half)
    wide = math.log(high + half) - math.log(max(low - half, smallest))
    nearest = 0.0 if logs[0] <= 0.0 <= logs[1] else min(map(abs, logs))
    share = 0.5 if one_sided else 1.0
    reach = 2.0 * z_value(level) / math.sqrt(2.0)
    least = math.erfc(max(map(abs, logs)) * reach / narrow) if narrow > 0 else 0.0
    return share * least, share * math.erfc(nearest * reach / wide)


def _limits(low: float, high: float) -> tuple[float, float]:
    low, high = positive("low", low), positive("high", high)
    if low >= high:
        raise ValueError(f"The interval runs from {low:g} to {high:g}; low must be below high.")
    return low, high


def _probability(p: float) -> float:
    p = finite("p", p)
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p:g}; a p value lies from 0 to 1.")
    return p


def _agreement(
    p: float, implied: tuple[float, tuple[float, float]], comparator: Comparator
) -> Agreement:
    """Judge a printed p against the implied one and its range over rounding."""
    exactly, (least, most) = implied
    if _p_fits((p, p), (exactly, exactly), comparator):
        return "fits"
    # A bound such as "< 0.001" is a limit by convention, not a rounded number.
    half = 0.0 if comparator == "<" else 0.5 * 10.0 ** -decimals(p)
    fits = _p_fits((max(p - half, 0.0), p + half), (least, most), comparator)
    return "rounding" if fits else "misfit"


def _p_fits(
    printed: tuple[float, float], implied: tuple[float, float], comparator: Comparator
) -> bool:
    """Whether some printed p of a range agrees with some implied p of another."""
    if comparator == "<":
        return implied[0] <= P_FACTOR * printed[1]
    within_factor = printed[0] / P_FACTOR <= implied[1] and implied[0] <= printed[1] * P_FACTOR
    return within_factor or _idle(printed, implied) or _idle(implied, printed)


def _idle(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether some p of no consequence in one range lies close to some p of the other."""
    least, most = max(one[0], P_NO_CONSEQUENCE), one[1]
    return most >= least and max(least - other[1], other[0] - most) < P_DISTANCE


def _verdict(
    hr: float,
    limits: tuple[float, float],
    printed: tuple[float, float, Comparator],
    agreement: Agreement,
    centred: bool,
) -> str:
    """One or two sentences on what fits and what doesn't."""
    low, high = limits
    p, implied, comparator = printed
    quoted = f"p {comparator} {p:g}"
    ending = {
        "fits": f", which fits the printed {quoted}.",
        "rounding": f"; whether the printed {quoted} fits cannot be told within rounding.",
        "misfit": f"; the printed {quoted} does not fit.",
    }[agreement]
    first = f"The interval implies p of about {implied:.2g}{ending}"
    if not low <= hr <= high:
        return f"{first} The estimate of {hr:g} lies outside its own interval."
    if not centred:
        return f"{first} The estimate of {hr:g} is not in the middle of its interval."
    return first
