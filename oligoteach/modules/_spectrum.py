"""Seeding and growth as the lesson shows them: one patient by chance, and many by calculation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from oligoteach.models import seeding as model
from oligoteach.widgets import Table

STOPS: Mapping[str, str] = {
    "treated": "Until it was treated",
    "early": "Early only",
}
ALIKE: Mapping[str, str] = {
    "0.5": "Few patients carry most metastases",
    "1": "In between",
    "5": "Patients are rather alike",
}
EARLY_CELLS = 1e8
NUMBERS = tuple(range(1, 9))
FEW = 5
FIRST_YEAR, LAST_YEAR = -6.0, 10.0


@dataclass(frozen=True)
class Spectrum:
    """What the figure shows.

    Attributes
    ----------
    years : float
        From treatment of the primary to the scan.
    drug : float
        Chance that systemic therapy eradicates a hidden metastasis.
    course : Course
        How primary and metastases grow.
    number : int
        Of the patient, which seeds the random numbers.
    patient : Patient
        Drawn by chance.
    visible : float
        Share of all metastases that the scan shows.
    alone, with_drug : tuple of float
        Chance that nothing is left after all visible ones are ablated, for 1 to 8 of them.
    few : float
        Share of patients with 1 to 5 visible ones among those with any metastasis.
    few_alone, few_with_drug : float or None
        The same chances for patients with 1 to 5; None where no scan shows any.
    """

    years: float
    drug: float
    course: model.Course
    number: int
    patient: model.Patient
    visible: float
    alone: tuple[float, ...]
    with_drug: tuple[float, ...]
    few: float
    few_alone: float | None
    few_with_drug: float | None

    @property
    def hidden_for_each(self) -> float:
        """Hidden metastases for each visible one, over all patients; infinite if none is seen."""
        return (1 - self.visible) / self.visible if self.visible > 0 else math.inf


def spectrum_view(p: SimpleNamespace) -> Spectrum:
    """Return patient and chances for the explorer's settings."""
    early = p.stop == "early"
    course = model.Course(
        p.primary, p.doubling, p.spread / 100, cells_at_stop=EARLY_CELLS if early else None
    )
    days, drug, shape = p.years * model.DAYS_IN_YEAR, p.drug / 100, float(p.alike)
    visible = float(model.visible_share(course, days))
    total = model.drawn_total(p.mean, shape, seed=p.seed)
    chances = [model.nothing_left(NUMBERS, visible, p.mean, shape, s).values for s in (0.0, drug)]
    weights = model.visible_numbers(max(NUMBERS), visible, p.mean, shape)
    any_at_all = 1 - (shape / (shape + p.mean)) ** shape
    among = weights[1 : FEW + 1]
    seen = float(among.sum())
    averages = [float(among @ c[:FEW]) / seen if seen > 0 else None for c in chances]
    return Spectrum(
        p.years,
        drug,
        course,
        p.seed,
        model.patient(course, total, days, drug, seed=p.seed),
        visible,
        tuple(map(float, chances[0])),
        tuple(map(float, chances[1])),
        seen / any_at_all,
        *averages,
    )


def spectrum_sentences(view: Spectrum) -> list[str]:
    """Return chances and patient in words."""
    if view.few_alone is None or view.few_with_drug is None:
        return ["At this scan no metastasis is visible yet, whoever has some.", *_patient(view)]
    when = "At a synchronous scan" if view.years == 0 else f"{view.years:g} years on"
    drug = f", with systemic therapy in {_share(view.few_with_drug)}" if view.drug else ""
    first = (
        f"{when}, ablating all of 1 to {FEW} visible metastases leaves nothing in "
        f"{_share(view.few_alone)}{drug}."
    )
    by_number = ", ".join(f"{n}: {_share(view.alone[n - 1])}" for n in (1, 2, 3, 5, 8))
    return [
        first,
        f"By number of visible ones, ablation alone: {by_number}.",
        f"The scan shows {_share(view.visible)} of all metastases: over all patients "
        f"{_many(view.hidden_for_each)} hidden for each visible one.",
        f"Of patients with any metastasis {_share(view.few)} show 1 to {FEW}.",
        *_patient(view),
        "Illustration: numbers and doubling times are assumptions, fitted to nobody.",
    ]


def _patient(view: Spectrum) -> list[str]:
    one = view.patient
    if one.seeded.size == 0:
        return [f"Patient {view.number} has no metastasis."]
    start = f"Patient {view.number} has {one.n_visible} visible and {one.n_occult} hidden"
    if view.drug:
        return [f"{start}, of which systemic therapy leaves {one.n_left}."]
    return [f"{start}."]


def lines(view: Spectrum) -> dict[str, list[tuple[float, float, float]]]:
    """Return the metastases of the patient by fate: year of seeding, and year and power at scan.

    A curve that would pass the largest size ends where it reaches it.
    """
    one, top = view.patient, math.log10(model.MAX_CELLS)
    found: dict[str, list[tuple[float, float, float]]] = {"seen": [], "hidden": [], "gone": []}
    power = (view.years * model.DAYS_IN_YEAR - one.seeded) / one.doubling * math.log10(2)
    for i in range(one.seeded.size):
        start = float(one.seeded[i]) / model.DAYS_IN_YEAR
        end, high = view.years, float(power[i])
        if high > top:
            end, high = start + (end - start) * top / high, top
        fate = "seen" if one.visible[i] else "gone" if one.eradicated[i] else "hidden"
        found[fate].append((start, end, high))
    return found


def primary(view: Spectrum) -> tuple[float, float]:
    """Return the year in which the primary was one cell, and its power of ten when treated."""
    course = view.course
    return -course.treated / model.DAYS_IN_YEAR, math.log10(course.cells_at_treatment)


def hidden_note(view: Spectrum) -> str:
    """Return how many are hidden for each visible one over many patients, for the figure."""
    if view.visible == 0:
        return "overall: none visible yet"
    return f"overall: {_many(view.hidden_for_each)} hidden for 1 visible"


def spectrum_table(view: Spectrum) -> Table:
    """Return the chances for each number of visible metastases."""
    weights = np.round([100 * a for a in view.alone], 1)
    rows = [
        [str(n), f"{weights[n - 1]:.1f} %", f"{100 * view.with_drug[n - 1]:.1f} %"] for n in NUMBERS
    ]
    columns = [
        "Visible metastases, all ablated",
        "Nothing left, ablation alone",
        f"Nothing left, with systemic therapy ({100 * view.drug:.0f} %)",
    ]
    return Table(columns, rows, "Illustrative model; ablation is taken never to fail.")


def _share(value: float) -> str:
    """Return a share as a percentage, with a digit more where it is small."""
    per_cent = 100 * value
    if 0 < per_cent < 0.05:
        return "less than 0.1 %"
    if per_cent < 1 or 99 < per_cent < 100:
        return f"{per_cent:.1f} %"
    return f"{per_cent:.0f} %"


def _many(value: float) -> str:
    """Return a number of hidden metastases in words, a large one to two digits."""
    if value >= 1e6:
        return f"{value / 1e6:.2g} million"
    if value >= 100:
        return f"{float(f'{value:.2g}'):,.0f}"
    return f"{value:.1f}" if value >= 0.05 else "hardly any"
