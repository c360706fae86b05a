"""The schematic of interferon as the lesson shows it: one total dose, divided in several ways."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from oligoteach.models.interferon import (
    ASSUMED,
    MAX_DOSE,
    THRESHOLD_LOW,
    Shape,
    course_signal,
    fraction_signal,
)
from oligoteach.widgets import Table

COUNTS = (1, 2, 3, 4, 6, 8, 12)
DOSES = np.linspace(0, MAX_DOSE, 181)


@dataclass(frozen=True)
class Division:
    """A total dose in so many fractions: signal of one, and of the course."""

    count: int
    dose: float
    signal: float
    total: float

    @property
    def name(self) -> str:
        """The schedule as it is written."""
        return f"{self.count} × {self.dose:g} Gy"

    @property
    def beyond(self) -> bool:
        """Whether a fraction reaches the published range in which TREX1 rises."""
        return self.dose >= THRESHOLD_LOW


@dataclass(frozen=True)
class InterferonView:
    """What the explorer shows: the assumed form, and each division of the total dose."""

    shape: Shape
    total: int
    divisions: tuple[Division, ...]

    @property
    def best(self) -> Division:
        """The division with the largest signal under this form."""
        return max(self.divisions, key=lambda division: division.total)


def interferon_view(p: SimpleNamespace) -> InterferonView:
    """Return the divisions for the explorer's settings."""
    shape = Shape(p.half_rise, p.half_fall, p.steepness)
    found = []
    for count in COUNTS:
        dose = round(p.total / count, 2)
        signal = float(fraction_signal(dose, shape))
        found.append(Division(count, dose, signal, course_signal(count, dose, shape)))
    return InterferonView(shape, p.total, tuple(found))


def interferon_sentences(view: InterferonView) -> list[str]:
    """Return the schematic in words."""
    one = view.divisions[0]
    changed = "" if view.shape == ASSUMED else " changed"
    shape = view.shape
    return [
        f"Under the{changed} assumed curve {view.total} Gy gives the largest relative signal as "
        f"{view.best.name}: {view.best.total:.2f}, against {one.total:.2f} as {one.name}.",
        f"Assumed: rise half done at {shape.half_rise:g} Gy, fall half done at "
        f"{shape.half_fall:g} Gy, steepness {shape.steepness:g}.",
        "Schematic, preclinical: published is only the range of 12 to 18 Gy in which TREX1 rises, "
        "by cell line; the curve, how fractions add up and every number on them are assumed.",
    ]


def interferon_table(view: InterferonView) -> Table:
    """Return every division with its signals."""
    rows = [
        [d.name, f"{d.signal:.3f}", f"{d.total:.3f}", "yes" if d.beyond else "no"]
        for d in view.divisions
    ]
    columns = [
        "Schedule",
        "Signal of one fraction (assumed)",
        "Signal of the course (assumed)",
        "Fraction of 12 Gy or more",
    ]
    return Table(columns, rows, "Relative, without unit; not measured in any tumour.")
