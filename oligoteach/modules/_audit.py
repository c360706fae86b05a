"""The audit as lessons show it: each claim with its verdict, chosen by topic, words and weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from oligoteach import evidence
from oligoteach.evidence import Claim, Reference, Verdict
from oligoteach.modules._citing import cite, tone
from oligoteach.widgets.controls import Choice

ALL = "all"

TOPICS: Mapping[str, str] = {
    "definition": "Definitions",
    "biology": "Biology",
    "technical": "Technique",
    "selection": "Selection",
    "oligoprogression": "Oligoprogression",
    "trial": "Trials",
    "immuno": "Immunotherapy",
    "driver": "Driver mutations",
    "site": "Metastatic sites",
    "ongoing": "Ongoing trials",
}
# For headings where room is short.
BRIEF: Mapping[str, str] = {
    **TOPICS,
    "immuno": "Immuno",
    "driver": "Drivers",
    "site": "Sites",
    "ongoing": "Ongoing",
}
# From agreement to dispute to what is open; within the disputes the mildest first.
VERDICTS: Mapping[str, str] = {
    word: evidence.VERDICT_LABELS[word]
    for word in (
        "confirmed",
        "confirmed-with-note",
        "imprecise",
        "outdated",
        "wrong-citation",
        "internally-inconsistent",
        "contradicted",
        "unverified",
        "not-checked",
    )
}
AGREED = ("confirmed", "confirmed-with-note")
OPEN = ("unverified", "not-checked")
SHORT: Mapping[str, str] = {
    **VERDICTS,
    "confirmed-with-note": "With a note",
    "internally-inconsistent": "Inconsistent",
    "contradicted": "Contradicted",
}
SIGNS: Mapping[str, str] = {"ok": "✓", "note": "✓", "bad": "✗", "open": "?"}
VERIFICATIONS: Mapping[str, str] = evidence.VERIFICATION_LABELS
SEVERITIES = ("none", "low", "medium", "high", "critical")
AT_LEAST: Mapping[str, str] = {
    ALL: "Any",
    "low": "Low or more",
    "medium": "Medium or more",
    "high": "High or critical",
    "critical": "Critical only",
}


def topic_control() -> Choice:
    """Return the control that chooses a topic."""
    return Choice("topic", "Topic", {ALL: "All topics", **TOPICS})


def verdict_control() -> Choice:
    """Return the control that chooses a verdict."""
    return Choice("verdict", "Verdict", {ALL: "All verdicts", **VERDICTS})


def severity_control() -> Choice:
    """Return the control that chooses how much a difference matters, at least."""
    return Choice("severity", "How much it matters", AT_LEAST)


def verification_control() -> Choice:
    """Return the control that chooses how far the source was read."""
    return Choice("verification", "Source", {ALL: "Read or not", **VERIFICATIONS})


@dataclass(frozen=True)
class Entry:
    """A claim of the review and what the audit says of it."""

    claim: Claim
    audit: Verdict

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.claim.claim_id

    @property
    def weight(self) -> int:
        """How much the difference matters, from 0 to 4."""
        return SEVERITIES.index(self.audit.severity)

    @property
    def disputed(self) -> bool:
        """Whether the source says something else."""
        return self.audit.verdict not in (*AGREED, *OPEN)

    @property
    def tone(self) -> str:
        """The badge that the page gives to the claim."""
        return tone(self.audit.verdict, self.audit.verification != "unverified")

    @property
    def printed(self) -> bool:
        """Whether the review prints a figure."""
        return self.claim.value_text != ""

    @cached_property
    def words(self) -> str:
        """Everything that a search looks at, in plain form."""
        claim, audit = self.claim, self.audit
        sources = (*audit.source_refs, *claim.review_refs)
        parts = [
            claim.claim_id,
            claim.statement,
            claim.quantity,
            claim.arm,
            claim.population,
            claim.value_text,
            audit.primary_says,
            audit.teach,
            *(f"{ref.first_author} {ref.year} {ref.title}" for ref in map(_reference, sources)),
        ]
        return plain(" ".join(parts))

    @cached_property
    def card(self) -> Card:
        """The claim as a citation that the page can list."""
        return Card(self.id)


class Card:
    """A citation whose description for the page is made once, because lists of them are long."""

    def __init__(self, claim_id: str) -> None:
        self.key = claim_id

    def spec(self) -> dict[str, Any]:
        """Return the citation as the page wants it."""
        return _spec(self.key)


@cache
def entries() -> tuple[Entry, ...]:
    """Return every claim with its verdict, in the order of the review."""
    audit = evidence.verdicts()
    return tuple(Entry(claim, audit[key]) for key, claim in evidence.claims().items())


def select(
    topic: str = ALL,
    verdict: str = ALL,
    severity: str = ALL,
    verification: str = ALL,
    words: str = "",
) -> tuple[Entry, ...]:
    """Return the entries that meet every condition.

    Parameters
    ----------
    topic, verdict, verification : str
        A word of the ledger, or ``"all"``.
    severity : str
        The least severity, or ``"all"``.
    words : str
        Words that all occur in the claim, its audit or its sources; case does not matter.
    """
    least = SEVERITIES.index(severity) if severity != ALL else 0
    wanted = plain(words).split()
    return tuple(
        entry
        for entry in entries()
        if topic in (ALL, entry.claim.topic)
        and verdict in (ALL, entry.audit.verdict)
        and verification in (ALL, entry.audit.verification)
        and entry.weight >= least
        and all(word in entry.words for word in wanted)
    )


def gravest_first(chosen: Iterable[Entry]) -> list[Entry]:
    """Return entries by weight, those that matter most first, else in the order of the review."""
    return sorted(chosen, key=lambda entry: -entry.weight)


def count(chosen: Iterable[Entry], of: Callable[[Entry], str], kinds: Iterable[str]) -> list[int]:
    """Return how many entries there are of each kind."""
    counts = dict.fromkeys(kinds, 0)
    for entry in chosen:
        counts[of(entry)] += 1
    return list(counts.values())


def plain(text: str) -> str:
    """Return text in lower case with one kind of hyphen, so that a search is not pedantic."""
    return text.casefold().replace("–", "-").replace("-", " ")


def claims_in_words(number: int) -> str:
    """Return a number of claims in words."""
    return f"{number} claim" if number == 1 else f"{number} claims"


@cache
def _spec(claim_id: str) -> dict[str, Any]:
    return cite(claim_id).spec()


@cache
def _reference(ref_id: str) -> Reference:
    return evidence.reference(ref_id)
