"""Teaching texts: a good lesson loads, a bad one is refused with line, field and rule."""

import textwrap
from itertools import pairwise

import pytest
import yaml
from evidence_examples import LESSON, line_of
from hypothesis import given
from hypothesis import strategies as st

from oligoteach import evidence
from oligoteach.evidence import teaching
from oligoteach.evidence.teaching import Keys, parse_lesson
from oligoteach.evidence.yamltext import read_yaml


@pytest.fixture(scope="module")
def keys():
    return Keys(evidence.claims(), evidence.references())


@pytest.fixture
def parse(tmp_path, keys):
    """Parse a lesson text from a file of a given name."""

    def parse_text(text, name="long_follow_up.yaml"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return parse_lesson(path, keys, name)

    return parse_text


def test_a_good_lesson_loads(parse):
    parsed = parse(LESSON)
    assert parsed.problems == []
    lesson = parsed.lesson
    assert [prediction.kind for prediction in lesson.predictions] == ["numeric", "choice"]
    assert [question.kind for question in lesson.questions] == ["single", "multiple", "numeric"]
    assert lesson.questions[0].options[1].correct is True
    assert lesson.predictions[0].answer == 42.3
    assert lesson.references == ("palma-2020", "harrow-2022")


def test_the_shipped_lessons_load_in_order():
    numbers = [text.number for text in evidence.lessons()]
    assert numbers == sorted(numbers)
    for text in evidence.lessons():
        assert evidence.lesson_text(text.name) is text


def test_lessons_are_ordered_by_their_number_not_by_their_name(tmp_path, monkeypatch):
    (tmp_path / "lessons").mkdir()
    for number, name in ((10, "alpha"), (9, "beta"), (0, "gamma")):
        text = LESSON.replace("name: long_follow_up", f"name: {name}")
        text = text.replace("number: 3", f"number: {number}")
        text = text.replace("notebook: 03_", f"notebook: {number:02d}_")
        (tmp_path / "lessons" / f"{name}.yaml").write_text(text, "utf-8")
    (tmp_path / "lessons" / "unnumbered.yaml").write_text("name: unnumbered\n", "utf-8")
    monkeypatch.setattr(teaching, "data_path", tmp_path.joinpath)
    assert teaching.lesson_names.__wrapped__() == ("gamma", "beta", "alpha", "unnumbered")


def test_an_unknown_lesson_names_the_nearest(tmp_path, monkeypatch):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "long_follow_up.yaml").write_text(LESSON, "utf-8")
    monkeypatch.setattr(teaching, "data_path", tmp_path.joinpath)
    with pytest.raises(evidence.UnknownLesson) as caught:
        teaching.lesson_text.__wrapped__("long_followup")
    assert str(caught.value) == (
        "there is no lesson 'long_followup' in data/lessons; did you mean 'long_follow_up'?"
    )


def test_a_broken_shipped_lesson_is_refused_with_all_its_problems(tmp_path, monkeypatch):
    (tmp_path / "lessons").mkdir()
    broken = LESSON.replace("minutes: 12", "minutes: twelve").replace("number: 3", "number: -3")
    (tmp_path / "lessons" / "long_follow_up.yaml").write_text(broken, "utf-8")
    monkeypatch.setattr(teaching, "data_path", tmp_path.joinpath)
    with pytest.raises(evidence.EvidenceError) as caught:
        teaching.lesson_text.__wrapped__("long_follow_up")
    assert [problem.field for problem in caught.value.problems] == ["number", "minutes"]
    assert "data/lessons/long_follow_up.yaml:7 minutes:" in str(caught.value)


