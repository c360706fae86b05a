"""The simulator's own analyses against lifelines, from the patients of single replicates."""

from __future__ import annotations

import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test

from oligoteach.models.trial_simulation import (
    Crossover,
    TrialDesign,
    gather,
    replicate,
    simulate,
)

DESIGNS = [
    TrialDesign(),
    TrialDesign(allocation=2 / 3, dropout=0.1, crossover=Crossover(0.4, 6, 0.6)),
    TrialDesign(looks=(0.5,), rule="pocock", hazard_ratio=0.5),
    TrialDesign(accrual=0, landmark_time=36, landmark_survival=0.2, patients=60),
]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_replicates_are_lifelines(design):
    trials = gather(simulate(design, 400, seed=4))
    for index in range(0, 400, 40):
        patients = replicate(design, 4, index)
        frame = pd.DataFrame(
            {"time": patients.time, "event": patients.event.astype(int), "arm": patients.arm}
        )
        one, two = frame[frame["arm"] == 0], frame[frame["arm"] == 1]
        test = logrank_test(one["time"], two["time"], one["event"], two["event"])
        assert trials.z[index] ** 2 == pytest.approx(test.test_statistic, rel=1e-6, abs=1e-9)
        options = {"precision": 1e-13, "r_precision": 1e-15, "max_steps": 500}
        fitted = CoxPHFitter().fit(frame, "time", "event", fit_options=options).summary.loc["arm"]
        assert trials.hazard_ratio[index] == pytest.approx(fitted["exp(coef)"], rel=1e-6)
        assert trials.se[index] == pytest.approx(fitted["se(coef)"], rel=1e-6)
