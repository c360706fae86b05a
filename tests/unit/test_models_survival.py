"""Kaplan-Meier, log-rank, restricted mean and hazard ratio: by hand, properties, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models import _normal
from oligoteach.models.curves import exponential, weibull
from oligoteach.models.curves import survival as curve_survival
from oligoteach.models.survival import (
    cumulative_hazard,
    hazard_ratio,
    kaplan_meier,
    log_rank,
    piecewise_exponential,
    restricted_mean,
    surviving,
    time_at_hazard,
    time_at_survival,
)

# Six patients worked out by hand: events at 1, 2, 2 and 4 months, censored at 2 and 5.
TIME = [1.0, 2.0, 2.0, 2.0, 4.0, 5.0]
EVENT = [1, 1, 1, 0, 1, 0]
ARM = [0, 0, 1, 1, 0, 1]


@st.composite
def trials(draw, replicates=False):
    """Two arms with tied and untied times, each with a patient, at least one event."""
    size = draw(st.integers(4, 30))
    rows = draw(st.integers(1, 4)) if replicates else 1
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = rng.exponential(10, (rows, size))
    if draw(st.booleans()):
        time = np.ceil(time / draw(st.sampled_from([1.0, 4.0])))
    event = rng.random((rows, size)) < draw(st.floats(0.2, 1.0))
    event[:, 0] = True
    arm = rng.permuted(np.tile(np.arange(size) % 2, (rows, 1)), axis=1)
    return (time, event, arm) if replicates else (time[0], event[0], arm[0])


def test_kaplan_meier_by_hand():
    curve = kaplan_meier(TIME, EVENT)
    after = [5 / 6, *[5 / 6 * 3 / 5] * 3, 1 / 4, 1 / 4]
    assert curve.survival == pytest.approx(after, abs=1e-15)
    assert curve.at_risk.tolist() == [6, 5, 5, 5, 2, 1]
    assert curve.events.tolist() == [1, 2, 2, 2, 1, 0]
    greenwood = 1 / 30 + 2 / 15 + 1 / 2
    assert curve.greenwood[-1] == pytest.approx(greenwood, rel=1e-14)
    assert curve.median == 2.0
    assert curve.at([0, 1, 1.5, 4, 9]) == pytest.approx([1, 5 / 6, 5 / 6, 1 / 4, 1 / 4])


def test_kaplan_meier_without_censoring_is_the_share_left():
    rng = np.random.default_rng(3)
    time = np.ceil(rng.exponential(5, 60))
    curve = kaplan_meier(time, np.ones(60))
    asked = np.arange(0, 30)
    assert curve.at(asked) == pytest.approx((time[:, None] > asked).mean(axis=0), abs=1e-12)


def test_a_median_that_is_not_reached_is_infinite():
    assert kaplan_meier([1, 2, 3], [1, 0, 0]).median == math.inf


def test_log_rank_by_hand():
    test = log_rank(TIME, EVENT, ARM)
    expected = 1 / 2 + 2 * 3 / 5 + 1 / 2
    variance = 1 / 4 + 2 * (3 / 5) * (2 / 5) * 3 / 4 + 1 / 4
    assert test.observed == 1
    assert test.events == 4
    assert test.expected == pytest.approx(expected, rel=1e-14)
    assert test.variance == pytest.approx(variance, rel=1e-14)
    assert test.chi2 == pytest.approx((1 - expected) ** 2 / variance, rel=1e-13)
    assert test.p == pytest.approx(math.erfc(abs(float(test.z)) / math.sqrt(2)), rel=1e-13)


def test_one_step_is_read_off_the_log_rank_sums():
    test = log_rank(TIME, EVENT, ARM)
    found = hazard_ratio(TIME, EVENT, ARM, method="one-step")
    assert found.log == pytest.approx((test.observed - test.expected) / test.variance)
    assert found.se == pytest.approx(1 / math.sqrt(test.variance))


def test_restricted_mean_by_hand():
    found = restricted_mean(TIME, EVENT, 4.5)
    assert found.value == pytest.approx(1 + 5 / 6 + 2 * 0.5 + 0.5 / 4, rel=1e-14)
    areas = np.array([5 / 6 + 1 + 1 / 8, 1 + 1 / 8, 1 / 8])
    assert found.se == pytest.approx(math.sqrt(np.sum(areas**2 * [1 / 30, 2 / 15, 1 / 2])))


def test_restricted_mean_without_censoring_is_the_mean_of_cut_times():
    time = np.random.default_rng(8).exponential(5, 40)
    found = restricted_mean(time, np.ones(40), 6.0)
    assert found.value == pytest.approx(np.minimum(time, 6).mean(), rel=1e-12)
    assert found.se == pytest.approx(np.minimum(time, 6).std() / math.sqrt(40), rel=1e-12)


@given(trials())
def test_swapping_the_arms_turns_every_comparison_round(trial):
    time, event, arm = trial
    one, other = log_rank(time, event, arm), log_rank(time, event, 1 - arm)
    assert one.z == pytest.approx(-other.z, abs=1e-9)
    assert one.variance == pytest.approx(other.variance, abs=1e-9)
    for method in ("cox", "one-step"):
        a = hazard_ratio(time, event, arm, method=method)
        b = hazard_ratio(time, event, 1 - arm, method=method)
        assert a.log == pytest.approx(-b.log, abs=1e-7, nan_ok=True)
        assert a.se == pytest.approx(b.se, rel=1e-6)


@given(trials(), st.floats(0.1, 50))
def test_only_the_order_of_times_counts_in_a_comparison(trial, factor):
    time, event, arm = trial
    order = np.random.default_rng(1).permutation(len(time))
    moved = (factor * time[order], event[order], arm[order])
    assert log_rank(*moved).chi2 == pytest.approx(log_rank(time, event, arm).chi2, abs=1e-9)
    before, after = hazard_ratio(time, event, arm).log, hazard_ratio(*moved).log
    assert after == pytest.approx(before, abs=1e-7, nan_ok=True)


@given(trials(replicates=True))
def test_many_trials_at_once_are_each_trial_alone(many):
    together = log_rank(*many)
    ratios = {m: hazard_ratio(*many, method=m) for m in ("cox", "one-step")}
    curve = kaplan_meier(many[0], many[1], member=many[2])
    horizon = float(np.where(many[2] == 1, many[0], 0).max(axis=1).min())
    mean = restricted_mean(many[0], many[1], max(horizon, 1e-3), member=many[2])
    for row, trial in enumerate(zip(*many, strict=True)):
        alone = log_rank(*trial)
        assert together.z[row] == pytest.approx(alone.z, abs=1e-12)
        assert together.p[row] == pytest.approx(alone.p, abs=1e-12)
        for method, ratio in ratios.items():
            one = hazard_ratio(*trial, method=method)
            assert ratio.log[row] == pytest.approx(one.log, abs=1e-12, nan_ok=True)
            assert ratio.se[row] == pytest.approx(one.se, rel=1e-12)
        single = kaplan_meier(trial[0], trial[1], member=trial[2])
        assert np.array_equal(curve.survival[row], single.survival)
        again = restricted_mean(trial[0], trial[1], mean.horizon, member=trial[2])
        assert mean.value[row] == pytest.approx(again.value, rel=1e-12)
        assert mean.se[row] == pytest.approx(again.se, rel=1e-12)


@given(trials())
def test_survival_falls_from_one_and_its_limits_enclose_it(trial):
    curve = kaplan_meier(trial[0], trial[1])
    low, high = curve.interval()
    assert np.all(np.diff(curve.survival) <= 1e-15)
    assert np.all((curve.survival >= 0) & (curve.survival <= 1))
    assert np.all((low <= curve.survival) & (curve.survival <= high))


@given(trials())
def test_the_interval_encloses_the_ratio(trial):
    found = hazard_ratio(*trial, level=90)
    assert np.isnan(found.value) or found.low <= found.value <= found.high


def test_a_ratio_without_maximum_is_said_to_have_none():
    time, arm = [1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0]
    all_in_one_arm = hazard_ratio(time, [1, 1, 1, 0, 0, 0], arm)
    assert (all_in_one_arm.value, all_in_one_arm.low) == (math.inf, 0.0)
    assert all_in_one_arm.high == math.inf
    nobody_left = hazard_ratio(time, [0, 0, 0, 1, 1, 1], arm)
    assert np.isnan(nobody_left.log)
    assert (nobody_left.low, nobody_left.high) == (0.0, math.inf)
    assert log_rank(time, [0, 0, 0, 1, 1, 1], arm).p == 1.0
    none_in_arm_1 = hazard_ratio([6, 6, 6, 1, 2, 3], [0, 0, 0, 1, 1, 1], arm)
    assert (none_in_arm_1.value, none_in_arm_1.high) == (0.0, math.inf)


def test_replicates_without_an_event_do_not_stop_the_others():
    time, event = np.tile(np.arange(1.0, 7), (2, 1)), np.array([[0] * 6, [1, 0, 1, 1, 0, 1]])
    found = hazard_ratio(time, event, [0, 1, 0, 1, 0, 1])
    assert np.isnan(found.log[0])
    assert np.isfinite(found.log[1])
    assert log_rank(time, event, [0, 1, 0, 1, 0, 1]).z[0] == 0.0


def test_a_very_strong_effect_still_converges():
    rng = np.random.default_rng(11)
    arm = np.repeat([0, 1], 400)
    time = rng.exponential(np.where(arm, 2000.0, 1.0))
    found = hazard_ratio(time, np.ones(800), arm)
    assert found.log == pytest.approx(-math.log(2000), abs=4 * float(found.se))


@pytest.mark.parametrize(
    ("args", "wording"),
    [
        (([1, 2], [0, 0], [0, 1]), "No event was observed"),
        (([1], [1], [1]), "An arm has no patient"),
        (([1, 2], [1, 1], [1, 1]), "An arm has no patient"),
        (([1, 2], [1, 2], [0, 1]), "event holds a value other than 0 and 1"),
        (([1, 2], [1, 1, 0], [0, 1]), "one value for each patient"),
        (([1, -2], [1, 1], [0, 1]), "months count from 0 upwards"),
        (([1, math.nan], [1, 1], [0, 1]), "not a finite number"),
        (([], [], []), "time holds no patient"),
    ],
)
def test_impossible_data_is_refused_with_a_sentence(args, wording):
    for function in (log_rank, hazard_ratio):
        with pytest.raises(ValueError, match=wording):
            function(*args)


def test_other_refusals():
    with pytest.raises(ValueError, match="take 5 months or less"):
        restricted_mean(TIME, EVENT, 6)
    with pytest.raises(ValueError, match="above 0"):
        restricted_mean(TIME, EVENT, 0)
    with pytest.raises(ValueError, match="The group has no patient"):
        kaplan_meier(TIME, EVENT, member=[0] * 6)
    with pytest.raises(ValueError, match="'cox' or 'one-step'"):
        hazard_ratio(TIME, EVENT, ARM, method="logit")
    with pytest.raises(ValueError, match="'efron' or 'breslow'"):
        hazard_ratio(TIME, EVENT, ARM, ties="exact")
    with pytest.raises(ValueError, match="percentage"):
        hazard_ratio(TIME, EVENT, ARM, level=0.95)


def test_a_horizon_may_pass_the_last_event_when_nobody_is_left():
    assert restricted_mean([1, 2], [1, 1], 100).value == pytest.approx(1.5)


MODELS = [
    exponential(14.2),
    weibull(28, 60, 0.177),
    piecewise_exponential([0, 6, 18], [0.1, 0.02, 0.05]),
]


@pytest.mark.parametrize("model", MODELS)
def test_time_and_survival_undo_each_other(model):
    shares = np.array([1.0, 0.9, 0.5, 0.1, 1e-6])
    assert surviving(model, time_at_survival(model, shares)) == pytest.approx(shares, rel=1e-10)
    months = np.array([0.0, 0.5, 6.0, 17.0, 18.0, 90.0])
    assert time_at_hazard(model, cumulative_hazard(model, months)) == pytest.approx(months)
    assert np.exp(-cumulative_hazard(model, months)) == pytest.approx(surviving(model, months))


def test_curves_are_those_of_the_curves_module():
    months = np.linspace(0, 90, 10)
    assert np.array_equal(surviving(MODELS[1], months), curve_survival(MODELS[1], months))


def test_one_piece_is_the_exponential():
    rate = math.log(2) / 14.2
    months = np.linspace(0, 90, 10)
    one = surviving(piecewise_exponential([0], [rate]), months)
    assert one == pytest.approx(surviving(MODELS[0], months))


@pytest.mark.parametrize(
    ("starts", "rates", "wording"),
    [
        ([0, 6], [0.1], "one rate for each start"),
        ([1], [0.1], "begin with 0"),
        ([0, 6, 6], [1, 1, 1], "rise from one"),
        ([0], [0.0], "must be above 0"),
        ([], [], "one rate for each start"),
    ],
)
def test_impossible_pieces_are_refused(starts, rates, wording):
    with pytest.raises(ValueError, match=wording):
        piecewise_exponential(starts, rates)


def test_impossible_survival_is_refused():
    with pytest.raises(ValueError, match="share above 0"):
        time_at_survival(MODELS[0], 0.0)
    with pytest.raises(ValueError, match="0 or above"):
        time_at_hazard(MODELS[0], -1.0)


@pytest.mark.parametrize("z", [-8.0, -1.0, 0.0, 1.959963984540054, 20.0])
def test_the_normal_distribution_keeps_its_tails(z):
    assert _normal.above(z) == pytest.approx(0.5 * math.erfc(z / math.sqrt(2)), rel=1e-15)
    assert _normal.below(z) + _normal.above(z) == pytest.approx(1.0)
    tail = float(_normal.above(abs(z)))
    assert _normal.critical(tail) == pytest.approx(abs(z), abs=1e-9)


def test_the_normal_distribution_at_its_ends():
    assert (_normal.quantile(0.0), _normal.quantile(1.0)) == (-math.inf, math.inf)
    assert _normal.density(1e200) == 0.0
