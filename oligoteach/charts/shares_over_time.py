"""Two bars of shares, and below them two smooth curves with their medians."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection
from matplotlib.ticker import FixedLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.sheet import corners
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
PARTS = ("vermillion", "purple", "blue")
SOFT = ("soft_vermillion", "soft_muted", "soft_blue")
ARMS: dict[str, tuple[str, str, str]] = {
    "without": ("ink", "--", "s"),
    "treated": ("green", "-", "o"),
}
SIGNS = {"s": "■", "o": "●"}
ROW = 50  # page pixels of a bar and the name above it
BAR = 26
LEAST = 30  # page pixels: a narrower part gets no number
LINE = 17


@dataclass(frozen=True)
class Side:
    """One arm: name, shares of its parts, curve, median, and the median in words."""

    name: str
    shares: tuple[float, float, float]
    values: Sequence[float]
    median: float
    words: str


class SharesOverTime(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    parts : (str, str, str)
        Names of the parts of a bar.
    last : float
        End of the time axis.
    ticks : sequence of float
        On it.
    words : mapping of str to str
        ``bars`` above the bars, ``curves`` above the curves, ``across`` below them, and ``nobody``
        in an empty bar.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        parts: tuple[str, str, str],
        last: float,
        ticks: Sequence[float],
        words: Mapping[str, str],
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._nobody, self._last = words["nobody"], last
        g = self._grown
        names = LINE * (len(parts) if self.compact else 1)
        self._high = (2 * ROW + 26 + names + 8) * g
        self._wide = figure.width - 28.0
        self.bars = figure.panel(14, 14, 4, figure.height - 4 - self._high)
        self.bars.set(xlim=(0, self._wide), ylim=(self._high, 0))
        self.bars.set_axis_off()
        self.curves = figure.panel(52 * g, 18, self._high + 34 * g, 54 * g)
        self._dress(last, ticks, words)
        self._legend(words["bars"], parts)
        self._make(self._high - 2 * ROW * g)

    def show(self, time: Sequence[float], sides: Mapping[str, Side]) -> None:
        """Show both arms over these times."""
        found: list[list[Any]] = [[], [], []]
        for row, (arm, side) in enumerate(sides.items()):
            numbers = self[f"{arm}-numbers"]
            for part, (left, right) in enumerate(self._edges(side.shares)):
                found[part].append(self._box(row, left, right))
                shown = right - left >= LEAST * self._grown
                numbers[part].set_visible(shown)
                if shown:
                    middle = ((left + right) / 2, self._middle(row))
                    numbers[part].set(text=f"{100 * side.shares[part]:.0f} %", position=middle)
            self[f"{arm}-name"].set_text(f"{SIGNS[ARMS[arm][2]]} {side.name}")
            self[f"{arm}-words"].set_text(side.words)
            self[f"{arm}-empty"].set_visible(sum(side.shares) == 0)
            self[arm].set_data(time, [100 * value for value in side.values])
            self._median(arm, side)
        for part, boxes in enumerate(found):
            self[f"part-{part}"].set_verts(boxes)

    # Making -----------------------------------------------------------------------------------

    def _dress(self, last: float, ticks: Sequence[float], words: Mapping[str, str]) -> None:
        axes, g = self.curves, self._grown
        axes.set(xlim=(0, last), ylim=(0, 104))
        axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
        axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 25)))
        axes.tick_params(labelsize=points(SMALL * g))
        axes.set_xlabel(words["across"], fontsize=points(TEXT * g))
        axes.axhline(50, color=self.theme.muted, linewidth=0.8, linestyle=":")
        axes.annotate(
            words["curves"],
            (0, 1),
            xycoords="axes fraction",
            xytext=(points(-38 * g), points(15 * g)),
            textcoords="offset points",
            fontsize=points(TEXT * g),
            color=self.theme.ink,
            weight="bold",
            va="center",
            annotation_clip=False,
        )

    def _legend(self, heading: str, parts: tuple[str, str, str]) -> None:
        """Write what the bars are and what their parts are called, each with its mark."""
        g = self._grown
        look = {"fontsize": points(SMALL * g), "va": "center"}
        self.bars.text(
            0,
            12 * g,
            heading,
            color=self.theme.ink,
            weight="bold",
            **{**look, "fontsize": points(TEXT * g)},
        )
        for i, (name, colour) in enumerate(zip(parts, PARTS, strict=True)):
            place = (0, (32 + LINE * i) * g) if self.compact else (self._wide * i / 3, 32 * g)
            self.bars.text(*place, f"■ {name}", color=getattr(self.theme, colour), **look)

    def _make(self, top: float) -> None:
        theme, g = self.theme, self._grown
        self._top = top
        for part, (edge, face) in enumerate(zip(PARTS, SOFT, strict=True)):
            self[f"part-{part}"] = self.bars.add_collection(
                PolyCollection(
                    [],
                    facecolors=getattr(theme, face),
                    edgecolors=getattr(theme, edge),
                    linewidths=1.6,
                    zorder=2,
                ),
                autolim=False,
            )
        for row, (arm, (colour, style, marker)) in enumerate(ARMS.items()):
            look = getattr(theme, colour)
            for name, x, side in (("name", 0.0, "left"), ("words", self._wide, "right")):
                self[f"{arm}-{name}"] = self._text(self.bars, look, side)
                self[f"{arm}-{name}"].set_position((x, top + (row * ROW + 9) * g))
            self[f"{arm}-numbers"] = [self._text(self.bars, theme.ink, "center") for _ in PARTS]
            self[f"{arm}-empty"] = self._text(self.bars, theme.muted, "left")
            self[f"{arm}-empty"].set(text=self._nobody, position=(4, self._middle(row)))
            (self[arm],) = self.curves.plot([], [], style, color=look, linewidth=2.2, zorder=3)
            (self[f"{arm}-median"],) = self.curves.plot(
                [], [], marker, color=look, markersize=points(10), zorder=4
            )

    def _text(self, axes: Axes, colour: str, side: str) -> Stamp:
        look = {"fontsize": points(SMALL * self._grown), "ha": side, "va": "center"}
        return stamp(axes, color=colour, clip_on=False, zorder=5, **look)

    # Filling ----------------------------------------------------------------------------------

    def _edges(self, shares: tuple[float, float, float]) -> Iterator[tuple[float, float]]:
        left = 0.0
        for share in shares:
            yield left * self._wide, (left + share) * self._wide
            left += share

    def _middle(self, row: int) -> float:
        return self._top + (row * ROW + 18 + BAR / 2) * self._grown

    def _box(self, row: int, left: float, right: float) -> list[tuple[float, float]]:
        half = BAR / 2 * self._grown
        return corners(left, self._middle(row) - half, right, self._middle(row) + half)

    def _median(self, arm: str, side: Side) -> None:
        """Mark the median where its curve crosses the middle, if it does within the axis."""
        inside = math.isfinite(side.median) and side.median <= self._last
        self[f"{arm}-median"].set_data([side.median] if inside else [], [50] if inside else [])
