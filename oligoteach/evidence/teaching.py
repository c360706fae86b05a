"""The teaching texts: one YAML file for each lesson, read into strict records.

Wording lives in ``data/lessons/`` so that a clinician can review it in a diff; code only binds
it to explorers. Every claim that a text rests on is named by its id.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from oligoteach.evidence.ledger import UnknownKey, claims, references
from oligoteach.evidence.paths import data_path
from oligoteach.evidence.problems import EvidenceError, Problem
from oligoteach.evidence.records import Key
from oligoteach.evidence.yamltext import Path_, YamlText, read_yaml, schema_problems

MAX_EXPLAIN_WORDS = 120

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Texts = tuple[Text, ...]
Badge = Literal["published", "model", "model-curve", "calculation", "course", "own"]
Difficulty = Literal["recall", "apply", "judge"]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Setting = bool | int | float | str | tuple[str, ...]
Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Words(BaseModel):
    """A frozen part of a lesson's text; keys beyond its fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Sourced(Words):
    """Text that rests on claims.

    ``sources`` names what a number rests on besides claims: ``outcome:<trial>``,
    ``ref:<reference>``, ``model:<name>`` or ``course``.
    """

    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Option(Words):
    """A choice with the feedback that its chooser gets."""

    id: Key
    text: Text
    correct: Flag = False
    feedback: Text


class CaseHook(Sourced):
    """A short case that opens the lesson."""

    title: Text
    text: Text


class _Prediction(Sourced):
    """What every prediction has: asked before the figure is shown.

    ``at`` are values of the explorer's controls, where the question names others than the
    defaults: the figure takes them when the answer is revealed.
    """

    id: Key
    explorer: str | None = None
    at: dict[Text, Setting] = {}
    prompt: Text
    explanation: Text
    misconception: Text | None = None
    badge: Badge


class _Numeric(Words):
    """A numeric answer: right within ``tolerance`` of ``answer``, asked between low and high.

    ``near`` is the feedback for a right number, ``far`` for any other.
    """

    answer: Figure
    tolerance: Annotated[Figure, Field(ge=0)]
    unit: str
    low: Figure
    high: Figure
    near: Text
    far: Text


class ChoicePrediction(_Prediction):
    """A prediction with options, one of them right."""

    kind: Literal["choice"]
    options: tuple[Option, ...]


class NumericPrediction(_Prediction, _Numeric):
    """A prediction of a number."""

    kind: Literal["numeric"]


class _Question(Sourced):
    """What every question has; ``quiz`` names the test it belongs to, if not the lesson's check."""

    id: Key
    quiz: Key | None = None
    prompt: Text
    explanation: Text
    difficulty: Difficulty


class OptionQuestion(_Question):
    """A question with one right option (``single``) or several (``multiple``)."""

    kind: Literal["single", "multiple"]
    options: tuple[Option, ...]


class NumericQuestion(_Question, _Numeric):
    """A question for a number."""

    kind: Literal["numeric"]


class View(Words):
    """A setting to step to before an audience, and what to look at in it."""

    at: dict[Text, Setting]
    say: Text


class ExplorerText(Sourced):
    """The words around an explorer; ``explain`` has at most 120 words.

    ``views`` are what a lecturer steps through, after the figure as it opens.
    """

    id: Key
    title: Text
    caption: Text
    badge: Badge
    explain: Text
    views: tuple[View, ...] = ()


Prediction = Annotated[ChoicePrediction | NumericPrediction, Field(discriminator="kind")]
Question = Annotated[OptionQuestion | NumericQuestion, Field(discriminator="kind")]


class LessonText(Words):
    """All words of a lesson outside its notebook.

    Attributes
    ----------
    name : str
        File stem in snake case.
    number : int
        Place in the course.
    notebook : str
        Stem of the notebook, such as ``01_definitions``.
    title, question, about : str
        Title, the lesson's question in one sentence, and one to three sentences for the index.
    minutes : int
        Time that a learner needs.
    objectives, prerequisites, take_away : tuple of str
        What the learner can do afterwards, should know before, and takes home.
    references : tuple of str
        Reference ids in the order of listing.
    case_hook : CaseHook
        Case that opens the lesson.
    predictions, questions, explorers : tuple
        In the order of the page.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    number: Count
    notebook: Annotated[str, Field(pattern=r"^[0-9]{2}_[a-z0-9_]+$")]
    title: Text
    question: Text
    about: Text
    minutes: Count
    objectives: Texts
    prerequisites: Texts
    take_away: Texts
    references: tuple[str, ...]
    case_hook: CaseHook
    predictions: tuple[Prediction, ...] = ()
    questions: tuple[Question, ...] = ()
    explorers: tuple[ExplorerText, ...] = ()


class UnknownLesson(UnknownKey):
    """Asked for a lesson that has no text; the message names the nearest ones."""

    thing = "lesson"
    place = "data/lessons"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a lesson may name."""

    claims: Iterable[str]
    references: Iterable[str]


