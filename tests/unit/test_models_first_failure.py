"""First failures by place: algebra against simulated patients, properties, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.first_failure import Split, failing, free

parts = st.floats(0.01, 100)
splits = st.builds(Split, parts, parts, parts)
shares = st.floats(0, 1)
medians = st.floats(0.5, 60)


@given(splits)
def test_shares_sum_to_one(split):
    assert split.known + split.both + split.new == pytest.approx(1)


@given(splits, medians)
def test_without_treatment_nothing_changes(split, median):
    same = failing(split, median)
    assert (same.split.known, same.split.both, same.split.new) == pytest.approx(
        (split.known, split.both, split.new)
    )
    assert same.median == pytest.approx(median)
    assert float(free(same, median)) == pytest.approx(0.5)
    assert float(free(same, 0)) == 1


@given(splits, medians, shares, shares, shares)
def test_more_prevention_never_brings_failure_forward(split, median, e, p, more):
    here = failing(split, median, e, p)
    assert here.median >= median * (1 - 1e-12)
    assert failing(split, median, min(1, e + more), p).median >= here.median * (1 - 1e-9)
    assert failing(split, median, e, min(1, p + more)).median >= here.median * (1 - 1e-9)


@given(splits, medians, shares)
def test_once_known_sites_never_fail_all_failures_are_new(split, median, p):
    if p < 1:
        assert failing(split, median, 1, p).split == Split(0, 0, 1)
    nobody = failing(split, median, 1, 1)
    assert nobody.split is None
    assert nobody.median == math.inf
    assert free(nobody, [0, 100]).tolist() == [1, 1]


@pytest.mark.parametrize(("e", "p"), [(0.0, 0.0), (1.0, 0.0), (0.6, 0.0), (0.6, 0.3), (0.0, 0.5)])
def test_simulated_patients_fail_as_the_algebra_says(e, p):
    rng = np.random.default_rng(3)
    n, events, median = 40_000, 60, 3.5
    kinds = rng.choice(3, (n, events), p=[0.64, 0.27, 0.09])
    months = rng.exponential(median / math.log(2), (n, events)).cumsum(axis=1)
    known = (kinds < 2) & (rng.random((n, events)) >= e)
    new = (kinds > 0) & (rng.random((n, events)) >= p)
    fails = known | new
    assert fails.any(axis=1).all()
    first = (np.arange(n), fails.argmax(axis=1))
    seen = failing(Split(64, 27, 9), median, e, p)
    is_known, is_new = known[first], new[first]
    for counted, exact in (
        (is_known & ~is_new, seen.split.known),
        (is_known & is_new, seen.split.both),
        (~is_known & is_new, seen.split.new),
    ):
        assert counted.mean() == pytest.approx(exact, abs=0.01)
    assert np.median(months[first]) == pytest.approx(seen.median, rel=0.03)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Split(-1, 2, 3), "known is -1; it must be 0 or more"),
        (lambda: Split(0, 0, 0), "somebody has to fail"),
        (lambda: Split(1, math.nan, 1), "both is nan"),
        (lambda: failing(Split(1, 1, 1), 0), "median is 0"),
        (lambda: failing(Split(1, 1, 1), 3, 64), "prevented is 64; it must be from 0 to 1"),
        (lambda: failing(Split(1, 1, 1), 3, 1, -0.1), "spread is -0.1"),
        (lambda: free(failing(Split(1, 1, 1), 3), -1), "months holds -1 months"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
