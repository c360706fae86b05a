"""The explorer without a browser: messages in, frames and sentences out."""

import asyncio
import io
from typing import ClassVar

import numpy as np
import pytest
from kit_examples import MULTIPLE, NUMERIC, SINGLE, Decay, in_a_kernel
from PIL import Image

from oligoteach.charts import LIGHT, TeachingFigure
from oligoteach.widgets import (
    Citation,
    Page,
    Prediction,
    PredictionCard,
    Quiz,
    References,
    explorer,
    png,
)
from oligoteach.widgets.canvas import Canvas
from oligoteach.widgets.explorer import SHELF


class Heard:
    """What a widget has sent to its page."""

    def __init__(self, widget, monkeypatch):
        self.sent = []
        self.widget = widget
        monkeypatch.setattr(
            widget, "send", lambda content, buffers=(): self.sent.append((content, buffers))
        )

    def say(self, **content):
        """Return the first answer to a message."""
        before = len(self.sent)
        self.widget._receive(self.widget, content, [])
        return self.sent[before] if len(self.sent) > before else (None, ())


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.fixture
def decay():
    return Decay()


def test_a_frame_has_the_size_that_was_asked_for(decay):
    assert pixels(decay.frame(640, 420)).shape == (420, 640, 3)
    assert pixels(decay.frame(320, 336, ratio=2)).shape == (672, 640, 3)


@pytest.mark.parametrize("axes", ["fixed", "moving"])
def test_a_kept_figure_shows_the_same_pixels_as_a_new_one(axes):
    kept = Decay()
    for rate in (0.3, 1.7, 0.9):
        kept.set(rate=rate, axes=axes)
        shown = kept.frame()
    fresh = Decay()
    fresh.set(rate=0.9, axes=axes)
    if axes == "moving":  # a new figure has its limits from draw, a kept one from update
        fresh.frame()
    assert np.array_equal(pixels(shown), pixels(fresh.frame()))


def test_only_what_moves_is_drawn_again_where_the_axes_stand_still(decay, monkeypatch):
    decay.frame()
    figure = SHELF.last().figure
    whole = []
    monkeypatch.setattr(figure.canvas, "draw", lambda: whole.append(1))
    decay.set(rate=0.5)
    decay.frame()
    assert whole == []
    decay.set(axes="moving")
    decay.frame()
    assert whole == [1]


def test_a_changed_control_changes_the_picture_and_the_words(decay):
    before, words = decay.frame(), decay.summary()
    decay.set(rate=0.2)
    assert decay.frame() != before
    assert decay.summary() != words
    assert "At 1 month 0.819 is left." in decay.summary()  # exp(-0.2)


def test_plain_text_is_the_whole_summary(decay):
    bundle = decay._repr_mimebundle_()[0]
    assert bundle["text/plain"] == decay.summary()
    assert len(bundle["text/plain"]) > 110


def test_themes_differ(decay):
    assert pixels(decay.frame(theme="dark"))[0, 0].tolist() != pixels(decay.frame())[0, 0].tolist()


def test_setting_refuses_unknown_names_and_changes_nothing(decay):
    with pytest.raises(ValueError, match="there is no 'speed'; there are rate, axes"):
        decay.set(rate=0.5, speed=3)
    with pytest.raises(ValueError, match="outside"):
        decay.set(axes="moving", rate=9)
    assert decay.params == decay.defaults()


def test_a_frame_message_is_answered_with_a_frame(decay, monkeypatch):
    heard = Heard(decay, monkeypatch)
    content, buffers = heard.say(
        type="frame", view="v1", params={"rate": 0.2}, width=600, ratio=2, theme="dark", table=True
    )
    assert content["type"] == "frame"
    assert content["view"] == "v1"
    assert content["notes"] == []
    assert content["params"] == decay.params
    assert heard.sent[-1][0]["table"]["rows"][1] == ["1", "0.819"]
    assert pixels(buffers[0]).shape == (round(600 * 0.62) * 2, 1200, 3)


