"""Panels of curves that fall from nothing at the left, each read off at one chosen place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
STYLES: dict[str, tuple[str, Any, str]] = {
    "LQ": ("ink", "-", "o"),
    "LQ-L": ("blue", (0, (6, 2)), "s"),
    "USC": ("vermillion", (0, (6, 2, 1, 2)), "D"),
    "mLQ": ("purple", (0, (3, 1.5)), "^"),
}
APART = 15.0  # page pixels between names at the ends of curves
ROOM = 44.0
READ = 0.1  # of the panel's height: where the words of the chosen place stand, low at the left


@dataclass(frozen=True)
class Panel:
    """One panel: heading, lowest value of its axis, and its ticks with their words."""

    heading: str
    lowest: float
    ticks: Mapping[float, str]


@dataclass(frozen=True)
class Falling:
    """One curve: its style's name, values, where they hold, and the value at the chosen place."""

    name: str
    values: np.ndarray
    valid: np.ndarray
    at: float
    words: str


class FallingCurves(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    panels : sequence of Panel
        Two.
    last : float
        End of the axis.
    disputed : (float, str)
        From where on a field is shaded, and what is said in it.
    across : str
        What the axis shows.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        panels: Sequence[Panel],
        last: float,
        disputed: tuple[float, str],
        across: str,
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._last = last
        self.axes = self._panels(figure)
        self._heights = [a.get_position().height * figure.height for a in self.axes]
        self._lowest = [panel.lowest for panel in panels]
        for i, panel in enumerate(panels):
            self._dress(self.axes[i], panel, disputed)
            self._make(i)
        for axes in self.axes[1:] if self.compact else self.axes:
            axes.set_xlabel(across, fontsize=points(TEXT * self._grown))

    def show(
        self, time: np.ndarray, panels: Sequence[Sequence[Falling]], at: float, heading: str
    ) -> None:
        """Show these curves, and what they are at one place, under a heading in each panel."""
        for i, curves in enumerate(panels):
            by_name = {curve.name: curve for curve in curves}
            for name in STYLES:
                self._show_curve(i, name, time, by_name.get(name), at)
            self[f"{i}-place"].set_data([at, at], [0, self._lowest[i]])
            self[f"{i}-read"].set_text("\n".join([heading, *(c.words for c in curves)]))
            self._name_ends(i, curves)

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes]:
        g, height, width = self._grown, figure.height, figure.width
        if self.compact:
            each = (height - 148) / 2
            return (
                figure.panel(52, ROOM, 34, height - 34 - each),
                figure.panel(52, ROOM, height - 54 - each, 54),
            )
        half = width / 2
        return (
            figure.panel(52 * g, half + (ROOM - 14) * g, 34 * g, 54 * g),
            figure.panel(half + 48 * g, ROOM * g, 34 * g, 54 * g),
        )

    def _dress(self, axes: Axes, panel: Panel, disputed: tuple[float, str]) -> None:
        theme, size = self.theme, SMALL * self._grown
        axes.set(xlim=(0, self._last), ylim=(panel.lowest, 0))
        axes.xaxis.set_major_locator(FixedLocator(range(0, int(self._last) + 1, 4)))
        axes.yaxis.set_major_locator(FixedLocator(list(panel.ticks)))
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: panel.ticks.get(round(value, 6), ""))
        )
        axes.tick_params(labelsize=points(size))
        start, words = disputed
        axes.axvspan(start, self._last, color=theme.soft_muted, zorder=0)
        axes.text(
            0.3,
            0.985 * panel.lowest,
            words,
            fontsize=points(size),
            color=theme.muted,
            va="bottom",
            linespacing=1.15,
        )
        axes.annotate(
            panel.heading,
            (0, 1),
            xycoords="axes fraction",
            xytext=(points(-46 * self._grown), points(17 * self._grown)),
            textcoords="offset points",
            fontsize=points(TEXT * self._grown),
            weight="bold",
            color=theme.ink,
            va="center",
            annotation_clip=False,
        )

    def _make(self, i: int) -> None:
        axes, theme = self.axes[i], self.theme
        for name, (colour, style, marker) in STYLES.items():
            look = getattr(theme, colour)
            (self[f"{i}-{name}"],) = axes.plot(
                [], [], color=look, linestyle=style, linewidth=2.0, zorder=3
            )
            (self[f"{i}-{name}-beyond"],) = axes.plot(
                [], [], color=look, linestyle=":", linewidth=1.8, zorder=3
            )
            (self[f"{i}-{name}-dot"],) = axes.plot(
                [], [], marker, color=look, markersize=points(9), clip_on=False, zorder=5
            )
            self[f"{i}-{name}-end"] = self._text(axes, look, va="center")
        (self[f"{i}-place"],) = axes.plot([], [], color=theme.muted, linewidth=1.2, zorder=2)
        self[f"{i}-read"] = stamp(
            axes,
            position=(0.012, READ),
            transform=axes.transAxes,
            color=theme.ink,
            fontsize=points(SMALL * self._grown),
            va="bottom",
            linespacing=1.3,
            zorder=6,
        )
        self[f"{i}-read"].set_ground(theme.ground)

    def _text(self, axes: Axes, colour: str, **look: Any) -> Stamp:
        return stamp(
            axes,
            color=colour,
            fontsize=points(SMALL * self._grown),
            fontweight="bold",
            clip_on=False,
            zorder=5,
            **look,
        )

    # Filling ----------------------------------------------------------------------------------

    def _show_curve(
        self, i: int, name: str, time: np.ndarray, curve: Falling | None, at: float
    ) -> None:
        parts = [self[f"{i}-{name}{end}"] for end in ("", "-beyond", "-dot", "-end")]
        for part in parts:
            part.set_visible(curve is not None)
        if curve is None:
            return
        inside, beyond, dot, _ = parts
        inside.set_data(time, np.where(curve.valid, curve.values, np.nan))
        # The dotted part begins where the solid one ends.
        last = int(np.flatnonzero(curve.valid)[-1])
        beyond.set_data(time[last:], curve.values[last:])
        dot.set_data([at], [curve.at])

    def _name_ends(self, i: int, curves: Sequence[Falling]) -> None:
        """Put the names behind the ends of their curves, and keep them apart."""
        ends = sorted(((float(c.values[-1]), c.name) for c in curves), reverse=True)
        step = APART * self._grown * abs(self._lowest[i]) / self._heights[i]
        floor = self._lowest[i] + 0.5 * step
        places = [value for value, _ in ends]
        for row in range(1, len(places)):
            places[row] = min(places[row], places[row - 1] - step)
        # Pushed below the axis they move up together.
        for row in reversed(range(len(places))):
            limit = floor + step * (len(places) - 1 - row)
            places[row] = max(places[row], limit)
        for (_, name), y in zip(ends, places, strict=True):
            self[f"{i}-{name}-end"].set(text=name, position=(self._last * 1.015, y))
