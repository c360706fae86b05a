"""Two ratios against each other: worked by hand, and its symmetries."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.interaction import Ratio, chance_to_differ, interaction, narrowed

LUNG, BREAST = Ratio(0.41, 0.22, 0.75), Ratio(0.78, 0.43, 1.43)


def test_curb_by_hand():
    # ln 0.41 = -0.8916, SE (ln 0.75 - ln 0.22) / 3.91993 = 0.31287; ln 0.78 = -0.24846, 0.30656.
    found = interaction(LUNG, BREAST)
    assert found.value == pytest.approx(0.5256, abs=1e-4)
    spread = math.hypot(0.31287, 0.30656)
    assert found.low == pytest.approx(0.5256 * math.exp(-1.95996 * spread), rel=1e-3)
    assert found.high == pytest.approx(0.5256 * math.exp(1.95996 * spread), rel=1e-3)
    assert found.p == pytest.approx(0.142, abs=0.001)  # z = 0.64313 / 0.43803 = 1.4682


def test_the_chance_to_find_curbs_difference_by_hand():
    # z = 1.46828. At (1.959964 / z)**2 times the size half of the trials find it, at
    # ((1.959964 + 0.841621) / z)**2 times 80 % (the other tail adds less than 0.0001).
    for times, chance in ((1.78188, 0.5), (3.64074, 0.8)):
        assert chance_to_differ(LUNG, BREAST, times=times) == pytest.approx(chance, abs=2e-4)


def test_without_a_difference_one_trial_in_twenty_finds_one():
    assert chance_to_differ(LUNG, LUNG, times=3) == pytest.approx(0.05)
    assert chance_to_differ(LUNG, BREAST) == pytest.approx(chance_to_differ(BREAST, LUNG))


ratios = st.builds(
    lambda value, reach: Ratio(value, value * math.exp(-reach), value * math.exp(reach)),
    st.floats(0.05, 5),
    st.floats(0.05, 3),
)


@given(ratios, ratios)
def test_swapping_turns_the_ratio_over_and_keeps_p(one, other):
    there, back = interaction(one, other), interaction(other, one)
    assert there.value * back.value == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)
    assert there.p == pytest.approx(back.p)
    assert 0 <= there.p <= 1


@given(ratios)
def test_a_ratio_does_not_differ_from_itself(one):
    found = interaction(one, one)
    assert found.value == 1
    assert found.p == 1


@given(ratios, ratios, st.floats(1, 50))
def test_more_patients_narrow_and_never_move(one, other, times):
    few, many = interaction(one, other), interaction(one, other, times=times)
    assert many.value == few.value
    assert many.high <= few.high * (1 + 1e-12)
    assert many.p <= few.p + 1e-12
    assert narrowed(one, times).value == one.value
    assert narrowed(one, times).low >= one.low * (1 - 1e-9)
    together = interaction(narrowed(one, times), narrowed(other, times))
    assert together.high == pytest.approx(many.high)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Ratio(0, 0, 1), "must be above 0"),
        (lambda: Ratio(2, 0.5, 1.5), "outside its interval"),
        (lambda: interaction(LUNG, BREAST, times=0.5), "must be 1 or more"),
        (lambda: interaction(LUNG, BREAST, times=math.nan), "finite"),
        (lambda: narrowed(LUNG, 0), "must be 1 or more"),
        (lambda: interaction(LUNG, BREAST, level=0.95), "such as 95"),
    ],
)
def test_refuses_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
