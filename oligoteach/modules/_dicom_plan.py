"""A plan out of DICOM: one RTDOSE and one RTSTRUCT, read in memory, with every refusal a sentence.

Only what a histogram needs is taken: dose grid, closed contours, and names of structures, which
are cleaned of whatever could name a patient. Nothing is written, nothing is logged, and no message
quotes a file. Needs pydicom (the extra ``dicom``), which is imported when the first file comes.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from oligoteach.models.structures import Axes, contoured_cc, voxel_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_VOXELS = 8_000_000
MAX_STRUCTURES = 150
MAX_POINTS = 4_000_000
MAX_GY = 1000.0
TILT_MM = 0.1  # by which the heights of a contour's points may differ
MAX_NAME = 26

INSTALL = (
    "Reading DICOM needs the package pydicom, which is not installed here. On your own machine: "
    "pip install oligoteach[dicom]. On a course server, ask whoever runs it."
)

# Uncompressed: implicit and explicit little endian, explicit big endian.
PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
DEFLATED = b"1.2.840.10008.1.2.1.99"
KINDS = {
    "CT": "a CT slice",
    "MR": "an MR slice",
    "PT": "a PET slice",
    "RTPLAN": "an RTPLAN",
    "RTIMAGE": "an RT image",
    "RTDOSE": "an RTDOSE",
    "RTSTRUCT": "an RTSTRUCT",
    "REG": "a registration",
    "SEG": "a segmentation",
}

# Where a name may stand, so that it can be taken out of the names of structures.
IDENTIFIERS = (
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientBirthDate",
    "PatientBirthName",
    "AccessionNumber",
    "StudyID",
    "ReferringPhysicianName",
    "OperatorsName",
    "PhysiciansOfRecord",
    "InstitutionName",
)

# Words that say nothing of a person, even where somebody has such a name.
_FIELD = """
adrenal airway aorta arm artery bladder body bone boost bowel brain brainstem breast bronchus carina
cavity cord chest colon couch ctv duodenum esophagus external eye femur field gtv heart hip igtv itv
jejunum kidney left lens lesion liver lobe lower lung marrow mediastinum met nerve node nodes
oesophagus optic organ patient plexus prostate prv ptv rectum rib right scar skin spinal spine
spleen stomach target thorax trachea tumor tumour upper vein vertebra vessel wall
"""
FIELD_WORDS = frozenset(_FIELD.split())


class PlanFileError(ValueError):
    """A file that cannot be used; the message says why, and quotes nothing of it."""


@dataclass(frozen=True)
class FileStructure:
    """A structure of a file: its cleaned name, and its voxels with the share of each.

    ``outside`` is the share of its volume that lies beyond the dose grid. Of its ``contours`` in
    the file so many are ``left_out``, as they enclose nothing in a plane of one height.
    """

    name: str
    places: NDArray[np.int64]
    weights: NDArray[np.float32]
    outside: float = 0.0
    contours: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class FilePlan:
    """A dose grid with structures.

    Attributes
    ----------
    dose : ndarray of float32, shape (z, y, x)
        In Gy.
    axes : Axes
        Centres of the voxels in mm.
    structures : tuple of FileStructure
        Those with closed contours on the grid.
    notes : tuple of str
        What a reader must know.
    """

    dose: NDArray[np.float32]
    axes: Axes
    structures: tuple[FileStructure, ...]
    notes: tuple[str, ...] = field(default=())


def available() -> bool:
    """Return whether pydicom is installed."""
    from importlib.util import find_spec

    return find_spec("pydicom") is not None


def read_plan(files: Sequence[bytes]) -> FilePlan:
    """Read an RTDOSE and an RTSTRUCT, in any order.

    Raises
    ------
    PlanFileError
        With a sentence on what cannot be used and what is allowed.
    """
    if not available():
        raise PlanFileError(INSTALL)
    with _silence():
        try:
            return _read(files)
        except PlanFileError:
            raise
        except MemoryError:
            raise PlanFileError("The files need more memory than there is.") from None
        except Exception:
            # Whatever pydicom says may quote the file.
            raise PlanFileError(
                "A file is damaged or cut off: what it promises is not in it."
            ) from None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep pydicom from writing values of the file into a log."""
    logger = logging.getLogger("pydicom")
    before = logger.disabled, logger.propagate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.disabled, logger.propagate = True, False
        try:
            yield
        finally:
            logger.disabled, logger.propagate = before


