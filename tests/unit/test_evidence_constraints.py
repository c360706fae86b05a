"""The dose constraints: read whole, checked by rule, with their meaning kept."""

import csv
import io
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_rows import count_of

from oligoteach import evidence
from oligoteach.evidence.backing import SourceBook
from oligoteach.evidence.check import check
from oligoteach.evidence.constraint_rules import constraint_problems, read_constraints
from oligoteach.evidence.dose_constraints import CONSTRAINT_RECORDS
from oligoteach.evidence.integrity import read_ledger
from oligoteach.evidence.ledger import load_table
from oligoteach.evidence.prose import check_markdown
from oligoteach.models.constraint_check import choose, spreads

ROWS = evidence.constraints().values()


def limits(**wanted):
    """Limits whose fields have the wanted values."""
    return [row for row in ROWS if all(getattr(row, k) == v for k, v in wanted.items())]


@pytest.mark.parametrize("model", CONSTRAINT_RECORDS, ids=lambda model: model.table)
def test_every_row_is_read(model):
    assert len(load_table(model)) == count_of(model.table, "constraints")


def test_cord_and_thecal_sac_are_two_columns_that_are_never_merged():
    sac = {row.fractions: row.limit for row in limits(source="hytec-cord", organ="thecal-sac")}
    cord = {row.fractions: row.limit for row in limits(source="hytec-cord", organ="spinal-cord")}
    assert sac == {1: 12.4, 2: 17.0, 3: 20.3, 4: 23.0, 5: 25.3}  # Sahgal 2021, CORD_HyTEC
    assert cord == {1: 14.0, 2: 19.3, 3: 23.1, 4: 26.2, 5: 28.8}
    assert {row.organ for row in choose(ROWS, "thecal-sac", 3).limits} == {"thecal-sac"}
    names = evidence.organs()
    assert set(names["thecal-sac"].not_the_same_as) == {"spinal-cord", "spinal-canal"}


def test_the_heart_in_five_fractions_differs_widely():
    [spread] = [s for s in spreads(limits(organ="heart", fractions=5)) if "hottest" in s.metric]
    assert (spread.allowed[0], spread.allowed[-1]) == (29, 38)
    with_share = spreads(limits(organ="heart", fractions=5), prescription=50)[0]
    assert with_share.allowed[-1] == pytest.approx(52.5)  # 105 % of 50 Gy


@pytest.mark.parametrize(
    ("organ", "spared", "doubtful", "used"),
    [
        ("lungs", 1500, 11.6, 10.5),
        ("lungs", 1000, 12.4, 11.4),
        ("liver", 700, 19.2, 17.4),
        ("renal-cortex", 200, 16.0, 14.4),
    ],
)
def test_doubtful_three_fraction_limits_give_way_to_the_lower_ones(organ, spared, doubtful, used):
    chosen = choose(ROWS, organ, 3, {"tg101"})
    [pair] = [(old, new) for old, new in chosen.replaced if old.at == spared]
    assert [(row.limit, row.at) for row in pair] == [(doubtful, spared), (used, spared)]
    assert doubtful not in [row.limit for row in chosen.limits if row.kind == "spared volume"]
    known = [
        c for c in evidence.constraint_conflicts() if pair[0].constraint_id in c.constraint_ids
    ]
    assert "copies of one source" in {conflict.kind for conflict in known}


def test_what_nobody_has_seen_is_left_out_unless_it_is_asked_for():
    assert len(limits(verification="unverified")) == 48
    assert all(row.verification == "unverified" for row in limits(source="hospital-list"))
    chosen = choose(ROWS, "heart", 8)
    assert {row.source for row in chosen.limits} == {"uk2018"}
    assert {row.source for row in chosen.unverified} == {"hospital-list"}


def test_optimal_limits_lie_below_the_mandatory_ones_of_the_same_source():
    pairs = [
        (best, must)
        for best in limits(level="optimal")
        for must in limits(level="mandatory")
        if (best.source, best.organ, best.structure, best.fractions, best.metric)
        == (must.source, must.organ, must.structure, must.fractions, must.metric)
    ]
    assert len(pairs) >= 10
    assert all(best.limit < must.limit for best, must in pairs)


def test_printed_words_are_kept():
    row = evidence.constraint("uk2018-heart-5fx-d0-5cc-optimal")
    assert (row.printed_organ, row.printed_metric) == ("Heart (optimal)", "D0.5cc")
    assert (row.organ, row.level, row.metric, row.limit_text) == (
        "heart",
        "optimal",
        "D0.5cc",
        "27 Gy",
    )


