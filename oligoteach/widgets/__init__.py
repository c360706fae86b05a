"""The kit: what a lesson is made of. It knows browsers and people, and no medicine."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "Branching": "branching",
    "Choice": "controls",
    "Many": "controls",
    "Number": "controls",
    "Several": "controls",
    "Text": "controls",
    "Toggle": "controls",
    "Citation": "citation",
    "References": "citation",
    "Download": "download",
    "Explorer": "explorer",
    "ImpossibleError": "explorer",
    "Table": "explorer",
    "Page": "page",
    "Prediction": "prediction",
    "PredictionCard": "prediction",
    "Progress": "progress",
    "Question": "question",
    "Quiz": "quiz",
    "Part": "running",
    "RunningExplorer": "running",
    "Upload": "upload",
    "UploadExplorer": "upload",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    raise AttributeError(f"{__name__} has no {name!r}; it has {', '.join(__all__)}")
