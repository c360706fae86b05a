"""Brain metastases: radiosurgery or the drug first, one question after the other.

A path for teaching, not advice for a patient. Questions and ends are data; :func:`decide` walks
them, and a chart draws the same tree. Ids of claims are plain strings here; what they say lives in
the evidence ledger.

Sources
-------
Symptomatic lesions get local therapy; in asymptomatic ones it is deferred only in settings that the
guideline names, after discussion: ASCO-SNO-ASTRO 2022 (``cns-tki-defer-rt``; its abstract was read,
and the settings themselves stand in the full text, which was not). One to four lesions: randomised
trials (``srs-1-to-4``). Up to ten: an observational study (``srs-up-to-10``). That a lesion which
poses a risk is treated early, and that surveillance must be close, is the review's word. The order
of the questions is this course's arrangement; it was not read in a source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from oligoteach.models import _path
from oligoteach.models._path import Condition, End, Question, Step

#: Most lesions in randomised trials of radiosurgery without whole-brain radiotherapy.
RANDOMISED_LIMIT = 4
#: Most lesions in the observational study.
OBSERVED_LIMIT = 10
DRIVERS = ("none", "EGFR", "ALK")


@dataclass(frozen=True)
class Situation:
    """What is known of an imagined patient with brain metastases.

    Attributes
    ----------
    lesions : int
        Lesions in the brain, 1 or more.
    symptoms : bool
        Whether they cause symptoms.
    risk : bool
        Whether one of them poses a risk by its size or place.
    driver : str
        One of :data:`DRIVERS`.
    active_drug : bool
        Whether a drug against the driver that is active in the brain can be given.
    named_setting : bool
        Whether the guideline names this setting as one in which local therapy may wait, and this
        was discussed.
    surveillance : bool
        Whether close imaging of the brain is possible.

    Raises
    ------
    ValueError
        With a sentence, for a value that is not allowed.
    """

    lesions: int = 3
    symptoms: bool = False
    risk: bool = False
    driver: str = "EGFR"
    active_drug: bool = True
    named_setting: bool = False
    surveillance: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.lesions, bool) or not isinstance(self.lesions, int) or self.lesions < 1:
            raise ValueError(f"Lesions are {self.lesions!r}; a whole number from 1 is needed.")
        if self.driver not in DRIVERS:
            raise ValueError(f"The driver is {self.driver!r}; allowed are {', '.join(DRIVERS)}.")


@dataclass(frozen=True)
class Decision:
    """Where the path leads.

    Attributes
    ----------
    conditions : tuple of Condition
        What putting a drug first asks for.
    steps : tuple of Step
        Questions with answers, from the first.
    end : End
    warnings : tuple of str
        What else a reader must know, a sentence each.
    """

    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    end: End
    warnings: tuple[str, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """Ids from the first question to the end."""
        return _path.trail(self.steps, self.end)


ROOT = "symptoms"

QUESTIONS = (
    Question(
        "symptoms",
        "Symptoms, or a lesion that poses a risk?",
        yes="local",
        no="drug",
        claims=("cns-tki-defer-rt",),
    ),
    Question(
        "drug",
        "May a drug go first?",
        yes="drug-first",
        no="few",
        claims=("cns-tki-defer-rt", "brain-mets-driver"),
    ),
    Question(
        "few",
        f"Up to {RANDOMISED_LIMIT} lesions?",
        yes="radiosurgery",
        no="some",
        claims=("srs-1-to-4",),
    ),
    Question(
        "some",
        f"Up to {OBSERVED_LIMIT} lesions?",
        yes="observed",
        no="outside",
        claims=("srs-up-to-10",),
    ),
)

ENDS = (
    End(
        "local",
        "Local therapy first",
        "guideline",
        "Symptomatic lesions get local therapy, whatever the driver. That a lesion which poses a "
        "risk is treated early too is the review's word.",
        ("cns-tki-defer-rt",),
    ),
    End(
        "drug-first",
        "Drug first, image closely",
        "guideline, named settings only",
        "Without symptoms local therapy may be deferred, but only in settings that the guideline "
        "names and after discussion. Radiosurgery is put off, not given up.",
        ("cns-tki-defer-rt", "brain-mets-driver"),
    ),
    End(
        "radiosurgery",
        "Radiosurgery alone",
        "randomised",
        "Trials with one to three or one to four lesions: no difference in survival from adding "
        "whole-brain radiotherapy, better cognition without it. They had mixed primaries.",
        ("srs-1-to-4", "srs-os-equivalent", "srs-neurocognition"),
    ),
    End(
        "observed",
        "Radiosurgery, observed",
        "observational",
        "For five to ten lesions there is an observational comparison with two to four, and no "
        "randomised trial in the ledger of this course.",
        ("srs-up-to-10",),
    ),
    End(
        "outside",
        "Outside this path",
        "outside",
        "More lesions than the studies in the ledger of this course.",
        ("srs-up-to-10",),
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
    steps, end = _path.walk(QUESTIONS, _FACTS, situation)
    return Decision(_conditions(situation), steps, _END[end], tuple(_warnings(situation, end)))


def _needs_treatment(situation: Situation) -> tuple[bool, str]:
    if situation.symptoms:
        return True, "There are symptoms."
    if situation.risk:
        return True, "No symptoms, but a lesion poses a risk by its size or place."
    return False, "No symptoms, and no lesion poses a risk."


def _conditions(situation: Situation) -> tuple[Condition, ...]:
    """Return what putting a drug first asks for."""
    driver, drug = situation.driver, situation.active_drug
    named, watched = situation.named_setting, situation.surveillance
    defer = ("cns-tki-defer-rt",)
    return (
        Condition(
            "a driver",
            driver != "none",
            "There is no driver." if driver == "none" else f"The driver is {driver}.",
            ("brain-mets-driver",),
        ),
        Condition(
            "a drug active in the brain",
            drug,
            "A drug that is active in the brain can be given."
            if drug
            else "No drug that is active in the brain can be given.",
            defer,
        ),
        Condition(
            "a named setting",
            named,
            "The guideline names the setting, and it was discussed."
            if named
            else "Not a setting that the guideline names, or not discussed.",
            defer,
        ),
        Condition(
            "close imaging",
            watched,
            "The brain can be imaged closely." if watched else "Close imaging is not possible.",
            defer,
        ),
    )


def _may_wait(situation: Situation) -> tuple[bool, str]:
    return _path.all_hold(_conditions(situation))


def _are_few(situation: Situation) -> tuple[bool, str]:
    return situation.lesions <= RANDOMISED_LIMIT, f"{_count(situation.lesions)}."


def _are_some(situation: Situation) -> tuple[bool, str]:
    return situation.lesions <= OBSERVED_LIMIT, f"{_count(situation.lesions)}."


_FACTS: dict[str, Callable[[Situation], tuple[bool, str]]] = {
    "symptoms": _needs_treatment,
    "drug": _may_wait,
    "few": _are_few,
    "some": _are_some,
}


def _warnings(situation: Situation, end: str) -> list[str]:
    """Say what the answer does not rest on."""
    found = []
    if end == "drug-first":
        found.append(
            "No comparison of drug first with radiosurgery first is in the ledger of this course."
        )
    if end == "local" and situation.lesions > RANDOMISED_LIMIT:
        found.append("Which local therapy, the number of lesions decides as well.")
    if end in ("radiosurgery", "observed") and situation.driver != "none":
        found.append(
            "The trials compared radiosurgery with and without the whole brain, not with a drug."
        )
    return found


def _count(lesions: int) -> str:
    return "1 lesion" if lesions == 1 else f"{lesions} lesions"
