"""Where patients failed first, as published, and the review's words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.models.calibration import hit_rate
from oligoteach.modules._trials import result, worst
from oligoteach.widgets import Table

TRIAL = "rusthoven"
GROUPS: Mapping[str, str] = {
    "all": "All who were eligible",
    "sbrt-eligible": "Those who could have had SBRT",
    "both": "Both groups",
}
SHORT: Mapping[str, str] = {"all": "all", "sbrt-eligible": "SBRT possible"}
SHORT_MARKS = "● all, ■ SBRT possible"
ROLES: Mapping[str, str] = {"all": "with", "sbrt-eligible": "without"}


@dataclass(frozen=True)
class Place:
    """A kind of first failure: its name, the ledger's endpoint, and the review's claim."""

    name: str
    detail: str
    endpoint: str
    claim: str


PLACES = (
    Place(
        "Known sites only",
        "those there at the start",
        "first extracranial progression local only",
        "pof-local-only",
    ),
    Place(
        "Both together",
        "known and new sites",
        "first extracranial progression both",
        "pof-local-plus-distant",
    ),
    Place(
        "New sites only",
        "none there at the start",
        "first extracranial progression distant only",
        "pof-distant-only",
    ),
)
LABEL = "Share of first failures, %"
MARKS = "● all who were eligible, ■ SBRT possible"


@dataclass(frozen=True)
class Counted:
    """A published share: per cent, the count that it comes from, of how many, and its interval.

    ``fits`` tells whether the count gives the printed per cent when rounded.
    """

    per_cent: float
    count: int
    of: int
    low: float
    high: float
    fits: bool


@dataclass(frozen=True)
class FailuresView:
    """What the explorer shows: groups in order, whether the review stands beside, and intervals."""

    groups: tuple[str, ...]
    review: bool
    intervals: bool

    @property
    def scale(self) -> Scale:
        """The axis, which says what is what where there are two groups."""
        if len(self.groups) == 1:
            return Scale(0, 100, range(0, 101, 20), LABEL, LABEL)
        long, short = (f"{LABEL}\n{marks}" for marks in (MARKS, SHORT_MARKS))
        return Scale(0, 100, range(0, 101, 20), long, short)


def failures_view(group: str, review: bool, intervals: bool) -> FailuresView:
    """Return the groups for the explorer's settings."""
    groups = ("all", "sbrt-eligible") if group == "both" else (group,)
    return FailuresView(groups, review, intervals)


def counted(place: Place, group: str) -> Counted:
    """Return a published share with the count worked back from it, and Wilson's interval."""
    found = result(TRIAL, place.endpoint, "proportion", group)
    if found is None or found.value is None:
        raise LookupError(f"The ledger has no {place.endpoint} of {TRIAL}, {group}.")
    arms = {arm.arm_id: arm for arm in evidence.arms(TRIAL)}
    of = int(arms[group].n or 0)
    count = round(found.value * of / 100)
    rate = hit_rate(count, of)
    low, high = 100 * (rate.low or 0.0), 100 * (rate.high or 0.0)
    return Counted(found.value, count, of, low, high, round(100 * count / of) == found.value)


def failures_blocks(view: FailuresView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = []
    for place in PLACES:
        lines = [_line(place, group, view.intervals) for group in view.groups]
        if view.review:
            lines.append(_review(place))
        blocks.append(Block(place.name, place.detail, lines=tuple(lines), linked=False))
    return blocks


def _line(place: Place, group: str, intervals: bool) -> Line:
    c = counted(place, group)
    interval = f" ({c.low:.0f}–{c.high:.0f})" if intervals else ""
    limits = (c.low, c.high) if intervals else (None, None)
    words = f"{c.per_cent:g} %{interval}, {c.count} of {c.of}"
    return Line(words, ROLES[group], Mark(c.per_cent, *limits))


def _review(place: Place) -> Line:
    words, grade = worst([place.claim])
    value = evidence.claim(place.claim).value
    return Line(f"◇ review: {value:g} % {words}", grade, wide=True)


def failures_sentences(view: FailuresView) -> list[str]:
    """Return the rows in words."""
    return [sentence for group in view.groups for sentence in _group(group, view.intervals)] + [
        "Counts are worked back from the printed shares; intervals are this course's.",
        *_said(view),
    ]


def _group(group: str, intervals: bool) -> Iterator[str]:
    shares = [counted(place, group) for place in PLACES]
    known, both, new = shares
    of = {
        "all": f"Of {known.of} patients after chemotherapy",
        "sbrt-eligible": f"Of the {known.of} who could have had SBRT",
    }[group]
    yield (
        f"{of}, {known.per_cent:g} % failed first at known sites only, {both.per_cent:g} % at both "
        f"and {new.per_cent:g} % at new sites only."
    )
    if intervals:
        limits = ", ".join(f"{c.low:.0f} to {c.high:.0f} %" for c in shares)
        yield f"95 % intervals: {limits}."
    if not all(c.fits for c in shares):
        odd = next(c for c in shares if not c.fits)
        yield (
            f"No whole number of {odd.of} gives {odd.per_cent:g} %; {odd.count} would be "
            f"{100 * odd.count / odd.of:.1f} %."
        )


def _said(view: FailuresView) -> Iterator[str]:
    if view.review:
        yield (
            "The review has the same three shares, but cites a trial that does not hold them: "
            "wrong citation."
        )


def failures_table(view: FailuresView) -> Table:
    """Return every share with its count."""
    rows = []
    for group in view.groups:
        for place in PLACES:
            c = counted(place, group)
            told = f"{c.count} of {c.of}" + ("" if c.fits else " (does not round to it)")
            rows.append(
                [SHORT[group], place.name, f"{c.per_cent:g} %", told, f"{c.low:.1f}–{c.high:.1f} %"]
            )
    columns = ["Group", "First failure", "Printed", "Count worked back", "95 % interval (Wilson)"]
    return Table(columns, rows, "First progression outside the brain; one centre, looked back.")
