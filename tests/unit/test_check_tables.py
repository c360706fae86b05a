"""Hostile copies of the tables: each broken rule is reported with file, row, field and rule."""

import csv
import io
import math
import shutil
from statistics import NormalDist

import pytest
from shipped_rows import all_rows

from oligoteach import evidence
from oligoteach.evidence.check import check
from oligoteach.evidence.consistency import Z_TWO_SIDED, implied_p
from oligoteach.evidence.integrity import ledger_problems, read_ledger


@pytest.fixture
def copy(tmp_path):
    """A copy of all shipped data below a root of its own, without notebooks."""
    shutil.copytree(evidence.data_path(), tmp_path / "data")
    return tmp_path


class Sheet:
    """A table of a copy, for breaking it."""

    def __init__(self, root, table):
        self.path = root / "data" / "evidence" / f"{table}.csv"
        self.rows = list(csv.reader(io.StringIO(self.path.read_text("utf-8"))))

    def row_of(self, *key):
        """Row number of the first row that begins with a key; the header is row 1."""
        return next(i for i, row in enumerate(self.rows, 1) if tuple(row[: len(key)]) == key)

    def set(self, row, **fields):
        for name, value in fields.items():
            self.rows[row - 1][self.rows[0].index(name)] = value

    def save(self):
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(self.rows)
        self.path.write_text(out.getvalue(), "utf-8")


def found(root):
    """What the rules of the tables find: table, place, field and rule."""
    problems, _ = ledger_problems(read_ledger(root / "data" / "evidence"))
    return places(problems)


def places(problems):
    """File, place, field and rule of each problem."""
    return [
        (problem.file.removeprefix("data/evidence/"), problem.where, problem.field, problem.rule)
        for problem in problems
    ]


def test_the_shipped_data_break_no_rule(copy):
    report = check(copy)
    assert report.problems == []
    assert report.ok
    assert report.counts["row"] == all_rows()  # all tables and the declared oddities


def test_declared_oddities_are_notes_with_their_reason(copy):
    notes = {(note.key, note.field): note for note in check(copy).notes}
    note = notes["sabr-comet/OS/hazard_ratio//60", "p_value"]
    assert note.rule == "p-fits-interval"
    assert "Known: The review's own hazard ratio" in note.sentence
    assert {note.rule for note in notes.values()} == {
        "arms-add-up",
        "listed-twice",
        "p-fits-interval",
        "survival-falls",
        "value-as-printed",
    }


