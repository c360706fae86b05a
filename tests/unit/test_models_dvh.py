"""Dose-volume histograms: exact small examples, properties, the cost of converting a mean."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.evidence.paths import data_path
from oligoteach.models.dvh import dvh, eqd2_dvh, mean_conversion, scaled

SPEC = json.loads(data_path("models", "spec.json").read_text("utf-8"))
STEPS = np.array([0.0, 10, 10, 20, 30, 30, 30, 40, 50, 60])
doses = st.lists(st.floats(0, 80, width=32), min_size=1, max_size=200).map(np.array)
fractions = st.integers(1, 35)
ratios = st.floats(0.5, 20)


def test_volumes_and_doses_of_ten_voxels():
    h = dvh(STEPS, voxel_cc=2.0)
    assert h.total_cc == 20
    assert h.mean == 28
    assert (h.minimum, h.maximum) == (0, 60)
    assert h.volume_at(30) == pytest.approx(12)  # six voxels at 30 Gy or more
    assert h.volume_at(30.1) == pytest.approx(6)
    assert h.share_at(60.01) == 0
    assert h.dose_at(2.0) == pytest.approx(60, abs=0.02)  # the hottest voxel
    assert h.dose_at(6.0) == pytest.approx(40, abs=0.02)
    assert h.dose_at_share(0.95) == pytest.approx(0, abs=0.02)
    assert h.dose_at_share(0) == 60
    assert h.dose_at(20) == 0


def test_weights_are_parts_of_voxels():
    whole = dvh([10, 20, 30], 1.0, weights=[1, 0.5, 0.25])
    assert whole.total_cc == 1.75
    assert whole.mean == pytest.approx((10 + 10 + 7.5) / 1.75)
    assert whole.volume_at(15) == pytest.approx(0.75)
    # A voxel that is not in the structure does not count for its extremes.
    assert dvh([10, 99], 1.0, weights=[1, 0]).maximum == 10


def test_what_lies_beyond_the_grid_gets_nothing():
    h = dvh([20.0, 40], 1.0, beyond_cc=8)
    assert h.total_cc == 10
    assert h.mean == 6
    assert h.minimum == 0
    assert h.share_at(20) == pytest.approx(0.2)
    assert h.dose_spared(8) == pytest.approx(20, abs=0.02)


def test_the_coldest_part_of_an_organ():
    assert dvh(STEPS, 1.0).dose_spared(3) == pytest.approx(20, abs=0.02)


@settings(deadline=None)
@given(doses)
def test_volume_never_rises_with_dose(values):
    h = dvh(values, 0.027)
    assert np.all(np.diff(h.volume) <= 0)
    assert np.all(np.diff(h.edges) > 0)
    assert h.volume[-1] == 0
    assert h.total_cc == pytest.approx(len(values) * 0.027)


@settings(deadline=None)
@given(doses)
def test_it_says_what_the_voxels_say(values):
    h = dvh(values, 1.0)
    assert h.mean == pytest.approx(values.mean(), rel=1e-6, abs=1e-9)
    assert h.variance == pytest.approx(values.var(), rel=1e-5, abs=1e-4)
    for edge in h.edges[:-1:97]:  # at an edge it is exact, but for rounding onto the edge
        above = np.count_nonzero(values >= edge)
        near = np.count_nonzero(np.abs(values - edge) < 1e-5)
        assert abs(h.volume_at(edge) - above) <= near + 1e-9


@settings(deadline=None)
@given(doses, st.floats(0, 1))
def test_the_dose_of_a_share_lies_within_a_bin_of_the_voxels(values, share):
    found = dvh(values, 1.0).dose_at_share(share)
    ranked = np.sort(values)[::-1]
    place = share * len(values)
    hottest = ranked[max(int(np.floor(place - 1e-9)) - 1, 0)]
    coldest = ranked[min(int(np.ceil(place + 1e-9)), len(values) - 1)]
    assert coldest - 0.0201 <= found <= hottest + 0.0201


@settings(deadline=None)
@given(doses, st.floats(0, 79), st.floats(0, 79))
def test_more_dose_never_has_more_volume_and_shares_lie_within_0_and_1(values, one, other):
    h = dvh(values, 0.5)
    low, high = sorted((one, other))
    assert 0 <= h.share_at(high) <= h.share_at(low) <= 1


@settings(deadline=None)
@given(doses, st.floats(0.1, 3))
def test_scaling_doses_scales_the_histogram(values, factor):
    by_hand, by_rule = dvh(values * factor, 1.0), scaled(dvh(values, 1.0), factor)
    assert by_rule.mean == pytest.approx(by_hand.mean, rel=1e-6, abs=1e-9)
    assert by_rule.dose_at_share(0.5) == pytest.approx(by_hand.dose_at_share(0.5), abs=0.09)


def _voxelwise(values, n, ab):
    return values * (values / n + ab) / (2 + ab)


@settings(deadline=None)
@given(doses, fractions, ratios)
def test_converting_the_edges_is_converting_every_voxel(values, n, ab):
    converted = eqd2_dvh(dvh(values, 1.0), n, ab)
    each = _voxelwise(values, n, ab)
    assert converted.mean == pytest.approx(each.mean(), rel=1e-6, abs=1e-6)
    assert converted.maximum == pytest.approx(each.max(), rel=1e-6, abs=1e-9)
    dose = float(np.median(each))
    # One bin of physical dose is wider after the conversion.
    width = 0.021 * (2 * 80 / n + ab) / (2 + ab)
    low, high = (np.count_nonzero(each >= dose + side) for side in (width, -width))
    assert low - 1e-6 <= converted.volume_at(dose) <= high + 1e-6


@settings(deadline=None)
@given(doses, fractions, ratios)
def test_the_converted_mean_is_never_too_high_and_off_by_the_variance(values, n, ab):
    found = mean_conversion(dvh(values, 1.0), n, ab)
    assert found.missed >= 0
    assert found.voxelwise == pytest.approx(_voxelwise(values, n, ab).mean(), rel=1e-5, abs=1e-4)
    assert found.of_mean == pytest.approx(_voxelwise(values.mean(), n, ab), rel=1e-6, abs=1e-6)


def test_a_uniform_dose_has_no_error_of_its_mean():
    assert mean_conversion(dvh([12.0] * 9, 1.0), 3, 3).missed == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("row", SPEC["BED_EQD2"]["golden"], ids=lambda r: f"{r['n']}x{r['d']}")
def test_golden_equivalent_doses(row):
    h = dvh([row["n"] * row["d"]], 1.0)
    for ab in (10, 3, 2):
        assert eqd2_dvh(h, row["n"], ab).maximum == pytest.approx(row[f"EQD2_{ab}"], rel=1e-7)


def test_the_parts_of_a_differential_histogram_are_the_whole():
    middles, shares = dvh(STEPS, 1.0).differential()
    assert shares.sum() == pytest.approx(1)
    assert middles @ shares == pytest.approx(28, abs=0.02)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dvh([], 1.0), "no voxel on the dose grid"),
        (lambda: dvh([1.0], 1.0, weights=[0]), "no voxel on the dose grid"),
        (lambda: dvh([1.0, -2], 1.0), "The dose holds -2 Gy; it must be 0 or more"),
        (lambda: dvh([1.0, np.nan], 1.0), "not a finite number"),
        (lambda: dvh([1.0], 0), "voxel_cc is 0; it must be above 0 cc"),
        (lambda: dvh([1.0], 1, beyond_cc=-1), "beyond_cc is -1"),
        (lambda: dvh([5400.0], 1), "Is it in cGy?"),
        (lambda: dvh([1.0], 1).dose_at(2), "the structure has 1 cc"),
        (lambda: dvh([1.0], 1).dose_spared(2), "the structure has only 1 cc"),
        (lambda: dvh([1.0], 1).dose_at_share(95), "share is 95; it must be from 0 to 1"),
        (lambda: eqd2_dvh(dvh([1.0], 1), 2.5, 3), "n_fractions is 2.5; it must be a whole number"),
        (lambda: mean_conversion(dvh([1.0], 1), 0, 3), "n_fractions is 0"),
        (lambda: eqd2_dvh(dvh([1.0], 1), 3, 0), "alpha_beta is 0; it must be above 0 Gy"),
        (lambda: scaled(dvh([1.0], 1), 0), "factor is 0"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert words in str(error.value)
    assert str(error.value).endswith((".", "?"))
