"""The same effect in another number of fractions, for the tumour and for late-reacting tissue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from oligoteach.models._numbers import FloatArray
from oligoteach.models.fractionation import LQ_HIGH, LQ_LOW, bed, isoeffective_dose
from oligoteach.modules._phrases import counted
from oligoteach.widgets import Table

COUNTS = np.arange(1.0, 41.0)
TICKS = (1, 2, 3, 5, 10, 20, 40)
MOST_GY = 120
TISSUES = {"tumour": "tumour", "late": "late tissue"}


@dataclass(frozen=True)
class Line:
    """Total doses with the same effect on one tissue.

    Attributes
    ----------
    alpha_beta : float
        In Gy.
    target : float
        BED of the schedule to match, in Gy.
    totals : ndarray of float
        Gy for each number of fractions.
    dose : float
        Of each fraction at the number that is looked at, in Gy.
    """

    alpha_beta: float
    target: float
    totals: FloatArray
    dose: float

    @property
    def holds(self) -> np.ndarray:
        """Where a fraction is within the range of the linear-quadratic model."""
        each = np.round(self.totals / COUNTS, 9)  # a dose of just 1 or 10 Gy is within
        return np.asarray((each >= LQ_LOW) & (each <= LQ_HIGH))


@dataclass(frozen=True)
class IsoeffectView:
    """What the explorer shows: the schedule to match, and what matches it in n fractions."""

    from_fractions: int
    from_dose: float
    n_fractions: int
    lines: dict[str, Line]

    def total(self, tissue: str) -> float:
        """Return the total dose that matches for a tissue, in Gy."""
        return self.n_fractions * self.lines[tissue].dose

    @property
    def share(self) -> float:
        """Of the tumour's dose that late tissue may get for the same late effect."""
        return self.total("late") / self.total("tumour")

    @property
    def late_bed(self) -> float:
        """BED in late tissue that gets all of the tumour's dose, in Gy."""
        dose = self.lines["tumour"].dose
        return float(bed(self.n_fractions, dose, self.lines["late"].alpha_beta))


def isoeffect_view(p: SimpleNamespace) -> IsoeffectView:
    """Return doses of the same effect for the explorer's settings."""
    lines = {}
    for tissue, ab in (("tumour", p.tumour), ("late", p.late)):
        target = float(bed(p.from_fractions, p.from_dose, ab))
        each = isoeffective_dose(target, COUNTS, ab)
        lines[tissue] = Line(ab, target, COUNTS * each, float(each[p.fractions - 1]))
    return IsoeffectView(p.from_fractions, p.from_dose, p.fractions, lines)


def too_much(p: SimpleNamespace) -> dict[str, str]:
    """Return why a schedule is not matched, at the control that must change."""
    return beyond("from_dose", p.from_fractions, p.from_dose)


def beyond(control: str, n_fractions: int, dose: float) -> dict[str, str]:
    """Return why a course has more dose than is shown, with the nearest that has not."""
    total = n_fractions * dose
    if total <= MOST_GY:
        return {}
    most = math.floor(2 * MOST_GY / n_fractions) / 2
    return {
        control: f"{n_fractions} × {dose:g} Gy is {total:g} Gy; courses of up to {MOST_GY} Gy are "
        f"shown. The nearest with {counted(n_fractions)} is {most:g} Gy each."
    }


def isoeffect_sentences(view: IsoeffectView) -> list[str]:
    """Return the doses in words."""
    tumour, late = view.lines["tumour"], view.lines["late"]
    matched = f"{view.from_fractions} × {view.from_dose:g} Gy"
    found = [
        f"{view.n_fractions} × {tumour.dose:.1f} Gy ({view.total('tumour'):.1f} Gy) match "
        f"{matched} in the tumour; late tissue may then get {100 * view.share:.0f} % of it for the "
        "same late effect.",
        f"Late tissue is matched by {view.total('late'):.1f} Gy. With all of the tumour's dose its "
        f"BED would be {view.late_bed:.0f} Gy in place of {late.target:.0f}.",
        f"LQ with α/β {tumour.alpha_beta:g} and {late.alpha_beta:g} Gy.",
    ]
    doses = np.round([tumour.dose, late.dose], 9)
    if doses.max() > LQ_HIGH:
        found.append(f"Above {LQ_HIGH:g} Gy a fraction LQ is disputed, and so is this.")
    if doses.min() < LQ_LOW:
        found.append(f"Below {LQ_LOW:g} Gy a fraction no source read here vouches for LQ.")
    return found


def isoeffect_table(view: IsoeffectView) -> Table:
    """Return the doses for a few numbers of fractions."""
    rows = []
    tumour, late = view.lines["tumour"], view.lines["late"]
    for n in sorted({*TICKS, view.n_fractions}):
        totals = [float(line.totals[n - 1]) for line in (tumour, late)]
        inside = tumour.holds[n - 1] and late.holds[n - 1]
        rows.append(
            [
                str(n),
                f"{totals[0]:.1f}",
                f"{totals[0] / n:.2f}",
                f"{totals[1]:.1f}",
                f"{100 * totals[1] / totals[0]:.0f} %",
                "yes" if inside else "no",
            ]
        )
    columns = [
        "Fractions",
        "Tumour matched by, Gy",
        "Dose of each, Gy",
        "Late tissue matched by, Gy",
        "Late tissue may get",
        "Within the range of LQ",
    ]
    matched = f"{view.from_fractions} × {view.from_dose:g} Gy"
    return Table(columns, rows, f"Matching {matched}; time is left out.")
