"""From a changed result to PNG bytes, redrawing no more than has changed.

The artists that an explorer returns are drawn over a kept picture of everything else. As long as
only they change, a frame is: paste the kept picture, draw the artists, encode. Matplotlib itself
tells when more has changed: animated artists do not mark their figure as stale, all others do.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

from oligoteach.widgets import png

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure


class Canvas:
    """A kept figure and the artists in it that move.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure of the right size.
    draw : callable
        ``draw(figure, result)`` fills the figure and returns the artists that will move, as a
        mapping from name to artist or to a list of artists.
    update : callable
        ``update(artists, result)`` changes those artists, and anything else it must.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        draw: Callable[[TeachingFigure, Any], dict[str, Any]],
        update: Callable[[dict[str, Any], Any], None],
    ) -> None:
        self.figure = figure
        self._draw = draw
        self._update = update
        self._artists: dict[str, Any] | None = None
        self._background: Any = None

    def frame(self, result: Any) -> bytes:
        """Return the figure of ``result`` as PNG bytes."""
        if self._artists is None:
            self._artists = self._draw(self.figure, result)
            for artist in _flat(self._artists.values()):
                artist.set_animated(True)
        else:
            self._update(self._artists, result)
        self._paint()
        return png.encode(self.figure.canvas.buffer_rgba())

    def _paint(self) -> None:
        canvas = self.figure.canvas
        if self.figure.stale or self._background is None:
            canvas.draw()
            self._background = canvas.copy_from_bbox(self.figure.bbox)
        else:
            canvas.restore_region(self._background)
        renderer = canvas.get_renderer()  # asked for once: it measures the figure each time
        moving = _flat((self._artists or {}).values())
        for artist in sorted(moving, key=lambda a: a.get_zorder()):
            artist.draw(renderer)


class Shelf:
    """The canvases that are kept for the next frame: the few last used, whoever uses them.

    A learner moves one figure at a time, and each kept canvas holds the page's pixels twice. So a
    kernel keeps few of them, however many explorers its lesson has; another is drawn anew.
    """

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self._canvases: OrderedDict[Hashable, Canvas] = OrderedDict()

    def take(self, key: Hashable, make: Callable[[], Canvas]) -> Canvas:
        """Return the canvas of this key, made if it is not kept, as the last used."""
        if key not in self._canvases:
            self._canvases[key] = make()
        self._canvases.move_to_end(key)
        while len(self._canvases) > self.kept:
            self._canvases.popitem(last=False)
        return self._canvases[key]

    def __len__(self) -> int:
        return len(self._canvases)

    def last(self) -> Canvas:
        """Return the canvas used last."""
        return next(reversed(self._canvases.values()))


def _flat(values: Iterable[Any]) -> list[Any]:
    """Return the artists of a mapping's values, which are artists or lists of them."""
    flat: list[Any] = []
    for value in values:
        flat.extend(value if isinstance(value, list | tuple) else [value])
    return flat