# A replacement in the lesson, and what it must be reported as: field and rule.
BROKEN = [
    ("title: What five years show\n", "", "title", "missing-field"),
    ("title: What", "titel: What", "titel", "unknown-key"),
    ("minutes: 12", "minutes: '12'", "minutes", "int-type"),
    ("minutes: 12", "minutes: 12.5", "minutes", "int-type"),
    ("name: long_follow_up", "name: Long-Follow-Up", "name", "string-pattern-mismatch"),
    ("name: long_follow_up", "name: other", "name", "name-is-file"),
    ("notebook: 03_", "notebook: 04_", "notebook", "notebook-number"),
    ("palma-2020, harrow", "palma-2021, harrow", "references[0]", "unknown-reference"),
    ("[sabrcomet-mets]", "[sabrcomet-met]", "case_hook.claims[0]", "unknown-claim"),
    ("[sabrcomet-n]", "[nothing]", "questions[2].claims[0]", "unknown-claim"),
    ("[sabrcomet-n]", "sabrcomet-n", "questions[2].claims", "tuple-type"),
    ("kind: choice", "kind: guess", "predictions[1]", "vocabulary"),
    ("    kind: choice\n", "", "predictions[1]", "missing-field"),
    (
        "    kind: choice\n",
        "    kind: choice\n    at: {median: 1}\n",
        "predictions[1].at",
        "at-needs-explorer",
    ),
    ("badge: published", "badge: certain", "predictions[0].badge", "vocabulary"),
    ("difficulty: judge", "difficulty: hard", "questions[1].difficulty", "vocabulary"),
    ("answer: 42.3", "answer: about 42", "predictions[0].answer", "float-type"),
    ("answer: 42.3", "answer: .nan", "predictions[0].answer", "finite-number"),
    ("answer: 42.3", "answer: 142", "predictions[0].answer", "answer-in-range"),
    ("tolerance: 5", "tolerance: -5", "predictions[0].tolerance", "greater-than-equal"),
    ("low: 0", "low: 100", "predictions[0].low", "low-below-high"),
    ("    near: Right, 42.3 percent.\n", "", "predictions[0].near", "missing-field"),
    ("explorer: survival", "explorer: curves", "predictions[0].explorer", "unknown-explorer"),
    ("correct: true, feedback: Yes.", "feedback: Yes.", "predictions[1].options", "correct-count"),
    ("correct: false", "correct: true", "predictions[1].options", "correct-count"),
    ("correct: false", "correct: 'no'", "predictions[1].options[1].correct", "bool-type"),
    (
        "correct: false, feedback: No.",
        "correct: false",
        "predictions[1].options[1].feedback",
        "missing-field",
    ),
    ("feedback: No.", "feedback: ' '", "predictions[1].options[1].feedback", "empty-field"),
    ("id: soc", "id: sabr", "predictions[1].options[1].id", "duplicate-id"),
    ("id: soc", "id: Standard_arm", "predictions[1].options[1].id", "key-syntax"),
    ('text: "0.20"', "text: 0.20", "questions[0].options[1].text", "string-type"),
    (
        "correct: true, feedback: Right.}\n    explanation: It was",
        "feedback: Right.}\n    explanation: It was",
        "questions[0].options",
        "correct-count",
    ),
    ("id: limits", "id: threshold", "questions[1].id", "duplicate-id"),
    ("id: limits", "id: five-years", "questions[1].id", "duplicate-id"),
    ("  - id: survival\n    title", "  - id: count\n    title", "explorers[0].id", "duplicate-id"),
    ("explain: Both", "explain: " + "word " * 121, "explorers[0].explain", "explain-length"),
    ("minutes: 12\n", "minutes: 12\nminutes: 13\n", "minutes", "duplicate-key"),
    ("prerequisites: []", "prerequisites: &a [x]\nother: *a", "other", "no-anchors"),
]


@pytest.mark.parametrize(("old", "new", "field", "rule"), BROKEN)
def test_a_broken_lesson_is_refused_with_its_field_and_rule(parse, old, new, field, rule):
    assert old in LESSON
    problems = parse(LESSON.replace(old, new, 1)).problems
    assert (field, rule) in [(problem.field, problem.rule) for problem in problems]
    for problem in problems:
        assert problem.sentence.endswith(".")
        assert int(problem.where) <= LESSON.count("\n") + 3


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("minutes: 12", "minutes: twelve", "minutes: twelve"),
        ("correct: false", "correct: 'no'", "{id: soc"),
        ("answer: 99", "answer: [99]", "answer: [99]"),
        ("[sabrcomet-n]", "[\n      sabrcomet-n,\n      sabrcomet-m]", "sabrcomet-m]"),
        ("    difficulty: recall\n  - id: limits", "  - id: limits", "- id: threshold"),
    ],
)
def test_the_line_is_that_of_the_fault(parse, old, new, at):
    text = LESSON.replace(old, new, 1)
    [problem] = parse(text).problems
    assert problem.where == str(line_of(text, at))


