"""Judging answers, and a prediction that keeps its answer to itself until it is earned."""

import json

import pytest
from kit_examples import MULTIPLE, NUMERIC, SINGLE

from oligoteach.widgets.prediction import Prediction
from oligoteach.widgets.question import Option, Question


def test_a_single_answer_gets_the_feedback_of_the_very_option():
    assert SINGLE.judge("half").correct
    wrong = SINGLE.judge("none")
    assert not wrong.correct
    assert wrong.remarks == ("That takes for ever.",)
    assert wrong.explanation == "By definition."


@pytest.mark.parametrize("value", [None, "", "third", 3, ["half"]])
def test_no_answer_is_not_a_wrong_answer(value):
    with pytest.raises(ValueError, match="Choose one of the options"):
        SINGLE.judge(value)


def test_multiple_is_right_only_when_every_option_is_judged_rightly():
    assert MULTIPLE.judge(["four", "two"]).correct
    partly = MULTIPLE.judge(["two", "three"])
    assert not partly.correct
    assert partly.verdict == "Not quite: 1 of 3 options judged rightly"
    assert partly.remarks == (
        "Chosen: 2 – Two is even.",
        "Chosen: 3 – Three is odd.",
        "Left out: 4 – Four is even.",
    )
    with pytest.raises(ValueError, match="at least one"):
        MULTIPLE.judge([])


@pytest.mark.parametrize(
    ("value", "right"), [(10, True), (9.5, True), ("10.5", True), (9.4, False)]
)
def test_a_number_is_right_within_its_tolerance(value, right):
    feedback = NUMERIC.judge(value)
    assert feedback.correct is right
    assert feedback.remarks == ("Yes." if right else "Twice, not thrice.",)


@pytest.mark.parametrize(
    ("value", "why"), [(None, "Enter a number"), ("ten", "Enter a number"), (21, "0 to 20 Gy")]
)
def test_a_number_out_of_range_is_asked_for_again(value, why):
    with pytest.raises(ValueError, match=why):
        NUMERIC.judge(value)


def test_nan_is_not_an_answer():
    with pytest.raises(ValueError, match="Enter a number"):
        NUMERIC.judge("nan")


@pytest.mark.parametrize("question", [SINGLE, MULTIPLE, NUMERIC])
def test_the_page_knows_no_answer_before_it_is_given(question):
    sent = json.dumps(Prediction(question, "secret misconception").spec())
    assert "correct" not in sent
    assert question.explanation not in sent
    assert "misconception" not in sent
    for option in question.options:
        assert option.feedback not in sent


@pytest.mark.parametrize(
    ("kind", "options", "why"),
    [
        ("single", (), "exactly one right option, has 0"),
        ("single", (Option("a", "A", True, ""), Option("b", "B", True, "")), "has 2"),
        ("multiple", (Option("a", "A", False, ""),), "at least one right option"),
        ("essay", (), "not one of single, multiple, numeric"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(kind, options, why):
    with pytest.raises(ValueError, match=why):
        Question("q", "?", kind, "", options=options)


def test_a_prediction_is_closed_until_an_answer_and_a_confidence_are_given():
    prediction = Prediction(SINGLE, "People think that nothing is left.")
    assert prediction.reply() == {"type": "predicted", "outcome": None}
    with pytest.raises(ValueError, match="Choose one"):
        prediction.commit(None, "certain")
    with pytest.raises(ValueError, match="how sure"):
        prediction.commit("none", "")
    assert not prediction.revealed
    outcome = prediction.commit("none", "certain")
    assert prediction.revealed
    assert "remembered best" in outcome.calibration
    assert prediction.reply()["misconception"] == "People think that nothing is left."


def test_a_prediction_can_be_skipped_and_reset():
    prediction = Prediction(SINGLE)
    assert prediction.skip().feedback is None
    assert prediction.revealed
    prediction.reset()
    assert not prediction.revealed


@pytest.mark.parametrize("confidence", ["guess", "fairly", "certain"])
@pytest.mark.parametrize("answer", ["half", "none"])
def test_every_pair_of_confidence_and_outcome_gets_a_remark(answer, confidence):
    assert Prediction(SINGLE).commit(answer, confidence).calibration


@pytest.mark.parametrize(
    ("tolerance", "unit", "said"),
    [
        (8, "%", "49 % (41 to 57 was accepted)"),
        (2.5, "", "49 (46.5 to 51.5 was accepted)"),
        (80, "%", "49 % (0 to 100 was accepted)"),
        (0, "of 100", "49 of 100"),
    ],
)
def test_what_was_accepted_does_not_read_like_an_interval(tolerance, unit, said):
    question = Question(
        "q", "?", "numeric", "", answer=49, tolerance=tolerance, low=0, high=100, unit=unit
    )
    assert question.right_answer() == said
