"""Typed records of the ledger: one class for each table, one field for each column.

A record refuses what its table does not allow, in a sentence. Fields that hold several values
are split at ``;``; an empty number is ``None``; ``yes`` and ``no`` become booleans.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

Verification = Literal["verified_primary", "verified_secondary", "unverified"]
VerdictWord = Literal[
    "confirmed",
    "confirmed-with-note",
    "imprecise",
    "outdated",
    "wrong-citation",
    "contradicted",
    "internally-inconsistent",
    "unverified",
    "not-checked",
]
Severity = Literal["critical", "high", "medium", "low", "none"]
Topic = Literal[
    "definition",
    "biology",
    "technical",
    "selection",
    "oligoprogression",
    "trial",
    "immuno",
    "driver",
    "site",
    "ongoing",
]
Comparator = Literal["", "=", "<", ">", "<=", ">=", "~"]
Setting = Literal["driver-negative", "driver-positive", "all", "io", "oligoprogression"]
Phase = Literal["", "I", "I/II", "II", "II/III", "IIR/III", "III", "IV"]
Role = Literal["experimental", "control", "single"]
Measure = Literal["median", "landmark", "hazard_ratio", "proportion", "p_value", "count"]
OutcomeUnit = Literal["", "months", "%", "ratio", "patients", "events"]

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _number(text: object) -> object:
    """Read a plain decimal number; an empty field is no number."""
    if not isinstance(text, str):
        return text
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        raise PydanticCustomError(
            "not-a-number",
            "{text} is not a number; write digits with a point, such as 41.2 or 0.37",
            {"text": repr(text)},
        )
    return float(text)


def _whole(text: object) -> object:
    """Read a whole number; an empty field is no number."""
    number = _number(text)
    if isinstance(number, float):
        if not number.is_integer():
            raise PydanticCustomError(
                "not-a-whole-number", "{text} is not a whole number", {"text": repr(text)}
            )
        return int(number)
    return number


def _filled(text: object) -> object:
    """Refuse an empty field where a number must stand."""
    if text == "":
        raise PydanticCustomError("empty-field", "the field is empty; it must be filled")
    return text


def _split(text: object) -> object:
    """Split a list field at its semicolons; an empty field is an empty list."""
    if not isinstance(text, str):
        return text
    parts = tuple(text.split(";")) if text else ()
    if any(part != part.strip() or not part for part in parts):
        raise PydanticCustomError(
            "list",
            "{text} has an empty or padded part; separate values with a bare ';'",
            {"text": repr(text)},
        )
    return parts


def _yes_no(text: object) -> object:
    """Read ``yes`` or ``no``."""
    if isinstance(text, bool):
        return text
    if text not in ("yes", "no"):
        raise PydanticCustomError(
            "yes-or-no", "{text} is neither 'yes' nor 'no'", {"text": repr(text)}
        )
    return text == "yes"


def _matching(rule: str, pattern: str, allowed: str) -> BeforeValidator:
    """Return a validator for text that must match a pattern as a whole; empty text passes."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: Any) -> Any:
        if isinstance(text, str) and text and not compiled.fullmatch(text):
            raise PydanticCustomError(
                rule, "{text} is not {allowed}", {"text": repr(text), "allowed": allowed}
            )
        return text

    return BeforeValidator(check)


