"""What a chart of years shows: plain values without matplotlib, so that they load at once."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {
    "for": "in favour",
    "none": "not met or no difference",
    "unseen": "figures not seen",
    "series": "not randomised",
    "lab": "laboratory",
    "rules": "definition or guidance",
    "plan": "planned, no result",
}
"""Kinds of events and what their signs mean."""


@dataclass(frozen=True)
class Item:
    """An event: its year, lane, kind (a key of ``KINDS``), and its words.

    Attributes
    ----------
    words, brief : str
        In its lane, where there is room and where there is little.
    long_words : str
        In the list on a phone.
    """

    year: int
    lane: str
    kind: str
    words: str
    brief: str
    long_words: str
