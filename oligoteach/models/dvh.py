"""Dose-volume histograms: how much of a structure gets how much dose.

A cumulative DVH gives, for each dose, the volume that gets at least that much. Everything that a
plan is judged by is read off it: D (the least dose in the hottest part of a given size), V (the
volume above a given dose), the mean. The mean and the extremes are exact for the voxels given;
between the edges of the histogram a volume is interpolated, so a dose that is read off it lies
within one bin (0.02 Gy by default) of the voxels' own.

The conversion to equivalent dose in 2 Gy fractions is done at the edges. Since it rises with dose,
that is the same as converting every voxel: no voxel changes its place in the order. Converting the
mean instead is not the same, and by how much is known in closed form: the mean of the converted
doses is larger by the variance of the doses over ``n_fractions (alpha_beta + 2)``.

All doses are in Gy, volumes in cc.

Sources
-------
Definitions as in ICRU Report 83 (2010); equivalent dose by the linear-quadratic model
(``BED_EQD2`` in ``data/models/spec.json``), whose validity it shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, positive

BIN_GY = 0.02
MAX_BINS = 200_000


@dataclass(frozen=True)
class Dvh:
    """A cumulative dose-volume histogram.

    Attributes
    ----------
    edges : ndarray of float, shape (n + 1,)
        Doses in Gy, rising from 0 to the maximum or just above.
    volume : ndarray of float, shape (n + 1,)
        Volume in cc that gets at least the dose of each edge; it never rises, and ends at 0.
    mean, minimum, maximum : float
        Of the doses, in Gy, weighted by volume; exact.
    variance : float
        Of the doses, in Gy squared, weighted by volume; exact.
    """

    edges: FloatArray
    volume: FloatArray
    mean: float
    minimum: float
    maximum: float
    variance: float

    @property
    def total_cc(self) -> float:
        """Volume of the structure in cc."""
        return float(self.volume[0])

    def volume_at(self, dose_gy: float) -> float:
        """Return V: the volume in cc that gets at least ``dose_gy``."""
        dose = finite("dose_gy", dose_gy)
        if dose <= self.minimum:
            return self.total_cc
        if dose > self.maximum:
            return 0.0
        return float(np.interp(dose, self.edges, self.volume))

    def share_at(self, dose_gy: float) -> float:
        """Return V as a share of the structure, from 0 to 1."""
        return self.volume_at(dose_gy) / self.total_cc

    def dose_at(self, volume_cc: float) -> float:
        """Return D: the least dose in Gy within the hottest ``volume_cc``.

        Raises
        ------
        ValueError
            With a sentence, unless the volume is from 0 to that of the structure.
        """
        wanted = finite("volume_cc", volume_cc)
        if not 0 <= wanted <= self.total_cc:
            raise ValueError(
                f"volume_cc is {wanted:g}; the structure has {self.total_cc:.4g} cc, so it must be "
                f"from 0 to that."
            )
        # From the cold end, so that volumes rise: on a flat stretch the highest dose counts.
        place = len(self.volume) - int(np.searchsorted(self.volume[::-1], wanted))
        if place >= len(self.volume):
            return self.maximum
        above, below = self.volume[place - 1], self.volume[place]
        low, high = self.edges[place - 1], self.edges[place]
        dose = low + (high - low) * float((above - wanted) / (above - below))
        return float(min(max(dose, self.minimum), self.maximum))

    def dose_at_share(self, share: float) -> float:
        """Return D for a share of the structure, from 0 to 1: D95 is that of 0.95."""
        part = finite("share", share)
        if not 0 <= part <= 1:
            raise ValueError(f"share is {part:g}; it must be from 0 to 1 (95 % is 0.95).")
        return self.dose_at(part * self.total_cc)

    def dose_spared(self, volume_cc: float) -> float:
        """Return the dose in Gy that ``volume_cc`` of the structure stay below.

        Raises
        ------
        ValueError
            With a sentence, if the structure is not so large.
        """
        wanted = finite("volume_cc", volume_cc)
        if not 0 <= wanted <= self.total_cc:
            raise ValueError(
                f"volume_cc is {wanted:g}; the structure has only {self.total_cc:.4g} cc."
            )
        return self.dose_at(self.total_cc - wanted)

    def differential(self) -> tuple[FloatArray, FloatArray]:
        """Return the middle of each bin in Gy, and the volume in it as a share of the whole."""
        middles = (self.edges[:-1] + self.edges[1:]) / 2
        return middles, -np.diff(self.volume) / self.total_cc


def dvh(
    dose: ArrayLike,
    voxel_cc: float,
    weights: ArrayLike | None = None,
    beyond_cc: float = 0.0,
    bin_gy: float = BIN_GY,
) -> Dvh:
    """Return the cumulative DVH of a structure's voxels.

    Parameters
    ----------
    dose : array_like
        Dose in Gy of each voxel of the structure, any shape.
    voxel_cc : float
        Volume of a voxel in cc.
    weights : array_like or None
        Share of each voxel that belongs to the structure, from 0 to 1; all of it by default.
    beyond_cc : float
        Volume of the structure that lies outside the grid and is taken to get nothing.
    bin_gy : float
        Width of a bin in Gy.

    Returns
    -------
    Dvh
        Of the structure.

    Raises
    ------
    ValueError
        With a sentence: no voxel, a dose that is negative or not a number, too many bins.

    Notes
    -----
    The mean is exact for what is given: ``sum(w d) / sum(w)``.
    """
    doses = np.asarray(dose).ravel()
    positive("voxel_cc", voxel_cc, "cc")
    share = None if weights is None else np.asarray(weights, dtype=np.float64).ravel()
    total = float(doses.size if share is None else share.sum())
    beyond = finite("beyond_cc", beyond_cc) / voxel_cc
    if beyond < 0:
        raise ValueError(f"beyond_cc is {beyond_cc:g}; it must be 0 or more.")
    if total + beyond <= 0:
        raise ValueError("The structure has no voxel on the dose grid.")
    low, high, mean, square = _moments(doses, share, total, beyond)
    counts = _counts(doses, share, high, bin_gy)
    counts[0] += beyond
    volume = np.append(np.cumsum(counts[::-1])[::-1], 0.0) * voxel_cc
    edges: FloatArray = np.arange(len(volume), dtype=np.float64) * bin_gy
    edges[-1] = max(edges[-2], high) + (1e-9 if high <= edges[-2] else 0.0)
    return Dvh(edges, volume, mean, low, high, max(square - mean * mean, 0.0))


def _moments(
    doses: np.ndarray, share: FloatArray | None, total: float, beyond: float
) -> tuple[float, float, float, float]:
    """Return minimum, maximum, mean and mean square, with what lies beyond at dose 0."""
    part = doses if share is None else doses[share > 0]
    low, high = (float(part.min()), float(part.max())) if part.size else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("The dose holds a value that is not a finite number.")
    if low < 0:
        raise ValueError(f"The dose holds {low:g} Gy; it must be 0 or more.")
    if share is None:
        first = float(doses.sum(dtype=np.float64))
        second = float(np.square(doses, dtype=np.float64).sum())
    else:
        first, second = float(doses @ share), float((doses.astype(np.float64) ** 2) @ share)
    whole = total + beyond
    return (0.0 if beyond else low), high, first / whole, second / whole


def _counts(doses: np.ndarray, share: FloatArray | None, high: float, bin_gy: float) -> FloatArray:
    """Return the number of voxels in each bin, the last holding the maximum."""
    positive("bin_gy", bin_gy, "Gy")
    n_bins = int(high / bin_gy) + 1
    if n_bins > MAX_BINS:
        raise ValueError(
            f"The dose reaches {high:g} Gy: {n_bins:,} bins of {bin_gy:g} Gy, and at most "
            f"{MAX_BINS:,} are kept. Is it in cGy?"
        )
    place = np.minimum((doses * (1 / bin_gy)).astype(np.intp), n_bins - 1)
    return np.bincount(place, weights=share, minlength=n_bins).astype(np.float64)


def scaled(histogram: Dvh, factor: float) -> Dvh:
    """Return the DVH of the same structure with every dose multiplied by ``factor`` above 0."""
    by = positive("factor", factor)
    return replace(
        histogram,
        edges=histogram.edges * by,
        mean=histogram.mean * by,
        minimum=histogram.minimum * by,
        maximum=histogram.maximum * by,
        variance=histogram.variance * by * by,
    )


def eqd2_dvh(histogram: Dvh, n_fractions: int, alpha_beta: float) -> Dvh:
    """Return the DVH of equivalent doses in 2 Gy fractions, as if each voxel were converted.

    Parameters
    ----------
    histogram : Dvh
        Of total physical doses.
    n_fractions : int
        Number of equal fractions that each voxel's total dose is given in.
    alpha_beta : float
        In Gy.

    Returns
    -------
    Dvh
        Edges, mean and extremes converted. The mean is exact; ``variance`` is worked out from the
        bins.
    """
    n, ab = _fractions(n_fractions), positive("alpha_beta", alpha_beta, "Gy")

    def convert(dose: FloatArray) -> FloatArray:
        return np.asarray(dose * (dose / n + ab) / (2 + ab))

    edges = convert(histogram.edges)
    square = histogram.variance + histogram.mean**2
    mean = (square / n + ab * histogram.mean) / (2 + ab)
    low, high = map(float, convert(np.array([histogram.minimum, histogram.maximum])))
    middles = (edges[:-1] + edges[1:]) / 2
    shares = -np.diff(histogram.volume) / histogram.total_cc
    variance = max(float(shares @ middles**2) - float(shares @ middles) ** 2, 0.0)
    return Dvh(edges, histogram.volume, mean, low, high, variance)


@dataclass(frozen=True)
class MeanConversion:
    """What goes wrong when a mean dose is converted instead of the doses.

    Attributes
    ----------
    voxelwise : float
        Mean of the converted doses in Gy EQD2: what the model means.
    of_mean : float
        The converted mean in Gy EQD2.
    missed : float
        Voxelwise minus converted mean: 0 for a uniform dose, never negative.
    """

    voxelwise: float
    of_mean: float
    missed: float


def mean_conversion(histogram: Dvh, n_fractions: int, alpha_beta: float) -> MeanConversion:
    """Return the mean EQD2, voxel by voxel and of the mean, and the difference.

    The difference is ``variance / (n_fractions (alpha_beta + 2))``.
    """
    n, ab = _fractions(n_fractions), positive("alpha_beta", alpha_beta, "Gy")
    of_mean = histogram.mean * (histogram.mean / n + ab) / (2 + ab)
    missed = histogram.variance / (n * (2 + ab))
    return MeanConversion(of_mean + missed, of_mean, missed)


def _fractions(n_fractions: int) -> int:
    number = positive("n_fractions", n_fractions)
    if number != int(number):
        raise ValueError(f"n_fractions is {number:g}; it must be a whole number.")
    return int(number)
