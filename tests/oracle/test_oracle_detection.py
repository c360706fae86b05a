"""The cut-off lab against SciPy's distributions and against a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from oligoteach.models.detection import detect, negative_binomial

CASES = [(4.0, 0.8, 0.8, 5), (1.0, 0.2, 0.5, 3), (9.0, 20.0, 0.9, 5), (30.0, 0.5, 0.3, 10)]


@pytest.mark.parametrize(("mean", "dispersion"), [(4, 0.8), (0.01, 3), (100, 0.05), (7, 1e6)])
def test_negative_binomial_is_scipys(mean, dispersion):
    n = np.arange(61)
    theirs = stats.nbinom.pmf(n, dispersion, dispersion / (dispersion + mean))
    assert np.allclose(negative_binomial(60, mean, dispersion), theirs, rtol=1e-8, atol=1e-300)


def test_a_large_dispersion_is_a_poisson():
    theirs = stats.poisson.pmf(np.arange(31), 5)
    assert np.allclose(negative_binomial(30, 5, 1e6), theirs, rtol=1e-4)


@pytest.mark.parametrize(("mean", "dispersion", "sensitivity", "limit"), CASES)
def test_shares_follow_from_scipys_distributions(mean, dispersion, sensitivity, limit):
    n = np.arange(1, 6001)
    true = stats.nbinom.pmf(n, dispersion, dispersion / (dispersion + mean))
    true /= stats.nbinom.sf(0, dispersion, dispersion / (dispersion + mean))
    none = stats.binom.pmf(0, n, sensitivity)
    within = stats.binom.cdf(limit, n, sensitivity) - none
    found = detect(mean, dispersion, sensitivity, limit)
    assert found.called == pytest.approx(float(true @ within), rel=1e-8)
    assert found.missed == pytest.approx(float(true @ none), rel=1e-8)
    few = n <= limit
    assert found.called_and_truly == pytest.approx(float(true[few] @ within[few]), rel=1e-8)
    assert found.truly_but_missed == pytest.approx(float(true[few] @ none[few]), rel=1e-6)
    assert found.more_but_missed == pytest.approx(float(true[~few] @ none[~few]), abs=1e-10)


@pytest.mark.parametrize(("mean", "dispersion", "sensitivity", "limit"), CASES)
def test_a_simulation_lands_within_its_own_error(mean, dispersion, sensitivity, limit):
    rng = np.random.default_rng(20)
    lesions = rng.negative_binomial(dispersion, dispersion / (dispersion + mean), 400_000)
    lesions = lesions[lesions > 0]
    seen = rng.binomial(lesions, sensitivity)
    called = (seen >= 1) & (seen <= limit)
    found = detect(mean, dispersion, sensitivity, limit)
    for share, hits in (
        (found.called, called),
        (found.called_and_truly, called & (lesions <= limit)),
        (found.missed, seen == 0),
        (found.truly, lesions <= limit),
    ):
        error = np.sqrt(share * (1 - share) / lesions.size)
        assert abs(hits.mean() - share) < 5 * error
