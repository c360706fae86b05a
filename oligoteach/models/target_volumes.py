"""Volumes of simple targets: a sphere, the sphere swept by breathing, and margins around both.

A tumour of radius r that breathes a distance A along one line fills, over a breath, a sphere
drawn out to a capsule: the internal target volume (ITV)::

    V = 4/3 π r³ + π r² A

A margin m on all sides adds to a convex body of volume V, surface S and integrated mean width B
what Steiner's formula says::

    V(m) = V + S m + B m² + 4/3 π m³

For a capsule that is again a capsule, of radius r + m. Around the mean position of a tumour a
margin that is wider along the line of breathing than across it makes an ellipsoid, and Steiner's
formula, with the ellipsoid as the body and r in place of m, gives the volume of both together.

Validity
--------
Geometry, exact. It takes the tumour for a rigid sphere that moves along a straight line; real
tumours turn, deform and breathe along loops. Lengths are in cm, volumes in cc.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._doses import amounts
from oligoteach.models._numbers import FloatArray

_BALL = 4 / 3 * math.pi
_NOTHING = 1e-100  # cm; the inverse of what is shorter may overflow


@dataclass(frozen=True)
class Body:
    """A convex body as Steiner's formula needs it.

    Attributes
    ----------
    volume : ndarray of float
        V in cc.
    surface : ndarray of float
        S in cm².
    breadth : ndarray of float
        B in cm: the distance of the tangent plane, summed over all directions. 4 π r for a
        sphere of radius r around its centre.
    """

    volume: FloatArray
    surface: FloatArray
    breadth: FloatArray


def sphere_volume(radius: ArrayLike) -> FloatArray:
    """Return the volume in cc of a sphere of so many cm; ValueError for a negative radius."""
    return np.asarray(_BALL * amounts("radius", radius, "cm") ** 3)


def sphere_radius(volume: ArrayLike) -> FloatArray:
    """Return the radius in cm of a sphere of so many cc; ValueError for a negative volume."""
    return np.cbrt(amounts("volume", volume, "cc") / _BALL)


def capsule(radius: ArrayLike, sweep: ArrayLike) -> Body:
    """Return the body that a sphere fills while it moves along a line.

    Parameters
    ----------
    radius : array_like of float
        In cm.
    sweep : array_like of float
        Distance from one end of the movement to the other, in cm.

    Returns
    -------
    Body
        Its volume is that of the ITV.

    Raises
    ------
    ValueError
        For a negative length.
    """
    r, moved = amounts("radius", radius, "cm"), amounts("sweep", sweep, "cm")
    return Body(
        volume=np.asarray(_BALL * r**3 + math.pi * r**2 * moved),
        surface=np.asarray(4 * math.pi * r**2 + 2 * math.pi * r * moved),
        breadth=np.asarray(4 * math.pi * r + math.pi * moved),
    )


def spheroid(across: ArrayLike, along: ArrayLike) -> Body:
    """Return an ellipsoid of revolution, as wide along its axis as across it or wider.

    Parameters
    ----------
    across, along : array_like of float
        Half axes in cm, ``along`` that of the axis of revolution.

    Returns
    -------
    Body

    Raises
    ------
    ValueError
        For a negative length, or where ``along`` is the smaller one.
    """
    a, c = np.broadcast_arrays(amounts("across", across, "cm"), amounts("along", along, "cm"))
    if np.any(c < a):
        raise ValueError("along is smaller than across; the margin along breathing is the wider.")
    focus = np.sqrt((c - a) * (c + a))
    turned, drawn = _over(np.arcsin, focus, c), _over(np.arcsinh, focus, a)
    return Body(
        volume=np.asarray(_BALL * a**2 * c),
        surface=np.asarray(2 * math.pi * a * (a + c**2 * turned)),
        breadth=np.asarray(2 * math.pi * (c + a**2 * drawn)),
    )


def expanded(body: Body, margin: ArrayLike) -> FloatArray:
    """Return the volume in cc of a convex body with a margin of so many cm on all sides.

    Steiner's formula, exact for every convex body; ValueError for a negative margin.
    """
    m = amounts("margin", margin, "cm")
    return np.asarray(body.volume + body.surface * m + body.breadth * m**2 + _BALL * m**3)


def itv_volume(radius: ArrayLike, sweep: ArrayLike) -> FloatArray:
    """Return the volume in cc that a sphere fills while it breathes; arguments of a capsule."""
    return capsule(radius, sweep).volume


def ptv_of_itv(radius: ArrayLike, sweep: ArrayLike, margin: ArrayLike) -> FloatArray:
    """Return the volume in cc of the ITV with a margin of so many cm on all sides."""
    return expanded(capsule(radius, sweep), margin)


def ptv_of_mean_position(radius: ArrayLike, across: ArrayLike, along: ArrayLike) -> FloatArray:
    """Return the volume in cc of a sphere at its mean position with its margins.

    Parameters
    ----------
    radius : array_like of float
        Of the tumour, in cm.
    across, along : array_like of float
        Margins in cm across the line of breathing and along it, the wider one.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        For a negative length, or where ``along`` is the smaller margin.
    """
    return expanded(spheroid(across, along), radius)


def _over(
    curve: Callable[[FloatArray], FloatArray], focus: FloatArray, axis: FloatArray
) -> FloatArray:
    """Return ``curve(focus / axis) / focus``, its limit 1 / axis for a sphere, 0 for no axis."""
    inverse = np.divide(1.0, axis, out=np.zeros_like(axis), where=axis > _NOTHING)
    x = focus * inverse
    return inverse * np.divide(curve(x), x, out=np.ones_like(x), where=x > 0)
