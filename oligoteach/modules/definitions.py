"""Lesson 1: who is oligometastatic, by stage, by state, by definition and by imaging."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from oligoteach.evidence.definitions import definitions
from oligoteach.models import classification as rules
from oligoteach.models import detection
from oligoteach.modules._counts import Settled, agreeing
from oligoteach.modules._presets import OWN, brought
from oligoteach.widgets import Choice, Explorer, Many, Number, Table, Toggle

UNVERIFIED = (
    "The names of the nine states, the order of the questions, how lesions are counted and the "
    "cut-off in months were not verified in a source."
)

EXAMINATIONS = {
    "pet-ct": "PET-CT",
    "brain": "Imaging of the brain",
    "pathology": "Pathology of a metastasis",
    "liver-mri": "MRI of the liver",
    "thoracoscopy": "Thoracoscopy",
    "risky": "Biopsy judged too risky",
}
CHECKS = {
    "pet-ct": "PET-CT",
    "brain": "brain",
    "pathology": "pathology",
    "liver-mri": "liver MRI",
    "thoracoscopy": "thoracoscopy",
}

# Controls that both patients share. What lies where is counted out of the lesions.
LESIONS = Number("lesions", "Metastases now", 1, 12, default=3, hint="without primary and nodes")
ORGANS = Number("organs", "Organs outside the chest", 0, 6, default=1)
MONTHS = Number("months", "From primary to metastases", 0, 60, default=0, unit="months")
CHEST = Number("chest", "In the other lung or the pleura", 0, 12, default=0)
PLEURA = Number("pleura", "Of those, in the pleura", 0, 12, default=0)
BRAIN = Number("brain", "In the brain", 0, 12, default=0)
LIVER = Number("liver", "In the liver", 0, 12, default=3)
STAGING = Many("staging", "Staging done", EXAMINATIONS, default=("brain",))
CUT_OFF = Number(
    "cutoff", "Synchronous up to", 0, 12, default=6, unit="months", hint="cut-offs vary"
)


# Stage and state ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Staged:
    """Everything that the rules say of one patient."""

    patient: rules.Patient
    leading: rules.MCategory
    other: rules.MCategory
    state: rules.State
    work_up: rules.Staging
    cutoff: int
    notes: tuple[str, ...]


class Stage(Explorer):
    """One patient: M category in both editions, state with its path, and work-up."""

    key = "stage"
    aspect = 0.68
    narrow_aspect = 2.1
    controls = (
        LESIONS,
        ORGANS,
        MONTHS,
        Toggle("therapy", "On systemic therapy now"),
        Number("growing", "Sites that grow or are new", 0, 13, default=0),
        Toggle("widespread", "Widespread disease earlier"),
        Toggle("few", "Few-site metastases earlier"),
        CHEST,
        PLEURA,
        Toggle("effusion", "Malignant effusion"),
        BRAIN,
        LIVER,
        Toggle("nodes", "Mediastinal nodes involved"),
        STAGING,
        Choice("edition", "Edition that leads", {"9": "9th edition", "8": "8th edition"}),
        CUT_OFF,
    )
    card: ClassVar[dict[str, str]] = {
        "Rules": "M category: where and how many. State: five questions, asked in order, of 1 to 5 "
        "lesions or, on therapy, growing sites; it holds if all sites can be treated safely. "
        "Work-up: what the EORTC lung consensus asks for.",
        "Source": "M1b and M1c: IASLC proposals for the eighth and ninth edition. Limit of five: "
        "ESTRO–ASTRO 2020. Work-up: EORTC lung 2019.",
        "Not verified": f"{UNVERIFIED} Nor were the stage groups, but for M1c1 and M1c2.",
        "Validity": "A teaching aid for imagined patients. It stages nobody.",
    }

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Keep the counts in accord with the one that was changed."""
        return agreeing(changed, p)

    def compute(self, p: SimpleNamespace) -> Staged:
        """Return stage, state and work-up of the patient that the controls describe."""
        settled = Settled(p)
        patient = settled.patient(
            effusion=p.effusion,
            nodes=p.nodes,
            on_systemic_therapy=p.therapy,
            progressing_sites=(
                growing := settled.within("growing", "growing site", "", 0, p.lesions + 1)
            ),
            response=("progression" if growing else "stable") if p.therapy else "none yet",
            earlier_polymetastatic=settled.dated(p.widespread),
            earlier_oligometastatic=settled.dated(p.few),
        )
        edition = int(p.edition)
        return Staged(
            patient,
            rules.m_category(patient, edition),
            rules.m_category(patient, 17 - edition),
            rules.oligo_state(patient, p.cutoff),
            rules.staging(patient),
            p.cutoff,
            tuple(dict.fromkeys(settled.notes)),
        )

    def draw(self, figure: Any, result: Staged) -> dict[str, Any]:
        """Draw both editions, the tree and the work-up on one sheet."""
        from oligoteach.charts.ladder import Ladder
        from oligoteach.charts.sheet import sheet

        axes = sheet(figure)
        rungs = {
            "8th edition": (("M1a", 1), ("M1b", 1), ("M1c", 2)),
            "9th edition": (("M1a", 1), ("M1b", 1), ("M1c1", 1), ("M1c2", 1)),
        }
        ladder = Ladder(axes, (8, 4, figure.width - 8, 56), rungs)
        draw = self._draw_narrow if figure.compact else self._draw_wide
        artists = {"ladder": ladder, **draw(axes, figure)}
        self.update(artists, result)
        return artists

    def _draw_wide(self, axes: Any, figure: Any) -> dict[str, Any]:
        from oligoteach.charts.checklist import Checklist
        from oligoteach.charts.sheet import write

        bottom, muted = figure.height, figure.theme.muted
        tree = _tree(axes, (8, 90, figure.width - 8, bottom - 68))
        if not tree.labelled:
            write(axes, figure.width - 8, 76, "up: no, down: yes", ha="right", color=muted)
        note = "States, questions, counting and cut-off: not verified in a source"
        write(axes, 8, bottom - 11, note, color=muted)
        pitch = (figure.width - 16) / len(CHECKS)
        places = [(8 + i * pitch, bottom - 34) for i in range(len(CHECKS))]
        return {
            "tree": tree,
            **_headings(axes, 76, bottom - 54),
            "checks": Checklist(axes, places, list(CHECKS.values())),
            "answers": [],
        }

    def _draw_narrow(self, axes: Any, figure: Any) -> dict[str, Any]:
        from oligoteach.charts.checklist import Checklist
        from oligoteach.charts.sheet import write, write_lines

        right, bottom, muted = figure.width - 8, figure.height, figure.theme.muted
        note = "States, questions, counting,\ncut-off: not verified in a source"
        write_lines(axes, 8, bottom - 19, note, color=muted)
        lines = [bottom - 182 + 16 * i for i in range(len(QUESTIONS))]
        for number, (y, (_, words)) in enumerate(zip(lines, QUESTIONS.values(), strict=True), 1):
            write(axes, 8, y, f"{number}  {words.format(cutoff='the cut-off')}")
        half = figure.width / 2
        places = [(8 + half * (i % 2), bottom - 80 + 16 * (i // 2)) for i in range(len(CHECKS))]
        return {
            "tree": _tree(axes, (8, 80, right, bottom - 194)),
            **_headings(axes, 70, bottom - 98),
            "checks": Checklist(axes, places, list(CHECKS.values())),
            "answers": [write(axes, right, y, ha="right", weight="bold") for y in lines],
        }

    def update(self, artists: dict[str, Any], result: Staged) -> None:
        """Light what holds for the patient."""
        both = {f"{m.edition}th edition": m.code for m in (result.leading, result.other)}
        artists["ladder"].show(both, next(iter(both)))
        path = [step.question_id for step in result.state.path]
        artists["tree"].show([*path, result.state.code] if path else [])
        # The lit end names the state; what it hangs on, or why there is none, has to be said.
        artists["state"].set_text(_beside_state(result.state))
        artists["work_up"].set_text("complete" if result.work_up.complete else "incomplete")
        needs = {need.key: need.done for need in result.work_up.needs}
        artists["checks"].show([needs.get(key) for key in CHECKS])
        given = {rules.TREE.question(s.question_id).asks: s.answer for s in result.state.path}
        for answer, fact in zip(artists["answers"], QUESTIONS, strict=False):
            answer.set_text(given.get(fact, "–"))

    def describe(self, result: Staged) -> str:
        """Say category, state with its path, and work-up."""
        lead, other = result.leading, result.other
        group = f"stage {lead.stage_group}" if lead.stage_group_verified else "stage group not read"
        parts = [
            *result.notes,
            f"{lead.edition}th edition {lead.code} ({group}), {other.edition}th edition "
            f"{other.code}: {lead.reason}",
            _state_words(result.state, result.cutoff),
            f"{_work_up_line(result.work_up)}.",
            UNVERIFIED,
            *result.state.warnings,
        ]
        return " ".join(part for part in parts if part)

    def table(self, result: Staged) -> Table:
        """Return every answer with its reason."""
        rows: list[list[Any]] = []
        for m in sorted((result.leading, result.other), key=lambda m: m.edition):
            tone = "ok" if m.stage_group_verified else "open"
            known = "" if m.stage_group_verified else " (not verified)"
            group = {"text": f"stage group {m.stage_group}{known}", "tone": tone}
            rows.append([f"M category, {m.edition}th edition", m.code, m.reason, group])
        doubt = {"text": "not verified in a source", "tone": "open"}
        rows += [[step.question, step.answer, step.reason, doubt] for step in result.state.path]
        known = "read in the consensus" if result.state.verified else doubt
        rows.append(["State", _state_name(result.state), result.state.reason, known])
        for need in result.work_up.needs:
            answer = {"text": "settled" if need.done else "missing"}
            answer["tone"] = "ok" if need.done else "bad"
            rows.append([f"Work-up: {need.name}", answer, need.why, "EORTC lung 2019"])
        nodes = "involved" if result.patient.nodes else "not involved"
        why = "Mediastinal nodes are not counted as metastases."
        rows.append(["Mediastinal nodes", nodes, why, "EORTC lung 2019"])
        return Table(["Question", "Answer", "Why", "How sure"], rows)


# Short words for the questions of the tree: in a box, and in a line.
QUESTIONS = {
    "polymetastatic": ("Polymet.\nbefore?", "Polymetastatic before?"),
    "oligometastatic": ("Oligomet.\nbefore?", "Oligometastatic before?"),
    "late": ("After the\ncut-off?", "Later than {cutoff}?"),
    "therapy": ("Therapy\nnow?", "On systemic therapy now?"),
    "growth": ("Growing\nor new?", "Any site growing or new?"),
}


def _tree(axes: Any, box: tuple[float, float, float, float]) -> Any:
    """Draw the tree of the states."""
    from oligoteach.charts.decision_tree import DecisionTree

    tree, compact = rules.TREE, axes.figure.compact
    names = {leaf.id: leaf.name.removesuffix(" disease") for leaf in tree.leaves}
    return DecisionTree(
        axes,
        box,
        tree.root,
        {question.id: (question.no, question.yes) for question in tree.questions},
        {question.id: QUESTIONS[question.asks][0] for question in tree.questions},
        {key: name.replace(" ", "\n", 1) if compact else name for key, name in names.items()},
        {q.id: str(list(QUESTIONS).index(q.asks) + 1) for q in tree.questions},
    )


def _headings(axes: Any, state: float, work_up: float) -> dict[str, Any]:
    """Write the headings of state and work-up, and return what is said behind them."""
    from oligoteach.charts.sheet import width_of, write

    said = {}
    for key, words, y in (("state", "State", state), ("work_up", "Work-up", work_up)):
        write(axes, 8, y, words, weight="bold")
        said[key] = write(axes, 14 + width_of(axes.figure, words, weight="bold"), y)
    return said


def _beside_state(state: rules.State) -> str:
    """Return what stands beside the heading of the tree."""
    if state.oligometastatic:
        return state.condition
    known = "none" if state.oligometastatic is False else "cannot tell"
    return f"{known}: {state.name.lower()}"


def _state_name(state: rules.State) -> str:
    """Return the state with the condition on which it holds, or why there is none."""
    if state.oligometastatic:
        return f"{state.name}, {state.condition}" if state.condition else state.name
    known = "outside the tree" if state.oligometastatic is False else "cannot tell"
    return f"{known} ({state.name.lower()})"


def _state_words(state: rules.State, cutoff: int) -> str:
    """Return the state and the answers that lead there, in a sentence."""
    if not state.oligometastatic:
        return f"State: {_state_name(state)}. {state.reason}"
    path = "; ".join(_step_words(step, cutoff) for step in state.path)
    return f"State: {_state_name(state)} ({path})."


def _step_words(step: rules.Step, cutoff: int) -> str:
    asks = rules.TREE.question(step.question_id).asks
    words = QUESTIONS[asks][1].format(cutoff=f"{cutoff} months").removesuffix("?")
    return f"{words[0].lower()}{words[1:]}: {step.answer}"


def _work_up_line(work_up: rules.Staging) -> str:
    if work_up.complete:
        return "Work-up complete: what is asked for this patient is settled"
    return f"Work-up incomplete: {', '.join(work_up.missing)} missing"


# Who counts -----------------------------------------------------------------------------------

# Kinds of rule that share a column; every kind has one, so that none can be lost.
GROUPS = {
    "Lesions": (
        "min_lesions",
        "max_lesions",
        "max_extracranial",
        "max_progressing",
        "max_lifetime",
        "nodes",
    ),
    "Organs": ("max_organs", "max_per_organ"),
    "Brain": ("brain",),
    "Timing": ("timing",),
    "Therapy": ("systemic",),
    "Driver": ("driver",),
    "Primary": ("primary_controlled",),
    "Treatable": ("treatable",),
    "Histology": ("histology",),
    "Fitness": ("ecog",),
    "Work-up": ("imaging", "pathology"),
}
# How a column is named within a sentence.
SPOKEN = {
    "Lesions": "the number of lesions",
    "Organs": "the organs",
    "Brain": "the brain",
    "Timing": "timing",
    "Therapy": "systemic therapy",
    "Driver": "the driver",
    "Primary": "the primary",
    "Treatable": "treatability",
    "Histology": "histology",
    "Fitness": "performance status",
    "Work-up": "the work-up",
}
# Left out of the matrix on a phone: every patient here has lung cancer of the one kind.
WIDE_ONLY = ("Histology",)
ANSWERS = ("not stated", "yes", "no", "cannot tell", "nothing against")
# "Nothing against" has no tone: it is neither good news nor bad.
TONES = {"yes": "ok", "no": "bad", "cannot tell": "open"}

THERAPY = {
    "none": "None yet",
    "on-open": "On it, result not known yet",
    "on-response": "On it, responding",
    "on-stable": "On it, stable",
    "on-growing": "On it, growing",
    "off-response": "Finished, responded",
    "off-growing": "Finished, then progressed",
}
KNOWN = {"yes": "Yes", "no": "No", "unknown": "Not known"}
FACT = {"yes": True, "no": False, "unknown": None}

# Patients to begin with: every control that differs from the case.
PRESETS: dict[str, dict[str, Any]] = {
    "case": {},
    "brain": {
        "lesions": 2,
        "organs": 2,
        "liver": 0,
        "brain": 1,
        "staging": ("pet-ct", "brain"),
    },
    "responder": {
        "lesions": 2,
        "liver": 0,
        "therapy": "on-response",
        "driver": "none",
        "staging": ("pet-ct", "brain"),
    },
    "late": {
        "lesions": 3,
        "organs": 2,
        "liver": 0,
        "months": 20,
        "driver": "none",
        "primary": "yes",
        "staging": ("pet-ct", "brain"),
    },
    "growing": {
        "lesions": 8,
        "organs": 3,
        "liver": 2,
        "months": 18,
        "therapy": "on-growing",
        "growing": 2,
        "primary": "yes",
        "earlier": "widespread",
        "staging": ("pet-ct", "brain"),
    },
    "many": {
        "lesions": 7,
        "organs": 3,
        "liver": 3,
        "driver": "none",
        "treatable": "no",
        "staging": ("pet-ct", "brain"),
    },
}
NOT_YET = (
    "No systemic therapy has been given: where a rule asks for it first, “no” means not yet at "
    "the point of entry."
)


@dataclass(frozen=True)
class Judged:
    """One patient against every definition."""

    judgements: tuple[rules.Judgement, ...]
    groups: tuple[str, ...]
    grid: np.ndarray  # places in ANSWERS, overall first; shape (definitions, 1 + groups)
    notes: tuple[str, ...]
    remark: str


@cache
def known_definitions() -> tuple[rules.Definition, ...]:
    """Return the definitions and entry rules of the ledger, as the models take them."""
    return tuple(rules.Definition.from_mapping(record.as_mapping()) for record in definitions())


KEY_WIDE = (
    "✓ rule met  × no  ○ no stated rule says no  ? cannot tell  · not stated\n"
    "∗ rests on a rule not verified"
)
KEY_NARROW = (
    "✓ rule met  × no  ? cannot tell\n○ no stated rule says no  · not stated\n"
    "∗ rests on a rule not verified"
)


class WhoCounts(Explorer):
    """One patient against every definition and every trial's entry rules."""

    key = "who-counts"
    aspect = 0.76
    narrow_aspect = 1.86
    table_open = True
    controls = (
        Choice(
            "preset",
            "Patient",
            {
                "case": "The case: three in the liver, EGFR, untreated",
                "brain": "One in the brain, one elsewhere, EGFR, untreated",
                "responder": "Two in one organ, responding to chemotherapy",
                "late": "Three in two organs, 20 months after the primary",
                "growing": "On a TKI, two of eight lesions growing",
                "many": "Seven in three organs, untreated",
                OWN: "As set below",
            },
        ),
        LESIONS,
        Choice("therapy", "Systemic therapy", THERAPY),
        MONTHS,
        ORGANS,
        CHEST,
        PLEURA,
        BRAIN,
        LIVER,
        Choice(
            "driver",
            "Driver",
            {
                "EGFR": "EGFR",
                "ALK": "ALK",
                "other": "Other",
                "none": "None",
                "unknown": "Not known",
            },
        ),
        Number("growing", "Sites that grow or are new", 0, 13, default=0),
        Choice("primary", "Primary controlled", KNOWN, default="no"),
        Choice("treatable", "All sites safely treatable", KNOWN, default="yes"),
        Choice(
            "earlier",
            "Earlier metastatic disease",
            {"none": "None", "few": "At few sites", "widespread": "Widespread"},
        ),
        STAGING,
        CUT_OFF,
    )
    card: ClassVar[dict[str, str]] = {
        "Rules": "Consensus papers, the guideline and entry rules of trials, as far as the ledger "
        "of this course has them so far. A rule that it does not have is “not stated”, never “no” "
        "and never “yes”.",
        "Answer": "No if a stated rule says no; else cannot tell if one cannot be told; else no "
        "stated rule says no. Never yes: each set leaves kinds of rule unstated.",
        "Sites": "Where a source counts sites, lesions and organs are both tried; if they differ, "
        "the answer cannot be told.",
        "Star": "The answer needs a rule for which no source was read.",
        "Validity": "Not a protocol: the full entry rules of a trial are longer. Education only.",
    }

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Let a preset set the whole patient, and any other change leave the preset."""
        more = agreeing(changed, p) if changed.get("preset", OWN) == OWN else {}
        return {**more, **brought(self._said(p.preset), changed, SimpleNamespace(**vars(p) | more))}

    def _said(self, preset: str) -> dict[str, Any] | None:
        """Return what a preset says of the patient; the cut-off is not the patient's."""
        if preset not in PRESETS:
            return None
        said = {**self.defaults(), **PRESETS[preset]}
        return {name: value for name, value in said.items() if name not in ("preset", "cutoff")}

    def compute(self, p: SimpleNamespace) -> Judged:
        """Judge the patient that the controls describe by every definition."""
        patient, notes = _candidate(p)
        known = known_definitions()
        judged = tuple(rules.judge(patient, one, p.cutoff) for one in known)
        stated = rules.stated_kinds(known)
        groups = tuple(name for name, kinds in GROUPS.items() if set(kinds) & set(stated))
        grid = [
            [one.overall, *(_together(_cells(one, group)) for group in groups)] for one in judged
        ]
        places = np.array([[ANSWERS.index(answer) for answer in row] for row in grid])
        remark = NOT_YET if p.therapy == "none" else ""
        return Judged(judged, groups, places, notes, remark)

    def draw(self, figure: Any, result: Judged) -> dict[str, Any]:
        """Draw the matrix with its key."""
        from oligoteach.charts.answer_matrix import AnswerMatrix
        from oligoteach.charts.sheet import sheet, write_lines

        axes = sheet(figure)
        known = known_definitions()
        names = [one.name for one in known]
        columns = list(result.groups)
        if figure.compact:
            names = [re.sub(r"( guideline)? 20\d\d$", "", name) for name in names]
            columns = [column for column in columns if column not in WIDE_ONLY]
        kinds = [one.kind == "trial" for one in known]
        bottom = figure.height - (78 if figure.compact else 62)
        matrix = AnswerMatrix(
            axes,
            (4, 74, figure.width - 4, bottom),
            names,
            ["Answer", *columns],
            () if figure.compact else [limit_text(one) for one in known],
            [i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]],
        )
        key = KEY_NARROW if figure.compact else KEY_WIDE
        middle = 28 if figure.compact else 20
        write_lines(axes, 4, figure.height - middle, key, color=figure.theme.muted)
        artists = {"matrix": matrix}
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Judged) -> None:
        """Show the answers."""
        starred = [i for i, one in enumerate(result.judgements) if one.rests_on_unverified]
        drawn = ["Answer", *result.groups]
        places = [drawn.index(column) for column in artists["matrix"].columns]
        artists["matrix"].show(result.grid[:, places], starred)

    def describe(self, result: Judged) -> str:
        """Count the answers, and say which rules say no most often."""
        overall = Counter(one.overall for one in result.judgements)
        first = (
            f"Of {len(result.judgements)} sets of rules, {overall['no']} say no, "
            f"{overall['cannot tell']} cannot be told, and in {overall['nothing against']} no "
            "stated rule says no."
        )
        cells = result.grid[:, 1:]
        silent = (
            f"{int((cells == 0).sum())} of {cells.size} cells are not stated; none counts as no, "
            "none as yes, and so no set says yes."
        )
        parts = [*result.notes, first, *_unopposed(result), _obstacles(result), silent]
        return " ".join(filter(None, [*parts, result.remark]))

    def table(self, result: Judged) -> Table:
        """Return every cell with its reason."""
        rows = []
        for one, known in zip(result.judgements, known_definitions(), strict=True):
            # Several rules may differ from one sentence of the review: said once.
            differs = " ".join(dict.fromkeys(c.differs for c in known.criteria if c.differs))
            rows.append(
                [
                    known.name,
                    _toned(_answer_words(one), one.overall),
                    *(_reasons(_cells(one, group)) for group in result.groups),
                    differs or "–",
                    known.note or "–",
                ]
            )
        columns = ["Definition or trial", "Answer", *result.groups, "Review differs", "Note"]
        return Table(columns, rows, "A rule without a source read is marked (not verified).")


def _candidate(p: SimpleNamespace) -> tuple[rules.Patient, tuple[str, ...]]:
    """Return the patient that the controls describe, and notes on what was adjusted."""
    settled = Settled(p)
    on = p.therapy.startswith("on-")
    response = {"response": "response", "stable": "stable", "growing": "progression"}.get(
        p.therapy.partition("-")[2], "none yet"
    )
    most = p.lesions + (0 if p.primary == "yes" else 1)
    if on and response != "progression":
        most = 0
    fewest = 1 if on and response == "progression" else 0
    patient = settled.patient(
        on_systemic_therapy=on,
        response=response,
        progressing_sites=settled.within("growing", "growing site", "", fewest, most),
        driver=p.driver,
        primary_controlled=FACT[p.primary],
        all_treatable=FACT[p.treatable],
        earlier_polymetastatic=settled.dated(p.earlier == "widespread"),
        earlier_oligometastatic=settled.dated(p.earlier == "few"),
    )
    return patient, tuple(dict.fromkeys(settled.notes))


def _cells(one: rules.Judgement, group: str) -> list[rules.Cell]:
    return [cell for cell in one.cells if cell.kind in GROUPS[group]]


def _together(cells: list[rules.Cell]) -> str:
    """Return the answer of several rules: one no decides, then one that cannot be told."""
    answers = {cell.answer for cell in cells}
    return next((a for a in ("no", "cannot tell", "yes") if a in answers), "not stated")


def _reasons(cells: list[rules.Cell]) -> dict[str, str] | str:
    """Return a table's cell: the answer, and the reason of every rule behind it."""
    stated = [cell for cell in cells if cell.criterion is not None]
    if not stated:
        return "Not stated"
    answer = _together(cells)
    why = " ".join(
        cell.reason + (" (not verified)" if cell.verified == "unverified" else "")
        for cell in stated
    )
    return _toned(f"{answer.capitalize()}: {why}", answer)


def _toned(text: str, answer: str) -> dict[str, str] | str:
    """Return a table's cell in the tone of its answer, if that has one."""
    return {"text": text, "tone": TONES[answer]} if answer in TONES else text


def _answer_words(one: rules.Judgement) -> str:
    """Return the answer over all rules in a few words."""
    words = one.summary.removesuffix(".")
    doubt = "; rests on a rule that is not verified" if one.rests_on_unverified else ""
    return f"{one.overall.capitalize()}. {words}{doubt}."


def _unopposed(result: Judged) -> list[str]:
    """Name the sets of rules in which nothing says no, with what each leaves unstated."""
    names = {one.id: one.name for one in known_definitions()}
    open_ = [
        f"{names[one.definition_id]} ({one.n_not_stated})"
        for one in result.judgements
        if one.overall == "nothing against"
    ]
    if not open_:
        return []
    return [f"Nothing against, with so many kinds of rule not stated: {', '.join(open_)}."]


def _obstacles(result: Judged) -> str:
    """Say which groups of rules say no, the most frequent first."""
    counts = dict(zip(result.groups, (result.grid[:, 1:] == 2).sum(axis=0), strict=True))
    found = sorted((g for g in counts if counts[g]), key=lambda g: -counts[g])
    if not found:
        return "No stated rule says no."
    return "Rules that say no: " + ", ".join(f"{SPOKEN[g]} {counts[g]}×" for g in found) + "."


def limit_text(one: rules.Definition) -> str:
    """Return the limits on lesions of a definition in a few characters."""
    low, high = (one.criterion(kind) for kind in ("min_lesions", "max_lesions"))
    parts = []
    if high is not None:
        parts.append(f"{low.value}–{high.value}" if low is not None else high.text)
    for kind, where in (("max_extracranial", "extracranial"), ("max_progressing", "growing")):
        if (rule := one.criterion(kind)) is not None:
            parts.append(f"{rule.text} {where}")
    return ", ".join(parts) or "not stated"


# Cut-off lab ----------------------------------------------------------------------------------

LIMITS = range(1, 11)


@dataclass(frozen=True)
class Called:
    """Shares at every limit, and in full at the chosen one."""

    sweep: detection.Sweep
    here: detection.Detection


class CutOff(Explorer):
    """How a lesion limit and imperfect imaging decide who is called oligometastatic."""

    key = "cut-off"
    aspect = 0.58
    narrow_aspect = 1.5
    controls = (
        Number("limit", "Lesion limit", LIMITS[0], LIMITS[-1], default=5, unit="lesions"),
        Number("seen", "Lesions that imaging shows", 5, 100, default=60, step=5, unit="%"),
        Number("burden", "Burden m", 1, 20, default=6, step=0.5, unit="lesions"),
        Number("spread", "Evenness k between patients", 0.2, 5, default=1, step=0.1),
    )
    card: ClassVar[dict[str, str]] = {
        "Construction": "Our own, fitted to no data: it shows direction and kind of the errors, "
        "not their size in a clinic.",
        "Formula": "True number N: negative binomial, mean m, dispersion k, given N ≥ 1. "
        "Seen: O | N ~ Binomial(N, s). Called: 1 ≤ O ≤ limit. Truly: 1 ≤ N ≤ limit.",
        "Parameters": "s is the share of lesions shown. Burden m is the mean before those without "
        "metastases are left out. Small k: few patients carry most lesions.",
        "Validity": "Every lesion is shown or missed independently and equally; none is shown that "
        "is not there. m 1 to 20, k 0.2 to 5, limit 1 to 10; nothing is drawn beyond.",
        "Source": "Definition of the negative binomial and its thinning; no published study.",
    }

    def compute(self, p: SimpleNamespace) -> Called:
        """Return the shares for the chosen imaging at every limit."""
        share = p.seen / 100
        return Called(
            detection.sweep(p.burden, p.spread, [share], list(LIMITS)),
            detection.detect(p.burden, p.spread, share, p.limit),
        )

    def draw(self, figure: Any, result: Called) -> dict[str, Any]:
        """Draw who is called beside who truly is, and how often the call is right."""
        from oligoteach.charts.limits import LimitPanels

        artists = {
            "panels": LimitPanels(
                figure,
                list(LIMITS),
                ("called", "truly"),
                "Lesion limit",
                ("Of all patients with metastases", "Of those called: truly within it"),
            )
        }
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Called) -> None:
        """Move curves, marks and numbers."""
        here, swept = result.here, result.sweep
        artists["panels"].show(
            here.limit,
            100 * swept.called[0],
            100 * swept.truly,
            100 * swept.predictive_value[0],
        )

    def describe(self, result: Called) -> str:
        """Say how many are called, how many truly are, and what the call is worth."""
        d = result.here
        strict = float(result.sweep.predictive_value[0, 0])
        return (
            f"At a limit of {d.limit}, imaging that shows {d.sensitivity:.0%} of lesions calls "
            f"{_percent(d.called)} of patients oligometastatic; truly within the limit are "
            f"{_percent(d.truly)}. Of those called, {_percent(d.predictive_value)} truly are, "
            f"against {_percent(strict)} at a limit of 1. In every 100 patients, "
            f"{100 * d.called_and_truly:.0f} are rightly called, {100 * d.called_but_more:.0f} "
            f"called though more lesions exist, {100 * d.more_and_seen:.0f} seen to have more, and "
            f"{100 * d.missed:.0f} show nothing. On average {d.mean_true:.1f} lesions exist and "
            f"{d.mean_seen:.1f} are seen."
        )

    def table(self, result: Called) -> Table:
        """Return the shares at every limit."""
        swept = result.sweep
        rows = [
            [
                str(limit),
                _percent(swept.truly[i]),
                _percent(swept.called[0, i]),
                _percent(swept.called_and_truly[0, i]),
                _percent(swept.called[0, i] - swept.called_and_truly[0, i]),
                _percent(swept.predictive_value[0, i]),
            ]
            for i, limit in enumerate(swept.limit)
        ]
        columns = [
            "Limit",
            "Truly within",
            "Called",
            "Rightly called",
            "Called, but more exist",
            "Of those called, truly within",
        ]
        return Table(columns, rows)


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.0%}"


EXPLORERS = {cls.key: cls for cls in (Stage, WhoCounts, CutOff)}
