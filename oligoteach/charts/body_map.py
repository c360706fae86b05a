"""A map of the body, drawn by code: a schematic silhouette with marks for lesions.

Nothing here is a likeness of anybody. As at the bedside, the right side of the body is on the
left of the picture. A lesion's state is said three times: by shape, by colour and in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from oligoteach.charts.figure import SMALL, points
from oligoteach.charts.sheet import HALF_LINE, sheet, width_of, write, write_lines

if TYPE_CHECKING:
    from oligoteach.charts.figure import TeachingFigure

Point = tuple[float, float]

# The body's own units: 100 across, 150 from the crown to the knees, measured from the top left.
WIDE, HIGH, MIDDLE = 100.0, 150.0, 50.0

PLACES: dict[str, tuple[str, Point]] = {
    "brain-right": ("Brain, right", (46.3, 9.5)),
    "brain-left": ("Brain, left", (53.7, 9.5)),
    "brain-back": ("Brain, back", (50, 15.5)),
    "neck-nodes": ("Neck nodes", (45.5, 30.5)),
    "lung-right-upper": ("Lung, R upper", (40.5, 45)),
    "lung-right-lower": ("Lung, R lower", (38.5, 62)),
    "lung-left-upper": ("Lung, L upper", (59.5, 45)),
    "lung-left-lower": ("Lung, L lower", (61.5, 62)),
    "hilum-right": ("Hilum, right", (45, 54)),
    "hilum-left": ("Hilum, left", (55, 54)),
    "mediastinum": ("Mediastinum", (50, 46)),
    "pleura-right": ("Pleura, right", (34.3, 56)),
    "pleura-left": ("Pleura, left", (65.7, 56)),
    "rib-right": ("Rib, right", (34.5, 51)),
    "rib-left": ("Rib, left", (65.5, 51)),
    "humerus-right": ("Humerus, R", (26, 50)),
    "humerus-left": ("Humerus, L", (74, 50)),
    "liver-right": ("Liver, right", (38.5, 77)),
    "liver-left": ("Liver, left", (53, 75.5)),
    "liver-near-bowel": ("Liver by bowel", (39.5, 84)),
    "adrenal-right": ("Adrenal, R", (45, 88)),
    "adrenal-left": ("Adrenal, L", (55.4, 86.8)),
    "abdominal-nodes": ("Abdo. nodes", (53, 97)),
    "spine-cervical": ("Spine, neck", (50, 28)),
    "spine-thoracic": ("Spine, chest", (50, 62)),
    "spine-lumbar": ("Spine, lumbar", (50, 92)),
    "pelvis-right": ("Pelvis, right", (40.5, 104)),
    "pelvis-left": ("Pelvis, left", (59.5, 104)),
    "femur-right": ("Femur, right", (39.5, 125)),
    "femur-left": ("Femur, left", (60.5, 125)),
}
"""Words and place of every site, by its key."""

BESIDE = ((0.0, 0.0), (3.3, 5.5), (-3.3, -5.5))
"""Where the first, the second and the third lesion of a site stand, from its place."""

BESIDE_IN_BRAIN = {
    "brain-right": ((0.0, 0.0), (1.0, -4.6), (-1.8, 4.6)),
    "brain-left": ((0.0, 0.0), (-1.0, -4.6), (1.8, 4.6)),
    "brain-back": ((0.0, 0.0), (0.0, -4.6), (0.0, 4.6)),
}
"""The same in the head, where the sites lie close together."""

SHORT_FORMS = {"R": "right", "L": "left", r"Abdo\.": "abdominal"}
"""What labels shorten, and the whole words."""

LOOKS = {
    "untreated": ("o", "ink", False, "untreated"),
    "stable": ("s", "blue", True, "stable"),
    "responding": ("v", "green", True, "responding"),
    "progressing": ("^", "vermillion", True, "growing"),
    "treated": ("X", "purple", True, "treated"),
    "quiet": ("D", "muted", False, "quiet"),
}
"""Marker, colour, whether filled, and word of every state that is drawn."""

MAX_SPOTS = 12

_HALF = [  # the outline of one half, from the crown to the crotch
    (50, 2), (55.5, 3.2), (59.2, 9), (58.8, 16), (56.2, 22), (54, 25), (54.2, 29.5), (60, 32.6),
    (69, 35), (75, 40.5), (77.2, 52), (79, 66), (81.5, 82), (84.5, 98), (84, 106), (81, 107),
    (78.5, 99), (74.6, 86), (71.5, 71), (69.3, 56), (68, 62), (66.4, 74), (66.2, 85), (68, 96),
    (70.3, 106), (70.8, 118), (69, 134), (67, 150),
]  # fmt: skip
_INNER = [(54.5, 150), (52.8, 134), (51.2, 118), (50, 113)]
_LUNG = [(53.5, 38), (58, 35.8), (63, 40), (66, 50), (66.8, 62), (65.6, 70), (58, 69.5), (53.6, 64)]
_LIVER = [
    (34.2, 73), (42, 71.2), (52, 72), (59, 73.5), (58.5, 77), (52, 80.5), (45, 85.5), (37.5, 87.5),
    (34, 83),
]  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """A lesion as the map shows it.

    Attributes
    ----------
    site, state : str
        Keys of ``PLACES`` and ``LOOKS``.
    mm : int
        Longest diameter.
    what : str
        Word in front of the place, such as ``Primary``; empty for a metastasis.
    """

    site: str
    state: str
    mm: int
    what: str = ""

    @property
    def place(self) -> str:
        """Where the lesion lies, in words."""
        return PLACES[self.site][0]

    @property
    def word(self) -> str:
        """The lesion's state in a word."""
        return LOOKS[self.state][3]

    @property
    def title(self) -> str:
        """What is written above size and state."""
        return self.what or self.place


