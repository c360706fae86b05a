"""One panel or two of curves with a cursor, the values at the cursor written above each panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
LINE = 17.0  # page pixels from one line of words to the next
LEFT, BETWEEN = 50.0, 62.0
SHARES = (0, 0.25, 0.5, 0.75, 1)  # of the vertical axis, where it has ticks
STYLES = {"first": ("blue", "-", "o", "●"), "second": ("vermillion", "--", "s", "■")}


@dataclass(frozen=True)
class Panel:
    """What does not move in a panel.

    Attributes
    ----------
    across : str
        Name of the horizontal axis.
    low, high : float
        Its ends.
    ticks : sequence of float
        On it.
    log : bool
        Whether it is logarithmic.
    """

    across: str
    low: float
    high: float
    ticks: Sequence[float]
    log: bool = False


@dataclass(frozen=True)
class Curve:
    """A curve: where it is drawn, where it holds, its value at the cursor, and words on that."""

    y: NDArray[np.float64]
    holds: NDArray[np.bool_]
    at: float
    words: str


@dataclass(frozen=True)
class Shown:
    """What a panel shows.

    Attributes
    ----------
    heading : str
        In bold above the panel.
    x : ndarray of float
        Of all curves.
    curves : mapping of str to Curve
        ``first`` and perhaps ``second``.
    cursor : float
        Place of the cursor.
    reference : tuple of float, optional
        A point to compare with.
    top : float
        End of the vertical axis, which begins at 0 and has a tick at each quarter.
    """

    heading: str
    x: NDArray[np.float64]
    curves: Mapping[str, Curve]
    cursor: float
    reference: tuple[float, float] | None
    top: float


class CursorPanels(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    panels : sequence of Panel
        One or two, side by side or, on a phone, one above the other.
    """

    def __init__(self, figure: TeachingFigure, panels: Sequence[Panel]) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._lines: list[list[float]] = []  # heights of the words above each panel
        self.axes = self._place(figure, len(panels))
        for number, (axes, panel) in enumerate(zip(self.axes, panels, strict=True)):
            self._dress(figure, axes, panel)
            self._draw(number, axes)
            self._head(figure, number, axes)

    def show(self, panels: Sequence[Shown]) -> None:
        """Show other curves."""
        for number, shown in enumerate(panels):
            for share, label in zip(SHARES, self[f"{number}-ticks"], strict=True):
                label.set_text(f"{share * shown.top:g}")
            self[f"{number}-heading"].set_text(shown.heading)
            self[f"{number}-cursor"].set_data([shown.cursor] * 2, [0, 1])
            point = shown.reference
            self[f"{number}-reference"].set_data(
                [point[0]] if point else [], [point[1] / shown.top] if point else []
            )
            for style in STYLES:
                self._fill(number, style, shown)

    # Making -----------------------------------------------------------------------------------

    def _place(self, figure: TeachingFigure, count: int) -> list[Axes]:
        g = self._grown
        head, foot = 3 * LINE * g + 18, 46 * g
        if self.compact:
            each = figure.height / count
            return [
                figure.panel(LEFT, 14, i * each + head, (count - 1 - i) * each + foot)
                for i in range(count)
            ]
        gap = BETWEEN * g
        wide = (figure.width - LEFT * g - 18 - (count - 1) * gap) / count
        lefts = [LEFT * g + i * (wide + gap) for i in range(count)]
        return [figure.panel(x, figure.width - x - wide, head, foot) for x in lefts]

    def _dress(self, figure: TeachingFigure, axes: Axes, panel: Panel) -> None:
        if panel.log:
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.set_xlim(panel.low, panel.high)
        axes.xaxis.set_major_locator(FixedLocator(list(panel.ticks)))
        # Labels that move are laid down as pictures: an axis drawn anew costs three times a frame.
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_locator(FixedLocator(SHARES))
        axes.tick_params(labelsize=points(SMALL * self._grown))
        axes.tick_params(axis="y", labelleft=False)
        below = axes.get_position().y0 * figure.height
        across, _ = label_axes(figure, axes, below - 33 * self._grown, SMALL * self._grown)
        across.set_text(panel.across)

    def _draw(self, number: int, axes: Axes) -> None:
        theme = self.theme
        beside = axes.get_yaxis_transform() + ScaledTranslation(
            -points(7) / 72, 0, axes.figure.dpi_scale_trans
        )
        self[f"{number}-ticks"] = [
            stamp(
                axes,
                position=(0, share),
                transform=beside,
                fontsize=points(SMALL * self._grown),
                color=theme.ink,
                ha="right",
                va="center_baseline",
                clip_on=False,
            )
            for share in SHARES
        ]
        self[f"{number}-cursor"] = axes.plot([], [], "-", color=theme.muted, lw=1, zorder=2)[0]
        self[f"{number}-reference"] = axes.plot(
            [],
            [],
            "D",
            color=theme.ink,
            markerfacecolor="none",
            markeredgewidth=1.8,
            ms=points(12),
            zorder=3,
            clip_on=False,
        )[0]
        for style, (colour, dash, marker, _) in STYLES.items():
            look = getattr(theme, colour)
            for part, line, width in (("holds", dash, 2.4), ("beyond", ":", 1.6)):
                self[f"{number}-{style}-{part}"] = axes.plot(
                    [], [], line, color=look, lw=width, zorder=3
                )[0]
            self[f"{number}-{style}-point"] = axes.plot(
                [], [], marker, color=look, ms=points(11), zorder=5, clip_on=False
            )[0]

    def _head(self, figure: TeachingFigure, number: int, axes: Axes) -> None:
        box, g = axes.get_position(), self._grown
        left = box.x0 * figure.width - (LEFT - 12) * g
        top = box.y1 * figure.height

        def text(line: int, colour: str, weight: str) -> Stamp:
            return stamp(
                axes,
                transform=figure.transFigure,
                position=(left / figure.width, (top + (16 + line * LINE) * g) / figure.height),
                color=colour,
                fontsize=points(SMALL * g),
                fontweight=weight,
                va="center_baseline",
                clip_on=False,
            )

        self[f"{number}-heading"] = text(2, self.theme.ink, "bold")
        for style, (colour, *_) in STYLES.items():
            self[f"{number}-{style}-words"] = text(1, getattr(self.theme, colour), "normal")
        self._lines.append([(top + (16 + line * LINE) * g) / figure.height for line in (1, 0)])

    # Filling ----------------------------------------------------------------------------------

    def _fill(self, number: int, style: str, shown: Shown) -> None:
        curve = shown.curves.get(style)
        words = self[f"{number}-{style}-words"]
        words.set_visible(curve is not None)
        parts = [self[f"{number}-{style}-{part}"] for part in ("holds", "beyond", "point")]
        if curve is None:
            for line in parts:
                line.set_data([], [])
            return
        words.set_text(f"{STYLES[style][3]} {curve.words}")
        words.set_y(self._lines[number][list(shown.curves).index(style)])
        edge = np.zeros_like(curve.holds)  # where both parts meet, so that no gap is left
        edge[:-1] = curve.holds[:-1] != curve.holds[1:]
        edge[1:] |= edge[:-1]
        y = curve.y / shown.top
        parts[0].set_data(shown.x, np.where(curve.holds, y, np.nan))
        parts[1].set_data(shown.x, np.where(~curve.holds | edge, y, np.nan))
        parts[2].set_data([shown.cursor], [curve.at / shown.top])
