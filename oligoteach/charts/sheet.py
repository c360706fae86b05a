"""A whole figure as one sheet of page pixels, for diagrams that are no graphs."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.stamp import Stamp, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from oligoteach.charts.figure import TeachingFigure
    from oligoteach.charts.theme import Theme


def sheet(figure: TeachingFigure) -> Axes:
    """Add axes that cover the figure, counted in page pixels from its top left corner."""
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, figure.width), ylim=(figure.height, 0))
    axes.set_axis_off()
    return axes


# From the middle of a line of the least size down to its baseline. Text is set on its baseline,
# because centred text stands higher or lower with every letter that has a tail.
HALF_LINE = 4.3


def write(axes: Axes, x: float, y: float, text: str = "", **style: Any) -> Stamp:
    """Write a line of the least size, its middle at a place in page pixels."""
    look = {"fontsize": points(SMALL), "color": axes.figure.theme.ink, "va": "baseline"}
    return stamp(axes, x=x, y=y + HALF_LINE, text=text, **{**look, **style})


def write_lines(axes: Axes, x: float, y: float, text: str = "", **style: Any) -> Stamp:
    """Write several lines of the least size, the middle of all at a place in page pixels."""
    return write(axes, x, y - HALF_LINE, text, **{"va": "center", "linespacing": 1.15, **style})


def width_of(figure: TeachingFigure, text: str, size: float = SMALL, **style: Any) -> float:
    """Return the width in page pixels that a text takes."""
    return _width(text, size, figure.dpi, **style)


@lru_cache(maxsize=200)
def _width(text: str, size: float, dpi: float, **style: Any) -> float:
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    probe = Text(0, 0, text, fontsize=points(size), figure=Figure(dpi=dpi), **style)
    return probe.get_window_extent(RendererAgg(1, 1, dpi)).width * 100 / dpi


def light(theme: Theme) -> dict[str, Any]:
    """Return the look of a lit box: a frame and a veil through which its words stay legible."""
    from matplotlib.colors import to_rgba

    return {
        "facecolors": to_rgba(theme.blue, 0.2),
        "edgecolors": theme.blue,
        "linewidths": 1.8,
        "zorder": 4,
    }


@cache
def tick() -> Path:
    """Return the outline of a tick, for a marker."""
    from matplotlib.path import Path

    return Path([(-0.5, -0.05), (-0.12, -0.45), (0.5, 0.45)])


def corners(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """Return the corners of a box in order."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]
