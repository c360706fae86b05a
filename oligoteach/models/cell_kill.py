"""Cell kill by dose per fraction: four models that agree at 2 Gy and part at ablative doses.

The effect of one fraction of ``d`` Gy is ``E(d) = -ln S``, with ``S`` the share of cells that
survive; ``n`` equal fractions with full repair between them give ``n E(d)``::

    LQ     E = a d + b d^2                                    b = a / (a/b)
    LQ-L   E as LQ up to d_T, then E(d_T) + g (d - d_T)       g = a (1 + 2 d_T / (a/b))
    USC    E as LQ up to d_T, then (d - D_q) / D_0
    mLQ    E = a d + b G(l T + delta d) d^2                   G(x) = 2 (x + exp(-x) - 1) / x^2

LQ bends ever more. The three others become straight on a logarithmic scale: LQ-L with the slope
that LQ has at ``d_T``, USC along the line of a multitarget curve, mLQ gradually. Under any of them

    BED = n E(d) / a   and   EQD2 = 2 n E(d) / E(2),

the latter being the dose in 2 Gy fractions with the same effect *under the same model*; for LQ,
and for LQ-L and USC with a transition above 2 Gy, it equals BED / (1 + 2 / (a/b)).

What each is fitted on, and what was checked
--------------------------------------------
LQ: Fowler 1989, Br J Radiol 62:679, 10.1259/0007-1285-62-740-679. Alpha 0.3 per Gy with
alpha/beta 10 Gy: teaching values seen in secondary sources. Used from about 1 to 6 or 10 Gy a
fraction, debated above 8 to 10 (Brenner, Semin Radiat Oncol 2008; read in secondary sources).
LQ-L: Astrahan 2008, Med Phys 35:4161, 10.1118/1.2969065 (seen in code and documentation that cite
it; the tangent as slope was recomputed only). The transition is the user's: 6, 10 and 20 Gy are
teaching values, and twice alpha/beta is a rule named in secondary sources.
USC: Park 2008, Int J Radiat Oncol Biol Phys 70:847, 10.1016/j.ijrobp.2007.10.059: fitted to
lung-cancer cells in vitro. Alpha, alpha/beta, D0 and Dq were seen in code that cites it. The
transition of 6.2 Gy and the straight line were recomputed only, and the cell line (H460) was **not
found** in a source. With these rounded values the curve jumps by 0.1 % of S at the transition (a
jump of 2 %, stated elsewhere, was corrected).
mLQ: Guerrero and Li 2004, Phys Med Biol 49:4825, 10.1088/0031-9155/49/20/012 (formula and delta
0.15 seen in secondary sources; no range of doses was read).
Test values: ``data/models/spec.json``, ``LQ``, ``LQ-L``, ``USC`` and ``mLQ``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._doses import amounts, fractions
from oligoteach.models._estimate import Estimate, judged
from oligoteach.models._numbers import FloatArray, finite, positive
from oligoteach.models.fractionation import lq_notes, lq_rules

#: Largest dose per fraction in Gy up to which the models for large fractions were checked here.
MAX_DOSE = 34.0
#: Teaching values of the transition of LQ-L in Gy.
TRANSITIONS = (6.0, 10.0, 20.0)

_BEYOND = f"Above {MAX_DOSE:g} Gy a fraction no value of this model was checked."
_LQL = (
    "The dose at which LQ-L turns straight is an assumption: teaching values are 6, 10 and 20 Gy, "
    "and twice alpha/beta is a rule of thumb."
)
_USC = (
    "USC is fitted to cells of one lung cancer in vitro; the cell line and the range of doses of "
    "the fit were not found in a source."
)
_MLQ = (
    "The parameters of the modified LQ model come from secondary sources, and no range of doses "
    "was read."
)


@dataclass(frozen=True)
class LQ:
    """Linear-quadratic model.

    Attributes
    ----------
    alpha : float
        Per Gy, above 0.
    alpha_beta : float
        Gy, above 0.
    """

    name: ClassVar[str] = "LQ"
    notes: ClassVar[tuple[str, ...]] = ()
    alpha: float = 0.3
    alpha_beta: float = 10.0

    def __post_init__(self) -> None:
        positive("alpha", self.alpha, "per Gy")
        positive("alpha_beta", self.alpha_beta, "Gy")

    def effect(self, dose: FloatArray) -> FloatArray:
        """Return -ln S of one fraction of ``dose`` Gy."""
        return np.asarray(self.alpha * dose * (1.0 + dose / self.alpha_beta))


@dataclass(frozen=True)
class LQL(LQ):
    """Linear-quadratic-linear model: LQ, and beyond a transition its tangent.

    Attributes
    ----------
    alpha, alpha_beta : float
        As in :class:`LQ`.
    transition : float
        Dose per fraction d_T in Gy, above 0. The default is twice the default alpha/beta.
    """

    name: ClassVar[str] = "LQ-L"
    notes: ClassVar[tuple[str, ...]] = (_LQL,)
    transition: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("transition", self.transition, "Gy")

    def effect(self, dose: FloatArray) -> FloatArray:
        """Return -ln S of one fraction of ``dose`` Gy."""
        bent = LQ.effect(self, np.minimum(dose, self.transition))
        slope = self.alpha * (1.0 + 2.0 * self.transition / self.alpha_beta)
        return np.asarray(bent + slope * np.maximum(dose - self.transition, 0.0))


@dataclass(frozen=True)
class USC(LQ):
    """Universal survival curve: LQ, and beyond a transition the line of a multitarget curve.

    Attributes
    ----------
    alpha, alpha_beta : float
        As in :class:`LQ`; the defaults are those of Park 2008.
    d0 : float
        Dose in Gy that leaves 1/e of the cells on the straight part.
    dq : float
        Dose in Gy at which the straight part, carried back, meets full survival.
    transition : float
        Dose per fraction d_T in Gy from which the straight line holds.
    """

    name: ClassVar[str] = "USC"
    notes: ClassVar[tuple[str, ...]] = (_USC,)
    alpha: float = 0.33
    alpha_beta: float = 8.6
    d0: float = 1.25
    dq: float = 1.8
    transition: float = 6.2

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("d0", self.d0, "Gy")
        positive("dq", self.dq, "Gy")
        positive("transition", self.transition, "Gy")
        if self.transition <= self.dq:
            raise ValueError(
                f"transition is {self.transition:g} Gy and dq {self.dq:g} Gy; the straight part "
                "has to begin beyond dq."
            )

    @classmethod
    def tangent(cls, alpha: float, d0: float, dq: float) -> USC:
        """Return the curve whose two parts meet without a kink.

        ``d_T = 2 D_q / (1 - alpha D_0)`` and ``beta = (1 - alpha D_0)^2 / (4 D_0 D_q)``.

        Parameters
        ----------
        alpha : float
            Per Gy, above 0 and below 1 / d0.
        d0, dq : float
            Gy, above 0.

        Returns
        -------
        USC
            With alpha/beta and transition worked out.

        Raises
        ------
        ValueError
            If a value is out of range.
        """
        bend = 1.0 - positive("alpha", alpha, "per Gy") * positive("d0", d0, "Gy")
        if bend <= 0:
            raise ValueError(
                f"alpha times d0 is {1 - bend:g}; it must be below 1, or the curve would not bend "
                "down."
            )
        beta = bend**2 / (4.0 * d0 * positive("dq", dq, "Gy"))
        return cls(alpha, alpha / beta, d0, dq, 2.0 * dq / bend)

    def effect(self, dose: FloatArray) -> FloatArray:
        """Return -ln S of one fraction of ``dose`` Gy."""
        straight = (dose - self.dq) / self.d0
        return np.where(dose <= self.transition, LQ.effect(self, dose), straight)


@dataclass(frozen=True)
class ModifiedLQ(LQ):
    """Modified linear-quadratic model, whose quadratic part fades with dose.

    Attributes
    ----------
    alpha, alpha_beta : float
        As in :class:`LQ`.
    delta : float
        Per Gy, 0 or more: how fast the quadratic part fades; 0 gives LQ.
    repair : float
        Rate of repair times the duration of one fraction, without unit, 0 or more.
    """

    name: ClassVar[str] = "mLQ"
    notes: ClassVar[tuple[str, ...]] = (_MLQ,)
    delta: float = 0.15
    repair: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value in (("delta", self.delta), ("repair", self.repair)):
            if finite(name, value) < 0:
                raise ValueError(f"{name} is {value:g}; it must be 0 or more.")

    def effect(self, dose: FloatArray) -> FloatArray:
        """Return -ln S of one fraction of ``dose`` Gy."""
        fading = dose_protraction(self.repair + self.delta * dose)
        return np.asarray(self.alpha * dose * (1.0 + fading * dose / self.alpha_beta))


def dose_protraction(x: ArrayLike) -> FloatArray:
    """Lea-Catcheside factor ``G(x) = 2 (x + exp(-x) - 1) / x^2``.

    Parameters
    ----------
    x : array_like of float
        Without unit, 0 or more.

    Returns
    -------
    ndarray of float
        From 1 (at 0) down to 0.

    Raises
    ------
    ValueError
        If a value is negative or not finite.
    """
    values = amounts("x", x, "")
    small = values < 1e-2
    safe = np.where(small, 1.0, values)
    full = 2.0 * (safe + np.expm1(-safe)) / safe**2
    # Its power series: close to 0 the formula takes nearly equal numbers from one another.
    y = np.where(small, values, 0.0)
    series = 1 - y / 3 * (1 - y / 4 * (1 - y / 5 * (1 - y / 6)))
    return np.where(small, series, full)


def effect(model: LQ, n_fractions: ArrayLike, dose_per_fraction: ArrayLike) -> FloatArray:
    """Effect ``-ln S`` of a course, without the check of its range: for drawing.

    Parameters
    ----------
    model : LQ, LQL, USC or ModifiedLQ
        With its parameters.
    n_fractions : array_like of int
        Number of fractions, whole, 1 to 200.
    dose_per_fraction : array_like of float
        Gy, 0 or more.

    Returns
    -------
    ndarray of float
        Without unit, of the broadcast shape.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    n = fractions(n_fractions)
    return np.asarray(n * model.effect(amounts("dose_per_fraction", dose_per_fraction)))


