"""A set of questions on the page, each answered with feedback on the very option chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import traitlets

from oligoteach.widgets._base import KitWidget
from oligoteach.widgets.question import Question

MODES = ("practice", "test")


class Quiz(KitWidget):
    """Questions with feedback.

    Parameters
    ----------
    key : str
        Stable id of the set.
    questions : iterable of Question
        The questions, in order.
    lesson : str
        The lesson under which answers are kept in the browser.
    title : str
        Heading.
    mode : {"practice", "test"}
        In practice each answer is judged at once; in a test all of them are judged together at
        the end, and the result is kept so that a later sitting can be compared.
    """

    view = traitlets.Unicode("quiz").tag(sync=True)

    def __init__(
        self,
        key: str,
        questions: Iterable[Question],
        lesson: str = "",
        title: str = "Questions",
        mode: str = "practice",
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"quiz {key!r}: mode {mode!r} is not one of {', '.join(MODES)}")
        self.questions = {question.id: question for question in questions}
        super().__init__(
            config={
                "key": key,
                "lesson": lesson,
                "title": title,
                "mode": mode,
                "questions": [question.spec() for question in self.questions.values()],
            }
        )

    def on_answer(self, content: dict[str, Any]) -> None:
        """Judge one answer and send the feedback, or the sentence that says what is missing."""
        question = self._question(content.get("id"))
        try:
            feedback = question.judge(content.get("value"))
        except ValueError as error:
            self.send({"type": "refused", "id": question.id, "text": str(error)})
            return
        self.send(
            {
                "type": "judged",
                "id": question.id,
                "value": content.get("value"),
                "restored": bool(content.get("restored")),
                "citations": list(question.citations),
                **feedback.spec(),
            }
        )

    def reset(self) -> None:
        """Show the questions as unanswered."""
        self.send({"type": "reset"})

    def summary(self) -> str:
        """Return the questions and their options, without the answers."""
        lines = [f"{self.config['title']} – questions: {len(self.questions)}"]
        for number, question in enumerate(self.questions.values(), 1):
            lines.append(f"{number}. {question.prompt}")
            lines.extend(f"   – {option.text}" for option in question.options)
        return "\n".join(lines)

    def _question(self, key: Any) -> Question:
        if key not in self.questions:
            raise ValueError(f"There is no question {key!r} here.")
        return self.questions[key]
