"""Interim looks: how much of alpha each may spend, and what stopping at one does.

A trial looks at its data when a given share of the planned events (the information fraction)
has happened. Z statistics here are positive where they favour the experimental arm; those of
:class:`oligoteach.models.survival.LogRank` have the opposite sign. Under a drift ``d`` (the
expected Z at the planned end) the scores ``Z_k sqrt(t_k)`` are a random walk with independent
normal increments of mean ``d (t_k - t_(k-1))`` and variance ``t_k - t_(k-1)``.

Sources
-------
Alpha spending: Lan KK, DeMets DL. Biometrika 1983;70:659; O'Brien-Fleming-like spending
``2 (1 - Phi(z_(a/2) / sqrt(t)))`` and Pocock-like spending ``a ln(1 + (e - 1) t)`` for each side
of level a. Exact boundaries by recursive numerical integration: Armitage, McPherson, Rowe. J R
Stat Soc A 1969;132:235. The papers were not read for this module: not verified. The boundaries
are tested against published tables and against SciPy's multivariate normal distribution.

Validity: normal statistics with independent increments, which log-rank statistics approach as
events grow; boundaries are exact for the fractions given, not for looks taken at other times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from oligoteach.models import _normal
from oligoteach.models._bounds import two_or_one, within
from oligoteach.models._numbers import FloatArray, finite

Rule = Literal["obrien-fleming", "pocock"]
RULES: tuple[Rule, ...] = get_args(Rule)

MOST_LOOKS = 10
#: Looks, and a look and the end, must lie this far apart.
LEAST_GAP = 0.01
#: Alpha, counting both sides of a two-sided test.
ALPHA = (1e-6, 0.4)

#: Standard deviations beyond which nothing worth counting lies.
_REACH = 9.0
_FURTHEST_Z = 38.0
_PANEL_NODES, _PANEL_WEIGHTS = np.polynomial.legendre.leggauss(12)


@dataclass(frozen=True)
class Boundaries:
    """Boundaries of a trial with interim looks.

    Attributes
    ----------
    fractions : tuple of float
        Information fractions of the looks; the last is 1, the planned end.
    z : tuple of float
        Critical value of Z at each look; ``inf`` where a look may spend nothing.
    spent : tuple of float
        Alpha spent up to and with each look, all sides together.
    alpha : float
        All of it.
    sides : int
        1 or 2.
    rule : {'obrien-fleming', 'pocock'}
        How it is spent.
    """

    fractions: tuple[float, ...]
    z: tuple[float, ...]
    spent: tuple[float, ...]
    alpha: float
    sides: int
    rule: Rule

    @property
    def nominal_p(self) -> tuple[float, ...]:
        """P value (of as many sides as the test) that must be reached at each look."""
        return tuple((self.sides * _normal.above(np.array(self.z))).tolist())


@dataclass(frozen=True)
class Crossing:
    """What happens at each look of a trial, under a given drift.

    Attributes
    ----------
    benefit, harm : tuple of float
        Chance of stopping at each look with a boundary crossed in favour of the experimental
        arm, or (two-sided tests) against it. The last is the planned end.
    mean_if_benefit : tuple of float
        Mean of the estimated drift ``Z_k / sqrt(t_k)`` among those that stop at that look in
        favour; ``nan`` where that never happens.
    drift : float
        The true drift.
    """

    benefit: tuple[float, ...]
    harm: tuple[float, ...]
    mean_if_benefit: tuple[float, ...]
    drift: float

    @property
    def power(self) -> float:
        """Chance of ever crossing in favour of the experimental arm."""
        return sum(self.benefit)

    @property
    def any(self) -> float:
        """Chance of ever crossing a boundary."""
        return self.power + sum(self.harm)

    @property
    def early(self) -> float:
        """Chance of stopping before the planned end, whichever way."""
        return sum(self.benefit[:-1]) + sum(self.harm[:-1])


@dataclass(frozen=True)
class _Walk:
    """Where the score of a trial that goes on may be: points with the chance of each."""

    points: FloatArray
    mass: FloatArray


def alpha_spent(fraction: float, alpha: float, *, sides: int = 2, rule: Rule) -> float:
    """Alpha that may be spent up to an information fraction.

    Parameters
    ----------
    fraction : float
        Share of the planned events, from 0 to 1.
    alpha : float
        Level of the whole test, all sides together.
    sides : {1, 2}, default 2
        Sides of the test; each spends its half.
    rule : {'obrien-fleming', 'pocock'}
        Spending function.

    Returns
    -------
    float
        All sides together.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    fraction = within("fraction", fraction, 0.0, 1.0)
    alpha, sides, rule = _level(alpha, sides, rule)
    if fraction == 0.0:
        return 0.0
    if fraction == 1.0:
        return alpha
    side = alpha / sides
    if rule == "pocock":
        return alpha * math.log1p((math.e - 1.0) * fraction)
    z = _normal.critical(side / 2.0) / math.sqrt(fraction)
    return float(sides * 2.0 * _normal.above(z))


