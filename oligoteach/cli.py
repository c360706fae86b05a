"""The command ``oligoteach``: serve the lessons, check the evidence, export the ledger.

Nothing heavy is imported before a sub-command needs it, so ``oligoteach --help`` is instant.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

FIRST_PORT = 8866
EDUCATION = "Education only: not a basis for treating a patient."

_DESCRIPTION = """\
An interactive course on the oligometastatic state in non-small-cell lung cancer.
Every number that a learner sees comes from a ledger of claims, each with the
verdict of an audit against its source. For education only, not for treating
patients."""

_EPILOG = """\
examples:
  oligoteach serve                           open the index of lessons in a browser
  oligoteach serve --port 9000 --no-browser  serve on another port, open nothing
  oligoteach serve --lecture 3 --class-size 60 --lan
                                             a lecture on lesson 3, with polls by phone
  oligoteach check                           check all data files and notebooks
  oligoteach check ../my-copy --json         the same for another checkout, as JSON
  oligoteach export bibtex --out refs.bib    all references for a reference manager
  oligoteach export csv --table outcomes     one table of the ledger
  oligoteach export claims --out claims.csv  every claim with verdict and sources

exit codes:
  0  done; for check: no rule is broken
  1  check found problems, or the shipped data cannot be used
  2  the command line is wrong, or a file cannot be written

Run 'oligoteach COMMAND --help' for the options of one command."""

_CHECK_DESCRIPTION = """\
Check the tables of evidence and of dose constraints, the teaching texts, the cases and the
notebooks, and report every problem (not only the first) in one line each:

  file:row field: rule — what is wrong and what is allowed

