"""A dose cube moved, blurred, weighed and converted."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.dose_grid import add_beam, eqd2_of_dose, filtered, shifted, taps, weighed

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))
shifts = st.floats(-6, 6)
amplitudes = st.floats(0, 12)
NOTHING = np.empty(0, dtype=int), np.empty(0, dtype=np.float32)


def _cube() -> np.ndarray:
    return np.random.default_rng(5).random((7, 6, 5), dtype=np.float32)


def _places(by):
    return by.first + np.arange(len(by.weights))


@given(shifts, amplitudes)
def test_the_weights_are_shares_of_time_about_the_shift(shift, amplitude):
    by = taps(shift, amplitude)
    assert np.all(by.weights >= 0)
    assert by.weights.sum() == pytest.approx(1)
    assert by.weights @ _places(by) == pytest.approx(shift, abs=1e-6)


@given(shifts, st.floats(0.2, 12))
def test_the_spread_is_that_of_a_sinusoid_and_of_the_interpolation(shift, amplitude):
    by = taps(shift, amplitude)
    variance = by.weights @ (_places(by) - shift) ** 2
    # Linear interpolation adds f (1 - f) for a place that lies f beyond a voxel: its mean over
    # the motion, summed finely.
    moves = shift + amplitude / 2 * np.sin((np.arange(20000) + 0.5) / 20000 * 2 * np.pi)
    beyond = moves - np.floor(moves)
    assert variance == pytest.approx(amplitude**2 / 8 + np.mean(beyond * (1 - beyond)), abs=2e-4)


def test_the_weights_are_those_of_many_moments_of_a_breath():
    by = taps(0.3, 4.4)
    moves = 0.3 + 2.2 * np.sin((np.arange(200_000) + 0.5) / 200_000 * 2 * np.pi)
    for place, weight in zip(_places(by), by.weights, strict=True):
        assert weight == pytest.approx(np.clip(1 - np.abs(moves - place), 0, None).mean(), abs=1e-5)


def test_golden_standard_deviation_of_a_sinusoid():
    for row in SPEC["MARGIN_resp"]["golden"]:
        by = taps(0, row["A_mm"] * 1000)  # so many voxels that the interpolation vanishes
        spread = math.sqrt(by.weights @ _places(by) ** 2) / 1000
        assert spread == pytest.approx(row["SD_sin"], rel=1e-5)


def test_a_whole_voxel_moves_the_dose_and_nothing_comes_in():
    cube = _cube()
    moved = shifted(cube, (2, 0, -1))
    assert np.array_equal(moved[2:, :, :-1], cube[:-2, :, 1:])
    assert not moved[:2].any()
    assert not moved[:, :, -1].any()


def test_half_a_voxel_is_the_mean_of_two():
    cube = _cube()
    moved = shifted(cube, (0, 0.5, 0))
    assert moved[:, 1:] == pytest.approx((cube[:, 1:] + cube[:, :-1]) / 2)


def test_nothing_moved_is_the_same_cube():
    cube = _cube()
    assert shifted(cube, (0, 0, 0)) is cube


@given(shifts, amplitudes, st.integers(0, 2))
def test_what_stays_within_the_grid_is_kept_and_never_above_the_maximum(shift, amplitude, axis):
    cube = np.zeros((41, 41, 41), dtype=np.float32)
    cube[19:22, 19:22, 19:22] = 3
    blurred = filtered(cube, axis, taps(shift, amplitude))
    assert blurred.sum() == pytest.approx(cube.sum(), rel=1e-4)
    assert blurred.max() <= 3 + 1e-5


def test_a_move_beyond_the_grid_leaves_nothing():
    assert not filtered(_cube(), 2, taps(9)).any()


def _sparse(cube):
    return np.flatnonzero(cube), cube[cube > 0]


def test_weighed_beams_are_a_sum():
    cubes = np.random.default_rng(2).random((3, 4, 5, 6), dtype=np.float32)
    cubes[cubes < 0.7] = 0
    found = weighed([_sparse(cube) for cube in cubes], [2, 0, 0.5], (4, 5, 6))
    assert found == pytest.approx(2 * cubes[0] + 0.5 * cubes[2], rel=1e-6)
    add_beam(found, _sparse(cubes[1]), 3)
    assert found == pytest.approx(2 * cubes[0] + 3 * cubes[1] + 0.5 * cubes[2], rel=1e-6)


@pytest.mark.parametrize("row", SPEC["BED_EQD2"]["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_equivalent_doses(row):
    total = np.full((2, 2), row["n"] * row["d"])
    for ab in (10, 3, 2):
        assert eqd2_of_dose(total, row["n"], ab) == pytest.approx(row[f"EQD2_{ab}"], rel=1e-7)
    assert eqd2_of_dose(total.astype(np.float32), row["n"], 3).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: taps(math.nan), "shift is nan; a finite number is needed"),
        (lambda: taps(0, -1), "amplitude is -1; it must be 0 or more, peak to peak"),
        (lambda: weighed([NOTHING] * 2, [1], (1, 1, 1)), "There are 2 beams and 1 weights"),
        (lambda: weighed([NOTHING], [-1], (1, 1, 1)), "A weight is negative"),
        (lambda: eqd2_of_dose([1.0], 0, 3), "n_fractions is 0"),
        (lambda: eqd2_of_dose([1.0], 3, -1), "alpha_beta is -1"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
