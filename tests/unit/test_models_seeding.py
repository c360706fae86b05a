"""Seeding and growth: golden values, simulation against formulas, properties, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from golden_values import agrees, spec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oligoteach.models.seeding import (
    DAYS_IN_YEAR,
    Course,
    Iwata,
    drawn_total,
    expected,
    iwata,
    nothing_left,
    occult_for_each_visible,
    patient,
    tail_ratio,
    visible_numbers,
    visible_share,
)

courses = st.builds(
    Course,
    st.floats(40, 400),
    st.floats(20, 200),
    st.floats(0, 0.8),
    st.floats(1e9, 1e11),
    st.floats(1e8, 1e9),
    st.one_of(st.none(), st.floats(1e6, 9e8)),
)
days = st.floats(0, 4000)


@pytest.mark.parametrize("row", spec("METS_Iwata2000")["golden"], ids=lambda r: str(r["t_d"]))
def test_golden_published_law(row):
    seen = iwata(row["t_d"])
    assert agrees(float(seen.cells.values), row["x"])
    assert agrees(float(seen.expected.values), row["EN"])
    assert agrees(float(seen.none.values), row["P0"])


@pytest.mark.parametrize("row", spec("METS_DFI")["golden"], ids=lambda r: str(r["DFI_y"]))
def test_golden_visible_and_occult(row):
    course = Course()
    seen = expected(course, row["E_total"], DAYS_IN_YEAR * row["DFI_y"])
    assert agrees(course.visible_age, row["tau_d"])
    assert agrees(float(seen.visible.values), row["E_vis"])
    assert agrees(float(seen.occult.values), row["E_occult"])
    assert agrees(float(seen.no_occult.values), row["P_no_occult"])


@pytest.mark.parametrize("row", spec("METS_tail")["golden"], ids=lambda r: r["exponent"])
def test_golden_tail(row):
    assert agrees(tail_ratio(5e8, float(row["exponent"])), row["ratio"])


def test_parameters_are_those_of_the_specification():
    stated, law = spec("METS_Iwata2000")["params"], Iwata()
    assert (law.growth, law.largest, law.shedding, law.exponent) == tuple(
        stated[key] for key in ("a", "b", "m", "alpha")
    )
    stated, course = spec("METS_DFI")["params"], Course()
    assert course.primary_doubling == stated["VDT_primary_d"]
    assert course.metastasis_doubling == stated["VDT_met_d"]
    assert course.cells_at_treatment == stated["xp"]
    assert f"{course.cells_visible:.0e}".replace("+0", "") in stated["xd"]


def test_the_tail_is_what_a_synchronous_scan_sees_of_a_primary_that_sheds_on():
    course = Course(110, 60, cells_at_treatment=9e11)
    seen = 1 / float(visible_share(course, 0))
    assert seen == pytest.approx(occult_for_each_visible(course), rel=1e-3)


@given(courses, days, st.floats(0, 2000))
def test_the_visible_share_is_a_share_that_never_falls(course, since, more):
    first, second = visible_share(course, [since, since + more])
    assert 0 <= first <= second + 1e-9
    assert second <= 1


@given(courses, days, st.floats(0, 50))
@example(Course(41.0, 20.0, cells_at_treatment=1e11, cells_visible=1e8), 532.0, 1.0)
def test_visible_and_occult_are_all(course, since, total):
    seen = expected(course, total, since)
    assert float(seen.occult.values) >= 0
    assert float(seen.visible.values + seen.occult.values) == pytest.approx(total, rel=1e-9)
    assert 0 <= float(seen.no_occult.values) <= 1


@given(st.floats(60, 300), st.floats(30, 150), days)
def test_a_small_spread_of_growth_is_as_none(primary, metastasis, since):
    alike = float(visible_share(Course(primary, metastasis), since))
    nearly = float(visible_share(Course(primary, metastasis, 1e-6), since))
    assert nearly == pytest.approx(alike, abs=2e-3)


def test_once_the_youngest_is_old_enough_all_are_visible():
    course = Course()
    assert float(visible_share(course, course.visible_age)) == 1
    assert float(visible_share(course, course.visible_age - 1)) < 1


@settings(max_examples=25)
@given(courses, days, st.integers(0, 2**31))
def test_a_simulated_patient_is_one_of_the_course(course, since, seed):
    one = patient(course, 40, since, 0.5, seed=seed)
    assert np.all(np.diff(one.seeded) >= 0)
    assert np.all((one.seeded >= -course.treated) & (one.seeded <= course.stopped - course.treated))
    assert np.array_equal(one.visible, one.cells >= course.cells_visible * (1 - 1e-9))
    assert not np.any(one.visible & one.eradicated)
    assert one.n_visible + one.n_occult == one.seeded.size
    assert 0 <= one.n_left <= one.n_occult
    again = patient(course, 40, since, 0.5, seed=seed)
    assert np.array_equal(one.cells, again.cells)


@settings(max_examples=25)
@given(courses, days, st.floats(0, 2000), st.floats(0, 1), st.integers(0, 2**31))
def test_time_and_drug_leave_the_metastases_as_they_are(course, since, more, drug, seed):
    early = patient(course, 30, since, 0, seed=seed)
    late = patient(course, 30, since + more, drug, seed=seed)
    assert np.array_equal(early.seeded, late.seeded)
    assert np.all(late.visible >= early.visible)
    assert late.n_left <= early.n_left


def test_simulated_patients_agree_with_the_averages():
    course, since = Course(growth_spread=0.3), 4 * DAYS_IN_YEAR
    group = [patient(course, 3, since, 0.6, seed=seed) for seed in range(4000)]
    seen = expected(course, 3, since)
    visible = np.array([one.n_visible for one in group])
    occult = np.array([one.n_occult for one in group])
    for counted, average in ((visible, seen.visible), (occult, seen.occult)):
        mean = float(average.values)
        assert counted.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / len(group)))
        assert counted.var() == pytest.approx(mean, rel=0.12)  # as of a Poisson number
    assert abs(np.corrcoef(visible, occult)[0, 1]) < 4 / math.sqrt(len(group))
    left = np.mean([one.n_left == 0 for one in group])
    chance = math.exp(-0.4 * float(seen.occult.values))
    assert left == pytest.approx(chance, abs=4 * math.sqrt(chance * (1 - chance) / len(group)))


def test_what_few_visible_ones_tell_is_what_simulated_patients_show():
    rng = np.random.default_rng(7)
    mean, shape, share, drug = 4.0, 0.8, 0.35, 0.5
    total = rng.gamma(shape, mean / shape, 400_000)
    visible, occult = rng.poisson(share * total), rng.poisson((1 - share) * total)
    left = rng.binomial(occult, 1 - drug)
    listed = visible_numbers(4, share, mean, shape)
    for n in range(5):
        among = visible == n
        assert among.mean() == pytest.approx(listed[n], abs=4e-3)
        chance = float(nothing_left(n, share, mean, shape, drug).values)
        spread = math.sqrt(chance * (1 - chance) / among.sum())
        assert (left[among] == 0).mean() == pytest.approx(chance, abs=4 * spread)


@given(
    st.integers(0, 20),
    st.floats(0, 1),
    st.floats(0.1, 50),
    st.floats(0.05, 50),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_fewer_visible_more_time_and_a_better_drug_leave_less(n, seen, mean, shape, drug, other):
    here = float(nothing_left(n, seen, mean, shape, drug).values)
    assert 0 <= here <= 1
    assert float(nothing_left(n + 1, seen, mean, shape, drug).values) <= here
    low, high = sorted((drug, other))
    worse, better = nothing_left(n, seen, mean, shape, [low, high]).values
    assert worse <= better + 1e-12
    assert float(nothing_left(n, 1, mean, shape, drug).values) == 1
    assert float(nothing_left(n, seen, mean, shape, 1).values) == 1


@given(st.floats(0, 1), st.floats(0.1, 20), st.floats(0.5, 20))
def test_the_numbers_of_visible_ones_are_a_distribution(seen, mean, shape):
    chances = visible_numbers(2000, seen, mean, shape)
    assert np.all(chances >= 0)
    assert chances.sum() == pytest.approx(1, abs=1e-6)
    assert chances @ np.arange(2001) == pytest.approx(mean * seen, rel=1e-4, abs=1e-9)


def test_drawn_totals_are_those_of_the_population():
    totals = np.array([drawn_total(4, 0.8, seed=seed) for seed in range(4000)])
    assert totals.mean() == pytest.approx(4, rel=0.08)
    assert totals.var() == pytest.approx(4**2 / 0.8, rel=0.15)
    assert drawn_total(4, 0.8, seed=5) == totals[5]


def test_what_the_models_rest_on_is_always_said():
    assert "one patient with liver cancer" in iwata(600).expected.warnings[0]
    late = iwata([600, 2000])
    assert late.cells.valid.tolist() == [True, False]
    assert "After 1000 days" in late.none.warnings[1]
    assert "fitted to nobody" in expected(Course(), 3, 100).occult.warnings[0]
    assert "fitted to nobody" in nothing_left(1, 0.5, 3, 1).warnings[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: iwata(-1), "days holds -1 days"),
        (lambda: Iwata(growth=0), "growth is 0"),
        (lambda: Iwata(shedding=-1), "shedding is -1"),
        (lambda: Iwata(exponent=0), "exponent is 0"),
        (lambda: Iwata(largest=1), "largest is 1; it must be more than one cell"),
        (lambda: Course(primary_doubling=0), "primary_doubling is 0"),
        (lambda: Course(metastasis_doubling=-5), "metastasis_doubling is -5"),
        (lambda: Course(growth_spread=2), "growth_spread is 2; it must be from 0 to 1"),
        (lambda: Course(cells_visible=1), "cells_visible is 1; it must be above 1"),
        (lambda: Course(cells_at_treatment=1e13), "cells_at_treatment is 1e+13"),
        (lambda: Course(cells_at_stop=3e10), "cannot shed after it was treated"),
        (lambda: visible_share(Course(), -1), "interval holds -1 days"),
        (lambda: expected(Course(), -1, 0), "total holds -1 metastases"),
        (lambda: nothing_left(-1, 0.5, 3, 1), "n_visible holds -1"),
        (lambda: nothing_left(1, 1.5, 3, 1), "visible holds 1.5; it must be from 0 to 1"),
        (lambda: nothing_left(1, 0.5, 0, 1), "mean is 0"),
        (lambda: nothing_left(1, 0.5, 3, 0), "shape is 0"),
        (lambda: nothing_left(1, 0.5, 3, 1, 1.2), "eradicated holds 1.2"),
        (lambda: visible_numbers(2.5, 0.5, 3, 1), "highest is 2.5"),
        (lambda: visible_numbers(2, -0.5, 3, 1), "visible is -0.5"),
        (lambda: tail_ratio(0, 1), "cells_visible is 0"),
        (lambda: tail_ratio(5e8, -1), "exponent is -1"),
        (lambda: drawn_total(0, 1, seed=1), "mean is 0"),
        (lambda: drawn_total(3, -1, seed=1), "shape is -1"),
        (lambda: patient(Course(), 1e6, 0, seed=1), "total is 1e+06; it must be from 0 to 5000"),
        (lambda: patient(Course(), 3, -1, seed=1), "interval holds -1 days"),
        (lambda: patient(Course(), 3, 0, 2, seed=1), "eradicated is 2"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
