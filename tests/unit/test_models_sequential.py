"""Interim looks: published boundaries, what they add up to, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.models.sequential import (
    MOST_LOOKS,
    RULES,
    alpha_spent,
    boundaries,
    checked_looks,
    crossing,
)

FIFTHS = (0.2, 0.4, 0.6, 0.8)

# Five equal looks, one-sided 0.025, as the spending functions of Lan and DeMets are tabulated.
PUBLISHED = {
    "obrien-fleming": (4.8769, 3.3570, 2.6803, 2.2898, 2.0310),
    "pocock": (2.4380, 2.4268, 2.4102, 2.3966, 2.3860),
}

# Constants of the classical two-sided designs at 0.05, by number of looks: Pocock's for Z, and
# O'Brien and Fleming's, which is divided by the root of the fraction.
CLASSICAL = {2: (2.178, 1.977), 3: (2.289, 2.004), 4: (2.361, 2.024), 5: (2.413, 2.040)}


@st.composite
def plans(draw):
    cells = draw(st.lists(st.integers(1, 49), min_size=0, max_size=5, unique=True))
    looks = [cell / 50 for cell in sorted(cells)]
    sides = draw(st.sampled_from([1, 2]))
    return looks, draw(st.sampled_from([0.02, 0.05, 0.1, 0.2])), sides, draw(st.sampled_from(RULES))


@pytest.mark.parametrize("rule", RULES)
def test_published_boundaries(rule):
    assert boundaries(FIFTHS, 0.025, sides=1, rule=rule).z == pytest.approx(
        PUBLISHED[rule], abs=6e-5
    )


@pytest.mark.parametrize("looks", CLASSICAL)
def test_classical_constants_keep_alpha(looks):
    pocock, obrien = CLASSICAL[looks]
    fractions = np.arange(1, looks + 1) / looks
    constant = crossing(fractions, [pocock] * looks).any
    falling = crossing(fractions, obrien / np.sqrt(fractions)).any
    # The constants are printed to three decimals, which moves alpha by less than 0.0001.
    assert constant == pytest.approx(0.05, abs=1e-4)
    assert falling == pytest.approx(0.05, abs=1e-4)


def test_two_sides_of_a_small_alpha_are_two_one_sided_tests():
    two = boundaries(FIFTHS, 0.05, sides=2, rule="obrien-fleming").z
    one = boundaries(FIFTHS, 0.025, sides=1, rule="obrien-fleming").z
    assert two == pytest.approx(one, abs=1e-4)


@pytest.mark.parametrize("sides", [1, 2])
def test_without_looks_the_boundary_is_the_plain_quantile(sides):
    plan = boundaries((), 0.05, sides=sides)
    assert plan.fractions == (1.0,)
    assert plan.z == pytest.approx([{1: 1.6448536270, 2: 1.9599639845}[sides]], abs=1e-9)
    assert plan.nominal_p == pytest.approx([0.05])


@given(plans())
@settings(max_examples=40)
def test_boundaries_spend_alpha_and_no_more(plan):
    looks, alpha, sides, rule = plan
    found = boundaries(looks, alpha, sides=sides, rule=rule)
    crossed = crossing(found.fractions, found.z, sides=sides)
    total = np.cumsum(np.add(crossed.benefit, crossed.harm))
    assert total == pytest.approx(found.spent, abs=1e-9)
    assert crossed.any == pytest.approx(alpha, abs=1e-9)
    assert all(bound > 0 for bound in found.z)


@given(plans(), st.floats(0.1, 4))
@settings(max_examples=40)
def test_drift_mirrors_benefit_and_harm(plan, drift):
    looks, alpha, _, rule = plan
    found = boundaries(looks, alpha, rule=rule)
    there = crossing(found.fractions, found.z, drift=drift)
    back = crossing(found.fractions, found.z, drift=-drift)
    assert there.benefit == pytest.approx(back.harm, abs=1e-9)
    assert there.power > there.any - there.power
    assert 0 <= there.early <= there.any <= 1 + 1e-9


@given(plans(), st.floats(0.5, 4))
@settings(max_examples=40)
def test_whoever_stops_early_for_benefit_has_an_estimate_beyond_its_boundary(plan, drift):
    looks, alpha, sides, rule = plan
    found = boundaries(looks, alpha, sides=sides, rule=rule)
    seen = crossing(found.fractions, found.z, sides=sides, drift=drift)
    rows = zip(found.fractions, found.z, seen.benefit, seen.mean_if_benefit, strict=True)
    for fraction, bound, chance, mean in rows:
        if chance > 1e-12:
            assert mean >= bound / math.sqrt(fraction) * (1 - 1e-9)


def test_a_look_costs_little_power_with_obrien_fleming_and_more_with_pocock():
    drift = 2.8015852  # 80 % power without looks
    powers = []
    for rule in RULES:
        plan = boundaries((0.5,), 0.05, rule=rule)
        powers.append(crossing(plan.fractions, plan.z, drift=drift).power)
    assert 0.795 < powers[0] < 0.8
    assert 0.75 < powers[1] < 0.78


def test_spending_starts_with_nothing_and_ends_with_all():
    for rule in RULES:
        steps = [alpha_spent(t, 0.05, rule=rule) for t in np.linspace(0, 1, 11)]
        assert (steps[0], steps[-1]) == (0.0, 0.05)
        assert np.all(np.diff(steps) > 0)
    assert alpha_spent(0.5, 0.05, rule="pocock") == pytest.approx(
        0.05 * math.log(1 + 0.5 * 1.71828182846)
    )


def test_a_look_may_have_nothing_to_spend():
    plan = boundaries((0.01,), 1e-6, rule="obrien-fleming")
    assert plan.z[0] == math.inf
    seen = crossing(plan.fractions, plan.z)
    assert seen.benefit[0] == 0.0
    assert math.isnan(seen.mean_if_benefit[0])
    assert seen.any == pytest.approx(1e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("looks", "wording"),
    [
        ((1.0,), "at or after the end, which is 1; the latest allowed is 0.99"),
        ((1.4,), "at or after the end"),
        ((0.0,), "before the first event; the earliest allowed is 0.01"),
        ((0.995,), "too close to the end; the latest allowed is 0.99"),
        ((0.5, 0.5), "nearest allowed is 0.51"),
        ((0.5, 0.3), "looks must rise"),
        ((math.nan,), "finite number"),
        (tuple(np.linspace(0.1, 0.9, MOST_LOOKS + 1)), "at most 10 are allowed, so leave out 1"),
    ],
)
def test_impossible_looks_are_refused(looks, wording):
    with pytest.raises(ValueError, match=wording):
        checked_looks(looks)


def test_other_refusals():
    with pytest.raises(ValueError, match=r"nearest allowed value is 0\.4"):
        boundaries((), 0.9)
    with pytest.raises(ValueError, match="sides is 3"):
        boundaries((), 0.05, sides=3)
    with pytest.raises(ValueError, match="'obrien-fleming' or 'pocock'"):
        boundaries((), 0.05, rule="haybittle")
    with pytest.raises(ValueError, match="one for each"):
        crossing((0.5, 1), (2.0,))
    with pytest.raises(ValueError, match="not above 0"):
        crossing((1.0,), (-2.0,))
