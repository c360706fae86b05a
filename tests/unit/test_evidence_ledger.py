"""The ledger: what it holds, what it refuses, how fast it loads."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from shipped_rows import count_of

from oligoteach import evidence
from oligoteach.evidence import citations, ledger
from oligoteach.evidence.records import RECORDS, Claim, Outcome, Verdict

ROWS = {model.table: count_of(model.table) for model in RECORDS}
CACHES = (
    ledger.claims,
    ledger.verdicts,
    ledger.references,
    ledger.trials,
    ledger.glossary,
    ledger._arms,
    ledger._all_outcomes,
    ledger._outcomes,
)


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.table)
def test_every_row_of_every_table_is_read(model):
    assert len(ledger.load_table(model)) == ROWS[model.table]


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.table)
def test_a_record_has_the_columns_of_its_table(model):
    with evidence.data_path("evidence", f"{model.table}.csv").open(encoding="utf-8") as file:
        assert list(model.columns()) == next(csv.reader(file))


def test_a_claim_is_typed():
    claim = evidence.claim("gomez-os-hr")
    assert (claim.value, claim.low, claim.high) == (0.37, 0.17, 0.78)
    assert claim.review_refs == ("gomez-2016", "gomez-2019")
    assert claim.review_table is None
    assert evidence.claim("gomez-n").review_table == 1
    assert evidence.claim("adenocarcinoma-most-common").value is None


def test_a_trial_is_typed():
    trial = evidence.trial("sabr-comet")
    assert trial.n == 99
    assert trial.max_lesions == 5
    assert trial.randomised is True
    assert trial.ref_ids == ("palma-2019", "palma-2020", "harrow-2022")
    assert [(arm.arm_id, arm.n) for arm in evidence.arms("sabr-comet")] == [
        ("sabr", 66),
        ("soc", 33),
    ]


def test_outcomes_of_one_trial_and_of_all():
    medians = {
        (row.endpoint, row.arm_id): (row.value, row.low, row.high)
        for row in evidence.outcomes("gomez")
        if row.measure == "median" and row.endpoint in ("PFS", "OS")
    }
    assert medians == {
        ("PFS", "lct"): (14.2, 7.4, 23.1),
        ("PFS", "mto"): (4.4, 2.2, 8.3),
        ("OS", "lct"): (41.2, 18.9, None),
        ("OS", "mto"): (17.0, 10.1, 39.8),
    }
    assert len(evidence.outcomes()) == ROWS["outcomes"]
    assert evidence.outcomes("halt") == ()


def test_glossary_terms_keep_two_meanings_of_one_abbreviation():
    terms = [term.term for term in evidence.glossary().values() if term.abbreviation == "MDT"]
    assert terms == ["Metastasis-directed therapy", "Multidisciplinary team"]


def test_records_are_frozen():
    with pytest.raises(ValidationError):
        evidence.claim("gomez-n").value = 50
    with pytest.raises(TypeError):
        evidence.claims()["gomez-n"] = None


@pytest.mark.parametrize(
    ("look_up", "key", "error", "words"),
    [
        (evidence.claim, "gomez-oslct", evidence.UnknownClaim, "no claim 'gomez-oslct'"),
        (evidence.verdict, "gomez-oslct", evidence.UnknownClaim, "'gomez-os-lct'"),
        (evidence.citation, "gomez-oslct", evidence.UnknownClaim, "'gomez-os-lct'"),
        (evidence.reference, "palma-2021", evidence.UnknownReference, "'palma-2020'"),
        (evidence.trial, "sabrcomet", evidence.UnknownTrial, "'sabr-comet'"),
        (evidence.arms, "sabrcomet", evidence.UnknownTrial, "'sabr-comet'"),
        (evidence.outcomes, "sabrcomet", evidence.UnknownTrial, "'sabr-comet'"),
        (evidence.term, "Oligorecurence", evidence.UnknownTerm, "'Oligorecurrence'"),
    ],
)
def test_an_unknown_key_names_the_nearest(look_up, key, error, words):
    with pytest.raises(error, match="in the ledger; did you mean") as caught:
        look_up(key)
    assert isinstance(caught.value, KeyError)
    assert words in str(caught.value)


def test_a_key_like_no_other_gets_a_whole_sentence():
    with pytest.raises(evidence.UnknownClaim) as caught:
        evidence.claim("§§§")
    assert str(caught.value) == "there is no claim '§§§' in the ledger."


def test_a_citation_shows_claim_verdict_and_sources():
    cited = evidence.citation("petty-median-os")
    assert cited.value_text == "23 months"
    assert cited.label == "Contradicted by the source"
    assert cited.teach == "Median OS 28.4 months in 27 evaluable patients."
    assert [source.doi for source in cited.sources] == ["10.1016/j.ijrobp.2018.06.400"]
    assert (cited.section, cited.table, cited.where) == ("4.1", None, "section 4.1")
    assert cited.disputed
    assert cited.verified


def test_an_unverified_claim_is_not_verified():
    cited = evidence.citation("sindas-os-hr")
    assert not cited.verified
    assert cited.disputed
    assert cited.verification_label == "Unverified"
    assert cited.severity == "critical"


def test_a_claim_that_nobody_checked_has_no_source_but_what_the_review_cites():
    cited = evidence.citation("sbrt-alternative-to-surgery")
    assert cited.label == "Not checked"
    assert [ref.ref_id for ref in cited.review_cites] == ["timmerman-2007"]


@pytest.mark.parametrize(
    ("word", "disputed"),
    [
        ("confirmed", False),
        ("confirmed-with-note", False),
        ("imprecise", True),
        ("outdated", True),
        ("wrong-citation", True),
        ("contradicted", True),
        ("internally-inconsistent", True),
        ("unverified", True),
        ("not-checked", True),
    ],
)
def test_every_verdict_has_a_label(word, disputed):
    assert citations.is_disputed(word) is disputed
    assert citations.VERDICT_LABELS[word][0].isupper()


def test_every_claim_can_be_cited():
    for claim_id in evidence.claims():
        cited = evidence.citation(claim_id)
        assert cited.teach
        assert cited.sources or not cited.verified


@pytest.mark.parametrize(
    ("ref_id", "line"),
    [
        (
            "gomez-2019",
            "Gomez DR, et al. Local Consolidative Therapy Vs. Maintenance Therapy or Observation "
            "for Patients With Oligometastatic Non-Small-Cell Lung Cancer: Long-Term Results of a "
            "Multi-Institutional, Phase II, Randomized Study. Journal of Clinical Oncology. "
            "2019;37(18):1558-1565. doi:10.1200/JCO.19.00201",
        ),
        (
            "reg-omega",
            "OMEGA trial registration. Trial registry. NCT03827577.",
        ),
        (
            "elamin-2025",
            "Elamin YY, et al. NorthStar: osimertinib with or without local consolidative therapy "
            "for metastatic EGFR-mutant NSCLC. ESMO Congress 2025. LBA72.",
        ),
        (
            "vedagiri-2026",
            "Vedagiri GV, et al. The Oligometastatic State in NSCLC: Where Does Radiotherapy Fit? "
            "Asian Pac Environ Cancer (as printed). 2026;35-43.",
        ),
    ],
)
def test_references_in_words(ref_id, line):
    assert evidence.format_reference(evidence.reference(ref_id)) == line


def test_a_reference_can_leave_its_doi_to_a_link():
    line = evidence.format_reference(evidence.reference("gomez-2019"), doi=False)
    assert line.endswith("2019;37(18):1558-1565.")


def test_the_package_loads_lazily_and_its_names_exist():
    code = (
        "import sys, json, oligoteach.evidence as e; e.data_path('evidence');"
        "heavy = [m for m in ('pydantic', 'yaml', 'numpy', 'matplotlib') if m in sys.modules];"
        "missing = [n for n in e.__all__ if not hasattr(e, n)];"
        "print(json.dumps([heavy, missing, sorted(set(e._MODULE_OF) ^ set(e.__all__))]))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert json.loads(out.stdout) == [[], [], []]


def _root() -> Path:
    return Path(evidence.__file__).parents[2]


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"oligoteach\.evidence has no 'clams'"):
        _ = evidence.clams


def test_one_table_does_not_load_the_others():
    for loader in CACHES:
        loader.cache_clear()
    ledger.trials()
    assert ledger.claims.cache_info().currsize == 0


def test_shipped_data_with_a_broken_row_are_refused_with_its_place(tmp_path, monkeypatch):
    (tmp_path / "evidence").mkdir()
    text = evidence.data_path("evidence", "arms.csv").read_text(encoding="utf-8")
    broken = text.replace("maintenance,25", "maintenance,many", 1)
    (tmp_path / "evidence" / "arms.csv").write_text(broken, encoding="utf-8")
    monkeypatch.setattr(ledger, "data_path", tmp_path.joinpath)
    ledger._arms.cache_clear()
    with pytest.raises(evidence.EvidenceError) as caught:
        ledger._arms()
    [problem] = caught.value.problems
    assert str(problem).startswith("data/evidence/arms.csv:2 n: not-a-number — 'many'")
    ledger._arms.cache_clear()


@pytest.mark.parametrize("text", ["nan", "inf", "1e3", "1_000", "1,5", "٣", " 1", "+1", "0x1"])
def test_only_plain_decimals_are_numbers(text):
    row = evidence.claim("gomez-n").model_dump(by_alias=True)
    row["review_refs"] = ";".join(row["review_refs"])
    with pytest.raises(ValidationError) as caught:
        Claim.model_validate(row | {"value": text})
    assert caught.value.errors()[0]["type"] == "not-a-number"


def test_vocabularies_are_those_of_the_readme():
    readme = evidence.data_path("evidence", "README.md").read_text(encoding="utf-8")
    for words in (
        Verdict.model_fields["verdict"].annotation.__args__,
        Verdict.model_fields["verification"].annotation.__args__,
        Verdict.model_fields["severity"].annotation.__args__,
        Outcome.model_fields["measure"].annotation.__args__,
    ):
        for word in words:
            assert f"`{word}`" in readme


def test_an_installed_copy_finds_its_own_data(tmp_path, monkeypatch):
    from oligoteach.evidence import paths

    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "oligoteach")
    assert paths.data_path("evidence") == tmp_path / "data" / "evidence"
    assert paths.notebooks_path("a.ipynb") == tmp_path / "notebooks" / "a.ipynb"
    (tmp_path / "oligoteach" / "_data").mkdir(parents=True)
    (tmp_path / "oligoteach" / "_notebooks").mkdir()
    assert paths.data_path("evidence") == tmp_path / "oligoteach" / "_data" / "evidence"
    assert paths.notebooks_path() == tmp_path / "oligoteach" / "_notebooks"