def boundaries(
    looks: Sequence[float], alpha: float, *, sides: int = 2, rule: Rule = "obrien-fleming"
) -> Boundaries:
    """Exact boundaries that spend alpha over interim looks and the planned end.

    Parameters
    ----------
    looks : sequence of float
        Information fractions of the interim looks, rising, each above 0 and below 1; empty for
        a trial without any. The planned end at 1 is added.
    alpha, sides, rule
        As for :func:`alpha_spent`.

    Returns
    -------
    Boundaries

    Raises
    ------
    ValueError
        If a value is out of range, or looks are too many, too close or out of order.
    """
    alpha, sides, rule = _level(alpha, sides, rule)
    fractions = checked_looks(looks)
    spent = [alpha_spent(t, alpha, sides=sides, rule=rule) for t in fractions]
    walk, before, z = _start(), 0.0, []
    for place, (fraction, level) in enumerate(zip(fractions, spent, strict=True)):
        gap = fraction - before
        target = (level - (spent[place - 1] if place else 0.0)) / sides
        z.append(_critical(walk, gap, fraction, target))
        if place + 1 < len(fractions):
            room = min(gap, fractions[place + 1] - fraction)
            walk = _go_on(walk, (before, fraction), (z[-1], sides), 0.0, room)
        before = fraction
    return Boundaries(fractions, tuple(z), tuple(spent), alpha, sides, rule)


def crossing(
    fractions: Sequence[float], z: Sequence[float], *, sides: int = 2, drift: float = 0.0
) -> Crossing:
    """Chance of crossing each boundary, and what the estimate is on average when it happens.

    Parameters
    ----------
    fractions : sequence of float
        Information fractions, rising, above 0 and up to 1; the last look is taken as the end.
    z : sequence of float
        Critical value at each; positive, ``inf`` allowed.
    sides : {1, 2}, default 2
        With 2, ``-z`` is a boundary too.
    drift : float, default 0
        Expected Z at fraction 1; ``abs(log HR) * sqrt(D p (1 - p))`` for D planned events.

    Returns
    -------
    Crossing

    Raises
    ------
    ValueError
        If the two differ in length or a value is out of range.
    """
    drift = within("drift", drift, -20.0, 20.0)
    sides = two_or_one(sides)
    if len(fractions) != len(z) or not len(z):
        raise ValueError(
            f"There are {len(fractions)} fractions and {len(z)} boundaries; one for each is needed."
        )
    if any(not bound > 0 for bound in z):
        raise ValueError("z holds a boundary that is not above 0.")
    times = [*fractions]
    checked_looks(times[:-1] if times[-1] == 1.0 else times)
    walk, before = _start(), 0.0
    benefit, harm, means = [], [], []
    for place, (fraction, bound) in enumerate(zip(times, z, strict=True)):
        gap = fraction - before
        up, mean = _beyond(walk, gap, bound * math.sqrt(fraction), drift)
        benefit.append(up)
        means.append(mean / (fraction * up) if up > 0 else math.nan)
        harm.append(
            _beyond(_mirrored(walk), gap, bound * math.sqrt(fraction), -drift)[0]
            if sides == 2
            else 0.0
        )
        if place + 1 < len(times):
            room = min(gap, times[place + 1] - fraction)
            walk = _go_on(walk, (before, fraction), (bound, sides), drift, room)
        before = fraction
    return Crossing(tuple(benefit), tuple(harm), tuple(means), drift)


