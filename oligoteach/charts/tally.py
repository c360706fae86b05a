"""Counted things as bars: a row for each kind, and behind each bar how long it could be.

Cells are given as values; the labels stand beside the bars, or above them on a phone. What moves
is returned as artists and changed by :func:`fill`, which knows nothing of the figure's size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PolyCollection

from oligoteach.charts.figure import PIXELS_PER_INCH, SMALL, points
from oligoteach.charts.wording import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

HALF_HEIGHT = 0.24
# From one column to the next, when a full bar is 1: the rest holds the number behind the bar.
PITCH = 1.6
NUMBER_PIXELS = 92
GAP_PIXELS = 6


@dataclass(frozen=True)
class Style:
    """How the bars of one kind look: the name of a theme colour, filled or hollow."""

    colour: str
    filled: bool = True


@dataclass(frozen=True)
class Cell:
    """One bar: its length from 0 to 1, the words behind it, and the name of its style."""

    length: float
    words: str
    style: str


def tally(
    figure: TeachingFigure,
    rows: Sequence[str],
    styles: Mapping[str, Style],
    columns: Sequence[str] = ("",),
    ghosts: Sequence[Sequence[float]] = (),
    left: float = 190,
) -> dict[str, Any]:
    """Draw rows, column headings and ghosts, and return the artists that :func:`fill` changes.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    rows : sequence of str
        Labels of the rows, from the top; empty strings where :func:`fill` sets them.
    styles : mapping of str to Style
        Looks of the bars, by name.
    columns : sequence of str
        Headings; one empty heading for a single column.
    ghosts : sequence of sequence of float
        How long each bar could be, from 0 to 1, by row and column; empty for none.
    left : float
        Room for the labels in page pixels, on a wide figure.

    Returns
    -------
    dict
        ``numbers`` and ``labels``, and one collection of bars for each style.
    """
    axes = _axes(figure, len(rows), columns, left)
    if ghosts:
        boxes = [
            _box(row, column, length)
            for row, lengths in enumerate(ghosts)
            for column, length in enumerate(lengths)
        ]
        axes.add_collection(_bars(boxes, figure.theme.soft_muted, "none"))
    artists: dict[str, Any] = {}
    for name, style in styles.items():
        colour = getattr(figure.theme, style.colour)
        bars = _bars([], colour if style.filled else figure.theme.ground, colour)
        artists[name] = axes.add_collection(bars)
    artists["numbers"] = Words(figure, axes, shift=(GAP_PIXELS, 0))
    artists["labels"] = _labels(figure, axes)
    if any(rows):
        _write_labels(artists["labels"], rows)
        # Labels that stay belong to the kept picture.
        del artists["labels"]
    return artists


def fill(
    artists: Mapping[str, Any], cells: Sequence[Sequence[Cell]], labels: Sequence[str] = ()
) -> None:
    """Set bars and numbers.

    Parameters
    ----------
    artists : mapping
        What :func:`tally` returned.
    cells : sequence of sequence of Cell
        The bars by row and column; missing rows stay empty.
    labels : sequence of str
        Labels of the rows, where they change.
    """
    boxes: dict[str, list[Any]] = {name: [] for name in artists if name not in _TEXTS}
    words, points = [], []
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            if cell.length > 0:
                boxes[cell.style].append(_box(row, column, cell.length))
            words.append(cell.words)
            points.append((column * PITCH + cell.length, row))
    for name, verts in boxes.items():
        artists[name].set_verts(verts)
    artists["numbers"].show(words, points)
    if "labels" in artists:
        _write_labels(artists["labels"], labels)


_TEXTS = ("numbers", "labels")


def _axes(figure: TeachingFigure, n_rows: int, columns: Sequence[str], left: float) -> Axes:
    """Add axes without ticks, whose rows and columns are known by their numbers."""
    headed = any(columns)
    axes = figure.panel(
        left=12 if figure.compact else left, right=12, top=44 if headed else 8, bottom=8
    )
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    room = figure.width - (24 if figure.compact else left + 12)
    wide = room / (room - NUMBER_PIXELS) if len(columns) == 1 else len(columns) * PITCH
    # On a phone the first label stands above the first bar.
    axes.set(xlim=(0, wide), ylim=(n_rows - 0.6, -0.8 if figure.compact else -0.6))
    for column, heading in enumerate(columns):
        axes.text(
            column * PITCH,
            1 + 8 / (axes.bbox.height / figure.dpi * PIXELS_PER_INCH),
            heading,
            transform=axes.get_xaxis_transform(),
            color=figure.theme.ink,
            size=points(SMALL),
            weight="bold",
            va="bottom",
        )
    return axes


def _labels(figure: TeachingFigure, axes: Axes) -> Words:
    """Return the (empty) labels beside the bars, or above them on a phone."""
    if figure.compact:
        above = axes.bbox.height / figure.dpi * PIXELS_PER_INCH / abs(np.ptp(axes.get_ylim())) / 2
        return Words(figure, axes, shift=(0, above))
    return Words(figure, axes, align="right", shift=(-GAP_PIXELS, 0))


def _write_labels(labels: Words, rows: Sequence[str]) -> None:
    """Set the labels of the rows."""
    labels.show(rows, [(0, row) for row in range(len(rows))])


def _box(row: int, column: int, length: float) -> list[tuple[float, float]]:
    """Return the corners of a bar."""
    x0, x1 = column * PITCH, column * PITCH + length
    y0, y1 = row - HALF_HEIGHT, row + HALF_HEIGHT
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _bars(boxes: list[Any], colour: str, edge: str) -> PolyCollection:
    """Return bars of one look."""
    return PolyCollection(boxes, facecolors=colour, edgecolors=edge, linewidths=1.4)
