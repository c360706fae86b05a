"""What follows from patients' times: Kaplan-Meier, log-rank, restricted mean, hazard ratio.

Every function takes one trial (arrays over patients) or many replicate trials at once (arrays
replicate x patient, any number of leading axes) and does the same with each. Times are in
months, though any unit serves; events are 1 and censored times 0; arm 1 is the experimental arm
and arm 0 its control, so a hazard ratio below 1 favours arm 1. Patients censored at the time of
an event count as at risk for it. Tied times are allowed everywhere.

The second half gives survival curves from which patients can be drawn: the exponential and the
Weibull of :mod:`oligoteach.models.curves`, and the piecewise exponential.

Sources
-------
Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457 (estimate) with Greenwood's variance; Mantel N.
Cancer Chemother Rep 1966;50:163 (log-rank test); Peto's one-step hazard ratio from the log-rank
sums; Cox's partial likelihood with Efron's treatment of ties. None of these papers was read for
this module: not verified. The formulas are checked against R's ``survival::lung`` example in
``data/models/spec.json`` (``KM_LOGRANK``) and against lifelines.

Validity: right censoring that has nothing to do with prognosis. A single hazard ratio describes
two curves well only where their hazards stay proportional.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models import _normal
from oligoteach.models import curves as _curves
from oligoteach.models._numbers import FloatArray, finite, times
from oligoteach.models._partial_likelihood import maximise
from oligoteach.models.curves import Curve
from oligoteach.models.intervals import z_value

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Method = Literal["one-step", "cox"]
Ties = Literal["efron", "breslow"]

#: Room for rounding where a product of shares should be exactly one half.
_ROUNDING = 1e-12
_MOST_HAZARD = 1e300


@dataclass(frozen=True)
class KaplanMeier:
    """Kaplan-Meier estimate of one group, or of that group in many trials.

    Attributes
    ----------
    time : ndarray of float, (..., patients)
        Times of all patients in order, those outside the group included.
    survival : ndarray of float, same shape
        Estimate just after each time; patients with the same time share it.
    at_risk : ndarray of float, same shape
        Members of the group still under observation just before each time.
    events : ndarray of float, same shape
        Events of the group at each time.
    greenwood : ndarray of float, same shape
        Greenwood's sum: variance of the log of the estimate. ``inf`` once survival is 0.
    last : ndarray of float, (...)
        Last time at which a member of the group was observed.
    """

    time: FloatArray
    survival: FloatArray
    at_risk: FloatArray
    events: FloatArray
    greenwood: FloatArray
    last: FloatArray

    def at(self, t: ArrayLike) -> FloatArray:
        """Estimate at times ``t``, an array of shape (...) + shape of ``t``.

        After the last observation it stays at its last value, as it is drawn; nothing is known
        there unless it is 0.
        """
        months = times("t", t)
        shape = (*self.time.shape[:-1], *months.shape)
        flat = months.reshape(-1)
        place = (self.time[..., None, :] <= flat[:, None]).sum(axis=-1)
        padded = np.concatenate([np.ones((*self.time.shape[:-1], 1)), self.survival], axis=-1)
        return np.take_along_axis(padded, place, axis=-1).reshape(shape)

    @property
    def median(self) -> FloatArray:
        """First time at which the estimate is one half or less; ``inf`` if it never is."""
        fallen = self.survival <= 0.5 + _ROUNDING
        first = np.take_along_axis(self.time, np.argmax(fallen, axis=-1)[..., None], axis=-1)
        return np.where(fallen.any(axis=-1), first[..., 0], math.inf)

    def interval(self, level: float = 95.0) -> tuple[FloatArray, FloatArray]:
        """Pointwise confidence limits on the scale of log(-log), at each time.

        Parameters
        ----------
        level : float, default 95
            Confidence level in per cent.

        Returns
        -------
        low, high : ndarray of float, as ``survival``
            1 before the first event and 0 once all have had it.
        """
        inner = (self.survival > 0) & (self.survival < 1)
        log = np.log(np.where(inner, self.survival, 0.5))
        spread = z_value(level) * np.sqrt(np.where(inner, self.greenwood, 0.0)) / log
        with np.errstate(over="ignore", under="ignore"):
            limits = [np.exp(log * np.exp(sign * spread)) for sign in (-1.0, 1.0)]
        low, high = (np.where(inner, limit, self.survival) for limit in limits)
        return low, high


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time free of the event up to a horizon: the area under Kaplan-Meier.

    Attributes
    ----------
    value, se : ndarray of float, (...)
        Months, and their standard error from Greenwood's formula.
    horizon : float
        Months.
    """

    value: FloatArray
    se: FloatArray
    horizon: float


