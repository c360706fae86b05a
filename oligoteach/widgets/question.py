"""Questions and how an answer is judged: no widget, no browser, testable as it stands.

An answer is judged in the kernel, so that neither the right option nor any feedback is on the
page, in its source or in its text alternatives before the learner has answered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = ("single", "multiple", "numeric")


@dataclass(frozen=True)
class Option:
    """One option of a question, with what to say to somebody who chose it."""

    id: str
    text: str
    correct: bool
    feedback: str


@dataclass(frozen=True)
class Feedback:
    """What the learner hears after an answer."""

    correct: bool
    verdict: str
    remarks: tuple[str, ...]
    explanation: str

    def spec(self) -> dict[str, Any]:
        """Return the feedback as the page wants it."""
        return {
            "correct": self.correct,
            "verdict": self.verdict,
            "remarks": list(self.remarks),
            "explanation": self.explanation,
        }


@dataclass(frozen=True)
class Question:
    """A question with one right option, several, or a number as its answer.

    Parameters
    ----------
    id : str
        Stable id: saved answers are found by it.
    prompt : str
        The question.
    kind : {"single", "multiple", "numeric"}
        How it is answered.
    options : sequence of Option
        For single and multiple.
    answer, tolerance : float
        For numeric: right within ``answer ± tolerance``.
    low, high : float
        For numeric: what may be entered.
    unit, near, far : str
        For numeric: the unit, and what to say after an answer that was right or wrong.
    explanation : str
        Why, whatever was answered.
    citations : sequence of dict
        Citations shown with the explanation, as the page wants them.
    """

    id: str
    prompt: str
    kind: str
    explanation: str
    options: Sequence[Option] = ()
    answer: float = math.nan
    tolerance: float = 0.0
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    near: str = ""
    far: str = ""
    citations: Sequence[dict[str, Any]] = field(default=())

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"question {self.id!r}: kind {self.kind!r} is not one of {', '.join(KINDS)}"
            )
        right = sum(option.correct for option in self.options)
        if self.kind == "single" and right != 1:
            raise ValueError(f"question {self.id!r}: needs exactly one right option, has {right}")
        if self.kind == "multiple" and right == 0:
            raise ValueError(f"question {self.id!r}: needs at least one right option")
        if self.kind == "numeric" and not self.low <= self.answer <= self.high:
            raise ValueError(
                f"question {self.id!r}: answer {self.answer:g} is outside "
                f"{self.low:g} to {self.high:g}"
            )

    def judge(self, value: Any) -> Feedback:
        """Judge an answer.

        Parameters
        ----------
        value : str, list of str, or number
            Option id, option ids, or the number, by kind.

        Raises
        ------
        ValueError
            With a sentence, if the answer is missing or is not an answer to this question.
        """
        judges = {"single": self._single, "multiple": self._multiple, "numeric": self._numeric}
        return judges[self.kind](value)

    def spec(self) -> dict[str, Any]:
        """Return what the page may know before an answer: no right option, no feedback."""
        return {
            "id": self.id,
            "prompt": self.prompt,
            "kind": self.kind,
            "options": [{"id": option.id, "text": option.text} for option in self.options],
            "unit": self.unit,
            "low": self.low if math.isfinite(self.low) else None,
            "high": self.high if math.isfinite(self.high) else None,
        }

    def right_answer(self) -> str:
        """Return the right answer in words; for after an answer has been given."""
        if self.kind == "numeric":
            return f"{self.answer:g}{self._unit()}{self._accepted()}"
        return "; ".join(option.text for option in self.options if option.correct)

    def _single(self, value: Any) -> Feedback:
        option = self._option(value)
        return Feedback(
            correct=option.correct,
            verdict="Right" if option.correct else "Not quite",
            remarks=(option.feedback,),
            explanation=self.explanation,
        )

    def _multiple(self, value: Any) -> Feedback:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError("Choose at least one option.")
        chosen = {self._option(item).id for item in value}
        wrong = [o for o in self.options if (o.id in chosen) != o.correct]
        prefix = {True: "Chosen: ", False: "Left out: "}
        return Feedback(
            correct=not wrong,
            verdict="Right" if not wrong else _share(len(self.options), len(wrong)),
            remarks=tuple(
                f"{prefix[o.id in chosen]}{o.text} – {o.feedback}"
                for o in self.options
                if o.id in chosen or o.correct
            ),
            explanation=self.explanation,
        )

    def _numeric(self, value: Any) -> Feedback:
        number = self._number(value)
        correct = abs(number - self.answer) <= self.tolerance + 1e-12
        return Feedback(
            correct=correct,
            verdict="Right" if correct else "Not quite",
            remarks=(self.near if correct else self.far,),
            explanation=self.explanation,
        )

    def _option(self, value: Any) -> Option:
        for option in self.options:
            if option.id == value:
                return option
        raise ValueError("Choose one of the options.")

    def _number(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError("Enter a number.") from None
        if not self.low <= number <= self.high:
            raise ValueError(f"Enter a number from {self.low:g} to {self.high:g}{self._unit()}.")
        return number

    def _accepted(self) -> str:
        """Return what counted as right; a ± would read like the interval of an estimate."""
        if not self.tolerance:
            return ""
        low = max(self.low, self.answer - self.tolerance)
        high = min(self.high, self.answer + self.tolerance)
        places = max(_places(self.answer), _places(self.tolerance))
        return f" ({low:.{places}f} to {high:.{places}f} was accepted)"

    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


def _places(number: float) -> int:
    """Return how many decimals a number is written with."""
    return len(f"{number:g}".partition(".")[2])


def _share(total: int, wrong: int) -> str:
    return f"Not quite: {total - wrong} of {total} options judged rightly"
