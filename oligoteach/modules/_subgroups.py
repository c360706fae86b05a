"""Lung against breast in CURB: two ratios, and the ratio of the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.models.interaction import (
    Interaction,
    Ratio,
    chance_to_differ,
    interaction,
    narrowed,
)
from oligoteach.modules._trials import p_text, result
from oligoteach.widgets import Table

GROUPS = {"PFS NSCLC": "Lung cancer", "PFS breast": "Breast cancer"}
READ = {
    "alone": "Each group against no effect",
    "together": "One group against the other",
}
SCALE = Scale(
    0.1,
    2,
    (0.1, 0.2, 0.5, 1, 2),
    "Hazard ratio of progression or death, and ratio of the two\n1: no effect, or no difference",
    "Hazard ratio, and ratio of the two\n1: no effect, or no difference",
    log=True,
    reference=1,
)


@dataclass(frozen=True)
class Group:
    """One group: what was printed, and its ratio as drawn."""

    name: str
    outcome: evidence.Outcome
    ratio: Ratio


@dataclass(frozen=True)
class SubgroupView:
    """Two groups, one over the other, and the thought experiment."""

    read: str
    times: float
    groups: tuple[Group, Group]
    between: Interaction
    chance: float


def subgroup_view(read: str, times: float) -> SubgroupView:
    """Return the groups of CURB with ``times`` as many patients."""
    one, other = (_group(name, words, times) for name, words in GROUPS.items())
    printed = [_printed(group.outcome) for group in (one, other)]
    between, chance = (ask(*printed, times=times) for ask in (interaction, chance_to_differ))
    return SubgroupView(read, times, (one, other), between, chance)


def _group(endpoint: str, name: str, times: float) -> Group:
    outcome = result("curb", endpoint, "hazard_ratio")
    if outcome is None:
        raise LookupError(f"the ledger has no hazard ratio of {endpoint} in CURB")
    return Group(name, outcome, narrowed(_printed(outcome), times, outcome.ci_level or 95.0))


def _printed(outcome: evidence.Outcome) -> Ratio:
    return Ratio(outcome.value, outcome.low, outcome.high)


def subgroup_blocks(view: SubgroupView) -> list[Block]:
    """Return the rows of the figure."""
    status = "as printed" if view.times == 1 else f"{view.times:g} times as many"
    blocks = []
    for group in view.groups:
        r = group.ratio
        lines = [Line(_text(r.value, r.low, r.high), "ratio", Mark(r.value, r.low, r.high))]
        if view.times == 1:
            lines.append(Line(f"printed {p_text(group.outcome)}", joins=True))
        blocks.append(Block(group.name, "against no effect", status, "muted", tuple(lines)))
    if view.read == "together":
        b = view.between
        lines = [
            Line(_text(b.value, b.low, b.high), "with", Mark(b.value, b.low, b.high)),
            Line(f"{_p(b.p)}", "note", joins=True),
        ]
        blocks.append(
            Block("Lung over breast", "against no difference", "worked out", "note", tuple(lines))
        )
    return blocks


def _p(value: float) -> str:
    """Return a p value that was worked out, no more exactly than it is worth."""
    return f"p = {value:.2g}" if value >= 0.001 else "p < 0.001"


def _text(value: float, low: float, high: float) -> str:
    return f"{value:.2f} ({low:.2f}–{high:.2f})"


def subgroup_sentences(view: SubgroupView) -> Iterator[str]:
    """Yield one ratio over the other, where it is asked for, then the two."""
    if view.read == "together":
        yield from _between_sentences(view)
    size = (
        "CURB as printed"
        if view.times == 1
        else (f"A trial {view.times:g} times as large as CURB, with the same two ratios")
    )
    said = [
        f"{group.name.lower()} {_text(group.ratio.value, group.ratio.low, group.ratio.high)}"
        + (f", {p_text(group.outcome)}" if view.times == 1 else "")
        for group in view.groups
    ]
    yield f"{size}: {'; '.join(said)}."


def _between_sentences(view: SubgroupView) -> Iterator[str]:
    """Yield whether the two are told apart, and how often new trials would tell them."""
    b, larger = view.between, view.times > 1
    whose = f"With {view.times:g} times the patients, lung" if larger else "Lung"
    yield (
        f"{whose} over breast is {_text(b.value, b.low, b.high)}, {_p(b.p)}: these figures "
        f"{_told(b.p < 0.05, view.times)} the two apart at the usual threshold."
    )
    if larger:
        share = f"{view.chance * 100:.0f} %"
        yield f"Were these ratios the truth, {share} of such trials would find a difference."


def _told(differ: bool, times: float) -> str:
    """Return whether the two are told apart: in the thought experiment only they would be."""
    if times == 1:
        return "tell" if differ else "do not tell"
    return "would tell" if differ else "would not tell"


def subgroup_table(view: SubgroupView) -> Table:
    """Return both ratios and the ratio of the two."""
    rows = [
        [
            group.name,
            _text(group.outcome.value, group.outcome.low, group.outcome.high),
            p_text(group.outcome),
            _text(group.ratio.value, group.ratio.low, group.ratio.high),
        ]
        for group in view.groups
    ]
    if view.read == "together":
        b = view.between
        rows.append(["Lung over breast (worked out)", "not printed", "not printed", ""])
        rows[-1][3] = f"{_text(b.value, b.low, b.high)}, {_p(b.p)}"
    columns = ["Group", "Printed ratio", "Printed p", f"With {view.times:g} times the patients"]
    return Table(columns, rows)
