"""Our survival analysis against lifelines and statsmodels, on random and on tied data."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.datasets import load_lung
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time
from statsmodels.duration.api import PHReg

from oligoteach.evidence.paths import data_path
from oligoteach.models.survival import hazard_ratio, kaplan_meier, log_rank, restricted_mean

GOLDEN = json.loads(data_path("models", "spec.json").read_text("utf-8"))["KM_LOGRANK"]["golden"]


@st.composite
def trials(draw):
    """Two arms of 8 patients or more: untied, rounded or heavily tied times, any censoring."""
    sizes = draw(st.tuples(st.integers(8, 60), st.integers(8, 60)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    arm = np.repeat([0, 1], sizes)
    time = rng.exponential(np.where(arm, 10 / draw(st.floats(0.3, 3)), 10.0))
    grid = draw(st.sampled_from([0.0, 0.1, 1.0, 5.0]))
    time = np.ceil(time / grid) * grid if grid else time
    event = rng.random(arm.size) < draw(st.floats(0.3, 1.0))
    assume(event[arm == 0].sum() >= 2 and event[arm == 1].sum() >= 2)
    order = rng.permutation(arm.size)
    return time[order], event[order], arm[order]


def lifelines_cox(time, event, arm, level):
    frame = pd.DataFrame({"time": time, "event": event.astype(int), "arm": arm})
    # Their optimiser stops early unless told, and stops further from the maximum than 1e-6.
    options = {"precision": 1e-17, "r_precision": 1e-15, "max_steps": 500}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = CoxPHFitter(alpha=1 - level / 100)
        fitted = fitter.fit(frame, "time", "event", fit_options=options)
    return fitted.summary.loc["arm"]


@given(trials())
@settings(max_examples=40)
def test_log_rank_is_lifelines(trial):
    time, event, arm = trial
    theirs = logrank_test(time[arm == 0], time[arm == 1], event[arm == 0], event[arm == 1])
    ours = log_rank(*trial)
    assert ours.chi2 == pytest.approx(theirs.test_statistic, rel=1e-6, abs=1e-9)
    assert ours.p == pytest.approx(theirs.p_value, rel=1e-6)


@given(trials(), st.sampled_from([80.0, 90.0, 95.0]))
@settings(max_examples=60)
def test_hazard_ratio_and_interval_are_lifelines(trial, level):
    ours = hazard_ratio(*trial, level=level)
    assume(np.isfinite(ours.log))
    theirs = lifelines_cox(*trial, level)
    assert ours.log == pytest.approx(theirs["coef"], rel=1e-6, abs=1e-7)
    assert ours.se == pytest.approx(theirs["se(coef)"], rel=1e-6)
    assert ours.value == pytest.approx(theirs["exp(coef)"], rel=1e-6)
    assert ours.low == pytest.approx(theirs[f"exp(coef) lower {level:.0f}%"], rel=1e-6)
    assert ours.high == pytest.approx(theirs[f"exp(coef) upper {level:.0f}%"], rel=1e-6)


@given(trials(), st.sampled_from(["efron", "breslow"]))
@settings(max_examples=60)
def test_hazard_ratio_is_where_statsmodels_has_its_maximum(trial, ties):
    time, event, arm = trial
    ours = hazard_ratio(*trial, ties=ties)
    assume(np.isfinite(ours.log))
    model = PHReg(time, arm[:, None].astype(float), status=event.astype(int), ties=ties)
    # Their optimiser may run away; their derivatives tell as well where the maximum is.
    log, information = np.array([ours.log]), 1 / ours.se**2
    assert model.score(log)[0] == pytest.approx(0, abs=1e-6 * float(information))
    assert -model.hessian(log)[0, 0] == pytest.approx(information, rel=1e-6)


@given(trials())
@settings(max_examples=40)
def test_kaplan_meier_is_lifelines(trial):
    time, event, arm = trial
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = KaplanMeierFitter().fit(time[arm == 1], event[arm == 1])
    ours = kaplan_meier(time, event, member=arm == 1)
    asked = np.unique(np.concatenate([time, time + 1e-3, [0.0]]))
    their_curve = theirs.survival_function_at_times(asked).to_numpy()
    assert ours.at(asked) == pytest.approx(their_curve, abs=1e-10)
    if not np.any(np.abs(ours.survival - 0.5) < 1e-9):  # there, rounding decides in theirs
        assert ours.median == theirs.median_survival_time_
    last = float(time[arm == 1].max())
    grid = np.flatnonzero((arm == 1)[np.argsort(time, kind="stable")])[-1]
    limits = theirs.confidence_interval_.loc[last].to_numpy()
    low, high = ours.interval()
    if 0 < ours.survival[grid] < 1:
        assert (low[grid], high[grid]) == pytest.approx(tuple(limits), rel=1e-6)


@given(trials(), st.floats(0.1, 1.0))
@settings(max_examples=40)
def test_restricted_mean_is_lifelines(trial, share):
    time, event, _ = trial
    horizon = float(share * time.max())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = restricted_mean_survival_time(KaplanMeierFitter().fit(time, event), t=horizon)
    assert restricted_mean(time, event, horizon).value == pytest.approx(theirs, rel=1e-8)


def test_replicates_at_once_are_lifelines():
    rng = np.random.default_rng(5)
    arm = np.arange(99) % 3 > 0
    time = np.ceil(rng.exponential(20, (12, 99)) * np.where(arm, 1.5, 1.0))
    event = rng.random((12, 99)) < 0.7
    ours, ratios = log_rank(time, event, arm), hazard_ratio(time, event, arm)
    for row in range(12):
        t, e = time[row], event[row]
        theirs = logrank_test(t[~arm], t[arm], e[~arm], e[arm])
        assert ours.chi2[row] == pytest.approx(theirs.test_statistic, rel=1e-6)
        theirs = lifelines_cox(t, e, arm.astype(int), 95)
        assert ratios.value[row] == pytest.approx(theirs["exp(coef)"], rel=1e-6)
        assert ratios.high[row] == pytest.approx(theirs["exp(coef) upper 95%"], rel=1e-6)


def test_the_lung_trial_has_the_published_values():
    """R's ``survival::lung`` by sex, as lifelines ships it."""
    note = GOLDEN[0]["note"]
    lung = load_lung()
    time, event, women = lung["time"], lung["status"], (lung["sex"] == 2).astype(int)
    assert "10.3267419549" in note
    assert log_rank(time, event, women).chi2 == pytest.approx(10.3267419549, rel=1e-11)
    assert "-0.53102" in note
    assert hazard_ratio(time, event, women).log == pytest.approx(-0.53102, abs=5e-6)
    assert "241.495 / 297.465" in note
    for sex, days in ((0, 241.495), (1, 297.465)):
        found = restricted_mean(time, event, 365, member=women == sex)
        assert found.value == pytest.approx(days, abs=5e-4)
