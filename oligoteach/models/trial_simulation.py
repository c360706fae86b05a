"""The same trial run many thousands of times, as if chance had fallen otherwise.

Each replicate draws its patients' entry, time to the event, dropout and crossover, runs the
planned interim looks, and analyses itself with a log-rank test and Cox's hazard ratio. The
estimate is the maximum of Cox's partial likelihood, fully converged: Peto's one-step estimate
would be biased towards 1, more so the stronger the effect and the less even the arms, which is
just what these simulations are to show of other causes; and it would save little time.

Trials come in blocks, each from a stream of random numbers of its own that depends on the seed
and the number of the block alone. So a trial is the same, bit for bit, however many are asked
for and however they are cut into batches, and any one of them can be drawn again alone
(:func:`replicate`); another version of numpy or kind of processor may change last digits. With
another design of as many patients the same seed moves the same patients a little rather than
drawing new ones, as long as the same things are drawn.

Sources
-------
Algebra; see :mod:`oligoteach.models.survival`, :mod:`oligoteach.models.design` and
:mod:`oligoteach.models.sequential` for the parts. Survival is exponential through the median, or
Weibull through median and landmark: a model, not data.

Validity: proportional hazards but for crossover, censoring without regard to prognosis, uniform
accrual, a fixed number of patients in each arm, no strata and no competing risk.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from oligoteach.models import curves as _curves
from oligoteach.models import design as _design
from oligoteach.models import sequential as _sequential
from oligoteach.models._bounds import whole, within
from oligoteach.models._numbers import FloatArray
from oligoteach.models._partial_likelihood import maximise
from oligoteach.models.curves import Curve
from oligoteach.models.design import Course, Crossover, ExpectedEvents
from oligoteach.models.sequential import Boundaries, Rule
from oligoteach.models.survival import BoolArray, IntArray, cumulative_hazard, unbounded

__all__ = [
    "Crossover",
    "Patients",
    "Summary",
    "TrialDesign",
    "Trials",
    "gather",
    "replicate",
    "simulate",
    "summarise",
]

MEDIAN = (0.1, 240.0)
#: Weibull shapes that survival can have; beyond them times crowd together at 0 or the median.
SHAPE = (0.2, 10.0)
MOST_TRIALS = 1_000_000
FEWEST_AT_LOOK = 2
QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)

#: Patients in a block: its arrays stay within the second cache of a core.
_BLOCK_PATIENTS = 24_000
#: Patients in the first batch, there within some ten milliseconds, and in each later one.
_FIRST_PATIENTS = 100_000
_LATER_PATIENTS = 800_000

# In the two lowest bits of a time (a matter of its sixteenth digit) stand arm and censoring, so
# that one sort of plain integers orders patients and brings what belongs to them along.
_ARM_BIT, _CENSORED_BIT = np.int64(1), np.int64(2)
_TIME_BITS = np.int64(~3)


@dataclass(frozen=True)
class TrialDesign:
    """A randomised trial of two arms with one time-to-event endpoint.

    Attributes
    ----------
    patients : int
        Both arms together, 4 to 5000.
    allocation : float
        Share in the experimental arm, 0.1 to 0.9; the numbers of patients are fixed.
    control_median : float
        Median of the control arm in months.
    hazard_ratio : float
        True ratio of the experimental arm against control.
    accrual, follow_up : float
        Months over which patients come in evenly, and from the last one in to the analysis.
    landmark_time, landmark_survival : float or None
        A second point of control survival: then Weibull, without it exponential.
    dropout : float
        Share lost each year, from 0.
    crossover : Crossover or None
        Who goes over from control.
    alpha, sides : float, int
        Level of the test, all sides together; 1 side means benefit only.
    looks : tuple of float
        Information fractions of interim looks: shares of the events expected by the end.
    rule : {'obrien-fleming', 'pocock'}
        How looks spend alpha.

    Raises
    ------
    ValueError
        If a value is out of range or the whole cannot be: with a sentence that says what, the
        limit and the nearest allowed value.
    """

    patients: int = 99
    allocation: float = 0.5
    control_median: float = 12.0
    hazard_ratio: float = 0.7
    accrual: float = 24.0
    follow_up: float = 12.0
    landmark_time: float | None = None
    landmark_survival: float | None = None
    dropout: float = 0.0
    crossover: Crossover | None = None
    alpha: float = 0.05
    sides: int = 2
    looks: tuple[float, ...] = ()
    rule: Rule = "obrien-fleming"

    def __post_init__(self) -> None:
        """Refuse a design that cannot be run."""
        if isinstance(self.looks, (int, float, str)):
            raise ValueError(f"looks is {self.looks!r}; it must be a list, such as (0.5,) or ().")
        object.__setattr__(self, "looks", tuple(self.looks))
        object.__setattr__(self, "patients", whole("patients", self.patients, *_design.PATIENTS))
        _ = self.arms, self.curve, self.course, self.boundaries
        within("hazard_ratio", self.hazard_ratio, *_design.HAZARD_RATIO)
        self._refuse_too_few_events()
        _ = self.look_events

    @cached_property
    def arms(self) -> tuple[int, int]:
        """Patients in the control and in the experimental arm."""
        return _design.patients_of_arms(self.patients, self.allocation)

    @cached_property
    def curve(self) -> Curve:
        """Survival of the control arm, if nobody goes over."""
        median = within("control_median", self.control_median, *MEDIAN, "months")
        if (self.landmark_time is None) != (self.landmark_survival is None):
            raise ValueError(
                "landmark_time and landmark_survival belong together: give both or neither."
            )
        if self.landmark_time is None or self.landmark_survival is None:
            return _curves.exponential(median)
        curve = _curves.weibull(median, self.landmark_time, self.landmark_survival)
        if SHAPE[0] <= curve.shape <= SHAPE[1]:
            return curve
        nearest = SHAPE[0] if curve.shape < SHAPE[0] else SHAPE[1]
        there = 0.5 ** ((self.landmark_time / median) ** nearest)
        raise ValueError(
            f"landmark_survival is {self.landmark_survival:g} at {self.landmark_time:g} months "
            f"with a median of {median:g}: a Weibull shape of {curve.shape:.2g}, and it must be "
            f"from {SHAPE[0]:g} to {SHAPE[1]:g}. The nearest allowed value is {there:.3g}."
        )

    @cached_property
    def course(self) -> Course:
        """Accrual, follow-up, dropout and crossover."""
        return Course(self.accrual, self.follow_up, self.dropout, self.crossover)

    @cached_property
    def boundaries(self) -> Boundaries:
        """Critical values at the looks and at the end."""
        return _sequential.boundaries(self.looks, self.alpha, sides=self.sides, rule=self.rule)

    @cached_property
    def expected(self) -> ExpectedEvents:
        """Events expected by the end if the hazard ratio is the true one."""
        return self._expected_of(self.course)

    @cached_property
    def look_events(self) -> tuple[int, ...]:
        """Events at which each look is held."""
        total, before, counts = self.expected.total, 0, []
        for look in self.looks:
            count = round(look * total)
            least = max(FEWEST_AT_LOOK, before + 1)
            if count < least:
                fraction = math.ceil(100 * least / total) / 100
                nearest = (
                    f"which is a fraction of {fraction:g}" if fraction < 1 else "so leave it out"
                )
                raise ValueError(
                    f"An interim look at {look:g} of about {total:.1f} expected events would come "
                    f"after {count}; it must come after at least {least}, {nearest}."
                )
            counts.append(count)
            before = count
        return tuple(counts)

    def _expected_of(self, course: Course) -> ExpectedEvents:
        control, experimental = self.arms
        share = experimental / (control + experimental)
        share = min(max(share, _design.ALLOCATION[0]), _design.ALLOCATION[1])
        return _design.expected_events(
            self.curve, self.hazard_ratio, self.patients, course, allocation=share
        )

    def _refuse_too_few_events(self) -> None:
        least = _design.FEWEST_EXPECTED
        if self.expected.total >= least:
            return
        reason = (
            f"About {math.floor(100 * self.expected.total) / 100:g} events are expected by the "
            "end; a trial needs at "
            f"least {least:g} to be analysed"
        )
        low, high = self.follow_up, _design.FOLLOW_UP[1]
        if self._total_after(high) < least:
            raise ValueError(f"{reason}. Take more patients or a shorter control_median.")
        while high - low > 0.05:
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._total_after(middle) < least else (low, middle)
        raise ValueError(
            f"{reason}. The nearest allowed follow_up is {math.ceil(10 * high) / 10:g} months."
        )

    def _total_after(self, follow_up: float) -> float:
        course = Course(self.accrual, follow_up, self.dropout, self.crossover)
        return self._expected_of(course).total


@dataclass(frozen=True)
class Trials:
    """Results of replicate trials, in the order of their numbers.

    Attributes
    ----------
    first : int
        Number of the first trial, counted from 0.
    log_hr, se : ndarray of float, (trials,)
        Log hazard ratio that the trial reports, at the look at which it stopped or at the end,
        and its standard error. ``-inf`` or ``inf`` where no finite one fits best, ``nan`` where
        no event could be compared.
    z : ndarray of float, (trials,)
        Log-rank Z of that analysis: negative where the experimental arm fares better.
    events : ndarray of int, (trials,)
        Events of that analysis.
    stopped_at : ndarray of int, (trials,)
        Number of the look, from 1, at which the trial stopped; 0 if it ran to the end.
    significant : ndarray of bool, (trials,)
        Whether a boundary was crossed, at a look or at the end.
    end_log_hr, end_z : ndarray of float, (trials,)
        What the planned end shows, even where the trial had stopped before.
    look_log_hr, look_z : ndarray of float, (trials, looks)
        What each look shows, held or not; ``nan`` where its events did not happen in time.
    """

    first: int
    log_hr: FloatArray
    se: FloatArray
    z: FloatArray
    events: IntArray
    stopped_at: IntArray
    significant: BoolArray
    end_log_hr: FloatArray
    end_z: FloatArray
    look_log_hr: FloatArray
    look_z: FloatArray

    def __len__(self) -> int:
        """Number of trials."""
        return len(self.log_hr)

    @property
    def hazard_ratio(self) -> FloatArray:
        """Reported ratios; 0 or ``inf`` where no finite one fits best."""
        return np.exp(self.log_hr)

    def cut(self, start: int, stop: int) -> Trials:
        """Trials from place ``start`` up to ``stop`` of these."""
        parts = (getattr(self, name)[start:stop] for name in _ARRAYS)
        return Trials(self.first + start, *parts)


_ARRAYS = tuple(field.name for field in fields(Trials) if field.name != "first")


@dataclass(frozen=True)
class Patients:
    """Patients of one simulated trial, as known at one of its analyses.

    Attributes
    ----------
    entry : ndarray of float, (patients,)
        Months from the start of the trial to randomisation.
    time : ndarray of float, (patients,)
        Months from randomisation to the event or the end of observation.
    event : ndarray of bool, (patients,)
        Whether the event was observed.
    arm : ndarray of int, (patients,)
        1 in the experimental arm, 0 in control.
    crossed : ndarray of bool, (patients,)
        Whether a patient had gone over from control by then.
    month : float
        Months from the start of the trial to the analysis.
    look : int
        Number of the look, or 0 for the end.
    """

    entry: FloatArray
    time: FloatArray
    event: BoolArray
    arm: IntArray
    crossed: BoolArray
    month: float
    look: int


@dataclass(frozen=True)
class Summary:
    """What many trials have in common. Shares are of all trials unless said otherwise.

    Attributes
    ----------
    trials : int
        How many.
    power, power_error : float
        Share that is significant, either way, and its Monte Carlo standard error.
    benefit : float
        Share that is significant in favour of the experimental arm.
    quantiles : tuple of float
        Reported hazard ratios at the 2.5, 25, 50, 75 and 97.5 per cent points.
    wrong_sign : float or None
        Share whose estimate lies on the other side of 1 than the truth; None if the truth is 1.
    type_m, type_m_error : float or None
        Mean size of significant log hazard ratios over the true one, with its Monte Carlo
        standard error; None if the truth is 1 or fewer than 2 are significant.
    type_s : float or None
        Share of significant trials whose estimate points the wrong way.
    mean_hr_if_significant : float or None
        Geometric mean of the ratios of significant trials.
    stopped : float
        Share that stopped at a look.
    stopped_at : tuple of float
        The same for each look.
    mean_hr_if_stopped : float or None
        Geometric mean of the ratios of trials that stopped at a look for benefit.
    events : float
        Mean number of events at the reported analysis.
    unbounded : int
        Trials without a finite estimate, left out of means but not of shares and quantiles.
    """

    trials: int
    power: float
    power_error: float
    benefit: float
    quantiles: tuple[float, ...]
    wrong_sign: float | None
    type_m: float | None
    type_m_error: float | None
    type_s: float | None
    mean_hr_if_significant: float | None
    stopped: float
    stopped_at: tuple[float, ...]
    mean_hr_if_stopped: float | None
    events: float
    unbounded: int


@dataclass(frozen=True)
class _Drawn:
    """Patients of a block: times at the planned end, control in the first columns."""

    entry: FloatArray
    time: FloatArray
    event: BoolArray
    switches: BoolArray


@dataclass(frozen=True)
class _Analysis:
    """One analysis of each trial of a block."""

    log_hr: FloatArray
    se: FloatArray
    z: FloatArray
    events: IntArray


def simulate(
    design: TrialDesign, n_trials: int, seed: int, batch: int | None = None
) -> Iterator[Trials]:
    """Run a trial many times, handing out results batch by batch.

    Parameters
    ----------
    design : TrialDesign
        What to run.
    n_trials : int
        How often, 1 to 1,000,000.
    seed : int
        0 or above. The same seed gives the same trials, whatever the batches.
    batch : int, optional
        Trials in each batch. By default the first is small, to be there at once, and later
        ones take well under a tenth of a second each.

    Returns
    -------
    iterator of Trials
        In order; together ``n_trials``.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    total = whole("n_trials", n_trials, 1, MOST_TRIALS)
    start = whole("seed", seed, 0, 2**53)
    sizes = None if batch is None else whole("batch", batch, 1, MOST_TRIALS)
    return _batches(design, total, start, sizes)


