"""Beliefs about a ratio, one below the other on one logarithmic axis, each with its words.

Every row has its words above its hill, so that hills and words cannot meet; the hills share
one scale, so that a surer belief stands higher. What lies below 1 is filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import Affine2D, blended_transform_factory

from oligoteach.charts.figure import PIXELS_PER_INCH, SMALL, TEXT, points
from oligoteach.charts.stamp import label_axes, stamp

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

LOW, HIGH = 0.15, 2.5
TICKS = (0.2, 0.5, 1, 2)
LINE = 17  # page pixels from line to line of words
LINES = 3  # of words in a row
EDGE = 8
LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
COLOURS = {"prior": "green", "data": "vermillion", "posterior": "blue"}


@dataclass(frozen=True)
class Hill:
    """A belief as it is drawn.

    Attributes
    ----------
    role : {'prior', 'data', 'posterior'}
        Which colour.
    heading : str
        What it is.
    lines : sequence of str
        At most two lines below the heading.
    ratio, density : sequence of float
        Hazard ratios, ascending, and how likely they are held.
    low, high : float
        Limits of the bar below the hill.
    dashed : bool
        Drawn with a broken outline: not verified, or assumed.
    """

    role: str
    heading: str
    lines: Sequence[str]
    ratio: Sequence[float]
    density: Sequence[float]
    low: float
    high: float
    dashed: bool = False


class BeliefRows(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    rows : int
        Number of beliefs.
    """

    def __init__(self, figure: TeachingFigure, rows: int = 3) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._rows = rows
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self.axes = figure.panel(left=EDGE + 8, right=EDGE + 8, top=4, bottom=70)
        self.axes.set(xscale="log", xlim=(LOW, HIGH), ylim=(rows, 0))
        self.axes.xaxis.set_major_locator(FixedLocator(TICKS))
        self.axes.xaxis.set_minor_locator(NullLocator())
        self.axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        self.axes.yaxis.set_major_locator(NullLocator())
        self.axes.spines["left"].set_visible(False)
        self.axes.tick_params(labelsize=points(SMALL * self._grown))
        height = (figure.height - 74) / rows
        self._words_share = (LINES * LINE * self._grown + 6) / height
        self._line_share = LINE * self._grown / height
        self["label"], _ = label_axes(figure, self.axes, bottom=22, size=TEXT * self._grown)
        self._across = blended_transform_factory(
            Affine2D().scale(1 / PIXELS_PER_INCH) + figure.dpi_scale_trans, self.axes.transData
        )
        self._make()

    def show(self, hills: Sequence[Hill], margin: float, label: str) -> None:
        """Show these beliefs.

        Parameters
        ----------
        hills : sequence of Hill
            One for each row.
        margin : float
            Ratio that gets a broken line beside the one at 1.
        label : str
            Words of the axis.
        """
        highest = max(float(np.max(hill.density)) for hill in hills)
        room = 1.0 - self._words_share - 0.06
        for row, hill in enumerate(hills):
            self._show(row, hill, room / highest)
        self["margin"].set_xdata([margin, margin])
        self["margin"].set_visible(margin < 1)
        self["label"].set_text(label)

    def _make(self) -> None:
        theme, axes = self.theme, self.axes
        axes.axvline(1, color=theme.muted, linewidth=1.2, zorder=1)
        self["margin"] = axes.axvline(
            0.9, color=theme.ink, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1
        )
        for row in range(self._rows):
            if row:
                axes.axhline(row, color=theme.line, linewidth=0.8)
            self[f"area-{row}"] = axes.add_collection(
                PolyCollection([], zorder=2, linewidths=0), autolim=False
            )
            self[f"line-{row}"] = axes.plot([], [], linewidth=2, zorder=3)[0]
            self[f"bar-{row}"] = axes.plot([], [], linewidth=points(4), zorder=4)[0]
            self[f"words-{row}"] = [
                stamp(
                    axes,
                    transform=self._across,
                    fontsize=points((TEXT if i == 0 else SMALL) * self._grown),
                    fontweight="bold" if i == 0 else "normal",
                    va="center_baseline",
                    zorder=5,
                )
                for i in range(LINES)
            ]

    def _show(self, row: int, hill: Hill, scale: float) -> None:
        colour = getattr(self.theme, COLOURS[hill.role])
        soft = getattr(self.theme, f"soft_{COLOURS[hill.role]}")
        ratio, density = np.asarray(hill.ratio), np.asarray(hill.density)
        base = row + 0.95
        height = base - scale * density
        below = ratio <= 1
        corners = [(ratio[below][0], base), *zip(ratio[below], height[below], strict=True)]
        self[f"area-{row}"].set_verts([[*corners, (ratio[below][-1], base)]])
        self[f"area-{row}"].set_facecolor(soft)
        style = (0, (3, 2)) if hill.dashed else "solid"
        self[f"line-{row}"].set(color=colour, linestyle=style)
        self[f"line-{row}"].set_data(ratio, height)
        self[f"bar-{row}"].set_color(colour)
        self[f"bar-{row}"].set_data([max(hill.low, LOW), min(hill.high, HIGH)], [base, base])
        texts = [hill.heading, *hill.lines, *[""] * LINES][:LINES]
        for i, (stamped, text) in enumerate(zip(self[f"words-{row}"], texts, strict=True)):
            stamped.set(
                text=text,
                position=(EDGE, row + (i + 0.7) * self._line_share),
                color=colour if i == 0 else self.theme.ink,
                visible=bool(text),
            )
            stamped.set_ground(self.theme.ground)
