"""Two courses of a burden over months, and below them on the same axis when each choice fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2
ROW = 34  # page pixels of a row of the lower panel: words, and the mark below them
MOST_ROWS = 6
LEAST_ROWS = 3  # fewer stand no wider apart
POWERS = (0, 3, 6, 9, 12)
PROGRESSION = "progression"
LETTER = 6.4
# In powers of ten: the highest and the lowest place of a name, how far names keep, and where it is
# said that nothing is left: low down, or above the name of a line that falls to nothing too.
HIGHEST, LOWEST, APART = 10.75, 0.6, 1.5
EMPTY, CLEAR = 1.2, 3.0
ABOVE, TOPMOST = 0.65, 11.8


class CloneCourses(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    months : float
        End of the axis.
    """

    def __init__(self, figure: TeachingFigure, months: float) -> None:
        super().__init__()
        self.theme, self.months = figure.theme, months
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._size = points(SMALL * self._grown)
        self._wide = figure.width - 72
        self._compact = figure.compact
        rows = MOST_ROWS * ROW * self._grown
        self.top = self._panel(figure, top=12, bottom=84 + rows)
        self.low = self._panel(figure, top=figure.height - 66 - rows, bottom=66)
        _, up = label_axes(figure, self.top, bottom=16, size=TEXT * self._grown)
        up.set_text("Cells, log scale")
        across, _ = label_axes(figure, self.low, bottom=22, size=TEXT * self._grown)
        across.set_text("Months since the drug was started\n◇ if ablated at the start")
        self._dress()
        self._make()

    def _panel(self, figure: TeachingFigure, top: float, bottom: float) -> Axes:
        axes = figure.panel(left=58, right=14, top=top, bottom=bottom)
        axes.set_xlim(0, self.months)
        axes.xaxis.set_major_locator(FixedLocator(np.arange(0, self.months + 1, 12)))
        axes.tick_params(labelsize=self._size)
        return axes

    def _dress(self) -> None:
        self.top.set_ylim(0, 12.4)
        self.top.yaxis.set_major_locator(FixedLocator(POWERS))
        names = dict(zip(POWERS, ("1", "10³", "10⁶", "10⁹", "10¹²"), strict=True))
        self.top.yaxis.set_major_formatter(lambda value, _: names.get(round(value), ""))
        self.top.tick_params(axis="x", labelbottom=False)
        self.low.set_ylim(MOST_ROWS, 0)
        self.low.yaxis.set_major_locator(NullLocator())
        self.low.spines["left"].set_visible(False)

    def _make(self) -> None:
        theme = self.theme
        self["alone"] = self.top.plot([], [], color=theme.ink, linewidth=1.8, linestyle="--")[0]
        self["treated"] = self.top.plot([], [], color=theme.blue, linewidth=2.4)[0]
        self["resistant"] = self.top.plot([], [], color=theme.vermillion, linewidth=1.6)[0]
        self["level"] = self.top.plot([], [], color=theme.muted, linewidth=1.0, linestyle=":")[0]
        self["moment"] = self.top.plot([], [], color=theme.green, linewidth=1.2, linestyle=":")[0]
        self["ends"] = self.top.plot([], [], "X", color=theme.ink, markersize=points(9), zorder=5)[
            0
        ]
        for name, colour in (
            ("alone-name", theme.ink),
            ("treated-name", theme.blue),
            ("resistant-name", theme.vermillion),
            ("moment-name", theme.green),
            ("level-name", theme.muted),
        ):
            self[name] = self._text(self.top, colour)
        self["stems"] = self.low.add_collection(
            LineCollection([], linewidths=2, zorder=2), autolim=False
        )
        for name, colour, marker in (
            ("others", theme.muted, "o"),
            ("chosen", theme.blue, "o"),
            ("open", theme.muted, ">"),
        ):
            self[name] = self.low.plot(
                [],
                [],
                marker,
                color=colour,
                markersize=points(9),
                clip_on=False,
                zorder=5,
            )[0]
        self["start"] = self.low.plot(
            [],
            [],
            "D",
            markerfacecolor="none",
            markeredgecolor=theme.ink,
            markersize=points(13),
            clip_on=False,
            zorder=4,
        )[0]
        self["rows"] = [self._text(self.low, theme.ink) for _ in range(MOST_ROWS)]

    def _text(self, axes: Axes, colour: str) -> Stamp:
        text = stamp(axes, color=colour, fontsize=self._size, va="center", zorder=4)
        text.set_ground(self.theme.ground)
        return text

    # Filling ----------------------------------------------------------------------------------

    def show(
        self,
        alone: tuple[Sequence[float], Sequence[float]],
        treated: tuple[Sequence[float], Sequence[float]],
        resistant: tuple[Sequence[float], Sequence[float]],
        moment: float | None,
        ends: Sequence[float],
        level: float | None,
    ) -> None:
        """Show other courses.

        Parameters
        ----------
        alone, treated, resistant : tuple of sequences
            Months and cells: with the drug alone, with ablation, and the latter's resistant cells.
        moment : float or None
            Month of ablation.
        ends : sequence of float
            Months to progression of the first two; infinite where there is none.
        level : float or None
            Number of cells that is progression, where a number of cells is.
        """
        self["treated"].set_visible(moment is not None)
        for name, course in (("alone", alone), ("treated", treated), ("resistant", resistant)):
            self[name].set_data(course[0], _powers(course[1]))
        shown = [(alone, ends[0]), *([(treated, ends[1])] if moment is not None else [])]
        marks = [(end, _powers(course[1])[-1]) for course, end in shown if math.isfinite(end)]
        self["ends"].set_data([x for x, _ in marks], [y for _, y in marks])
        self["moment"].set_data(
            [] if moment is None else [moment] * 2, [] if moment is None else [0, 11]
        )
        self._show_level(level)
        self._name_courses(alone, treated, resistant, moment, level is not None)

    def _show_level(self, level: float | None) -> None:
        """Draw the number of cells that is progression, and say so at the axis."""
        self["level"].set_visible(level is not None)
        self["level-name"].set_visible(level is not None)
        if level is not None:
            at = math.log10(level)
            self["level"].set_data([0, self.months], [at, at])
            place = (self._months(8), at + ABOVE)
            self["level-name"].set(text=PROGRESSION, position=place, ha="left")

    def _name_courses(
        self, alone: Any, treated: Any, resistant: Any, moment: float | None, level: bool
    ) -> None:
        """Put the names where their lines end or begin."""
        gap = self._months(8)
        falls = _falls(alone)
        top = self._name_alone(alone, falls, gap, level)
        self["treated-name"].set_visible(moment is not None)
        self["moment-name"].set_visible(moment is not None)
        if moment is not None:
            # What is said of an empty course keeps clear of another that falls to nothing.
            self._name_treated(treated, top, max(top + APART, CLEAR) if falls else EMPTY, gap)
            self["moment-name"].set(
                text="ablation", position=(moment + gap / 2, TOPMOST), ha="left"
            )
        _, powers = _drawn(resistant)
        there = len(powers) > 0
        self["resistant-name"].set_visible(there)
        if there:
            level = max(powers[0] - 1, LOWEST)
            self["resistant-name"].set(text="resistant cells", position=(gap, level), ha="left")

    def _name_alone(self, alone: Any, falls: bool, gap: float, level: bool) -> float:
        """Name the course of the drug alone, and return the height of the name.

        A course rises to progression, or falls for as long as there is a cell to draw.
        """
        months, powers = _drawn(alone)
        end, room = months[-1], self._months(11 * LETTER * self._grown)
        if falls:
            left = end + gap + room > self.months
            over = float(np.interp(end - gap - room, months, powers)) + 0.9
            top = min(over, HIGHEST) if left else LOWEST
        else:
            left = end - gap - room > self._months(40)
            if level:
                left = self._beside_the_level(end, gap, room)
            top = min(powers[-1] + 0.9, HIGHEST)
        self["alone-name"].set(
            text="drug alone",
            position=(end - gap if left else end + gap, top),
            ha="right" if left else "left",
        )
        return float(top)

    def _beside_the_level(self, end: float, gap: float, room: float) -> bool:
        """Tell on which side of its end a course is named; the level's name makes room if it must.

        The crosses lie on the level, so that its name can be missed.
        """
        taken = self._months(len(PROGRESSION) * LETTER * self._grown) + gap
        left = end - gap - room > taken or end + gap + room > self.months
        clear = end - gap - room > taken if left else end + gap > taken
        self["level-name"].set_visible(clear)
        return left

    def _name_treated(self, treated: Any, top: float, empty: float, gap: float) -> None:
        """Name the course with ablation, or say that nothing is left of it."""
        end, low = treated[0][-1], _powers(treated[1])[-1]
        left = bool(math.isfinite(low))
        fits = left and end + gap + self._months(14 * LETTER * self._grown) < self.months
        # At the edge the name stands below a line that rises to it.
        below = 1.0 if fits else 2.4
        self["treated-name"].set(
            text="with ablation" if left else "nothing is left",
            position=(
                end + gap if fits else self.months - gap,
                max(min(low - below, top - APART), LOWEST) if left else empty,
            ),
            ha="left" if fits else "right",
        )

    def show_rows(
        self,
        words: Sequence[str],
        values: Sequence[float],
        starts: Sequence[float],
        chosen: int,
    ) -> None:
        """Show when each choice fails.

        Parameters
        ----------
        words : sequence of str
            For each row.
        values, starts : sequence of float
            Months, as chosen and for ablation at the start; infinite where it doesn't fail.
        chosen : int
            The row that stands out.
        """
        self._spread(max(len(words), LEAST_ROWS))
        for row, text in enumerate(self["rows"]):
            text.set_visible(row < len(words))
            if row < len(words):
                text.set(
                    text=words[row],
                    position=(self._months(-48) if self._compact else 0, row + 0.28),
                    fontweight="bold" if row == chosen else "normal",
                    color=self.theme.blue if row == chosen else self.theme.ink,
                )
        heights = [row + 0.74 for row in range(len(values))]
        told = [min(value, self.months) for value in values]
        colours = [self.theme.blue if i == chosen else self.theme.line for i in range(len(told))]
        self["stems"].set_segments([[(0, y), (x, y)] for x, y in zip(told, heights, strict=True)])
        self["stems"].set_color(colours)
        ended = [(x, y, i) for i, (x, y) in enumerate(zip(values, heights, strict=True))]
        _put(self["others"], [(x, y) for x, y, i in ended if math.isfinite(x) and i != chosen])
        _put(self["chosen"], [(x, y) for x, y, i in ended if math.isfinite(x) and i == chosen])
        _put(self["open"], [(self.months, y) for x, y, _ in ended if math.isinf(x)])
        _put(
            self["start"],
            [(x, y) for x, y in zip(starts, heights, strict=True) if math.isfinite(x)][1:],
        )

    def _spread(self, rows: int) -> None:
        """Let the rows fill their panel; that draws the axes anew, so only on a change."""
        if self.low.get_ylim()[0] != rows:
            self.low.set_ylim(rows, 0)

    def _months(self, pixels: float) -> float:
        return pixels * self.months / self._wide


def _powers(cells: Sequence[float]) -> np.ndarray:
    """Return powers of ten; what is less than a cell isn't drawn."""
    values = np.asarray(cells, dtype=float)
    kept = values >= 1
    return np.where(kept, np.log10(np.where(kept, values, 1.0)), math.nan)


def _drawn(course: tuple[Sequence[float], Sequence[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Return months and powers of ten of the points of a course that are drawn."""
    powers = _powers(course[1])
    kept = np.isfinite(powers)
    return np.asarray(course[0])[kept], powers[kept]


def _falls(course: tuple[Sequence[float], Sequence[float]]) -> bool:
    """Tell whether a course still falls where it ends."""
    cells = course[1]
    return len(cells) > 1 and bool(cells[-1] < cells[-2])


def _put(line: Any, places: Sequence[tuple[float, float]]) -> None:
    line.set_data([x for x, _ in places], [y for _, y in places])
