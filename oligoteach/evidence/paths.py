"""Where the shipped data lie: inside an installed wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def data_path(*parts: str) -> Path:
    """Return the path of a shipped data file; the only door to ``data/``.

    Parameters
    ----------
    *parts
        Path below ``data/``, for example ``data_path("evidence", "claims.csv")``.

    Returns
    -------
    Path
        An absolute path. It is not checked for existence.
    """
    return _folder("data").joinpath(*parts)


def notebooks_path(*parts: str) -> Path:
    """Return the path of a shipped lesson notebook (the folder itself without arguments).

    Parameters
    ----------
    *parts
        Path below ``notebooks/``, for example ``notebooks_path("01_definitions.ipynb")``.

    Returns
    -------
    Path
        An absolute path. It is not checked for existence.
    """
    return _folder("notebooks").joinpath(*parts)


def _folder(name: str) -> Path:
    """Return a shipped folder: the one inside the package, else the one beside it."""
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name
