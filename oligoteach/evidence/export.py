"""The data for other programs: BibTeX for reference managers, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from oligoteach.evidence.citations import citation, format_reference, has_author, is_group
from oligoteach.evidence.dose_constraints import CONSTRAINT_RECORDS
from oligoteach.evidence.ledger import claims, load_table, references
from oligoteach.evidence.records import RECORDS, Record, Reference
from oligoteach.evidence.schedules import Regimen

_RECORDS: tuple[type[Record], ...] = (*RECORDS, *CONSTRAINT_RECORDS, Regimen)
_MODELS = {model.table: model for model in _RECORDS}
TABLES: tuple[str, ...] = tuple(_MODELS)

_REPORT = (
    "claim_id",
    "where",
    "statement",
    "printed",
    "verdict",
    "severity",
    "verification",
    "primary_says",
    "teach",
    "sources",
)

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}


def bibtex_escape(text: str) -> str:
    r"""Escape the characters that TeX would act upon; accents stay as UTF-8.

    >>> bibtex_escape("R&D: 5_fold {at} 80%")
    'R\\&D: 5\\_fold \\{at\\} 80\\%'
    """
    return "".join(_SPECIAL.get(character, character) for character in text)


def to_bibtex(refs: Iterable[Reference] | None = None) -> str:
    """Write references as a BibTeX file.

    Parameters
    ----------
    refs : iterable of Reference, optional
        References to write; by default all of them.

    Returns
    -------
    str
        One entry for each reference, keyed by its ``ref_id``. Titles are braced so that
        styles keep their capitals; a DOI is written bare, since reference managers read the
        field verbatim.
    """
    chosen = references().values() if refs is None else refs
    return "\n".join(_entry(ref) for ref in chosen)


def _entry(ref: Reference) -> str:
    """Write one BibTeX entry."""
    lines = [f"@{_entry_type(ref)}{{{ref.ref_id},"]
    lines += [f"  {name} = {{{value}}}," for name, value in _fields(ref) if value]
    return "\n".join([*lines, "}", ""])


def _entry_type(ref: Reference) -> str:
    """Choose the BibTeX type: a book, a paper with its volume, or anything else."""
    if ref.journal.endswith("(book)"):
        return "book"
    return "article" if ref.journal and (ref.volume or ref.doi or ref.pmid) else "misc"


def _fields(ref: Reference) -> Sequence[tuple[str, str]]:
    """List the fields of an entry in the order of printing; empty ones included."""
    kind = _entry_type(ref)
    container = {"article": "journal", "book": "publisher", "misc": "howpublished"}[kind]
    return (
        ("author", _bibtex_author(ref)),
        ("title", f"{{{bibtex_escape(ref.title)}}}"),
        (container, bibtex_escape(ref.journal.removesuffix(" (book)"))),
        ("year", ref.year),
        ("volume", ref.volume),
        ("number", bibtex_escape(ref.issue)),
        ("pages", re.sub(r"(?<=\d)-(?=[A-Za-z]*\d)", "--", bibtex_escape(ref.pages))),
        ("doi", ref.doi),
        ("pmid", ref.pmid),
        ("note", bibtex_escape(ref.note)),
    )


def _bibtex_author(ref: Reference) -> str:
    """Write the first author as BibTeX wants it: ``Surname, I. J. and others``."""
    if not has_author(ref):
        return ""
    if is_group(ref):
        return f"{{{bibtex_escape(ref.first_author)}}}"
    *names, initials = ref.first_author.split()
    suffix = ""
    if initials in ("Jr", "Sr", "II", "III"):
        suffix, initials = f", {initials}", names.pop()
    spaced = " ".join(f"{letter}." for letter in initials)
    return f"{bibtex_escape(' '.join(names))}{suffix}, {spaced} and others"


def to_csv(table: str, records: Iterable[Record] | None = None) -> str:
    """Write a table of the ledger or of the dose constraints as CSV.

    Parameters
    ----------
    table : str
        Name of the table, one of ``TABLES``.
    records : iterable of Record, optional
        Records to write, for example a selection; by default the whole table.

    Returns
    -------
    str
        Header and rows in the format of the shipped files, with line feeds at line ends.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    model = _MODELS.get(table)
    if model is None:
        raise ValueError(f"there is no table {table!r}; the tables are {', '.join(TABLES)}.")
    rows = load_table(model) if records is None else records
    return write_csv(model.columns(), (_cells(record) for record in rows))


def _cells(record: Record) -> list[str]:
    """Write the fields of a record as the shipped files do."""
    return [_cell(value) for _, value in record]


def _cell(value: object) -> str:
    """Write one value: empty for none, ``yes`` or ``no``, lists joined by semicolons."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write header and rows as CSV text with line feeds at line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def claims_report(claim_ids: Iterable[str] | None = None) -> str:
    """Write claims with verdict, teaching and sources as one CSV table for readers.

    Parameters
    ----------
    claim_ids : iterable of str, optional
        Claims to write; by default all of them.

    Returns
    -------
    str
        One row for each claim; sources are written out in full, joined by `` | ``.

    Raises
    ------
    UnknownClaim
        If there is no such claim.
    """
    chosen = claims() if claim_ids is None else claim_ids
    return write_csv(_REPORT, map(_report_row, chosen))


def _report_row(claim_id: str) -> list[str]:
    """Write one row of the claims report."""
    cited = citation(claim_id)
    return [
        cited.id,
        cited.where,
        cited.statement,
        cited.value_text,
        cited.label,
        cited.severity,
        cited.verification_label,
        cited.primary_says,
        cited.teach,
        " | ".join(map(format_reference, cited.sources)),
    ]
