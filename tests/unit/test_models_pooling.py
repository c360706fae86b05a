"""Pooling: by hand, golden intervals, properties, refusals."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models import pooling
from oligoteach.models.pooling import METHODS, chi_squared_tail, leave_one_out, pool, t_value

CHECK = json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))["CI_CHECK"]

trials = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=2, max_size=9)
methods = st.sampled_from(list(METHODS))


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def split(pairs):
    y, s = zip(*pairs, strict=True)
    return list(y), list(s)


class TestByHand:
    """Two trials with s = 0.5 and y = 0 and -2: weights 4 and 4."""

    def test_fixed(self):
        found = pool([0, -2], [0.5, 0.5], "fixed")
        assert found.estimate == pytest.approx(-1)
        assert found.se == pytest.approx(math.sqrt(1 / 8))
        assert found.q == pytest.approx(8)
        assert found.i2 == pytest.approx(7 / 8)
        assert found.prediction is None
        assert any("one true ratio" in text for text in found.warnings)

    def test_random(self):
        # tau² = (8 - 1) / (8 - 32 / 8) = 7 / 4; variance (1/4 + 7/4) / 2 = 1
        found = pool([0, -2], [0.5, 0.5])
        assert found.tau2 == pytest.approx(1.75)
        assert found.se == pytest.approx(1)
        assert (found.low, found.high) == pytest.approx((-1 - 1.959964, -1 + 1.959964))

    def test_hartung_knapp(self):
        # h = (1/2 + 1/2) / 1 = 1; t with one degree of freedom is 12.706
        found = pool([0, -2], [0.5, 0.5], "hartung-knapp")
        assert found.factor == pytest.approx(1)
        assert found.high == pytest.approx(-1 + 12.7062047, rel=1e-7)
        assert any("needs three" in text for text in found.warnings)

    def test_prediction(self):
        found = pool([0, -2, -1], [0.5, 0.5, 0.5])
        low, high = found.prediction
        reach = 12.7062047 * math.sqrt(found.tau2 + found.se**2)
        assert (low, high) == pytest.approx((found.estimate - reach, found.estimate + reach))
        assert found.predicted_ratio == pytest.approx((math.exp(low), math.exp(high)))

    def test_the_truncation_is_what_it_says(self):
        y, s = [-0.5, -0.51, -0.49], [0.3, 0.3, 0.3]
        free, held = pool(y, s, "hartung-knapp"), pool(y, s, "hartung-knapp-truncated")
        assert free.factor < 1 == held.factor
        assert free.se < pool(y, s).se == pytest.approx(held.se)
        assert any("below 1" in text for text in free.warnings)
        assert not any("below 1" in text for text in held.warnings)

    def test_trials_that_agree_entirely(self):
        for method in METHODS:
            found = pool([-0.5, -0.5, -0.5], [0.3, 0.4, 0.5], method)
            assert found.estimate == pytest.approx(-0.5)
            assert found.q == pytest.approx(0, abs=1e-20)
            assert found.i2 == found.tau2 == 0


@pytest.mark.parametrize("row", CHECK["golden"], ids=lambda row: row["name"])
def test_standard_errors_are_the_golden_ones(row):
    y, s = pooling.from_interval(float(row["HR"]), row["low"], row["high"], row["level"])
    assert y == pytest.approx(math.log(float(row["HR"])))
    assert s == pytest.approx(row["SE"], abs=5e-7)


class TestProperties:
    @given(trials, methods)
    def test_lies_among_the_trials(self, pairs, method):
        y, s = split(pairs)
        found = pool(y, s, method)
        assert min(y) - 1e-9 <= found.estimate <= max(y) + 1e-9
        assert found.low <= found.estimate <= found.high
        assert found.weights.sum() == pytest.approx(1)
        assert 0 <= found.i2 < 1
        assert found.tau2 >= 0
        assert 0 <= found.p_q <= 1
        low, _, high = sorted((found.ratio[1], found.ratio[0], found.ratio[2]))
        assert (low, high) == (found.ratio[1], found.ratio[2])

    @given(trials)
    def test_random_effects_are_never_surer_than_the_fixed_one(self, pairs):
        y, s = split(pairs)
        fixed, random = pool(y, s, "fixed"), pool(y, s)
        held = pool(y, s, "hartung-knapp-truncated")
        assert random.se >= fixed.se * (1 - 1e-12)
        assert held.high - held.low >= (random.high - random.low) * (1 - 1e-12)

    @given(trials, methods, st.floats(-1, 1))
    def test_moving_all_trials_moves_the_estimate(self, pairs, method, shift):
        y, s = split(pairs)
        one, other = pool(y, s, method), pool([v + shift for v in y], s, method)
        assert other.estimate == pytest.approx(one.estimate + shift, abs=1e-6)
        assert other.tau2 == pytest.approx(one.tau2, abs=1e-6)

    @given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=3, max_size=7))
    def test_leaving_one_out(self, pairs):
        y, s = split(pairs)
        found = leave_one_out(y, s)
        assert len(found) == len(y)
        rest = pool(y[1:], s[1:])
        assert found[0].estimate == rest.estimate
        assert found[0].tau2 == rest.tau2

    def test_weights_of_very_different_size(self):
        found = pool([0.0, 1.0], [1e-4, 20.0])
        assert found.estimate == pytest.approx(0, abs=1e-6)
        assert math.isfinite(found.tau2)


class TestQuantiles:
    # Student's t as printed in tables.
    @pytest.mark.parametrize(
        ("level", "df", "value"),
        [(95, 1, 12.706), (95, 2, 4.303), (95, 3, 3.182), (95, 10, 2.228), (99, 5, 4.032)],
    )
    def test_t_of_the_tables(self, level, df, value):
        assert t_value(level, df) == pytest.approx(value, abs=5e-4)

    @pytest.mark.parametrize(
        ("x", "df", "tail"), [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (0, 4, 1)]
    )
    def test_chi_squared_of_the_tables(self, x, df, tail):
        assert chi_squared_tail(x, df) == pytest.approx(tail, abs=5e-5)

    def test_far_out(self):
        assert chi_squared_tail(5000, 3) == 0
        assert t_value(95, 10_000) == pytest.approx(1.9602, abs=1e-4)


class TestRefusals:
    @pytest.mark.parametrize(
        ("y", "s", "words"),
        [
            ([-1], [0.3], "two trials"),
            ([], [], "two trials"),
            ([-1, 0], [0.3], "one number for each trial"),
            ([[-1, 0]], [[0.3, 0.3]], "one number for each trial"),
            ([-1, math.nan], [0.3, 0.3], "finite"),
            ([-1, 0], [0.3, 0], "from 0.0001"),
            ([-1, 0], [0.3, 99], "to 20"),
        ],
    )
    def test_trials(self, y, s, words):
        with pytest.raises(ValueError, match=words):
            pool(y, s)

    def test_the_rest(self):
        with pytest.raises(ValueError, match="method is"):
            pool([0, 1], [1, 1], "guess")
        with pytest.raises(ValueError, match="level"):
            pool([0, 1], [1, 1], level=0.95)
        with pytest.raises(ValueError, match="three trials"):
            leave_one_out([0, 1], [1, 1])
        with pytest.raises(ValueError, match="df"):
            t_value(95, 0)
        with pytest.raises(ValueError, match="df"):
            chi_squared_tail(1, 1.5)
        with pytest.raises(ValueError, match="0 or more"):
            chi_squared_tail(-1, 1)

    def test_few_trials_are_said_to_be_few(self):
        assert "hardly tell" in pool([0, -1], [0.5, 0.5]).warnings[0]
        many = np.linspace(-1, 0, 6)
        assert pool(many, np.full(6, 0.5)).warnings == ()
