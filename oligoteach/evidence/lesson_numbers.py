"""Numbers in the teaching texts: what a lesson explains must be in the claims that it names.

A question's prompt and its options may invent a patient or offer wrong figures on purpose, so
they are not checked; explanations, feedback, captions and summaries state facts and are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oligoteach.evidence.backing import FREE, Backing, SourceBook
from oligoteach.evidence.numbers import exact, numbers_in, to_decimal
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.prose import clinical_numbers
from oligoteach.evidence.teaching import (
    ChoicePrediction,
    ExplorerText,
    LessonText,
    NumericPrediction,
    NumericQuestion,
    OptionQuestion,
    ParsedLesson,
    Sourced,
    sourced_parts,
)
from oligoteach.evidence.yamltext import Path_, YamlText

_Asked = ChoicePrediction | NumericPrediction | OptionQuestion | NumericQuestion
_NUMERIC = (NumericPrediction, NumericQuestion)
_HINT = (
    "name a claim that has it, or one of outcome:…, ref:…, constraint:… and model:… under 'sources'"
)


def lesson_number_problems(parsed: ParsedLesson, book: SourceBook) -> list[Problem]:
    """Check the clinical numbers of a lesson's texts against the sources that it names.

    Parameters
    ----------
    parsed : ParsedLesson
        A lesson that satisfies the schema; others yield nothing.
    book : SourceBook
        Where sources are looked up.

    Returns
    -------
    list of Problem
        Unknown sources and numbers that no named source has, with line and field.
    """
    if parsed.lesson is None:
        return []
    found = list(_unknown_sources(parsed.source, parsed.lesson, book))
    for path, part in sourced_parts(parsed.lesson):
        if isinstance(part, ExplorerText):
            found += _explorer_numbers(parsed.source, path, part, book)
        elif isinstance(part, _Asked):
            found += _asked_numbers(parsed.source, path, part, book)
    found += _summary_numbers(parsed.source, parsed.lesson, book)
    return found


def _unknown_sources(source: YamlText, lesson: LessonText, book: SourceBook) -> Iterator[Problem]:
    """Report sources that the ledger does not have."""
    for path, part in sourced_parts(lesson):
        for index, token in enumerate(part.sources):
            if book.backing(token) is None:
                place = (*path, "sources", index)
                yield source.problem(place, "unknown-source", book.complaint(token))


def _backing(part: Sourced, book: SourceBook) -> Backing:
    """Return what the claims and sources of a part vouch for together."""
    if getattr(part, "badge", "published") != "published":
        return FREE
    return _named_backing((*part.claims, *part.sources), book)


def _named_backing(tokens: Iterable[str], book: SourceBook) -> Backing:
    """Return what tokens vouch for; with an unknown one, reported elsewhere, nothing is judged."""
    named = tuple(tokens)
    return FREE if any(book.backing(token) is None for token in named) else book.joint(named)


def _explorer_numbers(
    source: YamlText, path: Path_, part: ExplorerText, book: SourceBook
) -> Iterator[Problem]:
    """Check caption, explanation and views of an explorer."""
    texts = [((*path, "caption"), part.caption), ((*path, "explain"), part.explain)]
    texts += [((*path, "views", i, "say"), view.say) for i, view in enumerate(part.views)]
    yield from _check(source, texts, _backing(part, book))


def _asked_numbers(
    source: YamlText, path: Path_, part: _Asked, book: SourceBook
) -> Iterator[Problem]:
    """Check explanation and feedback, which may repeat what prompt and options say."""
    backing = _backing(part, book)
    texts = [((*path, "explanation"), part.explanation)]
    given = part.prompt
    if isinstance(part, _NUMERIC):
        texts += [((*path, "near"), part.near), ((*path, "far"), part.far)]
        figures = frozenset(map(exact, (part.answer, part.tolerance, part.low, part.high)))
        yield from _answer(source, path, part, backing)
    else:
        for index, option in enumerate(part.options):
            texts.append(((*path, "options", index, "feedback"), option.feedback))
            given += f" {option.text}"
        figures = frozenset()
    if isinstance(part, ChoicePrediction | NumericPrediction) and part.misconception:
        texts.append(((*path, "misconception"), part.misconception))
    yield from _check(source, texts, backing | Backing(sound=numbers_in(given) | figures))


def _answer(
    source: YamlText,
    path: Path_,
    part: NumericPrediction | NumericQuestion,
    backing: Backing,
) -> Iterator[Problem]:
    """A numeric answer that names sources is one of their numbers."""
    named = part.claims or part.sources
    if named and not _has(backing, exact(part.answer)):
        sentence = f"the answer {part.answer:g} is not in {', '.join(named)}; {_HINT}."
        yield source.problem((*path, "answer"), "number-not-in-source", sentence)


def _summary_numbers(source: YamlText, lesson: LessonText, book: SourceBook) -> Iterator[Problem]:
    """Check the summaries of a lesson against everything that the lesson names."""
    tokens = [f"ref:{ref_id}" for ref_id in lesson.references]
    for _, part in sourced_parts(lesson):
        tokens += (*part.claims, *part.sources)
    backing = _named_backing(tokens, book)
    texts: list[tuple[Path_, str]] = [(("question",), lesson.question), (("about",), lesson.about)]
    for name in ("objectives", "take_away"):
        texts += [((name, index), text) for index, text in enumerate(getattr(lesson, name))]
    yield from _check(source, texts, backing)


def _check(
    source: YamlText, texts: Iterable[tuple[Path_, str]], backing: Backing
) -> Iterator[Problem]:
    """Report each clinical number that a backing does not have."""
    for path, text in texts:
        for shown in clinical_numbers(text):
            if not _has(backing, to_decimal(shown)):
                sentence = f"{shown} is in none of the sources that this part names; {_HINT}."
                yield source.problem(path, "number-not-in-source", sentence)


def _has(backing: Backing, value: object) -> bool:
    """Return whether a backing has a number, as fact or as the review's word."""
    return backing.anything or value in backing.sound or value in backing.attributed
