"""A plan against the limits of every source: kept, broken, and where sources disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from oligoteach import evidence
from oligoteach.models.constraint_check import Judgement, choose, is_near_maximum, judge
from oligoteach.modules._phrases import counted, listed
from oligoteach.modules._presets import OWN, brought
from oligoteach.widgets import Number, Table

FRACTIONS = {"1": "1", "3": "3", "4": "4", "5": "5", "8": "8"}
# Columns of the figure that hold several sources: papers of one series, each on its own organ.
SERIES = {"hytec-brain": "hytec", "hytec-cord": "hytec", "hytec-lung": "hytec"}
HEADS = {
    "tg101": ("AAPM TG-101", "TG-101"),
    "nccn": ("NCCN table", "NCCN"),
    "rtog0813": ("RTOG 0813", "R0813"),
    "rtog0915": ("RTOG 0915", "R0915"),
    "uk2022": ("UK 2022", "UK’22"),
    "uk2018": ("UK 2018", "UK’18"),
    "hospital-list": ("Hospital list", "Hosp."),
    "lungtech": ("LungTech", "LungT."),
    "safron2": ("SAFRON II", "SAFRON"),
    "fastrack2": ("FASTRACK II", "FASTR."),
    "hytec": ("HyTEC", "HyTEC"),
}


@dataclass(frozen=True)
class Item:
    """A value of the plan that is checked.

    Attributes
    ----------
    key, organ : str
        Name of its control, and key of the organ.
    name, short : str
        As it is written, and on a phone.
    metric : str
        ``near maximum``, or the metric of a constraint.
    unit : str
        Of the plan's value.
    high : float
        Largest value that can be entered.
    """

    key: str
    organ: str
    name: str
    short: str
    metric: str = "near maximum"
    unit: str = "Gy"
    high: float = 70.0


ITEMS = (
    Item("cord", "spinal-cord", "Spinal cord", "Cord"),
    Item("sac", "thecal-sac", "Thecal sac or PRV", "Thecal sac"),
    Item("canal", "spinal-canal", "Spinal canal", "Canal"),
    Item("oesophagus", "oesophagus", "Oesophagus", "Oesophagus"),
    Item("airways", "central-airways", "Main airways", "Airways"),
    Item("vessels", "great-vessels", "Great vessels", "Vessels"),
    Item("heart", "heart", "Heart", "Heart"),
    Item("plexus", "brachial-plexus", "Brachial plexus", "Plexus"),
    Item("wall", "chest-wall", "Chest wall", "Chest wall"),
    Item("skin", "skin", "Skin", "Skin"),
    Item("v20", "lungs", "Lungs, V20", "Lung V20", "V20Gy", "%", 60.0),
    Item("mean", "lungs", "Lungs, mean", "Lung mean", "Dmean", "Gy", 30.0),
)

# Invented plans, each with the dose of the course and the value of every item.
PLANS: dict[str, dict[str, Any]] = {
    "central": {
        "fractions": "5",
        "total": 50.0,
        **{"cord": 26.0, "sac": 26.0, "canal": 26.0, "oesophagus": 34.0, "airways": 42.0},
        **{"vessels": 48.0, "heart": 33.0, "plexus": 8.0, "wall": 28.0, "skin": 18.0},
        **{"v20": 7.0, "mean": 4.5},
    },
    "peripheral": {
        "fractions": "3",
        "total": 54.0,
        **{"cord": 12.0, "sac": 12.0, "canal": 12.0, "oesophagus": 14.0, "airways": 16.0},
        **{"vessels": 20.0, "heart": 18.0, "plexus": 5.0, "wall": 34.0, "skin": 25.0},
        **{"v20": 5.0, "mean": 3.5},
    },
    "spine": {
        "fractions": "1",
        "total": 16.0,
        **{"cord": 13.5, "sac": 13.5, "canal": 13.5, "oesophagus": 15.0, "airways": 10.0},
        **{"vessels": 16.0, "heart": 10.0, "plexus": 2.0, "wall": 12.0, "skin": 9.0},
        **{"v20": 0.0, "mean": 1.0},
    },
}
PLAN_NAMES = {
    "central": "Central lesion, 50 Gy in 5",
    "peripheral": "Peripheral lesion, 54 Gy in 3",
    "spine": "Thoracic vertebra, 16 Gy in 1",
    OWN: "Your own",
}
DEFAULT = PLANS["central"]


def plan_controls() -> tuple[Number, ...]:
    """Return the controls of a plan's values."""
    first = Number("total", "Planned dose", 8, 70, default=50, step=0.5, unit="Gy")
    return (
        first,
        *(
            Number(
                item.key,
                item.name if item.metric != "near maximum" else f"{item.name}, hottest point",
                0,
                item.high,
                default=DEFAULT[item.key],
                step=0.5,
                unit=item.unit,
            )
            for item in ITEMS
        ),
    )


