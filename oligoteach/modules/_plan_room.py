"""The plan room: a computed plan on a phantom, weighed, moved, blurred, and held against limits."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from oligoteach import evidence
from oligoteach.models.conformity import Conformity, conformity
from oligoteach.models.dose_grid import Cube, add_beam, filtered, taps, weighed
from oligoteach.models.dvh import dvh, mean_conversion
from oligoteach.models.structures import within_distance
from oligoteach.modules._dose_checks import (
    SOURCES,
    Judged,
    StructureDose,
    broken_sentence,
    check_table,
    goal_words,
    judge_all,
    limits_fact,
    limits_words,
)
from oligoteach.modules._plan_figures import AXES, VIEWS, X_LABELS, curves, cut, marks, x_max
from oligoteach.widgets import Choice, Explorer, Number, Several, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from oligoteach.charts.slice_room import Plane, Shown

CASES = {
    "peripheral": "Lung, peripheral",
    "central": "Lung, central",
    "chest_wall": "Lung, near the chest wall",
    "adrenal": "Left adrenal",
    "vertebra": "Vertebra",
}
#: Dose in Gy and number of fractions that each plan was made for.
PLANNED = {
    "peripheral": (54, 3),
    "central": (50, 5),
    "chest_wall": (48, 4),
    "adrenal": (40, 5),
    "vertebra": (24, 2),
}
NORMALISED = {
    "ptv": "95 % of the PTV gets the dose",
    "mean": "The dose is the PTV's mean",
    "max": "The dose is 80 % of the maximum",
    "none": "As planned: a dropped beam is missing",
}
MOVED_AT_FIRST = 0  # the beam that counts as the one moved last before any has been
KEPT = 3  # cases made ready: the one that is shown, and its neighbours in the list
BEAMS = {str(n): str(n) for n in range(1, 10)}
FULL = 100
SHORT = {
    "lungs": "Lungs",
    "bronchi": "Bronchi",
    "vessels": "Vessels",
    "oesophagus": "Oesoph.",
    "cord": "Cord",
}
LISTED = {"lungs": "Lungs", "bronchi": "Bronchi"}
LEVELS = {1.0: "100", 0.8: "80", 0.5: "50", 0.3: "30", 0.1: "10"}
# Greys of the tissue codes, dark enough for pale lines to be read on them.
GREYS = np.array([0.02, 0.13, 0.42, 0.36, 0.66, 0.0, 0.5], dtype=np.float32)
# Where a name stands that would not fit its structure, in mm from its middle: x and y.
BESIDE = {
    "cord": (0, 26),
    "oesophagus": (-30, 0),
    "vessels": (52, 14),
    "bronchi": (0, -20),
    "duodenum": (-34, 6),
}


@dataclass(frozen=True)
class Anatomy:
    """A case made ready: its record and arrays, and where things lie in its grid.

    ``places`` are those of each structure but the body in the flattened grid; ``far`` is the body
    at 2 cm or more from the PTV.
    """

    record: Any
    arrays: Any
    places: Mapping[str, NDArray[np.int32]]
    in_body: NDArray[np.bool_]
    far: NDArray[np.bool_]
    centres: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class RoomView:
    """What the plan room shows; the arrays of its case are asked for where they are needed."""

    case: str
    dose: Cube
    dose_gy: float
    n_fractions: int
    structures: Sequence[StructureDose]
    indices: Conformity
    judged: Sequence[Judged]
    weights: tuple[float, ...]
    look: tuple[int, int, int]
    axis: str
    moved: str
    static: bool

    @property
    def anatomy(self) -> Anatomy:
        """The case made ready."""
        return anatomy(self.case)


_last: dict[str, tuple[tuple[int, ...], int]] = {}  # weights, and which beam was moved


@functools.lru_cache(maxsize=KEPT)
def anatomy(case: str) -> Anatomy:
    """Return a case made ready."""
    record, arrays = evidence.plan_records()[case], evidence.plan_arrays(case)
    masks, spacing = arrays.masks, record.grid.spacing_mm
    body = masks.pop("body")
    near = within_distance(masks["ptv"], (spacing,) * 3, 20 - 1e-3)
    centres = tuple(
        first + np.arange(n) * spacing
        for first, n in zip(record.grid.first_mm, record.grid.size, strict=True)
    )
    return Anatomy(
        record,
        arrays,
        {key: np.flatnonzero(mask).astype(np.int32) for key, mask in masks.items()},
        body.copy(),  # by itself: a part of the masks would keep them all
        body & ~near,
        centres,  # type: ignore[arg-type]
    )


def room_view(p: SimpleNamespace) -> RoomView:
    """Return the plan as weighed, normalised, moved and blurred."""
    here = anatomy(p.case)
    record = here.record
    planned = _weighed(p.case, tuple(p.weights))
    planned = planned * np.float32(_factor(p, planned, here))
    still, moving = _delivered(planned, p, record.grid.spacing_mm)
    flat = {True: moving.ravel(), False: still.ravel()}
    structures = [
        _structure(s, flat[s.moves].take(here.places[s.key]), record.grid.voxel_cc)
        for s in record.structures
        if s.key != "body"
    ]
    indices = conformity(
        moving * here.in_body,  # to multiply is faster than to pick most of a cube
        flat[True].take(here.places["ptv"]),
        moving * here.far,
        record.grid.voxel_cc,
        p.dose,
    )
    return RoomView(
        case=p.case,
        dose=moving,
        dose_gy=p.dose,
        n_fractions=p.fractions,
        structures=structures,
        indices=indices,
        judged=judge_all(structures, p.fractions, p.dose, p.source),
        weights=tuple(w / FULL for w in p.weights),
        look=_look(p, here),
        axis=p.axis,
        moved=_moved_words(p),
        static=not (p.breathing or p.left or p.back or p.head),
    )


def _weighed(case: str, weights: tuple[int, ...]) -> Cube:
    """Return the plan with its beams weighed; a learner mostly moves the beam moved last.

    The sum of all others is kept, and the beam is added to that, not to the last plan: rounding
    must not grow from move to move.
    """
    last, moved = _last.get(case, (weights, MOVED_AT_FIRST))
    changed = [i for i, (now, then) in enumerate(zip(weights, last, strict=True)) if now != then]
    moved = changed[0] if len(changed) == 1 else moved
    _last.clear()
    _last[case] = weights, moved
    whole = _others(case, weights, moved).copy()
    add_beam(whole, anatomy(case).arrays.beams[moved], weights[moved] / FULL)
    return whole


def _others(case: str, weights: tuple[int, ...], moved: int) -> Cube:
    """Return the sum of all beams but the one that is moved."""
    return _sum(case, (*weights[:moved], 0, *weights[moved + 1 :]))


@functools.lru_cache(maxsize=KEPT)
def _sum(case: str, weights: tuple[int, ...]) -> Cube:
    """Return the sum of the beams, weighed in per cent."""
    here = anatomy(case)
    return weighed(here.arrays.beams, np.array(weights) / FULL, here.in_body.shape)


def _factor(p: SimpleNamespace, planned: Cube, here: Anatomy) -> float:
    """Return what the weighed plan is multiplied by so that it has its dose."""
    scale = p.dose / here.record.dose_gy
    if p.normalise == "none":
        return scale
    ptv = planned.ravel().take(here.places["ptv"])
    if p.normalise == "mean":
        return p.dose / float(ptv.mean())
    if p.normalise == "max":
        return p.dose / (0.8 * float(planned.max()))
    rank = int(0.05 * ptv.size)
    return p.dose / float(np.partition(ptv, rank)[rank])


def _delivered(planned: Cube, p: SimpleNamespace, spacing: float) -> tuple[Cube, Cube]:
    """Return the dose in the patient as set up: of what keeps still, and of what breathes."""
    # The patient lies off to one side; the dose in the patient is off to the other.
    cube = planned
    for axis, move in ((2, p.left), (1, p.back)):
        cube = filtered(cube, axis, taps(-move / spacing))
    along = -p.head / spacing
    still = filtered(cube, 0, taps(along))
    if not p.breathing:
        return still, still
    return still, filtered(cube, 0, taps(along, p.breathing / spacing))


def _structure(structure: Any, doses: NDArray[np.float32], voxel_cc: float) -> StructureDose:
    return StructureDose(
        structure.key,
        structure.name,
        structure.organ,
        "target" if structure.key in ("gtv", "ptv") else "organ",
        dvh(doses, voxel_cc, beyond_cc=structure.beyond_cc),
    )


def _look(p: SimpleNamespace, here: Anatomy) -> tuple[int, int, int]:
    """Return which column, row and plane the slices go through."""
    offsets = (p.look_left, p.look_back, p.look_head)
    found = []
    for centre, offset, values in zip(here.record.centre_mm, offsets, here.centres, strict=True):
        found.append(int(np.abs(values - (centre + offset)).argmin()))
    return found[0], found[1], found[2]


def make_ready(case: str, p: SimpleNamespace) -> None:
    """Read a case and cut its planes, as they are shown if it is chosen next."""
    here = anatomy(case)
    _others(case, tuple(p.weights), MOVED_AT_FIRST)
    for axis, index in enumerate(_look(p, here)):
        _plane(case, axis, index)
    for beam in range(len(here.record.beams)):
        _skin(case, beam)


def neighbours(case: str) -> list[str]:
    """Return the cases before and after a case in the list."""
    cases = list(CASES)
    at = cases.index(case)
    return [*cases[at + 1 : at + 2], *cases[max(at - 1, 0) : at]]


def _moved_words(p: SimpleNamespace) -> str:
    moves = ((p.left, "left", "right"), (p.back, "back", "front"), (p.head, "head", "feet"))
    said = [f"{abs(move):g} mm to the {one if move > 0 else other}" for move, one, other in moves
            if move]  # fmt: skip
    if p.breathing:
        said.append(f"breathing {p.breathing:g} mm peak to peak")
    return ", ".join(said)


def no_beam_left(weights: Sequence[float]) -> bool:
    """Return whether no beam has any weight."""
    return not any(weights)


# The picture --------------------------------------------------------------------------------------


def shown(view: RoomView) -> Shown:
    """Return what the chart draws."""
    from oligoteach.charts import slice_room as chart

    top, front, side = (
        cut(_plane(view.case, axis, view.look[axis]), view.dose, view.dose_gy, view.look, axis)
        for axis in (2, 1, 0)
    )
    return chart.Shown(
        cuts=(top, front, side),
        levels=chart.levels_of(LEVELS),
        levels_title=f"% of {view.dose_gy:g} Gy",
        rays=_rays(view),
        curves=curves(view, LISTED),
        marks=marks(view),
        x_label=X_LABELS[view.axis],
        x_max=x_max(view, max(s.histogram.maximum for s in view.structures)),
        facts=facts(view),
    )


@functools.lru_cache(maxsize=3 * (KEPT + 1))
def _plane(case: str, axis: int, index: int) -> Plane:
    """Return the plane across an axis: 0 from the side, 1 from the front, 2 from above."""
    from oligoteach.charts import slice_room as chart

    here = anatomy(case)
    at: list[Any] = [slice(None)] * 3
    at[2 - axis] = index
    one, other = (place for place in range(3) if place != axis)
    across, up = here.centres[one], here.centres[other]
    outlines, names = [], []
    masks = here.arrays.masks
    for structure in here.record.structures:
        mask = masks[structure.key][tuple(at)]
        lines = chart.contour_lines(mask, across, up)
        if structure.key != "body":
            outlines += [(line, structure.key == "ptv") for line in lines]
        if axis == 2 and structure.key in {o.key for o in here.record.organs} and mask.any():
            names += _name(structure, mask, across, up)
    box = {
        2: (-196.0, 196.0, 136.0, -142.0),  # the front is up
        1: (-170.0, 170.0, float(up[0]), float(up[-1])),
        0: (-112.0, 112.0, float(up[0]), float(up[-1])),
    }[axis]
    return chart.Plane(
        title=VIEWS[axis],
        box=box,
        grey=GREYS[here.arrays.tissue[tuple(at)]],
        across=across,
        up=up,
        outlines=outlines,
        names=names,
    )


def _name(
    structure: Any, mask: NDArray[np.bool_], across: NDArray[Any], up: NDArray[Any]
) -> list[tuple[float, float, str]]:
    """Return the name of an organ on the plane from above: in its middle, or beside it."""
    if structure.key in ("lungs", "chest_wall", "kidneys", "bowel"):
        return []
    rows, columns = np.nonzero(mask)
    x, y = float(across[columns].mean()), float(up[rows].mean())
    dx, dy = BESIDE.get(structure.key, (0, 0))
    x, y = x + dx, y + dy
    return [(x, y, SHORT.get(structure.key, structure.name))]


def _rays(view: RoomView) -> list[Any]:
    from oligoteach.charts import slice_room as chart

    here = view.anatomy
    cx, cy, _ = here.record.centre_mm
    found = []
    pairs = zip(here.record.beams, view.weights, strict=True)
    for number, (beam, weight) in enumerate(pairs, 1):
        turn = np.deg2rad(beam.gantry)
        dx, dy = float(np.sin(turn)), float(-np.cos(turn))
        skin = _skin(here.record.case, number - 1)
        start, end, place = ((cx + r * dx, cy + r * dy) for r in (skin + 17, skin + 2, skin + 25))
        found.append(chart.Ray(start, end, place, str(number), weight))
    return found


@functools.lru_cache(maxsize=64)
def _skin(case: str, beam: int) -> float:
    """Return how far the skin lies from the target's centre towards a beam, in mm."""
    here = anatomy(case)
    cx, cy, cz = here.record.centre_mm
    x, y, z = here.centres
    turn = np.deg2rad(here.record.beams[beam].gantry)
    plane = here.in_body[int(np.abs(z - cz).argmin())]
    away = np.arange(0, 400, 1.0)
    columns = np.round((cx + away * np.sin(turn) - x[0]) / (x[1] - x[0])).astype(int)
    rows = np.round((cy - away * np.cos(turn) - y[0]) / (y[1] - y[0])).astype(int)
    inside = (columns >= 0) & (columns < len(x)) & (rows >= 0) & (rows < len(y))
    inside[inside] = plane[rows[inside], columns[inside]]
    return float(away[inside].max())