@dataclass(slots=True)
class ParsedLesson:
    """A lesson file as far as it could be read."""

    source: YamlText
    lesson: LessonText | None
    problems: list[Problem]


def parse_lesson(path: Path, keys: Keys, label: str | None = None) -> ParsedLesson:
    """Read and check one lesson file.

    Parameters
    ----------
    path : Path
        YAML file.
    keys : Keys
        Claims and references that the lesson may name.
    label : str, optional
        Path as shown to a reader; by default ``path`` itself.

    Returns
    -------
    ParsedLesson
        ``lesson`` is None where the file departs from the schema; ``problems`` name line,
        field and rule.
    """
    source = read_yaml(path, label)
    if source.problems:
        return ParsedLesson(source, None, source.problems)
    try:
        lesson = LessonText.model_validate(source.data)
    except ValidationError as error:
        return ParsedLesson(source, None, schema_problems(source, error))
    found = [
        source.problem(place, rule, sentence)
        for place, rule, sentence in _lesson_rules(lesson, path.stem, keys)
    ]
    return ParsedLesson(source, lesson, found)


@functools.cache
def lesson_text(name: str) -> LessonText:
    """Return the text of a lesson.

    Parameters
    ----------
    name : str
        Name of the lesson in snake case, such as ``"definitions"``.

    Returns
    -------
    LessonText

    Raises
    ------
    UnknownLesson
        If there is no such file; the message names the nearest lessons.
    EvidenceError
        If the file departs from the schema or names what the ledger does not have; lists
        every problem with line, field and rule.
    """
    known = {path.stem: path for path in lesson_files(data_path("lessons"))}
    if name not in known:
        raise UnknownLesson(name, known)
    path = known[name]
    parsed = parse_lesson(path, Keys(claims(), references()), f"data/lessons/{path.name}")
    if parsed.lesson is None or parsed.problems:
        raise EvidenceError(parsed.problems)
    return parsed.lesson


def lessons() -> tuple[LessonText, ...]:
    """Return the texts of all lessons that exist, in the order of the course.

    Raises
    ------
    EvidenceError
        If a file departs from the schema.
    """
    return tuple(lesson_text(name) for name in lesson_names())


@functools.cache
def lesson_names() -> tuple[str, ...]:
    """Return the names of all lessons in the order of the course.

    Only the line with the number is read of each file, so that a page can say which lesson of
    how many it is without reading the others.

    Returns
    -------
    tuple of str
        A file without a number comes last; reading it as a lesson says what is wrong.
    """
    return tuple(path.stem for path in sorted(lesson_files(data_path("lessons")), key=_place))


def _place(path: Path) -> tuple[int, str]:
    """Return number and name of a lesson file for sorting."""
    match = re.search(rb"(?m)^number:[ \t]*(\d+)", path.read_bytes())
    return (int(match[1]) if match else sys.maxsize, path.stem)


def lesson_files(folder: Path) -> list[Path]:
    """Return the lesson files of a folder in the order of their names."""
    return sorted(folder.glob("*.yaml"))


Rule = tuple[Path_, str, str]
"""Path in the file, rule and sentence."""


def _lesson_rules(lesson: LessonText, stem: str, keys: Keys) -> Iterator[Rule]:
    """Check what the schema cannot say."""
    if lesson.name != stem:
        yield ("name",), "name-is-file", f"the name is {lesson.name!r} but the file is {stem!r}."
    if not lesson.notebook.startswith(f"{lesson.number:02d}_"):
        sentence = f"{lesson.notebook!r} does not begin with the number {lesson.number:02d}."
        yield ("notebook",), "notebook-number", sentence
    for index, ref_id in enumerate(lesson.references):
        yield from _known(("references", index), "reference", ref_id, keys.references)
    yield from _unique_ids(lesson)
    for path, part in sourced_parts(lesson):
        for index, claim_id in enumerate(part.claims):
            yield from _known((*path, "claims", index), "claim", claim_id, keys.claims)
    for index, prediction in enumerate(lesson.predictions):
        yield from _answer_rules(("predictions", index), prediction)
        yield from _explorer_rules(("predictions", index), prediction, lesson)
    for index, question in enumerate(lesson.questions):
        yield from _answer_rules(("questions", index), question)
    for index, explorer in enumerate(lesson.explorers):
        words = len(explorer.explain.split())
        if words > MAX_EXPLAIN_WORDS:
            sentence = f"the text has {words} words; at most {MAX_EXPLAIN_WORDS} are allowed."
            yield ("explorers", index, "explain"), "explain-length", sentence


