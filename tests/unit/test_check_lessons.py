"""`check` on lessons, definitions and notebooks of a copy, and the numbers in teaching texts."""

import json
import shutil
from collections import Counter

import pytest
from evidence_examples import LESSON, line_of
from shipped_rows import all_rows, count_of

from oligoteach import evidence
from oligoteach.evidence import notebooks
from oligoteach.evidence.check import check, model_names

SOUND = "Median survival was 41.2 months <!-- gomez-os-lct -->[source](#claim-gomez-os-lct)."


def markdown(*sources):
    """A notebook of Markdown cells, as JSON."""
    cells = [
        {"cell_type": "markdown", "id": f"c{i}", "metadata": {}, "source": source}
        for i, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def copy(tmp_path):
    """A copy of shipped tables, limits and definitions with one lesson and its notebook."""
    for name in ("evidence", "constraints", "regimens", "definitions"):
        shutil.copytree(evidence.data_path(name), tmp_path / "data" / name)
    (tmp_path / "data" / "lessons").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "lessons" / "long_follow_up.yaml").write_text(LESSON, "utf-8")
    (tmp_path / "notebooks" / "03_long_follow_up.ipynb").write_text(markdown(SOUND), "utf-8")
    return tmp_path


def lesson(root, old, new):
    """Change the lesson of a copy."""
    assert old in LESSON
    text = LESSON.replace(old, new, 1)
    (root / "data" / "lessons" / "long_follow_up.yaml").write_text(text, "utf-8")
    return text


def found(root):
    return [(p.file, p.where, p.field, p.rule) for p in check(root).problems]


def test_a_sound_copy_passes_and_is_counted(copy):
    report = check(copy)
    assert report.problems == []
    assert report.counts["lesson"] == 1
    assert report.counts["notebook"] == 1
    assert report.counts["definition"] > 10
    assert report.summary().startswith(f"Checked {all_rows()} rows, ")
    assert report.summary().endswith(
        f"1 lesson, 1 notebook: no problems, {count_of('known_oddities')} known oddities."
    )


def test_a_notebook_whose_lesson_is_gone(copy):
    (copy / "data" / "lessons" / "long_follow_up.yaml").unlink()
    assert found(copy) == [("notebooks/03_long_follow_up.ipynb", "1", "file", "missing-lesson")]


def test_a_lesson_that_cannot_be_read_is_not_missing_too(copy):
    lesson(copy, "number: 3", "number: three")
    assert [rule for *_, rule in found(copy)] != []
    assert "missing-lesson" not in [rule for *_, rule in found(copy)]


def test_an_unknown_claim_in_a_lesson(copy):
    text = lesson(copy, "[sabrcomet-n]", "[sabrcomet-m]")
    [problem] = check(copy).problems
    assert str(problem) == (
        f"data/lessons/long_follow_up.yaml:{line_of(text, 'sabrcomet-m]')} questions[2].claims[0]: "
        "unknown-claim — there is no claim 'sabrcomet-m' in the ledger; near it: "
        "sabrcomet-n, sabrcomet-mets, sabrcomet-os-p."
    )


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("far: It was 42.3 percent", "far: It was 43.2 percent", "predictions[0].far"),
        ("near: Right, 42.3", "near: Right, 42.4", "predictions[0].near"),
        ("The difference appeared late", "After 7 years", "predictions[0].explanation"),
        ("That the median", "That 7 patients", "predictions[0].misconception"),
        ("answer: 42.3", "answer: 42.4", "predictions[0].answer"),
        ("answer: 99", "answer: 98", "questions[2].answer"),
        ("feedback: It was open", "feedback: In 7 patients", "questions[1].options[2].feedback"),
        ("Survival at landmarks", "Survival at 7 years", "explorers[0].caption"),
        ("Both arms are", "At 7 years both are", "explorers[0].explain"),
        ("Always show both arms", "It takes 7 years", "take_away[0]"),
        ("One randomised trial", "In 7 patients, a trial", "about"),
    ],
)
def test_a_number_of_a_lesson_that_its_claims_do_not_have(copy, old, new, field):
    text = lesson(copy, old, new)
    place = ("data/lessons/long_follow_up.yaml", str(line_of(text, new.split("\n")[0])), field)
    assert (*place, "number-not-in-source") in found(copy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Numbers of the prompt and of the options may be repeated.
        ("feedback: That is the usual one.", "feedback: 'p = 0.05 is the usual one.'"),
        # A question may invent a patient.
        ("prompt: What limits the result?", "prompt: A patient has 7 lesions. What limits it?"),
        # Another source can be named.
        (
            "explanation: A small trial.",
            "explanation: At 8 years HR 0.50.\n    sources: [outcome:sabr-comet]",
        ),
        # The claims of the lesson cover its summary.
        ("Always show both arms", "Show 42.3 and 17.7 percent"),
        # A case is of a made-up patient.
        ("Two lung metastases", "2 lung metastases"),
    ],
)
def test_numbers_of_a_lesson_that_pass(copy, old, new):
    lesson(copy, old, new)
    assert found(copy) == []


def test_an_illustrative_model_may_show_computed_numbers(copy):
    lesson(
        copy,
        "badge: published\n    claims: [sabrcomet-5y-os-sabr]\n    explain: Both arms",
        "badge: model\n    claims: []\n    explain: After 7 years both arms",
    )
    assert found(copy) == []


