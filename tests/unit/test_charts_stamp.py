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


@pytest.mark.parametrize(
    "change",
    [
        {"text": "After"},
        {"color": LIGHT.vermillion},
        {"fontsize": 14},
        {"fontweight": "bold"},
        {"rotation": 90},
        {"ha": "right"},
        {"va": "top"},
        {"linespacing": 2, "text": "Two\nlines"},
        {"position": (0.2, 0.2)},
        {"ground": LIGHT.line},
    ],
    ids=str,
)
def test_a_stamp_that_has_changed_looks_like_a_new_one(change):
    start = {"text": "Before", "x": 0.5, "y": 0.5, "fontsize": 9, "color": LIGHT.ink}

    def drawn(first, then):
        figure = TeachingFigure(240, 160, LIGHT, 1)
        words = module.stamp(figure.panel(), **first)
        figure.canvas.draw()
        ground = then.get("ground")
        words.set(**{name: value for name, value in then.items() if name != "ground"})
        if ground:
            words.set_ground(ground)
        figure.canvas.draw()
        return np.asarray(figure.canvas.buffer_rgba()).copy()

    changed = drawn(start, change)
    assert not np.array_equal(changed, drawn(start, {}))
    place = dict(zip(("x", "y"), change.get("position", (0.5, 0.5)), strict=True))
    look = {name: v for name, v in change.items() if name not in ("position", "ground")}
    ground = {"ground": change["ground"]} if "ground" in change else {}
    assert np.array_equal(changed, drawn({**start, **place, **look}, ground))