def facts(view: RoomView) -> list[tuple[str, str]]:
    """Return the figures below the curves: what is measured, and the value."""
    r50, d2cm = goal_words(view.indices)
    paddick = view.indices.paddick
    gtv = next(s for s in view.structures if s.key == "gtv").histogram
    found = [
        ("PTV at the dose", f"{100 * view.indices.covered:.1f} %"),
        ("GTV, D98", f"{gtv.dose_at_share(0.98):.1f} Gy"),
        ("R50 (goal)", r50),
        ("D2cm (goal)", d2cm),
        ("Paddick's conformity", "none" if paddick is None else f"{paddick:.2f}"),
    ]
    organ = _telling(view)
    mean = mean_conversion(organ.histogram, view.n_fractions, organ.alpha_beta)
    name = "Lungs" if organ.key == "lungs" else organ.name
    found.append((f"{name}, mean dose", f"{organ.histogram.mean:.1f} Gy"))
    found.append(("  EQD2, voxels / mean", f"{mean.voxelwise:.1f} / {mean.of_mean:.1f} Gy"))
    found.append(limits_fact(view.judged))
    return found


def _telling(view: RoomView) -> StructureDose:
    """Return the organ whose mean is told: the lungs, or the liver below the diaphragm."""
    by_key = {s.key: s for s in view.structures}
    return by_key["liver" if view.case == "adrenal" else "lungs"]


