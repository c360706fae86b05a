"""Our curves against SciPy and lifelines."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines import ExponentialFitter, WeibullFitter
from scipy import optimize, stats

from oligoteach.models.curves import exponential, hazard_ratio_from_medians, survival, weibull

TIMES = np.linspace(0, 120, 241)
CASES = [(28.0, 60.0, 0.177), (17.0, 36.0, 0.3), (14.2, 6.0, 0.71), (50.0, 96.0, 0.272)]


@pytest.mark.parametrize("case", CASES)
def test_weibull_is_scipys_weibull(case):
    curve = weibull(*case)
    theirs = stats.weibull_min(c=curve.shape, scale=curve.scale)
    assert np.allclose(survival(curve, TIMES), theirs.sf(TIMES), rtol=1e-10, atol=0)
    assert theirs.median() == pytest.approx(case[0], rel=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_weibull_is_the_one_that_a_root_finder_finds(case):
    median, time, share = case

    def off(log_shape):
        shape = np.exp(log_shape)
        scale = median / np.log(2) ** (1 / shape)
        return stats.weibull_min.sf(time, shape, scale=scale) - share

    root = np.exp(optimize.brentq(off, -4, 4, xtol=1e-14))
    assert weibull(*case).shape == pytest.approx(root, rel=1e-8)


@pytest.mark.parametrize("median", [4.4, 14.2, 41.2])
def test_exponential_is_scipys_exponential(median):
    curve = exponential(median)
    theirs = stats.expon(scale=curve.scale)
    assert np.allclose(survival(curve, TIMES), theirs.sf(TIMES), rtol=1e-12, atol=0)
    assert theirs.median() == pytest.approx(median, rel=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_lifelines_recovers_our_weibull_from_its_quantiles(case):
    curve = weibull(*case)
    levels = (np.arange(4000) + 0.5) / 4000
    times = curve.scale * (-np.log(levels)) ** (1 / curve.shape)
    fitted = WeibullFitter().fit(times)
    assert fitted.rho_ == pytest.approx(curve.shape, rel=2e-3)
    assert fitted.lambda_ == pytest.approx(curve.scale, rel=2e-3)
    assert fitted.median_survival_time_ == pytest.approx(case[0], rel=2e-3)


def test_lifelines_rates_have_the_ratio_of_our_medians():
    levels = (np.arange(4000) + 0.5) / 4000
    rates = []
    for median in (14.2, 4.4):
        times = -exponential(median).scale * np.log(levels)
        rates.append(1 / ExponentialFitter().fit(times).lambda_)
    ratio = hazard_ratio_from_medians(14.2, 4.4).value
    assert rates[0] / rates[1] == pytest.approx(ratio, rel=1e-5)  # their optimiser's tolerance
