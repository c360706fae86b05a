"""Stamps: a line put together from kept words is the line that matplotlib sets as a whole."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg

from oligoteach.charts import LIGHT, TeachingFigure
from oligoteach.charts import stamp as module

LINES = (
    "After: 0.83 (0.61–1.12), 12 % below 1",
    "Axel: “To AV 7.1”, p < 0.0001; Ty. 4/11",
    "● 10⁻⁹   ■ f: 1,000 j9",
    "Two lines,\nthe second of 2",
)


@pytest.fixture
def picture(monkeypatch):
    """Return the picture of a line, put together or set as a whole."""

    def draw(text, whole, ratio, **look):
        module._picture.cache_clear()
        module._workbench.cache_clear()
        with monkeypatch.context() as patch:
            if whole:
                patch.setattr(module, "_Setter", RendererAgg)
            figure = TeachingFigure(420, 320, LIGHT, ratio)
            axes = figure.panel()
            style = {"text": text, "x": 0.503, "y": 0.5, "linespacing": 1.2, **look}
            module.stamp(axes, **style).set_ground(LIGHT.ground)
            figure.canvas.draw()
            found = np.asarray(figure.canvas.buffer_rgba()).astype(int)
        module._picture.cache_clear()
        module._workbench.cache_clear()
        return found

    return draw


@pytest.mark.parametrize("ratio", [1, 1.37, 3])
@pytest.mark.parametrize(
    "look",
    [
        {"fontsize": 8.6, "ha": "left", "va": "center_baseline"},
        {"fontsize": 9.4, "ha": "center", "va": "top", "fontweight": "bold"},
        {"fontsize": 11.2, "ha": "right", "va": "bottom", "color": LIGHT.vermillion},
        {"fontsize": 9.4, "ha": "center", "va": "center", "rotation": 90},
    ],
)
@pytest.mark.parametrize("text", LINES)
def test_words_put_together_look_as_if_set_as_a_whole(picture, text, look, ratio):
    together, whole = (picture(text, way, ratio, **look) for way in (False, True))
    assert whole.min() < 200
    # Words are blended onto their ground in another order: roundings, which nobody sees.
    assert np.abs(together - whole).max() <= 6