@pytest.mark.parametrize(
    ("constraint_id", "metric", "limit"),
    [
        ("tg101-heart-5fx-dmax", "Dmax (0.035 cc)", "38 Gy"),
        ("nccn-heart-5fx-dmax", "Dmax", "105% of prescription"),
        ("uk2022-lungs-5fx-v20gy", "V20Gy", "15%"),
        ("tg101-liver-5fx-spare700cc", "coldest 700 cc", "21 Gy"),
        ("uk2022-liver-3fx-dmean", "Dmean", "15 Gy"),
        ("dunlap-chest-wall-5fx-v30gy", "V30Gy", "30 cc"),
    ],
)
def test_metric_and_limit_in_words(constraint_id, metric, limit):
    row = evidence.constraint(constraint_id)
    assert (row.metric, row.limit_text) == (metric, limit)


def test_an_unknown_constraint_names_the_nearest():
    with pytest.raises(evidence.UnknownConstraint, match="did you mean 'tg101-heart-5fx-dmax'"):
        evidence.constraint("tg101-heart-5fx-max")


def test_every_conflict_of_a_row_can_be_found_from_the_row():
    linked = {key for c in evidence.constraint_conflicts() for key in c.constraint_ids}
    assert {row.constraint_id for row in ROWS if row.use_instead} <= linked


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped tables."""
    shutil.copytree(evidence.data_path("constraints"), tmp_path / "constraints")
    return tmp_path / "constraints"


def change(folder, table, key, **fields):
    """Change fields of one row, and return its number; the header is row 1."""
    path = folder / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    index = next(i for i, row in enumerate(rows) if next(iter(row.values())) == key)
    rows[index].update(fields)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    return index + 2


def found(folder):
    """What the rules find: table, row, field and rule."""
    return [
        (problem.file.split("/")[-1], problem.where, problem.field, problem.rule)
        for problem in constraint_problems(read_constraints(folder))
    ]


def test_the_shipped_tables_break_no_rule(copy):
    assert found(copy) == []


# One change of one field, and what it must be reported as: table, key, fields, field, rule.
BROKEN = [
    ("constraints", "tg101-heart-5fx-dmax", {"organ": "hart"}, "organ", "unknown-key"),
    ("constraints", "tg101-heart-5fx-dmax", {"source": "tg-101"}, "source", "unknown-key"),
    ("constraints", "tg101-heart-5fx-dmax", {"use_instead": "x"}, "use_instead", "unknown-key"),
    ("constraints", "tg101-heart-5fx-dmax", {"fractions": ""}, "fractions", "empty-field"),
    ("constraints", "tg101-heart-5fx-dmax", {"fractions": "2.5"}, "fractions",
     "not-a-whole-number"),
    ("constraints", "tg101-heart-5fx-dmax", {"fractions": "0"}, "fractions",
     "greater-than-equal"),
    ("constraints", "tg101-heart-5fx-dmax", {"limit": "38 Gy"}, "limit", "not-a-number"),
    ("constraints", "tg101-heart-5fx-dmax", {"limit": ""}, "limit", "empty-field"),
    ("constraints", "tg101-heart-5fx-dmax", {"limit": "-1"}, "limit", "greater-than"),
    ("constraints", "tg101-heart-5fx-dmax", {"kind": "max"}, "kind", "vocabulary"),
    ("constraints", "tg101-heart-5fx-dmax", {"level": "must"}, "level", "vocabulary"),
    ("constraints", "tg101-heart-5fx-dmax", {"verification": "seen"}, "verification",
     "vocabulary"),
    ("constraints", "tg101-heart-5fx-dmax", {"at_unit": "%"}, "at_unit", "unit-of-metric"),
    ("constraints", "tg101-heart-5fx-dmax", {"limit_unit": "cc"}, "limit_unit",
     "unit-of-metric"),
    ("constraints", "tg101-heart-5fx-dmax", {"at": ""}, "at", "number-and-unit"),
    ("constraints", "tg101-heart-5fx-dmax", {"printed_organ": ""}, "printed_organ",
     "empty-field"),
    ("constraints", "uk2022-lungs-5fx-v20gy", {"limit": "150"}, "limit", "percentage"),
    ("constraints", "tg101-heart-5fx-d15cc", {"limit": "39"}, "limit", "dose-falls-with-volume"),
    ("constraints", "tg101-colon-5fx-d20cc", {"limit": "23"}, "limit",
     "dose-rises-with-fractions"),
    ("constraints", "tg101-liver-3fx-spare700cc",
     {"use_instead": "tg101-lungs-3fx-spare1000cc"}, "use_instead", "replaced-by-its-like"),
    ("constraints", "tg101-other-copy-liver-3fx-spare700cc", {"limit": "19.3"}, "use_instead",
     "lower-is-used"),
    ("constraints", "tg101-liver-3fx-spare700cc", {"use_instead": ""}, "constraint_ids",
     "lower-is-used"),
    ("organs", "liver", {"sites": "liver;pancreas"}, "sites", "vocabulary"),
    ("organs", "brain", {"not_the_same_as": "liver"}, "not_the_same_as", "both-ways"),
    ("organs", "spinal-cord", {"not_the_same_as": "cord"}, "not_the_same_as", "unknown-key"),
    ("constraint_sources", "tg101-other-copy", {"copy_of": "tg-101"}, "copy_of", "unknown-key"),
    ("constraint_sources", "tg101", {"doi": "doi:10.1/x"}, "doi", "doi-syntax"),
    ("constraint_sources", "tg101", {"note": ""}, "note", "empty-field"),
    ("constraint_conflicts", "sources-heart-5fx-small-volume", {"organ": "hart"}, "organ",
     "unknown-key"),
    ("constraint_conflicts", "sources-heart-5fx-small-volume", {"organ": "liver"},
     "constraint_ids", "conflict-fits-rows"),
    ("constraint_conflicts", "sources-heart-5fx-small-volume", {"fractions": "3"},
     "constraint_ids", "conflict-fits-rows"),
    ("constraint_conflicts", "sources-heart-5fx-small-volume", {"limit_a": "37"},
     "constraint_ids", "conflict-fits-rows"),
    ("constraint_conflicts", "sources-heart-5fx-small-volume", {"constraint_ids": "nobody"},
     "constraint_ids", "unknown-key"),
    ("constraint_conflicts", "sources-heart-5fx-small-volume", {"kind": "odd"}, "kind",
     "vocabulary"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "key", "fields", "field", "rule"), BROKEN)
def test_one_broken_field(copy, table, key, fields, field, rule):
    row = change(copy, table, key, **fields)
    places = found(copy)
    assert (field, rule) in {(at, broken) for _, _, at, broken in places}
    if rule != "lower-is-used":  # reported where the other limit of the pair is named
        assert (f"{table}.csv", str(row), field, rule) in places


def test_a_source_that_nobody_uses(copy):
    path = copy / "constraint_sources.csv"
    path.write_text(path.read_text("utf-8") + "nobody,Nobody,Nobody,,,Not read.\n", "utf-8")
    assert [place[2:] for place in found(copy)] == [("source", "source-is-used")]


def test_an_unexplained_fall_with_fractions_is_told_with_both_limits(copy):
    change(copy, "constraint_conflicts", "sources-skin-3fx-point-maximum", constraint_ids="")
    [problem] = constraint_problems(read_constraints(copy))
    assert problem.rule == "dose-rises-with-fractions"
    assert problem.sentence == (
        "24 Gy in 3 fractions is below 26 Gy of 'nccn-skin-1fx-dmax'; correct it, or explain it "
        "in constraint_conflicts.csv."
    )


def test_the_check_of_all_data_reports_constraints(tmp_path):
    shutil.copytree(evidence.data_path(), tmp_path / "data")
    row = change(
        tmp_path / "data" / "constraints", "constraints", "tg101-heart-5fx-dmax", limit="x"
    )
    (tmp_path / "data" / "constraints" / "limits.csv").write_text("a\n", "utf-8")
    report = check(tmp_path)
    lines = [str(problem) for problem in report.problems]
    assert (
        f"data/constraints/constraints.csv:{row} limit: not-a-number — 'x' is not a number; "
        "write digits with a point, such as 41.2 or 0.37."
    ) in lines
    assert any(
        line.startswith("data/constraints/limits.csv:1 file: unknown-file") for line in lines
    )


@given(
    organ=st.sampled_from(sorted(evidence.organs())),
    fractions=st.integers(1, 10),
    sources=st.sets(st.sampled_from(sorted(evidence.constraint_sources()))),
)
def test_whatever_is_chosen_is_of_that_organ_number_and_grade(organ, fractions, sources):
    chosen = choose(ROWS, organ, fractions, sources)
    originals = {new.constraint_id: old.source for old, new in chosen.replaced}
    for row in chosen.limits:
        assert (row.organ, row.fractions) == (organ, fractions)
        assert row.verification != "unverified"
        assert row.use_instead == ""
        assert row.source in sources or originals[row.constraint_id] in sources
    assert (chosen.reason == "") == bool(chosen.limits)


@pytest.fixture(scope="module")
def book():
    return SourceBook(read_ledger(evidence.data_path("evidence")), limits=ROWS)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("At most 38 Gy in 5 fractions <!-- constraint:tg101-heart-5fx-dmax -->.", []),
        ("At most 39 Gy <!-- constraint:tg101-heart-5fx-dmax -->.", ["number-not-in-source"]),
        ("At most 46 Gy <!-- constraint:hospital-list-heart-8fx-d0-1cc -->.", ["disputed-as-fact"]),
        ("An unverified 46 Gy <!-- constraint:hospital-list-heart-8fx-d0-1cc -->.", []),
        ("At most 38 Gy <!-- constraint:tg101-heart-5fx-max -->.", ["unknown-source"]),
    ],
)
def test_prose_can_rest_on_a_constraint(book, text, rules):
    assert [finding.rule for finding in check_markdown(text, book)] == rules
