"""How interferon might depend on dose per fraction: a schematic around one published threshold.

Radiotherapy leaves DNA in the cell fluid, which starts interferon through cGAS and STING. Above 12
to 18 Gy in one fraction, depending on the cell line, the enzyme TREX1 was seen to be induced and to
remove that DNA. **Only that threshold is published.** The curve below is assumed: a rise that
saturates, times a fall around the threshold::

    s(d) = d^2 / (k^2 + d^2) / (1 + (d / t)^h)          one fraction of d Gy
    S    = 1 - exp(-n s(d))                             n equal fractions

with k = 4 Gy, t = 15 Gy and h = 8 unless changed. Signals are relative and have no unit. Whatever
changes when k, t or h change is a property of the assumption, not of tumours.

Source
------
Threshold: Vanpouille-Box 2017, Nat Commun 8:15618, 10.1038/ncomms15618 (mice and cell lines).
The form is this course's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, positive

#: Dose per fraction, in Gy, between which TREX1 rises, by cell line (published).
THRESHOLD_LOW, THRESHOLD_HIGH = 12.0, 18.0
#: Largest dose per fraction for which the schematic is drawn, in Gy.
MAX_DOSE = 30.0


@dataclass(frozen=True)
class Shape:
    """The assumed form of the curve.

    Attributes
    ----------
    half_rise : float
        Dose per fraction k in Gy at which the rise is half done.
    half_fall : float
        Dose per fraction t in Gy at which the fall is half done.
    steepness : float
        Exponent h of the fall: the larger, the more sudden.
    """

    half_rise: float = 4.0
    half_fall: float = 15.0
    steepness: float = 8.0

    def __post_init__(self) -> None:
        positive("half_rise", self.half_rise, "Gy")
        positive("half_fall", self.half_fall, "Gy")
        positive("steepness", self.steepness)


ASSUMED = Shape()


def fraction_signal(dose: ArrayLike, shape: Shape = ASSUMED) -> FloatArray:
    """Return the relative signal of one fraction.

    Parameters
    ----------
    dose : array_like of float
        Dose per fraction in Gy, 0 to 30, of any shape.
    shape : Shape
        The assumed form.

    Returns
    -------
    ndarray of float, same shape
        From 0 to 1, without unit.

    Raises
    ------
    ValueError
        For a dose outside 0 to 30 Gy.
    """
    d = np.asarray(dose, dtype=np.float64)
    if not np.all(np.isfinite(d)) or np.any(d < 0) or np.any(d > MAX_DOSE):
        raise ValueError(
            f"The schematic is drawn from 0 to {MAX_DOSE:g} Gy per fraction and is not carried on "
            "beyond."
        )
    rise = d**2 / (shape.half_rise**2 + d**2)
    with np.errstate(under="ignore", over="ignore"):
        signal: FloatArray = rise / (1 + (d / shape.half_fall) ** shape.steepness)
    return signal


def summed_signal(count: int, dose: float, shape: Shape = ASSUMED) -> float:
    """Return the signals of ``count`` equal fractions of ``dose`` Gy, added up."""
    return _count(count) * float(fraction_signal(finite("dose", dose), shape))


def course_signal(count: int, dose: float, shape: Shape = ASSUMED) -> float:
    """Return the relative signal of a course, which saturates at 1.

    Parameters
    ----------
    count : int
        Number of fractions, 1 or more.
    dose : float
        Dose per fraction in Gy, 0 to 30.
    shape : Shape
        The assumed form.

    Returns
    -------
    float
        From 0 to 1, without unit.

    Raises
    ------
    ValueError
        For a count below 1 or not whole, or a dose outside the range.
    """
    return -float(np.expm1(-summed_signal(count, dose, shape)))


def _count(count: int) -> int:
    number = finite("count", count)
    if number < 1 or number != int(number):
        raise ValueError(f"count is {number:g}; it must be a whole number of fractions, 1 or more.")
    return int(number)
