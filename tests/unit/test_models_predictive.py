"""What a result is worth: against counting by hand and against a simulation of its own."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models import predictive

SHARES = st.floats(0.001, 0.999)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(
    ("prior", "power", "chance", "positive", "negative"),
    [
        # Of 100 trials, 20 work: 16 found, 4 missed. Of the other 80, 8 positive, 72 negative.
        (0.2, 0.8, 0.1, Fraction(16, 24), Fraction(4, 76)),
        # Of 200 trials, 100 work: 80 found, 20 missed. Of the other 100, 5 positive, 95 negative.
        (0.5, 0.8, 0.05, Fraction(80, 85), Fraction(20, 115)),
        # Of 1000 trials, 100 work: 30 found, 70 missed. Of the other 900, 90 positive.
        (0.1, 0.3, 0.1, Fraction(30, 120), Fraction(70, 880)),
    ],
)
def test_worth_is_what_counting_gives(prior, power, chance, positive, negative):
    found = predictive.worth(prior, power, chance)
    assert found.if_positive == pytest.approx(float(positive), rel=1e-12)
    assert found.if_negative == pytest.approx(float(negative), rel=1e-12)


def test_worth_agrees_with_trials_that_are_rolled():
    rng = np.random.default_rng(5)
    n = 400_000
    works = rng.random(n) < 0.3
    positive = rng.random(n) < np.where(works, 0.65, 0.1)
    found = predictive.worth(0.3, 0.65, 0.1)
    error = 4 * math.sqrt(0.25 / positive.sum())
    assert found.if_positive == pytest.approx(works[positive].mean(), abs=error)
    assert found.if_negative == pytest.approx(works[~positive].mean(), abs=error)
    assert found.positive == pytest.approx(positive.mean(), abs=error)


@given(SHARES, SHARES, SHARES)
def test_the_prior_is_the_mean_of_what_the_results_leave(prior, power, chance):
    found = predictive.worth(prior, power, chance)
    mean = found.positive * found.if_positive + (1 - found.positive) * found.if_negative
    assert mean == pytest.approx(prior, rel=1e-9)
    assert 0 < found.if_negative < 1
    assert 0 < found.if_positive < 1
    if power > chance + 1e-9:
        assert found.if_negative < prior < found.if_positive


def test_a_result_that_is_chance_alone_teaches_nothing():
    found = predictive.worth(0.3, 0.1, 0.1)
    assert found.if_positive == pytest.approx(0.3)
    assert found.if_negative == pytest.approx(0.3)


@given(SHARES, SHARES, SHARES, st.integers(1, 5000))
def test_whole_trials_add_up_and_stay_within_one_of_their_share(prior, power, chance, n):
    found = predictive.worth(prior, power, chance)
    counts = predictive.whole_trials(found, n)
    parts = (
        (counts.true_positive, prior * power),
        (counts.false_negative, prior * (1 - power)),
        (counts.false_positive, (1 - prior) * chance),
        (counts.true_negative, (1 - prior) * (1 - chance)),
    )
    assert sum(count for count, _ in parts) == n
    assert counts.positive + counts.negative == n
    for count, part in parts:
        assert count >= 0
        assert abs(count - n * part) < 1 + 1e-6


def test_whole_trials_of_an_exact_case():
    counts = predictive.whole_trials(predictive.worth(0.2, 0.8, 0.1), 100)
    assert counts == predictive.Counts(16, 4, 8, 72)
    assert (counts.positive, counts.negative, counts.works) == (24, 76, 20)


def test_half_of_a_two_sided_threshold_favours_the_treatment():
    assert predictive.in_favour(0.05) == 0.025


@pytest.mark.parametrize("bad", [0, 1, -0.1, 20, math.nan, math.inf, True, "0.2", None])
def test_what_is_no_share_is_refused_with_a_sentence(bad):
    with pytest.raises(ValueError, match=r"^(prior|power|false_positive) is .*\.$|needed\.$"):
        predictive.worth(bad, 0.8, 0.1)
    with pytest.raises(ValueError, match=r"\.$|\)\.$"):
        predictive.in_favour(bad)


@pytest.mark.parametrize("bad", [0, -3, 1.5, math.nan, "100"])
def test_a_number_of_trials_is_whole(bad):
    with pytest.raises(ValueError, match=r"^n is "):
        predictive.whole_trials(predictive.worth(0.2, 0.8, 0.1), bad)
