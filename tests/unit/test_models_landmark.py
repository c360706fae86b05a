"""Immortal time: three ways to count against integrals and worked examples made here."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.models.landmark import (
    METHODS,
    Cohorts,
    Setting,
    cohorts,
    draw,
    estimate,
    long_run,
)

NAIVE, LANDMARK, DEPENDENT = range(3)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def expected_naive(s: Setting) -> float:
    """Integrate over the month of the occasion, without the closed form of the model."""
    a, b = math.log(2) / s.median, math.log(2) / s.delay
    t = np.linspace(0, 40 / (a + b), 400_001)
    treat = b * np.exp(-(a + b) * t)  # treated at t, still at risk
    fail = a * np.exp(-(a + b) * t)  # event at t, still waiting
    events_t = s.offered * np.trapezoid(treat, t)
    time_t = s.offered * np.trapezoid(treat * (t + 1 / (s.ratio * a)), t)
    events_u = s.offered * np.trapezoid(fail, t) + (1 - s.offered)
    time_u = s.offered * np.trapezoid(fail * t, t) + (1 - s.offered) / a
    return (events_t / time_t) / (events_u / time_u)


@pytest.mark.parametrize(
    "setting",
    [Setting(), Setting(24, 3, 0.6, 1.0, 3), Setting(6, 18, 1.7, 0.2, 12), Setting(12, 6, 0.5)],
)
class TestLongRun:
    def test_naive_is_what_integration_gives(self, setting):
        assert long_run(setting)[NAIVE] == pytest.approx(expected_naive(setting), rel=1e-5)

    def test_time_dependent_is_the_truth(self, setting):
        assert long_run(setting)[DEPENDENT] == setting.ratio

    def test_a_large_simulation_comes_near_it(self, setting):
        found = estimate(cohorts(setting, draw(2_000, 400, 11)), setting.landmark)
        logs = np.log(found.ratios)
        error = 4 * logs.std(axis=1) / math.sqrt(400) + 1e-3
        for method in range(3):
            assert abs(logs[method].mean() - math.log(long_run(setting)[method])) < error[method]


class TestBias:
    def test_the_default_shows_benefit_where_there_is_none(self):
        naive, landmark, dependent = long_run(Setting())
        assert naive == pytest.approx(0.5313, abs=1e-4)  # (0.75 a) / (1.41176 a), by hand
        assert landmark == pytest.approx(1)
        assert dependent == 1

    def test_everybody_offered_makes_it_a_quarter(self):
        # a = 1, b = 2: treated live 1/3 + 1 in the mean, the others 1/3.
        assert long_run(Setting(12, 6, 1.0, 1.0))[NAIVE] == pytest.approx(0.25)

    @given(
        median=st.floats(1, 60),
        delay=st.floats(0.5, 60),
        offered=st.floats(0.01, 1),
        landmark=st.floats(0, 36),
    )
    def test_without_effect_only_the_naive_count_is_wrong_and_always_flatters(
        self, median, delay, offered, landmark
    ):
        naive, at_landmark, dependent = long_run(Setting(median, delay, 1.0, offered, landmark))
        assert naive < 1
        assert at_landmark == pytest.approx(1)
        assert dependent == 1

    @given(ratio=st.floats(0.1, 0.95), offered=st.floats(0.05, 1), landmark=st.floats(0, 24))
    def test_a_landmark_dilutes_a_real_effect_since_later_treatment_counts_as_none(
        self, ratio, offered, landmark
    ):
        assert ratio <= long_run(Setting(12, 6, ratio, offered, landmark))[LANDMARK] <= 1.0000001

    def test_a_shorter_wait_leaves_more_patients_to_misplace(self):
        values = [long_run(Setting(12, delay, 1.0, 1.0))[NAIVE] for delay in (1, 3, 6, 12, 24)]
        assert values == sorted(values)


class TestCounting:
    def test_three_patients_by_hand(self):
        # Treated at 2, event at 10; untreated, event at 4; treated at 7, event at 8.
        patients = Cohorts(np.array([[10.0, 4.0, 8.0]]), np.array([[2.0, np.inf, 7.0]]))
        found = estimate(patients, landmark=3)
        naive = (2 / 18) / (1 / 4)
        landmark = (1 / 7) / (2 / (1 + 5))
        dependent = (2 / (8 + 1)) / (1 / (2 + 4 + 7))
        assert found.ratios[:, 0] == pytest.approx([naive, landmark, dependent])
        assert found.events.tolist() == [[2, 1], [1, 2], [2, 1]]
        assert found.medians.tolist() == [9, 4]

    def test_no_ratio_where_a_group_is_empty(self):
        patients = Cohorts(np.array([[3.0, 4.0]]), np.array([[1.0, 2.0]]))
        found = estimate(patients, landmark=10)
        assert np.isnan(found.ratios[[NAIVE, LANDMARK]]).all()
        assert np.isnan(found.medians[1])
        assert found.missing.tolist() == [1, 1, 1]
        assert np.isnan(found.middle()).all()

    @settings(max_examples=60)
    @given(
        st.builds(
            Setting,
            st.floats(1, 60),
            st.floats(0.5, 60),
            st.floats(0.1, 3),
            st.floats(0.01, 1),
            st.floats(0, 60),
        ),
        st.integers(2, 60),
        st.integers(0, 99),
    )
    def test_any_setting_counts_without_a_warning(self, setting, patients, seed):
        found = estimate(made := cohorts(setting, draw(patients, 5, seed)), setting.landmark)
        assert np.all(found.ratios[np.isfinite(found.ratios)] > 0)
        assert np.all(made.end > 0)
        assert np.all(made.start[made.treated] < made.end[made.treated])
        low, middle, high = found.middle().T
        known = np.isfinite(low)
        assert np.all(low[known] <= middle[known])
        assert np.all(middle[known] <= high[known])


class TestDraws:
    def test_a_seed_gives_the_same_patients(self):
        one, other = draw(50, 20, 3), draw(50, 20, 3)
        assert np.array_equal(one.event, other.event)
        assert not np.array_equal(one.event, draw(50, 20, 4).event)

    def test_without_effect_treatment_leaves_every_end_where_it_was(self):
        draws = draw(80, 4, 9)
        made = cohorts(Setting(ratio=1.0), draws)
        assert np.allclose(made.end, draws.event / Setting().event_hazard)

    @pytest.mark.parametrize(
        ("call", "words"),
        [
            (lambda: Setting(median=0), "The median is 0; it must be above 0 months."),
            (lambda: Setting(delay=-1), "The delay is -1"),
            (lambda: Setting(ratio=0), "true hazard ratio is 0; it must be from 0.05 to 20"),
            (lambda: Setting(ratio=math.nan), "a finite number is needed"),
            (lambda: Setting(offered=0), "then nobody is treated"),
            (lambda: Setting(offered=70), "from 0 to 1"),
            (lambda: Setting(landmark=-3), "months count from 0 upwards"),
            (lambda: draw(1, 5, 0), "patients is 1; it must be from 2 to 2000"),
            (lambda: draw(10.5, 5, 0), "a whole number is needed"),
            (lambda: draw(10, 5, -1), "The seed is -1"),
            (lambda: draw(10, 10**6, 1), "The number of repeats is 1000000"),
            (lambda: estimate(cohorts(Setting(), draw(5, 1, 0)), -1), "from 0 upwards"),
        ],
    )
    def test_refuses_with_a_sentence(self, call, words):
        with pytest.raises(ValueError, match=words):
            call()

    def test_methods_have_names(self):
        assert METHODS == ("naive", "landmark", "time-dependent")
