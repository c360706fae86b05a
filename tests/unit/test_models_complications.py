"""Complications by dose: golden values, properties, ranges, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from golden_values import agrees, spec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from oligoteach.models.complications import (
    CORD_LIMITS,
    LUNG_INTERCEPT,
    LUNG_SLOPE,
    ORGANS,
    Organ,
    cord_limit,
    cord_limit_eqd2,
    geud,
    lkb,
    lkb_of_geud,
    pneumonitis,
)

BY_EXPONENT = {"1": "lung_Seppenwoolde", ".87": "lung_Burman", ".35": "heart_Burman"}
organs = st.sampled_from(list(ORGANS.values()))
bins = arrays.arrays(float, 6, elements=st.floats(0, 80))
shares = arrays.arrays(float, 6, elements=st.floats(0.01, 1))


def histogram(text: str) -> tuple[list[float], list[float]]:
    """Split '5:40,10:25 (EQD2 Gy:%vol)' into doses and volumes."""
    pairs = [pair.split(":") for pair in text.split(" ")[0].split(",")]
    return [float(dose) for dose, _ in pairs], [float(volume) for _, volume in pairs]


@pytest.mark.parametrize("row", spec("NTCP_QUANTEC_lung")["golden"], ids=lambda r: str(r["MLD"]))
def test_golden_pneumonitis(row):
    assert agrees(float(pneumonitis(row["MLD"]).values), row["p"])


@pytest.mark.parametrize(
    "row", [r for r in spec("NTCP_LKB")["golden"] if "dvh" in r], ids=lambda r: r["n"]
)
def test_golden_lyman_kutcher_burman(row):
    organ = ORGANS[BY_EXPONENT[row["n"]]]
    doses, volumes = histogram(row["dvh"])
    assert agrees(float(geud(doses, volumes, organ.n)), row["gEUD"])
    assert float(lkb(doses, volumes, organ).values) == pytest.approx(row["NTCP"], rel=1e-8)


def test_golden_lung_by_mean_dose():
    row = spec("NTCP_LKB")["golden"][0]
    seen = lkb_of_geud(row["MLD"], ORGANS["lung_Seppenwoolde"])
    assert agrees(float(seen.values), row["NTCP_Sepp"])


@pytest.mark.parametrize("row", spec("CORD_HyTEC")["golden"], ids=lambda r: str(r["nfx"]))
def test_golden_cord(row):
    assert float(cord_limit(row["nfx"], row["column"]).values) == row["D"]
    assert agrees(float(cord_limit_eqd2(row["nfx"], row["column"]).values), row["EQD2_2"])


def test_parameters_are_those_of_the_specification():
    assert spec("NTCP_QUANTEC_lung")["params"] == {"b0": LUNG_INTERCEPT, "b1": LUNG_SLOPE}
    stated = spec("NTCP_LKB")["params"]
    assert {k: {"n": o.n, "m": o.m, "TD50": o.td50} for k, o in ORGANS.items()} == stated
    columns = spec("CORD_HyTEC")["params"]
    assert list(CORD_LIMITS["true cord"]) == columns["true_cord_1_to_5_fx"]
    assert list(CORD_LIMITS["thecal sac or PRV"]) == columns["thecal_sac_or_PRV_1_to_5_fx"]


@given(st.floats(0, 60), st.floats(0, 20))
def test_pneumonitis_rises_with_mean_dose(dose, more):
    low, high = pneumonitis([dose, dose + more]).values
    assert 0 < low <= high < 1


@given(bins, shares, st.floats(0.02, 1))
def test_geud_lies_between_the_mean_and_the_highest_dose(doses, volumes, n):
    mean = float(np.average(doses, weights=volumes))
    seen = float(geud(doses, volumes, n))
    assert mean * (1 - 1e-9) <= seen <= doses.max() * (1 + 1e-9)


def test_bins_that_nothing_has_change_no_geud():
    """A long empty tail of a histogram must not drown the doses that are there."""
    doses, volumes = np.arange(0.5, 80), np.zeros(80)
    volumes[:3] = 1
    for n in (1.0, 0.06, 0.004):
        seen = float(geud(doses, volumes, n))
        assert seen == pytest.approx(float(geud(doses[:3], volumes[:3], n)), rel=1e-12)
        assert 1.5 <= seen <= 2.5


@given(bins, shares)
def test_geud_with_n_of_one_is_the_mean(doses, volumes):
    mean = float(np.average(doses, weights=volumes))
    assert float(geud(doses, volumes, 1)) == pytest.approx(mean, rel=1e-10, abs=1e-12)


@given(st.floats(0, 80), shares, organs)
def test_a_uniform_dose_is_its_own_geud_and_td50_harms_half(dose, volumes, organ):
    uniform = np.full(6, dose)
    assert float(geud(uniform, volumes, organ.n)) == pytest.approx(dose, rel=1e-10)
    half = lkb(np.full(6, organ.td50), volumes, organ)
    assert float(half.values) == pytest.approx(0.5, abs=1e-9)


@given(bins, shares, organs, st.floats(0, 10))
def test_more_dose_anywhere_never_harms_less(doses, volumes, organ, more):
    hotter = doses.copy()
    hotter[2] += more
    low, high = (float(lkb(d, volumes, organ).values) for d in (doses, hotter))
    assert 0 <= low <= high + 1e-12 <= 1 + 1e-12


def test_a_large_exponent_neither_overflows_nor_loses_the_hottest_bin():
    with np.errstate(over="raise"):
        assert float(geud([1e300, 1], [1, 1e6], 0.02)) > 7e299


def test_empty_bins_and_no_dose():
    assert float(geud([0, 0], [1, 1], 0.06)) == 0
    assert float(geud([10, 60], [1, 0], 0.06)) == pytest.approx(10)
    stack = geud([[10, 20], [30, 40]], [1, 1], 1)
    assert stack.tolist() == [15, 35]


def test_the_two_columns_of_the_cord_stay_apart():
    n = [1, 2, 3, 4, 5]
    cord, sac = cord_limit(n, "true cord"), cord_limit(n, "thecal sac or PRV")
    assert np.all(cord.values > sac.values)
    assert cord.valid.tolist() == [True, False, False, False, False]
    assert any("extrapolations by the linear-quadratic model" in w for w in cord.warnings)
    assert sac.valid.all()
    assert sac.warnings == ("For 1 to 5 % myelopathy in a cord that was never irradiated before.",)


def test_where_a_model_is_left_it_says_so():
    seen = pneumonitis([10, 30], [[2.0], [18.0]])
    assert seen.valid.tolist() == [[True, False], [False, False]]
    assert "not validated for stereotactic" in seen.warnings[0]
    assert "Above a mean lung dose of 27 Gy" in seen.warnings[1]
    assert pneumonitis(20).warnings == ()
    assert "not confirmed in a source" in lkb_of_geud(20, ORGANS["lung_Burman"]).warnings[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pneumonitis(-1), "mean_lung_dose holds -1 Gy"),
        (lambda: pneumonitis(10, 0), "dose_per_fraction holds 0"),
        (lambda: geud([1, 2], [1, 1], 0), "n is 0; it must be above 0"),
        (lambda: geud([1, 2], [1, 1, 1], 1), "dose has the shape (2,) and volume (3,)"),
        (lambda: geud([1, 2], [0, 0], 1), "volume is 0 in every bin"),
        (lambda: geud([1, -2], [1, 1], 1), "dose holds -2 Gy"),
        (lambda: geud([1, 2], [1, -1], 1), "volume holds -1"),
        (lambda: lkb_of_geud(-1, ORGANS["lung_Burman"]), "geud_gy holds -1 Gy"),
        (lambda: Organ(1, 0, 30), "m is 0"),
        (lambda: Organ(1, 0.3, -30), "td50 is -30"),
        (lambda: cord_limit(6, "true cord"), "limits were published for 1 to 5 fractions"),
        (lambda: cord_limit(0, "true cord"), "n_fractions holds 0"),
        (lambda: cord_limit(1, "cord"), "column is 'cord'; it must be one of true cord, thecal"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
