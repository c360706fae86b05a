"""Organs at risk of a site: what each source allows, side by side and never merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.models.constraint_check import Choice, choose, judge, near_maxima, spreads
from oligoteach.modules._phrases import counted, listed
from oligoteach.modules._regimen_lab import SITES
from oligoteach.widgets import Table

ALL = "all"
HIGH = 70.0
_TICKS = range(0, 71, 10)
DETAIL = Scale(
    0,
    HIGH,
    _TICKS,
    "Limit, Gy in all fractions\n● limit   ■ optimal   hollow: unverified   line: your plan",
    "Limit, Gy\n● limit   ■ optimal   line: your plan",
)
OVERVIEW = Scale(
    0,
    HIGH,
    _TICKS,
    "Near-maximum limit, Gy in all fractions together\nfrom the strictest source to the loosest",
    "Near-maximum limit, Gy\nstrictest to loosest source",
)
STRUCTURES = {
    "both lungs minus GTV or ITV": "minus GTV or ITV",
    "target included; brain metastases": "target included",
    "trachea and ipsilateral bronchus, non-adjacent wall": "non-adjacent wall",
    "trachea and proximal bronchi": "trachea, prox. bronchi",
    "trachea and main bronchus": "trachea, main bronchus",
    "trachea and large bronchi": "trachea, large bronchi",
}


def organ_options() -> dict[str, str]:
    """Return the choices of an organ: all of the site, then each that belongs to one."""
    named = {key: row.name for key, row in evidence.organs().items() if row.sites}
    return {ALL: "All of the site", **named}


@dataclass(frozen=True)
class OrganView:
    """An organ: what applies, and what was set aside."""

    organ: evidence.Organ
    chosen: Choice[evidence.Constraint]


@dataclass(frozen=True)
class LimitsView:
    """What the explorer shows.

    Attributes
    ----------
    site : str
    fractions : int
    organs : tuple of OrganView
        Organs of the site, or the one chosen.
    detail : bool
        Whether one organ is chosen.
    dose, prescription : float
        Near-maximum dose of an imagined plan, and its prescription, in Gy.
    """

    site: str
    fractions: int
    organs: tuple[OrganView, ...]
    detail: bool
    dose: float
    prescription: float


def limits_view(p: SimpleNamespace) -> LimitsView:
    """Return the organs and their limits for the explorer's settings."""
    organs = evidence.organs()
    keys = [p.organ] if p.organ != ALL else [k for k, row in organs.items() if p.site in row.sites]
    rows = evidence.constraints().values()
    found = tuple(
        OrganView(organs[key], choose(rows, key, p.fractions, unverified=p.unverified))
        for key in keys
    )
    return LimitsView(p.site, p.fractions, found, p.organ != ALL, p.dose, p.prescription)


def site_of(organ: str, site: str) -> str:
    """Return the site if the organ counts there, else the first site where it does."""
    sites = evidence.organs()[organ].sites
    return site if site in sites else sites[0]


# The figure ---------------------------------------------------------------------------------


def limit_blocks(view: LimitsView) -> list[Block]:
    """Return a block for each source of one organ, or for each organ of the site."""
    if view.detail:
        return list(_organ_blocks(view, view.organs[0]))
    return [_summary(view, found) for found in view.organs]


def limit_scale(view: LimitsView) -> Scale:
    """Return the axis, with a line at the plan's dose for one organ."""
    if not view.detail:
        return OVERVIEW
    return Scale(0, HIGH, _TICKS, DETAIL.label, DETAIL.short, reference=view.dose)


def _summary(view: LimitsView, found: OrganView) -> Block:
    """Return an organ's row: from the strictest near-maximum limit to the loosest."""
    pairs = [pair for pair in _near(view, found.chosen.limits) if pair[1].level != "optimal"]
    if not pairs:
        return Block(found.organ.name, lines=(Line(_none(view, found), "muted", wide=True),))
    low, high = pairs[0][0], pairs[-1][0]
    sources = {limit.source for _, limit in pairs}
    amount = f"{low:g}" if low == high else f"{low:g}–{high:g}"
    words = f"{amount} Gy, {len(sources)} source{'s' if len(sources) > 1 else ''}"
    return Block(found.organ.name, lines=(Line(words, "with", Mark(low, low, high)),))


def _near(
    view: LimitsView, limits: Iterable[evidence.Constraint]
) -> list[tuple[float, evidence.Constraint]]:
    """Return near-maximum limits in Gy, the strictest first."""
    found = [(allowed(view, limit), limit) for limit in near_maxima(limits)]
    return sorted(found, key=lambda pair: pair[0])


