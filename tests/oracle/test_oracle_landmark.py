"""Counting with time-dependent treatment against lifelines' Cox regression."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter, CoxTimeVaryingFitter

from oligoteach.models.landmark import Setting, cohorts, draw, estimate


def spells(end, start):
    """Return one row for each stretch of a patient: before and from the treatment on."""
    rows = []
    for number, (last, treated) in enumerate(zip(end, start, strict=True)):
        if math.isinf(treated):
            rows.append((number, 0.0, last, 0, 1))
        else:
            rows += [(number, 0.0, treated, 0, 0), (number, treated, last, 1, 1)]
    return pd.DataFrame(rows, columns=["id", "start", "stop", "treated", "event"])


# Every treated stretch ends in the event, which lifelines takes for a sign of bad data.
@pytest.mark.filterwarnings("ignore:Column treated have very low variance")
@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_time_dependent_count_is_near_a_time_varying_cox_model(ratio):
    setting = Setting(ratio=ratio)
    made = cohorts(setting, draw(2_000, 1, 5))
    fitted = CoxTimeVaryingFitter().fit(
        spells(made.end[0], made.start[0]), id_col="id", event_col="event", start_col="start"
    )
    ours = math.log(estimate(made, setting.landmark).ratios[2, 0])
    # Both estimate the same; the exponential likelihood is a little the sharper one.
    assert ours == pytest.approx(
        float(fitted.params_["treated"]), abs=1.5 * float(fitted.standard_errors_["treated"])
    )


@pytest.mark.parametrize(("method", "landmark"), [(0, 0.0), (1, 6.0)])
def test_naive_and_landmark_counts_have_the_direction_of_cox(method, landmark):
    made = cohorts(Setting(), draw(2_000, 1, 8))
    end, start = made.end[0], made.start[0]
    kept = end > landmark
    group = np.isfinite(start) if method == 0 else start <= landmark
    table = pd.DataFrame({"t": (end - landmark)[kept], "e": 1, "g": group[kept].astype(int)})
    cox = float(CoxPHFitter().fit(table, "t", "e").params_["g"])
    ours = math.log(estimate(made, landmark).ratios[method, 0])
    assert ours == pytest.approx(cox, abs=0.12 if method else 0.25)
    assert (ours < -0.3) == (method == 0)
