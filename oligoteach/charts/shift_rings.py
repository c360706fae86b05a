"""Shifts as dots in rings that hold them, beside how the ring that is wanted depends on a count.

Dots lie as far from the middle as the shift is long; their direction means nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
EDGE = 0.97  # of the panel: where dots that lie farther out are drawn


@dataclass(frozen=True)
class Shown:
    """What the figure shows; lengths in one unit.

    Attributes
    ----------
    lengths : ndarray of float
        Of the shifts.
    room, ring : float
        Shifts must stay within ``room``; the rest of ``ring`` is taken by something else.
    curve : ndarray of float
        Ring that is wanted for each count.
    count, wanted : float
        The present count and its value on the curve.
    limit : float
        What the curve comes down to for many.
    headings : (str, str)
        Above the two panels.
    """

    lengths: NDArray[np.float64]
    room: float
    ring: float
    curve: NDArray[np.float64]
    count: float
    wanted: float
    limit: float
    headings: tuple[str, str]


class ShiftRings(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    reach : float
        Half the width of the rings' panel.
    counts : ndarray of float
        Counts of the curve.
    ticks : sequence of int
        Counts that are named on the axis.
    top : float
        End of the curve's axis.
    words : sequence of str
        Two lines below the rings, the count's axis, and the names of limit and ring as lines.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        reach: float,
        counts: NDArray[np.float64],
        ticks: Sequence[int],
        top: float,
        words: Sequence[str],
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._reach, self._counts, self._top, self._words = reach, counts, top, words
        self.rings, self.curve = self._panels(figure)
        self._draw_rings()
        self._draw_curve(figure, ticks)
        self._head()

    def show(self, shown: Shown) -> None:
        """Show other shifts, rings and curve."""
        self._place(shown)
        self["room"].set_radius(max(shown.room, 0.0))
        self["ring"].set_radius(shown.ring)
        self["edge"].set_radius(shown.ring)
        self["curve"].set_data(self._counts, shown.curve)
        self["limit"].set_data(self._ends, [shown.limit] * 2)
        self["given"].set_data(self._ends, [shown.ring] * 2)
        self["point"].set_data([shown.count], [shown.wanted])
        self["stem"].set_data([shown.count] * 2, [0, shown.wanted])
        for heading, words in zip(self["headings"], shown.headings, strict=True):
            heading.set_text(words)
        self._name_lines(shown)

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes]:
        g, width, height = self._grown, figure.width, figure.height
        if self.compact:
            side = min(width - 20.0, 0.5 * height)
            first = self._square(figure, 10, 38, width - 20, side)
            second = figure.panel(left=46, right=14, top=38 + side + 84, bottom=46)
            self._unit = self._top / (height - side - 168)
        else:
            wide = 0.5 * width
            first = self._square(figure, 8, 36 * g, wide - 16, height - 86 * g)
            second = figure.panel(left=wide + 48 * g, right=14, top=40 * g, bottom=50 * g)
            self._unit = self._top / (height - 90 * g)
        return first, second

    def _square(
        self, figure: TeachingFigure, left: float, top: float, width: float, height: float
    ) -> Axes:
        """Add axes whose shorter half is ``reach``, and whose units are as wide as high."""
        axes = figure.panel(left, figure.width - left - width, top, figure.height - top - height)
        scale = self._reach / (min(width, height) / 2)
        axes.set(
            xlim=(-width / 2 * scale, width / 2 * scale),
            ylim=(-height / 2 * scale, height / 2 * scale),
        )
        self._pixel = scale
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(NullLocator())
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        return axes

    def _draw_rings(self) -> None:
        theme, axes = self.theme, self.rings
        for name, colour, order in (("ring", "soft_muted", 1), ("room", "soft_green", 1.5)):
            circle = Circle((0, 0), 1, facecolor=getattr(theme, colour), linewidth=0, zorder=order)
            self[name] = axes.add_patch(circle)
        edge = Circle((0, 0), 1, fill=False, edgecolor=theme.ink, linewidth=1.6, zorder=2)
        self["edge"] = axes.add_patch(edge)
        size = points(6.6 * self._grown)
        looks = (("within", "green", "o"), ("beyond", "vermillion", "s"))
        for name, colour, marker in looks:
            look = getattr(theme, colour)
            (self[name],) = axes.plot([], [], marker, color=look, ms=size, zorder=3)
        axes.plot([0], [0], "+", color=theme.muted, ms=points(10), zorder=2.5)
        self._tell(axes)

    def _tell(self, axes: Axes) -> None:
        """Write below the rings what dots and fields are."""
        figure, g = axes.figure, self._grown
        bottom = axes.get_position().y0
        for line, words in enumerate(self._words[:2]):
            axes.text(
                12 / figure.width,
                bottom - (12 + 17 * line) * g / figure.height,
                words,
                transform=figure.transFigure,
                fontsize=points(SMALL * g),
                color=self.theme.ink,
                va="center",
            )

    def _draw_curve(self, figure: TeachingFigure, ticks: Sequence[int]) -> None:
        theme, axes, g = self.theme, self.curve, self._grown
        axes.set_xscale("log")
        axes.set(xlim=(self._counts[0] / 1.12, self._counts[-1] * 1.12), ylim=(0, self._top))
        axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.yaxis.set_major_locator(FixedLocator(range(0, int(self._top) + 1, 4)))
        axes.tick_params(labelsize=points(SMALL * g))
        across, _ = label_axes(figure, axes, bottom=15 * g, size=SMALL * g)
        across.set_text(self._words[2])
        self._ends = list(axes.get_xlim())
        (self["limit"],) = axes.plot([], [], "--", color=theme.muted, linewidth=1.4, zorder=2)
        (self["given"],) = axes.plot([], [], ":", color=theme.ink, linewidth=2, zorder=2)
        (self["stem"],) = axes.plot([], [], "-", color=theme.blue, linewidth=1, zorder=2)
        (self["curve"],) = axes.plot([], [], "-", color=theme.blue, linewidth=2.4, zorder=3)
        (self["point"],) = axes.plot([], [], "o", color=theme.blue, ms=points(11), zorder=4)
        self["limit name"] = self._text(theme.muted)
        self["given name"] = self._text(theme.ink)
        self["limit name"].set_text(self._words[3])
        self["given name"].set_text(self._words[4])

    def _text(self, colour: str) -> Stamp:
        text = stamp(
            self.curve,
            color=colour,
            fontsize=points(SMALL * self._grown),
            ha="right",
            va="center",
            zorder=5,
        )
        text.set_ground(self.theme.ground)
        return text

    def _head(self) -> None:
        figure = self.rings.figure
        box = self.curve.get_position()
        shift = 42 * self._grown / figure.width
        lift = 24 * self._grown / figure.height
        places = (
            (12 / figure.width, 1 - 20 * self._grown / figure.height),
            (12 / figure.width if self.compact else box.x0 - shift, box.y1 + lift),
        )
        self["headings"] = [
            stamp(
                self.rings,
                transform=figure.transFigure,
                position=place,
                color=self.theme.ink,
                fontsize=points(SMALL * self._grown),
                fontweight="bold",
                va="center",
                clip_on=False,
            )
            for place in places
        ]

    # Filling ----------------------------------------------------------------------------------

    def _place(self, shown: Shown) -> None:
        """Put each shift at its distance, turned on by the golden angle from the one before."""
        angle = GOLDEN_ANGLE * np.arange(len(shown.lengths))
        inside = shown.lengths <= shown.room
        far = np.minimum(shown.lengths, EDGE * self._reach)
        x, y = far * np.cos(angle), far * np.sin(angle)
        self["within"].set_data(x[inside], y[inside])
        self["beyond"].set_data(x[~inside], y[~inside])

    def _name_lines(self, shown: Shown) -> None:
        """Name both level lines at their right ends, off the curve, which lies above the limit."""
        right, apart = self._ends[1] / 1.03, 10 * self._grown * self._unit
        limit = max(shown.limit - apart, apart)
        above = shown.ring > shown.limit
        used = shown.ring + apart if above else min(shown.ring - apart, limit - 2 * apart)
        if used < apart:
            used = limit + 2 * apart
        self["limit name"].set_position((right, limit))
        self["given name"].set_position((right, used))
