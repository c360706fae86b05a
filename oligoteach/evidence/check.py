"""Checking everything that a learner is shown against its rules, and reporting all of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from oligoteach.evidence.backing import Backing, SourceBook, definition_backings
from oligoteach.evidence.case_numbers import case_number_problems
from oligoteach.evidence.cases import Fault, Known, case_files, parse_case
from oligoteach.evidence.constraint_rules import constraint_problems, read_constraints
from oligoteach.evidence.definitions import FILE, definition_problems, parse_definitions
from oligoteach.evidence.integrity import Ledger, ledger_problems, read_ledger
from oligoteach.evidence.lesson_numbers import lesson_number_problems
from oligoteach.evidence.notebooks import markdown_cells, read_notebook
from oligoteach.evidence.paths import data_path, notebooks_path
from oligoteach.evidence.plans import plan_problems
from oligoteach.evidence.problems import Problem
from oligoteach.evidence.prose import check_markdown
from oligoteach.evidence.schedules import read_regimens, regimen_problems
from oligoteach.evidence.tables import Table, read_text
from oligoteach.evidence.teaching import Keys, LessonText, lesson_files, parse_lesson


@dataclass(slots=True)
class Report:
    """What a check found.

    Attributes
    ----------
    problems : list of Problem
        Broken rules; the check fails when there is one.
    notes : list of Problem
        Oddities of the published figures that the data declare with a reason.
    counts : dict
        Number of rows, definitions, lessons, cases and notebooks that were read.
    unchecked : str
        What could not be checked and why; empty when all was.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unchecked: str = ""

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.problems

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain values for JSON."""
        return {
            "ok": self.ok,
            "checked": dict(self.counts),
            "unchecked": self.unchecked,
            "problems": [problem.as_dict() for problem in self.problems],
            "notes": [note.as_dict() for note in self.notes],
        }

    def summary(self) -> str:
        """Return one sentence on what was read and what was found."""
        read = ", ".join(f"{count} {_plural(what, count)}" for what, count in self.counts.items())
        found = len(self.problems)
        notes = len(self.notes)
        return (
            f"Checked {read}: {found or 'no'} {_plural('problem', found)}, "
            f"{notes} known {'oddity' if notes == 1 else 'oddities'}."
            f"{' ' if self.unchecked else ''}{self.unchecked}"
        )


def _plural(noun: str, count: int) -> str:
    """Return a noun in the number that goes with a count."""
    return noun if count == 1 else f"{noun}s"


@dataclass(frozen=True, slots=True)
class Tree:
    """The folders that a check reads."""

    data: Path
    notebooks: Path
    models: Path

    @classmethod
    def shipped(cls) -> Tree:
        """Return the folders of this copy of the course."""
        return cls(data_path(), notebooks_path(), Path(__file__).parent.parent / "models")

    @classmethod
    def below(cls, root: Path) -> Tree:
        """Return the folders of another checkout.

        Raises
        ------
        NotADirectoryError
            If ``root`` has no folder ``data/evidence``.
        """
        if not (root / "data" / "evidence").is_dir():
            raise NotADirectoryError(
                f"{root} has no folder data/evidence; name the root of a checkout."
            )
        return cls(root / "data", root / "notebooks", root / "oligoteach" / "models")


def check(root: Path | None = None, fault: Fault | None = None) -> Report:
    """Check all data files and notebooks.

    Parameters
    ----------
    root : Path, optional
        Root of a checkout; by default the data and notebooks of this copy.
    fault : Fault, optional
        Judges the profiles of the cases; without it they are not checked.

    Returns
    -------
    Report

    Raises
    ------
    NotADirectoryError
        If ``root`` is not the root of a checkout.
    """
    tree = Tree.shipped() if root is None else Tree.below(root)
    report = Report()
    ledger = read_ledger(tree.data / "evidence")
    problems, report.notes = ledger_problems(ledger)
    report.problems += problems
    limits = read_constraints(tree.data / "constraints")
    report.problems += constraint_problems(limits)
    schedules = read_regimens(tree.data / "regimens")
    report.problems += _stray_files(tree.data / "evidence", ledger.tables)
    report.problems += _stray_files(tree.data / "constraints", limits.tables)
    report.problems += _stray_files(tree.data / "regimens", [schedules])
    tables = (*ledger.tables, *limits.tables, schedules)
    report.counts["row"] = sum(len(table.rows) for table in tables)
    report.problems += _json_problems(tree.data)
    report.problems += plan_problems(tree.data / "plans")
    lost = [Path(table.name).name for table in ledger.tables if table.unreadable]
    if lost:  # every key in a text would look unknown
        kinds = "Definitions, lessons, cases and notebooks"
        report.unchecked = f"{kinds} were not checked, for want of {', '.join(lost)}."
        return report
    keys = (ledger.claims.keys, ledger.trials.keys, limits.constraints.keys)
    report.problems += regimen_problems(schedules, *keys)
    backings = _check_definitions(report, tree, ledger)
    rows = (at.record for at in limits.constraints)
    book = SourceBook(ledger, model_names(tree.models), backings, rows)
    _check_lessons(report, tree, ledger, book)
    _check_cases(report, tree, ledger, book, fault)
    _check_notebooks(report, tree, book)
    return report


def model_names(folder: Path) -> frozenset[str] | None:
    """Return the names that ``model:`` may name: modules, functions and classes of the models.

    Parameters
    ----------
    folder : Path
        Folder of the model package.

    Returns
    -------
    frozenset of str or None
        None where there is no such folder, so that any name passes.
    """
    if not folder.is_dir():
        return None
    names = set()
    for path in folder.glob("*.py"):
        names.add(path.stem)
        names |= set(re.findall(r"(?m)^(?:def|class) ([A-Za-z]\w*)", path.read_text("utf-8")))
    return frozenset(names)


def _stray_files(folder: Path, tables: Iterable[Table[Any]]) -> Iterable[Problem]:
    """Report tables that nothing reads, such as one with a misspelt name."""
    known = {Path(table.name).name for table in tables}
    for path in sorted(folder.glob("*.csv")):
        if path.name not in known:
            sentence = f"no table has this name; the tables are {', '.join(sorted(known))}."
            label = f"data/{folder.name}/{path.name}"
            yield Problem(label, "1", "file", "unknown-file", sentence)


def _json_problems(folder: Path) -> Iterable[Problem]:
    """Report JSON files below the data folder that cannot be read."""
    for path in sorted(folder.rglob("*.json")):
        name = f"data/{path.relative_to(folder).as_posix()}"
        text, problem = read_text(path, name)
        if problem:
            yield problem
            continue
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            sentence = f"this is not JSON: {error.msg}."
            yield Problem(name, str(error.lineno), "file", "json-syntax", sentence)


def _check_definitions(report: Report, tree: Tree, ledger: Ledger) -> dict[str, Backing]:
    """Check the definitions of the disease, and return the numbers that they vouch for."""
    path, label = tree.data.joinpath(*FILE), "/".join(("data", *FILE))
    grades = {at.key: at.record.verification for at in ledger.audit}
    found = definition_problems(
        ledger.claims.keys, ledger.references.keys, ledger.trials.keys, grades, path
    )
    report.problems += [replace(problem, file=label) for problem in found]
    records = parse_definitions(path, label).records
    report.counts["definition"] = len(records)
    return definition_backings(records)


def _check_lessons(report: Report, tree: Tree, ledger: Ledger, book: SourceBook) -> None:
    """Check every teaching text, then that no two claim the same place in the course."""
    keys = Keys(ledger.claims.keys, ledger.references.keys)
    numbers: dict[int, str] = {}
    for path in sorted((tree.data / "lessons").glob("*")):
        label = f"data/lessons/{path.name}"
        if path.suffix != ".yaml":
            sentence = "only lesson files are kept here, named <lesson>.yaml."
            report.problems.append(Problem(label, "1", "file", "unknown-file", sentence))
    named: set[str | None] = set()
    for path in lesson_files(tree.data / "lessons"):
        parsed = parse_lesson(path, keys, f"data/lessons/{path.name}")
        report.counts["lesson"] += 1
        report.problems += parsed.problems
        report.problems += lesson_number_problems(parsed, book)
        named.add(f"{parsed.lesson.notebook}.ipynb" if parsed.lesson else None)
        if parsed.lesson is not None:
            for place, rule, sentence in _place_in_course(parsed.lesson, numbers, tree):
                report.problems.append(parsed.source.problem((place,), rule, sentence))
    if None not in named:  # else one might be named by a text that cannot be read
        report.problems += _without_lesson(tree.notebooks, named)


def _without_lesson(folder: Path, named: Collection[str | None]) -> Iterable[Problem]:
    """Report notebooks with a lesson's number that no lesson names."""
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        if path.name not in named:
            sentence = "no lesson in data/lessons names this notebook, so it cannot run."
            yield Problem(f"notebooks/{path.name}", "1", "file", "missing-lesson", sentence)