def plan_values(changed: dict[str, Any], p: SimpleNamespace) -> dict[str, Any]:
    """Return what the choice of a plan brings along."""
    return brought(PLANS.get(p.preset), changed, p)


@dataclass(frozen=True)
class Cell:
    """A limit of one source against the plan."""

    limit: evidence.Constraint
    judgement: Judgement

    @property
    def unread(self) -> bool:
        """Whether nobody has seen the limit in a source."""
        return self.limit.verification == "unverified"

    @property
    def kept(self) -> bool:
        """Whether the plan keeps it."""
        return self.judgement.status == "pass"


@dataclass(frozen=True)
class Line:
    """An item with the limits of the sources that have one for this number of fractions."""

    item: Item
    value: float
    cells: dict[str, Cell]
    set_aside: int
    elsewhere: tuple[int, ...]

    def in_column(self, column: str) -> Cell | None:
        """Return the limit that stands in a column of the figure."""
        found = (
            cell for source, cell in self.cells.items() if SERIES.get(source, source) == column
        )
        return next(found, None)

    @property
    def disagree(self) -> bool:
        """Whether the plan keeps the limit of one source and breaks that of another."""
        return len({cell.kept for cell in self.cells.values()}) > 1


@dataclass(frozen=True)
class CheckView:
    """What the explorer shows.

    Attributes
    ----------
    fractions : int
        Of the plan.
    sources : tuple of str
        Sources with at least one limit, the one with most first.
    lines : tuple of Line
        One for each item.
    optimal : bool
        Whether optimal limits stand in place of mandatory ones.
    """

    fractions: int
    sources: tuple[str, ...]
    lines: tuple[Line, ...]
    optimal: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the figure: the sources, those of one series together."""
        return tuple(dict.fromkeys(SERIES.get(source, source) for source in self.sources))

    def broken(self, source: str) -> list[Line]:
        """Return the items whose limit of this source the plan breaks."""
        return [n for n in self.lines if source in n.cells and not n.cells[source].kept]

    def has(self, source: str) -> int:
        """Return how many limits a source has here."""
        return sum(source in line.cells for line in self.lines)


def check_view(p: SimpleNamespace) -> CheckView:
    """Return the plan against every source for the explorer's settings."""
    n = int(p.fractions)
    lines = tuple(_line(item, p, n) for item in ITEMS)
    counts = dict.fromkeys(evidence.constraint_sources(), 0)
    for line in lines:
        for source in line.cells:
            counts[source] += 1
    ordered = sorted((s for s in counts if counts[s]), key=lambda s: -counts[s])
    return CheckView(n, tuple(ordered), lines, p.optimal)


def _line(item: Item, p: SimpleNamespace, n: int) -> Line:
    """Return an item with one limit of each source."""
    chosen = choose(evidence.constraints().values(), item.organ, n, unverified=p.unverified)
    value = float(getattr(p, item.key))
    found: dict[str, list[evidence.Constraint]] = {}
    for limit in filter(lambda limit: _speaks_of(limit, item), chosen.limits):
        found.setdefault(limit.source, []).append(limit)
    cells = {}
    for source, limits in found.items():
        limit = _one(limits, p.optimal)
        if limit is not None:
            found_there = judge(limit, value, fractions=n, prescription=float(p.total))
            cells[source] = Cell(limit, found_there)
    aside = sum(_speaks_of(limit, item) for limit in chosen.unverified)
    return Line(item, value, cells, aside, chosen.other_fractions)


