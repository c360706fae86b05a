"""Every lesson has the skeleton of a lesson, and its notebook holds prose rather than code."""

from __future__ import annotations

import importlib
import json
import re

import nbformat
import pytest

from oligoteach import evidence, lesson, lesson_names
from oligoteach.widgets import Explorer

NAMES = lesson_names()
FORBIDDEN = re.compile(r"interact|Output\(|plt\.|pyplot|%matplotlib|!pip|display\(")
CURVE_WORDS = re.compile(r"kaplan", re.IGNORECASE)


def cells(name, kind):
    path = evidence.notebooks_path(f"{evidence.lesson_text(name).notebook}.ipynb")
    book = nbformat.read(path, as_version=4)
    return [cell for cell in book.cells if cell.cell_type == kind]


def test_the_lessons_of_this_release_are_there_in_order():
    numbers = [text.number for text in evidence.lessons()]
    assert numbers == sorted(numbers)
    assert {
        "start_here",
        "definitions",
        "randomised_trials",
        "patient_selection",
        "evidence",
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_has_its_skeleton(name):
    text = evidence.lesson_text(name)
    assert len(text.explorers) >= 3
    assert len(text.predictions) >= 2
    assert len(text.questions) >= 6
    assert len(text.objectives) >= 3
    assert len(text.take_away) >= 3
    assert text.references
    assert text.case_hook is not None
    assert {q.kind for q in text.questions} >= {"single", "multiple"}


@pytest.mark.parametrize("name", NAMES)
def test_texts_and_classes_name_the_same_explorers(name):
    text = evidence.lesson_text(name)
    classes = importlib.import_module(f"oligoteach.modules.{name}").EXPLORERS
    assert {e.id for e in text.explorers} == set(classes)
    assert {p.explorer for p in text.predictions} <= set(classes) | {None}


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_places_every_explorer_and_the_rest_of_a_page(name):
    source = "\n".join(cell.source for cell in cells(name, "code"))
    placed = set(re.findall(r'\.explore\("([^"]+)"\)', source))
    assert placed == {e.id for e in evidence.lesson_text(name).explorers}
    for part in (".header", ".check(", ".references()"):
        assert part in source


@pytest.mark.parametrize("name", NAMES)
def test_code_cells_are_a_line_or_three_and_never_stall_a_page(name):
    for cell in cells(name, "code"):
        assert len([line for line in cell.source.splitlines() if line.strip()]) <= 3, cell.source
        assert not FORBIDDEN.search(cell.source), cell.source
        imports = re.findall(r"^(?:from|import) .*", cell.source, re.MULTILINE)
        assert set(imports) <= {"from oligoteach import lesson"}, cell.source


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_begins_with_its_title_and_never_calls_a_model_curve_otherwise(name):
    prose = [cell.source for cell in cells(name, "markdown")]
    assert prose[0].startswith("# ")
    assert sum(bool(re.match(r"# ", line)) for text in prose for line in text.splitlines()) == 1
    assert not [text for text in prose if CURVE_WORDS.search(text)]


@pytest.mark.parametrize("name", NAMES)
def test_every_explorer_says_itself_fully_and_plainly(name):
    source = lesson(name)
    for text in source.text.explorers:
        explorer = source.explore(text.id)
        assert isinstance(explorer, Explorer)
        words = explorer.describe(explorer.result())
        assert 20 <= len(words) <= 900, words
        assert "nan" not in words.lower().split()
        if explorer.badge not in ("published", "course"):
            assert {"Validity", "Source"} <= set(explorer.card), text.id
        json.dumps(explorer.config)


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_is_in_the_page_before_it_is_given(name):
    source = lesson(name)
    sets = {question.quiz for question in source.text.questions if question.quiz}
    parts = [source.check(), *(source.test(key, title="Test") for key in sets)]
    quiz = json.dumps([part.config for part in parts])
    for question in source.text.questions:
        assert json.dumps(question.explanation)[1:-1] not in quiz
        for option in getattr(question, "options", ()):
            assert json.dumps(option.feedback)[1:-1] not in quiz
    for prediction in source.text.predictions:
        if prediction.explorer:
            config = json.dumps(source.explore(prediction.explorer).config["prediction"])
            assert json.dumps(prediction.explanation)[1:-1] not in config


@pytest.mark.parametrize("name", NAMES)
def test_references_cover_every_claim_of_the_page(name):
    source = lesson(name)
    listed = {citation["key"] for citation in source.references().config["citations"]}
    assert set(evidence.claims_in_notebook(source.text.notebook)) <= listed
    for part in (*source.text.explorers, *source.text.predictions, *source.text.questions):
        assert set(part.claims) <= listed


def test_an_unknown_lesson_or_part_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"no lesson 'definition'; there are start_here"):
        lesson("definition")
    with pytest.raises(ValueError, match=r"no explorer 'nope'; there are"):
        lesson("definitions").explore("nope")
    with pytest.raises(ValueError, match=r"no test 'nope'; there are none"):
        lesson("definitions").test("nope", title="Test")
    with pytest.raises(ValueError, match=r"no part 'nope'; there are downloads"):
        lesson("evidence").place("nope")


def test_the_course_map_leads_to_every_lesson():
    stations = lesson("start_here").course_map().stations
    assert [station.name for station in stations] == list(NAMES)
    for station in stations:
        assert evidence.notebooks_path(station.address).exists()
