"""Persons as lanes in time, coloured by how each stretch is counted; below, what follows.

Above: a lane for each person, with a mark where something happens. Below: an estimate for
each way to count, on one log axis, with the truth that was put in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.sheet import sheet, width_of
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from oligoteach.charts.figure import TeachingFigure

#: Ways to count a stretch, with the name of its colour, its width and its dashes.
COUNTED = {
    "treated": ("blue", 4.2, "solid"),
    "untreated": ("vermillion", 1.8, "solid"),
    "not counted": ("muted", 1.4, (0, (1, 1.6))),
}
LOW, HIGH = 0.05, 4.0
TICKS = (0.1, 0.2, 0.5, 1, 2)
LARGE, GROWN = 760, 1.2
LINE = 17.0
ROW = 40.0
AXIS = 42.0
ABOVE_TRUTH = 20.0
SAMPLE = 26.0


@dataclass(frozen=True)
class Stretch:
    """A part of a lane: from a time to a time, counted as one of :data:`COUNTED`."""

    start: float
    stop: float
    counted: str


@dataclass(frozen=True)
class Lane:
    """A person: stretches in order, where the mark stands, and where the lane ends."""

    stretches: Sequence[Stretch]
    mark: float | None
    end: float


@dataclass(frozen=True)
class Estimate:
    """A row below: its words, and the ends and the middle of what repeats gave.

    ``middle`` is None where there is none; then ``words`` says so in place of the figures.
    """

    label: str
    words: str
    low: float | None = None
    middle: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Shown:
    """What the figure shows.

    Attributes
    ----------
    lanes : sequence of Lane
        From the top; on a phone only every second is drawn.
    limit : float
        Right end of the time axis, in months.
    line : float or None
        Time of a vertical line through the lanes.
    estimates : sequence of Estimate
        From the top.
    chosen : int
        Which of them the lanes stand for.
    truth : float
        What was put in.
    """

    lanes: Sequence[Lane]
    limit: float
    line: float | None
    estimates: Sequence[Estimate]
    chosen: int
    truth: float


class Lanes(dict[str, Any]):
    """Lanes over estimates on one figure: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    n_rows : int
        How many estimates there are.
    words : sequence of str
        What the three kinds of stretches, the mark and the end are called.
    time, ratio : str
        Labels of the two axes.
    """

    def __init__(
        self, figure: TeachingFigure, n_rows: int, words: Sequence[str], time: str, ratio: str
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._figure, self._n_rows = figure, n_rows
        self._limit, self._n_lanes = math.nan, 0
        self._sheet = sheet(figure)
        self._sheet.set_zorder(2)
        head = self._key(words)
        row = (ROW + 12 if self.compact else ROW - 6) * self._grown
        self._row = row
        below = n_rows * row + (AXIS + ABOVE_TRUTH) * self._grown
        self._upper = self._panel(head, below + AXIS * self._grown)
        self._lower = self._panel(figure.height - below + ABOVE_TRUTH * self._grown, AXIS)
        # Asking for the place of axes marks them as changed, and all would be drawn anew.
        self._box = self._lower.get_position()
        self._labels(time, ratio, below)
        self._make_lanes()
        self._make_estimates()

    def show(self, shown: Shown) -> None:
        """Show other persons and other estimates."""
        if shown.limit != self._limit:
            self._rescale(shown.limit)
        self._show_lanes(shown)
        for number, row in enumerate(shown.estimates):
            self._show_estimate(number, row, number == shown.chosen)
        self._show_truth(shown.truth)

    # Making -----------------------------------------------------------------------------------

    def _text(self, x: float, y: float, text: str = "", **look: Any) -> Stamp:
        """Write a line whose middle stands at a place of the sheet."""
        style = {"fontsize": points(SMALL * self._grown), "color": self.theme.ink}
        style |= {"va": "center_baseline", **look}
        return stamp(self._sheet, x=x, y=y, text=text, **style)

    def _key(self, words: Sequence[str]) -> float:
        """Write what each line and sign means, and return the height that it takes."""
        grown, right = self._grown, self._figure.width - 8
        x, y = 8.0, 10.0 * grown
        for number, text in enumerate(words):
            width = width_of(self._figure, text, SMALL * grown) + SAMPLE * grown + 4
            if x > 8 and x + width > right:
                x, y = 8.0, y + LINE * grown
            self._sample(number, x, y)
            self._text(x + SAMPLE * grown, y, text)
            x += width + 12 * grown
        return y + LINE * grown

    def _sample(self, number: int, x: float, y: float) -> None:
        """Draw the line or the sign that a word of the key stands for."""
        end = x + (SAMPLE - 6) * self._grown
        if number < len(COUNTED):
            colour, width, dashes = list(COUNTED.values())[number]
            look = {"color": getattr(self.theme, colour), "linewidth": width, "linestyle": dashes}
            self._sheet.plot([x, end], [y, y], solid_capstyle="butt", **look)
        else:
            marker = ("^", "|")[number - len(COUNTED)]
            self._sheet.plot([(x + end) / 2], [y], **self._sign(marker))

    def _sign(self, marker: str) -> dict[str, Any]:
        return {
            "marker": marker,
            "linestyle": "none",
            "markersize": points(9),
            "markeredgewidth": 1.6,
            "markeredgecolor": self.theme.ink,
            "markerfacecolor": self.theme.ground,
        }

    def _panel(self, top: float, bottom: float) -> Axes:
        left = 12 if self.compact else 14
        axes = self._figure.panel(left=left, right=16, top=top, bottom=bottom)
        axes.yaxis.set_major_locator(NullLocator())
        axes.spines["left"].set_visible(False)
        axes.tick_params(labelsize=points(SMALL * self._grown))
        axes.grid(False)
        axes.grid(True, axis="x", color=self.theme.line, linewidth=0.6)
        return axes

    def _labels(self, time: str, ratio: str, below: float) -> None:
        middle, height = self._figure.width / 2, self._figure.height
        for text, y in ((time, height - below - 10), (ratio, height - 9)):
            self._text(middle, y, text, ha="center")

    def _make_lanes(self) -> None:
        for name, (colour, width, dashes) in COUNTED.items():
            lines = LineCollection(
                [],
                colors=getattr(self.theme, colour),
                linewidths=width,
                linestyles=[dashes],
                capstyle="butt",
                zorder=3,
            )
            self[name] = self._upper.add_collection(lines, autolim=False)
        self["line"] = self._upper.axvline(0, color=self.theme.ink, lw=1.2, ls="--", zorder=2)
        for name, marker in (("marks", "^"), ("ends", "|")):
            sign = {**self._sign(marker), "clip_on": False}
            (self[name],) = self._upper.plot([], [], zorder=5, **sign)

    def _make_estimates(self) -> None:
        axes = self._lower
        axes.set(xscale="log", xlim=(LOW, HIGH), ylim=(self._n_rows - 0.5, -0.5))
        axes.xaxis.set_major_locator(FixedLocator(TICKS))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        self["truth"] = axes.axvline(1, color=self.theme.green, lw=1.8, ls="-.", zorder=2)
        self["truth words"] = self._text(0, self._top_of_rows(), color=self.theme.green)
        self["spans"] = [self._span() for _ in range(self._n_rows)]
        self["dots"] = [self._dot() for _ in range(self._n_rows)]
        self["names"] = [self._name(i, "left") for i in range(self._n_rows)]
        self["figures"] = [self._name(i, "right") for i in range(self._n_rows)]

    def _top_of_rows(self) -> float:
        return self._figure.height * (1 - self._box.y1) - 9 * self._grown

    def _span(self) -> Line2D:
        return self._lower.plot([], [], linewidth=3, solid_capstyle="butt", zorder=3)[0]

    def _dot(self) -> Line2D:
        return self._lower.plot([], [], "o", markersize=points(11), zorder=4)[0]

    def _name(self, number: int, side: str) -> Stamp:
        """Return the words of a row, at its upper edge."""
        x = 8.0 if side == "left" else self._figure.width - 8
        top = self._figure.height * (1 - self._box.y1)
        text = self._text(x, top + number * self._row + 10 * self._grown, ha=side)
        text.set_ground(self.theme.ground)
        return text

    # Filling ----------------------------------------------------------------------------------

    def _rescale(self, limit: float) -> None:
        self._limit = limit
        self._upper.set_xlim(0, limit)
        step = next(s for s in (3, 6, 12, 24, 48) if limit / s <= (6 if self.compact else 9))
        self._upper.xaxis.set_major_locator(FixedLocator(range(0, int(limit) + 1, step)))

    def _show_lanes(self, shown: Shown) -> None:
        lanes = shown.lanes[::2] if self.compact else shown.lanes
        if len(lanes) != self._n_lanes:
            self._n_lanes = len(lanes)
            self._upper.set_ylim(len(lanes) - 0.4, -0.6)
        for name in COUNTED:
            self[name].set_segments(
                [
                    [(s.start, y), (min(s.stop, shown.limit), y)]
                    for y, lane in enumerate(lanes)
                    for s in lane.stretches
                    if s.counted == name and s.start < shown.limit
                ]
            )
        marks = [(lane.mark, y) for y, lane in enumerate(lanes) if lane.mark is not None]
        ends = [(lane.end, y) for y, lane in enumerate(lanes) if lane.end <= shown.limit]
        self["marks"].set_data([x for x, _ in marks], [y for _, y in marks])
        self["ends"].set_data([x for x, _ in ends], [y for _, y in ends])
        self["line"].set_visible(shown.line is not None)
        if shown.line is not None:
            self["line"].set_xdata([shown.line, shown.line])

    def _show_estimate(self, number: int, row: Estimate, chosen: bool) -> None:
        colour = self.theme.ink if chosen else self.theme.muted
        span, dot = self["spans"][number], self["dots"][number]
        for artist in (span, dot):
            artist.set_visible(row.middle is not None)
            artist.set_color(colour)
        if row.middle is not None and row.low is not None and row.high is not None:
            y = number + 0.22
            span.set_data([_held(row.low), _held(row.high)], [y, y])
            dot.set_data([_held(row.middle)], [y])
            inside = LOW <= row.middle <= HIGH
            dot.set_marker("o" if inside else "<" if row.middle < LOW else ">")
        for text, words in (
            (self["names"][number], row.label),
            (self["figures"][number], row.words),
        ):
            text.set(text=words, color=colour, fontweight="bold" if chosen else "normal")

    def _show_truth(self, truth: float) -> None:
        self["truth"].set_xdata([truth, truth])
        share = math.log(_held(truth) / LOW) / math.log(HIGH / LOW)
        x = self._figure.width * (self._box.x0 + self._box.width * share)
        words = f"truth put in: {truth:.2f}"
        half = width_of(self._figure, words, SMALL * self._grown) / 2
        held = min(max(x, 8 + half), self._figure.width - 8 - half)
        self["truth words"].set(text=words, position=(held, self._top_of_rows()), ha="center")


def _held(value: float) -> float:
    """Return a value held within the axis."""
    return min(max(value, LOW), HIGH)