# The words ----------------------------------------------------------------------------------------


def room_sentences(view: RoomView) -> list[str]:
    """Return the plan in words, the message first."""
    ptv, gtv = (
        next(s for s in view.structures if s.key == key).histogram for key in ("ptv", "gtv")
    )
    dose = view.dose_gy / view.n_fractions
    first = (
        f"{CASES[view.case]}, {view.n_fractions} × {dose:.3g} Gy: "
        f"{100 * view.indices.covered:.1f} % of the PTV gets the dose, R50 is "
        f"{view.indices.r50:.1f}, {limits_words(view.judged)}."
    )
    r50, d2cm = goal_words(view.indices)
    organ = _telling(view)
    mean = mean_conversion(organ.histogram, view.n_fractions, organ.alpha_beta)
    said = [
        first,
        f"The PTV's D95 is {ptv.dose_at_share(0.95):.1f} Gy, its maximum {ptv.maximum:.1f} Gy; the "
        f"GTV's D98 is {gtv.dose_at_share(0.98):.1f} Gy. R50 {r50}; D2cm {d2cm}.",
        f"{organ.name}: mean {organ.histogram.mean:.1f} Gy. As EQD2 (α/β {organ.alpha_beta:g} Gy) "
        f"that is {mean.voxelwise:.1f} Gy voxel by voxel; converting the mean gives "
        f"{mean.of_mean:.1f} Gy, {mean.missed:.1f} Gy too low.",
        broken_sentence(view.judged),
    ]
    if not view.static:
        said.insert(1, f"The patient as treated: {view.moved}.")
    dropped = [str(n) for n, w in enumerate(view.weights, 1) if not w]
    if dropped:
        said.insert(1, f"Without beam{'s' if len(dropped) > 1 else ''} {', '.join(dropped)}.")
    return [sentence for sentence in said if sentence]


