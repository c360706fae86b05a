"""Hazard ratios of trials, each with its interval, its p value, and whether the two fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.models import intervals
from oligoteach.modules._trial_board import BEYOND, FOUR, PRINTED
from oligoteach.modules._trials import (
    figure_of,
    interval_text,
    is_one_sided,
    is_verified,
    level_unread,
    p_text,
    short_name,
)
from oligoteach.widgets import Table

REVIEW = "vedagiri-2026"


@dataclass(frozen=True)
class Ratio:
    """A hazard ratio with what is printed beside it, and whether they fit.

    Attributes
    ----------
    outcome : Outcome
        The hazard ratio's row of the ledger.
    test : Outcome or None
        The row that carries the p value.
    level : float or None
        Level at which the interval is read, in per cent.
    check : Consistency or None
        None where interval or p value is missing.
    """

    outcome: evidence.Outcome
    test: evidence.Outcome | None
    level: float | None
    check: intervals.Consistency | None

    @property
    def report(self) -> str:
        """Which report the ratio is from, in words."""
        if self.outcome.source_ref == REVIEW:
            return "in the review"
        if self.outcome.time_months:
            return f"at {self.outcome.time_months / 12:g} years"
        return self.outcome.endpoint.removeprefix("PFS").removeprefix("OS").strip()


@dataclass(frozen=True)
class ForestView:
    """What the forest plot shows: hazard ratios, and trials without one."""

    endpoint: str
    ratios: tuple[Ratio, ...]
    missing: tuple[str, ...]
    check: bool
    level: str


HAZARD_RATIOS = Scale(
    0.1,
    2.5,
    (0.1, 0.2, 0.5, 1, 2),
    "Hazard ratio, log scale\nbelow 1: better with local treatment",
    "Hazard ratio, log scale\nbelow 1: better with local treatment",
    log=True,
    reference=1,
)
SMALLEST_P = 0.0001
FIT_SIGNS = {"fits": ("✓", "ok"), "rounding": ("?", "open"), "misfit": ("✗", "bad")}
FIT_WORDS = {
    "fits": "fits",
    "rounding": "cannot tell within rounding",
    "misfit": "does not fit",
}
ENDPOINT_NAMES = {"OS": "Overall survival", "PFS": "Progression-free survival"}


def forest_view(endpoint: str, rows: str, level: str, check: bool) -> ForestView:
    """Return the hazard ratios of an endpoint, checked.

    Parameters
    ----------
    endpoint : {'OS', 'PFS'}
        What is compared.
    rows : {'four', 'beyond'}
        The review's four trials, alone or with others.
    level : {'printed', '95', '90', '80'}
        Level at which the intervals are read, in per cent.
    check : bool
        Whether the figure shows what the intervals imply.
    """
    reports = FOUR + (BEYOND if rows == "beyond" else ())
    found = {r.trial_id: tuple(ratios_of(r.trial_id, endpoint, level)) for r in reports}
    missing = tuple(trial_id for trial_id, ratios in found.items() if not ratios)
    ratios = tuple(ratio for group in found.values() for ratio in group)
    return ForestView(endpoint, ratios, missing, check, level)


def ratios_of(trial_id: str, endpoint: str, level: str = "printed") -> Iterator[Ratio]:
    """Yield the hazard ratios of a trial for an endpoint, all of its reports.

    Parameters
    ----------
    trial_id : str
        Trial of the ledger.
    endpoint : {'OS', 'PFS'}
        What is compared.
    level : {'printed', '95', '90', '80'}
        Level at which the intervals are read, in per cent.
    """
    for outcome in evidence.outcomes(trial_id):
        if outcome.measure == "hazard_ratio" and outcome.endpoint.split(" ")[0] == endpoint:
            test = _test_of(outcome)
            if outcome.low is None:
                yield Ratio(outcome, test, None, None)
                continue
            read = float(outcome.ci_level or 95) if level == "printed" else float(level)
            yield Ratio(outcome, test, read, _checked(outcome, test, read))


def _test_of(outcome: evidence.Outcome) -> evidence.Outcome | None:
    """Return the row that carries the p value of a hazard ratio.

    A test's own row comes first: its p value may have been read where the ratio was not.
    """
    for other in evidence.outcomes(outcome.trial_id):
        same = (other.endpoint, other.time_months) == (outcome.endpoint, outcome.time_months)
        if other.measure == "p_value" and same:
            return other
    return outcome if outcome.p_value is not None else None


def _checked(
    outcome: evidence.Outcome, test: evidence.Outcome | None, level: float
) -> intervals.Consistency | None:
    """Return whether ratio, interval and p value fit, or None without a p value."""
    if test is None:
        return None
    return intervals.consistent(
        outcome.value,
        outcome.low,
        outcome.high,
        test.p_value,
        level,
        one_sided=is_one_sided(test),
        comparator=test.p_comparator or "=",
    )


def forest_blocks(view: ForestView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = [_ratio_block(ratio, view.check) for ratio in view.ratios]
    for trial_id in view.missing:
        words = (Line(_no_ratio(trial_id, view.endpoint), wide=True),)
        detail = f"{evidence.trial(trial_id).n} patients"
        blocks.append(Block(short_name(trial_id), detail, lines=words, joined=True))
    return blocks


def _no_ratio(trial_id: str, endpoint: str) -> str:
    printed = PRINTED.get((trial_id, endpoint))
    said = f"; review: {figure_of(printed.more[0])}" if printed else ""
    return f"none seen{said}"


def _ratio_block(ratio: Ratio, check: bool) -> Block:
    outcome = ratio.outcome
    verified = is_verified(outcome)
    mark = Mark(outcome.value, outcome.low, outcome.high, hollow=not verified)
    lines = [Line(_ratio_text(ratio), "ratio", mark)]
    if ratio.test is not None:
        lines.append(Line(f"{p_text(ratio.test)}{_doubt(ratio)}", joins=True))
    if check and ratio.check is not None:
        lines.append(_check_line(ratio.check))
    trial = evidence.trial(outcome.trial_id)
    status, brief = ("", "") if trial.in_review else ("+ beyond the review", "+ beyond")
    name, detail = short_name(trial.trial_id), ratio.report or f"{trial.n} patients"
    return Block(
        name,
        detail,
        status if verified else "unverified",
        "muted" if verified else "open",
        tuple(lines),
        brief if verified else "",
        joined=True,
    )


def _ratio_text(ratio: Ratio) -> str:
    outcome = ratio.outcome
    if outcome.low is None:
        return f"{outcome.value:.2f}, no interval seen"
    if ratio.level == outcome.ci_level:
        return f"{outcome.value:.2f}{interval_text(outcome)}"
    return f"{outcome.value:.2f} ({outcome.low:.2f}–{outcome.high:.2f} as {ratio.level:g} %)"


def _doubt(ratio: Ratio) -> str:
    """Mark a p value that is less certain than its ratio."""
    doubtful = ratio.test is not None and not is_verified(ratio.test)
    return ", unverified" if doubtful and is_verified(ratio.outcome) else ""


def _check_line(check: intervals.Consistency) -> Line:
    sign, tone = FIT_SIGNS[check.agreement]
    return Line(f"{sign} interval implies p {_small(check.p_implied)}", tone)


def _small(p: float) -> str:
    """Return a p value that was worked out, no more exactly than it is worth."""
    return f"{p:.2g}" if p >= SMALLEST_P else f"< {SMALLEST_P:g}"


def forest_sentences(view: ForestView) -> Iterator[str]:
    """Yield how many ratios there are, which fit, which do not, and which cannot be checked."""
    checked = [ratio for ratio in view.ratios if ratio.check is not None]
    graded = {
        agreement: [ratio for ratio in checked if ratio.check.agreement == agreement]
        for agreement in FIT_WORDS
    }
    open_ones = [ratio for ratio in view.ratios if not is_verified(ratio.outcome)]
    level = "" if view.level == "printed" else f", all read as {view.level} % intervals,"
    yield (
        f"{ENDPOINT_NAMES[view.endpoint]}: {len(view.ratios)} hazard ratios, {len(open_ones)} of "
        f"them unverified; the p value fits the interval{level} in {len(graded['fits'])} of "
        f"{len(checked)} that can be checked, and nothing is pooled."
    )
    groups = {
        "Does not fit": graded["misfit"],
        "Cannot be told within rounding": graded["rounding"],
        "Fits": graded["fits"],
        "Cannot be checked": [ratio for ratio in view.ratios if ratio.check is None],
    }
    for words, ratios in groups.items():
        said = [_ratio_words(ratio, view.check) for ratio in ratios]
        if words == "Cannot be checked":
            said += [f"{short_name(t)} {_no_ratio(t, view.endpoint)}" for t in view.missing]
        if said:
            yield f"{words}: {'; '.join(said)}."


def _ratio_words(ratio: Ratio, check: bool) -> str:
    said = [_ratio_text(ratio)]
    if ratio.test is not None:
        said.append(f"{p_text(ratio.test)}{_doubt(ratio)}")
    if check and ratio.check is not None:
        said.append(f"interval implies p {_small(ratio.check.p_implied)}")
    if not is_verified(ratio.outcome):
        said.append("unverified")
    report = f" {ratio.report}" if ratio.report else ""
    return f"{short_name(ratio.outcome.trial_id)}{report} {', '.join(said)}"


def forest_table(view: ForestView) -> Table:
    """Return every ratio with its interval, p value and check."""
    columns = [
        "Trial and report",
        "Hazard ratio",
        "Interval",
        "Printed p",
        "p that the interval implies",
        "Fit",
        "Verification",
    ]
    caption = f"{ENDPOINT_NAMES[view.endpoint]}; nothing is pooled"
    rows = [_ratio_row(ratio) for ratio in view.ratios]
    rows += [[short_name(t), "none seen", "–", "–", "–", "–", "–"] for t in view.missing]
    return Table(columns, rows, caption)


def _ratio_row(ratio: Ratio) -> list[Any]:
    outcome = ratio.outcome
    words = evidence.VERIFICATION_LABELS[outcome.verification]
    tone = "ok" if is_verified(outcome) else "open"
    return [
        ", ".join(filter(None, (short_name(outcome.trial_id), ratio.report))),
        f"{outcome.value:.2f}",
        _interval_cell(ratio),
        f"{p_text(ratio.test)}{_doubt(ratio)}" if ratio.test is not None else "none seen",
        "–" if ratio.check is None else _implied_cell(ratio.check),
        _fit_cell(ratio.check),
        {"text": words, "tone": tone},
    ]


def _implied_cell(check: intervals.Consistency) -> str:
    """Return the implied p value with its range over rounding."""
    least, most = map(_small, check.p_range)
    return f"{_small(check.p_implied)} ({least} to {most} within rounding)"


def _interval_cell(ratio: Ratio) -> str:
    if ratio.level is None:
        return "none seen"
    unread = "; level not read in the paper" if level_unread(ratio.outcome) else ""
    return f"{ratio.outcome.low:.2f}–{ratio.outcome.high:.2f}, read as {ratio.level:g} %{unread}"


def _fit_cell(check: intervals.Consistency | None) -> Any:
    if check is None:
        return "cannot be checked"
    text, tone = FIT_WORDS[check.agreement], FIT_SIGNS[check.agreement][1]
    if not check.centred:
        text, tone = f"{text}; the ratio is not in the middle of its interval", "bad"
    return {"text": text, "tone": tone}