def replicate(design: TrialDesign, seed: int, index: int, *, look: int | None = None) -> Patients:
    """Patients of one of the trials that :func:`simulate` runs.

    Parameters
    ----------
    design, seed
        As for :func:`simulate`.
    index : int
        Number of the trial, from 0.
    look : int, optional
        0 for the planned end, 1 for the first look, and so on; by default the analysis that
        the trial reports.

    Returns
    -------
    Patients
        Those randomised by then.

    Raises
    ------
    ValueError
        If a number is out of range, or the events of the look did not happen in time.
    """
    number = whole("index", index, 0, MOST_TRIALS - 1)
    start = whole("seed", seed, 0, 2**53)
    size = _block_size(design)
    block, row = divmod(number, size)
    drawn = _draw(design, start, block)
    chosen = None if look is None else whole("look", look, 0, len(design.looks))
    if chosen is None:
        chosen = int(_run(design, start, block).stopped_at[row]) if design.looks else 0
    month = design.course.end
    if chosen:
        month = float(_look_months(drawn, design.look_events[chosen - 1])[row])
        if math.isinf(month):
            raise ValueError(
                f"Trial {number} had fewer than the {design.look_events[chosen - 1]} events of "
                f"look {chosen} by its end; take look 0, the end."
            )
    time, event = _as_of(drawn, np.full(size, month))
    return _patients_of(design, drawn, (time, event), row, (month, chosen))


