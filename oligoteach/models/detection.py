"""Who is called oligometastatic: a lesion limit meets imaging that misses lesions.

An illustrative construction of our own, fitted to no data. It shows the direction and the
kind of the errors, not their size in a clinic.

The model
---------
1. The number of true metastases N of a patient who has any follows a negative binomial
   distribution with mean ``m`` and dispersion ``k``, given that N is at least 1. Small ``k``
   means that few patients carry most lesions; as ``k`` grows it becomes a Poisson.
2. Imaging shows each lesion with probability ``s``, independently; it shows none that isn't
   there. So the number seen, O, is binomial: ``O | N ~ Binomial(N, s)``.
3. A patient is *called* oligometastatic when ``1 <= O <= limit`` and *truly* so when
   ``1 <= N <= limit``.

Every result is an exact finite sum, so nothing has to be cut off. A negative binomial count
of which each member is kept with probability ``s`` is a negative binomial with mean ``s m``
and the same ``k`` (thinning), which gives the distribution of O directly:
``P(O = o) = NB(o; s m, k) / (1 - NB(0; m, k))`` for o >= 1, and
``P(O = 0) = (NB(0; s m, k) - NB(0; m, k)) / (1 - NB(0; m, k))``.
A truly oligometastatic patient never shows more lesions than the limit, so
``P(truly and called) = sum over n = 1..limit of P(N = n) (1 - (1 - s) ** n)``.

Lesion counts beyond :data:`MAX_LIMIT` and means beyond :data:`MAX_MEAN` are refused: there
the question has lost its meaning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._numbers import FloatArray, finite, positive, share

#: Largest lesion limit and largest number of lesions drawn one by one.
MAX_LIMIT = 60
#: Largest mean number of metastases before the condition that there is at least one.
MAX_MEAN = 100.0
#: Bounds of the dispersion: below, hardly anybody has more than none; above, it is a Poisson.
MIN_DISPERSION, MAX_DISPERSION = 1e-3, 1e6

_NO_CALL = (
    "Imaging shows no lesion at all, so nobody is called oligometastatic and the share of those "
    "called who truly are cannot be worked out."
)


@dataclass(frozen=True)
class Detection:
    """Shares of all patients who have at least one metastasis.

    Attributes
    ----------
    mean, dispersion, sensitivity : float
        As given.
    limit : int
        As given.
    mean_true : float
        Mean number of metastases of patients who have any: ``m / (1 - NB(0))``.
    mean_seen : float
        Mean number that imaging shows in the same patients.
    truly : float
        Truly within the limit.
    called : float
        Called oligometastatic: at least one lesion seen and no more than the limit.
    called_and_truly : float
        Rightly called.
    called_but_more : float
        Called, though more lesions are there than the limit.
    truly_but_missed : float
        Truly within the limit, but imaging shows nothing.
    more_but_missed : float
        More lesions than the limit, and imaging shows nothing.
    more_and_seen : float
        More lesions than the limit, and imaging shows that.
    missed : float
        No lesion seen at all.
    predictive_value : float
        Of those called, the share that truly is within the limit; ``nan`` if nobody is called.
    counts : ndarray of int, shape (n_shown + 1,)
        0, 1, ..., ``n_shown``.
    true_pmf, seen_pmf : ndarray of float, shape (n_shown + 1,)
        Distribution of the true and of the seen number over ``counts``.
    true_rest, seen_rest : float
        What lies beyond ``n_shown``.
    joint : ndarray of float, shape (n_shown + 1, n_shown + 1)
        ``joint[n, o]``: share with n true lesions of which o are seen. Row 0 is empty. What is
        left of 1 belongs to patients with more than ``n_shown`` true lesions.
    warnings : tuple of str
        One sentence for each thing a reader must know.
    """

    mean: float
    dispersion: float
    sensitivity: float
    limit: int
    mean_true: float
    mean_seen: float
    truly: float
    called: float
    called_and_truly: float
    called_but_more: float
    truly_but_missed: float
    more_but_missed: float
    more_and_seen: float
    missed: float
    predictive_value: float
    counts: NDArray[np.int64]
    true_pmf: FloatArray
    seen_pmf: FloatArray
    true_rest: float
    seen_rest: float
    joint: FloatArray
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """The main shares over a grid of sensitivities and limits.

    Attributes
    ----------
    sensitivity : ndarray of float, shape (S,)
    limit : ndarray of int, shape (L,)
    truly : ndarray of float, shape (L,)
        Truly within each limit; imaging doesn't change it.
    called, called_and_truly, predictive_value : ndarray of float, shape (S, L)
        As in :class:`Detection`; the predictive value is ``nan`` where nobody is called.
    missed : ndarray of float, shape (S,)
        No lesion seen at all.
    warnings : tuple of str
    """

    sensitivity: FloatArray
    limit: NDArray[np.int64]
    truly: FloatArray
    called: FloatArray
    called_and_truly: FloatArray
    predictive_value: FloatArray
    missed: FloatArray
    warnings: tuple[str, ...]


def negative_binomial(count_max: int, mean: float, dispersion: float) -> FloatArray:
    """Probabilities of 0 to ``count_max`` under a negative binomial distribution.

    ``NB(n; m, k) = Gamma(n + k) / (Gamma(k) n!) (k / (k + m)) ** k (m / (k + m)) ** n``,
    with variance ``m + m ** 2 / k``.

    Parameters
    ----------
    count_max : int
        Largest count, 0 or more.
    mean : float
        Mean m, 0 or more.
    dispersion : float
        Dispersion k, above 0.

    Returns
    -------
    ndarray of float, shape (count_max + 1,)

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    mean = finite("mean", mean)
    if mean < 0:
        raise ValueError(f"mean is {mean:g}; it must be 0 or more.")
    dispersion = positive("dispersion", dispersion)
    if count_max < 0:
        raise ValueError(f"count_max is {count_max}; it must be 0 or more.")
    n = np.arange(1, count_max + 1, dtype=np.float64)
    # Ratios of neighbouring terms, so that no gamma function is needed and nothing overflows.
    ratios = (dispersion + n - 1.0) / n * (mean / (dispersion + mean))
    none = math.exp(_log_none(mean, dispersion))
    return none * np.concatenate(([1.0], np.cumprod(ratios)))


