"""Which limits apply, whether they are kept, and how sources differ: without the course's data."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.constraint_check import choose, judge, near_maxima, spreads


@dataclass(frozen=True)
class Row:
    constraint_id: str
    organ: str = "heart"
    structure: str = ""
    fractions: int = 5
    level: str = ""
    kind: str = "maximum"
    at: float | None = None
    at_unit: str = ""
    limit: float = 30.0
    limit_unit: str = "Gy"
    source: str = "a"
    verification: str = "verified_primary"
    use_instead: str = ""


POINT = Row("a-point")
SMALL = Row("b-small", kind="dose to volume", at=0.5, at_unit="cc", limit=29, source="b")
LARGE = Row("a-large", kind="dose to volume", at=15, at_unit="cc", limit=24)
SHARE = Row("c-share", limit=105, limit_unit="% of prescription", source="c")
GOAL = Row("b-goal", kind="dose to volume", at=0.5, at_unit="cc", limit=20, source="b",
           level="optimal")  # fmt: skip
DOUBTFUL = Row("a-spare", organ="liver", fractions=3, kind="spared volume", at=700, at_unit="cc",
               limit=19.2, use_instead="d-spare")  # fmt: skip
LOWER = Row("d-spare", organ="liver", fractions=3, kind="spared volume", at=700, at_unit="cc",
            limit=17.4, source="d")  # fmt: skip
UNSEEN = Row("e-point", fractions=8, source="e", verification="unverified")
ALL = (POINT, SMALL, LARGE, SHARE, GOAL, DOUBTFUL, LOWER, UNSEEN)


def test_only_limits_of_the_organ_and_the_number_of_fractions_are_chosen():
    chosen = choose(ALL, "heart", 5)
    assert chosen.limits == (POINT, SMALL, LARGE, SHARE, GOAL)
    assert chosen.other_fractions == (8,)
    assert chosen.reason == ""


def test_a_source_can_be_chosen():
    assert choose(ALL, "heart", 5, {"b"}).limits == (SMALL, GOAL)


def test_nothing_is_interpolated_between_numbers_of_fractions():
    rows = (Row("one", fractions=3), Row("two", fractions=5))
    chosen = choose(rows, "heart", 4)
    assert chosen.limits == ()
    assert chosen.other_fractions == (3, 5)
    assert "No limit for 4 fractions" in chosen.reason
    assert "limits for 3, 5" in chosen.reason


def test_unverified_limits_are_left_out_and_named_unless_asked_for():
    chosen = choose(ALL, "heart", 8)
    assert chosen.limits == ()
    assert chosen.unverified == (UNSEEN,)
    assert chosen.reason == "The limits for 8 fractions are all unverified."
    asked = choose(ALL, "heart", 8, unverified=True)
    assert asked.limits == (UNSEEN,)
    assert asked.unverified == ()


def test_a_doubtful_limit_yields_to_the_one_that_it_names():
    everything = choose(ALL, "liver", 3)
    assert everything.limits == (LOWER,)
    assert everything.replaced == ((DOUBTFUL, LOWER),)
    assert choose(ALL, "liver", 3, {"a"}).limits == (LOWER,)
    assert choose(ALL, "liver", 3, {"d"}).replaced == ()


def test_a_replacement_that_is_not_there_is_said():
    with pytest.raises(ValueError, match=r"a-spare is doubtful and names d-spare"):
        choose((DOUBTFUL,), "liver", 3)


def test_an_unknown_organ_has_no_limit():
    assert choose(ALL, "spleen", 5).reason == "The chosen sources have no limit for this organ."


@pytest.mark.parametrize(
    ("value", "status", "margin"), [(29.0, "pass", 1.0), (30.0, "pass", 0.0), (30.5, "fail", -0.5)]
)
def test_a_dose_against_its_limit(value, status, margin):
    result = judge(POINT, value, fractions=5)
    assert (result.status, result.margin, result.unit) == (status, margin, "Gy")
    assert result.reason == ""


def test_a_limit_in_percent_of_the_prescription():
    result = judge(SHARE, 52.4, prescription=50)
    assert result.allowed == pytest.approx(52.5)
    assert (result.status, result.unit) == ("pass", "Gy")
    assert judge(SHARE, 52.6, prescription=50).status == "fail"
    missing = judge(SHARE, 52.4)
    assert missing.status == "not applicable"
    assert "percentage of the prescribed dose" in missing.reason


def test_a_limit_for_another_number_of_fractions_does_not_apply():
    result = judge(POINT, 10.0, fractions=3)
    assert (result.status, result.margin) == ("not applicable", None)
    assert result.reason == "The limit is for 5 fractions, the plan has 3."
    one = judge(Row("one", fractions=1), 10.0, fractions=3)
    assert one.reason == "The limit is for 1 fraction, the plan has 3."


def test_an_organ_smaller_than_the_volume_of_the_limit():
    assert judge(LOWER, 12.0, organ_volume=650).status == "not applicable"
    assert judge(LOWER, 12.0, organ_volume=1400).status == "pass"
    near_maximum = Row("x", at=0.035, at_unit="cc")
    assert judge(near_maximum, 12.0, organ_volume=0.01).status == "pass"


def test_a_plan_without_the_value():
    result = judge(POINT, None)
    assert (result.status, result.value) == ("not applicable", None)
    assert result.reason == "The plan has no value for it."


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, "ten", True])
def test_a_value_that_is_none(value):
    with pytest.raises(ValueError, match="value is"):
        judge(POINT, value)


@pytest.mark.parametrize("field", ["prescription", "organ_volume"])
def test_what_must_be_above_zero(field):
    with pytest.raises(ValueError, match=f"{field} is 0; it must be above 0"):
        judge(SHARE if field == "prescription" else LARGE, 1.0, **{field: 0})


@given(limit=st.floats(0.1, 200), value=st.floats(0, 300), factor=st.sampled_from([0.1, 1.0, 10.0]))
def test_a_judgement_depends_on_the_ratio_alone(limit, value, factor):
    once = judge(Row("x", limit=limit), value)
    scaled = judge(Row("x", limit=limit * factor), value * factor)
    if not math.isclose(limit, value, rel_tol=1e-6):
        assert once.status == scaled.status == ("pass" if value < limit else "fail")
    assert once.margin == pytest.approx(limit - value)


def test_near_maxima_are_compared_and_goals_are_no_disagreement():
    heart = [row for row in ALL if row.organ == "heart"]
    [spread] = spreads(heart)
    assert (spread.organ, spread.fractions) == ("heart", 5)
    assert spread.metric == "hottest 0.5 cc or less"
    assert spread.limits == (SMALL, POINT)
    assert spread.allowed == (29, 30)
    assert not spread.agree
    assert spread.ratio == pytest.approx(30 / 29)
    [with_share] = spreads(heart, prescription=50)
    assert with_share.allowed == pytest.approx((29, 30, 52.5))
    assert with_share.limits[-1] is SHARE


def test_larger_volumes_are_compared_at_the_same_volume_only():
    other = Row("b-large", kind="dose to volume", at=10, at_unit="cc", limit=30, source="b")
    assert spreads((LARGE, other)) == ()
    twin = Row("b-twin", kind="dose to volume", at=15, at_unit="cc", limit=24, source="b")
    [spread] = spreads((LARGE, twin))
    assert spread.metric == "D15cc"
    assert spread.agree


def test_of_each_source_the_limit_nearest_to_a_point_stands_for_its_maximum():
    inner = Row("a-small", kind="dose to volume", at=0.35, at_unit="cc", limit=23)
    assert near_maxima((inner, POINT, SMALL, LARGE, GOAL)) == (POINT, SMALL, GOAL)
    [spread] = spreads((inner, POINT, SMALL))
    assert spread.limits == (SMALL, POINT)
    wall = Row("a-wall", structure="wall", kind="dose to volume", at=0.1, at_unit="cc", limit=9)
    assert near_maxima((wall, POINT)) == (wall, POINT)


def test_two_limits_of_one_source_are_no_spread():
    assert spreads((POINT, Row("a-other", limit=20))) == ()


@pytest.mark.parametrize(
    ("row", "metric"),
    [
        (Row("x", kind="mean"), "Dmean"),
        (Row("x", kind="volume at dose", at=20, at_unit="Gy", limit_unit="%"), "V20Gy"),
        (Row("x", kind="dose to volume", at=50, at_unit="%"), "D50%"),
        (LOWER, "coldest 700 cc"),
    ],
)
def test_the_metric_is_named(row, metric):
    twin = Row(**{**row.__dict__, "constraint_id": "y", "source": "z"})
    [spread] = spreads((row, twin))
    assert spread.metric == metric
