"""Definitions of oligometastatic disease and entry rules of trials, as typed records.

They live in ``data/definitions/definitions.yaml``, where a clinician can review them in a diff.
A kind of rule that a definition doesn't have is *not stated*. Whether a patient meets a
definition is for the models to say; :meth:`DefinitionRecord.as_mapping` hands over plain values.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as after_fields
from pydantic_core import PydanticCustomError

from oligoteach.evidence.paths import data_path
from oligoteach.evidence.problems import EvidenceError, Problem
from oligoteach.evidence.records import Key, Verification
from oligoteach.evidence.tables import explain
from oligoteach.evidence.yamltext import Path_, YamlText, read_yaml

FILE = ("definitions", "definitions.yaml")

#: Grades from weakest to strongest.
_GRADES: tuple[Verification, ...] = ("unverified", "verified_secondary", "verified_primary")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Whole = Annotated[int, Field(strict=True, ge=0, le=100)]
Timing = Literal["synchronous", "metachronous", "oligoprogression", "oligopersistence"]
Systemic = Literal["untreated", "given", "no progression", "on tki"]
Driver = Literal["none", "EGFR", "ALK", "other"]
Histology = Literal["nsclc", "nsclc among others", "any"]
Examination = Literal["pet-ct", "brain", "liver-mri", "thoracoscopy"]


class _Record(BaseModel):
    """A frozen part of the file; keys beyond its fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class DriverValue(_Record):
    """Drivers that a rule names; for the others nothing is stated."""

    allowed: tuple[Driver, ...] = ()
    excluded: tuple[Driver, ...] = ()

    @after_fields(mode="after")
    def _each_once(self) -> DriverValue:
        names = (*self.allowed, *self.excluded)
        if not names or len(set(names)) != len(names):
            raise PydanticCustomError(
                "drivers-once",
                "a driver rule names at least one driver, and each one as allowed or as excluded",
            )
        return self


class Rule(_Record):
    """What every rule has besides its value.

    Attributes
    ----------
    claims, refs, trials : tuple of str
        Ids in the ledger that it rests on; ``trials`` names rows of the trial table.
    verified : str
        Grade, never above the best of its claims.
    note : str
        What a reader must know beside it.
    differs : str
        Where the review says something else than the source.
    """

    claims: tuple[Key, ...] = ()
    refs: Annotated[tuple[Key, ...], Field(min_length=1)]
    trials: tuple[Key, ...] = ()
    verified: Verification
    note: Text | Literal[""] = ""
    differs: Text | Literal[""] = ""

    @after_fields(mode="after")
    def _graded_by_a_claim(self) -> Rule:
        if self.verified == "verified_primary" and not self.claims:
            raise PydanticCustomError(
                "grade-needs-claim",
                "verified_primary needs an audited claim; without one, grade it lower",
            )
        if not self.claims and not self.note:
            raise PydanticCustomError(
                "source-in-words", "a rule without a claim needs a note that says where it is from"
            )
        return self


class Limit(Rule):
    """A largest or smallest number."""

    value: Whole


class Count(Limit):
    """A limit on lesions, with the word of the source for what it counts."""

    counted: Literal["lesions", "sites", "metastases"]


class Required(Rule):
    """Something that must hold."""

    value: Literal[True]


class BrainRule(Rule):
    """Whether brain metastases are allowed."""

    value: Literal["excluded", "allowed"]


class NodesRule(Rule):
    """How mediastinal nodes count."""

    value: Literal["not counted"]


class TimingRule(Rule):
    """Which timings are admitted."""

    value: Annotated[tuple[Timing, ...], Field(min_length=1)]


class SystemicRule(Rule):
    """What systemic therapy must have done."""

    value: Systemic


class DriverRule(Rule):
    """Which drivers are admitted."""

    value: DriverValue


class HistologyRule(Rule):
    """Which tumours are admitted."""

    value: Histology


class ImagingRule(Rule):
    """Which examinations are asked for, where the patient's disease calls for them."""

    value: Annotated[tuple[Examination, ...], Field(min_length=1)]


class PathologyRule(Rule):
    """When pathology of a metastasis is asked for."""

    value: Literal["solitary"]


