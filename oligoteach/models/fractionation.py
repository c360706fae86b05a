"""Biologically effective dose: schedules compared under the linear-quadratic model.

A dose of ``D = n d`` Gy in ``n`` fractions of ``d`` Gy kills as much as other schedules with the
same biologically effective dose, in Gy::

    BED  = n d (1 + d / ab)                       ab: alpha/beta of the tissue, in Gy
    EQD2 = BED / (1 + 2 / ab)                     the dose in 2 Gy fractions with the same effect
    d    = (ab / 2) (sqrt(1 + 4 BED / (n ab)) - 1)           the same effect in n fractions
    n    = BED / (d (1 + d / ab))                            the same effect at d Gy a fraction

Two corrections, each with parameters that are assumptions::

    incomplete repair   BED = n d [1 + (1 + h) d / ab],  h = (2 / n) sum_{k=1}^{n-1} (n - k) phi^k,
                        phi = exp(-ln 2 dT / T_half)         dT: hours from fraction to fraction
                        and for any times t of the fractions
                        h = (2 / n) sum_{i<j} exp(-ln 2 (t_j - t_i) / T_half)
    repopulation        BED = n d (1 + d / ab) - ln 2 max(0, T - T_k) / (alpha T_p)

Functions that return an array are plain algebra, for drawing and for whole dose cubes;
:func:`biological_dose`, :func:`with_incomplete_repair`, :func:`with_repair_between` and
:func:`with_repopulation` return an :class:`Estimate`, which says where the model is left. All take
arrays that broadcast together.

Sources, and what was checked
-----------------------------
BED and EQD2: Fowler 1989, Br J Radiol 62:679, 10.1259/0007-1285-62-740-679 (formula seen in a
specification that cites it; Barendsen 1982, often named as well, was not found). Alpha/beta of 10,
3 and 2 Gy: seen in secondary sources. Range of doses: as :mod:`oligoteach.models.cell_kill` has it
for LQ. The isoeffective dose is algebra. Incomplete repair: Thames 1985, Int J Radiat Biol 47:319;
the formula and its half-time of 1.5 h were **not found** in a source, only recomputed.
Repopulation: Fowler 2010, Br J Radiol, 10.1259/bjr/31372149, for the form; the kick-off of 28 days,
the doubling time of 3 days and alpha of 0.35 per Gy were **not found** and are assumptions.
Test values: ``data/models/spec.json``, ``BED_EQD2``, ``ISO_D``, ``BED_incomplete_repair`` and
``BED_repop``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._doses import above_zero, amounts, fractions
from oligoteach.models._estimate import Estimate, judged
from oligoteach.models._numbers import FloatArray

LN2 = math.log(2.0)

#: Teaching values of alpha/beta in Gy: tumour, late-reacting tissue, spinal cord.
ALPHA_BETA_TUMOUR, ALPHA_BETA_LATE, ALPHA_BETA_CORD = 10.0, 3.0, 2.0
#: Doses per fraction in Gy within which LQ is used without much dispute, and from where it is
#: disputed: the sources give "about 1 to 6 (10) Gy, debated above 8 to 10".
LQ_LOW, LQ_DEBATED, LQ_HIGH = 1.0, 8.0, 10.0
#: Half-time of repair in hours: a teaching value, not found in a source.
REPAIR_HALF_TIME = 1.5
#: Repopulation of a tumour: alpha per Gy, kick-off and doubling time in days. All assumptions.
REPOPULATION_ALPHA, KICK_OFF, DOUBLING_TIME = 0.35, 28.0, 3.0

_LOW = f"Below {LQ_LOW:g} Gy a fraction no source read here vouches for the linear-quadratic model."
_HIGH = (
    f"Above {LQ_HIGH:g} Gy a fraction the linear-quadratic model is disputed: it may overstate the "
    "effect."
)
_DEBATED = (
    f"From {LQ_DEBATED:g} to {LQ_HIGH:g} Gy a fraction it is debated whether the linear-quadratic "
    "model still holds."
)
_REPAIR = (
    "The formula for incomplete repair was recomputed, not found in a source, and the half-time of "
    "repair is an assumption."
)
_REPOPULATION = (
    "Kick-off, doubling time and alpha of repopulation are assumptions; no source for these values "
    "was found."
)
#: Notes that only say what is assumed, wherever the corrections are used.
ASSUMED = (_REPAIR, _REPOPULATION)
_NOTHING_LEFT = (
    "Repopulation takes away more than the whole course gives; there the formula has no meaning."
)


def bed(n_fractions: ArrayLike, dose_per_fraction: ArrayLike, alpha_beta: ArrayLike) -> FloatArray:
    """Biologically effective dose, as plain algebra without the check of its range.

    Parameters
    ----------
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 200.
    dose_per_fraction : array_like of float
        Gy, 0 or more.
    alpha_beta : array_like of float
        Alpha/beta of the tissue in Gy, above 0.

    Returns
    -------
    ndarray of float
        Gy, of the broadcast shape.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    n = fractions(n_fractions)
    d = amounts("dose_per_fraction", dose_per_fraction)
    ab = above_zero("alpha_beta", alpha_beta)
    return np.asarray(n * d * (1.0 + d / ab))


