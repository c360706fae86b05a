"""A Dormand-Prince 5(4) integrator for a handful of states as plain floats.

For two to five states a numpy array costs more than the arithmetic on it, so states are lists of
floats. Steps are chosen from the embedded error estimate; values between steps come from the
method's own interpolant of fourth order.

Source
------
Dormand and Prince, J Comput Appl Math 1980;6:19-26, 10.1016/0771-050X(80)90013-3. The coefficients
and the interpolant are the ones in common use; the tests hold them against SciPy's ``RK45``.
"""

# ruff: noqa: B905 - all lists here are of one length, and a check of it would cost at each step
from __future__ import annotations

import math
from collections.abc import Callable, Sequence

State = list[float]
Rate = Callable[[float, State], State]

C2, C3, C4, C5 = 1 / 5, 3 / 10, 4 / 5, 8 / 9
A21 = 1 / 5
A31, A32 = 3 / 40, 9 / 40
A41, A42, A43 = 44 / 45, -56 / 15, 32 / 9
A51, A52, A53, A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
A61, A62, A63, A64, A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
B1, B3, B4, B5, B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
# The fifth-order result less the embedded fourth-order one.
E1, E3, E4, E5, E6, E7 = 71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40
# Extra term of the interpolant.
D1, D3, D4 = -12715105075 / 11282082432, 87487479700 / 32700410799, -10690763975 / 1880347072
D5, D6, D7 = 701980252875 / 199316789632, -1453857185 / 822651844, 69997945 / 29380423

SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0
MAX_STEPS = 20_000


class Integrator:
    """Carries a state forward, segment by segment, remembering a good length of step.

    Parameters
    ----------
    rate : callable
        ``rate(t, y)`` returns the derivatives as a new list.
    rtol, atol : float
        Bounds on the local error of a step, relative and absolute.
    """

    def __init__(self, rate: Rate, rtol: float = 1e-8, atol: float = 1e-11) -> None:
        self.rate, self.rtol, self.atol = rate, rtol, atol
        self._step = 0.0

    def run(
        self, start: float, end: float, state: Sequence[float], at: Sequence[float] = ()
    ) -> tuple[State, list[State]]:
        """Integrate over one segment in which the rates are smooth.

        Parameters
        ----------
        start, end : float
            Times; ``end`` not before ``start``.
        state : sequence of float
            Values at the start.
        at : sequence of float
            Rising times in ``start`` to ``end`` at which values are wanted.

        Returns
        -------
        tuple
            The state at the end, and one state for each wanted time.

        Raises
        ------
        ValueError
            If the step becomes too small to go on: the rates are not smooth there.
        """
        t, y = start, list(state)
        seen: list[State] = []
        n_wanted, wanted = 0, len(at)
        while n_wanted < wanted and at[n_wanted] <= start:
            seen.append(y)
            n_wanted += 1
        k1 = self.rate(t, y)
        step = self._step or self._first_step(y, k1, end - start)
        for _ in range(MAX_STEPS):
            if t >= end:
                return y, seen
            h = end - t if t + 1.000001 * step >= end else step
            stages, new, error = self._try(t, y, k1, h)
            factor = GROW if error == 0 else SAFETY * error**-0.2
            if error > 1 or not math.isfinite(error):
                step = h * (max(SHRINK, factor) if math.isfinite(error) else SHRINK)
                if t + step == t:
                    break
                continue
            reached = end if h == end - t else t + h
            while n_wanted < wanted and at[n_wanted] <= reached:
                seen.append(_between(y, new, stages, h, (at[n_wanted] - t) / h))
                n_wanted += 1
            t, y, k1 = reached, new, stages[-1]
            # A last step cut short by the end says nothing about how long one may be.
            grown = h * min(GROW, max(SHRINK, factor))
            step = max(step, grown) if h < step else grown
            self._step = step
        raise ValueError(f"The integration stops at time {t:g}: no step is short enough there.")

    def _first_step(self, y: State, k1: State, length: float) -> float:
        """Return a cautious first step from the size of state and rates."""
        sizes = (abs(k) / (self.atol + abs(v)) for k, v in zip(k1, y) if v)
        size = max(sizes, default=1.0)
        return min(length, 0.01 / size if size > 0 else length) or 1e-6

    def _try(
        self, t: float, y: State, k1: State, h: float
    ) -> tuple[tuple[State, ...], State, float]:
        """Return the stages of one step, its result, and its error in units of the tolerance."""
        f = self.rate
        k2 = f(t + C2 * h, [v + h * A21 * a for v, a in zip(y, k1)])
        k3 = f(t + C3 * h, [v + h * (A31 * a + A32 * b) for v, a, b in zip(y, k1, k2)])
        k4 = f(
            t + C4 * h,
            [v + h * (A41 * a + A42 * b + A43 * c) for v, a, b, c in zip(y, k1, k2, k3)],
        )
        k5 = f(
            t + C5 * h,
            [
                v + h * (A51 * a + A52 * b + A53 * c + A54 * d)
                for v, a, b, c, d in zip(y, k1, k2, k3, k4)
            ],
        )
        k6 = f(
            t + h,
            [
                v + h * (A61 * a + A62 * b + A63 * c + A64 * d + A65 * e)
                for v, a, b, c, d, e in zip(y, k1, k2, k3, k4, k5)
            ],
        )
        new = [
            v + h * (B1 * a + B3 * c + B4 * d + B5 * e + B6 * g)
            for v, a, c, d, e, g in zip(y, k1, k3, k4, k5, k6)
        ]
        k7 = f(t + h, new)
        error, atol, rtol = 0.0, self.atol, self.rtol
        for v, w, a, c, d, e, g, q in zip(y, new, k1, k3, k4, k5, k6, k7):
            off = h * (E1 * a + E3 * c + E4 * d + E5 * e + E6 * g + E7 * q)
            v, w = abs(v), abs(w)  # compared by hand: max() costs at each step
            part = abs(off) / (atol + rtol * (v if v > w else w))
            if not part <= error:  # larger, or no number
                error = part if off == off else math.inf
        return (k1, k3, k4, k5, k6, k7), new, error


def _between(y: State, new: State, stages: tuple[State, ...], h: float, share: float) -> State:
    """Return the state at a share of a step, by the interpolant of fourth order."""
    rest = 1 - share
    values = []
    for v, w, a, c, d, e, g, q in zip(y, new, *stages):
        rise = w - v
        bend = h * a - rise
        twist = rise - h * q - bend
        extra = h * (D1 * a + D3 * c + D4 * d + D5 * e + D6 * g + D7 * q)
        values.append(v + share * (rise + rest * (bend + share * (twist + rest * extra))))
    return values
