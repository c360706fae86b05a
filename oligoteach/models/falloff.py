"""How fast dose falls outside a target: protocol goals by target volume, and indices of a plan.

The protocols RTOG 0813 and 0915 give, for eleven volumes of the planning target (PTV), what a
plan may reach without a deviation and with a minor one: R50 (volume of the 50 % isodose over that
of the PTV), D2cm (largest dose 2 cm from the PTV, in per cent of the planned dose) and the share
of lung that gets 20 Gy. Between two volumes they are read off a straight line. **Below 1.8 and
above 163 cc there is no value, and none is made up.**

For a sphere, R50 is also a distance: from the PTV's edge, at R, to that of the 50 % isodose, at
R R50^(1/3).

Validity
--------
PTVs of 1.8 to 163 cc, photons, lung. The values were seen in two independent copies of the table
in program code (one of which has a slip at 70 cc), **not in the protocol itself**; they are
unverified.

Sources
-------
RTOG 0813 and 0915; their reports are Bezjak 2019, 10.1200/JCO.18.00622, and Videtic 2015,
10.1016/j.ijrobp.2015.07.2260. Conformity: Paddick 2000, J Neurosurg 93 Suppl 3:219,
10.3171/jns.2000.93.supplement_3.0219 (seen quoted); gradient index: Paddick & Lippitz 2006,
10.3171/sup.2006.105.7.194 (abstract read).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._doses import above_zero, amounts
from oligoteach.models._numbers import FloatArray
from oligoteach.models.target_volumes import sphere_radius

#: PTV in cc; R50 without and with a minor deviation; D2cm in per cent likewise.
TABLE: FloatArray = np.array(
    [
        (1.8, 5.9, 7.5, 50, 57),
        (3.8, 5.5, 6.5, 50, 57),
        (7.4, 5.1, 6.0, 50, 58),
        (13.2, 4.7, 5.8, 50, 58),
        (22, 4.5, 5.5, 54, 63),
        (34, 4.3, 5.3, 58, 68),
        (50, 4.0, 5.0, 62, 77),
        (70, 3.5, 4.8, 66, 86),
        (95, 3.3, 4.4, 70, 89),
        (126, 3.1, 4.0, 73, 91),
        (163, 2.9, 3.7, 77, 94),
    ]
)
TABLE.setflags(write=False)
SMALLEST, LARGEST = float(TABLE[0, 0]), float(TABLE[-1, 0])
#: The same for all volumes: lung at 20 Gy in per cent, and volume of 100 % over PTV.
LUNG_V20, R100 = (10.0, 15.0), (1.2, 1.5)


@dataclass(frozen=True)
class Limit:
    """What a plan may reach: without a deviation below ``none``, with a minor one below ``minor``.

    Attributes
    ----------
    none, minor : ndarray of float
        Not a number where the table has no value.
    """

    none: FloatArray
    minor: FloatArray


@dataclass(frozen=True)
class Goals:
    """The protocols' goals for a PTV.

    Attributes
    ----------
    r50 : Limit
        Volume of the 50 % isodose over that of the PTV.
    d2cm : Limit
        Per cent of the planned dose.
    valid : ndarray of bool
        False where the PTV lies outside the table.
    warnings : tuple of str
        One sentence where a PTV lies outside; empty otherwise.
    """

    r50: Limit
    d2cm: Limit
    valid: NDArray[np.bool_]
    warnings: tuple[str, ...]


def goals(ptv: ArrayLike) -> Goals:
    """Return the goals for a PTV, read off straight lines between the table's volumes.

    Parameters
    ----------
    ptv : array_like of float
        Volume in cc.

    Returns
    -------
    Goals
        Not a number, and said to be outside, below 1.8 and above 163 cc.

    Raises
    ------
    ValueError
        For a negative volume.
    """
    volume = amounts("ptv", ptv, "cc")
    valid = (volume >= SMALLEST) & (volume <= LARGEST)
    columns = [
        np.where(valid, np.interp(volume, TABLE[:, 0], TABLE[:, column]), np.nan)
        for column in range(1, 5)
    ]
    beyond = (
        f"The table goes from {SMALLEST:g} to {LARGEST:g} cc; outside it has no goal to read off.",
    )
    return Goals(
        Limit(columns[0], columns[1]),
        Limit(columns[2], columns[3]),
        np.asarray(valid),
        () if bool(np.all(valid)) else beyond,
    )


def deviation(reached: ArrayLike, limit: Limit) -> NDArray[np.str_]:
    """Return how a plan's value stands to a limit.

    Parameters
    ----------
    reached : array_like of float
        R50 or D2cm of a plan.
    limit : Limit
        For its PTV.

    Returns
    -------
    ndarray of str
        ``none`` below the first limit, ``minor`` below the second, else ``major``; and
        ``no goal`` where the table has none.
    """
    value = amounts("reached", reached, "")
    words = np.where(value < limit.none, "none", np.where(value < limit.minor, "minor", "major"))
    return np.where(np.isnan(limit.none), "no goal", words)


def half_dose_radius(ptv: ArrayLike, r50: ArrayLike) -> FloatArray:
    """Return the radius in cm of the 50 % isodose around a spherical PTV.

    Parameters
    ----------
    ptv : array_like of float
        Volume in cc.
    r50 : array_like of float
        Volume of the 50 % isodose over that of the PTV.
    """
    return np.asarray(sphere_radius(ptv) * np.cbrt(amounts("r50", r50, "")))


def gradient_distance(ptv: ArrayLike, r50: ArrayLike) -> FloatArray:
    """Return the distance in cm from a spherical PTV's edge to that of the 50 % isodose."""
    return np.asarray(half_dose_radius(ptv, r50) - sphere_radius(ptv))


def paddick_conformity(target: ArrayLike, isodose: ArrayLike, both: ArrayLike) -> FloatArray:
    """Return Paddick's conformity index.

    Parameters
    ----------
    target, isodose, both : array_like of float
        Volume of the target, of the isodose that the plan is meant for, and of the part of the
        target within it, in cc.

    Returns
    -------
    ndarray of float
        ``both² / (target · isodose)``: 1 where both coincide, 0 where they are apart.

    Raises
    ------
    ValueError
        For an empty target or isodose, or a part that is larger than either.
    """
    tv, piv = above_zero("target", target, "cc"), above_zero("isodose", isodose, "cc")
    within = amounts("both", both, "cc")
    if np.any(within > np.minimum(tv, piv)):
        raise ValueError("both is larger than the target or the isodose that it is a part of.")
    return np.asarray(within**2 / (tv * piv))


def volume_ratio(isodose: ArrayLike, reference: ArrayLike) -> FloatArray:
    """Return the volume of an isodose over another: R50 over the PTV, GI over the 100 % isodose.

    Parameters
    ----------
    isodose, reference : array_like of float
        In cc; the reference above 0.
    """
    return np.asarray(amounts("isodose", isodose, "cc") / above_zero("reference", reference, "cc"))
