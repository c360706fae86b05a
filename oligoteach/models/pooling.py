"""Pooling of log ratios from several trials, and how much they disagree.

Every trial gives an estimate ``y`` on the log scale with a standard error ``s``; the standard
error is worked back from a printed interval and its level (:func:`from_interval`).

``w = 1 / s²``; fixed effect ``m = sum(w y) / sum(w)``;
``Q = sum(w (y - m)²)`` with ``k - 1`` degrees of freedom; ``I² = max(0, (Q - (k - 1)) / Q)``;
DerSimonian and Laird ``tau² = max(0, (Q - (k - 1)) / (sum(w) - sum(w²) / sum(w)))``;
random effects: the same mean with ``v = 1 / (s² + tau²)`` and variance ``1 / sum(v)``;
Hartung and Knapp: that variance times ``h = sum(v (y - m)²) / (k - 1)`` and Student's t with
``k - 1`` degrees of freedom in place of the normal quantile. In the truncated form ``h`` isn't
let below 1, so that the interval's standard error can't be smaller than without the method.
Prediction interval for the true effect of another trial of the same kind:
``m ± t(k - 2) sqrt(tau² + SE²)``, from three trials on.

Sources
-------
Textbook formulas under the names of their authors; no paper was read for them. They agree with
statsmodels to 1e-8 and the quantiles with SciPy. The interval: ``data/models/spec.json``,
``CI_CHECK``.

Validity: independent trials that ask one question, with estimates that are normal on the log
scale and standard errors known. tau² from few trials is hardly known itself. No formula tells
whether trials may be pooled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from oligoteach.models._numbers import FloatArray, finite, positive
from oligoteach.models.intervals import standard_error, z_value

Method = Literal["fixed", "dersimonian-laird", "hartung-knapp", "hartung-knapp-truncated"]

#: The methods, in words.
METHODS: dict[Method, str] = {
    "fixed": "Fixed effect: one true ratio for all trials",
    "dersimonian-laird": "Random effects, DerSimonian–Laird, normal quantile",
    "hartung-knapp": "Random effects, Hartung–Knapp, t quantile, not truncated",
    "hartung-knapp-truncated": "Random effects, Hartung–Knapp, t quantile, factor at least 1",
}
#: Below so many trials the spread between them is hardly known.
FEW = 5
#: Bounds of a standard error on the log scale: outside, all or nothing would be known.
MIN_ERROR = 1e-4
MAX_ERROR = 20.0

_FEW_TRIALS = (
    "{k} trials hardly tell how much trials differ: tau² may be far off, and an estimate of 0 "
    "does not show that they agree."
)
_ONE_TRUTH = (
    "The fixed effect assumes one true ratio for all trials; here they differ by more than the "
    "errors that they print (Q above its degrees of freedom)."
)
_NARROWER = (
    "Here the factor of Hartung and Knapp is {factor:.2g}, below 1, so the standard error is "
    "smaller than without the method; the truncated form does not allow that."
)
_NO_PREDICTION = "A prediction interval needs three trials."


@dataclass(frozen=True)
class Pooled:
    """A pooled log ratio.

    Attributes
    ----------
    method : {'fixed', 'dersimonian-laird', 'hartung-knapp', 'hartung-knapp-truncated'}
    k : int
        Number of trials.
    level : float
        Level of the intervals in per cent.
    estimate, se : float
        Pooled log ratio and its standard error.
    low, high : float
        Confidence limits on the log scale.
    weights : ndarray of float, shape (k,)
        Share of each trial in the estimate; they add up to 1.
    q, p_q : float
        Cochran's Q and its p value (chi-squared with ``k - 1`` degrees of freedom).
    i2 : float
        Share of the variation beyond chance, in [0, 1).
    tau2 : float
        Variance between trials after DerSimonian and Laird, whatever the method.
    factor : float
        What the variance was multiplied by; 1 but for Hartung and Knapp.
    prediction : tuple of float or None
        Limits for the true log ratio of another trial; None for the fixed effect or below three
        trials.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    method: Method
    k: int
    level: float
    estimate: float
    se: float
    low: float
    high: float
    weights: FloatArray
    q: float
    p_q: float
    i2: float
    tau2: float
    factor: float
    prediction: tuple[float, float] | None
    warnings: tuple[str, ...]

    @property
    def ratio(self) -> tuple[float, float, float]:
        """Pooled ratio and its limits."""
        return math.exp(self.estimate), math.exp(self.low), math.exp(self.high)

    @property
    def predicted_ratio(self) -> tuple[float, float] | None:
        """Limits for the ratio of another trial."""
        if self.prediction is None:
            return None
        low, high = self.prediction
        return math.exp(low), math.exp(high)


