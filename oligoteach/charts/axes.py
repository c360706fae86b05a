"""Axes whose numbers are stamps: to draw them anew costs half of what it does otherwise.

Matplotlib sets the number at each tick twice at each drawing, once to see what room it takes, so
that the label of the axis keeps clear of it. Here labels stand at their own places, and numbers
are few and come again and again.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis, XTick, YAxis, YTick

from oligoteach.charts.stamp import Stamp


def _stamp_numbers(tick: Tick) -> None:
    """Put a stamp in the place of a tick's number, with its look."""
    plain, number = tick.label1, Stamp()
    number.update_from(plain)
    number.set_figure(tick.axes.figure)
    number.set_position(plain.get_position())
    tick.label1 = number


class _XTick(XTick):
    def __init__(self, *args: Any, **look: Any) -> None:
        super().__init__(*args, **look)
        _stamp_numbers(self)


class _YTick(YTick):
    def __init__(self, *args: Any, **look: Any) -> None:
        super().__init__(*args, **look)
        _stamp_numbers(self)


class _Quiet(Axis):
    """An axis that looks for the room which its numbers leave only if it has a label to place."""

    def draw(self, renderer: Any) -> None:
        """Draw ticks and numbers; with a label or a common factor, as Matplotlib does."""
        if not self.get_visible():
            return
        ticks = [] if self.label.get_text() else self._update_ticks()
        if self.label.get_text() or self.major.formatter.get_offset():
            super().draw(renderer)
            return
        for tick in ticks:
            tick.draw(renderer)
        self.stale = False


class _XAxis(_Quiet, XAxis):
    _tick_class = _XTick


class _YAxis(_Quiet, YAxis):
    _tick_class = _YTick


class StampedAxes(Axes):
    """Rectangular axes with such numbers."""

    def _init_axis(self) -> None:
        self.xaxis = _XAxis(self, clear=False)
        self.yaxis = _YAxis(self, clear=False)
        for side in ("bottom", "top"):
            self.spines[side].register_axis(self.xaxis)
        for side in ("left", "right"):
            self.spines[side].register_axis(self.yaxis)
