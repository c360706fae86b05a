"""A lesson: its texts, its explorers and its questions, under one name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from oligoteach import evidence
from oligoteach.modules._citing import LEGEND, cite_all, refer
from oligoteach.widgets.citation import References
from oligoteach.widgets.explorer import Explorer
from oligoteach.widgets.page import Page
from oligoteach.widgets.prediction import Prediction, PredictionCard
from oligoteach.widgets.progress import Progress, Station
from oligoteach.widgets.question import Option, Question
from oligoteach.widgets.quiz import Quiz


def lesson_names() -> tuple[str, ...]:
    """Return the names of all lessons, in the order of the course."""
    return evidence.lesson_names()


def lesson(name: str) -> Lesson:
    """Return a lesson by name, such as ``"definitions"``.

    Raises
    ------
    ValueError
        If there is no such lesson; the message lists those that there are.
    """
    if name not in lesson_names():
        raise ValueError(f"There is no lesson {name!r}; there are {', '.join(lesson_names())}.")
    return Lesson(name)


class Lesson:
    """What a notebook places: ``header``, ``explore(key)``, ``predict(id)``, ``check()``.

    Parameters
    ----------
    name : str
        Name of the lesson, which is also that of its text file and of its module.
    """

    def __init__(self, name: str) -> None:
        self.text = evidence.lesson_text(name)
        self.name = name
        module = importlib.import_module(f"oligoteach.modules.{name}")
        self._classes = module.EXPLORERS
        self._parts = getattr(module, "PARTS", {})

    @cached_property
    def header(self) -> Page:
        """The page's header, which also restores what a link or the browser remembers."""
        return Page(
            lesson=self.name,
            title=self.text.title,
            question=self.text.question,
            place=f"{self.text.number:02d}",
            minutes=self.text.minutes,
            legend=LEGEND,
        )

    def explore(self, key: str) -> Explorer:
        """Return one of the lesson's explorers, with its texts, prediction and citations.

        Raises
        ------
        ValueError
            If the lesson has no such explorer; the message lists those that it has.
        """
        if key not in self._classes:
            raise ValueError(f"{self.name} has no explorer {key!r}; {_list(self._classes)}")
        text = _find(self.text.explorers, key, f"{self.name}: texts of explorers")
        prediction = next((p for p in self.text.predictions if p.explorer == key), None)
        part = self._classes[key](
            text={
                "title": text.title,
                "caption": text.caption,
                "badge": text.badge,
                "explain": text.explain,
                "views": [view.model_dump() for view in text.views],
            },
            prediction=_prediction(prediction) if prediction else None,
            citations=cite_all(text.claims),
            lesson=self.name,
        )
        self.header.add(part)
        return part

    def predict(self, key: str) -> PredictionCard:
        """Return a prediction that stands alone."""
        record = _find(self.text.predictions, key, f"{self.name}: predictions")
        return self._add(PredictionCard(_prediction(record), lesson=self.name))

    def check(self, title: str = "Questions") -> Quiz:
        """Return the lesson's questions as a quiz with feedback on every answer."""
        return self._add(Quiz("check", self._questions(None), self.name, title))

    def test(self, key: str, title: str) -> Quiz:
        """Return a named set of questions as a test: judged together, and kept for comparison.

        Raises
        ------
        ValueError
            If no question belongs to the set; the message lists the sets that there are.
        """
        questions = self._questions(key)
        if not questions:
            sets = dict.fromkeys(q.quiz for q in self.text.questions if q.quiz)
            raise ValueError(f"{self.name} has no test {key!r}; {_list(sets)}")
        return self._add(Quiz(key, questions, self.name, title, mode="test"))

    def place(self, key: str) -> Any:
        """Return one of the further parts that the lesson's module offers."""
        if key not in self._parts:
            raise ValueError(f"{self.name} has no part {key!r}; {_list(self._parts)}")
        part = self._parts[key]()
        return self._add(part) if hasattr(part, "reset") else part

    def course_map(self) -> Progress:
        """Return the map of all lessons with the learner's progress."""
        return Progress(
            Station(
                name=text.name,
                number=text.number,
                title=text.title,
                about=text.about,
                minutes=text.minutes,
                address=f"{text.notebook}.ipynb",
                n_questions=len(text.questions),
                n_predictions=len(text.predictions),
            )
            for text in evidence.lessons()
        )

    def references(self) -> References:
        """Return every claim and every reference of the lesson."""
        citations = cite_all(self._claims())
        cited = [source.key for citation in citations for source in citation.sources]
        keys = dict.fromkeys([*self.text.references, *cited])
        return References(citations, [refer(key) for key in keys])

    def _add(self, part: Any) -> Any:
        self.header.add(part)
        return part

    def _questions(self, quiz: str | None) -> list[Question]:
        return [_question(record) for record in self.text.questions if record.quiz == quiz]

    def _claims(self) -> Iterable[str]:
        """Return the ids of all claims on the page: in the prose first, as they are read."""
        yield from evidence.claims_in_notebook(self.text.notebook)
        for part in (*self.text.explorers, *self.text.predictions, *self.text.questions):
            yield from part.claims
        if self.text.case_hook is not None:
            yield from self.text.case_hook.claims


def _question(record: Any) -> Question:
    numeric = ("answer", "tolerance", "low", "high", "unit", "near", "far")
    numbers = {name: getattr(record, name) for name in numeric} if record.kind == "numeric" else {}
    kind = "single" if record.kind == "choice" else record.kind
    return Question(
        id=record.id,
        prompt=record.prompt,
        kind=kind,
        explanation=record.explanation,
        options=tuple(
            Option(o.id, o.text, o.correct, o.feedback) for o in getattr(record, "options", ())
        ),
        citations=tuple(citation.spec() for citation in cite_all(record.claims)),
        **numbers,
    )


def _prediction(record: Any) -> Prediction:
    return Prediction(_question(record), misconception=record.misconception or "", at=record.at)


def _find(records: Iterable[Any], key: str, where: str) -> Any:
    by_id = {record.id: record for record in records}
    if key not in by_id:
        raise ValueError(f"{where} have no {key!r}; {_list(by_id)}")
    return by_id[key]


def _list(names: Iterable[str]) -> str:
    return "there are " + (", ".join(names) or "none")
