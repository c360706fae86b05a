"""Radiotherapy with an antibody in a mouse tumour: golden values, properties, refusals."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.immune_response import (
    PUBLISHED,
    Course,
    Schedule,
    antibody_level,
    daily,
    simulate,
    surviving_share,
    three_a_week,
)

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))["RT_ICI_Kosinsky2018"]
STATE = "day: [TV,TVd,nT,dT,L]"
SCHEDULES = {
    "control": Schedule(),
    "rt5x2": Schedule(daily(7, 5, 2)),
    "rt5x2+mAb": Schedule(daily(7, 5, 2), three_a_week(7)),
    "mAb": Schedule((), three_a_week(7)),
}
DAYS = np.arange(0, 40.01, 0.25)


def states(course: Course) -> np.ndarray:
    parts = (course.viable, course.dying, course.waiting, course.effectors, course.pdl1)
    return np.array(parts).T


@pytest.mark.parametrize("row", SPEC["golden"], ids=lambda row: row["arm"])
def test_golden_trajectories(row):
    days = [float(day) for day in row[STATE]]
    got = states(simulate(SCHEDULES[row["arm"]], days))
    # Printed to eight digits; the tolerance is half of the last of them, rounded up.
    assert np.allclose(got, list(row[STATE].values()), rtol=6e-8, atol=0)


def test_the_published_values_are_the_specs():
    for name, value in SPEC["params"].items():
        if name != "Vd":
            assert getattr(PUBLISHED, name) == value
    assert pytest.approx(444.44, abs=0.005) == PUBLISHED.dose_nm
    assert three_a_week(7) == (7, 9, 11, 14, 16, 18, 21, 23, 25)
    assert daily(7, 5, 2) == tuple((day, 2) for day in range(7, 12))


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.floats(0.1, 10)), max_size=12, unique_by=lambda f: f[0]
    ),
    st.lists(st.integers(0, 40), max_size=9, unique=True),
)
def test_states_stay_possible_under_any_schedule(fractions, antibody):
    course = simulate(Schedule(tuple(fractions), tuple(antibody)), DAYS)
    assert states(course).shape == (161, 5)
    assert np.all(np.isfinite(states(course)))
    for part in (course.viable, course.dying, course.waiting, course.effectors, course.pdl1):
        assert np.all(part >= -1e-9)
    assert np.all(course.viable <= PUBLISHED.TVmax)
    assert np.all(course.pdl1 <= 1)
    assert np.all(course.antibody >= 0)


@settings(max_examples=10)
@given(st.floats(0.5, 9), st.floats(0.5, 1), st.integers(1, 20))
def test_a_larger_fraction_leaves_less_just_afterwards(dose, share, day):
    more, less = (simulate(Schedule(((day, d),)), [day, day + 1e-6]) for d in (dose, dose * share))
    assert more.viable[1] <= less.viable[1] * (1 + 1e-9)
    assert more.viable[0] == pytest.approx(less.viable[0])


def test_a_fraction_moves_tumour_from_viable_to_dying_and_removes_none():
    course = simulate(Schedule(((10, 6.0),)), [10, 10 + 1e-9])
    before, after = states(course)
    assert after[0] == pytest.approx(before[0] * surviving_share(6), rel=1e-6)
    assert after[0] + after[1] == pytest.approx(before[0] + before[1], rel=1e-6)
    assert after[2:] == pytest.approx(before[2:], rel=1e-5)
    assert course.volume == pytest.approx(course.viable + course.dying)
    assert surviving_share(2) == pytest.approx(math.exp(-0.146 * 2 - 0.0146 * 4))


def test_the_result_does_not_depend_on_which_times_are_asked_for():
    few = simulate(SCHEDULES["rt5x2+mAb"], [20, 40])
    many = simulate(SCHEDULES["rt5x2+mAb"], DAYS)
    assert np.allclose(states(few), states(many)[[80, 160]], rtol=1e-9, atol=1e-12)


def test_nothing_given_is_nothing_done():
    empty = simulate(Schedule(), DAYS)
    tiny = simulate(Schedule(((40, 2.0),), (40,)), DAYS)
    assert np.allclose(states(empty), states(tiny), rtol=1e-6)
    assert empty.warnings == ()


def test_antibody_adds_up_and_its_injection_starts_at_nothing():
    one, two = antibody_level([3], DAYS), antibody_level([3, 10], DAYS)
    assert one[12] == 0
    assert np.all(one[:13] == 0)
    assert two[160] == pytest.approx(one[160] + antibody_level([10], [40.0])[0])
    assert antibody_level([], DAYS).tolist() == [0.0] * 161
    assert simulate(SCHEDULES["mAb"], DAYS).antibody == pytest.approx(
        antibody_level(three_a_week(7), DAYS)
    )


def test_days_asked_twice_and_none_at_all():
    assert states(simulate(SCHEDULES["rt5x2"], [9, 9, 9])).tolist()[0] == pytest.approx(
        states(simulate(SCHEDULES["rt5x2"], [9])).tolist()[0]
    )
    assert states(simulate(Schedule(), [])).shape == (0, 5)
    assert states(simulate(Schedule(), 0.0)).tolist() == [[15, 0, 0, 0, 0]]


def test_what_a_reader_must_know_is_said():
    assert simulate(SCHEDULES["rt5x2+mAb"], DAYS).warnings == ()
    (other,) = simulate(Schedule(daily(7, 3, 8)), DAYS).warnings
    assert "five fractions of 2 Gy" in other
    assert any("one cell" in w for w in simulate(Schedule(daily(3, 9, 10)), DAYS).warnings)
    (changed,) = simulate(Schedule(), DAYS, replace(PUBLISHED, kLN=100.0)).warnings
    assert "assumption" in changed


def test_a_course_of_forty_days_is_quick():
    taken = []
    for _ in range(15):
        begin = time.process_time()
        simulate(SCHEDULES["rt5x2+mAb"], DAYS)
        taken.append(time.process_time() - begin)
    assert min(taken) <= 0.015


@pytest.mark.parametrize(
    ("schedule", "days", "words"),
    [
        (Schedule(), [41], "days holds 41; the model is used from day 0 to day 40"),
        (Schedule(), [-1, 3], "days holds -1"),
        (Schedule(), [3, 2], "days must be a rising list"),
        (Schedule(), [0, math.nan], "days must be a rising list of finite numbers"),
        (Schedule(((41, 2.0),)), [1], "fractions holds 41"),
        (Schedule(((5, 10.5),)), [1], "A fraction of 10.5 Gy is beyond the model"),
        (Schedule(((5, 0.0),)), [1], "dose is 0; it must be above 0 Gy"),
        (Schedule(((5, 2.0), (5.1, 2.0))), [1], "days 5 and 5.1 are too close"),
        (Schedule((), (-1,)), [1], "antibody holds -1"),
        (Schedule((), (3, 3)), [1], "antibody names a day twice"),
        (Schedule((), (math.inf,)), [1], "antibody is inf; a finite number"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(schedule, days, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        simulate(schedule, days)
    assert words in str(error.value)
    assert str(error.value).endswith(".")


def test_a_coarser_tolerance_changes_a_picture_by_less_than_a_thousandth():
    days = np.arange(0, 40.1, 0.5)
    schedule = Schedule(daily(7, 5, 2), three_a_week(7))
    fine, coarse = (simulate(schedule, days, tolerance=t) for t in (1e-8, 3e-6))
    assert coarse.volume == pytest.approx(fine.volume, rel=1e-3)
    assert coarse.effectors == pytest.approx(fine.effectors, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("tolerance", [0, 1e-11, 1e-3, float("nan")])
def test_refuses_a_tolerance_that_says_nothing(tolerance):
    with pytest.raises(ValueError, match="is allowed"):
        simulate(Schedule(), [0, 40], tolerance=tolerance)
