"""The computed plans: record and arrays belong together, and the dose is a believable one."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from shipped_rows import beams_of

from oligoteach.evidence import EvidenceError, constraints, data_path, plan_arrays, plan_records
from oligoteach.evidence import plans as module
from oligoteach.evidence.plans import plan_problems
from oligoteach.models.conformity import conformity
from oligoteach.models.structures import within_distance
from oligoteach.modules._plan_room import CASES, PLANNED

MEGABYTE = 1_000_000
TOTAL_MB = 15


@pytest.fixture(params=list(CASES), scope="module")
def case(request):
    return plan_records()[request.param], plan_arrays(request.param)


def test_the_cases_of_the_lesson_are_those_that_are_shipped():
    assert set(CASES) == set(plan_records())
    planned = {key: (r.dose_gy, r.n_fractions) for key, r in plan_records().items()}
    assert planned == PLANNED


def test_all_together_are_small():
    files = [p for p in data_path("plans").iterdir() if p.suffix in (".npz", ".yaml")]
    assert len(files) == 2 * len(CASES)
    assert sum(file.stat().st_size for file in files) < TOTAL_MB * MEGABYTE


def test_arrays_have_the_grid_of_the_record(case):
    record, arrays = case
    assert len(arrays.beams) == len(record.beams)
    assert arrays.tissue.shape == record.grid.shape
    assert arrays.tissue.max() <= 6
    assert set(arrays.masks) == {s.key for s in record.structures}
    assert set(record.kept.sha256) == {"tissue", "reached", "doses", "masks"}


def test_a_beam_is_where_its_doses_are(case):
    record, arrays = case
    for cube, beam in zip(beams_of(record.case, record.grid.shape), arrays.beams, strict=True):
        assert np.array_equal(beam.places, np.flatnonzero(cube))
        assert np.array_equal(beam.doses, cube[cube > 0])
        assert beam.doses.dtype == np.float32
        assert beam.doses.min() >= 0.99 * record.kept.zero_below_gy


def test_structures_lie_in_the_body_and_have_the_volume_of_the_record(case):
    record, arrays = case
    body = arrays.masks["body"]
    for structure in record.structures:
        mask = arrays.masks[structure.key]
        assert not (mask & ~body).any(), structure.key
        assert mask.sum() * record.grid.voxel_cc == pytest.approx(structure.volume_cc, abs=0.01)
        if structure.key not in ("gtv", "ptv", "body"):
            assert not (mask & arrays.masks["gtv"]).any(), structure.key
            assert structure.organ in {c.organ for c in constraints().values()}
    assert not (arrays.masks["gtv"] & ~arrays.masks["ptv"]).any()


def test_the_centre_lies_in_the_target(case):
    record, arrays = case
    x, y, z = (
        round((c - f) / record.grid.spacing_mm)
        for c, f in zip(record.centre_mm, record.grid.first_mm, strict=True)
    )
    assert arrays.masks["gtv"][z, y, x]


def test_the_beams_add_up_to_a_believable_plan(case):
    record, arrays = case
    dose = beams_of(record.case).sum(axis=0)
    ptv, body = arrays.masks["ptv"], arrays.masks["body"]
    assert dose.min() == 0
    assert np.isfinite(dose).all()
    assert not dose[~body].any()
    assert np.percentile(dose[ptv], 5) == pytest.approx(record.dose_gy, rel=2e-3)
    assert 1.02 < dose.max() / record.dose_gy < 1.5
    # Every beam matters, and none does it all.
    shares = np.array([beam[ptv].mean() for beam in beams_of(record.case)]) / dose[ptv].mean()
    assert shares.sum() == pytest.approx(1, abs=1e-4)
    assert shares.max() < 0.45


def test_dose_falls_off_as_stereotactic_plans_do(case):
    record, arrays = case
    dose = beams_of(record.case).sum(axis=0)
    ptv, body = arrays.masks["ptv"], arrays.masks["body"]
    near = within_distance(ptv, (record.grid.spacing_mm,) * 3, 20)
    found = conformity(
        dose[body], dose[ptv], dose[body & ~near], record.grid.voxel_cc, 0.995 * record.dose_gy
    )
    assert 2.4 < found.r50 < 7
    assert 0.3 < found.d2cm < 0.85
    assert 0.6 < found.paddick <= 1


def test_the_record_says_what_computed_it_and_what_that_cannot(case):
    record, _ = case
    assert (record.engine.name, record.engine.version) == ("pyRadPlan", "0.5.0")
    assert "without lateral electron transport" in record.engine.algorithm
    assert {"numpy", "scipy", "SimpleITK"} <= set(record.versions)
    assert {o.structure for o in record.objectives} >= {"ptv", "body beyond 20 mm"}
    assert "no patient" in record.phantom


def test_an_array_that_is_not_the_record_s_is_refused(tmp_path, monkeypatch):
    for kind in ("npz", "yaml"):
        source = data_path("plans", f"peripheral.{kind}")
        (tmp_path / "plans").mkdir(exist_ok=True)
        (tmp_path / "plans" / source.name).write_bytes(source.read_bytes())
    record = tmp_path / "plans" / "peripheral.yaml"
    text = yaml.safe_load(record.read_text("utf-8"))
    text["kept"]["sha256"]["doses"] = "0" * 64
    record.write_text(yaml.safe_dump(text), encoding="utf-8")
    monkeypatch.setattr(module, "data_path", lambda *parts: tmp_path.joinpath(*parts))
    module.plan_records.cache_clear()
    try:
        with pytest.raises(EvidenceError, match="doses: checksum"):
            plan_arrays("peripheral")
        text["surplus"] = 1
        record.write_text(yaml.safe_dump(text), encoding="utf-8")
        module.plan_records.cache_clear()
        with pytest.raises(EvidenceError, match="surplus"):
            plan_records()
    finally:
        monkeypatch.undo()
        module.plan_records.cache_clear()


@pytest.fixture
def plans(tmp_path):
    """A copy of one case."""
    for kind in ("npz", "yaml"):
        source = data_path("plans", f"peripheral.{kind}")
        (tmp_path / source.name).write_bytes(source.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("name", "length", "rule"),
    [
        ("peripheral.npz", 1000, "archive"),
        ("peripheral.npz", 0, "archive"),
        ("peripheral.npz", None, "archive"),
        ("peripheral.yaml", 200, "missing-field"),
        ("peripheral.yaml", None, "missing-record"),
    ],
)
def test_a_case_that_is_cut_off_or_not_whole_is_reported(plans, name, length, rule):
    assert list(plan_problems(plans)) == []
    path = plans / name
    if length is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:length])
    problems = list(plan_problems(plans))
    assert {problem.rule for problem in problems} == {rule}
    assert str(problems[0]).startswith("data/plans/peripheral.")
