"""Your plan: dose and structures that a learner brings along, under the plan room's checks."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from oligoteach.models.conformity import Conformity, conformity
from oligoteach.models.dose_grid import weighed
from oligoteach.models.dvh import Dvh, dvh, mean_conversion
from oligoteach.models.structures import Axes, within_distance
from oligoteach.modules._dicom_plan import FilePlan, FileStructure, read_plan
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
from oligoteach.modules._plan_room import LEVELS, PLANNED, anatomy
from oligoteach.modules._structure_names import find_target, is_target, organ_of
from oligoteach.widgets import Choice, Number, Table, Text, Upload, UploadExplorer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from oligoteach.charts.slice_room import Plane, Shown

EXAMPLE = "peripheral"
MAX_MB = 40
SMALL_CC = 5.0
PLANES = 6  # kept: those of two targets, between which a learner goes to and fro
LOST = 0.01  # share of a structure beyond the dose grid, from which on it is said

BODY = r"^(body|external|outline|outer contour|skin)$"


@dataclass(frozen=True)
class Crop:
    """Which voxels belong to a structure by half or more, in the least box that holds them."""

    start: tuple[int, ...]
    mask: NDArray[np.bool_]

    @property
    def box(self) -> tuple[slice, ...]:
        """Where the mask lies in the grid."""
        pairs = zip(self.start, self.mask.shape, strict=True)
        return tuple(slice(start, start + size) for start, size in pairs)

    def whole(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Return the mask on the whole grid."""
        found = np.zeros(shape, dtype=bool)
        found[self.box] = self.mask
        return found

    def plane(self, shape: tuple[int, ...], axis: int, index: int) -> NDArray[np.bool_]:
        """Return the mask on one plane of the grid."""
        rest = [place for place in range(3) if place != axis]
        found = np.zeros([shape[place] for place in rest], dtype=bool)
        within = index - self.start[axis]
        if 0 <= within < self.mask.shape[axis]:
            rows, columns = (self.box[place] for place in rest)
            found[rows, columns] = self.mask.take(within, axis)
        return found


@dataclass(frozen=True)
class Ready:
    """A plan made ready: what is worked out once, and what the last views needed.

    ``body`` are the doses in the body, and ``far`` holds for each target that was asked for the
    largest of them at 2 cm or more from it: one value, or none where the body ends before.
    """

    plan: FilePlan
    histograms: tuple[Dvh, ...]
    crops: tuple[Crop, ...]
    body: NDArray[np.float32]
    example: bool
    far: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    planes: dict[tuple[int, int, int | None], Plane] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnView:
    """What is shown of a plan."""

    ready: Ready
    structures: Sequence[StructureDose]
    judged: Sequence[Judged]
    target: int | None
    indices: Conformity | None
    look: tuple[int, int, int]
    axis: str
    dose_gy: float
    n_fractions: int
    asked: str


def made_ready(plan: FilePlan, example: bool = False) -> Ready:
    """Work out the histograms of a plan."""
    flat = plan.dose.ravel()
    histograms = tuple(dvh(flat[s.places], plan.axes.voxel_cc, s.weights) for s in plan.structures)
    crops = tuple(cropped(s, plan.dose.shape) for s in plan.structures)
    return Ready(plan, histograms, crops, plan.dose[_in_body(plan, crops)], example)


def cropped(structure: FileStructure, shape: tuple[int, ...]) -> Crop:
    """Return a structure in the least box that holds it."""
    held = structure.places[structure.weights >= 0.5]
    if not held.size:
        return Crop((0, 0, 0), np.zeros((0, 0, 0), dtype=bool))
    at = np.array(np.unravel_index(held, shape))
    start = at.min(axis=1)
    at -= start[:, None]
    mask = np.zeros(at.max(axis=1) + 1, dtype=bool)
    mask[tuple(at)] = True
    return Crop(tuple(int(first) for first in start), mask)