def sourced_parts(lesson: LessonText) -> Iterator[tuple[Path_, Sourced]]:
    """Yield every part of a lesson that names claims, with its path in the file."""
    yield ("case_hook",), lesson.case_hook
    for index, prediction in enumerate(lesson.predictions):
        yield ("predictions", index), prediction
    for index, question in enumerate(lesson.questions):
        yield ("questions", index), question
    for index, explorer in enumerate(lesson.explorers):
        yield ("explorers", index), explorer


def _known(path: Path_, thing: str, key: str, known: Iterable[str]) -> Iterator[Rule]:
    """Report a key that the ledger does not have, with the nearest ones."""
    if key not in known:
        nearest = UnknownKey(key, known).nearest
        hint = f"; near it: {', '.join(nearest)}" if nearest else ""
        yield path, f"unknown-{thing}", f"there is no {thing} {key!r} in the ledger{hint}."


def _unique_ids(lesson: LessonText) -> Iterator[Rule]:
    """Ids of predictions, questions and explorers occur once in a lesson."""
    groups: dict[str, list[str]] = {
        "predictions": [prediction.id for prediction in lesson.predictions],
        "questions": [question.id for question in lesson.questions],
        "explorers": [explorer.id for explorer in lesson.explorers],
    }
    seen: set[str] = set()
    for group, ids in groups.items():
        for index, name in enumerate(ids):
            if name in seen:
                sentence = f"the id {name!r} occurs earlier in this lesson; each may occur once."
                yield (group, index, "id"), "duplicate-id", sentence
            seen.add(name)


def _explorer_rules(
    path: Path_, prediction: ChoicePrediction | NumericPrediction, lesson: LessonText
) -> Iterator[Rule]:
    """A prediction is bound to an explorer of its lesson, or to none."""
    known = [explorer.id for explorer in lesson.explorers]
    if prediction.explorer is not None and prediction.explorer not in known:
        sentence = (
            f"{prediction.explorer!r} is not an explorer of this lesson; "
            f"allowed: {', '.join(known) or 'null'}."
        )
        yield (*path, "explorer"), "unknown-explorer", sentence
    if prediction.at and prediction.explorer is None:
        sentence = "values of controls are named, but no explorer that has them."
        yield (*path, "at"), "at-needs-explorer", sentence


def _answer_rules(
    path: Path_, part: ChoicePrediction | NumericPrediction | OptionQuestion | NumericQuestion
) -> Iterator[Rule]:
    """A right answer exists and can be given."""
    if isinstance(part, _Numeric):
        yield from _numeric_rules(path, part)
        return
    seen: set[str] = set()
    for index, option in enumerate(part.options):
        if option.id in seen:
            sentence = f"the option {option.id!r} occurs earlier; each may occur once."
            yield (*path, "options", index, "id"), "duplicate-id", sentence
        seen.add(option.id)
    if len(part.options) < 2:
        sentence = f"there are {len(part.options)} options; at least 2 are needed."
        yield (*path, "options"), "option-count", sentence
    right = sum(option.correct for option in part.options)
    if part.kind == "multiple" and right < 1:
        yield (*path, "options"), "correct-count", "no option is correct; at least 1 must be."
    if part.kind != "multiple" and right != 1:
        sentence = f"{right} options are correct; exactly 1 must be in kind {part.kind!r}."
        yield (*path, "options"), "correct-count", sentence


def _numeric_rules(path: Path_, part: _Numeric) -> Iterator[Rule]:
    """The answer lies between the limits of the input."""
    if part.low >= part.high:
        sentence = f"low {part.low:g} is not below high {part.high:g}."
        yield (*path, "low"), "low-below-high", sentence
    elif not part.low <= part.answer <= part.high:
        sentence = f"the answer {part.answer:g} is outside {part.low:g} to {part.high:g}."
        yield (*path, "answer"), "answer-in-range", sentence
