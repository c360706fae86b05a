"""The chance that a tumour holds resistant cells before any drug is given, by its size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oligoteach.models import resistance as model
from oligoteach.widgets import Table

MUTATIONS: Mapping[str, str] = {
    "1e-9": "1 in 1,000,000,000 divisions",
    "1e-8": "1 in 100,000,000",
    "1e-7": "1 in 10,000,000",
    "1e-6": "1 in 1,000,000",
}
NAMES = ("10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶")
DENSITIES: Mapping[str, str] = {
    "1e9": "1,000,000,000 in a cm³",
    "1e8": "100,000,000 in a cm³",
}
SMALLEST, LARGEST = 1.0, 50.0
LABEL = "Diameter in mm, log scale\ncurves: mutations for each division"
TICKS = (1, 2, 5, 10, 20, 50)
SIZES = np.geomspace(SMALLEST, LARGEST, 160)
LISTED = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


@dataclass(frozen=True)
class Chance:
    """What the figure shows.

    Attributes
    ----------
    diameter, cells : float
        The tumour chosen: millimetres, and number of cells.
    mutation : str
        Key of the mutation rate chosen.
    chances : ndarray of float, shape (rates, sizes)
        Per cent, for all rates, at :data:`SIZES`.
    chance : float
        Per cent, of the tumour chosen.
    half : float
        Diameter at which half of all tumours hold a resistant cell, in millimetres.
    death, density : float
        Deaths for each birth, and cells per cubic centimetre.
    """

    diameter: float
    cells: float
    mutation: str
    chances: NDArray[np.float64]
    chance: float
    half: float
    death: float
    density: float

    @property
    def chosen(self) -> int:
        """Place of the mutation rate among those drawn."""
        return list(MUTATIONS).index(self.mutation)


def chance_view(diameter: float, mutation: str, death: float, density: str) -> Chance:
    """Return the chances for a tumour.

    Parameters
    ----------
    diameter : float
        Millimetres.
    mutation, density : str
        Keys of :data:`MUTATIONS` and :data:`DENSITIES`.
    death : float
        Deaths for each hundred births.
    """
    packed, lost = float(density), death / 100
    number = model.cells(SIZES, packed)
    chances = [_percent(number, rate, lost) for rate in MUTATIONS]
    own = float(model.cells(diameter, packed))
    half = float(model.diameter_mm(model.size_for(0.5, float(mutation), 1.0, lost), packed))
    chance = float(_percent(np.array([own]), mutation, lost)[0])
    return Chance(diameter, own, mutation, np.array(chances), chance, half, lost, packed)


def _percent(number: NDArray[np.float64], rate: str, lost: float) -> NDArray[np.float64]:
    return 100 * model.resistance(number, float(rate), 1.0, lost).probability


def heading(view: Chance) -> tuple[str, str]:
    """Return the words above the figure."""
    first = f"One tumour of {view.diameter:g} mm, {count(view.cells)} cells:"
    return first, f"resistant cells in {share(view.chance)}"


def count(number: float) -> str:
    """Return a number of cells as people say it."""
    for size, name in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if number >= size:
            return f"{number / size:.2g} {name}" if number < 100 * size else _whole(number, size)
    return f"{number:.0f}"


def _whole(number: float, size: float) -> str:
    name = {1e9: "billion", 1e6: "million", 1e3: "thousand"}[size]
    return f"{number / size:.0f} {name}"


def share(percent: float) -> str:
    """Return a chance in words, no more exactly than a model is worth."""
    if percent > 99.5:
        return "more than 99 %"
    if percent < 1:
        return "less than 1 %"
    return f"{percent:.0f} %"


def chance_sentences(view: Chance) -> Iterator[str]:
    """Yield the chance of the tumour chosen, the size of an even chance, and other rates."""
    yield (
        f"Before any drug, a tumour of {view.diameter:g} mm, {count(view.cells)} cells, holds "
        f"resistant cells with a chance of {share(view.chance)} when a division in "
        f"{float(1 / float(view.mutation)):,.0f} makes one."
    )
    yield f"The chance is even at {view.half:.1f} mm."
    others = [
        f"{name}: {share(float(np.interp(view.diameter, SIZES, values)))}"
        for name, values in zip(NAMES, view.chances, strict=True)
    ]
    yield f"At the same size by mutation rate {', '.join(others)}."


def chance_table(view: Chance) -> Table:
    """Return the chances by size and mutation rate."""
    rows = []
    for size in LISTED:
        number = model.cells(np.array([size]), view.density)
        chances = [share(float(_percent(number, rate, view.death)[0])) for rate in MUTATIONS]
        rows.append([f"{size:g} mm", count(float(number[0])), *chances])
    return Table(
        ["Diameter", "Cells", *NAMES], rows, "Tumours that hold resistant cells; model, not data"
    )
