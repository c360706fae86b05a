"""Structures on a dose grid: contours to voxel weights, and what lies within a distance.

A structure comes as closed contours in parallel planes. What it gets of each voxel is worked out
as a share, so that small structures keep their volume: along x the share is exact, along y each
voxel is read on several lines, along z each contour stands for a slab that reaches half-way to
its neighbours. Where contours of one plane overlap, the inner one is a hole (even-odd rule).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oligoteach.models._numbers import FloatArray, positive

LINES = 4  # on which each row of voxels is read


@dataclass(frozen=True)
class Axes:
    """Centres of a grid's voxels in mm: rising, along x and y evenly spaced."""

    x: FloatArray
    y: FloatArray
    z: FloatArray

    @property
    def voxel_cc(self) -> float:
        """Volume in cc of a voxel; of a middling one where planes are unevenly spaced."""
        return float(_step(self.x) * _step(self.y) * np.median(np.diff(edges(self.z)))) / 1000


def edges(centres: FloatArray) -> FloatArray:
    """Return the borders between slabs that reach half-way to their neighbours.

    Parameters
    ----------
    centres : ndarray of float, shape (n,)
        Rising.

    Returns
    -------
    ndarray of float, shape (n + 1,)
        The outermost slabs are as thick on the outside as on the inside; a single one is given
        3 mm.
    """
    if len(centres) == 1:
        return np.array([centres[0] - 1.5, centres[0] + 1.5])
    middles = (centres[:-1] + centres[1:]) / 2
    first, last = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return np.concatenate(([first], middles, [last]))


def voxel_weights(
    contours: Mapping[float, Sequence[NDArray[np.floating]]],
    axes: Axes,
    max_gap: float = 0.0,
) -> NDArray[np.float32]:
    """Return the share of each voxel that lies in a structure.

    Parameters
    ----------
    contours : mapping from float to sequence of ndarray, shape (k, 2)
        For each plane's height in mm its closed contours, as x and y in mm.
    axes : Axes
        Of the grid.
    max_gap : float
        Planes further apart than this many mm belong to separate parts, and nothing is filled in
        between them; by default 1.5 times the usual distance.

    Returns
    -------
    ndarray of float32, shape (z, y, x)
        From 0 to 1. What lies outside the grid is lost.
    """
    weights = np.zeros((len(axes.z), len(axes.y), len(axes.x)), dtype=np.float32)
    heights = np.array(sorted(contours))
    if not heights.size:
        return weights
    low, high = _slabs(heights, max_gap)
    borders = edges(axes.z)
    for height, bottom, top in zip(heights, low, high, strict=True):
        overlap = np.minimum(borders[1:], top) - np.maximum(borders[:-1], bottom)
        touched = np.flatnonzero(overlap > 0)
        if not touched.size:
            continue
        plane = _plane(contours[float(height)], axes)
        for index in touched:
            share = overlap[index] / (borders[index + 1] - borders[index])
            weights[index] += np.float32(share) * plane
    return np.minimum(weights, np.float32(1))


def contoured_cc(
    contours: Mapping[float, Sequence[NDArray[np.floating]]], axes: Axes, max_gap: float = 0.0
) -> float:
    """Return the volume in cc that contours hold, on the grid and beyond it.

    It is read on the same slabs, and on the lines of the grid carried on beyond it, so that it is
    the sum of the weights, times a voxel's volume, for a structure that lies within the grid.

    Parameters
    ----------
    contours, axes, max_gap
        As for ``voxel_weights``.
    """
    heights = np.array(sorted(contours))
    if not heights.size:
        return 0.0
    low, high = _slabs(heights, max_gap)
    areas = np.array([_area(contours[float(height)], axes) for height in heights])
    return float(areas @ (high - low)) / 1000


def _area(contours: Sequence[NDArray[np.floating]], axes: Axes) -> float:
    """Return the area in mm² that lies in an odd number of a plane's contours."""
    dy = _step(axes.y)
    first, step = axes.y[0] - dy / 2, dy / LINES
    heights = np.concatenate([contour[:, 1] for contour in contours])
    start, end = np.floor((heights.min() - first) / step), np.ceil((heights.max() - first) / step)
    rows, places = _crossings(contours, first + start * step, step, int(end - start))
    places = places[np.lexsort((places, rows))]
    return step * float((places[1::2] - places[::2]).sum())


def _slabs(heights: FloatArray, max_gap: float) -> tuple[FloatArray, FloatArray]:
    """Return where the slab of each contoured plane begins and ends."""
    if len(heights) == 1:
        border = edges(heights)
        return border[:1], border[1:]
    gaps = np.diff(heights)
    usual = float(np.median(gaps))
    reach = np.where(gaps > (max_gap or 1.5 * usual), usual, gaps) / 2
    first, last = reach[0], reach[-1]
    return heights - np.append(first, reach), heights + np.append(reach, last)


