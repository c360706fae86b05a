"""Words drawn as outlines: where they stand, how large they are, what covers the lines behind."""

import numpy as np
import pytest
from figure_words import boxes
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from oligoteach.charts import LIGHT, TeachingFigure
from oligoteach.charts.figure import points
from oligoteach.charts.wording import MIDDLE, PLATE, Words, outline


@pytest.fixture
def axes():
    figure = TeachingFigure(400, 300, LIGHT)
    panel = figure.panel()
    panel.set(xlim=(0, 10), ylim=(0, 10))
    return panel


def box_of(axes, **style):
    words = Words(axes.get_figure(), axes, **style)
    words.show(["Oligo 41.2"], [(5, 5)])
    return [box for text, box in boxes(axes.get_figure()) if text == "Oligo 41.2"][-1]


def test_words_are_as_wide_as_matplotlibs_own(axes):
    own = Text(0, 0, "Oligo 41.2", size=points(12), figure=axes.get_figure())
    own.axes = axes
    assert box_of(axes).width == pytest.approx(own.get_window_extent().width, abs=2.5)


def test_words_stand_at_their_point_by_the_side_that_is_asked_for(axes):
    x, y = axes.transData.transform((5, 5))
    assert box_of(axes).x0 == pytest.approx(x, abs=2)
    assert box_of(axes, align="right").x1 == pytest.approx(x, abs=2)
    middle = box_of(axes, align="center")
    assert (middle.x0 + middle.x1) / 2 == pytest.approx(x, abs=0.5)
    assert middle.y0 < y < middle.y1
    assert box_of(axes, shift=(20, 30)).x0 == pytest.approx(x + 20, abs=2)


def test_a_plate_lies_behind_each_word_and_reaches_beyond_it(axes):
    words = Words(axes.get_figure(), axes, plated=True)
    words.show(["a", "", "bc"], [(1, 1), (2, 2), (3, 3)])
    paths = words.get_paths()
    assert len(paths) == len(words.get_offsets()) == 6
    plate, word = paths[4].get_extents(), paths[5].get_extents()
    assert plate.x0 == pytest.approx(word.x0 - PLATE, abs=0.5)
    assert plate.y1 == pytest.approx(word.y1 + PLATE, abs=0.5)
    axes.get_figure().canvas.draw()


def test_outlines_are_kept_by_their_words():
    assert outline("kept", 12, "normal", "left") is outline("kept", 12, "normal", "left")
    assert len(outline("", 12, "normal", "left").vertices) == 0


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("text", ["The review: “better”, p 0.04", "● AV: 21   ○ Ty. No: 1", "end "])
def test_a_line_set_word_by_word_is_the_line_set_as_a_whole(text, weight):
    whole = TextPath((0, 0), text, size=13, prop=FontProperties(weight=weight))
    found = outline(text, 13, weight, "left")
    assert found.codes.tolist() == list(whole.codes)
    assert np.allclose(found.vertices + np.array([0, MIDDLE * 13]), whole.vertices, atol=1e-9)


def test_no_words_at_all_can_be_shown(axes):
    words = Words(axes.get_figure(), axes)
    words.show([], [])
    axes.get_figure().canvas.draw()
    assert words.get_offsets().shape == (0, 2)
    assert np.isfinite(axes.get_figure().canvas.buffer_rgba()).all()