def _speaks_of(limit: evidence.Constraint, item: Item) -> bool:
    """Whether a limit is on this item."""
    if item.metric == "near maximum":
        return is_near_maximum(limit)
    return limit.metric == item.metric


def _one(limits: Iterable[evidence.Constraint], optimal: bool) -> evidence.Constraint | None:
    """Return a source's limit on the smallest volume, since the hottest point is what is entered.

    Where it has one for each of two structures, such as trachea and main bronchus, the stricter.
    """
    usable = [limit for limit in limits if optimal or limit.level != "optimal"]
    if optimal:
        usable = [limit for limit in usable if limit.level == "optimal"] or usable
    return min(usable, key=lambda limit: (limit.at or 0.0, limit.limit), default=None)


def name_of(source: str) -> str:
    """Return the short name of a source."""
    return evidence.constraint_sources()[source].short_name


def check_sentences(view: CheckView) -> list[str]:
    """Return the plan in words, source by source, and where they disagree."""
    apart = [line for line in view.lines if line.disagree]
    split = f"disagree on {listed([_lower(n.item) for n in apart])}" if apart else "agree"
    by_source = ", ".join(_by_source(view, source) for source in view.sources)
    found = [
        f"The same plan in {counted(view.fractions)}: the sources {split}.",
        f"Limits broken: {by_source}.",
    ]
    found += [
        f"{line.item.name}, {line.value:g} {line.item.unit}: {_cells(line)}." for line in apart
    ]
    found.append(_silent(view))
    return [sentence for sentence in found if sentence]


def _by_source(view: CheckView, source: str) -> str:
    """Return how many limits of a source are broken, and which."""
    broken = view.broken(source)
    names = f" ({listed([_lower(line.item) for line in broken])})" if broken else ""
    return f"{name_of(source)} {len(broken)} of {view.has(source)}{names}"


def _lower(item: Item) -> str:
    """Return an item's name within a sentence."""
    return item.name[0].lower() + item.name[1:]


def _cells(line: Line) -> str:
    """Return the limits of an item in words, the strictest first."""
    cells = sorted(line.cells.items(), key=lambda pair: pair[1].judgement.allowed or 0)
    return ", ".join(
        f"{name_of(source)} {cell.judgement.allowed:g}{' unverified' if cell.unread else ''} "
        f"{'kept' if cell.kept else 'broken'}"
        for source, cell in cells
    )


def _silent(view: CheckView) -> str:
    """Say which items no source has a limit for."""
    names = [_lower(line.item) for line in view.lines if not line.cells]
    aside = sum(line.set_aside for line in view.lines)
    parts = [f"No limit for {counted(view.fractions)}: {listed(names)}."] if names else []
    if aside:
        parts.append(f"Left out as unverified: {aside}.")
    return " ".join(parts)


def check_table(view: CheckView) -> Table:
    """Return every limit that was used, with its source, grade and what it is to prevent."""
    rows: list[list[Any]] = []
    for line in view.lines:
        for source, cell in line.cells.items():
            limit, kept = cell.limit, cell.kept
            grade = limit.verification.replace("_", " ")
            rows.append(
                [
                    line.item.name,
                    name_of(source),
                    ", ".join(filter(None, [limit.metric, limit.structure])),
                    ", ".join(filter(None, [limit.limit_text, limit.level])),
                    f"{line.value:g} {line.item.unit}",
                    {"text": "kept" if kept else "broken", "tone": "ok" if kept else "bad"},
                    {"text": grade, "tone": "open" if cell.unread else "ok"},
                    limit.endpoint or "not stated",
                ]
            )
    columns = ["Organ", "Source", "Metric", "Limit", "Plan", "Result", "Grade", "To prevent"]
    caption = (
        f"For {counted(view.fractions)} only; nothing is carried over from other numbers. "
        "Percentages of the planned dose are worked out in Gy."
    )
    return Table(columns, rows, caption)