def allowed(view: LimitsView, limit: evidence.Constraint) -> float:
    """Return a limit in its unit; a percentage of the prescription in Gy."""
    if limit.limit_unit == "% of prescription":
        return limit.limit / 100 * view.prescription
    return limit.limit


def _none(view: LimitsView, found: OrganView) -> str:
    """Say in a few words why there is no near-maximum limit."""
    chosen = found.chosen
    if chosen.limits:
        return "limits on volumes or means only"
    if chosen.unverified:
        return "unverified only"
    numbers = ", ".join(map(str, chosen.other_fractions))
    return f"none for {view.fractions} (for {numbers})"


def _organ_blocks(view: LimitsView, found: OrganView) -> Iterator[Block]:
    """Yield a block for each source and structure of an organ."""
    chosen = found.chosen
    doubtful = {used.constraint_id: old for old, used in chosen.replaced}
    judged = near_maxima(chosen.limits)
    groups: dict[tuple[str, str], list[Line]] = {}
    for limit in chosen.limits:
        line = _line(limit, allowed(view, limit))
        if limit in judged:
            line = replace(line, text=f"{line.text}{_kept(view, limit)}")
        lines = groups.setdefault((limit.source, limit.structure), [])
        lines.append(line)
        if old := doubtful.get(limit.constraint_id):
            lines.append(Line(f"◇ {old.limit:g} Gy is not used", "muted", ghost=old.limit))
    for (source, structure), lines in groups.items():
        name = evidence.constraint_sources()[source].short_name
        detail = STRUCTURES.get(structure, structure.split(";")[0])
        yield Block(name, detail, lines=tuple(lines), joined=True, linked=False)
    if not groups:
        yield Block(found.organ.name, lines=(Line(_none(view, found), "muted", wide=True),))


def _line(limit: evidence.Constraint, gy: float) -> Line:
    """Return one limit as a line: its metric, and how far it may go."""
    hollow = limit.verification == "unverified"
    words = f"{_brief(limit.metric)} {limit.limit_text}"
    if limit.limit_unit == "% of prescription":
        words = f"{limit.metric} {limit.limit:g}% = {gy:g} Gy"
    words += ", optimal" if limit.level == "optimal" else ""
    words += " ?" if hollow else ""
    if limit.limit_unit in ("cc", "%"):
        risk = f": {limit.endpoint}" if "necrosis" in limit.endpoint else ""
        return Line(f"{words}{risk}", "muted", wide=True)
    role = "without" if limit.level == "optimal" else "with"
    return Line(words, role, Mark(gy, hollow=hollow))


def _brief(metric: str) -> str:
    """Return the name of a metric as short as a figure needs it."""
    return metric.replace(" (0.035 cc)", "").replace("coldest", "spare")


def _kept(view: LimitsView, limit: evidence.Constraint) -> str:
    """Return whether the plan's near-maximum dose keeps a limit on one, as a sign."""
    found = judge(limit, view.dose, fractions=view.fractions, prescription=view.prescription)
    return {"pass": " ✓", "fail": " ✗"}.get(found.status, "")


# In words -----------------------------------------------------------------------------------


def limit_sentences(view: LimitsView) -> list[str]:
    """Return the limits in words, the message first."""
    if view.detail:
        return list(_organ_sentences(view, view.organs[0]))
    wide = _widest(view)
    count = len(view.organs)
    lead = f"{SITES[view.site]}, {counted(view.fractions)}: {count} organs" + (
        f"; sources differ most for {wide}." if wide else "; no two sources to compare."
    )
    told = [lead]
    for found in view.organs:
        line = _summary(view, found).lines[0]
        told.append(f"{found.organ.name}: {line.text}.")
    return told


def _widest(view: LimitsView) -> str:
    """Return the organ whose sources differ most, with its near-maximum limits."""
    best, words = 1.0, ""
    for found in view.organs:
        for spread in spreads(near_maxima(found.chosen.limits), view.prescription):
            if spread.ratio > best:
                best = spread.ratio
                name = found.organ.name[0].lower() + found.organ.name[1:]
                words = f"the {name}: {spread.allowed[0]:g} to {spread.allowed[-1]:g} Gy"
    return words