class BodyMap(dict[str, Any]):
    """The map, and its artists that move, by name.

    Parameters
    ----------
    figure : TeachingFigure
        An empty figure; on a narrow one each label takes three short lines, else two.
    """

    def __init__(self, figure: TeachingFigure) -> None:
        super().__init__()
        self._figure = figure
        self._axes = sheet(figure)
        self._scale = min((figure.height - 8) / HIGH, figure.width / 150)
        self._left = figure.width / 2 - MIDDLE * self._scale
        self._top = max(4.0, (figure.height - HIGH * self._scale) / 2)
        self._lines = 3 if figure.width < 430 else 2
        self._body()
        theme = figure.theme
        for side, words, x in (("right", "R", 0.0), ("left", "L", figure.width)):
            write(
                self._axes, x + (10 if side == "right" else -10), figure.height - 12, words,
                ha="left" if side == "right" else "right", weight="bold", color=theme.muted,
            )  # fmt: skip
        self._marks()

    def show(self, spots: Sequence[Spot]) -> None:
        """Show these lesions and no others."""
        shown = list(spots)[:MAX_SPOTS]
        places = self._spread(shown)
        for state, marks in self._by_state.items():
            chosen = [i for i, spot in enumerate(shown) if spot.state == state]
            marks.set_offsets(np.array([places[i] for i in chosen]).reshape(-1, 2))
            marks.set_sizes([self._size(shown[i].mm) for i in chosen])
        self._label(shown, places)

    # Drawing ----------------------------------------------------------------------------------

    def _at(self, point: Point) -> Point:
        return self._left + point[0] * self._scale, self._top + point[1] * self._scale

    def _shape(self, outline: Sequence[Point], colour: str, edge: str, width: float = 1.0) -> None:
        from matplotlib.patches import Polygon

        smooth = np.array([self._at(p) for p in _smooth(outline)])
        self._axes.add_patch(
            Polygon(smooth, closed=True, facecolor=colour, edgecolor=edge, linewidth=width)
        )

    def _body(self) -> None:
        theme = self._figure.theme
        half = [*_HALF, *_INNER]
        whole = [*half, *[_mirror(p) for p in reversed(half)][1:-1]]
        self._shape(whole, theme.soft_muted, theme.muted)
        for top in np.arange(27, 101, 4.6):
            self._plate((48.1, float(top)), (3.8, 3.5), theme.line)
        for side in (1, -1):
            lung = _LUNG if side == 1 else [_mirror(p) for p in _LUNG]
            self._shape(lung, theme.soft_blue, theme.muted, 0.7)
            self._oval((MIDDLE + 8.5 * side, 93), (3.2, 5.6), theme.line)
            self._oval((MIDDLE + 9.2 * side, 104), (6.6, 4.8), theme.line)
            x = MIDDLE + 10.5 * side
            self._shape(
                [(x - 1.3, 113), (x + 1.3, 113), (x + 1.2, 146), (x - 1.2, 146)], theme.line, "none"
            )
            adrenal = [(MIDDLE + x * side, y) for x, y in ((5.5, 84.2), (7.6, 88.4), (3.4, 88.7))]
            self._shape(adrenal, theme.soft_green, theme.muted, 0.7)
        self._shape(_LIVER, theme.soft_vermillion, theme.muted, 0.7)
        self._oval((50, 11), (7.3, 7.2), theme.soft_green, theme.muted)

    def _plate(self, corner: Point, size: Point, colour: str) -> None:
        from matplotlib.patches import Rectangle

        across, down = size[0] * self._scale, size[1] * self._scale
        self._axes.add_patch(
            Rectangle(self._at(corner), across, down, facecolor=colour, edgecolor="none")
        )

    def _oval(self, centre: Point, radii: Point, colour: str, edge: str = "none") -> None:
        from matplotlib.patches import Ellipse

        self._axes.add_patch(
            Ellipse(
                self._at(centre), 2 * radii[0] * self._scale, 2 * radii[1] * self._scale,
                facecolor=colour, edgecolor=edge, linewidth=0.7,
            )
        )  # fmt: skip

    def _marks(self) -> None:
        from matplotlib.collections import LineCollection

        theme, axes = self._figure.theme, self._axes
        self["leaders"] = LineCollection([], colors=theme.muted, linewidths=0.9, zorder=3)
        axes.add_collection(self["leaders"], autolim=False)
        self._by_state = {}
        for state, (marker, colour, filled, _) in LOOKS.items():
            tone = getattr(theme, colour)
            self._by_state[state] = axes.scatter(
                [], [], marker=marker, facecolors=tone if filled else theme.ground,
                edgecolors=theme.ground if filled else tone, linewidths=1.0 if filled else 1.8,
                zorder=5,
            )  # fmt: skip
        self["marks"] = list(self._by_state.values())
        self["titles"] = [write(axes, 0, 0, weight="bold", zorder=6) for _ in range(MAX_SPOTS)]
        self["states"] = [write_lines(axes, 0, 0, va="top", zorder=6) for _ in range(MAX_SPOTS)]

    def _size(self, mm: int) -> float:
        """Return the area of a mark in square points: it grows with the lesion, within limits."""
        radius = min(max(3.6 + 0.055 * mm, 4.2), 7.0) * min(max(self._scale / 2, 0.85), 1.7)
        return (2 * points(radius) * 1.25) ** 2

    def _spread(self, spots: Sequence[Spot]) -> list[Point]:
        """Return a place for each lesion; those of one site stand side by side."""
        places, met = [], dict[str, int]()
        for spot in spots:
            n = met.get(spot.site, 0)
            met[spot.site] = n + 1
            x, y = PLACES[spot.site][1]
            right, down = BESIDE_IN_BRAIN.get(spot.site, BESIDE)[n % 3]
            places.append(self._at((x + right, y + down)))
        return places

    def _label(self, spots: Sequence[Spot], places: Sequence[Point]) -> None:
        """Write a label for each lesion in the margin of its side, with a line to its mark."""
        theme, line = self._figure.theme, SMALL + 2
        tall = line * self._lines
        lines: list[list[Point]] = []
        for text in (*self["titles"], *self["states"]):
            text.set_text("")
        half = tall / 2
        for side, chosen in self._sides(spots, places).items():
            wanted = [places[i][1] for i in chosen]
            heights = _apart(wanted, tall + 4, half + 3, self._figure.height - half - 20)
            right = side == "right"
            edge = 5.0 if right else self._figure.width - 5.0
            align = "left" if right else "right"
            for i, middle in zip(chosen, heights, strict=True):
                spot, top = spots[i], middle - half + line / 2
                self["titles"][i].set(
                    position=(edge, top + HALF_LINE), ha=align, color=theme.ink, text=spot.title
                )
                self["states"][i].set(
                    position=(edge, top + 0.5 * line),
                    ha=align,
                    color=getattr(theme, LOOKS[spot.state][1]),
                    text=("\n" if self._lines == 3 else ", ").join((f"{spot.mm} mm", spot.word)),
                )
                inner = edge + (1 if right else -1) * (self._width(spot) + 4)
                lines.append([(inner, top), places[i]])
        self["leaders"].set_segments(lines)

    def _room(self) -> int:
        """Return how many labels one margin holds, at least half of all."""
        tall = (SMALL + 2) * self._lines + 4
        return max(int((self._figure.height - 24) // tall), MAX_SPOTS // 2)

    def _width(self, spot: Spot) -> float:
        return width_of(self._figure, spot.title, weight="bold")

    def _sides(self, spots: Sequence[Spot], places: Sequence[Point]) -> dict[str, list[int]]:
        """Share the labels between the margins: each on its side, the middle where room is."""
        centre = self._figure.width / 2
        near = [i for i in range(len(spots)) if abs(places[i][0] - centre) <= 3 * self._scale]
        sides = {
            "right": [i for i in range(len(spots)) if i not in near and places[i][0] < centre],
            "left": [i for i in range(len(spots)) if i not in near and places[i][0] > centre],
        }
        for i in near:
            min(sides.values(), key=len).append(i)
        # A label changes sides only where its own is full.
        while max(map(len, sides.values())) > self._room():
            longer, shorter = sorted(sides.values(), key=len, reverse=True)
            moved = min(longer, key=lambda i: abs(places[i][0] - centre))
            longer.remove(moved)
            shorter.append(moved)
        return {side: sorted(chosen, key=lambda i: places[i][1]) for side, chosen in sides.items()}


def in_words(spots: Sequence[Spot]) -> str:
    """Return the map in words, lesion by lesion."""
    if not spots:
        return "Map of the body: no lesion is drawn."
    return f"Map of the body, {len(spots)} marked: {_listed(spots)}."


def changes_in_words(before: Sequence[Spot], after: Sequence[Spot]) -> str:
    """Return lesions that are new, look otherwise or have gone, in words; empty if none.

    What grew or shrank is said with its size before.
    """
    there = {(spot.site, spot.what) for spot in after}
    anew = [spot for spot in after if spot not in before]
    gone = [spot for spot in before if (spot.site, spot.what) not in there]
    parts = [("Changed on the map", "; ".join(_change(spot, before) for spot in anew))]
    parts.append(("No longer on the map", _listed(gone)))
    return " ".join(f"{head}: {words}." for head, words in parts if words)


def _change(spot: Spot, before: Sequence[Spot]) -> str:
    """Return a changed lesion in words, with its size before where only one can be meant."""
    was = [old.mm for old in before if (old.site, old.what) == (spot.site, spot.what)]
    words = _listed([spot])
    return f"{words} (before {was[0]} mm)" if len(was) == 1 and was[0] != spot.mm else words


def _listed(spots: Sequence[Spot]) -> str:
    return "; ".join(
        ", ".join(filter(None, (spot.what.lower(), _full(spot.place), f"{spot.mm} mm", spot.word)))
        for spot in spots
    )


def _full(place: str) -> str:
    """Return a place without the short forms of the labels."""
    for short, full in SHORT_FORMS.items():
        place = re.sub(rf"\b{short}(?!\w)", full, place)
    return place.lower()


def _mirror(point: Point) -> Point:
    return 2 * MIDDLE - point[0], point[1]


def _smooth(outline: Sequence[Point], between: int = 6) -> np.ndarray:
    """Return a closed Catmull–Rom curve through the points of an outline."""
    p = np.asarray(outline, dtype=float)
    before, after, beyond = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = (np.arange(between) / between)[:, None, None]
    curve = 0.5 * (
        2 * p
        + (after - before) * t
        + (2 * before - 5 * p + 4 * after - beyond) * t**2
        + (3 * p - before - 3 * after + beyond) * t**3
    )
    return np.swapaxes(curve, 0, 1).reshape(-1, 2)


def _apart(wanted: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """Return heights in the same order, at least a step apart, near to those wanted."""
    if not wanted:
        return []
    step = min(step, (high - low) / max(len(wanted) - 1, 1))
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + step) if placed else max(height, low))
    overflow = placed[-1] - high
    if overflow > 0:
        placed[-1] = high
        for i in range(len(placed) - 2, -1, -1):
            placed[i] = min(placed[i], placed[i + 1] - step)
    return placed