# One change of one field, and what it must be reported as: table, key, field, value, field, rule.
SINGLE = [
    ("claims", ("gomez-n",), "value", "many", "value", "not-a-number"),
    ("claims", ("gomez-n",), "value", "50", "value_text", "value-as-printed"),
    ("claims", ("gomez-n",), "comparator", "≈", "comparator", "vocabulary"),
    ("claims", ("gomez-n",), "comparator", "", "comparator", "comparator"),
    ("claims", ("gomez-early-stop",), "comparator", "=", "comparator", "comparator"),
    ("claims", ("gomez-n",), "topic", "trials", "topic", "vocabulary"),
    ("claims", ("gomez-n",), "section", "four", "section", "section-syntax"),
    ("claims", ("gomez-n",), "table", "1.5", "table", "not-a-whole-number"),
    ("claims", ("gomez-n",), "statement", "", "statement", "empty-field"),
    ("claims", ("gomez-n",), "statement", "No stop", "statement", "full-stop"),
    ("claims", ("gomez-n",), "statement", "Two  lines\nhere.", "statement", "untidy-field"),
    ("claims", ("gomez-n",), "population", "OM-NSCLC ", "population", "untidy-field"),
    ("claims", ("gomez-n",), "review_refs", "gomez-2016;", "review_refs", "list"),
    ("claims", ("gomez-n",), "review_refs", "gomez-1999", "review_refs", "unknown-key"),
    ("claims", ("gomez-os-hr",), "high", "0.30", "value", "value-in-interval"),
    ("claims", ("gomez-os-hr",), "low", "0.40", "value", "value-in-interval"),
    ("claims", ("gomez-os-hr",), "high", "0.38", "value", "log-symmetric"),
    ("claims", ("gomez-os-hr",), "low", "-0.17", "value", "ratio-positive"),
    ("claims", ("stage-iv-5y-os-pre-io",), "low", "9", "low", "interval-order"),
    ("claims", ("pof-local-only",), "value", "164", "value", "percentage"),
    ("claims", ("gomez-os-p",), "value", "1.7", "value", "p-range"),
    ("audit", ("gomez-n",), "verdict", "true", "verdict", "vocabulary"),
    ("audit", ("gomez-n",), "teach", "", "teach", "empty-field"),
    ("audit", ("gomez-n",), "source_refs", "gomez-1999", "source_refs", "unknown-key"),
    ("audit", ("gomez-n",), "source_refs", "", "source_refs", "verified-by-source"),
    ("audit", ("gomez-n",), "primary_says", "", "primary_says", "verified-by-source"),
    ("audit", ("gomez-n",), "verification", "unverified", "verification", "verdict-needs-source"),
    ("audit", ("gomez-n",), "severity", "high", "severity", "confirmed-is-harmless"),
    ("audit", ("ptv-margin",), "verdict", "unverified", None, None),
    ("references", ("gomez-2016",), "doi", "doi:10.1/x", "doi", "doi-syntax"),
    ("references", ("gomez-2016",), "pmid", "2778919", None, None),
    ("references", ("gomez-2016",), "pmid", "277891966", "pmid", "pmid-syntax"),
    ("references", ("gomez-2016",), "year", "16", "year", "year-syntax"),
    ("references", ("gomez-2016",), "title", "", "title", "empty-field"),
    ("references", ("gomez-2016",), "review_number", "13", "review_number", "review-numbers"),
    ("references", ("gomez-2019",), "pmid", "27789196", "pmid", "listed-twice"),
    ("references", ("gomez-2016",), "note", "see www.example.org", "note", "network-address"),
    ("references", ("gomez-2016",), "note", "http://10.0.0.1/x", "note", "network-address"),
    ("trials", ("gomez",), "nct", "NCT0172516", "nct", "nct-syntax"),
    ("trials", ("gomez",), "ref_ids", "", "ref_ids", "empty-field"),
    ("trials", ("gomez",), "ref_ids", "gomez-1999", "ref_ids", "unknown-key"),
    ("trials", ("gomez",), "randomised", "maybe", "randomised", "yes-or-no"),
    ("trials", ("gomez",), "setting", "lung", "setting", "vocabulary"),
    ("trials", ("gomez",), "phase", "2", "phase", "vocabulary"),
    ("trials", ("gomez",), "allocation", "one to one", "allocation", "allocation-syntax"),
    ("trials", ("gomez",), "n", "50", "n", "arms-add-up"),
    ("trials", ("petty",), "randomised", "yes", "randomised", "two-roles"),
    ("arms", ("gomez", "lct"), "role", "active", "role", "vocabulary"),
    ("arms", ("gomez", "lct"), "n", "25.5", "n", "not-a-whole-number"),
    ("outcomes", ("gomez", "PFS", "median"), "value", "24", "value", "value-in-interval"),
    ("outcomes", ("gomez", "PFS", "median"), "value", "", "value", "has-value"),
    ("outcomes", ("gomez", "PFS", "median"), "unit", "weeks", "unit", "vocabulary"),
    ("outcomes", ("gomez", "PFS", "median"), "ci_level", "", "ci_level", "interval-level"),
    ("outcomes", ("gomez", "PFS", "median"), "ci_level", "97", "ci_level", "interval-level"),
    ("outcomes", ("gomez", "PFS", "median"), "source_ref", "nobody", "source_ref", "unknown-key"),
    ("outcomes", ("gomez", "PFS", "p_value"), "p_value", "", "p_value", "has-value"),
    ("outcomes", ("gomez", "PFS", "p_value"), "p_value", "22", "p_value", "p-range"),
    ("outcomes", ("gomez", "PFS", "p_value"), "p_comparator", "", "p_comparator", "p-comparator"),
    ("outcomes", ("gomez", "PFS", "p_value"), "p_comparator", ">", "p_comparator", "vocabulary"),
    ("outcomes", ("gomez", "PFS", "p_value"), "ci_level", "95", "ci_level", "interval-level"),
    ("outcomes", ("curb", "PFS all", "hazard_ratio"), "value", "0.9", "value", "value-in-interval"),
    ("outcomes", ("curb", "PFS all", "hazard_ratio"), "value", "0.7", "value", "log-symmetric"),
    ("outcomes", ("curb", "PFS all", "hazard_ratio"), "low", "0", "value", "ratio-positive"),
    (
        "outcomes",
        ("curb", "PFS all", "hazard_ratio"),
        "p_value",
        "0.1",
        "p_value",
        "p-fits-interval",
    ),
    ("outcomes", ("gan-2014", "LC", "landmark"), "value", "101", "value", "percentage"),
    ("outcomes", ("gan-2014", "LC", "landmark"), "time_months", "", "time_months", "landmark-time"),
    ("outcomes", ("atom", "PFS", "landmark"), "verification", "seen", "verification", "vocabulary"),
    ("outcomes", ("atom", "PFS", "landmark"), "arm_id", "tki", "arm_id", "unknown-key"),
    ("glossary", ("Gray",), "definition", "", "definition", "empty-field"),
    ("glossary", ("Gray",), "topic", "physics", "topic", "vocabulary"),
]