def test_an_unknown_source_of_a_lesson(copy):
    lesson(copy, "explanation: A small", "sources: [outcome:sabrcomet]\n    explanation: A small")
    [problem] = check(copy).problems
    assert problem.rule == "unknown-source"
    assert problem.field == "questions[2].sources[0]"
    assert "outcome:sabr-comet" in problem.sentence


def test_two_lessons_may_not_have_one_number(copy):
    other = LESSON.replace("name: long_follow_up", "name: other")
    (copy / "data" / "lessons" / "other.yaml").write_text(other, "utf-8")
    assert [(field, rule) for _, _, field, rule in found(copy)] == [("number", "duplicate-number")]


def test_a_lesson_needs_its_notebook(copy):
    (copy / "notebooks" / "03_long_follow_up.ipynb").unlink()
    assert [(field, rule) for _, _, field, rule in found(copy)] == [
        ("notebook", "missing-notebook")
    ]


def test_a_lesson_file_with_another_ending_is_reported(copy):
    (copy / "data" / "lessons" / "more.yml").write_text("a: 1", "utf-8")
    assert found(copy) == [("data/lessons/more.yml", "1", "file", "unknown-file")]


def test_every_problem_of_a_notebook_has_cell_and_line(copy):
    cells = [SOUND, "# Title\n\nIt was 9.7 months.", "It was 41.3 months <!-- gomez-os-lcx -->."]
    (copy / "notebooks" / "03_long_follow_up.ipynb").write_text(markdown(*cells), "utf-8")
    name = "notebooks/03_long_follow_up.ipynb"
    assert found(copy) == [
        (name, "cell 2 line 3", "text", "bare-number"),
        (name, "cell 3 line 1", "text", "unknown-source"),
        (name, "cell 3 line 1", "text", "source-link"),
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty-file"),
        (b"{", "notebook-json"),
        (b"[]", "notebook-format"),
        (b"{}", "notebook-format"),
        (b'{"cells": [1]}', "notebook-format"),
        (b'{"cells": [{"cell_type": "essay"}]}', "notebook-format"),
        ('{"cells": "ü"}'.encode("latin-1"), "encoding"),
    ],
)
def test_a_file_that_is_no_notebook(copy, content, rule):
    (copy / "notebooks" / "03_long_follow_up.ipynb").write_bytes(content)
    assert [broken for _, _, _, broken in found(copy)] == [rule]


def test_code_cells_are_not_prose(copy):
    cell = {"cell_type": "code", "source": "months = '9.7 months'", "outputs": [], "metadata": {}}
    text = json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    (copy / "notebooks" / "03_long_follow_up.ipynb").write_text(text, "utf-8")
    assert found(copy) == []


def test_the_definitions_are_checked_against_the_ledger(copy):
    path = copy / "data" / "definitions" / "definitions.yaml"
    text = path.read_text("utf-8").replace("omd-1-to-5-lesions", "omd-1-to-9-lesions", 1)
    path.write_text(text, "utf-8")
    [(file, line, _, rule)] = found(copy)
    assert (file, rule) == ("data/definitions/definitions.yaml", "unknown-claim")
    assert int(line) == line_of(text, "omd-1-to-9-lesions")


def test_missing_definitions_are_a_problem(copy):
    shutil.rmtree(copy / "data" / "definitions")
    assert [(file, rule) for file, _, _, rule in found(copy)] == [
        ("data/definitions/definitions.yaml", "unreadable-file")
    ]


def test_numbers_of_definitions_can_be_named_by_their_reference(copy):
    text = "EORTC allows at most 5 metastases in 3 organs <!-- ref:dingemans-2019 -->."
    (copy / "notebooks" / "03_long_follow_up.ipynb").write_text(markdown(text), "utf-8")
    assert found(copy) == []
    text = text.replace("3 organs", "4 organs")
    (copy / "notebooks" / "03_long_follow_up.ipynb").write_text(markdown(text), "utf-8")
    assert Counter(rule for *_, rule in found(copy)) == {"number-not-in-source": 1}


def test_model_names_are_modules_functions_and_classes(tmp_path):
    (tmp_path / "radiobiology.py").write_text(
        "class Plan:\n    def inner(self): ...\n\ndef bed(d):\n"
    )
    assert model_names(tmp_path) == {"radiobiology", "Plan", "bed"}
    assert model_names(tmp_path / "absent") is None


def test_claims_of_a_notebook_in_the_order_of_reading(tmp_path, monkeypatch):
    cells = ["17.0 <!-- gomez-os-control outcome:gomez course -->", SOUND, SOUND, "`<!-- no -->`"]
    (tmp_path / "a.ipynb").write_text(markdown(*cells), "utf-8")
    (tmp_path / "b.ipynb").write_text("{", "utf-8")
    monkeypatch.setattr(notebooks, "notebooks_path", tmp_path.joinpath)
    claims_in = notebooks.claims_in_notebook.__wrapped__
    assert claims_in("a") == ("gomez-os-control", "gomez-os-lct")
    assert claims_in("absent") == ()
    with pytest.raises(evidence.EvidenceError, match="notebook-json"):
        claims_in("b")
