"""What a trial can show before it starts: events, power, looks, and what a threshold does.

All hazard ratios are of the experimental arm against control, so values below 1 are a benefit;
``allocation`` is the share of patients (or of events) in the experimental arm, so 2:1 in its
favour is 2/3; ``alpha`` is the level of the whole test and ``sides`` says of how many sides, so
alpha 0.05 with 2 sides and 0.025 with 1 side ask the same of a benefit. Times are in months.

Sources
-------
Formulas and test values: ``data/models/spec.json`` under ``SCHOENFELD``, ``GO_NOGO_LU002``,
``TYPE_M_S`` and ``EARLY_STOP``, each with what was checked of it. Events and power: Schoenfeld DA.
Biometrics 1983;39:499, doi 10.2307/2531021 (the formula itself was recomputed, not read).
Errors of type M and S: Gelman A, Carlin J 2014, doi 10.1177/1745691614551642. Early stopping:
algebra of the normal distribution; that Fan, DeMets and Lan 2004 give it is not verified.

Validity: large-sample normal approximation of the log-rank statistic. With few events (below
some 20) or arms of very different size, simulate instead: ``trial_simulation``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oligoteach.models import _normal
from oligoteach.models._bounds import two_or_one, whole, within
from oligoteach.models._numbers import FloatArray, positive
from oligoteach.models.survival import Model, PiecewiseExponential, cumulative_hazard

#: Limits of what a design may ask. They keep numbers inside what means anything in a trial.
HAZARD_RATIO = (0.05, 20.0)
ALLOCATION = (0.1, 0.9)
PATIENTS = (4, 5000)
EVENTS = (2.0, 100_000.0)
ALPHA = (1e-6, 0.4)
ACCRUAL = (0.0, 240.0)
FOLLOW_UP = (0.0, 240.0)
DROPOUT = (0.0, 0.9)
CROSSOVER_MONTH = (0.0, 240.0)
FEWEST_EXPECTED = 2.0

_STEPS = 4000


@dataclass(frozen=True)
class Crossover:
    """Patients of the control arm who go over to the experimental treatment.

    Attributes
    ----------
    share : float
        Share of the control arm that goes over if still free of the event by then, 0 to 1.
    month : float
        Months after randomisation at which they do.
    hazard_ratio : float
        Their rate of events from then on, as a multiple of what it would have been.
    """

    share: float
    month: float
    hazard_ratio: float

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        within("crossover share", self.share, 0.0, 1.0)
        within("crossover month", self.month, *CROSSOVER_MONTH, "months")
        within("crossover hazard_ratio", self.hazard_ratio, *HAZARD_RATIO)


@dataclass(frozen=True)
class Course:
    """How long a trial runs and whom it loses.

    Attributes
    ----------
    accrual : float
        Months over which patients come in evenly; 0 if all start together.
    follow_up : float
        Months from the last patient in to the analysis.
    dropout : float
        Share of patients lost to follow-up each year, at a constant rate.
    crossover : Crossover or None
        Who goes over from control, if anyone.
    """

    accrual: float
    follow_up: float
    dropout: float = 0.0
    crossover: Crossover | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        within("accrual", self.accrual, *ACCRUAL, "months")
        within("follow_up", self.follow_up, *FOLLOW_UP, "months")
        within("dropout", self.dropout, *DROPOUT, "of the patients a year")
        if self.accrual + self.follow_up <= 0:
            raise ValueError(
                "accrual and follow_up are both 0 months, so nobody is ever observed; the nearest "
                "allowed is a follow_up of 0.1 months."
            )

    @property
    def end(self) -> float:
        """Months from the first patient in to the analysis."""
        return self.accrual + self.follow_up

    @property
    def dropout_rate(self) -> float:
        """Patients lost a month, as a rate."""
        return -math.log1p(-self.dropout) / 12.0


@dataclass(frozen=True)
class ExpectedEvents:
    """What a course is expected to observe.

    Attributes
    ----------
    control, experimental : float
        Events expected in each arm by the analysis.
    drift : float
        Expected Z of the log-rank test, positive where it favours the experimental arm. Holds
        for crossover too, where hazards are no longer proportional.
    hazard_ratio : float
        The ratio that Cox's model tends to as such a trial grows; the true one without
        crossover.
    """

    control: float
    experimental: float
    drift: float
    hazard_ratio: float

    @property
    def total(self) -> float:
        """Events expected in both arms."""
        return self.control + self.experimental

    def power(self, alpha: float = 0.05, *, sides: int = 2) -> float:
        """Chance of a significant benefit in one analysis at the end."""
        alpha, sides = _level(alpha, sides)
        return float(_normal.below(self.drift - _normal.critical(alpha / sides)))


@dataclass(frozen=True)
class Exaggeration:
    """What a filter of significance lets through.

    Attributes
    ----------
    power : float
        Chance that the estimate is significant, in either direction if the test has two sides.
    type_s : float
        Chance that a significant estimate points the wrong way.
    type_m : float
        Mean size of significant log hazard ratios as a multiple of the true one.
    mean_hr : float
        Hazard ratio of that mean size, in the true direction (a geometric mean).
    """

    power: float
    type_s: float
    type_m: float
    mean_hr: float


@dataclass(frozen=True)
class EarlyStop:
    """What a single interim look that stops for benefit does to the estimate.

    Attributes
    ----------
    stop : float
        Chance that the trial stops at the look.
    exaggeration : float
        Mean log hazard ratio among trials that stop, as a multiple of the true one.
    mean_hr : float
        Hazard ratio of that mean (a geometric mean).
    least_exaggeration : float
        Smallest multiple of the true log hazard ratio with which it can stop; below 1 a trial
        may stop with less than the true effect.
    hr_at_boundary : float
        Hazard ratio that must be seen for it to stop.
    """

    stop: float
    exaggeration: float
    mean_hr: float
    least_exaggeration: float
    hr_at_boundary: float


def allocation_share(control: float, experimental: float) -> float:
    """Share of patients in the experimental arm, from a ratio or two counts.

    Parameters
    ----------
    control, experimental : float
        Parts, such as 1 and 2, or counts, such as 33 and 66.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a part isn't above 0, or one arm would have less than a tenth of the patients.
    """
    control, experimental = positive("control", control), positive("experimental", experimental)
    return within("allocation", experimental / (control + experimental), *ALLOCATION)


def events_needed(
    hazard_ratio: float,
    power: float,
    *,
    alpha: float = 0.05,
    sides: int = 2,
    allocation: float = 0.5,
) -> float:
    """Events that a log-rank test needs, by Schoenfeld's formula.

    ``D = (z_(1 - alpha / sides) + z_power)^2 / (p (1 - p) ln(HR)^2)``

    Parameters
    ----------
    hazard_ratio : float
        The ratio to be found, not 1.
    power : float
        Chance of finding it, above ``alpha / sides`` and at most 0.999.
    alpha, sides, allocation
        As in the module.

    Returns
    -------
    float
        Not rounded up.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    effect = _effect(hazard_ratio)
    z = _wanted(power, alpha, sides)
    return z * z / (_balance(allocation) * effect * effect)


