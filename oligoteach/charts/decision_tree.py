"""A tree of yes-or-no questions, drawn once, with one path through it lit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from oligoteach.charts.sheet import HALF_LINE, corners, light, width_of, write_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

Place = tuple[float, float]
Box = tuple[float, float, float, float]

_DOT = 11.0
_LABELLED_GAP = 38.0
_MARGIN = 4.0


def lay_out(root: str, branches: Mapping[str, tuple[str, str]]) -> dict[str, Place]:
    """Return column and row of every node: ends in rows of their own, each parent between.

    Parameters
    ----------
    root : str
        Id of the first question.
    branches : mapping of str to pair of str
        What follows each question on "no" and on "yes"; what is no key of it is an end.

    Returns
    -------
    dict of str to (column, row)
        Ends stand in the last column.
    """
    places: dict[str, Place] = {}
    ends: list[str] = []

    def place(node: str, column: int) -> float:
        if node not in branches:
            ends.append(node)
            return len(ends) - 1.0
        upper, lower = (place(child, column + 1) for child in branches[node])
        places[node] = (column, (upper + lower) / 2)
        return places[node][1]

    place(root, 0)
    last = max(column for column, _ in places.values()) + 1
    return places | {node: (last, float(row)) for row, node in enumerate(ends)}


class DecisionTree(list):  # type: ignore[type-arg]
    """The tree, and the list of its artists that move.

    On a wide page each question stands in a box; on a phone it is a number, to be read beside a
    list of the questions.

    Parameters
    ----------
    axes : Axes
        A sheet of page pixels.
    box : tuple of float
        Left, top, right and bottom edge for the tree.
    root, branches
        As in :func:`lay_out`.
    questions, ends : mapping of str to str
        Words of each node.
    numbers : mapping of str to str
        Number of each question, for a phone.
    """

    def __init__(
        self,
        axes: Axes,
        box: Box,
        root: str,
        branches: Mapping[str, tuple[str, str]],
        questions: Mapping[str, str],
        ends: Mapping[str, str],
        numbers: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._figure, self._axes = axes.figure, axes
        self._compact = axes.figure.compact
        self._branches = branches
        self._words = {**(numbers if self._compact else questions), **ends}
        places = lay_out(root, branches)
        self._measure(box, places, ends)
        self._boxes = {node: self._box(node, *place) for node, place in places.items()}
        self._rest()
        self._lights()

    def show(self, path: Sequence[str]) -> None:
        """Light a path of ids from the first question to the end; none where it is empty."""
        self._edges.set_segments([self._edge(*step) for step in pairwise(path)])
        self._frames.set_verts([corners(*self._boxes[node]) for node in path])

    # Geometry -------------------------------------------------------------------------------

    def _measure(self, box: Box, places: Mapping[str, Place], ends: Mapping[str, str]) -> None:
        left, top, right, bottom = box
        texts = [line for text in ends.values() for line in text.split("\n")]
        widest = max(width_of(self._figure, line) for line in texts)
        self._label = widest + 2 * _MARGIN + 4
        columns = max(column for column, _ in places.values())
        self._pitch = (right - left - self._label) / columns
        self._left, self._right = left, right
        rows = max(row for _, row in places.values()) + 1
        self._top, self._row = top, (bottom - top) / rows
        self._gap = 0.0 if self._compact else min(max(self._pitch - 92, 12), 60)

    def _box(self, node: str, column: float, row: float) -> Box:
        y = self._top + (row + 0.5) * self._row
        if node not in self._branches:
            half = min(self._row * 0.5, 17)
            return self._right - self._label, y - half, self._right, y + half
        x = self._left + column * self._pitch
        if self._compact:
            return x, y - _DOT, x + 2 * _DOT, y + _DOT
        half = min(self._row * 0.75, 22)
        return x, y - half, x + self._pitch - self._gap, y + half

    def _edge(self, node: str, child: str) -> list[Place]:
        """Return the elbow from a node to what follows."""
        _, top, right, bottom = self._boxes[node]
        left, child_top, _, child_bottom = self._boxes[child]
        y, to = (top + bottom) / 2, (child_top + child_bottom) / 2
        bus = right + (min(self._gap * 0.4, 14) if self._gap else 4)
        return [(right, y), (bus, y), (bus, to), (left, to)]

    def _put(self, text: Text, node: str, words: str) -> None:
        left, top, right, bottom = self._boxes[node]
        is_end, one_line = node not in self._branches, "\n" not in words
        x = left + _MARGIN + 2 if is_end else (left + right) / 2
        text.set_position((x, (top + bottom) / 2 + (HALF_LINE if one_line else 0)))
        text.set_ha("left" if is_end else "center")
        text.set_va("baseline" if one_line else "center")
        text.set_text(words)

    # Artists --------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Draw the whole tree unlit: part of the kept picture."""
        from matplotlib.collections import LineCollection, PolyCollection

        theme = self._figure.theme
        steps = [(node, child) for node, children in self._branches.items() for child in children]
        self._axes.add_collection(
            LineCollection([self._edge(*step) for step in steps], colors=theme.muted, lw=0.8),
            autolim=False,
        )
        self._axes.add_collection(
            PolyCollection(
                [corners(*self._boxes[node]) for node in self._branches],
                facecolors=theme.soft_muted,
                edgecolors=theme.line,
                linewidths=0.8,
            ),
            autolim=False,
        )
        for node, words in self._words.items():
            self._put(write_lines(self._axes, 0, 0), node, words)
        if self._compact:
            self._label_dots()
        elif self._gap >= _LABELLED_GAP:
            self._label_edges(steps)

    def _label_edges(self, steps: Sequence[tuple[str, str]]) -> None:
        for node, child in steps:
            (_, _), (bus, _), (_, to), _ = self._edge(node, child)
            answer = "no" if self._branches[node][0] == child else "yes"
            colour = self._figure.theme.muted
            write_lines(self._axes, bus + 3, to - 8, answer, color=colour)

    def _label_dots(self) -> None:
        """Write on a phone "no" above and "yes" below a dot, beside where the branches leave."""
        colour = self._figure.theme.muted
        for node in self._branches:
            _, top, right, bottom = self._boxes[node]
            for answer, y in (("no", top - 8), ("yes", bottom + 8)):
                write_lines(self._axes, right + 2, y, answer, ha="right", color=colour)

    def _lights(self) -> None:
        from matplotlib.collections import LineCollection, PolyCollection

        theme = self._figure.theme
        self._edges = LineCollection([], colors=theme.blue, lw=2.6, zorder=3)
        self._frames = PolyCollection([], **light(theme))
        for collection in (self._edges, self._frames):
            self._axes.add_collection(collection, autolim=False)
            self.append(collection)

    @property
    def labelled(self) -> bool:
        """Whether yes and no stand at the branches, so that no note on them is needed."""
        return self._gap >= _LABELLED_GAP
