"""Intervals and p values: golden values, the rows of the ledger, properties, refusals."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oligoteach.evidence.consistency import p_agreement
from oligoteach.evidence.paths import data_path
from oligoteach.models.intervals import (
    consistent,
    decimals,
    geometric_mean,
    implied_p,
    implied_range,
    least_events,
    standard_error,
    z_value,
)

SPEC = json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))["CI_CHECK"]

ratios = st.floats(0.05, 20)
levels = st.sampled_from([70.0, 80.0, 90.0, 95.0, 99.0])


def to_the_printed_digits(value: float, printed: float, unit: float) -> bool:
    """Compare with a golden value that is printed in steps of ``unit``."""
    return math.isclose(value, printed, rel_tol=1e-8, abs_tol=0.5000001 * unit)


@pytest.mark.parametrize("row", SPEC["golden"], ids=lambda row: row["name"])
def test_golden_values(row):
    low, high, level = row["low"], row["high"], row["level"]
    assert to_the_printed_digits(standard_error(low, high, level), row["SE"], 1e-6)
    assert to_the_printed_digits(geometric_mean(low, high), row["geo_mean"], 1e-6)
    p = implied_p(float(row["HR"]), low, high, level)
    last_digit = 10.0 ** (math.floor(math.log10(p)) - 3)
    assert to_the_printed_digits(p, row["p_wald"], last_digit)


def test_there_are_golden_values():
    assert len(SPEC["golden"]) == 6


# Printed triples of the course and what a careful reader finds.
PRINTED = [
    # hr, low, high, p, level, one-sided, comparator, agreement, centred
    (0.50, 0.30, 0.84, 0.008, 95, False, "=", "fits", True),  # SABR-COMET at eight years
    (0.48, 0.30, 0.75, 0.006, 95, False, "=", "misfit", True),  # as the review prints it
    (0.57, 0.30, 1.10, 0.09, 95, False, "=", "fits", True),  # SABR-COMET, first report
    (0.45, 0.28, 0.72, 0.001, 95, False, "<", "fits", True),
    (0.37, 0.17, 0.78, 0.017, 95, False, "=", "rounding", True),  # Gomez, as the review prints it
    (0.30, 0.11, 0.82, 0.01, 95, False, "=", "rounding", True),  # Iyengar, unverified
    (0.35, 0.18, 0.66, 0.0054, 95, False, "=", "misfit", True),  # Gomez, first report
    (0.35, 0.18, 0.66, 0.0054, 90, False, "=", "fits", True),
    (0.30, 0.11, 0.82, 0.01, 90, False, "=", "misfit", True),  # 0.05 and 0.015 lie apart
    (0.66, 0.50, 0.87, 0.025, 95, True, "=", "misfit", True),  # NorthStar as reported
    (0.66, 0.50, 0.87, 0.025, 80, True, "=", "fits", True),  # behaves like 80 percent
    (0.41, 0.27, 0.62, 0.001, 95, False, "<", "fits", True),
    (0.70, 0.47, 1.00, 0.001, 95, False, "<", "misfit", True),
    (0.90, 0.40, 1.10, 0.02, 95, False, "=", "misfit", False),
    (0.99, 0.98, 1.00, 0.3, 95, False, "=", "rounding", True),  # half the distance is rounding
]


@pytest.mark.parametrize(
    ("hr", "low", "high", "p", "level", "one_sided", "comparator", "agreement", "centred"), PRINTED
)
def test_printed_triples(hr, low, high, p, level, one_sided, comparator, agreement, centred):
    found = consistent(hr, low, high, p, level, one_sided=one_sided, comparator=comparator)
    assert (found.agreement, found.centred) == (agreement, centred)
    assert found.p_fits is (agreement == "fits")
    assert found.fits is (agreement == "fits" and centred)
    assert found.ratio == pytest.approx(found.p_implied / p)
    assert ("does not fit" in found.verdict) is (agreement == "misfit")
    assert ("within rounding" in found.verdict) is (agreement == "rounding")
    least, most = found.p_range
    assert least < found.p_implied < most
    table_says = p_agreement((hr, low, high), level, (p, comparator), one_sided=one_sided)
    assert table_says == agreement
    assert ("middle of its interval" in found.verdict) is not centred


@pytest.mark.parametrize(
    ("values", "places"),
    [((0.5,), 2), ((0.5, 0.301, 1), 3), ((0.0012,), 4), ((1e-7,), 7), ((2, 30, 100), 2), ((0,), 2)],
)
def test_decimals_are_those_of_the_most_exact_value(values, places):
    assert decimals(*values) == places


def test_the_range_over_rounding_is_that_of_its_corners():
    least, most = implied_range(0.48, 0.30, 0.75)
    corners = [
        implied_p(hr, low, high)
        for hr in (0.475, 0.485)
        for low in (0.295, 0.305)
        for high in (0.745, 0.755)
    ]
    assert least == pytest.approx(min(corners))
    assert most == pytest.approx(max(corners))


def test_a_ratio_that_may_be_1_leaves_p_open_up_to_1():
    assert implied_range(1.0, 0.8, 1.25)[1] == 1
    assert implied_range(1.0, 0.8, 1.25, one_sided=True)[1] == 0.5


@given(
    st.floats(0.1, 3),
    st.floats(0.05, 1),
    st.sampled_from([70, 80, 90, 95, 99]),
    st.floats(0.0001, 1),
    st.booleans(),
    st.sampled_from(["=", "<"]),
)
def test_the_check_of_the_tables_has_the_same_rule(hr, se, level, p, one_sided, comparator):
    half = z_value(level) * se
    low, high = round(hr * math.exp(-half), 2), round(hr * math.exp(half), 2)
    hr, p = round(hr, 2), round(p, 3)
    assume(0 < low < high)
    found = consistent(hr, low, high, p, level, one_sided=one_sided, comparator=comparator)
    said = p_agreement((hr, low, high), level, (p, comparator), one_sided=one_sided)
    assert said == found.agreement
    assert found.p_range[0] <= found.p_implied <= found.p_range[1]


def test_an_estimate_outside_its_interval_is_said():
    found = consistent(1.2, 0.5, 0.9, 0.01)
    assert "outside its own interval" in found.verdict
    assert not found.centred


def test_a_printed_p_of_zero_has_an_infinite_ratio():
    assert consistent(0.5, 0.3, 0.8, 0).ratio == math.inf


@given(st.integers(1, 500), st.integers(1, 500), ratios, levels)
def test_no_trial_has_fewer_events_than_its_interval_needs(d1, d2, hr, level):
    half = z_value(level) * math.sqrt(1 / d1 + 1 / d2)
    least = least_events(hr * math.exp(-half), hr * math.exp(half), level)
    assert least <= (d1 + d2) * (1 + 1e-9)
    if d1 == d2:
        assert least == pytest.approx(d1 + d2)


def test_an_interval_can_need_more_events_than_there_were_patients():
    # NorthStar: 119 patients; by hand 4 / (ln(0.87 / 0.50) / 3.92)².
    assert least_events(0.50, 0.87) == pytest.approx(200.3, abs=0.1)
    assert least_events(0.50, 0.87, 80) == pytest.approx(85.7, abs=0.1)


@given(ratios, st.floats(0.02, 2), levels, st.floats(0.0001, 1), st.booleans())
def test_inverting_the_ratio_changes_nothing(hr, se, level, p, one_sided):
    half = z_value(level) * se
    low, high = hr * math.exp(-half), hr * math.exp(half)
    forth = consistent(hr, low, high, p, level, one_sided=one_sided)
    back = consistent(1 / hr, 1 / high, 1 / low, p, level, one_sided=one_sided)
    assert back.se == pytest.approx(forth.se)
    assert back.p_implied == pytest.approx(forth.p_implied, rel=1e-6, abs=1e-300)
    assert back.off_centre == pytest.approx(-forth.off_centre, abs=1e-9)
    assert back.middle == pytest.approx(1 / forth.middle)
    assert back.centred
    assert forth.centred


@given(ratios, st.floats(0.02, 2), levels)
def test_a_wald_interval_gives_back_its_standard_error_and_fits_its_p(hr, se, level):
    half = z_value(level) * se
    low, high = hr * math.exp(-half), hr * math.exp(half)
    assert standard_error(low, high, level) == pytest.approx(se, rel=1e-9)
    assert geometric_mean(low, high) == pytest.approx(hr)
    assert consistent(hr, low, high, implied_p(hr, low, high, level), level).fits


@given(ratios, st.floats(0.02, 2), levels)
def test_the_one_sided_p_is_half_of_the_two_sided(hr, se, level):
    half = z_value(level) * se
    low, high = hr * math.exp(-half), hr * math.exp(half)
    two, one = implied_p(hr, low, high, level), implied_p(hr, low, high, level, one_sided=True)
    assert 0 <= two <= 1
    assert one == two / 2


def test_the_boundary_of_the_interval_is_the_boundary_of_significance():
    assert implied_p(1 / 1.5, (1 / 1.5) ** 2, 1.0, 95) == pytest.approx(0.05)
    assert implied_p(1 / 1.5, (1 / 1.5) ** 2, 1.0, 90) == pytest.approx(0.10)


def test_a_very_small_p_keeps_its_digits():
    # 1 - Phi(z) is exactly 0 here, but the tail isn't.
    assert implied_p(0.1, 0.06, 0.1 / 0.6, 95) == pytest.approx(9.6e-19, rel=0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: standard_error(0, 1), "low is 0; it must be above 0"),
        (lambda: standard_error(0.8, 0.3), "runs from 0.8 to 0.3; low must be below high"),
        (lambda: standard_error(0.8, 0.8), "low must be below high"),
        (lambda: standard_error(0.3, float("inf")), "high is inf"),
        (lambda: geometric_mean(-1, 1), "low is -1"),
        (lambda: z_value(0.95), "level is 0.95; it must be a percentage"),
        (lambda: z_value(100), "level is 100"),
        (lambda: implied_p(0, 0.3, 0.8), "hr is 0"),
        (lambda: consistent(0.5, 0.3, 0.8, 1.2), "p is 1.2; a p value lies from 0 to 1"),
        (lambda: consistent(0.5, 0.3, 0.8, True), "p is True; a number is needed"),
        (lambda: consistent(0.5, 0.3, 0.8, 0.1, comparator=">"), "comparator is '>'"),
    ],
)
def test_senseless_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
