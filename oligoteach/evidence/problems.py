"""What a check finds, as one sentence with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    Attributes
    ----------
    file : str
        Path of the file, relative to what was checked.
    where : str
        Row of a table, line of a text, or ``cell 3 line 2`` of a notebook; all count from 1.
    field : str
        Column, key or part of the text.
    rule : str
        Short name of the rule, in kebab case.
    sentence : str
        What is wrong and what is allowed.
    key : str
        Key of the table row, parts joined by ``/``; empty outside the tables.
    excusable : bool
        Whether a line in ``known_oddities.csv`` may turn this problem into a note. Only rules
        that a faithful copy of a published figure can break are excusable.
    """

    file: str
    where: str
    field: str
    rule: str
    sentence: str
    key: str = ""
    excusable: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.where} {self.field}: {self.rule} — {self.sentence}"

    def as_dict(self) -> dict[str, str | bool]:
        """Return the fields as plain values for JSON."""
        return asdict(self)


class EvidenceError(ValueError):
    """The shipped data cannot be used; the message lists every problem found."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