@dataclass(frozen=True)
class LogRank:
    """Log-rank test of two arms.

    Attributes
    ----------
    observed, expected : ndarray of float, (...)
        Events of arm 1, and as many as the arm would have if the arms did not differ.
    variance : ndarray of float, (...)
        Hypergeometric variance of the difference.
    events : ndarray of float, (...)
        Events of both arms.
    """

    observed: FloatArray
    expected: FloatArray
    variance: FloatArray
    events: FloatArray

    @property
    def z(self) -> FloatArray:
        """Standardised difference: negative where arm 1 fares better; 0 without information."""
        known = self.variance > 0
        root = np.sqrt(np.where(known, self.variance, 1.0))
        return np.where(known, (self.observed - self.expected) / root, 0.0)

    @property
    def chi2(self) -> FloatArray:
        """Chi-squared statistic with one degree of freedom."""
        return self.z**2

    @property
    def p(self) -> FloatArray:
        """Two-sided p value."""
        return _normal.two_sided(self.z)


@dataclass(frozen=True)
class HazardRatio:
    """A hazard ratio of arm 1 against arm 0, with its interval.

    Attributes
    ----------
    log : ndarray of float, (...)
        Natural logarithm of the ratio. ``-inf`` or ``inf`` where no finite ratio fits best
        (every event that could have struck either arm struck the same one); ``nan`` where no
        event happened while both arms were at risk.
    se : ndarray of float, (...)
        Standard error of ``log``; ``inf`` where that is not finite.
    level : float
        Confidence level in per cent.
    method : {'one-step', 'cox'}
        How it was estimated.
    """

    log: FloatArray
    se: FloatArray
    level: float
    method: Method

    @property
    def value(self) -> FloatArray:
        """The ratio; 0 or ``inf`` where no finite one fits best."""
        return np.exp(self.log)

    @property
    def low(self) -> FloatArray:
        """Lower limit of the Wald interval; 0 where ``log`` is not finite."""
        return np.where(np.isfinite(self.log), np.exp(self._limit(-1.0)), 0.0)

    @property
    def high(self) -> FloatArray:
        """Upper limit of the Wald interval; ``inf`` where ``log`` is not finite."""
        return np.where(np.isfinite(self.log), np.exp(self._limit(1.0)), math.inf)

    def _limit(self, sign: float) -> FloatArray:
        finite_log = np.isfinite(self.log)
        log, se = np.where(finite_log, self.log, 0.0), np.where(finite_log, self.se, 0.0)
        return log + sign * z_value(self.level) * se


@dataclass(frozen=True)
class PiecewiseExponential:
    """Survival with a rate of events that is constant between given months.

    Attributes
    ----------
    starts : tuple of float
        Months at which each rate begins, rising from 0; the last rate lasts for ever.
    rates : tuple of float
        Events a month, one for each start, above 0.
    """

    starts: tuple[float, ...]
    rates: tuple[float, ...]


Model = Curve | PiecewiseExponential


@dataclass(frozen=True)
class _Risk:
    """Patients in order of time, with what stood at risk at the time of each.

    All arrays are (..., patients). ``dead`` and ``dead1`` count the events at the same time in
    all and in arm 1, ``n`` and ``n1`` those at risk just before, ``turn`` the events at the same
    time that stand earlier in the order.
    """

    time: FloatArray
    event: FloatArray
    arm: FloatArray
    end: IntArray
    n: FloatArray
    n1: FloatArray
    dead: FloatArray
    dead1: FloatArray
    turn: FloatArray


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, member: ArrayLike | None = None
) -> KaplanMeier:
    """Kaplan-Meier estimate with Greenwood's variance.

    Parameters
    ----------
    time : array_like of float, (..., patients)
        Months to the event or to the end of observation, 0 or later.
    event : array_like of 0 and 1, same shape
        Whether the event happened.
    member : array_like of 0 and 1, optional
        Which patients form the group, such as ``arm == 1``; all by default. Broadcast over
        replicate trials.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    ValueError
        If an input is of the wrong shape or range, or a group has no member.
    """
    months, happened = _patients(time, event)
    chosen = np.ones(months.shape) if member is None else _binary("member", member, months.shape)
    size = chosen.sum(axis=-1)
    if np.any(size == 0):
        raise ValueError("The group has no patient; a Kaplan-Meier estimate needs at least 1.")
    risk = _at_risk(months, happened, chosen)
    counted = (risk.time, risk.n1, risk.dead1)
    return _steps(counted, risk.end, np.where(chosen > 0, months, 0.0).max(axis=-1))


