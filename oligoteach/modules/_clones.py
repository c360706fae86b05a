"""A tumour of several sites under a targeted drug, and what ablating some of them changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oligoteach.models import resistance as model
from oligoteach.widgets import Table

SITE_MM = 20.0
MONTHS = 36.0
ABLATED: Mapping[str, str] = {
    "none": "None",
    "one": "One",
    "but-one": "All but one",
    "all": "All that are seen",
}
HIDDEN: Mapping[str, str] = {
    "0": "None",
    "1e2": "100 resistant cells",
    "1e4": "10,000 resistant cells",
}
SHARES: Mapping[str, str] = {
    "0": "None",
    "1e-8": "1 in 100,000,000",
    "1e-6": "1 in 1,000,000",
    "1e-4": "1 in 10,000",
}
UNDER_DRUG: Mapping[str, str] = {
    "0": "None",
    "1e-8": "1 in 100,000,000 divisions",
    "1e-6": "1 in 1,000,000",
}
DIVISIONS = 1.0
MAX_SITES = 5
RULES: Mapping[model.Rule, str] = {
    "return": "As many cells again as at the start",
    "diameters": "Sum of diameters 20 % and 5 mm above its least",
}


@dataclass(frozen=True)
class Course:
    """How a burden runs: months, cells of both clones together, and resistant cells alone."""

    time: NDArray[np.float64]
    cells: NDArray[np.float64]
    resistant: NDArray[np.float64]
    progression: float


@dataclass(frozen=True)
class Clones:
    """What the figure shows.

    Attributes
    ----------
    sites, ablated : int
        Sites that scans show, and how many of them are ablated.
    month : float
        Month of ablation.
    hidden : float
        Resistant cells in a deposit that no scan shows.
    alone, treated : Course
        With the drug alone, and with ablation as chosen.
    progressions : tuple of float
        Months to progression when 0, 1, 2, … sites are ablated in that month; ``inf`` for none
        in the time followed.
    at_start : tuple of float
        The same for ablation at the start of the drug.
    level : float or None
        Number of cells that is progression; None under the rule of diameters.
    warnings : tuple of str
        What a reader must know.
    """

    sites: int
    ablated: int
    month: float
    hidden: float
    alone: Course
    treated: Course
    progressions: tuple[float, ...]
    at_start: tuple[float, ...]
    level: float | None
    warnings: tuple[str, ...]

    @property
    def late(self) -> bool:
        """Whether ablation would come after progression."""
        return self.ablated > 0 and self.month >= self.alone.progression

    @property
    def earlier(self) -> bool:
        """Whether the rule dates progression earlier with ablation than without."""
        return self.treated.progression < self.alone.progression - 0.05


def clones_view(
    sites: int,
    ablated: str,
    month: float,
    hidden: str,
    share: str,
    under_drug: str,
    doubling: float,
    half_life: float,
    rule: model.Rule,
) -> Clones:
    """Follow the tumour with and without ablation.

    Parameters
    ----------
    sites : int
        Sites that scans show, all alike.
    ablated, hidden, share, under_drug : str
        Keys of the choices above.
    month : float
        Month of ablation.
    doubling, half_life : float
        Doubling time of resistant and half-life of sensitive cells under the drug, in months.
    rule : {'diameters', 'return'}
        What counts as progression.
    """
    size = float(model.cells(SITE_MM))
    rates = model.Rates(half_life, doubling, float(under_drug), DIVISIONS)
    sensitive = [size * (1 - float(share))] * sites + [0.0]
    resistant = [size * float(share)] * sites + [float(hidden)]
    chosen = {"none": 0, "one": 1, "but-one": sites - 1, "all": sites}[ablated]

    def follow(number: int) -> model.TwoClones:
        moment = month if number else None
        return model.two_clones(
            sensitive,
            resistant,
            rates,
            months=MONTHS,
            ablated=range(number),
            ablation_time=moment,
            rule=rule,
        )

    def months_to(number: int) -> tuple[float, float]:
        if not number:
            return (alone.progression, alone.progression)
        found = model.progression_by_ablation_time(
            sensitive,
            resistant,
            rates,
            [month, 0.0],
            ablated=range(number),
            months=MONTHS,
            rule=rule,
        )
        return float(found[0]), float(found[1])

    alone, treated = follow(0), follow(chosen)
    pairs = [months_to(number) for number in range(sites + 1)]
    return Clones(
        sites,
        chosen,
        month,
        float(hidden),
        _course(alone),
        _course(treated),
        tuple(now for now, _ in pairs),
        tuple(start for _, start in pairs),
        float(alone.total_cells[0]) if rule == "return" else None,
        treated.warnings,
    )


def _course(found: model.TwoClones) -> Course:
    """Return a course as far as it is told: to progression, where treatment would change."""
    told = found.valid & (found.time <= found.progression)
    return Course(
        found.time[told],
        found.total_cells[told],
        found.resistant.sum(axis=0)[told],
        found.progression,
    )


def months(value: float) -> str:
    """Return months to progression in words."""
    return f"none in {MONTHS:g} months" if math.isinf(value) else f"{value:.1f} months"


def ablated_words(number: int, sites: int) -> str:
    """Return how many sites are ablated."""
    if number == 0:
        return "drug alone"
    if number < sites or sites == 1:
        return f"{number} of {sites} ablated"
    return f"all {sites} ablated"


def row_words(view: Clones) -> list[str]:
    """Return the words of each row: how many are ablated, and the months to progression."""
    return [
        f"{ablated_words(number, view.sites)}: {months(value)}"
        for number, value in enumerate(view.progressions)
    ]


def clone_sentences(view: Clones) -> Iterator[str]:
    """Yield what ablation changes, what each number of sites gains, and what it cannot reach."""
    alone, treated = view.alone.progression, view.treated.progression
    if view.ablated:
        said = ablated_words(view.ablated, view.sites)
        yield (
            f"With {said} in month {view.month:g} progression: {months(treated)}{_gain(view)}; "
            f"with the drug alone: {months(alone)}."
        )
    else:
        yield (
            f"With the drug alone, progression: {months(alone)}; nothing is ablated, so the month "
            "of ablation changes nothing."
        )
    rows = "; ".join(row_words(view)[1:])
    yield f"By number of sites: {rows}."
    if view.late:
        yield "Ablation in that month comes after progression and delays nothing."
        return
    if view.earlier:
        yield (
            "Nothing grows faster with ablation: ablated sites count as nothing, so the least sum "
            "of diameters is smaller, and by this rule less growth is progression."
        )
    if view.hidden:
        yield (
            f"{view.hidden:,.0f} resistant cells lie where no scan shows them, and no ablation "
            "reaches them."
        )


def _gain(view: Clones) -> str:
    treated, alone = view.treated.progression, view.alone.progression
    if math.isinf(treated) or math.isinf(alone):
        return ""
    words = f"{abs(treated - alone):.1f}"
    if words == "0.0":
        return ", no later"
    return f", {words} {'later' if treated > alone else 'earlier'}"


def clone_table(view: Clones) -> Table:
    """Return months to progression by number of sites and time of ablation."""
    rows = [
        [ablated_words(number, view.sites), months(now), months(start)]
        for number, (now, start) in enumerate(zip(view.progressions, view.at_start, strict=True))
    ]
    return Table(
        ["Sites", f"Ablated in month {view.month:g}", "Ablated at the start"],
        rows,
        "Time to progression under the drug; model, not data",
    )
