"""A few things side by side, each done, missing or not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from oligoteach.charts.sheet import tick, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARK = 18.0


class Checklist(list):  # type: ignore[type-arg]
    """The list, and the marks in it that move.

    Parameters
    ----------
    axes : Axes
        A sheet of page pixels.
    places : sequence of (float, float)
        Where each mark stands.
    names : sequence of str
        What each is.
    """

    def __init__(
        self, axes: Axes, places: Sequence[tuple[float, float]], names: Sequence[str]
    ) -> None:
        super().__init__()
        self._places = np.asarray(places, dtype=float)
        for (x, y), name in zip(places, names, strict=True):
            write(axes, x + _MARK, y, name)
        theme = axes.figure.theme
        looks = {
            True: {"marker": tick(), "color": theme.green, "mfc": "none", "mew": 2, "ms": 8},
            False: {"marker": "x", "color": theme.vermillion, "mew": 2.2, "ms": 7},
            None: {"marker": "_", "color": theme.muted, "mew": 1.6, "ms": 7},
        }
        self._marks = {
            answer: axes.plot([], [], linestyle="none", **look)[0] for answer, look in looks.items()
        }
        self.extend(self._marks.values())

    def show(self, answers: Sequence[bool | None]) -> None:
        """Mark each as done (True), missing (False) or not asked for (None)."""
        for answer, mark in self._marks.items():
            chosen = [
                place for place, one in zip(self._places, answers, strict=True) if one is answer
            ]
            x, y = np.reshape(chosen, (-1, 2)).T
            mark.set_data(x + 6, y)