@functools.cache
def example() -> Ready:
    """Return the phantom's plan as if it had come out of files."""
    here = anatomy(EXAMPLE)
    beams, masks = here.arrays.beams, here.arrays.masks
    dose = weighed(beams, np.ones(len(beams)), here.in_body.shape)
    # Half-precision doses are off in their fourth digit, which would cost the example its D95.
    d95 = dvh(dose.ravel().take(here.places["ptv"]), here.record.grid.voxel_cc).dose_at_share(0.95)
    dose *= np.float32(1.0005 * PLANNED[EXAMPLE][0] / d95)
    structures = tuple(
        _whole_voxels(s, np.flatnonzero(masks[s.key]), here.record.grid.voxel_cc)
        for s in here.record.structures
    )
    return made_ready(FilePlan(dose, Axes(*here.centres), structures), True)


def _whole_voxels(structure: Any, places: NDArray[np.int64], voxel_cc: float) -> FileStructure:
    """Return a structure of the phantom as if it had come out of a file."""
    beyond = structure.beyond_cc / voxel_cc
    weights = np.ones(places.size, np.float32)
    return FileStructure(structure.name, places, weights, beyond / (beyond + places.size))


def own_view(ready: Ready, p: SimpleNamespace) -> OwnView:
    """Return the plan with its target, limits and slices."""
    target = find_target([s.name for s in ready.plan.structures], p.target)
    structures = [
        StructureDose(
            "ptv" if index == target else f"roi-{index}",
            s.name,
            "" if index == target else organ_of(s.name),
            "target" if index == target or is_target(s.name) else "organ",
            ready.histograms[index],
        )
        for index, s in enumerate(ready.plan.structures)
    ]
    ranked = sorted(structures, key=_rank)
    return OwnView(
        ready=ready,
        structures=ranked,
        judged=judge_all(ranked, p.fractions, p.dose, p.source),
        target=target,
        indices=None if target is None else _indices(ready, target, p.dose),
        look=_look(ready, target, p),
        axis=p.axis,
        dose_gy=p.dose,
        n_fractions=p.fractions,
        asked=p.target,
    )


def _rank(structure: StructureDose) -> tuple[bool, bool, bool, float]:
    """Order the target first, then other targets, organs with limits, and the rest by size."""
    return (
        structure.key != "ptv",
        structure.kind != "target",
        not structure.organ,
        structure.histogram.total_cc,
    )


def _in_body(plan: FilePlan, crops: Sequence[Crop]) -> NDArray[np.bool_]:
    """Return which voxels lie in the body; all of them, where no structure is it."""
    names = [s.name.lower() for s in plan.structures]
    body = next((i for i, name in enumerate(names) if re.search(BODY, name)), None)
    shape = plan.dose.shape
    return np.ones(shape, dtype=bool) if body is None else crops[body].whole(shape)


def _far(ready: Ready, target: int) -> NDArray[np.float32]:
    """Return the largest dose at 2 cm or more from a target, or nothing."""
    if target not in ready.far:
        plan = ready.plan
        spacing = (_step(plan.axes.z), _step(plan.axes.y), _step(plan.axes.x))
        near = within_distance(ready.crops[target].whole(plan.dose.shape), spacing, 20 - 1e-3)
        doses = plan.dose[_in_body(plan, ready.crops) & ~near]
        ready.far[target] = doses.max(keepdims=True) if doses.size else doses
    return ready.far[target]


def _step(values: NDArray[np.float64]) -> float:
    return float(values[1] - values[0])


def _indices(ready: Ready, target: int, dose_gy: float) -> Conformity:
    own = ready.plan.structures[target]
    return conformity(
        ready.body,
        ready.plan.dose.ravel()[own.places],
        _far(ready, target),
        ready.plan.axes.voxel_cc,
        dose_gy,
        own.weights.astype(np.float64),
    )


def _look(ready: Ready, target: int | None, p: SimpleNamespace) -> tuple[int, int, int]:
    """Return which column, row and plane the slices go through."""
    plan = ready.plan
    if target is None:
        middle = np.unravel_index(int(plan.dose.argmax()), plan.dose.shape)
    else:
        places = np.unravel_index(plan.structures[target].places, plan.dose.shape)
        middle = tuple(int(np.median(axis)) for axis in places)
    found = []
    for index, offset, values in zip(
        middle[::-1],
        (p.look_left, p.look_back, p.look_head),
        (plan.axes.x, plan.axes.y, plan.axes.z),
        strict=True,
    ):
        found.append(int(np.abs(values - (values[int(index)] + offset)).argmin()))
    return found[0], found[1], found[2]


