"""The path of oligoprogression: from what the controls say to a drawn and described decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from oligoteach.models import progression as path
from oligoteach.modules._path_figure import (
    COLUMNS,
    path_rows,
    path_tree,
    path_words,
    show_answers,
    spread,
)
from oligoteach.modules._trials import basis
from oligoteach.widgets import Table

TREATMENTS = {
    "early": "EGFR TKI of first or second generation",
    "osimertinib": "Osimertinib as first TKI",
    "osimertinib-later": "Osimertinib after an earlier TKI",
    "alk": "ALK TKI",
    "ros1": "ROS1 TKI",
    "ici": "Immunotherapy (ICI)",
}
_TREATMENT = dict(zip(TREATMENTS, path.TREATMENTS, strict=True))
BIOPSIES = {
    "none": "Not done",
    "clear": "Nothing found in tissue",
    "plasma": "Nothing found in plasma only",
    "t790m": "T790M",
    "other": "Another mechanism, bypass or other",
}
_BIOPSY = dict(zip(BIOPSIES, path.BIOPSIES, strict=True))
BRAIN = {
    "none": "None grows",
    "silent": "Grows, no symptoms",
    "symptoms": "Grows, with symptoms",
}
# Short words for the questions: in a box, and in a line.
QUESTIONS = {
    "oligo": ("Oligo-\nprogression?", "Oligoprogression?"),
    "targeted": ("On a\nTKI?", "On a TKI?"),
    "tested": ("Re-biopsy\nanswers?", "Re-biopsy answers?"),
    "mechanism": ("Mechanism\nfound?", "Mechanism found?"),
    "t790m-new": ("T790M after\nearly TKI?", "T790M after an early TKI?"),
    "series": ("EGFR or\nALK?", "EGFR or ALK?"),
}
# How the ends are broken on a phone.
BROKEN = {
    "outside": "Outside\nthis path",
    "on-immunotherapy": "On ICI: open\nquestion",
    "test-first": "Test before\ndeciding",
    "analogy": "By analogy:\nkeep, ablate",
    "ablate": "Keep TKI,\nablate sites",
    "other-drug": "Weigh\nanother drug",
    "osimertinib": "Osimertinib",
}
CONDITIONS = ("all else controlled", "5 or fewer", "all treatable")
# Below this width the ends are broken as on a phone, which leaves the questions room.
ROOMY = 680
NOTE = "The order of the questions is this course’s own."


@dataclass(frozen=True)
class PathView:
    """A decision, with what was taken differently from what the controls said."""

    decision: path.Decision
    notes: tuple[str, ...]


def path_view(p: SimpleNamespace) -> PathView:
    """Return the decision for what the controls say."""
    treatment, biopsy = _TREATMENT[p.treatment], _BIOPSY[p.biopsy]
    notes = []
    if biopsy == path.T790M and treatment not in path.EGFR_TKIS:
        biopsy = path.NOT_DONE
        notes.append("T790M is a change of EGFR, so it is not taken for an answer here.")
    situation = path.Situation(p.sites, treatment, biopsy, p.rest, p.treatable, p.brain, p.bone)
    return PathView(path.decide(situation), tuple(notes))


def draw_path(figure: Any) -> dict[str, Any]:
    """Draw definition, tree and what stands beside it; return the artists that move."""
    from oligoteach.charts.sheet import sheet

    axes = sheet(figure)
    return (_draw_narrow if figure.compact else _draw_wide)(axes, figure)


def _draw_wide(axes: Any, figure: Any) -> dict[str, Any]:
    from oligoteach.charts.checklist import Checklist
    from oligoteach.charts.sheet import width_of, write

    bottom, muted = figure.height, figure.theme.muted
    write(axes, 8, 14, "Oligoprogression asks for", weight="bold")
    start = 8 + width_of(figure, "Oligoprogression asks for", weight="bold")
    places = [(x, 14) for x in spread(figure, start, CONDITIONS)]
    tree = _tree(axes, (8, 62, figure.width - 8, bottom - 66))
    if not tree.labelled:
        write(axes, figure.width - 8, 44, "up: no, down: yes", ha="right", color=muted)
    write(axes, 8, bottom - 10, f"For teaching, not advice. {NOTE}", color=muted)
    return {
        "tree": tree,
        "checks": Checklist(axes, places, CONDITIONS),
        "answers": [],
        **_said(axes, {"Path": 44, "Brain": bottom - 48, "Pain": bottom - 30}),
    }


def _draw_narrow(axes: Any, figure: Any) -> dict[str, Any]:
    from oligoteach.charts.checklist import Checklist
    from oligoteach.charts.sheet import write, write_lines

    right, bottom, muted = figure.width - 8, figure.height, figure.theme.muted
    write(axes, 8, 12, "Oligoprogression asks for", weight="bold")
    half = figure.width / 2
    places = [(8, 30), (8, 48), (half + 24, 48)]
    lines = [bottom - 214 + 17 * i for i in range(len(QUESTIONS))]
    for number, (y, (_, words)) in enumerate(zip(lines, QUESTIONS.values(), strict=True), 1):
        write(axes, 8, y, f"{number}  {words}")
    note = "For teaching, not advice. The order\nof the questions is this course’s own."
    write_lines(axes, 8, bottom - 18, note, color=muted)
    return {
        "tree": _tree(axes, (8, 100, right, bottom - 228)),
        "checks": Checklist(axes, places, CONDITIONS),
        "answers": [write(axes, right, y, ha="right", weight="bold") for y in lines],
        **_said(axes, {"Path": 70, "Brain": bottom - 106, "Pain": bottom - 68}, lower=16),
    }


def _said(axes: Any, places: dict[str, float], lower: float = 0) -> dict[str, Any]:
    """Write headings, and return what is said behind them, or below them on a phone."""
    from oligoteach.charts.sheet import width_of, write

    said = {}
    for words, y in places.items():
        write(axes, 8, y, words, weight="bold")
        x = 8 if lower else 14 + width_of(axes.figure, words, weight="bold")
        said[words] = write(axes, x, y + lower)
    return said


def _tree(axes: Any, box: tuple[float, float, float, float]) -> Any:
    narrow = axes.figure.width < ROOMY
    names = {end.id: BROKEN[end.id] if narrow else end.name for end in path.ENDS}
    return path_tree(axes, box, path, QUESTIONS, names)


def show_path(artists: dict[str, Any], view: PathView) -> None:
    """Light what holds."""
    found = view.decision
    show_answers(artists, found, QUESTIONS)
    artists["Path"].set_text(_standing(found.end))
    for aside in found.asides:
        artists[aside.about].set_text(aside.short)


def _standing(end: path.End) -> str:
    """Say how well an end is backed."""
    return {
        "depends on the earlier drug": "depends on the earlier drug",
        "conditional, contested": "ends in a conditional, contested answer",
        "not checked": "ends in advice that was not checked",
        "by analogy": "ends in an analogy",
        "open": "ends in an open question",
        "outside": "leaves what was studied",
    }[end.standing]


def path_sentences(view: PathView) -> Iterable[str]:
    """Yield where the path ends and why, then what stands beside it."""
    found = view.decision
    yield from path_words(found, QUESTIONS)
    if found.end.id == "outside":
        yield found.steps[0].reason
    yield found.end.reason
    yield from (aside.reason for aside in found.asides if aside.claims)
    yield from found.warnings
    yield from view.notes


def path_table(view: PathView) -> Table:
    """Return every question with its answer, why, and the verdict on what it rests on."""
    found = view.decision
    rows = path_rows(found, "Definition")
    for aside in found.asides:
        rows.append([aside.about, aside.short, aside.reason, basis(aside.claims)])
    return Table(COLUMNS, rows)


def shown_claims(view: PathView) -> tuple[str, ...]:
    """Return the claims on which the end and what stands beside it rest."""
    found = view.decision
    named = [found.end.claims, *(aside.claims for aside in found.asides)]
    return tuple(dict.fromkeys(claim for claims in named for claim in claims))
