"""A matrix of limits: rows of values against columns of sources, each cell kept, broken or open.

Colour and sign say the same, so that neither is needed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba

from oligoteach.charts.figure import SMALL
from oligoteach.charts.sheet import corners, sheet
from oligoteach.charts.wording import Words

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
EDGE, NAMES, FEW_NAMES = 10.0, 190.0, 84.0
LINE = 15.0  # page pixels from one line of words to the next
HEAD, FOOT = 40.0, 26.0
COMPACT_HEAD, COMPACT_FOOT = 58.0, 40.0
TIGHT = 31.0  # columns narrower than this put their limits high and low in turn
APART = 20.0  # room at the right for the sign that columns disagree
SIGNS = {"kept": "✓", "broken": "✗"}


@dataclass(frozen=True)
class Cell:
    """A limit as it is written, how the row's value stands to it, and whether it is unverified."""

    text: str
    state: str
    doubted: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its name, its value, its cells by column, and whether they disagree."""

    name: str
    value: str
    cells: Sequence[Cell | None]
    disagree: bool


class LimitMatrix(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    rows : int
        Rows that are shown.
    keys : sequence of str
        What stands below, in one line or, on a phone, in a line each.
    """

    def __init__(self, figure: TeachingFigure, rows: int, keys: Sequence[str]) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        g = self._grown = GROWN if figure.width >= LARGE else 1.0
        self._left = EDGE + (FEW_NAMES if self.compact else NAMES * g)
        self._room = figure.width - self._left - APART - EDGE
        self._top = COMPACT_HEAD if self.compact else HEAD * g
        below = COMPACT_FOOT if self.compact else FOOT * g
        self._step = (figure.height - self._top - below) / rows
        self._value_at = self._left - 8
        axes = sheet(figure)
        theme = self.theme
        self["fields"] = axes.add_collection(PolyCollection([], zorder=1), autolim=False)
        self["rules"] = axes.add_collection(
            LineCollection([], colors=theme.line, linewidths=0.8, zorder=0.5), autolim=False
        )
        size = SMALL * g
        self["names"] = Words(figure, axes, size)
        side = "left" if self.compact else "right"
        self["values"] = Words(figure, axes, size, align=side, weight="bold")
        self["heads"] = Words(figure, axes, size, align="center")
        self["cells"] = Words(figure, axes, size, align="center")
        self["apart"] = Words(figure, axes, size + 2, align="center", weight="bold")
        lines = list(keys) if self.compact else ["  ".join(keys)]
        first = figure.height - below / 2 - (len(lines) - 1) * LINE / 2
        foot = Words(figure, axes, size)
        foot.show(lines, [(EDGE, first + i * LINE) for i in range(len(lines))])
        foot.set_facecolor(theme.muted)
        self._right = figure.width - EDGE

    def show(self, heads: Sequence[str], rows: Sequence[Row]) -> None:
        """Show these columns, each with its name in at most two lines, and these rows."""
        pitch = self._room / max(len(heads), 1)
        middles = self._left + pitch * (np.arange(len(heads)) + 0.5)
        at = self._top + self._step * (np.arange(len(rows)) + 0.5)
        self._head(heads, middles)
        self._name(rows, at)
        grid = [
            (x, y, cell)
            for y, row in zip(at, rows, strict=True)
            for x, cell in zip(middles, row.cells, strict=True)
        ]
        self._write(grid, len(heads), tight=pitch < TIGHT)
        self._fill([(x, y, cell) for x, y, cell in grid if cell is not None], pitch)
        split = [y for y, row in zip(at, rows, strict=True) if row.disagree]
        self["apart"].show(["≠"] * len(split), [(self._right - APART / 2, y) for y in split])
        lines = [self._top + self._step * i for i in range(len(rows) + 1)]
        self["rules"].set_segments([[(EDGE, y), (self._right, y)] for y in lines])

    def _fill(self, grid: Sequence[tuple[float, float, Cell]], pitch: float) -> None:
        """Colour the cells that have a limit, with a frame around those that are unverified."""
        wide, high = pitch / 2 - 2, self._step / 2 - 1.5
        theme = self.theme
        fills = {"kept": theme.soft_green, "broken": theme.soft_vermillion}
        self["fields"].set_verts(
            [corners(x - wide, y - high, x + wide, y + high) for x, y, _ in grid]
        )
        self["fields"].set_facecolors([to_rgba(fills[cell.state]) for *_, cell in grid])
        self["fields"].set_edgecolors(
            [to_rgba(theme.purple, float(cell.doubted)) for *_, cell in grid]
        )

    def _name(self, rows: Sequence[Row], at: Any) -> None:
        """Write the rows' names and values side by side, on a phone one below the other."""
        up = LINE / 2 if self.compact else 0.0
        self["names"].show([row.name for row in rows], [(EDGE, y - up) for y in at])
        edge = EDGE if self.compact else self._value_at
        self["values"].show([row.value for row in rows], [(edge, y + up) for y in at])

    def _write(
        self, grid: Sequence[tuple[float, float, Cell | None]], columns: int, tight: bool
    ) -> None:
        """Write limits and signs, on a phone the sign below or, in turn, above."""
        words, places = [], []
        for i, (x, y, cell) in enumerate(grid):
            lines = self._lines(cell)
            if tight and i % columns % 2:
                lines.reverse()
            for j, line in enumerate(lines):
                words.append(line)
                places.append((x, y + (j - (len(lines) - 1) / 2) * LINE))
        self["cells"].show(words, places)

    def _lines(self, cell: Cell | None) -> list[str]:
        """Return what stands in a cell."""
        if cell is None:
            return ["–"]
        sign = f"{SIGNS[cell.state]}{'?' if cell.doubted else ''}"
        return [cell.text, sign] if self.compact else [f"{cell.text} {sign}"]

    def _head(self, heads: Sequence[str], middles: Any) -> None:
        """Write names of columns on one line or two, on a phone at three heights in turn."""
        words, places = [], []
        for i, (x, head) in enumerate(zip(middles, heads, strict=True)):
            lines = [head] if self.compact else head.split(" ", 1)
            first = self._top / 2 + 2 - (len(lines) - 1) * LINE / 2 * self._grown
            if self.compact:
                first += (i % 3 - 1) * (LINE + 1)
            for j, line in enumerate(lines):
                words.append(line)
                places.append((x, first + j * LINE * self._grown))
        self["heads"].show(words, places)
