"""What a planned trial could find: events at the analysis and power, under declared assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from oligoteach import evidence
from oligoteach.models import design
from oligoteach.models.planned_trial import event_share
from oligoteach.modules._belief import percent
from oligoteach.modules._trials import short_name
from oligoteach.widgets import Table

OWN = "own"
# Trials whose primary endpoint was seen to be overall survival, at least beside another one, since
# the median that is assumed is one of survival; the allocation where the ledger has it, else equal.
PLANNED = ("sabr-comet-3", "sabr-comet-10", "omega", "lonestar", "br38")
ASSUMED_EQUAL = ("omega", "lonestar")
MEDIAN = 28
# Medians that trials assumed themselves; all others get that of SABR-COMET's control arm.
OWN_MEDIANS = {"br38": 10}
GHOSTS = ("sabr-comet-3", "sabr-comet-10")
RATIOS = {"1:1": "1:1", "1:2": "1:2, more treated", "2:1": "2:1, more controls"}
ALPHAS = {"0.05": "0.05", "0.10": "0.10", "0.20": "0.20", "0.01": "0.01"}
TARGET = 0.8
HAZARD_RATIOS = np.round(np.linspace(0.4, 1.0, 25), 3)


def trial_names() -> dict[str, str]:
    """Return the trials that can be chosen, with their size."""
    names = {i: f"{short_name(i)}: {evidence.trial(i).n} patients" for i in PLANNED}
    return {**names, OWN: "A trial of your own"}


def preset(trial_id: str) -> dict[str, object]:
    """Return size and allocation of a planned trial as values of the controls."""
    trial = evidence.trial(trial_id)
    return {"patients": trial.n, "ratio": trial.allocation or "1:1"}


def median_with(trial_id: str, before: str, median: float) -> dict[str, object]:
    """Return the median that the choice of a trial brings along, if it brings one.

    Parameters
    ----------
    trial_id, before : str
        The trial chosen, and the one before it.
    median : float
        The median that is set: a learner's own one stays.
    """
    if trial_id in OWN_MEDIANS:
        return {"median": OWN_MEDIANS[trial_id]}
    return {"median": MEDIAN} if OWN_MEDIANS.get(before) == median else {}


@dataclass(frozen=True)
class Plan:
    """A trial with everything assumed of it.

    Attributes
    ----------
    name : str
        Its name.
    patients : int
        Both arms.
    ratio : str
        Control to treated.
    median : float
        Median of the control arm in months.
    accrual, follow_up : float
        Months.
    alpha : float
        Two-sided.
    """

    name: str
    patients: int
    ratio: str
    median: float
    accrual: float
    follow_up: float
    alpha: float

    @property
    def allocation(self) -> float:
        """Share of patients who are treated."""
        control, treated = map(int, self.ratio.split(":"))
        return design.allocation_share(control, treated)

    def events(self, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the events expected in both arms at the analysis, by true hazard ratio."""
        control = event_share(self.median, 1.0, self.accrual, self.follow_up)
        treated = event_share(self.median, ratios, self.accrual, self.follow_up)
        return self.patients * ((1 - self.allocation) * control + self.allocation * treated)

    def power(self, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the power by true hazard ratio, none above 1."""
        test = {"alpha": self.alpha, "allocation": self.allocation}
        pairs = zip(ratios, self.events(ratios), strict=True)
        return np.array([design.power_of(float(hr), float(n), **test) for hr, n in pairs])


@dataclass(frozen=True)
class Power:
    """What the explorer shows.

    Attributes
    ----------
    plan : Plan
        The trial chosen.
    ghosts : tuple of Plan
        The two COMET trials under the same assumptions.
    ratio : float
        True hazard ratio.
    """

    plan: Plan
    ghosts: tuple[Plan, ...]
    ratio: float

    @property
    def same(self) -> int | None:
        """Number of the ghost that is the trial itself, if one is."""
        return next((i for i, g in enumerate(self.ghosts) if g.name in self.plan.name), None)

    @cached_property
    def events(self) -> float:
        """Events at the analysis."""
        return float(self.plan.events(np.array([self.ratio]))[0])

    @cached_property
    def power(self) -> float:
        """Power for the true hazard ratio."""
        return float(self.plan.power(np.array([self.ratio]))[0])

    @cached_property
    def needed(self) -> float | None:
        """Events needed for the target; None where no number is enough."""
        if self.ratio >= 1:
            return None
        return design.events_needed(
            self.ratio, TARGET, alpha=self.plan.alpha, allocation=self.plan.allocation
        )

    @cached_property
    def found(self) -> float:
        """Largest observed hazard ratio that would count as positive."""
        return design.critical_ratio(
            self.events, alpha=self.plan.alpha, allocation=self.plan.allocation
        )


def refusals(p: SimpleNamespace) -> dict[str, str]:
    """Return a sentence where fewer events are expected than the formula is meant for."""
    plan, least = _plan(p), design.EVENTS[0]
    # Fewest where the curve begins.
    share = float(plan.events(HAZARD_RATIOS[:1])[0]) / plan.patients
    enough = math.ceil(least / share)
    if plan.patients >= enough:
        return {}
    return {
        "patients": f"At a hazard ratio of {HAZARD_RATIOS[0]:g}, {plan.patients} patients would "
        f"have fewer than {least:g} events by this analysis, too few for the formula. Nearest "
        f"possible: {enough} patients, or a later analysis."
    }


def _plan(p: SimpleNamespace) -> Plan:
    """Return the trial that the controls describe."""
    name = "Your trial" if p.trial == OWN else short_name(p.trial)
    return Plan(name, p.patients, p.ratio, p.median, p.accrual, p.follow, float(p.alpha))


def power_of(p: SimpleNamespace) -> Power:
    """Return events and power for the values of the controls."""
    plan = _plan(p)
    rest = (plan.median, plan.accrual, plan.follow_up, plan.alpha)
    ghosts = []
    for trial_id in GHOSTS:
        values = preset(trial_id)
        short = short_name(trial_id).removeprefix("SABR-")
        ghosts.append(Plan(short, values["patients"], values["ratio"], *rest))
    return Power(plan, tuple(ghosts), p.hr)


def sentences(shown: Power) -> Iterator[str]:
    """Yield power and events, then what is assumed, and what would count as positive."""
    plan = shown.plan
    yield (
        f"{plan.name}: a power of {percent(shown.power)} for a true hazard ratio of "
        f"{shown.ratio:.2f}, from about {shown.events:.0f} events among {plan.patients} patients "
        f"({plan.ratio})."
    )
    yield (
        f"Assumed: control median {plan.median:g} months, patients come in over "
        f"{plan.accrual:g} months, analysis {plan.follow_up:g} months after the last, two-sided "
        f"alpha {plan.alpha:.2f}."
    )
    if shown.needed is None:
        yield "With no effect at all this power is the chance of a false positive."
    else:
        yield f"For a power of {percent(TARGET)} it would take about {shown.needed:.0f} events."
    yield f"Positive would be an observed hazard ratio of {shown.found:.2f} or less."
    others = ", ".join(
        f"{ghost.name} {percent(float(ghost.power(np.array([shown.ratio]))[0]))}"
        for i, ghost in enumerate(shown.ghosts)
        if i != shown.same
    )
    yield f"Under the same assumptions: {others}."


def table(shown: Power) -> Table:
    """Return events and power by true hazard ratio."""
    ratios = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    events, power = shown.plan.events(ratios), shown.plan.power(ratios)
    ghosts = [ghost.power(ratios) for ghost in shown.ghosts]
    return Table(
        ["True hazard ratio", "Events", "Power", *(f"Power, {g.name}" for g in shown.ghosts)],
        [
            [f"{ratio:.1f}", f"{n:.0f}", *(f"{100 * x:.0f} %" for x in rest)]
            for ratio, n, *rest in zip(ratios, events, power, *ghosts, strict=True)
        ],
        f"{shown.plan.name}, under the assumptions that are set",
    )
