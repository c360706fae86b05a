"""A notebook for the tests of the kit: no medicine, every part of a page."""

from __future__ import annotations

from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent

SETUP = f"""
import sys
sys.path.insert(0, {str(HERE.parent / "unit")!r})
from kit_examples import MULTIPLE, NUMERIC, SINGLE, Decay, Dice
from oligoteach.widgets import *
from oligoteach.widgets.progress import Station
class Gated(Decay):
    key, title = "gated", "Gated decay"
    controls = Decay.controls[:1]
    views = [dict(at=dict(rate=2), say="Twice as fast."), dict(at=dict(rate=0.1), say="Slowly.")]
    def compute(self, p):
        p.axes = "fixed"; p.find = ""
        return super().compute(p)
class SlowDice(Dice):
    pace = 0.02
marks = dict(about="Marks judge the review:", ok="agreed", bad="wrong", open="open")
page = Page("try", "Decay", "What is left?", "1 of 1", 5, marks)
claim = Citation("a-claim", "It is so.", "Contradicted by the source", "bad",
                 teach="It is not so.", mark="review: wrong")
decay = Decay(lesson="try", citations=[claim])
guess = Prediction(SINGLE, "That it takes for ever.")
gated = Gated(lesson="try", citations=[claim], prediction=guess)
dice = SlowDice(lesson="try")
quiz = Quiz("check", [SINGLE, MULTIPLE, NUMERIC], "try")
entry = Quiz("entry", [SINGLE, NUMERIC], "try", "Entry test", mode="test")
for part in (decay, gated, dice, quiz, entry):
    page.add(part)
page
""".strip()

CELLS = [
    ("markdown", "# Decay\n\nIt is so <!-- a-claim -->[source](#claim-a-claim)."),
    ("code", SETUP),
    ("markdown", "## Explore"),
    ("code", "decay"),
    ("code", "gated"),
    ("code", "dice"),
    ("markdown", "## Check"),
    ("code", "quiz"),
    ("code", "entry"),
    ("code", 'Progress([Station("try", 1, "Decay", "About decay.", 5, "kit.ipynb", 3, 1)])'),
    ("code", "References([claim], [])"),
]


def write(folder: Path) -> Path:
    """Write the notebook into a folder, and return its path."""
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    book = nbformat.v4.new_notebook(cells=[make[kind](source) for kind, source in CELLS])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "kit.ipynb"
    nbformat.write(book, path)
    return path
