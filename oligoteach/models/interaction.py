"""Two ratios from separate groups, and whether they differ from each other.

That one is significant and the other is not does not show that they differ. The difference of
their logs does, or does not, with the standard errors that their intervals hold. Algebra: logs of
estimates from separate patients, of which the variances add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from oligoteach.models._numbers import finite, positive
from oligoteach.models.intervals import standard_error, z_value


@dataclass(frozen=True)
class Ratio:
    """A printed ratio with the limits of its confidence interval."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        positive("The ratio", self.value)
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"The ratio {self.value:g} is outside its interval, {self.low:g} to {self.high:g}."
            )


@dataclass(frozen=True)
class Interaction:
    """A ratio of two ratios.

    Attributes
    ----------
    value, low, high : float
        With its interval.
    p : float
        Two-sided, of no difference between the two.
    """

    value: float
    low: float
    high: float
    p: float


def interaction(one: Ratio, other: Ratio, level: float = 95.0, times: float = 1.0) -> Interaction:
    """Return one ratio over another from separate patients.

    ``SE**2 = (SE_one**2 + SE_other**2) / times``.

    Parameters
    ----------
    one, other : Ratio
        As printed.
    level : float, default 95
        Level of all intervals, in per cent.
    times : float, default 1
        How many times as many patients, with the same two ratios: a thought experiment.

    Returns
    -------
    Interaction

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    if finite("times", times) < 1:
        raise ValueError(f"times is {times:g}; it must be 1 or more.")
    spread = math.hypot(
        standard_error(one.low, one.high, level), standard_error(other.low, other.high, level)
    ) / math.sqrt(times)
    log, reach = math.log(one.value / other.value), z_value(level) * spread
    p = math.erfc(abs(log) / spread / math.sqrt(2))
    return Interaction(math.exp(log), math.exp(log - reach), math.exp(log + reach), p)


def chance_to_differ(one: Ratio, other: Ratio, level: float = 95.0, times: float = 1.0) -> float:
    """Return how often new trials would find a difference, were the two ratios the truth.

    ``Φ(z − c) + Φ(−z − c)`` with ``z = |ln ratio| / SE`` and ``c`` the quantile of the level.

    Parameters
    ----------
    one, other, level, times
        As for :func:`interaction`.

    Returns
    -------
    float
        Share of trials with a p value below ``1 - level / 100``.
    """
    between = interaction(one, other, level, times)
    c = z_value(level)
    spread = math.log(between.high / between.low) / (2 * c)
    z = abs(math.log(between.value)) / spread
    return sum(math.erfc((c - side) / math.sqrt(2)) / 2 for side in (z, -z))


def narrowed(ratio: Ratio, times: float, level: float = 95.0) -> Ratio:
    """Return a ratio with the interval that ``times`` as many patients would give it.

    Parameters
    ----------
    ratio : Ratio
        As printed.
    times : float
        1 or more.
    level : float, default 95
        Level of the interval, in per cent.
    """
    if finite("times", times) < 1:
        raise ValueError(f"times is {times:g}; it must be 1 or more.")
    if times == 1:
        return ratio
    reach = z_value(level) * standard_error(ratio.low, ratio.high, level) / math.sqrt(times)
    return Ratio(ratio.value, ratio.value * math.exp(-reach), ratio.value * math.exp(reach))
