"""Margins: golden values, what errors must do to them, refusals."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models import margins
from oligoteach.models.margins import Errors, breathing_margin, covered, few_fractions, margin

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))
RECIPE = SPEC["MARGIN_vanHerk"]
FEW = SPEC["MARGIN_few_fractions"]["golden"]
BREATHING = SPEC["MARGIN_resp"]["golden"]
ERRORS = Errors(np.asarray(2.0), np.asarray(3.0))

lengths = st.floats(0, 15)
widths = st.floats(0.5, 10)
counts = st.integers(1, 40)
isodoses = st.floats(0.5, 0.99)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("row", RECIPE["golden"], ids=str)
def test_golden_margins(row):
    errors = float(row["S"]), float(row["s"])
    if "sp" in row:
        found = margin(*errors, penumbra=row["sp"], isodose=row["iso"])
    else:
        found = margins.straight_line(*errors)
    assert float(found) == pytest.approx(row["M"], rel=1e-8)


def test_the_parameters_are_the_sources():
    params = RECIPE["params"]
    assert (
        params["sp_water"],
        params["sp_lung"],
    ) == (margins.PENUMBRA_WATER, margins.PENUMBRA_LUNG)
    assert margins.isodose_factor(0.95) == pytest.approx(params["b95"], abs=5e-4)
    assert margins.isodose_factor(0.80) == pytest.approx(params["b80"], abs=5e-4)


@pytest.mark.parametrize("row", FEW, ids=str)
def test_golden_errors_of_few_fractions(row):
    found = few_fractions(row["S"], row["s"], row["n"])
    assert float(found.systematic) == pytest.approx(row["S_eff"], rel=1e-8)
    assert float(found.random) == pytest.approx(row["s_eff"], rel=1e-8, abs=1e-12)
    line = margins.straight_line(found.systematic, found.random)
    assert float(line) == pytest.approx(row["M"], rel=1e-8)


@pytest.mark.parametrize("row", BREATHING, ids=str)
def test_golden_breathing(row):
    amplitude = row["A_mm"]
    assert float(margins.sinusoid_sd(amplitude)) == pytest.approx(row["SD_sin"], rel=1e-8)
    # The margin of the specification was worked out with the rule of thumb, for 95 %.
    assert row["M_rule"] == "A/3, isodose 95 %"
    found = breathing_margin(ERRORS, amplitude, 6.4, 0.95, rule="third")
    assert float(found.values) == pytest.approx(row["M_S2_s3_sp64"], rel=1e-8)
    assert bool(found.valid) == (amplitude <= 10)
    assert ("more than 10 mm" in " ".join(found.warnings)) == (amplitude > 10)
    assert "was not found in a source" in found.warnings[0]
    assert breathing_margin(ERRORS, 10).warnings == ()


@given(lengths, lengths, widths, isodoses, st.floats(0.01, 3))
def test_more_error_never_needs_less_margin(systematic, random, width, isodose, more):
    base = float(margin(systematic, random, width, isodose))
    assert 0 <= base <= float(margin(systematic + more, random, width, isodose))
    assert base <= float(margin(systematic, random + more, width, isodose)) + 1e-12


@given(lengths, lengths, widths, isodoses)
def test_a_blurred_edge_forgives_and_the_straight_line_bounds_the_random_part(
    systematic, random, width, isodose
):
    narrow = float(margin(systematic, random, width, isodose))
    wide = float(margin(systematic, random, width + 1, isodose))
    assert wide <= narrow + 1e-12
    bound = 2.5 * systematic + margins.isodose_factor(isodose) * random
    assert narrow <= bound + 1e-9


@given(lengths, lengths, counts)
def test_few_fractions_keep_the_sum_of_squares_and_shift_it_to_the_systematic_part(
    systematic, random, n
):
    found = few_fractions(systematic, random, n)
    total = float(found.systematic) ** 2 + float(found.random) ** 2
    assert total == pytest.approx(systematic**2 + random**2, abs=1e-9)
    assert float(found.systematic) >= systematic - 1e-12
    more = few_fractions(systematic, random, n + 1)
    assert float(more.systematic) <= float(found.systematic) + 1e-12


@given(st.floats(0.1, 6), lengths, widths, isodoses)
def test_the_recipes_own_margin_covers_nine_in_ten(systematic, random, width, isodose):
    own = margin(systematic, random, width, isodose)
    share = float(covered(own, systematic, random, width, isodose))
    assert share == pytest.approx(0.9, abs=2e-4)


@given(st.floats(0, 30), lengths, lengths, widths, isodoses)
def test_the_covered_share_is_one_and_grows_with_the_margin(given_, systematic, random, width, iso):
    share = float(covered(given_, systematic, random, width, iso))
    assert (
        0
        <= share
        <= float(covered(given_ + 1, systematic, random, width, iso)) + 1e-12
        <= 1 + 1e-12
    )


def test_without_systematic_errors_a_margin_covers_all_or_none():
    assert covered([5, 1], 0, 3).tolist() == [1, 0]
    assert float(covered(0, 0, 0)) == 1
    assert float(covered(1, 2, 8)) == 0  # the blur alone takes more


def test_shapes_fit_each_other():
    systematic, random = np.arange(3.0)[:, None], np.arange(4.0)
    assert margin(systematic, random).shape == (3, 4)
    assert few_fractions(systematic, 2, [1, 3, 5, 30]).random.shape == (3, 4)
    assert covered(5, systematic, random).shape == (3, 4)
    sway = breathing_margin(Errors(np.ones(2), np.ones(2)), [5.0, 15.0])
    assert sway.valid.tolist() == [True, False]


@given(st.floats(0.01, 0.99))
def test_the_length_of_a_shift_and_its_share_are_each_others_inverse(share):
    reach = margins.shift_within(share)
    assert float(covered(reach, 1, 0)) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: margin(-1, 2), "systematic holds -1 mm; it must be 0 or more"),
        (lambda: margin(1, math.nan), "random holds a value that is not a finite number"),
        (lambda: margin(1, 2, isodose=1), "isodose is 1; it must be from 0.5 to below 1"),
        (lambda: margin(1, 2, isodose=0.4), "isodose is 0.4"),
        (lambda: few_fractions(1, 2, 0), "n_fractions holds 0; it must be a whole number"),
        (
            lambda: few_fractions(1, 2, [3, 2.5]),
            "n_fractions holds 2.5; it must be a whole number from 1 to 200",
        ),
        (lambda: breathing_margin(ERRORS, 5, rule="half"), "must be one of sinusoid, third"),
        (lambda: margins.shift_within([0.5, 1]), "not above 0 and below 1"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
