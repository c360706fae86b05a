"""Tumour against effector cells: dormancy and escape as two ends of one published model.

``dE/dt = s + p E T / (g + T) - m E T - d E``: effector cells flow in, are recruited by the tumour,
worn out by it, and die. ``dT/dt = a T (1 - b T) - n E T``: the tumour grows logistically and is
killed. With the published values there are four steady states; two are stable: a small tumour held
in check (dormancy) and a large one that escaped. Which is reached depends on where one starts.

The values were fitted to a lymphoma of mice (BCL1). They illustrate how one and the same pair of
rules has two ends, and say nothing about a patient.

Source
------
Kuznetsov 1994, Bull Math Biol 56:295-321, 10.1007/BF02460644. Equations and values were read in
publications and public files that cite the paper, not in the paper itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, share
from oligoteach.models._ode import Integrator, State

#: Longest time that is simulated, in days; dormancy is reached well within.
LAST_DAY = 1000.0
#: Largest numbers of cells at the start: beyond them the paper's axes end.
MOST_EFFECTORS, MOST_TUMOUR = 1e7, 1e9
#: Fewer tumour cells than one are no tumour; the equations know no whole cells.
ONE_CELL = 1.0

Stability = Literal["stable", "saddle", "unstable"]
Fate = Literal["dormant", "escaped", "below one cell"]

_ONE_CELL = (
    "The tumour falls below one cell; the equations let it grow again, which no tumour would."
)


@dataclass(frozen=True)
class Parameters:
    """Published values, in cells and days.

    Attributes
    ----------
    s : float
        Influx of effector cells, cells a day.
    p, g : float
        Largest recruitment rate, per day, and the tumour size at half of it, in cells.
    m : float
        Loss of effector cells through the tumour, per cell and day.
    d : float
        Death rate of effector cells, per day.
    a, b : float
        Growth rate of the tumour per day, and the inverse of its largest size in cells.
    n : float
        Kill rate of the tumour, per effector cell and day.
    """

    s: float = 13000.0
    p: float = 0.1245
    g: float = 2.019e7
    m: float = 3.422e-10
    d: float = 0.0412
    a: float = 0.18
    b: float = 2e-9
    n: float = 1.101e-7


PUBLISHED = Parameters()


@dataclass(frozen=True)
class SteadyState:
    """A state that stays as it is: effector cells, tumour cells, and what happens beside it."""

    effectors: float
    tumour: float
    stability: Stability
    spirals: bool


@dataclass(frozen=True)
class Pulse:
    """A treatment at one moment.

    Attributes
    ----------
    day : float
        When, from 0 to 1000.
    tumour_killed, effectors_killed : float
        Shares of each, from 0 to 1 (1 excluded).
    """

    day: float
    tumour_killed: float
    effectors_killed: float = 0.0


@dataclass(frozen=True)
class Path:
    """A simulated path.

    Attributes
    ----------
    days, effectors, tumour : ndarray of float, shape (n,)
        Days, and numbers of cells; on the day of a pulse the state just before it.
    fate : {'dormant', 'escaped', 'below one cell'}
        Which stable state the path is drawn to after the last pulse, or that it passed below one
        cell.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    days: FloatArray
    effectors: FloatArray
    tumour: FloatArray
    fate: Fate
    warnings: tuple[str, ...]


def rates(effectors: float, tumour: float, parameters: Parameters = PUBLISHED) -> State:
    """Return dE/dt and dT/dt in cells a day."""
    q = parameters
    e, t = effectors, tumour
    grown = q.s + q.p * e * t / (q.g + t) - q.m * e * t - q.d * e
    return [grown, q.a * t * (1 - q.b * t) - q.n * e * t]


