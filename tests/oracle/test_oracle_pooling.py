"""Pooling against statsmodels, its quantiles and the updating of a belief against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.meta_analysis import combine_effects

from oligoteach.models import updating
from oligoteach.models.pooling import chi_squared_tail, pool, t_value

trials = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.1, 1.5)), min_size=2, max_size=12)


@settings(max_examples=150)
@given(trials, st.sampled_from([80.0, 95.0, 99.0]))
def test_statsmodels(pairs, level):
    y, s = map(np.array, zip(*pairs, strict=True))
    with np.errstate(all="ignore"):  # statsmodels lets the variance between trials be negative
        theirs = combine_effects(y, s**2, method_re="dl", alpha=1 - level / 100)
    fixed = pool(y, s, "fixed", level)
    close = {"rel": 1e-8, "abs": 1e-8}
    assert fixed.estimate == pytest.approx(theirs.mean_effect_fe, **close)
    assert fixed.se == pytest.approx(theirs.sd_eff_w_fe, **close)
    assert fixed.q == pytest.approx(theirs.q, **close)
    assert fixed.weights == pytest.approx(theirs.weights_rel_fe, **close)
    assert fixed.p_q == pytest.approx(stats.chi2.sf(fixed.q, len(y) - 1), **close)
    assert fixed.tau2 == pytest.approx(max(theirs.tau2, 0), **close)
    if theirs.tau2 < 0:  # and goes on with it: nothing to compare
        return
    random, knapp = pool(y, s, level=level), pool(y, s, "hartung-knapp", level)
    assert random.i2 == pytest.approx(theirs.i2, **close)
    assert random.estimate == pytest.approx(theirs.mean_effect_re, **close)
    assert random.se == pytest.approx(theirs.sd_eff_w_re, **close)
    assert random.weights == pytest.approx(theirs.weights_rel_re, **close)
    assert knapp.se == pytest.approx(theirs.sd_eff_w_re_hksj, **close)
    wald = theirs.conf_int(alpha=1 - level / 100, use_t=False)[1]
    assert (random.low, random.high) == pytest.approx(wald, **close)
    student = theirs.conf_int(alpha=1 - level / 100, use_t=True)[3]
    assert (knapp.low, knapp.high) == pytest.approx(student, **close)


@pytest.mark.parametrize("df", [*range(1, 31), 100, 999])
@pytest.mark.parametrize("level", [10.0, 50.0, 80.0, 95.0, 99.9])
def test_t_is_scipys(df, level):
    assert t_value(level, df) == pytest.approx(stats.t.ppf(0.5 + level / 200, df), rel=1e-10)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 12, 99])
@pytest.mark.parametrize("x", [0.001, 0.5, 3.0, 20.0, 150.0])
def test_chi_squared_is_scipys(df, x):
    assert chi_squared_tail(x, df) == pytest.approx(stats.chi2.sf(x, df), rel=1e-10)


@pytest.mark.parametrize(
    ("prior", "data"), [((-0.7, 0.3), (-0.07, 0.17)), ((0, 0.35), (-0.8, 0.3))]
)
def test_the_posterior_is_prior_times_likelihood(prior, data):
    ours = updating.update(updating.Belief(*prior), updating.Belief(*data)).belief

    def weight(x: float) -> float:
        return stats.norm.pdf(x, *prior) * stats.norm.pdf(data[0], x, data[1])

    total = integrate.quad(weight, -6, 6, epsabs=0, epsrel=1e-11, points=[ours.mean])[0]
    mean = integrate.quad(lambda x: x * weight(x), -6, 6, epsrel=1e-11, points=[ours.mean])[0]
    below = integrate.quad(weight, -6, 0, epsrel=1e-11, points=[ours.mean])[0]
    assert ours.mean == pytest.approx(mean / total, rel=1e-8)
    assert ours.probability_below(1) == pytest.approx(below / total, rel=1e-8)


def test_the_prediction_is_an_average_over_truths():
    belief = updating.Belief(-0.3, 0.2)

    def average(x: float) -> float:
        return stats.norm.pdf(x, -0.3, 0.2) * stats.norm.cdf((np.log(0.83) - x) / 0.25)

    found = integrate.quad(average, -4, 4, epsrel=1e-11)[0]
    assert belief.predictive_below(0.83, 0.25) == pytest.approx(found, rel=1e-8)
