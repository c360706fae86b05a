"""Oligoprogression: which question comes before which, and on what each answer rests.

A path for teaching, not advice for a patient. Questions and ends are data; :func:`decide` walks
them, and a chart draws the same tree. Ids of claims and references are plain strings here; what
they say lives in the evidence ledger.

Sources
-------
Up to five growing sites: CURB, STOP, HALT and the guideline of 2023 (``oligoprog-site-limit``).
Every site safely treatable: the consensus of 2020 (``omd-1-to-5-lesions``). The order of the
questions is this course's arrangement of what the review's section on oligoprogression names; it
was not read in a source.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from oligoteach.models import _path
from oligoteach.models._path import Condition, End, Question, Step

#: Most growing sites that any of the trials and the guideline admit.
SITE_LIMIT = 5
#: Beyond this, neither of the retrospective series with a stated limit speaks for a patient.
SERIES_LIMIT = 4
#: What the review gives as typical.
REVIEW_LIMIT = 3

EARLY_TKI = "early EGFR TKI"
OSIMERTINIB_FIRST = "osimertinib first"
OSIMERTINIB_LATER = "osimertinib later"
ALK_TKI = "ALK TKI"
ROS1_TKI = "ROS1 TKI"
IMMUNOTHERAPY = "immunotherapy"
#: The treatments under which disease may grow here.
TREATMENTS = (
    EARLY_TKI,
    OSIMERTINIB_FIRST,
    OSIMERTINIB_LATER,
    ALK_TKI,
    ROS1_TKI,
    IMMUNOTHERAPY,
)
EGFR_TKIS = (EARLY_TKI, OSIMERTINIB_FIRST, OSIMERTINIB_LATER)

NOT_DONE, TISSUE_CLEAR, PLASMA_CLEAR = "not done", "nothing in tissue", "nothing in plasma only"
T790M, OTHER = "T790M", "another mechanism"
#: What a re-biopsy, of tissue or of plasma, may have shown.
BIOPSIES = (NOT_DONE, TISSUE_CLEAR, PLASMA_CLEAR, T790M, OTHER)

Fact = Callable[["Situation"], tuple[bool, str]]


@dataclass(frozen=True)
class Situation:
    """What is known of an imagined patient whose disease grows on systemic therapy.

    Attributes
    ----------
    sites : int
        Growing or new sites outside the brain, 1 or more.
    treatment : str
        One of :data:`TREATMENTS`.
    biopsy : str
        One of :data:`BIOPSIES`.
    rest_controlled : bool
        Whether everything else is controlled.
    treatable : bool
        Whether every growing site can be treated safely.
    brain : {'none', 'silent', 'symptoms'}
        Whether a site in the brain grows, and whether it causes symptoms.
    bone_pain : bool
        Whether a growing site in bone hurts.

    Raises
    ------
    ValueError
        With a sentence, for a value that is not allowed.
    """

    sites: int = 2
    treatment: str = EARLY_TKI
    biopsy: str = NOT_DONE
    rest_controlled: bool = True
    treatable: bool = True
    brain: str = "none"
    bone_pain: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.sites, bool) or not isinstance(self.sites, int) or self.sites < 1:
            raise ValueError(f"Growing sites are {self.sites!r}; a whole number from 1 is needed.")
        for name, value, known in (
            ("The treatment", self.treatment, TREATMENTS),
            ("The re-biopsy", self.biopsy, BIOPSIES),
            ("The brain", self.brain, ("none", "silent", "symptoms")),
        ):
            if value not in known:
                raise ValueError(f"{name} is {value!r}; allowed are {', '.join(known)}.")
        if self.biopsy == T790M and self.treatment not in EGFR_TKIS:
            raise ValueError(
                f"T790M is a change of EGFR; with {self.treatment} it cannot explain resistance."
            )


@dataclass(frozen=True)
class Aside:
    """What holds beside the path, for the brain or for pain."""

    about: str
    short: str
    reason: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """Where the path leads.

    Attributes
    ----------
    conditions : tuple of Condition
        What the word oligoprogression asks for.
    steps : tuple of Step
        Questions with answers, from the first.
    end : End
    asides : tuple of Aside
        For the brain, then for pain.
    warnings : tuple of str
        What else a reader must know, a sentence each.
    """

    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    end: End
    asides: tuple[Aside, ...]
    warnings: tuple[str, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """Ids from the first question to the end."""
        return _path.trail(self.steps, self.end)

    @property
    def claims(self) -> tuple[str, ...]:
        """Claims on which it all rests, those of the end first, each once."""
        named = [self.end.claims, *(aside.claims for aside in self.asides)]
        named += [step.claims for step in self.steps]
        named += [condition.claims for condition in self.conditions]
        return tuple(dict.fromkeys(itertools.chain.from_iterable(named)))


ROOT = "oligo"

QUESTIONS = (
    Question(
        "oligo",
        "Is it oligoprogression?",
        yes="targeted",
        no="outside",
        claims=("def-oligoprogression", "oligoprog-site-limit", "omd-1-to-5-lesions"),
    ),
    Question(
        "targeted",
        "Is the treatment a TKI?",
        yes="tested",
        no="on-immunotherapy",
        claims=("oligoprog-egfr-standard",),
    ),
    Question(
        "tested",
        "Does a re-biopsy answer, of tissue or plasma?",
        yes="mechanism",
        no="test-first",
        claims=("rebiopsy-before-lat",),
    ),
    Question(
        "mechanism",
        "Did it show T790M or another mechanism?",
        yes="t790m-new",
        no="series",
        claims=("resistance-mechanism-guides",),
    ),
    Question(
        "t790m-new",
        "Is it T790M, before any osimertinib?",
        yes="osimertinib",
        no="other-drug",
        claims=("t790m-switch-osimertinib",),
    ),
    Question(
        "series",
        "Is the driver EGFR or ALK?",
        yes="ablate",
        no="analogy",
        claims=("ros1-no-trials", "alk-tkis"),
    ),
)

ENDS = (
    End(
        "outside",
        "Outside this path",
        "outside",
        "The series and trials of this lesson do not speak for it.",
        ("def-oligoprogression", "oligoprog-site-limit", "omd-1-to-5-lesions"),
    ),
    End(
        "on-immunotherapy",
        "On ICI: open question",
        "open",
        "The review calls STOP promising; its source saw no difference in progression-free "
        "survival. What drugs the patients of STOP and CURB had is not in the ledger of this "
        "course.",
        ("stop-trial-promising", "oligoprog-egfr-standard"),
    ),
    End(
        "test-first",
        "Test before deciding",
        "not checked",
        "Tissue or plasma comes before local treatment alone, since systemic resistance may call "
        "for another drug. The recommendation was not checked in a source.",
        ("rebiopsy-before-lat", "resistance-mechanism-guides"),
    ),
    End(
        "analogy",
        "By analogy: keep, ablate",
        "by analogy",
        "The review knows of no randomised trial in ROS1 disease, which was not checked. What is "
        "done for EGFR and ALK is carried over.",
        ("ros1-no-trials",),
    ),
    End(
        "ablate",
        "Keep TKI, ablate sites",
        "conditional, contested",
        "Common practice with conditional support of the guideline. CURB saw longer "
        "progression-free survival in lung cancer, STOP saw no difference in solid tumours; the "
        "series have no control. How many of CURB's or STOP's patients were on a TKI is not in the "
        "ledger of this course; HALT asks exactly this, and no results were seen.",
        ("oligoprog-egfr-standard", "stop-trial-promising", "mskcc-vs-switch"),
    ),
    End(
        "other-drug",
        "Weigh another drug",
        "not checked",
        "Systemic resistance speaks for a change of treatment rather than local treatment alone. "
        "Which drug, the ledger of this course does not say; the recommendation was not checked.",
        ("resistance-mechanism-guides",),
    ),
    End(
        "osimertinib",
        "Osimertinib",
        "depends on the earlier drug",
        "T790M was found in 63 percent after gefitinib or erlotinib. The switch applies only "
        "after a TKI of the first or second generation; osimertinib is now first line.",
        ("t790m-switch-osimertinib",),
    ),
)

_END = {end.id: end for end in ENDS}


def branches() -> dict[str, tuple[str, str]]:
    """Return what follows each question on "no" and on "yes", for a chart of the tree."""
    return _path.branches(QUESTIONS)


def decide(situation: Situation) -> Decision:
    """Walk the path.

    Parameters
    ----------
    situation : Situation
        What is known.

    Returns
    -------
    Decision
    """
    steps, node = _path.walk(QUESTIONS, _FACTS, situation)
    return Decision(
        conditions=_conditions(situation),
        steps=steps,
        end=_END[node],
        asides=(_brain(situation), _pain(situation)),
        warnings=tuple(_warnings(situation, node)),
    )


# What answers each question -------------------------------------------------------------------


def _conditions(situation: Situation) -> tuple[Condition, ...]:
    """Return the parts of the definition."""
    growing = _sites(situation.sites)
    few = situation.sites <= SITE_LIMIT
    rest, treatable = situation.rest_controlled, situation.treatable
    return (
        Condition(
            "rest controlled",
            rest,
            "All else is controlled." if rest else "Other disease grows as well.",
            ("def-oligoprogression",),
        ),
        Condition(
            "five or fewer grow",
            few,
            f"{growing}; the trials and the guideline stop at {SITE_LIMIT}.",
            ("oligoprog-site-limit",),
        ),
        Condition(
            "all treatable",
            treatable,
            "Every site can be treated safely."
            if treatable
            else "Not every site can be treated safely.",
            ("omd-1-to-5-lesions",),
        ),
    )


def _is_oligo(situation: Situation) -> tuple[bool, str]:
    return _path.all_hold(_conditions(situation))


def _is_targeted(situation: Situation) -> tuple[bool, str]:
    if situation.treatment == IMMUNOTHERAPY:
        return False, "The disease grows on immunotherapy."
    return True, "The disease grows on a TKI."


def _is_tested(situation: Situation) -> tuple[bool, str]:
    if situation.biopsy == NOT_DONE:
        return False, "Neither tissue nor plasma was tested."
    if situation.biopsy == PLASMA_CLEAR:
        return False, "Nothing was found in plasma, which is not taken for clear: tissue is next."
    return True, "Tissue or plasma was tested."


def _has_mechanism(situation: Situation) -> tuple[bool, str]:
    if situation.biopsy == TISSUE_CLEAR:
        return False, "Nothing was found in tissue."
    found = "T790M" if situation.biopsy == T790M else "Another mechanism than T790M"
    return True, f"{found} was found."


def _is_new_t790m(situation: Situation) -> tuple[bool, str]:
    if situation.biopsy == OTHER:
        return False, "The mechanism is another than T790M."
    if situation.treatment != EARLY_TKI:
        return False, "Osimertinib has been given already."
    return True, "T790M after a TKI of the first or second generation."


def _in_series(situation: Situation) -> tuple[bool, str]:
    if situation.treatment == ROS1_TKI:
        return False, "The driver is ROS1."
    driver = "ALK" if situation.treatment == ALK_TKI else "EGFR"
    return True, f"The driver is {driver}."


_FACTS: dict[str, Fact] = {
    "oligo": _is_oligo,
    "targeted": _is_targeted,
    "tested": _is_tested,
    "mechanism": _has_mechanism,
    "t790m-new": _is_new_t790m,
    "series": _in_series,
}


# Beside the path ------------------------------------------------------------------------------


def _brain(situation: Situation) -> Aside:
    if situation.brain == "none":
        return Aside("Brain", "nothing grows there", "Nothing grows in the brain.", ())
    claims = ("cns-tki-defer-rt", "guideline-four-scenarios")
    if situation.brain == "symptoms":
        reason = "A growing brain site with symptoms gets local therapy."
        return Aside("Brain", "symptoms: local therapy", reason, claims)
    reason = (
        "Without symptoms local therapy of a brain site is deferred only in settings that the "
        "brain guideline names, after discussion."
    )
    return Aside("Brain", "silent: defer only in named settings", reason, claims)


def _pain(situation: Situation) -> Aside:
    if not situation.bone_pain:
        return Aside("Pain", "none from bone", "No growing site in bone hurts.", ())
    return Aside(
        "Pain",
        "bone: palliation has its own evidence",
        "Pain from bone is a reason of its own to irradiate: 8 Gy once is the conventional "
        "palliation, and radiosurgery of the spine was not superior for pain.",
        ("bone-8gy-x1", "rtog0631-superior-lc"),
    )


def _warnings(situation: Situation, end: str) -> list[str]:
    """Say where an answer would surprise, or is surer than its evidence."""
    found = []
    if SERIES_LIMIT < situation.sites <= SITE_LIMIT:
        found.append("Five sites are more than Weickhardt and Gan admitted.")
    elif REVIEW_LIMIT < situation.sites <= SERIES_LIMIT:
        found.append("The review takes three sites as typical; its sources admit four or five.")
    if situation.treatment == IMMUNOTHERAPY and situation.biopsy != NOT_DONE:
        found.append("On immunotherapy the path does not ask what a re-biopsy showed.")
    if end == "test-first" and situation.biopsy == PLASMA_CLEAR:
        found.append("Nothing found in plasma alone is not taken for clear here: tissue is next.")
    if end == "ablate":
        found += _drug_warnings(situation.treatment)
    if situation.brain != "none" and end != "outside":
        found.append("The guideline on oligoprogression speaks of sites outside the brain only.")
    return found


def _drug_warnings(treatment: str) -> list[str]:
    """Say of which earlier drug the series are, where it is another than the patient's."""
    if treatment == ALK_TKI:
        return ["Both ALK series are of crizotinib; after it a later drug is the rival."]
    if treatment in (OSIMERTINIB_FIRST, OSIMERTINIB_LATER):
        return ["No series of oligoprogression on osimertinib is in the ledger of this course."]
    return []


def _sites(count: int) -> str:
    return "1 site grows" if count == 1 else f"{count} sites grow"
