"""Smooth model curves with the published points that hold them, and those that they miss.

A curve is solid as far as published numbers hold it and dotted from there to the last published
time; beyond that nothing is drawn but the words that nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator
from matplotlib.transforms import offset_copy

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

TOP = 124
ROOM_BEYOND, SHORT_ROOM = 92, 84
FLOOR = 12
LETTER = 6.6  # page pixels of a letter of small text, about
DODGE = 1.3  # per cent between the lying intervals of two medians
DOTTED = "dotted: beyond the points that hold the curve"
SHORT_DOTTED = "dotted: beyond its points"
LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
LINE = 15  # page pixels from line to line
MAX_POINTS = 4
NOTHING = 84  # per cent at which it is said that nothing is known; no point lies there
NONE_LATER, LATER = "no later\nfigure seen", "later figures\nnot joined"
STYLES = {"with": ("blue", "o"), "without": ("vermillion", "s")}


@dataclass(frozen=True)
class Shown:
    """A published point of a curve.

    Attributes
    ----------
    time, value : float
        Months, and per cent.
    lines : tuple of str
        Words beside it.
    kind : {'held', 'missed'}
        Whether the curve was made to pass it.
    predicted : float or None
        Per cent on the curve at that time, for a missed point.
    low, high : float or None
        Published interval of the share, in per cent.
    time_low, time_high : float or None
        Published interval of a median, in months.
    """

    time: float
    value: float
    lines: tuple[str, ...]
    kind: str
    predicted: float | None = None
    low: float | None = None
    high: float | None = None
    time_low: float | None = None
    time_high: float | None = None


@dataclass(frozen=True)
class Drawn:
    """A curve: role of its arm, its name, values in months and per cent, and its points."""

    role: str
    name: str
    note: str
    time: Sequence[float]
    value: Sequence[float]
    horizon: float
    points: tuple[Shown, ...]


class ModelCurves(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    """

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        left = 56 if self.compact else 62
        self.axes = figure.panel(left=left, right=10, top=8, bottom=68)
        self._plot_width = figure.width - left - 10
        self._last: float | None = None
        self.axes.set_ylim(0, TOP)
        self.axes.tick_params(labelsize=points(SMALL * self._grown))
        self.axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 20)))
        self._percent = TOP / (figure.height - 76)  # of a page pixel
        across, self._label = label_axes(figure, self.axes, bottom=22, size=TEXT * self._grown)
        across.set_text(f"Months\n{SHORT_DOTTED if self.compact else DOTTED}")
        self._beyond()
        for role in STYLES:
            self._arm(role)
        self["arrows"] = self.axes.plot(
            [], [], ">", color=self.theme.muted, markersize=points(7), clip_on=False, zorder=5
        )[0]
        self["misses"] = self.axes.add_collection(
            LineCollection([], colors=self.theme.purple, linewidths=points(5), zorder=4),
            autolim=False,
        )

    def show(
        self, curves: Sequence[Drawn], last: float, label: str, *, later: bool = False
    ) -> None:
        """Show these curves.

        Parameters
        ----------
        curves : sequence of Drawn
            One for each arm.
        last : float
            Last published time, in months.
        label : str
            What the vertical axis shows.
        later : bool, default False
            Whether there are later figures that are not joined with these.
        """
        self._nothing.set_text(LATER if later else NONE_LATER)
        if (last, label) != (self._last, self._label.get_text()):
            self._rescale(last, label)
        by_role = {curve.role: curve for curve in curves}
        for role in STYLES:
            self._show_arm(role, by_role.get(role))
        missed = [(curve.role, p) for curve in curves for p in curve.points if p.kind == "missed"]
        _put(self["arrows"], [end for curve in curves for end in self._open_ends(curve)])
        self["misses"].set_segments([[(p.time, p.value), (p.time, p.predicted)] for _, p in missed])

    # Making -----------------------------------------------------------------------------------

    def _beyond(self) -> None:
        """Make the field where nothing was published; it moves only with the axis."""
        self._field = self.axes.axvspan(0, 1, color=self.theme.soft_muted, zorder=0)
        self._nothing = stamp(
            self.axes,
            text=NONE_LATER,
            transform=offset_copy(self.axes.transData, self.axes.figure, 4, 0, units="points"),
            fontsize=points(SMALL * self._grown),
            color=self.theme.muted,
            va="top",
        )

    def _arm(self, role: str) -> None:
        colour = getattr(self.theme, STYLES[role][0])
        marker = STYLES[role][1]
        axes = self.axes
        self[f"{role}-curve"] = axes.plot([], [], color=colour, linewidth=2)[0]
        self[f"{role}-tail"] = axes.plot([], [], color=colour, linewidth=1.6, linestyle=":")[0]
        self[f"{role}-bars"] = axes.add_collection(
            LineCollection([], colors=colour, linewidths=1.0, zorder=3), autolim=False
        )
        for kind, face in (("held", colour), ("missed", self.theme.ground)):
            self[f"{role}-{kind}"] = axes.plot(
                [],
                [],
                linestyle="none",
                marker=marker,
                markersize=points(9),
                markeredgecolor=colour,
                markeredgewidth=1.6,
                markerfacecolor=face,
                zorder=5,
            )[0]
        self[f"{role}-words"] = [self._text(colour) for _ in range(MAX_POINTS)]
        self[f"{role}-name"] = self._text(colour, weight="bold")

    def _text(self, colour: str, weight: str = "normal") -> Stamp:
        return stamp(
            self.axes,
            color=colour,
            fontsize=points(SMALL * self._grown),
            fontweight=weight,
            linespacing=1.1,
            zorder=3.5,  # below the marks, which a field behind words must not cover
        )

    # Filling ----------------------------------------------------------------------------------

    def _rescale(self, last: float, label: str) -> None:
        beyond = SHORT_ROOM if self.compact else ROOM_BEYOND * self._grown
        end = last * self._plot_width / (self._plot_width - beyond)
        self.axes.set_xlim(0, end)
        most = 5 if self.compact else 8
        step = next(s for s in (2, 3, 6, 12, 24) if last / s <= most)
        self.axes.xaxis.set_major_locator(FixedLocator(range(0, int(last) + 1, step)))
        self._label.set_text(label)
        self._field.set_bounds(last, 0, end - last, 1)
        self._nothing.set_position((last, NOTHING))
        self._last, self._end = last, end

    def _show_arm(self, role: str, curve: Drawn | None) -> None:
        """Show one arm, or nothing of it."""
        places = list(zip(curve.time, curve.value, strict=True)) if curve else []
        horizon = curve.horizon if curve else 0.0
        _put(self[f"{role}-curve"], [(t, v) for t, v in places if t <= horizon])
        _put(self[f"{role}-tail"], [(t, v) for t, v in places if t >= horizon])
        shown = curve.points if curve else ()
        for kind in ("held", "missed"):
            _put(self[f"{role}-{kind}"], [(p.time, p.value) for p in shown if p.kind == kind])
        self[f"{role}-bars"].set_segments(self._bars(role, shown))
        for text, point in zip(self[f"{role}-words"], _padded(shown), strict=True):
            self._word(text, curve, point)
        self._name(role, curve)

    def _months(self, pixels: float) -> float:
        """Return page pixels as months."""
        return pixels * self._end / self._plot_width

    def _bars(self, role: str, shown: Sequence[Shown]) -> list[list[tuple[float, float]]]:
        """Return the published intervals, those of two arms kept apart."""
        side = 1 if role == "with" else -1
        bars = []
        for p in shown:
            if p.low is not None and p.high is not None:
                time = p.time + side * self._months(3)
                bars.append([(time, p.low), (time, p.high)])
            if p.time_low is not None:
                end = self._end if p.time_high is None else min(p.time_high, self._end)
                level = p.value + side * DODGE
                bars.append([(p.time_low, level), (end, level)])
        return bars

    def _open_ends(self, curve: Drawn) -> list[tuple[float, float]]:
        """Return where an interval of a median runs out of the figure."""
        side = 1 if curve.role == "with" else -1
        return [
            (self._end, p.value + side * DODGE)
            for p in curve.points
            if p.time_low is not None and (p.time_high is None or p.time_high > self._end)
        ]

    def _word(self, text: Stamp, curve: Drawn | None, point: Shown | None) -> None:
        """Put the words of a point where its arm leaves room: above, or below, its curve."""
        if curve is None or point is None or not point.lines:
            text.set_visible(False)
            return
        x, y, ha, va = self._place(curve, point)
        # Only below its own curve may a word meet the curve of the other arm.
        crosses = curve.role == "without" and point.time < self._last
        text.set(
            text="\n".join(point.lines),
            position=(x, y),
            ha=ha,
            va=va,
            visible=True,
        )
        text.set_ground(self.theme.ground if crosses else None)

    def _place(self, curve: Drawn, point: Shown) -> tuple[float, float, str, str]:
        """Return where the words of a point go, and how they are aligned there."""
        ends = [point.value, *([point.predicted] if point.predicted is not None else [])]
        gap = self._months(7)
        if curve.role == "with" or point.time == self._last:
            return point.time + gap, max(ends) + 2, "left", "bottom"
        if min(ends) < FLOOR:
            return point.time - gap, max(ends) + 2, "right", "bottom"
        width = self._months(self._grown * LETTER * max(map(len, point.lines)))
        if point.time - gap > width:
            return point.time - gap, min(ends) - 2, "right", "top"
        # Too near the axis: below the curve where the words end.
        below = float(np.interp(gap + width, curve.time, curve.value))
        return gap, min(below, *ends) - 2, "left", "top"

    def _name(self, role: str, curve: Drawn | None) -> None:
        """Write the arm's name above the curves, or below its own where there is room."""
        text = self[f"{role}-name"]
        text.set_visible(curve is not None)
        if curve is None:
            return
        # Below the curves room is short, so that the name has two lines on a phone.
        below = (
            "\n".join((curve.name, curve.note)) if self.compact else f"{curve.name}, {curve.note}"
        )
        if role == "without" and self._room_below(curve, below):
            words, y, va = below, 2.0, "bottom"
        else:
            row = 1 if role == "without" else 0
            words, va = f"{curve.name}, {curve.note}", "top"
            y = TOP - 1 - row * LINE * self._grown * self._percent
        sign = "● " if role == "with" else "■ "
        text.set(text=sign + words, position=(self._months(4), y), ha="left", va=va)

    def _room_below(self, curve: Drawn, words: str) -> bool:
        """Return whether a name fits between the start of a curve, the axis and its words."""
        lines = words.split("\n")
        end = self._months(4 + self._grown * 1.15 * LETTER * (2 + max(map(len, lines))))
        top = 2 + self._grown * LINE * len(lines) * self._percent
        if float(np.interp(end, curve.time, curve.value)) < top + 2:
            return False
        return all(self._is_clear(curve, p, end, top) for p in curve.points if p.lines)

    def _is_clear(self, curve: Drawn, point: Shown, end: float, top: float) -> bool:
        """Return whether the words of a point stay out of the corner up to ``end``, ``top``."""
        x, y, ha, va = self._place(curve, point)
        width = self._months(self._grown * LETTER * max(map(len, point.lines)))
        height = self._grown * LINE * len(point.lines) * self._percent
        left = x - width if ha == "right" else x
        bottom = y - height if va == "top" else y
        return left > end or bottom > top


def _put(line: Line2D, places: Sequence[tuple[float, float]]) -> None:
    """Move a line or a set of markers."""
    line.set_data([x for x, _ in places], [y for _, y in places])
    line.set_visible(bool(places))


def _padded(shown: Sequence[Shown]) -> list[Shown | None]:
    """Return points filled up to the number of texts that are kept."""
    return [*shown, *[None] * (MAX_POINTS - len(shown))]
