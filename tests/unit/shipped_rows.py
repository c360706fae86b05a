"""The shipped tables and doses, read without the project's own readers."""

from __future__ import annotations

import csv

import numpy as np

from oligoteach import evidence


def rows_of(table, folder="evidence"):
    """Return the rows of a shipped table, as its file holds them."""
    with evidence.data_path(folder, f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keyed(table, column, folder="evidence"):
    """Return the rows of a shipped table by the value of a column."""
    return {row[column]: row for row in rows_of(table, folder)}


def count_of(table, folder="evidence"):
    """Count the rows of a shipped table."""
    return len(rows_of(table, folder))


def all_rows():
    """Count the rows of all shipped tables."""
    paths = evidence.data_path().rglob("*.csv")
    return sum(count_of(path.stem, path.parent) for path in paths)


def beams_of(case, shape=(60, 74, 112)):
    """Return the doses of a case's beams as whole cubes, in double precision."""
    with np.load(evidence.data_path("plans", f"{case}.npz")) as archive:
        bits, doses = archive["reached"], archive["doses"]
    reached = np.unpackbits(bits, axis=1, count=int(np.prod(shape)))
    cubes = np.zeros((len(bits), *shape))
    cubes[reached.reshape(cubes.shape) == 1] = doses
    return cubes
