"""Cases: what a file may say, what is refused with file, line and rule, and what still loads."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml

from oligoteach import evidence
from oligoteach.cli import main
from oligoteach.evidence.backing import SourceBook
from oligoteach.evidence.case_numbers import case_number_problems
from oligoteach.evidence.cases import END, MARKS, Known, case_files, parse_case, read_cases
from oligoteach.evidence.check import check
from oligoteach.evidence.integrity import read_ledger
from oligoteach.models.patient import Patient, profile_fault
from oligoteach.modules._board import board

KNOWN = Known(evidence.claims(), evidence.trials(), evidence.references())
CASE = """\
name: example
number: 1
title: An example
question: What now?
about: A short example.
group: spread
patient:
  age: sixties
  text: A man in his sixties with lung cancer.
  findings:
    - {label: Molecular, text: PD-L1 40%}
  profile: {n_lesions: 1}
lesions:
  - {id: primary, kind: primary, site: lung-right-upper, mm: 30, state: stable}
  - {id: rib, kind: metastasis, site: rib-left, mm: 12, state: stable}
nodes:
  - id: start
    title: The start
    text: One site grows.
    question: What now?
    choices:
      - id: wait
        text: Wait
        mark: acceptable
        ground: {kind: opinion, text: Nothing presses.}
        consequence: Nothing happens for three months.
        reasons:
          - {text: There is time., opinion: true}
        next: after
      - id: rush
        text: Treat at once
        mark: harmful
        ground: {kind: trial, text: Patients died., claims: [sabrcomet-deaths-n]}
        consequence: He is ill for 2 weeks.
        map: {primary: treated}
        reasons:
          - {text: "Three patients died, 4.5%.", claims: [sabrcomet-deaths-n, sabrcomet-deaths-pct]}
        next: end
  - id: after
    title: Later
    text: It has grown.
    question: And now?
    choices:
      - id: treat
        text: Treat
        mark: contested
        ground:
          {kind: guideline, strength: conditional, text: So., claims: [guideline-four-scenarios]}
        consequence: It shrinks.
        reasons:
          - {text: CURB was positive., sources: ["outcome:curb"]}
        next: end
      - id: again
        text: Wait again
        mark: acceptable
        ground: {kind: opinion, text: It may not matter.}
        consequence: It grows on.
        reasons:
          - {text: He is well., opinion: true}
        next: start
discussion:
  - {text: STOP was negative., claims: [stop-trial-promising]}
