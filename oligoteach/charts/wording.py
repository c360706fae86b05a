"""Many short words as one artist, for figures whose words move at every change.

Matplotlib lays out and renders every text anew for each frame, at 0.3 ms a piece. Outlines that
are kept by their words, and drawn as one collection, cost a tenth of that. They are kept word by
word, since a change mostly leaves the sentence and moves a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, ScaledTranslation

from oligoteach.charts.figure import PIXELS_PER_INCH, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from oligoteach.charts.figure import TeachingFigure

KEPT = 2000
# Half the height of a capital, in the size of the type: where the middle of a line lies.
MIDDLE = 0.365
# Stands behind a word while it is set, and shows where the next one begins.
END = "|"
# How far a plate reaches beyond its word, in page pixels.
PLATE = 2


class Words(PathCollection):
    """Short pieces of text on axes, each at a point of the data.

    Parameters
    ----------
    figure : TeachingFigure
        The figure, for its colours and its scale.
    axes : Axes
        Where the words stand.
    size : float
        Size of the type in page pixels.
    align : {"left", "center", "right"}
        Which side of the words stands at the point.
    shift : tuple of float
        How far to the right of the point and above it, in page pixels.
    weight : str
        Of the type.
    plated : bool
        Whether lines that cross the words are covered behind them.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        axes: Axes,
        size: float = SMALL,
        align: str = "left",
        shift: tuple[float, float] = (0, 0),
        weight: str = "normal",
        plated: bool = False,
    ) -> None:
        move = ScaledTranslation(
            shift[0] / PIXELS_PER_INCH, shift[1] / PIXELS_PER_INCH, figure.dpi_scale_trans
        )
        super().__init__(
            [],
            offsets=[],
            offset_transform=axes.transData + move,
            # Colours repeat: a plate before each word.
            facecolors=[figure.theme.ground] * plated + [figure.theme.ink],
            linewidths=0,
            clip_on=False,
            zorder=4,
        )
        self.set_transform(Affine2D().scale(figure.dpi / PIXELS_PER_INCH))
        self._type = (size, weight, align)
        self._plated = plated
        self.words: tuple[str, ...] = ()
        axes.add_collection(self, autolim=False)

    def show(
        self,
        words: Sequence[str],
        points: Sequence[tuple[float, float]],
        align: Sequence[str] = (),
    ) -> None:
        """Set the words, their points, and which side of them stands there if not always one."""
        self.words = tuple(words)
        size, weight, side = self._type
        sides = align or [side] * len(words)
        pairs = zip(words, sides, strict=True)
        paths = [outline(text, size, weight, side) for text, side in pairs]
        places = np.asarray(points, dtype=float).reshape(-1, 2)
        if self._plated:
            paths = [part for path in paths for part in (_plate(path), path)]
            places = places.repeat(2, axis=0)
        self.set_paths(paths)
        self.set_offsets(places)

    def set_paths(self, paths: Any, *_: Any) -> None:
        """Set the outlines, which carry their size already."""
        self._paths = list(paths)
        self.stale = True


@lru_cache(KEPT)
def outline(text: str, size: float, weight: str, align: str) -> Path:
    """Return the outline of a text in page pixels, with the middle of its side at the origin."""
    if not text.strip():
        return Path(np.empty((0, 2)))
    path = _line(text, size, weight)
    (x0, _), (x1, _) = _reach(path)
    left = {"left": 0.0, "center": -(x0 + x1) / 2, "right": -x1}[align]
    return Path(path.vertices + np.array([left, -MIDDLE * size]), path.codes)


def _line(text: str, size: float, weight: str) -> Path:
    """Return the outline of a text, its words one behind the other, from the base line's start."""
    at, vertices, codes = 0.0, [], []
    # Also the last word has a space behind it, so that it is kept once wherever it stands.
    for part in re.findall(r"\s*\S+\s*", f"{text} "):
        word, width = _word(part, weight)
        vertices.append(word.vertices + np.array([at, 0.0]))
        codes.append(word.codes)
        at += width
    scale = size / text_to_path.FONT_SCALE
    return Path(scale * np.concatenate(vertices), np.concatenate(codes))


@lru_cache(KEPT)
def _word(part: str, weight: str) -> tuple[Path, float]:
    """Return the outline of a word with its space, and how far on the next one begins.

    Both are in the units of the font.
    """
    both, end = _set(part + END, weight), _end(weight)
    word, behind = np.split(both.vertices, [-len(end)])
    return Path(word, both.codes[: len(word)]), float(behind[0, 0] - end[0, 0])


@lru_cache
def _end(weight: str) -> np.ndarray:
    return _set(END, weight).vertices


def _set(text: str, weight: str) -> Path:
    return Path(*text_to_path.get_text_path(FontProperties(weight=weight), text))


def _plate(path: Path) -> Path:
    """Return the box behind a word."""
    if len(path.vertices) == 0:
        return path
    low, high = _reach(path)
    (x0, y0), (x1, y1) = low - PLATE, high + PLATE
    return Path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _reach(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of a path's box by its points; exact extents cost a hundred times more."""
    points = path.vertices[path.codes != Path.CLOSEPOLY]
    return points.min(axis=0), points.max(axis=0)
