"""Notebooks as files: their Markdown cells, read without the notebook libraries."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oligoteach.evidence.markup import find_marks, is_claim_token
from oligoteach.evidence.paths import notebooks_path
from oligoteach.evidence.problems import EvidenceError, Problem
from oligoteach.evidence.tables import read_text


def cell_source(cell: dict[str, Any]) -> str:
    """Return the source of a cell as one string; the format allows a list of lines too."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def read_notebook(path: Path, name: str | None = None) -> tuple[dict[str, Any], list[Problem]]:
    """Read a notebook file.

    Parameters
    ----------
    path : Path
        Notebook in format 4.
    name : str, optional
        Path as shown to a reader; by default ``path`` itself.

    Returns
    -------
    dict
        The notebook; without cells where it cannot be used.
    list of Problem
        Why it cannot be used.
    """
    name = name or str(path)
    text, problem = read_text(path, name)
    if problem:
        return {"cells": []}, [problem]
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        sentence = f"the notebook is not JSON: {error.msg}."
        return {"cells": []}, [Problem(name, str(error.lineno), "file", "notebook-json", sentence)]
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        sentence = "the notebook has no list of proper cells; save it in notebook format 4."
        return {"cells": []}, [Problem(name, "1", "cells", "notebook-format", sentence)]
    return notebook, []


def _is_cell(cell: object) -> bool:
    """Return whether a value has the form of a cell."""
    return isinstance(cell, dict) and cell.get("cell_type") in ("markdown", "code", "raw")


def markdown_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield number (from 1) and source of every Markdown cell."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell.get("cell_type") == "markdown":
            yield number, cell_source(cell)


@functools.cache
def claims_in_notebook(stem: str) -> tuple[str, ...]:
    """Return the claims that the prose of a shipped notebook names, in the order of reading.

    Parameters
    ----------
    stem : str
        Name of the notebook without its ending, such as ``01_definitions``.

    Returns
    -------
    tuple of str
        Claim ids, each once; empty where there is no such notebook.

    Raises
    ------
    EvidenceError
        If the file is there but is not a notebook.
    """
    path = notebooks_path(f"{stem}.ipynb")
    if not path.is_file():
        return ()
    notebook, problems = read_notebook(path, f"notebooks/{path.name}")
    if problems:
        raise EvidenceError(problems)
    tokens = (
        token
        for _, source in markdown_cells(notebook)
        for mark in find_marks(source)
        for token in mark.tokens
        if is_claim_token(token)
    )
    return tuple(dict.fromkeys(tokens))
