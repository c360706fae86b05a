"""Finding things in Markdown: numbers, source comments and sentences, each with its position.

Nothing is judged here; ``prose`` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach.evidence.numbers import NUMBER, WORD

COURSE = "course"
"""Token of numbers that belong to the course itself, such as minutes and questions."""

_UNITS = (
    r"%|per\s?cent|Gy|mm|cm|months?|years?|weeks?|days?|fractions?|cycles?|lesions?"
    r"|metastas[ei]s|patients?|sites?|organs?|deaths?"
)
_GAP = r"[\s*_$]*-?"
_JOIN = r"[\s*_]*(?:%[\s*_]*)?(?:–|—|-|/|,|to|and|or|vs\.?|versus|against)[\s*_]*"
_CHAIN = rf"{NUMBER}(?:{_JOIN}{NUMBER})*"
# A number may be spelled out; "one" counts in "one to five" but not in "one patient".
_SPELLED = rf"(?:{NUMBER}|(?!(?i:one|zero)\b){WORD}|(?i:\bone)(?={_JOIN}(?:{NUMBER}|{WORD})))"
_SPELLED_CHAIN = rf"{_SPELLED}(?:{_JOIN}{_SPELLED})*"
# One word may stand between number and unit: "3 extracranial metastases".
_ADJECTIVE = r"(?:(?!(?:in|of|for|and|or|to|the|with|than|from|on|by|at|per)\b)[a-z][\w-]*\s+)?"
_LEADS = (
    r"(?:\b(?:HR|hazard\s+ratio|CI|confidence\s+interval|odds\s+ratio|[pP][\s-]values?|n)\b"
    r"|\b[pP](?=[\s*_]*[=<>≤≥]))"
)
_VERBS = r"(?:[\s*_=<>≤≥≈~:,(]|of\b|was\b|is\b|about\b|only\b)*"

_CLINICAL = (
    re.compile(rf"(?<![\w.]){_SPELLED_CHAIN}{_GAP}\s*{_ADJECTIVE}(?:{_UNITS})(?![A-Za-z])"),
    re.compile(rf"{_LEADS}{_VERBS}(?<![\w.]){_CHAIN}(?:\s*\([^()\n]{{0,40}}\))?"),
    re.compile(rf"(?<![\w.]){NUMBER}\s+of\s+(?:the\s+|all\s+)?{NUMBER}"),
)
_NUMBER = re.compile(rf"(?<![\w.]){NUMBER}")
_TOKEN = re.compile(rf"(?<![\w.]){NUMBER}|{WORD}")

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
SOURCE_LINK = re.compile(r"[ \t]*\[source\]\(#claim-([^)\s]*)\)")
_CODE = re.compile(r"(?ms)^[ \t]*(```|~~~).*?^[ \t]*\1[^\n]*$|(`+)(?:(?!\n\s*\n).)+?\2")
_CLAIM_TOKEN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_EXEMPT = tuple(
    re.compile(pattern)
    for pattern in (
        r"\]\([^)\n]*\)",  # link targets
        r"<(?!!--)[^<>\n]*>",  # HTML tags and bare addresses
        r"&#?\w+;",  # HTML entities
        r"\[\^[^\]\n]+\]",  # footnote marks
        r"\$\$.*?[\\^_].*?\$\$|\$[^$\n]*[\\^_][^$\n]*\$",  # formulas
        r"(?m)^[ \t]*(?:#+[ \t]*\d+(?=[.):\s])[.):]?|\d+[.)](?=\s))",  # ordinals
        r"\b[A-Z][\w/]*-\d+[A-Za-z]*\b(?!\s*(?:" + _UNITS + r")(?![a-z]))",  # COMET-3
        r"(?<![\w.])[A-Za-zα-ω]+\d[\w/]*(?:-\w+)*",  # T790M, LU002, M1b, BED10
        r"(?<![\w.,])\d+(?!Gy|mm|cm)[A-Za-z][\w-]*",  # 8th, 4D-CT
        # RTOG 0631, AJCC 8; but not a result such as "HR 0.37" or "OS 41".
        r"\b(?!(?:HR|CI|OR|RR|OS|PFS|LC)\b)[A-Z]{2}[A-Z0-9-]*\s\d+(?:[–-]\d+)?\b(?!\.\d)(?!\s*(?:"
        + _UNITS
        + r")(?![a-z]))",
        r"(?i)\b(?:lesson|table|figure|fig\.|section|phase|grade|stage|exons?|edition|version"
        r"|question|step|part|chapter|explanation|reference)s?\s+[≥>]?\s*\d+(?:\.\d+)?"
        r"(?:\s*(?:–|-|to|or|and)\s*\d+)?\b",
        r"\b[A-Z][\w'’-]+(?:\s+et\s+al\.?|\s+and\s+(?:[A-Z][\w'’-]+|colleagues))?,?\s*\(?"
        r"(?:19|20)\d\d\b(?!\s*(?:" + _UNITS + r")(?![a-z]))",  # Gomez et al. (2019)
        r"\b(?:70|80|90|95|99)[\s-]*(?:%|per\s?cent)[\s-]*(?=CI\b|confidence\b|credible\b"
        r"|prediction\b|interval)",
    )
)
# A sentence ends at . ! or ? before a capital; not after an abbreviation.
_SENTENCE_END = re.compile(
    r"(?<!\bvs)(?<!\bal)(?<!\.g)(?<!\.e)(?<!\bFig)(?<!\bca)[.!?][\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[A-Z])"
)
_BLOCK_END = re.compile(r"\n(?=[ \t]*(?:\n|[-*+] |\d+[.)] |#|>|\|))|(?<=\n)(?=\n)")


@dataclass(frozen=True, slots=True)
class NumberAt:
    """A number in the text and whether it is a clinical one."""

    start: int
    end: int
    text: str
    clinical: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A comment that names sources."""

    start: int
    end: int
    tokens: tuple[str, ...]


