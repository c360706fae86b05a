"""Power by true hazard ratio, below a strip of the trial's patients and of their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.sheet import corners, sheet, write
from oligoteach.charts.stamp import label_axes, stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

STRIP = 66.0
BAR = 16.0
EDGE = 10.0
EDGE_RATIO = 1.02  # right edge of what is said of a ratio near 1
MOST = 800.0  # patients that a full strip stands for
LARGE, GROWN = 860, 1.2


class PowerCurve(list):  # type: ignore[type-arg]
    """The strip and the curves, and the list of their moving artists.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    names : sequence of str
        Names of the two trials to compare with.
    target : float
        Power at which a line stands, from 0 to 1.
    """

    def __init__(self, figure: TeachingFigure, names: Sequence[str], target: float) -> None:
        super().__init__()
        self._theme, self._width, self._compact = figure.theme, figure.width, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._draw_strip(figure)
        self._draw_panel(figure, target)
        theme, axes = figure.theme, self._axes
        dashed = {"color": theme.muted, "linewidth": 1.4, "linestyle": (0, (5, 3))}
        self._ghosts = [axes.plot([], [], **dashed)[0] for _ in names]
        self._curve = axes.plot([], [], color=theme.blue, linewidth=2.8)[0]
        self._drop = axes.plot([], [], color=theme.blue, linewidth=1.0, linestyle=":")[0]
        self._point = axes.plot([], [], "o", color=theme.blue, ms=points(12))[0]
        small, large = points(SMALL * self._grown), points(TEXT * self._grown)
        self._ghost_names = [stamp(axes, text=n, fontsize=small, color=theme.muted) for n in names]
        self._said = stamp(axes, fontsize=large, color=theme.blue, weight="bold")
        for text in (*self._ghost_names, self._said):
            text.set_ground(theme.ground)
            text.set_clip_on(False)
        self.extend(
            [*self._ghosts, self._curve, self._drop, self._point, *self._ghost_names, self._said]
        )

    def show(
        self,
        strip: tuple[float, float, str],
        ratios: NDArray[Any],
        curve: NDArray[Any],
        ghosts: Sequence[NDArray[Any]],
        chosen: tuple[float, float],
        same: int | None = None,
    ) -> None:
        """Show another trial.

        Parameters
        ----------
        strip : tuple of (float, float, str)
            Patients, events, and the words above the strip.
        ratios, curve : ndarray
            True hazard ratios, and the power of the trial for each, from 0 to 1.
        ghosts : sequence of ndarray
            Power of the trials to compare with.
        chosen : tuple of float
            The true hazard ratio, and the power for it.
        same : int, optional
            Number of the trial to compare with that is the trial itself, and not drawn twice.
        """
        patients, events, words = strip
        self._fill_strip(patients, events, words)
        self._curve.set_data(ratios, 100 * curve)
        for number, power in enumerate(ghosts):
            self._show_ghost(number, ratios, power, curve, aside=chosen[1], hidden=number == same)
        ratio, power, said = *chosen, _percent(chosen[1])
        self._drop.set_data([ratio, ratio], [0, 100 * power])
        self._point.set_data([ratio], [100 * power])
        self._said.set_text(said)
        right = ratio > 0.9
        beside = EDGE_RATIO if right else ratio * 1.02
        self._said.set_position((beside, 100 * power + (6 if power < 0.9 else -8)))
        self._said.set(va="center", ha="right" if right else "left")

    def _show_ghost(
        self,
        number: int,
        ratios: NDArray[Any],
        power: NDArray[Any],
        curve: NDArray[Any],
        *,
        aside: float,
        hidden: bool,
    ) -> None:
        """Draw a trial to compare with: the first has its name on the right, the second left.

        Unless the curve of the chosen trial is close on that side.
        """
        line, name = self._ghosts[number], self._ghost_names[number]
        line.set_visible(not hidden)
        name.set_visible(not hidden)
        line.set_data(ratios, 100 * power)
        # The first keeps away from the number at the chosen point, which is on the right too.
        high = 0.91 if aside < 0.75 else 0.55
        height = min((high, 0.4)[number], 0.6 * float(power[0]) if number else 1.0)
        near, other = (_ratio_at(height, ratios, line) for line in (power, curve))
        on_right = number == 0
        if other > near if on_right else other < near:
            on_right = not on_right
            # The first above the other name on the left; the second above the number.
            height = 0.62 if on_right else 0.93
            near = _ratio_at(height, ratios, power)
        away, side = (1.03, "left") if on_right else (0.97, "right")
        name.set_position((near * away, 100 * height))
        name.set(va="center", ha=side)

    # Strip ------------------------------------------------------------------------------------

    def _draw_strip(self, figure: TeachingFigure) -> None:
        axes = sheet(figure)
        theme, size = figure.theme, points(SMALL * self._grown)
        self._bars = [
            axes.add_collection(
                PolyCollection([], facecolors=face, edgecolors=edge, linewidths=1.2)
            )
            for face, edge in ((theme.soft_blue, theme.blue), (theme.blue, theme.blue))
        ]
        self._words = [
            write(axes, EDGE, y * self._grown, fontsize=size, weight=weight)
            for y, weight in ((12, "bold"), (56, "normal"))
        ]
        self.extend([*self._bars, *self._words])

    def _fill_strip(self, patients: float, events: float, words: str) -> None:
        room = (self._width - 2 * EDGE) / MOST
        top = 24 * self._grown
        bottom = top + BAR * self._grown
        for bar, n in zip(self._bars, (patients, events), strict=True):
            bar.set_verts([corners(EDGE, top, EDGE + max(n * room, 1), bottom)])
        self._words[0].set_text(words)
        when = "" if self._compact else " by the analysis"
        self._words[1].set_text(f"{patients:.0f} patients, {events:.0f} events{when} (full colour)")

    # Panel ------------------------------------------------------------------------------------

    def _draw_panel(self, figure: TeachingFigure, target: float) -> None:
        grown, theme = self._grown, figure.theme
        left = 54 if figure.compact else 64 * grown
        self._axes = axes = figure.panel(
            left=left, right=14, top=STRIP * grown + 16, bottom=54 * grown
        )
        # The strip's sheet covers the figure, so the panel must let it through.
        axes.patch.set_alpha(0)
        axes.set_xscale("log")
        axes.set(xlim=(0.395, 1.03), ylim=(0, 102))
        ticks = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.yaxis.set_major_locator(FixedLocator((0, 20, 40, 60, 80, 100)))
        axes.tick_params(labelsize=points(SMALL * grown))
        axes.axhline(100 * target, color=theme.muted, linewidth=1.2)
        across, up = label_axes(figure, axes, bottom=15 * grown, size=SMALL * grown)
        across.set_text("True hazard ratio (1: no effect)")
        up.set_text("Power, %")


def _ratio_at(height: float, ratios: NDArray[Any], power: NDArray[Any]) -> float:
    """Return the ratio at which a falling curve of power has a height."""
    return float(np.interp(height, power[::-1], ratios[::-1]))


def _percent(share: float) -> str:
    """Return a share in per cent, never as a certainty."""
    if share > 0.99:
        return "over 99 %"
    return f"{100 * share:.1f} %" if share < 0.03 else f"{100 * share:.0f} %"
