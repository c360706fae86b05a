"""Values and intervals on one axis, a line of words above each: who says it, and what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.wording import Words

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

LABEL_ABOVE = 17
# A line that begins right of this share of the axis has its words to the left of its end.
TURN = 0.5


@dataclass(frozen=True)
class Line:
    """One line: words, and a value with limits as far as there are any.

    ``questioned`` lines are drawn hollow and dashed, the others filled and solid.
    """

    who: str
    words: str
    questioned: bool
    value: float | None = None
    low: float | None = None
    high: float | None = None


def rows_chart(figure: TeachingFigure) -> dict[str, Any]:
    """Draw an empty axis, and return the artists that :func:`show_rows` changes."""
    theme = figure.theme
    axes = figure.panel(left=20, right=24, top=6, bottom=48)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.set_yticks([])
    if figure.compact:
        axes.locator_params(axis="x", nbins=6)
    marks = {"markersize": points(12), "linestyle": "none", "markeredgewidth": 1.8}
    hollow = {"color": theme.vermillion, "markerfacecolor": theme.ground}
    dashed = {"colors": theme.vermillion, "linestyles": "--", "linewidths": 2.4}
    size = SMALL if figure.compact else TEXT
    return {
        "marked": axes.axvline(1, color=theme.muted, linewidth=1.2, visible=False),
        "ranges": axes.add_collection(LineCollection([], colors=theme.blue, linewidths=3)),
        "questioned ranges": axes.add_collection(LineCollection([], **dashed)),
        "values": axes.plot([], [], "o", color=theme.blue, **marks)[0],
        "questioned": axes.plot([], [], "D", **hollow, **marks)[0],
        "words": Words(figure, axes, size, shift=(0, LABEL_ABOVE), plated=True),
    }


def show_rows(
    artists: dict[str, Any],
    lines: Sequence[Line],
    slots: int,
    limit: float,
    label: str,
    marked: float | None = None,
) -> None:
    """Show other lines, on an axis from 0 to ``limit`` with ``slots`` places.

    Parameters
    ----------
    artists : dict
        What :func:`rows_chart` returned.
    lines : sequence of Line
        From the top.
    slots : int
        How many places there are, so that hidden lines keep theirs.
    limit : float
        Right end of the axis.
    label : str
        What the axis measures.
    marked : float, optional
        A value to mark by a line, such as 1 for a ratio.
    """
    axes = artists["values"].axes
    axes.set(xlim=(0, limit), ylim=(slots - 0.7, -0.7), xlabel=label)
    artists["marked"].set_visible(marked is not None)
    if marked is not None:
        artists["marked"].set_xdata([marked, marked])
    for name, ranges, questioned in (
        ("values", "ranges", False),
        ("questioned", "questioned ranges", True),
    ):
        mine = [(i, line) for i, line in enumerate(lines) if line.questioned == questioned]
        spots = [(line.value, i) for i, line in mine if line.value is not None]
        artists[name].set_data(np.array(spots).T if spots else ([], []))
        artists[ranges].set_segments([_range(i, line) for i, line in mine if _has_range(line)])
    # On a phone the words need the whole width, so all of them begin at the left.
    compact = axes.get_figure().compact
    places = [(0.0, "left") if compact else _beside(line, limit) for line in lines]
    artists["words"].show(
        [f"{line.who}: {line.words}" for line in lines],
        [(at, i) for i, (at, _) in enumerate(places)],
        [side for _, side in places],
    )


def _beside(line: Line, limit: float) -> tuple[float, str]:
    """Return where the words of a line begin, or end, and which of the two."""
    ends = [end for end in (line.value, line.low, line.high) if end is not None]
    if not ends:
        return 0.0, "left"
    return (min(ends), "left") if min(ends) < TURN * limit else (max(ends), "right")


def _has_range(line: Line) -> bool:
    return line.low is not None and line.high is not None


def _range(row: int, line: Line) -> list[tuple[float | None, int]]:
    return [(line.low, row), (line.high, row)]
