"""Seeding and growth against SciPy's integrals and distributions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import integrate, special, stats

from oligoteach.models.seeding import Course, Iwata, iwata, visible_numbers, visible_share


@pytest.mark.parametrize("days", [1, 50, 200, 600, 1000, 3000])
def test_what_the_published_law_has_shed_is_an_exponential_integral(days):
    law = Iwata()
    c = law.exponent * np.log(law.largest)
    exact = (
        np.exp(c) / law.growth * (special.exp1(c * np.exp(-law.growth * days)) - special.exp1(c))
    )
    seen = iwata(days).expected
    assert float(seen.values) == pytest.approx(law.shedding * exact, rel=1e-9)


@pytest.mark.parametrize("spread", [0.02, 0.1, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("stop", [None, 1e8])
@pytest.mark.parametrize("years", [0, 1, 3, 5, 9])
def test_the_visible_share_is_scipys_integral_over_growth(spread, stop, years):
    course = Course(growth_spread=spread, cells_at_stop=stop)
    since = 365.25 * years
    rate = np.log(2) / course.primary_doubling
    growth = stats.lognorm(spread, scale=course.metastasis_doubling)

    def visible(doubling):
        age = doubling * np.log2(course.cells_visible)
        until = np.clip(course.treated + since - age, 0, course.stopped)
        return np.expm1(rate * until) / np.expm1(rate * course.stopped) * growth.pdf(doubling)

    low, high = growth.ppf([1e-15, 1 - 1e-15])
    kinks = (course.treated - np.array([course.stopped, 0]) + since) / np.log2(course.cells_visible)
    edges = np.unique(np.clip([low, *np.linspace(low, high, 9), *kinks, high], low, high))
    exact = sum(
        integrate.quad(visible, a, b, epsabs=1e-13, epsrel=1e-11, limit=200)[0]
        for a, b in itertools.pairwise(edges)
    )
    assert float(visible_share(course, since)) == pytest.approx(exact, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(("mean", "shape", "share"), [(3, 1, 0.4), (12, 0.3, 0.05), (2, 20, 1)])
def test_the_number_of_visible_ones_is_scipys_negative_binomial(mean, shape, share):
    exact = stats.nbinom(shape, shape / (shape + mean * share)).pmf(np.arange(31))
    assert np.allclose(visible_numbers(30, share, mean, shape), exact, rtol=1e-10, atol=0)
