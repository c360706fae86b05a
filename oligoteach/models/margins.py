"""How large a margin a population of patients needs around its target: van Herk's recipe.

Errors of a course of radiotherapy have two parts. The *systematic* part is the same at each
fraction and shifts the dose; over patients it has the standard deviation ``systematic`` (Σ). The
*random* part differs from day to day and blurs the dose; it has the standard deviation ``random``
(σ). The recipe gives the margin at which 90 % of patients get at least a wanted isodose over the
whole clinical target::

    M = 2.5 Σ + b (sqrt(σ² + σp²) − σp),        b = Φ⁻¹(isodose)

with σp the width of the beam's penumbra: 3.2 mm in water, 6.4 mm in lung. ``2.5 Σ + 0.7 σ`` is its
straight line for the 95 % isodose in water. In the mean of n fractions a part of the random error
is left over and acts as a systematic one::

    Σ' = sqrt(Σ² + σ²/n),        σ' = σ sqrt(1 − 1/n)

Breathing along a sinusoid adds to the random part, in quadrature, a standard deviation of
A / (2 √2) for a distance A from peak to peak.

Validity
--------
Errors are Gaussian and alike in three dimensions, the target is rigid and larger than the
penumbra, and patients differ only in their errors. Breathing of more than 10 mm is not Gaussian
enough: the results say so. All lengths are in mm.

Sources
-------
Recipe, its straight line and σp = 3.2 mm: van Herk 2000, Int J Radiat Oncol Biol Phys 47:1121,
10.1016/S0360-3016(00)00518-6 (abstract read). σp = 6.4 mm in lung, b = 0.842 for the 80 % isodose
and the sinusoid: slides of a course, read; van Herk 2004, Semin Radiat Oncol 14:52,
10.1053/j.semradonc.2003.10.003 (first page read). The correction for few fractions is the
statistics of a mean, after Gordon & Siebers 2007, Phys Med Biol 52:1967; its formula was **not
found** in a source that could be read. Nor was the rule of thumb A / 3 for breathing.
:func:`covered` is this course's own inversion of the recipe.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models import _normal
from oligoteach.models._doses import amounts, fractions
from oligoteach.models._estimate import Estimate, judged
from oligoteach.models._numbers import FloatArray, finite

#: Width of the penumbra as a standard deviation, in mm.
PENUMBRA_WATER, PENUMBRA_LUNG = 3.2, 6.4
#: Systematic standard deviations that 90 % of patients lie within, in three dimensions.
SYSTEMATIC_FACTOR = 2.5
#: Random standard deviations in the straight line of the recipe.
RANDOM_FACTOR = 0.7
#: Largest breathing, peak to peak in mm, that may be added as if it were Gaussian.
MOST_BREATHING = 10.0

_BEYOND = f"Breathing of more than {MOST_BREATHING:g} mm is not Gaussian enough for the recipe."
_THIRD = "That a third of the breathing is its standard deviation was not found in a source."


@dataclass(frozen=True)
class Errors:
    """Standard deviations of setup over a population, in mm.

    Attributes
    ----------
    systematic, random : ndarray of float
        Σ and σ, of the same shape.
    """

    systematic: FloatArray
    random: FloatArray


def margin(
    systematic: ArrayLike,
    random: ArrayLike,
    penumbra: ArrayLike = PENUMBRA_WATER,
    isodose: float = 0.95,
) -> FloatArray:
    """Return van Herk's margin for many fractions.

    Parameters
    ----------
    systematic, random : array_like of float
        Σ and σ in mm, 0 or more, of shapes that fit each other.
    penumbra : array_like of float
        σp in mm.
    isodose : float
        Share of the dose that the target's edge shall get, from 0.5 to below 1.

    Returns
    -------
    ndarray of float
        Margin in mm.

    Raises
    ------
    ValueError
        For a negative length, or an isodose outside its range.
    """
    sigma = amounts("systematic", systematic, "mm")
    return np.asarray(SYSTEMATIC_FACTOR * sigma + blur(random, penumbra, isodose))


def blur(
    random: ArrayLike, penumbra: ArrayLike = PENUMBRA_WATER, isodose: float = 0.95
) -> FloatArray:
    """Return the part of the margin, in mm, that random errors take; arguments as above."""
    width = amounts("penumbra", penumbra, "mm")
    spread = np.hypot(amounts("random", random, "mm"), width) - width
    return np.asarray(isodose_factor(isodose) * spread)


def straight_line(systematic: ArrayLike, random: ArrayLike) -> FloatArray:
    """Return 2.5 Σ + 0.7 σ in mm, the recipe's straight line; arguments as for the recipe."""
    sigma = amounts("systematic", systematic, "mm")
    return np.asarray(SYSTEMATIC_FACTOR * sigma + RANDOM_FACTOR * amounts("random", random, "mm"))


def isodose_factor(isodose: float) -> float:
    """Return b = Φ⁻¹(isodose): 1.645 for 95 %, 0.842 for 80 %, 0 for 50 %."""
    share = finite("isodose", isodose)
    if not 0.5 <= share < 1:
        raise ValueError(f"isodose is {share:g}; it must be from 0.5 to below 1 (95 % is 0.95).")
    return _normal.quantile(share)


