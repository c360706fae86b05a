"""Measured indices of a dose cube: on a sphere with a known fall-off, and against golden values."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.conformity import conformity

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))
GOLDEN = next(row for row in SPEC["FALLOFF_sphere"]["golden"] if "PaddickCI" in row)
NOTHING = np.empty(0)


def test_golden_indices():
    """Voxels of 0.1 cc that make up the volumes of the golden example."""
    tv, piv, both, v50 = (round(10 * GOLDEN[k]) for k in ("TV", "PIV", "TVpiv", "V50"))
    target = np.where(np.arange(tv) < both, 60.0, 45.0)
    around = np.concatenate([np.full(piv - both, 60.0), np.full(v50 - piv - (tv - both), 35.0)])
    body = np.concatenate([target, around, np.full(5000, 5.0)])
    found = conformity(body, target, NOTHING, 0.1, 50.0)
    assert found.paddick == pytest.approx(GOLDEN["PaddickCI"], rel=1e-8)
    assert found.gradient == pytest.approx(GOLDEN["GI"], rel=1e-8)
    assert found.r50 == pytest.approx(GOLDEN["R50"], rel=1e-8)
    assert found.target_cc == pytest.approx(GOLDEN["TV"])
    assert found.covered == pytest.approx(GOLDEN["TVpiv"] / GOLDEN["TV"])


def test_a_sphere_whose_dose_falls_in_a_straight_line():
    z, y, x = np.ogrid[-40:41, -40:41, -40:41]
    away = np.sqrt(x * x + y * y + z * z)  # millimetres
    dose = np.clip(150 - 50 * away / 12, 0, None)  # 100 at 12 mm, 50 at 24 mm
    target = away <= 12
    found = conformity(dose, dose[target], dose[away >= 32], 0.001, 100.0)
    assert found.r50 == pytest.approx(8, rel=0.02)
    assert found.gradient == pytest.approx(8, rel=0.02)
    assert found.paddick == pytest.approx(1)
    assert found.d2cm == pytest.approx((150 - 50 * 32 / 12) / 100, abs=0.005)


@settings(deadline=None)
@given(st.lists(st.floats(0, 80), min_size=5, max_size=60), st.integers(1, 5), st.floats(1, 70))
def test_indices_stay_within_their_bounds(values, size, prescription):
    body = np.array(values)
    found = conformity(body, body[:size], body[size:], 0.03, prescription)
    assert 0 <= found.covered <= 1
    assert found.r50 >= found.r100 >= 0
    if found.paddick is not None:
        assert 0 <= found.paddick <= 1
        assert found.gradient >= 1


def test_without_a_full_dose_what_needs_it_is_missing():
    found = conformity(np.array([10.0, 20]), np.array([20.0]), NOTHING, 1, 50)
    assert (found.paddick, found.gradient, found.d2cm) == (None, None, None)
    assert found.covered == 0


def test_parts_of_voxels_count_as_parts():
    target = np.array([60.0, 60, 40])
    found = conformity(
        np.array([60.0, 60, 40, 30]), target, NOTHING, 1, 50, np.array([1, 0.5, 0.5])
    )
    assert found.target_cc == 2
    assert found.covered == pytest.approx(0.75)
    assert found.paddick == pytest.approx(1.5**2 / (2 * 2))


def test_a_target_without_voxels_is_refused():
    with pytest.raises(ValueError, match="The target has no voxel on the dose grid"):
        conformity(np.array([1.0]), NOTHING, NOTHING, 1, 50)


def test_a_prescription_of_nothing_is_refused():
    with pytest.raises(ValueError, match="prescription_gy is 0; it must be above 0 Gy"):
        conformity(np.array([1.0]), np.array([1.0]), NOTHING, 1, 0)
