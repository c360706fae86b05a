"""What a chart of rows shows: blocks of words, each line with a point and its interval.

Plain values without matplotlib, so that an explorer can be described before it is drawn.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A point with its interval.

    Attributes
    ----------
    value : float
        Where the point stands on the axis.
    low, high : float or None
        Limits; without them no whisker is drawn. A low limit without a high one runs to the edge
        of the axis, with an arrow: the upper limit was not reached.
    hollow : bool
        Drawn hollow and dashed: not verified.
    """

    value: float
    low: float | None = None
    high: float | None = None
    hollow: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a block.

    Attributes
    ----------
    text : str
        Words, without the marker's sign.
    role : str
        Which colour and marker: ``with``, ``without``, ``ratio``, or a tone (``ok``, ``note``,
        ``open``, ``bad``, ``muted``) for words alone.
    mark : Mark or None
        Point and interval.
    ghost : float or None
        A second figure for the same thing, drawn as a large open diamond.
    wide : bool
        On a wide figure the words begin at the plot instead of the column beside it.
    joins : bool
        On a phone the words stand behind those of the line before, where they fit.
    """

    text: str
    role: str = "muted"
    mark: Mark | None = None
    ghost: float | None = None
    wide: bool = False
    joins: bool = False


@dataclass(frozen=True)
class Block:
    """A block: who it is about, and its lines.

    Attributes
    ----------
    heading, detail, status : str
        Name, what belongs to it, and a judgement in the colour of ``tone``.
    brief : str
        The judgement on a phone, where it must be shorter.
    joined : bool
        On a phone the detail stands behind the name where it fits, else below it.
    lines : sequence of Line
        In order from the top.
    linked : bool
        A dotted line joins the points of a block that has two: they are compared.
    """

    heading: str
    detail: str = ""
    status: str = ""
    tone: str = "muted"
    lines: Sequence[Line] = ()
    brief: str = ""
    joined: bool = False
    linked: bool = True


@dataclass(frozen=True)
class Scale:
    """The shared axis: its limits, ticks and words; ``short`` is the label on a phone."""

    low: float
    high: float
    ticks: Sequence[float]
    label: str
    short: str
    log: bool = False
    reference: float | None = None


@dataclass(frozen=True)
class Words:
    """A text at a place.

    ``column`` is ``left``, ``plot`` or ``right``; ``y`` runs from 0 at the top to 1.
    """

    column: str
    y: float
    text: str
    role: str
    bold: bool = False


@dataclass(frozen=True)
class Point:
    """A line's mark or ghost at its height."""

    y: float
    line: Line


@dataclass(frozen=True)
class Layout:
    """Where everything of a chart of rows goes."""

    words: tuple[Words, ...]
    points: tuple[Point, ...]
    rules: tuple[float, ...]
    links: tuple[tuple[Point, Point], ...]


SIGNS = {"with": "● ", "without": "■ ", "ratio": "", "ghost": "◇ "}
GAP = 0.7
# Fewer lines keep together in the middle: drawn apart over the whole height, the name of a block
# and what belongs to it would look like rows of their own.
LEAST_LINES = 12.0
# Width of a letter of the least size, plain and bold, and of the least space, in page pixels.
LETTER, BOLD_LETTER, SPACE = 6.1, 7.1, 8.0
WIDE_LETTER = 6.6  # where many are capitals
PLOT_LINE = 0.85


def lay_out(blocks: Sequence[Block], room: float | None = None) -> Layout:
    """Place the lines of blocks one below the other.

    Parameters
    ----------
    blocks : sequence of Block
        In order from the top.
    room : float, optional
        Width of the words on a phone, in page pixels: everything then stands in one column, each
        point below its words. Without it there is a column for the names, one for the plot and
        one for the values.

    Returns
    -------
    Layout
        Heights from 0 to 1.
    """
    stack = _Stack()
    for block in blocks:
        if room is None:
            _wide_block(stack, block)
        else:
            _compact_block(stack, block, room)
    return stack.layout()


