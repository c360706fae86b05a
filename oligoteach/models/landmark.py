"""Immortal time: a treatment that one must live to receive, counted in three ways.

An illustrative construction of our own, fitted to no data. It shows the direction of an error
and how bookkeeping removes it, not its size in a clinic.

The model
---------
1. The clock starts when patients start a drug. Without local treatment the time to the event (the
   drug fails) is exponential with hazard ``a = ln 2 / median``.
2. A share ``offered`` of patients is offered local treatment as soon as there is an occasion for
   it. The occasion comes after an exponential wait with hazard ``b = ln 2 / delay``, independent
   of the event. Who has had the event by then is never treated.
3. From the treatment on the hazard is ``h a``; ``h`` is the true effect. Everybody is followed up
   to the event: there is no censoring.

Three ways to count, all with the same estimate, events over time at risk in those treated,
divided by the same in the others (the maximum-likelihood hazard ratio of exponential times):

``naive``
    Treated is who was ever treated, from the start of the clock. The wait, in which a treated
    patient cannot have had the event, is credited to the treatment: immortal time.
``landmark``
    Only who is at risk at the landmark counts, from then on, as treated or not up to then.
``time-dependent``
    Each patient counts as untreated up to the treatment and as treated from then on.

In the long run (infinitely many patients) all three have a closed form, :func:`long_run`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oligoteach.models._numbers import FloatArray, finite, positive, share

#: The three ways to count, in the order in which results hold them.
METHODS = ("naive", "landmark", "time-dependent")
#: Bounds of what may be simulated at once: beyond, a page would wait.
MAX_PATIENTS, MAX_REPEATS = 2_000, 2_000
#: Bounds of the true hazard ratio.
MIN_RATIO, MAX_RATIO = 0.05, 20.0

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """What is assumed.

    Attributes
    ----------
    median : float
        Median time to the event without local treatment, in months.
    delay : float
        Median wait for an occasion to treat, in months.
    ratio : float
        True hazard ratio from the treatment on; 1 is no effect.
    offered : float
        Share of patients who are offered the treatment, above 0 up to 1.
    landmark : float
        Month of the landmark.

    Raises
    ------
    ValueError
        With a sentence, for a value that is not allowed.
    """

    median: float = 12.0
    delay: float = 6.0
    ratio: float = 1.0
    offered: float = 0.7
    landmark: float = 6.0

    def __post_init__(self) -> None:
        positive("The median", self.median, "months")
        positive("The delay", self.delay, "months")
        if not MIN_RATIO <= finite("The true hazard ratio", self.ratio) <= MAX_RATIO:
            raise ValueError(
                f"The true hazard ratio is {self.ratio:g}; it must be from {MIN_RATIO:g} to "
                f"{MAX_RATIO:g}."
            )
        if share("The share offered", self.offered, ends=True) == 0:
            raise ValueError("The share offered is 0; then nobody is treated.")
        if finite("The landmark", self.landmark) < 0:
            raise ValueError(f"The landmark is {self.landmark:g}; months count from 0 upwards.")

    @property
    def event_hazard(self) -> float:
        """Hazard of the event without treatment, per month."""
        return math.log(2) / self.median

    @property
    def treatment_hazard(self) -> float:
        """Hazard of an occasion to treat, per month, in those who are offered it."""
        return math.log(2) / self.delay


@dataclass(frozen=True)
class Cohorts:
    """Simulated patients.

    Attributes
    ----------
    end : ndarray of float, shape (repeats, patients)
        Month of the event.
    start : ndarray of float, shape (repeats, patients)
        Month of the treatment; infinite where there is none.
    """

    end: FloatArray
    start: FloatArray

    @property
    def treated(self) -> BoolArray:
        """Who was ever treated."""
        return np.isfinite(self.start)


@dataclass(frozen=True)
class Estimates:
    """Hazard ratios of simulated cohorts, counted in three ways.

    Attributes
    ----------
    ratios : ndarray of float, shape (3, repeats)
        In the order of :data:`METHODS`; ``nan`` where a group had no patient at risk, so that
        there is no ratio.
    events : ndarray of int, shape (3, 2)
        Events of the first cohort in those counted as treated, and in those counted as untreated.
    medians : ndarray of float, shape (2,)
        Naive medians of the first cohort in months: ever treated, never treated.
    """

    ratios: FloatArray
    events: NDArray[np.int64]
    medians: FloatArray

    def middle(self, percent: float = 95.0) -> FloatArray:
        """Return low end, median and high end of the middle ``percent`` of repeats.

        Parameters
        ----------
        percent : float
            Share of repeats between the ends, above 0 and below 100.

        Returns
        -------
        ndarray of float, shape (3, 3)
            By method, then low, median and high; ``nan`` where no repeat gave a ratio.
        """
        share("The middle share", percent / 100)
        tail = (100 - percent) / 2
        found = np.full((len(self.ratios), 3), np.nan)
        for row, ratios in zip(found, self.ratios, strict=True):
            known = ratios[np.isfinite(ratios)]
            if known.size:
                row[:] = np.percentile(known, [tail, 50, 100 - tail])
        return found

    @property
    def missing(self) -> NDArray[np.int64]:
        """In how many repeats each method gave no ratio."""
        return np.asarray(np.isnan(self.ratios).sum(axis=1), dtype=np.int64)


@dataclass(frozen=True)
class Draws:
    """Random numbers of a simulation.

    The same ones serve every setting, so that a learner who moves one control sees what that
    control does, and not other patients.

    Attributes
    ----------
    event, occasion : ndarray of float, shape (repeats, patients)
        Exponential with mean 1.
    chance : ndarray of float, shape (repeats, patients)
        Uniform: who is offered the treatment.
    """

    event: FloatArray
    occasion: FloatArray
    chance: FloatArray


def draw(patients: int, repeats: int, seed: int) -> Draws:
    """Draw the random numbers of ``repeats`` cohorts.

    Parameters
    ----------
    patients, repeats : int
        Size of a cohort and number of cohorts.
    seed : int
        Not negative; the same seed gives the same numbers.

    Returns
    -------
    Draws

    Raises
    ------
    ValueError
        With a sentence, for numbers out of bounds.
    """
    _within("The number of patients", patients, 2, MAX_PATIENTS)
    _within("The number of repeats", repeats, 1, MAX_REPEATS)
    _within("The seed", seed, 0, 2**32 - 1)
    random = np.random.default_rng(seed)
    shape = (repeats, patients)
    return Draws(
        random.standard_exponential(shape), random.standard_exponential(shape), random.random(shape)
    )


def cohorts(setting: Setting, draws: Draws) -> Cohorts:
    """Return the patients that a setting makes of random numbers.

    Parameters
    ----------
    setting : Setting
        What is assumed.
    draws : Draws
        Random numbers.

    Returns
    -------
    Cohorts
    """
    without = draws.event / setting.event_hazard
    occasion = draws.occasion / setting.treatment_hazard
    treated = (draws.chance < setting.offered) & (occasion < without)
    start = np.where(treated, occasion, np.inf)
    # An exponential has no memory: what is left at the treatment is stretched by 1 / ratio.
    end = np.where(treated, occasion + (without - occasion) / setting.ratio, without)
    return Cohorts(end, start)


def estimate(patients: Cohorts, landmark: float) -> Estimates:
    """Return the hazard ratios of cohorts, counted in three ways.

    Parameters
    ----------
    patients : Cohorts
        Simulated patients.
    landmark : float
        Month of the landmark.

    Returns
    -------
    Estimates
    """
    if finite("The landmark", landmark) < 0:
        raise ValueError(f"The landmark is {landmark:g}; months count from 0 upwards.")
    end, start, treated = patients.end, patients.start, patients.treated
    wait = np.where(treated, start, end)
    at_risk = end > landmark
    by_then = at_risk & (start <= landmark)
    later = at_risk & ~by_then
    beyond = np.where(at_risk, end - landmark, 0.0)
    n_treated, n_others = _count(treated), _count(~treated)
    # Each method: events and time at risk of those counted as treated, then of the others.
    counted = (
        (n_treated, _sum(end, treated), n_others, _sum(end, ~treated)),
        (_count(by_then), _sum(beyond, by_then), _count(later), _sum(beyond, later)),
        (n_treated, _sum(end - wait, treated), n_others, wait.sum(axis=1)),
    )
    return Estimates(
        ratios=np.array([_ratio(*counts) for counts in counted]),
        events=np.array([(counts[0][0], counts[2][0]) for counts in counted], dtype=np.int64),
        medians=np.array([_median(end[0][treated[0]]), _median(end[0][~treated[0]])]),
    )


def long_run(setting: Setting) -> tuple[float, float, float]:
    """Return what each way to count gives with infinitely many patients.

    Parameters
    ----------
    setting : Setting
        What is assumed.

    Returns
    -------
    tuple of float
        In the order of :data:`METHODS`. The last is the true ratio.

    Notes
    -----
    With ``a``, ``b``, ``h`` and ``q`` as above, of those offered a share ``p = b / (a + b)`` is
    treated, after a wait of ``1 / (a + b)`` in the mean, which is also the mean time of those who
    were offered it and had the event before. So the naive hazard is
    ``1 / (1 / (a + b) + 1 / (h a))`` in the treated, and in the others
    ``(q (1 - p) + 1 - q) / (q (1 - p) / (a + b) + (1 - q) / a)``.
    """
    a, b, h, q = setting.event_hazard, setting.treatment_hazard, setting.ratio, setting.offered
    p, wait = b / (a + b), 1 / (a + b)
    naive_treated = 1 / (wait + 1 / (h * a))
    naive_others = (q * (1 - p) + 1 - q) / (q * (1 - p) * wait + (1 - q) / a)
    # At the landmark, of those not treated up to then: still waiting, and never to be offered.
    waiting = q * math.exp(-(a + b) * setting.landmark)
    never = (1 - q) * math.exp(-a * setting.landmark)
    if waiting + never == 0:
        return naive_treated / naive_others, math.nan, h
    left = (waiting * (wait + p / (h * a)) + never / a) / (waiting + never)
    return naive_treated / naive_others, h * a * left, h


# Sums over the patients of each cohort -------------------------------------------------------


def _count(chosen: BoolArray) -> FloatArray:
    return np.asarray(np.count_nonzero(chosen, axis=1), dtype=np.float64)


def _sum(time: FloatArray, chosen: BoolArray) -> FloatArray:
    return np.asarray(np.einsum("ij,ij->i", time, chosen.astype(np.float64)))


def _ratio(
    n_treated: FloatArray, time_treated: FloatArray, n_others: FloatArray, time_others: FloatArray
) -> FloatArray:
    """Return rate over rate, or ``nan`` where a group has no event or no time at risk."""
    over, under = n_treated * time_others, n_others * time_treated
    found = np.full(over.shape, np.nan)
    np.divide(over, under, out=found, where=(over > 0) & (under > 0))
    return found


def _median(times: FloatArray) -> float:
    return float(np.median(times)) if times.size else math.nan


def _within(name: str, value: int, low: int, high: int) -> None:
    """Refuse what is no whole number between two limits."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name} is {value!r}; a whole number is needed.")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it must be from {low} to {high}.")