def log_survival(model: LQ, n_fractions: ArrayLike, dose_per_fraction: ArrayLike) -> Estimate:
    """Natural logarithm of the share of cells that survive a course.

    Parameters and errors as :func:`effect`.

    Returns
    -------
    Estimate
        ``values`` are 0 or below. LQ is valid from 1 to 10 Gy a fraction and debated from 8; the
        others, made for large fractions, up to 34 Gy, and they always say what they rest on.
    """
    return _judged(model, -effect(model, n_fractions, dose_per_fraction), dose_per_fraction)


def survival(model: LQ, n_fractions: ArrayLike, dose_per_fraction: ArrayLike) -> Estimate:
    """Share of cells that survive a course, from 0 to 1; otherwise as :func:`log_survival`."""
    with np.errstate(under="ignore"):
        share = np.exp(-effect(model, n_fractions, dose_per_fraction))
    return _judged(model, np.asarray(share), dose_per_fraction)


def bed(model: LQ, n_fractions: ArrayLike, dose_per_fraction: ArrayLike) -> Estimate:
    """Biologically effective dose under a model, in Gy; otherwise as :func:`log_survival`."""
    values = effect(model, n_fractions, dose_per_fraction) / model.alpha
    return _judged(model, np.asarray(values), dose_per_fraction)


