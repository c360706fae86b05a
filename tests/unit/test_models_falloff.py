"""Goals for the fall of dose and indices of a plan: golden values, no value outside, refusals."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models import falloff
from oligoteach.models.falloff import goals

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))
PROTOCOL, SPHERE = SPEC["R50_D2cm"], SPEC["FALLOFF_sphere"]["golden"]

inside = st.floats(1.8, 163)
volumes_ = st.floats(0.1, 400)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_table_is_the_specifications():
    expected = np.array(PROTOCOL["params"]["table"], dtype=float)
    assert np.array_equal(falloff.TABLE, expected[:, :5])
    assert {tuple(row) for row in expected[:, 5:]} == {falloff.LUNG_V20}
    assert falloff.R100 == (1.2, 1.5)
    with pytest.raises(ValueError, match="read-only"):
        falloff.TABLE[0, 0] = 1


@pytest.mark.parametrize("row", PROTOCOL["golden"], ids=lambda row: str(row["PTV"]))
def test_golden_goals(row):
    found = goals(row["PTV"])
    assert float(found.r50.none) == pytest.approx(row["R50_none"], rel=1e-8)
    assert float(found.r50.minor) == pytest.approx(row["R50_minor"], rel=1e-8)
    assert float(found.d2cm.none) == pytest.approx(row["D2cm_none"], rel=1e-8)
    assert float(found.d2cm.minor) == pytest.approx(row["D2cm_minor"], rel=1e-8)


def test_every_volume_of_the_table_is_met():
    found = goals(falloff.TABLE[:, 0])
    columns = (found.r50.none, found.r50.minor, found.d2cm.none, found.d2cm.minor)
    assert np.array_equal(np.column_stack(columns), falloff.TABLE[:, 1:])
    assert found.valid.all()
    assert found.warnings == ()


@given(inside, inside)
def test_a_larger_target_must_be_tighter_in_ratio_and_may_have_more_dose_around(one, other):
    small, large = goals(min(one, other)), goals(max(one, other))
    for kind in ("none", "minor"):
        assert getattr(small.r50, kind) >= getattr(large.r50, kind) - 1e-12
        assert getattr(small.d2cm, kind) <= getattr(large.d2cm, kind) + 1e-12


@given(volumes_)
def test_nothing_is_made_up_outside_the_table(volume):
    found = goals(volume)
    known = 1.8 <= volume <= 163
    assert bool(found.valid) == known
    for limit in (found.r50, found.d2cm):
        assert np.isnan(limit.none) == np.isnan(limit.minor) == (not known)
    assert (found.warnings == ()) == known
    if not known:
        assert "from 1.8 to 163 cc" in found.warnings[0]


def test_deviations_by_the_table():
    ptv = [13.2, 13.2, 13.2, 13.2, 500]
    limit = goals(ptv).r50
    found = falloff.deviation([4.6, 4.7, 5.7, 5.8, 3], limit)
    assert found.tolist() == ["none", "minor", "minor", "major", "no goal"]


def test_golden_sphere():
    (row,) = [row for row in SPHERE if "GD_cm" in row]
    half = falloff.half_dose_radius(row["PTV"], row["R50"])
    assert float(half) == pytest.approx(row["r50_cm"], rel=1e-8)
    distance = falloff.gradient_distance(row["PTV"], row["R50"])
    assert float(distance) == pytest.approx(row["GD_cm"], rel=1e-8)
    assert float(half - distance) == pytest.approx(row["R_cm"], rel=1e-8)


def test_golden_indices():
    (row,) = [row for row in SPHERE if "PaddickCI" in row]
    conformity = falloff.paddick_conformity(row["TV"], row["PIV"], row["TVpiv"])
    assert float(conformity) == pytest.approx(row["PaddickCI"], rel=1e-8)
    gradient = falloff.volume_ratio(row["V50"], row["PIV"])
    assert float(gradient) == pytest.approx(row["GI"], rel=1e-8)
    assert float(falloff.volume_ratio(row["V50"], row["TV"])) == pytest.approx(row["R50"], rel=1e-8)


@given(st.floats(0.1, 200), st.floats(0.1, 200), st.floats(0, 1))
def test_conformity_is_a_share_and_one_only_where_both_coincide(target, isodose, part):
    both = part * min(target, isodose)
    found = float(falloff.paddick_conformity(target, isodose, both))
    assert 0 <= found <= 1 + 1e-12
    assert float(falloff.paddick_conformity(target, target, target)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: goals(-1), "ptv holds -1 cc; it must be 0 or more"),
        (lambda: goals(math.nan), "ptv holds a value that is not a finite number"),
        (lambda: falloff.paddick_conformity(0, 1, 0), "target holds 0; it must be above 0 cc"),
        (lambda: falloff.paddick_conformity(5, 10, 6), "both is larger than"),
        (lambda: falloff.volume_ratio(3, 0), "reference holds 0; it must be above 0 cc"),
        (lambda: falloff.gradient_distance(20, -4), "r50 holds -4"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