# The picture --------------------------------------------------------------------------------------


def shown(view: OwnView) -> Shown:
    """Return what the chart draws."""
    from oligoteach.charts import slice_room as chart

    dose = view.ready.plan.dose
    top, front, side = (
        cut(_plane(view, axis), dose, view.dose_gy, view.look, axis) for axis in (2, 1, 0)
    )
    hottest = max(h.maximum for h in view.ready.histograms)
    return chart.Shown(
        cuts=(top, front, side),
        levels=chart.levels_of(LEVELS),
        levels_title=f"% of {view.dose_gy:g} Gy",
        rays=(),
        curves=curves(view, {s.key: _short(s.name) for s in view.structures}),
        marks=marks(view),
        x_label=X_LABELS[view.axis],
        x_max=x_max(view, 1.05 * hottest),
        facts=facts(view),
    )


def _short(name: str) -> str:
    return name if len(name) <= 13 else f"{name[:12]}…"


def _plane(view: OwnView, axis: int) -> Plane:
    """Return the plane across an axis; the last few are kept."""
    wanted = axis, view.look[axis], view.target
    planes = view.ready.planes
    plane = planes.pop(wanted, None) or _made_plane(view.ready, *wanted)
    planes[wanted] = plane
    while len(planes) > PLANES:
        del planes[next(iter(planes))]
    return plane


def _made_plane(ready: Ready, axis: int, index: int, target: int | None) -> Plane:
    """Return the plane across an axis: 0 from the side, 1 from the front, 2 from above."""
    from oligoteach.charts import slice_room as chart

    axes = ready.plan.axes
    across, up = [(axes.x, axes.y, axes.z)[place] for place in range(3) if place != axis]
    outlines = []
    grey = np.zeros((len(up), len(across)), dtype=np.float32)
    for number, crop in enumerate(ready.crops):
        mask = crop.plane(ready.plan.dose.shape, 2 - axis, index)
        grey[mask] += 0.12
        lines = chart.contour_lines(mask, across, up)
        outlines += [(line, number == target) for line in lines]
    ends = (float(across[0]), float(across[-1]))
    upright = (float(up[-1]), float(up[0])) if axis == 2 else (float(up[0]), float(up[-1]))
    return chart.Plane(
        title=VIEWS[axis],
        box=(*ends, *upright),
        grey=np.minimum(grey, 0.6),
        across=across,
        up=up,
        outlines=outlines,
        names=(),
    )


def facts(view: OwnView) -> list[tuple[str, str]]:
    """Return the figures below the curves: what is measured, and the value."""
    found: list[tuple[str, str]] = []
    if view.indices is not None:
        r50, d2cm = goal_words(view.indices)
        paddick = view.indices.paddick
        target = view.structures[0].histogram
        found += [
            ("Target at the dose", f"{100 * view.indices.covered:.1f} %"),
            ("Target, D95", f"{target.dose_at_share(0.95):.1f} Gy"),
            ("R50 (goal)", r50),
            ("D2cm (goal)", d2cm),
            ("Paddick's conformity", "none" if paddick is None else f"{paddick:.2f}"),
        ]
    organ = _telling(view)
    if organ is not None:
        mean = mean_conversion(organ.histogram, view.n_fractions, organ.alpha_beta)
        found.append((f"{_short(organ.name)}, mean", f"{organ.histogram.mean:.1f} Gy"))
        found.append(("  EQD2, voxels / mean", f"{mean.voxelwise:.1f} / {mean.of_mean:.1f} Gy"))
    return [*found, limits_fact(view.judged)]


def _telling(view: OwnView) -> StructureDose | None:
    """Return the organ whose mean is told: the largest that has limits, or any at all."""
    organs = [s for s in view.structures if s.kind == "organ"]
    known = [s for s in organs if s.organ] or organs
    return max(known, key=lambda s: s.histogram.total_cc, default=None)