def mark_sources(text: str) -> str:
    """Insert the link that follows each comment naming a claim.

    Parameters
    ----------
    text : str
        One Markdown cell.

    Returns
    -------
    str
        The text with ``[source](#claim-<id>)`` right behind each such comment, for its first
        claim; a link to another claim is corrected. Applying it twice changes nothing.
    """
    parts, last = [], 0
    for mark in find_marks(text):
        first = first_claim(mark)
        if first is None:
            continue
        parts += [text[last : mark.end], f"[source](#claim-{first})"]
        link = SOURCE_LINK.match(text, mark.end)
        last = link.end() if link else mark.end
    return "".join([*parts, text[last:]])


def find_marks(text: str) -> list[Mark]:
    """Find the comments outside code."""
    visible = _blank(text, _CODE)
    return [
        Mark(match.start(), match.end(), tuple(match[1].split()))
        for match in _COMMENT.finditer(visible)
    ]


def is_claim_token(token: str) -> bool:
    """Return whether a token has the form of a claim id."""
    return token != COURSE and bool(_CLAIM_TOKEN.fullmatch(token))


def first_claim(mark: Mark) -> str | None:
    """Return the first claim id among the tokens of a comment."""
    return next(filter(is_claim_token, mark.tokens), None)


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    """Replace matches by spaces, keeping every position and line break."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def visible_text(text: str, marks: list[Mark]) -> str:
    """Blank code, comments and the links behind them."""
    characters = list(_blank(text, _CODE))
    for mark in marks:
        link = SOURCE_LINK.match(text, mark.end)
        for position in range(mark.start, link.end() if link else mark.end):
            if characters[position] != "\n":
                characters[position] = " "
    return "".join(characters)


def find_numbers(text: str) -> list[NumberAt]:
    """Find the numbers of a text without code and comments; spelled out ones if clinical."""
    for pattern in _EXEMPT:
        text = _blank(text, pattern)
    spans = [match.span() for pattern in _CLINICAL for match in pattern.finditer(text)]
    found = []
    for match in _TOKEN.finditer(text):
        clinical = any(start <= match.start() and match.end() <= end for start, end in spans)
        if clinical or _NUMBER.fullmatch(match.group()):
            found.append(NumberAt(match.start(), match.end(), match.group(), clinical))
    return found


def find_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence; list items, table rows and headings stand alone."""
    ends = {match.end() for match in _BLOCK_END.finditer(text)}
    ends |= {match.end() for match in _SENTENCE_END.finditer(text)}
    start = 0
    for end in [*sorted(ends), len(text)]:
        if end > start:
            yield start, end
        start = end
