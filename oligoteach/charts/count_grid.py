"""Counts in a grid: rows against columns, each count in a square whose area shows it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection

from oligoteach.charts.wording import Words

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

# The largest square fills this share of its cell's width and height.
FULL = 0.94
# The last column holds bars: its width in cells, and the room for its numbers on the right.
LAST, LAST_BAR = 1.7, 1.6
HEADING, TURNED_HEADING = 32, 118


def count_grid(
    figure: TeachingFigure,
    rows: Sequence[str],
    columns: Sequence[str],
    colours: Mapping[str, str],
    last: str,
    left: float,
) -> dict[str, Any]:
    """Draw the headings, and return the artists that :func:`show_counts` changes.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    rows, columns : sequence of str
        Headings from the top and from the left.
    colours : mapping of str to str
        Kinds of cells, and the theme's colour for each.
    last : str
        Heading of the column of shares, in per cent, on the right.
    left : float
        Room for the row headings in page pixels.

    Returns
    -------
    dict
        A collection of squares for each kind, ``bars`` for the shares, and the words
        ``numbers`` of the cells and ``shares`` of the rows.
    """
    turned = figure.width < 130 * len(columns)
    top = TURNED_HEADING if turned else HEADING
    axes = figure.panel(left=left, right=6, top=top, bottom=8)
    edge = len(columns) - 0.5
    axes.set(xlim=(-0.5, edge + LAST), ylim=(len(rows) - 0.5, -0.5))
    axes.spines[:].set_visible(False)
    axes.grid(False)
    axes.set_xticks([i + 0.5 for i in range(len(columns))], minor=True)
    axes.set_yticks([i + 0.5 for i in range(len(rows) - 1)], minor=True)
    axes.grid(True, which="minor", color=figure.theme.line, linewidth=0.6)
    axes.tick_params(which="both", length=0, labeltop=True, labelbottom=False)
    places = [*range(len(columns)), edge + LAST / 2]
    axes.set_xticks(places, [*columns, last], rotation=90 if turned else 0)
    axes.set_yticks(range(len(rows)), rows)
    artists: dict[str, Any] = {
        kind: axes.add_collection(
            PolyCollection([], facecolors=getattr(figure.theme, colour), edgecolors="none")
        )
        for kind, colour in {**colours, "bars": "soft_vermillion"}.items()
    }
    artists["numbers"] = Words(figure, axes, align="center")
    artists["shares"] = Words(figure, axes, shift=(4, 0), weight="bold")
    return artists


def show_counts(
    artists: Mapping[str, Any],
    counts: Sequence[Sequence[int]],
    kinds: Sequence[str],
    full: int,
    shares: Sequence[float | None],
) -> None:
    """Show other counts.

    Parameters
    ----------
    artists : mapping
        What :func:`count_grid` returned.
    counts : sequence of sequence of int
        By row and column.
    kinds : sequence of str
        The kind of each column.
    full : int
        The count whose square fills its cell.
    shares : sequence of float or None
        The share of each row, from 0 to 1; None where there is none.
    """
    squares: dict[str, list[Any]] = {kind: [] for kind in kinds}
    filled = [
        (row, column, count)
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        if count > 0
    ]
    for row, column, count in filled:
        squares[kinds[column]].append(_square(row, column, count / full))
    for kind, verts in squares.items():
        artists[kind].set_verts(verts)
    artists["numbers"].show(
        [f"{count}" for _, _, count in filled], [(column, row) for row, column, _ in filled]
    )
    start = len(kinds) - 0.5
    bars = [_bar(row, start, share) for row, share in enumerate(shares) if share]
    artists["bars"].set_verts(bars)
    artists["shares"].show(
        ["–" if share is None else f"{100 * share:.0f}" for share in shares],
        [(start, row) for row in range(len(shares))],
    )


def _square(row: int, column: int, share: float) -> list[tuple[float, float]]:
    """Return the corners of a square of this share of its cell's area."""
    half = FULL / 2 * math.sqrt(min(share, 1.0))
    return _box(column - half, column + half, row - half, row + half)


def _bar(row: int, start: float, share: float) -> list[tuple[float, float]]:
    """Return the corners of a bar of this share of the last column's length."""
    return _box(start, start + LAST_BAR * share, row - FULL / 2, row + FULL / 2)


def _box(left: float, right: float, top: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]
