"""Rows of points on one axis, with curves above them on the same axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.interval_rows import EDGE, WIDE_LEFT, WIDE_RIGHT, IntervalRows
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

SHARE = 0.3  # of the figure's height is the curves'
TOP, BELOW = 24, 30  # page pixels above and below the curves
MOST = 2
ROOM, LOWER = 0.85, 6.0  # a name stands behind its curve up to this share of the axis, else below


@dataclass(frozen=True)
class Over:
    """A curve above the rows: its name, and values in per cent; NaN is not drawn."""

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]


class CurveRows(IntervalRows):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    column : str
        What the words beside the rows are; left out on a phone.
    """

    def __init__(self, figure: TeachingFigure, column: str) -> None:
        super().__init__(figure)
        self._over(figure)
        if not self.compact:
            self._head(figure, column)

    def show_over(
        self,
        curves: Sequence[Over],
        own: float,
        dots: Sequence[tuple[float, float]],
        others: Sequence[tuple[float, float]],
        heading: str,
        note: str,
    ) -> None:
        """Show curves, and the chosen place on the axis.

        Parameters
        ----------
        curves : sequence of Over
            Two at most.
        own : float
            Chosen place on the axis; a line marks it through curves and rows.
        dots, others : sequence of (float, float)
            Places on the curves of the chosen one, and of other rows.
        heading : str
            Words above the curves.
        note : str
            Words in place of curves.
        """
        high = self.axes.get_xlim()[1]
        for index in range(MOST):
            shown = index < len(curves)
            line, name = self["over"][index], self["over_names"][index]
            line.set_visible(shown)
            name.set_visible(shown)
            if shown:
                self._place(line, name, curves[index])
        for key, places in (("own_dots", dots), ("other_dots", others)):
            self[key].set_data([x for x, _ in places], [y for _, y in places])
        x = min(own, high)
        self["own_over"].set_data([x, x], [0, 100])
        self["own_rows"].set_data([x, x], [0, 1])
        self["beyond"].set_data([high] if own > high else [], [50] if own > high else [])
        self["heading"].set_text(heading)
        self["note"].set_text(note)

    def _place(self, line: object, name: Stamp, curve: Over) -> None:
        """Draw one curve, its name at its last point."""
        line.set_data(curve.x, curve.y)  # type: ignore[attr-defined]
        held = np.flatnonzero(np.isfinite(curve.y))
        name.set_visible(held.size > 0)
        if held.size:
            x, y = float(curve.x[held[-1]]), float(curve.y[held[-1]])
            inner = x < ROOM * self.axes.get_xlim()[1]
            name.set(position=(x, y if inner else y - LOWER), ha="left" if inner else "right")
            name.set_va("top" if not inner or name is not self["over_names"][0] else "bottom")
            name.set_text(f" {curve.name}")

    def _panel(self, figure: TeachingFigure) -> Axes:
        left = 46 if self.compact else WIDE_LEFT * self._grown
        right = EDGE + 10 if self.compact else WIDE_RIGHT * self._grown
        top = SHARE * figure.height + (TOP + BELOW) * self._grown
        self._sides = left, right
        axes = figure.panel(left=left, right=right, top=top, bottom=68)
        return self._dress(axes)

    def _over(self, figure: TeachingFigure) -> None:
        g, theme = self._grown, self.theme
        left, right = self._sides
        below = figure.height - (SHARE * figure.height + TOP * g)
        axes = figure.panel(left=left, right=right, top=TOP * g, bottom=below)
        axes.sharex(self.axes)
        axes.set_ylim(0, 105)
        axes.yaxis.set_major_locator(FixedLocator((0, 50, 100)))
        axes.tick_params(labelsize=points(SMALL * g), labelbottom=False)
        colours = (theme.ink, theme.green)
        self["over"] = [
            axes.plot([], [], color=colour, linewidth=2.2, linestyle=style)[0]
            for colour, style in zip(colours, ("solid", (0, (5, 2))), strict=True)
        ]
        look = {"fontsize": points(SMALL * g), "clip_on": False}
        self["over_names"] = [
            stamp(axes, color=colour, zorder=6, va=side, **look)
            for colour, side in zip(colours, ("bottom", "top"), strict=True)
        ]
        self["other_dots"] = self._dots(axes, theme.muted, theme.ground, 8)
        self["own_dots"] = self._dots(axes, theme.blue, theme.blue, 11)
        for key, panel in (("own_over", axes), ("own_rows", self.axes)):
            self[key] = panel.plot([], [], color=theme.blue, linewidth=1.2, linestyle=":")[0]
        self["beyond"] = axes.plot(
            [], [], ">", color=theme.blue, markersize=points(10), clip_on=False, zorder=6
        )[0]
        place = (8 / figure.width, 1 - 11 * g / figure.height)
        self["heading"] = stamp(
            axes,
            transform=figure.transFigure,
            position=place,
            color=theme.ink,
            fontweight="bold",
            va="center",
            **look,
        )
        self["note"] = stamp(
            axes,
            transform=axes.transAxes,
            position=(0.5, 0.5) if not self.compact else (0.45, 0.5),
            color=theme.muted,
            ha="center",
            va="center",
            linespacing=1.25,
            zorder=2,
            **look,
        )

    def _head(self, figure: TeachingFigure, column: str) -> None:
        """Write above the words beside the rows what they are."""
        below = SHARE * figure.height + (TOP + BELOW - 12) * self._grown
        stamp(
            self.axes,
            transform=figure.transFigure,
            position=(self._columns["right"] / figure.width, 1 - below / figure.height),
            text=column,
            color=self.theme.muted,
            fontsize=points(SMALL * self._grown),
            va="center",
            clip_on=False,
        )

    def _dots(self, axes: Axes, edge: str, face: str, size: float) -> object:
        (line,) = axes.plot(
            [],
            [],
            "o",
            color=edge,
            markerfacecolor=face,
            markersize=points(size),
            markeredgewidth=1.4,
            zorder=5,
            clip_on=False,
        )
        return line
