"""Which lessons there are, and what the front page says about each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

_NUMBERED = re.compile(r"(\d\d)_(.+)")
_COMMENT = re.compile(r"<!--.*?-->")


@dataclass(frozen=True)
class Card:
    """A lesson as the front page shows it.

    Attributes
    ----------
    name : str
        Key of the lesson's progress in the browser.
    number : int or None
        Place in the course; None for a notebook that is not numbered.
    file : str
        File name of its notebook.
    title, question, about : str
        Words for the reader; ``question`` and ``about`` may be empty.
    minutes : int or None
        How long it takes.
    """

    name: str
    number: int | None
    file: str
    title: str
    question: str = ""
    about: str = ""
    minutes: int | None = None

    @property
    def href(self) -> str:
        """Address of the lesson, relative to the server's base address."""
        return f"voila/render/{quote(self.file)}"


class Catalogue:
    """The lessons of a folder, in the order of the course.

    Parameters
    ----------
    folder : Path
        Where the notebooks lie.
    open_folder : bool
        True serves every notebook directly in the folder; False, for the course itself, only
        notebooks that belong to one of its lessons.
    """

    def __init__(self, folder: Path, *, open_folder: bool = False) -> None:
        self.folder = folder
        self._open = open_folder

    @cached_property
    def cards(self) -> list[Card]:
        """One card for each lesson that is served."""
        described = {card.file: card for card in _course()}
        present = sorted(path.name for path in self.folder.glob("*.ipynb"))
        if not self._open:
            return [card for file, card in described.items() if file in present]
        cards = [described.get(file) or _read_card(self.folder / file) for file in present]
        return sorted(cards, key=lambda card: (card.number is None, card.number, card.file))

    def __contains__(self, file: object) -> bool:
        """Whether a file name, and nothing else, is a lesson's."""
        return any(card.file == file for card in self.cards)

    def neighbours(self, file: str) -> tuple[Card | None, Card | None]:
        """Return the lessons before and after a lesson, or None at an end."""
        files = [card.file for card in self.cards]
        if file not in files:
            return None, None
        at = files.index(file)
        before = self.cards[at - 1] if at > 0 else None
        after = self.cards[at + 1] if at + 1 < len(files) else None
        return before, after


def _course() -> list[Card]:
    from oligoteach.evidence import lessons

    return [
        Card(
            name=lesson.name,
            number=lesson.number,
            file=f"{lesson.notebook}.ipynb",
            title=lesson.title,
            question=lesson.question,
            about=lesson.about,
            minutes=lesson.minutes,
        )
        for lesson in lessons()
    ]


def _read_card(path: Path) -> Card:
    """Describe a notebook that the course does not know by its name and first heading."""
    numbered = _NUMBERED.fullmatch(path.stem)
    name = numbered[2] if numbered else path.stem
    return Card(
        name=name,
        number=int(numbered[1]) if numbered else None,
        file=path.name,
        title=_heading(path) or name.replace("_", " ").capitalize(),
    )


def _heading(path: Path) -> str:
    try:
        cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    prose = ("".join(cell["source"]) for cell in cells if cell.get("cell_type") == "markdown")
    headings = (line[2:] for text in prose for line in text.splitlines() if line.startswith("# "))
    return _COMMENT.sub("", next(headings, "")).strip()