class Criteria(_Record):
    """The rules of one definition; one that is None isn't stated."""

    min_lesions: Count | None = None
    max_lesions: Count | None = None
    max_extracranial: Count | None = None
    max_progressing: Count | None = None
    max_lifetime: Count | None = None
    max_organs: Limit | None = None
    max_per_organ: Count | None = None
    brain: BrainRule | None = None
    nodes: NodesRule | None = None
    timing: TimingRule | None = None
    systemic: SystemicRule | None = None
    driver: DriverRule | None = None
    primary_controlled: Required | None = None
    treatable: Required | None = None
    histology: HistologyRule | None = None
    ecog: Limit | None = None
    imaging: ImagingRule | None = None
    pathology: PathologyRule | None = None

    @after_fields(mode="after")
    def _limits_in_order(self) -> Criteria:
        low, high = self.min_lesions, self.max_lesions
        if low and high and low.value > high.value:
            raise PydanticCustomError(
                "limits-in-order",
                "min_lesions is {low} and max_lesions {high}; the smallest comes first",
                {"low": low.value, "high": high.value},
            )
        return self

    def stated(self) -> Iterator[tuple[str, Rule]]:
        """Yield each stated rule with its kind, in the order of the fields."""
        for kind in type(self).model_fields:
            rule: Rule | None = getattr(self, kind)
            if rule is not None:
                yield kind, rule


class DefinitionRecord(_Record):
    """A definition, or the entry rules of a trial.

    Attributes
    ----------
    id, name : str
        Key, and a short name for display.
    kind : {'consensus', 'guideline', 'trial'}
    trial : str or None
        Row of the trial table, for a trial.
    refs : tuple of str
        References.
    note : str
        What a reader must know of the whole.
    criteria : Criteria
        At least one rule.
    """

    id: Key
    name: Text
    kind: Literal["consensus", "guideline", "trial"]
    trial: Key | None = None
    refs: Annotated[tuple[Key, ...], Field(min_length=1)]
    note: Text | Literal[""] = ""
    criteria: Criteria

    @after_fields(mode="after")
    def _whole(self) -> DefinitionRecord:
        if (self.kind == "trial") != (self.trial is not None):
            raise PydanticCustomError(
                "trial-row", "a trial names its row of the trial table, and nothing else does"
            )
        if not any(True for _ in self.criteria.stated()):
            raise PydanticCustomError("no-rules", "at least one rule must be stated")
        return self

    def as_mapping(self) -> dict[str, Any]:
        """Return plain values for ``Definition.from_mapping`` of the models.

        Returns
        -------
        dict
            Keys ``id``, ``name``, ``kind``, ``refs``, ``note`` and ``criteria``: a list of
            mappings, one for each stated rule, with its ``kind``.
        """
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "refs": self.refs,
            "note": self.note,
            "criteria": [
                {"kind": kind, **rule.model_dump()} for kind, rule in self.criteria.stated()
            ],
        }


class _File(_Record):
    """The whole file."""

    definitions: Annotated[tuple[DefinitionRecord, ...], Field(min_length=1)]


@dataclass(frozen=True)
class ParsedDefinitions:
    """A file of definitions: its records, or what is wrong with it.

    Attributes
    ----------
    source : YamlText
        Lines of the file, for placing further problems.
    records : tuple of DefinitionRecord
        Empty when the file departs from the schema.
    problems : tuple of Problem
    """

    source: YamlText
    records: tuple[DefinitionRecord, ...]
    problems: tuple[Problem, ...]


def parse_definitions(path: Path, name: str | None = None) -> ParsedDefinitions:
    """Read and check a file of definitions.

    Parameters
    ----------
    path : Path
    name : str, optional
        Path as shown to a reader; by default ``path`` itself.

    Returns
    -------
    ParsedDefinitions
        With ``problems`` rather than an exception for whatever is wrong.
    """
    source = read_yaml(path, name)
    if source.problems:
        return ParsedDefinitions(source, (), tuple(source.problems))
    try:
        records = _File.model_validate(source.data).definitions
    except ValidationError as error:
        return ParsedDefinitions(source, (), tuple(_schema_problems(source, error)))
    return ParsedDefinitions(source, records, tuple(_repeated(source, records)))


@functools.cache
def definitions() -> tuple[DefinitionRecord, ...]:
    """Return the shipped definitions in the order of the file.

    Returns
    -------
    tuple of DefinitionRecord

    Raises
    ------
    EvidenceError
        If the file departs from the schema; lists every problem with line, field and rule.
    """
    parsed = parse_definitions(data_path(*FILE), _shown())
    if parsed.problems:
        raise EvidenceError(parsed.problems)
    return parsed.records


