"""Seeding and growth of metastases: who has only what is seen? Illustrative models.

Four constructions, none fitted to patients with lung cancer:

1. **A published growth law** (:func:`iwata`). A primary tumour of ``x(t) = b^(1 - exp(-a t))``
   cells sheds metastases at the rate ``m x^alpha`` a day; ``E[N(t)]`` is the integral of that
   rate, and no metastasis has formed with probability ``exp(-E[N])``.
2. **Visible and occult by disease-free interval** (:func:`expected`; this course's own). The
   primary doubles every ``VDT_p`` days up to ``x_p`` cells, when it is treated, and sheds at a
   rate proportional to its cells until it holds ``x_s`` of them (``x_s = x_p``: until treatment). A
   metastasis doubles every ``VDT_m`` days and is visible from ``x_d`` cells, at the age
   ``tau = VDT_m log2(x_d)``. With ``E`` metastases on average, ``D`` days after treatment::

       E_visible = E (exp(r_p min(T_s, T_r + D - tau)) - 1) / (exp(r_p T_s) - 1)

   with ``r_p = ln 2 / VDT_p``, and ``T_s``, ``T_r`` the times of ``x_s`` and ``x_p`` cells.
   Doubling times may differ between metastases (log-normal); then this is averaged over them.
   Visible and occult numbers are independent Poisson numbers, since each metastasis is one or the
   other by chance alone (thinning).
3. **What few visible ones tell** (:func:`nothing_left`; algebra). If ``E`` differs between
   patients as a gamma distribution of mean ``M`` and shape ``k``, of which a share ``v`` is
   visible, and a drug eradicates each occult metastasis with probability ``s``, then with ``n``
   visible nothing occult is left with probability
   ``[(k / M + v) / (k / M + v + (1 - v)(1 - s))]^(k + n)``.
4. **The tail of sizes** (:func:`occult_for_each_visible`; derivation). While a primary grows and
   sheds on, the number of metastases above ``x`` cells falls as ``x^-(r_p / r_m)``, so that for
   each visible one there are ``x_d^(r_p / r_m)`` of any size.

Sources, and what was checked
-----------------------------
1: Iwata 2000, J Theor Biol 203:177, 10.1006/jtbi.2000.1075; the parameters describe **one patient
with liver cancer**. They were seen in secondary sources, except ``alpha``, which was **not found**
and only recomputed. 2: the construction is ours; Poisson thinning as in Hanin 2006, J Theor Biol,
10.1016/j.jtbi.2006.07.005 (first page read). Doubling times, sizes and numbers are assumptions.
4: the power law was seen in an abstract on sizes of colonies.
Test values: ``data/models/spec.json``, ``METS_Iwata2000``, ``METS_DFI`` and ``METS_tail``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oligoteach.models._doses import amounts
from oligoteach.models._estimate import Estimate, judged
from oligoteach.models._normal import below
from oligoteach.models._numbers import FloatArray, finite, positive, share

LN2 = math.log(2.0)
DAYS_IN_YEAR = 365.25

#: Days up to which the published growth law was checked here.
IWATA_CHECKED = 1000.0
#: About a kilogram of tumour: exponential growth has long ceased to hold.
MAX_CELLS = 1e12
#: Most metastases that one simulated patient is given.
MAX_METASTASES = 5000

_IWATA = "The parameters describe one patient with liver cancer, and one of them was not found."
_IWATA_LATE = f"After {IWATA_CHECKED:g} days no value of this model was checked."
_OURS = "An illustration: doubling times, sizes and numbers are assumptions, fitted to nobody."

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_FAR = 8.0


@dataclass(frozen=True)
class Iwata:
    """Growth and shedding of the published law; the defaults are its one patient.

    Attributes
    ----------
    growth : float
        ``a``, per day.
    largest : float
        ``b``, cells.
    shedding : float
        ``m``, per day and cell to the power of ``exponent``.
    exponent : float
        ``alpha``, without unit.
    """

    growth: float = 0.00286
    largest: float = 7.3e10
    shedding: float = 5.3e-8
    exponent: float = 0.663

    def __post_init__(self) -> None:
        positive("growth", self.growth, "per day")
        positive("shedding", self.shedding)
        positive("exponent", self.exponent)
        if positive("largest", self.largest, "cells") <= 1:
            raise ValueError(f"largest is {self.largest:g}; it must be more than one cell.")


@dataclass(frozen=True)
class Shedding:
    """Numbers of the published law at given times.

    Attributes
    ----------
    cells : Estimate
        Of the primary tumour.
    expected : Estimate
        Metastases that have formed, on average.
    none : Estimate
        Chance that none has formed.
    """

    cells: Estimate
    expected: Estimate
    none: Estimate


@dataclass(frozen=True)
class Course:
    """How a primary tumour and its metastases grow; all values are assumptions.

    Attributes
    ----------
    primary_doubling, metastasis_doubling : float
        Days; of metastases the median.
    growth_spread : float
        Standard deviation of the natural logarithm of the metastases' doubling time, 0 to 1.
    cells_at_treatment : float
        Cells of the primary when it is treated, and sheds no more.
    cells_visible : float
        Cells from which a scan shows a metastasis.
    cells_at_stop : float or None
        Cells of the primary from which on it sheds no more; None for: until treatment.
    """

    primary_doubling: float = 110.0
    metastasis_doubling: float = 60.0
    growth_spread: float = 0.0
    cells_at_treatment: float = 2e10
    cells_visible: float = 5e8
    cells_at_stop: float | None = None

    def __post_init__(self) -> None:
        positive("primary_doubling", self.primary_doubling, "days")
        positive("metastasis_doubling", self.metastasis_doubling, "days")
        if not 0 <= finite("growth_spread", self.growth_spread) <= 1:
            raise ValueError(f"growth_spread is {self.growth_spread:g}; it must be from 0 to 1.")
        for name in ("cells_at_treatment", "cells_visible", "cells_at_stop"):
            value = getattr(self, name)
            if value is not None and not 1 < finite(name, value) <= MAX_CELLS:
                raise ValueError(
                    f"{name} is {value:g}; it must be above 1 and at most {MAX_CELLS:g} cells."
                )
        if self.cells_at_stop is not None and self.cells_at_stop > self.cells_at_treatment:
            raise ValueError(
                f"cells_at_stop is {self.cells_at_stop:g} and cells_at_treatment "
                f"{self.cells_at_treatment:g}; a primary cannot shed after it was treated."
            )

    @property
    def treated(self) -> float:
        """Days from the primary's first cell to its treatment."""
        return self.primary_doubling * math.log2(self.cells_at_treatment)

    @property
    def stopped(self) -> float:
        """Days from the primary's first cell to its last metastasis."""
        if self.cells_at_stop is None:
            return self.treated
        return self.primary_doubling * math.log2(self.cells_at_stop)

    @property
    def visible_age(self) -> float:
        """Days from one cell to a visible metastasis, at the median doubling time."""
        return self.metastasis_doubling * math.log2(self.cells_visible)


