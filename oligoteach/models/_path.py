"""Paths of yes-or-no questions as data, and the one function that walks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

S = TypeVar("S")


@dataclass(frozen=True)
class Question:
    """A question of a path.

    Attributes
    ----------
    id, text : str
    yes, no : str
        Ids of what follows.
    claims : tuple of str
        On what the question rests.
    """

    id: str
    text: str
    yes: str
    no: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class End:
    """An end of a path.

    Attributes
    ----------
    id, name : str
    standing : str
        How well it is backed.
    reason : str
        Why, in a sentence or two.
    claims : tuple of str
    """

    id: str
    name: str
    standing: str
    reason: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One answered question: its id and text, ``yes`` or ``no``, and why."""

    id: str
    text: str
    answer: Literal["yes", "no"]
    reason: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A part of the definition: whether it holds, and why."""

    name: str
    holds: bool
    reason: str
    claims: tuple[str, ...]


def all_hold(conditions: Sequence[Condition]) -> tuple[bool, str]:
    """Return whether all conditions hold, and why: what speaks against it, or else for it."""
    against = [part.reason for part in conditions if not part.holds]
    return not against, " ".join(against or (part.reason for part in conditions))


def trail(steps: Sequence[Step], end: End) -> tuple[str, ...]:
    """Return ids from the first question to the end."""
    return (*(step.id for step in steps), end.id)


def branches(questions: Sequence[Question]) -> dict[str, tuple[str, str]]:
    """Return what follows each question on "no" and on "yes", for a chart of the tree."""
    return {question.id: (question.no, question.yes) for question in questions}


def walk(
    questions: Sequence[Question],
    facts: Mapping[str, Callable[[S], tuple[bool, str]]],
    situation: S,
) -> tuple[tuple[Step, ...], str]:
    """Walk a path from its first question.

    Parameters
    ----------
    questions : sequence of Question
        The first one opens the path.
    facts : mapping of str to callable
        By id of a question: whether it holds for a situation, and why.
    situation : object
        What is known.

    Returns
    -------
    steps : tuple of Step
        Questions with answers, in order.
    end : str
        Id of the end.
    """
    known = {question.id: question for question in questions}
    steps: list[Step] = []
    node = questions[0].id
    while node in known:
        question = known[node]
        holds, reason = facts[node](situation)
        answer: Literal["yes", "no"] = "yes" if holds else "no"
        steps.append(Step(node, question.text, answer, reason, question.claims))
        node = question.yes if holds else question.no
    return tuple(steps), node