# The words ----------------------------------------------------------------------------------------


def own_sentences(view: OwnView) -> list[str]:
    """Return the plan in words, the message first."""
    whose = "The phantom's plan, as an example" if view.ready.example else "Your plan"
    limits = limits_words(view.judged)
    said = []
    if view.target is None:
        asked = f" No structure's name holds “{view.asked.strip()}”." if view.asked.strip() else ""
        said.append(f"{whose}: no target, {limits}.{asked} Type a part of the target's name.")
    else:
        covered = 100 * view.indices.covered if view.indices else 0.0
        name = view.structures[0].name
        said.append(f"{whose}: {covered:.1f} % of {name} gets {view.dose_gy:g} Gy, {limits}.")
    said += view.ready.plan.notes
    said.append(left_out_sentence(view.ready.plan))
    said.append(lost_sentence(view.ready.plan))
    said.append(broken_sentence(view.judged))
    organ = _telling(view)
    if organ is not None:
        mean = mean_conversion(organ.histogram, view.n_fractions, organ.alpha_beta)
        said.append(
            f"{organ.name}: mean {organ.histogram.mean:.1f} Gy. As EQD2 (α/β {organ.alpha_beta:g} "
            f"Gy) that is {mean.voxelwise:.1f} Gy voxel by voxel; converting the mean gives "
            f"{mean.of_mean:.1f} Gy."
        )
    taken = [f"{s.name} as {s.organ.replace('-', ' ')}" for s in view.structures if s.organ]
    if taken:
        said.append(f"Held against limits, by name: {_listed(taken)}.")
    others = [s.name for s in view.structures if _without_limits(s)]
    if others:
        said.append(f"Held against none, by name: {_listed(others)}.")
    small = [s.name for s in view.structures if s.histogram.total_cc < SMALL_CC]
    if small:
        said.append(f"Below {SMALL_CC:g} cc, so only rough: {_listed(small)}.")
    return [sentence for sentence in said if sentence]


def _without_limits(structure: StructureDose) -> bool:
    """Return whether a structure could be an organ with limits, and is not taken for one."""
    return (
        structure.kind == "organ"
        and not structure.organ
        and not re.search(BODY, structure.name.lower())
    )


def left_out_sentence(plan: FilePlan) -> str:
    """Return of which structures contours could not be used, those that lack most first."""
    lacking = sorted(
        (s for s in plan.structures if s.left_out), key=lambda s: -s.left_out / s.contours
    )
    if not lacking:
        return ""
    shares = [f"{s.left_out} of {s.contours} of {s.name}" for s in lacking]
    return (
        "Contours that are tilted, open or of fewer than 3 points are left out, so volume and "
        f"doses may be wrong: {_listed(shares)}."
    )


def lost_sentence(plan: FilePlan) -> str:
    """Return which structures reach beyond the dose grid, those that lose most first."""
    lost = sorted((s for s in plan.structures if s.outside > LOST), key=lambda s: -s.outside)
    if not lost:
        return ""
    shares = [f"{min(100 * s.outside, 99):.0f} % of {s.name}" for s in lost]
    return f"Outside the dose grid, and so left out of every figure: {_listed(shares)}."


def _listed(words: Sequence[str], most: int = 6) -> str:
    rest = len(words) - most
    return ", ".join(words[:most]) + (f" and {rest} more" if rest > 0 else "")


def own_table(view: OwnView) -> Table:
    """Return every limit with its verdict, and every structure with its mean."""
    return check_table(view.structures, view.judged, view.n_fractions)


