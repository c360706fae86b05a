"""A dose cube moved, blurred, weighed and converted: what happens between plan and patient.

Cubes are arrays with axes z, y, x on a regular grid. A rigid error of setup moves the dose
through the patient; the move may be a part of a voxel, and is then a linear interpolation.
Breathing along one axis blurs the dose: each point of what moves sees the dose at all places that
it passes, weighted by the time it spends there. Both are one filter, the *taps*. The dose itself
is taken not to change with the move (the static dose cloud); near the surface and in lung that is
an approximation.

Sources
-------
Time spent by a sinusoid: the arcsine density, whose standard deviation is 0.354 of the
peak-to-peak amplitude (``MARGIN_resp`` in ``data/models/spec.json``). Equivalent dose: ``BED_EQD2``
there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._numbers import FloatArray, finite, positive

Cube = NDArray[np.float32]
#: A cube that is mostly 0: places in the flattened grid, rising, and the doses there.
SparseCube = tuple[NDArray[np.intp], NDArray[np.float32]]


@dataclass(frozen=True)
class Taps:
    """A filter along one axis: ``out[i] = sum_k weights[k] * cube[i - (first + k)]``.

    Attributes
    ----------
    first : int
        Move in voxels of the first weight.
    weights : ndarray of float
        Shares that add up to 1.
    """

    first: int
    weights: FloatArray

    @property
    def still(self) -> bool:
        """Whether nothing changes."""
        return self.first == 0 and len(self.weights) == 1


def taps(shift: float, amplitude: float = 0.0) -> Taps:
    """Return the filter of a shift and of a sinusoidal motion about it.

    Parameters
    ----------
    shift : float
        How far the dose moves along the axis, in voxels.
    amplitude : float
        Peak to peak, in voxels; 0 for none.

    Returns
    -------
    Taps
        For linear interpolation between voxels: each weight is the mean, over the motion, of
        ``max(0, 1 - |move - k|)``. The interpolation itself blurs too: a shift by half a voxel
        and a motion come out wider by up to a sixth of a voxel squared in variance.
    """
    move, half = finite("shift", shift), finite("amplitude", amplitude) / 2
    if half < 0:
        raise ValueError(f"amplitude is {2 * half:g}; it must be 0 or more, peak to peak.")
    first, last = int(np.floor(move - half)), int(np.ceil(move + half))
    places: FloatArray = np.arange(first, last + 1, dtype=np.float64)
    if half < 1e-6:
        weights = np.clip(1 - np.abs(move - places), 0, None)
    else:
        weights = _time_near(places - move, half)
    kept = np.flatnonzero(weights > 1e-9)
    first, weights = first + int(kept[0]), weights[kept[0] : kept[-1] + 1]
    return Taps(first, weights / weights.sum())


def _time_near(places: FloatArray, half: float) -> FloatArray:
    """Return the mean of ``max(0, 1 - |u - k|)`` for u on a sinusoid of this half amplitude."""

    def time(u: FloatArray) -> FloatArray:  # share of the time below u
        return np.asarray(0.5 + np.arcsin(np.clip(u / half, -1, 1)) / np.pi)

    def moment(u: FloatArray) -> FloatArray:  # its first moment up to u
        return np.asarray(
            -np.sqrt(np.clip(half**2 - np.clip(u, -half, half) ** 2, 0, None)) / np.pi
        )

    below, at, above = places - 1, places, places + 1
    rising = moment(at) - moment(below) + (1 - places) * (time(at) - time(below))
    falling = (1 + places) * (time(above) - time(at)) - (moment(above) - moment(at))
    return np.asarray(rising + falling)


def filtered(cube: Cube, axis: int, by: Taps) -> Cube:
    """Return the cube filtered along an axis; what comes from beyond the grid is 0.

    Parameters
    ----------
    cube : ndarray of float32, shape (z, y, x)
        Dose in Gy.
    axis : int
        0 for z, 1 for y, 2 for x.
    by : Taps
        The filter.
    """
    if by.still:
        return cube
    out = np.zeros_like(cube)
    length = cube.shape[axis]
    for move, weight in enumerate(by.weights, by.first):
        if abs(move) >= length:
            continue
        to = [slice(None)] * 3
        source = [slice(None)] * 3
        to[axis] = slice(max(move, 0), length + min(move, 0))
        source[axis] = slice(max(-move, 0), length + min(-move, 0))
        out[tuple(to)] += cube[tuple(source)] * np.float32(weight)
    return out


def shifted(cube: Cube, voxels: tuple[float, float, float]) -> Cube:
    """Return the cube moved by so many voxels along z, y and x; parts of a voxel are allowed."""
    for axis, move in enumerate(voxels):
        cube = filtered(cube, axis, taps(move))
    return cube


def weighed(beams: Sequence[SparseCube], weights: ArrayLike, shape: tuple[int, ...]) -> Cube:
    """Return the sum of the beams, each multiplied by its weight.

    Parameters
    ----------
    beams : sequence of (ndarray of int, ndarray of float32)
        For each beam the places that it reaches and its doses there, in Gy.
    weights : array_like, shape (beams,)
        0 drops a beam, 1 keeps it as planned.
    shape : tuple of int
        Of the grid.

    Raises
    ------
    ValueError
        With a sentence, unless there is one weight of 0 or more for each beam.
    """
    each = np.asarray(weights, dtype=np.float32)
    if each.shape != (len(beams),):
        raise ValueError(f"There are {len(beams)} beams and {each.size} weights.")
    if not np.all(np.isfinite(each)) or np.any(each < 0):
        raise ValueError("A weight is negative or not a number; it must be 0 or more.")
    found = np.zeros(shape, dtype=np.float32)
    for beam, weight in zip(beams, each, strict=True):
        if weight:
            add_beam(found, beam, weight)
    return found


def add_beam(cube: Cube, beam: SparseCube, weight: float) -> None:
    """Add a beam to a cube in place, multiplied by its weight."""
    places, doses = beam
    cube.reshape(-1)[places] += doses * np.float32(weight)


def eqd2_of_dose(dose: ArrayLike, n_fractions: int, alpha_beta: float) -> NDArray[np.floating]:
    """Return the equivalent dose in 2 Gy fractions of every voxel.

    Parameters
    ----------
    dose : array_like
        Total physical dose in Gy, any shape.
    n_fractions : int
        Number of equal fractions it is given in.
    alpha_beta : float
        In Gy.

    Returns
    -------
    ndarray
        ``d (d / n_fractions + alpha_beta) / (2 + alpha_beta)``, same shape; in single precision
        where the dose is.
    """
    total = np.asarray(dose)
    if not np.issubdtype(total.dtype, np.floating):
        total = total.astype(np.float64)
    n, ab = positive("n_fractions", n_fractions), positive("alpha_beta", alpha_beta, "Gy")
    kind = total.dtype.type
    return np.asarray(total * (total * kind(1 / n) + kind(ab)) * kind(1 / (2 + ab)))