def power_of(
    hazard_ratio: float,
    events: float,
    *,
    alpha: float = 0.05,
    sides: int = 2,
    allocation: float = 0.5,
) -> float:
    """Power of a log-rank test with a number of events, by Schoenfeld's formula.

    ``power = Phi(abs(ln HR) sqrt(D p (1 - p)) - z_(1 - alpha / sides))``: the chance of a
    significant result in the true direction.

    Parameters
    ----------
    hazard_ratio : float
        The true ratio; with 1 the result is the level of one side.
    events : float
        Events at the analysis.
    alpha, sides, allocation
        As in the module.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    alpha, sides = _level(alpha, sides)
    drift = drift_of(hazard_ratio, events, allocation=allocation)
    return float(_normal.below(abs(drift) - _normal.critical(alpha / sides)))


def drift_of(hazard_ratio: float, events: float, *, allocation: float = 0.5) -> float:
    """Expected Z of a log-rank test, positive for a benefit: ``-ln(HR) sqrt(D p (1 - p))``.

    Parameters and errors as for :func:`power_of`.

    Returns
    -------
    float
    """
    hazard_ratio = within("hazard_ratio", hazard_ratio, *HAZARD_RATIO)
    return -math.log(hazard_ratio) * math.sqrt(_information(events, allocation)) + 0.0


def detectable(
    events: float, power: float, *, alpha: float = 0.05, sides: int = 2, allocation: float = 0.5
) -> float:
    """Hazard ratio below 1 that a number of events finds with the given power.

    Parameters and errors as for :func:`events_needed` and :func:`power_of`.

    Returns
    -------
    float
    """
    z = _wanted(power, alpha, sides)
    return math.exp(-z / math.sqrt(_information(events, allocation)))


def critical_ratio(
    events: float, *, alpha: float = 0.05, sides: int = 2, allocation: float = 0.5
) -> float:
    """Observed hazard ratio at which a result just becomes significant for benefit.

    Parameters and errors as for :func:`power_of`.

    Returns
    -------
    float
        Below 1.
    """
    alpha, sides = _level(alpha, sides)
    z = _normal.critical(alpha / sides)
    return math.exp(-z / math.sqrt(_information(events, allocation)))


def expected_events(
    control: Model,
    hazard_ratio: float,
    patients: float,
    course: Course,
    *,
    allocation: float = 0.5,
) -> ExpectedEvents:
    """Events that a trial is expected to observe, and what its log-rank test tends to.

    Patients come in evenly, are followed until the event, dropout or the analysis, and may go
    over from control. Worked out by numerical integration over time since randomisation.

    Parameters
    ----------
    control : Curve or PiecewiseExponential
        Survival of the control arm if nobody went over.
    hazard_ratio : float
        True ratio of the experimental arm.
    patients : float
        Number of both arms together.
    course : Course
        Accrual, follow-up, dropout and crossover.
    allocation : float, default 0.5
        Share in the experimental arm.

    Returns
    -------
    ExpectedEvents

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    hazard_ratio = within("hazard_ratio", hazard_ratio, *HAZARD_RATIO)
    patients = within("patients", patients, *PATIENTS)
    share = within("allocation", allocation, *ALLOCATION)
    edges = _edges(control, course)
    middle = 0.5 * (edges[:-1] + edges[1:])
    seen = _under_observation(course, middle)
    free = [_free(control, course, t) for t in (edges, middle)]
    with np.errstate(under="ignore"):
        treated = [np.exp(-hazard_ratio * cumulative_hazard(control, t)) for t in (edges, middle)]
    sizes = (patients * (1.0 - share), patients * share)
    events, risk = [], []
    for size, (at_edges, at_middle) in zip(sizes, (free, treated), strict=True):
        events.append(-size * seen * np.diff(at_edges))
        risk.append(size * seen * at_middle)
    drift, ratio = _comparison(events, risk)
    if course.crossover is None or course.crossover.share == 0.0:
        ratio = hazard_ratio
    return ExpectedEvents(float(events[0].sum()), float(events[1].sum()), drift, ratio)


