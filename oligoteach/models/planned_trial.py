"""How many of a trial's patients have had the event when it is analysed, in closed form.

Patients come in evenly over the accrual, the rate of events is constant, nobody is lost, and the
analysis is so many months after the last patient has come in. For anything less simple, such as
dropout, crossover or changing rates, there is ``design.expected_events``, with which this agrees.

Sources
-------
Algebra: the exponential distribution averaged over evenly spread entries.

Validity: constant rates in both arms, so proportional hazards; expected numbers, which a real
trial scatters around.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, positive

#: Below this many events before the last patient is in, the average is that at the middle.
_HARDLY_ANY = 1e-6


def event_share(
    median: float, hazard_ratio: ArrayLike, accrual: float, follow_up: float
) -> FloatArray:
    """Expected share of an arm's patients with the event at the analysis.

    ``1 - exp(-r f) (1 - exp(-r a)) / (r a)`` with the rate ``r = ln 2 / median * hazard_ratio``,
    the accrual ``a`` and the follow-up ``f``; with ``a = 0``, ``1 - exp(-r f)``.

    Parameters
    ----------
    median : float
        Median time to the event without treatment, in months.
    hazard_ratio : array_like
        Ratio of the arm's rate to that; 1 for the control arm.
    accrual : float
        Months over which patients come in evenly, 0 or more.
    follow_up : float
        Months from the last patient in to the analysis, 0 or more.

    Returns
    -------
    ndarray of float
        Shares from 0 to 1, in the shape of ``hazard_ratio``.

    Raises
    ------
    ValueError
        If a value is not a finite number, or not above 0 (for the months, below 0).
    """
    months = positive("median", median, "months")
    entry, rest = _months("accrual", accrual), _months("follow_up", follow_up)
    ratios = np.asarray(hazard_ratio, dtype=np.float64)
    if not np.all(np.isfinite(ratios)) or np.any(ratios <= 0):
        raise ValueError("hazard_ratio holds a value that is not a finite number above 0.")
    rate = math.log(2.0) / months * ratios
    early = rate * entry
    with np.errstate(under="ignore"):
        spread = np.where(
            early > _HARDLY_ANY,
            -np.expm1(-early) / np.maximum(early, _HARDLY_ANY),
            1.0 - early / 2.0,
        )
        return np.asarray(1.0 - np.exp(-rate * rest) * spread)


def _months(name: str, value: float) -> float:
    number = finite(name, value)
    if number < 0:
        raise ValueError(f"{name} is {number:g}; it must be 0 months or more.")
    return number
