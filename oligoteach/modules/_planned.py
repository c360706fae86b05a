"""What a planned trial could find: events at the analysis and power, under declared assumptions."""

from __future__ import annotations

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
# Planned or entered sizes of the ledger; the allocation where it has one, else equal arms.
PLANNED = ("sabr-comet-3", "sabr-comet-10", "omega", "saron", "core", "lonestar", "stop-2")
ASSUMED_EQUAL = ("omega", "lonestar")
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


def power_of(p: SimpleNamespace) -> Power:
    """Return events and power for the values of the controls."""
    rest = (p.median, p.accrual, p.follow, float(p.alpha))
    name = "Your trial" if p.trial == OWN else short_name(p.trial)
    ghosts = []
    for trial_id in GHOSTS:
        values = preset(trial_id)
        short = short_name(trial_id).removeprefix("SABR-")
        ghosts.append(Plan(short, values["patients"], values["ratio"], *rest))
    return Power(Plan(name, p.patients, p.ratio, *rest), tuple(ghosts), p.hr)


def sentences(shown: Power) -> Iterator[str]:
    """Yield assumptions, events and power, and what would count as positive."""
    plan = shown.plan
    yield (
        f"{plan.name}, {plan.patients} patients ({plan.ratio}), if the true hazard ratio is "
        f"{shown.ratio:.2f}, the control median {plan.median:g} months, accrual {plan.accrual:g} "
        f"months and the analysis {plan.follow_up:g} months after the last patient:"
    )
    yield (
        f"about {shown.events:.0f} events and a power of {percent(shown.power)} at a two-sided "
        f"alpha of {plan.alpha:.2f}."
    )
    if shown.needed is None:
        yield "With no effect at all that is the chance of a false positive."
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