def months_until(
    events: float,
    control: Model,
    hazard_ratio: float,
    patients: float,
    course: Course,
    *,
    allocation: float = 0.5,
) -> float:
    """Months from the first patient in until a number of events is expected.

    Parameters
    ----------
    events : float
        Events of both arms together.
    control, hazard_ratio, patients, allocation
        As for :func:`expected_events`.
    course : Course
        ``follow_up`` is the longest that the trial would follow patients after accrual.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range, or so many events are not expected within the course.
    """
    events = within("events", events, *EVENTS)
    rest = (control, hazard_ratio)

    def by(month: float) -> float:
        accrued = min(month, course.accrual)
        so_far = Course(accrued, month - accrued, course.dropout, course.crossover)
        # While patients still come in, only those who have are there to have events.
        share = month / course.accrual if month < course.accrual else 1.0
        whole_trial = expected_events(*rest, patients, so_far, allocation=allocation)
        return share * whole_trial.total

    most = by(course.end)
    if events > most:
        nearest = f"the nearest allowed value is {math.floor(most)}, or " if most >= 2 else ""
        raise ValueError(
            f"events is {events:g}, but about {most:.1f} are expected within {course.end:g} "
            f"months; {nearest}take more patients or a longer follow_up."
        )
    low, high = 0.0, course.end
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if by(middle) < events else (low, middle)
    return 0.5 * (low + high)


