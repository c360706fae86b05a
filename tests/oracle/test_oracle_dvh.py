"""Histograms against dicompyler-core's reading of the same voxels.

That library takes the nearest bin where this one interpolates, so the examples have no gaps.
"""

from __future__ import annotations

import numpy as np
import pytest
from dicompylercore.dvh import DVH

from oligoteach.models.dvh import dvh

VOXEL_CC = 0.027
DOSES = {
    "organ": np.random.default_rng(3).gamma(1.2, 4.0, 40_000),
    "target": np.random.default_rng(4).normal(57, 1.5, 600),
}


@pytest.fixture(params=DOSES, ids=str)
def both(request):
    doses = DOSES[request.param]
    edges = np.linspace(0, doses.max() + 0.01, 20_001)
    counts, _ = np.histogram(doses, edges)
    theirs = DVH(counts=counts * VOXEL_CC, bins=edges, dvh_type="differential").cumulative
    return dvh(doses, VOXEL_CC, bin_gy=0.01), theirs


def test_volume_mean_and_maximum(both):
    ours, theirs = both
    assert ours.total_cc == pytest.approx(theirs.volume, rel=1e-9)
    assert ours.mean == pytest.approx(theirs.mean, abs=0.005)
    assert ours.maximum == pytest.approx(theirs.max, abs=0.011)


@pytest.mark.parametrize("percent", [2, 10, 50, 90, 95, 98])
def test_dose_of_a_share_of_the_volume(both, percent):
    ours, theirs = both
    assert ours.dose_at_share(percent / 100) == pytest.approx(
        theirs.statistic(f"D{percent}").value, abs=0.05
    )


@pytest.mark.parametrize("cc", [1, 2, 5])
def test_dose_of_a_volume(both, cc):
    ours, theirs = both
    assert ours.dose_at(cc) == pytest.approx(theirs.statistic(f"D{cc}cc").value, abs=0.1)


@pytest.mark.parametrize("dose", [5, 20, 55])
def test_volume_of_a_dose(both, dose):
    ours, theirs = both
    assert ours.volume_at(dose - 0.5) == pytest.approx(
        theirs.relative_volume.statistic(f"V{dose - 0.5}Gy").value / 100 * theirs.volume,
        abs=0.003 * theirs.volume,
    )
