"""The cut-off lab: identities of thinning, bookkeeping, limits, speed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.detection import MAX_LIMIT, detect, negative_binomial, sweep

means = st.floats(0.05, 100)
dispersions = st.floats(0.05, 1000)
sensitivities = st.floats(0, 1)
limits = st.integers(1, 20)


def by_brute_force(mean, dispersion, sensitivity, limit, n_max):
    """Shares from the definition itself: every N, every O, cut off at ``n_max``."""
    true = negative_binomial(n_max, mean, dispersion)
    true[0] = 0
    true /= -math.expm1(-dispersion * math.log1p(mean / dispersion))
    called = rightly = missed = 0.0
    for n in range(1, n_max + 1):
        seen = [
            math.comb(n, o) * sensitivity**o * (1 - sensitivity) ** (n - o)
            for o in range(min(n, limit) + 1)
        ]
        missed += true[n] * seen[0]
        called += true[n] * sum(seen[1:])
        rightly += true[n] * sum(seen[1:]) if n <= limit else 0
    return called, rightly, missed, float(true[: limit + 1].sum())


@pytest.mark.parametrize(
    ("mean", "dispersion", "sensitivity", "limit"),
    [(4, 0.8, 0.8, 5), (1, 0.2, 0.5, 3), (9, 20, 0.9, 5), (3, 1, 0.05, 1), (2, 500, 0.6, 10)],
)
def test_exact_sums_equal_brute_force(mean, dispersion, sensitivity, limit):
    found = detect(mean, dispersion, sensitivity, limit)
    called, rightly, missed, truly = by_brute_force(mean, dispersion, sensitivity, limit, 400)
    assert found.called == pytest.approx(called, abs=1e-9)
    assert found.called_and_truly == pytest.approx(rightly, abs=1e-9)
    assert found.missed == pytest.approx(missed, abs=1e-9)
    assert found.truly == pytest.approx(truly, abs=1e-9)
    assert found.predictive_value == pytest.approx(rightly / called, abs=1e-9)


@given(means, dispersions, sensitivities, limits)
def test_the_five_shares_are_disjoint_and_add_up(mean, dispersion, sensitivity, limit):
    found = detect(mean, dispersion, sensitivity, limit)
    parts = [
        found.called_and_truly,
        found.called_but_more,
        found.truly_but_missed,
        found.more_but_missed,
        found.more_and_seen,
    ]
    assert all(-1e-12 <= part <= 1 + 1e-12 for part in parts)
    assert sum(parts) == pytest.approx(1, abs=1e-9)
    assert found.called == pytest.approx(parts[0] + parts[1], abs=1e-9)
    assert found.truly == pytest.approx(parts[0] + parts[2], abs=1e-9)
    assert found.missed == pytest.approx(parts[2] + parts[3], abs=1e-9)
    assert math.isnan(found.predictive_value) or 0 <= found.predictive_value <= 1


@given(means, dispersions, limits)
def test_perfect_imaging_calls_exactly_the_truly_oligometastatic(mean, dispersion, limit):
    found = detect(mean, dispersion, 1.0, limit)
    assert found.called == pytest.approx(found.truly, abs=1e-12)
    assert found.predictive_value == pytest.approx(1, abs=1e-9)
    assert found.missed == pytest.approx(0, abs=1e-12)
    assert found.mean_seen == found.mean_true


@given(means, dispersions)
def test_blind_imaging_calls_nobody_and_says_so(mean, dispersion):
    found = detect(mean, dispersion, 0.0, 5)
    assert (found.called, found.missed) == (0, pytest.approx(1))
    assert math.isnan(found.predictive_value)
    assert "Imaging shows no lesion" in found.warnings[0]
    assert detect(mean, dispersion, 0.5, 5).warnings == ()


@given(means, dispersions, st.floats(0.01, 1))
def test_a_higher_limit_calls_no_fewer(mean, dispersion, sensitivity):
    swept = sweep(mean, dispersion, [sensitivity], np.arange(1, 31))
    for shares in (swept.called[0], swept.called_and_truly[0], swept.truly):
        assert np.all(np.diff(shares) >= -1e-12)


@given(means, dispersions, limits)
def test_better_imaging_misses_fewer_and_finds_more_of_the_truly_few(mean, dispersion, limit):
    swept = sweep(mean, dispersion, np.linspace(0, 1, 21), [limit])
    assert np.all(np.diff(swept.missed) <= 1e-12)
    assert np.all(np.diff(swept.called_and_truly[:, 0]) >= -1e-12)


@given(st.floats(0.1, 20), dispersions, st.floats(0, 1), st.integers(1, 15))
def test_thinning_gives_the_same_numbers_seen_as_the_joint_distribution(mean, k, s, shown):
    found = detect(mean, k, s, 5, n_shown=MAX_LIMIT)
    # What the drawn part of the joint distribution misses is at most the tail of N.
    seen = found.joint.sum(axis=0)
    assert np.all(found.seen_pmf >= seen - 1e-12)
    assert np.all(found.seen_pmf - seen <= found.true_rest + 1e-12)
    assert np.allclose(found.joint.sum(axis=1), found.true_pmf, atol=1e-12)
    fewer = detect(mean, k, s, 5, n_shown=shown)
    assert np.allclose(fewer.joint, found.joint[: shown + 1, : shown + 1])
    assert fewer.counts.tolist() == list(range(shown + 1))


@given(means, dispersions, sensitivities)
def test_distributions_and_their_rests_add_up(mean, dispersion, sensitivity):
    found = detect(mean, dispersion, sensitivity, 5)
    assert found.true_pmf.sum() + found.true_rest == pytest.approx(1)
    assert found.seen_pmf.sum() + found.seen_rest == pytest.approx(1)
    assert found.true_pmf[0] == 0
    assert np.all(np.triu(found.joint, 1) == 0)  # nothing is seen that is not there
    assert found.mean_seen == pytest.approx(sensitivity * found.mean_true)


@given(means, dispersions, sensitivities, limits)
def test_one_point_of_the_sweep_is_the_single_result(mean, dispersion, sensitivity, limit):
    swept = sweep(mean, dispersion, [0.3, sensitivity], [1, limit])
    found = detect(mean, dispersion, sensitivity, limit)
    assert swept.called[1, 1] == pytest.approx(found.called, abs=1e-12)
    assert swept.called_and_truly[1, 1] == pytest.approx(found.called_and_truly, abs=1e-12)
    assert swept.missed[1] == pytest.approx(found.missed, abs=1e-12)
    assert swept.truly[1] == pytest.approx(found.truly, abs=1e-12)


def test_mean_of_those_who_have_any():
    found = detect(2.0, 1.0, 1.0, 5, n_shown=MAX_LIMIT)
    assert found.mean_true == pytest.approx(float(found.counts @ found.true_pmf), abs=1e-6)
    assert found.mean_true == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 1, 0.8, 5), "mean is 0; it must be above 0 metastases"),
        ((101, 1, 0.8, 5), "mean is 101; at most 100"),
        ((4, 0, 0.8, 5), "dispersion is 0; it must be above 0"),
        ((4, 1e-4, 0.8, 5), "dispersion is 0.0001; it must be from 0.001"),
        ((4, 1e7, 0.8, 5), "dispersion is 1e+07"),
        ((4, 1, 80, 5), "sensitivity is 80; it must be from 0 to 1"),
        ((4, 1, -0.1, 5), "sensitivity is -0.1"),
        ((4, 1, float("nan"), 5), "sensitivity is nan"),
        ((4, 1, 0.8, 0), "limit is 0; it must be a whole number from 1 to 60"),
        ((4, 1, 0.8, 2.5), "limit is 2.5"),
        ((4, 1, 0.8, 61), "limit is 61"),
        ((4, 1, 0.8, "5"), "limit is '5'; a number is needed"),
    ],
)
def test_senseless_input_gets_a_sentence(arguments, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        detect(*arguments)
    assert words in str(error.value)


@pytest.mark.parametrize("n_shown", [0, 61, 1.5])
def test_the_number_shown_is_bounded(n_shown):
    with pytest.raises(ValueError, match="n_shown is"):
        detect(4, 1, 0.8, 5, n_shown=n_shown)


def test_negative_binomial_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="mean is -1"):
        negative_binomial(3, -1, 1)
    with pytest.raises(ValueError, match="count_max is -1"):
        negative_binomial(-1, 1, 1)
    assert negative_binomial(2, 0, 1).tolist() == [1, 0, 0]
