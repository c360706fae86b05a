"""Two panels over the same limit: who is called beside who truly is, and what the call is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oligoteach.charts.figure import SMALL, TEXT, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

# Page pixels between names at the ends of curves, and from a mark to its number.
_APART = 15.0
_ABOVE = 14.0
# Limits left free before the first one, for its number.
_ROOM = 1.0


class LimitPanels(list):  # type: ignore[type-arg]
    """The panels, side by side or on a phone one above the other, and their moving artists.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    limits : sequence of int
        Limits on the horizontal axis.
    names : (str, str)
        What stands at the ends of the two curves of the first panel.
    xlabel : str
        Name of the horizontal axis.
    titles : (str, str)
        What the shares of each panel are shares of.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        limits: Sequence[int],
        names: tuple[str, str],
        xlabel: str,
        titles: tuple[str, str],
    ) -> None:
        super().__init__()
        self._limits, self._theme = np.asarray(limits), figure.theme
        first, second = self._panels(figure)
        for axes, title in ((first, titles[0]), (second, titles[1])):
            axes.set(xlim=(limits[0] - _ROOM, limits[-1] + 0.4), ylim=(0, 102), xlabel=xlabel)
            axes.set_xticks(list(limits))
            axes.set_yticks(range(0, 101, 25), [f"{tick}%" for tick in range(0, 101, 25)])
            self._head(axes, title)
        self._first(first, names)
        self._second(second)

    def show(self, limit: int, called: np.ndarray, truly: np.ndarray, right: np.ndarray) -> None:
        """Show three curves in percent, each over all limits, with one limit marked."""
        x, at = self._limits, int(np.flatnonzero(self._limits == limit)[0])
        curves = {"called": called, "truly": truly, "right": right}
        for name, values in curves.items():
            self._lines[name].set_data(x, values)
            self._dots[name].set_data([limit], [values[at]])
            self._numbers[name].set_text(f"{values[at]:.0f}%")
        self._gap.set_data(x, truly, called)
        for stem in self._stems:
            stem.set_data([limit, limit], [0, 100])
        step = _ABOVE * self._percent
        upper, lower = ("called", "truly") if called[at] >= truly[at] else ("truly", "called")
        places = _beside(curves[upper][at], curves[lower][at], step)
        if limit == x[0]:  # beside the first limit stand the ticks, beyond the last one the names
            places = [(0, y) for _shift, y in places]
        elif limit == x[-1]:
            places = [(-abs(shift), y) for shift, y in places]
        self._numbers[upper].set_position((limit + places[0][0], places[0][1]))
        self._numbers[lower].set_position((limit + places[1][0], places[1][1]))
        self._numbers["right"].set_position((limit, right[at] + step))
        ends = _apart(called[-1], truly[-1], _APART * self._percent)
        for name, y in zip(("called", "truly"), ends, strict=True):
            self._names[name].set_y(y)

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes]:
        width, height = figure.width, figure.height
        if figure.compact:
            half = height / 2
            first = figure.panel(left=46, right=54, top=48, bottom=half + 44)
            second = figure.panel(left=46, right=54, top=half + 48, bottom=44)
            self._percent = 102 / (half - 92)
        else:
            first = figure.panel(left=50, right=width * 0.46 + 56, top=50, bottom=48)
            second = figure.panel(left=width * 0.54 + 44, right=14, top=50, bottom=48)
            self._percent = 102 / (height - 98)
        return first, second

    def _head(self, axes: Axes, words: str) -> None:
        axes.annotate(
            words,
            (0, 1),
            xycoords="axes fraction",
            xytext=(points(-34), points(32)),
            textcoords="offset points",
            fontsize=points(SMALL),
            color=self._theme.ink,
            weight="bold",
            va="center",
            annotation_clip=False,
        )

    def _number(self, axes: Axes, colour: str) -> Any:
        return axes.text(
            0,
            0,
            "",
            color=colour,
            fontsize=points(TEXT),
            weight="bold",
            ha="center",
            va="center",
            clip_on=False,
        )

    def _first(self, axes: Axes, names: tuple[str, str]) -> None:
        theme, zeros = self._theme, np.zeros(len(self._limits))
        self._gap = axes.fill_between(self._limits, zeros, zeros, color=theme.soft_muted, lw=0)
        self._stems = [axes.plot([], [], color=theme.muted, lw=1, ls=":")[0]]
        self._lines = {
            "called": axes.plot([], [], "-", color=theme.vermillion, lw=2.2)[0],
            "truly": axes.plot([], [], "--", color=theme.blue, lw=2.2)[0],
        }
        self._dots = {
            "called": axes.plot([], [], "s", color=theme.vermillion, ms=7, clip_on=False)[0],
            "truly": axes.plot([], [], "o", color=theme.blue, ms=7, clip_on=False)[0],
        }
        self._names = {
            name: axes.text(
                self._limits[-1] + 0.55,
                0,
                words,
                color=colour,
                fontsize=points(SMALL),
                va="center",
                clip_on=False,
            )
            for name, words, colour in zip(
                ("called", "truly"), names, (theme.vermillion, theme.blue), strict=True
            )
        }
        self.extend([self._gap, *self._stems, *self._lines.values(), *self._dots.values()])
        self._numbers = {
            "called": self._number(axes, theme.vermillion),
            "truly": self._number(axes, theme.blue),
        }
        self.extend([*self._names.values(), *self._numbers.values()])

    def _second(self, axes: Axes) -> None:
        theme = self._theme
        stem = axes.plot([], [], color=theme.muted, lw=1, ls=":")[0]
        self._stems.append(stem)
        self._lines["right"] = axes.plot([], [], "-", color=theme.green, lw=2.2)[0]
        self._dots["right"] = axes.plot([], [], "D", color=theme.green, ms=7, clip_on=False)[0]
        self._numbers["right"] = self._number(axes, theme.green)
        self.extend([stem, self._lines["right"], self._dots["right"], self._numbers["right"]])


Place = tuple[float, float]


def _beside(upper: float, lower: float, step: float) -> list[Place]:
    """Return shift and height of the numbers of two marks, so that neither covers the other.

    The curves rise, so there is room above to the left and below to the right. Near the axis the
    lower number stands above its mark or, where the upper mark is in the way, above that one.
    """
    if lower >= 1.6 * step:
        return [(-0.3, upper + step), (0.4, lower - 1.15 * step)]
    if upper - lower >= 2 * step:
        return [(0, upper + step), (0, lower + step)]
    return [(0, upper + 2 * step), (0, upper + step)]


def _apart(upper: float, lower: float, least: float) -> tuple[float, float]:
    """Return two places moved apart, about their middle, to at least a distance."""
    short = least - abs(upper - lower)
    if short <= 0:
        return upper, lower
    sign = 1 if upper >= lower else -1
    return upper + sign * short / 2, lower - sign * short / 2
