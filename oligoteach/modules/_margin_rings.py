"""Margins as the lesson shows them: a hundred patients' shifts, and the margin by fractions."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from oligoteach.models.margins import (
    PENUMBRA_LUNG,
    PENUMBRA_WATER,
    Errors,
    blur,
    covered,
    few_fractions,
    margin,
    shift_within,
    straight_line,
)
from oligoteach.modules._phrases import counted
from oligoteach.widgets import Table

PENUMBRAS = {"water": "In water, 3.2 mm", "lung": "In lung, 6.4 mm"}
WIDTHS = {"water": PENUMBRA_WATER, "lung": PENUMBRA_LUNG}
ISODOSES = {"95": "95 %", "80": "80 %"}
N_PATIENTS = 100
COUNTS = np.arange(1.0, 36.0)
TICKS = (1, 3, 5, 8, 15, 30)
REACH, TOP = 12.0, 16.0
# How long each of a hundred shifts is in standard deviations: evenly spread over all of them.
LENGTHS = shift_within((np.arange(N_PATIENTS) + 0.5) / N_PATIENTS)


@dataclass(frozen=True)
class MarginView:
    """What the explorer shows; lengths in mm.

    Attributes
    ----------
    given : float
        The margin that is used.
    n_fractions : int
        Fractions of the course.
    errors, effective : Errors
        As set, and as they act in the sum of the fractions.
    wanted, many : float
        The recipe's margin for this course, and for many fractions.
    rule : float
        2.5 Σ + 0.7 σ.
    taken : float
        What the random part takes of the margin.
    share : float
        Of patients whose whole target gets the isodose within the margin that is used.
    by_count : ndarray of float
        The recipe's margin for each number of fractions.
    setting : str
        Isodose and penumbra in words.
    """

    given: float
    n_fractions: int
    errors: Errors
    effective: Errors
    wanted: float
    many: float
    rule: float
    taken: float
    share: float
    by_count: Any
    setting: str

    @property
    def inside(self) -> int:
        """Of a hundred patients, those whose shift stays within what the margin leaves to it."""
        return int(np.sum(self.lengths <= self.given - self.taken))

    @property
    def lengths(self) -> Any:
        """Lengths of a hundred shifts."""
        return LENGTHS * float(self.effective.systematic)


def margin_view(p: SimpleNamespace) -> MarginView:
    """Return the margins for the explorer's settings."""
    how = (WIDTHS[p.penumbra], int(p.isodose) / 100)
    effective = few_fractions(p.systematic, p.random, p.fractions)
    each = few_fractions(p.systematic, p.random, COUNTS)
    sd = float(effective.systematic), float(effective.random)
    return MarginView(
        given=p.given,
        n_fractions=p.fractions,
        errors=Errors(np.asarray(p.systematic), np.asarray(p.random)),
        effective=effective,
        wanted=float(margin(*sd, *how)),
        many=float(margin(p.systematic, p.random, *how)),
        rule=float(straight_line(p.systematic, p.random)),
        taken=float(blur(sd[1], *how)),
        share=float(covered(p.given, *sd, *how)),
        by_count=margin(each.systematic, each.random, *how),
        setting=f"{p.isodose} % isodose, penumbra {WIDTHS[p.penumbra]:g} mm",
    )


def margin_sentences(view: MarginView) -> list[str]:
    """Return the margins in words."""
    count = counted(view.n_fractions)
    sigma, spread = (float(part) for part in (view.effective.systematic, view.effective.random))
    return [
        f"A margin of {view.given:g} mm covers {view.inside} of 100 patients; the recipe asks for "
        f"{view.wanted:.1f} mm with {count}, to cover 90.",
        f"In {count} the errors act as a systematic {sigma:.2f} mm and a random {spread:.2f} mm.",
        f"For many fractions it would ask for {view.many:.1f} mm, its straight line 2.5 Σ + 0.7 σ "
        f"for {view.rule:.1f} mm.",
        f"Of the margin {view.taken:.1f} mm go to the blur of random errors ({view.setting}).",
    ]


def margin_table(view: MarginView) -> Table:
    """Return errors and margin by number of fractions."""
    rows = []
    for n in sorted({*TICKS, view.n_fractions}):
        acting = few_fractions(view.errors.systematic, view.errors.random, n)
        rows.append(
            [
                str(n),
                f"{float(acting.systematic):.2f}",
                f"{float(acting.random):.2f}",
                f"{view.by_count[n - 1]:.1f}",
            ]
        )
    many = [float(view.errors.systematic), float(view.errors.random), view.many]
    rows.append(["many", f"{many[0]:.2f}", f"{many[1]:.2f}", f"{many[2]:.1f}"])
    columns = ["Fractions", "Systematic error, mm", "Random error, mm", "Margin for 90 %, mm"]
    return Table(columns, rows, f"Margin by van Herk's recipe; {view.setting}.")