def _check_cases(
    report: Report, tree: Tree, ledger: Ledger, book: SourceBook, fault: Fault | None
) -> None:
    """Check every case of the tumour board."""
    known = Known(ledger.claims.keys, ledger.trials.keys, ledger.references.keys)
    numbers: dict[int, str] = {}
    for path in sorted((tree.data / "cases").glob("*")):
        if path.suffix != ".yaml":
            label = f"data/cases/{path.name}"
            sentence = "only case files are kept here, named <case>.yaml."
            report.problems.append(Problem(label, "1", "file", "unknown-file", sentence))
    for path in case_files(tree.data / "cases"):
        parsed = parse_case(path, known, f"data/cases/{path.name}", fault)
        report.counts["case"] += 1
        report.problems += parsed.problems
        report.problems += case_number_problems(parsed, book)
        if parsed.case is not None:
            earlier = numbers.setdefault(parsed.case.number, parsed.case.name)
            if earlier != parsed.case.name:
                sentence = f"the case {earlier!r} has the number {parsed.case.number} too."
                problem = parsed.source.problem(("number",), "duplicate-number", sentence)
                report.problems.append(problem)


def _place_in_course(
    lesson: LessonText, numbers: dict[int, str], tree: Tree
) -> Iterable[tuple[str, str, str]]:
    """Yield field, rule and sentence where a lesson has no place of its own."""
    earlier = numbers.setdefault(lesson.number, lesson.name)
    if earlier != lesson.name:
        yield (
            "number",
            "duplicate-number",
            f"lesson {earlier!r} has the number {lesson.number} too.",
        )
    notebook = f"{lesson.notebook}.ipynb"
    if tree.notebooks.is_dir() and not (tree.notebooks / notebook).is_file():
        yield "notebook", "missing-notebook", f"there is no notebooks/{notebook}."


def _check_notebooks(report: Report, tree: Tree, book: SourceBook) -> None:
    """Check the prose of every notebook."""
    for path in sorted(tree.notebooks.glob("*.ipynb")):
        report.counts["notebook"] += 1
        report.problems += _notebook_problems(path, book)


def _notebook_problems(path: Path, book: SourceBook) -> Iterable[Problem]:
    """Check the numbers and sources in the Markdown cells of a notebook."""
    name = f"notebooks/{path.name}"
    notebook, problems = read_notebook(path, name)
    yield from problems
    for number, source in markdown_cells(notebook):
        for finding in check_markdown(source, book):
            where = f"cell {number} line {finding.line}"
            yield Problem(name, where, "text", finding.rule, finding.sentence)
