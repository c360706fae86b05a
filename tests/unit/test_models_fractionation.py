"""BED and EQD2: golden values, properties, ranges, refusals."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from golden_values import agrees, spec
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.fractionation import (
    ALPHA_BETA_CORD,
    ALPHA_BETA_LATE,
    ALPHA_BETA_TUMOUR,
    bed,
    bed_of_eqd2,
    biological_dose,
    eqd2,
    eqd2_of_bed,
    eqd2_of_total,
    incomplete_repair_factor,
    isoeffective_dose,
    isoeffective_number,
    unrepaired_factor,
    with_incomplete_repair,
    with_repair_between,
    with_repopulation,
)

numbers = st.integers(1, 60)
doses = st.floats(0.01, 40)
ratios = st.floats(0.5, 30)


@pytest.mark.parametrize("row", spec("BED_EQD2")["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
@pytest.mark.parametrize("ab", [ALPHA_BETA_TUMOUR, ALPHA_BETA_LATE, ALPHA_BETA_CORD])
def test_golden_bed_and_eqd2(row, ab):
    assert agrees(float(bed(row["n"], row["d"], ab)), row[f"BED{ab:g}"])
    assert agrees(float(eqd2(row["n"], row["d"], ab)), row[f"EQD2_{ab:g}"])
    total = row["n"] * row["d"]
    assert agrees(float(eqd2_of_total(total, row["n"], ab)), row[f"EQD2_{ab:g}"])


def test_the_ratios_are_those_of_the_specification():
    params = spec("BED_EQD2")["params"]
    assert params == {
        "ab_tumour": ALPHA_BETA_TUMOUR,
        "ab_late": ALPHA_BETA_LATE,
        "ab_cord": ALPHA_BETA_CORD,
    }


@pytest.mark.parametrize("row", spec("ISO_D")["golden"], ids=lambda r: str(r["n"]))
def test_golden_isoeffective_dose(row):
    d = float(isoeffective_dose(row["BED"], row["n"], row["ab"]))
    assert agrees(d, row["d"])
    assert agrees(row["n"] * d, row["total"])


@pytest.mark.parametrize("row", spec("BED_incomplete_repair")["golden"], ids=lambda r: r["dT_h"])
def test_golden_incomplete_repair(row):
    args = (row["n"], row["d"], row["ab"], row["dT_h"], row["Thalf_h"])
    assert agrees(float(with_incomplete_repair(*args).values), row["BED"])


@pytest.mark.parametrize("row", spec("BED_repop")["golden"], ids=lambda r: str(r["n"]))
def test_golden_repopulation(row):
    params = spec("BED_repop")["params"]
    seen = with_repopulation(
        row["n"],
        row["d"],
        params["ab"],
        row["T"],
        alpha=params["alpha"],
        kick_off=params["Tk_d"],
        doubling_time=params["Tp_d"],
    )
    assert agrees(float(seen.values), row["BED"])
    assert float(with_repopulation(row["n"], row["d"], 10, row["T"]).values) == float(seen.values)


@given(doses, st.integers(1, 40), st.integers(1, 40), ratios)
def test_fewer_and_larger_fractions_of_the_same_total_give_more(total, n, more, ab):
    assert float(bed(n, total / n, ab)) > float(bed(n + more, total / (n + more), ab))


@given(numbers, doses, ratios, st.floats(0.1, 20))
def test_a_lower_ratio_gives_more_bed(n, d, ab, more):
    assert float(bed(n, d, ab)) > float(bed(n, d, ab + more))


@given(numbers, ratios)
def test_two_gy_fractions_are_their_own_equivalent(n, ab):
    assert float(eqd2(n, 2, ab)) == pytest.approx(2 * n, rel=1e-12)


@given(numbers, doses, ratios)
def test_what_is_isoeffective_has_the_same_bed(n, d, ab):
    goal = float(bed(n, d, ab))
    assert float(isoeffective_dose(goal, n, ab)) == pytest.approx(d, rel=1e-9)
    assert float(isoeffective_number(goal, d, ab)) == pytest.approx(n, rel=1e-12)
    assert float(bed_of_eqd2(eqd2_of_bed(goal, ab), ab)) == pytest.approx(goal, rel=1e-12)


def test_an_isoeffective_dose_keeps_its_digits_where_it_is_small():
    assert float(isoeffective_dose(1e-12, 30, 10)) == pytest.approx(1e-12 / 30, rel=1e-12)
    assert float(isoeffective_dose(0, 30, 10)) == 0


@given(numbers, st.floats(0.05, 48), st.floats(0.2, 12))
def test_the_repair_factor_is_its_closed_form(n, hours, half):
    phi = math.exp(-math.log(2) * hours / half)
    closed = 2 / n * phi / (1 - phi) * (n - (1 - phi**n) / (1 - phi))
    assert float(incomplete_repair_factor(n, hours, half)) == pytest.approx(
        closed, rel=1e-6, abs=1e-9
    )


@given(numbers, st.floats(0.05, 48), st.floats(0.2, 12))
def test_equal_intervals_are_one_case_of_any_times(n, hours, half):
    times = hours * np.arange(n)
    assert float(unrepaired_factor(times, half)) == pytest.approx(
        float(incomplete_repair_factor(n, hours, half)), rel=1e-9, abs=1e-12
    )


@given(st.lists(st.floats(0, 500), min_size=1, max_size=12), doses, ratios, st.floats(0.2, 12))
def test_any_times_add_what_is_left_of_each_pair(times, d, ab, half):
    given_at = sorted(times)
    pairs = sum(2.0 ** (-(b - a) / half) for a, b in itertools.combinations(given_at, 2))
    seen = float(with_repair_between(given_at, d, ab, half).values)
    n = len(given_at)
    assert seen == pytest.approx(n * d + d**2 / ab * (n + 2 * pairs), rel=1e-9)


@given(numbers, doses, ratios)
def test_without_any_repair_a_course_is_one_fraction(n, d, ab):
    seen = with_incomplete_repair(n, d, ab, 0)
    assert float(seen.values) == pytest.approx(float(bed(1, n * d, ab)), rel=1e-10)
    apart = with_incomplete_repair(n, d, ab, 1e4)
    assert float(apart.values) == pytest.approx(float(bed(n, d, ab)), rel=1e-12)


@given(numbers, doses, ratios, st.floats(0, 120), st.floats(0, 60))
def test_more_days_never_give_more(n, d, ab, days, more):
    first = with_repopulation(n, d, ab, days)
    second = with_repopulation(n, d, ab, days + more)
    assert 0 <= float(second.values) <= float(first.values) <= float(bed(n, d, ab))


def test_values_broadcast_and_each_has_its_own_range():
    seen = biological_dose([[1], [3]], [0, 0.5, 2, 8, 9, 18], 10)
    assert seen.values.shape == (2, 6)
    assert seen.valid.tolist() == [[True, False, True, True, True, False]] * 2
    assert [w.split(" Gy")[0] for w in seen.warnings] == ["From 8 to 10", "Below 1", "Above 10"]
    assert biological_dose(30, 2, 10).warnings == ()


def test_repeated_voxels_are_as_one_course():
    cube = np.linspace(0, 60, 24).reshape(2, 3, 4)
    assert eqd2_of_total(cube, 5, 3).shape == cube.shape
    assert float(eqd2_of_total(cube, 5, 3)[1, 2, 3]) == pytest.approx(float(eqd2(5, 12, 3)))


def test_assumptions_are_always_named():
    assert "recomputed, not found in a source" in with_incomplete_repair(3, 8, 3, 6).warnings[0]
    assert "are assumptions" in with_repopulation(30, 2, 10, 39).warnings[0]
    gone = with_repopulation(1, 2, 10, 200)
    assert float(gone.values) == 0
    assert not bool(gone.valid)
    assert "Repopulation takes away more" in gone.warnings[1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bed(0, 2, 10), "n_fractions holds 0; it must be a whole number from 1 to 200"),
        (lambda: bed([3, 2.5], 2, 10), "n_fractions holds 2.5"),
        (lambda: bed(201, 2, 10), "n_fractions holds 201"),
        (lambda: bed(3, -2, 10), "dose_per_fraction holds -2 Gy; it must be 0 or more"),
        (lambda: bed(3, math.nan, 10), "dose_per_fraction holds a value that is not a finite"),
        (lambda: bed(3, "eight", 10), "dose_per_fraction is 'eight'; numbers are needed"),
        (lambda: bed(3, 2, 0), "alpha_beta holds 0; it must be above 0 Gy"),
        (lambda: eqd2_of_bed(-1, 3), "bed_gy holds -1 Gy"),
        (lambda: bed_of_eqd2(-1, 3), "eqd2_gy holds -1 Gy"),
        (lambda: eqd2_of_total(-1, 3, 3), "total_dose holds -1 Gy"),
        (lambda: isoeffective_number(100, 0, 10), "dose_per_fraction holds 0; it must be above 0"),
        (lambda: isoeffective_dose(100, 3, -10), "alpha_beta holds -10"),
        (lambda: incomplete_repair_factor(3, -1), "interval holds -1 h"),
        (lambda: incomplete_repair_factor(3, 6, 0), "half_time holds 0; it must be above 0 h"),
        (lambda: unrepaired_factor([0, 6, 5]), "times are not in order"),
        (lambda: with_repopulation(3, 8, 10, -1), "days holds -1 days"),
        (lambda: with_repopulation(3, 8, 10, 5, alpha=0), "alpha holds 0; it must be above 0"),
        (lambda: with_repopulation(3, 8, 10, 5, doubling_time=0), "doubling_time holds 0"),
        (lambda: with_repopulation(3, 8, 10, 5, kick_off=-1), "kick_off holds -1"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
