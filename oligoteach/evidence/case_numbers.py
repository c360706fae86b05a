"""Numbers in the texts of a case: a fact's number is in its claims, the patient's own needs none.

The story (patient, nodes, choices, consequences) tells of somebody who does not exist, so his
millimetres and months are free. A statistic is never the patient's own: a percentage, a hazard
ratio, a p value, an interval or "x of y" in a node, a choice or a consequence is refused, and
belongs in a reason. Reasons, grounds and points of discussion are facts: every clinical number
in them occurs in a claim or source that they name, or in the story.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from oligoteach.evidence.backing import Backing, SourceBook
from oligoteach.evidence.cases import Case, ParsedCase, sourced_parts, story_texts
from oligoteach.evidence.markup import find_numbers, find_sentences
from oligoteach.evidence.numbers import NUMBER, numbers_in, to_decimal
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.prose import ATTRIBUTED
from oligoteach.evidence.yamltext import Path_, YamlText

_STATISTIC = re.compile(
    r"(?i)\d\s*%|\bper\s?cent\b|\bhazard ratio\b|\bHR\b|\bodds ratio\b|\bp\s*[=<>]\s*0?\.\d"
    r"|\bmedian\b|\bconfidence interval\b|\b\d+ of (?:the )?\d+\b"
)


_PERCENTAGE = re.compile(rf"({NUMBER})\s*(?:%|per\s?cent)")


@dataclass(frozen=True, slots=True)
class Own:
    """Numbers of the imagined patient, and those of them that are printed as percentages."""

    numbers: frozenset[Decimal]
    percentages: frozenset[Decimal]


def case_number_problems(parsed: ParsedCase, book: SourceBook) -> list[Problem]:
    """Check the numbers of a case against the sources that its parts name.

    Parameters
    ----------
    parsed : ParsedCase
        A case that satisfies the schema; others yield nothing.
    book : SourceBook
        Where sources are looked up.

    Returns
    -------
    list of Problem
        Statistics in the story, numbers that no named source has, and numbers
        that only the review's disputed word supports in a sentence that does not say so.
    """
    if parsed.case is None:
        return []
    found = list(_story(parsed.source, parsed.case))
    story = parsed.case.story
    own = Own(numbers_in(story), frozenset(map(to_decimal, _PERCENTAGE.findall(story))))
    for path, part in sourced_parts(parsed.case):
        if all(book.backing(token) is not None for token in part.named):
            text = str(getattr(part, "text", ""))
            found += _fact(parsed.source, (*path, "text"), text, book.joint(part.named), own)
    return found


def _story(source: YamlText, case: Case) -> Iterator[Problem]:
    """Refuse statistics where the story is told; the description of the patient may have them."""
    for path, text in story_texts(case):
        match = None if path[0] == "patient" else _STATISTIC.search(text)
        if match:
            sentence = (
                f"{match.group()!r} is a statistic, not this patient's own; put it into a reason "
                "with its claim."
            )
            yield source.problem(path, "statistic-in-story", sentence)


def _fact(
    source: YamlText, path: Path_, text: str, backing: Backing, own: Own
) -> Iterator[Problem]:
    """Check each clinical number of a statement of fact."""
    numbers = [number for number in find_numbers(text) if number.clinical]
    for start, end in find_sentences(text):
        attributed = bool(ATTRIBUTED.search(text, start, end))
        # A statistic is the patient's own only where the story prints it as a percentage.
        free = own.percentages if _STATISTIC.search(text, start, end) else own.numbers
        for number in numbers:
            value = to_decimal(number.text)
            if not start <= number.start < end or value in free:
                continue
            if backing.anything or value in backing.sound:
                continue
            if value not in backing.attributed:
                sentence = (
                    f"{number.text} is in none of the claims and sources that this part names; "
                    "name one that has it, or leave the number out."
                )
                yield source.problem(path, "number-not-in-source", sentence)
            elif not attributed:
                sentence = (
                    f"{number.text} is not confirmed; say in this sentence that it is the "
                    "review's or unverified, or teach what the audit found."
                )
                yield source.problem(path, "disputed-as-fact", sentence)
