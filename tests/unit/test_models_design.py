"""Events, power, expected events, go/no-go, exaggeration, early stopping: golden values first."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.curves import exponential, weibull
from oligoteach.models.design import (
    Course,
    Crossover,
    allocation_share,
    chance_to_go,
    critical_ratio,
    detectable,
    drift_of,
    early_stop,
    events_needed,
    exaggeration,
    expected_events,
    months_until,
    patients_of_arms,
    power_of,
)
from oligoteach.models.sequential import crossing
from oligoteach.models.survival import piecewise_exponential

SPEC = json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))

ratios = st.floats(0.2, 0.95)
levels = st.sampled_from([0.02, 0.05, 0.1, 0.2])
allocations = st.floats(0.2, 0.8)


def golden(name):
    rows = SPEC[name]["golden"]
    assert rows
    return pytest.mark.parametrize("row", rows, ids=str)


def share_of(text: str) -> float:
    return allocation_share(*(float(part) for part in text.split(":")))


def to_the_digits(value: float, printed: float) -> bool:
    """Compare with a golden value of six significant digits or more."""
    digits = len(repr(printed).split(".")[-1])
    return math.isclose(value, printed, rel_tol=1e-8, abs_tol=0.51 * 10.0**-digits)


@golden("SCHOENFELD")
def test_golden_events_and_power(row):
    share = share_of(row["alloc"])
    ratio, alpha = float(row["HR"]), float(row["alpha"])
    if isinstance(row["power"], str):
        found = events_needed(ratio, float(row["power"]), alpha=alpha, allocation=share)
        assert found == pytest.approx(row["D"], rel=1e-8)
    else:
        found = power_of(ratio, row["D"], alpha=alpha, allocation=share)
        assert found == pytest.approx(row["power"], rel=1e-8)


@golden("GO_NOGO_LU002")
def test_golden_go(row):
    found = chance_to_go(float(row["HR"]), row["D"], threshold=0.83, allocation=134 / 215)
    assert found == pytest.approx(row["P_go"], rel=1e-8)


@golden("TYPE_M_S")
def test_golden_exaggeration(row):
    found = exaggeration(float(row["trueHR"]), float(row["SE"]), alpha=float(row["alpha"]))
    assert to_the_digits(found.power, row["power"])
    assert to_the_digits(found.type_s, row["typeS"])
    assert to_the_digits(found.type_m, row["typeM_log"])
    assert to_the_digits(found.mean_hr, row["meanHR_if_sig"])


@golden("EARLY_STOP")
def test_golden_early_stop(row):
    ratio, bound, fraction = float(row["trueHR"]), float(row["z_bound"]), float(row["info"])
    found = early_stop(ratio, float(row["power"]), fraction, bound)
    assert to_the_digits(found.stop, row["P_stop"])
    assert to_the_digits(found.exaggeration, row["exaggeration_lnHR"])
    assert to_the_digits(found.mean_hr, row["meanHR_if_stopped"])
    assert to_the_digits(found.least_exaggeration, row["min_exagg"])
    assert to_the_digits(found.hr_at_boundary, row["HR_at_boundary"])


@given(ratios, st.floats(0.5, 0.99), levels, st.sampled_from([1, 2]), allocations)
def test_events_power_and_detectable_ratio_undo_each_other(ratio, power, alpha, sides, share):
    how = {"alpha": alpha, "sides": sides, "allocation": share}
    events = events_needed(ratio, power, **how)
    if not 2 <= events <= 100_000:
        return
    assert power_of(ratio, events, **how) == pytest.approx(power, rel=1e-9)
    assert detectable(events, power, **how) == pytest.approx(ratio, rel=1e-9)
    assert power_of(critical_ratio(events, **how), events, **how) == pytest.approx(0.5)


@given(ratios, st.floats(10, 500), levels, allocations)
def test_swapping_the_arms_changes_nothing_but_the_sign(ratio, events, alpha, share):
    here = {"alpha": alpha, "allocation": share}
    there = {"alpha": alpha, "allocation": 1 - share}
    assert power_of(ratio, events, **here) == pytest.approx(power_of(1 / ratio, events, **there))
    assert drift_of(ratio, events, allocation=share) == pytest.approx(
        -drift_of(1 / ratio, events, allocation=1 - share)
    )
    one, other = exaggeration(ratio, 0.3, alpha=alpha), exaggeration(1 / ratio, 0.3, alpha=alpha)
    assert one.type_m == pytest.approx(other.type_m)
    assert one.type_s == pytest.approx(other.type_s)
    assert one.mean_hr == pytest.approx(1 / other.mean_hr)


@given(ratios, st.floats(0.05, 0.6), levels, st.sampled_from([1, 2]))
def test_exaggeration_is_what_simulated_estimates_show(ratio, se, alpha, sides):
    found = exaggeration(ratio, se, alpha=alpha, sides=sides)
    draws = np.random.default_rng(7).normal(-math.log(ratio) / se, 1, 200_000)
    z = -np.log(critical_ratio(4 / se**2, alpha=alpha, sides=sides)) / se
    chosen = draws[(draws > z) | ((draws < -z) & (sides == 2))]
    spread = math.sqrt(found.power * (1 - found.power) / draws.size)
    assert chosen.size / draws.size == pytest.approx(found.power, abs=5 * spread + 1e-9)
    if chosen.size > 1000:
        mean = np.abs(chosen).mean() * se / -math.log(ratio)
        error = np.abs(chosen).std() * se / -math.log(ratio) / math.sqrt(chosen.size)
        assert mean == pytest.approx(found.type_m, abs=5 * error)


def test_one_sided_significance_has_no_wrong_sign_for_a_true_benefit():
    assert exaggeration(0.8, 0.3, sides=1).type_s == 0.0
    assert exaggeration(1.25, 0.3, sides=1).type_s == 1.0


def test_a_single_look_is_the_special_case_of_a_walk():
    """The closed form and the recursive integration must tell the same story."""
    stop = early_stop(0.7, 0.8, 0.33, 1.96)
    drift = 1.959963984540054 + 0.8416212335729143
    walk = crossing((0.33, 1.0), (1.96, 1.96), sides=1, drift=drift)
    assert walk.benefit[0] == pytest.approx(stop.stop, rel=1e-10)
    assert walk.mean_if_benefit[0] / drift == pytest.approx(stop.exaggeration, rel=1e-10)


def closed_form(rate, lost, accrual, follow_up):
    """Share with an event: exponential survival, dropout, uniform accrual."""
    both = rate + lost
    spread = (math.exp(-both * follow_up) - math.exp(-both * (accrual + follow_up))) / accrual
    return rate / both * (1 - spread / both)


@given(st.floats(3, 60), ratios, st.floats(1, 60), st.floats(0, 60), st.floats(0, 0.5), allocations)
def test_expected_events_have_their_closed_form(median, ratio, accrual, follow_up, lost, share):
    course = Course(accrual, follow_up, lost)
    found = expected_events(exponential(median), ratio, 200, course, allocation=share)
    rate = math.log(2) / median
    for events, size, hazard in (
        (found.control, 200 * (1 - share), rate),
        (found.experimental, 200 * share, ratio * rate),
    ):
        wanted = size * closed_form(hazard, course.dropout_rate, accrual, follow_up)
        assert events == pytest.approx(wanted, rel=1e-5)
    assert found.hazard_ratio == ratio


def test_expected_drift_is_schoenfelds_for_a_small_effect():
    found = expected_events(exponential(12), 0.98, 1000, Course(24, 24), allocation=0.6)
    assert found.drift == pytest.approx(drift_of(0.98, found.total, allocation=0.6), rel=0.02)


def test_everyone_at_once_and_followed_for_long_has_the_event():
    found = expected_events(exponential(2), 0.8, 100, Course(0, 200))
    assert found.total == pytest.approx(100, abs=1e-6)


def test_crossover_hides_an_effect_and_full_crossover_at_once_all_of_it():
    control, course = exponential(10), Course(12, 24)
    plain = expected_events(control, 0.5, 200, course)
    half = expected_events(control, 0.5, 200, Course(12, 24, 0.0, Crossover(0.5, 6, 0.5)))
    all_ = expected_events(control, 0.5, 200, Course(12, 24, 0.0, Crossover(1.0, 0, 0.5)))
    none = expected_events(control, 0.5, 200, Course(12, 24, 0.0, Crossover(0.0, 6, 0.5)))
    assert (none.total, none.hazard_ratio) == (plain.total, 0.5)
    assert none.drift == pytest.approx(plain.drift, rel=1e-6)
    assert 0.5 < half.hazard_ratio < 1
    assert 0 < half.drift < plain.drift
    assert half.power() < plain.power()
    assert all_.hazard_ratio == pytest.approx(1.0)
    assert all_.drift == pytest.approx(0.0, abs=1e-6)


def test_a_piece_and_a_weibull_of_constant_rate_are_the_exponential():
    course = Course(12, 12, 0.1, Crossover(0.4, 5, 0.7))
    rate = math.log(2) / 9
    exact = expected_events(exponential(9), 0.6, 120, course)
    pieces = piecewise_exponential([0, 4.3, 20], [rate] * 3)
    curve = weibull(9, 18, 0.25)
    for model in (pieces, curve):
        found = expected_events(model, 0.6, 120, course)
        assert found.total == pytest.approx(exact.total, rel=1e-6)
        assert found.drift == pytest.approx(exact.drift, rel=1e-6)


def test_months_until_events_lie_where_expectation_says():
    control, course = exponential(9), Course(24, 36, 0.05)
    for events in (5, 30, 60):
        month = months_until(events, control, 0.7, 99, course)
        accrued = min(month, 24.0)
        patients = 99 * accrued / 24
        so_far = Course(accrued, month - accrued, 0.05)
        assert expected_events(control, 0.7, patients, so_far).total == pytest.approx(
            events, abs=0.01
        )


def test_whole_patients_of_each_arm():
    assert patients_of_arms(99, 2 / 3) == (33, 66)
    assert patients_of_arms(4, 0.5) == (2, 2)


@pytest.mark.parametrize(
    ("call", "wording"),
    [
        (lambda: events_needed(0, 0.8), "hazard_ratio is 0; .* nearest allowed value is 0.05"),
        (lambda: events_needed(1, 0.8), "no effect .* 0.99 and 1.01"),
        (lambda: events_needed(0.7, 0.02), "power is 0.02; .* nearest allowed value is 0.0263"),
        (lambda: events_needed(0.7, 1.0), "nearest allowed value is 0.999"),
        (lambda: events_needed(0.7, 0.8, alpha=0), "alpha is 0; .* nearest allowed value is 1e-06"),
        (lambda: events_needed(0.7, 0.8, sides=0), "sides is 0"),
        (lambda: events_needed(0.7, 0.8, allocation=1), "nearest allowed value is 0.9"),
        (lambda: power_of(0.7, 0), "events is 0; .* nearest allowed value is 2"),
        (lambda: patients_of_arms(1, 0.5), "patients is 1; .* nearest allowed value is 4"),
        (lambda: patients_of_arms(10.5, 0.5), "whole number, such as 10"),
        (lambda: patients_of_arms(5, 0.1), "each arm needs at least 2, so take 15"),
        (lambda: allocation_share(0, 1), "control is 0"),
        (lambda: allocation_share(1, 99), "nearest allowed value is 0.9"),
        (lambda: Course(0, 0), "nobody is ever observed"),
        (lambda: Course(-1, 12), "accrual is -1; .* nearest allowed value is 0"),
        (lambda: Course(12, 12, 1.0), "dropout is 1; .* nearest allowed value is 0.9"),
        (lambda: Crossover(2, 6, 0.5), "crossover share is 2; .* nearest allowed value is 1"),
        (lambda: chance_to_go(0.7, 100, threshold=0), "threshold is 0"),
        (lambda: early_stop(0.7, 0.8, 1.2, 2), "fraction is 1.2; .* nearest allowed value is 0.99"),
        (
            lambda: months_until(90, exponential(9), 0.7, 99, Course(12, 12)),
            r"events is 90, but about 67\.\d are expected .* nearest allowed value is 67",
        ),
    ],
)
def test_impossible_designs_are_refused_with_a_sentence(call, wording):
    with pytest.raises(ValueError, match=wording):
        call()


def test_the_patients_named_in_a_refusal_are_enough():
    for share in (0.1, 0.15, 0.3, 0.9):
        for patients in range(4, 20):
            try:
                patients_of_arms(patients, share)
            except ValueError as refusal:
                named = int(str(refusal).split("so take ")[1].split()[0])
                assert min(patients_of_arms(named, share)) >= 2
