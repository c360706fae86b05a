"""Trials as dots, sorted by their result, and below them what each result does to a belief."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.sheet import sheet, write
from oligoteach.charts.wording import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from oligoteach.charts.figure import TeachingFigure

EDGE = 10.0
HEAD = 40.0  # two lines above each block of dots
SCALE = 112.0  # the belief below the dots
LETTER = 6.6  # width of a letter of the least size
LARGE, GROWN = 860, 1.2
# Dots of one look: the theme's colour of edge and face.
LOOKS = {
    "true positive": ("green", True),
    "false positive": ("vermillion", False),
    "false negative": ("green", True),
    "true negative": ("muted", False),
}
MARKS = {
    "before": ("D", "ink", False),
    "positive": ("^", "green", True),
    "negative": ("v", "vermillion", True),
}


class TrialDots(list):  # type: ignore[type-arg]
    """Two blocks of dots above a scale of belief, and the list of their moving artists."""

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__()
        self._theme, self._width = figure.theme, figure.width
        self._grown = GROWN if figure.width >= LARGE else 1.0
        axes = sheet(figure)
        self._axis = figure.height - (SCALE - 56) * self._grown
        self._room = figure.height - (2 * HEAD + SCALE) * self._grown
        self._dots = {kind: self._dot(axes, *look) for kind, look in LOOKS.items()}
        self._heads = Words(figure, axes, TEXT * self._grown, weight="bold")
        self._notes = Words(figure, axes, SMALL * self._grown)
        self._draw_scale(axes)
        self._marks = {name: self._mark(axes, *look) for name, look in MARKS.items()}
        self._labels = Words(figure, axes, SMALL * self._grown, align="center")
        style = {"color": figure.theme.blue, "linewidth": 1.8, "linestyle": (0, (4, 3))}
        self._line = axes.plot([], [], **style)[0]
        self.extend(
            [
                *self._dots.values(),
                self._heads,
                self._notes,
                self._line,
                *self._marks.values(),
                self._labels,
            ]
        )

    def show(
        self, counts: dict[str, int], beliefs: dict[str, tuple[float, str]], act: float
    ) -> None:
        """Show other trials.

        Parameters
        ----------
        counts : dict of str to int
            Number of trials for each key of ``LOOKS``.
        beliefs : dict of str to (float, str)
            For each key of ``MARKS``, the share of treatments that work, from 0 to 1 and in words.
        act : float
            The belief at which one would act, from 0 to 1.
        """
        n = sum(counts.values())
        pitch, columns = self._grid(n)
        top, head = 0.0, HEAD * self._grown
        heads, notes, tops = [], [], []
        for result in ("positive", "negative"):
            kinds = [kind for kind in LOOKS if kind.endswith(result)]
            # Those of treatments that work come first, so that their share is seen as a length.
            kinds.sort(key=lambda kind: LOOKS[kind][0] != "green")
            works, fails = (counts[kind] for kind in kinds)
            heads.append(f"{result.capitalize()}: {works + fails} of {n} trials")
            notes.append(f"● it works: {works}   ○ it does not: {fails}")
            tops.append(top)
            places = self._places(works + fails, top + head, pitch, columns)
            for kind, part in zip(kinds, (places[:works], places[works:]), strict=True):
                self._dots[kind].set_data(part[:, 0], part[:, 1])
                self._dots[kind].set_markersize(points(0.66 * pitch))
            top += head + pitch * max(1, math.ceil((works + fails) / columns))
        self._heads.show(heads, [(EDGE, y + 10 * self._grown) for y in tops])
        self._notes.show(notes, [(EDGE, y + 27 * self._grown) for y in tops])
        self._show_beliefs(beliefs, act)

    # Dots -------------------------------------------------------------------------------------

    def _grid(self, n: int) -> tuple[float, int]:
        """Return the pitch and the number of dots in a row that fill the room for ``n`` trials."""
        width = self._width - 2 * EDGE
        for columns in range(5, n + 1):
            pitch = width / columns
            # Two blocks may each end with a row that is not full.
            if (math.ceil(n / columns) + 1) * pitch <= self._room:
                return pitch, columns
        return width / n, n

    def _places(self, n: int, top: float, pitch: float, columns: int) -> np.ndarray:
        order = np.arange(n)
        x = EDGE + (order % columns + 0.5) * pitch
        y = top + (order // columns + 0.5) * pitch
        return np.column_stack([x, y])

    # Belief -----------------------------------------------------------------------------------

    def _x(self, belief: float) -> float:
        left, right = EDGE + 30 * self._grown, self._width - EDGE - 42 * self._grown
        return left + belief * (right - left)

    def _draw_scale(self, axes: Axes) -> None:
        ink, y = self._theme.muted, self._axis
        axes.plot([self._x(0), self._x(1)], [y, y], color=ink, linewidth=1.2)
        for share in (0, 0.25, 0.5, 0.75, 1):
            at = self._x(share)
            axes.plot([at, at], [y - 4, y + 4], color=ink, linewidth=1.2)
        self._write(axes, self._x(0) - 6, y, "0 %", ha="right", color=ink)
        self._write(axes, self._x(1) + 6, y, "100 %", color=ink)

    def _show_beliefs(self, beliefs: dict[str, tuple[float, str]], act: float) -> None:
        step = 18 * self._grown
        rows = {"before": -2 * step, "positive": -step, "negative": step, "act": 2 * step}
        words = {
            "before": "before the trial",
            "positive": "if positive",
            "negative": "if negative",
            "act": "I would act at",
        }
        texts, places = [], []
        for name, (belief, said) in {**beliefs, "act": (act, f"{100 * act:.0f} %")}.items():
            text = f"{words[name]} {said}"
            at, half = self._x(belief), LETTER * self._grown * len(text) / 2
            middle = min(max(at, EDGE + half), self._width - EDGE - half)
            texts.append(text)
            places.append((middle, self._axis + rows[name]))
            if name in self._marks:
                self._marks[name].set_data([at], [self._axis])
        self._labels.show(texts, places)
        at = self._x(act)
        self._line.set_data([at, at], [self._axis - 8, self._axis + 1.5 * step])

    # Parts ------------------------------------------------------------------------------------

    def _dot(self, axes: Axes, colour: str, filled: bool) -> Line2D:
        ink = getattr(self._theme, colour)
        face = ink if filled else self._theme.ground
        look = {"color": ink, "markerfacecolor": face, "markeredgewidth": 1.1}
        return axes.plot([], [], linestyle="none", marker="o", **look)[0]

    def _mark(self, axes: Axes, marker: str, colour: str, filled: bool) -> Line2D:
        ink = getattr(self._theme, colour)
        return axes.plot(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=points(13 * self._grown),
            color=ink,
            markerfacecolor=ink if filled else self._theme.ground,
            markeredgewidth=1.6,
            zorder=5,
        )[0]

    def _write(
        self, axes: Axes, x: float, y: float = 0, text: str = "", size: float = SMALL, **style: Any
    ) -> Any:
        return write(axes, x, y, text, fontsize=points(size * self._grown), **style)
