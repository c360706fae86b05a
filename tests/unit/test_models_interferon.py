"""Interferon around the TREX1 threshold: golden values, properties of the form, refusals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.interferon import (
    ASSUMED,
    THRESHOLD_HIGH,
    THRESHOLD_LOW,
    Shape,
    course_signal,
    fraction_signal,
    summed_signal,
)

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))["TREX1_schematic"]
shapes = st.builds(Shape, st.floats(1, 10), st.floats(10, 20), st.floats(2, 20))


@pytest.mark.parametrize("row", [r for r in SPEC["golden"] if "s" in r], ids=lambda r: str(r["d"]))
def test_golden_signal_of_a_fraction(row):
    assert float(fraction_signal(row["d"])) == pytest.approx(row["s"], rel=1e-7)


@pytest.mark.parametrize("row", [r for r in SPEC["golden"] if "n" in r], ids=lambda r: str(r["n"]))
def test_golden_sum_of_a_course(row):
    assert summed_signal(row["n"], row["d"]) == pytest.approx(row["sum"], rel=1e-7)
    assert course_signal(row["n"], row["d"]) == pytest.approx(1 - math.exp(-row["sum"]), rel=1e-7)


def test_the_threshold_is_the_published_one():
    assert SPEC["params"]["dT_TREX"] == f"{THRESHOLD_LOW:g}-{THRESHOLD_HIGH:g} Gy"
    assert THRESHOLD_LOW <= ASSUMED.half_fall <= THRESHOLD_HIGH


@given(shapes, st.floats(0, 30))
def test_the_signal_is_a_share_and_nothing_without_dose(shape, dose):
    assert 0 <= float(fraction_signal(dose, shape)) <= 1
    assert float(fraction_signal(0, shape)) == 0


@given(shapes, st.integers(1, 40), st.floats(0.1, 30))
def test_more_fractions_of_the_same_size_never_give_less(shape, count, dose):
    assert course_signal(count, dose, shape) <= course_signal(count + 1, dose, shape) <= 1


@given(shapes)
def test_rise_and_fall_are_half_done_where_they_should_be(shape):
    k, t, h = shape.half_rise, shape.half_fall, shape.steepness
    assert float(fraction_signal(k, shape)) == pytest.approx(0.5 / (1 + (k / t) ** h))
    assert float(fraction_signal(t, shape)) == pytest.approx(0.5 * t**2 / (k**2 + t**2))


def test_a_sudden_fall_overflows_without_noise():
    with np.errstate(all="raise"):
        signal = fraction_signal(np.array([0.0, 12, 30]), Shape(4, 1e-3, 400))
    assert signal.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fraction_signal(31), "drawn from 0 to 30 Gy per fraction"),
        (lambda: fraction_signal([1, -1]), "is not carried on beyond"),
        (lambda: fraction_signal(math.nan), "drawn from 0 to 30 Gy"),
        (lambda: course_signal(0, 8), "count is 0; it must be a whole number"),
        (lambda: course_signal(2.5, 8), "count is 2.5"),
        (lambda: course_signal(3, "8"), "dose is '8'; a number is needed"),
        (lambda: Shape(0), "half_rise is 0; it must be above 0 Gy"),
        (lambda: Shape(4, -1), "half_fall is -1"),
        (lambda: Shape(4, 15, math.inf), "steepness is inf; a finite number"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
