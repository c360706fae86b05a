"""Groups of people as dots, so many of them filled, with facts in words below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.sheet import sheet
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
ACROSS = 10  # dots in a row
LETTER = 6.7  # page pixels of a letter of the least size, about
LINE = 17.0
FACT_LINES = 14
NARROW = 320.0


@dataclass(frozen=True)
class Crowd:
    """A group: heading, how many of how many, words below, and whether the count is certain."""

    heading: str
    filled: int
    of: int
    words: str
    known: bool


class People(dict[str, Any]):
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
        self.axes = sheet(figure)
        self._width, self._height = figure.width, figure.height
        self._column = (figure.width - 12) / 2
        self._top = 30 * self._grown
        # The narrower, the more lines the facts need.
        facts = 150 + max(0.0, NARROW - figure.width) if self.compact else 94 * self._grown
        self._depth = figure.height - self._top - 26 * self._grown - facts
        self._step = min(self._depth, self._column - 16) / ACROSS
        colours = (("known", "blue"), ("open", "purple"))
        for name, colour in colours:
            look = getattr(self.theme, colour)
            size = points(0.66 * self._step)
            for face, filled in (("filled", look), ("hollow", self.theme.ground)):
                (self[f"{name}-{face}"],) = self.axes.plot(
                    [], [], "o", color=look, mfc=filled, markersize=size, mew=1.2, zorder=3
                )
        self["headings"] = [self._text(weight="bold", size=TEXT) for _ in range(2)]
        self["words"] = [self._text() for _ in range(2)]
        self["facts"] = [self._text() for _ in range(FACT_LINES)]
        self["names"] = [self._text(weight="bold") for _ in range(FACT_LINES)]

    def show(self, crowds: Sequence[Crowd], facts: Sequence[tuple[str, str]]) -> None:
        """Show these groups side by side, and the facts below them."""
        places: dict[str, list[tuple[float, float]]] = {
            f"{kind}-{face}": [] for kind in ("known", "open") for face in ("filled", "hollow")
        }
        for column, crowd in enumerate(crowds):
            kind = "known" if crowd.known else "open"
            left = 8 + column * self._column
            for i in range(crowd.of):
                x = left + (i % ACROSS + 0.5) * self._step
                y = self._top + (i // ACROSS + 0.5) * self._step
                places[f"{kind}-{'filled' if i < crowd.filled else 'hollow'}"].append((x, y))
        for name, found in places.items():
            self[name].set_data([x for x, _ in found], [y for _, y in found])
            self[name].set_visible(bool(found))
        self._say(crowds)
        self._tell(facts, max(-(-crowd.of // ACROSS) for crowd in crowds))

    def _text(self, weight: str = "normal", size: float = SMALL) -> Stamp:
        return stamp(
            self.axes,
            color=self.theme.ink,
            fontsize=points(size * self._grown),
            fontweight=weight,
            va="center_baseline",
            visible=False,
            zorder=4,
        )

    def _say(self, crowds: Sequence[Crowd]) -> None:
        """Write headings above the groups and counts below."""
        for column in range(2):
            shown = column < len(crowds)
            for texts in (self["headings"], self["words"]):
                texts[column].set_visible(shown)
            if shown:
                crowd, left = crowds[column], 8 + column * self._column
                self["headings"][column].set_text(crowd.heading)
                self["headings"][column].set_position((left, 15 * self._grown))
                self["words"][column].set_text(crowd.words)
                rows = -(-crowd.of // ACROSS)
                below = self._top + rows * self._step + 12 * self._grown
                self["words"][column].set_position((left, below))
                colour = self.theme.ink if crowd.known else self.theme.purple
                self["words"][column].set_color(colour)

    def _tell(self, facts: Sequence[tuple[str, str]], rows: int) -> None:
        """Write the facts below, each name beside its words or, on a phone, above or before."""
        g = self._grown
        start = self._top + rows * self._step + 40 * g
        most = int((self._height - start) / (LINE * g))
        lines, indent = self._wrapped(facts, most)
        for i in range(FACT_LINES):
            shown = i < len(lines)
            name, words = lines[i] if shown else ("", "")
            self["names"][i].set_visible(bool(name))
            self["facts"][i].set_visible(bool(words))
            if shown:
                y = start + i * LINE * g
                self["names"][i].set_text(name)
                self["names"][i].set_position((8, y))
                self["facts"][i].set_text(words)
                self["facts"][i].set_position((8 + indent, y))

    def _wrapped(
        self, facts: Sequence[tuple[str, str]], most: int
    ) -> tuple[list[tuple[str, str]], float]:
        """Return lines of a name and words, and how far the words are indented."""
        g, indent = self._grown, 0.0 if self.compact else 92 * self._grown
        letters = int((self._width - 16 - indent) / (LETTER * g))
        parts = {name: textwrap.wrap(words, letters) for name, words in facts}
        if not self.compact:
            return [
                (name if not i else "", part)
                for name, found in parts.items()
                for i, part in enumerate(found)
            ], indent
        apart = [
            line for n, found in parts.items() for line in [(n, ""), *(("", f) for f in found)]
        ]
        if len(apart) <= min(most, FACT_LINES):
            return apart, indent
        joined = [textwrap.wrap(f"{name}: {words}", letters) for name, words in facts]
        return [("", part) for found in joined for part in found], indent