@lru_cache(maxsize=64)
def steady_states(parameters: Parameters = PUBLISHED) -> tuple[SteadyState, ...]:
    """Return all steady states with at least no tumour and no fewer than no effector cells.

    Parameters
    ----------
    parameters : Parameters
        By default as published: four states.

    Returns
    -------
    tuple of SteadyState
        By rising size of the tumour, the tumour-free one first.
    """
    q = parameters
    found = [(q.s / q.d, 0.0)]
    for root in np.roots(_cubic(q)):
        if abs(root.imag) < 1e-9 * max(1.0, abs(root)) and root.real > 0:
            tumour = _polished(float(root.real), q)
            effectors = q.a / q.n * (1 - q.b * tumour)
            if effectors >= 0:
                found.append((effectors, tumour))
    found.sort(key=lambda state: state[1])
    return tuple(_judged(e, t, q) for e, t in found)


def simulate(
    effectors: float,
    tumour: float,
    days: ArrayLike,
    pulses: Sequence[Pulse] = (),
    parameters: Parameters = PUBLISHED,
) -> Path:
    """Integrate from day 0, stopping at each pulse.

    Parameters
    ----------
    effectors, tumour : float
        Cells on day 0: effectors from 0 to 1e7, tumour from 1 to 1e9.
    days : array_like of float, shape (n,)
        Rising days from 0 to 1000 at which the state is wanted.
    pulses : sequence of Pulse
        Treatments, at most one a day.
    parameters : Parameters
        By default as published.

    Returns
    -------
    Path
        The states, and where the path is drawn to.

    Raises
    ------
    ValueError
        For numbers outside these ranges; the sentence says which.
    """
    state = [
        _within("effectors", effectors, 0.0, MOST_EFFECTORS, "cells"),
        _within("tumour", tumour, ONE_CELL, MOST_TUMOUR, "cells"),
    ]
    times = _times(days)
    doses = _checked(pulses)
    seen: list[State] = []
    integrator = Integrator(lambda _, y: rates(y[0], y[1], parameters), rtol=1e-8, atol=1e-6)
    ends = [0.0, *sorted(doses), LAST_DAY]
    lowest, now = state[1], 0
    for begin, end in pairwise(ends):
        if begin in doses:
            state = _hit(state, doses[begin])
            lowest = min(lowest, state[1])
        last = now
        while last < len(times) and times[last] <= end:
            last += 1
        state, found = integrator.run(begin, end, state, times[now:last])
        seen.extend(found)
        now = last
    path = np.array(seen, dtype=np.float64).reshape(-1, 2)
    lowest = min(lowest, float(path[:, 1].min())) if len(path) else lowest
    fate = _fate(state, lowest, parameters)
    warnings = (_ONE_CELL,) if fate == "below one cell" else ()
    return Path(np.asarray(times), path[:, 0], path[:, 1], fate, warnings)


@lru_cache(maxsize=8)
def watershed(parameters: Parameters = PUBLISHED) -> tuple[FloatArray, FloatArray]:
    """Return the line between the starts that end dormant and those that escape.

    It is the stable manifold of the saddle between the two, followed backwards in time.

    Parameters
    ----------
    parameters : Parameters
        By default as published.

    Returns
    -------
    tuple of ndarray
        Effector cells and tumour cells along the line; the tumour rises with the effectors.

    Raises
    ------
    ValueError
        If these parameters have no such saddle: there is then one end only.
    """
    saddles = [s for s in steady_states(parameters) if s.stability == "saddle" and s.tumour > 0]
    if not saddles:
        raise ValueError("These parameters have no saddle with a tumour: there is one end only.")
    saddle = saddles[0]
    values, vectors = np.linalg.eig(_jacobian(saddle.effectors, saddle.tumour, parameters))
    along = vectors[:, int(np.argmin(values.real))].real
    lower, upper = (_backwards(saddle, sign * along, parameters) for sign in (-1.0, 1.0))
    line = [*lower[::-1], [saddle.effectors, saddle.tumour], *upper]
    effectors, tumour = np.array(sorted(line), dtype=np.float64).T
    return effectors, tumour


def _cubic(q: Parameters) -> list[float]:
    """Return the polynomial in T whose roots are steady states with a tumour.

    With E = (a / n)(1 - b T) in dE/dt = 0, multiplied by (g + T).
    """
    k = q.a / q.n
    inner = np.array([-q.m, q.p - q.m * q.g - q.d, -q.d * q.g])
    outer = k * np.polymul(np.array([-q.b, 1.0]), inner)
    return list(np.polyadd(outer, np.array([q.s, q.s * q.g])))


