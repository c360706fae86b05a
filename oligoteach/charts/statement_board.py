"""Statements in groups, each with a sign and a word for how it stands; others step back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.sheet import sheet, write

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

TONES = {"ok": "green", "note": "green", "bad": "vermillion", "open": "purple"}
SIGNS = {"ok": "✓", "note": "✓", "bad": "×", "open": "?"}
EDGE, INDENT = 8.0, 18.0
LARGE, GROWN = 760, 1.25  # from this width on, words are so much larger
WIDE = 620  # from this width on the whole judgement stands behind each statement


@dataclass(frozen=True)
class Statement:
    """A statement: its words, what it is in a word or two, the judgement on it, and its tone."""

    words: str
    standing: str
    judgement: str
    tone: str
    lit: bool = True


@dataclass(frozen=True)
class Group:
    """Statements under a heading."""

    heading: str
    statements: Sequence[Statement]


class StatementBoard(dict[str, Any]):
    """The board and its artists that move: statements of fixed words, lit or not.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    groups : sequence of Group
        From the top. :meth:`show` takes groups of the same shape.
    """

    def __init__(self, figure: TeachingFigure, groups: Sequence[Group]) -> None:
        super().__init__()
        self._theme = figure.theme
        axes = sheet(figure)
        compact = figure.compact  # what a statement is stands below it, for want of room
        each = 2 if compact else 1
        n_lines = sum(each * len(group.statements) + 1 for group in groups)
        gap = 0.35
        pitch = (figure.height - 12) / (n_lines + gap * (len(groups) - 1))
        self._wide = figure.width >= WIDE
        size = points(SMALL * (GROWN if figure.width >= LARGE else 1.0))
        self["signs"], self["words"], self["judgements"] = [], [], []
        y = 6 + pitch / 2
        for index, group in enumerate(groups):
            if index:
                middle = y - pitch / 2 + gap * pitch / 2
                axes.plot([EDGE, figure.width - EDGE], [middle] * 2, color=self._theme.line, lw=0.8)
                y += gap * pitch
            write(axes, EDGE, y, group.heading, weight="bold", fontsize=size)
            for _ in group.statements:
                y += pitch
                self["signs"].append(write(axes, EDGE, y, weight="bold", fontsize=size))
                self["words"].append(write(axes, EDGE + INDENT, y, fontsize=size))
                if compact:
                    y += pitch * 0.95
                place = {"x": figure.width - EDGE, "ha": "right"}
                if compact:
                    place = {"x": EDGE + INDENT, "ha": "left"}
                self["judgements"].append(write(axes, y=y, fontsize=size, **place))
                y += pitch * 0.05 if compact else 0
            y += pitch
        self.show(groups)

    def show(self, groups: Sequence[Group]) -> None:
        """Light those statements that are to stand out."""
        lines = [line for group in groups for line in group.statements]
        for index, line in enumerate(lines):
            colour = getattr(self._theme, TONES[line.tone]) if line.lit else self._theme.line
            self["signs"][index].set(text=SIGNS[line.tone], color=colour)
            ink = self._theme.ink if line.lit else self._theme.muted
            self["words"][index].set(text=line.words, color=ink)
            words = f"{line.standing} · {line.judgement}" if self._wide else line.standing
            self["judgements"][index].set(text=words if line.lit else "", color=colour)
