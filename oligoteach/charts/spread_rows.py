"""Rows on one scale, each with a point for every way of reckoning it, and the span between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

from oligoteach.charts.figure import PIXELS_PER_INCH, SMALL, points
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
NAME_ROOM, VALUE_ROOM = 200.0, 112.0
LEGEND = 30.0
LINE = 17.0
LIT = 0.94  # of a row's height
APART = 0.17  # of a row's height, from one way of reckoning to the next


@dataclass(frozen=True)
class Mark:
    """A point: its value, and whether its way of reckoning holds there; hollow where not."""

    value: float
    holds: bool = True


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes
    ----------
    name, detail : str
        Who it is, in bold and below.
    marks : mapping of str to Mark
        By the way of reckoning.
    words : str
        Values in words, in the right column.
    lit : bool
        Whether the row is the one that is looked at.
    """

    name: str
    detail: str
    marks: Mapping[str, Mark]
    words: str
    lit: bool = False


@dataclass(frozen=True)
class Look:
    """How a way of reckoning is drawn: its name, colour of the theme, and marker."""

    name: str
    colour: str
    marker: str


class SpreadRows(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    looks : mapping of str to Look
        The ways of reckoning.
    most : int
        Most rows that are shown.
    """

    def __init__(self, figure: TeachingFigure, looks: Mapping[str, Look], most: int) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._looks, self._most = looks, most
        self._scale: tuple[float, str] | None = None
        g = self._grown
        if self.compact:
            box = (14.0, 18.0, LEGEND + 18, 52.0)
        else:
            box = (NAME_ROOM * g, VALUE_ROOM * g, LEGEND * g + 4, 52 * g)
        self.axes = figure.panel(*box)
        self._height = figure.height - box[2] - box[3]
        self._dress(figure)
        self._make_marks()
        self._make_words(figure)
        self._make_legend(figure)

    def show(self, rows: Sequence[Row], scale: tuple[float, str]) -> None:
        """Show these rows on an axis with this end and name."""
        if scale != self._scale:
            self._rescale(scale)
        end, step = scale[0], self._most / max(len(rows), 1)
        at = [(i + 0.5) * step for i in range(len(rows))]
        self._place_marks(rows, at, step)
        self._place_words(rows, at, step)
        self["rules"].set_segments([[(0, i * step), (end, i * step)] for i in range(1, len(rows))])
        lit = [y for y, row in zip(at, rows, strict=True) if row.lit]
        self["lit"].set_segments([[(0, y), (end, y)] for y in lit])
        self["lit"].set_linewidths([points(LIT * step * self._height / self._most)])

    # Making -----------------------------------------------------------------------------------

    def _dress(self, figure: TeachingFigure) -> None:
        axes, theme, g = self.axes, self.theme, self._grown
        axes.set_ylim(self._most, 0)
        axes.yaxis.set_major_locator(NullLocator())
        axes.spines["left"].set_visible(False)
        axes.tick_params(labelsize=points(SMALL * g))
        self["axis name"], _ = label_axes(figure, axes, bottom=15 * g, size=SMALL * g)
        self["lit"] = axes.add_collection(
            LineCollection([], colors=theme.soft_blue, capstyle="butt", zorder=0.5), autolim=False
        )
        self["rules"] = axes.add_collection(
            LineCollection([], colors=theme.line, linewidths=0.8, zorder=1), autolim=False
        )
        self["spans"] = axes.add_collection(
            LineCollection([], colors=theme.muted, linewidths=3, zorder=2, capstyle="butt"),
            autolim=False,
        )

    def _make_marks(self) -> None:
        size = points(10.5 * self._grown)
        for way, look in self._looks.items():
            colour = getattr(self.theme, look.colour)
            for kind, face in (("full", colour), ("hollow", self.theme.ground)):
                (self[f"{way}-{kind}"],) = self.axes.plot(
                    [],
                    [],
                    look.marker,
                    color=colour,
                    markerfacecolor=face,
                    markeredgewidth=1.6,
                    ms=size,
                    zorder=4,
                    clip_on=False,
                )

    def _make_words(self, figure: TeachingFigure) -> None:
        g = self._grown
        size = points(SMALL * g)
        width = self.axes.get_position().width * figure.width
        blended = self.axes.get_yaxis_transform()

        def text(x: float, shift: float, **look: Any) -> Stamp:
            move = ScaledTranslation(0, -shift * g / PIXELS_PER_INCH, figure.dpi_scale_trans)
            return stamp(
                self.axes,
                x=x,
                transform=blended + move,
                fontsize=size,
                va="center_baseline",
                clip_on=False,
                **look,
            )

        ink, muted = self.theme.ink, self.theme.muted
        if self.compact:
            left, right = -4 / width, 1 + 8 / width
            tops = (0.0, 0.0, LINE)
        else:
            left, right = -(NAME_ROOM * g - 10) / width, 1 + 14 * g / width
            tops = (-LINE / 2, 0.0, LINE / 2)
        side = "right" if self.compact else "left"
        self["names"] = [
            text(left, tops[0], color=ink, fontweight="bold") for _ in range(self._most)
        ]
        self["details"] = [text(left, tops[2], color=muted) for _ in range(self._most)]
        self["values"] = [text(right, tops[1], color=ink, ha=side) for _ in range(self._most)]

    def _make_legend(self, figure: TeachingFigure) -> None:
        """Write names with their signs above the rows; they are hidden where not shown."""
        g = self._grown
        signs = {"o": "●", "s": "■", "D": "◆", "^": "▲"}
        x = 12.0
        for way, look in self._looks.items():
            words = f"{signs[look.marker]} {look.name}"
            self[f"{way}-legend"] = self._head(figure, x, 14, words, look.colour)
            x += (7.6 * len(words) + 16) * g
        self["note"] = self._head(
            figure, 12 if self.compact else x + 6, 32 if self.compact else 14, "", "muted"
        )

    def _head(self, figure: TeachingFigure, x: float, y: float, words: str, colour: str) -> Stamp:
        return stamp(
            self.axes,
            text=words,
            transform=figure.transFigure,
            position=(x / figure.width, 1 - y * self._grown / figure.height),
            color=getattr(self.theme, colour),
            fontsize=points(SMALL * self._grown),
            fontweight="bold" if colour != "muted" else "normal",
            va="center_baseline",
            clip_on=False,
        )

    # Filling ----------------------------------------------------------------------------------

    def _rescale(self, scale: tuple[float, str]) -> None:
        end, name = scale
        self._scale = scale
        self.axes.set_xlim(0, end)
        ticks = MaxNLocator(5 if self.compact else 7, integer=True).tick_values(0, end)
        self.axes.xaxis.set_major_locator(FixedLocator([t for t in ticks if 0 <= t <= end]))
        self["axis name"].set_text(name)

    def _place_marks(self, rows: Sequence[Row], at: Sequence[float], step: float) -> None:
        """Put the ways of reckoning of a row one below the other, so that none hides another."""
        lower = 0.16 * step if self.compact else 0.0
        apart = APART * step * (0.6 if self.compact else 1.0)
        middle = (len(self._looks) - 1) / 2
        for number, way in enumerate(self._looks):
            shift = lower + (number - middle) * apart
            found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
            for y, row in zip(at, rows, strict=True):
                if way in row.marks:
                    found[row.marks[way].holds].append((row.marks[way].value, y + shift))
            for kind, holds in (("full", True), ("hollow", False)):
                pairs = found[holds]
                self[f"{way}-{kind}"].set_data([x for x, _ in pairs], [y for _, y in pairs])
            self[f"{way}-legend"].set_visible(any(found.values()))
        spans = []
        for y, row in zip(at, rows, strict=True):
            values = [mark.value for mark in row.marks.values()]
            spans.append([(min(values), y + lower), (max(values), y + lower)])
        self["spans"].set_segments(spans)

    def _place_words(self, rows: Sequence[Row], at: Sequence[float], step: float) -> None:
        lift = 0.32 * step if self.compact else 0.0
        for index, texts in enumerate(
            zip(self["names"], self["details"], self["values"], strict=True)
        ):
            shown = index < len(rows)
            for text in texts:
                text.set_visible(shown)
                if shown:
                    text.set_y(at[index] - lift)
            if shown:
                row = rows[index]
                # On a phone there is room for the name alone; the table has the rest.
                said = (row.name, "" if self.compact else row.detail, row.words)
                for text, words in zip(texts, said, strict=True):
                    text.set_text(words)
