"""An explorer whose result comes in instalments, and values that cannot stand together."""

import asyncio
import itertools

import numpy as np
import pytest
from kit_examples import SINGLE, Decay, Dice, apart, in_a_kernel

from oligoteach.widgets import ImpossibleError, Page, Part, Prediction, RunningExplorer, running


class Slow(Dice):
    """Dice that take their time, and count how often they are thrown."""

    pace = 0.004

    def steps(self, p):
        self.thrown = getattr(self, "thrown", 0)
        for part in super().steps(p):
            self.thrown += 1
            yield part


class Heard(list):
    """What a widget has sent to its page."""

    def __init__(self, widget, monkeypatch):
        self.widget = widget
        monkeypatch.setattr(widget, "send", lambda content, buffers=(): self.append(content))

    def say(self, **content):
        """Return the first answer to a message."""
        before = len(self)
        self.widget._receive(self.widget, {"view": "v", **content}, [])
        return self[before] if len(self) > before else None

    def last(self, kind):
        return [content for content in self if content["type"] == kind][-1]

    async def until(self, state):
        """Wait for the run to come to a state."""
        for _ in range(1000):
            told = [c for c in self if c["type"] == "progress"]
            if told and told[-1]["run"]["state"] == state:
                return
            await asyncio.sleep(0.005)
        pytest.fail(f"never {state}")


@pytest.fixture
def slow(monkeypatch):
    """Dice of 100,000 throws, which take 0.4 s, and what they send."""
    dice = Slow()
    dice.set(throws=100_000)
    return dice, Heard(dice, monkeypatch)