@dataclass(frozen=True)
class Expected:
    """Average numbers of metastases, and the chance that no occult one is there.

    Attributes
    ----------
    visible, occult : Estimate
        Average numbers.
    no_occult : Estimate
        Chance that none is occult, whatever is visible.
    """

    visible: Estimate
    occult: Estimate
    no_occult: Estimate


@dataclass(frozen=True)
class Patient:
    """One simulated patient; arrays have one entry for each metastasis, the oldest first.

    Attributes
    ----------
    seeded : ndarray of float
        Days from treatment of the primary; negative, since seeding precedes it.
    doubling : ndarray of float
        Doubling time in days.
    cells : ndarray of float
        Cells at the scan.
    visible : ndarray of bool
        Whether the scan shows it.
    eradicated : ndarray of bool
        Whether it is occult and the drug eradicates it.
    """

    seeded: FloatArray
    doubling: FloatArray
    cells: FloatArray
    visible: NDArray[np.bool_]
    eradicated: NDArray[np.bool_]

    @property
    def n_visible(self) -> int:
        """Metastases that the scan shows."""
        return int(self.visible.sum())

    @property
    def n_occult(self) -> int:
        """Metastases that the scan does not show."""
        return int((~self.visible).sum())

    @property
    def n_left(self) -> int:
        """Metastases left after all visible ones are ablated and the drug has done its part."""
        return int((~self.visible & ~self.eradicated).sum())


