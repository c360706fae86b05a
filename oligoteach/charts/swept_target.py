"""A round target that moves up and down, drawn to scale with its margins, beside limits by volume.

Two ways of drawing the outer edge are compared: around all that the target sweeps, and around its
middle. Both have a point on each of two scales of limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Polygon
from matplotlib.ticker import FixedLocator, NullLocator

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

LARGE, GROWN = 760, 1.2  # from this width on, words are so much larger
LINE = 17.0  # page pixels from one line of words to the next
VOLUMES, FEW_VOLUMES = (2, 5, 10, 20, 50, 100, 200), (2, 10, 50, 200)
TURN = np.linspace(0, 2 * np.pi, 121)
STYLES = {"swept": ("blue", "-", "o"), "middle": ("vermillion", "--", "D")}


@dataclass(frozen=True)
class Scale:
    """A limit by volume: its name, where the axis begins and ends, and its two curves.

    Attributes
    ----------
    name : str
        Heading of the panel.
    low, high : float
        Ends of the vertical axis.
    ticks : sequence of float
        On it.
    strict, lenient : ndarray of float
        Both limits at the volumes of the table.
    form : str
        How a limit is written.
    """

    name: str
    low: float
    high: float
    ticks: Sequence[float]
    strict: NDArray[np.float64]
    lenient: NDArray[np.float64]
    form: str


@dataclass(frozen=True)
class Outline:
    """One way of drawing the outer edge.

    Attributes
    ----------
    across, along : float
        Distance from the target's edge, sideways and in the direction of its movement.
    stretch : float
        How much of the movement lies inside.
    volume : float
        What it holds.
    limits : tuple of (float or None)
        The strict limit on each scale at this volume, None where there is none.
    name : str
        What is said of it.
    """

    across: float
    along: float
    stretch: float
    volume: float
    limits: tuple[float | None, float | None]
    name: str


@dataclass(frozen=True)
class Target:
    """What the figure shows.

    Attributes
    ----------
    radius, sweep : float
        Of the target, and from one end of its movement to the other.
    outlines : dict of str to Outline
        ``swept`` and ``middle``.
    headings : (str, str)
        Two lines above the drawing.
    """

    radius: float
    sweep: float
    outlines: dict[str, Outline]
    headings: tuple[str, str]


class SweptTarget(dict[str, Any]):
    """The chart: its artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    reach : float
        Half the height of the drawing.
    volumes : ndarray of float
        Of the table; outside their range there are no limits.
    scales : (Scale, Scale)
        The two panels.
    words : sequence of str
        What the scale bar is long, and the name of the volume axis.
    """

    def __init__(
        self,
        figure: TeachingFigure,
        reach: float,
        volumes: NDArray[np.float64],
        scales: tuple[Scale, Scale],
        words: Sequence[str],
    ) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._reach, self._words = reach, words
        self._range = float(volumes[0]), float(volumes[-1])
        self._scales = scales
        self.drawing, *self.panels = self._panels(figure)
        self._draw_target(figure)
        for index, (axes, scale) in enumerate(zip(self.panels, scales, strict=True)):
            self._draw_limits(index, axes, scale, volumes)
        across, _ = label_axes(
            figure, self.panels[1], bottom=22 * self._grown, size=SMALL * self._grown
        )
        across.set_text(words[1])

    def show(self, target: Target) -> None:
        """Show another target."""
        self["still"].set_xy(_capsule(target.radius, 0.0))
        self["moved"].set_xy(_capsule(target.radius, target.sweep))
        for name, text in zip(self["headings"], target.headings, strict=True):
            name.set_text(text)
        for way, outline in target.outlines.items():
            self[way].set_xy(_edge(target.radius, outline))
            self[f"{way} key"].set_text(outline.name)
        for index in range(len(self.panels)):
            self._place(index, target.outlines)

    # Making -----------------------------------------------------------------------------------

    def _panels(self, figure: TeachingFigure) -> tuple[Axes, Axes, Axes]:
        g, width, height = self._grown, figure.width, figure.height
        if self.compact:
            drawn = 0.42 * height
            rest = (height - drawn - 112 - 62 - 40) / 2
            top = drawn + 104
            boxes = (
                (10.0, 10.0, 46.0, height - 46 - drawn),
                (42.0, 12.0, top + 8, height - top - 8 - rest),
                (42.0, 12.0, top + 48 + rest, 62.0),
            )
        else:
            wide = 0.44 * width
            rest = (height - 30 * g - 36 * g - 62 * g) / 2
            boxes = (
                (10.0, width - wide, 48 * g, 46 * g),
                (wide + 46 * g, 14.0, 30 * g, 62 * g + rest + 36 * g),
                (wide + 46 * g, 14.0, 66 * g + rest, 62 * g),
            )
        made = [figure.panel(*box) for box in boxes]
        self._line = LINE * g / rest  # as a share of a panel
        return made[0], made[1], made[2]

    def _draw_target(self, figure: TeachingFigure) -> None:
        theme, axes, g = self.theme, self.drawing, self._grown
        box = axes.get_position()
        wide, high = box.width * figure.width, box.height * figure.height
        side = self._reach * wide / high
        axes.set(xlim=(-side, side), ylim=(-self._reach, self._reach))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(NullLocator())
        for spine in ("left", "bottom"):
            axes.spines[spine].set_visible(False)
        self["moved"] = axes.add_patch(
            Polygon([(0, 0)], facecolor=theme.soft_muted, edgecolor=theme.muted, lw=1.2, zorder=1)
        )
        self["still"] = axes.add_patch(
            Polygon([(0, 0)], facecolor=theme.muted, edgecolor=theme.ink, lw=1, zorder=2)
        )
        for way, (colour, dash, _) in STYLES.items():
            look = getattr(theme, colour)
            self[way] = axes.add_patch(
                Polygon([(0, 0)], fill=False, edgecolor=look, lw=2.2, ls=dash, zorder=3)
            )
        x, y = -side + 0.1, -self._reach + 0.25
        axes.plot([x, x + 1], [y, y], "-", color=theme.ink, lw=2, solid_capstyle="butt")
        size = points(SMALL * g)
        axes.text(x + 1.15, y, self._words[0], fontsize=size, color=theme.ink, va="center")
        self._head(figure, size)

    def _head(self, figure: TeachingFigure, size: float) -> None:
        look = {"transform": figure.transFigure, "fontsize": size, "va": "center", "clip_on": False}
        g = self._grown
        lines = [(12 / figure.width, 1 - y * g / figure.height) for y in (14, 31)]
        self["headings"] = [
            stamp(
                self.drawing,
                position=place,
                color=self.theme.ink,
                fontweight="bold" if index == 0 else "normal",
                **look,
            )
            for index, place in enumerate(lines)
        ]
        bottom = self.drawing.get_position().y0
        for index, (way, (colour, _, _)) in enumerate(STYLES.items()):
            place = (12 / figure.width, bottom - (12 + 17 * index) * g / figure.height)
            self[f"{way} key"] = stamp(
                self.drawing, position=place, color=getattr(self.theme, colour), **look
            )

    def _draw_limits(
        self,
        index: int,
        axes: Axes,
        scale: Scale,
        volumes: NDArray[np.float64],
    ) -> None:
        theme, size = self.theme, points(SMALL * self._grown)
        axes.set_xscale("log")
        axes.set(xlim=(1, 400), ylim=(scale.low, scale.high))
        axes.xaxis.set_major_locator(FixedLocator(FEW_VOLUMES if self.compact else VOLUMES))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.yaxis.set_major_locator(FixedLocator(list(scale.ticks)))
        axes.tick_params(labelsize=size, labelbottom=index == 1)
        for ends in ((1, self._range[0]), (self._range[1], 400)):
            axes.axvspan(*ends, color=theme.soft_muted, zorder=0)
        axes.plot(volumes, scale.strict, "-", color=theme.ink, lw=1.8, zorder=2)
        axes.plot(volumes, scale.lenient, ":", color=theme.ink, lw=1.8, zorder=2)
        axes.fill_between(volumes, scale.strict, scale.lenient, color=theme.soft_green, zorder=1)
        axes.annotate(
            scale.name,
            (0, 1),
            xycoords="axes fraction",
            xytext=(points(-34 * self._grown), points(14 * self._grown)),
            textcoords="offset points",
            fontsize=size,
            weight="bold",
            color=theme.ink,
            va="center",
            annotation_clip=False,
        )
        for way, (colour, _, marker) in STYLES.items():
            look = getattr(theme, colour)
            (self[f"{way}-{index}"],) = axes.plot(
                [], [], marker, color=look, ms=points(11), zorder=5
            )
            self[f"{way}-stem-{index}"] = axes.plot([], [], "-", color=look, lw=1.2, zorder=3)[0]
            self[f"{way}-word-{index}"] = self._text(axes, look, size)

    def _text(self, axes: Axes, colour: str, size: float) -> Stamp:
        text = stamp(axes, color=colour, fontsize=size, fontweight="bold", va="center", zorder=6)
        text.set_ground(self.theme.ground)
        return text

    # Filling ----------------------------------------------------------------------------------

    def _place(self, index: int, outlines: dict[str, Outline]) -> None:
        """Put both points on a scale, their numbers at its foot, on the outer sides of the two."""
        scale = self._scales[index]
        span = scale.high - scale.low
        at = {way: min(max(o.volume, 1.05), 380.0) for way, o in outlines.items()}
        for way, outline in outlines.items():
            limit, x = outline.limits[index], at[way]
            height = scale.high if limit is None else limit
            self[f"{way}-{index}"].set_data(
                [] if limit is None else [x], [] if limit is None else [limit]
            )
            self[f"{way}-stem-{index}"].set_data([x, x], [scale.low, height])
            side, row = _beside(way, x)
            foot = scale.low + span * self._line * (0.6 + row)
            self[f"{way}-word-{index}"].set(
                text="no goal" if limit is None else scale.form.format(limit),
                position=(x * (1.07 if side == "left" else 0.93), foot),
                ha=side,
            )


def _beside(way: str, at: float) -> tuple[str, int]:
    """Return the side at which words begin, and their row, counted from the foot of the panel.

    The swept volume is the larger: its words stand to the right of it, those of the other to the
    left. At the ends of the axis both stand on one side, one above the other.
    """
    if way == "swept":
        return ("left", 0) if at < 110 else ("right", 1)
    return ("right", 0) if at > 4 else ("left", 1)


def _capsule(radius: float, stretch: float) -> NDArray[np.float64]:
    """Return the outline of a circle drawn out upwards and downwards."""
    x, y = radius * np.cos(TURN), radius * np.sin(TURN)
    return np.column_stack([x, _apart(y, stretch)])


def _edge(radius: float, outline: Outline) -> NDArray[np.float64]:
    """Return the outline of a circle and an ellipse together, drawn out upwards and downwards.

    In each direction the edge lies as far out as those of the two do together.
    """
    cosine, sine = np.cos(TURN), np.sin(TURN)
    reach = np.hypot(outline.across * cosine, outline.along * sine)
    safe = np.where(reach > 0, reach, 1.0)
    x = radius * cosine + outline.across**2 * cosine / safe
    y = radius * sine + outline.along**2 * sine / safe
    return np.column_stack([x, _apart(y, outline.stretch)])


def _apart(y: NDArray[np.float64], stretch: float) -> NDArray[np.float64]:
    """Return heights with the upper and the lower half moved apart."""
    return np.asarray(y + np.where(np.sin(TURN) >= 0, 0.5, -0.5) * stretch)