def _polished(tumour: float, q: Parameters) -> float:
    """Return a root of the cubic to the last digits, by Newton's rule."""
    cubic = _cubic(q)
    slope = np.polyder(cubic)
    for _ in range(4):
        tumour -= float(np.polyval(cubic, tumour) / np.polyval(slope, tumour))
    return tumour


def _jacobian(e: float, t: float, q: Parameters) -> FloatArray:
    recruited = q.p * q.g * e / (q.g + t) ** 2
    return np.array(
        [
            [q.p * t / (q.g + t) - q.m * t - q.d, recruited - q.m * e],
            [-q.n * t, q.a * (1 - 2 * q.b * t) - q.n * e],
        ]
    )


def _judged(e: float, t: float, q: Parameters) -> SteadyState:
    values = np.linalg.eigvals(_jacobian(e, t, q))
    if bool(np.all(values.real < 0)):
        kind: Stability = "stable"
    else:
        kind = "saddle" if bool(np.any(values.real < 0)) else "unstable"
    return SteadyState(e, t, kind, bool(np.any(np.abs(values.imag) > 0)))


def _backwards(saddle: SteadyState, step: FloatArray, q: Parameters) -> list[State]:
    """Follow the stable manifold of a saddle backwards until it leaves the axes."""
    scale = 1e-6 * saddle.tumour / abs(float(step[1]))
    state = [saddle.effectors + scale * float(step[0]), saddle.tumour + scale * float(step[1])]
    integrator = Integrator(lambda _, y: [-v for v in rates(y[0], y[1], q)], 1e-9, 1e-6)
    found, now = [], 0.0
    while now < LAST_DAY:
        wanted = [now + 0.05 * i for i in range(1, 21)]
        state, seen = integrator.run(now, now + 1.0, state, wanted)
        inside = [s for s in seen if 0 <= s[0] <= MOST_EFFECTORS and 0 < s[1] <= MOST_TUMOUR]
        found.extend(inside)
        if len(inside) < len(seen):
            break
        now += 1.0
    return found


def _hit(state: State, pulse: Pulse) -> State:
    return [state[0] * (1 - pulse.effectors_killed), state[1] * (1 - pulse.tumour_killed)]


def _fate(state: State, lowest: float, q: Parameters) -> Fate:
    if lowest < ONE_CELL:
        return "below one cell"
    middle = [s.tumour for s in steady_states(q) if s.stability == "saddle" and s.tumour > 0]
    limit = middle[0] if middle else 0.5 / q.b  # half of what the tumour could ever reach
    return "escaped" if state[1] > limit else "dormant"


def _within(name: str, value: float, low: float, high: float, unit: str) -> float:
    number = finite(name, value)
    if not low <= number <= high:
        raise ValueError(
            f"{name} is {number:g}; the model is used from {low:g} to {high:g} {unit} and is not "
            "carried on beyond."
        )
    return number


def _times(days: ArrayLike) -> list[float]:
    array = np.atleast_1d(np.asarray(days, dtype=np.float64))
    if array.ndim != 1 or not np.all(np.isfinite(array)) or np.any(np.diff(array) < 0):
        raise ValueError("days must be a rising list of finite numbers.")
    if array.size:
        _within("days", float(array[0]), 0.0, LAST_DAY, "days")
        _within("days", float(array[-1]), 0.0, LAST_DAY, "days")
    return [float(day) for day in array]


def _checked(pulses: Sequence[Pulse]) -> dict[float, Pulse]:
    doses: dict[float, Pulse] = {}
    for pulse in pulses:
        day = _within("day of a pulse", pulse.day, 0.0, LAST_DAY, "days")
        for name in ("tumour_killed", "effectors_killed"):
            if getattr(pulse, name) != 0:
                share(name, getattr(pulse, name))
        if day in doses:
            raise ValueError(f"Two pulses on day {day:g}; one a day is allowed.")
        doses[day] = pulse
    return doses
