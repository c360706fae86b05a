"""Where the words of a drawn figure stand: for tests that nothing is clipped or overlaps."""

from __future__ import annotations

from itertools import combinations

from matplotlib.text import Text

from oligoteach.charts.wording import Words

WIDTHS = (288, 360, 640, 1100)
NARROW_AND_WIDE = (288, 640)
SLACK = 1.0


def drawn(explorer, width, theme="light"):
    """Draw an explorer at a width, as the page asks for it, and return the figure."""
    ratio = explorer.narrow_aspect if width < 520 else explorer.aspect
    size = (width, round(width * ratio), 1, theme)
    explorer.frame(*size)
    return explorer.canvas(*size).figure


def boxes(figure):
    """Return words and box of every visible text of a figure, in pixels."""
    undrawn = _undrawn(figure)
    found = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if _shown(text) and text.get_text().strip() and text not in undrawn
    ]
    for words in figure.findobj(Words):
        step = 2 if words._plated else 1
        paths, offsets = words.get_paths()[step - 1 :: step], words.get_offsets()[::step]
        places = words.get_offset_transform().transform(offsets)
        for text, path, place in zip(words.words, paths, places, strict=True):
            if text:
                box = path.transformed(words.get_transform()).get_extents()
                found.append((text, box.translated(*place)))
    return found


def faults(figure):
    """Return the texts that reach beyond the figure, and the pairs that lie on each other."""
    found = boxes(figure)
    width, height = figure.bbox.size
    beyond = [
        text
        for text, box in found
        if box.x0 < -SLACK or box.y0 < -SLACK or box.x1 > width + SLACK or box.y1 > height + SLACK
    ]
    return beyond + [
        (one, other)
        for (one, a), (other, b) in combinations(found, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > SLACK and min(a.y1, b.y1) - max(a.y0, b.y0) > SLACK
    ]


def _shown(text):
    return text.get_visible() and (text.axes is None or text.axes.get_visible())


def _undrawn(figure):
    """Return the labels of ticks beyond their axis or of hidden axes, which are not drawn."""
    return {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not axes.get_visible()
        or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    }


def settings(explorer):
    """Yield, for every control, each option or the ends and the middle of its range."""
    for control in explorer.controls:
        if control.kind == "number":
            values = (control.low, control.high, control.parse((control.low + control.high) / 2))
        elif control.kind == "toggle":
            values = (True, False)
        elif control.kind == "several":
            nothing, all_of_it = (
                (end,) * len(control.options) for end in (control.low, control.high)
            )
            values = (all_of_it, (*nothing[1:], control.high))
        elif control.kind == "text":
            values = ("", "osimertinib", "sabr comet", "nothing at all", "%_\\[(*+?", "Ω≈ç√")
        else:
            values = tuple(control.options)
        for value in values:
            yield control.name, value
