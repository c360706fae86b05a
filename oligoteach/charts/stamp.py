"""Text whose picture is kept.

Matplotlib sets a text glyph by glyph at each frame, about a millisecond for a line. A figure made
of words, such as a forest plot, would spend all its time there. A stamp sets its text once for
each wording and look, and from then on lays down the picture. A new wording is put together from
kept words and digits: a change mostly leaves the sentence and moves a number.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

from oligoteach.charts.figure import TEXT, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

KEPT = 400
KEPT_WORDS = 400
PADDING = 1
OVERHANG = 0.25  # how far a letter may reach beyond its word, in the size of the type


class Stamp(Text):
    """A text that is set once for each wording, look and resolution.

    ``ground`` is the colour of a field behind the words, or None.
    """

    def __init__(self, *args: Any, **style: Any) -> None:
        self.ground: str | None = None
        self._kept: tuple[float, tuple[NDArray[np.uint8], float, float]] | None = None
        super().__init__(*args, **style)

    def set_ground(self, colour: str | None) -> None:
        """Put a field of this colour behind the words, or none."""
        self.ground = colour
        self.stale = True

    def draw(self, renderer: Any) -> None:
        """Lay the picture of the words down at their place."""
        if not self.get_visible() or not self.get_text():
            return
        picture, dx, dy = self._pictured(renderer.dpi)
        x, y = self.get_transform().transform(self.get_unitless_position())
        renderer.draw_image(_plain(), round(x + dx), round(y + dy), picture)
        self.stale = False

    def _pictured(self, dpi: float) -> tuple[NDArray[np.uint8], float, float]:
        """Return the picture, looked up anew if anything of the text has changed."""
        if self.stale or self._kept is None or self._kept[0] != dpi:
            found = _picture(
                self.get_text(),
                self.get_fontsize(),
                self.get_fontweight(),
                to_rgba(self.get_color()),
                self.get_horizontalalignment(),
                self.get_verticalalignment(),
                self.get_rotation(),
                self._linespacing,
                self.ground,
                dpi,
            )
            self._kept = dpi, found
        return self._kept[1]


@cache
def _plain() -> GraphicsContextBase:
    """Return how all stamps are laid down: unclipped, as they are."""
    return GraphicsContextBase()


def stamp(axes: Axes, **style: Any) -> Stamp:
    """Add an empty stamp to axes; ``style`` as for a text."""
    text = Stamp(**{"transform": axes.transData, **style})
    axes.add_artist(text)
    return text


def label_axes(
    figure: TeachingFigure, axes: Axes, bottom: float, size: float = TEXT
) -> tuple[Stamp, Stamp]:
    """Return stamps that serve as labels of the axes, in place of the axes' own.

    Parameters
    ----------
    figure : TeachingFigure
        The figure.
    axes : Axes
        With a margin below that holds two lines.
    bottom : float
        Height of the middle of the lower label above the figure's edge, in page pixels.
    size : float
        Size of the words, in page pixels.

    Returns
    -------
    tuple of Stamp
        For the horizontal axis, and upright for the vertical one.
    """
    box = axes.get_position()
    look = {
        "transform": figure.transFigure,
        "fontsize": points(size),
        "color": figure.theme.ink,
        "linespacing": 1.15,
        "clip_on": False,
    }
    # On a phone a label may be wider than its axis, so it stands in the middle of the figure.
    centre = 0.5 if figure.compact else (box.x0 + box.x1) / 2
    middle = (centre, bottom / figure.height)
    across = stamp(axes, position=middle, ha="center", va="center", **look)
    side = (12 / figure.width, (box.y0 + box.y1) / 2)
    up = stamp(axes, position=side, ha="center", va="center", rotation=90, **look)
    return across, up


class _Setter(RendererAgg):
    """A renderer that puts level lines together from kept words."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Return the size of a line: as wide as its words together, and as high as the highest."""
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        words = [_measured(word, prop, self.dpi) for word in _words(s)]
        descent = max(down for _, _, down in words)
        ascent = max(height - down for _, height, down in words)
        return sum(width for width, _, _ in words), ascent + descent, descent

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Lay down the words of a line."""
        if ismath or angle:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        for word in _words(s):
            # A letter's picture depends on how far it lies from whole pixels, and on nothing else.
            left, base = math.floor(x), math.floor(y)
            part = round(64 * (x - left)) / 64, round(64 * (y - base)) / 64
            picture, dx, dy = _word(word, prop, gc.get_rgb(), *part, self.dpi)
            self.draw_image(gc, left + dx, self.height - base + dy, picture)
            x += _measured(word, prop, self.dpi)[0]


def _words(line: str) -> list[str]:
    """Return the words and the digits of a line, each with the space behind it."""
    return re.findall(r"\s*(?:\d|[^\s\d]+)\s*", line) or [line]


@lru_cache(maxsize=KEPT_WORDS)
def _measured(word: str, prop: FontProperties, dpi: float) -> tuple[float, float, float]:
    """Return width, height and descent of a word in pixels."""
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(word, prop, False)


@lru_cache(maxsize=KEPT_WORDS)
def _word(
    word: str, prop: FontProperties, colour: tuple[float, ...], x: float, y: float, dpi: float
) -> tuple[NDArray[np.uint8], int, int]:
    """Return the picture of a word that starts so far from whole pixels, and its corner."""
    wide, high, down = _measured(word, prop, dpi)
    over = math.ceil(OVERHANG * prop.get_size_in_points() * dpi / 72) + 1
    below = math.ceil(down) + over
    height = math.ceil(high - down) + over + below
    renderer = RendererAgg(math.ceil(wide) + 2 * over, height, dpi)
    gc = renderer.new_gc()
    gc.set_foreground(colour, isRGBA=True)
    renderer.draw_text(gc, over + x, height - below + y, word, prop, 0)
    return np.asarray(renderer.buffer_rgba())[::-1].copy(), -over, -below


@lru_cache(maxsize=4)
def _workbench(dpi: float) -> tuple[Figure, RendererAgg]:
    """Return a figure and a renderer of this resolution, on which texts are measured."""
    return Figure(dpi=dpi), _Setter(1, 1, dpi)


@lru_cache(maxsize=KEPT)
def _picture(
    text: str,
    size: float,
    weight: str | int,
    colour: tuple[float, ...],
    ha: str,
    va: str,
    rotation: float,
    spacing: float,
    ground: str | None,
    dpi: float,
) -> tuple[NDArray[np.uint8], float, float]:
    """Return the picture of a text, and where its corner lies from the text's place."""
    look = {"fontsize": size, "fontweight": weight, "color": colour, "linespacing": spacing}
    figure, measure = _workbench(dpi)
    words = Text(0, 0, text, ha=ha, va=va, rotation=rotation, figure=figure, **look)
    if ground is not None:
        words.set_bbox({"facecolor": ground, "edgecolor": "none", "pad": 0})
    extent = words.get_window_extent(measure)
    left, bottom = math.floor(extent.x0) - PADDING, math.floor(extent.y0) - PADDING
    width = math.ceil(extent.x1) + PADDING - left
    height = math.ceil(extent.y1) + PADDING - bottom
    renderer = _Setter(width, height, dpi)
    words.set_position((-left, -bottom))
    words.draw(renderer)
    return np.asarray(renderer.buffer_rgba())[::-1].copy(), left, bottom
