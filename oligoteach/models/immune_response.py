"""Radiotherapy with an antibody against PD-L1 in a mouse tumour: a published model.

Viable tumour grows logistically and is killed by effector cells and by fractions of radiotherapy.
Dying tumour is antigen: it draws T cells in, and their differentiated form kills. Those cells also
raise PD-L1, which stops them; the antibody takes PD-L1 away. The model was made for CT26 tumours
in mice. It illustrates how timing and fractionation can matter, and says nothing about a patient.

State, in this order: viable volume TV and dying volume TVd in mm3, non-differentiated (nT) and
differentiated (dT) effector cells, PD-L1 level L (0 to 1); time t in days::

    tcd    = mu TVd / (TV + TVd) + e dT + d0            death of tumour cells
    dc     = tcd^2 / (tcd^2 + Ktcd^2)                   activation of dendritic cells
    ag     = dc (TV + TVd)                              antigen
    isc    = ag / (ag + SR)                             suppression
    iar    = (1 - L / (1 + mAb / KD)) (1 - isc)         what PD-L1 and suppression leave active
    dTV/dt  = r TV (1 - TV / TVmax) - (e dT + d0) TV
    dTVd/dt = -mu TVd
    dnT/dt  = kLN ag / (ag + SL) + iar nT (kpro - kdif) - kel nT
    ddT/dt  = iar kdif nT - kapo dT
    dL/dt   = kpdl dT / (Kpdl + dT) - kpdl L

A fraction of D Gy leaves the share S = exp(-alpha D - 0.1 alpha D^2) viable and moves the rest to
TVd at once. Antibody (nM) follows one compartment with absorption: after each injection
C ka / (ka - kelm) (exp(-kelm s) - exp(-ka s)), s days later, added up over the injections.

Source
------
Kosinsky 2018, J Immunother Cancer 6:17, 10.1186/s40425-018-0327-9. Fifteen values, from r to alpha,
were read in the paper's Table 1. The others, mu, KD, ka, kelm, the volume behind the antibody's
concentration and the tenth for the quadratic coefficient, were not and are **not verified**. The
paper lets T-cell influx differ from animal to animal (random effect 0.696 on kLN); what is computed
here is the typical one, unless ``kLN`` is changed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, positive
from oligoteach.models._ode import Integrator, Rate, State

#: The published schedules run to this day; nothing is said beyond.
LAST_DAY = 40.0
#: Largest dose per fraction that is accepted, in Gy: the survival is linear-quadratic, and the
#: course for which reference values exist has fractions of 2 Gy.
MAX_DOSE = 10.0
#: Least time between two fractions in days: each pulse counts as repaired before the next.
MIN_GAP = 0.25
#: Error allowed to one step, relative to the state; the limits of what may be asked for; and the
#: absolute error, as a share of it, which matters where a state is near zero.
FINE, MOST_FINE, LEAST_FINE, ABSOLUTE = 1e-8, 1e-10, 1e-4, 1e-3
#: Reference course, in Gy and days.
REFERENCE_DOSE = 2.0
#: About the volume of one cell in mm3 (a sphere 12 micrometres across).
ONE_CELL = 1e-6

_OTHER_DOSE = (
    "Reference values exist for five fractions of 2 Gy; at other doses the curve is what the "
    "linear-quadratic formula says, unchecked."
)
_ONE_CELL = (
    "Viable tumour falls below about one cell; from there the equations cannot tell regrowth from "
    "cure."
)
_CHANGED = "Parameters differ from those of the typical animal; the curve is an assumption."


@dataclass(frozen=True)
class Parameters:
    """Published values; rates per day, volumes in mm3, cells in the paper's own scale.

    Attributes
    ----------
    r, TVmax, d0 : float
        Growth rate, largest volume, natural death rate of the tumour.
    kLN, SL : float
        Largest influx of T cells, and the antigen at which it is half of that.
    kpro, kdif, kel, kapo : float
        Proliferation, differentiation and loss of nT cells; death of dT cells.
    e : float
        Kill rate of the tumour for each dT cell.
    Kpdl, kpdl : float
        dT cells at which PD-L1 is half induced, and its rate.
    Ktcd, SR : float
        Death rate that half activates dendritic cells; antigen that half suppresses T cells.
    alpha : float
        Per Gy; the quadratic coefficient is a tenth of it.
    mu : float
        Clearance of dying tumour.
    KD : float
        Antibody, in nM, that halves what PD-L1 does.
    ka, kelm : float
        Absorption and elimination of the antibody.
    dose_nm : float
        Concentration that one injection would make at once, in nM: 10 mg/kg in a mouse of 20 g,
        3 mL, 150 kDa.
    """

    r: float = 0.4
    TVmax: float = 2500.0
    d0: float = 0.01
    kLN: float = 279.0  # noqa: N815 - the paper's name
    SL: float = 8.89
    kpro: float = 3.0
    kdif: float = 3.2
    kel: float = 0.2
    kapo: float = 2.0
    e: float = 0.001
    Kpdl: float = 478.0
    kpdl: float = 1.0
    Ktcd: float = 0.2
    SR: float = 30.5
    alpha: float = 0.146
    mu: float = 0.1725
    KD: float = 30.0
    ka: float = 8.0
    kelm: float = 0.15
    dose_nm: float = 10.0 * 0.02 / 150_000 * 1e6 / 0.003  # mg, g/mol, L: 444.44 nM


PUBLISHED = Parameters()
START: tuple[float, ...] = (15.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Schedule:
    """What is given and when.

    Attributes
    ----------
    fractions : tuple of (float, float)
        Day and dose in Gy of each fraction.
    antibody : tuple of float
        Days of the injections.
    """

    fractions: tuple[tuple[float, float], ...] = ()
    antibody: tuple[float, ...] = ()


@dataclass(frozen=True)
class Course:
    """A simulated course.

    Attributes
    ----------
    days : ndarray of float, shape (n,)
        Times as asked.
    viable, dying : ndarray of float, shape (n,)
        Tumour volume in mm3.
    waiting, effectors : ndarray of float, shape (n,)
        Non-differentiated and differentiated effector cells (nT and dT).
    pdl1 : ndarray of float, shape (n,)
        PD-L1 level, 0 to 1.
    antibody : ndarray of float, shape (n,)
        Antibody in nM.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    days: FloatArray
    viable: FloatArray
    dying: FloatArray
    waiting: FloatArray
    effectors: FloatArray
    pdl1: FloatArray
    antibody: FloatArray
    warnings: tuple[str, ...]

    @property
    def volume(self) -> FloatArray:
        """Viable and dying tumour together, in mm3: what a caliper would measure."""
        return self.viable + self.dying