def iwata(days: ArrayLike, law: Iwata | None = None) -> Shedding:
    """Cells of a primary, and the metastases that it has shed, by the published law.

    Parameters
    ----------
    days : array_like of float
        Since the tumour was one cell, 0 or more.
    law : Iwata, optional
        The published patient if not given.

    Returns
    -------
    Shedding
        Invalid after 1000 days.

    Raises
    ------
    ValueError
        If a time is out of range.
    """
    law = Iwata() if law is None else law
    t = amounts("days", days, "days")
    rules = [(t > IWATA_CHECKED, _IWATA_LATE)]
    log_largest = math.log(law.largest)

    def log_cells(time: FloatArray) -> FloatArray:
        return np.asarray(-log_largest * np.expm1(-law.growth * time))

    at = 0.5 * t[..., None] * (_NODES + 1.0)
    rate = law.shedding * np.exp(law.exponent * log_cells(at))
    formed = np.asarray(0.5 * t * (rate @ _WEIGHTS))
    with np.errstate(under="ignore"):
        none = np.asarray(np.exp(-formed))
    cells, expected_, none_ = (
        judged(values, rules, notes=(_IWATA,)) for values in (np.exp(log_cells(t)), formed, none)
    )
    return Shedding(cells, expected_, none_)


def visible_share(course: Course, interval: ArrayLike) -> FloatArray:
    """Share of all metastases that a scan shows, by time since treatment of the primary.

    Parameters
    ----------
    course : Course
        How they grow.
    interval : array_like of float
        Days, 0 or more; 0 is a synchronous scan.

    Returns
    -------
    ndarray of float
        From 0 to 1, never falling with time.

    Raises
    ------
    ValueError
        If an interval is out of range.
    """
    since = amounts("interval", interval, "days")
    if course.growth_spread == 0:
        return _visible_at_age(course, since, np.asarray(course.visible_age))
    # In units of the spread: up to z_all every metastasis is visible, from z_none on none is.
    youngest = course.treated - course.stopped + since
    with np.errstate(divide="ignore", over="ignore"):
        oldest = np.log((course.treated + since) / course.visible_age) / course.growth_spread
        reached = np.log(youngest / course.visible_age) / course.growth_spread
    z_all, z_none = np.clip(reached, -_FAR, _FAR), np.clip(oldest, -_FAR, _FAR)
    half = 0.5 * (z_none - z_all)
    z = z_all[..., None] + half[..., None] * (_NODES + 1.0)
    age = course.visible_age * np.exp(course.growth_spread * z)
    density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    part = (_visible_at_age(course, since[..., None], age) * density) @ _WEIGHTS
    return np.clip(below(z_all) + half * part, 0.0, 1.0)


def expected(course: Course, total: ArrayLike, interval: ArrayLike) -> Expected:
    """Average numbers of visible and of occult metastases.

    Parameters
    ----------
    course : Course
        How they grow.
    total : array_like of float
        Metastases on average, 0 or more.
    interval : array_like of float
        Days since treatment of the primary, 0 or more.

    Returns
    -------
    Expected
        Always with the note that it is an illustration.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    number = amounts("total", total, "metastases")
    visible = np.asarray(number * visible_share(course, interval))
    occult = np.asarray(number - visible)
    parts = (visible, occult, np.asarray(np.exp(-occult)))
    return Expected(*(judged(values, notes=(_OURS,)) for values in parts))


def nothing_left(
    n_visible: ArrayLike,
    visible: ArrayLike,
    mean: float,
    shape: float,
    eradicated: ArrayLike = 0.0,
) -> Estimate:
    """Chance that nothing is left once all visible metastases are ablated.

    Parameters
    ----------
    n_visible : array_like of int
        Metastases that the scan shows, 0 or more.
    visible : array_like of float
        Share of all metastases that it shows, 0 to 1, from :func:`visible_share`.
    mean : float
        Metastases of a patient on average, above 0.
    shape : float
        How alike patients are, above 0: small where few patients carry most metastases.
    eradicated : array_like of float
        Chance that a drug eradicates an occult metastasis, 0 to 1.

    Returns
    -------
    Estimate
        Shares from 0 to 1. Every visible lesion is taken to be ablated for good, and no new one to
        be shed.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    seen = _shares("visible", visible)
    rate = positive("shape", shape) / positive("mean", mean, "metastases") + seen
    hidden = (1.0 - seen) * (1.0 - _shares("eradicated", eradicated))
    power = shape + amounts("n_visible", n_visible, "metastases")
    return judged(np.asarray((rate / (rate + hidden)) ** power), notes=(_OURS,))


