"""Curves through published numbers: golden values, properties, refusals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.curves import (
    exponential,
    hazard_ratio_from_medians,
    landmark_miss,
    predict,
    survival,
    weibull,
)

SPEC = json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))["CURVES"]
WEIBULL = [row for row in SPEC["golden"] if "k" in row]
RATIOS = [row for row in SPEC["golden"] if "HR_exp" in row]

months = st.floats(0.1, 200)


def to_the_printed_digits(value: float, printed: float) -> bool:
    """Compare with a golden value to the digits it is printed with, or 1e-8 if it has more."""
    digits = len(str(printed).replace(".", "").lstrip("0"))
    return math.isclose(value, printed, rel_tol=max(1e-8, 0.5000001 * 10.0 ** (1 - digits)))


def test_the_golden_values_are_there():
    assert len(WEIBULL) == 1
    assert len(RATIOS) == 4


@pytest.mark.parametrize("row", WEIBULL, ids=lambda row: row["what"])
def test_golden_weibull(row):
    curve = weibull(row["median"], row["landmark_time"], row["landmark_survival"])
    assert to_the_printed_digits(curve.shape, row["k"])
    assert to_the_printed_digits(curve.scale, row["scale"])
    miss = landmark_miss(curve, 96, row["S96_published"])
    assert to_the_printed_digits(miss.predicted, row["S96_pred"])
    assert miss.points == pytest.approx(100 * (row["S96_pred"] - row["S96_published"]), abs=1e-4)
    assert not miss.valid
    assert "60 months" in miss.warnings[0]


@pytest.mark.parametrize("row", RATIOS, ids=lambda row: row["what"])
def test_golden_ratio_of_medians(row):
    ratio = hazard_ratio_from_medians(row["experimental"], row["control"])
    assert to_the_printed_digits(ratio.value, row["HR_exp"])
    assert "medians alone" in ratio.warnings[0]


@given(months, st.lists(months, min_size=2, max_size=30))
def test_exponential_properties(median, times):
    curve = exponential(median)
    seen = predict(curve, np.sort(times))
    assert np.all((seen.survival >= 0) & (seen.survival <= 1))
    assert np.all(np.diff(seen.survival) <= 0)
    assert predict(curve, 0).survival == 1
    assert float(survival(curve, median)) == pytest.approx(0.5, rel=1e-12)
    assert float(survival(curve, 3 * median)) == pytest.approx(0.125, rel=1e-12)


@given(months, months, st.floats(0.01, 0.99), st.lists(months, min_size=2, max_size=30))
def test_weibull_properties(median, landmark_time, level, times):
    assume(abs(math.log(landmark_time / median)) > 0.01)
    late = landmark_time > median
    landmark = level / 2 if late else 0.5 + level / 2
    curve = weibull(median, landmark_time, landmark)
    seen = survival(curve, np.sort(times))
    assert np.all((seen >= 0) & (seen <= 1))
    assert np.all(np.diff(seen) <= 0)
    assert float(survival(curve, 0)) == 1
    assert float(survival(curve, median)) == pytest.approx(0.5, rel=1e-9)
    assert float(survival(curve, landmark_time)) == pytest.approx(landmark, rel=1e-8)
    assert curve.horizon == max(median, landmark_time)


@given(months, st.floats(1.1, 20))
def test_a_landmark_on_the_exponential_gives_the_exponential(median, factor):
    curve = weibull(median, factor * median, 0.5**factor)
    assert curve.shape == pytest.approx(1, rel=1e-9)
    assert curve.scale == pytest.approx(exponential(median).scale, rel=1e-9)


@given(months, months)
def test_the_ratio_of_medians_inverts_with_the_arms(a, b):
    forth, back = hazard_ratio_from_medians(a, b).value, hazard_ratio_from_medians(b, a).value
    assert forth * back == pytest.approx(1)


def test_the_ratio_of_medians_is_the_ratio_of_the_rates():
    rate = [-math.log(float(survival(exponential(m), 1))) for m in (41.2, 17.0)]
    assert hazard_ratio_from_medians(41.2, 17.0).value == pytest.approx(rate[0] / rate[1])


def test_prediction_keeps_shape_and_marks_what_is_extrapolated():
    seen = predict(exponential(10), [[0, 5], [10, 10.1]])
    assert seen.survival.shape == (2, 2)
    assert seen.valid.tolist() == [[True, True], [True, False]]
    (warning,) = seen.warnings
    assert "Beyond 10 months" in warning
    assert "the median, and" in warning
    assert predict(exponential(10), [0, 10]).warnings == ()


def test_a_landmark_within_the_range_is_valid():
    miss = landmark_miss(weibull(28, 60, 0.177), 12, 0.8)
    assert miss.valid
    assert miss.warnings == ()
    assert miss.points == pytest.approx(100 * (miss.predicted - 0.8))


@pytest.mark.parametrize(
    ("curve", "word"),
    [
        (exponential(10), "constant"),
        (weibull(10, 20, 0.4), "falling"),
        (weibull(10, 20, 0.1), "rising"),
    ],
)
def test_how_the_hazard_moves(curve, word):
    assert curve.hazard == word


def test_a_nearly_vertical_curve_still_predicts_without_noise():
    curve = weibull(28, 28.001, 0.001)
    with np.errstate(all="raise"):
        assert float(survival(curve, 600)) == 0
        assert float(survival(curve, 1)) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: exponential(0), "median is 0; it must be above 0 months"),
        (lambda: exponential(-3), "median is -3"),
        (lambda: exponential(float("inf")), "median is inf; a finite number"),
        (lambda: exponential("12"), "median is '12'; a number is needed"),
        (lambda: exponential(None), "median is None; a number is needed"),
        (lambda: weibull(28, 28, 0.4), "landmark_time is 28 months, the median itself"),
        (lambda: weibull(28, 60, 0.5), "after the median of 28 months; there it must be below"),
        (lambda: weibull(28, 60, 0.6), "landmark_survival is 0.6 at 60 months, after"),
        (lambda: weibull(28, 12, 0.5), "before the median of 28 months; there it must be above"),
        (lambda: weibull(28, 60, 0), "landmark_survival is 0; it must be above 0 and below 1"),
        (lambda: weibull(28, 60, 1), "landmark_survival is 1"),
        (lambda: weibull(28, 60, 17.7), "landmark_survival is 17.7"),
        (lambda: weibull(28, -60, 0.2), "landmark_time is -60"),
        (lambda: weibull(28, 1e9, 0.4999999999999999), "The curve would be flat"),
        (lambda: predict(exponential(10), -1), "t holds -1; months count from 0"),
        (lambda: predict(exponential(10), [1, float("nan")]), "t holds a value that is not a"),
        (lambda: landmark_miss(exponential(10), 5, 42.3), "published is 42.3; it must be from 0"),
        (lambda: hazard_ratio_from_medians(0, 5), "experimental is 0"),
        (lambda: hazard_ratio_from_medians(5, 0), "control is 0"),
    ],
)
def test_degenerate_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
