"""The ledger: claims, verdicts, references, trials, arms, outcomes and glossary terms by key.

Each table is read when it is first asked for and kept. Mappings are read-only and in file order.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from oligoteach.evidence.paths import data_path
from oligoteach.evidence.problems import EvidenceError
from oligoteach.evidence.records import (
    Arm,
    Claim,
    GlossaryTerm,
    Outcome,
    Record,
    Reference,
    Trial,
    Verdict,
)
from oligoteach.evidence.tables import parse_table

R = TypeVar("R", bound=Record)


class UnknownKey(KeyError):  # noqa: N818 - reads as what it is: an unknown key
    """Asked for a key that the ledger does not have; the message names the nearest ones."""

    thing = "key"
    place = "the ledger"

    def __init__(self, key: str, known: Iterable[str]):
        self.key = key
        self.nearest = tuple(difflib.get_close_matches(str(key), list(known), n=3, cutoff=0.5))
        super().__init__(key)

    def __str__(self) -> str:
        hint = f"; did you mean {_either(self.nearest)}?" if self.nearest else "."
        return f"there is no {self.thing} {self.key!r} in {self.place}{hint}"


class UnknownClaim(UnknownKey):
    """Asked for a claim that the ledger does not have."""

    thing = "claim"


class UnknownReference(UnknownKey):
    """Asked for a reference that the ledger does not have."""

    thing = "reference"


class UnknownTrial(UnknownKey):
    """Asked for a trial that the ledger does not have."""

    thing = "trial"


class UnknownTerm(UnknownKey):
    """Asked for a glossary term that the ledger does not have."""

    thing = "glossary term"


def _either(names: tuple[str, ...]) -> str:
    """Write names as a choice: ``'a', 'b' or 'c'``."""
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def load_table(model: type[R]) -> tuple[R, ...]:
    """Read one shipped table.

    Parameters
    ----------
    model : type of Record
        Record class of the rows.

    Returns
    -------
    tuple of Record
        The rows in file order.

    Raises
    ------
    EvidenceError
        If the file departs from its format; lists every problem with row and field.
    """
    name = f"{model.table}.csv"
    place = f"data/{model.folder}/{name}"
    table = parse_table(data_path(model.folder, name), model, place)
    if table.problems:
        raise EvidenceError(table.problems)
    return tuple(located.record for located in table)


@functools.cache
def claims() -> Mapping[str, Claim]:
    """Return every claim of the audited review by its id."""
    return MappingProxyType({claim.claim_id: claim for claim in load_table(Claim)})


@functools.cache
def verdicts() -> Mapping[str, Verdict]:
    """Return the audit's verdict on every claim by claim id."""
    return MappingProxyType({verdict.claim_id: verdict for verdict in load_table(Verdict)})


@functools.cache
def references() -> Mapping[str, Reference]:
    """Return every reference by its id: the review's own list first, then those beyond it."""
    return MappingProxyType({ref.ref_id: ref for ref in load_table(Reference)})


@functools.cache
def trials() -> Mapping[str, Trial]:
    """Return every trial by its id."""
    return MappingProxyType({trial.trial_id: trial for trial in load_table(Trial)})


@functools.cache
def glossary() -> Mapping[str, GlossaryTerm]:
    """Return every glossary term by the term itself."""
    return MappingProxyType({term.term: term for term in load_table(GlossaryTerm)})


@functools.cache
def _arms() -> Mapping[str, tuple[Arm, ...]]:
    return _by_trial(load_table(Arm))


@functools.cache
def _all_outcomes() -> tuple[Outcome, ...]:
    return load_table(Outcome)


@functools.cache
def _outcomes() -> Mapping[str, tuple[Outcome, ...]]:
    return _by_trial(_all_outcomes())


T = TypeVar("T", Arm, Outcome)


def _by_trial(rows: Iterable[T]) -> Mapping[str, tuple[T, ...]]:
    """Group rows by trial, keeping their order."""
    groups: dict[str, list[T]] = {}
    for row in rows:
        groups.setdefault(row.trial_id, []).append(row)
    return {trial_id: tuple(group) for trial_id, group in groups.items()}


def claim(claim_id: str) -> Claim:
    """Return one claim.

    Raises
    ------
    UnknownClaim
        If there is no such claim; the message names the nearest ids.
    """
    return _look_up(claims(), claim_id, UnknownClaim)


def verdict(claim_id: str) -> Verdict:
    """Return the audit's verdict on one claim.

    Raises
    ------
    UnknownClaim
        If there is no such claim; the message names the nearest ids.
    """
    return _look_up(verdicts(), claim_id, UnknownClaim)


def reference(ref_id: str) -> Reference:
    """Return one reference.

    Raises
    ------
    UnknownReference
        If there is no such reference; the message names the nearest ids.
    """
    return _look_up(references(), ref_id, UnknownReference)


def trial(trial_id: str) -> Trial:
    """Return one trial.

    Raises
    ------
    UnknownTrial
        If there is no such trial; the message names the nearest ids.
    """
    return _look_up(trials(), trial_id, UnknownTrial)


def term(name: str) -> GlossaryTerm:
    """Return one glossary term.

    Raises
    ------
    UnknownTerm
        If there is no such term; the message names the nearest ones.
    """
    return _look_up(glossary(), name, UnknownTerm)


def arms(trial_id: str) -> tuple[Arm, ...]:
    """Return the arms of a trial in file order.

    Raises
    ------
    UnknownTrial
        If there is no such trial; the message names the nearest ids.
    """
    trial(trial_id)
    return _arms().get(trial_id, ())


def outcomes(trial_id: str | None = None) -> tuple[Outcome, ...]:
    """Return published results in file order.

    Parameters
    ----------
    trial_id : str, optional
        Trial to return results of; by default those of all trials.

    Returns
    -------
    tuple of Outcome
        Empty for a trial of which no figures were seen.

    Raises
    ------
    UnknownTrial
        If there is no such trial; the message names the nearest ids.
    """
    if trial_id is None:
        return _all_outcomes()
    trial(trial_id)
    return _outcomes().get(trial_id, ())


def _look_up(records: Mapping[str, R], key: str, error: type[UnknownKey]) -> R:
    """Return a record by key, or raise an error that names the nearest keys."""
    try:
        return records[key]
    except (KeyError, TypeError):
        raise error(key, records) from None
