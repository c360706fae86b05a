"""Histograms of a public plan against those of the planning system that made it."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import public_plan
import pydicom
import pytest

from oligoteach.models.dvh import dvh
from oligoteach.modules._dicom_plan import read_plan

pytestmark = pytest.mark.publicplan

LARGE_CC = 5.0


@pytest.fixture(scope="module")
def plans():
    """Return our reading of the set and, by name, the planning system's volume and doses."""
    folder = public_plan.find_or_fetch()
    if folder is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(public_plan.NONE_FOUND)
    files = [Path(folder) / name for name in public_plan.FILES]
    plan = read_plan([file.read_bytes() for file in files])
    ours = {
        s.name: dvh(plan.dose.ravel()[s.places], plan.axes.voxel_cc, s.weights)
        for s in plan.structures
    }
    dose, structures = (pydicom.dcmread(file) for file in files)
    names = {roi.ROINumber: roi.ROIName for roi in structures.StructureSetROISequence}
    return ours, dict(_theirs(dose, names))


def _theirs(dose, names):
    """Yield what the planning system says; its own mean fields are in percent and of no use."""
    for item in dose.DVHSequence:
        pairs = np.array([float(v) for v in item.DVHData]).reshape(-1, 2)
        edges = np.concatenate([[0], np.cumsum(pairs[:, 0])]) * float(item.DVHDoseScaling)
        volume = np.append(pairs[:, 1], 0)
        middles, parts = (edges[:-1] + edges[1:]) / 2, -np.diff(volume)
        name = names[item.DVHReferencedROISequence[0].ReferencedROINumber]
        yield (
            name,
            SimpleNamespace(
                total=volume[0],
                mean=float(parts @ middles / parts.sum()),
                at=lambda gy, e=edges, v=volume: float(np.interp(gy, e, v)),
            ),
        )


def test_all_structures_with_contours_are_there(plans):
    ours, theirs = plans
    assert set(ours) == set(theirs)
    assert len(ours) == 9


@pytest.mark.parametrize("name", ["Breast", "Heart", "Lt Lung", "Tumor Bed", "Tumor Bed Block"])
def test_mean_doses_agree_within_a_percent(plans, name):
    ours, theirs = plans
    assert theirs[name].total > LARGE_CC
    assert ours[name].mean == pytest.approx(theirs[name].mean, rel=0.01)
    assert ours[name].total_cc == pytest.approx(theirs[name].total, rel=0.03)


def test_those_are_all_that_are_large_but_for_the_body(plans):
    _, theirs = plans
    large = {name for name, t in theirs.items() if t.total > LARGE_CC}
    assert large == {"BODY", "Breast", "Heart", "Lt Lung", "Tumor Bed", "Tumor Bed Block"}


@pytest.mark.parametrize("dose", [0.5, 1, 5, 10])
def test_the_body_agrees_wherever_there_is_dose(plans, dose):
    """The system counts 6 % less of the body than it drew, all of it below 0.1 Gy.

    So its mean over the body is not one over the contours, and volumes are compared instead.
    """
    ours, theirs = plans
    assert ours["BODY"].volume_at(dose) == pytest.approx(theirs["BODY"].at(dose), rel=0.012)


@pytest.mark.parametrize("name", ["Heart", "Lt Lung", "Breast"])
@pytest.mark.parametrize("dose", [0.5, 1, 2, 5])
def test_volumes_by_dose_agree(plans, name, dose):
    ours, theirs = plans
    near = 0.015 * theirs[name].total
    assert ours[name].volume_at(dose) == pytest.approx(theirs[name].at(dose), abs=near)
