"""Structures on a grid: areas and volumes known from geometry, holes, slabs, distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

from oligoteach.models.structures import Axes, contoured_cc, edges, voxel_weights, within_distance

AXES = Axes(np.arange(40) * 2.0, np.arange(30) * 2.0, np.arange(20) * 3.0)


def _box(x0, x1, y0, y1):
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=float)


def _circle(x, y, radius, n=720):
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)])


def test_a_box_on_the_borders_of_voxels_is_exact():
    box = _box(9, 19, 7, 15)  # five by four voxels
    found = voxel_weights({z: [box] for z in (12.0, 15, 18)}, AXES)
    assert found.sum() == pytest.approx(60)
    assert set(np.unique(found)) == {0, 1}
    assert found[4:7, 4:8, 5:10].all()


@settings(deadline=None)
@given(st.floats(10, 60), st.floats(10, 40), st.floats(1, 9.5), st.floats(1, 9.5))
def test_the_area_of_a_box_anywhere(x, y, half, high):
    box = _box(x - half, x + half, y - high, y + high)
    found = voxel_weights({z: [box] for z in (12.0, 15, 18)}, AXES)
    # Exact along x; along y each of the two ends is known to half a line of 0.5 mm.
    assert found[5].sum() * 4 == pytest.approx(4 * half * high, abs=2 * half * 0.51)
    assert found.min() >= 0
    assert found.max() <= 1


def test_the_area_of_a_circle():
    found = voxel_weights({0.0: [_circle(38, 30, 21.3)]}, AXES)
    assert found[0].sum() * 4 == pytest.approx(np.pi * 21.3**2, rel=2e-3)


def test_the_inner_of_two_contours_is_a_hole():
    ring = voxel_weights({0.0: [_circle(38, 30, 20), _circle(38, 30, 10)]}, AXES)
    assert ring[0].sum() * 4 == pytest.approx(np.pi * 300, rel=3e-3)
    assert ring[0, 15, 19] == 0


def test_a_keyhole_is_a_hole_as_well():
    outer, inner = _circle(38, 30, 20), _circle(38, 30, 10)[::-1]
    keyhole = np.concatenate([outer, outer[:1], inner[-1:], inner, inner[:1]])
    found = voxel_weights({0.0: [keyhole]}, AXES)
    assert found[0].sum() * 4 == pytest.approx(np.pi * 300, rel=3e-3)


def test_two_parts_in_one_plane_are_both_there():
    both = voxel_weights({0.0: [_box(5, 9, 5, 9), _box(41, 45, 31, 35)]}, AXES)
    assert both[0].sum() * 4 == pytest.approx(32)


def test_contours_between_the_grid_planes_share_out_their_slabs():
    box = _box(9, 19, 7, 15)
    found = voxel_weights({z: [box] for z in (10.0, 12, 14, 16)}, AXES)
    assert found.sum() * 12 == pytest.approx(80 * 8)  # four slabs of 2 mm
    assert found[3, 5, 6] == pytest.approx(0.5)  # from 9 to 10.5 of 7.5 to 10.5


def test_nothing_is_filled_in_between_separate_parts():
    box = _box(9, 19, 7, 15)
    apart = voxel_weights({z: [box] for z in (0.0, 3, 6, 30, 33)}, AXES)
    assert apart.sum() == pytest.approx(100)
    assert not apart[4:9].any()


def test_the_volume_of_a_sphere():
    heights = np.arange(3, 55, 1.5)
    contours = {
        float(z): [_circle(38, 30, np.sqrt(24**2 - (z - 29) ** 2))]
        for z in heights
        if abs(z - 29) < 24
    }
    found = voxel_weights(contours, AXES).sum() * AXES.voxel_cc
    assert found == pytest.approx(4 / 3 * np.pi * 2.4**3, rel=0.005)


def test_what_lies_outside_the_grid_is_lost():
    box = _box(-30, 9, 7, 15)
    found = voxel_weights({12.0: [box], 15.0: [box], 90.0: [box]}, AXES)
    assert found[4].sum() == pytest.approx(5 * 4)
    assert not voxel_weights({500.0: [box]}, AXES).any()
    assert not voxel_weights({}, AXES).any()
    assert not voxel_weights({12.0: [box[:2]]}, AXES).any()


def test_what_contours_hold_is_counted_beyond_the_grid_as_well():
    box = _box(-30, 9, 7, 15)
    far = {z: [box] for z in (-12.0, -9, -6)}
    assert contoured_cc(far, AXES) == pytest.approx(39 * 8 * 9 / 1000)
    below = {0.0: [_circle(38, -2, 20), _circle(38, -2, 10)]}
    assert contoured_cc(below, AXES) == pytest.approx(np.pi * 300 * 3 / 1000, rel=3e-3)
    assert contoured_cc({}, AXES) == 0
    assert contoured_cc({12.0: [box[:2]]}, AXES) == 0


@settings(deadline=None)
@given(
    st.floats(-90, 150),
    st.floats(-80, 120),
    st.lists(st.tuples(st.floats(0.1, 6.28), st.floats(3, 25)), min_size=3, max_size=12),
)
def test_it_is_the_sum_of_the_weights_on_a_grid_that_holds_all(x, y, spokes):
    star = np.array([(x + r * np.cos(turn), y + r * np.sin(turn)) for turn, r in sorted(spokes)])
    contours = {z: [star] for z in (12.0, 15.0, 21.0)}
    wide = Axes(np.arange(-60, 100) * 2.0, np.arange(-60, 80) * 2.0, AXES.z)
    held = voxel_weights(contours, wide).sum(dtype=np.float64) * wide.voxel_cc
    assert contoured_cc(contours, AXES) == pytest.approx(held, rel=1e-4, abs=1e-4)


def test_borders_lie_half_way_and_a_single_plane_has_a_thickness():
    assert edges(np.array([0.0, 2, 6])).tolist() == [-1, 1, 4, 8]
    assert edges(np.array([5.0])).tolist() == [3.5, 6.5]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(2, 14))
def test_within_a_distance_as_the_euclidean_transform_has_it(seed, distance):
    mask = np.random.default_rng(seed).random((8, 9, 10)) > 0.98
    mask[4, 4, 4] = True
    spacing = (3.0, 2.0, 2.5)
    away = distance_transform_edt(~mask, sampling=spacing)
    found = within_distance(mask, spacing, distance)
    certain = np.abs(away - distance) > 1e-3
    assert np.array_equal(found[certain], (away <= distance)[certain])


def test_nothing_is_near_an_empty_structure():
    assert not within_distance(np.zeros((3, 3, 3), dtype=bool), (1, 1, 1), 2).any()


def test_a_distance_must_be_above_zero():
    with pytest.raises(ValueError, match="distance is 0; it must be above 0 mm"):
        within_distance(np.ones((1, 1, 1), dtype=bool), (1, 1, 1), 0)


def test_a_grid_of_one_column_is_refused():
    thin = Axes(np.array([0.0]), np.arange(3.0), np.arange(3.0))
    with pytest.raises(ValueError, match="at least two voxels"):
        voxel_weights({0.0: [_box(0, 1, 0, 1)]}, thin)