def test_a_multiple_question_needs_a_right_option(parse):
    text = LESSON.replace("text: Mixed histologies, correct: true", "text: Mixed histologies")
    text = text.replace("text: Small numbers, correct: true", "text: Small numbers")
    [problem] = parse(text).problems
    assert problem.rule == "correct-count"
    assert "at least 1" in problem.sentence


def test_a_question_needs_two_options(parse):
    text = LESSON.replace(
        '      - {id: five, text: "0.05", feedback: That is the usual one.}\n', ""
    )
    assert [problem.rule for problem in parse(text).problems] == ["option-count"]


def test_120_words_are_allowed(parse):
    text = LESSON.replace(
        "explain: Both arms are shown, each with its interval.", "explain: " + "word " * 120
    )
    assert parse(text).problems == []


def test_all_problems_are_reported(parse):
    text = LESSON.replace("minutes: 12", "minutes: x").replace("answer: 99", "answer: x")
    assert len(parse(text).problems) == 2


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        ("", "1", "empty-file"),
        ("just words", "1", "not-a-mapping"),
        ("- a\n- b\n", "1", "not-a-mapping"),
        ("name: a\ntitle: 'open\n", "3", "yaml-syntax"),
        ("name: a\n\ttitle: b\n", "2", "yaml-syntax"),
        ("name: a\n b: c: d\n", "2", "yaml-syntax"),
        ("a: 1\n---\nb: 2\n", "2", "yaml-syntax"),
        ("a: !!python/object/apply:os.system [echo]\n", "1", "yaml-syntax"),
        ("a: &x [*x]\n", "1", "no-anchors"),
        ("? [1, 2]\n: x\n", "1", "yaml-syntax"),
        ("a: 2024-13-45\n", "1", "yaml-syntax"),
    ],
)
def test_a_file_that_is_no_lesson_at_all(parse, content, line, rule):
    parsed = parse(content)
    assert parsed.lesson is None
    assert [(problem.where, problem.rule) for problem in parsed.problems] == [(line, rule)]


def test_bad_encodings_and_missing_files(tmp_path, keys):
    path = tmp_path / "a.yaml"
    path.write_bytes("title: Überleben\n".encode("latin-1"))
    assert [p.rule for p in parse_lesson(path, keys).problems] == ["encoding"]
    assert [p.rule for p in parse_lesson(tmp_path / "b.yaml", keys).problems] == ["unreadable-file"]


def test_deeply_nested_text_is_refused_not_a_crash(parse):
    [problem] = parse("a: " + "[" * 5000 + "]" * 5000).problems
    assert problem.rule in ("yaml-syntax", "unknown-key")


def test_billion_laughs_are_refused_at_once(parse):
    rows = ["a: &a [x, x]"] + [f"{c}: &{c} [*{p}, *{p}]" for p, c in pairwise("abcdefghi")]
    assert {problem.rule for problem in parse("\n".join(rows)).problems} == {"no-anchors"}


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(texts, trees, min_size=1, max_size=4))
def test_any_mapping_is_either_read_as_yaml_reads_it_or_refused(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("yaml") / "any.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
    source = read_yaml(path)
    if not source.problems:
        assert source.data == tree


@given(st.dictionaries(st.sampled_from(["name", "questions", "explorers", "about"]), trees))
def test_any_mapping_is_refused_in_sentences(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("yaml") / "any.yaml"
    path.write_text(yaml.safe_dump({"title": "x", **tree}), "utf-8")
    problems = parse_lesson(path, Keys((), ())).problems
    assert problems
    assert all(problem.sentence.endswith(".") for problem in problems)


def test_words_after_a_hash_are_comments_and_texts_lose_their_margins(parse):
    text = LESSON.replace(
        "about: One randomised trial with long follow-up, and what its control arm says.",
        textwrap.dedent("""\
            about: >  # for the index
              One trial,
              two arms.

            """).rstrip("\n"),
    )
    assert parse(text).lesson.about == "One trial, two arms."
