"""Predict, say how sure you are, commit, see, learn why.

Seeing a demonstration teaches little unless one has said beforehand what it will show. So the
answer stays in the kernel until the learner commits, or chooses to skip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import traitlets

from oligoteach.widgets._base import KitWidget
from oligoteach.widgets.question import Feedback, Question

CONFIDENCE = {"guess": "a guess", "fairly": "fairly sure", "certain": "certain"}


@dataclass(frozen=True)
class Outcome:
    """What came of a prediction; ``feedback`` is None if it was skipped."""

    value: Any
    confidence: str
    feedback: Feedback | None
    calibration: str

    def spec(self) -> dict[str, Any]:
        """Return the outcome as the page wants it."""
        return {
            "value": self.value,
            "confidence": self.confidence,
            "feedback": self.feedback.spec() if self.feedback else None,
            "calibration": self.calibration,
        }


class Prediction:
    """One question put before its answer is shown, as a machine of two states.

    Parameters
    ----------
    question : Question
        What to predict.
    misconception : str
        The usual wrong idea, told after the commitment.
    at : mapping of str to object
        Values of controls that the explorer takes when the answer is revealed, so that its figure
        shows what was asked.
    """

    def __init__(
        self, question: Question, misconception: str = "", at: Mapping[str, Any] | None = None
    ) -> None:
        self.question = question
        self.misconception = misconception
        self.at = dict(at or {})
        self.outcome: Outcome | None = None

    @property
    def revealed(self) -> bool:
        """Whether the answer may be shown."""
        return self.outcome is not None

    def commit(self, value: Any, confidence: str) -> Outcome:
        """Commit to an answer, and return what came of it.

        Raises
        ------
        ValueError
            With a sentence, if there is no answer or no confidence yet.
        """
        feedback = self.question.judge(value)
        if confidence not in CONFIDENCE:
            raise ValueError("Say how sure you are: a guess, fairly sure or certain.")
        self.outcome = Outcome(value, confidence, feedback, _calibrate(feedback, confidence))
        return self.outcome

    def skip(self) -> Outcome:
        """Show the answer without a prediction."""
        self.outcome = Outcome(None, "", None, "")
        return self.outcome

    def reset(self) -> None:
        """Hide the answer again."""
        self.outcome = None

    def spec(self) -> dict[str, Any]:
        """Return what the page may know before a commitment."""
        return {
            **self.question.spec(),
            "confidence": [{"id": k, "text": v} for k, v in CONFIDENCE.items()],
        }

    def reply(self) -> dict[str, Any]:
        """Return what the page may know now."""
        if self.outcome is None:
            return {"type": "predicted", "outcome": None}
        return {
            "type": "predicted",
            "outcome": self.outcome.spec(),
            "right": self.question.right_answer(),
            "explanation": self.question.explanation,
            "misconception": self.misconception,
            "citations": list(self.question.citations),
        }

    def line(self) -> str:
        """Return the question in one line, without its answer."""
        options = "; ".join(option.text for option in self.question.options)
        return f"Predict: {self.question.prompt}" + (f" ({options})" if options else "")


class PredictionHost:
    """What a widget needs to carry a prediction: answers to the page's three messages."""

    prediction: Prediction | None = None

    def on_predict(self, content: dict[str, Any]) -> None:
        """Commit to the page's answer; an incomplete one is answered with a sentence."""
        try:
            self._prediction().commit(content.get("value"), content.get("confidence", ""))
        except ValueError as error:
            self.send({"type": "refused", "text": str(error)})  # type: ignore[attr-defined]
        else:
            self.answered()
            self.send(self.reveal())  # type: ignore[attr-defined]

    def on_skip(self, _content: dict[str, Any]) -> None:
        """Show the answer at once."""
        self._prediction().skip()
        self.answered()
        self.send(self.reveal())  # type: ignore[attr-defined]

    def answered(self) -> None:
        """Do what a host does when the answer may be shown."""

    def reveal(self) -> dict[str, Any]:
        """Return what the page may know now; a host adds its own."""
        return self._prediction().reply()

    def _prediction(self) -> Prediction:
        if self.prediction is None:
            raise ValueError("There is nothing to predict here.")
        return self.prediction


class PredictionCard(PredictionHost, KitWidget):
    """A prediction that stands alone, without a figure."""

    view = traitlets.Unicode("prediction").tag(sync=True)

    def __init__(self, prediction: Prediction, lesson: str = "") -> None:
        self.prediction = prediction
        super().__init__(config={"lesson": lesson, "prediction": prediction.spec()})

    def reset(self) -> None:
        """Hide the answer again."""
        self._prediction().reset()
        self.send(self._prediction().reply())

    def summary(self) -> str:
        """Return the question, without its answer."""
        return self._prediction().line()


def _calibrate(feedback: Feedback, confidence: str) -> str:
    """Return a remark on how confidence and outcome go together."""
    if feedback.correct:
        return {
            "guess": "You guessed, and you were right: you know more than you think.",
            "fairly": "Fairly sure, and right.",
            "certain": "Certain, and right.",
        }[confidence]
    return {
        "guess": "A guess, and off: nothing lost.",
        "fairly": "Fairly sure, and off: worth a second look.",
        "certain": "Certain, and off: such surprises are remembered best. Read on.",
    }[confidence]