"""


@pytest.fixture(scope="module")
def book():
    return SourceBook(read_ledger(evidence.data_path("evidence")))


def parsed(tmp_path, text, name="example", fault=None):
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return parse_case(path, KNOWN, f"data/cases/{path.name}", fault)


def changed(old, new):
    assert old in CASE, old
    return CASE.replace(old, new, 1)


def line_of(text, part):
    return str(next(i for i, line in enumerate(text.splitlines(), 1) if part in line))


def test_a_whole_case_is_read(tmp_path, book):
    found = parsed(tmp_path, CASE)
    assert found.problems == []
    assert case_number_problems(found, book) == []
    assert found.case.node("after").contested
    assert not found.case.node("start").contested
    with pytest.raises(ValueError, match="has no node 'nowhere'"):
        found.case.node("nowhere")


BROKEN = {
    "missing-node": ("next: after", "next: nowhere", "next: nowhere"),
    "loop-without-exit": (
        "        next: end\n  - id: after",
        "        next: start\n  - id: after",
        None,
    ),
    "unreachable-node": ("next: after", "next: end", "- id: after"),
    "unknown-claim": ("[stop-trial-promising]", "[stop-trial-promisin]", "stop-trial-promisin]"),
    "unknown-source": ("outcome:curb", "outcome:crub", "outcome:crub"),
    "vocabulary": ("mark: harmful", "mark: wrong", "mark: wrong"),
    "fact-needs-claim": ("{text: He is well., opinion: true}", "{text: He is well.}", "He is well"),
    "guideline-strength": ("strength: conditional, ", "", None),
    "contested-has-no-preferred": (
        "text: Wait again\n        mark: acceptable",
        "text: Wait again\n        mark: preferred",
        "mark: preferred",
    ),
    "contested-needs-two": (
        "text: Wait again\n        mark: acceptable",
        "text: Wait again\n        mark: harmful",
        None,
    ),
    "no-defensible-choice": ("mark: acceptable", "mark: harmful", None),
    "unknown-lesion": ("map: {primary: treated}", "map: {second: treated}", "map: {second"),
    "no-identifiers": ("in his sixties", "aged 63", "aged 63"),
    "duplicate-id": ("- id: again", "- id: treat", None),
    "reserved-id": ("- id: after", "- id: end", "- id: end"),
    "profile-fits-map": ("{n_lesions: 1}", "{n_lesions: 2}", "n_lesions: 2"),
    "name-is-file": ("name: example", "name: another", "name: another"),
    "unknown-key": ("about: A short", "abuot: A short", "abuot"),
    "missing-field": ("        consequence: It shrinks.\n", "", None),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_case_is_refused_with_file_line_and_rule(tmp_path, rule):
    old, new, where = BROKEN[rule]
    text = changed(old, new)
    if rule == "loop-without-exit":  # no way leads out any more
        text = text.replace("next: end", "next: start")
    problems = [p for p in parsed(tmp_path, text).problems if p.rule == rule]
    assert problems, parsed(tmp_path, text).problems
    assert problems[0].file == "data/cases/example.yaml"
    if where is not None:
        assert problems[0].where == line_of(text, where)
    assert problems[0].sentence.endswith(".")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("{n_lesions: 1, ecog: 5}", "ecog is 5; it must be a whole number from 0 to 4"),
        ("{n_lesions: 1, ecg: 1}", "there is no field 'ecg'; allowed are n_lesions"),
        ("{n_lesions: 1, response: stable, progressing_sites: 9}", "progressing_sites is 9"),
    ],
)
def test_a_patient_who_cannot_be_is_refused_where_profiles_are_judged(tmp_path, profile, words):
    text = changed("{n_lesions: 1}", profile)
    assert parsed(tmp_path, text).problems == []
    (problem,) = parsed(tmp_path, text, fault=profile_fault).problems
    assert problem.rule == "profile-can-be"
    assert problem.where == line_of(text, "profile:")
    assert words in problem.sentence


def test_a_node_without_choices_is_a_dead_end(tmp_path):
    text = CASE[: CASE.index("  - id: after")].replace("next: after", "next: hall")
    text += "  - {id: hall, title: Hall, text: Nobody., question: Why?, choices: []}\n"
    text += CASE[CASE.index("discussion:") :]
    rules = {p.rule for p in parsed(tmp_path, text).problems}
    assert "dead-end" in rules


def test_a_single_choice_is_no_choice(tmp_path):
    start, stop = CASE.index("      - id: again"), CASE.index("discussion:")
    rules = {p.rule for p in parsed(tmp_path, CASE[:start] + CASE[stop:]).problems}
    assert "choice-count" in rules


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Three patients died, 4.5%.", "Three patients died, 5.4%.", "number-not-in-source"),
        ("STOP was negative.", "STOP was negative in 31 of 90 patients.", "number-not-in-source"),
        ("He is ill for 2 weeks.", "He is ill, as 10% of all are.", "statistic-in-story"),
        ("text: It has grown.", "text: The hazard ratio was 0.93.", "statistic-in-story"),
        (
            "{text: STOP was negative., claims: [stop-trial-promising]}",
            "{text: Pneumonitis in 1% without it., claims: [lu002-pneumonitis-control]}",
            "disputed-as-fact",
        ),
    ],
)
def test_a_number_needs_its_source(tmp_path, book, old, new, rule):
    text = changed(old, new)
    found = parsed(tmp_path, text)
    assert found.problems == []
    assert [p.rule for p in case_number_problems(found, book)] == [rule]


def test_a_disputed_number_passes_when_it_is_said_to_be_one(tmp_path, book):
    new = "{text: The review’s 1% is unverified., claims: [lu002-pneumonitis-control]}"
    text = changed("{text: STOP was negative., claims: [stop-trial-promising]}", new)
    assert case_number_problems(parsed(tmp_path, text), book) == []


def test_the_patients_own_numbers_are_free_in_reasons(tmp_path, book):
    text = changed("{text: He is well., opinion: true}", "{text: 30 mm is small., opinion: true}")
    assert case_number_problems(parsed(tmp_path, text), book) == []


def test_a_broken_case_is_left_out_and_the_others_load(tmp_path):
    parsed(tmp_path, CASE)
    parsed(
        tmp_path,
        CASE.replace("name: example", "name: broken").replace("mark: harmful", "mark: bad"),
        "broken",
    )
    (tmp_path / "torn.yaml").write_text("name: [", encoding="utf-8")
    found = read_cases(tmp_path, KNOWN)
    assert [case.name for case in found.usable] == ["example"]
    assert set(found.left_out) == {"broken.yaml", "torn.yaml"}
    assert found.left_out["broken.yaml"][0].rule == "vocabulary"


def test_no_folder_means_no_cases(tmp_path):
    assert read_cases(tmp_path / "none", KNOWN) == evidence.Cases((), {})


def test_the_check_reads_cases_and_refuses_stray_files_and_numbers_given_twice(tmp_path):
    root = evidence.data_path().parent
    shutil.copytree(root / "data", tmp_path / "data")
    folder = tmp_path / "data" / "cases"
    shutil.rmtree(folder)
    folder.mkdir()
    parsed(folder, CASE)
    parsed(folder, CASE.replace("name: example", "name: second"), "second")
    (folder / "notes.txt").write_text("words", encoding="utf-8")
    report = check(tmp_path)
    rules = {(p.file, p.rule) for p in report.problems if p.file.startswith("data/cases")}
    assert rules == {
        ("data/cases/notes.txt", "unknown-file"),
        ("data/cases/second.yaml", "duplicate-number"),
    }
    assert report.counts["case"] == 2


# What the issue names as bad input, in a case that is shipped: what is replaced, and by what.
FAULTS = {
    "missing-node": ("next: stable\n", "next: nowhere\n"),
    "loop-without-exit": ("next: end\n", "next: before\n"),
    "unknown-claim": ("[biomarkers-exploratory]", "[biomarkers-proved]"),
    "vocabulary": ("mark: harmful\n", "mark: forbidden\n"),
    "profile-can-be": ("ecog: 1", "ecog: 9"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_one_broken_case_among_the_shipped_ones(tmp_path, capsys, rule):
    """The check names file, line and rule; the others load; the page says which one is missing."""
    root = evidence.data_path().parent
    shutil.copytree(root / "data", tmp_path / "data")
    shutil.copytree(root / "notebooks", tmp_path / "notebooks")
    path = tmp_path / "data" / "cases" / "synchronous_driver_negative_stable.yaml"
    old, new = FAULTS[rule]
    whole = path.read_text("utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new), encoding="utf-8")

    assert main(["check", str(tmp_path)]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if f": {rule} — " in line]
    assert told
    assert all(re.match(rf"data/cases/{path.name}:\d+ \S.*: {rule} — .+\.", line) for line in told)

    found = read_cases(path.parent, KNOWN, profile_fault)
    assert len(found.usable) == len(evidence.board_cases().usable) - 1
    assert set(found.left_out) == {path.name}
    (note,) = board("x", "Board", found).config["notes"]
    assert note.startswith(f"The case {path.name} was left out: line ")
    assert f": {rule} – " in note


# The shipped cases ----------------------------------------------------------------------------


SHIPPED = [
    pytest.param(yaml.safe_load(path.read_text("utf-8")), id=path.stem)
    for path in case_files(evidence.data_path("cases"))
]


def test_all_shipped_cases_can_be_used():
    found = evidence.board_cases(profile_fault)
    assert found.left_out == {}
    assert len(found.usable) >= 12


@pytest.mark.parametrize("case", SHIPPED)
def test_every_way_through_a_case_comes_to_an_end(case):
    """Walk every simple path of the raw file: an own reading of the graph."""
    nodes = {node["id"]: node for node in case["nodes"]}
    ends, seen = 0, set()
    stack = [(case["nodes"][0]["id"], ())]
    while stack:
        here, path = stack.pop()
        seen.add(here)
        for choice in nodes[here]["choices"]:
            if choice["next"] == END:
                ends += 1
            elif choice["next"] not in (*path, here):
                stack.append((choice["next"], (*path, here)))
    assert ends
    assert seen == set(nodes)


@pytest.mark.parametrize("case", SHIPPED)
def test_every_choice_of_a_case_is_explained_and_contested_is_called_so(case):
    for node in case["nodes"]:
        marks = [choice["mark"] for choice in node["choices"]]
        assert set(marks) <= set(MARKS)
        assert not ("contested" in marks and "preferred" in marks)
        for choice in node["choices"]:
            assert choice["consequence"]
            assert choice["reasons"]
            for reason in choice["reasons"]:
                assert reason.get("opinion") or reason.get("claims") or reason.get("sources")


@pytest.mark.parametrize("case", SHIPPED)
def test_a_case_has_a_decision_with_a_clear_answer(case):
    """Else nothing of it would count in the calibration."""
    clear = [
        node for node in case["nodes"] if "contested" not in {c["mark"] for c in node["choices"]}
    ]
    assert clear


def test_the_example_in_the_guide_is_a_case_that_passes(tmp_path, book):
    guide = (evidence.data_path().parent / "CONTRIBUTING.md").read_text("utf-8")
    example = guide.split("```yaml\nname: back_pain", 1)[1].split("```", 1)[0]
    found = parsed(tmp_path, f"name: back_pain{example}", "back_pain")
    assert found.problems == []
    assert case_number_problems(found, book) == []
    Patient(**found.case.patient.profile)
