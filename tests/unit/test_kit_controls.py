"""Every value that reaches an explorer passes a control: allowed, or refused with a sentence."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.widgets import Choice, Many, Number, Several, Text, Toggle

DOSE = Number("dose", "Dose per fraction", 1, 20, default=2, step=0.5, unit="Gy")
COUNT = Number("count", "Lesions", 1, 10, default=3)
SITE = Choice("site", "Site", {"lung": "Lung", "liver": "Liver"})
SITES = Many("sites", "Sites", {"lung": "Lung", "liver": "Liver", "bone": "Bone"})
MRI = Toggle("mri", "Brain MRI done")
FIND = Text("find", "Find")
WEIGHTS = Several(
    "weights",
    "Weights",
    {"a": "First", "b": "Second"},
    0,
    200,
    default=[100, 50],
    step=10,
    unit="%",
)


@given(st.floats(1, 20))
def test_an_allowed_number_is_snapped_to_the_nearest_step_and_stays_allowed(raw):
    value = DOSE.parse(raw)
    assert DOSE.low <= value <= DOSE.high
    assert abs(value - raw) <= DOSE.step / 2 + 1e-9
    assert DOSE.parse(value) == value


@given(st.one_of(st.none(), st.booleans(), st.text(), st.lists(st.integers())))
def test_whatever_is_not_a_number_is_refused_by_name(raw):
    try:
        float(raw if isinstance(raw, str) else "x")
    except ValueError:
        with pytest.raises(ValueError, match=r"Dose per fraction: .* is not a number"):
            DOSE.parse(raw)


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf, "nan", "inf", "1e999"])
def test_numbers_without_a_size_are_refused(raw):
    with pytest.raises(ValueError, match="not a number"):
        DOSE.parse(raw)


@pytest.mark.parametrize("raw", [0, 0.99, 20.01, -1, "1000"])
def test_a_number_out_of_range_is_refused_with_the_range_and_the_unit(raw):
    with pytest.raises(ValueError, match=r"outside 1 to 20 Gy"):
        DOSE.parse(raw)


def test_whole_steps_give_whole_numbers():
    assert COUNT.parse("3") == 3
    assert isinstance(COUNT.parse(3.0), int)
    assert COUNT.parse(3.4) == 3


@pytest.mark.parametrize("raw", ["brain", "", "Lung", "<script>alert(1)</script>", None, 3])
def test_a_choice_refuses_what_is_not_listed_and_lists_what_is(raw):
    with pytest.raises(ValueError, match="not one of lung, liver"):
        SITE.parse(raw)


def test_many_reads_a_link_and_keeps_the_listed_order():
    assert SITES.parse("bone,lung") == ("lung", "bone")
    assert SITES.parse(["bone", "bone"]) == ("bone",)
    assert SITES.parse("") == ()
    with pytest.raises(ValueError, match="'skin' is not one of lung, liver, bone"):
        SITES.parse("lung,skin")
    with pytest.raises(ValueError, match="not a list"):
        SITES.parse(4)


@pytest.mark.parametrize(("raw", "value"), [("yes", True), ("no", False), (True, True)])
def test_a_toggle_reads_yes_and_no(raw, value):
    assert MRI.parse(raw) is value


@pytest.mark.parametrize("raw", ["true", "1", 1, None, ""])
def test_a_toggle_refuses_anything_else(raw):
    with pytest.raises(ValueError, match="not one of yes, no"):
        MRI.parse(raw)


@pytest.mark.parametrize(
    ("raw", "why"), [("x" * 81, "at most 80"), ("a\x00b", "printable"), (7, "not text")]
)
def test_text_is_short_and_printable(raw, why):
    with pytest.raises(ValueError, match=why):
        FIND.parse(raw)


def test_a_long_value_is_cut_in_the_sentence():
    with pytest.raises(ValueError, match="not one of") as refused:
        SITE.parse("x" * 5000)
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize("control", [DOSE, COUNT, SITE, SITES, MRI, FIND])
def test_a_control_says_its_default_in_words_and_draws_from_plain_data(control):
    assert control.label in control.say(control.default)
    assert control.spec()["name"] == control.name


def test_a_control_that_cannot_work_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match="low < high"):
        Number("x", "X", 5, 5, default=5)
    with pytest.raises(ValueError, match="outside"):
        Number("x", "X", 0, 1, default=2)
    with pytest.raises(ValueError, match=r"default 12\.3 is not on a step of 0\.5"):
        Number("x", "X", 3, 60, default=12.3, step=0.5)
    with pytest.raises(ValueError, match="at least one option"):
        Choice("x", "X", {})


def test_several_numbers_are_each_held_to_the_same_limits():
    assert WEIGHTS.default == (100, 50)
    assert WEIGHTS.parse([0, 200]) == (0, 200)
    assert WEIGHTS.parse("104,50") == (100, 50)
    assert WEIGHTS.say((0, 50)) == "Weights: First 0, Second 50 %"
    assert Several("n", "N", {"a": "A"}, 1, 3).default == (1,)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([100], "Weights: needs 2 numbers, one for each"),
        ("1,2,3", "Weights: needs 2 numbers"),
        (None, "Weights: needs 2 numbers"),
        (7, "Weights: needs 2 numbers"),
        ([0, 210], "Weights, Second: 210 is outside 0 to 200 %"),
        (["a", 0], "Weights, First: 'a' is not a number"),
        ("nan,0", "Weights, First: 'nan' is not a number"),
    ],
)
def test_several_numbers_refuse_what_does_not_fit_and_say_which(raw, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        WEIGHTS.parse(raw)


def test_several_numbers_are_described_for_the_page():
    spec = WEIGHTS.spec()
    assert spec["kind"] == "several"
    assert spec["default"] == [100, 50]
    assert spec["options"] == [{"value": "a", "text": "First"}, {"value": "b", "text": "Second"}]
