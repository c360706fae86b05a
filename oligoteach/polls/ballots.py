"""What can be voted on: the predictions and questions of the lessons, by their ids."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BARS = 10
ROUND_STEPS = (1, 2, 5, 10)
LONGEST_NUMBER = 24
RIGHT = "right"


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
            return frozenset([self._bar_of(float(choice))])
        return frozenset(choice.split())

    def words(self, choice: str) -> str:
        """Return an answer in words, for the one who gave it."""
        if self.kind == "numeric":
            return self._with_unit(choice)
        chosen = self.chosen(choice)
        return "; ".join(text for option, text in self.options if option in chosen)

    def bars(self) -> list[dict[str, str]]:
        """Return the bars of the distribution: id and label of each, in order.

        Those of numbers, without their unit, end at round ones, whatever is right: they are seen
        before it is revealed.
        """
        if self.kind != "numeric":
            return [{"id": option, "text": text} for option, text in self.options]
        if self._counts_whole():
            whole = range(int(self.low), int(self.high) + 1)
            return [{"id": str(i), "text": f"{n}"} for i, n in enumerate(whole)]
        pairs = itertools.pairwise(self._edges())
        return [{"id": str(i), "text": f"{a:g} to {b:g}"} for i, (a, b) in enumerate(pairs)]

    def is_right(self, choice: str) -> bool:
        """Return whether an answer is right."""
        if self.kind == "numeric":
            return abs(float(choice) - self.answer) <= self.tolerance + 1e-9
        return self.chosen(choice) == self.right

    def right_bars(self) -> list[str]:
        """Return the ids of the bars that are right; for after the answer is revealed.

        A number's bars hold right and wrong ones. It has a bar of its own for those that are right.
        """
        if self.kind != "numeric":
            return [option for option, _ in self.options if option in self.right]
        return [RIGHT]

    def right_bar(self) -> dict[str, str] | None:
        """Return a number's bar of all right answers; for after the answer is revealed."""
        if self.kind != "numeric":
            return None
        low, high = self._accepted()
        text = f"{low:g} to {high:g}" if low < high else f"{self.answer:g}"
        return {"id": RIGHT, "text": text}

    def right_words(self) -> str:
        """Return the right answer in words; for after it is revealed."""
        if self.kind == "numeric":
            low, high = self._accepted()
            accepted = f" ({low:g} to {high:g} was accepted)" if low < high else ""
            return self._with_unit(f"{self.answer:g}") + accepted
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

    def count_right(self, choices: Mapping[str, int]) -> int:
        """Return how many answers are right; for after the answer is revealed."""
        return sum(n for choice, n in choices.items() if self.is_right(choice))

    def _with_unit(self, text: str) -> str:
        return f"{text} {self.unit}".strip()

    def _accepted(self) -> tuple[float, float]:
        low, high = self.answer - self.tolerance, self.answer + self.tolerance
        return round(max(self.low, low), 9), round(min(self.high, high), 9)

    def _counts_whole(self) -> bool:
        """Whether so few numbers can be meant that each has its own bar."""
        whole = self.low == int(self.low) and self.high == int(self.high)
        return whole and self.high - self.low < MOST_BARS

    def _edges(self) -> list[float]:
        """Return where bars end: multiples of a round step, and what may be entered at the ends."""
        step = _round_step((self.high - self.low) / MOST_BARS)
        multiples = range(math.floor(self.low / step) + 1, math.ceil(self.high / step))
        inner = [round(step * i, 9) for i in multiples]
        # A sliver at an end goes to its neighbour.
        kept = [x for x in inner if min(x - self.low, self.high - x) >= 0.5 * step - 1e-9]
        return [self.low, *kept, self.high]

    def _bar_of(self, number: float) -> str:
        if self._counts_whole():
            return str(math.floor(number - self.low + 0.5))
        return str(bisect.bisect_right(self._edges()[1:-1], number))


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below a number."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in ROUND_STEPS if n * power >= least - 1e-9)


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
