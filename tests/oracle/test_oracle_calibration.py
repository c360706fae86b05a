"""Wilson's interval against an independent library."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from oligoteach.models.calibration import hit_rate


@pytest.mark.parametrize("n", [1, 2, 7, 10, 60, 999])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_interval_is_that_of_statsmodels(n, level):
    for right in {0, 1, n // 3, n // 2, n - 1, n}:
        rate = hit_rate(right, n, level)
        expected = proportion_confint(right, n, alpha=1 - level, method="wilson")
        assert (rate.low, rate.high) == pytest.approx(expected, abs=1e-12)
