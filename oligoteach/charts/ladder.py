"""Rows of labelled steps, one step of each row lit: categories side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from oligoteach.charts.sheet import corners, light, width_of, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, float, float, float]


class Ladder(list):  # type: ignore[type-arg]
    """The rows, and the list of their artists that move.

    Parameters
    ----------
    axes : Axes
        A sheet of page pixels.
    box : tuple of float
        Left, top, right and bottom edge.
    rows : mapping of str to sequence of (str, int)
        For each row its label, and the steps from left to right with their widths in units.
    """

    def __init__(self, axes: Axes, box: Box, rows: Mapping[str, Sequence[tuple[str, int]]]) -> None:
        from matplotlib.collections import PolyCollection

        super().__init__()
        left, top, right, bottom = box
        self._axes, self._theme = axes, axes.figure.theme
        start = left + max(width_of(axes.figure, label) for label in rows) + 10
        height = (bottom - top) / len(rows)
        self._boxes: dict[tuple[str, str], Box] = {}
        for number, (label, steps) in enumerate(rows.items()):
            y = top + number * height
            write(axes, left, y + height / 2, label)
            unit = (right - start) / sum(width for _, width in steps)
            x = start
            for step, width in steps:
                self._boxes[label, step] = (x + 1, y + 1.5, x + width * unit - 1, y + height - 1.5)
                x += width * unit
        self._rest()
        self._frames = PolyCollection([], **light(self._theme))
        axes.add_collection(self._frames, autolim=False)
        self.append(self._frames)

    def show(self, lit: Mapping[str, str], leading: str) -> None:
        """Light one step of each row.

        Parameters
        ----------
        lit : mapping of str to str
            Step by row.
        leading : str
            Row that leads: its step is lit fully, the others' only framed.
        """
        full = light(self._theme)["facecolors"]
        self._frames.set_verts([corners(*self._boxes[row, step]) for row, step in lit.items()])
        self._frames.set_facecolors([full if row == leading else (0, 0, 0, 0) for row in lit])

    def _rest(self) -> None:
        from matplotlib.collections import PolyCollection

        self._axes.add_collection(
            PolyCollection(
                [corners(*box) for box in self._boxes.values()],
                facecolors=self._theme.soft_muted,
                edgecolors=self._theme.line,
                linewidths=0.8,
            ),
            autolim=False,
        )
        for (_, step), (left, top, right, bottom) in self._boxes.items():
            write(
                self._axes,
                (left + right) / 2,
                (top + bottom) / 2,
                step,
                ha="center",
            )
