"""The immune models and their integrator against SciPy's integrators."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import RK45, solve_ivp
from scipy.optimize import fsolve

from oligoteach.models import _ode, immune_response, tumour_immune
from oligoteach.models.immune_response import Schedule, daily, simulate, three_a_week

DAYS = np.arange(0, 40.01, 0.25)
SCHEDULES = {
    "control": Schedule(),
    "five of two with antibody": Schedule(daily(7, 5, 2), three_a_week(7)),
    "antibody a week before": Schedule(daily(14, 5, 2), three_a_week(7)),
    "three of eight": Schedule(daily(10, 3, 8, gap=2), three_a_week(12)),
    "nine of ten": Schedule(daily(3, 9, 10)),
    "one fraction on the last day": Schedule(((40, 5.0),), (39.5,)),
}


def scipys(schedule: Schedule) -> np.ndarray:
    """Integrate the published equations anew, written out here, with DOP853 between events."""

    def rate(t, y):
        tv, tvd, nt, dt, pdl = y
        mab = sum(
            4e3 / 9 * 8 / (8 - 0.15) * (np.exp(-0.15 * s) - np.exp(-8 * s))
            for s in (t - day for day in schedule.antibody)
            if s > 0
        )
        tcd = 0.1725 * tvd / (tv + tvd) + 0.001 * dt + 0.01
        ag = tcd**2 / (tcd**2 + 0.2**2) * (tv + tvd)
        iar = (1 - pdl / (1 + mab / 30)) * (1 - ag / (ag + 30.5))
        return [
            0.4 * tv * (1 - tv / 2500) - (0.001 * dt + 0.01) * tv,
            -0.1725 * tvd,
            279 * ag / (ag + 8.89) + iar * nt * (3 - 3.2) - 0.2 * nt,
            iar * 3.2 * nt - 2 * dt,
            dt / (478 + dt) - pdl,
        ]

    doses = dict(schedule.fractions)
    ends = sorted({0.0, 40.0, *doses, *schedule.antibody})
    y, rows = np.array([15.0, 0, 0, 0, 0]), []
    for begin, end in pairwise(ends):
        wanted = np.array([day for day in DAYS if begin < day <= end])
        if begin == 0:
            rows.append(y)
        if begin in doses:
            left = np.exp(-0.146 * doses[begin] - 0.0146 * doses[begin] ** 2)
            y = np.array([y[0] * left, y[1] + y[0] * (1 - left), *y[2:]])
        found = solve_ivp(
            rate,
            (begin, end),
            y,
            "DOP853",
            t_eval=[*wanted[wanted < end], end],
            rtol=1e-11,
            atol=1e-14,
        )
        rows.extend(found.y.T[: len(wanted)])
        y = found.y[:, -1]
    return np.array(rows)


@pytest.mark.parametrize("name", SCHEDULES)
def test_courses_are_scipys(name):
    course = simulate(SCHEDULES[name], DAYS)
    ours = np.array([course.viable, course.dying, course.waiting, course.effectors, course.pdl1]).T
    assert np.allclose(ours, scipys(SCHEDULES[name]), rtol=1e-6, atol=1e-10)


def test_the_coefficients_are_scipys():
    ours = [
        [_ode.A21],
        [_ode.A31, _ode.A32],
        [_ode.A41, _ode.A42, _ode.A43],
        [_ode.A51, _ode.A52, _ode.A53, _ode.A54],
        [_ode.A61, _ode.A62, _ode.A63, _ode.A64, _ode.A65],
    ]
    for row, theirs in zip(ours, RK45.A[1:], strict=True):
        assert np.allclose(row, theirs[: len(row)], rtol=1e-15)
    assert np.allclose([0, _ode.C2, _ode.C3, _ode.C4, _ode.C5, 1], RK45.C)
    assert np.allclose([_ode.B1, 0, _ode.B3, _ode.B4, _ode.B5, _ode.B6], RK45.B)
    mine = [_ode.E1, 0, _ode.E3, _ode.E4, _ode.E5, _ode.E6, _ode.E7]
    assert np.allclose(np.abs(mine), np.abs(RK45.E), rtol=1e-14)


@pytest.mark.parametrize("tolerance", [1e-5, 1e-7, 1e-9])
def test_the_error_follows_the_tolerance_also_between_steps(tolerance):
    times = np.linspace(0, 20, 173)
    integrator = _ode.Integrator(lambda t, y: [y[1], -y[0]], tolerance, tolerance)
    _, seen = integrator.run(0, 20, [1.0, 0.0], list(times))
    assert np.abs(np.array(seen)[:, 0] - np.cos(times)).max() < 60 * tolerance


def test_rates_that_blow_up_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="no step is short enough there"):
        _ode.Integrator(lambda t, y: [y[0] ** 2]).run(0, 2, [1.0])


@pytest.mark.parametrize("start", [(3e5, 1e8), (3e5, 5e7), (1e6, 4e8), (1e4, 1e5), (0, 1e6)])
def test_paths_are_scipys(start):
    days = np.arange(0, 400.1, 4)
    ours = tumour_immune.simulate(*start, days)
    theirs = solve_ivp(
        lambda _, y: tumour_immune.rates(*y),
        (0, 400),
        start,
        "DOP853",
        t_eval=days,
        rtol=1e-11,
        atol=1e-8,
    )
    assert np.allclose(ours.effectors, theirs.y[0], rtol=1e-5)
    assert np.allclose(ours.tumour, theirs.y[1], rtol=1e-5)


def test_steady_states_are_a_root_finders():
    for state in tumour_immune.steady_states()[1:]:
        scale = np.array([state.effectors, state.tumour])
        root = fsolve(
            lambda x, k=scale: tumour_immune.rates(*(x * k)) / k, [1.001, 0.999], xtol=1e-14
        )
        assert np.allclose(root, 1, rtol=1e-9)


def test_the_published_parameters_are_those_written_out_here():
    p = immune_response.PUBLISHED
    assert (p.kLN, p.SL, p.Kpdl, p.SR, p.KD, p.mu) == (279, 8.89, 478, 30.5, 30, 0.1725)
