"""What the figures of the plan room and of a learner's own plan share: curves, limits, axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from oligoteach.models.dvh import Dvh, eqd2_dvh
from oligoteach.modules._dose_checks import Judged, StructureDose, limit_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What each plane is called, by the axis that it is across: x, y and z.
VIEWS = ("From the side", "From the front", "From the feet")
AXES = {"dose": "Physical dose", "eqd2": "EQD2, voxel by voxel"}
X_LABELS = {"dose": "Dose, Gy", "eqd2": "EQD2, Gy"}
POINTS = 160  # of a drawn curve


class Doses(Protocol):
    """What is read of a view."""

    @property
    def structures(self) -> Sequence[StructureDose]:
        """Structures with their histograms, in the order of the list."""

    @property
    def judged(self) -> Sequence[Judged]:
        """Limits held against them."""

    @property
    def axis(self) -> str:
        """``dose`` or ``eqd2``."""

    @property
    def dose_gy(self) -> float:
        """Dose of the course."""

    @property
    def n_fractions(self) -> int:
        """Number of fractions."""


def cut(
    plane: Any, dose: NDArray[np.float32], dose_gy: float, look: tuple[int, int, int], axis: int
) -> Any:
    """Return a plane across an axis with the dose on it, as shares of the course's dose."""
    from oligoteach.charts import slice_room as chart

    one, other = (place for place in range(3) if place != axis)
    return chart.Cut(
        plane,
        # The cube runs along z, y and x.
        dose.take(look[axis], axis=2 - axis) * np.float32(1 / dose_gy),
        (float(plane.across[look[one]]), float(plane.up[look[other]])),
    )


def drawn(view: Doses, structure: StructureDose) -> Dvh:
    """Return the histogram on the axis that is shown."""
    if view.axis == "dose":
        return structure.histogram
    return eqd2_dvh(structure.histogram, view.n_fractions, structure.alpha_beta)


def curves(view: Doses, names: Mapping[str, str]) -> list[Any]:
    """Return the histograms as curves in % of the structure, the PTV first."""
    from oligoteach.charts import slice_room as chart

    found = []
    for structure in sorted(view.structures, key=lambda s: s.key != "ptv")[: chart.CURVES]:
        h = drawn(view, structure)
        pick = np.unique(np.linspace(0, len(h.edges) - 1, POINTS).astype(int))
        name = names.get(structure.key, structure.name)
        found.append(chart.Curve(name, h.edges[pick], 100 / h.total_cc * h.volume[pick]))
    return found


def marks(view: Doses) -> list[Any]:
    """Return limits as marks; they are of physical dose, so the EQD2 axis has none."""
    from oligoteach.charts import slice_room as chart

    if view.axis != "dose":
        return []
    places = [(limit_place(item), item.judgement.status == "pass") for item in view.judged]
    return [chart.Mark(place[0], place[1], kept) for place, kept in places if place is not None]


def x_max(view: Doses, hottest: float = 0.0) -> float:
    """Return the end of the dose axis: in steps, so that it seldom moves."""
    dose = max(1.25 * view.dose_gy, hottest)
    if view.axis == "eqd2":
        dose = max(dose * (dose / view.n_fractions + ab) / (2 + ab) for ab in (10, 3))
    step = 10 if dose < 150 else 50
    return float(step * np.ceil(dose / step))
