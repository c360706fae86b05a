"""A matrix of answers: rows put against columns, each cell yes, no, open, not stated or unopposed.

Colour and sign say the same, so that neither is needed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oligoteach.charts.sheet import corners, tick, width_of, write, write_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, float, float, float]

ANSWERS = ("not stated", "yes", "no", "cannot tell", "nothing against")
NOT_STATED, YES, NO, CANNOT_TELL, NOTHING_AGAINST = range(5)

_GAP = 10.0
# Headers lie flat where a column has room for them, and stand upright elsewhere.
_FLAT_FROM = 66.0


class AnswerMatrix(list):  # type: ignore[type-arg]
    """The matrix, and the list of its artists that move.

    Parameters
    ----------
    axes : Axes
        A sheet of page pixels.
    box : tuple of float
        Left, top, right and bottom edge; headers stand above the top edge, totals below.
    rows, columns : sequence of str
        Names. The first column is the answer over all others and stands a little apart.
    limits : sequence of str, optional
        A short text for each row between name and answers.
    breaks : sequence of int
        Rows before which a line is drawn.
    """

    def __init__(
        self,
        axes: Axes,
        box: Box,
        rows: Sequence[str],
        columns: Sequence[str],
        limits: Sequence[str] = (),
        breaks: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self._axes, self._theme, self.columns = axes, axes.figure.theme, tuple(columns)
        left, top, right, bottom = box
        self._top, self._row = top, (bottom - top) / len(rows)
        names = max(width_of(axes.figure, name) for name in rows) + 6
        beside = max((width_of(axes.figure, text) for text in limits), default=-8.0) + 8
        start = left + names + beside
        self._pitch = (right - start - _GAP) / len(columns)
        self._x = [start + i * self._pitch + (_GAP if i else 0) for i in range(len(columns))]
        self._write(left, left + names, rows, columns, limits)
        self._rule(left, right, breaks)
        self._cells(len(rows))
        self._marks()
        self._totals = [write(axes, x + self._pitch / 2, bottom + 11, ha="center") for x in self._x]
        write(axes, left, bottom + 11, "Times “no”", color=self._theme.muted)
        self.extend(self._totals)

    def show(self, answers: np.ndarray, starred: Sequence[int] = ()) -> None:
        """Show answers.

        Parameters
        ----------
        answers : ndarray of int, shape (rows, columns)
            Places in ``ANSWERS``; the first column is the answer over all.
        starred : sequence of int
            Rows whose overall answer bears a star.
        """
        self._shades.set_facecolors(self._colours[answers.ravel()])
        for answer, mark in self._signs.items():
            row, column = np.nonzero(answers == answer)
            mark.set_data(np.asarray(self._x)[column] + self._pitch / 2, self._middle(row))
        stars = np.asarray(starred, dtype=int)
        edge = self._x[0] + self._pitch + _GAP / 2
        self._stars.set_data(np.full(len(stars), edge), self._middle(stars))
        for text, count in zip(self._totals, (answers == NO).sum(axis=0), strict=True):
            text.set_text(str(count) if count else "")

    def _middle(self, rows: Any) -> Any:
        return self._top + (np.asarray(rows) + 0.5) * self._row

    def _write(
        self,
        left: float,
        beside: float,
        rows: Sequence[str],
        columns: Sequence[str],
        limits: Sequence[str],
    ) -> None:
        for index, name in enumerate(rows):
            write(self._axes, left, self._middle(index), name)
        for index, text in enumerate(limits):
            write(self._axes, beside, self._middle(index), text, color=self._theme.muted)
        flat = self._pitch >= _FLAT_FROM
        for x, name in zip(self._x, columns, strict=True):
            write_lines(
                self._axes,
                x + self._pitch / 2,
                self._top - 5,
                name,
                ha="center",
                va="bottom",
                weight="bold" if x == self._x[0] else "normal",
                rotation=0 if flat else 90,
            )

    def _rule(self, left: float, right: float, breaks: Sequence[int]) -> None:
        for row in (0, *breaks):
            y = self._top + row * self._row
            self._axes.plot([left, right], [y, y], color=self._theme.muted, linewidth=0.8)

    def _cells(self, n_rows: int) -> None:
        from matplotlib.collections import PolyCollection
        from matplotlib.colors import to_rgba

        theme = self._theme
        shades = (
            theme.ground,
            theme.soft_green,
            theme.soft_vermillion,
            theme.soft_blue,
            theme.soft_muted,
        )
        self._colours = np.array([to_rgba(shade) for shade in shades])
        boxes = [self._box(x, self._top + r * self._row) for r in range(n_rows) for x in self._x]
        self._shades = PolyCollection(boxes, linewidths=0, zorder=2)
        self._axes.add_collection(self._shades, autolim=False)
        self.append(self._shades)

    def _box(self, x: float, y: float) -> list[tuple[float, float]]:
        return corners(x + 1, y + 1, x + self._pitch - 1, y + self._row - 1)

    def _marks(self) -> None:
        theme, size = self._theme, min(self._row, self._pitch) * 0.36
        looks: dict[int, dict[str, Any]] = {
            NOT_STATED: {"marker": "o", "ms": 1.8, "color": theme.muted},
            YES: {"marker": tick(), "ms": size, "color": theme.green, "mfc": "none", "mew": 1.6},
            NO: {"marker": "x", "ms": size * 0.8, "color": theme.vermillion, "mew": 1.8},
            CANNOT_TELL: {"marker": "$?$", "ms": size * 1.1, "color": theme.blue, "mew": 0.2},
            NOTHING_AGAINST: {
                "marker": "o",
                "ms": size * 0.9,
                "color": theme.ink,
                "mfc": "none",
                "mew": 1.3,
            },
        }
        self._signs = {
            answer: self._axes.plot([], [], linestyle="none", zorder=3, **look)[0]
            for answer, look in looks.items()
        }
        star = {"marker": (5, 2), "ms": 5, "color": theme.ink, "mew": 0.9}
        self._stars = self._axes.plot([], [], linestyle="none", zorder=4, **star)[0]
        self.extend([*self._signs.values(), self._stars])
