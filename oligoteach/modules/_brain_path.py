"""Radiosurgery or the drug first: from what the controls say to a drawn and described path."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from oligoteach.models import brain_metastases as path
from oligoteach.modules._path_figure import (
    COLUMNS,
    path_rows,
    path_tree,
    path_words,
    show_answers,
    spread,
)
from oligoteach.widgets import Table

DRIVERS = {"none": "None found", "EGFR": "EGFR", "ALK": "ALK"}
# Short words for the questions: in a box, and in a line.
QUESTIONS = {
    "symptoms": ("Symptoms\nor risk?", "Symptoms, or a lesion at risk?"),
    "drug": ("Drug\nfirst?", "All four: may a drug go first?"),
    "few": ("Up to\nfour?", "Up to four lesions?"),
    "some": ("Up to\nten?", "Up to ten lesions?"),
}
BROKEN = {
    "local": "Local\ntherapy first",
    "drug-first": "Drug first,\nimage closely",
    "radiosurgery": "Radiosurgery\nalone",
    "observed": "Radiosurgery,\nobserved",
    "outside": "Outside\nthis path",
}
CONDITIONS = ("a driver", "a drug active there", "a named setting", "close imaging")
NARROW_LETTERS = 40
NOTE = "The order of the questions is this course’s own."


@dataclass(frozen=True)
class BrainView:
    """A decision on an imagined patient."""

    decision: path.Decision


def brain_view(p: SimpleNamespace) -> BrainView:
    """Return the decision for what the controls say."""
    situation = path.Situation(
        p.lesions, p.symptoms, p.risk, p.driver, p.drug, p.named, p.surveillance
    )
    return BrainView(path.decide(situation))


def draw_brain(figure: Any) -> dict[str, Any]:
    """Draw conditions, tree and what stands below it; return the artists that move."""
    from oligoteach.charts.sheet import sheet

    axes = sheet(figure)
    return (_draw_narrow if figure.compact else _draw_wide)(axes, figure)


def _draw_wide(axes: Any, figure: Any) -> dict[str, Any]:
    from oligoteach.charts.checklist import Checklist
    from oligoteach.charts.sheet import width_of, write

    bottom, muted = figure.height, figure.theme.muted
    words = "A drug first asks for"
    write(axes, 8, 14, words, weight="bold")
    start = 8 + width_of(figure, words, weight="bold")
    places = [(x, 14) for x in spread(figure, start, CONDITIONS)]
    tree = path_tree(axes, (8, 44, figure.width - 8, bottom - 70), path, QUESTIONS, BROKEN)
    if not tree.labelled:
        write(axes, figure.width - 8, 38, "up: no, down: yes", ha="right", color=muted)
    write(axes, 8, bottom - 10, f"For teaching, not advice. {NOTE}", color=muted)
    return {
        "tree": tree,
        "checks": Checklist(axes, places, CONDITIONS),
        "answers": [],
        "standing": write(axes, 8, bottom - 50, weight="bold"),
        "warning": write(axes, 8, bottom - 31),
    }


def _draw_narrow(axes: Any, figure: Any) -> dict[str, Any]:
    from oligoteach.charts.checklist import Checklist
    from oligoteach.charts.sheet import write, write_lines

    right, bottom, muted = figure.width - 8, figure.height, figure.theme.muted
    write(axes, 8, 12, "A drug first asks for", weight="bold")
    half = figure.width / 2
    places = [(8, 32), (half, 32), (8, 52), (half, 52)]
    lines = [bottom - 190 + 18 * i for i in range(len(QUESTIONS))]
    for number, (y, (_, words)) in enumerate(zip(lines, QUESTIONS.values(), strict=True), 1):
        write(axes, 8, y, f"{number}  {words}")
    note = "For teaching, not advice. The order\nof the questions is this course’s own."
    write_lines(axes, 8, bottom - 18, note, color=muted)
    return {
        "tree": path_tree(axes, (8, 76, right, bottom - 206), path, QUESTIONS, BROKEN),
        "checks": Checklist(axes, places, CONDITIONS),
        "answers": [write(axes, right, y, ha="right", weight="bold") for y in lines],
        "standing": write(axes, 8, bottom - 108, weight="bold"),
        "warning": write_lines(axes, 8, bottom - 70),
    }


def show_brain(artists: dict[str, Any], view: BrainView) -> None:
    """Light what holds."""
    found = view.decision
    show_answers(artists, found, QUESTIONS)
    standing, warning = found.end.standing, SHORT_WARNINGS[found.end.id]
    if artists["answers"]:  # on a phone
        artists["standing"].set_text(found.end.name)
        words = f"{standing[0].upper()}{standing[1:]}. {warning}"
        artists["warning"].set_text("\n".join(textwrap.wrap(words, NARROW_LETTERS)))
    else:
        artists["standing"].set_text(f"{found.end.name}: {standing}")
        artists["warning"].set_text(warning)


SHORT_WARNINGS = {
    "local": "Symptoms decide before the driver does.",
    "drug-first": "Radiosurgery is put off, not given up; no comparison of both orders here.",
    "radiosurgery": "Trials with mixed primaries; adding whole brain cost cognition.",
    "observed": "No randomised trial of five to ten lesions in this ledger.",
    "outside": "More lesions than the studies of this ledger had.",
}


def brain_sentences(view: BrainView) -> Iterable[str]:
    """Yield where the path ends and why."""
    found = view.decision
    yield from path_words(found, QUESTIONS)
    missing = [part.reason for part in found.conditions if not part.holds]
    if missing and any(step.id == "drug" for step in found.steps):
        yield f"Against a drug first: {' '.join(missing)}"
    yield found.end.reason
    yield from found.warnings


def brain_table(view: BrainView) -> Table:
    """Return every question with its answer, why, and the verdict on what it rests on."""
    return Table(COLUMNS, path_rows(view.decision, "Drug first asks for"))