def mean_of(n, low=1, high=6):
    """The same throws without the kit."""
    rng = np.random.default_rng(7)
    return sum(int(rng.integers(low, high + 1, 1000).sum()) for _ in range(n // 1000)) / n


# Without a browser ------------------------------------------------------------------------------


def test_summary_and_frame_run_to_the_end_and_are_the_same_each_time():
    one, other = Dice(), Dice()
    one.set(throws=20_000)
    other.set(throws=20_000)
    assert f"The mean of 20,000 throws is {mean_of(20_000):.3f}." in one.summary()
    assert one.summary() == other.summary()
    assert one.frame() == other.frame()
    assert one.progress()["state"] == "done"


def test_a_whole_result_is_computed_once(monkeypatch):
    dice = Slow()
    monkeypatch.setattr(dice, "pace", 0)
    dice.summary()
    dice.frame()
    dice.frame(360, 300)
    assert dice.thrown == 2


def test_the_first_part_is_there_without_the_rest():
    dice = Slow()
    dice.set(throws=100_000)
    assert dice.first()[0] == 1000
    assert dice.thrown == 1
    assert dice.compute(type("P", (), dice.params)) == (100_000, mean_of(100_000))


def test_without_a_loop_a_page_is_given_the_whole(monkeypatch):
    dice = Dice()
    answer = apart(lambda: Heard(dice, monkeypatch).say(type="frame"))
    assert answer["run"] == {"state": "done", "done": 2000, "total": 2000, "words": "2,000 throws"}


def test_steps_without_a_part_are_an_error_in_words(monkeypatch):
    class Nothing(Dice):
        def steps(self, p):
            yield from ()

    answer = Heard(Nothing(), monkeypatch).say(type="frame")
    assert answer["type"] == "failed"
    with pytest.raises(NotImplementedError):
        RunningExplorer.steps(Dice(), None)


def test_parts_may_come_from_any_iterator(monkeypatch):
    class Listed(Dice):
        def steps(self, p):
            return iter([Part((1, 2.0), 1, 2), Part((2, 3.0), 2, 2)])

    assert Listed().result() == (2, 3.0)


# In a kernel ------------------------------------------------------------------------------------


def test_a_page_is_answered_at_once_and_told_how_far_it_is(slow):
    dice, heard = slow

    async def watch():
        answer = heard.say(type="frame")
        assert answer["type"] == "frame"
        assert answer["run"]["state"] == "running"
        assert answer["run"]["words"] == "1,000 of 100,000 throws"
        assert "The mean of 1,000 throws" in answer["text"]
        await heard.until("done")

    in_a_kernel(watch())
    done = [content["run"]["done"] for content in heard if content["type"] == "progress"]
    assert done == sorted(done)
    assert len(done) >= 5
    assert dice.result() == (100_000, mean_of(100_000))
    assert dice.thrown == 100


def test_the_loop_is_free_between_slices(slow):
    dice, heard = slow
    seen = set()

    async def watch():
        heard.say(type="frame")
        while dice.progress()["state"] == "running":
            await asyncio.sleep(0)
            seen.add(dice.progress()["done"])

    in_a_kernel(watch())
    assert len(seen) >= 5  # each is a pause in which a message could have been answered


def test_stop_keeps_what_has_come_and_go_on_goes_on(slow):
    dice, heard = slow

    async def watch():
        heard.say(type="frame")
        await asyncio.sleep(0.05)
        answer = heard.say(type="stop")
        assert answer["run"]["state"] == "stopped"
        kept = answer["run"]["done"]
        assert 1000 < kept < 100_000
        await asyncio.sleep(0.08)
        answer = heard.say(type="frame", width=700)
        assert answer["run"]["done"] == kept
        assert answer["run"]["state"] == "stopped"
        assert answer["text"] == f"The mean of {kept:,} throws is {mean_of(kept):.3f}."
        assert heard.say(type="resume")["run"]["state"] == "running"
        await heard.until("done")

    in_a_kernel(watch())
    assert dice.shown() == (100_000, mean_of(100_000))
    assert dice.thrown == 100


def test_a_new_setting_abandons_the_old_run(slow):
    dice, heard = slow

    async def watch():
        heard.say(type="frame")
        await asyncio.sleep(0.05)
        before = dice.thrown
        answer = heard.say(type="frame", params={"high": 9})
        assert answer["run"]["done"] == 1000
        await heard.until("done")
        return before

    before = in_a_kernel(watch())
    assert dice.thrown == before + 100
    assert dice.shown() == (100_000, mean_of(100_000, high=9))


@pytest.mark.parametrize("how", ["leave", "close", "unwatched"])
def test_a_run_that_nobody_watches_rests(slow, how, monkeypatch):
    dice, heard = slow

    async def watch():
        heard.say(type="frame")
        await asyncio.sleep(0.03)
        if how == "leave":
            heard.say(type="leave")
        elif how == "close":
            dice.close()
        else:
            monkeypatch.setattr(running, "UNWATCHED", -1)
            await asyncio.sleep(0.05)
        before = dice.thrown
        await asyncio.sleep(0.08)
        assert dice.thrown == before < 100
        monkeypatch.setattr(running, "UNWATCHED", 10)
        if how != "close":  # the page is back
            heard.say(type="frame")
            await heard.until("done")

    in_a_kernel(watch())


def test_other_explorers_are_answered_while_a_run_goes_on(slow, monkeypatch):
    dice, heard = slow
    other = Heard(Decay(), monkeypatch)

    async def watch():
        heard.say(type="frame")
        for rate in (0.3, 0.5, 0.9):
            await asyncio.sleep(0.02)
            assert other.say(type="frame", params={"rate": rate})["params"]["rate"] == rate
        assert dice.progress()["state"] == "running"
        await heard.until("done")

    in_a_kernel(watch())


def test_an_error_in_a_later_step_reaches_the_page_as_a_sentence(slow):
    dice, heard = slow
    dice.set(find="break later")

    async def watch():
        assert heard.say(type="frame")["type"] == "frame"
        await heard.until("failed")
        assert "could not be computed" in heard.last("failed")["text"]
        assert heard.say(type="frame")["type"] == "failed"
        assert heard.say(type="frame", params={"find": ""})["type"] == "frame"
        await heard.until("done")

    in_a_kernel(watch())


def test_an_error_in_the_first_step_is_answered_like_any_other(slow):
    dice, heard = slow
    dice.set(find="break")
    assert heard.say(type="frame")["type"] == "failed"
    assert heard.say(type="frame")["type"] == "failed"
    assert dice.progress() is None


def test_nothing_runs_behind_a_locked_figure(monkeypatch):
    dice = Slow(prediction=Prediction(SINGLE))
    heard = Heard(dice, monkeypatch)
    assert heard.say(type="frame")["type"] == "locked"
    assert not hasattr(dice, "thrown")
    heard.say(type="stop")
    heard.say(type="resume")
    assert heard == [{"type": "locked", "view": "v"}]


# Values that cannot stand together --------------------------------------------------------------


def test_values_that_cannot_stand_together_are_refused_at_the_control(monkeypatch):
    dice = Dice()
    heard = Heard(dice, monkeypatch)
    first = heard.say(type="frame")
    answer = heard.say(type="frame", params={"low": 8})
    assert answer["refusals"] == {"low": "A die needs two faces or more. Nearest possible: 5."}
    assert answer["params"] == dice.params == dice.defaults()
    assert answer["text"] == first["text"]  # the figure stays
    answer = heard.say(type="frame", params={"low": 8, "high": 10})
    assert answer["refusals"] == {}
    assert dice.params["low"] == 8


def test_setting_them_in_python_raises_and_changes_nothing():
    dice = Dice()
    with pytest.raises(ImpossibleError, match=r"two faces or more\. Nearest possible: 5$") as error:
        dice.set(low=6)
    assert list(error.value.refusals) == ["low"]
    assert dice.params == dice.defaults()


def test_values_of_a_link_are_set_together_whatever_their_order():
    page = Page("try", "Dice", "How often?", "1 of 1", 5)
    dice = Dice()
    page.add(dice)
    for query in itertools.permutations(["dice.low=8", "dice.high=12", "dice.die=own"]):
        dice.reset()
        assert page.follow("?" + "&".join(query)) == []
        assert (dice.params["low"], dice.params["high"]) == (8, 12)


def test_an_impossible_link_is_noted_and_not_followed():
    page = Page("try", "Dice", "How often?", "1 of 1", 5)
    dice = Dice()
    page.add(dice)
    for notes in (page.follow("?dice.low=8&dice.high=8"), page.restore({"dice": {"low": 7}})):
        assert len(notes) == 1
        assert "was not followed. Dice – A die needs two faces or more" in notes[0]
        assert notes[0].endswith(".")
        assert not notes[0].endswith("..")
    assert dice.params == dice.defaults()


def test_a_preset_brings_its_values_and_a_change_of_them_leaves_it():
    dice = Dice()
    dice.set(die="coin")
    assert (dice.params["low"], dice.params["high"]) == (1, 2)
    dice.set(high=3)
    assert dice.params["die"] == "own"
    assert dice.params["low"] == 1
    dice.set(die="own", throws=3000)
    assert dice.params["high"] == 3


def test_what_a_change_brings_is_held_to_the_limits(monkeypatch):
    dice = Dice()
    monkeypatch.setattr(Dice, "bring", lambda self, changed, p: {"high": 99})
    with pytest.raises(ValueError, match="Highest face: 99 is outside 1 to 20"):
        dice.set(throws=3000)
    assert dice.params == dice.defaults()
