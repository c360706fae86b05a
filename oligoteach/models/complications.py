"""Complications by dose: chance of radiation pneumonitis and others, and limits for the cord.

Doses are in Gy. ``D_i`` and ``v_i`` are the bins of a differential dose-volume histogram, with
``sum v_i = 1``::

    mean lung dose       NTCP = 1 / (1 + exp(-(b0 + b1 MLD)))
    Lyman-Kutcher-Burman gEUD = (sum v_i D_i^(1/n))^n
                         NTCP = Phi((gEUD - TD50) / (m TD50))
    spinal cord          a table of published limits, two columns that are never merged

Sources, and what was checked
-----------------------------
Mean lung dose: Marks 2010 (QUANTEC), Int J Radiat Oncol Biol Phys 76(3S):S70,
10.1016/j.ijrobp.2009.06.091 (seen in secondary sources). Conventional fractionation; not validated
for stereotactic radiotherapy.
Lyman-Kutcher-Burman: the lung with n = 1 from Seppenwoolde 2003, Int J Radiat Oncol Biol Phys
55:724, 10.1016/S0360-3016(02)03986-X (abstract read); the other sets from Burman 1991,
10.1016/0360-3016(91)90172-Z (seen in tables that cite it). The histogram is taken to be in EQD2
with alpha/beta 3 Gy; that the parameters were fitted so was **not found** in the abstract.
Cord: Sahgal 2021 (HyTEC), Int J Radiat Oncol Biol Phys 110:124, 10.1016/j.ijrobp.2019.09.038 (seen
in secondary sources), highest point dose for 1 to 5 % myelopathy, never irradiated before. For one
fraction 12.4 to 14 Gy is given; from 2 fractions on the values of the thecal sac or planning volume
are the published ones, and those of the true cord are extrapolations by the linear-quadratic model.
Test values: ``data/models/spec.json``, ``NTCP_QUANTEC_lung``, ``NTCP_LKB`` and ``CORD_HyTEC``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._doses import above_zero, amounts, fractions
from oligoteach.models._estimate import Estimate, judged
from oligoteach.models._normal import below
from oligoteach.models._numbers import FloatArray, positive
from oligoteach.models.fractionation import ALPHA_BETA_CORD, eqd2_of_total

#: QUANTEC: intercept, and slope per Gy of mean lung dose; the largest dose checked here.
LUNG_INTERCEPT, LUNG_SLOPE, LUNG_CHECKED = -3.87, 0.126, 27.0
#: Conventional fractionation in Gy.
CONVENTIONAL = (1.8, 2.0)

Column = Literal["true cord", "thecal sac or PRV"]

#: Highest point dose in Gy in 1, 2, 3, 4 and 5 fractions. Two structures: never merge them.
CORD_LIMITS: dict[Column, tuple[float, ...]] = {
    "true cord": (14.0, 19.3, 23.1, 26.2, 28.8),
    "thecal sac or PRV": (12.4, 17.0, 20.3, 23.0, 25.3),
}

_CONVENTIONAL = (
    f"The model is for conventional fractionation ({CONVENTIONAL[0]:g} to {CONVENTIONAL[1]:g} Gy a "
    "fraction); it was not validated for stereotactic radiotherapy."
)
_UNCHECKED = f"Above a mean lung dose of {LUNG_CHECKED:g} Gy no value of this model was checked."
_LKB = (
    "The histogram is taken to be in EQD2 with alpha/beta 3 Gy, which was not confirmed in a "
    "source; no source read here vouches for these parameters at large doses per fraction."
)
_CORD = "For 1 to 5 % myelopathy in a cord that was never irradiated before."
_EXTRAPOLATED = (
    "The values of the true cord in 2 to 5 fractions are extrapolations by the linear-quadratic "
    "model."
)


@dataclass(frozen=True)
class Organ:
    """Parameters of Lyman, Kutcher and Burman for one organ.

    Attributes
    ----------
    n : float
        Volume effect, above 0: 1 for the mean dose, close to 0 for the highest dose.
    m : float
        Spread of the tolerance, relative to TD50, above 0.
    td50 : float
        Uniform EQD2 in Gy to the whole organ at which half have the complication, above 0.
    source : str
        Where the set comes from.
    """

    n: float
    m: float
    td50: float
    source: str = ""

    def __post_init__(self) -> None:
        positive("n", self.n)
        positive("m", self.m)
        positive("td50", self.td50, "Gy")


ORGANS: dict[str, Organ] = {
    "lung_Seppenwoolde": Organ(1.0, 0.37, 30.8, "Seppenwoolde 2003, abstract read"),
    "lung_Burman": Organ(0.87, 0.18, 24.5, "Burman 1991, seen in secondary sources"),
    "oesoph_Burman": Organ(0.06, 0.11, 68.0, "Burman 1991, seen in secondary sources"),
    "heart_Burman": Organ(0.35, 0.10, 48.0, "Burman 1991, seen in secondary sources"),
}


def pneumonitis(mean_lung_dose: ArrayLike, dose_per_fraction: ArrayLike = 2.0) -> Estimate:
    """Chance of symptomatic radiation pneumonitis by mean lung dose (QUANTEC).

    Parameters
    ----------
    mean_lung_dose : array_like of float
        Gy, physical or EQD2, 0 or more.
    dose_per_fraction : array_like of float
        Gy to the tumour, above 0; only to check the range.

    Returns
    -------
    Estimate
        Shares from 0 to 1; at no dose the formula still gives 2 %. Invalid unless 1.8 to 2 Gy a
        fraction were given, and above 27 Gy.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    dose = amounts("mean_lung_dose", mean_lung_dose)
    d = above_zero("dose_per_fraction", dose_per_fraction)
    values = np.asarray(1.0 / (1.0 + np.exp(-(LUNG_INTERCEPT + LUNG_SLOPE * dose))))
    other = (d < CONVENTIONAL[0]) | (d > CONVENTIONAL[1])
    return judged(values, [(other, _CONVENTIONAL), (dose > LUNG_CHECKED, _UNCHECKED)])


