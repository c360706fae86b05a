"""Studies against questions: which study asks what, with one question lit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.sheet import corners, sheet, width_of, write, write_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from oligoteach.charts.figure import TeachingFigure

EDGE = 8.0
HEADING = 40.0
UPRIGHT = 92.0  # height of the headings on a phone, where they stand upright
LINE = 16.0
LARGE, GROWN = 860, 1.2


class FitMatrix(list):  # type: ignore[type-arg]
    """The matrix and the list of its moving artists.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    rows : sequence of str
        Names of the studies.
    columns : sequence of str
        Names of the questions, in two lines each.
    fits : mapping of str to sequence of str
        For each study its mark by question: ``asks``, ``part``, ``unknown`` or ``no``.
    key : mapping of str to str
        What the marks mean.
    second : int
        Number of the row with which the second group of studies begins.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        rows: Sequence[str],
        columns: Sequence[str],
        fits: Mapping[str, Sequence[str]],
        key: Mapping[str, str],
        second: int,
    ) -> None:
        super().__init__()
        self._theme, self._figure = figure.theme, figure
        self._grown = GROWN if figure.width >= LARGE else 1.0
        axes = sheet(figure)
        line = LINE * self._grown
        below = (2 if figure.compact else 1) * line + 8
        self._top = UPRIGHT if figure.compact else HEADING * self._grown
        self._bottom = figure.height - below
        self._pitch = (self._bottom - self._top) / len(rows)
        self._names, self._fits = tuple(rows), fits
        names = max(self._wide(name) for name in rows) + 16
        self._columns = [
            EDGE + names + (i + 0.5) * (figure.width - 2 * EDGE - names) / len(columns)
            for i in range(len(columns))
        ]
        self._half = (self._columns[1] - self._columns[0]) / 2
        self._write_names(axes, rows, columns, second)
        self._band = axes.add_collection(
            PolyCollection(
                [],
                facecolors=to_rgba(figure.theme.blue, 0.14),
                edgecolors=figure.theme.blue,
                linewidths=1.4,
            )
        )
        self._marks = {fit: self._mark(axes, fit) for fit in key}
        self._write_key(axes, self._bottom + 8 + line / 2, key)
        self.extend([self._band, *self._marks.values()])

    def show(self, rows: Sequence[str], column: int) -> None:
        """Show some of the studies and light one question.

        Parameters
        ----------
        rows : sequence of str
            Names of studies whose marks are shown.
        column : int
            Number of the question that is lit.
        """
        x = self._columns[column]
        self._band.set_verts([corners(x - self._half + 2, 2, x + self._half - 2, self._bottom + 2)])
        for fit, mark in self._marks.items():
            places = [
                (self._columns[i], self._middle(self._names.index(name)))
                for name in rows
                for i, found in enumerate(self._fits[name])
                if found == fit
            ]
            mark.set_data([x for x, _ in places], [y for _, y in places])

    def _middle(self, row: int) -> float:
        return self._top + (row + 0.5) * self._pitch

    def _write_names(
        self, axes: Axes, rows: Sequence[str], columns: Sequence[str], second: int
    ) -> None:
        size = points(SMALL * self._grown)
        for x, words in zip(self._columns, columns, strict=True):
            if self._figure.compact:
                line = words.replace("-\n", "").replace("\n", " ")
                look = {"ha": "center", "va": "bottom", "rotation": 90}
                write_lines(axes, x, self._top - 6, line, fontsize=size, **look)
            else:
                write_lines(axes, x, self._top / 2, words, ha="center", fontsize=size)
        for row, name in enumerate(rows):
            self._write(axes, EDGE, self._middle(row), name)
        for row, look in ((0, "muted"), (second, "muted"), (len(rows), "line")):
            y = self._top + row * self._pitch
            colour = getattr(self._theme, look)
            axes.plot([EDGE, self._figure.width - EDGE], [y, y], color=colour, linewidth=0.9)

    def _write_key(self, axes: Axes, y: float, key: Mapping[str, str]) -> None:
        """Write what the marks mean, on one line or on two."""
        x, per_line = EDGE, 2 if self._figure.compact else 4
        for number, (fit, words) in enumerate(key.items()):
            if number == per_line:
                x, y = EDGE, y + LINE * self._grown
            self._mark(axes, fit).set_data([x + 6], [y])
            self._write(axes, x + 16, y, words)
            step = self._wide(words) + 30
            x += (self._figure.width - EDGE) / 2 if self._figure.compact else step

    def _mark(self, axes: Axes, fit: str) -> Line2D:
        theme = self._theme
        size = points(11 * self._grown)
        look: dict[str, Any] = {
            "asks": {"marker": "o", "color": theme.green, "ms": size},
            "part": {
                "marker": "o",
                "color": theme.green,
                "ms": size,
                "fillstyle": "left",
                "markerfacecoloralt": theme.ground,
            },
            "unknown": {"marker": "$?$", "color": theme.purple, "ms": size * 0.8, "mew": 0.3},
            "no": {"marker": "_", "color": theme.muted, "ms": size * 0.7, "mew": 1.2},
        }[fit]
        return axes.plot([], [], linestyle="none", zorder=4, **look)[0]

    def _write(self, axes: Axes, x: float, y: float, text: str) -> Any:
        return write(axes, x, y, text, fontsize=points(SMALL * self._grown))

    def _wide(self, text: str) -> float:
        return width_of(self._figure, text, SMALL * self._grown)