def from_interval(
    ratio: float, low: float, high: float, level: float = 95.0
) -> tuple[float, float]:
    """Log ratio and standard error of a trial, from what it prints.

    Parameters
    ----------
    ratio, low, high : float
        Printed estimate and limits, above 0.
    level : float, default 95
        Level of the interval in per cent. A wrong level gives a wrong weight.

    Returns
    -------
    tuple of float
        ``ln(ratio)`` and its standard error.

    Raises
    ------
    ValueError
        If a value is out of range, or the limits are in the wrong order.
    """
    return math.log(positive("ratio", ratio)), standard_error(low, high, level)


def pool(
    effects: ArrayLike,
    errors: ArrayLike,
    method: Method = "dersimonian-laird",
    level: float = 95.0,
) -> Pooled:
    """Pool log ratios.

    Parameters
    ----------
    effects, errors : array_like of float, shape (k,)
        Log ratios and their standard errors of two or more independent trials.
    method : {'fixed', 'dersimonian-laird', 'hartung-knapp', 'hartung-knapp-truncated'}
    level : float, default 95
        Level of the intervals in per cent.

    Returns
    -------
    Pooled

    Raises
    ------
    ValueError
        If there are fewer than two trials, or a value is out of range.
    """
    y, s = _trials(effects, errors)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(METHODS)}.")
    k, z = len(y), z_value(level)
    w = 1.0 / s**2
    common = float(w @ y / w.sum())
    q = float(w @ (y - common) ** 2)
    # sum(w) - sum(w²) / sum(w), from the others' weights, which keeps the digits
    others = (~np.eye(k, dtype=bool)) @ w
    tau2 = max(0.0, (q - (k - 1)) / float(w @ others / w.sum()))
    v = w if method == "fixed" else 1.0 / (s**2 + tau2)
    mean = float(v @ y / v.sum())
    knapp = method.startswith("hartung-knapp")
    spread = float(v @ (y - mean) ** 2) / (k - 1)
    factor = 1.0
    if knapp:
        factor = max(spread, 1.0) if method.endswith("truncated") else spread
    se = math.sqrt(factor / float(v.sum()))
    reach = (t_value(level, k - 1) if knapp else z) * se
    return Pooled(
        method=method,
        k=k,
        level=float(level),
        estimate=mean,
        se=se,
        low=mean - reach,
        high=mean + reach,
        weights=v / v.sum(),
        q=q,
        p_q=chi_squared_tail(q, k - 1),
        i2=max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        tau2=tau2,
        factor=factor,
        prediction=_prediction(method, k, level, mean, math.hypot(math.sqrt(tau2), se)),
        warnings=_told(method, k, q, factor),
    )


def leave_one_out(
    effects: ArrayLike,
    errors: ArrayLike,
    method: Method = "dersimonian-laird",
    level: float = 95.0,
) -> tuple[Pooled, ...]:
    """Pool again and again, each time without one of the trials.

    Parameters
    ----------
    effects, errors, method, level
        As in :func:`pool`, of three or more trials.

    Returns
    -------
    tuple of Pooled, length k
        The first without the first trial, and so on.

    Raises
    ------
    ValueError
        If there are fewer than three trials, or a value is out of range.
    """
    y, s = _trials(effects, errors)
    if len(y) < 3:
        raise ValueError(f"Leaving one out needs three trials or more; there are {len(y)}.")
    kept = ~np.eye(len(y), dtype=bool)
    return tuple(pool(y[rest], s[rest], method, level) for rest in kept)