@pytest.mark.parametrize(("table", "key", "field", "value", "at", "rule"), SINGLE)
def test_one_broken_field(copy, table, key, field, value, at, rule):
    sheet = Sheet(copy, table)
    row = sheet.row_of(*key)
    sheet.set(row, **{field: value})
    sheet.save()
    if rule is None:
        assert found(copy) == []
    else:
        # A line break inside a field moves the row's last line, which the reader reports.
        line = row + value.count("\n")
        assert (f"{table}.csv", str(line), at, rule) in found(copy)


def test_a_hazard_ratio_outside_its_interval_is_one_line_with_everything(copy):
    sheet = Sheet(copy, "outcomes")
    row = sheet.row_of("curb", "PFS all", "hazard_ratio")
    sheet.set(row, value="0.9")
    sheet.save()
    lines = [str(problem) for problem in check(copy).problems]
    assert (
        f"data/evidence/outcomes.csv:{row} value: value-in-interval — 0.9 is above the upper limit "
        "0.81." in lines
    )


def test_landmarks_may_not_rise_and_must_fit_the_median(copy):
    sheet = Sheet(copy, "outcomes")
    row = sheet.row_of("de-ruysscher", "OS", "landmark", "radical", "24")
    sheet.set(row, value="60")
    sheet.save()
    rules = {(where, rule) for _, where, _, rule in found(copy)}
    assert rules == {(str(row), "survival-falls"), (str(row), "median-fits-landmark")}


@pytest.mark.parametrize(
    ("table", "key", "field"),
    [
        ("references", ("gomez-2016",), "ref_id"),
        ("claims", ("gomez-n",), "claim_id"),
        ("audit", ("gomez-n",), "claim_id"),
        ("trials", ("gomez",), "trial_id"),
        ("arms", ("gomez", "lct"), "trial_id+arm_id"),
        ("outcomes", ("gomez", "PFS"), "trial_id+endpoint+measure+arm_id+time_months"),
        ("glossary", ("Gray",), "term"),
        ("known_oddities", ("trials.csv",), "file+row+field"),
    ],
)
def test_a_duplicate_key(copy, table, key, field):
    sheet = Sheet(copy, table)
    sheet.rows.append(list(sheet.rows[sheet.row_of(*key) - 1]))
    sheet.save()
    assert (f"{table}.csv", str(len(sheet.rows)), field, "duplicate-key") in found(copy)


