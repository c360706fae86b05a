"""Computed plans on the digital phantom: where each comes from, and its arrays.

A case of ``data/plans/`` is two files: a readable record of what was computed with what, and a
NumPy archive. The record costs little to read; the arrays are read when they are asked for, and
not kept here.
"""

from __future__ import annotations

import functools
import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oligoteach.evidence.paths import data_path
from oligoteach.evidence.problems import EvidenceError, Problem
from oligoteach.evidence.yamltext import read_yaml, schema_problems

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = "plans"
NOT_ORGANS = ("gtv", "ptv", "body")

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Point = tuple[float, float, float]


class _Part(BaseModel):
    """A frozen part of a record; keys beyond its fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanGrid(_Part):
    """The grid of dose and phantom: size and first voxel's centre as x, y, z."""

    size: tuple[int, int, int]
    first_mm: Point
    spacing_mm: Positive
    axes: str

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of a cube, as z, y, x."""
        x, y, z = self.size
        return z, y, x

    @property
    def voxel_cc(self) -> float:
        """Volume of a voxel in cc."""
        return self.spacing_mm**3 / 1000


class PlanBeam(_Part):
    """Angles of a beam in degrees."""

    gantry: float
    couch: float


class PlanStructure(_Part):
    """A structure: what constraints call it, its volume on the grid and beyond, if it moves."""

    key: str
    name: str
    organ: str
    volume_cc: Positive
    beyond_cc: Amount
    moves: bool


class PlanObjective(_Part):
    """One thing that the fluence was optimised for."""

    structure: str
    aim: Literal["no less than", "no more than"]
    dose_gy: Amount
    weight: Positive


class PlanEngine(_Part):
    """What computed the dose."""

    name: str
    version: str
    algorithm: str
    machine: str
    bixel_mm: Positive
    optimiser: str
    seed: str


class PlanKept(_Part):
    """How the doses were rounded, and checksums of the arrays."""

    type: str
    step_gy: Positive
    zero_below_gy: Amount
    sha256: dict[str, str]


class PlanRecord(_Part):
    """Where a plan comes from and what it contains."""

    case: str
    title: str
    phantom: str
    dose_gy: Positive
    n_fractions: Annotated[int, Field(ge=1)]
    normalised: str
    centre_mm: Point
    grid: PlanGrid
    beams: tuple[PlanBeam, ...]
    structures: tuple[PlanStructure, ...]
    objectives: tuple[PlanObjective, ...]
    engine: PlanEngine
    versions: dict[str, str]
    kept: PlanKept

    @property
    def organs(self) -> tuple[PlanStructure, ...]:
        """The organs at risk, without targets and body."""
        return tuple(s for s in self.structures if s.key not in NOT_ORGANS)


class BeamDose(NamedTuple):
    """The dose of a beam where there is any: about a sixth of the grid.

    Attributes
    ----------
    places : ndarray of int, shape (n,)
        Of its voxels in the flattened grid, rising.
    doses : ndarray of float32, shape (n,)
        In Gy, for the whole course as planned.
    """

    places: NDArray[np.intp]
    doses: NDArray[np.float32]


@dataclass(frozen=True)
class PlanArrays:
    """The arrays of a case.

    Attributes
    ----------
    beams : tuple of BeamDose
        Dose of each beam.
    tissue : ndarray of uint8, shape (z, y, x)
        Tissue codes: 0 outside, 1 lung, 2 soft tissue, 3 fat and muscle, 4 bone, 5 air, 6 lesion.
    structures : tuple of str
        Keys of the structures.
    bits : ndarray of uint8, shape (structures, n)
        Their masks, eight voxels to a byte.
    """

    beams: tuple[BeamDose, ...]
    tissue: NDArray[np.uint8]
    structures: tuple[str, ...]
    bits: NDArray[np.uint8]

    @property
    def masks(self) -> dict[str, NDArray[np.bool_]]:
        """The masks of the structures, shape (z, y, x) each, unpacked anew."""
        cubes = _unpacked(self.bits, self.tissue.shape)
        return dict(zip(self.structures, cubes, strict=True))


@functools.cache
def plan_records() -> dict[str, PlanRecord]:
    """Return the records of all cases, by key, in the order of the files' names."""
    return {path.stem: _record(path) for path in sorted(data_path(FOLDER).glob("*.yaml"))}


def plan_problems(folder: Path) -> Iterable[Problem]:
    """Report what is wrong with the cases in a folder: records, archives, and one without other."""
    for key in sorted({path.stem for kind in ("yaml", "npz") for path in folder.glob(f"*.{kind}")}):
        path = folder / f"{key}.yaml"
        if not path.is_file():
            sentence = f"there is no {path.name} that says where the plan comes from."
            yield Problem(_label(folder / f"{key}.npz"), "1", "file", "missing-record", sentence)
            continue
        try:
            _arrays(folder / f"{key}.npz", _record(path))
        except EvidenceError as error:
            yield from error.problems


def _label(path: Path) -> str:
    return f"data/{FOLDER}/{path.name}"


def _record(path: Path) -> PlanRecord:
    text = read_yaml(path, _label(path))
    if text.problems:
        raise EvidenceError(text.problems)
    try:
        record = PlanRecord.model_validate(text.data)
    except ValidationError as error:
        raise EvidenceError(schema_problems(text, error)) from None
    if record.case != path.stem:
        raise EvidenceError(
            [text.problem(("case",), "file-name", f"case is {record.case!r}, the file another.")]
        )
    return record


def plan_arrays(case: str) -> PlanArrays:
    """Read the arrays of a case.

    Raises
    ------
    EvidenceError
        If archive and record do not belong together.
    """
    return _arrays(data_path(FOLDER, f"{case}.npz"), plan_records()[case])


def _arrays(path: Path, record: PlanRecord) -> PlanArrays:
    kept = _archive(path)
    problems = [
        Problem(_label(path), "array", key, "checksum", "the array is not the one of the record.")
        for key, expected in record.kept.sha256.items()
        if key not in kept or _digest(kept[key]) != expected
    ]
    if problems:
        raise EvidenceError(problems)
    return PlanArrays(
        _beams(_unpacked(kept["reached"], record.grid.shape), kept["doses"]),
        kept["tissue"],
        tuple(structure.key for structure in record.structures),
        kept["masks"],
    )


def _archive(path: Path) -> dict[str, NDArray[Any]]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        sentence = f"this is no whole archive of arrays: {error}."
        raise EvidenceError([Problem(_label(path), "1", "file", "archive", sentence)]) from None


def _unpacked(bits: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return one cube for each row of packed bits."""
    import numpy as np

    voxels = np.unpackbits(bits, axis=1, count=int(np.prod(shape)))
    return voxels.view(np.bool_).reshape(-1, *shape)


def _beams(reached: NDArray[np.bool_], doses: NDArray[np.float16]) -> tuple[BeamDose, ...]:
    """Share out the doses, which are kept beam after beam."""
    import numpy as np

    places = [np.flatnonzero(cube) for cube in reached]
    ends = np.cumsum([len(each) for each in places])
    parts = np.split(doses.astype(np.float32), ends[:-1])
    return tuple(BeamDose(*pair) for pair in zip(places, parts, strict=True))


def _digest(array: Any) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()
