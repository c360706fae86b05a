"""Events at the analysis: against the integral of the design model, a simulation and limits."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models import curves, design, planned_trial


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(
    ("median", "ratio", "accrual", "follow_up"),
    [(28, 0.7, 48, 24), (6, 1.0, 12, 0), (60, 0.4, 96, 84), (12, 0.9, 0, 18)],
)
def test_it_agrees_with_the_integral_of_the_design(median, ratio, accrual, follow_up):
    found = design.expected_events(
        curves.exponential(median), ratio, 300, design.Course(accrual, follow_up), allocation=2 / 3
    )
    control = 100 * planned_trial.event_share(median, 1.0, accrual, follow_up)
    treated = 200 * planned_trial.event_share(median, ratio, accrual, follow_up)
    assert float(control) == pytest.approx(found.control, rel=1e-5)
    assert float(treated) == pytest.approx(found.experimental, rel=1e-5)


def test_it_agrees_with_patients_that_are_rolled():
    rng = np.random.default_rng(8)
    n = 200_000
    times = rng.exponential(28 / math.log(2) / 0.7, n)
    observed = 24 + 48 * rng.random(n)
    share = float(planned_trial.event_share(28, 0.7, 48, 24))
    assert share == pytest.approx((times < observed).mean(), abs=4 * math.sqrt(0.25 / n))


def test_without_accrual_it_is_the_exponential_itself():
    assert planned_trial.event_share(12, 1.0, 0, 12) == pytest.approx(0.5, abs=1e-12)


@given(
    st.floats(1, 120), st.floats(0.05, 5), st.floats(0, 120), st.floats(0, 120), st.floats(0, 60)
)
def test_shares_are_shares_and_grow_with_waiting(median, ratio, accrual, follow_up, longer):
    now = float(planned_trial.event_share(median, ratio, accrual, follow_up))
    later = float(planned_trial.event_share(median, ratio, accrual, follow_up + longer))
    assert 0 <= now <= later + 1e-12 <= 1 + 1e-12


def test_it_is_smooth_where_hardly_anybody_has_had_an_event():
    shares = planned_trial.event_share(12, 1.0, 1e-5, 0), planned_trial.event_share(12, 1, 2e-5, 0)
    assert float(shares[1]) == pytest.approx(2 * float(shares[0]), rel=1e-3)


def test_it_keeps_the_shape_of_the_ratios():
    assert planned_trial.event_share(28, np.linspace(0.4, 1, 7), 48, 24).shape == (7,)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((0, 1, 48, 24), "median"),
        ((math.nan, 1, 48, 24), "median"),
        ((28, 0, 48, 24), "hazard_ratio"),
        ((28, math.inf, 48, 24), "hazard_ratio"),
        ((28, 1, -1, 24), "accrual"),
        ((28, 1, 48, -0.5), "follow_up"),
        ((28, 1, "48", 24), "accrual"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(values, named):
    with pytest.raises(ValueError, match=rf"^{named} .*\.$"):
        planned_trial.event_share(*values)