@pytest.mark.parametrize("value", ["Gomez-2016", "gomez_2016", "gomez--2016", "-gomez", ""])
def test_a_key_that_is_not_kebab_case(copy, value):
    sheet = Sheet(copy, "references")
    row = sheet.row_of("gomez-2016")
    sheet.set(row, ref_id=value)
    sheet.save()
    rule = "key-syntax" if value else "empty-field"
    assert ("references.csv", str(row), "ref_id", rule) in found(copy)


def test_a_claim_without_a_verdict_and_a_verdict_without_a_claim(copy):
    audit = Sheet(copy, "audit")
    row = audit.row_of("gomez-n")
    audit.set(row, claim_id="gomez-m")
    audit.save()
    claim_row = Sheet(copy, "claims").row_of("gomez-n")
    assert set(found(copy)) >= {
        ("audit.csv", str(row), "claim_id", "unknown-key"),
        ("claims.csv", str(claim_row), "claim_id", "audited-once"),
    }


def test_a_trial_without_arms_and_an_arm_without_a_trial(copy):
    sheet = Sheet(copy, "arms")
    row = sheet.row_of("brightstar")
    sheet.set(row, trial_id="brightstars")
    sheet.save()
    trial_row = Sheet(copy, "trials").row_of("brightstar")
    assert found(copy) == [
        ("trials.csv", str(trial_row), "trial_id", "has-arms"),
        ("arms.csv", str(row), "trial_id", "unknown-key"),
    ]


def test_one_broken_row_is_not_reported_again_by_those_who_name_it(copy):
    sheet = Sheet(copy, "references")
    row = sheet.row_of("palma-2020")
    sheet.set(row, year="twenty")
    sheet.save()
    assert [problem for problem in found(copy) if problem[3] == "unknown-key"] == []


def test_all_problems_are_reported_not_only_the_first(copy):
    sheet = Sheet(copy, "claims")
    for key, value in (("gomez-n", "a"), ("iyengar-n", "b"), ("sabrcomet-n", "c")):
        sheet.set(sheet.row_of(key), value=value, topic="d")
    sheet.save()
    broken = [problem for problem in found(copy) if problem[0] == "claims.csv"]
    assert len(broken) == 6


def test_a_missing_and_an_extra_column(copy):
    sheet = Sheet(copy, "arms")
    sheet.rows = [[*row[:-1], "x"] for row in sheet.rows]
    sheet.rows[0][-1] = "size"
    sheet.save()
    assert set(found(copy)) >= {
        ("arms.csv", "1", "n", "missing-column"),
        ("arms.csv", "1", "size", "extra-column"),
    }


def test_columns_out_of_order(copy):
    sheet = Sheet(copy, "arms")
    sheet.rows[0][0], sheet.rows[0][1] = sheet.rows[0][1], sheet.rows[0][0]
    sheet.save()
    assert ("arms.csv", "1", "header", "column-order") in found(copy)


def test_a_row_with_too_many_fields(copy):
    sheet = Sheet(copy, "arms")
    sheet.rows[4].append("more")
    sheet.save()
    assert ("arms.csv", "5", "row", "field-count") in found(copy)


@pytest.mark.parametrize(
    ("content", "where", "rule"),
    [
        (b"", "1", "empty-file"),
        (b"\n \n", "1", "empty-file"),
        (b"\xef\xbb\xbfterm,abbreviation,definition,topic\n", "1", "encoding"),
        ("term,abbreviation,definition,topic\nGrün,,X.,trial\n".encode("latin-1"), "2", "encoding"),
        ("term,abbreviation,definition,topic\n".encode("utf-16"), "1", "encoding"),
        (b'term,abbreviation,definition,topic\na,b,"c"d,trial\n', "2", "quoting"),
        (b'term,abbreviation,definition,topic\na,b,"c,trial\n', "2", "quoting"),
        (b"\x00\x01\x02", "1", "missing-column"),
    ],
)
def test_a_file_that_is_no_table(copy, content, where, rule):
    (copy / "data" / "evidence" / "glossary.csv").write_bytes(content)
    assert ("glossary.csv", where, rule) in [
        (file, at, broken) for file, at, _, broken in found(copy)
    ]


