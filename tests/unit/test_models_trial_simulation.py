"""The simulator: reproducible, unbiased where it must be, biased where the lesson says so."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.models.design import Course, exaggeration, expected_events
from oligoteach.models.sequential import RULES, crossing
from oligoteach.models.survival import hazard_ratio, kaplan_meier, log_rank, surviving
from oligoteach.models.trial_simulation import (
    QUANTILES,
    Crossover,
    TrialDesign,
    Trials,
    gather,
    replicate,
    simulate,
    summarise,
)

ARRAYS = [field.name for field in fields(Trials) if field.name != "first"]

# Log hazard ratios of three trials.
KNOWN = [-1.297231818388, -0.641543205270, -0.692763001538]


@st.composite
def designs(draw):
    weibull = draw(st.booleans())
    return TrialDesign(
        patients=draw(st.integers(40, 300)),
        allocation=draw(st.sampled_from([0.3, 0.5, 2 / 3])),
        control_median=draw(st.floats(4, 30)),
        hazard_ratio=draw(st.floats(0.4, 1.5)),
        accrual=draw(st.sampled_from([0.0, 12.0, 36.0])),
        follow_up=draw(st.floats(12, 36)),
        landmark_time=90.0 if weibull else None,
        landmark_survival=0.05 if weibull else None,
        dropout=draw(st.sampled_from([0.0, 0.1])),
        crossover=draw(st.sampled_from([None, Crossover(0.5, 6.0, 0.6)])),
        alpha=draw(st.sampled_from([0.05, 0.2])),
        sides=draw(st.sampled_from([1, 2])),
        looks=draw(st.sampled_from([(), (0.6,), (0.5, 0.75)])),
        rule=draw(st.sampled_from(RULES)),
    )


def same(one, other):
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ARRAYS)


def run(design, n_trials, seed=1):
    return gather(simulate(design, n_trials, seed))


@given(designs(), st.integers(1, 700), st.integers(1, 400), st.integers(0, 2**53))
@settings(max_examples=40)
def test_trials_are_the_same_bit_for_bit_whatever_the_batches(design, total, batch, seed):
    whole = run(design, total, seed)
    batches = list(simulate(design, total, seed, batch=batch))
    assert len(whole) == total
    assert all(len(part) == batch for part in batches[:-1])
    assert [part.first for part in batches] == list(range(0, total, batch))
    assert same(gather(batches), whole)
    assert same(run(design, total + 50, seed).cut(0, total), whole)


@given(designs(), st.integers(0, 500), st.integers(0, 1000))
@settings(max_examples=40)
def test_a_trials_own_patients_give_its_own_result(design, index, seed):
    trials = run(design, index + 1, seed)
    patients = replicate(design, seed, index)
    assert patients.look == trials.stopped_at[index]
    assert patients.event.sum() == trials.events[index]
    if patients.event.any():
        test = log_rank(patients.time, patients.event, patients.arm)
        ratio = hazard_ratio(patients.time, patients.event, patients.arm)
        assert trials.z[index] == pytest.approx(test.z, abs=1e-10)
        assert trials.log_hr[index] == pytest.approx(ratio.log, abs=1e-9, nan_ok=True)
        assert trials.se[index] == pytest.approx(ratio.se, rel=1e-8)
    end = replicate(design, seed, index, look=0)
    assert end.month == design.accrual + design.follow_up
    assert np.bincount(end.arm, minlength=2).tolist() == list(design.arms)
    for look in range(len(design.looks)):
        if not math.isnan(trials.look_z[index, look]):
            then = replicate(design, seed, index, look=look + 1)
            assert then.event.sum() == design.look_events[look]
            assert then.month <= end.month
            assert np.all(then.entry < then.month)
            z = log_rank(then.time, then.event, then.arm).z
            assert trials.look_z[index, look] == pytest.approx(z, abs=1e-10)


@given(designs(), st.integers(0, 1000))
@settings(max_examples=40)
def test_results_hold_together(design, seed):
    trials = run(design, 200, seed)
    ran_on = trials.stopped_at == 0
    assert np.array_equal(trials.z[ran_on], trials.end_z[ran_on])
    both = np.isfinite(trials.log_hr) & (np.abs(trials.z) > 1e-9)
    assert np.all(np.sign(trials.log_hr[both]) == np.sign(trials.z[both]))
    assert np.all(trials.se > 0)
    bounds = design.boundaries.z
    for look, bound in enumerate(bounds[:-1]):
        size = trials.look_z[:, look] * -1 if design.sides == 1 else np.abs(trials.look_z[:, look])
        assert np.all(size[trials.stopped_at == look + 1] >= bound)
    summary = summarise(design, trials)
    assert 0 <= summary.benefit <= summary.power <= 1
    assert sum(summary.stopped_at) == pytest.approx(summary.stopped)
    assert list(summary.quantiles) == sorted(summary.quantiles)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sides": 1, "alpha": 0.1},
        {"looks": (0.33, 0.66), "rule": "pocock", "patients": 200},
        {"looks": (0.5,), "sides": 1, "alpha": 0.025, "patients": 200},
        {"landmark_time": 36.0, "landmark_survival": 0.2, "dropout": 0.1},
        {"crossover": Crossover(0.5, 6, 1.0)},
    ],
    ids=str,
)
def test_type_one_error_is_alpha(changes):
    design = TrialDesign(**{"hazard_ratio": 1.0, "alpha": 0.05, **changes})
    summary = summarise(design, run(design, 20_000, seed=11))
    error = math.sqrt(design.alpha * (1 - design.alpha) / 20_000)
    # The log-rank test itself is exact to some 0.001 only at this size.
    assert summary.power == pytest.approx(design.alpha, abs=3 * error + 0.001)
    assert (summary.type_m, summary.type_s, summary.wrong_sign) == (None, None, None)


@pytest.mark.parametrize("looks", [(), (0.5,), (0.4, 0.7)])
def test_a_large_trial_does_what_theory_says(looks):
    design = TrialDesign(
        patients=600, allocation=0.5, hazard_ratio=0.85, control_median=12, accrual=24,
        follow_up=24, looks=looks, rule="pocock",
    )  # fmt: skip
    summary = summarise(design, run(design, 10_000, seed=2))
    bounds = design.boundaries
    theory = crossing(bounds.fractions, bounds.z, drift=design.expected.drift)
    assert summary.power == pytest.approx(theory.any, abs=4 * summary.power_error + 0.005)
    for share, wanted in zip(summary.stopped_at, theory.benefit, strict=False):
        assert share == pytest.approx(wanted, abs=0.02)
    if not looks:
        theory = exaggeration(0.85, math.log(1 / 0.85) / design.expected.drift)
        assert summary.type_m == pytest.approx(theory.type_m, rel=0.02)
        assert summary.type_s == pytest.approx(theory.type_s, abs=0.005)
        assert summary.events == pytest.approx(design.expected.total, rel=0.005)
        assert summary.quantiles[QUANTILES.index(0.5)] == pytest.approx(0.85, rel=0.01)


def test_stopping_early_exaggerates():
    design = TrialDesign(patients=200, hazard_ratio=0.75, looks=(0.5,), rule="pocock")
    summary = summarise(design, run(design, 5000))
    assert summary.mean_hr_if_stopped < summary.mean_hr_if_significant < 0.75
    assert 0 < summary.stopped < summary.power < 1
    assert summary.type_m > 1


def test_swapping_the_arms_turns_the_results_round():
    """In distribution: a ratio of 1 / HR with the other arm's survival is the same trial."""
    design = TrialDesign(patients=120, allocation=2 / 3, hazard_ratio=0.6, control_median=10)
    other = replace(design, allocation=1 / 3, hazard_ratio=1 / 0.6, control_median=10 / 0.6)
    one, two = (summarise(d, run(d, 20_000, seed)) for d, seed in ((design, 5), (other, 6)))
    assert one.power == pytest.approx(two.power, abs=5 * one.power_error)
    assert one.events == pytest.approx(two.events, rel=0.005)
    assert one.quantiles[2] == pytest.approx(1 / two.quantiles[2], rel=0.01)
    assert one.type_m == pytest.approx(two.type_m, abs=6 * one.type_m_error)


