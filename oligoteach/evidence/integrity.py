"""Rules that hold between the rows and tables of the ledger, and the list of known oddities.

Each rule yields the problems it finds. Some findings are properties of the published figures
(a paper listed twice, a hazard ratio that does not fit its own p value): those are *excusable*
and pass as notes, but only when ``known_oddities.csv`` declares them, and only as long as they
are still found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from oligoteach.evidence.consistency import claim_problems, outcome_problems
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.records import (
    Arm,
    Claim,
    Filled,
    GlossaryTerm,
    Outcome,
    Record,
    Reference,
    Sentence,
    Trial,
    Verdict,
)
from oligoteach.evidence.tables import Located, Table, read_table

R = TypeVar("R", bound=Record)


class KnownOddity(Record):
    """A finding that is a property of the published figures, declared with its reason."""

    table: ClassVar[str] = "known_oddities"
    key_fields: ClassVar[tuple[str, ...]] = ("file", "row", "field")

    file: Filled
    row: Filled
    field: Filled
    reason: Sentence


@dataclass(slots=True)
class Ledger:
    """All tables of one evidence folder, as far as they could be read."""

    references: Table[Reference]
    claims: Table[Claim]
    audit: Table[Verdict]
    trials: Table[Trial]
    arms: Table[Arm]
    outcomes: Table[Outcome]
    glossary: Table[GlossaryTerm]
    oddities: Table[KnownOddity]

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        """All tables in the order of reading."""
        return (
            self.references,
            self.claims,
            self.audit,
            self.trials,
            self.arms,
            self.outcomes,
            self.glossary,
            self.oddities,
        )


def read_ledger(folder: Path, label: str = "data/evidence") -> Ledger:
    """Read every table of an evidence folder, collecting problems rather than raising.

    Parameters
    ----------
    folder : Path
        Folder that holds the tables.
    label : str
        Name of the folder as shown to a reader.

    Returns
    -------
    Ledger
    """
    return Ledger(
        references=read_table(folder, Reference, label),
        claims=read_table(folder, Claim, label),
        audit=read_table(folder, Verdict, label),
        trials=read_table(folder, Trial, label),
        arms=read_table(folder, Arm, label),
        outcomes=read_table(folder, Outcome, label),
        glossary=read_table(folder, GlossaryTerm, label),
        oddities=read_table(folder, KnownOddity, label),
    )


def ledger_problems(ledger: Ledger) -> tuple[list[Problem], list[Problem]]:
    """Check a ledger against every rule.

    Parameters
    ----------
    ledger : Ledger
        Tables to check.

    Returns
    -------
    problems : list of Problem
        Broken rules, in the order of the tables.
    notes : list of Problem
        Findings that ``known_oddities.csv`` declares; the reason closes each sentence.
    """
    found = [problem for table in ledger.tables for problem in table.problems]
    for rule in (
        _reference_problems,
        _claim_links,
        _audit_problems,
        _trial_problems,
        _arm_problems,
        _outcome_links,
    ):
        found += rule(ledger)
    found += claim_problems(ledger.claims)
    found += outcome_problems(ledger.outcomes)
    return _excuse(found, ledger)


def finding(
    table: Table[R],
    at: Located[R],
    field: str,
    rule: str,
    sentence: str,
    *,
    excusable: bool = False,
) -> Problem:
    """Place a finding at a row of a table."""
    return Problem(table.name, str(at.row), field, rule, sentence, at.key, excusable)


def _excuse(found: Iterable[Problem], ledger: Ledger) -> tuple[list[Problem], list[Problem]]:
    """Set declared oddities apart from problems, and report declarations that excuse nothing."""
    declared = {_place(at.record): at for at in ledger.oddities}
    used: set[tuple[str, str, str]] = set()
    problems, notes = [], []
    for problem in found:
        place = (Path(problem.file).name, problem.key, problem.field)
        if problem.excusable and place in declared:
            used.add(place)
            sentence = f"{problem.sentence} Known: {declared[place].record.reason}"
            notes.append(replace(problem, sentence=sentence))
        else:
            problems.append(problem)
    if not any(table.unreadable for table in ledger.tables):
        problems += _stale(ledger, [place for place in declared if place not in used])
    return problems, notes


def _stale(ledger: Ledger, unused: Iterable[tuple[str, str, str]]) -> Iterator[Problem]:
    """Report declarations that excuse nothing, unless the row that they name is broken."""
    broken = {(Path(t.name).name, key) for t in ledger.tables for key in _broken_keys(t)}
    located = {_place(at.record): at for at in ledger.oddities}
    for place in unused:
        file, key, field = place
        if (file, key) in broken:
            continue
        sentence = (
            f"nothing odd is found at {file} row {key!r} field {field!r} any more; "
            "remove the line or correct its key."
        )
        yield finding(ledger.oddities, located[place], "row", "stale-oddity", sentence)


def _place(oddity: KnownOddity) -> tuple[str, str, str]:
    """Return file, row key and field of a declared oddity."""
    return oddity.file, oddity.row, oddity.field


def _broken_keys(table: Table[Any]) -> set[str]:
    """Return the keys of rows that could not be read, of which nothing can be found."""
    return table.keys - {at.key for at in table}


def unknown_keys(
    table: Table[R], at: Located[R], field: str, keys: Iterable[str], other: Table[Any]
) -> Iterator[Problem]:
    """Report keys of a field that another table does not have, if that could be read at all."""
    for key in keys:
        if key not in other.keys and not other.unreadable:
            sentence = f"{key!r} is not a key of {Path(other.name).name}."
            yield finding(table, at, field, "unknown-key", sentence)


def _reference_problems(ledger: Ledger) -> Iterator[Problem]:
    """References: one entry for each work, and the review's numbers without a gap."""
    table = ledger.references
    first: dict[tuple[str, str], str] = {}
    for at in table:
        for field in ("doi", "pmid"):
            identifier = getattr(at.record, field).lower()
            if identifier and (earlier := first.setdefault((field, identifier), at.key)) != at.key:
                sentence = f"{identifier} stands under {earlier!r} too; list each work once."
                yield finding(table, at, field, "listed-twice", sentence, excusable=True)
    yield from _review_numbers(table)


