"""Checks of doses, fractions and tissue parameters; each failure is a sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray

#: Most fractions of a course that any model here takes.
MAX_FRACTIONS = 200


def _numbers(name: str, values: ArrayLike) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {values!r}; numbers are needed.") from None
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} holds a value that is not a finite number.")
    return array


def amounts(name: str, values: ArrayLike, unit: str = "Gy") -> FloatArray:
    """Return ``values`` as a float array, or raise ``ValueError`` unless finite and 0 or more."""
    array = _numbers(name, values)
    if np.any(array < 0):
        held = f"{float(array.min()):g} {unit}".rstrip()
        raise ValueError(f"{name} holds {held}; it must be 0 or more.")
    return array


def above_zero(name: str, values: ArrayLike, unit: str = "Gy") -> FloatArray:
    """Return ``values`` as a float array, or raise ``ValueError`` unless finite and above 0."""
    array = _numbers(name, values)
    if np.any(array <= 0):
        limit = f"above 0 {unit}".rstrip()
        raise ValueError(f"{name} holds {float(array.min()):g}; it must be {limit}.")
    return array


def fractions(values: ArrayLike, name: str = "n_fractions") -> FloatArray:
    """Return numbers of fractions as floats, or raise ``ValueError`` unless whole, 1 to 200."""
    array = _numbers(name, values)
    wrong = (array < 1) | (array > MAX_FRACTIONS) | (array != np.floor(array))
    if np.any(wrong):
        raise ValueError(
            f"{name} holds {float(array[wrong].flat[0]):g}; it must be a whole number from 1 to "
            f"{MAX_FRACTIONS}."
        )
    return array