def test_patients_live_as_the_design_says():
    design = TrialDesign(
        patients=2000, control_median=10, hazard_ratio=0.5, accrual=12, follow_up=60,
        crossover=Crossover(1.0, 6.0, 0.5), dropout=0.2,
    )  # fmt: skip
    patients = replicate(design, 3, 0)
    assert np.all((patients.entry >= 0) & (patients.entry <= 12))
    assert np.all(patients.entry + patients.time <= 72 + 1e-9)
    asked = np.array([3.0, 6.0, 12.0, 24.0])
    curve = design.curve
    halved = np.exp(0.5 * np.log(surviving(curve, asked)))
    six = surviving(curve, 6.0)
    switched = np.where(asked <= 6, surviving(curve, asked), np.sqrt(surviving(curve, asked) * six))
    for arm, wanted in ((0, switched), (1, halved)):
        seen = kaplan_meier(patients.time, patients.event, member=patients.arm == arm).at(asked)
        assert seen == pytest.approx(wanted, abs=0.05)
    assert patients.crossed[patients.arm == 1].sum() == 0
    assert np.array_equal(patients.crossed, (patients.arm == 0) & (patients.time > 6))
    course = Course(12, 60, 0.2, Crossover(1.0, 6.0, 0.5))
    expected = expected_events(curve, 0.5, 2000, course)
    assert patients.event.sum() == pytest.approx(expected.total, abs=100)