def _read(files: Sequence[bytes]) -> FilePlan:
    by_kind: dict[str, Any] = {}
    for data in files:
        opened = _open(data)
        kind = str(opened.get("Modality", ""))
        if kind not in ("RTDOSE", "RTSTRUCT"):
            raise PlanFileError(
                f"One file is {KINDS.get(kind, 'of another kind')}. One RTDOSE and one RTSTRUCT "
                "are needed."
            )
        if kind in by_kind:
            raise PlanFileError(f"Two files are {KINDS[kind]}; one of each kind is needed.")
        by_kind[kind] = opened
    for kind in ("RTDOSE", "RTSTRUCT"):
        if kind not in by_kind:
            raise PlanFileError(f"The {kind} is missing: choose both files at once.")
    dose_file, contour_file = by_kind["RTDOSE"], by_kind["RTSTRUCT"]
    _same_space(dose_file, contour_file)
    dose, axes = _dose(dose_file)
    structures, skipped = _structures(contour_file, axes, _secrets(dose_file, contour_file))
    return FilePlan(dose, axes, structures, tuple(_notes(dose_file, skipped)))


def _open(data: bytes) -> Any:
    import pydicom
    from pydicom.errors import InvalidDicomError

    if DEFLATED in data[:4096]:
        raise PlanFileError("A file is compressed as a whole (deflated), which is not read here.")
    try:
        opened = pydicom.dcmread(io.BytesIO(data))
    except InvalidDicomError:
        raise PlanFileError("A file is not DICOM: it does not begin as DICOM files do.") from None
    syntax = str(opened.file_meta.get("TransferSyntaxUID", PLAIN[0]))
    if syntax not in PLAIN:
        raise PlanFileError(
            "A file is compressed in a way that is not read here; export it uncompressed."
        )
    return opened


def _same_space(dose: Any, contours: Any) -> None:
    """Refuse dose and structures that were not drawn in the same space."""
    space = str(dose.get("FrameOfReferenceUID", ""))
    places = (
        ("ReferencedFrameOfReferenceSequence", "FrameOfReferenceUID"),
        ("StructureSetROISequence", "ReferencedFrameOfReferenceUID"),
    )
    spaces = {
        str(item.get(name, ""))
        for sequence, name in places
        for item in contours.get(sequence, None) or ()
    }
    if not space or not spaces - {""}:
        raise PlanFileError(
            "A file does not say which frame of reference it is in, so dose and structures cannot "
            "be laid over each other."
        )
    if space not in spaces:
        raise PlanFileError(
            "Dose and structures are of different frames of reference: they are not of the same "
            "images."
        )


# Dose -------------------------------------------------------------------------------------------


def _dose(file: Any) -> tuple[NDArray[np.float32], Axes]:
    units = str(file.get("DoseUnits", "")).upper()
    if units != "GY":
        raise PlanFileError(
            "The dose is in relative units; only absolute dose in Gy can be used."
            if units == "RELATIVE"
            else "The dose does not say that it is in Gy."
        )
    if str(file.get("DoseType", "PHYSICAL")).upper() != "PHYSICAL":
        raise PlanFileError("The dose is an effective dose or an error; physical dose is needed.")
    rows, columns, frames = (
        int(file.get(name, 0) or 0) for name in ("Rows", "Columns", "NumberOfFrames")
    )
    if min(rows, columns, frames) < 2:
        raise PlanFileError("The dose is not a grid of two rows, columns and planes or more.")
    voxels = rows * columns * frames
    if voxels > MAX_VOXELS:
        raise PlanFileError(
            f"The dose grid has {voxels / 1e6:.0f} million voxels; at most "
            f"{MAX_VOXELS / 1e6:.0f} million are read here. Export it on a coarser grid."
        )
    heights = _heights(file, frames)
    dose = _pixels(file, (frames, rows, columns))
    return _upright(dose, file, heights)


