"""Branching cases: what the page may know, what a way earns, and how a way is taken again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from oligoteach.widgets.branching import (
    MAX_STEPS,
    UNASKED,
    Branching,
    Citation,
    Fork,
    Mark,
    Play,
    Remark,
    Tale,
    Way,
    calibration,
)
from oligoteach.widgets.citation import Reference

GOOD, BAD = Mark("Good", "ok", True), Mark("Bad", "bad", False)
OPEN = Mark("Open", "open", None)
CITED = Citation("a-claim", "A claim.", "Confirmed", "ok", sources=(Reference("r", "A source."),))


def way(key, mark, following, setting=None):
    return Way(
        key,
        f"Take {key}",
        mark,
        Remark(f"secret ground of {key}", "Ground", (CITED,)),
        f"secret consequence of {key}",
        (Remark(f"secret reason of {key}"),),
        following,
        setting,
    )


TALE = Tale(
    key="tale",
    title="A tale",
    question="Which way?",
    about="About a tale.",
    text="Somebody stands at a fork.",
    facts=(("Age", "Old"),),
    forks=(
        Fork(
            "first",
            "First",
            "Here.",
            "Where?",
            (way("left", GOOD, "second", "L"), way("back", BAD, "first")),
        ),
        Fork(
            "second",
            "Second",
            "There.",
            "And now?",
            (way("on", OPEN, None), way("off", OPEN, "first")),
            open=True,
            setting="S",
        ),
    ),
    closing=(Remark("secret discussion"),),
)


class Scenes:
    title, aspect, narrow_aspect = "Settings so far", 0.5, 1.0

    def scene(self, tale, settings):
        return [s for s in settings if s]

    def draw(self, figure, scene):
        axes = figure.panel()
        return {"line": axes.plot([0, 1], [0, len(scene)])[0]}

    def update(self, artists, scene):
        artists["line"].set_ydata([0, len(scene)])

    def describe(self, scene):
        return f"Settings: {', '.join(scene) or 'none'}."

    def changed(self, before, after):
        return ", ".join(after[len(before) :])


@pytest.fixture
def cases():
    made = Branching("cases", "Cases", [TALE], Scenes(), "lesson", ["One was left out."])
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append((content, buffers))
    return made


def play(cases, *path, **more):
    cases.on_play({"tale": "tale", "path": [list(step) for step in path], **more})
    return cases.sent[-1][0]


def test_the_page_knows_nothing_that_must_be_earned(cases):
    opened = json.dumps([cases.config, play(cases), cases.summary()])
    assert "secret" not in opened
    assert "Good" not in opened
    assert "Bad" not in opened
    assert "One was left out." in cases.summary()
    assert "A. Take left" in opened


def test_a_commitment_earns_its_own_consequence_and_the_marks_of_the_others(cases):
    told = play(cases, ("left", "certain"))
    step = told["steps"][0]
    assert step["consequence"] == "secret consequence of left"
    assert step["mark"] == {"tone": "ok", "verdict": "Good"}
    assert step["remark"] == "Certain, and right."
    assert step["changed"] == "L"
    assert [other["mark"]["verdict"] for other in step["others"]] == ["Bad"]
    assert step["ground"]["citations"][0]["key"] == "a-claim"
    assert told["now"]["id"] == "second"
    assert told["now"]["seen"] == "S"
    assert told["end"] is None
    assert "secret consequence of on" not in json.dumps(told)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ((None, "certain"), "Choose one of the options"),
        (("nowhere", "certain"), "Choose one of the options"),
        (("left", ""), "how sure you are"),
        (("left", "very"), "how sure you are"),
    ],
)
def test_an_incomplete_commitment_is_refused_in_a_sentence(cases, step, why):
    refused = play(cases, step)
    assert refused["type"] == "refused"
    assert why in refused["text"]


def test_the_end_tells_way_contested_forks_calibration_and_sources(cases):
    end = play(cases, ("back", "certain"), ("left", "guess"), ("on", "fairly"))["end"]
    assert end["code"] == "B–A–A"
    assert [step["mark"]["verdict"] for step in end["path"]] == ["Bad", "Good", "Open"]
    assert end["open"] == ["Second"]
    assert end["rows"] == [["A guess", "1", "1"], ["Fairly sure", "0", "0"], ["Certain", "0", "1"]]
    assert end["calibration"] == (
        "1 of 2 decisions with a clear answer was right. Once you were certain and off: "
        "begin there."
    )
    assert end["sources"] == [{"text": "A source.", "doi": ""}]
    assert end["closing"][0]["text"] == "secret discussion"


def test_harm_done_with_certainty_counts_even_where_the_evidence_conflicts():
    ways = (way("on", OPEN, None), way("by", GOOD, None), way("harm", BAD, None))
    tale = replace(TALE, forks=(replace(TALE.forks[1], ways=ways),))
    cases = Branching("cases", "Cases", [tale], Scenes())
    tallies = {}
    for chosen in ways:
        played, _ = cases.replay(tale, [[chosen.id, "certain"]])
        tallies[chosen.id] = played.tally()["certain"]
    assert tallies == {"on": (0, 0), "by": (1, 1), "harm": (0, 1)}
    cases.sent = []
    cases.send = lambda content, buffers=None: cases.sent.append((content, buffers))
    remarks = [play(cases, (chosen.id, "certain"))["steps"][0]["remark"] for chosen in ways]
    assert "neither right nor wrong" in remarks[0]
    assert remarks[1] == "Certain, and right."
    assert remarks[2].startswith("Certain, and off.")


def test_a_contested_way_counts_as_neither():
    played = Play(TALE)
    played.commit("left", "guess")
    assert played.commit("on", "certain").counts is None
    assert played.tally() == {"guess": (1, 1), "fairly": (0, 0), "certain": (0, 0)}


def test_before_an_audience_no_confidence_is_asked_and_none_is_counted(cases):
    told = play(cases, ("back", UNASKED), ("left", UNASKED), ("on", UNASKED))
    assert [step["remark"] for step in told["steps"][:2]] == ["", ""]
    assert told["end"]["rows"] == []
    assert told["end"]["calibration"].startswith("Before an audience nobody is asked")


def test_a_kept_way_is_taken_again_as_far_as_it_fits(cases):
    kept = play(cases, ("left", "certain"), ("gone", "certain"), restored=True)
    assert kept["path"] == [["left", "certain"]]
    assert kept["note"] == "Choose one of the options."
    assert kept["now"]["id"] == "second"


@pytest.mark.parametrize(
    "path", ["left", [["left"]], [None], {"left": 1}, [["left", "certain", 1]]]
)
def test_a_damaged_way_starts_the_case_anew_with_a_note(cases, path):
    cases.on_play({"tale": "tale", "path": path, "restored": True})
    told = cases.sent[-1][0]
    assert told["path"] == []
    assert told["note"]


def test_nobody_goes_round_for_ever(cases):
    steps = [("back", "guess")] * (MAX_STEPS + 1)
    assert "went round" in play(cases, *steps)["text"]


def test_a_finished_case_takes_no_further_step(cases):
    refused = play(cases, ("left", "guess"), ("on", "guess"), ("on", "guess"))
    assert "This case is over" in refused["text"]


def test_an_unknown_case_is_named_with_those_that_there_are(cases):
    with pytest.raises(ValueError, match="no case 'other' here; there are tale"):
        cases.on_play({"tale": "other"})


@pytest.mark.parametrize(("entered", "words"), [(False, "L"), (True, "L, S")])
def test_the_picture_follows_the_way(cases, entered, words):
    look = {
        "tale": "tale",
        "path": [["left", "guess"]],
        "entered": entered,
        "id": "x",
        "width": 300,
    }
    cases.on_look(look)
    message, (frame,) = cases.sent[-1]
    assert message == {"type": "looked", "id": "x", "text": f"Settings: {words}."}
    assert frame.startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [None, "wide", -5, 1e9, True, float("nan")])
def test_a_foolish_size_is_held_within_bounds(cases, width):
    cases.on_look({"tale": "tale", "path": [], "width": width, "ratio": width, "theme": 7})
    assert cases.sent[-1][1][0].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        ({"guess": (0, 0), "fairly": (0, 0), "certain": (0, 0)}, "nothing to calibrate"),
        ({"guess": (2, 2), "fairly": (0, 0), "certain": (0, 0)}, "guesses were all right"),
        ({"guess": (0, 0), "fairly": (1, 2), "certain": (2, 2)}, "certain, you were right"),
        ({"guess": (0, 1), "fairly": (1, 2), "certain": (0, 0)}, "1 of 3 decisions"),
        ({"guess": (0, 0), "fairly": (0, 0), "certain": (1, 4)}, "3 times you were certain"),
    ],
)
def test_calibration_in_words(tally, words):
    assert words in calibration(tally)


def test_decisions_of_several_cases_are_summed_and_contested_ones_left_out(cases):
    other = replace(TALE, key="other")
    cases.tales["other"] = other
    ways = {
        "tale": [["back", "certain"], ["left", "certain"], ["on", "certain"]],
        "other": [["left", "guess"], ["on", "fairly"]],
        "gone": [["left", "guess"]],
    }
    cases.on_sum({"ways": ways})
    assert cases.sent[-1][0] == {
        "type": "summed",
        "text": "Your decisions so far, in 2 cases: a guess 1 right of 1; "
        "fairly sure 0 right of 0; certain 1 right of 2. Contested choices are left out.",
    }


@pytest.mark.parametrize("ways", [None, [], {}, {"tale": []}, {"tale": [["left", UNASKED]]}])
def test_without_an_answer_that_counts_there_is_no_sum(cases, ways):
    cases.on_sum({"ways": ways})
    assert cases.sent[-1][0]["text"] == ""


def test_a_reset_reaches_the_page(cases):
    cases.reset()
    assert cases.sent[-1][0] == {"type": "reset"}
