"""Cell kill under four models: golden values, properties, ranges, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from golden_values import agrees, spec
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models import fractionation
from oligoteach.models.cell_kill import (
    LQ,
    LQL,
    USC,
    ModifiedLQ,
    bed,
    dose_protraction,
    effect,
    eqd2,
    log_survival,
    single_fraction_equivalent,
    survival,
)

alphas = st.floats(0.05, 0.6)
ratios = st.floats(1, 20)
lq_models = st.builds(LQ, alphas, ratios)
models = st.one_of(
    lq_models,
    st.builds(LQL, alphas, ratios, st.floats(2, 20)),
    st.builds(USC.tangent, alphas, st.floats(0.8, 1.6), st.floats(0.9, 3)),
    st.builds(ModifiedLQ, alphas, ratios, st.floats(0, 1), st.floats(0, 2)),
)
numbers = st.integers(1, 40)
doses = st.floats(0, 40)


@pytest.mark.parametrize("row", spec("LQ")["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_lq(row):
    seen = survival(LQ(row["alpha"], row["ab"]), row["n"], row["d"])
    assert float(seen.values) == pytest.approx(row["S"], rel=3e-9)


@pytest.mark.parametrize("row", spec("LQ-L")["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_lql(row):
    model = LQL(alpha_beta=row["ab"], transition=row["dT"])
    assert agrees(float(bed(model, row["n"], row["d"]).values), row["BED"])


@pytest.mark.parametrize("row", spec("USC")["golden"][:3], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_usc(row):
    assert agrees(float(bed(USC(), row["n"], row["d"]).values), row["BED"])
    assert agrees(float(log_survival(USC(), 1, row["d"]).values), row["lnS_per_fx"])
    assert agrees(float(single_fraction_equivalent(row["n"], row["d"]).values), row["SFED"])


def test_golden_usc_without_a_kink():
    row, published = spec("USC")["golden"][3], spec("USC")["params"]
    smooth = USC.tangent(published["alpha"], published["D0"], published["Dq"])
    assert agrees(smooth.transition, row["dT_tangent"])
    assert agrees(smooth.alpha_beta, row["ab_tangent"])
    assert USC() == USC(*(published[key] for key in ("alpha", "ab", "D0", "Dq", "dT")))


@pytest.mark.parametrize("row", spec("mLQ")["golden"], ids=lambda r: str(r["d"]))
def test_golden_mlq(row):
    params = spec("mLQ")["params"]
    model = ModifiedLQ(params["alpha"], params["ab"], params["delta"], params["lamT"])
    assert agrees(float(log_survival(model, 1, row["d"]).values), row["lnS"])


@given(models, numbers, doses, doses)
def test_survival_is_a_share_that_never_rises_with_dose(model, n, d, more):
    low, high = survival(model, n, d), survival(model, n, d + more)
    assert 0 <= float(high.values) <= float(low.values) <= 1
    assert float(survival(model, n, 0).values) == 1


@given(models, numbers, doses)
def test_fractions_multiply(model, n, d):
    one = float(log_survival(model, 1, d).values)
    assert float(log_survival(model, n, d).values) == pytest.approx(n * one, rel=1e-12)


@given(alphas, ratios, st.floats(1, 20), st.floats(0, 40))
def test_no_model_with_a_straight_part_kills_more_than_lq(alpha, ab, transition, d):
    most = float(effect(LQ(alpha, ab), 1, d)) * (1 + 1e-12)
    assert float(effect(LQL(alpha, ab, transition), 1, d)) <= most
    assert float(effect(ModifiedLQ(alpha, ab), 1, d)) <= most


@given(alphas, st.floats(0.8, 1.6), st.floats(0.9, 3), doses)
def test_the_tangent_of_usc_lies_below_its_own_lq(alpha, d0, dq, d):
    curve = USC.tangent(alpha, d0, dq)
    assert float(effect(curve, 1, d)) <= float(effect(LQ(alpha, curve.alpha_beta), 1, d)) + 1e-9


@given(alphas, ratios, st.floats(1, 20))
def test_lql_is_lq_up_to_its_transition_and_leaves_it_without_a_kink(alpha, ab, transition):
    model, lq = LQL(alpha, ab, transition), LQ(alpha, ab)
    below = np.linspace(0, transition, 20)
    assert np.array_equal(effect(model, 1, below), effect(lq, 1, below))
    step = 1e-5
    before, at, after = effect(model, 1, [transition - step, transition, transition + step])
    assert (after - at) / step == pytest.approx((at - before) / step, rel=1e-4)


@given(models, numbers, doses)
def test_eqd2_has_the_same_effect_in_two_gy_fractions(model, n, d):
    count = float(eqd2(model, n, d).values) / 2
    two = float(effect(model, 1, 2))
    assert count * two == pytest.approx(float(effect(model, n, d)), rel=1e-10)


@given(lq_models, numbers, doses)
def test_under_lq_it_is_the_bed_and_eqd2_of_everybody(model, n, d):
    ours, theirs = bed(model, n, d).values, fractionation.bed(n, d, model.alpha_beta)
    assert float(ours) == pytest.approx(float(theirs), rel=1e-12)
    ours, theirs = eqd2(model, n, d).values, fractionation.eqd2(n, d, model.alpha_beta)
    assert float(ours) == pytest.approx(float(theirs), rel=1e-12)


@given(st.floats(0, 1e6))
def test_protraction_falls_from_one(x):
    factor = float(dose_protraction(x))
    assert 0 < factor <= 1
    assert float(dose_protraction(x + 0.1)) < factor
    exact = math.fsum(2 * (-x) ** k / math.factorial(k + 2) for k in range(30))
    if x < 2:
        assert factor == pytest.approx(exact, rel=1e-12)


def test_modified_lq_without_fading_is_lq():
    d = np.linspace(0, 34, 50)
    assert np.array_equal(effect(ModifiedLQ(delta=0), 3, d), effect(LQ(), 3, d))


def test_the_published_curve_jumps_by_a_thousandth_where_it_turns_straight():
    curve = USC()
    before, after = effect(curve, 1, [curve.transition, np.nextafter(curve.transition, 9)])
    assert abs(math.expm1(float(before - after))) == pytest.approx(1e-3, abs=1e-4)


def test_each_model_says_where_it_leaves_its_range():
    d = [0.0, 0.5, 2.0, 9.0, 18.0, 40.0]
    lq, lql = log_survival(LQ(), 3, d), log_survival(LQL(), 3, d)
    assert lq.valid.tolist() == [True, False, True, True, False, False]
    assert lql.valid.tolist() == [True, False, True, True, True, False]
    assert any("may overstate the effect" in w for w in lq.warnings)
    assert any("debated" in w for w in lq.warnings)
    assert any("Above 34 Gy" in w for w in lql.warnings)
    assert log_survival(LQ(), 30, 2).warnings == ()


@pytest.mark.parametrize(
    ("model", "words"),
    [(LQL(), "is an assumption"), (USC(), "in vitro"), (ModifiedLQ(), "secondary sources")],
)
def test_what_a_model_rests_on_is_said_inside_its_range_too(model, words):
    for seen in (survival(model, 3, 8), bed(model, 3, 8), eqd2(model, 3, 8)):
        assert bool(seen.valid)
        assert words in seen.warnings[0]


def test_one_equivalent_fraction_needs_the_straight_part():
    assert not bool(single_fraction_equivalent(30, 2).valid)
    assert bool(single_fraction_equivalent(3, 18).valid)
    assert float(single_fraction_equivalent(1, 18).values) == 18
    smooth = USC.tangent(0.33, 1.25, 1.8)
    once = float(single_fraction_equivalent(3, 18, smooth).values)
    assert float(effect(smooth, 1, once)) == pytest.approx(float(effect(smooth, 3, 18)), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: LQ(0), "alpha is 0; it must be above 0 per Gy"),
        (lambda: LQ(0.3, -1), "alpha_beta is -1"),
        (lambda: LQL(transition=0), "transition is 0"),
        (lambda: LQL(alpha=math.nan), "alpha is nan; a finite number"),
        (lambda: USC(d0=0), "d0 is 0"),
        (lambda: USC(dq=-1), "dq is -1"),
        (lambda: USC(transition=1.5), "the straight part has to begin beyond dq"),
        (lambda: USC.tangent(1, 1.25, 1.8), "alpha times d0 is 1.25; it must be below 1"),
        (lambda: ModifiedLQ(delta=-1), "delta is -1; it must be 0 or more"),
        (lambda: ModifiedLQ(repair=-1), "repair is -1"),
        (lambda: dose_protraction(-1), "x holds -1"),
        (lambda: survival(LQ(), 0, 8), "n_fractions holds 0"),
        (lambda: survival(LQ(), 3, -8), "dose_per_fraction holds -8 Gy"),
        (lambda: single_fraction_equivalent(3, math.inf), "not a finite number"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