def _review_numbers(table: Table[Reference]) -> Iterator[Problem]:
    """The numbers of the review's own list run from 1 upwards, each once."""
    numbered = [at for at in table if at.record.review_number is not None]
    expected = 1
    for at in sorted(numbered, key=lambda at: at.record.review_number or 0):
        if at.record.review_number != expected:
            sentence = (
                f"the number is {at.record.review_number}; the next in the list is {expected}."
            )
            yield finding(table, at, "review_number", "review-numbers", sentence)
            return
        expected += 1


def _claim_links(ledger: Ledger) -> Iterator[Problem]:
    """Claims: references exist, and the audit has a verdict."""
    for at in ledger.claims:
        yield from unknown_keys(
            ledger.claims, at, "review_refs", at.record.review_refs, ledger.references
        )
        if at.key not in ledger.audit.keys and not ledger.audit.unreadable:
            sentence = f"the claim {at.key!r} has no verdict in audit.csv; each claim has one."
            yield finding(ledger.claims, at, "claim_id", "audited-once", sentence)


def _audit_problems(ledger: Ledger) -> Iterator[Problem]:
    """Verdicts: the claim and the sources exist, and verdict and verification agree."""
    table = ledger.audit
    for at in table:
        yield from unknown_keys(table, at, "claim_id", [at.key], ledger.claims)
        yield from unknown_keys(table, at, "source_refs", at.record.source_refs, ledger.references)
        for field, rule, sentence in _verdict_rules(at.record):
            yield finding(table, at, field, rule, sentence)


def _verdict_rules(verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    """Yield field, rule and sentence for each disagreement within a verdict."""
    verified = verdict.verification != "unverified"
    if verified and not verdict.source_refs:
        yield (
            "source_refs",
            "verified-by-source",
            "a verified claim names the source that was read.",
        )
    if verified and not verdict.primary_says:
        yield "primary_says", "verified-by-source", "a verified claim says what the source says."
    if verdict.verdict in ("confirmed", "contradicted") and not verified:
        yield (
            "verification",
            "verdict-needs-source",
            f"the verdict {verdict.verdict!r} needs a source; this row is unverified.",
        )
    if verdict.verdict in ("unverified", "not-checked") and verified:
        yield (
            "verification",
            "verdict-needs-source",
            f"the verdict {verdict.verdict!r} cannot be {verdict.verification!r}.",
        )
    if verdict.verdict == "confirmed" and verdict.severity != "none":
        yield (
            "severity",
            "confirmed-is-harmless",
            f"a confirmed claim has severity 'none', not {verdict.severity!r}.",
        )


def _trial_problems(ledger: Ledger) -> Iterator[Problem]:
    """Trials: references exist, and the arms have the roles and sizes that the design asks for."""
    table = ledger.trials
    arms: dict[str, list[Arm]] = {}
    for arm in ledger.arms:
        arms.setdefault(arm.record.trial_id, []).append(arm.record)
    for at in table:
        yield from unknown_keys(table, at, "ref_ids", at.record.ref_ids, ledger.references)
        if not ledger.arms.unreadable:
            yield from _design_problems(table, at, arms.get(at.key, []))


def _design_problems(table: Table[Trial], at: Located[Trial], arms: list[Arm]) -> Iterator[Problem]:
    """Compare a trial with its arms."""
    if not arms:
        sentence = "the trial has no arm in arms.csv; each trial has at least one."
        yield finding(table, at, "trial_id", "has-arms", sentence)
        return
    roles = Counter(arm.role for arm in arms)
    if at.record.randomised and not (roles["experimental"] and roles["control"]):
        sentence = "a randomised trial has an experimental and a control arm in arms.csv."
        yield finding(table, at, "randomised", "two-roles", sentence)
    sizes = [arm.n for arm in arms if arm.n is not None]
    if at.record.n is not None and len(sizes) == len(arms) and sum(sizes) != at.record.n:
        sentence = f"n is {at.record.n} but the arms add up to {sum(sizes)}."
        yield finding(table, at, "n", "arms-add-up", sentence, excusable=True)


def _arm_problems(ledger: Ledger) -> Iterator[Problem]:
    """Arms: the trial exists."""
    for at in ledger.arms:
        yield from unknown_keys(ledger.arms, at, "trial_id", [at.record.trial_id], ledger.trials)


def _outcome_links(ledger: Ledger) -> Iterator[Problem]:
    """Outcomes: trial, arm and source exist."""
    table = ledger.outcomes
    for at in table:
        row = at.record
        yield from unknown_keys(table, at, "trial_id", [row.trial_id], ledger.trials)
        yield from unknown_keys(table, at, "source_ref", [row.source_ref], ledger.references)
        arm_known = f"{row.trial_id}/{row.arm_id}" in ledger.arms.keys
        if row.arm_id and not arm_known and not ledger.arms.unreadable:
            sentence = f"{row.arm_id!r} is not an arm of {row.trial_id!r} in arms.csv."
            yield finding(table, at, "arm_id", "unknown-key", sentence)
