"""Our intervals against SciPy, and against the intervals that lifelines prints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from scipy import stats

from oligoteach.models.intervals import consistent, implied_p, standard_error, z_value


@pytest.mark.parametrize("level", [50, 70, 80, 90, 95, 99, 99.9])
def test_quantiles_are_scipys(level):
    assert z_value(level) == pytest.approx(stats.norm.ppf(0.5 + level / 200), rel=1e-10)


@pytest.mark.parametrize(
    ("hr", "low", "high", "level"),
    [(0.5, 0.3, 0.84, 95), (0.35, 0.18, 0.66, 90), (0.41, 0.27, 0.62, 95), (0.1, 0.08, 0.125, 95)],
)
def test_p_values_are_scipys(hr, low, high, level):
    z = abs(np.log(hr)) / ((np.log(high) - np.log(low)) / (2 * stats.norm.ppf(0.5 + level / 200)))
    assert implied_p(hr, low, high, level) == pytest.approx(2 * stats.norm.sf(z), rel=1e-8)
    one = implied_p(hr, low, high, level, one_sided=True)
    assert one == pytest.approx(stats.norm.sf(z), rel=1e-8)


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.2])
def test_a_cox_fit_is_consistent_with_itself(alpha):
    rng = np.random.default_rng(7)
    arm = np.repeat([0, 1], 60)
    frame = pd.DataFrame({"arm": arm, "time": rng.exponential(20 / np.where(arm, 0.6, 1.0))})
    row = CoxPHFitter(alpha=alpha).fit(frame, "time").summary.loc["arm"]
    level = 100 * (1 - alpha)
    low = row[f"exp(coef) lower {level:.0f}%"]
    high = row[f"exp(coef) upper {level:.0f}%"]
    found = consistent(row["exp(coef)"], low, high, row["p"], level)
    assert found.fits
    assert found.p_implied == pytest.approx(row["p"], rel=1e-6)
    assert standard_error(low, high, level) == pytest.approx(row["se(coef)"], rel=1e-8)
