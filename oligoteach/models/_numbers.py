"""Checks of numeric input that every model shares; each failure is a sentence."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def finite(name: str, value: float) -> float:
    """Return ``value`` as a float, or raise ``ValueError`` unless it is a finite number."""
    if isinstance(value, (bool, str)):
        raise ValueError(f"{name} is {value!r}; a number is needed.")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}; a number is needed.") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} is {number}; a finite number is needed.")
    return number


def positive(name: str, value: float, unit: str = "") -> float:
    """Return ``value`` as a float, or raise ``ValueError`` unless it is finite and above zero."""
    number = finite(name, value)
    if number <= 0:
        raise ValueError(f"{name} is {number:g}; it must be above 0{f' {unit}' if unit else ''}.")
    return number


def share(name: str, value: float, *, ends: bool = False) -> float:
    """Return ``value`` as a float between 0 and 1, or raise ``ValueError``.

    ``ends`` tells whether 0 and 1 themselves are allowed.
    """
    number = finite(name, value)
    inside = 0 <= number <= 1 if ends else 0 < number < 1
    if not inside:
        wording = "from 0 to 1" if ends else "above 0 and below 1"
        raise ValueError(f"{name} is {number:g}; it must be {wording} (42.3 % is 0.423).")
    return number


def times(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as a float array, or raise ``ValueError`` unless finite and >= 0."""
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} holds a value that is not a finite number of months.")
    if np.any(array < 0):
        raise ValueError(f"{name} holds {float(array.min()):g}; months count from 0 upwards.")
    return array
