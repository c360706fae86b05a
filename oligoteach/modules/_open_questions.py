"""The five questions that the review leaves open: what would answer each, and who works on it.

Which study asks what is this course's own reading of the ledger's entries, one reason for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.modules._registry import Entry
from oligoteach.modules._trials import short_name
from oligoteach.widgets import Table


@dataclass(frozen=True)
class Question:
    """An open question.

    Attributes
    ----------
    short, text : str
        Heading of its column, and the question.
    answer, no_answer : str
        What would answer it, and what is often taken for an answer.
    claims : tuple of str
        What is known, by claim.
    """

    short: str
    text: str
    answer: str
    no_answer: str
    claims: tuple[str, ...]


QUESTIONS = {
    "who": Question(
        "Who, on\nICI",
        "Who gains from local treatment during immunotherapy?",
        "Patients on immunotherapy randomised to local treatment or none, groups such as "
        "responders named beforehand, and a test whether the difference between the arms differs "
        "between them.",
        "Groups picked after a negative result, or responders who live longer in a series "
        "without a control arm.",
        (
            "conclusion-io-no-clear-benefit",
            "lct-not-routine-io-era",
            "response-benefit",
            "lu002-lesson-no-lct-in-poor-control",
            "lu002-explanation-io",
            "lu002-explanation-sd",
            "lu002-explanation-immune-disruption",
        ),
    ),
    "marker": Question(
        "Bio-\nmarker",
        "Can a biomarker tell who gains?",
        "The marker measured in everybody before randomisation, and local treatment compared with "
        "none both in those who carry it and in those who do not.",
        "A marker that goes with longer survival in one arm, or a trial that enrols carriers "
        "only: neither has the comparison.",
        (
            "biomarkers-exploratory",
            "omd-no-single-imaging-or-biomarker",
            "egfr-predicts-benefit",
            "naturecancer-cold-tumours",
        ),
    ),
    "dose": Question(
        "Dose,\norder",
        "Which dose, how many fractions, and before, with or after the drug?",
        "Trials that randomise the schedule or the order itself, the same sites and the same drug "
        "in both arms.",
        "Trials of one schedule against none; cells and mice, where the immune effects of fraction "
        "size were seen.",
        ("dose-3x8-immunogenic", "single-dose-immunosuppressive", "sbrt-less-lymphopenia"),
    ),
    "many": Question(
        "Over\nfive",
        "Does the benefit reach beyond five lesions?",
        "Patients with more lesions randomised to treatment of all of them or none, with survival "
        "as endpoint, and harm counted beside it.",
        "Good results in patients with many lesions who were chosen for treatment, or a cut-off "
        "read off a curve of survival.",
        ("comet10-mets", "comet10-endpoint", "omd-1-to-5-lesions", "fewer-mets-better"),
    ),
    "progress": Question(
        "OPD\non ICI",
        "How should oligoprogression on a checkpoint inhibitor be managed?",
        "Patients on the inhibitor with few growing sites randomised to local treatment and the "
        "same drug, or to a change of drug; survival and harm counted from randomisation.",
        "Time on the drug in series without a control arm, or results with targeted drugs carried "
        "over.",
        (
            "stop-trial-2024",
            "stop-trial-promising",
            "oligoprog-site-limit",
            "oligoprog-egfr-standard",
        ),
    ),
}

OPEN = (
    "sabr-comet-3",
    "sabr-comet-10",
    "furmonertinib-rt",
    "oligocare",
    "br38",
    "saron",
    "omega",
    "lonestar",
    "halt",
    "stop-2",
)
REPORTED = ("nrg-lu002", "extend", "northstar", "pembro-rt", "curb", "stop")
FITS = {
    "asks": "designed for it",
    "part": "speaks to a part",
    "unknown": "cannot be told",
    "no": "does not ask it",
}
ROWS = {"all": "All studies", "open": "Not reported yet", "reported": "Reported"}
_ROWS_SAID = {
    "all": "All studies of this board are shown.",
    "open": "Shown are those not reported yet.",
    "reported": "Shown are those reported.",
}

_DRUGS = "The drugs that patients are on are not in the ledger."
_NO_MARKER = "No marker is in the ledger's entry."
_ONE_SCHEDULE = "With or without local treatment: the schedule itself is not compared."
_NOT_PROGRESS = "Not selected for oligoprogression."
_TARGETED = "Patients are on a targeted drug, not on a checkpoint inhibitor."
_FEW = "Limited to few lesions."
_NO_LIMIT = "No limit of lesions is in the ledger."
_SAMPLES = "Blood and tumour samples for predictive markers; no planned test of one was seen."

Fit = tuple[str, str]
"""Key of ``FITS`` and the reason."""

_MIXED: dict[str, Fit] = {
    "who": ("unknown", _DRUGS),
    "marker": ("unknown", _NO_MARKER),
    "dose": ("no", _ONE_SCHEDULE),
    "many": ("no", _FEW),
    "progress": ("no", _NOT_PROGRESS),
}
_ON_TARGETED: dict[str, Fit] = {
    **_MIXED,
    "who": ("no", _TARGETED),
    "progress": ("no", _TARGETED),
}
FIT: dict[str, dict[str, Fit]] = {
    "sabr-comet-3": {**_MIXED, "marker": ("part", _SAMPLES)},
    "sabr-comet-10": {
        **_MIXED,
        "who": (
            "part",
            "Stratified by planned systemic treatment, immunotherapy or targeted in one stratum.",
        ),
        "marker": ("part", _SAMPLES),
        "many": ("asks", "Randomises patients with 4 to 10 metastases; all solid tumours."),
    },
    "furmonertinib-rt": {**_ON_TARGETED, "many": ("unknown", _NO_LIMIT)},
    "oligocare": {
        **_MIXED,
        "marker": ("part", "Asks which characteristics affect survival, without a control arm."),
        "dose": ("no", "Describes what was given; nothing is randomised."),
        "many": ("unknown", _NO_LIMIT),
    },
    "br38": {
        **_MIXED,
        "who": (
            "no",
            "All are on a checkpoint inhibitor, but the control arm changes the drug: it is not "
            "local treatment or none.",
        ),
        "marker": ("part", "Optional samples for exploratory markers."),
        "dose": ("no", "One schedule, 30 Gy in 3, against a change of drug."),
        "many": ("no", "Up to five growing lesions."),
        "progress": (
            "asks",
            "Randomises oligoprogression on a first-line checkpoint inhibitor: SBRT and the same "
            "treatment, or a change of it.",
        ),
    },
    "saron": _MIXED,
    "omega": _MIXED,
    "lonestar": {
        **_MIXED,
        "who": (
            "part",
            "Randomises local treatment on nivolumab and ipilimumab: whether, and in one group "
            "named beforehand, up to three metastases.",
        ),
        "many": ("no", "Mixed metastatic burden, but local treatment of at most three lesions."),
    },
    "halt": _ON_TARGETED,
    "stop-2": {
        **_MIXED,
        "dose": ("part", "SABR against 8 Gy once, so two doses; not two ablative schedules."),
        "progress": ("unknown", f"Oligoprogressive lesions, 1 to 5. {_DRUGS}"),
    },
    "nrg-lu002": {
        **_MIXED,
        "who": ("part", "No benefit overall with most on immunotherapy; no subgroup was seen."),
    },
    "extend": {
        **_MIXED,
        "marker": (
            "part",
            "Circulating tumour DNA, as exploratory work; no lung basket.",
        ),
    },
    "northstar": {
        **_ON_TARGETED,
        "many": ("part", "More than half had over three lesions; over five is not given."),
    },
    "pembro-rt": {
        **_MIXED,
        "who": ("no", "One site irradiated to rouse immunity; the other sites were left."),
        "marker": ("part", "Correlative work on cold tumours, from a small trial."),
        "dose": ("no", "One schedule, 3 x 8 Gy, against none."),
        "many": ("no", "Local treatment of one site, however many there were."),
    },
    "curb": {**_MIXED, "progress": ("unknown", f"Oligoprogression, lung and breast. {_DRUGS}")},
    "stop": {
        **_MIXED,
        "progress": ("unknown", f"Oligoprogression on systemic therapy, 44 % lung. {_DRUGS}"),
    },
}


@dataclass(frozen=True)
class Answered:
    """What the explorer shows: the question chosen and the studies."""

    key: str
    rows: str

    @property
    def question(self) -> Question:
        """The question."""
        return QUESTIONS[self.key]

    @property
    def shown(self) -> tuple[str, ...]:
        """Trials that are shown."""
        return {"all": OPEN + REPORTED, "open": OPEN, "reported": REPORTED}[self.rows]

    def with_fit(self, *fits: str) -> list[str]:
        """Return the names of the shown trials whose fit to the question is one of those."""
        return [name_of(i) for i in self.shown if FIT[i][self.key][0] in fits]


def name_of(trial_id: str) -> str:
    """Return a trial's name, short enough for a row."""
    name = Entry(trial_id).name.removesuffix(" ± RT")
    return re.sub("^(NRG-|CCTG |SABR-)", "", name)