def detect(
    mean: float, dispersion: float, sensitivity: float, limit: int, *, n_shown: int = 15
) -> Detection:
    """Work out who is called oligometastatic at one sensitivity and one limit.

    Parameters
    ----------
    mean : float
        Mean m of the negative binomial before the condition that there is at least one
        metastasis; above 0, at most 100. The mean of patients with metastases is
        ``mean_true`` of the result.
    dispersion : float
        Dispersion k, from 0.001 to 1 000 000.
    sensitivity : float
        Probability s that imaging shows a lesion, from 0 to 1.
    limit : int
        Largest number of lesions called oligometastatic, from 1 to 60.
    n_shown : int, default 15
        Largest count in the arrays for drawing, from 1 to 60.

    Returns
    -------
    Detection
        The five disjoint shares (``called_and_truly``, ``called_but_more``,
        ``truly_but_missed``, ``more_but_missed``, ``more_and_seen``) add up to 1.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    mean, dispersion = _burden(mean, dispersion)
    sensitivity = share("sensitivity", sensitivity, ends=True)
    limit, n_shown = _count("limit", limit), _count("n_shown", n_shown)
    swept = sweep(mean, dispersion, [sensitivity], [limit])
    truly, missed = float(swept.truly[0]), float(swept.missed[0])
    called, rightly = float(swept.called[0, 0]), float(swept.called_and_truly[0, 0])
    truly_missed = max(truly - rightly, 0.0)
    more_missed = max(missed - truly_missed, 0.0)
    some = _some(mean, dispersion)
    true_pmf = _true_pmf(n_shown, mean, dispersion)
    seen_pmf = negative_binomial(n_shown, sensitivity * mean, dispersion) / some
    seen_pmf[0] = missed
    return Detection(
        mean=mean,
        dispersion=dispersion,
        sensitivity=sensitivity,
        limit=limit,
        mean_true=mean / some,
        mean_seen=sensitivity * mean / some,
        truly=truly,
        called=called,
        called_and_truly=rightly,
        called_but_more=max(called - rightly, 0.0),
        truly_but_missed=truly_missed,
        more_but_missed=more_missed,
        more_and_seen=max(1.0 - called - missed, 0.0),
        missed=missed,
        predictive_value=float(swept.predictive_value[0, 0]),
        counts=np.arange(n_shown + 1),
        true_pmf=true_pmf,
        seen_pmf=seen_pmf,
        true_rest=max(1.0 - float(true_pmf.sum()), 0.0),
        seen_rest=max(1.0 - float(seen_pmf.sum()), 0.0),
        joint=true_pmf[:, np.newaxis] * _binomial(n_shown, sensitivity),
        warnings=swept.warnings,
    )


def sweep(mean: float, dispersion: float, sensitivity: ArrayLike, limit: ArrayLike) -> Sweep:
    """Work out the main shares over a grid of sensitivities and limits.

    Parameters
    ----------
    mean, dispersion : float
        As in :func:`detect`.
    sensitivity : array_like of float, shape (S,)
        Each from 0 to 1.
    limit : array_like of int, shape (L,)
        Each from 1 to 60.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    mean, dispersion = _burden(mean, dispersion)
    s = np.array(
        [share("sensitivity", x, ends=True) for x in np.atleast_1d(np.asarray(sensitivity))]
    )
    limits = np.array([_count("limit", x) for x in np.atleast_1d(np.asarray(limit))])
    most = int(limits.max())
    some = _some(mean, dispersion)
    true_pmf = _true_pmf(most, mean, dispersion)
    n = np.arange(most + 1)
    rightly = np.cumsum(true_pmf * (1.0 - (1.0 - s[:, np.newaxis]) ** n), axis=1)[:, limits]
    seen = np.array([negative_binomial(most, x * mean, dispersion) for x in s]) / some
    called = np.cumsum(seen[:, 1:], axis=1)[:, limits - 1]
    log_none_seen = np.array([_log_none(x * mean, dispersion) for x in s])
    # exp(a) - exp(b) through expm1, which keeps the digits when a and b are close.
    log_none = _log_none(mean, dispersion)
    missed = math.exp(log_none) * np.expm1(log_none_seen - log_none) / some
    with np.errstate(invalid="ignore", divide="ignore"):
        predictive = np.where(called > 0, np.minimum(rightly / called, 1.0), np.nan)
    warnings = (_NO_CALL,) if bool(np.any(s == 0)) else ()
    truly = np.cumsum(true_pmf)[limits]
    return Sweep(s, limits, truly, called, rightly, predictive, missed, warnings)