Rows, lines and cells count from 1; the header of a table is row 1. Oddities of the
published figures that data/evidence/known_oddities.csv declares are listed as notes
and never fail the check; a declared oddity that is gone does."""

_EXPORT_DESCRIPTION = """\
Write the ledger for other programs, to standard output or to a file. For education only,
not a basis for treating a patient.

  bibtex  all references
  csv     one table as it stands, dose constraints included, or with --out FOLDER and no
          --table all of them
  claims  one row for each claim with verdict, what to teach and sources in full"""


class UsageError(Exception):
    """The command cannot be carried out as asked; the message is for the reader."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="oligoteach", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=raw
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _add_serve(commands)

    check = commands.add_parser(
        "check",
        help="check all data files and notebooks",
        description=_CHECK_DESCRIPTION,
        formatter_class=raw,
    )
    check.add_argument(
        "root", nargs="?", type=Path, help="root of a checkout (default: the data of this copy)"
    )
    check.add_argument("--json", action="store_true", help="report as JSON, notes included")
    check.set_defaults(run=_check)

    export = commands.add_parser(
        "export",
        help="write the ledger as BibTeX or CSV",
        description=_EXPORT_DESCRIPTION,
        formatter_class=raw,
    )
    export.add_argument("what", choices=("bibtex", "csv", "claims"), help="what to write")
    export.add_argument("--table", metavar="NAME", help="table for csv, such as outcomes")
    export.add_argument(
        "--out", type=Path, metavar="PATH", help="file to write (default: standard output)"
    )
    export.set_defaults(run=_export)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command that serves the lessons."""
    serve = commands.add_parser(
        "serve",
        help="serve the lessons and open them in a browser",
        description="Serve the lessons as dashboards until interrupted with Ctrl-C.",
    )
    serve.add_argument(
        "notebooks",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="folder of notebooks to serve (default: the lessons of this copy)",
    )
    serve.add_argument(
        "--port", type=_port, help=f"port to listen on (default: the first free from {FIRST_PORT})"
    )
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.add_argument(
        "--public",
        metavar="URL",
        help="answer for this address on every address of this machine, without a key: for a "
        "container, or behind a proxy that has a login of its own",
    )
    _add_lecture(serve.add_argument_group("for a lecture"))
    serve.set_defaults(run=_serve)


def _add_lecture(serve: argparse._ArgumentGroup) -> None:
    """Add what a lecturer may ask for."""
    serve.add_argument(
        "--lecture",
        metavar="LESSON",
        help="make this lesson (name or number) ready for a class, and open its polls",
    )
    serve.add_argument(
        "--class-size", type=_count, metavar="N", help="readers to be ready for (default: 30)"
    )
    serve.add_argument(
        "--lan",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="open to the network too, by a link with a key in it; the address is found by itself "
        "or given here",
    )
    serve.add_argument(
        "--pin", metavar="DIGITS", help="the lecturer's PIN for polls (default: six by chance)"
    )
    serve.add_argument(
        "--polls",
        metavar="URL",
        help="database of the polls, such as postgresql+psycopg://host/name (default: a file of "
        "yours; also read from OLIGOTEACH_POLLS, where no list of processes shows a password)",
    )
    serve.add_argument(
        "--keep-free",
        type=_count,
        metavar="MB",
        help="memory to leave free; then readers are told that it is full (default: a twentieth)",
    )


def _port(text: str) -> int:
    """Read a port number."""
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; 0 to 65535 is allowed")
    return int(text)


def _count(text: str) -> int:
    """Read a number of things."""
    if not text.isdecimal() or not 1 <= int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _serve(args: argparse.Namespace) -> int:
    """Serve the lessons."""
    from oligoteach.server import serve

    return int(serve(args) or 0)


def _check(args: argparse.Namespace) -> int:
    """Check data and notebooks; return 1 if a rule is broken."""
    from oligoteach.evidence.check import check
    from oligoteach.models.patient import profile_fault

    try:
        report = check(args.root, profile_fault)
    except NotADirectoryError as error:
        raise UsageError(str(error)) from None
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        return 0 if report.ok else 1
    for note in report.notes:
        print(f"note: {note}")
    for problem in report.problems:
        print(problem)
    print(report.summary())
    return 0 if report.ok else 1


def _export(args: argparse.Namespace) -> int:
    """Write the ledger."""
    from oligoteach.evidence.export import claims_report, to_bibtex

    if args.table and args.what != "csv":
        raise UsageError(f"--table goes with csv, not with {args.what}.")
    if args.what == "csv":
        return _export_csv(args.table, args.out)
    text = f"% {EDUCATION}\n\n{to_bibtex()}" if args.what == "bibtex" else claims_report()
    _write(text, args.out)
    return 0


def _export_csv(table: str | None, out: Path | None) -> int:
    """Write one table, or all of them into a folder."""
    from oligoteach.evidence.export import TABLES, to_csv

    if table:
        if table not in TABLES:
            raise UsageError(f"there is no table {table!r}; the tables are {', '.join(TABLES)}.")
        _write(to_csv(table), out)
        return 0
    if out is None:
        raise UsageError(
            f"name a table with --table ({', '.join(TABLES)}) or a folder for all with --out."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the folder {out} cannot be made: {error.strerror}.") from None
    for name in TABLES:
        _write(to_csv(name), out / f"{name}.csv")
    return 0


def _write(text: str, out: Path | None) -> None:
    """Write text to a file, or to standard output, and say beside it what it is not for."""
    if out is None:
        sys.stdout.write(text)
        if sys.stdout.isatty():  # a program at the other end takes the table as it is
            print(EDUCATION, file=sys.stderr)
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from None
    print(f"wrote {out}. {EDUCATION}", file=sys.stderr)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; by default those of the process.

    Returns
    -------
    int
        Exit code: 0 done, 1 problems found, 2 wrong use.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 must not end in a traceback
            stream.reconfigure(errors="replace")
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.version:
        from oligoteach import __version__

        print(f"oligoteach {__version__}")
        return 0
    if not args.command:
        parser.print_help()
        return 2
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    """Run a sub-command; turn what a reader can mend into one sentence."""
    from oligoteach.evidence.problems import EvidenceError

    try:
        return int(args.run(args))
    except UsageError as error:
        print(f"oligoteach {args.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader closed the pipe, as in "| head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except EvidenceError as error:
        print(f"oligoteach {args.command}: the shipped data cannot be used.", file=sys.stderr)
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
