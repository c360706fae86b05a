"""What a printed confidence interval implies, and whether the printed p value fits it.

A hazard ratio, its interval and its p value aren't three facts but hardly more than two: on the
log scale the interval is the estimate plus and minus a multiple of one standard error (Wald),
so the p value can be worked back from the interval.

Sources
-------
Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304,
doi 10.1136/bmj.d2304. Formula and tested values: ``data/models/spec.json``, ``CI_CHECK``.

Validity: Wald intervals of a ratio. A log-rank, stratified or adjusted p value differs a
little from a Wald one, so agreement is judged with tolerance (see :func:`consistent`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from oligoteach.models._numbers import finite, positive

Comparator = Literal["=", "<"]

#: A printed p value within this factor of the implied one agrees with it.
P_FACTOR = 1.5
#: Two p values of no consequence agree when they are this close.
P_DISTANCE = 0.03
P_NO_CONSEQUENCE = 0.05
#: On the log scale the estimate may lie this far from the middle of its interval.
LOG_OFF_CENTRE = 0.12

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
    p_fits, centred : bool
        The two parts of the judgement.
    verdict : str
        The judgement in words.
    """

    se: float
    middle: float
    p_implied: float
    ratio: float
    off_centre: float
    p_fits: bool
    centred: bool
    verdict: str

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
    when the implied one isn't more than 1.5 times p. The estimate is centred when it lies
    within 0.12 of the middle of its interval on the log scale. The tolerances are ours: wide
    enough for rounding and for log-rank against Wald, and the same for every trial.

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
    p_fits = _p_fits(p, implied, comparator)
    centred = abs(off_centre) < LOG_OFF_CENTRE
    return Consistency(
        se=standard_error(low, high, level),
        middle=middle,
        p_implied=implied,
        ratio=implied / p if p > 0 else math.inf,
        off_centre=off_centre,
        p_fits=p_fits,
        centred=centred,
        verdict=_verdict(hr, (low, high), (p, implied, comparator), p_fits, centred),
    )


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


def _p_fits(p: float, implied: float, comparator: Comparator) -> bool:
    if comparator == "<":
        return implied <= P_FACTOR * p
    within_factor = p / P_FACTOR <= implied <= p * P_FACTOR
    both_idle = max(p, implied) >= P_NO_CONSEQUENCE and abs(p - implied) < P_DISTANCE
    return within_factor or both_idle


def _verdict(
    hr: float,
    limits: tuple[float, float],
    printed: tuple[float, float, Comparator],
    p_fits: bool,
    centred: bool,
) -> str:
    """One or two sentences on what fits and what doesn't."""
    low, high = limits
    p, implied, comparator = printed
    quoted = f"p {comparator} {p:g}"
    if p_fits:
        first = f"The interval implies p of about {implied:.2g}, which fits the printed {quoted}."
    else:
        first = f"The interval implies p of about {implied:.2g}; the printed {quoted} does not fit."
    if not low <= hr <= high:
        return f"{first} The estimate of {hr:g} lies outside its own interval."
    if not centred:
        return f"{first} The estimate of {hr:g} is not in the middle of its interval."
    return first
