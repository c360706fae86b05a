"""BibTeX and CSV: what comes out can be read back."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach import evidence
from oligoteach.evidence.export import bibtex_escape, write_csv
from oligoteach.evidence.ledger import load_table
from oligoteach.evidence.records import RECORDS, Reference
from oligoteach.evidence.tables import parse_table

UNESCAPE = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{"\\" + character: character for character in "&%$#_{}"},
}
printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


def unescape(text: str) -> str:
    pattern = "|".join(map(re.escape, UNESCAPE))
    return re.sub(pattern, lambda match: UNESCAPE[match.group()], text)


def read_bibtex(text: str) -> dict[str, dict[str, str]]:
    """Read entries by counting braces, as BibTeX does; an escaped brace does not count."""
    entries, position = {}, 0
    while (match := re.compile(r"@(\w+)\{([^,]+),").search(text, position)) is not None:
        body, position = braced(text, text.index("{", match.start()))
        fields = {"type": match[1]}
        inner = 0
        while (field := re.compile(r"(\w+) = ").search(body, inner)) is not None:
            value, inner = braced(body, field.end())
            fields[field[1]] = value
        entries[match[2]] = fields
    return entries


def braced(text: str, start: int) -> tuple[str, int]:
    """Return what stands in the braces that open at a position, and the position behind them."""
    depth = 0
    for index in range(start, len(text)):
        if text[index - 1] == "\\" and text[index] in "{}":
            continue
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[start + 1 : index], index + 1
    raise AssertionError("braces are not balanced")


def test_every_reference_comes_back_from_bibtex():
    entries = read_bibtex(evidence.to_bibtex())
    assert list(entries) == list(evidence.references())
    for ref_id, ref in evidence.references().items():
        assert unescape(entries[ref_id]["title"][1:-1]) == ref.title
        assert entries[ref_id].get("doi", "") == ref.doi
        assert entries[ref_id].get("year", "") == ref.year


def test_special_characters_are_escaped():
    [entry] = read_bibtex(evidence.to_bibtex([evidence.reference("deng-j-2025")])).values()
    assert entry["journal"] == r"Cancer Biology \& Medicine"
    [entry] = read_bibtex(evidence.to_bibtex([evidence.reference("pastorino-1997")])).values()
    assert entry["note"] == r"The 22\% figure at 15 years belongs to complete resections"


@pytest.mark.parametrize(
    ("ref_id", "author"),
    [
        ("gomez-2019", "Gomez, D. R. and others"),
        ("van-der-woude-2022", "van der Woude, L. L. and others"),
        ("hatten-2022", "Hatten, Jr, S. J. and others"),
        ("e2-radiate-2025", "{EORTC and ESTRO}"),
        ("reg-omega", None),
    ],
)
def test_authors_are_written_as_bibtex_wants_them(ref_id, author):
    [entry] = read_bibtex(evidence.to_bibtex([evidence.reference(ref_id)])).values()
    assert entry.get("author") == author


@pytest.mark.parametrize(
    ("ref_id", "kind"), [("gomez-2019", "article"), ("amin-2017", "book"), ("reg-halt", "misc")]
)
def test_entry_types(ref_id, kind):
    [entry] = read_bibtex(evidence.to_bibtex([evidence.reference(ref_id)])).values()
    assert entry["type"] == kind


def test_page_ranges_get_a_dash_and_single_pages_none():
    entries = read_bibtex(evidence.to_bibtex())
    assert entries["guckenberger-2020"]["pages"] == "e18--e28"
    assert entries["khoo-2023"]["pages"] == "OC-0761"


@given(printable)
def test_escaping_can_be_undone_and_keeps_braces_balanced(text):
    escaped = bibtex_escape(text)
    assert unescape(escaped) == text
    value, end = braced(f"{{{escaped}}}", 0)
    assert value == escaped
    assert end == len(escaped) + 2


@given(title=printable, note=printable, journal=printable)
def test_any_reference_survives_bibtex(title, note, journal):
    record = evidence.reference("gomez-2019").model_copy(
        update={"title": title, "note": note, "journal": journal}
    )
    [entry] = read_bibtex(evidence.to_bibtex([record])).values()
    assert unescape(entry["title"][1:-1]) == title
    assert unescape(entry["note"]) == note


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.table)
def test_every_table_comes_back_from_csv(model, tmp_path):
    path = tmp_path / f"{model.table}.csv"
    path.write_text(evidence.to_csv(model.table), encoding="utf-8", newline="")
    table = parse_table(path, model)
    assert table.problems == []
    assert tuple(at.record for at in table) == load_table(model)


def test_a_selection_can_be_exported():
    chosen = [evidence.claim("gomez-os-lct"), evidence.claim("gomez-n")]
    rows = list(csv.DictReader(io.StringIO(evidence.to_csv("claims", chosen))))
    assert [(row["claim_id"], row["value"]) for row in rows] == [
        ("gomez-os-lct", "41.2"),
        ("gomez-n", "49"),
    ]


def test_a_table_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ValueError, match=r"no table 'claim'; the tables are references, claims"):
        evidence.to_csv("claim")


@given(st.lists(st.lists(printable | st.just(""), min_size=3, max_size=3), max_size=5))
def test_any_cells_survive_csv(rows):
    text = write_csv(["a", "b", "c"], rows)
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a", "b", "c"], *rows]


def test_the_claims_report_has_every_claim_with_its_verdict():
    rows = {row["claim_id"]: row for row in csv.DictReader(io.StringIO(evidence.claims_report()))}
    assert list(rows) == list(evidence.claims())
    assert rows["petty-median-os"]["verdict"] == "Contradicted by the source"
    assert rows["petty-median-os"]["printed"] == "23 months"
    assert "10.1016/j.ijrobp.2018.06.400" in rows["petty-median-os"]["sources"]


def test_a_reference_can_be_built_from_its_row():
    record = Reference.model_validate(
        dict.fromkeys(Reference.columns(), "")
        | {"ref_id": "nobody-2020", "first_author": "Nobody A", "year": "2020", "title": "Nothing"}
    )
    assert evidence.format_reference(record) == "Nobody A, et al. Nothing. 2020."
