"""An assumed curve with a published range beside it, and what it says of several choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
HALF_BAR = 0.3
NUMBER_ROOM = 44.0


@dataclass(frozen=True)
class Choice:
    """One choice: its name, where it stands on the curve, and what it comes to, 0 to 1."""

    name: str
    at: float
    height: float
    total: float
    beyond: bool


class ShapeLab(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    most : float
        End of the curve's axis.
    band : (float, float)
        The published range.
    words : (str, str, str, str)
        Name of the curve's axis, headings of both panels, and words for the band.
    rows : int
        Most choices that are shown.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        most: float,
        band: tuple[float, float],
        words: tuple[str, str, str, str],
        rows: int,
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self.curve, self.bars = self._panels(figure)
        label, heading, other, told = words
        self._dress(label, most, band, told)
        self._head(self.curve, heading, 46)
        self._head(self.bars, other, 84)
        self._rows(rows)

    def show(self, time: np.ndarray, values: np.ndarray, choices: Sequence[Choice]) -> None:
        """Show this curve and these choices; the largest is marked."""
        self["curve"].set_data(time, values)
        largest = max(choices, key=lambda choice: choice.total)
        for kind, beyond in (("below", False), ("above", True)):
            found = [c for c in choices if c.beyond == beyond]
            self[f"dots-{kind}"].set_data([c.at for c in found], [c.height for c in found])
            self[f"bars-{kind}"].set_verts(
                [_bar(row, c.total) for row, c in enumerate(choices) if c.beyond == beyond]
            )
        for row, (name, number) in enumerate(zip(self._names, self._numbers, strict=True)):
            shown = row < len(choices)
            name.set_visible(shown)
            number.set_visible(shown)
            if shown:
                best = choices[row] is largest
                for text, words in (
                    (name, choices[row].name),
                    (number, f"{choices[row].total:.2f}{' ★' if best else ''}"),
                ):
                    text.set_text(words)
                    text.set_fontweight("bold" if best else "normal")
                number.set_position((choices[row].total + self._gap, row))

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes]:
        g, height = self._grown, figure.height
        if self.compact:
            low = 0.44 * (height - 130)
            first = figure.panel(left=52, right=12, top=34, bottom=low + 96)
            second = figure.panel(left=92, right=12, top=height - low - 10, bottom=10)
            self._width = figure.width - 104.0
        else:
            split = 0.53 * figure.width
            first = figure.panel(56 * g, figure.width - split + 8, 36 * g, 54 * g)
            second = figure.panel(split + 96 * g, 12, 36 * g, 54 * g)
            self._width = figure.width - split - 96 * g - 12
        return first, second

    def _dress(self, label: str, most: float, band: tuple[float, float], told: str) -> None:
        theme, axes, size = self.theme, self.curve, SMALL * self._grown
        axes.set(xlim=(0, most), ylim=(0, 1.35))
        axes.xaxis.set_major_locator(FixedLocator(range(0, int(most) + 1, 6)))
        axes.yaxis.set_major_locator(FixedLocator((0, 0.25, 0.5, 0.75, 1)))
        axes.tick_params(labelsize=points(size))
        axes.set_xlabel(label, fontsize=points(TEXT * self._grown))
        axes.axvspan(*band, color=theme.soft_vermillion, zorder=0)
        for edge in band:
            axes.axvline(edge, ymax=0.76, color=theme.vermillion, linewidth=1, zorder=1)
        axes.text(
            sum(band) / 2,
            1.335,
            told,
            ha="center",
            va="top",
            fontsize=points(size),
            color=theme.vermillion,
            linespacing=1.15,
        )
        (self["curve"],) = axes.plot([], [], "--", color=theme.ink, linewidth=2, zorder=3)
        looks = (("below", "blue", "o"), ("above", "vermillion", "s"))
        for kind, colour, marker in looks:
            look = getattr(theme, colour)
            (self[f"dots-{kind}"],) = axes.plot(
                [], [], marker, color=look, markersize=points(9), zorder=4, clip_on=False
            )
            face = look if kind == "below" else theme.ground
            self[f"bars-{kind}"] = self.bars.add_collection(
                PolyCollection([], facecolors=face, edgecolors=look, linewidths=1.6, zorder=3),
                autolim=False,
            )

    def _head(self, axes: Axes, words: str, shift: float) -> None:
        axes.annotate(
            words,
            (0, 1),
            xycoords="axes fraction",
            xytext=(points(-shift * self._grown), points(16 * self._grown)),
            textcoords="offset points",
            fontsize=points(SMALL * self._grown),
            weight="bold",
            color=self.theme.ink,
            va="center",
            annotation_clip=False,
        )

    def _rows(self, rows: int) -> None:
        room = NUMBER_ROOM * self._grown
        end = self._width / (self._width - room)
        self._gap = 6 * end / self._width
        self.bars.set(xlim=(0, end), ylim=(rows - 0.5, -0.5))
        self.bars.xaxis.set_major_locator(NullLocator())
        self.bars.yaxis.set_major_locator(NullLocator())
        self.bars.spines["bottom"].set_visible(False)
        self._names = [self._text(row, -self._gap, "right") for row in range(rows)]
        self._numbers = [self._text(row, 0, "left") for row in range(rows)]
        self["names"], self["numbers"] = self._names, self._numbers

    def _text(self, row: int, x: float, side: str) -> Stamp:
        return stamp(
            self.bars,
            position=(x, row),
            color=self.theme.ink,
            fontsize=points(SMALL * self._grown),
            ha=side,
            va="center_baseline",
            clip_on=False,
            zorder=4,
        )


def _bar(row: int, length: float) -> list[tuple[float, float]]:
    """Return the corners of a row's bar."""
    return [
        (0, row - HALF_BAR),
        (length, row - HALF_BAR),
        (length, row + HALF_BAR),
        (0, row + HALF_BAR),
    ]
