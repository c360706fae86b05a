"""The chance that a trial goes on, against the truth, with its rule and what it observed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import label_axes, stamp

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

LIMITS = (0.35, 2.0)
TICKS = (0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0)
FEW_TICKS = (0.4, 0.6, 1.0, 1.6)
LARGE, GROWN = 760, 1.2
# Below the curve lies a strip for what was seen, in page pixels: rule, interval and words.
STRIP = 72
RULE_AT, SEEN_AT, FIELD, WORDS_AT = 14, 36, 48, 60
TOP = 104.0
LETTER, BESIDE = 7.4, 10.0  # page pixels: of a letter at most, and between a ring and its words


@dataclass(frozen=True)
class Shown:
    """What the figure shows; ratios, and chances in per cent.

    Attributes
    ----------
    truth, chance : ndarray of float
        The curve.
    point : tuple of float
        Ratio over all patients that is assumed, and its chance.
    helped : float or None
        Ratio among those who are helped, where that is not everybody.
    helped_words : str
        What stands beside it.
    low, high : float
        What the ratio that was seen leaves open at this number of events.
    heading, number, left_open : str
        Above the curve, beside the point and below the interval.
    """

    truth: NDArray[np.float64]
    chance: NDArray[np.float64]
    point: tuple[float, float]
    helped: float | None
    helped_words: str
    low: float
    high: float
    heading: str
    number: str
    left_open: str


class GoCurve(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    rule, seen : float
        The trial's rule and result, which do not move.
    """

    def __init__(self, figure: TeachingFigure, rule: float, seen: float) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        grown = GROWN if figure.width >= LARGE else 1.0
        self._size = points(SMALL * grown)
        top = 48 if figure.compact else 34
        self.axes = axes = figure.panel(left=58, right=14, top=top, bottom=66)
        self._across = figure.width - 72  # page pixels from the left limit to the right one
        self._percent = TOP / (figure.height - top - 66 - STRIP)  # of a page pixel
        axes.set_xscale("log")
        axes.set(xlim=LIMITS, ylim=(-STRIP * self._percent, TOP))
        axes.xaxis.set_major_locator(FixedLocator(FEW_TICKS if self.compact else TICKS))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 25)))
        axes.tick_params(labelsize=self._size)
        across, up = label_axes(figure, axes, bottom=22, size=TEXT * grown)
        across.set_text("Hazard ratio, log scale\nbelow 1: local treatment helps")
        up.set_text("Chance of “go”, %")
        self["heading"] = stamp(
            axes,
            transform=figure.transFigure,
            position=(12 / figure.width, 1 - 8 / figure.height),
            color=self.theme.blue,
            fontsize=points(TEXT * grown),
            fontweight="bold",
            va="top",
            clip_on=False,
        )
        self._curve()
        self._strip(rule, seen)

    def show(self, shown: Shown) -> None:
        """Show another truth, or another number of events."""
        x, y = shown.point
        self["heading"].set_text(shown.heading)
        self["curve"].set_data(shown.truth, shown.chance)
        self["stem"].set_data([x, x], [0, y])
        self["point"].set_data([x], [y])
        ends = [] if shown.helped is None else [shown.helped]
        self["helped"].set_data(ends, [y] * len(ends))
        self._name_helped(shown, y)
        self["shift"].set_data([*ends, x] if ends else [], [y, y] if ends else [])
        # The curve falls, so there is room above it to the right.
        text = "" if self.compact else shown.number
        self["number"].set(text=text, position=(x * 1.04, y + 10 * self._percent))
        seen = -SEEN_AT * self._percent
        for name in ("interval", "ends"):
            self[name].set_data([shown.low, shown.high], [seen, seen])
        self["left_open"].set_text(shown.left_open)

    def _name_helped(self, shown: Shown, y: float) -> None:
        """Write what the ring is: left of it under the curve, or where there is room."""
        words = self["helped words"]
        words.set_visible(shown.helped is not None)
        if shown.helped is None:
            return
        low, high = LIMITS
        room = math.log(shown.helped / low) / math.log(high / low) * self._across
        if shown.helped > 1:  # above the number beside the point
            place, side = (high / 1.02, y + 28 * self._percent), "right"
        elif room > LETTER * len(shown.helped_words) + BESIDE:
            place, side = (shown.helped * (low / high) ** (BESIDE / self._across), y), "right"
        else:
            place, side = (low * 1.02, y - 16 * self._percent), "left"
        words.set(text=shown.helped_words, position=place, ha=side)

    def _curve(self) -> None:
        """Draw the upper part: no effect, and what moves."""
        axes, theme = self.axes, self.theme
        axes.plot([1, 1], [0, TOP], "--", color=theme.muted, linewidth=1, zorder=1)
        axes.axhline(0, color=theme.muted, linewidth=0.8, zorder=1)
        above = TOP - 12 * self._percent
        axes.text(1.03, above, "no effect", fontsize=self._size, color=theme.muted, va="center")
        self["curve"] = axes.plot([], [], color=theme.blue, linewidth=2.4, zorder=3)[0]
        self["stem"] = axes.plot([], [], ":", color=theme.blue, linewidth=1.4, zorder=2)[0]
        self["shift"] = axes.plot([], [], "-", color=theme.blue, linewidth=1.2)[0]
        self["helped"] = axes.plot(
            [], [], "o", color=theme.blue, markerfacecolor=theme.ground, markersize=points(11)
        )[0]
        look = {"color": theme.blue, "fontsize": self._size, "va": "center"}
        self["helped words"] = stamp(axes, visible=False, **look)
        self["point"] = axes.plot([], [], "o", color=theme.blue, markersize=points(11), zorder=5)[0]
        self["number"] = stamp(
            axes, color=theme.blue, fontsize=points(TEXT), fontweight="bold", va="center"
        )
        self["number"].set_ground(theme.ground)

    def _strip(self, rule: float, seen: float) -> None:
        """Draw the lower part: where the rule lets a trial go on, and what was seen."""
        axes, theme = self.axes, self.theme
        low = -FIELD * self._percent
        axes.add_patch(
            Rectangle((LIMITS[0], low), rule - LIMITS[0], -low, color=theme.soft_green, zorder=0)
        )
        axes.plot([rule, rule], [low, 0], color=theme.green, linewidth=2, zorder=1)
        height = -RULE_AT * self._percent
        words = {"fontsize": self._size, "va": "center", "color": theme.ink}
        go = f"go if < {rule:g}" if self.compact else f"seen below {rule:g}: go"
        axes.text(rule / 1.02, height, go, ha="right", **words)
        axes.text(rule * 1.02, height, "no go", ha="left", **words)
        red = theme.vermillion
        self["interval"] = axes.plot([], [], "-", color=red, linewidth=2, zorder=2)[0]
        self["ends"] = axes.plot([], [], "|", color=red, markersize=points(12), zorder=2)[0]
        self["seen"] = axes.plot(
            [seen], [-SEEN_AT * self._percent], "D", color=red, markersize=points(9), zorder=4
        )[0]
        self["left_open"] = stamp(
            axes,
            position=(rule, -WORDS_AT * self._percent),
            color=red,
            fontsize=self._size,
            ha="center",
            va="center",
        )
