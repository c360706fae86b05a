"""Bring notebooks into the form in which they are kept.

Run ``python tools/format_notebooks.py`` before a commit, or with ``--check`` to see what it
would change. It

- puts the source link behind every comment that names a claim,
- numbers executed cells from 1 on, and drops widget state and pictures, which differ from run
  to run,
- keeps printed text and the ``text/plain`` of results, which the tests compare,
- reduces the metadata to what a kernel and an editor need, and writes it all in one layout.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from oligoteach.evidence import EvidenceError  # noqa: E402 - the checkout, installed or not
from oligoteach.evidence.markup import mark_sources  # noqa: E402
from oligoteach.evidence.notebooks import cell_source, read_notebook  # noqa: E402

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = ("jupyter", "slideshow", "tags")


def format_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook in the form in which it is kept.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4.

    Returns
    -------
    dict
        A new notebook; formatting it again changes nothing.
    """
    cells = [format_cell(cell, index) for index, cell in enumerate(notebook["cells"], 1)]
    number_runs(cells)
    return {
        "cells": cells,
        "metadata": METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def format_cell(cell: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a cell in the form in which it is kept; cells without an id are numbered."""
    kind, source = cell["cell_type"], cell_source(cell)
    if kind == "markdown":
        source = mark_sources(source)
    metadata = cell.get("metadata", {})
    formatted = {
        "cell_type": kind,
        "id": cell.get("id", f"cell-{number:02d}"),
        "metadata": {key: metadata[key] for key in KEPT_CELL_METADATA if key in metadata},
        "source": source.rstrip().splitlines(keepends=True),
    }
    if kind == "code":
        outputs = [format_output(output) for output in cell.get("outputs", [])]
        formatted |= {"execution_count": None, "outputs": [kept for kept in outputs if kept]}
    return formatted


def number_runs(cells: list[dict[str, Any]]) -> None:
    """Number the code cells that have outputs as if run once in order: nbval compares no others."""
    run = 0
    for cell in cells:
        if cell["cell_type"] != "code" or not cell["outputs"]:
            continue
        run += 1
        cell["execution_count"] = run
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["execution_count"] = run


def format_output(output: dict[str, Any]) -> dict[str, Any] | None:
    """Return an output with its text only, or None where nothing of it is text."""
    kind = output["output_type"]
    if kind == "stream":
        return {"name": output["name"], "output_type": kind, "text": _lines(output["text"])}
    if kind not in ("display_data", "execute_result"):
        return None  # an error must not be kept: the lesson is broken
    text = output.get("data", {}).get("text/plain")
    if not text:
        return None
    kept = {"data": {"text/plain": _lines(text)}, "metadata": {}, "output_type": kind}
    return kept | ({"execution_count": None} if kind == "execute_result" else {})


def _lines(text: str | list[str]) -> list[str]:
    """Return text as the format stores it, a list of lines."""
    return ("".join(text) if isinstance(text, list) else text).splitlines(keepends=True)


def serialise(notebook: dict[str, Any]) -> str:
    """Write a notebook as Jupyter does, with sorted keys and one space of indentation."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Format the named notebooks, or all of the course; return 1 if --check finds work."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: notebooks/*.ipynb")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if it would")
    args = parser.parse_args(argv)
    paths = args.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb"))
    changed = 0
    for path in paths:
        notebook, problems = read_notebook(path)
        if problems:
            print(EvidenceError(problems), file=sys.stderr)
            return 2
        text = serialise(format_notebook(notebook))
        if text == path.read_text(encoding="utf-8"):
            continue
        changed += 1
        print(f"{path}: {'would be changed' if args.check else 'changed'}")
        if not args.check:
            path.write_text(text, encoding="utf-8")
    print(f"{len(paths)} notebooks, {changed} {'to change' if args.check else 'changed'}.")
    return 1 if args.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
