"""Three linked slices of a cube with lines of equal value, curves beside them, and figures below.

The grey picture and the outlines of a slice are drawn once and kept, so that a new cube costs no
more than its lines and curves, and another slice no more than itself. The slices are dark in both
themes, as on any viewer; on them, lines of equal value are told apart by colour, dash and weight
together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from contourpy import LineType, contour_generator
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.ticker import FixedLocator, MaxNLocator

from oligoteach.charts.figure import SMALL, TEXT, points
from oligoteach.charts.sheet import width_of
from oligoteach.charts.stamp import Stamp, label_axes, stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from oligoteach.charts.figure import TeachingFigure

# Of a line of equal value: colour on dark, dash, width in page pixels; from the highest down.
LOOKS: tuple[tuple[str, Any, float], ...] = (
    ("#ff5a36", "solid", 2.6),
    ("#ffc83d", "solid", 1.6),
    ("#59d0ff", (0, (5, 2)), 2.2),
    ("#8be28b", (0, (4, 1.5, 1, 1.5)), 1.6),
    ("#d4c5ff", (0, (1, 1.6)), 1.6),
)
DARK = "#050505"
PALE = "#f2f2f2"
NAMES = ("across", "front", "side")
CURVES = 12  # at most
FACTS = 8  # lines of figures, at most
LINE = 17.0  # page pixels from one to the next
KEY = 20.0  # page pixels for the key below the first plane
SAMPLE = 16.0  # page pixels of a line in the list of curves
LIST = 15.0  # page pixels from one line of that list to the next
APART = 10.0  # page pixels between its columns, at least
TICKS = 6  # steps of the axis across, at most
BELOW = 52.0  # page pixels below the curves for ticks and label
LARGE, GROWN = 900, 1.12
PICTURES = 2  # kept of each slice: a learner goes to and fro between two

DASHED = (0, (3, 1.3))  # two dashes in the sample of the list
STYLES: tuple[tuple[str, Any], ...] = (
    ("vermillion", "solid"),
    ("vermillion", (0, (2, 1.2))),
    ("blue", "solid"),
    ("purple", "solid"),
    ("green", "solid"),
    ("blue", DASHED),
    ("purple", DASHED),
    ("green", DASHED),
    ("ink", "solid"),
    ("ink", (0, (1, 1.5))),
    ("muted", (0, (4, 1.5, 1, 1.5))),
    ("muted", "solid"),
)


@dataclass(frozen=True)
class Plane:
    """One slice as it stands still; it is drawn anew where it is another object.

    Attributes
    ----------
    title : str
        What it shows.
    box : (float, float, float, float)
        Left, right, bottom and top of the view.
    grey : ndarray, shape (rows, columns)
        From 0 to 1; the first row is the lowest value of the upright axis.
    across, up : ndarray
        Centres of its columns and rows.
    outlines : sequence of (ndarray, bool)
        Closed lines as points, and whether each is the one that matters.
    names : sequence of (float, float, str)
        Words on it.
    """

    title: str
    box: tuple[float, float, float, float]
    grey: NDArray[Any]
    across: NDArray[Any]
    up: NDArray[Any]
    outlines: Sequence[tuple[NDArray[Any], bool]]
    names: Sequence[tuple[float, float, str]]


@dataclass(frozen=True)
class Cut:
    """A slice with what moves on it: the values, and where the other slices cut it."""

    plane: Plane
    values: NDArray[Any]
    cross: tuple[float, float]


@dataclass(frozen=True)
class Ray:
    """Something that points at the middle from outside: ends of its line, its name, its weight."""

    start: tuple[float, float]
    end: tuple[float, float]
    place: tuple[float, float]
    name: str
    weight: float


@dataclass(frozen=True)
class Curve:
    """A falling curve with the name that it has in the list."""

    name: str
    x: NDArray[Any]
    y: NDArray[Any]


@dataclass(frozen=True)
class Mark:
    """A limit in the plane of the curves: where, and whether it is kept."""

    x: float
    y: float
    kept: bool


@dataclass(frozen=True)
class Shown:
    """What is shown: the slices from above, from the front and from the side, and all beside them.

    ``levels`` are the lines of equal value with their names, from the highest down.
    """

    cuts: tuple[Cut, Cut, Cut]
    levels: Sequence[tuple[float, str]]
    levels_title: str
    rays: Sequence[Ray]
    curves: Sequence[Curve]
    marks: Sequence[Mark]
    x_label: str
    x_max: float
    facts: Sequence[tuple[str, str]]


class Fields(Artist):
    """Greys on a regular grid, each a sharp rectangle; axes take four times as long for their own.

    Attributes
    ----------
    plane : Plane
        Whose greys are drawn.
    """

    def __init__(self, axes: Axes) -> None:
        super().__init__()
        self.plane: Plane | None = None
        axes.add_artist(self)

    def draw(self, renderer: Any) -> None:
        """Give each pixel of the axes the grey of the field in which its middle lies."""
        if self.plane is None:
            return
        axes: Any = self.axes
        box = axes.bbox
        left, bottom = round(box.x0), round(box.y0)
        size = round(box.x1) - left, round(box.y1) - bottom
        corner, end = axes.transData.inverted().transform(
            [(left + 0.5, bottom + 0.5), (left + size[0] - 0.5, bottom + size[1] - 0.5)]
        )
        columns, rows = (
            _fields(centres, np.linspace(corner[i], end[i], size[i]))
            for i, centres in enumerate((self.plane.across, self.plane.up))
        )
        picture = _opaque(self.plane.grey).take(rows, 0).take(columns, 1)  # from the lowest row up
        picture = picture.view(np.uint8).reshape(size[1], size[0], 4)
        gc = renderer.new_gc()
        gc.set_clip_rectangle(box)
        renderer.draw_image(gc, left, bottom, picture)
        gc.restore()


def _opaque(grey: NDArray[Any]) -> NDArray[np.uint32]:
    """Return greys from 0 to 1 as pixels, with a clear one at the end of each row and column."""
    levels = np.minimum(256 * grey, 255).astype("<u4")
    pixels = np.zeros((levels.shape[0] + 1, levels.shape[1] + 1), dtype="<u4")
    pixels[:-1, :-1] = 0xFF000000 + 0x010101 * levels  # alpha, and thrice the same
    return pixels


def _fields(centres: NDArray[Any], places: NDArray[Any]) -> NDArray[np.intp]:
    """Return in which of the fields about the centres each place lies, or -1 beyond them."""
    step = centres[1] - centres[0]
    found = np.floor((places - centres[0]) / step + 0.5).astype(int)
    found[(found < 0) | (found >= len(centres))] = -1
    return found


class Still(Artist):
    """Artists of one axes that are drawn once, then laid down as the picture that they made.

    It goes below all else that moves there. The pictures of the last few planes are kept.

    Attributes
    ----------
    plane : Plane or None
        Whose parts they are; another object is drawn anew.
    """

    def __init__(self, axes: Axes, parts: Sequence[Artist]) -> None:
        super().__init__()
        self._parts = parts
        self.plane: Plane | None = None
        self._renderer: Any = None
        self._kept: list[tuple[Plane | None, Any]] = []
        for part in parts:
            part.set_animated(True)
        axes.add_artist(self)

    def draw(self, renderer: Any) -> None:
        """Lay the picture down; what is saved to a file has the parts themselves."""
        if self.axes.get_figure(root=True).canvas.is_saving():
            return
        if renderer is not self._renderer:
            self._renderer, self._kept = renderer, []
        found = next((picture for plane, picture in self._kept if plane is self.plane), None)
        if found is not None:
            renderer.restore_region(found)
            return
        for part in self._parts:
            part.draw(renderer)
        # What lies on the border is a pixel wider than the axes.
        picture = renderer.copy_from_bbox(self.axes.bbox.padded(1))
        self._kept = [*self._kept, (self.plane, picture)][-PICTURES:]


class SliceRoom(dict[str, Any]):
    """The chart: its moving artists by name, as an explorer returns them.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure.
    """

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__()
        self.theme, self.compact = figure.theme, figure.compact
        self._grown = GROWN if figure.width >= LARGE else 1.0
        self._still: dict[str, Any] = {}
        self._layout(figure)
        for name in NAMES:
            self._make_plane(name)
        self._make_rays()
        self._make_key()
        self._make_curves(figure)
        self._make_facts(figure)

    def show(self, shown: Shown) -> None:
        """Show these values; a slice is only drawn anew where it is another."""
        levels = [level for level, _ in shown.levels]
        for name, cut in zip(NAMES, shown.cuts, strict=True):
            if cut.plane is not self[f"{name}-still"].plane:
                self._set_plane(name, cut.plane)
            self._set_cross(name, cut.cross)
            self._set_lines(name, cut.plane, cut.values, levels)
        self._set_key(shown)
        self._set_rays(shown.rays)
        self._set_curves(shown)
        for row in range(FACTS):
            word, value = shown.facts[row] if row < len(shown.facts) else ("", "")
            self[f"fact-{row}"].set_text(value)
            self[f"word-{row}"].set_text(word)

    # Making -----------------------------------------------------------------------------------

    def _layout(self, figure: TeachingFigure) -> None:
        """Place the planes and leave boxes for curves and facts, all in page pixels."""
        width, height, gap = figure.width, figure.height, 8.0
        facts = FACTS * LINE * self._grown
        if self.compact:
            high = 0.7 * (width - 2 * gap)
            low = 0.47 * (width - 3 * gap)
            places = {
                "across": (gap, gap, width - 2 * gap, high),
                "front": (gap, 2 * gap + high, 0.6 * (width - 3 * gap), low),
                "side": (2 * gap + 0.6 * (width - 3 * gap), 2 * gap + high,
                         0.4 * (width - 3 * gap), low),
            }  # fmt: skip
            top = 3 * gap + high + low
            self._facts = (gap, height - facts, width - 2 * gap)
            self._curves = (50.0, 14.0, top + 16, facts + 8)
        else:
            # As wide as the planes can be with their true shapes in this height.
            inner = min(max((height - 3 * gap) / 1.02, 0.5 * width), 0.58 * width)
            left = inner + gap
            high = min(0.7 * inner, 0.68 * (height - 3 * gap))
            low = height - 3 * gap - high
            places = {
                "across": (gap, gap, inner, high),
                "front": (gap, 2 * gap + high, 0.6 * (inner - gap), low),
                "side": (2 * gap + 0.6 * (inner - gap), 2 * gap + high, 0.4 * (inner - gap), low),
            }
            self._facts = (left + 18, height - facts - 2, width - left - 24)
            self._curves = (left + 56 * self._grown, 12.0, 14.0, facts + 8)
        for name, (x, y, wide, tall) in places.items():
            box = (x / width, 1 - (y + tall) / height, wide / width, tall / height)
            axes = figure.add_axes(box, facecolor=DARK)
            for part in (axes.xaxis, axes.yaxis, *axes.spines.values()):
                part.set_visible(False)
            self._still[name] = axes
            self._still[f"{name}-size"] = (wide, tall)

    def _make_plane(self, name: str) -> None:
        axes = self._still[name]
        grey = Fields(axes)
        outlines = axes.add_collection(LineCollection([]), autolim=False)
        self._still[f"{name}-grey"], self._still[f"{name}-outlines"] = grey, outlines
        self[f"{name}-still"] = Still(axes, (grey, outlines))
        self[f"{name}-cross"] = axes.add_collection(
            LineCollection([], colors=PALE, linewidths=0.5, alpha=0.5, zorder=2, linestyles=":"),
            autolim=False,
        )
        self[f"{name}-names"] = []
        self[f"{name}-title"] = stamp(
            axes,
            position=(0.985, 0.985),
            transform=axes.transAxes,
            color=PALE,
            ha="right",
            fontsize=points(SMALL * self._grown),
            va="top",
            zorder=6,
        )
        lines = LineCollection([], zorder=4, capstyle="butt")
        self[f"{name}-lines"] = axes.add_collection(lines, autolim=False)

    def _make_rays(self) -> None:
        axes = self._still["across"]
        self["rays"] = axes.add_collection(LineCollection([], zorder=5), autolim=False)
        self["ray-names"] = []

    def _make_key(self) -> None:
        """Make the names of the lines of equal value, along the lower edge of the first plane."""
        axes = self._still["across"]
        colours, dashes, widths = zip(*LOOKS, strict=True)
        samples = LineCollection(
            [], colors=colours, linestyles=dashes, linewidths=[points(width) for width in widths],
            transform=axes.transAxes, zorder=6,
        )  # fmt: skip
        self["samples"] = axes.add_collection(samples, autolim=False)
        look = {
            "transform": axes.transAxes,
            "color": PALE,
            "zorder": 6,
            "va": "center",
            "fontsize": points(SMALL * self._grown),
        }
        self["key"] = [stamp(axes, **look) for _ in range(len(LOOKS) + 1)]

    def _make_curves(self, figure: TeachingFigure) -> None:
        axes = figure.panel(*self._curves)
        # Shares of the axis across, whose end moves; what is written along it moves as well.
        axes.set(xlim=(0, 1), xticks=[], ylim=(0, 101))
        axes.yaxis.set_major_locator(FixedLocator(range(0, 101, 25)))
        axes.tick_params(labelsize=points(SMALL * self._grown))
        self._still["curves"] = axes
        across, up = label_axes(figure, axes, 0, TEXT * self._grown)
        up.set_text("Volume, %")
        self["x-label"], self._still["y-label"] = across, up
        self._make_ticks(axes)
        for i, (colour, dash) in enumerate(STYLES):
            look = getattr(self.theme, colour)
            (line,) = axes.plot([], [], color=look, linestyle=dash, linewidth=points(2.2), zorder=3)
            self[f"curve-{i}"] = line
        for kept, marker, colour in ((True, "v", "green"), (False, "X", "vermillion")):
            (marks,) = axes.plot(
                [],
                [],
                marker,
                color=getattr(self.theme, colour),
                markersize=points(8 if kept else 11),
                markeredgecolor=self.theme.ground,
                markeredgewidth=points(0.8),
                clip_on=False,
                zorder=5,
            )
            self["kept" if kept else "broken"] = marks
        self._make_list(figure)

    def _make_ticks(self, axes: Axes) -> None:
        """Make the lines and numbers of the axis across."""
        grid = LineCollection(
            [], colors=self.theme.line, linewidths=0.6, transform=axes.transAxes, zorder=1
        )
        self["grid"] = axes.add_collection(grid, autolim=False)
        look = {
            "transform": axes.transAxes,
            "color": self.theme.ink,
            "fontsize": points(SMALL * self._grown),
            "ha": "center",
            "va": "top",
            "clip_on": False,
        }
        self["ticks"] = [stamp(axes, **look) for _ in range(TICKS + 2)]

    def _make_list(self, figure: TeachingFigure) -> None:
        """Make the list of curves, which stands below them."""
        axes = self._still["curves"]
        looks, dashes = zip(*STYLES, strict=True)
        samples = LineCollection(
            [], colors=[getattr(self.theme, look) for look in looks], linestyles=dashes,
            linewidths=points(2.2), transform=figure.transFigure, clip_on=False,
        )  # fmt: skip
        self["list"] = axes.add_collection(samples, autolim=False)
        look = {
            "transform": figure.transFigure,
            "color": self.theme.ink,
            "fontsize": points(SMALL * self._grown),
            "va": "center",
            "clip_on": False,
        }
        self["listed"] = [stamp(axes, **look) for _ in STYLES]

    def _make_facts(self, figure: TeachingFigure) -> None:
        x, y, wide = self._facts
        axes = self._still["curves"]
        for row in range(FACTS):
            height = 1 - (y + (row + 0.5) * LINE * self._grown) / figure.height
            look = {
                "transform": figure.transFigure,
                "fontsize": points(SMALL * self._grown),
                "va": "center",
                "clip_on": False,
            }
            self[f"word-{row}"] = stamp(
                axes, position=(x / figure.width, height), color=self.theme.muted, **look
            )
            place = ((x + wide) / figure.width, height)
            self[f"fact-{row}"] = stamp(
                axes, position=place, color=self.theme.ink, ha="right", weight="bold", **look
            )

    # Filling ----------------------------------------------------------------------------------

    def _set_plane(self, name: str, plane: Plane) -> None:
        axes: Axes = self._still[name]
        left, right, bottom, top = self._boxed(name, plane.box)
        if (left, right, bottom, top) != (*axes.get_xlim(), *axes.get_ylim()):
            figure: Any = axes.get_figure(root=True)
            stale = figure.stale
            axes.set(xlim=(left, right), ylim=(bottom, top))
            # Of the axes itself only the ground is seen, which stays as it was.
            figure.stale = stale
        self._still[f"{name}-grey"].plane = plane
        outlines = self._still[f"{name}-outlines"]
        outlines.set_segments([line for line, _ in plane.outlines])
        outlines.set_color([PALE if main else to_rgba(PALE, 0.6) for _, main in plane.outlines])
        outlines.set_linewidths([points(2.0 if main else 0.9) for _, main in plane.outlines])
        # On a phone what points at the middle needs the corner.
        titled = not (self.compact and name == "across")
        self[f"{name}-title"].set_text(plane.title if titled else "")
        _write(axes, self[f"{name}-names"], plane.names, SMALL * 0.96 * self._grown, PALE)
        self[f"{name}-still"].plane = plane

    def _set_cross(self, name: str, cross: tuple[float, float]) -> None:
        """Draw where the other slices cut this one."""
        axes: Axes = self._still[name]
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        x, y = cross
        self[f"{name}-cross"].set_segments([[(x, bottom), (x, top)], [(left, y), (right, y)]])

    def _boxed(
        self, name: str, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """Return the view widened to the shape of its place, so that lengths are true."""
        left, right, bottom, top = box
        wide, tall = self._still[f"{name}-size"]
        across, up = abs(right - left), abs(top - bottom)
        key = KEY * self._grown if name == "across" else 0.0
        tall -= key
        scale = max(across / wide, up / tall)
        more_x, more_y = (scale * wide - across) / 2, (scale * tall - up) / 2
        one, other = (1 if right > left else -1), (1 if top > bottom else -1)
        return (
            left - one * more_x,
            right + one * more_x,
            bottom - other * (more_y + scale * key),
            top + other * more_y,
        )

    def _set_key(self, shown: Shown) -> None:
        """Name the lines of equal value."""
        wide, tall = self._still["across-size"]
        y = 10 * self._grown / tall
        title, *words = self["key"]
        title.set_position((6 / wide, y))
        title.set_text(shown.levels_title)
        step = min(46.0 * self._grown, (wide - 80 * self._grown) / len(shown.levels))
        starts = [wide - step * (len(shown.levels) - i) for i in range(len(shown.levels))]
        self["samples"].set_segments([[(x / wide, y), ((x + 14) / wide, y)] for x in starts])
        for word, x, (_, text) in zip(words, starts, shown.levels, strict=False):
            word.set_position(((x + 18) / wide, y))
            word.set_text(text)

    def _set_lines(
        self, name: str, plane: Plane, values: NDArray[Any], levels: Sequence[float]
    ) -> None:
        made = contour_generator(plane.across, plane.up, values, line_type=LineType.Separate)
        segments: list[Any] = []
        looks: list[tuple[str, Any, float]] = []
        for level, look in zip(levels, LOOKS, strict=False):
            found = made.lines(level)
            segments += found
            looks += [look] * len(found)
        lines = self[f"{name}-lines"]
        lines.set_segments(segments)
        if looks:
            colours, dashes, widths = zip(*looks, strict=True)
            lines.set_color(colours)
            lines.set_linewidths([points(width) for width in widths])
            lines.set_linestyles(list(dashes))

    def _set_rays(self, rays: Sequence[Ray]) -> None:
        collection = self["rays"]
        collection.set_segments([[ray.start, ray.end] for ray in rays])
        collection.set_linewidths([points(1.2 + 4.2 * min(ray.weight, 2)) for ray in rays])
        collection.set_color([PALE if ray.weight else to_rgba(PALE, 0.45) for ray in rays])
        collection.set_linestyles(["solid" if ray.weight else (0, (2, 2)) for ray in rays])
        places = [(*ray.place, ray.name) for ray in rays]
        axes = self._still["across"]
        if places != self._still.get("ray-places"):
            _write(axes, self["ray-names"], places, SMALL * self._grown, PALE)
            self._still["ray-places"] = places

    def _set_curves(self, shown: Shown) -> None:
        self._set_list(tuple(curve.name for curve in shown.curves))
        self._set_ticks(shown.x_max)
        self["x-label"].set_text(shown.x_label)
        for i in range(CURVES):
            line = self[f"curve-{i}"]
            curve = shown.curves[i] if i < len(shown.curves) else None
            line.set_visible(curve is not None)
            if curve is not None:
                line.set_data(curve.x / shown.x_max, curve.y)
        for key, kept in (("kept", True), ("broken", False)):
            inside = (mark for mark in shown.marks if mark.x <= shown.x_max)
            marks = [mark for mark in inside if mark.kept is kept]
            self[key].set_data([m.x / shown.x_max for m in marks], [m.y for m in marks])

    def _set_ticks(self, x_max: float) -> None:
        """Write numbers along the axis across, up to its end."""
        ticks = MaxNLocator(TICKS, steps=[1, 2, 5, 10]).tick_values(0, x_max)
        places = [tick / x_max for tick in ticks if tick <= x_max]
        self["grid"].set_segments([[(x, 0), (x, 1)] for x in places])
        for i, word in enumerate(self["ticks"]):
            here = i < len(places)
            word.set_position((places[i] if here else 0, self._still["below"]))
            word.set_text(f"{ticks[i]:g}" if here else "")

    def _set_list(self, names: tuple[str, ...]) -> None:
        """Write the names of the curves in two columns, or in more where there is room."""
        if names == self._still.get("list-of"):
            return
        self._still["list-of"] = names
        figure: Any = self._still["curves"].figure
        left, _, wide = self._facts
        longest = max((width_of(figure, name, SMALL * self._grown) for name in names), default=0.0)
        columns = max(2, int((wide + APART) / (SAMPLE + 4 + longest + APART)))
        rows, line = math.ceil(len(names) / columns), LIST * self._grown
        self._place_curves(figure, rows * line)
        places = []
        for i in range(len(names)):
            column, row = divmod(i, rows)
            x = (left + column * wide / columns) / figure.width
            places.append((x, (self._curves[3] + (rows - row - 0.5) * line) / figure.height))
        room = wide / columns - SAMPLE - 8
        sample, word = SAMPLE / figure.width, (SAMPLE + 4) / figure.width
        self["list"].set_segments([[(x, y), (x + sample, y)] for x, y in places])
        for i, text in enumerate(self["listed"]):
            x, y = places[i] if i < len(names) else (0.0, 0.0)
            text.set_position((x + word, y))
            text.set_text(self._fitted(names[i], room) if i < len(names) else "")

    def _fitted(self, name: str, room: float) -> str:
        """Return a name that is cut off where it is wider than so many page pixels."""
        figure: Any = self._still["curves"].figure
        size, kept = SMALL * self._grown, name
        while width_of(figure, name, size) > room and len(kept) > 1:
            kept = kept[:-1].rstrip(" …")
            name = f"{kept}…"
        return name

    def _place_curves(self, figure: TeachingFigure, listed: float) -> None:
        """Give the curves the height that the list below them leaves."""
        if self._still.get("left-below") == listed:
            return
        self._still["left-below"] = listed
        axes: Axes = self._still["curves"]
        left, right, top, bottom = self._curves
        bottom += listed + BELOW * self._grown
        box = (left, bottom, figure.width - left - right, figure.height - top - bottom)
        across, up = figure.width, figure.height
        axes.set_position((box[0] / across, box[1] / up, box[2] / across, box[3] / up))
        label = self["x-label"]
        label.set_position((label.get_position()[0], (bottom - 34 * self._grown) / up))
        self._still["below"] = -7 / box[3]
        middle = (bottom + box[3] / 2) / up
        self._still["y-label"].set_position(((left - 42 * self._grown) / across, middle))


def _half(centres: NDArray[Any]) -> float:
    return float(centres[1] - centres[0]) / 2


def _write(
    axes: Axes,
    kept: list[Stamp],
    words: Sequence[tuple[float, float, str]],
    size: float,
    colour: str,
) -> None:
    """Write words at their places, with as many stamps as it takes."""
    while len(kept) < len(words):
        kept.append(
            stamp(axes, color=colour, fontsize=points(size), ha="center", va="center", zorder=5,
                  animated=True)
        )  # fmt: skip
    for i, word in enumerate(kept):
        x, y, text = words[i] if i < len(words) else (0, 0, "")
        word.set_position((x, y))
        word.set_text(text)


def contour_lines(mask: NDArray[Any], across: NDArray[Any], up: NDArray[Any]) -> list[NDArray[Any]]:
    """Return the outlines of a mask on a plane as closed lines."""
    if not mask.any():
        return []
    # The least box that holds the mask, and one more pixel on each side.
    rows, columns = (_span(mask.any(axis=axis)) for axis in (1, 0))
    values = np.pad(mask[rows, columns].astype(np.float32), 1)
    x, y = (
        np.concatenate(([c[0] - 2 * _half(c)], c, [c[-1] + 2 * _half(c)])) for c in (across, up)
    )
    made = contour_generator(
        x[columns.start : columns.stop + 2],
        y[rows.start : rows.stop + 2],
        values,
        line_type=LineType.Separate,
    )
    return list(made.lines(0.5))


def _span(held: NDArray[np.bool_]) -> slice:
    """Return from the first to the last that is held."""
    places = np.flatnonzero(held)
    return slice(int(places[0]), int(places[-1]) + 1)


def levels_of(shares: Mapping[float, str]) -> list[tuple[float, str]]:
    """Return levels and their names, from the highest down."""
    return sorted(shares.items(), reverse=True)
