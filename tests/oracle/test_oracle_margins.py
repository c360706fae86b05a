"""Margins and target volumes against simulated patients, SciPy and counted volumes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import interp1d
from scipy.spatial import ConvexHull
from scipy.stats import chi, norm

from oligoteach.models import falloff, margins, target_volumes


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
def test_lengths_of_shifts_are_scipys(share):
    assert float(margins.shift_within(share)) == pytest.approx(chi(3).ppf(share), rel=1e-9)


def test_the_factors_are_scipys():
    assert margins.isodose_factor(0.95) == pytest.approx(norm.ppf(0.95), rel=1e-12)
    assert chi(3).ppf(0.9) == pytest.approx(margins.SYSTEMATIC_FACTOR, abs=5e-4)


@pytest.mark.parametrize(
    ("systematic", "random", "penumbra", "isodose", "given"),
    [(2, 3, 3.2, 0.95, 7), (2, 3, 3.2, 0.95, 5), (1.5, 2, 6.4, 0.8, 4), (3, 0, 3.2, 0.9, 4)],
)
def test_the_covered_share_is_that_of_simulated_patients(
    systematic, random, penumbra, isodose, given
):
    """Each patient has a shift and a blurred edge; the dose at the nearest edge is looked up."""
    shifts = np.random.default_rng(7).normal(0, systematic, (200_000, 3))
    left = given - np.linalg.norm(shifts, axis=1)  # from the target's edge to that of the PTV
    # At the PTV's edge the unblurred plan gives the isodose; errors widen the fall around its 50 %.
    fall = np.sqrt(random**2 + penumbra**2)
    dose = norm.cdf((left + norm.ppf(isodose) * penumbra) / fall)
    ours = float(margins.covered(given, systematic, random, penumbra, isodose))
    assert ours == pytest.approx(np.mean(dose >= isodose), abs=4e-3)


@pytest.mark.parametrize("n", [1, 3, 5, 30])
def test_errors_of_few_fractions_are_those_of_simulated_courses(n):
    rng = np.random.default_rng(11)
    daily = rng.normal(0, 2, (60_000, 1)) + rng.normal(0, 3, (60_000, n))
    found = margins.few_fractions(2, 3, n)
    assert float(found.systematic) == pytest.approx(daily.mean(axis=1).std(), rel=0.01)
    within = np.sqrt(daily.var(axis=1).mean())
    assert float(found.random) == pytest.approx(within, rel=0.01, abs=1e-9)


def test_a_sinusoids_spread_is_that_of_its_samples():
    phase = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    assert float(margins.sinusoid_sd(13)) == pytest.approx((6.5 * np.sin(phase)).std(), rel=1e-6)


def directions(n_around=240, n_up=240):
    """Return the directions of a fine grid on the unit sphere."""
    up = np.linspace(-1, 1, n_up)
    around = np.linspace(0, 2 * np.pi, n_around, endpoint=False)
    t, phi = (grid.ravel() for grid in np.meshgrid(up, around))
    across = np.sqrt(1 - t**2)
    return np.column_stack([across * np.cos(phi), across * np.sin(phi), t])


@pytest.mark.parametrize(
    ("radius", "across", "along"), [(1.5, 0.4, 0.6), (1, 0.2, 1.5), (2, 0.5, 0.5)]
)
def test_a_tumour_with_unequal_margins_fills_its_convex_hull(radius, across, along):
    u = directions()
    half = np.array([across, across, along])
    touching = half**2 * u / np.linalg.norm(half * u, axis=1, keepdims=True)
    hull = ConvexHull(radius * u + touching).volume
    ours = float(target_volumes.ptv_of_mean_position(radius, across, along))
    assert ours == pytest.approx(hull, rel=1e-3)


def test_a_breathing_sphere_fills_the_points_that_it_touches():
    step = 0.02
    axis = np.arange(-2, 2, step) + step / 2
    x, y, z = np.ix_(axis, axis, axis)
    beyond = np.maximum(np.abs(z) - 0.5, 0)
    touched = (x**2 + y**2 + beyond**2 <= 1).sum() * step**3
    assert float(target_volumes.itv_volume(1, 1)) == pytest.approx(touched, rel=1e-3)


def test_goals_between_the_tables_volumes_are_scipys():
    ptv = np.linspace(1.8, 163, 400)
    found = falloff.goals(ptv)
    expected = interp1d(falloff.TABLE[:, 0], falloff.TABLE[:, 1:], axis=0)(ptv)
    columns = (found.r50.none, found.r50.minor, found.d2cm.none, found.d2cm.minor)
    assert np.allclose(np.column_stack(columns), expected, rtol=1e-12)
