"""Two quantities against each other, with the line that parts two fates, and one over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
END_ROOM, SHORT_ROOM = 84, 74
LEGEND = ("○ start    ■ just treated", "● last day    ✚ where paths rest")
LEGEND_LINE = 18.0  # page pixels


@dataclass(frozen=True)
class Plane:
    """The axes of the plane, the line between the fates, and what they are called.

    Attributes
    ----------
    across, up : (str, float, float)
        Label, least and largest value of each logarithmic axis.
    line : (ndarray, ndarray)
        Places across and up along the line that parts the fates.
    fates : (str, str)
        What lies to the left of the line and to its right.
    rest : sequence of (float, float)
        Places across and up of the stable states.
    days : float
        Last day of the second panel.
    """

    across: tuple[str, float, float]
    up: tuple[str, float, float]
    line: tuple[np.ndarray, np.ndarray]
    fates: tuple[str, str]
    rest: Sequence[tuple[float, float]]
    days: float


@dataclass(frozen=True)
class Way:
    """A path: its days, its places across and up, and where a jump leads from and to, if any."""

    name: str
    days: np.ndarray
    across: np.ndarray
    up: np.ndarray
    jump: tuple[tuple[float, float], tuple[float, float]] | None = None


class PhasePlane(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    plane : Plane
        What stands still.
    """

    def __init__(self, figure: TeachingFigure, plane: Plane) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._plane = plane
        self.axes, self.course = self._panels(figure)
        box = self.course.get_position()
        self._pixel = box.height * figure.height
        self._room = 6 * plane.days / (box.width * figure.width)
        self._scale(self.axes, plane)
        self._ground(plane)
        self._moving()

    def show(self, paths: dict[str, Way]) -> None:
        """Show the path without a jump (``without``) and with one (``with``), if there is any."""
        for name in ("without", "with"):
            way = paths.get(name)
            for part in ("path", "time"):
                self[f"{name}-{part}"].set_visible(way is not None)
            if way is not None:
                self[f"{name}-path"].set_data(way.across, way.up)
                self[f"{name}-time"].set_data(way.days, way.across)
        first = paths["without"]
        self["start"].set_data(first.across[:1], first.up[:1])
        last = list(paths.values())[-1]
        self["end"].set_data(last.across[-1:], last.up[-1:])
        self._jump(paths.get("with"))
        self._names(paths)

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes]:
        g, height = self._grown, figure.height
        if self.compact:
            legend = len(LEGEND) * LEGEND_LINE + 8
            low = 0.4 * (height - 150 - legend)
            first = figure.panel(left=54, right=12, top=30, bottom=low + 122 + legend)
            self._explain(figure, low + 122 + legend - 50, "\n".join(LEGEND))
            return first, figure.panel(left=54, right=SHORT_ROOM, top=height - low - 48, bottom=48)
        split, low = 0.55 * figure.width, (54 + LEGEND_LINE + 4) * g
        self._explain(figure, (LEGEND_LINE + 4) * g, "    ".join(LEGEND))
        return (
            figure.panel(62 * g, figure.width - split + 12, 34 * g, low),
            figure.panel(split + 48 * g, END_ROOM * g, 34 * g, low),
        )

    def _explain(self, figure: TeachingFigure, top: float, words: str) -> None:
        """Write what the marks stand for, below this height in page pixels."""
        figure.text(
            (12 if self.compact else 62 * self._grown) / figure.width,
            top / figure.height,
            words,
            fontsize=points(SMALL * self._grown),
            color=self.theme.ink,
            va="top",
            linespacing=1.25,
        )

    def _scale(self, axes: Axes, plane: Plane) -> None:
        """Set the axes of both panels."""
        size, small = points(TEXT * self._grown), points(SMALL * self._grown)
        label, low, high = plane.across
        axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=plane.up[1:])
        self.course.set(yscale="log", xlim=(0, plane.days), ylim=(low, high))
        for axis in (axes.xaxis, axes.yaxis, self.course.yaxis):
            least, most = axis.get_view_interval()
            tens = range(round(np.log10(least)), round(np.log10(most)) + 1)
            step = 2 if len(tens) > 5 else 1
            axis.set_major_locator(FixedLocator([10.0**ten for ten in tens][::step]))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_locator(NullLocator())
        days = range(0, int(plane.days) + 1, 100)
        self.course.xaxis.set_major_locator(FixedLocator(days))
        axes.set_xlabel(label, fontsize=size)
        self.course.set_xlabel("Days", fontsize=size)
        for panel, words in ((axes, plane.up[0]), (self.course, label)):
            panel.tick_params(labelsize=small)
            panel.annotate(
                words,
                (0, 1),
                xycoords="axes fraction",
                xytext=(points(-44 * self._grown), points(14 * self._grown)),
                textcoords="offset points",
                fontsize=small,
                weight="bold",
                color=self.theme.ink,
                va="center",
                annotation_clip=False,
            )

    def _ground(self, plane: Plane) -> None:
        """Shade both fates, draw the line between them, and mark where paths come to rest."""
        theme, axes = self.theme, self.axes
        (_, low, high), (_, bottom, top) = plane.across, plane.up
        across, up = plane.line
        axes.fill_betweenx(up, low, across, color=theme.soft_blue, linewidth=0, zorder=0)
        axes.fill_betweenx(up, across, high, color=theme.soft_vermillion, linewidth=0, zorder=0)
        beyond = float(up[-1])
        if beyond < top:  # the line leaves the plane on the right: above it is one fate
            shade = {"color": theme.soft_blue, "linewidth": 0, "zorder": 0}
            axes.fill_between([low, high], beyond, top, **shade)
        axes.plot(across, up, color=theme.ink, linewidth=1.4, zorder=1)
        look = {"fontsize": points(TEXT * self._grown), "weight": "bold", "zorder": 2}
        tall, wide = np.log10(top / bottom), np.log10(high / low)
        places = ((0.03, 0.06, "left", "blue"), (0.97, 0.06, "right", "vermillion"))
        for words, (x, y, side, colour) in zip(plane.fates, places, strict=True):
            axes.text(
                low * 10 ** (x * wide),
                bottom * 10 ** (y * tall),
                words,
                ha=side,
                color=getattr(theme, colour),
                **look,
            )
        for (x, y), colour in zip(plane.rest, ("blue", "vermillion"), strict=True):
            axes.plot([x], [y], "P", color=getattr(theme, colour), markersize=points(11), zorder=5)

    def _moving(self) -> None:
        theme, axes, course = self.theme, self.axes, self.course
        looks = {"without": (theme.muted, ":", 1.8), "with": (theme.green, "-", 2.2)}
        for name, (colour, dash, width) in looks.items():
            look = {"color": colour, "linewidth": width}
            self[f"{name}-path"] = axes.plot([], [], dash, zorder=3, **look)[0]
            self[f"{name}-time"] = course.plot([], [], dash, zorder=3, **look)[0]
            self[f"{name}-name"] = self._text(course, colour)
        self["jump"] = axes.plot(
            [], [], "-", color=theme.ink, linewidth=1.6, zorder=4, marker="", solid_capstyle="butt"
        )[0]
        self["landing"] = axes.plot([], [], "s", color=theme.ink, markersize=points(7), zorder=5)[0]
        self["start"] = axes.plot(
            [], [], "o", color=theme.ink, markersize=points(9), zorder=5, mfc=theme.ground
        )[0]
        self["end"] = axes.plot([], [], "o", color=theme.ink, markersize=points(9), zorder=6)[0]

    def _text(self, axes: Axes, colour: str) -> Stamp:
        return stamp(
            axes,
            color=colour,
            fontsize=points(SMALL * self._grown),
            va="center_baseline",
            clip_on=False,
            zorder=6,
        )

    # Filling ----------------------------------------------------------------------------------

    def _jump(self, way: Way | None) -> None:
        shown = way is not None and way.jump is not None
        for name in ("jump", "landing"):
            self[name].set_visible(shown)
        if way is None or way.jump is None:
            return
        (x0, y0), (x1, y1) = way.jump
        self["jump"].set_data([x0, x1], [y0, y1])
        self["landing"].set_data([x1], [y1])

    def _names(self, paths: dict[str, Way]) -> None:
        """Write the names of the paths behind their ends, apart from each other."""
        low, high = self._plane.across[1:]
        tens = np.log10(high / low) / self._pixel  # of a page pixel
        ends = {n: float(np.log10(np.clip(w.across[-1], low, high))) for n, w in paths.items()}
        if len(ends) == 2:
            short = 15 * self._grown * tens - abs(ends["with"] - ends["without"])
            if short > 0:
                lift = short / 2 if ends["with"] >= ends["without"] else -short / 2
                ends = {"with": ends["with"] + lift, "without": ends["without"] - lift}
        for name in ("without", "with"):
            text = self[f"{name}-name"]
            text.set_visible(name in ends)
            if name in ends:
                text.set_text(paths[name].name)
                text.set_position((self._plane.days + self._room, 10 ** ends[name]))