def restricted_mean(
    time: ArrayLike, event: ArrayLike, horizon: float, *, member: ArrayLike | None = None
) -> RestrictedMean:
    """Mean time free of the event up to a horizon, the area under Kaplan-Meier.

    Parameters
    ----------
    time, event, member
        As for :func:`kaplan_meier`.
    horizon : float
        Months, above 0; no later than the last observation of the group (in any of the
        trials), unless all its patients have had the event by then.

    Returns
    -------
    RestrictedMean

    Raises
    ------
    ValueError
        If an input is invalid, or the estimate is unknown before the horizon.
    """
    limit = finite("horizon", horizon)
    if limit <= 0:
        raise ValueError(f"horizon is {limit:g} months; it must be above 0.")
    curve = kaplan_meier(time, event, member=member)
    unfinished = curve.survival[..., -1] > 0
    reach = float(np.where(unfinished, curve.last, math.inf).min(initial=math.inf))
    if limit > reach:
        raise ValueError(
            f"horizon is {limit:g} months, but observation of the group ends at {reach:g} months "
            f"with patients still free of the event; take {reach:g} months or less."
        )
    return _area(curve, limit)


def log_rank(time: ArrayLike, event: ArrayLike, arm: ArrayLike) -> LogRank:
    """Log-rank test of two arms with the hypergeometric variance.

    Parameters
    ----------
    time, event : array_like, (..., patients)
        As for :func:`kaplan_meier`.
    arm : array_like of 0 and 1
        Arm of each patient; broadcast over replicate trials.

    Returns
    -------
    LogRank
        For a replicate without an event while both arms are at risk, z is 0 and p is 1.

    Raises
    ------
    ValueError
        If an input is of the wrong shape or range, an arm is empty, or a single trial has no
        event.
    """
    return _log_rank(_two_arms(time, event, arm))


def hazard_ratio(
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    *,
    method: Method = "cox",
    ties: Ties = "efron",
    level: float = 95.0,
) -> HazardRatio:
    """Hazard ratio of arm 1 against arm 0 with a Wald interval.

    Parameters
    ----------
    time, event, arm
        As for :func:`log_rank`.
    method : {'cox', 'one-step'}, default 'cox'
        Maximum of Cox's partial likelihood, or Peto's ``exp((O - E) / V)`` from the log-rank
        sums with standard error ``1 / sqrt(V)``. The second is biased towards 1 when the ratio
        is far from 1 or the arms are of very different size.
    ties : {'efron', 'breslow'}, default 'efron'
        What Cox's likelihood does with events at the same time.
    level : float, default 95
        Confidence level in per cent.

    Returns
    -------
    HazardRatio

    Raises
    ------
    ValueError
        As :func:`log_rank`, or if ``method`` or ``ties`` isn't one of those named.
    """
    if method not in ("cox", "one-step"):
        raise ValueError(f"method is {method!r}; it must be 'cox' or 'one-step'.")
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties is {ties!r}; it must be 'efron' or 'breslow'.")
    z_value(level)  # refuses a level out of range before the work
    risk = _two_arms(time, event, arm)
    log, se = _one_step(_log_rank(risk)) if method == "one-step" else _cox(risk, ties)
    return HazardRatio(log, se, level, method)