@pytest.mark.parametrize("table", ["references", "claims", "audit", "trials", "arms", "outcomes"])
def test_a_missing_table_is_said_once_and_not_again_for_every_key(copy, table):
    (copy / "data" / "evidence" / f"{table}.csv").unlink()
    report = check(copy)
    assert places(report.problems) == [(f"{table}.csv", "1", "file", "unreadable-file")]
    assert report.summary().endswith(
        f"Definitions, lessons, cases and notebooks were not checked, for want of {table}.csv."
    )


def test_a_table_with_a_misspelt_name(copy):
    shutil.copy(copy / "data" / "evidence" / "claims.csv", copy / "data" / "evidence" / "claim.csv")
    assert places(check(copy).problems) == [("claim.csv", "1", "file", "unknown-file")]


def test_windows_line_ends_are_no_problem(copy):
    path = copy / "data" / "evidence" / "claims.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(copy) == []


def test_an_undeclared_oddity_fails(copy):
    sheet = Sheet(copy, "known_oddities")
    del sheet.rows[sheet.row_of("trials.csv", "extend") - 1]
    sheet.save()
    row = Sheet(copy, "trials").row_of("extend")
    assert found(copy) == [("trials.csv", str(row), "n", "arms-add-up")]


def test_a_declared_oddity_that_is_gone_fails(copy):
    sheet = Sheet(copy, "trials")
    sheet.set(sheet.row_of("extend"), n="334")
    sheet.save()
    row = Sheet(copy, "known_oddities").row_of("trials.csv", "extend")
    assert found(copy) == [("known_oddities.csv", str(row), "row", "stale-oddity")]


def test_a_broken_rule_that_is_no_property_of_figures_cannot_be_declared_away(copy):
    sheet = Sheet(copy, "outcomes")
    row = sheet.row_of("curb", "PFS all", "hazard_ratio")
    sheet.set(row, value="0.9")
    sheet.save()
    oddities = Sheet(copy, "known_oddities")
    key = "curb/PFS all/hazard_ratio//"
    oddities.rows.append(["outcomes.csv", key, "value", "Printed like this."])
    oddities.save()
    assert ("outcomes.csv", str(row), "value", "value-in-interval") in found(copy)


def test_a_damaged_json_file_of_the_data_is_reported(copy):
    (copy / "data" / "models").mkdir(exist_ok=True)
    (copy / "data" / "models" / "broken.json").write_text('{\n "a": 1,\n}', "utf-8")
    assert ("data/models/broken.json", "3", "file", "json-syntax") in places(check(copy).problems)


def test_a_folder_without_data_is_no_root(tmp_path):
    with pytest.raises(NotADirectoryError, match="no folder data/evidence"):
        check(tmp_path)


@pytest.mark.parametrize("level", Z_TWO_SIDED)
def test_quantiles_are_those_of_the_normal_distribution(level):
    expected = NormalDist().inv_cdf(0.5 + level / 200)
    assert math.isclose(Z_TWO_SIDED[level], expected, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("hazard_ratio", "low", "high", "p"),
    [
        # Published: SABR-COMET at eight years, CURB (all), Peng PFS, KEYNOTE-001 PFS.
        (0.50, 0.30, 0.84, 0.008),
        (0.53, 0.35, 0.81, 0.0035),
        (0.52, 0.31, 0.89, 0.016),
        (0.56, 0.34, 0.91, 0.019),
    ],
)
def test_the_implied_p_is_near_the_published_one(hazard_ratio, low, high, p):
    assert p / 1.3 < implied_p(hazard_ratio, low, high, 95) < p * 1.3


def test_the_implied_p_is_one_without_effect_and_5_percent_at_the_limit():
    assert implied_p(1.0, 0.5, 2.0, 95) == pytest.approx(1.0)
    assert implied_p(0.5, 0.25, 1.0, 95) == pytest.approx(0.05, rel=1e-5)
    assert implied_p(2.0, 1.0, 4.0, 70) == pytest.approx(0.30, rel=1e-5)