def visible_numbers(highest: int, visible: float, mean: float, shape: float) -> FloatArray:
    """Chance of 0, 1, … visible metastases: a negative binomial of the mean ``mean * visible``.

    Parameters
    ----------
    highest : int
        Largest number listed, 0 or more.
    visible, mean, shape : float
        As in :func:`nothing_left`.

    Returns
    -------
    ndarray of float, shape (highest + 1,)
        What is missing to 1 belongs to larger numbers.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    if highest != int(highest) or highest < 0:
        raise ValueError(f"highest is {highest:g}; it must be a whole number, 0 or more.")
    average = positive("mean", mean, "metastases") * share("visible", visible, ends=True)
    k = positive("shape", shape)
    chances = np.empty(int(highest) + 1)
    chances[0] = (k / (k + average)) ** k
    for n in range(1, int(highest) + 1):
        chances[n] = chances[n - 1] * (k + n - 1) / n * average / (k + average)
    return chances


def occult_for_each_visible(course: Course) -> float:
    """Metastases of any size for each visible one, while the primary grows and sheds on.

    ``x_d ^ (r_p / r_m)``, at the median doubling time.
    """
    exponent = course.metastasis_doubling / course.primary_doubling
    return tail_ratio(course.cells_visible, exponent)


def tail_ratio(cells_visible: float, exponent: float) -> float:
    """Metastases of any size for each one above ``cells_visible``: ``cells_visible ** exponent``.

    Parameters
    ----------
    cells_visible : float
        Cells from which a scan shows a metastasis, above 0.
    exponent : float
        Of the power law: doubling time of the metastases over that of the primary, above 0; for
        the published growth law ``alpha``.

    Returns
    -------
    float
        1 or more for a size above one cell.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    number = positive("cells_visible", cells_visible, "cells")
    return math.pow(number, positive("exponent", exponent))


def drawn_total(mean: float, shape: float, *, seed: int) -> float:
    """Average number of metastases of one patient, drawn from the population by chance.

    Parameters
    ----------
    mean, shape : float
        As in :func:`nothing_left`.
    seed : int
        Of the random numbers; independent of those of :func:`patient` with the same seed.

    Returns
    -------
    float
        From the gamma distribution, at most 5000.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    k = positive("shape", shape)
    scale = positive("mean", mean, "metastases") / k
    drawn = np.random.default_rng([seed, 1]).gamma(k, scale)
    return min(float(drawn), float(MAX_METASTASES))


def patient(
    course: Course,
    total: float,
    interval: float,
    eradicated: float = 0.0,
    *,
    seed: int,
) -> Patient:
    """One patient by chance: when each metastasis was seeded, and how it grew.

    Parameters
    ----------
    course : Course
        How they grow.
    total : float
        Metastases of this patient on average, 0 to 5000.
    interval : float
        Days from treatment of the primary to the scan, 0 or more.
    eradicated : float
        Chance that a drug eradicates an occult metastasis, 0 to 1.
    seed : int
        Of the random numbers; the same seed gives the same patient, and with another interval or
        drug the same metastases.

    Returns
    -------
    Patient
        Its numbers.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    if not 0 <= finite("total", total) <= MAX_METASTASES:
        raise ValueError(f"total is {total:g}; it must be from 0 to {MAX_METASTASES}.")
    days = float(amounts("interval", interval, "days"))
    drug = share("eradicated", eradicated, ends=True)
    rng = np.random.default_rng(seed)
    number = int(rng.poisson(total))
    early, growth, luck = rng.random(number), rng.standard_normal(number), rng.random(number)
    # Cells shed at a rate proportional to exp(r t): the inverse of that distribution.
    rate = LN2 / course.primary_doubling
    times = np.log1p(early * math.expm1(rate * course.stopped)) / rate
    order = np.argsort(times)
    seeded = times[order] - course.treated
    doubling = course.metastasis_doubling * np.exp(course.growth_spread * growth[order])
    doublings = (days - seeded) / doubling
    cells = np.exp2(np.minimum(doublings, math.log2(MAX_CELLS)))
    visible = doublings >= math.log2(course.cells_visible)
    return Patient(seeded, doubling, cells, visible, ~visible & (luck[order] < drug))


def _visible_at_age(course: Course, since: FloatArray, age: FloatArray) -> FloatArray:
    """Share of metastases shed early enough to be of this age."""
    rate = LN2 / course.primary_doubling
    until = np.clip(course.treated + since - age, 0.0, course.stopped)
    # The last digit of the two may differ; nobody has more than all.
    shares = np.expm1(rate * until) / math.expm1(rate * course.stopped)
    return np.asarray(np.minimum(shares, 1.0))


def _shares(name: str, values: ArrayLike) -> FloatArray:
    array = amounts(name, values, "")
    if np.any(array > 1):
        raise ValueError(f"{name} holds {float(array.max()):g}; it must be from 0 to 1.")
    return array
