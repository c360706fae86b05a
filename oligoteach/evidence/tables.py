"""Reading the tables strictly: every departure from the format has a place and a sentence.

The same reader serves the course, which refuses a table with problems, and ``oligoteach
check``, which reports all of them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from oligoteach.evidence.problems import Problem
from oligoteach.evidence.records import Record

R = TypeVar("R", bound=Record)

_ADDRESS = re.compile(r"https?://|ftp://|www\.|\b\d{1,3}(?:\.\d{1,3}){3}\b")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Located(Generic[R]):
    """A record and the row of the table that it came from (the header is row 1)."""

    row: int
    key: str
    record: R


@dataclass(slots=True)
class Table(Generic[R]):
    """What could be read of one table.

    Attributes
    ----------
    name : str
        Path as shown to a reader.
    rows : list of Located
        The rows that are whole, in file order.
    keys : set of str
        Keys of all rows, broken ones included, so that one broken row does not make every
        reference to it look unknown.
    problems : list of Problem
        All departures from the format.
    """

    name: str
    rows: list[Located[R]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __iter__(self) -> Iterator[Located[R]]:
        return iter(self.rows)

    @property
    def unreadable(self) -> bool:
        """Whether the table as a whole could not be read, so that no key can be looked up."""
        return not self.keys and bool(self.problems)


def row_key(values: Sequence[str]) -> str:
    """Join the key columns of a row, as ``known_oddities.csv`` writes them."""
    return "/".join(values)


def read_text(path: Path, name: str) -> tuple[str, Problem | None]:
    """Read a UTF-8 text file.

    Parameters
    ----------
    path : Path
        File to read.
    name : str
        Path as shown to a reader.

    Returns
    -------
    str
        The text, empty when the file cannot be used.
    Problem or None
        Why it cannot be used: missing, byte order mark, not UTF-8, or empty.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return "", Problem(
            name, "1", "file", "unreadable-file", f"the file cannot be read: {reason}."
        )
    if raw.startswith(_BOM):
        sentence = "the file begins with a byte order mark; save it as UTF-8 without one."
        return "", Problem(name, "1", "file", "encoding", sentence)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        sentence = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8."
        return "", Problem(name, str(row), "file", "encoding", sentence)
    if not text.strip():
        sentence = "the file is empty; it must hold at least its first line."
        return "", Problem(name, "1", "file", "empty-file", sentence)
    return text, None


def read_table(folder: Path, model: type[R], label: str) -> Table[R]:
    """Read a record's table in a folder, as :func:`parse_table` does.

    Parameters
    ----------
    folder : Path
        Folder that holds the tables.
    model : type of Record
        What a row is; it names its table.
    label : str
        Name of the folder as shown to a reader.
    """
    name = f"{model.table}.csv"
    return parse_table(folder / name, model, f"{label}/{name}")


def parse_table(path: Path, model: type[R], name: str | None = None) -> Table[R]:
    """Read a table and validate each row.

    Parameters
    ----------
    path : Path
        CSV file in UTF-8 with a header row.
    model : type of Record
        Record class of the rows; its columns must be the header, in order.
    name : str, optional
        Path as shown to a reader; by default ``path`` itself.

    Returns
    -------
    Table
        Whole rows, keys and problems. A file that is missing, empty, badly encoded or has the
        wrong header yields no rows and a problem that says so.
    """
    table: Table[R] = Table(name or str(path))
    text, problem = read_text(path, table.name)
    if problem:
        table.problems.append(problem)
        return table
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader)
        table.problems += _header_problems(table.name, header, model.columns())
        if table.problems:
            return table
        for values in reader:
            _take_row(table, model, reader.line_num, values)
    except csv.Error as error:
        sentence = f"the row is not CSV ({error}); double every quote inside a quoted field."
        table.problems.append(Problem(table.name, str(reader.line_num), "row", "quoting", sentence))
    return table


