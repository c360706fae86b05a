"""What figures of decision paths share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


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
