"""The path from a brain metastasis to what is offered first."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach import evidence
from oligoteach.models.brain_metastases import DRIVERS, ENDS, QUESTIONS, ROOT, Situation, branches
from oligoteach.models.brain_metastases import decide as walk

SITUATIONS = st.builds(
    Situation,
    lesions=st.integers(1, 20),
    symptoms=st.booleans(),
    risk=st.booleans(),
    driver=st.sampled_from(DRIVERS),
    active_drug=st.booleans(),
    named_setting=st.booleans(),
    surveillance=st.booleans(),
)


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({"symptoms": True}, "local"),
        ({"symptoms": True, "named_setting": True}, "local"),
        ({"risk": True, "named_setting": True}, "local"),
        ({}, "radiosurgery"),
        ({"named_setting": True}, "drug-first"),
        ({"named_setting": True, "surveillance": False}, "radiosurgery"),
        ({"named_setting": True, "active_drug": False}, "radiosurgery"),
        ({"named_setting": True, "driver": "none"}, "radiosurgery"),
        ({"driver": "none", "lesions": 4}, "radiosurgery"),
        ({"driver": "none", "lesions": 5}, "observed"),
        ({"driver": "none", "lesions": 10}, "observed"),
        ({"driver": "none", "lesions": 11}, "outside"),
        ({"driver": "ALK", "lesions": 12, "named_setting": True}, "drug-first"),
    ],
)
def test_where_the_path_ends(fields, end):
    assert walk(Situation(**fields)).end.id == end


@given(SITUATIONS)
def test_every_path_is_a_walk_through_the_tree(situation):
    found = walk(situation)
    assert found.path[0] == ROOT
    follows = branches()
    for step, after in itertools.pairwise(found.path):
        assert after in follows[step]
    assert [step.answer for step in found.steps] == [
        "yes" if follows[step][1] == after else "no"
        for step, after in itertools.pairwise(found.path)
    ]


@given(SITUATIONS)
def test_symptoms_are_never_left_to_a_drug(situation):
    found = walk(situation)
    if situation.symptoms or situation.risk:
        assert found.end.id == "local"
    if found.end.id == "drug-first":
        assert situation.named_setting
        assert situation.surveillance
        assert "drug first" in " ".join(found.warnings)


def test_every_end_and_claim_is_real():
    targets = {target for pair in branches().values() for target in pair}
    assert {end.id for end in ENDS} == targets - set(branches())
    for part in (*QUESTIONS, *ENDS):
        assert part.claims
        for claim_id in part.claims:
            evidence.claim(claim_id)


def test_limits_are_those_of_the_ledger():
    assert "one to four" in evidence.verdict("srs-1-to-4").primary_says
    assert "1 to 10" in evidence.verdict("srs-up-to-10").primary_says
    few = next(question for question in QUESTIONS if question.id == "few")
    some = next(question for question in QUESTIONS if question.id == "some")
    assert (few.text, some.text) == ("Up to 4 lesions?", "Up to 10 lesions?")


@pytest.mark.parametrize("lesions", [0, -1, 2.5, True])
def test_lesions_are_counted(lesions):
    with pytest.raises(ValueError, match="a whole number from 1 is needed"):
        Situation(lesions=lesions)


def test_a_driver_that_is_not_known():
    with pytest.raises(ValueError, match=r"The driver is 'KRAS'; allowed are none, EGFR, ALK"):
        Situation(driver="KRAS")