class _Stack:
    """Collects words and points at heights counted in lines."""

    def __init__(self) -> None:
        self.height = 0.0
        self.words: list[tuple[float, Words]] = []
        self.points: list[tuple[float, Line]] = []
        self.rules: list[float] = []
        self.links: list[tuple[int, int]] = []

    def say(self, at: float, column: str, text: str, role: str, bold: bool = False) -> None:
        if text:
            self.words.append((at, Words(column, 0.0, text, role, bold)))

    def point(self, at: float, line: Line) -> None:
        if line.mark is not None or line.ghost is not None:
            self.points.append((at, line))

    def end_block(self, height: float, first_point: int, linked: bool) -> None:
        """Close a block: a rule below it, and a link between its two points."""
        self.height += height + GAP
        self.rules.append(self.height)
        marked = [i for i in range(first_point, len(self.points)) if self.points[i][1].mark]
        if linked and len(marked) == 2:
            self.links.append((marked[0], marked[1]))

    def layout(self) -> Layout:
        total = max(self.height, LEAST_LINES)
        above = (total - self.height) / 2
        first = above + GAP / 2
        points = tuple(Point((at + first) / total, line) for at, line in self.points)
        words = tuple(
            Words(w.column, (at + first) / total, w.text, w.role, w.bold) for at, w in self.words
        )
        return Layout(
            words=words,
            points=points,
            rules=tuple((rule + above) / total for rule in self.rules[:-1]),
            links=tuple((points[i], points[j]) for i, j in self.links),
        )


def _wide_block(stack: _Stack, block: Block) -> None:
    top, first = stack.height, len(stack.points)
    notes = [(block.detail, "muted"), (block.status, block.tone)]
    notes = [(text, role) for text, role in notes if text]
    stack.say(top + 0.5, "left", block.heading, "ink", bold=True)
    for i, (text, role) in enumerate(notes):
        stack.say(top + 1.5 + i, "left", text, role)
    for i, line in enumerate(block.lines):
        stack.say(top + 0.5 + i, "plot" if line.wide else "right", _signed(line), line.role)
        stack.point(top + 0.5 + i, line)
    stack.end_block(max(1 + len(notes), len(block.lines)), first, block.linked)


def _compact_block(stack: _Stack, block: Block, room: float) -> None:
    first = len(stack.points)
    at = stack.height + _compact_head(stack, block, room)
    for line, text in _joined(block.lines, room):
        for part in textwrap.wrap(text, int(room / WIDE_LETTER)):
            stack.say(at + 0.5, "left", part, line.role)
            at += 1
        if line.mark is not None or line.ghost is not None:
            stack.point(at + PLOT_LINE / 2, line)
            at += PLOT_LINE
    stack.end_block(at - stack.height, first, block.linked)


def _compact_head(stack: _Stack, block: Block, room: float) -> int:
    """Place name, detail and judgement on one line or two; return how many."""
    at, status = stack.height + 0.5, block.brief or block.status
    aside = BOLD_LETTER * len(status) + SPACE if status else 0.0
    one_line = f"{block.heading}, {block.detail}"
    if block.joined and block.detail and BOLD_LETTER * len(one_line) + aside <= room:
        heading, detail = one_line, ""
    else:
        heading, detail = block.heading, block.detail
    stack.say(at, "left", heading, "ink", bold=True)
    stack.say(at + 1, "left", detail, "muted")
    lower = BOLD_LETTER * len(heading) + aside > room
    stack.say(at + lower, "right", status, block.tone)
    return 2 if detail or lower else 1


def _joined(lines: Sequence[Line], room: float) -> list[tuple[Line, str]]:
    """Return lines with their words; those that join stand behind the words before, if they fit."""
    found: list[tuple[Line, str]] = []
    for line in lines:
        both = f"{found[-1][1]}, {line.text}" if found else ""
        if line.joins and found and LETTER * len(both) <= room:
            found[-1] = found[-1][0], both
        else:
            found.append((line, _signed(line)))
    return found


def _signed(line: Line) -> str:
    sign = SIGNS.get(line.role, "") if line.mark is not None else ""
    return f"{sign}{line.text}" if line.text else ""
