"""A ratio with its interval on a log axis, the normal curve behind it, and what a p value asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.wording import Words

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
FEW_TICKS = (0.1, 0.3, 1.0, 3.0)
LIMITS = (0.1, 5.0)
# Heights in the panel: the curve stands on the floor, the two intervals lie below it.
FLOOR, PRINTED, ASKED = 0.42, 0.27, 0.07
CURVE_TOP = 0.82
LABEL_ABOVE = 15
N_POINTS = 181


@dataclass(frozen=True)
class Shown:
    """What the figure shows; all values are ratios.

    Attributes
    ----------
    estimate, low, high : float
        As printed.
    centre, se : float
        Of the normal curve, on the log scale.
    asked : tuple of float or None
        The interval that the p value asks for; None where it asks for none.
    printed_words, asked_words : str
        What to write above the two intervals.
    implied, verdict : str
        Two lines above the curve.
    """

    estimate: float
    low: float
    high: float
    centre: float
    se: float
    asked: tuple[float, float] | None
    printed_words: str
    asked_words: str
    implied: str
    verdict: str


def interval_chart(figure: TeachingFigure) -> dict[str, Any]:
    """Draw the axis, and return the artists that :func:`show_interval` changes."""
    theme = figure.theme
    axes = figure.panel(left=20, right=20, top=8, bottom=48)
    axes.set(xscale="log", xlim=LIMITS, ylim=(0, 1), xlabel="Ratio (log scale)")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.grid(False, axis="y")
    axes.yaxis.set_major_locator(NullLocator())
    ticks = FEW_TICKS if figure.compact else TICKS
    axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.plot([1, 1], [0, CURVE_TOP], color=theme.muted, linewidth=1)
    size = SMALL if figure.compact else TEXT
    dashed = {"colors": theme.vermillion, "linewidths": 2.6, "linestyles": "--"}
    tail = PolyCollection([], facecolors=theme.soft_vermillion, edgecolors=theme.vermillion)
    tail.set(hatch="//", hatchcolor=theme.vermillion)
    return {
        "curve": axes.plot([], [], color=theme.blue, linewidth=2)[0],
        "tail": axes.add_collection(tail),
        "printed": axes.add_collection(LineCollection([], colors=theme.blue, linewidths=3.2)),
        "estimate": axes.plot([], [], "o", color=theme.blue, markersize=points(12))[0],
        "asked": axes.add_collection(LineCollection([], **dashed)),
        "beside": Words(figure, axes, size, shift=(0, LABEL_ABOVE), plated=True),
        "implied": Words(figure, axes, size, shift=(0, -10)),
        "verdict": Words(figure, axes, size, shift=(0, -28), weight="bold"),
    }


def show_interval(artists: dict[str, Any], shown: Shown) -> None:
    """Show another interval."""
    axes = artists["curve"].axes
    x, y = bell(shown.centre, shown.se)
    artists["curve"].set_data(np.exp(x), y)
    artists["tail"].set_verts([tail_of(shown.centre, shown.se)])
    artists["printed"].set_segments([[(shown.low, PRINTED), (shown.high, PRINTED)]])
    artists["estimate"].set_data([shown.estimate], [PRINTED])
    asked = [] if shown.asked is None else [[(end, ASKED) for end in _inside(shown.asked)]]
    artists["asked"].set_segments(asked)
    compact = axes.get_figure().compact
    starts = [LIMITS[0] if compact else _start(shown.low)] * 2
    if shown.asked is not None and not compact:
        starts[1] = _start(shown.asked[0])
    artists["beside"].show(
        [shown.printed_words, shown.asked_words], [(starts[0], PRINTED), (starts[1], ASKED)]
    )
    for name, words in (("implied", shown.implied), ("verdict", shown.verdict)):
        artists[name].show([words], [(LIMITS[0], 1)])


def bell(centre: float, se: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a normal curve on the log axis, scaled to the room above the floor."""
    x = np.linspace(np.log(LIMITS[0]), np.log(LIMITS[1]), N_POINTS)
    return x, FLOOR + (CURVE_TOP - FLOOR) * np.exp(-0.5 * ((x - centre) / se) ** 2)


def tail_of(centre: float, se: float) -> np.ndarray:
    """Return the area under the curve beyond 1, on the side away from the centre."""
    end = np.log(LIMITS[1] if centre < 0 else LIMITS[0])
    x = np.linspace(0, end, 61)
    y = FLOOR + (CURVE_TOP - FLOOR) * np.exp(-0.5 * ((x - centre) / se) ** 2)
    corners = np.concatenate([[0.0], x, [end]])
    heights = np.concatenate([[FLOOR], y, [FLOOR]])
    return np.column_stack([np.exp(corners), heights])


def _start(value: float) -> float:
    """Return where words begin, so that they stay on the axis."""
    return float(np.clip(value, LIMITS[0], 0.5))


def _inside(ends: tuple[float, float]) -> tuple[float, float]:
    """Return an interval cut at the edges of the axis."""
    low, high = np.clip(ends, *LIMITS)
    return float(low), float(high)
