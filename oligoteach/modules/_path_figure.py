"""What figures of decision paths share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oligoteach.modules._trials import basis

COLUMNS = ("Question", "Answer", "Why", "What the audit says of its claims")


def spread(figure: Any, start: float, conditions: Sequence[str]) -> list[float]:
    """Return where conditions in a line begin, with the same space before each of them."""
    from oligoteach.charts.sheet import width_of

    widths = [22 + width_of(figure, words) for words in conditions]
    space = (figure.width - 8 - start - sum(widths)) / len(widths)
    return [start + (i + 1) * space + sum(widths[:i]) for i in range(len(widths))]


def path_tree(
    axes: Any, box: tuple[float, float, float, float], path: Any, questions: Any, ends: Any
) -> Any:
    """Draw the tree of a path.

    Parameters
    ----------
    axes : Axes
        A sheet of page pixels.
    box : tuple of float
        Left, top, right and bottom edge.
    path : module
        A model with ``ROOT`` and ``branches()``.
    questions : mapping of str to (str, str)
        Words of each question in a box and in a line, in their order.
    ends : mapping of str to str
        Words of each end.
    """
    from oligoteach.charts.decision_tree import DecisionTree

    return DecisionTree(
        axes,
        box,
        path.ROOT,
        path.branches(),
        {key: short for key, (short, _) in questions.items()},
        ends,
        {key: str(number) for number, key in enumerate(questions, 1)},
    )


def show_answers(artists: Mapping[str, Any], decision: Any, questions: Sequence[str]) -> None:
    """Light the way through the tree, the conditions that hold, and the answers in lines."""
    artists["tree"].show(decision.path)
    artists["checks"].show([part.holds for part in decision.conditions])
    given = {step.id: step.answer for step in decision.steps}
    for answer, key in zip(artists["answers"], questions, strict=False):  # in lines on a phone only
        answer.set_text(given.get(key, "–"))


def path_words(decision: Any, questions: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Yield where a path ends, and the answers that lead there."""
    yield f"The path ends at “{decision.end.name}” ({decision.end.standing})."
    yield "; ".join(f"{questions[step.id][1]} {step.answer}" for step in decision.steps) + "."


def path_rows(decision: Any, conditions: str) -> list[list[Any]]:
    """Return a row for each condition, each answered question and the end.

    Parameters
    ----------
    decision : Decision
        Of one of the models with a path.
    conditions : str
        What the conditions are of.
    """
    rows: list[list[Any]] = []
    for part in decision.conditions:
        answer = {"text": "yes" if part.holds else "no", "tone": "ok" if part.holds else "bad"}
        rows.append([f"{conditions}: {part.name}", answer, part.reason, basis(part.claims)])
    rows += [[step.text, step.answer, step.reason, basis(step.claims)] for step in decision.steps]
    end = decision.end
    return [*rows, [f"End: {end.name}", end.standing, end.reason, basis(end.claims)]]
