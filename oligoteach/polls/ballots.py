"""What can be voted on: the predictions and questions of the lessons, by their ids."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BINS = 8
LONGEST_NUMBER = 24


@dataclass(frozen=True)
class Ballot:
    """A question as a room votes on it.

    Attributes
    ----------
    key : str
        ``lesson/id`` of the prediction or question.
    prompt, explanation : str
        The question, and what is told when the answer is revealed.
    kind : {"single", "multiple", "numeric"}
        How it is answered.
    options : tuple of (str, str)
        Id and text of each option.
    right : frozenset of str
        Ids of the right options.
    low, high, answer, tolerance : float
        For a number: what may be entered, and what is right.
    unit : str
        Unit of a number.
    """

    key: str
    prompt: str
    kind: str
    explanation: str
    options: tuple[tuple[str, str], ...] = ()
    right: frozenset[str] = frozenset()
    low: float = 0.0
    high: float = 0.0
    answer: float = math.nan
    tolerance: float = 0.0
    unit: str = ""

    def read(self, values: Sequence[str]) -> str:
        """Return an answer in the one form in which it is kept.

        Parameters
        ----------
        values : sequence of str
            What the form sent: option ids, or one number.

        Raises
        ------
        ValueError
            With a sentence, for what is no answer to this question.
        """
        if self.kind == "numeric":
            return self._read_number(values)
        known = [option for option, _ in self.options]
        if not values or any(value not in known for value in values):
            raise ValueError("Choose one of the options.")
        if self.kind == "single" and len(set(values)) != 1:
            raise ValueError("Choose one option only.")
        return " ".join(option for option in known if option in values)

    def _read_number(self, values: Sequence[str]) -> str:
        text = values[0].strip().replace(",", ".") if len(values) == 1 else ""
        try:
            # Python would read 1_0 as ten.
            number = float(text) if len(text) <= LONGEST_NUMBER and "_" not in text else math.nan
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            unit = f" {self.unit}" if self.unit else ""
            raise ValueError(f"Enter a number from {self.low:g} to {self.high:g}{unit}.")
        return f"{number:g}"

    def chosen(self, choice: str) -> frozenset[str]:
        """Return what of this question's bars an answer counts for."""
        if self.kind == "numeric":
            return frozenset([str(self._bin(float(choice)))])
        return frozenset(choice.split())

    def words(self, choice: str) -> str:
        """Return an answer in words, for the one who gave it."""
        if self.kind == "numeric":
            return f"{choice} {self.unit}".strip()
        chosen = self.chosen(choice)
        return "; ".join(text for option, text in self.options if option in chosen)

    def bars(self) -> list[dict[str, str]]:
        """Return the bars of the distribution: id and label of each, in order."""
        if self.kind != "numeric":
            return [{"id": option, "text": text} for option, text in self.options]
        edges = [f"{edge:.3g}" for edge in self._edges()]
        pairs = itertools.pairwise(edges)
        unit = f" {self.unit}" if self.unit else ""
        return [{"id": str(i), "text": f"{a} to {b}{unit}"} for i, (a, b) in enumerate(pairs)]

    def right_bars(self) -> list[str]:
        """Return the ids of the bars that are right; for after the answer is revealed."""
        if self.kind != "numeric":
            return [option for option, _ in self.options if option in self.right]
        spread = (self.answer - self.tolerance, self.answer + self.tolerance)
        first, last = (self._bin(min(max(x, self.low), self.high)) for x in spread)
        return [str(i) for i in range(first, last + 1)]

    def right_words(self) -> str:
        """Return the right answer in words; for after it is revealed."""
        if self.kind == "numeric":
            return f"{self.answer:g} {self.unit}".strip()
        return "; ".join(text for option, text in self.options if option in self.right)

    def count(self, choices: Mapping[str, int]) -> dict[str, int]:
        """Return how many answers each bar stands for.

        Parameters
        ----------
        choices : mapping of str to int
            How many browsers gave each answer.
        """
        counted = {bar["id"]: 0 for bar in self.bars()}
        for choice, n in choices.items():
            for bar in self.chosen(choice):
                counted[bar] = counted.get(bar, 0) + n
        return counted

    def _edges(self) -> list[float]:
        return [self.low + (self.high - self.low) * i / BINS for i in range(BINS + 1)]

    def _bin(self, number: float) -> int:
        share = (number - self.low) / (self.high - self.low)
        return min(BINS - 1, int(share * BINS))


def ballots_of(lessons: Sequence[Any]) -> dict[str, Ballot]:
    """Return a ballot for every prediction and question of the lessons, by its key.

    Parameters
    ----------
    lessons : sequence of LessonText
        The lessons' texts.
    """
    made = [
        _ballot(f"{lesson.name}/{part.id}", part)
        for lesson in lessons
        for part in (*lesson.predictions, *lesson.questions)
    ]
    return {ballot.key: ballot for ballot in made}


def _ballot(key: str, text: Any) -> Ballot:
    if text.kind == "numeric":
        return Ballot(
            key=key,
            prompt=text.prompt,
            kind="numeric",
            explanation=text.explanation,
            low=float(text.low),
            high=float(text.high),
            answer=float(text.answer),
            tolerance=float(text.tolerance),
            unit=text.unit,
        )
    return Ballot(
        key=key,
        prompt=text.prompt,
        kind="multiple" if text.kind == "multiple" else "single",
        explanation=text.explanation,
        options=tuple((option.id, option.text) for option in text.options),
        right=frozenset(option.id for option in text.options if option.correct),
    )