def _heights(file: Any, frames: int) -> NDArray[np.float64]:
    """Return the planes' offsets from the first, in mm."""
    offsets = file.get("GridFrameOffsetVector", None)
    if offsets is None or len(offsets) == 0:
        raise PlanFileError(
            "The dose has no grid frame offsets, so the height of its planes is unknown."
        )
    heights = np.array([float(v) for v in offsets])
    if len(heights) != frames:
        raise PlanFileError(
            f"The dose has {frames} planes and {len(heights)} grid frame offsets; one of them is "
            "wrong."
        )
    steps = np.diff(heights)
    if not np.all(np.isfinite(steps)) or abs(steps[0]) < 1e-3:
        raise PlanFileError("The dose planes have no distance from each other.")
    if not np.allclose(steps, steps[0], atol=0.02):
        raise PlanFileError("The dose planes are not evenly spaced, which is not read here.")
    return np.asarray(heights - heights[0])


def _pixels(file: Any, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    scaling = float(file.get("DoseGridScaling", 0) or 0)
    if not scaling > 0:
        raise PlanFileError("The dose has no grid scaling above 0, so its numbers mean nothing.")
    if "PixelData" not in file:
        raise PlanFileError("The dose file has no dose in it.")
    pixels = file.pixel_array
    if pixels.shape != shape:
        raise PlanFileError("The dose has another number of values than its grid has voxels.")
    dose = pixels.astype(np.float32)
    dose *= np.float32(scaling)
    if float(dose.min()) < 0:
        raise PlanFileError("The dose holds negative values, as differences of plans do.")
    if float(dose.max()) > MAX_GY:
        raise PlanFileError(
            f"The dose reaches {float(dose.max()):.0f} Gy; above {MAX_GY:.0f} Gy it is likely cGy."
        )
    if not float(dose.max()) > 0:
        raise PlanFileError("The dose is 0 everywhere.")
    return dose


def _upright(
    dose: NDArray[np.float32], file: Any, heights: NDArray[np.float64]
) -> tuple[NDArray[np.float32], Axes]:
    """Return the dose with axes z, y, x that rise, and their values in mm."""
    turn = np.array([float(v) for v in file.get("ImageOrientationPatient", None) or ()])
    spacing = [float(v) for v in file.get("PixelSpacing", None) or ()]
    origin = [float(v) for v in file.get("ImagePositionPatient", None) or ()]
    if len(turn) != 6 or len(spacing) != 2 or len(origin) != 3:
        raise PlanFileError("The dose does not say where its grid lies.")
    if not min(spacing) > 0:
        raise PlanFileError("The dose grid has a spacing of 0.")
    across, down = turn[:3], turn[3:]
    if not np.allclose(np.abs(across), [1, 0, 0], atol=1e-3) or not np.allclose(
        np.abs(down), [0, 1, 0], atol=1e-3
    ):
        raise PlanFileError("The dose grid is tilted or on its side, which is not read here.")
    normal = float(np.cross(across, down)[2])
    _, rows, columns = dose.shape
    x = origin[0] + np.sign(across[0]) * spacing[1] * np.arange(columns)
    y = origin[1] + np.sign(down[1]) * spacing[0] * np.arange(rows)
    z = origin[2] + np.sign(normal) * heights
    for axis, values in ((2, x), (1, y), (0, z)):
        if values[0] > values[-1]:
            dose = np.flip(dose, axis)
    return np.ascontiguousarray(dose), Axes(np.sort(x), np.sort(y), np.sort(z))


# Structures -------------------------------------------------------------------------------------


def _structures(
    file: Any, axes: Axes, secrets: frozenset[str]
) -> tuple[tuple[FileStructure, ...], int]:
    names = {
        int(item.ROINumber): str(item.get("ROIName", "") or "")
        for item in file.get("StructureSetROISequence", None) or ()
    }
    drawn = list(file.get("ROIContourSequence", None) or ())
    if not drawn:
        raise PlanFileError("The structure set has no contours.")
    if len(drawn) > MAX_STRUCTURES:
        raise PlanFileError(
            f"The structure set has {len(drawn)} structures; at most {MAX_STRUCTURES} are read."
        )
    found: list[FileStructure] = []
    points = 0
    for number, item in enumerate(drawn, 1):
        contours, n_points, left_out = _contours(item)
        points += n_points
        if points > MAX_POINTS:
            raise PlanFileError(
                f"The contours have more than {MAX_POINTS / 1e6:.0f} million points."
            )
        weights = voxel_weights(contours, axes).ravel()
        places = np.flatnonzero(weights)
        if places.size:
            name = clean_name(names.get(int(item.ReferencedROINumber), ""), secrets, number)
            outside = _outside(contours, axes, weights)
            n_contours = len(item.ContourSequence)
            found.append(
                FileStructure(name, places, weights[places], outside, n_contours, left_out)
            )
    if not found:
        raise PlanFileError("No structure with closed contours lies on the dose grid.")
    return _apart(found), len(drawn) - len(found)


def _outside(
    contours: dict[float, list[NDArray[np.float64]]], axes: Axes, weights: NDArray[np.float32]
) -> float:
    """Return the share of a structure's volume that lies beyond the grid."""
    on_grid = float(weights.sum(dtype=np.float64)) * axes.voxel_cc
    return max(0.0, 1 - on_grid / contoured_cc(contours, axes))


def _contours(item: Any) -> tuple[dict[float, list[NDArray[np.float64]]], int, int]:
    """Return closed contours by height, their points, and how many are left out."""
    found: dict[float, list[NDArray[np.float64]]] = {}
    n_points = left_out = 0
    for contour in item.get("ContourSequence", None) or ():
        closed = str(contour.get("ContourGeometricType", "")).upper() == "CLOSED_PLANAR"
        points = _points(contour) if closed else np.empty((0, 3))
        n_points += len(points)
        if n_points > MAX_POINTS:
            break  # the file is refused
        # A tilted plane has no height.
        if len(points) < 3 or np.ptp(points[:, 2]) > TILT_MM:
            left_out += 1
            continue
        height = round(float(points[0, 2]), 2)
        found.setdefault(height, []).append(points[:, :2])
    return found, n_points, left_out


def _points(contour: Any) -> NDArray[np.float64]:
    """Return the points of a contour; read at once rather than number by number, which is slow."""
    raw = contour.get_item("ContourData").value
    values = raw.decode("ascii").split("\\") if isinstance(raw, bytes) else raw
    numbers = np.array([float(v) for v in values])
    if numbers.size % 3 or not np.all(np.isfinite(numbers)):
        raise PlanFileError("A contour is damaged: its numbers are not points in space.")
    return numbers.reshape(-1, 3)


def _apart(structures: Sequence[FileStructure]) -> tuple[FileStructure, ...]:
    """Return the structures with a number behind names that come twice."""
    seen: dict[str, int] = {}
    found = []
    for structure in structures:
        seen[structure.name] = times = seen.get(structure.name, 0) + 1
        name = structure.name if times == 1 else f"{structure.name} ({times})"
        found.append(replace(structure, name=name))
    return tuple(found)


def _secrets(*files: Any) -> frozenset[str]:
    """Return the words of the files that could name a person, in lower case."""
    words: set[str] = set()
    for file in files:
        for name in IDENTIFIERS:
            words |= set(_words(str(file.get(name, "") or "")))
    return frozenset(word for word in words if len(word) > 1 and word not in FIELD_WORDS)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+|_", text.lower()) if word]


def clean_name(raw: str, secrets: frozenset[str], number: int) -> str:
    """Return the name of a structure, or a number where it could name a patient.

    A name is put aside if it has a word of the patient's or a staff member's name or number, or
    four digits or more in a row, such as a date or a record's number.
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in raw).split())
    joined = "".join(_words(text))
    named = any(word in _words(text) for word in secrets) or any(
        len(word) > 3 and word in joined for word in secrets
    )
    if not text or named or re.search(r"\d{4}", text):
        return f"Structure {number}"
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"


def _notes(dose: Any, skipped: int) -> Iterator[str]:
    summed = str(dose.get("DoseSummationType", "PLAN")).upper()
    if summed in ("BEAM", "FRACTION", "CONTROL_POINT", "BRACHY_SESSION"):
        yield "The dose is a part of a plan only, not its whole course."
    if skipped:
        yield (
            f"{skipped} structure{'' if skipped == 1 else 's'} without closed contours on the dose "
            "grid, or with tilted ones only, left out."
        )
