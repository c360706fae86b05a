"""Many repeats of a trial as a histogram of hazard ratios, or one of them as step curves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

LIMITS = (0.06, 6.0)
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5)
FEW_TICKS = (0.1, 0.3, 1, 3)
N_BINS = 92
EDGES = np.geomspace(*LIMITS, N_BINS + 1)
ROW = 20.0  # page pixels of a mark below the histogram
MOST_ROWS = 4
LINE = 19.0  # of a heading
SIDE = 14.0
LARGE, GROWN = 760, 1.2
LETTER = 6.4  # page pixels of a letter of small text, about
BOTTOM = 60.0
TICK = 13.2  # of a tick with the gaps above and below its number
MARKS = {
    "truth": ("ink", "|"),
    "mean": ("blue", "o"),
    "early": ("purple", "^"),
    "printed": ("vermillion", "D"),
    "one": ("green", "s"),
}
ARMS = {"with": ("blue", "-"), "without": ("vermillion", "--")}


# An interval: its ends, colour and line style.
_Bar = tuple[list[tuple[float, float]], str, str]


@dataclass(frozen=True)
class Mark:
    """A ratio below the histogram: kind of ``MARKS``, words, and an interval where there is one.

    ``sure`` is False for a figure that no source was seen to have: its mark is hollow.
    """

    kind: str
    ratio: float
    words: str
    low: float | None = None
    high: float | None = None
    sure: bool = True


@dataclass(frozen=True)
class Spread:
    """The histogram.

    Attributes
    ----------
    plain, benefit, harm : ndarray of float, (N_BINS,)
        Repeats in each bin of ``EDGES``: not significant, and significant either way.
    truth : float
        The true ratio.
    marks : tuple of Mark
        At most ``MOST_ROWS``.
    heading : tuple of str
        Lines above; the first is bold.
    """

    plain: NDArray[np.float64]
    benefit: NDArray[np.float64]
    harm: NDArray[np.float64]
    truth: float
    marks: tuple[Mark, ...]
    heading: tuple[str, ...]


@dataclass(frozen=True)
class Arm:
    """One arm of a simulated trial: its role, name, and step curve in months and per cent."""

    role: str
    name: str
    time: NDArray[np.float64]
    alive: NDArray[np.float64]
    censored: NDArray[np.float64]


@dataclass(frozen=True)
class OneTrial:
    """The curves of one simulated trial, with the lines above them."""

    arms: tuple[Arm, ...]
    end: float
    heading: tuple[str, ...]
    label: str


class RepeatedTrials(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    """

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._width, self._height = figure.width, figure.height
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._lines = 4 if figure.compact else 3
        self._bottom = BOTTOM * self._grown
        self._top = 10 + self._lines * LINE * self._grown
        self._heading(figure)
        self._histogram(figure)
        self._curves(figure)

    def show(self, shown: Spread | OneTrial) -> None:
        """Show all repeats, or one of them."""
        many = isinstance(shown, Spread)
        for axes, visible in ((self._many, many), (self._one, not many)):
            if axes.get_visible() != visible:
                axes.set_visible(visible)
        for name in self._of_many + self._of_one:
            for artist in self[name] if isinstance(self[name], list) else [self[name]]:
                artist.set_visible(many == (name in self._of_many))
        for text, words in zip_longest(self["heading"], shown.heading, fillvalue=""):
            text.set_text(words)
        if isinstance(shown, Spread):
            self._show_many(shown)
        else:
            self._show_one(shown)

    # Making -----------------------------------------------------------------------------------

    def _heading(self, figure: TeachingFigure) -> None:
        axes = figure.panel(left=0, right=0, top=0, bottom=0)
        axes.axis("off")
        self["heading"] = [
            stamp(
                axes,
                transform=figure.transFigure,
                position=(SIDE / figure.width, 1 - (10 + i * LINE * self._grown) / figure.height),
                color=self.theme.ink,
                fontsize=points(TEXT * self._grown),
                fontweight="bold" if i == 0 else "normal",
                va="top",
                clip_on=False,
            )
            for i in range(self._lines)
        ]

    def _histogram(self, figure: TeachingFigure) -> None:
        theme = self.theme
        self._row = ROW * self._grown
        strip = MOST_ROWS * self._row + 4
        axes = figure.panel(left=SIDE, right=SIDE, top=self._top, bottom=self._bottom)
        rest = self._height - self._top - self._bottom - strip
        self._pixel = 1.06 / rest
        axes.set_xscale("log")
        axes.set(xlim=LIMITS, ylim=(-strip * self._pixel, 1.06))
        axes.xaxis.set_major_locator(FixedLocator(FEW_TICKS if self.compact else TICKS))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.tick_params(labelsize=points(SMALL * self._grown))
        axes.plot([1, 1], [0, 1.06], "--", color=theme.muted, linewidth=1, zorder=1)
        axes.axhline(0, color=theme.muted, linewidth=0.8, zorder=3)
        self._foot(axes, "Hazard ratio seen, log scale\nbelow 1: better with local treatment")
        bins = np.zeros(N_BINS)
        self["plain"] = axes.stairs(
            bins, EDGES, fill=True, facecolor=theme.soft_muted, edgecolor=theme.muted, lw=0.8
        )
        self["benefit"] = axes.stairs(
            bins, EDGES, fill=True, facecolor=theme.blue, edgecolor=theme.blue, lw=0.8
        )
        self["harm"] = axes.stairs(
            bins, EDGES, fill=True, facecolor=theme.ground, edgecolor=theme.vermillion, lw=1.2
        )
        self["harm"].set_hatch("////")
        self["line"] = axes.plot([], [], color=theme.ink, linewidth=1.6, zorder=4)[0]
        self["bars"] = axes.add_collection(LineCollection([], linewidths=1.6, zorder=3))
        self["marks"] = [
            axes.plot([], [], markersize=points(9), markeredgewidth=1.6, zorder=4)[0]
            for _ in range(MOST_ROWS)
        ]
        self["words"] = [
            stamp(axes, fontsize=points(SMALL * self._grown), va="center", clip_on=False)
            for _ in range(MOST_ROWS)
        ]
        self._many = axes
        self._of_many = ("plain", "benefit", "harm", "line", "bars", "marks", "words")

    def _curves(self, figure: TeachingFigure) -> None:
        axes = figure.panel(left=58, right=SIDE, top=self._top + 4, bottom=self._bottom)
        axes.set(ylim=(0, 104))
        axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 25)))
        axes.tick_params(labelsize=points(SMALL * self._grown))
        self._foot(axes, "Months since randomisation\nsteps: simulated patients")
        self._side = stamp(
            axes,
            transform=figure.transFigure,
            position=(
                12 / self._width,
                (self._bottom + self._height - self._top) / 2 / self._height,
            ),
            rotation=90,
            ha="center",
            va="center",
            color=self.theme.ink,
            fontsize=points(SMALL * self._grown),
            clip_on=False,
        )
        for role, (colour, line) in ARMS.items():
            tint = getattr(self.theme, colour)
            self[f"{role}-curve"] = axes.plot(
                [], [], line, color=tint, linewidth=2, drawstyle="steps-post"
            )[0]
            self[f"{role}-censored"] = axes.plot([], [], "|", color=tint, markersize=points(8))[0]
            self[f"{role}-name"] = stamp(
                axes, color=tint, fontsize=points(TEXT), fontweight="bold", va="center"
            )
        self._one = axes
        self._of_one = tuple(f"{role}-{part}" for role in ARMS for part in _PARTS)
        self._end = 0.0
        self._percent = 104 / (self._height - self._top - 4 - self._bottom)  # of a page pixel

    def _foot(self, axes: Axes, text: str) -> None:
        """Write the label of the horizontal axis below its ticks."""
        figure = axes.get_figure()
        box = axes.get_position()
        above = (TICK + SMALL * self._grown) / figure.height
        stamp(
            axes,
            text=text,
            transform=figure.transFigure,
            position=((box.x0 + box.x1) / 2, box.y0 - above),
            ha="center",
            va="top",
            color=self.theme.ink,
            fontsize=points(TEXT * self._grown),
            linespacing=1.1,
            clip_on=False,
        )

    # Filling ----------------------------------------------------------------------------------

    def _show_many(self, shown: Spread) -> None:
        """Set bars to their share of the highest one, and the marks in rows below."""
        peak = max(float((shown.plain + shown.benefit + shown.harm).max()), 1.0)
        low = np.zeros(N_BINS)
        for name in ("benefit", "harm", "plain"):
            share = getattr(shown, name) / peak
            high = low + share
            # A bin without any is left out: its outline would lie on its neighbours'.
            self[name].set_data(np.where(share > 0, high, np.nan), EDGES, low)
            low = high
        self["line"].set_data([shown.truth] * 2, [0, 1.06])
        bars: list[_Bar] = []
        for place, (dot, text) in enumerate(zip(self["marks"], self["words"], strict=True)):
            there = place < len(shown.marks)
            dot.set_visible(there)
            text.set_visible(there)
            if there:
                y = -(place + 0.6) * self._row * self._pixel
                bars += self._mark(dot, text, shown.marks[place], y)
        self["bars"].set_segments([ends for ends, _, _ in bars])
        if bars:
            self["bars"].set_color([colour for _, colour, _ in bars])
            self["bars"].set_linestyle([line for _, _, line in bars])

    def _mark(self, dot: Any, text: Stamp, mark: Mark, y: float) -> list[_Bar]:
        """Set mark and words of a row, and return its interval, if any."""
        colour, shape = MARKS[mark.kind]
        tint = getattr(self.theme, colour)
        ratio = float(np.clip(mark.ratio, *LIMITS))
        dot.set(data=([ratio], [y]), marker=shape, color=tint)
        dot.set_markerfacecolor(tint if mark.sure else self.theme.ground)
        ends = (
            [] if mark.low is None else [float(e) for e in np.clip([mark.low, mark.high], *LIMITS)]
        )
        beside = self._beside(mark.words, *ends) if ends else None
        if beside is None:  # on a phone there may be no room for words beside an interval
            ends = []
            beside = self._beside(mark.words, ratio, ratio) or (ratio, "left")
        text.set(text=mark.words, position=(beside[0], y), ha=beside[1], color=tint)
        line = "-" if mark.sure else "--"
        return [([(end, y) for end in ends], tint, line)] if ends else []

    def _beside(self, words: str, low: float, high: float) -> tuple[float, str] | None:
        """Return place and side of words beside a mark, where there is more room; None for none."""
        across = (self._width - 2 * SIDE) / np.log(LIMITS[1] / LIMITS[0])
        gap = 9 * self._grown
        left = across * np.log(low / LIMITS[0]) + SIDE - gap
        right = across * np.log(LIMITS[1] / high) + SIDE - gap
        if max(left, right) < LETTER * self._grown * len(words):
            return None
        shift = float(np.exp(gap / across))
        return (low / shift, "right") if left > right else (high * shift, "left")

    def _show_one(self, shown: OneTrial) -> None:
        if shown.end != self._end:
            self._end = shown.end
            self._month = 1.02 * shown.end / (self._width - 58 - SIDE)
            self._one.set_xlim(0, shown.end * 1.02)
            step = next(s for s in (1, 2, 3, 6, 12, 24, 48, 96) if shown.end / s <= 8)
            self._one.xaxis.set_major_locator(FixedLocator(np.arange(0, shown.end + 1, step)))
        if self._side.get_text() != shown.label:
            self._side.set_text(shown.label)
        for arm in shown.arms:
            self[f"{arm.role}-curve"].set_data(arm.time, arm.alive)
            at = np.searchsorted(arm.time, arm.censored, side="right") - 1
            self[f"{arm.role}-censored"].set_data(arm.censored, arm.alive[at])
        lower, upper = sorted(shown.arms, key=lambda arm: _area(arm, shown.end))
        self._name_above(upper)
        self._name_below(lower)

    def _name_above(self, arm: Arm) -> None:
        """Put the name of the upper curve over it: it falls, so nothing is above to the right."""
        month = 0.3 * self._end
        height = min(_at(arm, month) + 14 * self._percent, 98.0)
        self[f"{arm.role}-name"].set(text=arm.name, position=(month, height), ha="left")

    def _name_below(self, arm: Arm) -> None:
        """Put the name of the lower curve under it, or behind its fall where that is steep."""
        wide = 8.5 * len(arm.name) * self._month
        name = self[f"{arm.role}-name"]
        for level in (60, 50, 40, 30):
            month = _until(arm, level)
            if month >= wide:
                height = _at(arm, month - 1e-9) - 14 * self._percent
                name.set(text=arm.name, position=(month - 4 * self._month, height), ha="right")
                return
        month = _until(arm, 20) + 6 * self._month
        name.set(text=arm.name, position=(month, _at(arm, month) + 14 * self._percent), ha="left")


def _at(arm: Arm, month: float) -> float:
    """Return the height of a curve at a month."""
    return float(arm.alive[max(np.searchsorted(arm.time, month, side="right") - 1, 0)])


def _until(arm: Arm, level: float) -> float:
    """Return the month up to which a curve is above a level."""
    below = np.flatnonzero(arm.alive <= level)
    return float(arm.time[below[0]] if below.size else arm.time[-1])


def _area(arm: Arm, end: float) -> float:
    """Return the area under a curve, drawn on as it ends."""
    return float((np.diff(np.append(arm.time, end)) * arm.alive).sum())


_PARTS = ("curve", "censored", "name")