def t_value(level: float, df: int) -> float:
    """Quantile of Student's t that bounds a two-sided interval of ``level`` per cent.

    The distribution function for whole degrees of freedom is a finite sum of powers of a cosine;
    it is solved by halving. No approximation is made.

    Parameters
    ----------
    level : float
        Per cent, above 1 and below 100.
    df : int
        Degrees of freedom, 1 to 10 000.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    z_value(level)  # refuses a level out of range
    df = _degrees(df)
    inside = level / 100.0
    low, high = 0.0, math.pi / 2.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if _t_inside(middle, df) < inside:
            low = middle
        else:
            high = middle
    return math.sqrt(df) * math.tan((low + high) / 2.0)


def chi_squared_tail(x: float, df: int) -> float:
    """Probability that chi-squared with whole degrees of freedom exceeds ``x``: a finite sum.

    Parameters
    ----------
    x : float
        0 or more.
    df : int
        Degrees of freedom, 1 to 10 000.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    x, df = finite("x", x), _degrees(df)
    if x < 0:
        raise ValueError(f"x is {x:g}; it must be 0 or more.")
    half = x / 2.0
    if half <= 0:
        return 1.0
    start = 0.0 if df % 2 == 0 else 0.5
    first = 0.0 if df % 2 == 0 else math.erfc(math.sqrt(half))
    powers = np.arange(start, df / 2.0)
    logs = powers * math.log(half) - half - np.array([math.lgamma(a + 1.0) for a in powers])
    with np.errstate(under="ignore"):
        return min(1.0, first + float(np.exp(logs).sum()))


def _t_inside(angle: float, df: int) -> float:
    """Probability that t lies within ``± sqrt(df) tan(angle)``."""
    sine, squared = math.sin(angle), math.cos(angle) ** 2
    odd = df % 2 == 1
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for i in range(1, (df + 1) // 2 if odd else df // 2 + 1):
        total += term
        term *= squared * (2 * i / (2 * i + 1) if odd else (2 * i - 1) / (2 * i))
    return 2.0 / math.pi * (angle + sine * total) if odd else sine * total


def _prediction(
    method: Method, k: int, level: float, mean: float, spread: float
) -> tuple[float, float] | None:
    if method == "fixed" or k < 3:
        return None
    reach = t_value(level, k - 2) * spread
    return mean - reach, mean + reach


def _told(method: Method, k: int, q: float, factor: float) -> tuple[str, ...]:
    """Sentences that a reader must know."""
    told = (
        (_FEW_TRIALS.format(k=k), k < FEW),
        (_ONE_TRUTH, method == "fixed" and q > k - 1),
        (_NARROWER.format(factor=factor), factor < 1),
        (_NO_PREDICTION, method != "fixed" and k < 3),
    )
    return tuple(text for text, holds in told if holds)


def _trials(effects: ArrayLike, errors: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, s = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (effects, errors))
    if y.ndim != 1 or y.shape != s.shape:
        raise ValueError("effects and errors need one number for each trial.")
    if len(y) < 2:
        raise ValueError(f"Pooling needs two trials or more; there is {len(y)}.")
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(s))):
        raise ValueError("effects or errors hold a value that is not a finite number.")
    if np.any(s < MIN_ERROR) or np.any(s > MAX_ERROR):
        worst = float(s.min()) if np.any(s < MIN_ERROR) else float(s.max())
        raise ValueError(
            f"A standard error is {worst:g}; on the log scale it must be from {MIN_ERROR:g} to "
            f"{MAX_ERROR:g}."
        )
    return y, s


def _degrees(df: int) -> int:
    number = finite("df", df)
    if number != int(number) or not 1 <= number <= 10_000:
        raise ValueError(f"df is {number:g}; it must be a whole number from 1 to 10000.")
    return int(number)