Number = Annotated[float | None, BeforeValidator(_number)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Positive = Annotated[Annotated[float, Field(gt=0)] | None, BeforeValidator(_number)]
FilledPositive = Annotated[float, Field(gt=0), BeforeValidator(_number), BeforeValidator(_filled)]
FilledCount = Annotated[int, Field(ge=1), BeforeValidator(_whole), BeforeValidator(_filled)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Filled = Annotated[str, Field(min_length=1)]
Key = Annotated[
    Filled,
    _matching(
        "key-syntax", r"[a-z0-9]+(-[a-z0-9]+)*", "a kebab-case key (a-z, 0-9 and single hyphens)"
    ),
]
Keys = Annotated[tuple[str, ...], BeforeValidator(_split)]
SomeKeys = Annotated[Keys, Field(min_length=1)]
Sentence = Annotated[
    Filled, _matching("full-stop", r"(?s).*[.)]", "a sentence that ends with a full stop")
]
Doi = Annotated[str, _matching("doi-syntax", r"10\.\d{4,9}/\S+", "a bare DOI such as 10.1000/xyz")]
Pmid = Annotated[str, _matching("pmid-syntax", r"\d{7,8}", "a PubMed id of seven or eight digits")]
Nct = Annotated[str, _matching("nct-syntax", r"NCT\d{8}", "a registry number such as NCT01234567")]
Year = Annotated[str, _matching("year-syntax", r"(19|20)\d\d", "a year from 1900 to 2099")]
Allocation = Annotated[str, _matching("allocation-syntax", r"\d+:\d+", "a ratio such as 1:2")]


class Record(BaseModel):
    """A row of a table: frozen, with no fields beyond the table's columns.

    ``table`` is the name of its file in the folder ``folder`` of the data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    table: ClassVar[str]
    folder: ClassVar[str] = "evidence"
    key_fields: ClassVar[tuple[str, ...]]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the columns of the table in order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class Reference(Record):
    """A source: paper, congress abstract, registry record or report.

    ``year`` is text because some sources show none; ``review_number`` is the number in the
    reference list of the audited review, ``None`` for sources beyond it. ``first_author`` reads
    ``not shown`` where the author was not seen.
    """

    table: ClassVar[str] = "references"
    key_fields: ClassVar[tuple[str, ...]] = ("ref_id",)

    ref_id: Key
    review_number: Whole
    first_author: Filled
    year: Year
    title: Filled
    journal: str
    volume: str
    issue: str
    pages: str
    doi: Doi
    pmid: Pmid
    note: str


class Claim(Record):
    """A statement of the audited review, in our own words.

    ``value``, ``low`` and ``high`` are in ``unit``; ``value_text`` is the figure as printed.
    ``comparator`` ``~`` means that the review itself rounds or says "about".
    """

    table: ClassVar[str] = "claims"
    key_fields: ClassVar[tuple[str, ...]] = ("claim_id",)

    claim_id: Key
    section: Annotated[
        str, _matching("section-syntax", r"\d+(\.\d+)?", "a section number such as 4 or 4.2")
    ]
    review_table: Whole = Field(alias="table")
    topic: Topic
    statement: Sentence
    quantity: Filled
    arm: str
    comparator: Comparator
    value: Number
    low: Number
    high: Number
    unit: str
    population: str
    review_refs: Keys
    value_text: str


class Verdict(Record):
    """What the audit of one claim against its sources found, and what to teach instead."""

    table: ClassVar[str] = "audit"
    key_fields: ClassVar[tuple[str, ...]] = ("claim_id",)

    claim_id: Key
    verdict: VerdictWord
    severity: Severity
    primary_says: str
    teach: Sentence
    source_refs: Keys
    verification: Verification


class Trial(Record):
    """A trial, series or pooled analysis; ``n`` counts patients, ``max_lesions`` limits entry."""

    table: ClassVar[str] = "trials"
    key_fields: ClassVar[tuple[str, ...]] = ("trial_id",)

    trial_id: Key
    name: Filled
    ref_ids: SomeKeys
    design: Filled
    phase: Phase
    randomised: YesNo
    allocation: Allocation
    n: Whole
    population: Filled
    setting: Setting
    max_lesions: Whole
    status: Filled
    nct: Nct
    in_review: YesNo
    note: str


class Arm(Record):
    """An arm of a trial; ``n`` is its number of patients where a source shows it."""

    table: ClassVar[str] = "arms"
    key_fields: ClassVar[tuple[str, ...]] = ("trial_id", "arm_id")

    trial_id: Key
    arm_id: Key
    role: Role
    label: Filled
    n: Whole


class Outcome(Record):
    """A published result.

    An empty ``arm_id`` is a between-arm or whole-cohort value. ``value``, ``low`` and ``high``
    are in ``unit`` (percentages from 0 to 100), ``time_months`` is the time of a landmark,
    ``ci_level`` the printed level of the interval in percent.
    """

    table: ClassVar[str] = "outcomes"
    key_fields: ClassVar[tuple[str, ...]] = (
        "trial_id",
        "endpoint",
        "measure",
        "arm_id",
        "time_months",
    )

    trial_id: Key
    endpoint: Filled
    measure: Measure
    arm_id: str
    time_months: Number
    value: Number
    low: Number
    high: Number
    unit: OutcomeUnit
    p_value: Number
    source_ref: Key
    verification: Verification
    review_value_differs: YesNo
    note: str
    ci_level: Whole
    p_comparator: Literal["", "=", "<"]


class GlossaryTerm(Record):
    """A term of the field with its abbreviation and definition."""

    table: ClassVar[str] = "glossary"
    key_fields: ClassVar[tuple[str, ...]] = ("term",)

    term: Filled
    abbreviation: str
    definition: Sentence
    topic: Topic


RECORDS: tuple[type[Record], ...] = (Reference, Claim, Verdict, Trial, Arm, Outcome, GlossaryTerm)