def _header_problems(name: str, header: list[str], columns: tuple[str, ...]) -> list[Problem]:
    """Compare the header with the columns that the record class asks for."""
    allowed = ", ".join(columns)
    found = []
    for column in columns:
        if column not in header:
            sentence = f"column {column!r} is missing; the columns are {allowed}."
            found.append(Problem(name, "1", column, "missing-column", sentence))
    for column in header:
        if column not in columns:
            sentence = f"column {column!r} is not known; the columns are {allowed}."
            found.append(Problem(name, "1", column, "extra-column", sentence))
    if not found and tuple(header) != columns:
        sentence = f"the columns are out of order or repeated; they must read {allowed}."
        found.append(Problem(name, "1", "header", "column-order", sentence))
    return found


def _take_row(table: Table[R], model: type[R], row: int, values: list[str]) -> None:
    """Add one row to the table, as a record or as problems."""
    columns = model.columns()
    if len(values) != len(columns):
        sentence = (
            f"the row has {len(values)} fields, the table has {len(columns)}; "
            "quote any field that holds a comma."
        )
        table.problems.append(Problem(table.name, str(row), "row", "field-count", sentence))
        return
    data = dict(zip(columns, values, strict=True))
    key = row_key([data[column] for column in model.key_fields])
    table.problems += _untidy(table.name, row, key, data)
    if key in table.keys:
        sentence = f"the key {key!r} stands in an earlier row too; each key may occur once."
        field_names = "+".join(model.key_fields)
        table.problems.append(
            Problem(table.name, str(row), field_names, "duplicate-key", sentence, key)
        )
    table.keys.add(key)
    try:
        table.rows.append(Located(row, key, model.model_validate(data)))
    except ValidationError as error:
        table.problems += _field_problems(table.name, row, key, error)


def _untidy(name: str, row: int, key: str, data: dict[str, str]) -> Iterator[Problem]:
    """Find padding, line breaks and network addresses in the fields of a row."""
    for column, value in data.items():
        if value != value.strip() or "\n" in value or "\r" in value:
            sentence = f"{value!r} has space at an end or a line break; remove it."
            yield Problem(name, str(row), column, "untidy-field", sentence, key)
        if match := _ADDRESS.search(value):
            sentence = (
                f"{match.group()!r} is a network address; sources are named by DOI, PubMed id, "
                "registry number or congress abstract only."
            )
            yield Problem(name, str(row), column, "network-address", sentence, key)


def _field_problems(name: str, row: int, key: str, error: ValidationError) -> Iterator[Problem]:
    """Turn a validation error into one problem for each field."""
    for item in error.errors(include_url=False):
        column = str(item["loc"][0]) if item["loc"] else "row"
        rule, sentence = explain(item)
        yield Problem(name, str(row), column, rule, sentence, key)


def explain(item: Any) -> tuple[str, str]:
    """Put one item of a pydantic error in our own words.

    Parameters
    ----------
    item : dict
        An entry of ``ValidationError.errors()``.

    Returns
    -------
    rule : str
        Short name of the rule.
    sentence : str
        What is wrong and what is allowed.
    """
    kind, context = item["type"], item.get("ctx", {})
    given = _shown(item.get("input"))
    if kind in _OWN_WORDS:
        rule, sentence = _OWN_WORDS[kind]
        return rule, sentence.format(given=given, **context)
    message = str(item["msg"]).rstrip(".")
    if "-" not in kind and kind != "list":  # pydantic's own rules do not quote what was given
        message = f"{given}: {message[0].lower()}{message[1:]}"
    return kind.replace("_", "-"), message + "."


_OWN_WORDS = {
    "literal_error": ("vocabulary", "{given} is not in the vocabulary; allowed: {expected}."),
    "string_too_short": ("empty-field", "the field is empty; it must be filled."),
    "too_short": ("empty-field", "the field has {actual_length} parts; at least {min_length}."),
    "missing": ("missing-field", "the field is missing; it must be given."),
    "extra_forbidden": ("unknown-key", "the key is not known here; check its spelling."),
    "union_tag_invalid": ("vocabulary", "{tag!r} is not a known kind; allowed: {expected_tags}."),
    "union_tag_not_found": ("missing-field", "the field 'kind' is missing; it must be given."),
}


def _shown(value: object) -> str:
    """Quote a value, cut to a length that a line of a report can hold."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