def eqd2_of_bed(bed_gy: ArrayLike, alpha_beta: ArrayLike) -> FloatArray:
    """Total dose in 2 Gy fractions with a given BED.

    Parameters
    ----------
    bed_gy : array_like of float
        BED in Gy, 0 or more.
    alpha_beta : array_like of float
        The alpha/beta in Gy that the BED was worked out with.

    Returns
    -------
    ndarray of float
        Gy.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    ab = above_zero("alpha_beta", alpha_beta)
    return np.asarray(amounts("bed_gy", bed_gy) / (1.0 + 2.0 / ab))


def bed_of_eqd2(eqd2_gy: ArrayLike, alpha_beta: ArrayLike) -> FloatArray:
    """BED of a total dose given in 2 Gy fractions: the inverse of :func:`eqd2_of_bed`."""
    ab = above_zero("alpha_beta", alpha_beta)
    return np.asarray(amounts("eqd2_gy", eqd2_gy) * (1.0 + 2.0 / ab))


def eqd2(n_fractions: ArrayLike, dose_per_fraction: ArrayLike, alpha_beta: ArrayLike) -> FloatArray:
    """Total dose in 2 Gy fractions with the same effect; parameters and errors as :func:`bed`."""
    return eqd2_of_bed(bed(n_fractions, dose_per_fraction, alpha_beta), alpha_beta)


def eqd2_of_total(
    total_dose: ArrayLike, n_fractions: ArrayLike, alpha_beta: ArrayLike
) -> FloatArray:
    """EQD2 of a total dose given in equal fractions, voxel by voxel for a dose cube.

    Parameters
    ----------
    total_dose : array_like of float
        Physical dose of the whole course in Gy, 0 or more, of any shape.
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 200.
    alpha_beta : array_like of float
        Gy, above 0.

    Returns
    -------
    ndarray of float
        Gy. EQD2 isn't linear in dose: the EQD2 of a mean dose is less than the mean EQD2.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    dose = amounts("total_dose", total_dose)
    ab = above_zero("alpha_beta", alpha_beta)
    n = fractions(n_fractions)
    return np.asarray(dose * (ab + dose / n) / (ab + 2.0))


