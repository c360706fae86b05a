"""A belief, a result, and a belief after it: by hand, golden values, properties, refusals."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models import updating
from oligoteach.models.updating import Belief, update

SPEC = json.loads(data_path("models", "spec.json").read_text(encoding="utf-8"))
GO = SPEC["GO_NOGO_LU002"]["golden"]

means, spreads = st.floats(-3, 3), st.floats(0.02, 5)


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_equal_weights_meet_in_the_middle():
    found = update(Belief(-1, 0.4), Belief(0, 0.4))
    assert found.belief.mean == pytest.approx(-0.5)
    assert found.belief.sd == pytest.approx(0.4 / math.sqrt(2))
    assert found.prior_weight == pytest.approx(0.5)


@given(means, spreads, means, spreads)
def test_lies_between_and_is_surer_than_both(a, b, y, s):
    found = update(Belief(a, b), Belief(y, s))
    assert min(a, y) - 1e-9 <= found.belief.mean <= max(a, y) + 1e-9
    assert found.belief.sd <= min(b, s)
    assert 0 < found.prior_weight < 1
    assert 0 <= found.conflict <= 1


@given(means, spreads, means, spreads, means, spreads)
def test_order_does_not_matter(a, b, y, s, z, e):
    one = update(update(Belief(a, b), Belief(y, s)).belief, Belief(z, e)).belief
    other = update(update(Belief(a, b), Belief(z, e)).belief, Belief(y, s)).belief
    assert one.mean == pytest.approx(other.mean, abs=1e-9)
    assert one.sd == pytest.approx(other.sd)


def test_a_vague_prior_leaves_the_result():
    found = update(Belief(0, 20), Belief(-0.4, 0.2))
    assert found.belief.mean == pytest.approx(-0.4, abs=1e-4)
    assert found.belief.interval() == pytest.approx(Belief(-0.4, 0.2).interval(), rel=1e-3)


@pytest.mark.parametrize("row", GO, ids=lambda row: f"HR {row['HR']}, {row['D']} events")
def test_prediction_with_a_truth_known_is_the_golden_go(row):
    se = updating.error_from_events(row["D"], 134 / 215)
    sure = Belief(math.log(float(row["HR"])), updating.MIN_SD)
    assert sure.predictive_below(0.83, se) == pytest.approx(row["P_go"], abs=1e-4)


@pytest.mark.parametrize("row", SPEC["SCHOENFELD"]["golden"][2:], ids=str)
def test_success_with_a_truth_known_is_schoenfelds_power(row):
    one, other = map(float, row["alloc"].split(":"))
    se = updating.error_from_events(row["D"], one / (one + other))
    sure = Belief(math.log(float(row["HR"])), updating.MIN_SD)
    level = 100 * (1 - float(row["alpha"]))
    assert sure.predictive_success(se, level) == pytest.approx(row["power"], abs=1e-4)


def test_interval_and_belief_are_inverse():
    belief = updating.from_interval(0.5, 0.3, 0.84)
    assert belief.ratio == pytest.approx(0.5)
    assert belief.sd == pytest.approx(0.262663, abs=5e-7)
    assert belief.interval() == pytest.approx(
        (0.5 * math.sqrt(0.3 / 0.84), 0.5 / math.sqrt(0.3 / 0.84))
    )


def test_probabilities():
    belief = Belief(0, 0.5)
    assert belief.probability_below(1) == 0.5
    assert belief.probability_below(math.exp(0.5 * 1.959964)) == pytest.approx(0.975, abs=1e-7)
    assert Belief(0, 0.1).probability_below(0.1) > 0  # digits are kept far out
    assert belief.predictive_below(1, 3.0) == 0.5


def test_density_adds_up():
    x = np.linspace(-4, 4, 4001)
    total = float(Belief(-0.3, 0.4).density(np.exp(x)).sum() * (x[1] - x[0]))
    assert total == pytest.approx(1)
    assert float(Belief(0, 0.001).density(1e6)) == 0


def test_sceptical_and_enthusiastic():
    doubt = updating.sceptical_of(0.7, 0.05)
    assert doubt.ratio == 1
    assert doubt.probability_below(0.7) == pytest.approx(0.05)
    hope = updating.enthusiastic(0.7, 0.05)
    assert hope.ratio == pytest.approx(0.7)
    assert hope.probability_below(1) == pytest.approx(0.95)
    assert updating.sceptical(0.3) == Belief(0, 0.3)


def test_a_weaker_belief_is_as_of_fewer_patients():
    belief = Belief(-0.5, 0.2)
    assert belief.weakened(0.25).sd == pytest.approx(0.4)
    assert belief.weakened(1) == belief
    once, whole = Belief(-0.5, 0.4), update(Belief(-0.5, 0.4), Belief(-0.5, 0.4)).belief
    assert whole.weakened(0.5).sd == pytest.approx(once.sd)


def test_a_conflict_is_said():
    found = update(Belief(-1.5, 0.2), Belief(0, 0.2))
    assert found.conflict < 0.001
    assert "disagree" in found.warnings[0]
    assert update(Belief(-0.2, 0.2), Belief(0, 0.2)).warnings == ()


def test_error_from_p_is_the_inverse_of_the_implied_p():
    se = updating.error_from_p(0.93, 0.664)
    z = abs(math.log(0.93)) / se
    assert math.erfc(z / math.sqrt(2)) == pytest.approx(0.664)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Belief(0, 0), "above 0"),
        (lambda: Belief(math.inf, 1), "finite"),
        (lambda: Belief(0, 1e-5), "from 0.001"),
        (lambda: Belief(0, 50), "to 20"),
        (lambda: Belief(0, 1).probability_below(0), "above 0"),
        (lambda: Belief(0, 1).predictive_below(1, 0), "above 0"),
        (lambda: Belief(0, 1).interval(0.95), "percentage"),
        (lambda: Belief(0, 1).density([1, -1]), "above 0"),
        (lambda: Belief(0, 1).weakened(0), "no weight"),
        (lambda: Belief(0, 1).weakened(1.5), "from 0 to 1"),
        (lambda: updating.sceptical_of(1.2), "below 1"),
        (lambda: updating.enthusiastic(0.7, 0.6), "below 0.5"),
        (lambda: updating.error_from_events(0), "above 0"),
        (lambda: updating.error_from_events(10, 1), "below 1"),
        (lambda: updating.error_from_p(1, 0.5), "no standard error"),
        (lambda: updating.error_from_p(0.9, 0), "above 0"),
    ],
)
def test_refuses(call, words):
    with pytest.raises(ValueError, match=words):
        call()
