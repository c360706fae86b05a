"""Events by year: in lanes side by side, or on a phone as one list.

What lies after the chosen year, or in a lane that was not chosen, is left as an empty ring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.sheet import sheet, width_of, write
from oligoteach.charts.year_items import KINDS, Item

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from oligoteach.charts.figure import TeachingFigure

MARK = 16.0
# Least room between the words of one lane and the next, and between the parts of the key.
BETWEEN, APART = 4.0, 8.0
YEAR, AFTER_YEAR = 40.0, 7.0
EDGE = 8.0
HEADING = 26.0
LARGE, GROWN = 860, 1.2

# Marker, colour of the theme, and whether it is filled.
LOOKS = {
    "for": ("^", "green", True),
    "none": ("s", "vermillion", True),
    "unseen": ("$?$", "purple", True),
    "series": ("o", "muted", False),
    "lab": ("P", "muted", False),
    "rules": ("D", "blue", True),
    "plan": (">", "ink", False),
}


class YearLanes(list):  # type: ignore[type-arg]
    """The events and their list of moving artists.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    items : sequence of Item
        In order of years.
    lanes : mapping of str to str
        Headings of the lanes, from the left, each with a brief one for where there is little room.
    """

    def __init__(
        self, figure: TeachingFigure, items: Sequence[Item], lanes: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._figure, self._items = figure, items
        self._theme, self._width = figure.theme, figure.width
        self._size = SMALL * (GROWN if figure.width >= LARGE else 1.0)
        axes = sheet(figure)
        bottom = figure.height - self._key(axes, figure.height, most=2 if figure.compact else 4)
        self._said = [item.long_words if figure.compact else item.words for item in items]
        place = self._in_a_list if figure.compact else self._in_lanes
        self._places = place(axes, bottom, lanes)
        self._marks = {kind: self._mark(axes, kind) for kind in LOOKS}
        ring = {"marker": "o", "ms": 3, "mfc": "none", "mec": figure.theme.muted, "mew": 0.8}
        self._rings = axes.plot([], [], linestyle="none", **ring)[0]
        self._texts = [
            self._write(axes, x + MARK - 4, y, words)
            for words, (x, y) in zip(self._said, self._places, strict=True)
        ]
        self._now = axes.plot([], [], color=figure.theme.blue, linewidth=1.6)[0]
        self._now_words = self._write(
            axes, figure.width - EDGE, 0, ha="right", color=figure.theme.blue, weight="bold"
        )
        self._now_words.set_ground(figure.theme.ground)
        self.extend([*self._marks.values(), self._rings, *self._texts, self._now, self._now_words])

    def show(self, lit: Sequence[bool], year: int | None, words: str) -> None:
        """Light events.

        Parameters
        ----------
        lit : sequence of bool
            Which events are shown with their words.
        year : int or None
            Year after which a line is drawn; None for no line.
        words : str
            What stands at the line.
        """
        shown = list(zip(self._items, self._places, lit, strict=True))
        for kind, mark in self._marks.items():
            _put(mark, [place for item, place, on in shown if on and item.kind == kind])
        _put(self._rings, [place for _, place, on in shown if not on])
        for text, on in zip(self._texts, lit, strict=True):
            text.set_visible(on)
        earlier = [y for item, (_, y), _ in shown if year is not None and item.year <= year]
        self._now.set_visible(bool(earlier))
        self._now_words.set_visible(bool(earlier))
        if earlier:
            y = max(earlier) + self._pitch / 2
            self._now.set_data([EDGE, self._width - EDGE], [y, y])
            self._now_words.set_position((self._width - EDGE, y + 4.3 + self._pitch * 0.55))
            self._now_words.set_text(words)

    # Places -----------------------------------------------------------------------------------

    def _in_lanes(
        self, axes: Axes, bottom: float, lanes: Mapping[str, str]
    ) -> list[tuple[float, float]]:
        headings: Mapping[str, str] = {lane: lane for lane in lanes}
        starts, rest = self._lane_starts(headings)
        if rest < BETWEEN:
            headings, self._said = lanes, [item.brief for item in self._items]
            starts, _ = self._lane_starts(headings)
        for lane, x in starts.items():
            self._write(axes, x - 5, HEADING / 2, headings[lane], weight="bold")
        depth = {
            year: max(
                sum(item.year == year and item.lane == lane for item in self._items)
                for lane in lanes
            )
            for year in sorted({item.year for item in self._items})
        }
        self._pitch = (bottom - HEADING) / (sum(depth.values()) + 0.2 * len(depth))
        places, top, taken = {}, HEADING, {}
        for year, rows in depth.items():
            places[year] = top + self._pitch * 0.6
            self._write(axes, EDGE, places[year], str(year), color=self._theme.muted)
            self._rule(axes, top)
            top += self._pitch * (rows + 0.2)
        found = []
        for item in self._items:
            row = taken.get((item.year, item.lane), 0)
            taken[item.year, item.lane] = row + 1
            found.append((starts[item.lane], places[item.year] + row * self._pitch))
        return found

    def _lane_starts(self, headings: Mapping[str, str]) -> tuple[dict[str, float], float]:
        """Return where each lane begins, and the room left between two lanes.

        A lane is as wide as its longest words, and a share of the rest.
        """
        wide = [
            max(
                self._wide(heading, weight="bold") - 5,
                *(
                    MARK + self._wide(words)
                    for item, words in zip(self._items, self._said, strict=True)
                    if item.lane == lane
                ),
            )
            for lane, heading in headings.items()
        ]
        x = YEAR * self._size / SMALL + EDGE + AFTER_YEAR
        rest = (self._width - x - sum(wide)) / len(headings)
        starts = {}
        for lane, width in zip(headings, wide, strict=True):
            starts[lane] = x
            x += width + rest
        return starts, rest

    def _in_a_list(
        self, axes: Axes, bottom: float, _lanes: Mapping[str, str]
    ) -> list[tuple[float, float]]:
        self._pitch = (bottom - 4) / len(self._items)
        found, last = [], None
        for row, item in enumerate(self._items):
            y = 4 + (row + 0.5) * self._pitch
            if item.year != last:
                self._write(axes, EDGE, y, str(item.year), color=self._theme.muted)
                self._rule(axes, y - self._pitch / 2)
            last = item.year
            found.append((EDGE + YEAR, y))
        return found

    # Parts ------------------------------------------------------------------------------------

    def _key(self, axes: Axes, height: float, most: int) -> float:
        """Write what the signs mean along the lower edge, and return the height that it takes.

        In as many columns as there is room for, and ``most`` at most.
        """
        for columns in range(most, 0, -1):
            parts = [list(LOOKS)[column::columns] for column in range(columns)]
            wide = [MARK + max(self._wide(KINDS[kind]) for kind in part) for part in parts]
            if EDGE + sum(wide) + APART * (columns - 1) <= self._width:
                break
        pitch, rows = 17.0 * self._size / SMALL, len(parts[0])
        top = height - rows * pitch + pitch / 2 - 2
        x = EDGE
        for part, room in zip(parts, wide, strict=True):
            for row, kind in enumerate(part):
                _put(self._mark(axes, kind), [(x + 5, top + row * pitch)])
                self._write(axes, x + MARK - 2, top + row * pitch, KINDS[kind])
            x += room + APART
        return rows * pitch + 8

    def _wide(self, text: str, **style: Any) -> float:
        return width_of(self._figure, text, self._size, **style)

    def _mark(self, axes: Axes, kind: str) -> Line2D:
        marker, colour, filled = LOOKS[kind]
        ink = getattr(self._theme, colour)
        (line,) = axes.plot(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=points(8.5 * self._size / SMALL),
            markeredgecolor=ink,
            markerfacecolor=ink if filled else self._theme.ground,
            markeredgewidth=0.3 if marker.startswith("$") else 1.3,
            zorder=4,
        )
        return line

    def _write(self, axes: Axes, x: float, y: float, text: str = "", **style: Any) -> Any:
        return write(axes, x, y, text, **{"fontsize": points(self._size), **style})

    def _rule(self, axes: Axes, y: float) -> None:
        axes.plot([EDGE, self._width - EDGE], [y, y], color=self._theme.line, linewidth=0.6)


def _put(line: Line2D, places: Sequence[tuple[float, float]]) -> None:
    line.set_data([x for x, _ in places], [y for _, y in places])
