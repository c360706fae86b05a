"""From the cases of the evidence to the kit's branching tales, with the body map as picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oligoteach import evidence
from oligoteach.models.patient import profile_fault
from oligoteach.modules._citing import cite_all, refer
from oligoteach.widgets.branching import Branching, Fork, Mark, Remark, Tale, Way
from oligoteach.widgets.citation import Citation

MARKS = {
    "preferred": Mark("Preferred", "ok", True),
    "acceptable": Mark("Acceptable", "note", True),
    "contested": Mark("Contested", "open"),
    "harmful": Mark("Harmful", "bad", False),
}
GROUNDS = {
    "guideline": "Rests on a guideline or consensus",
    "trial": "Rests on a trial",
    "cohort": "Rests on series without randomisation",
    "opinion": "Rests on opinion",
}
GROUPS = {
    "spread": "Synchronous and metachronous disease",
    "driver": "Oncogene-driven disease",
    "progression": "Growth under treatment",
    "site": "Difficult sites",
    "request": "More than the request says",
}
KINDS = {"primary": "Primary", "node": "Node", "metastasis": ""}
UNSEEN = "unseen"


class BodyPicture:
    """The body map of a case, with every lesion in the state that the way has led to."""

    title = "Drawn by code, not a scan. R is the patient’s right."
    aspect = 0.8
    narrow_aspect = 1.1

    def scene(self, tale: Tale, settings: Sequence[Any]) -> list[Any]:
        """Return the lesions to be drawn after what nodes and choices along a way changed."""
        from oligoteach.charts.body_map import Spot

        now = {lesion.id: lesion.state for lesion in tale.picture}
        mm = {lesion.id: lesion.mm for lesion in tale.picture}
        for change in settings:
            now.update(change.map)
            mm.update(change.sizes)
        return [
            Spot(lesion.site, now[lesion.id], mm[lesion.id], KINDS[lesion.kind])
            for lesion in tale.picture
            if now[lesion.id] != UNSEEN
        ]

    def draw(self, figure: Any, scene: list[Any]) -> dict[str, Any]:
        """Draw the body, and the lesions that move."""
        from oligoteach.charts.body_map import BodyMap

        body = BodyMap(figure)
        body.show(scene)
        return body

    def update(self, artists: dict[str, Any], scene: list[Any]) -> None:
        """Show other states."""
        artists.show(scene)  # type: ignore[attr-defined]

    def describe(self, scene: list[Any]) -> str:
        """Say every lesion with size and state."""
        from oligoteach.charts.body_map import in_words

        return in_words(scene)

    def changed(self, before: list[Any], after: list[Any]) -> str:
        """Say which lesions look otherwise than before."""
        from oligoteach.charts.body_map import changes_in_words

        return changes_in_words(before, after)


def usable() -> evidence.Cases:
    """Return the shipped cases whose patients can be, and what was left out."""
    return evidence.board_cases(profile_fault)


def board(lesson: str, title: str, cases: evidence.Cases | None = None) -> Branching:
    """Return the tumour board with every case that can be used.

    Parameters
    ----------
    lesson : str
        Lesson under which the browser keeps the ways taken.
    title : str
        Heading.
    cases : Cases, optional
        By default those that are shipped.
    """
    found = usable() if cases is None else cases
    return Branching(
        key="tumour-board",
        title=title,
        tales=[tale_of(case) for case in found.usable],
        picture=BodyPicture(),
        lesson=lesson,
        notes=[left_out(name, problems) for name, problems in found.left_out.items()],
    )


def left_out(name: str, problems: Sequence[evidence.Problem]) -> str:
    """Return a sentence on a case that could not be used."""
    first = problems[0]
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return (
        f"The case {name} was left out: line {first.where}, {first.field}: {first.rule} – "
        f"{first.sentence}{more}"
    )


def tale_of(case: evidence.Case) -> Tale:
    """Return a case as the kit plays it."""
    return Tale(
        key=case.name,
        title=case.title,
        question=case.question,
        about=case.about,
        text=case.patient.text,
        facts=tuple((finding.label, finding.text) for finding in case.patient.findings),
        forks=tuple(_fork(node) for node in case.nodes),
        closing=tuple(_remark(point) for point in case.discussion),
        picture=case.lesions,
        group=GROUPS[case.group],
        start=case.start,
    )


def _fork(node: Any) -> Fork:
    return Fork(
        id=node.id,
        title=node.title,
        text=node.text,
        question=node.question,
        ways=tuple(_way(choice) for choice in node.choices),
        open=node.contested,
        setting=node,
    )


def _way(choice: Any) -> Way:
    from oligoteach.evidence.cases import END

    ground = choice.ground
    words = {"not stated": "strength not stated"}.get(ground.strength, ground.strength)
    strength = f" ({words})" if words else ""
    return Way(
        id=choice.id,
        text=choice.text,
        mark=MARKS[choice.mark],
        ground=_remark(ground, GROUNDS[ground.kind] + strength),
        consequence=choice.consequence,
        reasons=tuple(_remark(r, "Opinion" if r.opinion else "") for r in choice.reasons),
        next=None if choice.next == END else choice.next,
        setting=choice,
    )


def _remark(part: Any, label: str = "") -> Remark:
    return Remark(part.text, label, (*cite_all(part.claims), *_results(part.sources)))


def _results(sources: Iterable[str]) -> Iterable[Citation]:
    """Return a citation for each trial's results and each reference that a text names."""
    for source in sources:
        kind, _, key = source.partition(":")
        if kind == "outcome":
            yield _trial(key)
        elif kind == "ref":
            yield _reference(key)


def _trial(trial_id: str) -> Citation:
    """Return a trial's results as a citation: not a claim of the review, but read beside it."""
    trial = evidence.trial(trial_id)
    rows = evidence.outcomes(trial_id)
    open_ = any(row.verification == "unverified" for row in rows)
    arms = {arm.arm_id: arm.label for arm in evidence.arms(trial_id)}
    return Citation(
        key=f"outcome-{trial_id}",
        statement=f"{trial.name}: {trial.population}",
        verdict="Results of the trial",
        tone="note",
        verified="some figures unverified" if open_ else "read or quoted by another source",
        finding="; ".join(_result(row, arms) for row in rows),
        sources=tuple(refer(key) for key in trial.ref_ids),
    )


def _result(row: Any, arms: Mapping[str, str]) -> str:
    """Return one published result in words; an unverified one says so."""
    unit = row.unit if row.unit in ("%", "") else f" {row.unit}"
    value = "" if row.value is None else f" {row.value:g}{'' if row.unit == 'ratio' else unit}"
    limits = "" if row.low is None or row.high is None else f" ({row.low:g} to {row.high:g})"
    p = "" if row.p_value is None else f", p={row.p_value:g}"
    time = "" if row.time_months is None else f" at {row.time_months:g} months"
    arm = f", {arms[row.arm_id]}" if row.arm_id in arms else ""
    doubt = " (unverified)" if row.verification == "unverified" else ""
    return f"{row.endpoint}, {row.measure.replace('_', ' ')}{time}{arm}:{value}{limits}{p}{doubt}"


def _reference(ref_id: str) -> Citation:
    source = refer(ref_id)
    return Citation(
        key=f"ref-{ref_id}",
        statement=source.text,
        verdict="Reference",
        tone="note",
        sources=(source,),
    )
