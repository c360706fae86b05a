"""Schedules by site: read whole, checked by rule, resting on the ledger."""

import csv
import io
import shutil

import pytest
from shipped_rows import count_of

from oligoteach import evidence
from oligoteach.evidence.check import check
from oligoteach.evidence.schedules import read_regimens, regimen_problems


def test_every_schedule_is_read():
    assert len(evidence.regimens()) == count_of("regimens", "regimens")
    assert {row.site for row in evidence.regimens("bone")} == {"bone"}
    assert evidence.regimens("brain") == ()


@pytest.mark.parametrize("row", evidence.regimens(), ids=lambda row: row.regimen_id)
def test_the_numbers_stand_where_the_schedule_says(row):
    stated = [evidence.claim(key).statement for key in row.claims]
    stated += [evidence.verdict(key).primary_says for key in row.claims]
    stated += [arm.label for trial in row.trials for arm in evidence.arms(trial)]
    stated += [evidence.constraint(key).note for key in row.constraints]
    text = " ".join(stated).replace("-", " ").replace("/", " in ").replace("one", "1")
    text = text.replace(" single", " 1").replace("once", "1")
    assert f"{row.total_gy:g}" in text
    assert str(row.fractions) in text


def test_words():
    [row] = [row for row in evidence.regimens() if row.regimen_id == "lung-54-in-3"]
    assert (row.name, row.dose_per_fraction) == ("54 Gy in 3", 18)


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(evidence.data_path(), tmp_path / "data")
    return tmp_path


def change(root, key, **fields):
    """Change fields of a schedule, and return its row."""
    path = root / "data" / "regimens" / "regimens.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    index = next(i for i, row in enumerate(rows) if row["regimen_id"] == key)
    rows[index].update(fields)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    return index + 2


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"claims": "bone-9gy"}, "claims", "unknown-key"),
        ({"trials": "rtog-631"}, "trials", "unknown-key"),
        ({"constraints": "x"}, "constraints", "unknown-key"),
        ({"claims": "", "trials": ""}, "claims", "rests-on-something"),
        ({"verification": "unverified"}, "verification", "role-needs-source"),
        ({"total_gy": "0"}, "total_gy", "greater-than"),
        ({"fractions": ""}, "fractions", "empty-field"),
        ({"site": "spine"}, "site", "vocabulary"),
        ({"role": "usual"}, "role", "vocabulary"),
        ({"total_gy": "16"}, "total_gy", "listed-twice"),
    ],
)
def test_one_broken_field(copy, fields, field, rule):
    row = change(copy, "bone-8-in-1", **fields)
    table = read_regimens(copy / "data" / "regimens")
    ledger = evidence.claims(), evidence.trials(), evidence.constraints()
    found = [(p.where, p.field, p.rule) for p in regimen_problems(table, *ledger)]
    expected = row + (rule == "listed-twice")  # told where it is listed again
    assert found == [(str(expected), field, rule)]


def test_the_check_of_all_data_reports_schedules(copy):
    row = change(copy, "bone-8-in-1", claims="bone-9gy")
    assert f"data/regimens/regimens.csv:{row} claims: unknown-key" in " ".join(
        str(problem) for problem in check(copy).problems
    )