@pytest.mark.parametrize(
    "bad",
    [
        {"width": "wide"},
        {"width": -5},
        {"width": 1e9, "ratio": 1e9},
        {"ratio": None},
        {"theme": "<script>"},
        {"width": True},
    ],
)
def test_a_size_out_of_bounds_is_held_within_them(decay, monkeypatch, bad):
    content, buffers = Heard(decay, monkeypatch).say(type="frame", view="v", **bad)
    assert content["type"] == "frame"
    height, width, _ = pixels(buffers[0]).shape
    assert 100 <= width * height <= 1_010_000


@pytest.mark.parametrize(("asked", "bend"), [(430, 430 / 624), (1, 0.62 * 0.76), (9e9, 0.62 * 1.2)])
def test_before_an_audience_a_figure_gives_way_to_the_screen(decay, monkeypatch, asked, bend):
    _, buffers = Heard(decay, monkeypatch).say(
        type="frame", view="v", width=624, height=asked, ratio=1.5
    )
    height, width, _ = pixels(buffers[0]).shape
    assert width == 936
    assert height == pytest.approx(936 * bend, abs=2)


def test_a_figure_for_a_screen_of_1920_by_1080_is_sharp_and_no_larger(decay, monkeypatch):
    heard = Heard(decay, monkeypatch)
    _, buffers = heard.say(type="frame", view="v", width=624, height=460, ratio=2.3)
    assert pixels(buffers[0]).shape[1] == round(624 * 2.3)
    _, buffers = heard.say(type="frame", view="v", width=624, height=460, ratio=6)
    height, width, _ = pixels(buffers[0]).shape
    assert width * height <= 1_710_000


def test_a_value_that_is_not_allowed_is_noted_and_the_rest_is_shown(decay, monkeypatch):
    content, buffers = Heard(decay, monkeypatch).say(
        type="frame", view="v", params={"rate": 99, "axes": "moving"}
    )
    assert content["notes"] == ["Rate: 99 is outside 0.1 to 2 per month."]
    assert decay.params["axes"] == "moving"
    assert buffers


def test_what_goes_wrong_reaches_the_page_in_words(decay, monkeypatch):
    heard = Heard(decay, monkeypatch)
    content, _ = heard.say(type="frame", view="v", params={"find": "break"})
    assert content["type"] == "failed"
    assert "could not be computed" in content["text"]
    content, _ = heard.say(type="frame", view="v", params={"find": "refuse"})
    assert content["text"] == "Nothing is called refuse"


def test_a_locked_explorer_sends_neither_picture_nor_words(monkeypatch):
    decay = Decay(prediction=Prediction(SINGLE))
    heard = Heard(decay, monkeypatch)
    assert heard.say(type="frame", view="v") == ({"type": "locked", "view": "v"}, ())
    assert heard.say(type="predict", value=None, confidence="guess")[0]["type"] == "refused"
    assert heard.say(type="predict", value="half", confidence="guess")[0]["type"] == "predicted"
    assert heard.say(type="frame", view="v")[0]["type"] == "frame"
    decay.reset()
    assert heard.say(type="frame", view="v")[0]["type"] == "locked"


def test_figures_do_not_pile_up(decay):
    for width in range(300, 400, 10):
        decay.frame(width, 300)
        Decay().frame(width, 300)
    assert len(SHELF) == 1


def test_a_canvas_draws_lists_of_artists_too():
    figure = TeachingFigure(200, 150, LIGHT)

    def draw(figure, level):
        axes = figure.panel()
        return {"lines": [axes.axhline(level), axes.axhline(level / 2)]}

    def update(artists, level):
        for line, y in zip(artists["lines"], (level, level / 2), strict=True):
            line.set_ydata([y, y])

    canvas = Canvas(figure, draw, update)
    assert canvas.frame(1) != canvas.frame(0.5)


@pytest.fixture
def page(decay):
    page = Page("try", "Decay", "What is left?", "1 of 1", 5)
    page.add(decay)
    return page


