"""A claim with its verdict and sources, as a citation shows it, and references in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from oligoteach.evidence.ledger import claim, reference, verdict
from oligoteach.evidence.records import Reference, Severity, VerdictWord, Verification

VERDICT_LABELS: Final[dict[VerdictWord, str]] = {
    "confirmed": "Confirmed",
    "confirmed-with-note": "Confirmed, with a note",
    "imprecise": "Imprecise",
    "outdated": "Outdated",
    "wrong-citation": "Wrong citation",
    "contradicted": "Contradicted by the source",
    "internally-inconsistent": "Inconsistent within the review",
    "unverified": "Unverified",
    "not-checked": "Not checked",
}
VERIFICATION_LABELS: Final[dict[Verification, str]] = {
    "verified_primary": "Read in the source itself",
    "verified_secondary": "Quoted by another source",
    "unverified": "Unverified",
}

_SETTLED: Final = ("confirmed", "confirmed-with-note")
_NO_AUTHOR: Final = "not shown"


def is_disputed(word: VerdictWord) -> bool:
    """Return whether a verdict is anything but a confirmation."""
    return word not in _SETTLED


@dataclass(frozen=True, slots=True)
class Citation:
    """Everything that a citation shows of one claim.

    Attributes
    ----------
    id : str
        Claim id.
    statement, value_text : str
        What the review says, in our words, and its figure as printed (may be empty).
    section : str
        Section of the review, empty where the claim stands in a table only.
    table : int or None
        Table of the review.
    verdict, label : str
        Verdict of the audit and its wording for readers.
    severity : str
        How much the difference matters.
    verification : str
        Whether a source was read, quoted by another, or neither.
    verification_label : str
        Wording of ``verification`` for readers.
    verified : bool
        Whether a source was read or quoted; if not, show the claim as unverified.
    disputed : bool
        Whether the verdict is anything but a confirmation.
    primary_says, teach : str
        What the source says (may be empty) and what to teach.
    sources : tuple of Reference
        Sources that the audit rests on; may be empty.
    review_cites : tuple of Reference
        Sources that the review gives for the claim.
    """

    id: str
    statement: str
    value_text: str
    section: str
    table: int | None
    verdict: VerdictWord
    label: str
    severity: Severity
    verification: Verification
    verification_label: str
    verified: bool
    disputed: bool
    primary_says: str
    teach: str
    sources: tuple[Reference, ...]
    review_cites: tuple[Reference, ...]

    @property
    def where(self) -> str:
        """Where in the review the claim stands, in words."""
        places = [f"section {self.section}"] if self.section else []
        places += [f"table {self.table}"] if self.table is not None else []
        return " and ".join(places) or "no section"


def citation(claim_id: str) -> Citation:
    """Return everything that a citation shows of one claim.

    Parameters
    ----------
    claim_id : str
        Key of the claim.

    Returns
    -------
    Citation

    Raises
    ------
    UnknownClaim
        If there is no such claim; the message names the nearest ids.
    """
    stated, audited = claim(claim_id), verdict(claim_id)
    return Citation(
        id=claim_id,
        statement=stated.statement,
        value_text=stated.value_text,
        section=stated.section,
        table=stated.review_table,
        verdict=audited.verdict,
        label=VERDICT_LABELS[audited.verdict],
        severity=audited.severity,
        verification=audited.verification,
        verification_label=VERIFICATION_LABELS[audited.verification],
        verified=audited.verification != "unverified",
        disputed=is_disputed(audited.verdict),
        primary_says=audited.primary_says,
        teach=audited.teach,
        sources=tuple(map(reference, audited.source_refs)),
        review_cites=tuple(map(reference, stated.review_refs)),
    )


def format_reference(ref: Reference, *, doi: bool = True) -> str:
    """Write a reference as one line, in the manner of medical journals.

    Only the first author is in the ledger, so ``et al.`` stands for the others; a source whose
    author was not seen begins with its title.

    Parameters
    ----------
    ref : Reference
        Record to write.
    doi : bool, default True
        Whether the DOI closes the line; a page that links it separately leaves it out.

    Returns
    -------
    str
        ``Author, et al. Title. Journal. Year;volume(issue):pages. doi:…``, without the parts
        that the ledger does not have.
    """
    parts = [_author(ref), ref.title, ref.journal.removesuffix(" (book)"), _imprint(ref)]
    identifier = f"PubMed {ref.pmid}." if ref.pmid else ""
    if ref.doi:
        identifier = f"doi:{ref.doi}" if doi else ""
    sentences = [part if part[-1] in ".?!" else f"{part}." for part in parts if part]
    return " ".join([*sentences, identifier]).rstrip()


def has_author(ref: Reference) -> bool:
    """Return whether the first author of a reference was seen."""
    return ref.first_author != _NO_AUTHOR


def is_group(ref: Reference) -> bool:
    """Return whether the author of a reference is an organisation rather than a person."""
    *names, initials = ref.first_author.split()
    if initials in ("Jr", "Sr", "II", "III"):
        initials = names[-1]
    return " and " in ref.first_author or not initials.isupper()


def _author(ref: Reference) -> str:
    """Write the author part of a reference, without its closing point."""
    if not has_author(ref):
        return ""
    return ref.first_author if is_group(ref) else f"{ref.first_author}, et al"


def _imprint(ref: Reference) -> str:
    """Write year, volume, issue and pages as far as they are known."""
    volume = ref.volume + (f"({ref.issue})" if ref.issue else "")
    place = ":".join(part for part in (volume, ref.pages) if part)
    year = "" if place and ref.year and ref.journal.endswith(ref.year) else ref.year
    return ";".join(part for part in (year, place) if part)
