"""The standard normal distribution on arrays, without SciPy."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray

_NORMAL = NormalDist()
_ROOT_TWO = math.sqrt(2.0)
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def above(z: ArrayLike) -> FloatArray:
    """Probability of a value above ``z``, with full digits in the far tail."""
    scaled = np.asarray(z, dtype=np.float64) / _ROOT_TWO
    return 0.5 * np.asarray(_erfc(scaled), dtype=np.float64)


def below(z: ArrayLike) -> FloatArray:
    """Probability of a value below ``z``."""
    return above(-np.asarray(z, dtype=np.float64))


def density(z: ArrayLike) -> FloatArray:
    """Density at ``z``."""
    values = np.asarray(z, dtype=np.float64)
    with np.errstate(under="ignore", over="ignore"):
        return np.exp(-0.5 * values * values) / _ROOT_TWO_PI


def two_sided(z: ArrayLike) -> FloatArray:
    """Probability of a value further from 0 than ``z``: the two-sided p value."""
    return 2.0 * above(np.abs(np.asarray(z, dtype=np.float64)))


def quantile(share: float) -> float:
    """Value below which ``share`` of the distribution lies; ``-inf`` at 0 and ``inf`` at 1."""
    if share <= 0.0:
        return -math.inf
    return _NORMAL.inv_cdf(share) if share < 1.0 else math.inf


def critical(tail: float) -> float:
    """Value above which ``tail`` of the distribution lies; exact for the smallest tails."""
    return -quantile(tail)
