"""Rows of words with points and intervals on one axis: a trial board, a forest plot.

All artists are kept and re-used, so that a change of rows costs no more than a change of numbers
as long as the axis stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import Affine2D, blended_transform_factory

from oligoteach.charts.figure import PIXELS_PER_INCH, SMALL, TEXT, points
from oligoteach.charts.rows import Block, Layout, Point, Scale, lay_out
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

MARKERS = {"with": "o", "without": "s", "ratio": "s"}
COLOURS = {
    "with": "blue",
    "without": "vermillion",
    "ratio": "ink",
    "ink": "ink",
    "muted": "muted",
    "ok": "green",
    "note": "green",
    "open": "purple",
    "bad": "vermillion",
}
BOLD_ROLES = ("bad", "open")
WIDE_LEFT, WIDE_RIGHT = 160, 204
EDGE = 6
POOL = 48
CLEAR = 0.75  # of the height of letters: what is kept clear on either side of a line of words
LARGE, GROWN = 760, 1.2  # from this width on, words and columns are so much larger


class IntervalRows(dict[str, Any]):
    """A chart of rows on one figure: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    """

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self.axes = self._panel(figure)
        self._room = figure.width - 2 * EDGE if self.compact else None
        self._high = self.axes.get_position().height * figure.height
        self._scale: Scale | None = None
        self._columns = {
            "left": EDGE if self.compact else 8,
            "plot": WIDE_LEFT * self._grown + 6,
            "right": figure.width - (EDGE if self.compact else WIDE_RIGHT * self._grown - 10),
        }
        self._across = blended_transform_factory(
            Affine2D().scale(1 / PIXELS_PER_INCH) + figure.dpi_scale_trans, self.axes.transData
        )
        self._label, _ = label_axes(figure, self.axes, bottom=22, size=TEXT * self._grown)
        self._make()

    def show(self, blocks: Sequence[Block], scale: Scale) -> None:
        """Show these blocks on this axis."""
        if scale != self._scale:
            self._rescale(scale)
        layout = lay_out(blocks, self._room)
        self._place_words(layout)
        self._place_points(layout.points)
        self._place_reference(scale.reference, layout)
        self["rules"].set_segments([[(0, y), (1, y)] for y in layout.rules])
        self["links"].set_segments(
            [[(a.line.mark.value, a.y), (b.line.mark.value, b.y)] for a, b in layout.links]
            if not self.compact  # there the words stand between the points
            else []
        )

    # Making -----------------------------------------------------------------------------------

    def _panel(self, figure: TeachingFigure) -> Axes:
        if self.compact:
            axes = figure.panel(left=EDGE + 10, right=EDGE + 10, top=4, bottom=66)
        else:
            left, right = WIDE_LEFT * self._grown, WIDE_RIGHT * self._grown
            axes = figure.panel(left=left, right=right, top=6, bottom=68)
        return self._dress(axes)

    def _dress(self, axes: Axes) -> Axes:
        """Give the panel of the rows its look."""
        axes.set_ylim(1, 0)
        axes.yaxis.set_major_locator(NullLocator())
        axes.spines["left"].set_visible(False)
        axes.tick_params(labelsize=points(SMALL * self._grown))
        axes.grid(True, axis="x", color=self.theme.line, linewidth=0.6)
        return axes

    def _make(self) -> None:
        theme, axes = self.theme, self.axes
        full = blended_transform_factory(axes.figure.transFigure, axes.transData)
        rules = LineCollection([], colors=theme.line, linewidths=0.8, transform=full, clip_on=False)
        links = LineCollection([], colors=theme.muted, linewidths=0.8, linestyles="dotted")
        whiskers = LineCollection([], linewidths=2.0, zorder=4)
        for lines in (rules, links, whiskers):
            axes.add_collection(lines, autolim=False)
        reference = LineCollection([], colors=theme.muted, linewidths=1.2, zorder=2)
        axes.add_collection(reference, autolim=False)
        self._pool = [self._text() for _ in range(POOL)]
        self.update(
            rules=rules,
            links=links,
            reference=reference,
            whiskers=whiskers,
            arrows=self._marker(">", "muted", hollow=False, size=6),
            ghosts=self._marker("D", "ink", hollow=True, size=12),
            words=self._pool,
        )
        for role, marker in MARKERS.items():
            self[f"{role}-solid"] = self._marker(marker, role, False, 8)
            self[f"{role}-hollow"] = self._marker(marker, role, True, 8)

    def _marker(self, marker: str, role: str, hollow: bool, size: float) -> Line2D:
        colour = getattr(self.theme, COLOURS[role])
        (line,) = self.axes.plot(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=points(size),
            markeredgecolor=colour,
            markerfacecolor=self.theme.ground if hollow else colour,
            markeredgewidth=1.5,
            clip_on=False,
            zorder=5,
        )
        if marker == "D":
            line.set(markerfacecolor="none", markeredgewidth=1.0, zorder=6)
        return line

    def _text(self) -> Stamp:
        return stamp(
            self.axes,
            transform=self._across,
            fontsize=points(SMALL * self._grown),
            va="center_baseline",
            clip_on=False,
            visible=False,
            zorder=3,
        )

    # Filling ----------------------------------------------------------------------------------

    def _rescale(self, scale: Scale) -> None:
        axes = self.axes
        axes.set_xscale("log" if scale.log else "linear")
        axes.set_xlim(scale.low, scale.high)
        axes.xaxis.set_major_locator(FixedLocator(list(scale.ticks)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        self._label.set_text(scale.short if self.compact else scale.label)
        self._scale = scale

    def _place_words(self, layout: Layout) -> None:
        if len(layout.words) > len(self._pool):
            raise ValueError(
                f"{len(layout.words)} texts, but at most {len(self._pool)} can be shown"
            )
        for text in self._pool[len(layout.words) :]:
            text.set_visible(False)
        for text, words in zip(self._pool, layout.words, strict=False):
            at_right = self.compact and words.column == "right"
            text.set(
                text=words.text,
                position=(self._columns[words.column], words.y),
                color=getattr(self.theme, COLOURS.get(words.role, "ink")),
                fontweight="bold" if words.bold or words.role in BOLD_ROLES else "normal",
                ha="right" if at_right else "left",
                visible=True,
            )
            # Words over the plot keep its lines away from them.
            over = self.compact or words.column == "plot"
            text.set_ground(self.theme.ground if over else None)

    def _place_reference(self, reference: float | None, layout: Layout) -> None:
        """Draw the line of no difference, but for the heights at which words stand on the plot."""
        half = CLEAR * SMALL * self._grown / self._high
        over = [w.y for w in layout.words if self.compact or w.column == "plot"]
        edges = [0.0, *(edge for y in sorted(set(over)) for edge in (y - half, y + half)), 1.0]
        self["reference"].set_segments(
            [
                [(reference, top), (reference, low)]
                for top, low in zip(edges[::2], edges[1::2], strict=True)
                if low - top > 2 * half  # no stubs between two lines of words
            ]
            if reference is not None
            else []
        )

    def _place_points(self, placed: Sequence[Point]) -> None:
        marked = [point for point in placed if point.line.mark is not None]
        for role in MARKERS:
            for hollow, name in ((False, "solid"), (True, "hollow")):
                _put(
                    self[f"{role}-{name}"],
                    (
                        (p.line.mark.value, p.y)
                        for p in marked
                        if p.line.role == role and p.line.mark.hollow == hollow
                    ),
                )
        _put(
            self["ghosts"],
            ((p.line.ghost, p.y) for p in placed if p.line.ghost is not None),
        )
        self._place_whiskers([point for point in marked if point.line.mark.low is not None])

    def _place_whiskers(self, placed: Sequence[Point]) -> None:
        edge = self.axes.get_xlim()[1]
        segments, colours, styles, arrows = [], [], [], []
        for point in placed:
            mark = point.line.mark
            end = edge if mark.high is None else min(mark.high, edge)
            segments.append([(mark.low, point.y), (end, point.y)])
            colours.append(getattr(self.theme, COLOURS[point.line.role]))
            styles.append((0, (2.5, 1.8)) if mark.hollow else "solid")
            if mark.high is None or mark.high > edge:
                arrows.append((edge, point.y))
        whiskers = self["whiskers"]
        whiskers.set_segments(segments)
        whiskers.set_color(colours or [self.theme.ink])
        whiskers.set_linestyle(styles or ["solid"])
        _put(self["arrows"], arrows)


def _put(line: Line2D, places: Iterable[tuple[float, float]]) -> None:
    """Move a set of markers."""
    xy = list(places)
    line.set_data([x for x, _ in xy], [y for _, y in xy])
    line.set_visible(bool(xy))
