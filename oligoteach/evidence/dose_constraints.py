"""Dose constraints of organs at risk, as typed records: one row for each limit of each source.

They live in ``data/constraints/``, where a clinician can review them in a diff. Sources disagree,
and copies of one source do; nothing here merges them. What is compared with what, and whether a
plan keeps a limit, is for :mod:`oligoteach.models.constraint_check` to say.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from oligoteach.evidence.ledger import UnknownKey, load_table
from oligoteach.evidence.records import (
    Doi,
    Filled,
    FilledCount,
    FilledPositive,
    Key,
    Keys,
    Positive,
    Record,
    Sentence,
    Verification,
)

FOLDER = "constraints"

Level = Literal["", "mandatory", "optimal", "protocol"]
Kind = Literal["maximum", "dose to volume", "mean", "volume at dose", "spared volume"]
AtUnit = Literal["", "cc", "%", "Gy"]
LimitUnit = Literal["Gy", "cc", "%", "% of prescription"]
Site = Literal["brain", "bone", "adrenal", "liver", "lung-peripheral", "lung-central"]
ConflictKind = Literal["copies of one source", "within one source", "between sources"]


class Constraint(Record):
    """A limit on the dose of an organ, for one number of fractions, as one source has it.

    Attributes
    ----------
    constraint_id : str
        Source, organ, number of fractions and metric.
    organ, structure : str
        Key of the organ, and what the source delineates where it says more.
    fractions : int
        Number of fractions that the limit is for; it holds for no other.
    level : str
        ``mandatory``, ``optimal``, ``protocol`` (of a trial), or empty where none is stated.
    kind, at, at_unit : str, float or None, str
        What is limited. ``maximum``: dose of a point, or of the hottest ``at`` cc where the
        source names them. ``dose to volume``: dose that the hottest ``at`` (cc or %) reach.
        ``mean``: mean dose. ``volume at dose``: volume that receives ``at`` Gy or more.
        ``spared volume``: dose that the coldest ``at`` cc stay below.
    limit, limit_unit : float, str
        Largest value allowed.
    endpoint : str
        What the limit is to prevent, as far as it is stated.
    source : str
        Key of the source.
    verification : str
        Grade of the number, not of the limit's wisdom.
    use_instead : str
        For a doubtful number: the constraint that the course uses in its place.
    printed_organ, printed_metric : str
        The words of the copy that was read.
    note : str
        Where the number was seen, and what else must be known.
    """

    table: ClassVar[str] = "constraints"
    folder: ClassVar[str] = FOLDER
    key_fields: ClassVar[tuple[str, ...]] = ("constraint_id",)

    constraint_id: Key
    organ: Key
    structure: str
    fractions: FilledCount
    level: Level
    kind: Kind
    at: Positive
    at_unit: AtUnit
    limit: FilledPositive
    limit_unit: LimitUnit
    endpoint: str
    source: Key
    verification: Verification
    use_instead: str
    printed_organ: Filled
    printed_metric: Filled
    note: Filled

    @property
    def metric(self) -> str:
        """Name of what is limited: ``Dmax``, ``D5cc``, ``Dmean``, ``V20Gy``, ``coldest 700 cc``."""
        at = "" if self.at is None else f"{self.at:g}"
        return {
            "maximum": f"Dmax ({at} cc)" if at else "Dmax",
            "dose to volume": f"D{at}{self.at_unit}",
            "mean": "Dmean",
            "volume at dose": f"V{at}Gy",
            "spared volume": f"coldest {at} cc",
        }[self.kind]

    @property
    def limit_text(self) -> str:
        """The limit with its unit, such as ``30 Gy`` or ``105% of prescription``."""
        gap = "" if self.limit_unit.startswith("%") else " "
        return f"{self.limit:g}{gap}{self.limit_unit}"


class Organ(Record):
    """An organ at risk.

    ``sites`` are the sites of metastases near which it usually counts: this course's choice.
    ``not_the_same_as`` names organs that are easily taken for it and have limits of their own.
    """

    table: ClassVar[str] = "organs"
    folder: ClassVar[str] = FOLDER
    key_fields: ClassVar[tuple[str, ...]] = ("organ",)

    organ: Key
    name: Filled
    sites: Keys
    not_the_same_as: Keys


class ConstraintSource(Record):
    """A source of constraints; ``copy_of`` marks a differing copy of another source."""

    table: ClassVar[str] = "constraint_sources"
    folder: ClassVar[str] = FOLDER
    key_fields: ClassVar[tuple[str, ...]] = ("source",)

    source: Key
    short_name: Filled
    name: Filled
    doi: Doi
    copy_of: str
    note: Sentence


class ConstraintConflict(Record):
    """Two statements that do not agree: of two sources, of two copies of one, or within one.

    An empty ``organ`` stands for several. Limits are as printed, since some are lists.
    ``constraint_ids`` are the rows of ``constraints.csv`` that take part.
    """

    table: ClassVar[str] = "constraint_conflicts"
    folder: ClassVar[str] = FOLDER
    key_fields: ClassVar[tuple[str, ...]] = ("conflict_id",)

    conflict_id: Key
    kind: ConflictKind
    organ: str
    fractions: Annotated[Keys, Field(min_length=1)]
    metric: Filled
    source_a: Filled
    limit_a: Filled
    source_b: Filled
    limit_b: Filled
    unit: LimitUnit
    constraint_ids: Keys
    comment: str


CONSTRAINT_RECORDS: tuple[type[Record], ...] = (
    Constraint,
    Organ,
    ConstraintSource,
    ConstraintConflict,
)


class UnknownConstraint(UnknownKey):
    """Asked for a constraint that the tables do not have."""

    thing = "constraint"
    place = "the dose constraints"


@functools.cache
def constraints() -> Mapping[str, Constraint]:
    """Return every dose constraint by its id, in file order: by organ, source and fractions."""
    return MappingProxyType({row.constraint_id: row for row in load_table(Constraint)})


@functools.cache
def organs() -> Mapping[str, Organ]:
    """Return every organ at risk by its key, from head to pelvis."""
    return MappingProxyType({row.organ: row for row in load_table(Organ)})


@functools.cache
def constraint_sources() -> Mapping[str, ConstraintSource]:
    """Return every source of dose constraints by its key."""
    return MappingProxyType({row.source: row for row in load_table(ConstraintSource)})


@functools.cache
def constraint_conflicts() -> tuple[ConstraintConflict, ...]:
    """Return the known conflicts: of copies of one source, within one, then between sources."""
    return load_table(ConstraintConflict)


def constraint(constraint_id: str) -> Constraint:
    """Return one dose constraint.

    Raises
    ------
    UnknownConstraint
        If there is no such constraint; the message names the nearest ids.
    """
    try:
        return constraints()[constraint_id]
    except (KeyError, TypeError):
        raise UnknownConstraint(constraint_id, constraints()) from None