def checked_looks(looks: Sequence[float]) -> tuple[float, ...]:
    """Return the looks with the planned end, or raise ``ValueError`` with a sentence."""
    if len(looks) > MOST_LOOKS:
        raise ValueError(
            f"There are {len(looks)} interim looks; at most {MOST_LOOKS} are allowed, so leave "
            f"out {len(looks) - MOST_LOOKS}."
        )
    before = 0.0
    for look in looks:
        fraction = finite("look", look)
        if fraction >= 1.0:
            raise ValueError(
                f"An interim look at {fraction:g} of the planned events is at or after the end, "
                f"which is 1; the latest allowed is {1 - LEAST_GAP:g}."
            )
        if fraction <= 0.0:
            raise ValueError(
                f"An interim look at {fraction:g} of the planned events is before the first "
                f"event; the earliest allowed is {LEAST_GAP:g}."
            )
        if fraction - before < LEAST_GAP - 1e-12:
            raise ValueError(
                f"An interim look at {fraction:g} follows one at {before:g} of the planned events; "
                f"looks must rise by {LEAST_GAP:g} at least, so the nearest allowed is "
                f"{before + LEAST_GAP:g}."
            )
        before = fraction
    if before > 1 - LEAST_GAP + 1e-12:
        raise ValueError(
            f"An interim look at {before:g} is too close to the end; the latest allowed is "
            f"{1 - LEAST_GAP:g}."
        )
    return (*(float(look) for look in looks), 1.0)


def _level(alpha: float, sides: int, rule: Rule) -> tuple[float, int, Rule]:
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; it must be 'obrien-fleming' or 'pocock'.")
    return within("alpha", alpha, *ALPHA), two_or_one(sides), rule


def _start() -> _Walk:
    return _Walk(np.zeros(1), np.ones(1))


def _mirrored(walk: _Walk) -> _Walk:
    return _Walk(-walk.points, walk.mass)


def _beyond(walk: _Walk, gap: float, bound: float, drift: float) -> tuple[float, float]:
    """Chance that the next score lies beyond ``bound``, and the score's mean times that chance."""
    if math.isinf(bound):
        return 0.0, 0.0
    spread = math.sqrt(gap)
    centre = walk.points + drift * gap
    distance = (bound - centre) / spread
    tail = _normal.above(distance)
    mean = centre * tail + spread * _normal.density(distance)
    return float(walk.mass @ tail), float(walk.mass @ mean)


def _critical(walk: _Walk, gap: float, fraction: float, target: float) -> float:
    """Z beyond which the next score lies with chance ``target``, by bisection."""
    low, high = 0.0, _FURTHEST_Z
    if target <= 0.0 or _beyond(walk, gap, high * math.sqrt(fraction), 0.0)[0] >= target:
        return math.inf
    while high - low > 1e-13 * max(1.0, low):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if _beyond(walk, gap, middle * math.sqrt(fraction), 0.0)[0] > target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _go_on(
    walk: _Walk, span: tuple[float, float], limit: tuple[float, int], drift: float, room: float
) -> _Walk:
    """Walk on to the next look and keep what crosses no boundary.

    ``room`` is the shorter of the gaps before and after the look: the density and the next
    step are smooth on its scale, so panels as wide as its root are integrated exactly enough.
    """
    before, fraction = span
    bound, sides = limit
    gap, root = fraction - before, math.sqrt(fraction)
    low, high = drift * fraction - _REACH * root, drift * fraction + _REACH * root
    high = min(high, bound * root)
    if sides == 2:
        low = max(low, -bound * root)
    if high <= low:  # the boundary leaves nothing worth counting
        return _Walk(np.array([bound * root]), np.zeros(1))
    panels = max(1, math.ceil((high - low) / math.sqrt(room)))
    edges = np.linspace(low, high, panels + 1)
    half = 0.5 * (edges[1] - edges[0])
    points = (0.5 * (edges[:-1] + edges[1:])[:, None] + half * _PANEL_NODES).reshape(-1)
    weights = np.tile(half * _PANEL_WEIGHTS, panels)
    spread = math.sqrt(gap)
    steps = (points[:, None] - walk.points - drift * gap) / spread
    return _Walk(points, weights * (_normal.density(steps) @ walk.mass) / spread)