def _plane(contours: Sequence[NDArray[np.floating]], axes: Axes) -> NDArray[np.float32]:
    """Return the share of each pixel of a plane that lies in an odd number of contours."""
    dx, dy = _step(axes.x), _step(axes.y)
    n_rows, n_columns = len(axes.y), len(axes.x)
    rows, places = _crossings(contours, axes.y[0] - dy / 2, dy / LINES, n_rows * LINES)
    order = np.lexsort((places, rows))
    rows, places = rows[order], places[order]
    # Every second crossing of a line leads into the structure, the next one out of it.
    sign = np.where(np.arange(len(rows)) % 2, -1.0, 1.0)
    column = np.clip((places - (axes.x[0] - dx / 2)) / dx, 0, n_columns)
    cell = np.minimum(column.astype(int), n_columns - 1)
    part = column - cell
    steps = np.zeros((n_rows * LINES, n_columns + 1))
    np.add.at(steps, (rows, cell), sign * (1 - part))
    np.add.at(steps, (rows, cell + 1), sign * part)
    inside = np.cumsum(steps[:, :-1], axis=1)
    share = inside.reshape(n_rows, LINES, n_columns).mean(axis=1)
    return np.asarray(share, dtype=np.float32)


def _crossings(
    contours: Sequence[NDArray[np.floating]], first: float, step: float, n_lines: int
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return on which line, and at which x, the contours cross the lines of constant y."""
    rows: list[NDArray[np.int64]] = []
    places: list[FloatArray] = []
    for contour in contours:
        points = np.asarray(contour, dtype=np.float64)
        if len(points) < 3:
            continue
        start, end = points, np.roll(points, -1, axis=0)
        # Lines lie at first + (i + 1/2) step; an edge crosses those from its lower end on.
        one, other = ((p[:, 1] - first) / step - 0.5 for p in (start, end))
        low = np.clip(np.ceil(np.minimum(one, other)), 0, n_lines).astype(int)
        high = np.clip(np.ceil(np.maximum(one, other)), 0, n_lines).astype(int)
        count = high - low
        edge = np.repeat(np.arange(len(points)), count)
        row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + low[edge]
        share = (row - one[edge]) / (other - one)[edge]
        rows.append(row)
        places.append(start[edge, 0] + share * (end - start)[edge, 0])
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0)
    return np.concatenate(rows), np.concatenate(places)


def within_distance(
    mask: NDArray[np.bool_], spacing: tuple[float, float, float], distance: float
) -> NDArray[np.bool_]:
    """Return the voxels whose centre lies within a distance of one of the mask's centres.

    Parameters
    ----------
    mask : ndarray of bool, shape (z, y, x)
        The structure.
    spacing : tuple of float
        Of the voxels, along z, y and x, in mm.
    distance : float
        In mm; exact for distances between centres.
    """
    positive("distance", distance, "mm")
    far = np.float32(4 * distance * distance)
    found = np.zeros(mask.shape, dtype=bool)
    box = _reached(mask, spacing, distance)
    squared = np.where(mask[box], np.float32(0), far)
    for axis, step in enumerate(spacing):
        squared = _nearer(squared, axis, step, int(distance / step))
    found[box] = squared <= np.float32(distance * distance * (1 + 1e-6))
    return found


def _reached(
    mask: NDArray[np.bool_], spacing: tuple[float, float, float], distance: float
) -> tuple[slice, ...]:
    """Return the box beyond which nothing of a mask comes within a distance."""
    box = []
    for axis, step in enumerate(spacing):
        others = tuple(other for other in range(3) if other != axis)
        held = np.flatnonzero(mask.any(axis=others))
        if not held.size:
            return (slice(0),) * 3
        reach = int(distance / step)
        box.append(slice(max(int(held[0]) - reach, 0), int(held[-1]) + reach + 1))
    return tuple(box)


def _nearer(
    squared: NDArray[np.float32], axis: int, step: float, reach: int
) -> NDArray[np.float32]:
    """Return the least of the squared distances along an axis, with the way there added."""
    least = squared.copy()
    length = squared.shape[axis]
    for move in range(1, min(reach, length - 1) + 1):
        way = np.float32((move * step) ** 2)
        ahead, behind = slice(move, None), slice(None, -move)
        for to, source in ((ahead, behind), (behind, ahead)):
            here: list[slice] = [slice(None)] * 3
            there: list[slice] = [slice(None)] * 3
            here[axis], there[axis] = to, source
            np.minimum(least[tuple(here)], squared[tuple(there)] + way, out=least[tuple(here)])
    return least


def _step(centres: FloatArray) -> float:
    if len(centres) < 2:
        raise ValueError("A grid needs at least two voxels along x and along y.")
    return float(centres[1] - centres[0])
