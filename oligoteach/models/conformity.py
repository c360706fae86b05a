"""How well a dose cube follows its target, and how fast it falls off around it: measured indices.

Of a plan with prescription dose ``d``: the volumes that get 100 % and 50 % of it, wherever they
lie in the body; how much of the target the first one holds; and the largest dose at 2 cm or more
from the target in any direction. What counts as good depends on the size of the target; the
tables for it stand elsewhere.

Sources
-------
Paddick 2000 (conformity index) and Paddick & Lippitz 2006 (gradient index), ``FALLOFF_sphere`` in
``data/models/spec.json``; R50 and D2cm as in RTOG 0813 and 0915, ``R50_D2cm`` there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oligoteach.models._numbers import positive
from oligoteach.models.falloff import paddick_conformity

ROUNDING = 1e-6  # relative; what single precision may take from a dose


@dataclass(frozen=True)
class Conformity:
    """Measured indices of a plan; those that need a volume at 100 % are None where there is none.

    Attributes
    ----------
    target_cc : float
        Volume of the target.
    v100_cc, v50_cc : float
        Volume in the body with at least 100 and 50 % of the prescription dose.
    covered : float
        Share of the target with at least the prescription dose.
    paddick : float or None
        (target within the 100 % volume)² / (target × 100 % volume): 1 is perfect.
    gradient : float or None
        50 % volume over 100 % volume.
    r100, r50 : float
        100 % and 50 % volume over the target.
    d2cm : float or None
        Largest dose at 2 cm or more from the target, as a share of the prescription dose; None
        where the body ends before.
    """

    target_cc: float
    v100_cc: float
    v50_cc: float
    covered: float
    paddick: float | None
    gradient: float | None
    r100: float
    r50: float
    d2cm: float | None


def conformity(
    in_body: NDArray[np.floating],
    in_target: NDArray[np.floating],
    beyond_2cm: NDArray[np.floating],
    voxel_cc: float,
    prescription_gy: float,
    target_weights: NDArray[np.floating] | None = None,
) -> Conformity:
    """Return the indices of a plan.

    Parameters
    ----------
    in_body, in_target, beyond_2cm : ndarray
        Dose in Gy of the voxels of the body, of the target, and of the body at 2 cm or more from
        the target; any shape.
    voxel_cc : float
        Volume of a voxel in cc.
    prescription_gy : float
        Dose that counts as 100 %.
    target_weights : ndarray or None
        Share of each of the target's voxels that belongs to it; all of it by default.

    Raises
    ------
    ValueError
        With a sentence, if the target has no voxel.
    """
    full = positive("prescription_gy", prescription_gy, "Gy")
    each = np.ones(in_target.size) if target_weights is None else target_weights.ravel()
    target = float(each.sum())
    if target <= 0:
        raise ValueError("The target has no voxel on the dose grid.")
    kind = in_body.dtype.type
    # A plan normalised to a voxel must not lose that voxel to rounding.
    whole, half = kind(full * (1 - ROUNDING)), kind(full / 2 * (1 - ROUNDING))
    v100 = float(np.count_nonzero(in_body >= whole))
    v50 = float(np.count_nonzero(in_body >= half))
    held = float(each[in_target.ravel() >= whole].sum())
    return Conformity(
        target_cc=target * voxel_cc,
        v100_cc=v100 * voxel_cc,
        v50_cc=v50 * voxel_cc,
        covered=held / target,
        # Parts of voxels may sum to a little more than the whole voxels that they lie in.
        paddick=float(paddick_conformity(target, v100, min(held, v100))) if v100 else None,
        gradient=v50 / v100 if v100 else None,
        r100=v100 / target,
        r50=v50 / target,
        d2cm=float(beyond_2cm.max()) / full if beyond_2cm.size else None,
    )
