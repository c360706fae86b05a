"""Numbers in prose: each one shown to learners carries its source.

In Markdown a number is followed by an HTML comment that names its sources, and by a link to the
first claim among them::

    Median survival was 41.2 months <!-- gomez-os-lct -->[source](#claim-gomez-os-lct).

A comment vouches for the numbers before it in the same sentence, back to the comment before,
over at most ``REACH`` characters. Three rules hold:

1. every number that a comment vouches for occurs in one of its sources;
2. a clinical number (one with a clinical unit, spelled out or not, a hazard ratio, a p value, an
   interval, "x of y") is vouched for by a comment;
3. a number that only the review's disputed or unverified word supports stands in a sentence that
   says so ("the review prints…", "unverified").

Not numbers in this sense: names (T790M, LU002, COMET-3, RTOG 0631, M1b, PD-L1), the year of an
author-year citation, ordinals of lists and headings, phases, grades and stages, the level of a
confidence interval, and whatever stands in code, formulas and link targets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach.evidence.backing import SourceBook
from oligoteach.evidence.markup import (
    SOURCE_LINK,
    Mark,
    NumberAt,
    find_marks,
    find_numbers,
    find_sentences,
    first_claim,
    mark_sources,
    visible_text,
)
from oligoteach.evidence.numbers import to_decimal

__all__ = ["REACH", "Finding", "check_markdown", "clinical_numbers", "mark_sources"]

REACH = 60
"""Characters between a number and the comment that vouches for it, at most."""

ATTRIBUTED = re.compile(
    r"(?i)\b(?:the|this) review\b|\breview['’]s\b|unverified|not (?:verified|checked)|unchecked"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule at a line (from 1) of the text."""

    line: int
    rule: str
    sentence: str


def check_markdown(text: str, book: SourceBook) -> list[Finding]:
    """Check the numbers of a Markdown text against their sources.

    Parameters
    ----------
    text : str
        One Markdown cell.
    book : SourceBook
        Where sources are looked up.

    Returns
    -------
    list of Finding
        Broken rules in the order of the text.
    """
    marks = find_marks(text)
    bare = visible_text(text, marks)
    numbers = find_numbers(bare)
    found = [*_mark_findings(text, marks, book)]
    for start, end in find_sentences(bare):
        inside = [mark for mark in marks if start <= mark.start < end]
        attributed = bool(ATTRIBUTED.search(text, start, end))
        unvouched = []
        for number in numbers:
            if start <= number.start < end:
                mark = _voucher(number, inside)
                if mark is not None:
                    found += _vouched(text, number, mark, attributed, book)
                elif number.clinical:
                    unvouched.append(number)
        found += _bare(text, unvouched)
    return sorted(found, key=lambda finding: finding.line)


def clinical_numbers(text: str) -> list[str]:
    """Return the clinical numbers of a text as printed.

    Parameters
    ----------
    text : str
        Plain text or Markdown.

    Returns
    -------
    list of str
    """
    bare = visible_text(text, find_marks(text))
    return [number.text for number in find_numbers(bare) if number.clinical]


def _voucher(number: NumberAt, marks: list[Mark]) -> Mark | None:
    """Return the comment that vouches for a number: the next one, if near enough."""
    following = [mark for mark in marks if mark.start >= number.end]
    if following and following[0].start - number.end <= REACH:
        return following[0]
    return None


def _mark_findings(text: str, marks: list[Mark], book: SourceBook) -> Iterator[Finding]:
    """Check the comments themselves: their tokens and the links behind them."""
    for mark in marks:
        line = _line(text, mark.start)
        if not mark.tokens:
            sentence = "the comment is empty; name a source or remove it."
            yield Finding(line, "unknown-source", sentence)
        for token in mark.tokens:
            if book.backing(token) is None and token not in book.claim_ids:
                yield Finding(line, "unknown-source", book.complaint(token))
        first = first_claim(mark)
        link = SOURCE_LINK.match(text, mark.end)
        expected = f"[source](#claim-{first})"
        if first is not None and (link is None or link.group() != expected):
            sentence = f"the comment must be followed directly by {expected}."
            yield Finding(line, "source-link", sentence)
        if first is None and link is not None:
            sentence = "a source link stands behind a comment that names no claim; remove it."
            yield Finding(line, "source-link", sentence)


def _bare(text: str, numbers: list[NumberAt]) -> Iterator[Finding]:
    """Report the clinical numbers of one sentence that no comment vouches for."""
    if not numbers:
        return
    shown = ", ".join(number.text for number in numbers)
    sentence = (
        f"{shown} in {_context(text, numbers[0])!r}: a clinical number without its source; put "
        f"<!-- claim-id --> behind it in the same sentence, within {REACH} characters."
    )
    yield Finding(_line(text, numbers[0].start), "bare-number", sentence)


def _vouched(
    text: str, number: NumberAt, mark: Mark, attributed: bool, book: SourceBook
) -> Iterator[Finding]:
    """Check one number against the comment that vouches for it."""
    if any(book.backing(token) is not None for token in mark.tokens):
        line = _line(text, number.start)
        yield from _backed(line, _context(text, number), number, mark, attributed, book)
    # Otherwise no source is known, and that is reported at the comment.


def _backed(
    line: int, shown: str, number: NumberAt, mark: Mark, attributed: bool, book: SourceBook
) -> Iterator[Finding]:
    """Check that a number occurs in its sources, and is attributed where it has to be."""
    backing, value = book.joint(mark.tokens), to_decimal(number.text)
    if backing.anything or value in backing.sound:
        return
    sources = " ".join(mark.tokens)
    if value not in backing.attributed:
        sentence = (
            f"{number.text} in {shown!r} does not occur in {sources}; correct it or its source."
        )
        yield Finding(line, "number-not-in-source", sentence)
    elif not attributed:
        sentence = (
            f"{number.text} in {shown!r} is not confirmed ({sources}); say in this sentence that "
            "it is the review's or unverified, or teach what the audit found."
        )
        yield Finding(line, "disputed-as-fact", sentence)


def _line(text: str, position: int) -> int:
    """Return the line of a position, from 1."""
    return text.count("\n", 0, position) + 1


def _context(text: str, number: NumberAt) -> str:
    """Quote a number with what stands around it."""
    start, end = max(0, number.start - 12), min(len(text), number.end + 16)
    return " ".join(text[start:end].split())
