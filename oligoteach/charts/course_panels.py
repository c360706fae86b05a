"""Courses over days in three panels on one time axis, with marks of what was given above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
LINE = 15.0  # page pixels from one name to the next
END_ROOM, SHORT_ROOM = 128, 68  # for names behind the ends of curves
ROWS = 2  # rows of marks above the first panel
ROW = 18.0  # page pixels of each

STYLES: dict[str, tuple[str, str, float]] = {
    "none": ("muted", ":", 1.8),
    "rt": ("blue", "--", 1.8),
    "mab": ("purple", "-.", 1.8),
    "both": ("vermillion", "-", 2.4),
}


@dataclass(frozen=True)
class PanelScale:
    """One panel: what its axis says, its largest value and its ticks."""

    label: str
    top: float
    ticks: Sequence[float]


@dataclass(frozen=True)
class Drawn:
    """One curve: its name at the end, shorter where room is short, and its values by panel."""

    name: str
    short: str
    time: np.ndarray
    values: tuple[np.ndarray, np.ndarray, np.ndarray]


class CoursePanels(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    scales : sequence of PanelScale
        The three panels.
    last : float
        Last day of the axis.
    marks : (str, str)
        Names of the two rows of marks above the first panel.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        scales: Sequence[PanelScale],
        last: float,
        marks: tuple[str, str],
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._last = last
        self.axes = self._panels(figure)
        self._heights = [a.get_position().height * figure.height for a in self.axes]
        self._widths = [a.get_position().width * figure.width for a in self.axes]
        self._scales = tuple(scales)
        for axes, scale in zip(self.axes, scales, strict=True):
            self._dress(axes, scale, last)
        for axes in self.axes[2:] if self.compact else self.axes[::2]:
            axes.set_xlabel("Days", fontsize=points(TEXT * self._grown))
        for axes in self.axes[:2] if self.compact else self.axes[1:2]:
            axes.tick_params(labelbottom=False)
        self._marks(figure, marks)
        self._lines()

    def show(
        self,
        curves: Mapping[str, Drawn],
        given: tuple[Sequence[float], Sequence[float]],
        note: str = "",
    ) -> None:
        """Show these curves, by the name of their style, and the days of both rows of marks.

        ``note`` stands in the corner of the first panel: what must be known before it is read.
        """
        self["note"].set_text(note)
        self["note"].set_visible(bool(note))
        for style in STYLES:
            curve = curves.get(style)
            for i in range(3):
                line = self[f"{style}-{i}"]
                line.set_visible(curve is not None)
                if curve is not None:
                    line.set_data(curve.time, curve.values[i])
        for row, days in enumerate(given):
            self[f"given-{row}"].set_data(list(days), [0.0] * len(days))
            self[f"given-{row}"].set_visible(bool(days))
            self[f"row-{row}"].set_visible(bool(days))
        for i in range(3):
            self._name(i, curves)

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes, Axes]:
        g, height = self._grown, figure.height
        top = 10 + (ROWS + 1) * ROW * g
        room = SHORT_ROOM if self.compact else END_ROOM * g
        if self.compact:
            low = 46.0
            free = height - top - low - 2 * 34
            first, small = 0.5 * free, 0.25 * free
            edges = [
                (top, height - top - first),
                (top + first + 34, low + small + 34),
                (top + first + small + 68, low),
            ]
            made = [figure.panel(52, room, upper, lower) for upper, lower in edges]
        else:
            left, split = 70 * g, 0.57 * figure.width
            half = (height - 30 - 36 * g - 52 * g) / 2
            made = [
                figure.panel(left, figure.width - split + room, top, 52 * g),
                figure.panel(split + 50 * g, 84 * g, 30, 52 * g + half + 36 * g),
                figure.panel(split + 50 * g, 84 * g, 30 + half + 36 * g, 52 * g),
            ]
        return made[0], made[1], made[2]

    def _dress(self, axes: Axes, scale: PanelScale, last: float) -> None:
        axes.set(xlim=(0, last), ylim=(0, scale.top))
        axes.xaxis.set_major_locator(FixedLocator(range(0, int(last) + 1, 10)))
        axes.yaxis.set_major_locator(FixedLocator(list(scale.ticks)))
        axes.tick_params(labelsize=points(SMALL * self._grown))
        axes.annotate(
            scale.label,
            (0, 1),
            xycoords="axes fraction",
            xytext=(points(-40 if self.compact else -50 * self._grown), points(13 * self._grown)),
            textcoords="offset points",
            fontsize=points(SMALL * self._grown),
            color=self.theme.ink,
            weight="bold",
            va="center",
            annotation_clip=False,
        )

    def _marks(self, figure: TeachingFigure, names: tuple[str, str]) -> None:
        """Make two rows of marks above the first panel, each with its name behind it."""
        box = self.axes[0].get_position()
        looks = (("v", "blue"), ("D", "purple"))
        for row, (name, (marker, colour)) in enumerate(zip(names, looks, strict=True)):
            # Counted from the top of the figure, above the panel's own heading.
            middle = figure.height - 8 - (row + 0.5) * ROW * self._grown
            strip = figure.add_axes((box.x0, middle / figure.height, box.width, 1e-3))
            strip.set(xlim=(0, self._last), ylim=(-1, 1))
            strip.set_axis_off()
            look = getattr(self.theme, colour)
            (line,) = strip.plot(
                [], [], marker, color=look, markersize=points(7 * self._grown), clip_on=False
            )
            self[f"given-{row}"] = line
            self[f"row-{row}"] = stamp(
                strip,
                text=name,
                position=(self._last * (1 + 8 / self._widths[0]), 0),
                color=look,
                fontsize=points(SMALL * self._grown),
                va="center_baseline",
                clip_on=False,
            )

    def _lines(self) -> None:
        for style, (colour, dash, width) in STYLES.items():
            look = getattr(self.theme, colour)
            for i, axes in enumerate(self.axes):
                (line,) = axes.plot([], [], dash, color=look, linewidth=width, zorder=3)
                self[f"{style}-{i}"] = line
                self[f"{style}-name-{i}"] = self._text(axes, look)
        self["note"] = stamp(
            self.axes[0],
            position=(0.02 * self._last, 0.985 * self._scales[0].top),
            color=self.theme.vermillion,
            fontsize=points(SMALL * self._grown),
            fontweight="bold",
            va="top",
            visible=False,
            zorder=5,
        )

    def _text(self, axes: Axes, colour: str) -> Stamp:
        return stamp(
            axes,
            color=colour,
            fontsize=points(SMALL * self._grown),
            va="center_baseline",
            clip_on=False,
            zorder=4,
        )

    # Filling ----------------------------------------------------------------------------------

    def _name(self, panel: int, curves: Mapping[str, Drawn]) -> None:
        """Write names behind the ends of the curves, apart from one another."""
        scale, height = self._scales[panel], self._heights[panel]
        named = list(curves)
        if panel and len(named) > 2:  # small panels name the first and the last only
            named = [named[0], named[-1]]
        unit = scale.top / height
        ends = {style: min(float(curves[style].values[panel][-1]), scale.top) for style in named}
        places = apart(ends, LINE * self._grown * unit, 5 * unit, scale.top - 5 * unit)
        for style in STYLES:
            text = self[f"{style}-name-{panel}"]
            text.set_visible(style in places)
            if style in places:
                roomy = not (panel or self.compact)
                text.set_text(curves[style].name if roomy else curves[style].short)
                share = self._last / self._widths[panel]
                text.set_position((self._last + 6 * share, places[style]))


def apart(ends: Mapping[str, float], least: float, low: float, high: float) -> dict[str, float]:
    """Return places near the ends, in their order, at least so far apart and within bounds."""
    order = sorted(ends, key=lambda name: ends[name])
    places: dict[str, float] = {}
    below = low - least
    for name in order:
        places[name] = below = max(ends[name], below + least)
    above = high + least
    for name in reversed(order):
        places[name] = above = min(places[name], above - least)
    return places