def geud(dose: ArrayLike, volume: ArrayLike, n: float) -> FloatArray:
    """Generalised equivalent uniform dose of a differential histogram.

    Parameters
    ----------
    dose : array_like of float, shape (..., k)
        Dose of each bin in Gy, 0 or more.
    volume : array_like of float, shape (k,) or broadcasting to ``dose``
        Volume of each bin in any unit, 0 or more, not all 0; it is normalised here.
    n : float
        Volume effect, above 0.

    Returns
    -------
    ndarray of float, shape (...)
        Gy, between the lowest and the highest dose of a bin that has volume.

    Raises
    ------
    ValueError
        If a value is out of range or the shapes do not fit.
    """
    exponent = 1.0 / positive("n", n)
    doses = np.atleast_1d(amounts("dose", dose))
    volumes = np.atleast_1d(amounts("volume", volume, ""))
    try:
        doses, volumes = np.broadcast_arrays(doses, volumes)
    except ValueError:
        raise ValueError(
            f"dose has the shape {doses.shape} and volume {volumes.shape}; each bin of dose needs "
            "one volume."
        ) from None
    total = volumes.sum(axis=-1)
    if np.any(total <= 0):
        raise ValueError("volume is 0 in every bin; at least one bin has to hold some.")
    # Relative to the highest dose that any volume has: a large exponent neither overflows nor
    # leaves nothing.
    doses = np.where(volumes > 0, doses, 0.0)
    top = doses.max(axis=-1, keepdims=True)
    relative = np.divide(doses, top, out=np.zeros_like(doses), where=top > 0)
    with np.errstate(under="ignore"):
        mean = (volumes * relative**exponent).sum(axis=-1) / total
    return np.asarray(top[..., 0] * mean**n)


def lkb_of_geud(geud_gy: ArrayLike, organ: Organ) -> Estimate:
    """Chance of a complication from a generalised equivalent uniform dose.

    Parameters
    ----------
    geud_gy : array_like of float
        From :func:`geud` with the organ's ``n``, in Gy of EQD2, 0 or more.
    organ : Organ
        Such as ``ORGANS["lung_Seppenwoolde"]``.

    Returns
    -------
    Estimate
        Shares from 0 to 1, with the note what the histogram is taken to be.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    dose = amounts("geud_gy", geud_gy)
    return judged(below((dose - organ.td50) / (organ.m * organ.td50)), notes=(_LKB,))


def lkb(dose: ArrayLike, volume: ArrayLike, organ: Organ) -> Estimate:
    """Chance of a complication from a differential histogram in EQD2.

    Parameters and errors as :func:`geud`; the result as :func:`lkb_of_geud`.
    """
    return lkb_of_geud(geud(dose, volume, organ.n), organ)


def cord_limit(n_fractions: ArrayLike, column: Column) -> Estimate:
    """Published limit of the highest point dose to the cord, in Gy of the whole course.

    Parameters
    ----------
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 5.
    column : {'true cord', 'thecal sac or PRV'}
        Which structure was contoured. The two columns are not to be mixed.

    Returns
    -------
    Estimate
        Invalid for the true cord in 2 to 5 fractions, where the value is an extrapolation.

    Raises
    ------
    ValueError
        For another number of fractions or another column.
    """
    if column not in CORD_LIMITS:
        raise ValueError(f"column is {column!r}; it must be one of {', '.join(CORD_LIMITS)}.")
    n = fractions(n_fractions)
    if np.any(n > len(CORD_LIMITS[column])):
        raise ValueError(
            f"n_fractions holds {float(n.max()):g}; limits were published for 1 to 5 fractions."
        )
    values = np.asarray(CORD_LIMITS[column])[n.astype(np.int64) - 1]
    extrapolated = (n > 1) & (column == "true cord")
    return judged(np.asarray(values), [(extrapolated, _EXTRAPOLATED)], notes=(_CORD,))


def cord_limit_eqd2(n_fractions: ArrayLike, column: Column) -> Estimate:
    """The limit of :func:`cord_limit` in 2 Gy fractions, with alpha/beta 2 Gy."""
    limit = cord_limit(n_fractions, column)
    values = eqd2_of_total(limit.values, n_fractions, ALPHA_BETA_CORD)
    return replace(limit, values=values)
