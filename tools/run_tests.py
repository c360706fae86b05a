"""Run every check of the project, one after the other, and say at the end what failed.

A failed step does not stop the others. The last line counts tests over all pytest runs; a step
without tests (style, types, floors, data) counts as one failure if it fails. Without a browser,
the proxy of a hub, a PostgreSQL server or the public plan, the run says so loudly, and fails where
``CI`` is set.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import find_browser
import find_postgres
import find_proxy
import public_plan

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".cache" / "tests"
BIN = Path(sys.executable).parent
RULE = "─" * 78


@dataclass(frozen=True)
class Step:
    """One command of the run; ``tests`` marks those whose tests are counted."""

    name: str
    what: str
    command: tuple[str, ...]
    tests: bool = False


@dataclass
class Outcome:
    """How a step ended, with the numbers of its tests."""

    step: Step
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return self.code == 0 and not self.failed


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def _pytest(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-q", *arguments)


STEPS = (
    Step("style", "ruff: lint", _tool("ruff", "check", ".")),
    Step("format", "ruff: format", _tool("ruff", "format", "--check", ".")),
    Step("types", "mypy: evidence and models, strict", (sys.executable, "-m", "mypy")),
    Step("floors", "import-linter: each floor imports from below", _tool("lint-imports")),
    Step("data", "oligoteach check: data, texts, notebooks", _tool("oligoteach", "check")),
    Step(
        "tests",
        "unit, oracle and server tests",
        _pytest("tests", "--ignore=tests/browser", "-n", "2", "--dist", "loadfile"),
        tests=True,
    ),
    Step(
        "notebooks",
        "nbval: every notebook run, its words compared",
        _pytest("--nbval", "-n", "2", "--dist", "loadfile", "notebooks"),
        tests=True,
    ),
    Step(
        "browser",
        "pages in Chromium",
        _pytest("tests/browser", "-n", "2", "--dist", "loadfile"),
        tests=True,
    ),
)


def run(step: Step) -> Outcome:
    """Run a step with its output shown as it comes."""
    print(f"\n{RULE}\n{step.name}: {step.what}\n{RULE}", flush=True)
    report = REPORTS / f"{step.name}.xml"
    report.unlink(missing_ok=True)
    command = [*step.command, f"--junitxml={report}"] if step.tests else list(step.command)
    begun = time.perf_counter()
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    outcome = Outcome(step, code, time.perf_counter() - begun)
    if step.tests:
        count(report, outcome)
    if not outcome.ok and not outcome.failed:
        # Broken before or beside its tests: still a failure that the last line must show.
        outcome.failed = 1
    return outcome


def count(report: Path, outcome: Outcome) -> None:
    """Add the numbers of a pytest report to an outcome."""
    if not report.exists():
        return
    for suite in ET.parse(report).iter("testsuite"):
        total, errors, failures, skipped = (
            int(suite.get(name, 0)) for name in ("tests", "errors", "failures", "skipped")
        )
        outcome.failed += errors + failures
        outcome.skipped += skipped
        outcome.passed += total - errors - failures - skipped


def summary(outcomes: Sequence[Outcome], warnings: Iterable[str]) -> str:
    """Return the table of steps and, as last line, the numbers of tests."""
    lines = ["", RULE]
    for outcome in outcomes:
        word = "ok    " if outcome.ok else "FAILED"
        tests = f"{outcome.passed} passed, {outcome.failed} failed" if outcome.step.tests else ""
        if outcome.skipped:
            tests += f", {outcome.skipped} skipped"
        lines.append(f"{word} {outcome.seconds:7.1f} s  {outcome.step.name:<10} {tests}".rstrip())
    lines += [RULE, *warnings]
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    return "\n".join([*lines, f"{passed} passed, {failed} failed"])


def chosen_steps(only: str | None) -> list[Step]:
    """Return the steps whose names are listed, or all."""
    if only is None:
        return list(STEPS)
    names = only.split(",")
    unknown = sorted(set(names) - {step.name for step in STEPS})
    if unknown:
        known = ", ".join(step.name for step in STEPS)
        raise SystemExit(f"No step is called {', '.join(unknown)}; there are {known}.")
    return [step for step in STEPS if step.name in names]


def without(missing: Sequence[str], steps: Iterable[Step]) -> list[Step]:
    """Return the steps, less what only that which is missing can check."""
    if not missing:
        return list(steps)
    marked = " and ".join(f"not {mark}" for mark in missing)
    return [
        replace(step, command=(*step.command, "-m", marked)) if step.tests else step
        for step in steps
        if step.name not in missing
    ]


def main() -> int:
    """Run the steps and return 0 if all passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAMES", help="steps to run, separated by commas")
    steps = chosen_steps(parser.parse_args().only)
    REPORTS.mkdir(parents=True, exist_ok=True)

    missing = {}
    needed = (
        ("browser", find_browser),
        ("hub", find_proxy),
        ("postgresql", find_postgres),
        ("publicplan", public_plan),
    )
    for mark, tool in needed:
        if any(step.name in ("tests", mark) for step in steps):
            path = tool.find_or_fetch()
            if path:
                os.environ[tool.VARIABLE] = path
            else:
                missing[mark] = tool.NONE_FOUND
    outcomes = [run(step) for step in without(list(missing), steps)]
    if os.environ.get("CI"):
        for mark in missing:
            lacking = Step(mark, "what these tests need", ())
            outcomes.append(Outcome(lacking, code=1, seconds=0.0, failed=1))
    print(summary(outcomes, missing.values()), flush=True)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
