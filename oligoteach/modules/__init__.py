"""The lessons: one file each, binding explorers and questions to models and evidence."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Lesson", "lesson", "lesson_names"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in __all__:
        return getattr(importlib.import_module(f"{__name__}._lesson"), name)
    raise AttributeError(f"{__name__} has no {name!r}; it has {', '.join(__all__)}")
