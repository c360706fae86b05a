"""What can be voted on, how an answer is read and counted; how often somebody may try."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.evidence import lessons
from oligoteach.polls import limits
from oligoteach.polls.ballots import Ballot, ballots_of
from oligoteach.polls.limits import Limit

SINGLE = Ballot(
    "try/one", "Which?", "single", "Because.", (("a", "Apple"), ("b", "Bean")), frozenset("b")
)
MULTIPLE = Ballot(
    "try/many",
    "Which ones?",
    "multiple",
    "Because.",
    (("a", "Apple"), ("b", "Bean"), ("c", "Corn")),
    frozenset("ac"),
)
NUMBER = Ballot(
    "try/number",
    "How many?",
    "numeric",
    "Because.",
    low=0,
    high=80,
    answer=42,
    tolerance=9,
    unit="%",
)


def test_every_prediction_and_question_of_the_course_can_be_asked():
    texts = lessons()
    asked = ballots_of(texts)
    assert len(asked) == sum(len(t.predictions) + len(t.questions) for t in texts)
    for ballot in asked.values():
        right = ballot.right_bar()
        known = [*([right] if right else []), *ballot.bars()]
        assert ballot.right_bars()
        assert set(ballot.right_bars()) <= {bar["id"] for bar in known}
        assert ballot.right_words()


def test_bars_of_numbers_are_few_and_end_at_round_numbers():
    for ballot in ballots_of(lessons()).values():
        if ballot.kind != "numeric":
            continue
        texts = [bar["text"] for bar in ballot.bars()]
        assert 5 <= len(texts) <= 10
        assert len(set(texts)) == len(texts)
        ends = [float(end) for text in texts for end in text.split(" to ")]
        assert (ends[0], ends[-1]) == (ballot.low, ballot.high)
        assert all(end == float(f"{end:.2g}") for end in ends[1:-1]), texts


@pytest.mark.parametrize(
    ("ballot", "values", "choice", "words"),
    [
        (SINGLE, ["a"], "a", "Apple"),
        (SINGLE, ["a", "a"], "a", "Apple"),
        (MULTIPLE, ["c", "a"], "a c", "Apple; Corn"),
        (NUMBER, ["12.50"], "12.5", "12.5 %"),
        (NUMBER, [" 12,5 "], "12.5", "12.5 %"),
        (NUMBER, ["80"], "80", "80 %"),
    ],
)
def test_an_answer_is_kept_in_one_form(ballot, values, choice, words):
    assert ballot.read(values) == choice
    assert ballot.words(choice) == words


@pytest.mark.parametrize(
    ("ballot", "values", "why"),
    [
        (SINGLE, [], "Choose one of the options."),
        (SINGLE, ["a", "b"], "Choose one option only."),
        (SINGLE, ["<script>"], "Choose one of the options."),
        (MULTIPLE, ["a", "z"], "Choose one of the options."),
        (NUMBER, [], "Enter a number from 0 to 80 %."),
        (NUMBER, ["81"], "Enter a number from 0 to 80 %."),
        (NUMBER, ["nan"], "Enter a number from 0 to 80 %."),
        (NUMBER, ["1" * 500], "Enter a number from 0 to 80 %."),
        (NUMBER, ["1_0"], "Enter a number from 0 to 80 %."),
        (NUMBER, ["1", "2"], "Enter a number from 0 to 80 %."),
    ],
)
def test_what_is_no_answer_is_refused_in_words(ballot, values, why):
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        ballot.read(values)


def test_bars_count_every_option_of_a_multiple_answer():
    assert MULTIPLE.count({"a c": 3, "b": 1, "a": 1}) == {"a": 4, "b": 1, "c": 3}


def test_numbers_fall_into_bins_of_which_none_is_called_right():
    counts = NUMBER.count({"0": 1, "9.9": 1, "10": 2, "80": 5})
    assert counts == {"0": 2, "1": 2, **{str(i): 0 for i in range(2, 7)}, "7": 5}
    assert NUMBER.bars()[3]["text"] == "30 to 40"
    assert NUMBER.right_bars() == ["right"]
    assert NUMBER.right_bar() == {"id": "right", "text": "33 to 51"}
    assert NUMBER.right_words() == "42 % (33 to 51 was accepted)"


def test_right_is_a_number_within_the_tolerance_and_not_its_neighbours_in_the_bin():
    given_ = {"32.9": 8, "33": 1, "42": 2, "51": 1, "51.1": 16}
    assert NUMBER.count_right(given_) == 4
    assert SINGLE.count_right({"a": 3, "b": 2}) == 2
    assert MULTIPLE.count_right({"a c": 3, "a": 2, "a b c": 1}) == 3
    hazard = dataclasses.replace(NUMBER, low=0.1, high=1.5, answer=0.68, tolerance=0.02, unit="")
    assert hazard.is_right("0.66")
    assert hazard.is_right("0.7")
    assert not hazard.is_right("0.65")


def test_few_whole_numbers_have_a_bar_each():
    dice = dataclasses.replace(NUMBER, low=0, high=6, answer=3, tolerance=0, unit="pips")
    assert [bar["text"] for bar in dice.bars()] == ["0", "1", "2", "3", "4", "5", "6"]
    assert dice.count({"5": 2, "6": 3, "0": 1})["6"] == 3
    assert dice.right_bar()["text"] == "3"
    assert dice.right_words() == "3 pips"


@given(
    st.floats(-1e5, 1e5),
    st.floats(1e-3, 1e6),
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
)
def test_every_number_that_may_be_entered_lies_in_the_bar_that_names_it(low, width, shares):
    ballot = dataclasses.replace(NUMBER, low=low, high=low + width)
    edges = ballot._edges()
    assert edges == sorted(edges)
    assert 2 <= len(edges) <= 12
    for share in shares:
        number = min(low + share * width, ballot.high)
        at = int(*ballot.chosen(f"{number!r}"))
        if not ballot._counts_whole():
            assert edges[at] <= number <= edges[at + 1]
        assert str(at) in {bar["id"] for bar in ballot.bars()}


@given(st.lists(st.text(max_size=40), max_size=5), st.sampled_from([SINGLE, MULTIPLE, NUMBER]))
def test_whatever_is_sent_is_read_or_refused_and_counted_once(values, ballot):
    try:
        choice = ballot.read(values)
    except ValueError:
        return
    counted = ballot.count({choice: 1})
    assert set(counted) == {bar["id"] for bar in ballot.bars()}
    assert sum(counted.values()) >= 1
    assert ballot.read([choice] if ballot.kind == "numeric" else choice.split()) == choice


def test_a_limit_lets_in_as_many_as_it_says_and_again_later():
    now = [0.0]
    limit = Limit(3, within_s=60, clock=lambda: now[0])
    assert [limit.allow("x") for _ in range(5)] == [True, True, True, False, False]
    assert limit.allow("y")
    assert limit.wait_s("x") == 60
    now[0] = 59
    assert not limit.allow("x")
    now[0] = 60
    assert limit.allow("x")
    limit.forgive("x")
    assert limit.wait_s("x") == 0


def test_a_limit_keeps_of_many_keys_those_that_tried_last(monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 100)
    limit = Limit(1, within_s=60, clock=lambda: 0.0)
    limit.note("first")
    for i in range(99):
        limit.note(f"guest {i}")
    for i in range(500):
        assert limit.wait_s(f"asks only {i}") == 0
    assert limit.wait_s("first") == 60, "asking is no try, and pushes nobody out"
    limit.note("one too many")
    assert limit.wait_s("first") == 0
    assert limit.wait_s("guest 0") == 60
