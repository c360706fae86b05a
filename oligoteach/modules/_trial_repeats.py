"""A trial run again and again: designs from the ledger, what repeats show, one of them alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from oligoteach import evidence
from oligoteach.models import survival
from oligoteach.models import trial_simulation as simulation
from oligoteach.modules._trials import arm_ids, interval_text, is_verified, result, short_name
from oligoteach.widgets import Part, Table

ENDPOINTS = {"PFS": "progression-free survival", "OS": "overall survival"}
VIEWS = {
    "all": "All repeats",
    "luckiest": "The luckiest of them",
    "typical": "A typical one",
    "number": "The one with the number below",
}
RULES = {"obrien-fleming": "O’Brien–Fleming: strict early", "pocock": "Pocock: lenient early"}
#: Patients in a batch: some 10 ms of work, so that the first picture is there at once.
BATCH_PATIENTS = 24_000
LEAST_EVENTS = 2
MOST_MONTHS = 120


@dataclass(frozen=True)
class Preset:
    """A trial of the review as a design, with what the ledger lacks chosen by the course.

    Attributes
    ----------
    trial_id, endpoint, report : str
        Trial, endpoint, and the ledger's name of the endpoint in the report that is taken.
    alpha, accrual, follow_up : float
        Two-sided level, months of accrual and of follow-up after the last patient.
    alpha_claim : str
        Claim whose audit has alpha; empty where alpha is the course's choice.
    median : float or None
        Median of the control arm where the ledger has none.
    """

    trial_id: str
    endpoint: str
    report: str
    alpha: float
    accrual: float
    follow_up: float
    alpha_claim: str = ""
    median: float | None = None

    @property
    def name(self) -> str:
        """Trial and endpoint."""
        return f"{short_name(self.trial_id)}, {ENDPOINTS[self.endpoint]}"

    @property
    def printed(self) -> evidence.Outcome:
        """The published hazard ratio."""
        found = result(self.trial_id, self.report, "hazard_ratio")
        assert found is not None
        return found

    def values(self) -> dict[str, Any]:
        """Return the controls' values."""
        with_local, without = arm_ids(self.trial_id)
        sizes = {arm.arm_id: arm.n for arm in evidence.arms(self.trial_id)}
        median = self.median
        if median is None:
            published = result(self.trial_id, self.report, "median", without)
            assert published is not None
            median = published.value
        return {
            "with_local": sizes[with_local],
            "without": sizes[without],
            "median": median,
            "alpha": self.alpha,
            "accrual": self.accrual,
            "follow_up": self.follow_up,
        }


PRESETS = {
    "gomez": Preset("gomez", "PFS", "PFS first report", 0.10, 36, 12, "gomez-max-mets"),
    "iyengar-utsw": Preset("iyengar-utsw", "PFS", "PFS", 0.05, 24, 12),
    "sabr-comet": Preset("sabr-comet", "OS", "OS first report", 0.20, 48, 12, "sabrcomet-alpha"),
    "nrg-lu002": Preset("nrg-lu002", "PFS", "PFS", 0.10, 36, 6, median=12),
}


@cache
def preset_values(key: str) -> Mapping[str, Any]:
    """Return the controls' values of a preset."""
    return PRESETS[key].values()


# What cannot be ------------------------------------------------------------------------------


