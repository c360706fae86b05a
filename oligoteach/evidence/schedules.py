"""Schedules of radiotherapy by site, as typed records, each with what it rests on.

They live in ``data/regimens/regimens.csv``. What a schedule is worth is not said here: the claims
and trials that it names say how it was tested, in whom, and what the audit found.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from oligoteach.evidence.dose_constraints import Site
from oligoteach.evidence.integrity import finding
from oligoteach.evidence.ledger import load_table
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.records import (
    FilledCount,
    FilledPositive,
    Key,
    Keys,
    Record,
    Sentence,
    Verification,
)
from oligoteach.evidence.tables import Located, Table, read_table

Role = Literal["tested", "conventional", "review"]


class Regimen(Record):
    """A schedule: ``total_gy`` in ``fractions`` equal fractions at a site.

    ``role`` is ``tested`` (an arm of a trial), ``conventional`` (a comparator or palliation), or
    ``review`` (named by the audited review, and not seen as an arm). ``verification`` is the grade
    of the schedule's being used as said, not of its merit.
    """

    table: ClassVar[str] = "regimens"
    folder: ClassVar[str] = "regimens"
    key_fields: ClassVar[tuple[str, ...]] = ("regimen_id",)

    regimen_id: Key
    site: Site
    total_gy: FilledPositive
    fractions: FilledCount
    role: Role
    trials: Keys
    claims: Keys
    constraints: Keys
    verification: Verification
    note: Annotated[Sentence, Field(min_length=1)]

    @property
    def dose_per_fraction(self) -> float:
        """Gy in each fraction."""
        return self.total_gy / self.fractions

    @property
    def name(self) -> str:
        """The schedule in words, such as ``54 Gy in 3``."""
        return f"{self.total_gy:g} Gy in {self.fractions}"


@functools.cache
def regimens(site: str | None = None) -> tuple[Regimen, ...]:
    """Return the schedules of a site in file order, or of all sites.

    Parameters
    ----------
    site : str, optional
        One of the sites of :class:`Regimen`. The ledger has no schedule for the brain.
    """
    return tuple(row for row in load_table(Regimen) if site in (None, row.site))


def read_regimens(folder: Path, label: str = "data/regimens") -> Table[Regimen]:
    """Read the table of a folder, collecting problems rather than raising."""
    return read_table(folder, Regimen, label)


def regimen_problems(
    table: Table[Regimen],
    claims: Collection[str],
    trials: Collection[str],
    limits: Collection[str],
) -> list[Problem]:
    """Check the schedules against every rule.

    Parameters
    ----------
    table : Table of Regimen
        Schedules to check.
    claims, trials, limits : collection of str
        Keys of the ledger and of the dose constraints.

    Returns
    -------
    list of Problem
    """
    found = list(table.problems)
    places: dict[tuple[str, float, int], str] = {}
    for at in table:
        row = at.record
        for field, known in (("claims", claims), ("trials", trials), ("constraints", limits)):
            found += _unknown(table, at, field, known)
        if not (row.claims or row.trials or row.constraints):
            sentence = "a schedule names a claim, a trial or a constraint that it stands in."
            found.append(finding(table, at, "claims", "rests-on-something", sentence))
        if row.role != "review" and row.verification == "unverified":
            sentence = f"a schedule that is {row.role!r} was seen somewhere; this is unverified."
            found.append(finding(table, at, "verification", "role-needs-source", sentence))
        earlier = places.setdefault((row.site, row.total_gy, row.fractions), at.key)
        if earlier != at.key:
            sentence = f"{earlier!r} is the same schedule at the same site."
            found.append(finding(table, at, "total_gy", "listed-twice", sentence))
    return found


def _unknown(
    table: Table[Regimen], at: Located[Regimen], field: str, known: Collection[str]
) -> Iterator[Problem]:
    """Report keys of a field that are not known."""
    for key in getattr(at.record, field):
        if key not in known:
            sentence = f"there is no {key!r} among the {field}."
            yield finding(table, at, field, "unknown-key", sentence)
