"""The figure that explorers draw on: sized in the page's own pixels, themed, never pyplot's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from oligoteach.charts.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIXELS_PER_INCH = 100
POINTS_PER_PIXEL = 72 / PIXELS_PER_INCH
COMPACT_BELOW = 520

TEXT = 13.0
SMALL = 12.0


def points(pixels: float) -> float:
    """Return the size in points of so many page pixels, as matplotlib's sizes want it."""
    return pixels * POINTS_PER_PIXEL


class TeachingFigure(Figure):
    """A figure whose size is given in page pixels.

    Parameters
    ----------
    width, height : int
        Size in CSS pixels at normal type size.
    theme : Theme
        Colours.
    ratio : float
        Device pixels for each page pixel, times the magnification in presenter mode.

    Attributes
    ----------
    compact : bool
        True where the width is that of a phone: draw fewer, larger things.
    """

    def __init__(self, width: int, height: int, theme: Theme, ratio: float = 1.0) -> None:
        super().__init__(
            figsize=(width / PIXELS_PER_INCH, height / PIXELS_PER_INCH),
            dpi=PIXELS_PER_INCH * ratio,
            facecolor=theme.ground,
        )
        FigureCanvasAgg(self)
        self.theme = theme
        self.width, self.height = width, height
        self.compact = width < COMPACT_BELOW

    def panel(
        self, left: float = 64, right: float = 16, top: float = 16, bottom: float = 52
    ) -> Axes:
        """Add axes with the given margins in page pixels and the house style."""
        box = (
            left / self.width,
            bottom / self.height,
            (self.width - left - right) / self.width,
            (self.height - top - bottom) / self.height,
        )
        from oligoteach.charts.axes import StampedAxes  # which takes its points from here

        axes = self.add_axes(box, axes_class=StampedAxes)
        dress(axes, self.theme)
        return axes


def dress(axes: Axes, theme: Theme) -> None:
    """Give axes the house style: no frame but the two axes, quiet grid, legible ticks."""
    axes.set_facecolor(theme.ground)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(theme.muted)
    axes.tick_params(colors=theme.ink, labelsize=points(SMALL), width=0.8, length=3)
    axes.grid(True, color=theme.line, linewidth=0.6)
    axes.set_axisbelow(True)
    for label in (axes.xaxis.label, axes.yaxis.label, axes.title):
        label.set_color(theme.ink)
        label.set_size(points(TEXT))
