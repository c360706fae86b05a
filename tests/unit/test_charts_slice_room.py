"""Slices: their greys against those of Matplotlib's own picture."""

from dataclasses import replace

import numpy as np
import pytest

from oligoteach.charts import LIGHT, TeachingFigure
from oligoteach.charts.slice_room import Fields, Plane, Still


def plane(rows=23, columns=31):
    grey = np.random.default_rng(3).random((rows, columns)).astype(np.float32)
    across, up = -40 + 3.0 * np.arange(columns), 12 + 2.5 * np.arange(rows)
    return Plane("", (0, 1, 0, 1), grey, across, up, (), ())


def drawn(kind, shown, limits, size=(330, 270), ratio=1.0):
    figure = TeachingFigure(*size, LIGHT, ratio)
    axes = figure.add_axes((0.1, 0.15, 0.8, 0.7), facecolor="#050505")
    axes.set_axis_off()
    if kind == "fields":
        Fields(axes).plane = shown
    else:
        dx, dy = (np.diff(centres)[0] / 2 for centres in (shown.across, shown.up))
        extent = (shown.across[0] - dx, shown.across[-1] + dx, shown.up[0] - dy, shown.up[-1] + dy)
        axes.imshow(shown.grey, cmap="gray", vmin=0, vmax=1, origin="lower", extent=extent,
                    interpolation="nearest", aspect="auto")  # fmt: skip
    axes.set(xlim=limits[:2], ylim=limits[2:])
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).astype(int)


@pytest.mark.parametrize("ratio", [1.0, 1.7, 3.0])
@pytest.mark.parametrize(
    "limits",
    [(-41.5, 51.5, 10.75, 68.25), (-60, 70, 0, 80), (70, -60, 80, 0), (-10, 20, 30, 40)],
    ids=["its own box", "more than it", "turned about", "a part of it"],
)
def test_each_pixel_has_the_grey_of_its_field(limits, ratio):
    ours, theirs = (drawn(kind, plane(), limits, ratio=ratio) for kind in ("fields", "axes"))
    far = np.abs(ours - theirs).max(axis=2) > 1
    # On the border between two fields a pixel may fall to either.
    assert far.mean() < 0.02
    assert (ours != ours[0, 0]).any(axis=2).mean() > 0.2


def test_without_a_plane_nothing_is_drawn():
    empty = drawn("fields", None, (0, 1, 0, 1))
    assert (empty == empty[0, 0]).all()


def test_the_picture_of_a_plane_is_laid_down_again_and_is_the_same():
    figure = TeachingFigure(200, 160, LIGHT, 1.0)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.set_axis_off()
    fields = Fields(axes)
    still = Still(axes, [fields])
    axes.set(xlim=(-40, 50), ylim=(12, 67))
    figure.canvas.draw()
    planes = [replace(plane(), grey=np.full((23, 31), grey)) for grey in (0.2, 0.5, 0.8)]
    levels = []
    for at in (0, 1, 0, 2, 0, 1, 2, 2, 0):
        fields.plane = still.plane = planes[at]
        still.draw(figure.canvas.get_renderer())
        levels.append(int(np.asarray(figure.canvas.buffer_rgba())[80, 100, 0]))
    assert levels == [(51, 128, 204)[at] for at in (0, 1, 0, 2, 0, 1, 2, 2, 0)]