def refusals(p: SimpleNamespace) -> dict[str, str]:
    """Return a sentence for the control that makes a design impossible, or nothing."""
    if p.show == "number" and p.number > p.repeats:
        return {"number": f"There are {p.repeats} repeats. Nearest possible: {p.repeats}."}
    small, large = sorted(("with_local", "without"), key=lambda name: getattr(p, name))
    least = -(-getattr(p, large) // 9)
    if getattr(p, small) < least:
        return {
            small: f"This arm would hold less than a tenth of the patients. Nearest possible: "
            f"{least}."
        }
    return _too_few(p)


def _too_few(p: SimpleNamespace) -> dict[str, str]:
    """Refuse a design with hardly any events, or a look before there are some."""
    if p.accrual + p.follow_up == 0:
        return {
            "follow_up": "Without accrual and follow-up nobody is observed. Nearest possible: "
            "1 month."
        }
    try:
        total = design_of(p, look=0).expected.total
    except ValueError as error:
        return _longer(str(error))
    if p.look and round(p.look / 100 * total) < LEAST_EVENTS:
        nearest = 10 * int(np.ceil(10 * LEAST_EVENTS / total))
        return {
            "look": f"About {total:.0f} events are expected, so this look would come before the "
            f"second. Nearest possible: {nearest} %."
        }
    return {}


def _longer(said: str) -> dict[str, str]:
    """Return the model's refusal of a design without events, in whole months of follow-up."""
    found = re.search(r"nearest allowed follow_up is ([0-9.]+)", said)
    months = int(np.ceil(float(found[1]))) if found else MOST_MONTHS + 1
    if months > MOST_MONTHS:
        return {
            "median": "Hardly any events would be seen. Take a shorter median, or more patients."
        }
    return {
        "follow_up": "Fewer than two events are expected, and a trial needs two. Nearest possible: "
        f"{months} months."
    }


def design_of(p: SimpleNamespace, look: float | None = None) -> simulation.TrialDesign:
    """Return the design that the controls describe."""
    share = p.look if look is None else look
    looks = (share / 100,) if share else ()
    sizes = p.with_local, p.without
    return _design(sizes, p.median, p.truth, p.accrual, p.follow_up, p.alpha, looks, p.rule)


@lru_cache(maxsize=4)
def _design(
    sizes: tuple[int, int],
    median: float,
    truth: float,
    accrual: float,
    follow_up: float,
    alpha: float,
    looks: tuple[float, ...],
    rule: Any,
) -> simulation.TrialDesign:
    """Return a design, kept while other controls move: its boundaries take a while."""
    with_local, without = sizes
    return simulation.TrialDesign(
        patients=with_local + without,
        allocation=with_local / (with_local + without),
        control_median=median,
        hazard_ratio=truth,
        accrual=accrual,
        follow_up=follow_up,
        alpha=alpha,
        looks=looks,
        rule=rule,
    )


# Running -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repeats:
    """The repeats of a trial that have come so far.

    Attributes
    ----------
    p : SimpleNamespace
        The controls' values.
    design : TrialDesign
        What was run.
    batches : tuple of Trials
        Results.
    """

    p: SimpleNamespace
    design: simulation.TrialDesign
    batches: tuple[simulation.Trials, ...]

    @cached_property
    def trials(self) -> simulation.Trials:
        """All results together."""
        return simulation.gather(self.batches)

    @cached_property
    def summary(self) -> simulation.Summary:
        """What they have in common."""
        return simulation.summarise(self.design, self.trials)

    @property
    def preset(self) -> Preset | None:
        """The trial whose design it is, or None for the learner's own."""
        return PRESETS.get(self.p.preset)

    @cached_property
    def index(self) -> int:
        """Number, from 0, of the repeat that is looked at alone."""
        logs = self.trials.log_hr
        if self.p.show == "number":
            return int(self.p.number) - 1
        if self.p.show == "luckiest":
            return int(np.nanargmin(np.where(np.isfinite(logs), logs, np.inf)))
        finite = np.where(np.isfinite(logs), logs, np.inf)
        return int(np.argmin(np.abs(finite - np.median(logs[np.isfinite(logs)]))))

    @cached_property
    def patients(self) -> simulation.Patients:
        """Patients of that repeat."""
        return simulation.replicate(self.design, self.p.seed, self.index)

    @cached_property
    def alone(self) -> OneTrial:
        """That repeat in numbers and words."""
        return one_trial(self)


def run_again(p: SimpleNamespace) -> Iterator[Part]:
    """Yield the repeats of a trial, batch after batch."""
    design = design_of(p)
    size = max(1, BATCH_PATIENTS // design.patients)
    batches: tuple[simulation.Trials, ...] = ()
    done = 0
    for batch in simulation.simulate(design, p.repeats, p.seed, size):
        batches += (batch,)
        done += len(batch)
        yield Part(Repeats(p, design, batches), done, p.repeats)


def at_least_as_far(repeats: Repeats) -> float | None:
    """Return the share of repeats with the published ratio or one further below 1."""
    if repeats.preset is None:
        return None
    return float((repeats.trials.hazard_ratio <= repeats.preset.printed.value).mean())


# Words ---------------------------------------------------------------------------------------


def sentences(repeats: Repeats) -> Iterator[str]:
    """Yield what the figure shows in words."""
    if repeats.p.show != "all":
        yield from _one_sentences(repeats)
        return
    found = repeats.summary
    yield (
        f"{_design_words(repeats)}: if the true hazard ratio is {repeats.p.truth:.2f}, "
        f"{_percent(found.power)} of {found.trials:,} repeats are significant."
    )
    yield _size_words(repeats)
    if repeats.design.looks:
        yield _stop_words(repeats)
    share = at_least_as_far(repeats)
    if share is not None:
        value = repeats.preset.printed.value
        yield f"The published {value:.2f}, or less, comes in {_percent(share)} of repeats."


def _design_words(repeats: Repeats) -> str:
    p = repeats.p
    name = repeats.preset.name if repeats.preset else "Your own design"
    return f"{name}, {p.with_local} against {p.without} patients, alpha {p.alpha:g}"


def _size_words(repeats: Repeats) -> str:
    found = repeats.summary
    if found.mean_hr_if_significant is None:
        return "None of them is significant with a finite ratio, so no size can be given."
    if repeats.p.truth == 1:
        return "With no true effect each of these is a false alarm."
    if found.type_m is None:
        return f"The one that is shows {found.mean_hr_if_significant:.2f}."
    return (
        f"On average these show {found.mean_hr_if_significant:.2f}, an effect "
        f"{found.type_m:.1f} times the true one on the log scale; {_percent(found.type_s)} of them "
        "point the wrong way."
    )


def _stop_words(repeats: Repeats) -> str:
    found = repeats.summary
    events = repeats.design.look_events[0]
    text = f"{_percent(found.stopped)} stop at the look after {events} events"
    if found.mean_hr_if_stopped is None:
        return f"{text}."
    return f"{text}, where those that stop for benefit show {found.mean_hr_if_stopped:.2f}."


def _one_sentences(repeats: Repeats) -> Iterator[str]:
    trial = repeats.alone
    yield (
        f"{_which(repeats)}, number {repeats.index + 1:,} of {len(repeats.trials):,}: hazard ratio "
        f"{trial.ratio}, log-rank p {trial.p}, where the truth is {repeats.p.truth:.2f}."
    )
    yield (
        f"{trial.events} events in {trial.patients} patients; {trial.ending}. The steps are a "
        "Kaplan–Meier estimate of simulated patients with and without local treatment, not of real "
        "ones."
    )


def _which(repeats: Repeats) -> str:
    """Return which repeat is looked at alone."""
    return {
        "luckiest": "The luckiest simulated trial",
        "typical": "A typical simulated trial",
        "number": "One simulated trial",
    }[repeats.p.show]


@dataclass(frozen=True)
class OneTrial:
    """One repeat in numbers and words; ``significant`` is by the boundary of its analysis."""

    ratio: str
    p: str
    significant: bool
    events: int
    patients: int
    ending: str


def one_trial(repeats: Repeats) -> OneTrial:
    """Return the repeat that is looked at alone, worked out from its patients."""
    patients = repeats.patients
    ratio, p, z = _compared(patients)
    bound = repeats.design.boundaries.z[patients.look - 1]  # 0, the end, is the last
    significant = abs(z) >= bound
    verdict = "significant" if significant else "not significant"
    when = "stopped at the look" if patients.look else "analysed"
    return OneTrial(
        ratio=ratio,
        p=p,
        significant=significant,
        events=int(patients.event.sum()),
        patients=len(patients.time),
        ending=f"{when} in month {patients.month:.0f}, {verdict}",
    )


def _compared(patients: simulation.Patients) -> tuple[str, str, float]:
    """Return hazard ratio and p value in words, and Z, of a trial's patients."""
    known = patients.time, patients.event, patients.arm
    try:
        test, ratio = survival.log_rank(*known), survival.hazard_ratio(*known)
    except ValueError:  # nothing to compare yet
        return "not to be estimated", "none", 0.0
    p = float(test.p)
    in_words = f"{p:.3f}" if p >= 0.001 else "below 0.001"
    if not np.isfinite(ratio.log):
        return "without a finite estimate", in_words, float(test.z)
    value, low, high = (float(x) for x in (ratio.value, ratio.low, ratio.high))
    return f"{value:.2f} ({low:.2f}–{high:.2f})", in_words, float(test.z)


def _percent(share: float) -> str:
    percent = 100 * share
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{percent:.1f} %"
    return f"{percent:.0f} %"


# Pictures ------------------------------------------------------------------------------------


def drawn(repeats: Repeats, compact: bool) -> Any:
    """Return what the chart shows, with fewer words on a phone."""
    return _curves(repeats, compact) if repeats.p.show != "all" else _spread(repeats, compact)


def _spread(repeats: Repeats, compact: bool) -> Any:
    from oligoteach.charts.repeated_trials import EDGES, LIMITS, Spread

    trials = repeats.trials
    ratios = np.clip(trials.hazard_ratio, *LIMITS)
    helps = trials.z < 0
    kinds = {
        "plain": ~trials.significant,
        "benefit": trials.significant & helps,
        "harm": trials.significant & ~helps,
    }
    return Spread(
        **{name: np.histogram(ratios[rows], EDGES)[0] for name, rows in kinds.items()},
        truth=repeats.p.truth,
        marks=tuple(_marks(repeats, compact)),
        heading=_heading(repeats, compact),
    )


def _heading(repeats: Repeats, compact: bool) -> tuple[str, ...]:
    found = repeats.summary
    power, size = _percent(found.power), found.mean_hr_if_significant
    key = "filled: for benefit; hatched: for harm"
    if not compact:
        key = "significant: filled for benefit, hatched for harm"
    if _beyond(repeats) > 0.01:
        key = "filled: significant; edge bars: beyond" if compact else f"{key}; edge bars: beyond"
    if size is None or found.type_m is None:
        none = repeats.p.truth == 1
        second = ("all of them false alarms",) if none else ("of a size that cannot be given",)
        return (f"{power} are significant", *second, key)
    if compact:
        told = (f"and show {size:.2f} on average:", f"{found.type_m:.1f} times the true effect")
        return (f"{power} are significant", *told, key)
    told = f"On average these show {size:.2f}: {found.type_m:.1f} times the true effect"
    return (f"{power} of {found.trials:,} repeats are significant", told, key)


def _beyond(repeats: Repeats) -> float:
    """Return the share of ratios beyond the axis; they stand in its last bars."""
    from oligoteach.charts.repeated_trials import LIMITS

    ratios = repeats.trials.hazard_ratio
    return float(((ratios < LIMITS[0]) | (ratios > LIMITS[1])).mean())


def _marks(repeats: Repeats, compact: bool) -> Iterator[Any]:
    """Yield the marks below the histogram, from the top."""
    from oligoteach.charts.repeated_trials import Mark

    found, truth = repeats.summary, repeats.p.truth
    yield Mark("truth", truth, f"truth {truth:.2f}")
    size = found.mean_hr_if_significant
    if size is not None and truth != 1:  # without an effect, luck goes either way
        words = "if significant" if compact else "mean if significant"
        yield Mark("mean", size, f"{words} {size:.2f}")
    if found.mean_hr_if_stopped is not None:
        words = "if stopped" if compact else "mean if stopped at the look"
        yield Mark("early", found.mean_hr_if_stopped, f"{words} {found.mean_hr_if_stopped:.2f}")
    if repeats.preset is not None:
        yield _printed(repeats.preset, compact)


def _printed(preset: Preset, compact: bool) -> Any:
    from oligoteach.charts.repeated_trials import Mark

    outcome = preset.printed
    sure = is_verified(outcome)
    words = f"published {outcome.value:.2f}{interval_text(outcome, unread=False)}"
    if compact:
        words = f"published {outcome.value:.2f}" if sure else f"{outcome.value:.2f}"
    words += "" if sure else ", unverified"
    return Mark("printed", outcome.value, words, outcome.low, outcome.high, sure)


def _curves(repeats: Repeats, compact: bool) -> Any:
    from oligoteach.charts.repeated_trials import OneTrial as Shown

    trial = repeats.alone
    ratio = f"Hazard ratio seen {trial.ratio}" if not compact else f"HR {trial.ratio}"
    verdict = "significant" if trial.significant else "not significant"
    preset = repeats.preset
    endpoint = ENDPOINTS[preset.endpoint] if preset else "free of the event"
    heading = (
        _which(repeats) + ("" if compact else ", with and without local treatment"),
        f"{ratio}; truth {repeats.p.truth:.2f}" if not compact else ratio,
        f"p {trial.p}, {verdict}; {trial.events} events"
        if not compact
        else f"truth {repeats.p.truth:.2f}; p {trial.p}",
    )
    if compact:
        heading = (*heading, f"{verdict}; {trial.events} events")
    return Shown(
        arms=tuple(_arm(repeats.patients, role) for role in ("with", "without")),
        end=float(np.ceil(repeats.patients.time.max())),
        heading=heading,
        label=f"{endpoint.capitalize()}, %",
    )


def _arm(patients: simulation.Patients, role: str) -> Any:
    """Return the step curve of one arm, from 100 % at the start."""
    from oligoteach.charts.repeated_trials import Arm

    here = patients.arm == (1 if role == "with" else 0)
    time, event = patients.time[here], patients.event[here]
    if not time.size:
        return Arm(role, "", np.zeros(1), np.full(1, 100.0), np.zeros(0))
    curve = survival.kaplan_meier(time, event)
    return Arm(
        role,
        role,
        np.concatenate(([0.0], curve.time)),
        100 * np.concatenate(([1.0], curve.survival)),
        np.sort(time[~event]),
    )


# The table -----------------------------------------------------------------------------------


def table(repeats: Repeats) -> Table:
    """Return what the repeats show, and the design with where each of its values is from."""
    rows = [*_result_rows(repeats), *_design_rows(repeats)]
    caption = "A model: simulated trials, no trial’s data. Below, the design and its sources"
    return Table(["What", "Value", "From"], rows, caption)


def _result_rows(repeats: Repeats) -> Iterator[list[Any]]:
    found = repeats.summary
    low, _, middle, _, high = found.quantiles
    model = "simulation"
    yield ["Repeats", f"{found.trials:,}", model]
    error = 196 * found.power_error
    yield ["Significant", f"{_percent(found.power)} (± {error:.1f} by chance)", model]
    yield ["Middle ratio", _ratio(middle), model]
    yield ["95 % of the ratios lie between", f"{_ratio(low)} and {_ratio(high)}", model]
    significant = None if repeats.p.truth == 1 else found.mean_hr_if_significant
    for words, value, places in (
        ("Mean ratio if significant", significant, 2),
        ("Exaggeration if significant (type M)", found.type_m, 1),
        ("Mean ratio if stopped at the look", found.mean_hr_if_stopped, 2),
    ):
        yield [words, "–" if value is None else f"{value:.{places}f}", model]
    for words, share in (
        ("Wrong sign, of all", found.wrong_sign),
        ("Wrong sign, of the significant (type S)", found.type_s),
        ("Stopped at the look", found.stopped if repeats.design.looks else None),
        ("The published ratio or less", at_least_as_far(repeats)),
    ):
        yield [words, "–" if share is None else _percent(share), model]
    yield ["Events on average", f"{found.events:.0f}", model]
    if found.unbounded:
        yield ["Without a finite ratio, left out of means", f"{found.unbounded:,}", model]


def _ratio(value: float) -> str:
    """Return a ratio in words, also one that no finite number fits."""
    if value < 0.01:
        return "under 0.01"
    return "over 100" if value > 100 else f"{value:.2f}"


def _design_rows(repeats: Repeats) -> Iterator[list[Any]]:
    p, preset = repeats.p, repeats.preset
    own = {"text": "your choice", "tone": "note"}
    ours = {"text": "not in the ledger: this course’s choice", "tone": "note"}
    ledger = {"text": f"ledger, {short_name(preset.trial_id)}", "tone": "ok"} if preset else own
    rest = ours if preset else own
    yield ["Patients with local treatment", f"{p.with_local}", ledger]
    yield ["Patients without", f"{p.without}", ledger]
    known = preset is not None and preset.median is None
    yield ["Median without", f"{p.median:g} months", ledger if known else rest]
    sure = preset is not None and preset.alpha_claim
    yield ["Alpha, two-sided", f"{p.alpha:g}", ledger if sure else rest]
    yield ["Months of accrual; of follow-up after", f"{p.accrual:g}; {p.follow_up:g}", rest]
    yield ["True hazard ratio", f"{p.truth:.2f}", own]
    if preset is not None:
        outcome = preset.printed
        read = is_verified(outcome)
        cell = {"text": "as quoted" if read else "unverified", "tone": "ok" if read else "open"}
        yield ["Published ratio", f"{outcome.value:.2f}{interval_text(outcome)}", cell]