def gather(batches: Iterable[Trials]) -> Trials:
    """Join batches that follow one another.

    Parameters
    ----------
    batches : iterable of Trials
        At least one.

    Returns
    -------
    Trials

    Raises
    ------
    ValueError
        If there is none.
    """
    parts = list(batches)
    if not parts:
        raise ValueError("There is no batch of trials to join; at least 1 is needed.")
    if len(parts) == 1:
        return parts[0]
    joined = (np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS)
    return Trials(parts[0].first, *joined)


def summarise(design: TrialDesign, trials: Trials) -> Summary:
    """Power, spread, exaggeration and early stopping of replicate trials.

    Parameters
    ----------
    design : TrialDesign
        What was run; its true hazard ratio is what estimates are measured against.
    trials : Trials
        From :func:`simulate`, joined by :func:`gather`.

    Returns
    -------
    Summary

    Raises
    ------
    ValueError
        If there is no trial.
    """
    count = len(trials)
    if count == 0:
        raise ValueError("There is no trial to summarise; at least 1 is needed.")
    finite = np.isfinite(trials.log_hr)
    chosen = trials.significant
    power = float(chosen.mean())
    early = trials.stopped_at > 0
    known = trials.log_hr[~np.isnan(trials.log_hr)]
    type_m, type_m_error = _type_m(design, trials.log_hr[chosen & finite])
    return Summary(
        trials=count,
        power=power,
        power_error=math.sqrt(power * (1.0 - power) / count),
        benefit=float((chosen & (trials.z < 0)).mean()),
        quantiles=tuple(_quantiles(known)),
        wrong_sign=_wrong(design, trials.log_hr),
        type_m=type_m,
        type_m_error=type_m_error,
        type_s=_wrong(design, trials.log_hr[chosen]),
        mean_hr_if_significant=_mean_ratio(trials.log_hr[chosen & finite]),
        stopped=float(early.mean()),
        stopped_at=tuple(
            float((trials.stopped_at == look + 1).mean()) for look in range(len(design.looks))
        ),
        mean_hr_if_stopped=_mean_ratio(trials.log_hr[early & finite & (trials.z < 0)]),
        events=float(trials.events.mean()),
        unbounded=int(count - finite.sum()),
    )


