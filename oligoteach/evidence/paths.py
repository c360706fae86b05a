"""Where the shipped data lie: inside an installed wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = _PACKAGE / "_data"


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
    root = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "data"
    return root.joinpath(*parts)


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
    installed = _PACKAGE / "_notebooks"
    root = installed if installed.is_dir() else _PACKAGE.parent / "notebooks"
    return root.joinpath(*parts)