def fits(trial_id: str) -> tuple[str, ...]:
    """Return how a trial fits each question, in their order."""
    return tuple(FIT[trial_id][key][0] for key in QUESTIONS)


def sentences(shown: Answered) -> Iterator[str]:
    """Yield the question with who works on it, what would answer it, and what would not."""
    question = shown.question
    asks, part = shown.with_fit("asks"), shown.with_fit("part")
    # Before an audience this sentence stands alone.
    yield (
        f"{question.text[:-1]}: designed for it {_list(asks)}; speaks to a part of it "
        f"{_list(part)}."
    )
    yield f"To answer it takes {_small(question.answer)}"
    yield f"No answer, though often taken for one: {_small(question.no_answer)}"
    yield f"Cannot be told: {_list(shown.with_fit('unknown'))}. {_ROWS_SAID[shown.rows]}"


def _small(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"


def table(shown: Answered) -> Table:
    """Return each study with its fit to the question and the reason."""
    tones = {"asks": "ok", "part": "note", "no": "bad", "unknown": "open"}
    rows = []
    for trial_id in shown.shown:
        fit, why = FIT[trial_id][shown.key]
        cell = {"text": FITS[fit], "tone": tones[fit]}
        rows.append([short_name(trial_id), evidence.trial(trial_id).status, cell, why])
    return Table(
        ["Study", "Status when last seen", "Fit to the question", "Why"],
        rows,
        f"{shown.question.text} This course's reading of the ledger's entries",
    )