def test_a_link_sets_what_it_may(page, decay):
    assert page.follow("?decay.rate=0.5&decay.marks=b,a&decay.dots=yes&present=1&theme=dark") == []
    assert decay.params["rate"] == 0.5
    assert decay.params["marks"] == ("a", "b")
    assert decay.params["dots"] is True


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ("?decay.rate=99", "outside 0.1 to 2 per month"),
        ("?decay.speed=1", "'decay.speed', which is not here"),
        ("?growth.rate=1", "'growth.rate', which is not here"),
        ("?<script>alert(1)</script>=1", "which is not here"),
        ("?theme=pink", "theme: 'pink' is not light or dark"),
        ("?present=7", "present: '7' is not 1"),
        ("?theme=" + "x" * 99, "…' is not light or dark"),
        ("?decay.axes=<img src=x onerror=alert(1)>", "not one of fixed, moving"),
        ("?decay.rate=%00", "not a number"),
        ("?decay.find=" + "x" * 200, "at most 80"),
        ("?" + "a" * 5000, "longer than 4000"),
    ],
)
def test_a_hostile_link_is_noted_and_the_rest_of_it_followed(page, decay, search, why):
    notes = page.follow(search)
    assert len(notes) == 1
    assert why in notes[0]
    assert decay.params == decay.defaults()


def test_the_rest_of_a_partly_bad_link_is_followed(page, decay):
    assert len(page.follow("?decay.rate=99&decay.axes=moving&x=1")) == 2
    assert decay.params["axes"] == "moving"


@pytest.mark.parametrize("saved", [None, [], "x", {"decay": 3}, {"decay": {"rate": {}}}, {"x": {}}])
def test_damaged_memory_never_breaks_the_page(page, decay, saved, monkeypatch):
    content, _ = Heard(page, monkeypatch).say(type="open", saved=saved, search="?decay.rate=0.5")
    assert content["type"] == "opened"
    assert decay.params["rate"] == 0.5


def test_a_link_wins_over_memory(page, decay, monkeypatch):
    Heard(page, monkeypatch).say(
        type="open", saved={"decay": {"rate": 0.3, "axes": "moving"}}, search="?decay.rate=0.7"
    )
    assert decay.params["rate"] == 0.7
    assert decay.params["axes"] == "moving"


def test_reset_reaches_every_part(page, decay, monkeypatch):
    quiz, card = Quiz("z", [SINGLE]), PredictionCard(Prediction(NUMERIC))
    page.add(quiz)
    page.add(card)
    heard = Heard(quiz, monkeypatch)
    card.prediction.skip()
    decay.set(rate=0.5)
    page._receive(page, {"type": "reset"}, [])
    assert decay.params == decay.defaults()
    assert not card.prediction.revealed
    assert heard.sent[-1][0] == {"type": "reset"}


def test_the_heart_beats(page, monkeypatch):
    assert Heard(page, monkeypatch).say(type="ping")[0] == {"type": "pong"}


def test_a_quiz_judges_in_the_kernel(monkeypatch):
    quiz = Quiz("z", [SINGLE, MULTIPLE, NUMERIC], lesson="try")
    assert "correct" not in str(quiz.config)
    heard = Heard(quiz, monkeypatch)
    assert heard.say(type="answer", id="half", value="none")[0]["correct"] is False
    assert heard.say(type="answer", id="ten", value=None)[0]["type"] == "refused"
    assert heard.say(type="answer", id="nope", value=1)[0]["type"] == "failed"
    assert "1. How much is left" in quiz.summary()
    assert "Yes." not in quiz.summary()


def test_references_say_every_claim_with_its_verdict():
    claim = Citation("a-claim", "It is so.", "Contradicted by the source", "bad")
    assert References([claim], []).summary() == (
        "[a-claim] It is so. Audit: Contradicted by the source."
    )
    with pytest.raises(ValueError, match="tone 'red' is unknown"):
        Citation("a", "b", "c", "red")


def test_an_unknown_message_is_harmless(decay, monkeypatch):
    heard = Heard(decay, monkeypatch)
    heard.say(type="<script>")
    assert heard.sent == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 7, 4), (40, 30, 4), (33, 64, 3)])
def test_an_encoded_picture_is_read_back_pixel_for_pixel_by_another_library(shape):
    picture = np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(pixels(png.encode(picture)), picture[:, :, :3])


class Prepared(Decay):
    """Makes three things ready while the learner rests, and remembers them."""

    def ahead(self, p):
        for part in range(3):
            yield self.made.append((round(p.rate, 1), part))


