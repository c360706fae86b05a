"""Patient checks, M categories, the state tree and the staging work-up, as truth tables."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oligoteach.models.classification import (
    OLIGO_LIMIT,
    TREE,
    Patient,
    m_category,
    oligo_state,
    organ_range,
    staging,
)

# --------------------------------------------------------------------------- patient


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"n_lesions": 0}, ["n_lesions is 0", "at least 1"]),
        ({"n_lesions": -1}, ["n_lesions is -1", "0 to 100"]),
        ({"n_lesions": 2.0}, ["n_lesions is 2.0", "whole number"]),
        ({"n_lesions": True}, ["n_lesions is True", "whole number"]),
        ({"n_lesions": 101}, ["n_lesions is 101", "100"]),
        ({"n_lesions": 1, "n_organs": 2}, ["n_organs is 2", "must be 1"]),
        ({"n_lesions": 3, "n_organs": 0}, ["n_organs is 0", "from 1 to 3"]),
        ({"n_lesions": 1, "n_intrathoracic": 1}, ["n_organs is 1", "must be 0"]),
        ({"n_lesions": 3, "n_brain": 1}, ["n_organs is 1", "from 2 to 3"]),
        ({"n_lesions": 2, "n_brain": 1, "n_liver": 1}, ["n_organs is 1", "must be 2"]),
        ({"n_brain": 2}, ["n_brain is 2", "n_lesions, which is 1"]),
        ({"n_lesions": 2, "n_organs": 2, "n_brain": 2, "n_liver": 1}, ["add up to 3"]),
        ({"n_pleural": 1}, ["n_pleural is 1", "n_intrathoracic, which is 0"]),
        ({"n_lesions": 4, "n_organs": 2, "max_per_organ": 4}, ["max_per_organ is 4", "2 to 3"]),
        ({"n_lesions": 4, "n_organs": 2, "max_per_organ": 1}, ["max_per_organ is 1", "2 to 3"]),
        ({"max_per_organ": 0}, ["max_per_organ is 0", "None if not known"]),
        ({"n_lesions": 3, "lifetime_lesions": 2}, ["lifetime_lesions is 2", "at least"]),
        ({"progressing_sites": 3}, ["progressing_sites is 3", "one more each for the primary"]),
        ({"progressing_sites": 2, "primary_controlled": True}, ["progressing_sites is 2"]),
        ({"months_since_primary": -1}, ["months_since_primary is -1", "0 to 600"]),
        ({"months_since_primary": float("nan")}, ["months_since_primary is nan"]),
        ({"months_since_primary": "6"}, ["months_since_primary is '6'"]),
        ({"earlier_polymetastatic": True}, ["earlier_polymetastatic is True", "above 0"]),
        ({"earlier_oligometastatic": True}, ["earlier_oligometastatic is True", "above 0"]),
        (
            {"on_systemic_therapy": True, "response": "stable", "progressing_sites": 1},
            ["response is 'stable'", "progressing_sites is 1"],
        ),
        (
            {"on_systemic_therapy": True, "response": "progression"},
            ["response is 'progression'", "at least 1"],
        ),
        ({"response": "better"}, ["response is 'better'", "'stable'"]),
        ({"driver": "egfr"}, ["driver is 'egfr'", "'EGFR'"]),
        ({"ecog": 5}, ["ecog is 5", "0 to 4"]),
        ({"pet_ct": 1}, ["pet_ct is 1", "True, False"]),
        ({"nodes": None}, ["nodes is None"]),
        ({"primary_controlled": "no"}, ["primary_controlled is 'no'", "None"]),
    ],
)
def test_contradictions_are_named_with_field_value_and_what_is_allowed(fields, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        Patient(**fields)
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert not [word for word in words if word not in sentence], sentence


def test_the_default_patient_knows_nothing_that_was_not_said():
    patient = Patient()
    unknown = (patient.primary_controlled, patient.ecog, patient.all_treatable)
    assert unknown == (None, None, None)
    assert patient.driver == "unknown"
    assert patient.disease_free_months == 0


def test_disease_free_interval_ends_with_earlier_metastatic_disease():
    assert Patient(months_since_primary=14).disease_free_months == 14
    later = Patient(months_since_primary=14, earlier_oligometastatic=True)
    assert later.disease_free_months is None


def test_organ_range_agrees_with_what_the_patient_accepts():
    for lesions, chest, brain, liver in itertools.product(range(1, 5), repeat=4):
        if chest + brain + liver - 3 > lesions:
            continue
        counts = {
            "n_lesions": lesions,
            "n_intrathoracic": chest - 1,
            "n_brain": brain - 1,
            "n_liver": liver - 1,
        }
        low, high = organ_range(**counts)
        accepted = [n for n in range(lesions + 2) if _accepts(n_organs=n, **counts)]
        assert accepted == list(range(low, high + 1))


def _accepts(**fields):
    try:
        Patient(**fields)
    except ValueError:
        return False
    return True


@given(st.data())
def test_bounds_of_the_fullest_organ_hold_for_every_way_to_spread_the_lesions(data):
    per_organ = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    chest = data.draw(st.integers(0, 4))
    brain = data.draw(st.booleans())
    liver = data.draw(st.booleans()) and len(per_organ) > 1
    counts = {
        "n_lesions": sum(per_organ) + chest,
        "n_organs": len(per_organ),
        "n_intrathoracic": chest,
        "n_brain": per_organ[0] if brain else 0,
        "n_liver": per_organ[1] if liver else 0,
    }
    fullest = max(*per_organ, chest)
    low, high = Patient(**counts).per_organ_range
    assert low <= fullest <= high
    assert Patient(**counts, max_per_organ=fullest).per_organ_range == (fullest, fullest)


# --------------------------------------------------------------------------- M category

M_TABLE = [
    # lesions, in the chest, organs outside, effusion, eighth, ninth, group
    (0, 0, 0, True, "M1a", "M1a", "IVA"),
    (1, 1, 0, False, "M1a", "M1a", "IVA"),
    (4, 4, 0, False, "M1a", "M1a", "IVA"),
    (2, 2, 0, True, "M1a", "M1a", "IVA"),
    (1, 0, 1, False, "M1b", "M1b", "IVA"),
    (1, 0, 1, True, "M1b", "M1b", "IVA"),
    (3, 2, 1, False, "M1b", "M1b", "IVA"),
    (2, 0, 1, False, "M1c", "M1c1", "IVB"),
    (5, 0, 1, False, "M1c", "M1c1", "IVB"),
    (3, 1, 1, True, "M1c", "M1c1", "IVB"),
    (2, 0, 2, False, "M1c", "M1c2", "IVB"),
    (6, 1, 4, False, "M1c", "M1c2", "IVB"),
]


@pytest.mark.parametrize(("lesions", "chest", "organs", "effusion", "m8", "m9", "group"), M_TABLE)
def test_m_category_table(lesions, chest, organs, effusion, m8, m9, group):
    patient = Patient(n_lesions=lesions, n_intrathoracic=chest, n_organs=organs, effusion=effusion)
    eighth, ninth = m_category(patient, 8), m_category(patient, 9)
    assert (eighth.code, ninth.code) == (m8, m9)
    assert eighth.stage_group == ninth.stage_group == group


def test_only_the_split_of_the_ninth_edition_has_a_stage_group_read_in_a_source():
    one, two = Patient(), Patient(n_lesions=2, n_organs=2)
    assert m_category(two, 9).stage_group_verified
    for unread in (m_category(one, 8), m_category(one, 9), m_category(two, 8)):
        assert not unread.stage_group_verified
        assert "not read in a source" in unread.note


@pytest.mark.parametrize(
    ("chest", "pleural", "effusion", "said"),
    [
        (1, 0, False, "a nodule in the other lung."),
        (2, 0, False, "nodules in the other lung."),
        (1, 1, False, "a pleural nodule."),
        (2, 2, True, "pleural nodules and a malignant effusion."),
        (0, 0, True, "a malignant effusion."),
        (2, 1, True, "a nodule in the other lung, a pleural nodule and a malignant effusion."),
    ],
)
def test_the_reason_for_m1a_names_what_is_there_and_no_more(chest, pleural, effusion, said):
    patient = Patient(
        n_lesions=chest, n_intrathoracic=chest, n_pleural=pleural, n_organs=0, effusion=effusion
    )
    assert m_category(patient).reason == f"The spread lies within the chest: {said}"


def test_involved_nodes_do_not_change_the_m_category():
    assert m_category(Patient(nodes=True)) == m_category(Patient(nodes=False))


@pytest.mark.parametrize("edition", [7, 10, True, "8", None])
def test_unknown_edition_is_refused(edition):
    with pytest.raises(ValueError, match="must be 8 or 9"):
        m_category(Patient(), edition)


# --------------------------------------------------------------------------- states

# Written out by hand from the questions, not from the code:
# widespread before, oligometastatic before, late, on therapy, growing -> state
N, Y = False, True
STATE_TABLE = {
    (N, N, N, N, N): "synchronous",
    (N, N, N, N, Y): "synchronous",
    (N, N, N, Y, N): "synchronous",
    (N, N, N, Y, Y): "synchronous",
    (N, N, Y, N, N): "metachronous-oligorecurrence",
    (N, N, Y, N, Y): "metachronous-oligorecurrence",
    (N, N, Y, Y, N): "metachronous-oligoprogression",
    (N, N, Y, Y, Y): "metachronous-oligoprogression",
    (N, Y, N, N, N): "repeat-oligorecurrence",
    (N, Y, N, N, Y): "repeat-oligorecurrence",
    (N, Y, N, Y, N): "repeat-oligopersistence",
    (N, Y, N, Y, Y): "repeat-oligoprogression",
    (N, Y, Y, N, N): "repeat-oligorecurrence",
    (N, Y, Y, N, Y): "repeat-oligorecurrence",
    (N, Y, Y, Y, N): "repeat-oligopersistence",
    (N, Y, Y, Y, Y): "repeat-oligoprogression",
    (Y, N, N, N, N): "induced-oligorecurrence",
    (Y, N, N, N, Y): "induced-oligorecurrence",
    (Y, N, N, Y, N): "induced-oligopersistence",
    (Y, N, N, Y, Y): "induced-oligoprogression",
    (Y, N, Y, N, N): "induced-oligorecurrence",
    (Y, N, Y, N, Y): "induced-oligorecurrence",
    (Y, N, Y, Y, N): "induced-oligopersistence",
    (Y, N, Y, Y, Y): "induced-oligoprogression",
    (Y, Y, N, N, N): "induced-oligorecurrence",
    (Y, Y, N, N, Y): "induced-oligorecurrence",
    (Y, Y, N, Y, N): "induced-oligopersistence",
    (Y, Y, N, Y, Y): "induced-oligoprogression",
    (Y, Y, Y, N, N): "induced-oligorecurrence",
    (Y, Y, Y, N, Y): "induced-oligorecurrence",
    (Y, Y, Y, Y, N): "induced-oligopersistence",
    (Y, Y, Y, Y, Y): "induced-oligoprogression",
}


def _patient(poly, oligo, late, therapy, growing, **more):
    return Patient(
        earlier_polymetastatic=poly,
        earlier_oligometastatic=oligo,
        months_since_primary=12.0 if late else 3.0,
        on_systemic_therapy=therapy,
        progressing_sites=1 if growing else 0,
        n_lesions=3,
        n_organs=2,
        **more,
    )


def test_the_table_is_complete_and_reaches_every_leaf():
    assert set(STATE_TABLE) == set(itertools.product((False, True), repeat=5))
    assert set(STATE_TABLE.values()) == {leaf.id for leaf in TREE.leaves}
    assert len(TREE.leaves) == 9


@pytest.mark.parametrize(("facts", "expected"), STATE_TABLE.items())
def test_state_table(facts, expected):
    state = oligo_state(_patient(*facts))
    leaf = TREE.leaf(expected)
    assert state.code == expected
    assert state.name == leaf.name
    seen = (state.history, state.onset, state.timing, state.pattern)
    assert seen == (leaf.history, leaf.onset, leaf.timing, leaf.pattern)


@pytest.mark.parametrize("facts", STATE_TABLE)
def test_the_path_is_a_walk_along_edges_of_the_tree(facts):
    state = oligo_state(_patient(*facts))
    node = TREE.root
    for step in state.path:
        assert step.question_id == node
        assert step.edge in TREE.edges
        assert step.reason.endswith(".")
        node = step.target
    assert node == state.code
    assert len(state.lit) == len(state.path)
    assert state.lit <= set(TREE.edges)


def test_every_node_of_the_tree_is_reached_once():
    targets = [edge.target for edge in TREE.edges]
    nodes = [q.id for q in TREE.questions] + [leaf.id for leaf in TREE.leaves]
    assert sorted(targets) == sorted(set(nodes) - {TREE.root})
    assert len(nodes) == len(set(nodes))


def test_leaf_names_say_what_their_fields_say():
    for leaf in TREE.leaves:
        for word in (leaf.pattern, leaf.timing):
            assert word is None or word in leaf.name.lower()
        assert ("Induced" in leaf.name) == (leaf.history == "induced")
        assert ("Repeat" in leaf.name) == (leaf.onset == "repeat")


@pytest.mark.parametrize(
    ("months", "cut_off", "expected"),
    [
        (6.0, 6.0, "synchronous"),
        (6.01, 6.0, "metachronous-oligorecurrence"),
        (3.0, 2.0, "metachronous-oligorecurrence"),
        (0.0, 0.0, "synchronous"),
        (7.0, 12.0, "synchronous"),
    ],
)
def test_the_interval_is_a_choice_and_its_end_is_synchronous(months, cut_off, expected):
    state = oligo_state(Patient(months_since_primary=months), cut_off)
    assert state.code == expected
    assert f"more than {cut_off:g} months" in state.path[-2 if state.pattern else -1].question


@pytest.mark.parametrize(
    ("lesions", "therapy", "growing", "oligo"),
    [
        (5, False, 0, True),
        (6, False, 0, False),
        (6, False, 2, False),  # off therapy all lesions count
        (6, True, 0, False),
        (6, True, 5, True),  # on therapy the growing sites count
        (6, True, 6, False),
        (1, False, 0, True),
    ],
)
def test_the_limit_of_five_comes_before_the_tree(lesions, therapy, growing, oligo):
    state = oligo_state(
        Patient(n_lesions=lesions, on_systemic_therapy=therapy, progressing_sites=growing)
    )
    assert state.oligometastatic is oligo
    assert bool(state.path) is oligo
    assert "omd-1-to-5-lesions" in state.claims
    if not oligo:
        assert state.code == "polymetastatic"
        assert str(OLIGO_LIMIT) in state.reason


def test_few_growing_sites_among_many_lesions_are_an_induced_state():
    state = oligo_state(Patient(n_lesions=9, on_systemic_therapy=True, progressing_sites=2))
    assert state.code == "induced-oligoprogression"
    assert "9 lesions in all are taken as widespread" in state.reason
    assert "a reading of this course" in state.warnings[0]


def test_an_effusion_alone_is_no_countable_lesion():
    state = oligo_state(Patient(n_lesions=0, n_organs=0, effusion=True))
    assert (state.code, state.oligometastatic) == ("no-countable-lesion", None)
    assert not state.verified


@pytest.mark.parametrize(
    ("lesions", "effusion", "treatable", "code", "oligo", "condition"),
    [
        (1, False, None, "synchronous", True, True),
        (1, False, True, "synchronous", True, False),
        (1, False, False, "not-treatable", False, False),
        (1, True, None, "effusion", None, False),
        (1, True, True, "effusion", None, False),
        (1, True, False, "not-treatable", False, False),
        (6, True, None, "polymetastatic", False, False),
    ],
)
def test_every_site_must_be_treatable_and_an_effusion_leaves_that_open(
    lesions, effusion, treatable, code, oligo, condition
):
    state = oligo_state(Patient(n_lesions=lesions, effusion=effusion, all_treatable=treatable))
    assert (state.code, state.oligometastatic) == (code, oligo)
    assert (state.condition == "if all sites can be treated safely") is condition
    assert bool(state.path) is (oligo is True)
    assert state.warnings == ()


def test_answers_that_sit_badly_are_said():
    known = oligo_state(Patient(on_systemic_therapy=True, progressing_sites=1))
    assert "repeat oligoprogression" in known.warnings[0]
    quiet = oligo_state(Patient(on_systemic_therapy=True, months_since_primary=24))
    assert "first time on systemic therapy" in quiet.warnings[0]


def test_no_state_of_the_tree_is_shown_as_verified():
    for facts in STATE_TABLE:
        state = oligo_state(_patient(*facts))
        assert not state.verified
        assert "general knowledge" in state.note
        assert "guckenberger-2020" in state.refs


@pytest.mark.parametrize("months", [-1, float("nan"), float("inf"), "6", True])
def test_a_senseless_interval_is_refused(months):
    with pytest.raises(ValueError, match="sync_months is"):
        oligo_state(Patient(), months)


def test_an_unknown_leaf_is_refused():
    with pytest.raises(ValueError, match="no leaf 'x'"):
        TREE.leaf("x")


# --------------------------------------------------------------------------- staging

DONE = {"pet_ct": True, "brain_mri": True}


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"n_lesions": 2}, ["PET-CT", "brain imaging"]),
        ({"n_lesions": 2, "pet_ct": True}, ["brain imaging"]),
        ({"n_lesions": 2, **DONE}, []),
        ({**DONE}, ["pathology of the metastasis"]),
        ({**DONE, "pathology": True}, []),
        ({**DONE, "biopsy_too_risky": True}, []),
        ({**DONE, "n_liver": 1, "pathology": True}, ["liver MRI"]),
        ({**DONE, "n_liver": 1, "pathology": True, "liver_mri": True}, []),
        ({**DONE, "n_lesions": 3, "n_organs": 2, "n_liver": 1}, ["liver MRI"]),
        ({**DONE, "n_lesions": 2, "n_liver": 2}, []),
        (
            {**DONE, "n_organs": 0, "n_intrathoracic": 1, "n_pleural": 1, "pathology": True},
            ["thoracoscopy"],
        ),
        ({**DONE, "n_lesions": 2, "n_organs": 0, "n_intrathoracic": 2, "n_pleural": 2}, []),
    ],
)
def test_staging_table(fields, missing):
    work_up = staging(Patient(**fields))
    assert list(work_up.missing) == missing
    assert work_up.complete is (not missing)
    assert sum("Not done yet." in reason for reason in work_up.reasons) == len(missing)
    assert work_up.refs == ("dingemans-2019",)


def test_a_risky_biopsy_is_waived_not_done():
    work_up = staging(Patient(biopsy_too_risky=True, **DONE))
    assert "too high" in work_up.reasons[-1]
    assert "Done." not in work_up.reasons[-1]
