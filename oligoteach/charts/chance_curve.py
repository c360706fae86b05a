"""A chance against a size on a log axis: a family of curves, one of them chosen, and a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import label_axes, stamp

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2
LINE = 18  # page pixels from line to line of the heading
HALF = 50.0


class ChanceCurves(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    names : sequence of str
        Names of the curves, as short as possible: they stand beside them.
    limits : tuple of float
        Ends of the horizontal axis.
    ticks : sequence of float
        Its ticks.
    label : str
        What it shows.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        names: Sequence[str],
        limits: tuple[float, float],
        ticks: Sequence[float],
        label: str,
    ) -> None:
        super().__init__()
        self.theme = figure.theme
        grown = GROWN if figure.width >= LARGE else 1.0
        lines = 3 if figure.compact else 2
        axes = figure.panel(left=58, right=14, top=12 + lines * LINE * grown, bottom=66)
        axes.set_xscale("log")
        axes.set(xlim=limits, ylim=(0, 102))
        axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 25)))
        axes.tick_params(labelsize=points(SMALL * grown))
        across, up = label_axes(figure, axes, bottom=22, size=TEXT * grown)
        across.set_text(label)
        up.set_text("Tumours with such cells, %")
        self.axes, self._limits = axes, limits
        theme = figure.theme
        self["curves"] = [axes.plot([], [], color=theme.muted, linewidth=1.1)[0] for _ in names]
        self["drop"] = axes.plot([], [], color=theme.blue, linewidth=1, linestyle=":")[0]
        self["point"] = axes.plot([], [], "o", color=theme.blue, markersize=points(11), zorder=5)[0]
        self["names"] = [
            stamp(axes, text=name, fontsize=points(SMALL * grown), va="center", zorder=4)
            for name in names
        ]
        self["heading"] = stamp(
            axes,
            transform=figure.transFigure,
            position=(8 / figure.width, 1 - 6 / figure.height),
            fontsize=points(TEXT * grown),
            fontweight="bold",
            color=theme.blue,
            va="top",
            linespacing=1.25,
        )
        self._compact = figure.compact

    def show(
        self,
        size: Sequence[float],
        chances: Sequence[Sequence[float]],
        chosen: int,
        point: tuple[float, float],
        heading: Sequence[str],
    ) -> None:
        """Show other curves.

        Parameters
        ----------
        size : sequence of float
            Sizes at which the chances are given.
        chances : sequence of sequence of float
            For each curve, per cent.
        chosen : int
            Which curve stands out.
        point : tuple of float
            Size and chance to mark.
        heading : sequence of str
            Two pieces of words above the axes; the first may break in two on a phone.
        """
        for index, values in enumerate(chances):
            own = index == chosen
            colour = self.theme.blue if own else self.theme.muted
            line, name = self["curves"][index], self["names"][index]
            line.set_data(size, values)
            line.set(color=colour, linewidth=2.6 if own else 1.1)
            at = float(np.interp(HALF, values, size))
            inside = values[0] < HALF < values[-1]
            name.set(
                position=(at * 1.06, HALF),
                color=colour,
                fontweight="bold" if own else "normal",
                visible=inside,
            )
            name.set_ground(self.theme.ground)
        x, y = point
        self["point"].set_data([x], [y])
        self["drop"].set_data([x, x, self._limits[0]], [0, y, y])
        first = heading[0].replace(", ", ",\n", 1) if self._compact else heading[0]
        self["heading"].set_text(f"{first}\n{heading[1]}")
