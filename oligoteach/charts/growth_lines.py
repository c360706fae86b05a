"""Straight lines of growth on a logarithmic scale, and beside them two rows of chances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.ticker import FixedLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LINE = 17  # page pixels
LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
POWERS = {0: "1", 3: "10³", 6: "10⁶", 9: "10⁹", 12: "10¹²"}
TOP = 13.4  # powers of ten: leaves room for a word above the largest
NAMED = 5.0  # power of ten at which the first line is named
FATES: dict[str, tuple[str, str, str, bool]] = {
    "seen": ("vermillion", "-", "o", True),
    "hidden": ("blue", "--", "o", False),
    "gone": ("green", ":", "X", True),
}
ROWS: dict[str, tuple[str, str]] = {"alone": ("ink", "o"), "helped": ("green", "s")}

Line = tuple[float, float, float]


class GrowthLines(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    years : (float, float)
        Both ends of the time axis.
    level : float
        Power of ten from which on a line is seen.
    numbers : sequence of int
        Numbers on the axis of the chances.
    words : mapping of str to str
        Texts: ``across``, ``fates`` and ``gone`` below the first panel, ``level`` at its line,
        ``origin`` at the first line, ``chances`` above the second panel and ``counted`` below it,
        and the names of both rows, ``alone`` and ``helped``.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        years: tuple[float, float],
        level: float,
        numbers: Sequence[int],
        words: Mapping[str, str],
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._words = words
        self.growth, self.chances = self._panels(figure)
        self._dress_growth(years, level)
        self._dress_chances(numbers)
        self._make()

    def show(
        self,
        origin: Line,
        lines: Mapping[str, Sequence[Line]],
        moment: tuple[float, str],
        heading: tuple[str, str],
        note: str,
    ) -> None:
        """Show one patient.

        Parameters
        ----------
        origin : Line
            The first line: start, end, and power of ten at the end.
        lines : mapping of str to sequence of Line
            Lines by fate.
        moment : (float, str)
            When it is looked, and what that is called.
        heading : (str, str)
            Above the panel, in two lines on a phone.
        note : str
            Below the heading.
        """
        start, end, power = origin
        first = self.growth.get_xlim()[0]
        shown = max(first, start)
        low = power * (shown - start) / (end - start)
        self["origin"].set_data([shown, end], [low, power])
        # Its name stands right of it, low down, where no other line has begun.
        beside = max(first, start + (end - start) * NAMED / power) + 0.35
        self["origin-name"].set_position((beside, NAMED))
        for fate in FATES:
            found = lines[fate]
            self[fate].set_segments([[(a, 0.0), (b, high)] for a, b, high in found])
            self[f"{fate}-ends"].set_data([b for _, b, _ in found], [high for _, _, high in found])
        when, name = moment
        self["moment"].set_data([when, when], [0, TOP - 1])
        side = "right" if when > sum(self.growth.get_xlim()) / 2 else "left"
        self["moment-name"].set(text=name, position=(when, TOP - 0.5), ha=side)
        self["heading"].set_text(("\n" if self.compact else ": ").join(heading))
        self["note"].set_text(note)

    def show_chances(
        self, numbers: Sequence[int], rows: Mapping[str, Sequence[float]], ring: int | None
    ) -> None:
        """Show per cent by number, and a ring around those of one number or none."""
        for name in ROWS:
            values = rows.get(name, ())
            self[name].set_data(list(numbers)[: len(values)], list(values))
            self[name].set_visible(bool(values))
        at = [(ring, rows[name][numbers.index(ring)]) for name in rows] if ring in numbers else []
        self["ring"].set_data([x for x, _ in at], [y for _, y in at])

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes]:
        g, height, width = self._grown, figure.height, figure.width
        if self.compact:
            low = 0.36 * (height - 276)
            first = figure.panel(left=48, right=12, top=66, bottom=low + 196)
            second = figure.panel(left=48, right=12, top=height - low - 52, bottom=52)
        else:
            split = 0.6 * width
            first = figure.panel(50 * g, width - split + 6, 50 * g, 66 * g)
            second = figure.panel(split + 42 * g, 14, 62 * g, 66 * g)
        return first, second

    def _dress_growth(self, years: tuple[float, float], level: float) -> None:
        axes, theme, size = self.growth, self.theme, SMALL * self._grown
        axes.set(xlim=years, ylim=(0, TOP))
        axes.xaxis.set_major_locator(FixedLocator(range(int(years[0]), int(years[1]) + 1, 2)))
        axes.yaxis.set_major_locator(FixedLocator(list(POWERS)))
        axes.yaxis.set_major_formatter(lambda value, _: POWERS.get(round(value), ""))
        axes.tick_params(labelsize=points(size))
        break_ = "\n" if self.compact else "   "
        axes.set_xlabel(
            f"{self._words['across']}\n{self._words['fates']}{break_}{self._words['gone']}",
            fontsize=points(size),
            linespacing=1.35,
        )
        axes.axhline(level, color=theme.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.axvline(0, color=theme.muted, linewidth=1, zorder=1)
        axes.text(
            years[1] - 0.1,
            level + 0.15,
            self._words["level"],
            fontsize=points(size),
            color=theme.muted,
            ha="right",
            va="bottom",
        )

    def _dress_chances(self, numbers: Sequence[int]) -> None:
        axes, size = self.chances, SMALL * self._grown
        axes.set(xlim=(min(numbers) - 0.5, max(numbers) + 0.5), ylim=(0, 104))
        axes.xaxis.set_major_locator(FixedLocator(list(numbers)))
        axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 25)))
        axes.tick_params(labelsize=points(size))
        axes.set_xlabel(self._words["counted"], fontsize=points(size), linespacing=1.35)

    def _make(self) -> None:
        theme = self.theme
        (self["origin"],) = self.growth.plot([], [], color=theme.muted, linewidth=3, zorder=2)
        for fate, (colour, style, marker, filled) in FATES.items():
            look = getattr(theme, colour)
            self[fate] = self.growth.add_collection(
                LineCollection([], colors=look, linestyles=style, linewidths=1.5, zorder=3),
                autolim=False,
            )
            (self[f"{fate}-ends"],) = self.growth.plot(
                [],
                [],
                marker,
                color=look,
                markerfacecolor=look if filled else theme.ground,
                markersize=points(9),
                markeredgewidth=1.4,
                clip_on=False,
                zorder=4,
            )
        (self["moment"],) = self.growth.plot([], [], color=theme.ink, linewidth=1.2, zorder=2)
        self["moment-name"] = self._text(self.growth, "normal")
        self["origin-name"] = self._text(self.growth, "normal")
        self["origin-name"].set(text=self._words["origin"], color=theme.muted, ha="left")
        self["heading"] = self._above(34, weight="bold", fontsize=points(TEXT * self._grown))
        self["note"] = self._above(14)
        for name, (colour, marker) in ROWS.items():
            (self[name],) = self.chances.plot(
                [],
                [],
                marker,
                linestyle="-" if name == "alone" else "--",
                linewidth=1.2,
                color=getattr(theme, colour),
                markersize=points(10),
                zorder=3,
            )
        (self["ring"],) = self.chances.plot(
            [],
            [],
            "o",
            color=theme.vermillion,
            markerfacecolor="none",
            markersize=points(19),
            mew=2,
        )
        self._name_chances()

    def _name_chances(self) -> None:
        """Write what the chances are, and which row is which, above their panel."""
        lines = [
            (self._words["chances"], self.theme.ink, "bold"),
            (f"● {self._words['alone']}", self.theme.ink, "normal"),
            (f"■ {self._words['helped']}", self.theme.green, "normal"),
        ]
        for row, (words, colour, weight) in enumerate(lines):
            self.chances.annotate(
                words,
                (0, 1),
                xycoords="axes fraction",
                xytext=(points(-36 * self._grown), points((48 - 16 * row) * self._grown)),
                textcoords="offset points",
                fontsize=points(SMALL * self._grown),
                color=colour,
                weight=weight,
                va="center",
                annotation_clip=False,
            )

    def _above(self, pixels: float, **look: Any) -> Stamp:
        """Return words above the first panel, so many page pixels above its edge."""
        box, figure = self.growth.get_position(), self.growth.figure
        left = box.x0 - 44 * self._grown / figure.width
        # On a phone the heading has two lines.
        lift = 8 if self.compact and pixels > LINE else 0
        up = box.y1 + (pixels + lift) * self._grown / figure.height
        style = {"fontsize": points(SMALL * self._grown), "color": self.theme.ink, **look}
        place = {"position": (left, up), "transform": figure.transFigure}
        return stamp(self.growth, va="center", linespacing=1.2, clip_on=False, **place, **style)

    def _text(self, axes: Axes, weight: str) -> Stamp:
        return stamp(
            axes,
            color=self.theme.ink,
            fontsize=points(SMALL * self._grown),
            fontweight=weight,
            va="center",
            clip_on=False,
            zorder=5,
        )