def piecewise_exponential(starts: ArrayLike, rates: ArrayLike) -> PiecewiseExponential:
    """Survival with a rate of events that changes at given months.

    Parameters
    ----------
    starts : array_like of float
        Months at which each rate begins; the first 0, then rising.
    rates : array_like of float
        Events a month from each start on, above 0.

    Returns
    -------
    PiecewiseExponential

    Raises
    ------
    ValueError
        If the two differ in length, a start is out of order or a rate isn't above 0.
    """
    begin, rate = np.atleast_1d(times("starts", starts)), np.atleast_1d(times("rates", rates))
    if begin.ndim != 1 or begin.shape != rate.shape or begin.size == 0:
        raise ValueError(
            f"There are {begin.size} starts and {rate.size} rates; one rate for each start is "
            "needed."
        )
    if begin[0] != 0 or np.any(np.diff(begin) <= 0):
        raise ValueError("starts must begin with 0 and rise from one to the next.")
    if np.any(rate <= 0):
        raise ValueError(f"rates holds {rate.min():g} events a month; each must be above 0.")
    return PiecewiseExponential(tuple(begin.tolist()), tuple(rate.tolist()))


def surviving(model: Model, t: ArrayLike) -> FloatArray:
    """Share free of the event at ``t`` under a model.

    Parameters
    ----------
    model : Curve or PiecewiseExponential
        From :func:`~oligoteach.models.curves.exponential`,
        :func:`~oligoteach.models.curves.weibull` or :func:`piecewise_exponential`.
    t : array_like of float
        Months, 0 or later.

    Returns
    -------
    ndarray of float, shape of ``t``
        In [0, 1].

    Raises
    ------
    ValueError
        If a time is negative or not finite.
    """
    if isinstance(model, Curve):
        return _curves.survival(model, t)
    with np.errstate(under="ignore"):
        return np.exp(-cumulative_hazard(model, t))


def cumulative_hazard(model: Model, t: ArrayLike) -> FloatArray:
    """Cumulative hazard of a model at ``t``: minus the log of survival.

    Parameters and errors as for :func:`surviving`.

    Returns
    -------
    ndarray of float, shape of ``t``
        0 or above.
    """
    months = times("t", t)
    if isinstance(model, Curve):
        # A very steep curve leaves the range of numbers; nobody survives there either way.
        with np.errstate(over="ignore", under="ignore"):
            return np.minimum((months / model.scale) ** model.shape, _MOST_HAZARD)
    starts, rates, reached = _pieces(model)
    piece = np.searchsorted(starts, months, side="right") - 1
    return np.asarray(reached[piece] + rates[piece] * (months - starts[piece]))


def time_at_hazard(model: Model, hazard: ArrayLike) -> FloatArray:
    """Time at which a model's cumulative hazard reaches ``hazard``.

    Fed with draws from the unit exponential distribution, it draws patients' times; divide the
    draws by a hazard ratio first to draw those of the other arm.

    Parameters
    ----------
    model : Curve or PiecewiseExponential
        As for :func:`surviving`.
    hazard : array_like of float
        Cumulative hazard, 0 or above.

    Returns
    -------
    ndarray of float, shape of ``hazard``
        Months.

    Raises
    ------
    ValueError
        If a value is negative or not finite.
    """
    values = np.asarray(hazard, dtype=np.float64)
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise ValueError("hazard holds a value that is not a finite number of 0 or above.")
    if isinstance(model, PiecewiseExponential):
        starts, rates, reached = _pieces(model)
        piece = np.searchsorted(reached, values, side="right") - 1
        return np.asarray(starts[piece] + (values - reached[piece]) / rates[piece])
    if model.shape == 1.0:
        return np.asarray(model.scale * values)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(model.scale * values ** (1.0 / model.shape))


def time_at_survival(model: Model, remaining: ArrayLike) -> FloatArray:
    """Time at which a model's survival has fallen to ``remaining``.

    Parameters
    ----------
    model : Curve or PiecewiseExponential
        As for :func:`surviving`.
    remaining : array_like of float
        Shares above 0 and up to 1.

    Returns
    -------
    ndarray of float, shape of ``remaining``
        Months.

    Raises
    ------
    ValueError
        If a share is out of range.
    """
    shares = np.asarray(remaining, dtype=np.float64)
    if not np.all((shares > 0) & (shares <= 1)):
        raise ValueError("remaining holds a value that is not a share above 0 and up to 1.")
    return time_at_hazard(model, -np.log(shares))


