"""Volumes of targets and their margins: golden values, limits, refusals."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models import target_volumes as volumes

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))["ITV_geometry"]["golden"]

radii = st.floats(0.1, 5)
lengths = st.floats(0, 4)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("row", SPEC, ids=str)
def test_golden_volumes(row):
    radius, sweep, margin = row["d_cm"] / 2, row["A_cm"], row["m_cm"]
    assert float(volumes.sphere_volume(radius)) == pytest.approx(row["GTV"], rel=1e-8)
    assert float(volumes.itv_volume(radius, sweep)) == pytest.approx(row["ITV"], rel=1e-8)
    ptv = float(volumes.ptv_of_itv(radius, sweep, margin))
    assert ptv == pytest.approx(row["PTV_itv"], rel=1e-8)
    static = float(volumes.ptv_of_itv(radius, 0, margin))
    assert static == pytest.approx(row["PTV_static"], rel=1e-8)


@given(radii, lengths, lengths)
def test_a_capsule_with_a_margin_is_a_wider_capsule(radius, sweep, margin):
    wider = float(volumes.capsule(radius + margin, sweep).volume)
    assert float(volumes.ptv_of_itv(radius, sweep, margin)) == pytest.approx(wider, rel=1e-10)


@given(radii, lengths)
def test_alike_margins_make_a_sphere(radius, margin):
    found = float(volumes.ptv_of_mean_position(radius, margin, margin))
    assert found == pytest.approx(4 / 3 * math.pi * (radius + margin) ** 3, rel=1e-10)


@given(radii, lengths, lengths)
def test_a_wider_margin_along_breathing_lies_between_both_spheres(radius, across, more):
    along = across + more
    found = float(volumes.ptv_of_mean_position(radius, across, along))
    least = float(volumes.sphere_volume(radius + across))
    most = float(volumes.sphere_volume(radius + along))
    assert least * (1 - 1e-12) <= found <= most * (1 + 1e-12)


@given(radii, lengths)
def test_a_margin_that_is_a_line_sweeps_a_capsule(radius, half):
    # An ellipsoid of no width is a line; a sphere along it is the capsule.
    found = float(volumes.ptv_of_mean_position(radius, 0, half))
    assert found == pytest.approx(float(volumes.itv_volume(radius, 2 * half)), rel=1e-10)


@given(radii)
def test_radius_and_volume_are_each_others_inverse(radius):
    back = float(volumes.sphere_radius(volumes.sphere_volume(radius)))
    assert back == pytest.approx(radius, rel=1e-12)


def test_a_nearly_round_ellipsoid_is_nearly_a_sphere():
    body = volumes.spheroid(1.0, 1 + np.array([0, 1e-15, 1e-9, 1e-4]))
    assert body.surface == pytest.approx(4 * math.pi, rel=2e-4)
    assert body.breadth == pytest.approx(4 * math.pi, rel=2e-4)


def test_nothing_has_no_volume():
    body = volumes.spheroid(0, 0)
    assert [float(part) for part in (body.volume, body.surface, body.breadth)] == [0, 0, 0]
    assert float(volumes.ptv_of_itv(0, 0, 0)) == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: volumes.capsule(-1, 2), "radius holds -1 cm; it must be 0 or more"),
        (lambda: volumes.capsule(1, math.inf), "sweep holds a value that is not a finite number"),
        (lambda: volumes.ptv_of_itv(1, 1, -0.1), "margin holds -0.1 cm"),
        (lambda: volumes.spheroid(1, 0.5), "along is smaller than across"),
        (lambda: volumes.sphere_radius(-3), "volume holds -3 cc"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