def isoeffective_dose(
    bed_gy: ArrayLike, n_fractions: ArrayLike, alpha_beta: ArrayLike
) -> FloatArray:
    """Dose per fraction that reaches a BED in a given number of fractions.

    Parameters
    ----------
    bed_gy : array_like of float
        BED to reach, in Gy, 0 or more.
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 200.
    alpha_beta : array_like of float
        Gy, above 0.

    Returns
    -------
    ndarray of float
        Dose per fraction in Gy.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    ab = above_zero("alpha_beta", alpha_beta)
    ratio = 4.0 * amounts("bed_gy", bed_gy) / (fractions(n_fractions) * ab)
    # sqrt(1 + x) - 1 loses digits for small x; this form of it does not.
    return np.asarray(0.5 * ab * ratio / (np.sqrt(1.0 + ratio) + 1.0))


def isoeffective_number(
    bed_gy: ArrayLike, dose_per_fraction: ArrayLike, alpha_beta: ArrayLike
) -> FloatArray:
    """Number of fractions that reaches a BED at a given dose per fraction.

    Parameters
    ----------
    bed_gy : array_like of float
        BED to reach, in Gy, 0 or more.
    dose_per_fraction, alpha_beta : array_like of float
        Gy, above 0.

    Returns
    -------
    ndarray of float
        Seldom whole: a real course has to be rounded, and its BED moves with that.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    d = above_zero("dose_per_fraction", dose_per_fraction)
    ab = above_zero("alpha_beta", alpha_beta)
    return np.asarray(amounts("bed_gy", bed_gy) / (d * (1.0 + d / ab)))


def lq_rules(dose_per_fraction: ArrayLike) -> list[tuple[ArrayLike, str]]:
    """Where LQ leaves its range, each with its sentence, for :func:`judged`; no dose is no use."""
    d = np.asarray(dose_per_fraction, dtype=np.float64)
    return [((d > 0) & (d < LQ_LOW), _LOW), (d > LQ_HIGH, _HIGH)]


def lq_notes(dose_per_fraction: ArrayLike) -> tuple[str, ...]:
    """What is debated though inside the range of LQ."""
    d = np.asarray(dose_per_fraction, dtype=np.float64)
    return (_DEBATED,) if bool(np.any((d > LQ_DEBATED) & (d <= LQ_HIGH))) else ()


def biological_dose(
    n_fractions: ArrayLike, dose_per_fraction: ArrayLike, alpha_beta: ArrayLike
) -> Estimate:
    """BED in Gy, with the range of LQ: valid from 1 to 10 Gy a fraction, debated from 8.

    Parameters and errors as :func:`bed`.
    """
    return judged(
        bed(n_fractions, dose_per_fraction, alpha_beta),
        lq_rules(dose_per_fraction),
        notes=lq_notes(dose_per_fraction),
    )