class OwnPlan(UploadExplorer):
    """A learner's own plan under the plan room's checks; the phantom's until one is chosen."""

    key = "own-plan"
    upload = Upload(
        "RTDOSE and RTSTRUCT, both at once",
        hint=f"DICOM, uncompressed, up to {MAX_MB} MB each. Choose only files that you may use and "
        "that are de-identified. They are held in memory while this page is open; nothing is "
        "stored or logged, and no name from them is shown.",
        max_files=2,
        max_mb=MAX_MB,
    )
    controls = (
        Text("target", "Target: a part of its name", hint="Empty: the first PTV, CTV, ITV or GTV."),
        Number("dose", "Dose of the course", 1, 100, default=PLANNED[EXAMPLE][0], step=0.5,
               unit="Gy"),
        Number("fractions", "Fractions", 1, 45, default=PLANNED[EXAMPLE][1]),
        Choice("source", "Limits of", SOURCES),
        Choice("axis", "Histogram of", AXES),
        Number("look_head", "Slices: towards the head", -300, 300, default=0, step=3, unit="mm"),
        Number("look_left", "Slices: to the left", -300, 300, default=0, step=3, unit="mm"),
        Number("look_back", "Slices: to the back", -300, 300, default=0, step=3, unit="mm"),
    )  # fmt: skip
    card: ClassVar[Mapping[str, str]] = {
        "Read": "Dose grid and closed contours only. Structures become shares of voxels: exact "
        "along x, on four lines along y, in slabs half-way to the next contour along z. What lies "
        "outside the dose grid is lost; the words say how much, above 1 % of a structure, and of "
        "which structures contours were left out",
        "Names": "Of structures only, and cleaned: one that holds a name or number of the patient "
        "or staff, or four digits in a row, becomes “Structure 4”",
        "Limits": "By the structure's whole name, such as SpinalCord, Lungs-GTV or small bowel; "
        "the words say as what. Parts, margins and names in doubt are held against none. "
        "Published, by source; for their own number of fractions only",
        "EQD2": "d (d/n + α/β) / (2 + α/β) in every voxel; α/β 10 Gy for targets, 2 for the cord, "
        "3 for all else",
        "Refused": "Other kinds of DICOM, relative or effective dose, other frames of reference, "
        "missing grid offsets, compressed files, tilted or uneven grids, more than 8 million "
        "voxels",
        "Checked": "Against the planning system's own histograms of a public set, for structures "
        "above 5 cc: mean doses within 1 %, volumes within 3 %. Of the whole body that system "
        "counts 6 % less than its contours hold; its dose times volume, over all that they hold, "
        "gives a mean within 1 % of this one",
        "Validity": "For teaching. It is no device for checking plans, and for no patient",
        "Source": "The files; limits from the course's tables, each with its grade",
    }
    aspect = 0.66
    table_open = True
    narrow_aspect = 2.62

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ready: Ready | None = None
        super().__init__(*args, **kwargs)

    def take_files(self, files: Sequence[bytes]) -> str:
        """Read dose and structures; what was shown before stays if they cannot be used."""
        self._ready = ready = made_ready(read_plan(files))
        count = len(ready.plan.structures)
        return f"Read: a dose grid and {count} structures. Now enter dose and fractions."

    def drop_files(self) -> None:
        """Go back to the phantom's plan."""
        self._ready = None

    def read(self, *paths: str | Path) -> str:
        """Read files of this machine, for whoever runs the notebook; no page can ask for it.

        Raises
        ------
        ValueError
            With a sentence, if a file is missing or cannot be used.
        """
        found = [Path(path) for path in paths]
        missing = [str(path) for path in found if not path.is_file()]
        if missing:
            raise ValueError(f"There is no file {', '.join(missing)}.")
        refusal = self.upload.refusal([path.stat().st_size for path in found])
        if refusal:
            raise ValueError(refusal)
        said = self.bring_files([path.read_bytes() for path in found])
        self.send({"type": "stale"})
        return said

    def compute(self, p: SimpleNamespace) -> OwnView:
        """Return the plan with its limits."""
        return own_view(self._ready or example(), p)

    def draw(self, figure: Any, result: OwnView) -> Any:
        """Draw slices, histograms and figures."""
        from oligoteach.charts.slice_room import SliceRoom

        chart = SliceRoom(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: OwnView) -> None:
        """Move lines, curves and figures."""
        artists.show(shown(result))

    def describe(self, result: OwnView) -> str:
        """Return the plan in words."""
        return " ".join(own_sentences(result))

    def table(self, result: OwnView) -> Table:
        """Return every limit and every structure."""
        return own_table(result)
