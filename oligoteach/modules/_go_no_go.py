"""Why NRG-LU002 went no further: its rule under a chosen truth, and what the ledger has of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from oligoteach import evidence
from oligoteach.models import design, intervals, updating
from oligoteach.modules._citing import tone
from oligoteach.modules._trials import SHORT_VERDICTS, arm_ids, result
from oligoteach.widgets import Table

TRIAL = "nrg-lu002"
# Audit of the claim lu002-phase: below this ratio for progression-free survival phase III opens.
RULE = 0.83
# Number of events at the decision: not in the ledger, so the course's own choice.
EVENTS = 150
N_POINTS = 97
LEVEL = 95.0
FACTS = (
    ("Ratio for progression-free survival", "lu002-pfs-hr"),
    ("Progression-free survival, p value", "lu002-pfs-p"),
    ("Ratio for survival", "lu002-os-hr"),
    ("Survival, p value", "lu002-os-p"),
    ("On immunotherapy", "lu002-io-share"),
    ("Stable disease at entry", "lu002-sd-share"),
    ("Grade 3 or higher pneumonitis, with local treatment", "lu002-pneumonitis-lct"),
    ("The same, without", "lu002-pneumonitis-control"),
)
EXPLANATIONS = (
    ("Explanation: immunotherapy leaves less to gain", "lu002-explanation-io"),
    ("Explanation: stable disease gains little", "lu002-explanation-sd"),
    ("Explanation: immune responses are disturbed", "lu002-explanation-immune-disruption"),
)


@dataclass(frozen=True)
class GoView:
    """What the figure shows.

    Attributes
    ----------
    helped : float
        True hazard ratio among patients whom local treatment helps.
    share : float
        Share of patients whom it helps, 0 to 1; for the others the ratio is 1.
    events : int
        Progressions or deaths at the decision.
    truth : float
        Ratio over all patients.
    chance : float
        That the observed ratio falls below the rule.
    observed, low, high : float
        Reported ratio, and the interval that so many events would give it.
    """

    helped: float
    share: float
    events: int
    truth: float
    chance: float
    observed: float
    low: float
    high: float


def allocation() -> float:
    """Return the share of patients with local treatment, from the ledger."""
    sizes = {arm.arm_id: arm.n for arm in evidence.arms(TRIAL)}
    with_local, without = arm_ids(TRIAL)
    return design.allocation_share(sizes[without], sizes[with_local])


def go_view(helped: float, share: float, events: int) -> GoView:
    """Return the chance to go on, and what the observed ratio leaves open.

    Parameters
    ----------
    helped : float
        True hazard ratio among those who are helped.
    share : float
        Their share, 0 to 1. The ratio over all patients is taken as ``helped ** share``: a mean
        of logs, near the truth where both groups have the same prognosis.
    events : int
        Events at the decision.
    """
    truth = math.exp(share * math.log(helped))
    observed = result(TRIAL, "PFS", "hazard_ratio").value
    spread = intervals.z_value(LEVEL) * updating.error_from_events(events, allocation())
    return GoView(
        helped=helped,
        share=share,
        events=events,
        truth=truth,
        chance=design.chance_to_go(truth, events, threshold=RULE, allocation=allocation()),
        observed=observed,
        low=observed * math.exp(-spread),
        high=observed * math.exp(spread),
    )


@lru_cache(maxsize=64)
def chances(events: int) -> tuple[np.ndarray, np.ndarray]:
    """Return true ratios and the chance to go on under each, in per cent."""
    from oligoteach.charts.go_curve import LIMITS

    truths = np.geomspace(*LIMITS, N_POINTS)
    share = allocation()
    found = [design.chance_to_go(t, events, threshold=RULE, allocation=share) for t in truths]
    return truths, 100 * np.array(found)


def drawn_view(view: GoView, compact: bool) -> Any:
    """Return the view as the chart wants it, with fewer words on a phone."""
    from oligoteach.charts.go_curve import Shown

    truths, percent = chances(view.events)
    between = "\n" if compact else " "
    interval = f"{view.low:.2f} to {view.high:.2f}"
    return Shown(
        truth=truths,
        chance=percent,
        point=(view.truth, 100 * view.chance),
        helped=view.helped if view.share < 1 and view.helped != 1 else None,
        helped_words=f"helped {view.helped:.2f}"
        if compact
        else f"in those helped {view.helped:.2f}",
        low=view.low,
        high=view.high,
        heading=between.join(
            (f"If the true ratio is {view.truth:.2f},", f"it goes on in {_percent(view.chance)}")
        ),
        number=_percent(view.chance),
        left_open=(
            f"{view.observed:g} seen; model {view.low:.2f}–{view.high:.2f}"
            if compact
            else f"{view.observed:g} was seen; {view.events} events leave open {interval}"
        ),
    )


def _percent(chance: float) -> str:
    """Return a chance in whole per cent, without claiming that anything is certain."""
    rounded = round(100 * chance)
    if rounded == 0:
        return "under 1 %"
    return "over 99 %" if rounded == 100 else f"{rounded} %"


def go_sentences(view: GoView) -> Iterator[str]:
    """Yield the chance, the dilution, and what the result leaves open."""
    yield (
        f"If the true hazard ratio is {view.truth:.2f}, a trial with {view.events} events falls "
        f"below its rule of {RULE:g} and goes on in {_percent(view.chance)} of repeats."
    )
    if view.share < 1:
        others = 100 - round(100 * view.share)
        yield (
            f"That ratio is {view.helped:.2f} in those whom local treatment helps and 1 in the "
            f"other {others} %, an assumption."
        )
    yield (
        f"Reported was {view.observed:g}, so phase III did not open; with so many events the "
        f"interval would be {view.low:.2f} to {view.high:.2f}: no benefit shown, "
        f"{_not_excluded(view)}."
    )


def _not_excluded(view: GoView) -> str:
    if view.low < RULE < view.high:
        return "and one of the size of the rule not excluded"
    return "and one of the size of the rule hardly likely"


def go_table(view: GoView) -> Table:
    """Return the rule at several truths, then what the ledger has of the trial."""
    rows: list[list[Any]] = [
        ["Rule: phase III only if the ratio is below", f"{RULE:g}", *_quoted()],
        ["Events at the decision", f"{view.events}", "course's choice", ""],
    ]
    rows += [
        [f"Chance to go if the truth is {truth:g}", _percent(_chance(truth, view)), "model", ""]
        for truth in (0.6, 0.7, RULE, 1.0)
    ]
    rows += [[words, evidence.claim(key).value_text, *_standing(key)] for words, key in FACTS]
    rows += [[words, "hypothesis", *_standing(key)] for words, key in EXPLANATIONS]
    columns = ["What", "Figure", "How sure", "What to teach"]
    return Table(columns, rows, "NRG-LU002: the rule, and what the ledger has")


def _chance(truth: float, view: GoView) -> float:
    return design.chance_to_go(truth, view.events, threshold=RULE, allocation=allocation())


def _quoted() -> tuple[dict[str, str], str]:
    """Return how sure the rule is: it stands in the audit of the claim on the phase."""
    read = evidence.citation("lu002-phase").verified
    words = "as quoted" if read else "unverified"
    cell = {"text": words, "tone": "ok" if read else "open"}
    return cell, "A report of the congress abstract has it"


def _standing(claim_id: str) -> tuple[dict[str, str], str]:
    """Return verdict and what to teach of a claim, as cells of a table."""
    record = evidence.citation(claim_id)
    grade = tone(record.verdict, record.verified)
    words = SHORT_VERDICTS[record.verdict] if record.verified else SHORT_VERDICTS["unverified"]
    _, _, bare = words.partition(" ")  # the table draws the sign of a tone itself
    return {"text": bare, "tone": grade}, record.teach