def _organ_sentences(view: LimitsView, found: OrganView) -> Iterator[str]:
    chosen = found.chosen
    near = [limit for _, limit in _near(view, chosen.limits) if limit.level != "optimal"]
    kept = [limit for limit in near if _kept(view, limit) == " ✓"]
    broken = [limit for limit in near if _kept(view, limit) == " ✗"]
    lead = f"{found.organ.name}, {counted(view.fractions)}: "
    if not near:
        yield lead + (chosen.reason or "limits on volumes or means only.")
    else:
        yield lead + f"{view.dose:g} Gy near the maximum {_verdict(kept, broken)}."
    yield from _in_full(view, chosen.limits)
    for old, used in chosen.replaced:
        yield (
            f"Doubtful: {old.limit:g} Gy for the {old.metric} circulates; {used.limit:g} Gy is "
            "used until the published correction is read."
        )
    if chosen.unverified:
        yield f"Left out as unverified: {len(chosen.unverified)}."
    if found.organ.not_the_same_as:
        names = [evidence.organs()[other].name for other in found.organ.not_the_same_as]
        yield f"Not the same, with limits of their own: {', '.join(names)}."
    if known := conflicts(view, found):
        count = len(known)
        yield f"{count} known conflict{'s' if count > 1 else ''}: see the table."


def _verdict(kept: list[evidence.Constraint], broken: list[evidence.Constraint]) -> str:
    """Say which sources' limits a dose keeps, and which it breaks."""
    parts = []
    for verb, limits in (("keeps", kept), ("breaks", broken)):
        if limits:
            names = list(dict.fromkeys(_short(limit) for limit in limits))
            parts.append(f"{verb} {listed(names)}")
    return " and ".join(parts)


def _short(limit: evidence.Constraint) -> str:
    return evidence.constraint_sources()[limit.source].short_name


def _in_full(view: LimitsView, limits: Iterable[evidence.Constraint]) -> Iterator[str]:
    """Yield all limits by source, in one sentence."""
    groups: dict[str, list[str]] = {}
    for limit in limits:
        amount = limit.limit_text
        if limit.limit_unit == "% of prescription":
            amount = f"{limit.limit:g}%, {allowed(view, limit):g} Gy"
        words = f"{limit.metric.replace(' (0.035 cc)', '')} {amount}"
        words += " optimal" if limit.level == "optimal" else ""
        words += f" ({limit.endpoint})" if "necrosis" in limit.endpoint else ""
        words += " unverified" if limit.verification == "unverified" else ""
        groups.setdefault(_short(limit), []).append(words)
    if groups:
        each = [f"{name} {', '.join(words)}" for name, words in groups.items()]
        yield f"At most: {'; '.join(each)}."


def conflicts(view: LimitsView, found: OrganView) -> list[evidence.ConstraintConflict]:
    """Return the known conflicts on an organ in this number of fractions."""
    return [
        row
        for row in evidence.constraint_conflicts()
        if row.organ == found.organ.organ and str(view.fractions) in row.fractions
    ]


def _conflict(row: evidence.ConstraintConflict) -> str:
    """Return a known conflict in words."""
    unit = f" {row.unit}"
    a = f"{row.limit_a}{unit} ({row.source_a})"
    b = f"{row.limit_b}{unit if row.limit_b[-1].isdigit() else ''} ({row.source_b})"
    said = f" {row.comment}" if row.comment else ""
    return f"Known conflict, {row.kind}, {row.metric}: {a} against {b}.{said}"


def limit_table(view: LimitsView) -> Table:
    """Return every limit with source, grade and where it was seen, unverified ones included."""
    rows: list[list[Any]] = []
    for found in view.organs:
        chosen = found.chosen
        doubtful = {used.constraint_id: old for old, used in chosen.replaced}
        for limit in (*chosen.limits, *chosen.unverified):
            rows.append(_row(found.organ.name, limit, doubtful.get(limit.constraint_id)))
        for row in conflicts(view, found) if view.detail else ():
            text = _conflict(row)
            badge = {"text": row.kind, "tone": "note"}
            rows.append([found.organ.name, "Conflict", row.metric, "", badge, text])
    columns = ["Organ", "Source", "Metric", "Limit", "Grade", "Where seen, and what else"]
    return Table(columns, rows, f"For {counted(view.fractions)} only; nothing is interpolated.")


def _row(name: str, limit: evidence.Constraint, old: evidence.Constraint | None) -> list[Any]:
    """Return a row of the table."""
    unread = limit.verification == "unverified"
    grade = {"text": limit.verification.replace("_", " "), "tone": "open" if unread else "ok"}
    metric = ", ".join(filter(None, [limit.metric, limit.structure]))
    level = f" ({limit.level})" if limit.level in ("optimal", "mandatory") else ""
    note = limit.note
    if old is not None:
        note = f"Used in place of {old.limit_text}, which is doubtful. {note}"
    return [name, _short(limit), metric, f"{limit.limit_text}{level}", grade, note]
