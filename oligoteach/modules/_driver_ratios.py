"""Hazard ratios of the EGFR trials beside what their own medians and intervals imply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.models import intervals
from oligoteach.modules._hazard_ratios import FIT_SIGNS, FIT_WORDS
from oligoteach.modules._trials import (
    arm_ids,
    interval_text,
    is_one_sided,
    is_verified,
    p_text,
    result,
    short_name,
)
from oligoteach.widgets import Table

ENDPOINTS = {"OS": "Overall survival", "PFS": "Progression-free survival"}
STUDIES = ("sindas", "peng", "northstar")
BEYOND = ("nrog-china-002",)
SUBGROUPS = ("PFS 3 or fewer metastases", "PFS more than 3 metastases")
LEVELS = {"printed": "95 %, as printed", "80": "80 %"}
SMALLEST_P = 0.0001
RATIO_SCALE = Scale(
    0.2,
    2,
    (0.2, 0.3, 0.5, 0.7, 1, 2),
    "Hazard ratio, log scale\n◇ what the medians give",
    "Hazard ratio, log scale\n◇ what the medians give",
    log=True,
    reference=1,
)


@dataclass(frozen=True)
class Ratio:
    """A comparison of two arms: its hazard ratio and what can be worked out beside it.

    Attributes
    ----------
    trial_id, endpoint : str
        Comparison, by its names in the ledger.
    outcome : Outcome or None
        The hazard ratio; None where none was seen.
    medians : tuple of float or None
        Published medians with and without local treatment.
    test : Outcome or None
        The row that carries the p value.
    level : float
        Level at which the interval is read, in per cent.
    check : Consistency or None
        Whether p value and interval fit; None where one of them is missing.
    patients : int or None
        How many were compared.
    """

    trial_id: str
    endpoint: str
    outcome: evidence.Outcome | None
    medians: tuple[float, float] | None
    test: evidence.Outcome | None
    level: float
    check: intervals.Consistency | None
    patients: int | None

    def events(self, level: float | None = None) -> float | None:
        """Return the least number of events that the interval needs at a level."""
        if self.outcome is None or self.outcome.low is None or self.outcome.high is None:
            return None
        return intervals.least_events(self.outcome.low, self.outcome.high, level or self.level)

    @property
    def impossible(self) -> bool:
        """Whether the interval, as it is read, needs more events than there were patients."""
        return _beyond(self.events(), self.patients)

    @property
    def in_doubt(self) -> bool:
        """Whether the printed level needs more events than there were patients."""
        printed = self.outcome.ci_level if self.outcome else None
        return _beyond(self.events(printed), self.patients)

    @property
    def from_medians(self) -> float | None:
        """The hazard ratio that the medians give if both hazards are constant."""
        return None if self.medians is None else self.medians[1] / self.medians[0]

    @property
    def outside(self) -> bool:
        """Whether the ratio from the medians lies outside the printed interval."""
        if self.outcome is None or self.outcome.low is None or self.from_medians is None:
            return False
        return not self.outcome.low <= self.from_medians <= (self.outcome.high or float("inf"))

    @property
    def name(self) -> str:
        """Short name of the trial."""
        return short_name(self.trial_id)

    @property
    def detail(self) -> str:
        """Which patients, and whose figure."""
        if self.endpoint in SUBGROUPS:
            return self.endpoint.removeprefix("PFS ")
        if self.outcome is not None and not is_verified(self.outcome):
            return "ratio in the review only"
        return ""


def _beyond(events: float | None, patients: int | None) -> bool:
    return events is not None and patients is not None and events > patients


@dataclass(frozen=True)
class Ratios:
    """What the explorer shows: an endpoint, its comparisons, and whether to judge them."""

    endpoint: str
    rows: tuple[Ratio, ...]
    medians: bool
    level: str


def ratios_view(endpoint: str, rows: str, level: str, medians: bool) -> Ratios:
    """Return the comparisons of an endpoint.

    Parameters
    ----------
    endpoint : {'OS', 'PFS'}
        What is compared.
    rows : {'review', 'more'}
        The review's trials, or also NorthStar's groups and a trial beyond the review.
    level : {'printed', '80'}
        Level at which the intervals are read: as printed, or in per cent.
    medians : bool
        Whether the figure shows the ratio that the medians give.
    """
    keys = [(trial_id, endpoint) for trial_id in STUDIES]
    if rows == "more":
        if endpoint == "PFS":
            keys += [("northstar", name) for name in SUBGROUPS]
        keys += [(trial_id, endpoint) for trial_id in BEYOND]
    found = tuple(_ratio(trial_id, name, level) for trial_id, name in keys)
    return Ratios(endpoint, found, medians, level)


def _ratio(trial_id: str, endpoint: str, level: str) -> Ratio:
    outcome = result(trial_id, endpoint, "hazard_ratio")
    read = float((outcome.ci_level if outcome else None) or 95)
    read = read if level == "printed" else float(level)
    test = result(trial_id, endpoint, "p_value") or outcome
    test = test if test is not None and test.p_value is not None else None
    check = None
    if outcome is not None and outcome.low is not None and test is not None:
        check = intervals.consistent(
            outcome.value,
            outcome.low,
            outcome.high,
            test.p_value,
            read,
            one_sided=is_one_sided(test),
            comparator=test.p_comparator or "=",
        )
    medians, patients = _medians(trial_id, endpoint), _patients(trial_id, endpoint)
    return Ratio(trial_id, endpoint, outcome, medians, test, read, check, patients)


def _patients(trial_id: str, endpoint: str) -> int | None:
    """Return how many were compared: all of a trial, or the group that the ledger counts."""
    if endpoint not in SUBGROUPS:
        return evidence.trial(trial_id).n
    found = [result(trial_id, endpoint, "median", arm_id) for arm_id in arm_ids(trial_id)]
    counted = [re.match(r"n=(\d+)", outcome.note) for outcome in found if outcome is not None]
    return sum(int(count[1]) for count in counted if count) or None


def _medians(trial_id: str, endpoint: str) -> tuple[float, float] | None:
    """Return the medians with and without local treatment, or None unless both were seen."""
    found = [result(trial_id, endpoint, "median", arm_id) for arm_id in arm_ids(trial_id)]
    values = [o.value for o in found if o is not None and is_verified(o)]
    return (values[0], values[1]) if len(values) == 2 else None


def ratio_blocks(view: Ratios) -> list[Block]:
    """Return the blocks that the figure shows."""
    return [_block(ratio, view.medians) for ratio in view.rows]


def _block(ratio: Ratio, medians: bool) -> Block:
    beyond = not evidence.trial(ratio.trial_id).in_review
    unread = ratio.outcome is not None and not is_verified(ratio.outcome)
    if beyond:
        status = "+ beyond the review"
    else:
        status = "? unverified" if unread else "? level in doubt" if ratio.in_doubt else ""
    return Block(
        ratio.name,
        ratio.detail,
        status,
        "open" if unread or ratio.in_doubt else "muted",
        tuple(_lines(ratio, medians)),
        "+ beyond" if beyond else "",
        joined=True,
    )


def _lines(ratio: Ratio, medians: bool) -> Iterator[Line]:
    """Yield ratio, medians, p value and judgements."""
    given, outcome = ratio.from_medians if medians else None, ratio.outcome
    if outcome is None:
        yield Line("no hazard ratio seen", wide=given is None, ghost=given)
    else:
        mark = Mark(outcome.value, outcome.low, outcome.high, hollow=not is_verified(outcome))
        yield Line(_ratio_text(ratio), "ratio", mark, given)
    if given is not None and ratio.medians is not None:
        yield Line(f"◇ medians give {given:.2f}")
        if ratio.outside:
            yield Line("✗ outside the interval", "bad")
    if ratio.test is not None:
        yield Line(p_text(ratio.test))
    if ratio.check is not None:
        sign, tone = FIT_SIGNS[ratio.check.agreement]
        yield Line(f"{sign} interval implies p {_small(ratio.check.p_implied)}", tone)
    if ratio.in_doubt:
        sign, tone = ("✗", "bad") if ratio.impossible else ("✓", "ok")
        yield Line(f"{sign} needs {_events_text(ratio)}", tone)


def _events_text(ratio: Ratio) -> str:
    return f"{ratio.events():.0f} events in {ratio.patients}"


def _ratio_text(ratio: Ratio) -> str:
    outcome = ratio.outcome
    if outcome is None:
        return "no hazard ratio seen"
    if ratio.level == outcome.ci_level or outcome.low is None:
        return f"{outcome.value:.2f}{interval_text(outcome)}"
    return f"{outcome.value:.2f} ({outcome.low:.2f}–{outcome.high:.2f} as {ratio.level:g} %)"


def _small(p: float) -> str:
    """Return a p value that was worked out, no more exactly than it is worth."""
    return f"{p:.2g}" if p >= SMALLEST_P else f"< {SMALLEST_P:g}"


def ratio_sentences(view: Ratios) -> Iterator[str]:
    """Yield what does not bear itself out, how many ratios were seen, then each comparison."""
    yield from _misfits(view)
    seen = [r for r in view.rows if r.outcome is not None and is_verified(r.outcome)]
    level = "" if view.level == "printed" else f" Intervals are read as {view.level} % ones."
    yield (
        f"{ENDPOINTS[view.endpoint]}: a hazard ratio was seen in a source or a report that quotes "
        f"it for {len(seen)} of {len(view.rows)} comparisons.{level}"
    )
    yield f"{'; '.join(_words(ratio, view.medians) for ratio in view.rows)}."


def _misfits(view: Ratios) -> Iterator[str]:
    """Yield which ratio its medians do not bear out, and which level cannot be the printed one."""
    for ratio in view.rows:
        if view.medians and ratio.outside and ratio.outcome is not None:
            yield (
                f"The medians of {ratio.name} give a ratio of {ratio.from_medians:.2f}, outside "
                f"the interval that is printed with {ratio.outcome.value:.2f}."
            )
    doubted = dict.fromkeys(ratio.name for ratio in view.rows if ratio.in_doubt)
    if doubted:
        yield (
            f"At the printed level of 95 % the intervals of {' and '.join(doubted)} would need "
            "more events than there were patients."
        )


def _words(ratio: Ratio, medians: bool) -> str:
    said = [line.text.lstrip("◇✓✗? ") for line in _lines(ratio, medians)]
    name = f"{ratio.name} ({ratio.detail})" if ratio.detail else ratio.name
    return f"{name} {', '.join(said)}"


def ratio_table(view: Ratios) -> Table:
    """Return every comparison with its medians, ratio, p value and judgement."""
    columns = [
        "Trial",
        "Medians, months",
        "Hazard ratio",
        "Ratio that the medians give",
        "Printed p",
        "p that the interval implies",
        "Events that the interval needs",
        "Source of the ratio",
    ]
    return Table(
        columns,
        [_table_row(ratio) for ratio in view.rows],
        f"{ENDPOINTS[view.endpoint]}, with local treatment against without; "
        "the fourth, the sixth and the seventh column are worked out here",
    )


def _table_row(ratio: Ratio) -> list[Any]:
    outcome, given = ratio.outcome, ratio.from_medians
    outside = {"text": f"{given:.2f}, outside the interval", "tone": "bad"} if given else "–"
    return [
        ", ".join(filter(None, (ratio.name, ratio.detail))),
        "not seen" if ratio.medians is None else "{:g} vs {:g}".format(*ratio.medians),
        _ratio_text(ratio),
        outside if ratio.outside else "–" if given is None else f"{given:.2f}",
        "none seen" if ratio.test is None else p_text(ratio.test),
        _implied(ratio.check),
        _needed(ratio),
        "–" if outcome is None else _verification(outcome),
    ]


def _implied(check: intervals.Consistency | None) -> Any:
    if check is None:
        return "cannot be worked out"
    words = f"{_small(check.p_implied)}: {FIT_WORDS[check.agreement]}"
    return {"text": words, "tone": FIT_SIGNS[check.agreement][1]}


def _needed(ratio: Ratio) -> Any:
    if ratio.events() is None or ratio.patients is None:
        return "cannot be worked out"
    words = f"at least {_events_text(ratio)} patients"
    if ratio.impossible:
        return {"text": f"✗ {words}: not possible", "tone": "bad"}
    return words


def _verification(outcome: evidence.Outcome) -> Any:
    words = evidence.VERIFICATION_LABELS[outcome.verification]
    return {"text": words, "tone": "ok" if is_verified(outcome) else "open"}