def test_dropout_loses_the_share_it_names():
    design = TrialDesign(
        patients=5000, control_median=240, hazard_ratio=1.0, accrual=0, follow_up=12, dropout=0.3
    )
    patients = replicate(design, 1, 0)
    lost = (~patients.event & (patients.time < 12)).mean()
    # Some have the event before they would be lost: a little under 0.3.
    assert lost == pytest.approx(0.3 * (1 - math.log(2) / 40), abs=0.02)


def test_tiny_trials_without_a_finite_ratio_raise_no_warning():
    design = TrialDesign(patients=4, control_median=12, follow_up=30, accrual=0, hazard_ratio=0.2)
    trials = run(design, 3000)
    summary = summarise(design, trials)
    assert summary.unbounded > 100
    assert np.isnan(trials.log_hr).sum() > 0
    assert np.all(np.isfinite(trials.z))
    assert summary.quantiles[0] == 0.0
    assert summary.type_m is None or math.isfinite(summary.type_m)


def test_the_stream_of_random_numbers_is_the_known_one():
    """Notebooks print what they simulate, so another stream would change what they say."""
    trials = run(TrialDesign(looks=(0.5,)), 1000, seed=1)
    assert trials.log_hr[[0, 1, 999]] == pytest.approx(KNOWN, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.05, 20.0])
@pytest.mark.parametrize("patients", [6, 99])
@pytest.mark.parametrize("landmark", [None, 0.06, 0.43])
@pytest.mark.parametrize("looks", [(), (0.7,)])
def test_the_corners_of_what_is_allowed_raise_no_warning(ratio, patients, landmark, looks):
    design = TrialDesign(
        patients=patients, hazard_ratio=ratio, accrual=0, follow_up=240, dropout=0.2, looks=looks,
        control_median=10, landmark_time=None if landmark is None else 15.0,
        landmark_survival=landmark, crossover=Crossover(1.0, 240, 0.05), alpha=0.4,
    )  # fmt: skip
    summary = summarise(design, run(design, 60))
    assert 0 <= summary.power <= 1
    assert replicate(design, 1, 7).time.size > 0


def test_the_first_batch_is_small_and_later_ones_larger():
    for patients, total in ((20, 50_000), (99, 12_000), (2000, 600)):
        sizes = [len(part) for part in simulate(TrialDesign(patients=patients), total, 1)]
        assert sum(sizes) == total
        assert len(sizes) > 2
        assert sizes[0] * patients <= 100_000
        assert all(size * patients <= 800_000 for size in sizes)