def chance_to_go(
    hazard_ratio: float, events: float, *, threshold: float, allocation: float = 0.5
) -> float:
    """Chance that the observed hazard ratio falls below a threshold: a go/no-go rule.

    ``P(HR_observed < h | HR) = Phi((ln h - ln HR) sqrt(D p (1 - p)))``

    Parameters
    ----------
    hazard_ratio : float
        The true ratio.
    events : float
        Events at the decision.
    threshold : float
        The rule goes on if the observed ratio is below it. NRG-LU002's was 0.83.
    allocation : float, default 0.5
        Share in the experimental arm.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    truth = within("hazard_ratio", hazard_ratio, *HAZARD_RATIO)
    limit = within("threshold", threshold, *HAZARD_RATIO)
    root = math.sqrt(_information(events, allocation))
    return float(_normal.below((math.log(limit) - math.log(truth)) * root))


def exaggeration(
    hazard_ratio: float, se: float, *, alpha: float = 0.05, sides: int = 2
) -> Exaggeration:
    """Errors of size (type M) and of sign (type S) among significant estimates.

    The estimated log hazard ratio is taken as normal around the true one with standard error
    ``se``; closed form.

    Parameters
    ----------
    hazard_ratio : float
        The true ratio, not 1.
    se : float
        Standard error of the log ratio, such as ``1 / sqrt(D p (1 - p))``; 0.001 to 10.
    alpha, sides
        As in the module; with 1 side only benefits are significant.

    Returns
    -------
    Exaggeration

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    effect = _effect(hazard_ratio)
    se = within("se", se, 0.001, 10.0)
    alpha, sides = _level(alpha, sides)
    z, drift = _normal.critical(alpha / sides), effect / se
    # Sizes in units of se: mean of x beyond z, and of -x beyond z, when x ~ N(drift, 1).
    up = float(_normal.above(z - drift))
    sizes = drift * up + float(_normal.density(z - drift))
    down = 0.0
    if sides == 2:
        down = float(_normal.above(z + drift))
        sizes += -drift * down + float(_normal.density(z + drift))
    wrong = down if effect > 0 else up
    power = up + down
    type_m = sizes / power / abs(drift)
    return Exaggeration(power, wrong / power, type_m, math.exp(-effect * type_m))


