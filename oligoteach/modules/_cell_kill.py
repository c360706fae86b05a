"""Four models of cell kill by dose per fraction, for a tumour and for late-reacting tissue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from oligoteach.models import cell_kill as model
from oligoteach.models.fractionation import ALPHA_BETA_TUMOUR, LQ_HIGH
from oligoteach.widgets import Table

LAST = 24.0
DOSES = np.linspace(0, LAST, 193)
LATE_RATIOS: Mapping[str, str] = {"3": "3 Gy, late tissue", "2": "2 Gy, spinal cord"}
TISSUES: Mapping[str, str] = {"tumour": "Tumour", "late": "Late tissue"}
PARTED = 0.05


@dataclass(frozen=True)
class Kill:
    """One model in one tissue.

    Attributes
    ----------
    name : str
        Of the model.
    curve : ndarray
        For each of ``DOSES``: of the tumour the power of ten of the surviving share, of late tissue
        minus the BED of one fraction in Gy.
    valid : ndarray of bool
        Where the model is within its range.
    at : float
        The same at the chosen dose.
    bed, eqd2 : float
        Of the whole course, in Gy.
    warnings : tuple of str
        What a reader must know.
    """

    name: str
    curve: NDArray[np.float64]
    valid: NDArray[np.bool_]
    at: float
    bed: float
    eqd2: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class KillView:
    """What the explorer shows: the course, and the models by tissue."""

    dose: float
    fractions: int
    late_ratio: float
    tissues: Mapping[str, tuple[Kill, ...]]
    parts: Mapping[str, float | None]

    @property
    def course(self) -> str:
        """The course as it is written."""
        return f"{self.fractions} × {self.dose:g} Gy"


def kill_view(p: SimpleNamespace) -> KillView:
    """Return the models for the explorer's settings."""
    ratio = float(p.late)
    models: dict[str, list[model.LQ]] = {
        "tumour": [
            model.LQ(alpha_beta=ALPHA_BETA_TUMOUR),
            model.LQL(alpha_beta=ALPHA_BETA_TUMOUR, transition=p.turn),
            model.USC(),
        ],
        "late": [model.LQ(alpha_beta=ratio), model.LQL(alpha_beta=ratio, transition=p.late_turn)],
    }
    if p.fading:
        models["tumour"].append(model.ModifiedLQ(alpha_beta=ALPHA_BETA_TUMOUR))
        models["late"].append(model.ModifiedLQ(alpha_beta=ratio))
    tissues = {
        tissue: tuple(_kill(each, tissue, p.dose, p.fractions) for each in found)
        for tissue, found in models.items()
    }
    parts = {tissue: _parting(*found[:2]) for tissue, found in models.items()}
    return KillView(p.dose, p.fractions, ratio, tissues, parts)


def _kill(each: model.LQ, tissue: str, dose: float, fractions: int) -> Kill:
    course = model.bed(each, fractions, dose)
    scale = -1 / math.log(10) if tissue == "tumour" else -1 / each.alpha
    log = model.log_survival(each, 1, DOSES)
    return Kill(
        each.name,
        -scale * log.values,
        log.valid | (DOSES < 1),
        scale * float(model.effect(each, 1, dose)),
        float(course.values),
        float(model.eqd2(each, fractions, dose).values),
        course.warnings,
    )


def _parting(one: model.LQ, other: model.LQ) -> float | None:
    """Return the least dose, to half a Gy, at which the effects of two models differ by 5 %."""
    doses = np.arange(0.5, LAST + 0.5, 0.5)
    apart = model.effect(other, 1, doses) < (1 - PARTED) * model.effect(one, 1, doses)
    return float(doses[apart][0]) if apart.any() else None


def kill_sentences(view: KillView) -> list[str]:
    """Return the models in words."""
    tumour, late = view.tissues["tumour"], view.tissues["late"]
    first = f"{view.course}, EQD2: tumour {_list(tumour)}; late tissue {_list(late)}."
    parted = ", ".join(
        f"{TISSUES[tissue].lower()} "
        + (f"from {dose:g} Gy a fraction" if dose else f"not below {LAST:g} Gy")
        for tissue, dose in view.parts.items()
    )
    survives = ", ".join(f"{k.name} {_one_in(10**-k.at)}" for k in tumour)
    said = [
        first,
        f"LQ-L parts from LQ by 5 % or more in the effect of a fraction: {parted}.",
        f"Of tumour cells one fraction leaves: {survives}.",
    ]
    if view.dose > LQ_HIGH:
        said.append(f"Above {LQ_HIGH:g} Gy a fraction LQ is disputed.")
    return [*said, "USC exists for one line of lung-cancer cells in vitro, not for late tissue."]


def _list(kills: tuple[Kill, ...]) -> str:
    return ", ".join(f"{k.name} {k.eqd2:.0f}" for k in kills) + " Gy"


def _one_in(number: float) -> str:
    """Return one of so many in words, to two digits."""
    sizes = ((1e9, " billion"), (1e6, " million"), (0.0, ""))
    size, word = next(pair for pair in sizes if number >= pair[0])
    rounded = float(f"{number / (size or 1.0):.2g}")
    return f"1 in {rounded:,.0f}{word}" if rounded >= 10 else f"1 in {rounded:g}{word}"


def kill_table(view: KillView) -> Table:
    """Return BED and EQD2 of the course under each model, and what it rests on."""
    rows = []
    for tissue, kills in view.tissues.items():
        for k in kills:
            rows.append(
                [
                    TISSUES[tissue],
                    k.name,
                    f"{k.bed:.1f} Gy",
                    f"{k.eqd2:.1f} Gy",
                    " ".join(k.warnings) or "Within its range.",
                ]
            )
    columns = ["Tissue", "Model", f"BED of {view.course}", "EQD2", "What a reader must know"]
    return Table(columns, rows, "Illustrative models; no dose is recommended by any of them.")
