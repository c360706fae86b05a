"""Figures: results in, artists out. Loaded on first use, because matplotlib costs 0.3 s."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "DARK": "theme",
    "LIGHT": "theme",
    "Theme": "theme",
    "TeachingFigure": "figure",
}

__all__ = sorted(_PUBLIC)


def warm() -> None:
    """Import what the first figure needs, so that the first frame need not wait for it."""
    importlib.import_module("oligoteach.charts.axes")


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    raise AttributeError(f"{__name__} has no {name!r}; it has {', '.join(__all__)}")