def _pieces(model: PiecewiseExponential) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Starts, rates, and the cumulative hazard reached at each start."""
    starts, rates = np.asarray(model.starts), np.asarray(model.rates)
    reached = np.concatenate([[0.0], np.cumsum(np.diff(starts) * rates[:-1])])
    return starts, rates, reached


def _patients(time: ArrayLike, event: ArrayLike) -> tuple[FloatArray, FloatArray]:
    months = np.atleast_1d(times("time", time))
    if months.shape[-1] == 0:
        raise ValueError("time holds no patient; at least 1 is needed.")
    return months, _binary("event", event, months.shape)


def _binary(name: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return 0s and 1s as floats, broadcast to ``shape``."""
    array = np.asarray(values, dtype=np.float64)
    if not np.all((array == 0) | (array == 1)):
        raise ValueError(f"{name} holds a value other than 0 and 1.")
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(
            f"{name} has shape {array.shape} and time {shape}; there must be one value for each "
            "patient."
        ) from None


def _two_arms(time: ArrayLike, event: ArrayLike, arm: ArrayLike) -> _Risk:
    """Validate a comparison of two arms and put it in order."""
    months, happened = _patients(time, event)
    treated = _binary("arm", arm, months.shape)
    size = treated.sum(axis=-1)
    if np.any((size == 0) | (size == months.shape[-1])):
        raise ValueError(
            "An arm has no patient; a comparison needs at least 1 in arm 0 and 1 in arm 1."
        )
    if months.ndim == 1 and not happened.any():
        raise ValueError("No event was observed; a comparison needs at least 1.")
    return _at_risk(months, happened, treated)


def _at_risk(time: FloatArray, event: FloatArray, arm: FloatArray) -> _Risk:
    """Sort patients by time and count, for each, who was at risk and who had an event then."""
    order = np.argsort(time, axis=-1, kind="stable")
    time, event, arm = (np.take_along_axis(x, order, axis=-1) for x in (time, event, arm))
    size = time.shape[-1]
    place = np.broadcast_to(np.arange(size), time.shape)
    new = np.ones(time.shape, dtype=bool)
    new[..., 1:] = time[..., 1:] != time[..., :-1]
    final = np.ones(time.shape, dtype=bool)
    final[..., :-1] = new[..., 1:]
    start = np.maximum.accumulate(np.where(new, place, 0), axis=-1)
    end = np.flip(np.minimum.accumulate(np.flip(np.where(final, place, size), -1), axis=-1), -1)

    def before(x: FloatArray, where: IntArray) -> FloatArray:
        """Sum of ``x`` over all that stand before ``where`` in the order."""
        running = np.concatenate([np.zeros((*x.shape[:-1], 1)), np.cumsum(x, axis=-1)], axis=-1)
        return np.take_along_axis(running, where, axis=-1)

    event1 = event * arm
    return _Risk(
        time=time,
        event=event,
        arm=arm,
        end=end,
        n=(size - start).astype(np.float64),
        n1=arm.sum(axis=-1, keepdims=True) - before(arm, start),
        dead=before(event, end + 1) - before(event, start),
        dead1=before(event1, end + 1) - before(event1, start),
        turn=before(event, place) - before(event, start),
    )


def _steps(
    counted: tuple[FloatArray, FloatArray, FloatArray], end: IntArray, last: FloatArray
) -> KaplanMeier:
    """Multiply up the shares that survive each time."""
    time, n, dead = counted
    counts = _once(time, dead)
    factor = np.where(counts, 1.0 - dead / np.maximum(n, 1.0), 1.0)
    product: FloatArray = np.cumprod(factor, axis=-1, dtype=np.float64)
    survival = np.take_along_axis(product, end, axis=-1)
    everyone = counts & (n <= dead)
    terms = np.where(everyone, math.inf, _greenwood_terms(time, n, dead))
    greenwood = np.take_along_axis(np.cumsum(terms, axis=-1), end, axis=-1)
    return KaplanMeier(time, survival, n, dead, greenwood, last)


def _once(time: FloatArray, dead: FloatArray) -> BoolArray:
    """Last patient of each time with an event, so that the time counts once."""
    final = np.ones(time.shape, dtype=bool)
    final[..., :-1] = time[..., 1:] != time[..., :-1]
    return final & (dead > 0)


