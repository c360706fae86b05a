"""How sure one may be of a hit rate after few decisions.

Somebody says “certain” a number of times and is right a number of times. The share of hits in
the long run is then known only within an interval, which is wide after few decisions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

MAX_DECISIONS = 1000


@dataclass(frozen=True)
class HitRate:
    """A share with the interval of long-run shares that go with it.

    Attributes
    ----------
    right, counted : int
        Hits, and decisions that count.
    share, low, high : float or None
        Share of hits and its limits from 0 to 1; None without a decision.
    """

    right: int
    counted: int
    share: float | None
    low: float | None
    high: float | None


def hit_rate(right: int, counted: int, level: float = 0.95) -> HitRate:
    """Return the share of hits with Wilson's interval.

    Parameters
    ----------
    right : int
        Hits, from 0 to ``counted``.
    counted : int
        Decisions, from 0 to 1000, taken as independent and alike.
    level : float, default 0.95
        Level of the interval, between 0 and 1.

    Returns
    -------
    HitRate

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    With p = right/n and z the normal quantile: centre (p + z²/2n)/(1 + z²/n), half-width
    z/(1 + z²/n)·√(p(1−p)/n + z²/4n²). Wilson EB, Journal of the American Statistical
    Association 1927;22:209-212.

    >>> rate = hit_rate(8, 10)
    >>> round(rate.low, 3), round(rate.high, 3)
    (0.49, 0.943)
    """
    if not 0 <= counted <= MAX_DECISIONS:
        raise ValueError(f"counted is {counted}; it must be from 0 to {MAX_DECISIONS}.")
    if not 0 <= right <= counted:
        raise ValueError(f"right is {right}; it must be from 0 to counted, which is {counted}.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level:g}; it must lie between 0 and 1.")
    if counted == 0:
        return HitRate(right, counted, None, None, None)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, spread = right / counted, z * z / counted
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt((share * (1 - share) + spread / 4) / counted)
    # Without a miss or without a hit the limit is exact; rounding must not move it.
    low = 0.0 if right == 0 else centre - half
    high = 1.0 if right == counted else centre + half
    return HitRate(right, counted, share, low, high)
