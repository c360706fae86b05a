"""Rules that hold within and between the tables of dose constraints."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, get_args

from oligoteach.evidence.dose_constraints import (
    FOLDER,
    Constraint,
    ConstraintConflict,
    ConstraintSource,
    Organ,
    Site,
)
from oligoteach.evidence.integrity import finding, unknown_keys
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.records import Record
from oligoteach.evidence.tables import Located, Table, read_table

R = TypeVar("R", bound=Record)

#: For each kind of metric: the units of ``at`` and of the limit that go with it.
_UNITS = {
    "maximum": (("", "cc"), ("Gy", "% of prescription")),
    "dose to volume": (("cc", "%"), ("Gy",)),
    "mean": (("",), ("Gy",)),
    "volume at dose": (("Gy",), ("cc", "%")),
    "spared volume": (("cc",), ("Gy",)),
}
_EXPLAIN = "correct it, or explain it in constraint_conflicts.csv."
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(slots=True)
class ConstraintTables:
    """All tables of one folder of constraints, as far as they could be read."""

    constraints: Table[Constraint]
    organs: Table[Organ]
    sources: Table[ConstraintSource]
    conflicts: Table[ConstraintConflict]

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        """All tables in the order of reading."""
        return (self.constraints, self.organs, self.sources, self.conflicts)


def read_constraints(folder: Path, label: str = f"data/{FOLDER}") -> ConstraintTables:
    """Read every table of a folder of constraints, collecting problems rather than raising.

    Parameters
    ----------
    folder : Path
        Folder that holds the tables.
    label : str
        Name of the folder as shown to a reader.

    Returns
    -------
    ConstraintTables
    """
    return ConstraintTables(
        constraints=read_table(folder, Constraint, label),
        organs=read_table(folder, Organ, label),
        sources=read_table(folder, ConstraintSource, label),
        conflicts=read_table(folder, ConstraintConflict, label),
    )


def constraint_problems(tables: ConstraintTables) -> list[Problem]:
    """Check the tables of constraints against every rule.

    Parameters
    ----------
    tables : ConstraintTables
        Tables to check.

    Returns
    -------
    list of Problem
        Broken rules, in the order of the tables.
    """
    found = [problem for table in tables.tables for problem in table.problems]
    for rule in (
        _constraint_links,
        _metric_problems,
        _replacement_problems,
        _volume_order,
        _fraction_order,
        _organ_problems,
        _source_problems,
        _conflict_problems,
    ):
        found += rule(tables)
    return found


def _constraint_links(tables: ConstraintTables) -> Iterator[Problem]:
    """Constraints: organ, source and replacement exist."""
    table = tables.constraints
    for at in table:
        row = at.record
        yield from unknown_keys(table, at, "organ", [row.organ], tables.organs)
        yield from unknown_keys(table, at, "source", [row.source], tables.sources)
        instead = [row.use_instead] if row.use_instead else []
        yield from unknown_keys(table, at, "use_instead", instead, table)


def _metric_problems(tables: ConstraintTables) -> Iterator[Problem]:
    """Constraints: units go with the kind of metric, and shares stay below the whole."""
    table = tables.constraints
    for at in table:
        row = at.record
        at_units, limit_units = _UNITS[row.kind]
        if row.at_unit not in at_units:
            sentence = f"{row.kind!r} takes {_or(at_units)} here, not {row.at_unit!r}."
            yield finding(table, at, "at_unit", "unit-of-metric", sentence)
        if row.limit_unit not in limit_units:
            sentence = f"a limit on {row.kind!r} is in {_or(limit_units)}, not {row.limit_unit!r}."
            yield finding(table, at, "limit_unit", "unit-of-metric", sentence)
        if (row.at is None) != (row.at_unit == ""):
            sentence = "a number and its unit stand together or not at all."
            yield finding(table, at, "at", "number-and-unit", sentence)
        if row.limit_unit == "%" and row.limit > 100:
            sentence = f"{row.limit:g}% of an organ is more than the whole."
            yield finding(table, at, "limit", "percentage", sentence)


def _or(units: tuple[str, ...]) -> str:
    """Write units as a choice."""
    return " or ".join(repr(unit) for unit in units)


def _replacement_problems(tables: ConstraintTables) -> Iterator[Problem]:
    """A doubtful limit is replaced by a lower one of the same organ, metric and fractions."""
    table = tables.constraints
    known = {at.key: at.record for at in table}
    for at in table:
        other = known.get(at.record.use_instead)
        if other is None:
            continue
        if _asks_for(other) != _asks_for(at.record) or other.use_instead:
            sentence = f"{other.constraint_id!r} limits something else, or is doubtful itself."
            yield finding(table, at, "use_instead", "replaced-by-its-like", sentence)
        elif other.limit >= at.record.limit:
            sentence = f"{other.limit:g} is not below {at.record.limit:g}; the lower one is used."
            yield finding(table, at, "use_instead", "lower-is-used", sentence)


def _asks_for(row: Constraint) -> tuple[Any, ...]:
    """Return what must agree between a limit and the one used in its place."""
    return (row.organ, row.fractions, row.kind, row.at, row.at_unit, row.limit_unit)


def _in_conflict(tables: ConstraintTables) -> set[str]:
    """Return the ids of constraints that take part in a known conflict."""
    return {key for at in tables.conflicts for key in at.record.constraint_ids}


def _volume_order(tables: ConstraintTables) -> Iterator[Problem]:
    """Within one source a larger volume has no higher limit, unless that is a known conflict."""
    table = tables.constraints
    excused = _in_conflict(tables)
    groups: dict[tuple[Any, ...], list[Located[Constraint]]] = defaultdict(list)
    for at in table:
        row = at.record
        small = row.kind == "maximum" and row.limit_unit == "Gy"
        if small or (row.kind == "dose to volume" and row.at_unit == "cc"):
            place = (row.source, row.organ, row.structure, row.fractions, row.level)
            groups[place].append(at)
    for group in groups.values():
        group.sort(key=lambda at: at.record.at or 0.0)
        for smaller, larger in pairwise(group):
            if larger.record.limit > smaller.record.limit and larger.key not in excused:
                sentence = (
                    f"{larger.record.limit:g} Gy to {larger.record.at:g} cc is above "
                    f"{smaller.record.limit:g} Gy of {smaller.key!r}, which is for less volume; "
                    f"{_EXPLAIN}"
                )
                yield finding(table, larger, "limit", "dose-falls-with-volume", sentence)


def _fraction_order(tables: ConstraintTables) -> Iterator[Problem]:
    """Within one source more fractions have no lower limit, unless that is a known conflict."""
    table = tables.constraints
    excused = _in_conflict(tables)
    groups: dict[tuple[Any, ...], list[Located[Constraint]]] = defaultdict(list)
    for at in table:
        row = at.record
        place = (row.source, row.organ, row.structure, row.level, row.kind, row.at, row.endpoint)
        if row.limit_unit == "Gy":
            groups[place].append(at)
    for group in groups.values():
        group.sort(key=lambda at: at.record.fractions)
        for fewer, more in pairwise(group):
            if more.record.limit < fewer.record.limit and more.key not in excused:
                sentence = (
                    f"{more.record.limit:g} Gy in {more.record.fractions} fractions is below "
                    f"{fewer.record.limit:g} Gy of {fewer.key!r}; {_EXPLAIN}"
                )
                yield finding(table, more, "limit", "dose-rises-with-fractions", sentence)


def _organ_problems(tables: ConstraintTables) -> Iterator[Problem]:
    """Organs: sites are known, and what is not the same is so both ways."""
    table = tables.organs
    others = {at.key: at.record.not_the_same_as for at in table}
    for at in table:
        for site in at.record.sites:
            if site not in get_args(Site):
                sentence = f"{site!r} is no site; the sites are {', '.join(get_args(Site))}."
                yield finding(table, at, "sites", "vocabulary", sentence)
        yield from unknown_keys(table, at, "not_the_same_as", at.record.not_the_same_as, table)
        for other in at.record.not_the_same_as:
            if at.key not in others.get(other, (at.key,)):
                sentence = f"{other!r} does not name {at.key!r} in turn."
                yield finding(table, at, "not_the_same_as", "both-ways", sentence)


def _source_problems(tables: ConstraintTables) -> Iterator[Problem]:
    """Sources: the original of a copy exists, and each source has a limit."""
    table = tables.sources
    used = {at.record.source for at in tables.constraints}
    for at in table:
        original = [at.record.copy_of] if at.record.copy_of else []
        yield from unknown_keys(table, at, "copy_of", original, table)
        if at.key not in used and not tables.constraints.problems:
            sentence = "no row of constraints.csv names this source."
            yield finding(table, at, "source", "source-is-used", sentence)


def _conflict_problems(tables: ConstraintTables) -> Iterator[Problem]:
    """Conflicts: organ and rows exist, and the rows say what the conflict says of them."""
    table = tables.conflicts
    rows = {at.key: at.record for at in tables.constraints}
    kin = {at.key: (at.key, *at.record.not_the_same_as) for at in tables.organs}
    for at in table:
        conflict = at.record
        organ = [conflict.organ] if conflict.organ else []
        yield from unknown_keys(table, at, "organ", organ, tables.organs)
        ids = conflict.constraint_ids
        yield from unknown_keys(table, at, "constraint_ids", ids, tables.constraints)
        named = [rows[key] for key in ids if key in rows]
        for row in named:
            if row.organ not in kin.get(conflict.organ, (row.organ,)):
                sentence = f"{row.constraint_id!r} is of another organ."
                yield finding(table, at, "constraint_ids", "conflict-fits-rows", sentence)
            if str(row.fractions) not in conflict.fractions:
                sentence = f"{row.constraint_id!r} is for {row.fractions} fractions."
                yield finding(table, at, "constraint_ids", "conflict-fits-rows", sentence)
            if row.limit_unit == conflict.unit and not _mentions(conflict, row.limit):
                sentence = f"{row.constraint_id!r} has {row.limit:g}, which stands on no side."
                yield finding(table, at, "constraint_ids", "conflict-fits-rows", sentence)
        yield from _copy_problems(table, at, named)


def _mentions(conflict: ConstraintConflict, limit: float) -> bool:
    """Return whether a limit stands on one side of a conflict."""
    printed = _NUMBER.findall(f"{conflict.limit_a} {conflict.limit_b}")
    return limit in map(float, printed)


def _copy_problems(
    table: Table[ConstraintConflict], at: Located[ConstraintConflict], named: list[Constraint]
) -> Iterator[Problem]:
    """Where two copies of one source are both kept, the higher limit yields to the lower."""
    if at.record.kind != "copies of one source":
        return
    for row in named:
        lower = [o for o in named if _asks_for(o) == _asks_for(row) and o.limit < row.limit]
        if lower and row.use_instead != lower[0].constraint_id:
            sentence = (
                f"{row.constraint_id!r} is above {lower[0].constraint_id!r}; its 'use_instead' "
                "must name the lower one."
            )
            yield finding(table, at, "constraint_ids", "lower-is-used", sentence)