def _burden(mean: float, dispersion: float) -> tuple[float, float]:
    mean = positive("mean", mean, "metastases")
    if mean > MAX_MEAN:
        raise ValueError(f"mean is {mean:g}; at most {MAX_MEAN:g} metastases are covered.")
    dispersion = positive("dispersion", dispersion)
    if not MIN_DISPERSION <= dispersion <= MAX_DISPERSION:
        raise ValueError(
            f"dispersion is {dispersion:g}; it must be from {MIN_DISPERSION:g} to "
            f"{MAX_DISPERSION:,.0f}."
        )
    return mean, dispersion


def _count(name: str, value: object) -> int:
    """Return a whole number from 1 to the largest that is covered."""
    number = finite(name, value)  # type: ignore[arg-type]  # refused there if not a number
    if number != int(number) or not 1 <= number <= MAX_LIMIT:
        raise ValueError(f"{name} is {number:g}; it must be a whole number from 1 to {MAX_LIMIT}.")
    return int(number)


def _log_none(mean: float, dispersion: float) -> float:
    """Natural logarithm of the probability of no lesion at all."""
    return -dispersion * math.log1p(mean / dispersion)


def _some(mean: float, dispersion: float) -> float:
    """Probability of at least one lesion."""
    return -math.expm1(_log_none(mean, dispersion))


def _true_pmf(count_max: int, mean: float, dispersion: float) -> FloatArray:
    """Distribution of the true number, given at least one."""
    pmf = negative_binomial(count_max, mean, dispersion) / _some(mean, dispersion)
    pmf[0] = 0.0
    return pmf


def _binomial(count_max: int, sensitivity: float) -> FloatArray:
    """Matrix ``b[n, o]``: probability that o of n lesions are seen; shape (max + 1, max + 1)."""
    matrix = np.zeros((count_max + 1, count_max + 1))
    matrix[0, 0] = 1.0
    for n in range(1, count_max + 1):
        matrix[n] = (1.0 - sensitivity) * matrix[n - 1]
        matrix[n, 1:] += sensitivity * matrix[n - 1, :-1]
    return matrix