def test_summary_of_nothing_is_refused():
    design = TrialDesign()
    with pytest.raises(ValueError, match="no batch"):
        gather([])
    with pytest.raises(ValueError, match="no trial to summarise"):
        summarise(design, run(design, 1).cut(0, 0))


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"patients": 1}, "patients is 1; .* nearest allowed value is 4"),
        ({"patients": 99.5}, "whole number"),
        ({"patients": 6000}, "nearest allowed value is 5000"),
        ({"hazard_ratio": 0}, r"hazard_ratio is 0; .* nearest allowed value is 0\.05"),
        ({"hazard_ratio": math.nan}, "finite number"),
        ({"allocation": 1.0}, r"allocation is 1; .* nearest allowed value is 0\.9"),
        ({"control_median": 0}, r"control_median is 0; .* nearest allowed value is 0\.1"),
        ({"accrual": -3}, "accrual is -3; .* nearest allowed value is 0"),
        ({"accrual": 0, "follow_up": 0}, "nobody is ever observed"),
        ({"dropout": 1.0}, r"nearest allowed value is 0\.9"),
        ({"alpha": 0.0}, "alpha is 0"),
        ({"sides": 3}, "sides is 3"),
        ({"looks": (1.0,)}, r"at or after the end, which is 1; the latest allowed is 0\.99"),
        ({"looks": 0.5}, r"must be a list, such as \(0\.5,\)"),
        ({"looks": (0.01,)}, r"would come after 1; .* fraction of 0\.04"),
        ({"rule": "none"}, "rule is 'none'"),
        ({"landmark_time": 24}, "give both or neither"),
        ({"landmark_time": 24, "landmark_survival": 0.7}, "below 0.5"),
        ({"landmark_time": 24, "landmark_survival": 0.499}, r"shape of 0\.0042.*nearest.* 0\.451"),
        ({"landmark_time": 12.1, "landmark_survival": 0.2}, r"shape of 1e\+02.*nearest.* 0\.471"),
        ({"patients": 4, "follow_up": 3.5, "looks": (0.1,)}, "at least 2, so leave it out"),
        (
            {"accrual": 0, "follow_up": 0.1, "control_median": 60},
            r"0\.09 events are expected .* at least 2 .* nearest allowed follow_up is 2\.1 months",
        ),
        (
            {"patients": 4, "control_median": 240, "dropout": 0.9},
            "Take more patients or a shorter control_median",
        ),
    ],
)
def test_impossible_designs_are_refused_with_a_sentence(changes, wording):
    with pytest.raises(ValueError, match=wording):
        TrialDesign(**changes)


def test_the_follow_up_named_in_a_refusal_is_enough():
    with pytest.raises(ValueError, match="nearest allowed follow_up") as refusal:
        TrialDesign(accrual=0, follow_up=0.1, control_median=60)
    months = float(str(refusal.value).split("follow_up is ")[1].split()[0])
    assert TrialDesign(accrual=0, follow_up=months, control_median=60).expected.total >= 2


@pytest.mark.parametrize(
    ("call", "wording"),
    [
        (lambda: simulate(TrialDesign(), 0, 1), "n_trials is 0; .* nearest allowed value is 1"),
        (lambda: simulate(TrialDesign(), 10, -1), "seed is -1; .* nearest allowed value is 0"),
        (lambda: simulate(TrialDesign(), 10, 1, batch=0), "batch is 0"),
        (lambda: replicate(TrialDesign(), 1, -1), "index is -1"),
        (
            lambda: replicate(TrialDesign(), 1, 0, look=1),
            "look is 1; .* nearest allowed value is 0",
        ),
    ],
)
def test_impossible_runs_are_refused_at_once(call, wording):
    with pytest.raises(ValueError, match=wording):
        call()


def test_a_look_that_was_not_held_cannot_be_shown():
    design = TrialDesign(patients=40, follow_up=3, accrual=3, looks=(0.98,))
    trials = run(design, 200)
    missed = int(np.flatnonzero(np.isnan(trials.look_z[:, 0]))[0])
    assert trials.stopped_at[missed] == 0
    with pytest.raises(ValueError, match="take look 0, the end"):
        replicate(design, 1, missed, look=1)
