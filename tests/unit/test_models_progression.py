"""The path of oligoprogression, walked over every situation."""

from __future__ import annotations

import csv
import itertools
import re
from pathlib import Path

import pytest

from oligoteach.models import progression as path
from oligoteach.models.progression import Situation, decide

LEDGER = Path(__file__).resolve().parents[2] / "data" / "evidence"


def situations():
    """Yield every situation with up to eight growing sites."""
    for sites, treatment, biopsy, rest, treatable, brain, pain in itertools.product(
        range(1, 9),
        path.TREATMENTS,
        path.BIOPSIES,
        (True, False),
        (True, False),
        ("none", "silent", "symptoms"),
        (True, False),
    ):
        if not (biopsy == path.T790M and treatment not in path.EGFR_TKIS):
            yield Situation(sites, treatment, biopsy, rest, treatable, brain, pain)


ALL = list(situations())


def expected_end(s: Situation) -> str:
    """Say where the path ends, written down once more, in the order of a textbook."""
    if s.sites > 5 or not s.rest_controlled or not s.treatable:
        return "outside"
    if s.treatment == "immunotherapy":
        return "on-immunotherapy"
    if s.biopsy in ("not done", "nothing in plasma only"):
        return "test-first"
    if s.biopsy == "nothing in tissue":
        return "analogy" if s.treatment == "ROS1 TKI" else "ablate"
    new = s.biopsy == "T790M" and s.treatment == "early EGFR TKI"
    return "osimertinib" if new else "other-drug"


def test_every_situation_ends_where_it_should():
    for situation in ALL:
        assert decide(situation).end.id == expected_end(situation), situation
    assert {decide(situation).end.id for situation in ALL} == {end.id for end in path.ENDS}


def test_nobody_is_ablated_untested_or_switched_to_what_was_given():
    for situation in ALL:
        end = decide(situation).end.id
        if end in ("ablate", "analogy"):
            assert situation.biopsy == "nothing in tissue"
        if end == "osimertinib":
            assert not situation.treatment.startswith("osimertinib")


def test_the_path_follows_the_tree_from_question_to_answer():
    branches = path.branches()
    for situation in ALL:
        found = decide(situation)
        assert found.path[0] == path.ROOT
        for step, after in zip(found.steps, found.path[1:], strict=True):
            no, yes = branches[step.id]
            assert after == (yes if step.answer == "yes" else no)
            assert step.reason.endswith(".")


def test_the_tree_has_no_loop_and_nothing_out_of_reach():
    branches, reached = path.branches(), set()
    waiting = [path.ROOT]
    while waiting:
        node = waiting.pop()
        assert node not in reached
        reached.add(node)
        waiting += branches.get(node, ())
    assert reached == {*branches, *(end.id for end in path.ENDS)}


def test_conditions_say_which_part_of_the_definition_fails():
    found = decide(Situation(sites=6, rest_controlled=False, treatable=True))
    assert [part.holds for part in found.conditions] == [False, False, True]
    assert "Other disease grows" in found.steps[0].reason
    assert "6 sites grow" in found.steps[0].reason
    assert "safely" not in found.steps[0].reason


def test_limits_are_those_of_the_ledger():
    with (LEDGER / "audit.csv").open(encoding="utf-8") as file:
        audit = {row["claim_id"]: row for row in csv.DictReader(file)}
    said = audit["oligoprog-site-limit"]["primary_says"]
    assert said.startswith("Four or fewer in Weickhardt and Gan, five or fewer in CURB, STOP")
    assert (path.SERIES_LIMIT, path.SITE_LIMIT) == (4, 5)
    with (LEDGER / "claims.csv").open(encoding="utf-8") as file:
        claims = {row["claim_id"]: row for row in csv.DictReader(file)}
    assert float(claims["oligoprog-site-limit"]["value"]) == path.REVIEW_LIMIT
    named = {claim for situation in ALL for claim in decide(situation).claims}
    assert named <= set(claims)
    # A standing never promises more than the audit of the claims behind it.
    for end in path.ENDS:
        if audit[end.claims[0]]["verification"] == "unverified":
            assert end.standing in ("not checked", "by analogy"), end.id
    assert "63 percent" in audit["t790m-switch-osimertinib"]["primary_says"]


def test_no_end_is_called_settled_and_the_contested_one_is_called_so():
    standing = {end.id: end.standing for end in path.ENDS}
    assert standing["ablate"] == "conditional, contested"
    assert standing["osimertinib"] == "depends on the earlier drug"
    assert standing["on-immunotherapy"] == "open"
    words = " ".join(end.reason for end in path.ENDS)
    assert not re.search(r"must|should|proven", words)


@pytest.mark.parametrize(
    ("treatment", "biopsy", "words"),
    [
        ("ALK TKI", "nothing in tissue", "Both ALK series are of crizotinib"),
        ("osimertinib first", "nothing in tissue", "No series of oligoprogression on osimertinib"),
        ("osimertinib later", "nothing in tissue", "No series of oligoprogression on osimertinib"),
        ("early EGFR TKI", "nothing in plasma only", "tissue is next"),
    ],
)
def test_warns_where_the_evidence_is_of_another_drug_or_the_test_of_plasma_alone(
    treatment, biopsy, words
):
    (warning,) = decide(Situation(treatment=treatment, biopsy=biopsy)).warnings
    assert words in warning


def test_the_series_are_of_the_drugs_that_the_ledger_names():
    with (LEDGER / "trials.csv").open(encoding="utf-8") as file:
        trials = {row["trial_id"]: row["population"] for row in csv.DictReader(file)}
    assert "ALK on crizotinib" in trials["weickhardt"]
    assert "ALK-positive NSCLC on crizotinib" in trials["gan-2014"]
    series = ("weickhardt", "gan-2014", "yu-mskcc")
    assert not [name for name in series if "osimertinib" in trials[name].lower()]
    assert "on a TKI" in trials["halt"]
    assert not [name for name in ("curb", "stop") if "TKI" in trials[name]]
    (end,) = [end for end in path.ENDS if end.id == "ablate"]
    assert "were on a TKI is not in the ledger" in end.reason


def test_brain_and_pain_are_answered_beside_the_path():
    brain, pain = decide(Situation(brain="symptoms", bone_pain=True)).asides
    assert "gets local therapy" in brain.reason
    assert "not superior for pain" in pain.reason
    brain, pain = decide(Situation(brain="silent")).asides
    assert "only in settings" in brain.reason
    assert pain.claims == ()
    found = decide(Situation(brain="silent"))
    assert found.end == decide(Situation()).end
    assert any("outside the brain only" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sites": 0}, "a whole number from 1"),
        ({"sites": 2.0}, "a whole number from 1"),
        ({"treatment": "chemotherapy"}, "allowed are early EGFR TKI"),
        ({"biopsy": "yes"}, "allowed are not done, nothing in tissue"),
        ({"brain": "full"}, "allowed are none, silent, symptoms"),
        ({"treatment": "ALK TKI", "biopsy": "T790M"}, "T790M is a change of EGFR"),
    ],
)
def test_refuses_with_a_sentence(values, words):
    with pytest.raises(ValueError, match=words):
        Situation(**values)
