"""The definitions file, and every stated rule with patients just inside and just outside."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from oligoteach.evidence import claims, references, trials, verdicts
from oligoteach.evidence.definitions import (
    Criteria,
    check_definitions,
    definition_problems,
    definitions,
    parse_definitions,
)
from oligoteach.evidence.paths import data_path
from oligoteach.models.classification import (
    KINDS,
    Criterion,
    Definition,
    Drivers,
    Patient,
    judge,
    stated_kinds,
    timing_of,
)

DEFINITIONS = {r.id: Definition.from_mapping(r.as_mapping()) for r in definitions()}

NEVER_FAILS = {
    # Rules that admit everybody: nothing lies outside them.
    ("estro-astro-2020", "timing"),
    ("estro-astro-2020", "histology"),
    ("astro-estro-2023", "timing"),
    ("eortc-lung-2019", "nodes"),
    ("sabr-comet", "histology"),
    ("sabr-comet-3", "histology"),
    ("sabr-comet-10", "histology"),
    ("omega", "timing"),
    ("stop", "histology"),
}

STAGED = {"pet_ct": True, "brain_mri": True, "pathology": True}
STABLE = {"response": "stable"}
GROWING = {"on_systemic_therapy": True, "progressing_sites": 1, "n_lesions": 8, "n_organs": 2}
NOT_NSCLC = [({}, "yes"), ({"histology_nsclc": False}, "no"), ({"histology_nsclc": None}, "?")]
OTHERS = [({}, "yes"), ({"histology_nsclc": False}, "?")]
AT_LEAST_ONE = [
    ({"n_lesions": 1}, "yes"),
    ({"n_lesions": 0, "n_organs": 0, "effusion": True}, "?"),
]
EGFR_ONLY = [
    ({"driver": "EGFR"}, "yes"),
    ({"driver": "ALK"}, "no"),
    ({"driver": "none"}, "no"),
    ({"driver": "other"}, "no"),
    ({"driver": "unknown"}, "?"),
]
NO_PROGRESSION = [
    ({"response": "stable"}, "yes"),
    ({"response": "response"}, "yes"),
    ({"response": "none yet"}, "no"),
    ({"response": "none yet", "on_systemic_therapy": True}, "?"),
    ({"response": "progression"}, "no"),
    ({"response": "none yet", "on_systemic_therapy": True, "progressing_sites": 1}, "no"),
]
ON_TKI = [
    ({"on_systemic_therapy": True, "driver": "EGFR"}, "yes"),
    ({"on_systemic_therapy": False, "progressing_sites": 0}, "no"),
    ({"driver": "none"}, "no"),
    ({"driver": "unknown"}, "?"),
]
SYNCHRONOUS = [
    ({"months_since_primary": 0.0}, "yes"),
    ({"months_since_primary": 6.0}, "yes"),
    ({"months_since_primary": 6.5}, "no"),
    ({"months_since_primary": 3.0, "earlier_oligometastatic": True}, "no"),
]
OLIGOPROGRESSION = [
    ({}, "yes"),
    ({"progressing_sites": 0}, "no"),
    ({"on_systemic_therapy": False}, "no"),
]
UP_TO_FIVE_GROW = [({"progressing_sites": 5}, "yes"), ({"progressing_sites": 6}, "no")]
PRIMARY = [
    ({"primary_controlled": True}, "yes"),
    ({"primary_controlled": False}, "no"),
    ({"primary_controlled": None}, "?"),
]


def up_to(limit):
    return [({"n_lesions": limit}, "yes"), ({"n_lesions": limit + 1}, "no")]


def sites_up_to(limit):
    """A site may be a lesion or an organ: open where only one of the readings is met."""
    return [
        ({"n_lesions": limit, "n_organs": 1}, "yes"),
        ({"n_lesions": limit, "n_organs": limit}, "yes"),
        ({"n_lesions": limit + 1, "n_organs": 1}, "?"),
        ({"n_lesions": limit + 1, "n_organs": limit}, "?"),
        ({"n_lesions": limit + 1, "n_organs": limit + 1}, "no"),
        # The nodules in the chest are one organ more.
        ({"n_lesions": limit + 1, "n_organs": limit, "n_intrathoracic": 1}, "no"),
        ({"n_lesions": limit, "n_organs": 1, "effusion": True}, "?"),
    ]


def outside_brain(limit):
    return [
        ({"n_lesions": limit, "n_organs": 1}, "yes"),
        ({"n_lesions": limit + 1, "n_brain": 1, "n_organs": 2}, "yes"),
        ({"n_lesions": limit + 1, "n_organs": 1}, "no"),
    ]


def sites_outside_brain(limit):
    return [
        ({"n_lesions": limit, "n_organs": 1}, "yes"),
        ({"n_lesions": limit + 1, "n_brain": 1, "n_organs": 2}, "yes"),
        ({"n_lesions": limit + 1, "n_organs": 1}, "?"),
        # The brain is left out of the organs too.
        ({"n_lesions": limit + 2, "n_brain": 1, "n_organs": limit + 1}, "?"),
        ({"n_lesions": limit + 2, "n_brain": 1, "n_organs": limit + 2}, "no"),
        ({"n_lesions": limit + 1, "n_organs": limit + 1}, "no"),
    ]


# What each limit on lesions counts, in the word of the ledger's audit; for SARON, OMEGA and
# CORE in the word of the trial table.
COUNTED = {
    "estro-astro-2020": "lesions",
    "astro-estro-2023": "sites",
    "eortc-lung-2019": "metastases",
    "gomez": "sites",
    "iyengar-utsw": "sites",
    "sabr-comet": "metastases",
    "nrg-lu002": "sites",
    "sindas": "metastases",
    "de-ruysscher": "lesions",
    "petty": "lesions",
    "sabr-comet-3": "lesions",
    "sabr-comet-10": "metastases",
    "saron": "metastases",
    "omega": "metastases",
    "core": "metastases",
    "curb": "sites",
    "stop": "sites",
    "halt": "sites",
}
COUNTS = ("min_lesions", "max_lesions", "max_extracranial")
COUNTS += ("max_progressing", "max_lifetime", "max_per_organ")


# For each definition: a patient who meets every stated rule, and for each stated rule what
# changes its answer. Written by hand from the ledger.
CASES = {
    "estro-astro-2020": (
        {"all_treatable": True},
        {
            "min_lesions": AT_LEAST_ONE,
            "max_lesions": up_to(5),
            "timing": [({}, "yes"), ({"months_since_primary": 60.0}, "yes")],
            "treatable": [
                ({}, "yes"),
                ({"all_treatable": False}, "no"),
                ({"all_treatable": None}, "?"),
            ],
            "histology": [({}, "yes"), ({"histology_nsclc": False}, "yes")],
        },
    ),
    "astro-estro-2023": (
        {},
        {
            "max_extracranial": sites_outside_brain(5),
            "timing": [
                ({}, "yes"),
                ({"months_since_primary": 60.0}, "yes"),
                ({"on_systemic_therapy": True, "progressing_sites": 1}, "yes"),
            ],
            "histology": NOT_NSCLC,
        },
    ),
    "eortc-lung-2019": (
        STAGED,
        {
            "max_lesions": up_to(5),
            "max_organs": [
                ({"n_lesions": 4, "n_organs": 3}, "yes"),
                ({"n_lesions": 4, "n_organs": 4}, "no"),
                ({"n_lesions": 5, "n_organs": 3, "n_intrathoracic": 1}, "no"),
            ],
            "nodes": [({"nodes": True}, "yes"), ({"nodes": False}, "yes")],
            "timing": SYNCHRONOUS,
            "histology": NOT_NSCLC,
            "imaging": [
                ({}, "yes"),
                ({"pet_ct": False}, "no"),
                ({"brain_mri": False}, "no"),
                ({"n_liver": 1}, "no"),
                ({"n_liver": 1, "liver_mri": True}, "yes"),
                ({"n_organs": 0, "n_intrathoracic": 1, "n_pleural": 1}, "no"),
            ],
            "pathology": [
                ({}, "yes"),
                ({"pathology": False}, "no"),
                ({"pathology": False, "biopsy_too_risky": True}, "yes"),
                ({"pathology": False, "n_lesions": 2}, "yes"),
            ],
        },
    ),
    "gomez": (
        {**STABLE, "driver": "none"},
        {
            "max_lesions": sites_up_to(3),
            "systemic": NO_PROGRESSION,
            "driver": [
                ({"driver": "none"}, "yes"),
                ({"driver": "EGFR"}, "yes"),
                ({"driver": "ALK"}, "yes"),
                ({"driver": "other"}, "not stated"),
                ({"driver": "unknown"}, "?"),
            ],
            "histology": NOT_NSCLC,
        },
    ),
    "iyengar-utsw": (
        {**STABLE, "driver": "none"},
        {
            "max_lesions": sites_up_to(5),
            "systemic": NO_PROGRESSION,
            "driver": [
                ({"driver": "none"}, "yes"),
                ({"driver": "EGFR"}, "no"),
                ({"driver": "ALK"}, "no"),
                ({"driver": "other"}, "not stated"),
                ({"driver": "unknown"}, "?"),
            ],
            "histology": NOT_NSCLC,
        },
    ),
    "sabr-comet": (
        {"primary_controlled": True},
        {
            "min_lesions": AT_LEAST_ONE,
            "max_lesions": up_to(5),
            "primary_controlled": PRIMARY,
            "histology": [({"histology_nsclc": None}, "yes")],
        },
    ),
    "nrg-lu002": (
        STABLE,
        {
            "max_extracranial": sites_outside_brain(3),
            "systemic": NO_PROGRESSION,
            "histology": NOT_NSCLC,
        },
    ),
    "sindas": (
        {"driver": "EGFR"},
        {
            "max_lesions": [
                ({"n_lesions": 5, "n_organs": 5}, "yes"),
                ({"n_lesions": 6, "n_organs": 6}, "no"),
            ],
            "max_per_organ": [
                ({"n_lesions": 2, "n_organs": 1}, "yes"),
                ({"n_lesions": 3, "n_organs": 1}, "no"),
                ({"n_lesions": 4, "n_organs": 2}, "?"),
                ({"n_lesions": 4, "n_organs": 2, "max_per_organ": 2}, "yes"),
                ({"n_lesions": 4, "n_organs": 2, "max_per_organ": 3}, "no"),
            ],
            "brain": [({}, "yes"), ({"n_brain": 1}, "no")],
            "timing": SYNCHRONOUS,
            "systemic": [
                ({}, "yes"),
                ({"on_systemic_therapy": True}, "no"),
                ({"response": "stable"}, "no"),
            ],
            "driver": EGFR_ONLY,
            "histology": NOT_NSCLC,
        },
    ),
    "peng": (
        {**STABLE, "driver": "EGFR"},
        {"systemic": NO_PROGRESSION, "driver": EGFR_ONLY, "histology": NOT_NSCLC},
    ),
    "de-ruysscher": (
        {},
        {"max_lesions": up_to(4), "timing": SYNCHRONOUS, "histology": NOT_NSCLC},
    ),
    "petty": (
        STABLE,
        {
            "max_lesions": [
                ({"n_lesions": 5, "n_brain": 2, "n_organs": 2}, "yes"),
                ({"n_lesions": 6, "n_brain": 3, "n_organs": 2}, "no"),
            ],
            "max_extracranial": outside_brain(3),
            "systemic": [
                ({}, "yes"),
                ({"response": "none yet"}, "no"),
                ({"response": "progression"}, "yes"),
            ],
            "histology": NOT_NSCLC,
        },
    ),
    "sabr-comet-3": (
        {"primary_controlled": True},
        {
            "min_lesions": AT_LEAST_ONE,
            "max_lesions": up_to(3),
            "max_lifetime": [
                ({"lifetime_lesions": 8}, "yes"),
                ({"lifetime_lesions": 9}, "no"),
                ({"earlier_oligometastatic": True, "months_since_primary": 20.0}, "?"),
                ({"n_lesions": 9}, "no"),
            ],
            "primary_controlled": PRIMARY,
            "histology": [({"histology_nsclc": None}, "yes")],
        },
    ),
    "sabr-comet-10": (
        {"n_lesions": 4},
        {
            "min_lesions": [({"n_lesions": 4}, "yes"), ({"n_lesions": 3}, "no")],
            "max_lesions": up_to(10),
            "histology": [({"histology_nsclc": None}, "yes")],
        },
    ),
    "saron": (
        {"driver": "none"},
        {
            "min_lesions": AT_LEAST_ONE,
            "max_lesions": up_to(5),
            "max_organs": [
                ({"n_lesions": 4, "n_organs": 3}, "yes"),
                ({"n_lesions": 4, "n_organs": 4}, "no"),
            ],
            "timing": SYNCHRONOUS,
            "driver": [
                ({"driver": "none"}, "yes"),
                ({"driver": "EGFR"}, "no"),
                ({"driver": "ALK"}, "no"),
                ({"driver": "other"}, "no"),
                ({"driver": "unknown"}, "?"),
            ],
            "histology": NOT_NSCLC,
        },
    ),
    "omega": (
        {},
        {
            "min_lesions": AT_LEAST_ONE,
            "max_lesions": up_to(3),
            "timing": [({}, "yes"), ({"months_since_primary": 60.0}, "yes")],
            "histology": NOT_NSCLC,
        },
    ),
    "core": (
        {"months_since_primary": 20.0},
        {
            "max_extracranial": outside_brain(3),
            "max_organs": [
                ({"n_lesions": 3, "n_organs": 2}, "yes"),
                ({"n_lesions": 3, "n_organs": 3}, "no"),
            ],
            "timing": [
                ({"months_since_primary": 6.5}, "yes"),
                ({"months_since_primary": 6.0}, "no"),
            ],
            "histology": OTHERS,
        },
    ),
    "nrog-china-002": (
        {"on_systemic_therapy": True, "driver": "EGFR"},
        {"systemic": ON_TKI, "driver": EGFR_ONLY, "histology": NOT_NSCLC},
    ),
    "northstar": (
        {**STABLE, "driver": "EGFR"},
        {"systemic": NO_PROGRESSION, "driver": EGFR_ONLY, "histology": NOT_NSCLC},
    ),
    "curb": (
        GROWING,
        {"max_progressing": UP_TO_FIVE_GROW, "timing": OLIGOPROGRESSION, "histology": OTHERS},
    ),
    "stop": (
        GROWING,
        {
            "max_progressing": UP_TO_FIVE_GROW,
            "timing": OLIGOPROGRESSION,
            "histology": [({"histology_nsclc": False}, "yes")],
        },
    ),
    "halt": (
        {**GROWING, "driver": "ALK"},
        {
            "max_progressing": UP_TO_FIVE_GROW,
            "timing": OLIGOPROGRESSION,
            "systemic": ON_TKI,
            "histology": NOT_NSCLC,
        },
    ),
}

ROWS = [
    pytest.param(definition, kind, changes, answer, id=f"{definition}-{kind}-{number}")
    for definition, (_, rules) in CASES.items()
    for kind, cases in rules.items()
    for number, (changes, answer) in enumerate(cases)
]


def test_every_definition_and_every_stated_rule_has_cases():
    stated = {d.id: {c.kind for c in d.criteria} for d in DEFINITIONS.values()}
    assert {name: set(rules) for name, (_, rules) in CASES.items()} == stated


def test_every_rule_that_can_fail_has_a_patient_inside_and_one_outside():
    for name, (_, rules) in CASES.items():
        for kind, cases in rules.items():
            answers = {answer for _, answer in cases}
            assert "yes" in answers, (name, kind)
            if (name, kind) not in NEVER_FAILS:
                assert answers & {"no", "?"}, (name, kind)


@pytest.mark.parametrize("name", CASES)
def test_the_base_patient_meets_every_stated_rule(name):
    judgement = judge(Patient(**CASES[name][0]), DEFINITIONS[name])
    assert judgement.overall == "nothing against", judgement.summary
    assert {cell.answer for cell in judgement.cells} <= {"yes", "not stated"}


@pytest.mark.parametrize(("name", "kind", "changes", "answer"), ROWS)
def test_each_rule_just_inside_and_just_outside(name, kind, changes, answer):
    answer = "cannot tell" if answer == "?" else answer
    judgement = judge(Patient(**{**CASES[name][0], **changes}), DEFINITIONS[name])
    cell = next(cell for cell in judgement.cells if cell.kind == kind)
    assert cell.answer == answer, cell.reason
    assert cell.reason.endswith(".")
    assert cell.refs
    if answer == "no":
        assert judgement.overall == "no"
    if answer == "cannot tell":
        assert judgement.overall in ("cannot tell", "no")


def _some_patients():
    """A spread of patients over what the rules ask for."""
    shapes = [
        {"n_lesions": 1},
        {"n_lesions": 4, "n_organs": 2, "n_brain": 2},
        {"n_lesions": 7, "n_organs": 4},
        {"n_lesions": 0, "n_organs": 0, "effusion": True},
    ]
    courses = [
        {},
        {"response": "stable", "on_systemic_therapy": True},
        {"progressing_sites": 1, "on_systemic_therapy": True, "months_since_primary": 20.0},
    ]
    known = [{"driver": "EGFR", "primary_controlled": True, "all_treatable": True}, {}]
    return [
        Patient(**shape, **course, **facts)
        for shape, course, facts in itertools.product(shapes, courses, known)
    ]


def test_not_stated_is_never_a_no():
    for patient, definition in itertools.product(_some_patients(), DEFINITIONS.values()):
        judgement = judge(patient, definition)
        answers = [cell.answer for cell in judgement.cells if cell.answer != "not stated"]
        order = ("no", "cannot tell")
        expected = next((a for a in order if a in answers), "nothing against")
        assert judgement.overall == expected
        assert [cell.kind for cell in judgement.cells] == list(KINDS)
        assert judgement.n_stated + judgement.n_not_stated == len(KINDS)
        for cell in judgement.cells:
            if definition.criterion(cell.kind) is None:
                assert (cell.answer, cell.criterion) == ("not stated", None)


def test_leaving_a_rule_out_never_turns_an_answer_into_a_no():
    """A definition that states less can only say no less often."""
    for patient, definition in itertools.product(_some_patients(), DEFINITIONS.values()):
        whole = judge(patient, definition).overall
        for index in range(len(definition.criteria)):
            kept = definition.criteria[:index] + definition.criteria[index + 1 :]
            less = judge(patient, dataclasses.replace(definition, criteria=kept)).overall
            assert less != "no" or whole == "no"


def test_a_definition_without_rules_cannot_tell():
    judgement = judge(Patient(), Definition("empty", "Empty", "consensus", ()))
    assert judgement.overall == "cannot tell"
    assert judgement.n_not_stated == len(KINDS)


def test_the_summary_names_what_fails_and_counts_what_is_not_stated():
    judgement = judge(Patient(n_lesions=4), DEFINITIONS["sabr-comet-3"])
    assert judgement.summary.startswith("Fails on: most lesions.")
    assert f"{judgement.n_not_stated} kinds of rule are not stated" in judgement.summary
    unknown = judge(Patient(), DEFINITIONS["sabr-comet"])
    assert unknown.summary.startswith("Undecided: primary controlled.")
    unopposed = judge(Patient(n_lesions=2), DEFINITIONS["omega"])
    assert unopposed.summary == (
        "No stated rule says no (4 stated). 14 kinds of rule are not stated."
    )


def test_no_answer_over_all_rules_is_a_yes():
    """Not even where every kind of rule is stated: the ledger holds a part of a protocol."""
    for patient, definition in itertools.product(_some_patients(), DEFINITIONS.values()):
        judgement = judge(patient, definition)
        assert judgement.overall in ("no", "cannot tell", "nothing against")
        assert judgement.n_not_stated > 0


def test_what_is_counted_is_the_word_of_the_ledger():
    for definition in DEFINITIONS.values():
        words = {c.counted for c in definition.criteria if c.kind in COUNTS}
        assert words == ({COUNTED[definition.id]} if definition.id in COUNTED else set())


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        ("gomez", {}, "At most 3 sites; here 1 lesion in 1 organ."),
        ("nrg-lu002", {"n_lesions": 2}, "At most 3 sites outside the brain; here 2 lesions in 1"),
        (
            "gomez",
            {"n_lesions": 4},
            "At most 3 sites; here 4 lesions in 1 organ. The source counts",
        ),
        ("sindas", {"n_lesions": 2}, "At most 5 metastases; here 2."),
        ("estro-astro-2020", {"n_lesions": 2}, "At most 5 lesions; here 2."),
        ("curb", {}, "At most 5 growing sites; here 0."),
    ],
)
def test_the_reason_uses_the_word_of_the_source(name, fields, reason):
    judgement = judge(Patient(**fields), DEFINITIONS[name])
    limits = ("max_lesions", "max_extracranial", "max_progressing")
    (cell,) = [c for c in judgement.cells if c.kind in limits and c.criterion]
    assert cell.reason.startswith(reason)


def test_one_of_a_kind_is_worded_in_the_singular():
    for word, one in (("lesions", "lesion"), ("sites", "site"), ("metastases", "metastasis")):
        rule = Criterion("max_lesions", 1, counted=word)
        cells = judge(Patient(), Definition("x", "X", "trial", (rule,))).cells
        assert next(c for c in cells if c.criterion).reason.startswith(f"At most 1 {one}; here 1")


@pytest.mark.parametrize(
    ("name", "fields", "not_yet"),
    [
        ("gomez", {}, True),
        ("petty", {}, True),
        ("halt", {}, True),
        ("gomez", {"response": "progression"}, False),
        ("halt", {"response": "progression"}, False),
        ("sindas", {"on_systemic_therapy": True}, False),
    ],
)
def test_an_untreated_patient_is_not_yet_at_the_point_of_entry(name, fields, not_yet):
    cells = judge(Patient(**fields), DEFINITIONS[name]).cells
    cell = next(cell for cell in cells if cell.kind == "systemic")
    assert cell.answer == "no"
    assert cell.reason.endswith("Not yet at the point of entry.") is not_yet


def test_an_answer_that_rests_on_an_unverified_rule_says_so():
    trial = DEFINITIONS["iyengar-utsw"]
    base = {"response": "stable", "driver": "none"}
    assert judge(Patient(**base), trial).rests_on_unverified
    assert judge(Patient(response="stable", driver="EGFR"), trial).rests_on_unverified
    many = judge(Patient(**base, n_lesions=6, n_organs=6), trial)
    assert (many.overall, many.rests_on_unverified) == ("no", False)


def test_the_cut_off_in_months_can_be_moved():
    patient = Patient(months_since_primary=4.0)
    assert judge(patient, DEFINITIONS["de-ruysscher"]).overall == "nothing against"
    assert judge(patient, DEFINITIONS["de-ruysscher"], sync_months=3.0).overall == "no"
    with pytest.raises(ValueError, match="sync_months is -1"):
        judge(patient, DEFINITIONS["de-ruysscher"], sync_months=-1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, {"synchronous"}),
        ({"months_since_primary": 7.0}, {"metachronous"}),
        ({"months_since_primary": 2.0, "earlier_oligometastatic": True}, {"metachronous"}),
        ({"months_since_primary": 9.0, "earlier_polymetastatic": True}, {"induced"}),
        ({"on_systemic_therapy": True}, {"synchronous"}),
        (
            {"on_systemic_therapy": True, "response": "stable"},
            {"synchronous", "oligopersistence"},
        ),
        (
            {"on_systemic_therapy": True, "progressing_sites": 1, "months_since_primary": 9.0},
            {"metachronous", "oligoprogression"},
        ),
    ],
)
def test_timing_words(fields, words):
    assert timing_of(Patient(**fields)) == words


@pytest.mark.parametrize(
    ("name", "answer"),
    [("de-ruysscher", "no"), ("core", "no"), ("omega", "yes"), ("stop", "yes")],
)
def test_disease_that_was_once_widespread_is_called_induced_and_not_metachronous(name, answer):
    patient = Patient(
        months_since_primary=14.0,
        earlier_polymetastatic=True,
        on_systemic_therapy=True,
        progressing_sites=1,
    )
    cell = next(c for c in judge(patient, DEFINITIONS[name]).cells if c.kind == "timing")
    assert cell.answer == answer
    assert "here induced oligoprogression; many sites were found before." in cell.reason
    assert "cut-off" not in cell.reason


# --------------------------------------------------------------------------- records


def test_kinds_of_the_file_are_the_kinds_of_the_model():
    assert tuple(Criteria.model_fields) == KINDS


def test_stated_kinds_keep_the_order_of_the_columns():
    used = stated_kinds(DEFINITIONS.values())
    assert used == tuple(kind for kind in KINDS if kind in used)
    assert "ecog" not in used  # no source that was read states one


def test_the_shipped_file_agrees_with_the_ledger():
    grades = {claim_id: verdict.verification for claim_id, verdict in verdicts().items()}
    assert check_definitions(set(claims()), set(references()), set(trials()), grades) == []


def test_limits_agree_with_the_trial_table():
    """Where the table prints a limit, the file has it as one of its limits."""
    kinds = ("max_lesions", "max_extracranial", "max_progressing")
    for record in definitions():
        printed = trials()[record.trial].max_lesions if record.trial else None
        limits = [r.value for k, r in record.criteria.stated() if k in kinds]
        assert printed is None or printed in limits, record.id
        assert printed is not None or not limits or record.trial is None, record.id


def test_a_rule_without_a_claim_says_where_it_is_from():
    for record in definitions():
        for kind, rule in record.criteria.stated():
            if not rule.claims:
                assert rule.verified != "verified_primary"
                known = any(word in rule.note for word in ("title", "registry", "trial table"))
                assert known, (record.id, kind)
                if "trial table, which" in rule.note and "title" not in rule.note:
                    assert rule.verified == "unverified"


def test_shipped_records_are_read_once():
    assert definitions() is definitions()
    assert len({record.id for record in definitions()}) == len(definitions())


# --------------------------------------------------------------------------- broken files

GOOD = data_path("definitions", "definitions.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("value: 5", "value: five", "max_lesions.value", "five"),
        ("value: 5", "value: 5.5", "max_lesions.value", "5.5"),
        ("value: 5", "value: 101", "max_lesions.value", "101"),
        ("counted: lesions", "counted: spots", "min_lesions.counted", "spots"),
        ("        counted: lesions\n", "", "counted", ""),
        ("value: true", "value: maybe", "treatable.value", "maybe"),
        ("value: [synchronous, metachronous]", "value: [sometime]", "timing.value", "sometime"),
        ("value: [synchronous, metachronous]", "value: []", "timing.value", "at least 1"),
        ("kind: consensus", "kind: opinion", "kind", "opinion"),
        ("verified: verified_primary", "verified: certain", "verified", "certain"),
        ("      max_lesions:", "      most_lesions:", "most_lesions", ""),
        ("    refs: [lievens-2020]\n    note", "    note", "refs", ""),
        ("      min_lesions:\n        value: 1", "      min_lesions:\n        value: 6", "", "6"),
        ("claims: [omd-1-to-5-lesions]", "claims: []", "min_lesions", "claim"),
        ("id: estro-astro-2020", "id: ESTRO 2020", "id", "kebab"),
        ("allowed: [none, EGFR, ALK]", "allowed: [none, none]", "driver.value", "each one"),
        ("    trial: gomez\n", "", "definitions[3]", "trial"),
        ("id: gomez", "id: eortc-lung-2019", "definitions[3].id", "another definition"),
        ("        value: 5\n", "        value: 5\n        value: 6\n", "value", "once"),
        ("  - id: gomez", "  - id: gomez\n   x", "file", "YAML"),
    ],
)
def test_a_broken_file_gives_file_line_field_and_rule(tmp_path, old, new, where, words):
    assert old in GOOD
    broken = tmp_path / "definitions.yaml"
    broken.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    problems = parse_definitions(broken, "definitions.yaml").problems
    assert problems
    first = problems[0]
    assert first.file == "definitions.yaml"
    assert int(first.where) > 1
    assert where in first.field
    assert first.rule
    assert words in first.sentence, first.sentence
    assert first.sentence.endswith(".")


def test_a_problem_stands_at_its_line(tmp_path):
    broken = tmp_path / "definitions.yaml"
    broken.write_text(GOOD.replace("value: 5", "value: five", 1), encoding="utf-8")
    (problem,) = parse_definitions(broken).problems
    assert "value: five" in broken.read_text(encoding="utf-8").splitlines()[int(problem.where) - 1]


def test_unknown_ids_and_too_high_grades_are_reported():
    claim_ids = set(claims()) - {"gomez-max-mets"}
    ref_ids = set(references()) - {"dingemans-2019"}
    trial_ids = set(trials()) - {"halt"}
    grades = {"petty-max-lesions": "verified_secondary"}
    problems = definition_problems(claim_ids, ref_ids, trial_ids, grades)
    rules = {problem.rule for problem in problems}
    assert rules == {"unknown-claim", "unknown-reference", "unknown-trial", "grade-above-claims"}
    unknown = next(p for p in problems if p.rule == "unknown-claim")
    assert "'gomez-max-mets'" in unknown.sentence
    assert unknown.field == "definitions[3].criteria.max_lesions.claims[0]"
    assert all(str(p).startswith("data/definitions/definitions.yaml:") for p in problems)


def test_a_missing_file_is_a_problem_not_a_crash(tmp_path):
    problems = definition_problems((), (), path=tmp_path / "none.yaml")
    assert len(problems) == 1


# --------------------------------------------------------------------------- model side


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("colour", 1, "colour"),
        ("max_lesions", -1, "-1"),
        ("max_lesions", True, "True"),
        ("max_lesions", "5", "'5'"),
        ("timing", ("soon",), "soon"),
        ("timing", (), "one or more"),
        ("brain", "maybe", "maybe"),
        ("primary_controlled", 1, "1"),
        ("driver", "EGFR", "Drivers"),
    ],
)
def test_a_senseless_rule_is_refused(kind, value, words):
    with pytest.raises(ValueError, match=words):
        Criterion(kind, value)


def test_senseless_drivers_and_grades_are_refused():
    with pytest.raises(ValueError, match="at least one of"):
        Drivers()
    with pytest.raises(ValueError, match="each once"):
        Drivers(("EGFR",), ("EGFR",))
    with pytest.raises(ValueError, match="verified is 'sure'"):
        Criterion("max_lesions", 5, verified="sure")
    with pytest.raises(ValueError, match="counted is 'spots'"):
        Criterion("max_lesions", 5, counted="spots")


def test_a_definition_states_a_kind_once():
    twice = (Criterion("max_lesions", 3), Criterion("max_lesions", 5))
    with pytest.raises(ValueError, match="max_lesions more than once"):
        Definition("x", "X", "trial", twice)


@pytest.mark.parametrize(
    "values",
    [
        {"id": "x"},
        {"id": "x", "name": "X", "kind": "trial", "criteria": [{"colour": 1}]},
        {"id": "x", "name": "X", "kind": "trial", "criteria": [], "more": 1},
        {"id": "x", "name": "X", "kind": "trial", "criteria": ["max_lesions"]},
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(values):
    with pytest.raises(ValueError, match="'x' is not complete"):
        Definition.from_mapping(values)


@pytest.mark.parametrize(
    ("drivers", "text"),
    [
        (Drivers(("EGFR",), ("none", "ALK", "other")), "EGFR only"),
        (Drivers(("none",), ("EGFR", "ALK")), "no driver admitted, EGFR or ALK excluded"),
        (Drivers(("none", "EGFR", "ALK")), "no driver, EGFR or ALK admitted"),
        (Drivers((), ("EGFR",)), "EGFR excluded"),
        (Drivers(("none", "EGFR", "ALK", "other")), "any"),
    ],
)
def test_drivers_in_words(drivers, text):
    assert Criterion("driver", drivers).text == text


def test_rules_that_no_source_states_yet_work_too():
    rules = (Criterion("ecog", 1), Criterion("brain", "allowed"))
    definition = Definition("x", "X", "trial", rules)
    for ecog, overall in ((1, "nothing against"), (2, "no"), (None, "cannot tell")):
        assert judge(Patient(ecog=ecog, n_brain=1), definition).overall == overall
