"""Dormancy and escape: golden steady states, the line between both ends, refusals."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.tumour_immune import (
    PUBLISHED,
    Pulse,
    rates,
    simulate,
    steady_states,
    watershed,
)

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))["IMMUNE_Kuznetsov1994"]
DAYS = np.arange(0, 1000.1, 5)


def test_golden_steady_states():
    (row,) = SPEC["golden"]
    got = [(state.effectors, state.tumour) for state in steady_states()]
    assert np.allclose(got, row["steady_states_[E,T]"], rtol=6e-9, atol=0)


def test_the_published_values_are_the_specs():
    assert vars(PUBLISHED) == SPEC["params"]


def test_two_ends_are_stable_and_a_saddle_lies_between():
    kinds = [(state.stability, state.spirals) for state in steady_states()]
    assert kinds == [("saddle", False), ("stable", True), ("saddle", False), ("stable", False)]


def test_steady_states_stand_still():
    for state in steady_states():
        growth, change = rates(state.effectors, state.tumour)
        assert abs(growth) < 1e-8 * max(state.effectors, 1) + 1e-6
        assert abs(change) < 1e-8 * max(state.tumour, 1) + 1e-6


def test_without_a_tumour_the_effectors_keep_their_level():
    assert steady_states()[0].effectors == pytest.approx(13000 / 0.0412)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_the_watershed_parts_dormancy_from_escape(share):
    effectors, tumour = watershed()
    assert np.all(np.diff(effectors) >= 0)
    inside = (effectors > 1e4) & (effectors < 1.5e6)
    at = np.quantile(effectors[inside], share)
    limit = float(np.interp(at, effectors, tumour))
    assert simulate(at, limit * 0.98, DAYS).fate == "dormant"
    assert simulate(at, limit * 1.02, DAYS).fate == "escaped"


def test_the_watershed_passes_through_the_saddle():
    saddle = steady_states()[2]
    effectors, tumour = watershed()
    assert np.interp(saddle.effectors, effectors, tumour) == pytest.approx(saddle.tumour, rel=1e-6)


def test_both_ends_are_reached_and_stay():
    dormant, escaped = steady_states()[1], steady_states()[3]
    low = simulate(1e6, 1e7, DAYS)
    assert low.tumour[-1] == pytest.approx(dormant.tumour, rel=0.02)
    high = simulate(3e5, 1e8, DAYS)
    assert high.tumour[-1] == pytest.approx(escaped.tumour, rel=1e-6)
    assert high.effectors[-1] == pytest.approx(escaped.effectors, rel=1e-6)


def test_a_pulse_acts_once_and_only_on_what_it_says():
    days = [20, 20 + 1e-9]
    path = simulate(3e5, 1e8, days, [Pulse(20, 0.9, 0.5)])
    assert path.tumour[1] == pytest.approx(0.1 * path.tumour[0], rel=1e-6)
    assert path.effectors[1] == pytest.approx(0.5 * path.effectors[0], rel=1e-6)


@settings(max_examples=15)
@given(st.floats(1e3, 1e7), st.floats(10, 1e9), st.floats(0, 0.99), st.floats(0, 0.99))
def test_numbers_of_cells_stay_possible(effectors, tumour, killed, lost):
    path = simulate(effectors, tumour, DAYS, [Pulse(30, killed, lost)])
    assert np.all(np.isfinite(path.effectors))
    assert np.all(path.effectors > 0)
    assert np.all(path.tumour > -1e-3)
    assert np.all(path.tumour <= 1e9)
    assert path.fate in ("dormant", "escaped", "below one cell")


def test_below_one_cell_is_said():
    path = simulate(1e6, 10, DAYS, [Pulse(1, 0.99)])
    assert path.fate == "below one cell"
    assert "below one cell" in path.warnings[0]
    assert simulate(3e5, 1e8, DAYS).warnings == ()


def test_other_parameters_may_have_one_end_only():
    strong = replace(PUBLISHED, m=0.0)
    assert len(steady_states(strong)) < 4
    with pytest.raises(ValueError, match="there is one end only"):
        watershed(strong)
    assert simulate(3e5, 1e8, DAYS, parameters=strong).fate == "dormant"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: simulate(-1, 1e6, [1]), "effectors is -1; the model is used from 0 to 1e+07"),
        (lambda: simulate(1e8, 1e6, [1]), "effectors is 1e+08"),
        (lambda: simulate(1e5, 0, [1]), "tumour is 0; the model is used from 1 to 1e+09"),
        (lambda: simulate(1e5, math.nan, [1]), "tumour is nan; a finite number"),
        (lambda: simulate(1e5, 1e6, [1001]), "days is 1001"),
        (lambda: simulate(1e5, 1e6, [-3]), "days is -3"),
        (lambda: simulate(1e5, 1e6, [3, 2]), "days must be a rising list"),
        (lambda: simulate(1e5, 1e6, [1], [Pulse(2, 1)]), "tumour_killed is 1; it must be above 0"),
        (lambda: simulate(1e5, 1e6, [1], [Pulse(2, 0.5, -0.1)]), "effectors_killed is -0.1"),
        (lambda: simulate(1e5, 1e6, [1], [Pulse(-2, 0.5)]), "day of a pulse is -2"),
        (lambda: simulate(1e5, 1e6, [1], [Pulse(2, 0.5), Pulse(2, 0.1)]), "Two pulses on day 2"),
    ],
)
def test_what_lies_outside_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith(".")
