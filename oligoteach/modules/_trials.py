"""Published results of trials as lessons show them: the source's figures beside the review's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.modules._citing import tone

SHORT_VERDICTS = {
    "confirmed": "✓ confirmed",
    "confirmed-with-note": "✓ confirmed (note)",
    "imprecise": "✗ imprecise",
    "outdated": "✗ outdated",
    "wrong-citation": "✗ miscited",
    "contradicted": "✗ contradicted",
    "internally-inconsistent": "✗ inconsistent",
    "unverified": "? unverified",
    "not-checked": "? not checked",
}
# The least certain first: a row is no surer than its weakest figure.
_READ = (
    ("unverified", "? unverified", "open"),
    ("verified_secondary", "✓ as quoted", "ok"),
    ("verified_primary", "✓ source read", "ok"),
)
_WORST_LAST = ("ok", "note", "open", "bad")


@dataclass(frozen=True)
class Printed:
    """The claims of the review that stand in one cell of its table.

    Attributes
    ----------
    with_id, without_id : str
        Claims with the figure of the arm with local treatment and of the other; may be empty.
    more : tuple of str
        Further claims of the cell: hazard ratio, p value.
    """

    with_id: str = ""
    without_id: str = ""
    more: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[str, ...]:
        """Claims with a figure of an arm."""
        return tuple(filter(None, (self.with_id, self.without_id)))

    @property
    def ids(self) -> tuple[str, ...]:
        """All claims of the cell."""
        return (*self.arms, *self.more)


def short_name(trial_id: str) -> str:
    """Return the name of a trial without what stands in brackets."""
    return evidence.trial(trial_id).name.split(" (")[0]


def size_text(trial: evidence.Trial) -> str:
    """Return how many patients a trial has, and how they were divided."""
    shared = trial.allocation or ("one arm" if not trial.randomised else "")
    return ", ".join(filter(None, (f"{trial.n} patients", shared)))


def arm_ids(trial_id: str) -> tuple[str, str]:
    """Return the arm with local treatment and the arm without; the second may be empty."""
    by_role = {arm.role: arm.arm_id for arm in evidence.arms(trial_id)}
    with_local = by_role.get("experimental") or by_role.get("single", "")
    return with_local, by_role.get("control", "")


def result(
    trial_id: str, endpoint: str, measure: str, arm_id: str = "", months: float | None = None
) -> evidence.Outcome | None:
    """Return one published result, or None where the ledger has none.

    Parameters
    ----------
    trial_id, endpoint, measure, arm_id : str
        Key of the result; an empty arm is a value between arms.
    months : float, optional
        Time of a landmark; by default the first that matches.
    """
    for outcome in evidence.outcomes(trial_id):
        key = (outcome.endpoint, outcome.measure, outcome.arm_id)
        if key == (endpoint, measure, arm_id) and months in (None, outcome.time_months):
            return outcome
    return None


def p_text(outcome: evidence.Outcome) -> str:
    """Return a p value as printed, such as ``p = 0.006`` or ``one-sided p = 0.36``."""
    side = "one-sided " if is_one_sided(outcome) else ""
    return f"{side}p {outcome.p_comparator or '='} {outcome.p_value:g}"


def is_one_sided(outcome: evidence.Outcome) -> bool:
    """Return whether the p value of a result is known to be one-sided."""
    return outcome.note.startswith("one-sided p")


def number(outcome: evidence.Outcome, value: float) -> str:
    """Return a value of a result as papers print it: ratios with two decimals."""
    return f"{value:.2f}" if outcome.unit == "ratio" else f"{value:g}"


def interval_text(outcome: evidence.Outcome, *, unread: bool = True) -> str:
    """Return the interval in brackets, or nothing where none was seen.

    Parameters
    ----------
    outcome : Outcome
        The result.
    unread : bool, default True
        Whether to say within the brackets that the level was not read in the paper.
    """
    if outcome.low is None:
        return ""
    high = "not reached" if outcome.high is None else number(outcome, outcome.high)
    return f" ({number(outcome, outcome.low)}–{high}{_level_text(outcome, unread)})"


def _level_text(outcome: evidence.Outcome, unread: bool) -> str:
    """Say the level of an interval where it is not the usual 95 %, or was not read."""
    if level_unread(outcome):
        return ", level not read" if unread else ""
    return f" at {outcome.ci_level} %" if outcome.ci_level not in (None, 95) else ""


def level_unread(outcome: evidence.Outcome) -> bool:
    """Return whether the ledger says that the level of an interval was not read in the paper."""
    return "level not read" in outcome.note


def is_verified(outcome: evidence.Outcome) -> bool:
    """Return whether a source, or one that quotes it, was read."""
    return outcome.verification != "unverified"


def source_verdict(outcomes: Iterable[evidence.Outcome]) -> tuple[str, str]:
    """Return the words and the tone of how far results were read; nothing for no results."""
    found = {outcome.verification for outcome in outcomes}
    for verification, words, grade in _READ:
        if verification in found:
            return words, grade
    return "", "muted"


def worst(claim_ids: Iterable[str]) -> tuple[str, str]:
    """Return the words and the tone of the gravest verdict among claims."""
    graded = []
    for claim_id in claim_ids:
        record = evidence.citation(claim_id)
        grade = tone(record.verdict, record.verified)
        graded.append((_WORST_LAST.index(grade), SHORT_VERDICTS[record.verdict], grade))
    _, words, grade = max(graded, key=lambda item: item[0])
    return words, grade


def basis(claim_ids: Iterable[str]) -> Any:
    """Return a cell with the verdicts on some claims, in the tone of the gravest."""
    named = list(claim_ids)
    if not named:
        return "–"
    records = [evidence.citation(claim_id) for claim_id in named]
    text = " ".join(f"“{record.statement}” {record.label}." for record in records)
    return {"text": text, "tone": worst(named)[1]}


def of_the_review(claim_ids: Iterable[str]) -> tuple[str, str]:
    """Return the gravest verdict among claims, saying that it is one on the review."""
    words, grade = worst(claim_ids)
    sign, _, verdict = words.partition(" ")
    return f"{sign} review: {verdict}", grade


def figure_of(claim_id: str) -> str:
    """Return the figure of a claim as the review prints it, with what it is."""
    claim = evidence.claim(claim_id)
    text = claim.value_text
    if claim.quantity.startswith("hazard ratio"):
        return f"HR {text}"
    if text == "NR":
        return "NR (not spelled out)"
    if claim.quantity.startswith("n "):
        return f"{text} {claim.quantity.removeprefix('n ')}"
    bare = text.removesuffix(" months")
    return f"about {bare}" if claim.comparator == "~" else bare
