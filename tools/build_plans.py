"""Compute the plans of the plan room with pyRadPlan, and write them to data/plans/.

Each case of ``tools/phantom.py`` gets a photon plan: pencil beams, optimised fluence, the dose of
every beam by itself. What is shipped is a NumPy archive with half-precision doses, and beside it a
readable record of where they come from. ``make plans`` sets up an environment of its own and runs
this for all cases; names of cases as arguments compute only those, ``--into`` names the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import phantom as ph
import yaml

ROOT = Path(__file__).resolve().parent.parent
SPACING = 3.0  # mm, of phantom and dose
SIZE = (112, 74, 60)
BIXEL = 5.0  # mm
KEPT_BELOW = 0.0005  # share of the dose for planning that counts as nothing
STEPS = 2000  # doses are kept in steps of this part of it
BEAMS = 9
ITERATIONS = 250  # at most


@dataclass(frozen=True)
class Organ:
    """A structure of a case; ``organ`` is what tables of dose constraints call it."""

    key: str
    name: str
    organ: str
    shape: ph.Shape
    moves: bool = True  # with breathing


@dataclass(frozen=True)
class Case:
    """A lesion in the phantom, and what its plan is to reach."""

    key: str
    title: str
    gtv: ph.Shape
    centre: ph.Node
    margin: float
    dose_gy: float
    n_fractions: int
    angles: tuple[float, ...]
    organs: tuple[Organ, ...]
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    ptv: ph.Shape | None = None


LUNGS = Organ("lungs", "Lungs without GTV", "lungs", ph.LUNGS)
HEART = Organ("heart", "Heart", "heart", ph.HEART)
CORD = Organ("cord", "Spinal cord", "spinal-cord", ph.CORD, moves=False)
OESOPHAGUS = Organ("oesophagus", "Oesophagus", "oesophagus", ph.OESOPHAGUS)
TREE = Organ("bronchi", "Proximal bronchial tree", "central-airways", ph.PROXIMAL_TREE)
VESSELS = Organ("vessels", "Great vessels", "great-vessels", ph.GREAT_VESSELS)
CHEST_WALL = Organ("chest_wall", "Chest wall", "chest-wall", ph.CHEST_WALL, moves=False)
LIVER = Organ("liver", "Liver", "liver", ph.LIVER)
STOMACH = Organ("stomach", "Stomach", "stomach", ph.STOMACH)
KIDNEYS = Organ("kidneys", "Kidneys", "kidneys", ph.KIDNEYS)
DUODENUM = Organ("duodenum", "Duodenum", "duodenum", ph.DUODENUM)
BOWEL = Organ("bowel", "Small bowel", "small-bowel", ph.SMALL_BOWEL)

THORAX = (LUNGS, HEART, CORD, OESOPHAGUS, TREE, VESSELS, CHEST_WALL, LIVER)
ABDOMEN = (LIVER, STOMACH, KIDNEYS, DUODENUM, BOWEL, CORD, VESSELS, LUNGS)


def arc(first: float, last: float) -> tuple[float, ...]:
    """Return the gantry angles of all beams, evenly from the first to the last."""
    return tuple(float(round(a)) % 360 for a in np.linspace(first, last, BEAMS))


def _ball(centre: ph.Node, radius: float) -> ph.Shape:
    return ph.ellipsoid(centre, (radius, radius, radius))


def _vertebra(height: float, half: float) -> ph.Shape:
    return ph.common(ph.VERTEBRAL_BODIES, ph.between(height - half, height + half))


CASES = {
    case.key: case
    for case in (
        Case(
            "peripheral",
            "Peripheral lung lesion",
            _ball((-90, 14, -48), 13),
            (-90, 14, -48),
            margin=5,
            dose_gy=54,
            n_fractions=3,
            angles=arc(186, 370),
            organs=THORAX,
            limits={"lungs": (12, 40), "chest_wall": (24, 40), "cord": (10, 60)},
        ),
        Case(
            "central",
            "Central lung lesion",
            _ball((-70, -8, -16), 12),
            (-70, -8, -16),
            margin=5,
            dose_gy=50,
            n_fractions=5,
            angles=arc(190, 390),
            organs=THORAX,
            limits={
                "bronchi": (30, 150),
                "oesophagus": (14, 80),
                "vessels": (40, 80),
                "cord": (10, 60),
                "lungs": (12, 40),
            },
        ),
        Case(
            "chest_wall",
            "Lung lesion near the chest wall",
            _ball((104, 28, -30), 12),
            (104, 28, -30),
            margin=5,
            dose_gy=48,
            n_fractions=4,
            angles=arc(345, 530),
            organs=THORAX,
            limits={"chest_wall": (28, 120), "lungs": (12, 40), "cord": (10, 60)},
        ),
        Case(
            "adrenal",
            "Left adrenal lesion",
            ph.ellipsoid((44, 30, -186), (14, 15, 18)),
            (44, 30, -186),
            margin=5,
            dose_gy=40,
            n_fractions=5,
            angles=arc(20, 230),
            organs=ABDOMEN,
            limits={
                "stomach": (22, 120),
                "kidneys": (8, 60),
                "cord": (12, 80),
                "bowel": (18, 60),
                "liver": (12, 20),
            },
        ),
        Case(
            "vertebra",
            "Vertebral lesion",
            _vertebra(-48, 13),
            (0, 62, -48),
            margin=0,
            dose_gy=24,
            n_fractions=2,
            angles=arc(100, 260),
            organs=THORAX,
            limits={"cord": (13, 900), "oesophagus": (12, 120), "lungs": (8, 30)},
            ptv=ph.without(
                ph.common(ph.ellipsoid((0, 61, 0), (21, 17, np.inf), 2.6), ph.between(-63, -33)),
                ph.ellipsoid((0, 83, 0), (8, 7, np.inf)),
            ),
        ),
    )
}


def window(case: Case) -> ph.Grid:
    """Return the case's grid: all of the body across, and a stretch of it along."""
    x, y = ((-SPACING * (n - 1) / 2) for n in SIZE[:2])
    z = SPACING * round((case.centre[2] - SPACING * (SIZE[2] - 1) / 2) / SPACING)
    return ph.Grid(SIZE, (x, y, z), SPACING)