def eqd2(model: LQ, n_fractions: ArrayLike, dose_per_fraction: ArrayLike) -> Estimate:
    """Dose in 2 Gy fractions with the same effect under the same model, in Gy.

    Otherwise as :func:`log_survival`. The number of 2 Gy fractions need not be whole.
    """
    two = float(model.effect(np.asarray(2.0)))
    values = 2.0 * effect(model, n_fractions, dose_per_fraction) / two
    return _judged(model, np.asarray(values), dose_per_fraction)


def single_fraction_equivalent(
    n_fractions: ArrayLike, dose_per_fraction: ArrayLike, model: USC | None = None
) -> Estimate:
    """Single dose with the same effect under USC: ``SFED = D - (n - 1) D_q``, in Gy.

    Parameters
    ----------
    n_fractions, dose_per_fraction : array_like
        As in :func:`effect`.
    model : USC, optional
        The curve of Park 2008 if not given.

    Returns
    -------
    Estimate
        Invalid, besides, for fractions below the transition, where the straight line and with it
        this formula does not hold.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    curve = USC() if model is None else model
    n = fractions(n_fractions)
    d = amounts("dose_per_fraction", dose_per_fraction)
    bent = (
        f"Below {curve.transition:g} Gy a fraction the curve is not straight, and the formula of a "
        "single equivalent dose does not hold."
    )
    rules = [(d < curve.transition, bent), (d > MAX_DOSE, _BEYOND)]
    return judged(np.asarray(n * d - (n - 1) * curve.dq), rules, notes=curve.notes)


def _judged(model: LQ, values: FloatArray, dose_per_fraction: ArrayLike) -> Estimate:
    dose = np.asarray(dose_per_fraction, dtype=np.float64)
    below, above = lq_rules(dose)
    if type(model) is LQ:
        return judged(values, [below, above], notes=lq_notes(dose))
    return judged(values, [below, (dose > MAX_DOSE, _BEYOND)], notes=model.notes)