def definition_problems(
    claims: Collection[str],
    refs: Collection[str],
    trials: Collection[str] | None = None,
    grades: Mapping[str, str] | None = None,
    path: Path | None = None,
) -> tuple[Problem, ...]:
    """Check the definitions against what the ledger has.

    Parameters
    ----------
    claims, refs : collection of str
        Known claim ids and reference ids.
    trials : collection of str, optional
        Known trial ids; without it, trials aren't looked up.
    grades : mapping of str to str, optional
        Verification of each claim in the audit; without it, grades aren't compared.
    path : Path, optional
        Another file than the shipped one.

    Returns
    -------
    tuple of Problem
        Empty when all is well.
    """
    shown = _shown() if path is None else None
    parsed = parse_definitions(data_path(*FILE) if path is None else path, shown)
    known = {"claims": claims, "refs": refs}
    if trials is not None:
        known["trials"] = trials
    found = list(parsed.problems)
    for index, record in enumerate(parsed.records):
        place: Path_ = ("definitions", index)
        found += _unknown(parsed.source, place, {"refs": record.refs}, known)
        if record.trial is not None and trials is not None and record.trial not in trials:
            found.append(_unknown_id(parsed.source, (*place, "trial"), "trials", record.trial))
        for kind, rule in record.criteria.stated():
            spot = (*place, "criteria", kind)
            ids = {"claims": rule.claims, "refs": rule.refs, "trials": rule.trials}
            found += _unknown(parsed.source, spot, ids, known)
            found += _overgraded(parsed.source, spot, rule, grades or {})
    return tuple(found)


def check_definitions(
    claims: Collection[str],
    refs: Collection[str],
    trials: Collection[str] | None = None,
    grades: Mapping[str, str] | None = None,
) -> list[str]:
    """Check the shipped definitions; the sentences of :func:`definition_problems`.

    Parameters
    ----------
    claims, refs, trials, grades
        As in :func:`definition_problems`.

    Returns
    -------
    list of str
        One for each problem, with file, line, field and rule; empty when all is well.
    """
    return [str(problem) for problem in definition_problems(claims, refs, trials, grades)]


def _shown() -> str:
    return "/".join(("data", *FILE))


def _schema_problems(source: YamlText, error: ValidationError) -> Iterator[Problem]:
    """Place every item of a validation error at its line and path."""
    for item in error.errors(include_url=False):
        rule, sentence = explain(item)
        yield source.problem(_file_path(source, item["loc"]), rule, sentence)


def _file_path(source: YamlText, loc: Sequence[Any]) -> Path_:
    """Leave out the steps of the validator that the file doesn't have, but for a missing last."""
    path: Path_ = ()
    for depth, step in enumerate(loc):
        if (*path, step) in source.lines or depth == len(loc) - 1:
            path = (*path, step)
    return path


def _repeated(source: YamlText, records: Sequence[DefinitionRecord]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, record in enumerate(records):
        if record.id in seen:
            sentence = f"{record.id!r} names another definition above; each id may occur once."
            yield source.problem(("definitions", index, "id"), "duplicate-id", sentence)
        seen.add(record.id)


def _unknown(
    source: YamlText,
    place: Path_,
    ids: Mapping[str, Sequence[str]],
    known: Mapping[str, Collection[str]],
) -> Iterator[Problem]:
    """Report ids that the ledger doesn't have."""
    for field, names in ids.items():
        for index, one in enumerate(names):
            if field in known and one not in known[field]:
                yield _unknown_id(source, (*place, field, index), field, one)


def _unknown_id(source: YamlText, place: Path_, field: str, one: str) -> Problem:
    noun = {"claims": "claim", "refs": "reference", "trials": "trial"}[field]
    sentence = f"{one!r} is no {noun} of the ledger."
    return source.problem(place, f"unknown-{noun}", sentence)


def _overgraded(
    source: YamlText, place: Path_, rule: Rule, grades: Mapping[str, str]
) -> Iterator[Problem]:
    """Report a rule that is graded above the best of its audited claims."""
    known = [_GRADES.index(g) for c in rule.claims if (g := grades.get(c)) in _GRADES]
    if known and _GRADES.index(rule.verified) > max(known):
        sentence = (
            f"{rule.verified} is above the grade of its claims; the best of them is "
            f"{_GRADES[max(known)]}."
        )
        yield source.problem((*place, "verified"), "grade-above-claims", sentence)