def room_table(view: RoomView) -> Table:
    """Return every limit with its verdict, and every structure with its mean."""
    return check_table(view.structures, view.judged, view.n_fractions)


class PlanRoom(Explorer):
    """A computed plan whose beams, dose, patient and limits the learner changes."""

    key = "plan-room"
    controls = (
        Choice("case", "Case", CASES),
        Several(
            "weights",
            "Weight of each beam; 0 drops it",
            BEAMS,
            0,
            200,
            default=[FULL] * len(BEAMS),
            step=10,
            unit="%",
        ),
        Choice("normalise", "Normalised so that", NORMALISED),
        Number("breathing", "Breathing, head to feet, peak to peak", 0, 30, default=0, unit="mm"),
        Number("head", "Patient lies off towards the head", -15, 15, default=0, unit="mm"),
        Number("left", "Patient lies off to the left", -15, 15, default=0, unit="mm"),
        Number("back", "Patient lies off to the back", -15, 15, default=0, unit="mm"),
        Number("dose", "Dose of the course", 8, 70, default=54, step=0.5, unit="Gy"),
        Number("fractions", "Fractions", 1, 35, default=3),
        Choice("source", "Limits of", SOURCES),
        Choice("axis", "Histogram of", AXES),
        Number("look_head", "Slices: towards the head", -81, 81, default=0, step=3, unit="mm"),
        Number("look_left", "Slices: to the left", -150, 150, default=0, step=3, unit="mm"),
        Number("look_back", "Slices: to the back", -90, 90, default=0, step=3, unit="mm"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Patient": "None. A digital phantom out of simple bodies; lung has lung density",
        "Dose": "Nine coplanar photon beams of a generic machine, pencil beams, fluence optimised "
        "by pyRadPlan 0.5.0 on 3 mm voxels, margins in whole voxels",
        "Validity": "Pencil beams know no lateral electron transport: in and beside lung the dose "
        "is too optimistic, and so are coverage, R50 and D2cm. The fluence is not sequenced, so it "
        "could not be delivered as it is",
        "Weights": "Multiply the kept dose of each beam; the fluence is not optimised again",
        "Setup and breathing": "The dose cloud keeps its shape and is moved through the patient, "
        "by linear interpolation. Breathing is a sinusoid that blurs it for all that moves; cord "
        "and chest wall keep still",
        "EQD2": "d (d/n + α/β) / (2 + α/β) in every voxel, d its total dose in n fractions; α/β 10 "
        "Gy for the target, 2 for the cord, 3 for other organs. At large doses per fraction the "
        "linear-quadratic model is disputed",
        "Goals": "R50 and D2cm of RTOG 0813 and 0915 by size of the PTV, as transcribed by others",
        "Limits": "Published, by source; they hold for their own number of fractions only",
        "Source": "data/plans: what was computed with what, and checksums",
    }
    aspect = 0.66
    table_open = True
    narrow_aspect = 2.62

    def refuse(self, p: SimpleNamespace) -> Mapping[str, str]:
        """Refuse a plan without any beam."""
        if no_beam_left(p.weights):
            return {"weights": "Without any beam there is no dose. At least one needs a weight."}
        return {}

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Take dose and fractions that the case was planned for, unless they are set with it."""
        if "case" not in changed:
            return {}
        dose, n_fractions = PLANNED[p.case]
        planned = {"dose": dose, "fractions": n_fractions}
        return {name: value for name, value in planned.items() if name not in changed}

    def compute(self, p: SimpleNamespace) -> RoomView:
        """Return the plan as weighed, normalised, moved and blurred."""
        return room_view(p)

    def ahead(self, p: SimpleNamespace) -> Iterator[None]:
        """Make the neighbours of the case ready: they are a key press away."""
        for case in neighbours(p.case):
            yield make_ready(case, p)

    def draw(self, figure: Any, result: RoomView) -> Any:
        """Draw slices, histograms and figures."""
        from oligoteach.charts.slice_room import SliceRoom

        chart = SliceRoom(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: RoomView) -> None:
        """Move lines, curves and figures."""
        artists.show(shown(result))

    def describe(self, result: RoomView) -> str:
        """Return the plan in words."""
        return " ".join(room_sentences(result))

    def table(self, result: RoomView) -> Table:
        """Return every limit and every structure."""
        return room_table(result)
