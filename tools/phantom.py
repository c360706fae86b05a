"""A digital thorax and upper abdomen out of simple bodies: no patient, and nobody's anatomy.

Coordinates are millimetres in the patient's system of DICOM: x towards the patient's left, y
towards the back, z towards the head; the carina lies at the origin's height. Each structure is a
function of these coordinates, so a case may look at any window of the phantom on any grid.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Points = tuple[np.ndarray, np.ndarray, np.ndarray]
Shape = Callable[[Points], np.ndarray]
Node = tuple[float, float, float]

# The whole phantom, for volumes of organs that reach beyond a case's window: x, y and z in mm.
WHOLE = ((-168.0, 168.0), (-111.0, 111.0), (-300.0, 120.0))

# Hounsfield units by tissue; a code is its place in this list.
TISSUES: Mapping[str, int] = {
    "outside": -1000,
    "lung": -740,
    "soft tissue": 30,
    "fat and muscle": -20,
    "bone": 350,
    "air in the bronchi": -980,
    "lesion": 40,
}
CODES = {name: code for code, name in enumerate(TISSUES)}


def ellipsoid(centre: Node, axes: Node, power: float = 2.0) -> Shape:
    """Return a solid ellipsoid; an infinite axis makes a cylinder along it."""

    def inside(at: Points) -> np.ndarray:
        terms = (np.abs((q - c) / a) ** power for q, c, a in zip(at, centre, axes, strict=True))
        return np.add.reduce(np.broadcast_arrays(*terms)) <= 1

    return inside


def tube(nodes: Sequence[Node], radius: float) -> Shape:
    """Return everything within ``radius`` of a line through the nodes."""

    def inside(at: Points) -> np.ndarray:
        found = np.zeros(np.broadcast_shapes(*(q.shape for q in at)), dtype=bool)
        for start, end in itertools.pairwise(nodes):
            found |= _squared_distance(at, start, end) <= radius**2
        return found

    return inside


def _squared_distance(at: Points, start: Node, end: Node) -> np.ndarray:
    """Return the squared distance of the points from a line between two nodes."""
    way = [e - s for s, e in zip(start, end, strict=True)]
    along = np.add.reduce(
        np.broadcast_arrays(*((q - s) * w for q, s, w in zip(at, start, way, strict=True)))
    )
    share = np.clip(along / sum(w * w for w in way), 0, 1)
    parts = ((q - s - share * w) ** 2 for q, s, w in zip(at, start, way, strict=True))
    return np.add.reduce(np.broadcast_arrays(*parts))


def between(low: float, high: float, axis: int = 2) -> Shape:
    """Return the slab between two heights (or between two planes across another axis)."""

    def inside(at: Points) -> np.ndarray:
        return (at[axis] >= low) & (at[axis] <= high)

    return inside


def union(*shapes: Shape) -> Shape:
    """Return what lies in any of the shapes."""
    return lambda at: np.logical_or.reduce(np.broadcast_arrays(*(s(at) for s in shapes)))


def common(*shapes: Shape) -> Shape:
    """Return what lies in all of the shapes."""
    return lambda at: np.logical_and.reduce(np.broadcast_arrays(*(s(at) for s in shapes)))


def without(shape: Shape, *others: Shape) -> Shape:
    """Return what lies in the first shape and in none of the others."""
    taken = union(*others)
    return lambda at: shape(at) & ~taken(at)


def cage(growth: float) -> Shape:
    """Return the inside of the rib cage, grown by so many mm, narrowing towards the apex."""

    def inside(at: Points) -> np.ndarray:
        x, y, z = at
        narrow = np.sqrt(np.clip(1 - (np.clip(z - 20, 0, None) / 95) ** 2, 0.02, 1))
        a, b = 128 * narrow + growth, 82 * (0.25 + 0.75 * narrow) + growth
        return (np.abs(x / a) ** 2.4 + np.abs(y / b) ** 2.4) <= 1

    return inside


BODY = ellipsoid((0, 0, 0), (163, 106, np.inf), power=2.5)

PROXIMAL_TREE = union(  # the last 2 cm of the trachea, carina, main and lobar bronchi
    tube([(0, 18, 0), (0, 18, 20)], 9),
    tube([(0, 18, 0), (-45, 22, -28)], 7),
    tube([(0, 18, 0), (50, 25, -35)], 6.5),
    tube([(-28, 20, -17), (-58, 15, 2)], 5),
    tube([(-45, 22, -28), (-52, 24, -58)], 5.5),
    tube([(50, 25, -35), (57, 30, -66)], 5),
    tube([(50, 25, -35), (68, 8, -24)], 5),
)
AIRWAYS = union(
    tube([(0, 18, 0), (0, 16, 120)], 7.5),
    tube([(0, 18, 0), (-45, 22, -28), (-52, 24, -58)], 5),
    tube([(0, 18, 0), (50, 25, -35), (57, 30, -66)], 4.5),
)
HEART = ellipsoid((24, -26, -62), (54, 42, 52))
OESOPHAGUS = tube([(6, 34, 120), (8, 36, 0), (12, 30, -110), (30, 12, -145)], 8)
AORTA = tube(
    [(-6, -12, -22), (-4, -12, 24), (12, 8, 42), (26, 36, 30), (24, 46, 0), (16, 44, -300)], 12
)
GREAT_VESSELS = without(
    union(
        AORTA,
        tube([(16, -20, -22), (16, 4, -6)], 12),
        tube([(16, 4, -8), (-42, 8, -20)], 9),
        tube([(16, 4, -6), (48, 14, -14)], 9),
        tube([(-28, -6, 75), (-28, -6, -22)], 9),
    ),
    HEART,
)
VERTEBRAL_BODIES = ellipsoid((0, 62, 0), (19, 15, np.inf), power=2.6)
CANAL = ellipsoid((0, 83, 0), (10, 8, np.inf))
CORD = ellipsoid((0, 83, 0), (6, 5, np.inf))
ARCHES = without(
    union(ellipsoid((0, 83, 0), (19, 13, np.inf)), ellipsoid((0, 96, 0), (4, 8, np.inf), power=4)),
    CANAL,
)

RIGHT_DOME = ellipsoid((-66, -4, -190), (80, 86, 100))
LEFT_DOME = ellipsoid((72, 0, -200), (72, 84, 92))
LIVER = without(
    common(
        union(ellipsoid((-66, -4, -184), (70, 75, 86)), ellipsoid((-6, -42, -165), (62, 32, 40))),
        cage(-5),
        between(-275, 0),
    ),
    VERTEBRAL_BODIES,
    ARCHES,
    AORTA,
    HEART,
)
STOMACH = without(ellipsoid((70, -22, -178), (36, 40, 52)), LIVER)
LEFT_KIDNEY = ellipsoid((58, 48, -248), (25, 23, 52))
RIGHT_KIDNEY = ellipsoid((-58, 48, -258), (25, 23, 52))
KIDNEYS = union(LEFT_KIDNEY, RIGHT_KIDNEY)
DUODENUM = tube([(18, -12, -205), (-26, -4, -215), (-30, 8, -255), (24, 4, -272)], 12)
SMALL_BOWEL = without(ellipsoid((30, -40, -262), (72, 38, 36)), DUODENUM, STOMACH, LIVER)

MEDIASTINUM = union(
    ellipsoid((0, 30, 0), (36, 84, np.inf)),
    ellipsoid((0, -50, 0), (26, 60, np.inf)),
    HEART,
    GREAT_VESSELS,
)
LUNGS = without(
    common(cage(0), between(-165, 112)), MEDIASTINUM, RIGHT_DOME, LEFT_DOME, PROXIMAL_TREE
)
# The 2 cm around the lungs, without spine and mediastinum.
CHEST_WALL = without(
    common(cage(20), BODY, between(-165, 112)),
    cage(0),
    ellipsoid((0, 75, 0), (42, 60, np.inf)),
    ellipsoid((0, -85, 0), (18, 40, np.inf)),
)


def _rib_cage(at: Points) -> np.ndarray:
    """Return ribs: rings about 8 mm high every 24 mm, falling towards the front."""
    _, y, z = at
    ring = np.mod(z + 0.35 * y + 300, 24) < 8
    wall = common(cage(10), BODY, between(-165, 112))(at) & ~cage(2)(at)
    return wall & ring & ~ellipsoid((0, -85, 0), (60, 40, np.inf))(at)


BONES = union(
    VERTEBRAL_BODIES,
    ARCHES,
    _rib_cage,
    common(ellipsoid((0, -89, 0), (18, 6, np.inf)), between(-80, 80)),
)


@dataclass(frozen=True)
class Grid:
    """A regular grid: number of voxels and centre of the first one, both as x, y, z; in mm."""

    size: tuple[int, int, int]
    first: Node
    spacing: float

    def points(self) -> Points:
        """Return the centres of the voxels, ready to be combined to z by y by x."""
        x, y, z = (
            f + np.arange(n) * self.spacing for f, n in zip(self.first, self.size, strict=True)
        )
        return x[None, None, :], y[None, :, None], z[:, None, None]

    def mask(self, shape: Shape) -> np.ndarray:
        """Return the voxels whose centre lies in the shape."""
        return np.array(np.broadcast_to(shape(self.points()), self.size[::-1]))


def whole_grid(spacing: float) -> Grid:
    """Return a grid over the whole phantom."""
    size = tuple(round((high - low) / spacing) for low, high in WHOLE)
    first = tuple(low + spacing / 2 for low, _ in WHOLE)
    return Grid(size, first, spacing)  # type: ignore[arg-type]


def tissue_of(masks: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the tissue code of each voxel.

    Parameters
    ----------
    masks : mapping from name to boolean array
        ``body``, ``cage``, ``lungs``, ``bones``, ``airways`` and ``lesion``, on one grid.
    """
    tissue = np.full(masks["body"].shape, CODES["outside"], dtype=np.uint8)
    tissue[masks["body"]] = CODES["fat and muscle"]
    tissue[masks["cage"] & masks["body"]] = CODES["soft tissue"]
    tissue[masks["lungs"]] = CODES["lung"]
    tissue[masks["bones"] & masks["body"]] = CODES["bone"]
    tissue[masks["airways"]] = CODES["air in the bronchi"]
    tissue[masks["lesion"]] = CODES["lesion"]
    return tissue


def hounsfield(tissue: np.ndarray) -> np.ndarray:
    """Return Hounsfield units of tissue codes."""
    return np.array(list(TISSUES.values()), dtype=np.int16)[tissue]
