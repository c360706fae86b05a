"""Axes with stamped numbers look as Matplotlib's own do, to a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from oligoteach.charts import LIGHT, TeachingFigure
from oligoteach.charts.axes import StampedAxes
from oligoteach.charts.stamp import Stamp

BOX = (0.2, 0.2, 0.7, 0.7)


def picture(kind, ratio=1.0, **look):
    """Return the ink of a figure with nothing but axes, and the axes."""
    figure = TeachingFigure(400, 300, LIGHT, ratio)
    axes = figure.add_axes(BOX, axes_class=kind, **look)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[:, :, :3]
    return (pixels.astype(int) - pixels[0, 0]).any(axis=2), axes


def blocks(ink):
    """Return where ink begins and ends, along each axis."""
    found = []
    for along in (ink.any(axis=0), ink.any(axis=1)):
        edge = np.flatnonzero(np.diff(np.concatenate(([0], along.view(np.int8), [0]))))
        found.append(edge)
    return found


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize(
    "look",
    [
        {"xlim": (0, 60), "ylim": (0, 1)},
        {"xlim": (0, 60), "ylim": (0, 1), "xlabel": "Months", "ylabel": "Alive"},
        {"xlim": (0, 3e8), "ylim": (1e-9, 2e-9)},  # with a common factor
    ],
)
def test_numbers_stand_where_matplotlib_puts_them(look, ratio):
    ours, _ = picture(StampedAxes, ratio, **look)
    theirs, _ = picture(Axes, ratio, **look)
    # Only numbers: below the axes and on their left.
    height, width = theirs.shape
    left = slice(None), slice(0, round(0.19 * width))
    below = slice(round(0.83 * height), None), slice(None)
    for part in (left, below):
        for our, their in zip(blocks(ours[part]), blocks(theirs[part]), strict=True):
            assert len(our)
            assert abs(our[0] - their[0]) <= 1
            assert abs(our[-1] - their[-1]) <= 1
        assert ours[part].sum() == pytest.approx(theirs[part].sum(), rel=0.1)


def test_every_panel_has_stamped_numbers_in_the_house_style():
    figure = TeachingFigure(400, 300, LIGHT)
    axes = figure.panel()
    figure.canvas.draw()
    ticks = [*axes.xaxis.get_major_ticks(), *axes.yaxis.get_major_ticks()]
    assert len(ticks) > 4
    for tick in ticks:
        assert isinstance(tick.label1, Stamp)
        assert tick.label1.get_color() == LIGHT.ink


def test_axes_that_are_hidden_or_have_no_ticks_draw_none():
    with_none, axes = picture(StampedAxes, xticks=[], yticks=[])
    assert not with_none[:, : round(0.19 * with_none.shape[1])].any()
    axes.yaxis.set_visible(False)
    axes.set_yticks([0, 1])
    axes.figure.canvas.draw()
    pixels = np.asarray(axes.figure.canvas.buffer_rgba())
    assert (pixels[:, :70, :3] == pixels[0, 0, :3]).all()
