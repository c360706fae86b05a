"""Tumour control by dose: golden values, properties, ranges, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from golden_values import agrees, spec
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.tumour_control import (
    LUNG,
    MARTEL_SLOPE,
    MARTEL_TCD50,
    OHRI_TCD50,
    OHRI_WIDTH,
    SIZE_LOSS,
    Population,
    adrenal,
    adrenal_line,
    conventional_lung,
    early_lung,
    poisson,
)

numbers = st.integers(1, 40)
doses = st.floats(0, 30)
volumes = st.floats(0.1, 500)


@pytest.mark.parametrize("row", spec("TCP_Ohri2012")["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_early_lung(row):
    seen = early_lung(row["n"], row["d"], row["L_cm"])
    assert agrees(float(seen.values), row["TCP"])
    assert bool(seen.valid)
    reduced = OHRI_WIDTH * math.log(row["TCP"] / (1 - row["TCP"]))
    assert reduced == pytest.approx(row["sBED"], rel=1e-8)


def test_what_only_decides_on_validity_may_have_a_shape_of_its_own():
    seen = early_lung(3, 18, 3.0, days=[5, 20])
    assert seen.values.shape == seen.valid.shape == (2,)
    assert seen.valid.tolist() == [True, False]
    assert seen.values[0] == seen.values[1] == float(early_lung(3, 18, 3.0).values)


@pytest.mark.parametrize("row", spec("TCP_Martel1999")["golden"], ids=lambda r: str(r["EQD2"]))
def test_golden_conventional_lung(row):
    assert agrees(float(conventional_lung(row["EQD2"]).values), row["TCP"])


@pytest.mark.parametrize("row", spec("TCP_Poisson")["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_poisson(row):
    args = (row["n"], row["d"], row["V_cc"])
    alone = float(poisson(*args, alpha=0.307).values)
    assert alone == pytest.approx(row["individual_alpha307"], rel=1e-8)
    assert agrees(float(poisson(*args).values), row["population"])


@pytest.mark.parametrize(
    "row", spec("TCP_adrenal_Chen2020")["golden"], ids=lambda r: str(r["BED10"])
)
def test_golden_adrenal(row):
    for year in (1, 2):
        seen = adrenal(row["BED10"], year)
        assert float(seen.values) == pytest.approx(row[f"LC{year}"], abs=5.1e-7)
        assert bool(seen.valid) is (row["BED10"] >= 60)


def test_parameters_are_those_of_the_specification():
    assert spec("TCP_Ohri2012")["params"] == {
        "c": f"{SIZE_LOSS:g} Gy/cm",
        "TCD50": OHRI_TCD50,
        "k": OHRI_WIDTH,
    }
    assert spec("TCP_Martel1999")["params"] == {"TCD50": MARTEL_TCD50, "g50": MARTEL_SLOPE}
    fitted = spec("TCP_adrenal_Chen2020")["params"]
    for year in (1, 2):
        assert adrenal_line(year) == pytest.approx(fitted[f"y{year}"], rel=3e-6)
    stated = spec("TCP_Poisson")["params"]
    assert (LUNG.mean, LUNG.spread, LUNG.alpha_beta) == (stated["am"], stated["sa"], stated["ab"])


@pytest.mark.parametrize(("year", "published"), [(1, (70.5, 84.8, 92.9)), (2, (47.8, 70.1, 85.6))])
def test_the_adrenal_model_meets_the_published_predictions(year, published):
    seen = adrenal([60, 80, 100], year)
    assert 100 * seen.values == pytest.approx(published, abs=0.3)
    assert seen.valid.all()


@given(numbers, st.floats(0, 25), st.floats(0, 10), st.floats(0.1, 6), st.floats(0, 3))
def test_more_dose_never_controls_less_and_size_never_more(n, d, more, size, larger):
    here = float(early_lung(n, d, size).values)
    assert 0 <= here <= float(early_lung(n, d + more, size).values) <= 1
    assert float(early_lung(n, d, size + larger).values) <= here


@given(st.floats(0, 200), st.floats(0, 50), st.sampled_from([1, 2]))
def test_control_rises_with_dose_and_falls_with_time(dose, more, year):
    assert float(adrenal(dose, year).values) <= float(adrenal(dose + more, year).values)
    assert float(adrenal(dose, 2).values) < float(adrenal(dose, 1).values)
    low, high = conventional_lung([dose, dose + more]).values
    assert 0 <= low <= high <= 1


@given(numbers, doses, volumes, st.floats(0, 5))
def test_poisson_is_a_share_that_rises_with_dose_and_falls_with_volume(n, d, volume, more):
    here = float(poisson(n, d, volume).values)
    assert 0 <= here <= float(poisson(n, d + more, volume).values) + 1e-9
    assert float(poisson(n, d, volume + more).values) <= here + 1e-9
    assert here <= 1


@given(st.integers(1, 30), st.floats(1, 20), volumes)
def test_a_population_without_spread_is_one_patient(n, d, volume):
    alike = Population(spread=0)
    narrow = Population(spread=1e-7)
    one = float(poisson(n, d, volume, alpha=alike.mean).values)
    assert float(poisson(n, d, volume, population=alike).values) == one
    assert float(poisson(n, d, volume, population=narrow).values) == pytest.approx(one, abs=1e-3)


def test_no_dose_controls_nobody_by_the_models_that_say_so():
    assert float(conventional_lung(0).values) == 0
    assert float(poisson(30, 0, 10).values) == 0


def test_values_broadcast():
    assert early_lung([[3], [5]], [8, 10, 12], 2).values.shape == (2, 3)
    assert poisson([[3], [5]], [8, 10, 12], 2).values.shape == (2, 3)
    seen = conventional_lung([60, 70], [[2.0], [8.0], [1.8]])
    assert seen.valid.tolist() == [[True, True], [False, False], [True, True]]
    each = poisson(5, [7, 9], [10, 20])
    assert float(each.values[1]) == pytest.approx(float(poisson(5, 9, 20).values), rel=1e-12)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (early_lung(1, 20, 2), "not made for a single fraction"),
        (early_lung(8, 7.5, 2), "8 Gy or more a fraction"),
        (early_lung(5, 10, 2, days=21), "at most two weeks"),
        (early_lung(5, 10, 6), "above 5 cm nothing was checked"),
        (conventional_lung(60, 3), "conventional fractionation (1.8 to 2 Gy"),
        (adrenal(150, 1), "from 60 to 100 Gy of BED10 only"),
    ],
)
def test_where_a_model_is_left_it_says_so(seen, words):
    assert not bool(seen.valid)
    assert words in seen.warnings[-1]


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (early_lung(3, 12, 2), "stage I lung tumours, not on metastases"),
        (conventional_lung(60), "was not found"),
        (poisson(5, 10, 5), "overpredicts"),
        (adrenal(67, 2), "over studies, not over patients"),
    ],
)
def test_what_a_model_rests_on_is_said_inside_its_range_too(seen, words):
    assert bool(seen.valid)
    assert len(seen.warnings) == 1
    assert words in seen.warnings[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: early_lung(3, 12, 0), "size holds 0; it must be above 0 cm"),
        (lambda: early_lung(0, 12, 2), "n_fractions holds 0"),
        (lambda: early_lung(3, 12, 2, days=-1), "days holds -1 days"),
        (lambda: conventional_lung(-1), "eqd2_gy holds -1 Gy"),
        (lambda: conventional_lung(60, 0), "dose_per_fraction holds 0"),
        (lambda: poisson(5, 10, 0), "volume holds 0; it must be above 0 cm3"),
        (lambda: poisson(5, 10, 1e-6), "holds 10 clonogenic cells"),
        (lambda: poisson(5, 10, 1, alpha=0), "alpha holds 0"),
        (lambda: adrenal(67, 3), "year is 3; control was published at 1 and at 2 years"),
        (lambda: adrenal(-1, 1), "bed10 holds -1 Gy"),
        (lambda: Population(mean=0), "mean is 0"),
        (lambda: Population(spread=-0.1), "spread is -0.1"),
        (lambda: Population(density=np.nan), "density is nan"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
