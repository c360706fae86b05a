"""Rows with points and intervals that end in what is pooled of them: diamonds and a bar.

A line whose role is ``pooled`` is a diamond as wide as its interval, ``again`` the same, smaller
(a pool without one of the rows), and ``range`` a bar without a point (where another trial may
lie). What runs out of the axis has an arrow there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matplotlib.collections import LineCollection, PolyCollection

from oligoteach.charts.figure import points
from oligoteach.charts.interval_rows import IntervalRows
from oligoteach.charts.rows import Block, Mark, Point, Scale

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

MORE_TEXTS = 32
DIAMONDS = {"pooled": 9.0, "again": 5.0}  # half the height, in page pixels
RANGE = "range"


class PooledRows(IntervalRows):
    """A chart of rows with what is pooled of them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    """

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__(figure)
        self._pool += [self._text() for _ in range(MORE_TEXTS)]
        self._pixel = 1.0 / (figure.height - 72.0)  # of the height of the rows
        theme = self.theme
        self["diamonds"] = self.axes.add_collection(
            PolyCollection([], facecolors=theme.blue, edgecolors=theme.blue, zorder=5),
            autolim=False,
        )
        self["range"] = self.axes.add_collection(
            LineCollection([], colors=theme.blue, linewidths=points(4), zorder=4), autolim=False
        )
        for side, marker in (("left", "<"), ("right", ">")):
            self[f"ends-{side}"] = self.axes.plot(
                [], [], marker, color=theme.blue, markersize=points(8), clip_on=False, zorder=6
            )[0]

    def show(self, blocks: Sequence[Block], scale: Scale) -> None:
        """Show these blocks on this axis."""
        super().show(blocks, scale)

    def _place_points(self, placed: Sequence[Point]) -> None:
        """Place the rows' points, then what is pooled of them."""
        own = {*DIAMONDS, RANGE}
        super()._place_points([point for point in placed if point.line.role not in own])
        pooled = [point for point in placed if point.line.role in own and point.line.mark]
        low, high = self.axes.get_xlim()
        self["diamonds"].set_verts(
            [
                self._diamond(point.line.mark, point.y, DIAMONDS[point.line.role], low, high)
                for point in pooled
                if point.line.role in DIAMONDS
            ]
        )
        self["range"].set_segments(
            [
                [(max(p.line.mark.low, low), p.y), (min(p.line.mark.high, high), p.y)]
                for p in pooled
                if p.line.role == RANGE
            ]
        )
        _put(self["ends-left"], ((low, p.y) for p in pooled if p.line.mark.low < low))
        _put(self["ends-right"], ((high, p.y) for p in pooled if p.line.mark.high > high))

    def _diamond(
        self, mark: Mark, y: float, half: float, low: float, high: float
    ) -> list[tuple[float, float]]:
        """Return the corners of a diamond; one that runs out of the axis is cut there."""
        rise = half * self._pixel
        return [
            (max(mark.low, low), y),
            (mark.value, y - rise),
            (min(mark.high, high), y),
            (mark.value, y + rise),
        ]


def _put(line: object, places: Iterator[tuple[float, float]]) -> None:
    xy = list(places)
    line.set_data([x for x, _ in xy], [y for _, y in xy])
    line.set_visible(bool(xy))