def few_fractions(systematic: ArrayLike, random: ArrayLike, n_fractions: ArrayLike) -> Errors:
    """Return the errors that act in the sum of a few fractions.

    Parameters
    ----------
    systematic, random : array_like of float
        Σ and σ in mm.
    n_fractions : array_like of int
        Number of fractions, 1 to 200.

    Returns
    -------
    Errors
        With one fraction all of the random error has become systematic.

    Raises
    ------
    ValueError
        For a negative length, or a number of fractions that is not whole or outside 1 to 200.
    """
    n = fractions(n_fractions)
    sd = amounts("random", random, "mm")
    shifted = np.hypot(amounts("systematic", systematic, "mm"), sd / np.sqrt(n))
    return Errors(*np.broadcast_arrays(shifted, sd * np.sqrt(1 - 1 / n)))


def sinusoid_sd(peak_to_peak: ArrayLike) -> FloatArray:
    """Return the standard deviation A / (2 √2) in mm of a sinusoid of A mm from peak to peak."""
    return np.asarray(amounts("peak_to_peak", peak_to_peak, "mm") / (2 * math.sqrt(2)))


def third_of(peak_to_peak: ArrayLike) -> FloatArray:
    """Return A / 3 in mm: a rule of thumb for breathing, not found in a source."""
    return np.asarray(amounts("peak_to_peak", peak_to_peak, "mm") / 3)


def breathing_margin(
    errors: Errors,
    peak_to_peak: ArrayLike,
    penumbra: ArrayLike = PENUMBRA_LUNG,
    isodose: float = 0.8,
    *,
    rule: str = "sinusoid",
) -> Estimate:
    """Return the margin around the mean position of a target that breathes.

    Parameters
    ----------
    errors : Errors
        Setup errors without breathing, in mm.
    peak_to_peak : array_like of float
        Breathing in mm, along the direction of the margin.
    penumbra, isodose
        As for :func:`margin`.
    rule : {'sinusoid', 'third'}
        How breathing becomes a standard deviation: exactly for a sinusoid, or A / 3.

    Returns
    -------
    Estimate
        In mm; not valid above 10 mm of breathing, and said to be so. With the rule of thumb it
        says that this was not found in a source.

    Raises
    ------
    ValueError
        For a negative length, an isodose outside its range, or another rule.
    """
    rules = {"sinusoid": sinusoid_sd, "third": third_of}
    if rule not in rules:
        raise ValueError(f"rule is {rule!r}; it must be one of {', '.join(rules)}.")
    moves = amounts("peak_to_peak", peak_to_peak, "mm")
    spread = np.hypot(errors.random, rules[rule](moves))
    value = margin(errors.systematic, spread, penumbra, isodose)
    notes = (_THIRD,) if rule == "third" else ()
    return judged(value, [(moves > MOST_BREATHING, _BEYOND)], notes=notes)


def covered(
    given: ArrayLike,
    systematic: ArrayLike,
    random: ArrayLike,
    penumbra: ArrayLike = PENUMBRA_WATER,
    isodose: float = 0.95,
) -> FloatArray:
    """Return the share of patients whose whole target gets the isodose within a given margin.

    Parameters
    ----------
    given : array_like of float
        Margin in mm.
    systematic, random, penumbra, isodose
        As for :func:`margin`.

    Returns
    -------
    ndarray of float
        From 0 to 1: the chance that a shift in three dimensions stays within what the margin
        leaves to it. About 0.9 for the recipe's own margin, as 2.5 stands for 2.5003.
    """
    room = amounts("given", given, "mm") - blur(random, penumbra, isodose)
    sigma, room = np.broadcast_arrays(amounts("systematic", systematic, "mm"), room)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = np.where(sigma > 0, room / sigma, np.where(room >= 0, np.inf, -1.0))
    reach = np.maximum(reach, 0.0)
    finite_reach = np.where(np.isfinite(reach), reach, 0.0)
    inside = 1 - 2 * _normal.above(reach) - 2 * finite_reach * _normal.density(finite_reach)
    return np.clip(inside, 0.0, 1.0)


def shift_within(share: ArrayLike) -> FloatArray:
    """Return how many standard deviations long a shift in three dimensions is in ``share`` of all.

    Parameters
    ----------
    share : array_like of float
        Above 0 and below 1.

    Returns
    -------
    ndarray of float
        The quantile of the length of a vector of three standard normal parts: 2.5003 for 0.9.

    Raises
    ------
    ValueError
        For a share outside its range.
    """
    wanted = np.asarray(share, dtype=np.float64)
    if not np.all((wanted > 0) & (wanted < 1)):
        raise ValueError("share holds a value that is not above 0 and below 1.")
    low, high = np.zeros_like(wanted), np.full_like(wanted, 40.0)
    for _ in range(60):  # halves the interval to below the last digit
        middle = (low + high) / 2
        under = covered(middle, 1.0, 0.0) < wanted
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return (low + high) / 2