def incomplete_repair_factor(
    n_fractions: ArrayLike, interval: ArrayLike, half_time: ArrayLike = REPAIR_HALF_TIME
) -> FloatArray:
    """Factor h by which damage not yet repaired adds to the quadratic part.

    Parameters
    ----------
    n_fractions : array_like of int
        Number of equally spaced fractions, whole, 1 to 200.
    interval : array_like of float
        Hours from one fraction to the next, 0 or more.
    half_time : array_like of float
        Half-time of repair in hours, above 0.

    Returns
    -------
    ndarray of float
        From 0 (all repaired) to n - 1 (nothing repaired: as one fraction of n d Gy).

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    n = fractions(n_fractions)
    hours = amounts("interval", interval, "h")
    half = above_zero("half_time", half_time, "h")
    phi = np.exp(-LN2 * hours / half)
    total = np.zeros(np.broadcast_shapes(n.shape, phi.shape))
    power = np.ones_like(phi)
    # The sum instead of its closed form, which is 0 / 0 where nothing is repaired.
    for k in range(1, int(n.max())):
        power = power * phi
        total = total + np.maximum(n - k, 0.0) * power
    return np.asarray(2.0 * total / n)


def unrepaired_factor(times: ArrayLike, half_time: ArrayLike = REPAIR_HALF_TIME) -> FloatArray:
    """Factor h as in :func:`incomplete_repair_factor`, for fractions at any times.

    Parameters
    ----------
    times : array_like of float
        Hours at which the fractions are given, in order along the last axis.
    half_time : array_like of float
        Half-time of repair in hours, above 0; broadcast against the other axes.

    Returns
    -------
    ndarray of float
        From 0 (all repaired) to n - 1, without the last axis of ``times``.

    Raises
    ------
    ValueError
        If a value is out of range, or times are not in order.
    """
    hours = amounts("times", times, "h")
    half = above_zero("half_time", half_time, "h")
    gaps = np.diff(hours, axis=-1)
    if np.any(gaps < 0):
        raise ValueError("times are not in order; each must be as late as the one before or later.")
    left = np.zeros(np.broadcast_shapes(hours.shape[:-1], half.shape))
    total = np.zeros_like(left)
    # What is left of all earlier fractions at each one, from the one before.
    for gap in np.moveaxis(gaps, -1, 0):
        left = (left + 1.0) * np.exp(-LN2 * gap / half)
        total = total + left
    return np.asarray(2.0 * total / hours.shape[-1])


def with_incomplete_repair(
    n_fractions: ArrayLike,
    dose_per_fraction: ArrayLike,
    alpha_beta: ArrayLike,
    interval: ArrayLike,
    half_time: ArrayLike = REPAIR_HALF_TIME,
) -> Estimate:
    """BED in Gy when repair isn't complete from one fraction to the next.

    Parameters and errors as :func:`bed` and :func:`incomplete_repair_factor`; the estimate always
    names what is assumed.
    """
    h = incomplete_repair_factor(n_fractions, interval, half_time)
    return _with_unrepaired(n_fractions, dose_per_fraction, alpha_beta, h)


def with_repair_between(
    times: ArrayLike,
    dose_per_fraction: ArrayLike,
    alpha_beta: ArrayLike,
    half_time: ArrayLike = REPAIR_HALF_TIME,
) -> Estimate:
    """BED in Gy of fractions given at any times, as two a day with a night between the days.

    Parameters and errors as :func:`bed` and :func:`unrepaired_factor`; the estimate always names
    what is assumed.
    """
    h = unrepaired_factor(times, half_time)
    return _with_unrepaired(np.shape(times)[-1], dose_per_fraction, alpha_beta, h)


def _with_unrepaired(
    n_fractions: ArrayLike, dose_per_fraction: ArrayLike, alpha_beta: ArrayLike, h: FloatArray
) -> Estimate:
    n = fractions(n_fractions)
    d = amounts("dose_per_fraction", dose_per_fraction)
    ab = above_zero("alpha_beta", alpha_beta)
    values = np.asarray(n * d * (1.0 + (1.0 + h) * d / ab))
    return judged(values, lq_rules(d), notes=(_REPAIR, *lq_notes(d)))


def with_repopulation(
    n_fractions: ArrayLike,
    dose_per_fraction: ArrayLike,
    alpha_beta: ArrayLike,
    days: ArrayLike,
    *,
    alpha: ArrayLike = REPOPULATION_ALPHA,
    kick_off: ArrayLike = KICK_OFF,
    doubling_time: ArrayLike = DOUBLING_TIME,
) -> Estimate:
    """BED in Gy of a tumour that begins to grow again during the course.

    Parameters
    ----------
    n_fractions, dose_per_fraction, alpha_beta : array_like
        As in :func:`bed`.
    days : array_like of float
        From the first to the last fraction, 0 or more: a course on one day has 0.
    alpha : array_like of float
        Radiosensitivity per Gy, above 0.
    kick_off : array_like of float
        Days from the first fraction after which the tumour grows again, 0 or more.
    doubling_time : array_like of float
        Days in which it then doubles, above 0.

    Returns
    -------
    Estimate
        The assumptions are always named. Invalid where nothing would be left of the BED, which is
        then 0, and as :func:`biological_dose`.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    d = amounts("dose_per_fraction", dose_per_fraction)
    full = bed(n_fractions, d, alpha_beta)
    late = np.maximum(amounts("days", days, "days") - amounts("kick_off", kick_off, "days"), 0.0)
    rate = above_zero("alpha", alpha, "per Gy") * above_zero("doubling_time", doubling_time, "days")
    left = full - LN2 * late / rate
    rules = [(left < 0, _NOTHING_LEFT), *lq_rules(d)]
    notes = (_REPOPULATION, *lq_notes(d))
    return judged(np.maximum(left, 0.0), rules, notes=notes)
