"""Boundaries against SciPy's multivariate normal, power against statsmodels' normal test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats
from statsmodels.stats.power import normal_power

from oligoteach.models.curves import weibull
from oligoteach.models.design import Course, Crossover, expected_events, power_of
from oligoteach.models.sequential import RULES, boundaries, crossing


def never_crossed(fractions, z, drift, sides):
    """Chance of staying within all boundaries, from the joint normal distribution of all Z."""
    t = np.array(fractions)
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    joint = stats.multivariate_normal(drift * np.sqrt(t), covariance)
    lower = -np.array(z) if sides == 2 else np.full(len(z), -np.inf)
    return joint.cdf(np.array(z), lower_limit=lower, rng=np.random.default_rng(1))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("looks", [(0.5,), (0.33, 0.66), (0.7,), (0.25, 0.5, 0.75)])
@pytest.mark.parametrize("drift", [0.0, 2.8])
def test_crossing_is_scipys(rule, sides, looks, drift):
    plan = boundaries(looks, 0.1, sides=sides, rule=rule)
    ours = crossing(plan.fractions, plan.z, sides=sides, drift=drift)
    theirs = 1 - never_crossed(plan.fractions, plan.z, drift, sides)
    assert ours.any == pytest.approx(theirs, abs=2e-5)
    if drift == 0.0:
        assert theirs == pytest.approx(0.1, abs=2e-5)


@pytest.mark.parametrize("ratio", [0.4, 0.7, 0.95])
@pytest.mark.parametrize("events", [20, 139])
def test_power_is_that_of_a_one_sided_normal_test(ratio, events):
    effect = -math.log(ratio) * math.sqrt(0.24)
    theirs = normal_power(effect, events, 0.025, alternative="larger")
    assert power_of(ratio, events, allocation=0.4) == pytest.approx(theirs, rel=1e-9)


def test_expected_events_of_a_weibull_with_crossover_are_the_integral():
    curve, course = weibull(28, 60, 0.177), Course(18, 12, 0.1, Crossover(0.4, 9, 0.5))
    found = expected_events(curve, 0.7, 100, course)
    rate = curve.shape / curve.scale

    def hazard(t):
        return rate * (t / curve.scale) ** (curve.shape - 1)

    def cumulative(t):
        return (t / curve.scale) ** curve.shape

    def seen(t):
        return min(1.0, (30 - t) / 18) * math.exp(-course.dropout_rate * t)

    def switched(t):
        late = max(cumulative(t) - cumulative(9), 0)
        return hazard(t) * (0.5 if t > 9 else 1) * math.exp(-cumulative(t) + 0.5 * late)

    def integral(density):
        return integrate.quad(lambda t: seen(t) * density(t), 0, 30, points=[9, 12], epsabs=1e-11)[
            0
        ]

    stayed = integral(lambda t: hazard(t) * math.exp(-cumulative(t)))
    assert found.control == pytest.approx(50 * (0.6 * stayed + 0.4 * integral(switched)), rel=1e-6)
    treated = integral(lambda t: 0.7 * hazard(t) * math.exp(-0.7 * cumulative(t)))
    assert found.experimental == pytest.approx(50 * treated, rel=1e-6)
