"""Trials of bone and brain metastases as they read: each arm as a hundred people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.modules._trials import SHORT_VERDICTS, is_verified, p_text, result, worst
from oligoteach.widgets import Table

RESULTS = {
    "pain": "RTOG 0631: pain response",
    "progression": "RTOG 0631: progression",
    "sc24": "SC.24: pain gone",
    "cognition": "N0574: cognition worse",
    "brain": "N0574: control in the brain",
}


@dataclass(frozen=True)
class Compared:
    """One endpoint of one trial.

    Attributes
    ----------
    trial, endpoint, measure : str
        Key of the result.
    arms : tuple of str
        Arm with the more focused treatment, and the other.
    names : tuple of str
        Headings of both.
    what : str
        What a filled dot is.
    claims : tuple of str
        What the review says of it; empty where it says nothing.
    facts : tuple of (str, str)
        What must be known beside the dots.
    survival : bool
        Whether survival of both arms is told.
    """

    trial: str
    endpoint: str
    measure: str
    arms: tuple[str, str]
    names: tuple[str, str]
    what: str
    claims: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    survival: bool = False


_SPINE = ("srs", "cebrt")
_SPINE_NAMES = ("16 or 18 Gy once", "8 Gy once")
_BRAIN = ("srs", "srs-wbrt")
_BRAIN_NAMES = ("Radiosurgery", "+ whole brain")

COMPARED = {
    "pain": Compared(
        "rtog-0631",
        "pain response",
        "landmark",
        _SPINE,
        _SPINE_NAMES,
        "with a pain response at 3 months",
        ("rtog0631-superior-lc",),
        (("Endpoint", "Pain response was the primary endpoint; local control was not."),),
    ),
    "progression": Compared(
        "rtog-0631",
        "progression of known metastases",
        "proportion",
        _SPINE,
        _SPINE_NAMES,
        "with progression of known metastases",
        ("rtog0631-superior-lc",),
        (("Caution", "A secondary result; a difference like this shows no superiority."),),
    ),
    "sc24": Compared(
        "sc24",
        "complete pain response",
        "landmark",
        ("sbrt", "cebrt"),
        ("24 Gy in 2", "20 Gy in 5"),
        "without pain at 3 months",
        (),
        (
            ("Review", "Does not mention this trial."),
            ("Differs", "Other doses in both arms, and complete response only."),
            ("Read", "Figures through a news report."),
        ),
    ),
    "cognition": Compared(
        "n0574",
        "cognitive deterioration",
        "landmark",
        _BRAIN,
        _BRAIN_NAMES,
        "with worse cognition at 3 months",
        ("srs-neurocognition",),
        (("Endpoint", "Deterioration on one of several tests: it is common in both arms."),),
        survival=True,
    ),
    "brain": Compared(
        "n0574",
        "intracranial control",
        "landmark",
        _BRAIN,
        _BRAIN_NAMES,
        "with control in the whole brain at 3 months",
        (),
        (("Price", "What whole-brain radiotherapy adds in control did not become survival."),),
        survival=True,
    ),
}


@dataclass(frozen=True)
class ArmShare:
    """An arm as people of a hundred."""

    heading: str
    share: float
    words: str
    known: bool


@dataclass(frozen=True)
class TrialView:
    """What the figure shows: both arms, facts, and the trial's name."""

    key: str
    arms: tuple[ArmShare, ArmShare]
    test: str
    facts: tuple[tuple[str, str], ...]


def trial_view(key: str, review: bool) -> TrialView:
    """Return both arms of a comparison, with the review's words if asked for."""
    compared = COMPARED[key]
    first, second = (
        _share(compared, arm, name) for arm, name in zip(compared.arms, compared.names, strict=True)
    )
    facts = (("Filled", compared.what), ("Test", _test(compared)), *compared.facts)
    if compared.survival:
        facts += (("Survival", _survival(compared)),)
    if review:
        facts += tuple(("Review", _said(claim)) for claim in compared.claims)
    return TrialView(key, (first, second), _test(compared), facts)


def _outcome(compared: Compared, arm: str) -> evidence.Outcome:
    found = result(compared.trial, compared.endpoint, compared.measure, arm)
    if found is None or found.value is None:
        raise ValueError(f"The ledger has no {compared.endpoint} of {compared.trial!r} in {arm!r}.")
    return found


def _share(compared: Compared, arm: str, name: str) -> ArmShare:
    found = _outcome(compared, arm)
    return ArmShare(name, found.value or 0.0, f"{found.value:g} %", is_verified(found))


def _test(compared: Compared) -> str:
    """Return the p value of a comparison in words."""
    if compared.trial == "rtog-0631" and compared.endpoint == "pain response":
        found = result(compared.trial, compared.endpoint, "p_value")
        if found is None or found.p_value is None:
            raise ValueError("The ledger has no p value of RTOG 0631.")
        # The two-sided value stands in the note of the ledger only.
        return f"p = {found.p_value:g} for superiority, one-sided; two-sided 0.01"
    return p_text(_outcome(compared, compared.arms[0]))


def _survival(compared: Compared) -> str:
    """Return survival of both arms in words."""
    found = [result(compared.trial, "OS", "median", arm) for arm in compared.arms]
    ratio = result(compared.trial, "OS", "hazard_ratio")
    if ratio is None or None in found:
        raise ValueError(f"The ledger has no survival of {compared.trial!r}.")
    months = " against ".join(f"{median.value:g}" for median in found if median)
    return f"{months} months, hazard ratio {ratio.value:g}, {p_text(ratio)}."


def _said(claim_id: str) -> str:
    sign = SHORT_VERDICTS[evidence.verdict(claim_id).verdict]
    return f"{evidence.claim(claim_id).statement} {sign}"


def trial_sentences(view: TrialView) -> list[str]:
    """Return both arms in words."""
    compared = COMPARED[view.key]
    first, second = view.arms
    name = RESULTS[view.key].split(":")[0]
    lead = (
        f"{name}: {first.words} {compared.what} after {_lower(first.heading)}, {second.words} "
        f"after {_lower(second.heading)}."
    )
    return [lead, f"Test: {view.test}.", *_tell(view)]


def _lower(heading: str) -> str:
    """Return a heading as it reads within a sentence."""
    return heading.replace("Radiosurgery", "radiosurgery alone").replace("+", "adding")


def _tell(view: TrialView) -> list[str]:
    told = [(name, words) for name, words in view.facts if name not in ("Filled", "Test")]
    return [f"{name}: {_ended(words)}" for name, words in told]


def _ended(words: str) -> str:
    """Return a fact as a sentence: a verdict behind it goes into brackets."""
    statement, sign, verdict = words.partition(". ✗ ")
    return f"{statement} ({verdict})." if sign else words


def trials_table() -> Table:
    """Return every comparison with its grade, and the verdict on what the review says of it."""
    rows = []
    for key, compared in COMPARED.items():
        trial = evidence.trial(compared.trial)
        both = "; ".join(
            f"{_lower(name)}: {_outcome(compared, arm).value:g} %"
            for name, arm in zip(compared.names, compared.arms, strict=True)
        )
        badge: Any = "not in the review"
        if compared.claims:
            label, tone = worst(compared.claims)
            badge = {"text": label, "tone": tone}
        rows.append(
            [
                RESULTS[key],
                f"{trial.n}, {trial.population}",
                both,
                _test(compared),
                badge,
            ]
        )
    columns = ["Result", "Patients", "Both arms", "Test", "What the review says"]
    return Table(columns, rows, "From the ledger of this course.")