@pytest.fixture
def restless(monkeypatch):
    monkeypatch.setattr(explorer, "REST", 0.02)
    made = Prepared()
    made.made = []
    return made, Heard(made, monkeypatch)


# Whoever moves on is not kept waiting by what would have been made ready before.
@pytest.mark.parametrize("rates", [[0.5], [0.5, 0.6, 0.7]])
def test_what_may_come_next_is_made_ready_part_by_part_at_rest(restless, rates):
    made, heard = restless

    async def move_and_rest():
        for rate in rates:
            heard.say(type="frame", view="v", params={"rate": rate})
            await asyncio.sleep(0.001)
        assert made.made == []  # the picture comes first
        await asyncio.sleep(0.3)

    in_a_kernel(move_and_rest())
    assert made.made == [(rates[-1], part) for part in range(3)]


def test_nothing_is_made_ready_for_a_page_that_is_left(restless):
    made, heard = restless

    async def leave():
        heard.say(type="frame", view="v", params={"rate": 0.5})
        made.close()
        await asyncio.sleep(0.1)

    in_a_kernel(leave())
    assert made.made == []


def test_a_script_makes_nothing_ready(restless):
    made, heard = restless
    heard.say(type="frame", view="v", params={"rate": 0.5})
    made.frame()
    assert made.made == []


class Listed(Decay):
    """An explorer with a long list below its figure."""

    key = "listed"

    def cards(self, result):
        return [Citation(f"claim-{i}", "It is so.", "Confirmed", "ok") for i in range(27)]


def test_a_long_list_comes_in_two_parts(monkeypatch):
    heard = Heard(Listed(), monkeypatch)
    heard.say(type="frame", view="v")
    first, _ = heard.sent[-1]
    assert first["type"] == "extras"
    assert first["n_cards"] == 27
    assert [card["key"] for card in first["cards"]] == [f"claim-{i}" for i in range(20)]
    rest, _ = heard.say(type="cards")
    assert [card["key"] for card in rest["cards"]] == [f"claim-{i}" for i in range(20, 27)]


def test_a_revealed_figure_takes_the_setting_that_the_question_names():
    explorer = Decay(prediction=Prediction(SINGLE, at={"rate": 0.5, "marks": ("a", "b")}))
    assert explorer.params == explorer.defaults()
    explorer.on_skip({})
    assert explorer.params == {**explorer.defaults(), "rate": 0.5, "marks": ("a", "b")}


def test_the_setting_of_a_link_stands_before_that_of_the_question():
    explorer = Decay(prediction=Prediction(SINGLE, at={"rate": 0.5}))
    explorer.set(rate=0.3)
    explorer.on_predict({"value": "half", "confidence": "certain"})
    assert explorer.params["rate"] == 0.3


@pytest.mark.parametrize("at", [{"speed": 1}, {"rate": 9}, {"axes": "slow"}])
def test_a_setting_that_the_controls_do_not_allow_is_refused_with_its_place(at):
    with pytest.raises(ValueError, match="explorer 'decay': at of its prediction: "):
        Decay(prediction=Prediction(SINGLE, at=at))


class Viewed(Decay):
    views: ClassVar = [{"at": {"rate": 2}, "say": "Twice as fast."}]


def test_views_are_told_with_whole_settings_and_only_after_the_prediction():
    assert Viewed().config["views"] == [
        {"say": "Twice as fast.", "at": {**Viewed().defaults(), "rate": 2.0}}
    ]
    gated = Viewed(prediction=Prediction(SINGLE))
    assert "views" not in gated.config
    assert "citations" not in gated.config
    gated.prediction.skip()
    assert gated.reveal()["views"][0]["say"] == "Twice as fast."


@pytest.mark.parametrize("at", [{"rate": 99}, {"speed": 1}])
def test_a_view_that_cannot_be_is_refused_when_the_lesson_is_loaded(at):
    class Wrong(Decay):
        views: ClassVar = [{"at": at, "say": "Look."}]

    with pytest.raises(ValueError, match="explorer 'decay': view 1: "):
        Wrong()
