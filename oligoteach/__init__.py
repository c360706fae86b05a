"""An interactive course on the oligometastatic state in non-small-cell lung cancer.

The public names are loaded when they are first used, so that ``import oligoteach`` costs
next to nothing and a lesson pays only for what it shows.

>>> from oligoteach import lesson
>>> definitions = lesson("definitions")
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "lesson": "oligoteach.modules",
    "lesson_names": "oligoteach.modules",
    "Explorer": "oligoteach.widgets",
    "Question": "oligoteach.widgets",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"oligoteach has no {name!r}; its public names are {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