def _quantiles(logs: FloatArray) -> list[float]:
    """Quantiles of ratios that were really estimated: no mean of two, which may be infinite."""
    if logs.size == 0:
        return [math.nan] * len(QUANTILES)
    found = np.quantile(logs, QUANTILES, method="inverted_cdf")
    return [float(value) for value in np.exp(found)]


def _wrong(design: TrialDesign, logs: FloatArray) -> float | None:
    """Share of estimates on the other side of 1 than the truth."""
    if design.hazard_ratio == 1.0 or logs.size == 0:
        return None
    return float((logs * math.copysign(1.0, math.log(design.hazard_ratio)) < 0).mean())


def _type_m(design: TrialDesign, logs: FloatArray) -> tuple[float | None, float | None]:
    if design.hazard_ratio == 1.0 or logs.size < 2:
        return None, None
    sizes = np.abs(logs) / abs(math.log(design.hazard_ratio))
    return float(sizes.mean()), float(sizes.std(ddof=1) / math.sqrt(sizes.size))


def _mean_ratio(logs: FloatArray) -> float | None:
    return math.exp(float(logs.mean())) if logs.size else None


def _batches(design: TrialDesign, n_trials: int, seed: int, batch: int | None) -> Iterator[Trials]:
    """Cut blocks into batches; what a block holds beyond one opens the next."""
    size = _block_size(design)
    wanted = batch or max(size, _FIRST_PATIENTS // design.patients // size * size)
    later = batch or max(size, _LATER_PATIENTS // design.patients // size * size)
    waiting: list[Trials] = []
    there = given = block = 0
    while given < n_trials:
        need = min(wanted, n_trials - given)
        while there < need:
            waiting.append(_run(design, seed, block))
            there, block = there + size, block + 1
        joined = gather(waiting)
        yield joined.cut(0, need)
        rest = joined.cut(need, len(joined))
        waiting, there = ([rest] if len(rest) else []), len(rest)
        given, wanted = given + need, later


def _block_size(design: TrialDesign) -> int:
    return max(1, _BLOCK_PATIENTS // design.patients)


def _run(design: TrialDesign, seed: int, block: int) -> Trials:
    """Run the trials of one block, looks and all."""
    drawn = _draw(design, seed, block)
    end = _analyse(drawn.time, drawn.event, design.arms)
    looks = [_look(drawn, events, design.arms) for events in design.look_events]
    rows = len(end.z)
    stopped_at = np.zeros(rows, dtype=np.int64)
    for place, look in enumerate(looks):
        crossed = _crosses(look.z, design.boundaries.z[place], design.sides)
        stopped_at[(stopped_at == 0) & crossed] = place + 1
    analyses, reported = [end, *looks], (stopped_at, np.arange(rows))
    return Trials(
        first=block * rows,
        log_hr=np.stack([x.log_hr for x in analyses])[reported],
        se=np.stack([x.se for x in analyses])[reported],
        z=np.stack([x.z for x in analyses])[reported],
        events=np.stack([x.events for x in analyses])[reported],
        stopped_at=stopped_at,
        significant=(stopped_at > 0) | _crosses(end.z, design.boundaries.z[-1], design.sides),
        end_log_hr=end.log_hr,
        end_z=end.z,
        look_log_hr=_columns([x.log_hr for x in looks], rows),
        look_z=_columns([x.z for x in looks], rows),
    )


def _look(drawn: _Drawn, events: int, arms: tuple[int, int]) -> _Analysis:
    """Analysis when so many events have happened; ``nan`` where they never do."""
    months = _look_months(drawn, events)
    found = _analyse(*_as_of(drawn, months), arms)
    held = np.isfinite(months)
    log_hr, z = (np.where(held, x, math.nan) for x in (found.log_hr, found.z))
    return _Analysis(log_hr, found.se, z, found.events)


def _columns(columns: list[FloatArray], rows: int) -> FloatArray:
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0))


def _crosses(z: FloatArray, bound: float, sides: int) -> BoolArray:
    """Whether Z crosses a boundary; ``nan`` crosses none."""
    size = np.abs(z) if sides == 2 else -z
    return np.asarray(size >= bound)


def _draw(design: TrialDesign, seed: int, block: int) -> _Drawn:
    """Draw the patients of a block from the stream of its own."""
    source = np.random.SeedSequence(seed, spawn_key=(block,))
    rng = np.random.Generator(np.random.SFC64(source))
    shape = (_block_size(design), design.patients)
    control = design.arms[0]
    time = rng.standard_exponential(shape)
    time[:, control:] /= design.hazard_ratio
    switches = np.zeros((shape[0], control), dtype=bool)
    if design.crossover is not None:
        switches = _cross_over(design, rng, time[:, :control])
    _to_months(design.curve, time)
    if design.accrual > 0:
        entry = rng.random(shape)
        entry *= design.accrual
    else:
        entry = np.zeros(shape)
    limit = design.course.end - entry
    if design.dropout > 0:
        lost = rng.standard_exponential(shape)
        lost /= design.course.dropout_rate
        np.minimum(limit, lost, out=limit)
    event = time <= limit
    np.minimum(time, limit, out=time)
    return _Drawn(entry, time, event, switches)


def _cross_over(design: TrialDesign, rng: np.random.Generator, hazard: FloatArray) -> BoolArray:
    """Slow or hasten, in place, the hazard of those who go over; tell who they are."""
    crossover = design.crossover
    assert crossover is not None
    at_switch = float(cumulative_hazard(design.curve, crossover.month))
    switches = (rng.random(hazard.shape) < crossover.share) & (hazard > at_switch)
    later = at_switch + (hazard - at_switch) / crossover.hazard_ratio
    np.copyto(hazard, later, where=switches)
    return switches


def _to_months(curve: Curve, hazard: FloatArray) -> None:
    """Turn cumulative hazards of the control arm into months, in place."""
    if curve.shape != 1.0:
        with np.errstate(over="ignore", under="ignore"):
            np.power(hazard, 1.0 / curve.shape, out=hazard)
    with np.errstate(over="ignore", under="ignore"):
        hazard *= curve.scale


def _look_months(drawn: _Drawn, events: int) -> FloatArray:
    """Month of the trial at which so many events have happened; ``inf`` if they never do."""
    months = np.where(drawn.event, drawn.entry + drawn.time, math.inf)
    if events > months.shape[1]:
        return np.full(len(months), math.inf)
    months.partition(events - 1, axis=1)
    return np.asarray(months[:, events - 1])


def _as_of(drawn: _Drawn, months: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Times and events as known at a month of each trial.

    Patients who come in later are censored at 0 and so never at risk at an event.
    """
    event = drawn.event & (drawn.entry + drawn.time <= months[:, None])
    time = np.clip(months[:, None] - drawn.entry, 0.0, drawn.time)
    np.copyto(time, drawn.time, where=event)
    return time, event


def _analyse(time: FloatArray, event: BoolArray, arms: tuple[int, int]) -> _Analysis:
    """Log-rank test and Cox's hazard ratio of each row; times without ties."""
    control, experimental = arms
    size = control + experimental
    in_arm = np.repeat(np.array([0, 1], dtype=np.int64), arms)
    keys = time.view(np.int64) & _TIME_BITS
    keys |= np.where(event, in_arm, in_arm | _CENSORED_BIT)
    keys.sort(axis=1)
    arm = keys & _ARM_BIT
    happened = (keys & _CENSORED_BIT) == 0
    at_risk1 = experimental - np.cumsum(arm, axis=1) + arm
    # Share of arm 1 among those at risk at each event; 0 where a patient is censored.
    share = at_risk1 / np.arange(size, 0, -1)
    share *= happened
    events = np.count_nonzero(happened, axis=1)
    observed = np.count_nonzero(happened & (arm == 1), axis=1)
    expected = share.sum(axis=1)
    variance = expected - np.einsum("ij,ij->i", share, share)
    alone1 = np.count_nonzero(share == 1.0, axis=1)
    tellings = np.count_nonzero(share, axis=1) - alone1
    for_arm1 = observed - alone1
    known = tellings > 0
    safe = np.where(known, variance, 1.0)
    gap = np.where(known, observed - expected, 0.0)
    with np.errstate(divide="ignore"):
        odds = np.reciprocal(share, out=share)
    odds -= 1.0
    bounded = (for_arm1 > 0) & (for_arm1 < tellings)
    log, information = maximise(odds, observed.astype(np.float64), gap / safe, bounded)
    log, se = unbounded(log, information, (for_arm1, tellings))
    return _Analysis(log, se, gap / np.sqrt(safe), events)


def _patients_of(
    design: TrialDesign,
    drawn: _Drawn,
    known: tuple[FloatArray, BoolArray],
    row: int,
    when: tuple[float, int],
) -> Patients:
    """One row of a block, without those who had not come in yet."""
    month, look = when
    time, event = known[0][row], known[1][row]
    arm = np.repeat(np.array([0, 1], dtype=np.int64), design.arms)
    crossed = np.zeros(arm.size, dtype=bool)
    if design.crossover is not None:
        control = design.arms[0]
        crossed[:control] = drawn.switches[row] & (time[:control] > design.crossover.month)
    here = drawn.entry[row] < month
    return Patients(
        drawn.entry[row][here], time[here], event[here], arm[here], crossed[here], month, look
    )