def early_stop(
    hazard_ratio: float,
    power: float,
    fraction: float,
    z_bound: float,
    *,
    alpha: float = 0.05,
    sides: int = 2,
) -> EarlyStop:
    """Bias of the estimate when a trial stops for benefit at a single interim look.

    The trial is planned with ``power`` for its true ratio, so its Z at fraction t has mean
    ``m = (z_(1 - alpha / sides) + z_power) sqrt(t)`` and stops beyond ``z_bound``.

    Parameters
    ----------
    hazard_ratio : float
        The true ratio, below or above 1 (then the roles of the arms are swapped), not 1.
    power : float
        Power at the planned end without a look.
    fraction : float
        Information fraction of the look, 0.01 to 0.99.
    z_bound : float
        Critical Z at the look, 0.5 to 10.
    alpha, sides
        Of the plan.

    Returns
    -------
    EarlyStop

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    effect = _effect(hazard_ratio)
    drift = _wanted(power, alpha, sides)
    fraction = within("fraction", fraction, 0.01, 0.99)
    bound = within("z_bound", z_bound, 0.5, 10.0)
    mean = drift * math.sqrt(fraction)
    stop = float(_normal.above(bound - mean))
    multiple = 1.0 + float(_normal.density(bound - mean)) / (stop * mean)
    return EarlyStop(
        stop=stop,
        exaggeration=multiple,
        mean_hr=math.exp(-effect * multiple),
        least_exaggeration=bound / mean,
        hr_at_boundary=math.exp(-effect * bound / mean),
    )


def patients_of_arms(patients: float, allocation: float) -> tuple[int, int]:
    """Whole numbers of patients in the control and the experimental arm.

    Parameters
    ----------
    patients : int
        Both arms together.
    allocation : float
        Share in the experimental arm.

    Returns
    -------
    control, experimental : int

    Raises
    ------
    ValueError
        If a value is out of range or an arm would have fewer than 2 patients.
    """
    total = whole("patients", patients, *PATIENTS)
    share = within("allocation", allocation, *ALLOCATION)
    experimental = round(total * share)
    control = total - experimental
    if min(control, experimental) < 2:
        needed = math.ceil(1.5 / min(share, 1 - share))
        raise ValueError(
            f"{total} patients with a share of {share:g} leave {min(control, experimental)} in one "
            f"arm; each arm needs at least 2, so take {needed} patients or more."
        )
    return control, experimental


def _level(alpha: float, sides: int) -> tuple[float, int]:
    return within("alpha", alpha, *ALPHA), two_or_one(sides)


def _balance(allocation: float) -> float:
    share = within("allocation", allocation, *ALLOCATION)
    return share * (1.0 - share)


def _information(events: float, allocation: float) -> float:
    """Information on the log hazard ratio in a number of events."""
    return within("events", events, *EVENTS) * _balance(allocation)


def _effect(hazard_ratio: float) -> float:
    """Log of the benefit, ``-ln HR``; refuses a ratio that is no effect."""
    effect = -math.log(within("hazard_ratio", hazard_ratio, *HAZARD_RATIO))
    if abs(effect) < 1e-9:
        raise ValueError(
            "hazard_ratio is 1, which is no effect to find or to exaggerate; the nearest allowed "
            "values are 0.99 and 1.01."
        )
    return effect


def _wanted(power: float, alpha: float, sides: int) -> float:
    """Expected Z that gives a test of level alpha its power."""
    alpha, sides = _level(alpha, sides)
    chance = within("power", power, 0.0, 0.999)
    if chance <= alpha / sides:
        raise ValueError(
            f"power is {chance:g}; it must be above {alpha / sides:g}, which the test reaches "
            f"without any effect. The nearest allowed value is {1.05 * alpha / sides:.3g}."
        )
    return _normal.critical(alpha / sides) + _normal.quantile(chance)


def _edges(control: Model, course: Course) -> FloatArray:
    """Times between which everything is smooth, finely divided."""
    kinks = [course.follow_up]
    if course.crossover is not None:
        kinks.append(course.crossover.month)
    if isinstance(control, PiecewiseExponential):
        kinks.extend(control.starts)
    inside = [t for t in kinks if 0 < t < course.end]
    edges: FloatArray = np.sort(np.concatenate([np.linspace(0.0, course.end, _STEPS + 1), inside]))
    # Not np.unique, which first loads all that masked arrays need: a page would wait for that.
    again = np.append(False, np.diff(edges) == 0)
    return np.asarray(edges[~again])


def _under_observation(course: Course, t: FloatArray) -> FloatArray:
    """Share of patients whom neither dropout nor the analysis has ended by ``t``."""
    if course.accrual > 0:
        entered = np.clip((course.end - t) / course.accrual, 0.0, 1.0)
    else:
        entered = (t <= course.follow_up).astype(np.float64)
    return entered * np.exp(-course.dropout_rate * t)


def _free(control: Model, course: Course, t: FloatArray) -> FloatArray:
    """Share of the control arm free of the event at ``t``, some having gone over."""
    hazard = cumulative_hazard(control, t)
    with np.errstate(under="ignore"):
        stayed = np.exp(-hazard)
        if course.crossover is None:
            return stayed
        at_switch = float(cumulative_hazard(control, course.crossover.month))
        extra = np.maximum(hazard - at_switch, 0.0)
        gone = np.exp(-hazard + extra * (1.0 - course.crossover.hazard_ratio))
    return (1.0 - course.crossover.share) * stayed + course.crossover.share * gone


def _comparison(events: list[FloatArray], risk: list[FloatArray]) -> tuple[float, float]:
    """Expected Z of the log-rank test, and the ratio that Cox's model tends to."""
    known = (risk[0] > 0) & (risk[1] > 0)
    (d0, d1), (y0, y1) = ([x[known] for x in pair] for pair in (events, risk))
    if not known.any() or (d0 + d1).sum() <= 0:
        return 0.0, math.nan
    share = y1 / (y0 + y1)
    variance = float(((d0 + d1) * share * (1.0 - share)).sum())
    drift = -float((d1 - (d0 + d1) * share).sum()) / math.sqrt(variance)
    low, high = math.log(1e-3), math.log(1e3)
    for _ in range(60):
        middle = 0.5 * (low + high)
        weighted = y1 * math.exp(middle)
        fitted = (d0 + d1) * weighted / (y0 + weighted)
        low, high = (middle, high) if float((d1 - fitted).sum()) > 0 else (low, middle)
    return drift, math.exp(0.5 * (low + high))
