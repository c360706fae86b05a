"""From the ledger's records to what the kit shows of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from oligoteach import evidence
from oligoteach.widgets import citation as kit

_OPEN = ("unverified", "not-checked")
_MARKS = {
    "confirmed": "confirmed",
    "confirmed-with-note": "confirmed, with a note",
    "imprecise": "imprecise",
    "outdated": "outdated",
    "wrong-citation": "wrong citation",
    "contradicted": "contradicted",
    "internally-inconsistent": "inconsistent",
    "not-checked": "not checked",
}
LEGEND = {
    "about": "Marks in the text judge the review, not this text:",
    "ok": "its source agrees",
    "bad": "it does not",
    "open": "not verified",
}


@cache
def cite(claim_id: str) -> kit.Citation:
    """Return a claim of the ledger as the kit's citation.

    Raises
    ------
    KeyError
        If the ledger has no such claim; the message names the nearest ones.
    """
    record = evidence.citation(claim_id)
    return kit.Citation(
        key=record.id,
        statement=record.statement,
        printed=record.value_text,
        verdict=record.label,
        tone=tone(record.verdict, record.verified),
        verified=record.verification_label.lower(),
        finding=record.primary_says,
        teach=record.teach,
        where=_where(record),
        sources=tuple(refer(source.ref_id) for source in record.sources),
        mark=mark(record.verdict, record.verified),
    )


def cite_all(claim_ids: Iterable[str]) -> tuple[kit.Citation, ...]:
    """Return citations of several claims, each once, in the order given."""
    return tuple(cite(claim_id) for claim_id in dict.fromkeys(claim_ids))


@cache
def refer(ref_id: str) -> kit.Reference:
    """Return a reference of the ledger as the kit's reference."""
    record = evidence.reference(ref_id)
    return kit.Reference(
        key=record.ref_id, text=evidence.format_reference(record, doi=False), doi=record.doi
    )


def tone(verdict: str, verified: bool) -> str:
    """Return the badge for a verdict: agreed, agreed with a note, disputed or not verified."""
    if verdict in _OPEN or (not verified and verdict.startswith("confirmed")):
        return "open"
    return {"confirmed": "ok", "confirmed-with-note": "note"}.get(verdict, "bad")


def mark(verdict: str, verified: bool) -> str:
    """Return what a mark in running text says: the review is judged, not the text around it."""
    settled = tone(verdict, verified) != "open" or verdict == "not-checked"
    return f"review: {_MARKS[verdict] if settled else 'unverified'}"


def _where(record: evidence.Citation) -> str:
    places = []
    if record.section:
        places.append(f"section {record.section}")
    if record.table:
        places.append(f"Table {record.table}")
    return f"the review, {' and '.join(places)}" if places else "the review"
