"""Hazard ratios of the EGFR trials beside what their own medians and intervals imply."""

from __future__ import annotations

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
    """

    trial_id: str
    endpoint: str
    outcome: evidence.Outcome | None
    medians: tuple[float, float] | None
    test: evidence.Outcome | None
    level: float
    check: intervals.Consistency | None

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
    level : {'printed', '95', '80'}
        Level at which the intervals are read, in per cent.
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
    return Ratio(trial_id, endpoint, outcome, _medians(trial_id, endpoint), test, read, check)


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
    status = "+ beyond the review" if beyond else "? unverified" if unread else ""
    return Block(
        ratio.name,
        ratio.detail,
        status,
        "open" if unread else "muted",
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
    """Yield how many ratios were seen, then each comparison in words."""
    seen = [r for r in view.rows if r.outcome is not None and is_verified(r.outcome)]
    level = "" if view.level == "printed" else f" Intervals are read as {view.level} % ones."
    yield (
        f"{ENDPOINTS[view.endpoint]}: a hazard ratio was seen in a source or a report that quotes "
        f"it for {len(seen)} of {len(view.rows)} comparisons.{level}"
    )
    yield f"{'; '.join(_words(ratio, view.medians) for ratio in view.rows)}."


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
        "Source of the ratio",
    ]
    return Table(
        columns,
        [_table_row(ratio) for ratio in view.rows],
        f"{ENDPOINTS[view.endpoint]}, with local treatment against without; "
        "the fourth and the sixth column are worked out here",
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
        "–" if outcome is None else _verification(outcome),
    ]


def _implied(check: intervals.Consistency | None) -> Any:
    if check is None:
        return "cannot be worked out"
    words = f"{_small(check.p_implied)}: {FIT_WORDS[check.agreement]}"
    return {"text": words, "tone": FIT_SIGNS[check.agreement][1]}


def _verification(outcome: evidence.Outcome) -> Any:
    words = evidence.VERIFICATION_LABELS[outcome.verification]
    return {"text": words, "tone": "ok" if is_verified(outcome) else "open"}