def _greenwood_terms(time: FloatArray, n: FloatArray, dead: FloatArray) -> FloatArray:
    """Terms of Greenwood's sum; 0 where nobody is left."""
    counts = _once(time, dead) & (n > dead)
    return np.where(counts, dead / np.where(counts, n * (n - dead), 1.0), 0.0)


def _area(curve: KaplanMeier, horizon: float) -> RestrictedMean:
    """Area under a curve up to a horizon, with Greenwood's variance."""
    clipped = np.minimum(curve.time, horizon)
    edge = np.full((*clipped.shape[:-1], 1), horizon)
    width = np.diff(np.concatenate([np.zeros_like(edge), clipped, edge], axis=-1), axis=-1)
    height = np.concatenate([np.ones_like(edge), curve.survival], axis=-1)
    pieces = width * height
    ahead = np.flip(np.cumsum(np.flip(pieces, -1), axis=-1), -1)[..., 1:]
    terms = _greenwood_terms(curve.time, curve.at_risk, curve.events)
    return RestrictedMean(pieces.sum(axis=-1), np.sqrt((ahead**2 * terms).sum(axis=-1)), horizon)


def _log_rank(risk: _Risk) -> LogRank:
    """Sum over events; those at the same time share one hypergeometric draw."""
    share = risk.n1 / risk.n
    spread = share * (1.0 - share) * (risk.n - risk.dead) / np.maximum(risk.n - 1.0, 1.0)
    return LogRank(
        observed=(risk.event * risk.arm).sum(axis=-1),
        expected=(risk.event * share).sum(axis=-1),
        variance=(risk.event * spread).sum(axis=-1),
        events=risk.event.sum(axis=-1),
    )


def _one_step(test: LogRank) -> tuple[FloatArray, FloatArray]:
    known = test.variance > 0
    variance = np.where(known, test.variance, 1.0)
    log = np.where(known, (test.observed - test.expected) / variance, math.nan)
    return log, np.where(known, 1.0 / np.sqrt(variance), math.inf)


def _cox(risk: _Risk, ties: Ties) -> tuple[FloatArray, FloatArray]:
    """Maximum of Cox's partial likelihood for the arm alone."""
    shape = risk.time.shape[:-1]
    width = risk.time.shape[-1]
    # Efron: each further event at the same time meets a risk set that has lost its share of them.
    lost = risk.turn / np.maximum(risk.dead, 1.0) if ties == "efron" else np.zeros(())
    n1 = risk.n1 - lost * risk.dead1
    n0 = risk.n - risk.n1 - lost * (risk.dead - risk.dead1)
    happened = risk.event > 0
    present = happened & (n1 > 0)
    odds = np.where(present, n0 / np.where(present, n1, 1.0), math.inf)
    observed = (risk.event * risk.arm).sum(axis=-1)
    # Only events that could have struck either arm tell anything about the ratio.
    open_ = happened & (risk.n1 > 0) & (risk.n > risk.n1)
    tellings, for_arm1 = open_.sum(axis=-1), (open_ * risk.arm).sum(axis=-1)
    bounded = (for_arm1 > 0) & (for_arm1 < tellings)
    start, _ = _one_step(_log_rank(risk))
    log, information = maximise(
        odds.reshape(-1, width), observed.reshape(-1), start.reshape(-1), bounded.reshape(-1)
    )
    return unbounded(log.reshape(shape), information.reshape(shape), (for_arm1, tellings))


def unbounded(
    log: FloatArray, information: FloatArray, tellings: tuple[ArrayLike, ArrayLike]
) -> tuple[FloatArray, FloatArray]:
    """Put limits in the place of maxima that do not exist.

    Parameters
    ----------
    log, information : ndarray of float
        From the maximisation.
    tellings : pair of array_like of int
        Events of arm 1 while both arms were at risk, and events of either arm then.

    Returns
    -------
    log, se : ndarray of float
        As in :class:`HazardRatio`.
    """
    one, both = np.asarray(tellings[0]), np.asarray(tellings[1])
    inner = (one > 0) & (one < both)
    edge = np.where(both == 0, math.nan, np.where(one == 0, -math.inf, math.inf))
    safe = np.where(inner & (information > 0), information, 1.0)
    return np.where(inner, log, edge), np.where(inner, 1.0 / np.sqrt(safe), math.inf)