def structures(case: Case, grid: ph.Grid) -> dict[str, np.ndarray]:
    """Return the masks of the case: GTV and PTV, organs without GTV, and the body."""
    gtv = grid.mask(case.gtv)
    ptv = grid.mask(case.ptv) if case.ptv else grow(gtv, case.margin)
    body = grid.mask(ph.BODY)
    masks = {"gtv": gtv, "ptv": ptv | gtv}
    for organ in case.organs:
        masks[organ.key] = grid.mask(organ.shape) & ~gtv & body
    return masks | {"body": body}


def grow(mask: np.ndarray, margin: float) -> np.ndarray:
    """Return all voxels whose centre lies within ``margin`` mm of one of the mask's."""
    return distance(mask) <= margin


def distance(mask: np.ndarray) -> np.ndarray:
    """Return the distance of every voxel from the nearest one of the mask, in mm."""
    from scipy.ndimage import distance_transform_edt

    return distance_transform_edt(~mask, sampling=SPACING)


def tissue(case: Case, grid: ph.Grid, masks: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the tissue code of every voxel."""
    return ph.tissue_of(
        {
            "body": masks["body"],
            "cage": grid.mask(ph.cage(0)),
            "lungs": grid.mask(ph.LUNGS),
            "bones": grid.mask(ph.BONES),
            "airways": grid.mask(ph.AIRWAYS),
            "lesion": masks["gtv"] & (case.key != "vertebra"),
        }
    )


# Objectives: (structure, kind, dose in Gy, weight), readable as they stand in the record.
Aim = tuple[str, str, float, float]


def aims(case: Case) -> list[Aim]:
    """Return what the fluence is optimised for."""
    d = case.dose_gy
    return [
        ("ptv", "no less than", round(1.03 * d, 2), 1000.0),
        ("ptv", "no more than", round(1.2 * d, 2), 200.0),
        ("shell to 10 mm", "no more than", round(0.72 * d, 2), 120.0),
        ("shell from 10 to 20 mm", "no more than", round(0.42 * d, 2), 120.0),
        ("body beyond 20 mm", "no more than", round(0.28 * d, 2), 60.0),
        *((key, "no more than", *limit) for key, limit in case.limits.items()),
    ]


def helpers(masks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the rings around the PTV that steer the fall-off."""
    away = distance(masks["ptv"])
    return {
        "shell to 10 mm": (away > SPACING) & (away <= 10) & masks["body"],
        "shell from 10 to 20 mm": (away > 10) & (away <= 20) & masks["body"],
        "body beyond 20 mm": (away > 20) & masks["body"],
    }


def compute(case: Case, grid: ph.Grid, masks: Mapping[str, np.ndarray], hu: np.ndarray) -> Any:
    """Return the dose of each beam, in Gy, as an array of beams by z, y and x."""
    import SimpleITK
    from pyRadPlan import PhotonPlan, calc_dose_influence, fluence_optimization, generate_stf
    from pyRadPlan.ct import CT

    image = SimpleITK.GetImageFromArray(hu.astype(np.float32))
    image.SetSpacing((SPACING,) * 3)
    image.SetOrigin(grid.first)
    ct = CT(cube_hu=image)
    cst = _structure_set(case, masks, ct)
    plan = PhotonPlan(machine="Generic", num_of_fractions=1, prescribed_dose=case.dose_gy)
    plan.prop_stf = {
        "gantry_angles": np.array(case.angles),
        "couch_angles": np.zeros(BEAMS),
        "bixel_width": BIXEL,
    }
    plan.prop_dose_calc = {"dose_grid": {"resolution": dict.fromkeys("xyz", SPACING)}}
    plan.prop_opt = {"solver": "scipy", "max_iter": ITERATIONS}
    steering = generate_stf(ct, cst, plan)
    influence = calc_dose_influence(ct, cst, steering, plan)
    fluence = fluence_optimization(ct, cst, steering, influence, plan)
    result = influence.compute_result_ct_grid(fluence)
    return np.stack([SimpleITK.GetArrayFromImage(beam) for beam in result["physical_dose_beam"]])


def _structure_set(case: Case, masks: Mapping[str, np.ndarray], ct: Any) -> Any:
    from pyRadPlan.cst import OAR, ExternalVOI, StructureSet, Target

    wanted: dict[str, list[Any]] = {}
    for key, kind, dose, weight in aims(case):
        wanted.setdefault(key, []).append(_objective(kind, dose, weight))
    volumes = [
        Target(
            name="ptv",
            ct_image=ct,
            mask=masks["ptv"].astype(np.uint8),
            objectives=wanted["ptv"],
            overlap_priority=0,
        ),
        ExternalVOI(name="body", ct_image=ct, mask=masks["body"].astype(np.uint8)),
    ]
    for key, mask in {**masks, **helpers(masks)}.items():
        if key in wanted and key != "ptv":
            volumes.append(
                OAR(
                    name=key,
                    ct_image=ct,
                    mask=mask.astype(np.uint8),
                    objectives=wanted[key],
                    overlap_priority=0,
                )
            )
    return StructureSet(vois=volumes, ct_image=ct)


def _objective(kind: str, dose: float, weight: float) -> Any:
    from pyRadPlan.optimization.objectives import SquaredOverdosing, SquaredUnderdosing

    if kind == "no less than":
        return SquaredUnderdosing(d_min=dose, priority=weight)
    return SquaredOverdosing(d_max=dose, priority=weight)


def normalised(beams: np.ndarray, ptv: np.ndarray, dose_gy: float) -> np.ndarray:
    """Return the beams scaled so that 95 % of the PTV gets the dose, in steps, small ones zero."""
    d95 = np.percentile(beams.sum(axis=0)[ptv], 5)
    beams = beams * (dose_gy / d95)
    step = dose_gy / STEPS
    kept = np.where(beams < KEPT_BELOW * dose_gy, 0, np.round(beams / step) * step)
    return kept.astype(np.float16)


def sparse(beams: np.ndarray) -> dict[str, np.ndarray]:
    """Return which voxels each beam reaches, as bits, and the doses there, beam after beam."""
    reached = beams > 0
    bits = np.packbits(reached.reshape(len(beams), -1), axis=1)
    return {"reached": bits, "doses": beams[reached]}


def archive(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the arrays as a compressed NumPy archive that depends on nothing else."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name, array in arrays.items():
            one = io.BytesIO()
            np.lib.format.write_array(one, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, one.getvalue())
    return whole.getvalue()


def digest(array: np.ndarray) -> str:
    """Return a checksum of an array's values."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def whole_volumes(case: Case) -> dict[str, float]:
    """Return the volume of each organ in the whole phantom, in cc, also beyond the window."""
    grid = ph.whole_grid(2 * SPACING)
    return {o.key: float(grid.mask(o.shape).sum()) * grid.spacing**3 / 1000 for o in case.organs}


def record(
    case: Case,
    grid: ph.Grid,
    masks: Mapping[str, np.ndarray],
    arrays: Mapping[str, np.ndarray],
) -> dict[str, Any]:
    """Return where the plan comes from and what it contains, for the file beside the archive."""
    whole = whole_volumes(case)
    cc = SPACING**3 / 1000
    names = {"gtv": "GTV", "ptv": "PTV", "body": "Body"}
    moving = {"gtv": True, "ptv": True, "body": True}
    names |= {o.key: o.name for o in case.organs}
    moving |= {o.key: o.moves for o in case.organs}
    organs = {o.key: o.organ for o in case.organs}
    listed = []
    for key, mask in masks.items():
        inside = float(mask.sum()) * cc
        beyond = max(whole.get(key, inside) - inside, 0.0) if key in whole else 0.0
        # A little is the lesion's own place in the organ, or rounding.
        beyond = beyond if beyond > 0.03 * inside + 5 else 0.0
        listed.append(
            {
                "key": key,
                "name": names[key],
                "organ": organs.get(key, ""),
                "volume_cc": round(inside, 3),
                "beyond_cc": round(beyond, 1),
                "moves": moving[key],
            }
        )
    return {
        "case": case.key,
        "title": case.title,
        "phantom": "A digital phantom out of simple bodies (tools/phantom.py); no patient",
        "dose_gy": case.dose_gy,
        "n_fractions": case.n_fractions,
        "normalised": "95 % of the PTV gets the dose or more",
        "centre_mm": [float(c) for c in case.centre],
        "grid": {
            "size": list(grid.size),
            "first_mm": [float(f) for f in grid.first],
            "spacing_mm": grid.spacing,
            "axes": "x to the patient's left, y to the back, z to the head; arrays are z, y, x",
        },
        "beams": [{"gantry": float(angle), "couch": 0.0} for angle in case.angles],
        "structures": listed,
        "objectives": [
            {"structure": s, "aim": kind, "dose_gy": dose, "weight": weight}
            for s, kind, dose, weight in aims(case)
        ],
        "engine": {
            "name": "pyRadPlan",
            "version": version("pyRadPlan"),
            "algorithm": "Photon pencil beam by singular value decomposition (Bortfeld 1993), "
            "without lateral electron transport: dose in and beside lung is too optimistic",
            "machine": "Generic photon machine of pyRadPlan",
            "bixel_mm": BIXEL,
            "optimiser": "L-BFGS-B of SciPy, squared over- and underdosing; not sequenced",
            "seed": "0, pyRadPlan's own, for the sampling of small doses; threads: 1",
        },
        "versions": {
            name: version(name)
            for name in ("numpy", "scipy", "SimpleITK", "numba", "pydantic", "matplotlib")
            if _installed(name)
        },
        "kept": {
            "type": "float16, Gy",
            "step_gy": case.dose_gy / STEPS,
            "zero_below_gy": round(KEPT_BELOW * case.dose_gy, 4),
            "sha256": {name: digest(array) for name, array in arrays.items()},
        },
    }


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except Exception:
        return False


def build(case: Case, folder: Path) -> None:
    """Compute a case and write its archive and its record."""
    grid = window(case)
    masks = structures(case, grid)
    codes = tissue(case, grid, masks)
    doses = compute(case, grid, masks, ph.hounsfield(codes))
    beams = normalised(doses, masks["ptv"], case.dose_gy)
    arrays = {
        "tissue": codes,
        **sparse(beams),
        "masks": np.packbits(np.stack(list(masks.values())).reshape(len(masks), -1), axis=1),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{case.key}.npz").write_bytes(archive(arrays))
    text = yaml.safe_dump(
        record(case, grid, masks, arrays), sort_keys=False, allow_unicode=True, width=96
    )
    (folder / f"{case.key}.yaml").write_text(
        f"# Written by tools/build_plans.py (make plans).\n{text}", encoding="utf-8"
    )


def main(arguments: Iterable[str] | None = None) -> int:
    """Build the cases that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--into", type=Path, default=ROOT / "data" / "plans")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.cases) - set(CASES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(CASES)}")
    for key in chosen.cases or CASES:
        print(f"{key}: computing", flush=True)
        build(CASES[key], chosen.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
