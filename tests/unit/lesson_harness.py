"""What the tests of the lessons do alike: read the files anew, and try explorers' settings."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import yaml
from figure_words import drawn, faults, settings
from PIL import Image

from oligoteach.widgets import ImpossibleError

ROOT = Path(__file__).resolve().parents[2]
#: What Python prints where a model had no answer, or a number that nobody has put into words.
UNSAID = re.compile(r"\bnan\b|\bNone\b|\binf\b|\de[+-]\d")


# Files, read without the code under test --------------------------------------------------------


def text_file(name: str) -> dict:
    """Return the text of a lesson as its file has it."""
    return yaml.safe_load((ROOT / "data" / "lessons" / f"{name}.yaml").read_text("utf-8"))


def notebook(name: str) -> dict:
    """Return a lesson's notebook by its name without the number."""
    (path,) = (ROOT / "notebooks").glob(f"[0-9][0-9]_{name}.ipynb")
    return json.loads(path.read_text("utf-8"))


# Explorers --------------------------------------------------------------------------------------


def check_every_setting(made, *, may_refuse: bool = False) -> None:
    """Move each control alone: everything is computed, told, listed and drawn.

    Parameters
    ----------
    made : Explorer
        Is left at its last setting.
    may_refuse : bool
        Whether some settings cannot stand beside the defaults of the others.
    """
    for name, value in settings(made):
        made.reset()
        try:
            made.set(**{name: value})
        except ImpossibleError:
            assert may_refuse, (name, value)
            continue
        result = made.result()
        words, table = made.describe(result), made.table(result)
        assert 20 <= len(words) <= 900, (name, value)
        assert words.endswith(".")
        assert words == made.describe(made.compute(SimpleNamespace(**made.params)))
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert not UNSAID.search(f"{words} {table.rows}"), (name, value)
        image = Image.open(io.BytesIO(made.frame(640, 420, 1.0)))
        assert image.size == (640, 420)
        assert len(image.convert("L").getcolors()) > 10


def check_kept_figure(make, chosen, size=(360, 500)) -> None:
    """A figure that is kept shows each setting as a new one does, and nothing of the one before.

    Parameters
    ----------
    make : callable
        Takes values of controls and returns a new explorer.
    chosen : iterable of dict
        Values beside the defaults; the defaults themselves are tried first and last.
    """
    kept = make()
    for values in ({}, *chosen, {}):
        kept.reset()
        kept.set(**values)
        assert kept.frame(*size) == make(**values).frame(*size), values


def check_words(made, width: int, chosen) -> None:
    """No word of a figure is cut or lies on another, at the defaults and at other settings.

    The figure is kept from one setting to the next, as a page keeps it; that it then looks as a
    new one does is what :func:`check_kept_figure` is for.
    """
    for values in ({}, *chosen):
        made.reset()
        made.set(**values)
        assert faults(drawn(made, width)) == [], (values, width)