def daily(
    start: float, count: int, dose: float, gap: float = 1.0
) -> tuple[tuple[float, float], ...]:
    """Return equal fractions at equal distances, as a schedule wants them.

    Parameters
    ----------
    start : float
        Day of the first fraction.
    count : int
        How many; none for 0.
    dose : float
        Dose per fraction in Gy.
    gap : float
        Days from one to the next.
    """
    return tuple((start + i * gap, dose) for i in range(count))


def three_a_week(start: float, count: int = 9) -> tuple[float, ...]:
    """Return days of injections three times a week, two days apart, from ``start`` on."""
    return tuple(start + 7 * (i // 3) + 2 * (i % 3) for i in range(count))


def surviving_share(dose: float, alpha: float = PUBLISHED.alpha) -> float:
    """Return the share of viable tumour that a fraction of ``dose`` Gy leaves viable."""
    return math.exp(-alpha * dose - 0.1 * alpha * dose * dose)


def simulate(
    schedule: Schedule,
    days: ArrayLike,
    parameters: Parameters = PUBLISHED,
    start: Sequence[float] = START,
    tolerance: float = FINE,
) -> Course:
    """Integrate the model from day 0, stopping at each fraction and injection.

    Parameters
    ----------
    schedule : Schedule
        Days from 0 to 40, doses above 0 and up to 10 Gy.
    days : array_like of float, shape (n,)
        Rising times from 0 to 40 at which the state is wanted. On the day of a fraction it is the
        state just before it.
    parameters : Parameters
        By default as published.
    start : sequence of float
        State on day 0.
    tolerance : float
        Relative error allowed to one step of the integration, 1e-10 to 1e-4; a picture may ask
        for less than a table.

    Returns
    -------
    Course
        The state at the times asked.

    Raises
    ------
    ValueError
        For times or doses outside the model's range; the sentence says which and what is allowed.
    """
    if not MOST_FINE <= tolerance <= LEAST_FINE:
        raise ValueError(f"tolerance is {tolerance:g}; {MOST_FINE:g} to {LEAST_FINE:g} is allowed.")
    times = _times(days)
    fractions = _fractions(schedule.fractions)
    injections = _injections(schedule.antibody)
    begin = [float(v) for v in start]
    states = _states(fractions, injections, times, parameters, begin, tolerance)
    viable, dying, waiting, effectors, pdl1 = np.array(states, dtype=np.float64).reshape(-1, 5).T
    return Course(
        np.asarray(times, dtype=np.float64),
        viable,
        dying,
        waiting,
        effectors,
        pdl1,
        antibody_level(injections, times, parameters),
        _warnings(fractions, viable, parameters),
    )


def antibody_level(
    injections: Sequence[float], days: ArrayLike, parameters: Parameters = PUBLISHED
) -> FloatArray:
    """Return the antibody in nM at each of ``days``, added up over the injections."""
    p = parameters
    since = np.asarray(days, dtype=np.float64)[..., None] - np.asarray(injections, dtype=np.float64)
    after = np.clip(since, 0.0, None)
    factor = p.dose_nm * p.ka / (p.ka - p.kelm)
    level: FloatArray = factor * (np.exp(-p.kelm * after) - np.exp(-p.ka * after)).sum(axis=-1)
    return level


def _states(
    fractions: Sequence[tuple[float, float]],
    injections: Sequence[float],
    times: Sequence[float],
    parameters: Parameters,
    state: State,
    tolerance: float,
) -> list[State]:
    """Return the state at each time, integrated from event to event."""
    doses = dict(fractions)
    ends = sorted({0.0, LAST_DAY, *doses, *injections})
    blood = _Antibody(parameters)
    integrator = Integrator(_rate(parameters, blood), tolerance, ABSOLUTE * tolerance)
    seen: list[State] = []
    now = 0
    given = set(injections)
    for begin, end in pairwise(ends):
        while now < len(times) and times[now] <= begin:
            seen.append(state)
            now += 1
        if now == len(times):
            break
        state = _hit(state, doses[begin], parameters.alpha) if begin in doses else state
        blood.move_to(begin, injected=begin in given)
        last = now
        while last < len(times) and times[last] <= end:
            last += 1
        state, found = integrator.run(begin, end, state, times[now:last])
        seen.extend(found)
        now = last
    return seen


class _Antibody:
    """The antibody since the last event, as two exponentials."""

    def __init__(self, parameters: Parameters) -> None:
        self.ka, self.kelm = parameters.ka, parameters.kelm
        self.dose = parameters.dose_nm * self.ka / (self.ka - self.kelm)
        self.since, self.slow, self.fast = 0.0, 0.0, 0.0

    def move_to(self, day: float, injected: bool) -> None:
        """Carry both parts on to a day, and add an injection there."""
        gone = day - self.since
        added = self.dose if injected else 0.0
        self.slow = self.slow * math.exp(-self.kelm * gone) + added
        self.fast = self.fast * math.exp(-self.ka * gone) + added
        self.since = day

    def level(self, day: float) -> float:
        """Return the concentration in nM."""
        if not self.slow:
            return 0.0
        gone = day - self.since
        return self.slow * math.exp(-self.kelm * gone) - self.fast * math.exp(-self.ka * gone)


def _rate(p: Parameters, blood: _Antibody) -> Rate:
    """Return the derivatives as a function of time and state; names are bound once, for speed."""
    r, vmax, d0, kln, sl, kpro, kdif = p.r, p.TVmax, p.d0, p.kLN, p.SL, p.kpro, p.kdif
    kel, kapo, e, half_pdl, kpdl = p.kel, p.kapo, p.e, p.Kpdl, p.kpdl
    ktcd2, sr, mu, kd, level = p.Ktcd**2, p.SR, p.mu, p.KD, blood.level

    def rate(t: float, y: State) -> State:
        tv, tvd, nt, dt, pdl = y
        total = tv + tvd
        kill = e * dt + d0
        death = mu * tvd / total + kill if total > 0 else kill
        death *= death
        antigen = death / (death + ktcd2) * total
        active = (1 - pdl / (1 + level(t) / kd)) * sr / (antigen + sr)
        return [
            r * tv * (1 - tv / vmax) - kill * tv,
            -mu * tvd,
            kln * antigen / (antigen + sl) + active * nt * (kpro - kdif) - kel * nt,
            active * kdif * nt - kapo * dt,
            kpdl * (dt / (half_pdl + dt) - pdl),
        ]

    return rate


def _hit(state: State, dose: float, alpha: float) -> State:
    """Return the state just after a fraction: what no longer lives becomes dying tumour."""
    tv, tvd, *rest = state
    left = tv * surviving_share(dose, alpha)
    return [left, tvd + tv - left, *rest]


def _times(days: ArrayLike) -> list[float]:
    array = np.atleast_1d(np.asarray(days, dtype=np.float64))
    if array.ndim != 1 or not np.all(np.isfinite(array)) or np.any(np.diff(array) < 0):
        raise ValueError("days must be a rising list of finite numbers.")
    if array.size and (array[0] < 0 or array[-1] > LAST_DAY):
        outside = array[0] if array[0] < 0 else array[-1]
        raise ValueError(_outside("days", float(outside)))
    return [float(day) for day in array]


def _outside(name: str, day: float) -> str:
    return (
        f"{name} holds {day:g}; the model is used from day 0 to day {LAST_DAY:g}, as far as its "
        "published schedules go, and is not carried on beyond."
    )


def _fractions(fractions: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    checked = sorted((finite("day", day), positive("dose", dose, "Gy")) for day, dose in fractions)
    for day, dose in checked:
        if not 0 <= day <= LAST_DAY:
            raise ValueError(_outside("fractions", day))
        if dose > MAX_DOSE:
            raise ValueError(
                f"A fraction of {dose:g} Gy is beyond the model: its survival is linear-quadratic, "
                f"and doses up to {MAX_DOSE:g} Gy are accepted."
            )
    for (before, _), (after, _) in pairwise(checked):
        if after - before < MIN_GAP:
            raise ValueError(
                f"Fractions on days {before:g} and {after:g} are too close: each counts as "
                f"repaired before the next, so they must be {MIN_GAP:g} days apart or more."
            )
    return checked


def _injections(days: Sequence[float]) -> list[float]:
    checked = sorted(finite("antibody", day) for day in days)
    for day in checked:
        if not 0 <= day <= LAST_DAY:
            raise ValueError(_outside("antibody", day))
    if len(set(checked)) < len(checked):
        raise ValueError("antibody names a day twice; one injection a day is allowed.")
    return checked


def _warnings(
    fractions: Sequence[tuple[float, float]], viable: FloatArray, parameters: Parameters
) -> tuple[str, ...]:
    found = []
    if any(dose != REFERENCE_DOSE for _, dose in fractions):
        found.append(_OTHER_DOSE)
    if viable.size and float(viable.min()) < ONE_CELL:
        found.append(_ONE_CELL)
    if parameters != PUBLISHED:
        found.append(_CHANGED)
    return tuple(found)
