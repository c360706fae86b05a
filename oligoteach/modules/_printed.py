"""Claims whose printed figure and whose source tell different stories, with both figures.

A case names records of the ledger; the values come from there and from nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.evidence import Outcome, Verdict

PRINTED = "The review"
ABOUT = {"~": "about ", ">": "over ", "<": "under ", "<=": "up to ", ">=": "at least "}


@dataclass(frozen=True)
class Found:
    """A result of a trial, by its key in the ledger, and how to call it.

    ``with_p`` adds the p value of the ledger's record to the words.
    """

    who: str
    trial: str
    endpoint: str
    measure: str
    arm: str = ""
    months: float | None = None
    with_p: bool = False


@dataclass(frozen=True)
class Size:
    """A trial's number of patients."""

    who: str
    trial: str


@dataclass(frozen=True)
class Nothing:
    """A source in which the figure was looked for and not found."""

    who: str
    words: str


@dataclass(frozen=True)
class Case:
    """One claim: its title, its axis, and where the source's figures stand.

    ``word`` is what the review prints in place of a number.
    """

    title: str
    axis: str
    unit: str
    found: Sequence[Found | Size | Nothing]
    word: str = ""

    def limit(self, values: Sequence[float]) -> float:
        """Return a round upper end of the axis that leaves room beyond the largest value."""
        if self.unit == "%":
            return 100.0
        most = max([*values, 1.0] if self.unit == "ratio" else values) * 1.1
        step = 10 ** math.floor(math.log10(most))
        return next(step * k for k in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * k >= most)


@dataclass(frozen=True)
class Row:
    """One line of the figure."""

    who: str
    words: str
    printed: bool
    value: float | None = None
    low: float | None = None
    high: float | None = None
    read: str = ""


KNOWN_SITES = "progression of known metastases"

CASES: Mapping[str, Case] = {
    "petty-median-os": Case(
        "Petty: median survival",
        "Median OS, months",
        "months",
        (Found("Petty 2018", "petty", "OS", "median", "conrt"),),
    ),
    "sabrcomet-5y-os-sabr": Case(
        "SABR-COMET: five years",
        "Alive at 5 years, %",
        "%",
        (
            Found("Palma 2020, SABR", "sabr-comet", "OS", "landmark", "sabr", 60),
            Found("Palma 2020, no SABR", "sabr-comet", "OS", "landmark", "soc", 60),
        ),
    ),
    "sabrcomet-os-hr": Case(
        "SABR-COMET: hazard ratio",
        "Hazard ratio of death",
        "ratio",
        (
            Found("Report of 2019", "sabr-comet", "OS first report", "hazard_ratio"),
            Nothing("Report of 2020", "none in the abstract"),
            Found("Report of 2022", "sabr-comet", "OS", "hazard_ratio", "", 96),
        ),
    ),
    "gomez-os-hr": Case(
        "Gomez: hazard ratio",
        "Hazard ratio of death",
        "ratio",
        (Nothing("Gomez 2019", "none in the abstract"),),
    ),
    "rtog0631-superior-lc": Case(
        "RTOG 0631: spine SRS",
        "Ryu 2023, % in each arm",
        "%",
        (
            Found(
                "Pain response, 3 months, SRS", "rtog-0631", "pain response", "landmark", "srs", 3
            ),
            Found(
                "Pain response, 3 months, 8 Gy",
                "rtog-0631",
                "pain response",
                "landmark",
                "cebrt",
                3,
            ),
            Found("Progression, SRS", "rtog-0631", KNOWN_SITES, "proportion", "srs"),
            Found(
                "Progression, 8 Gy",
                "rtog-0631",
                KNOWN_SITES,
                "proportion",
                "cebrt",
                with_p=True,
            ),
        ),
        "“superiority” for control",
    ),
    "stop-trial-promising": Case(
        "STOP: outcome",
        "Median PFS, months",
        "months",
        (
            Found("Schellenberg 2024, SABR", "stop", "PFS", "median", "sabr"),
            Found("Schellenberg 2024, control", "stop", "PFS", "median", "soc"),
            Nothing("Schellenberg 2024", "no difference in PFS"),
        ),
        "“promising”, no figure",
    ),
    "northstar-results-pending": Case(
        "NORTHSTAR: results",
        "Median PFS, months",
        "months",
        (
            Found("With LCT", "northstar", "PFS", "median", "osi-lct"),
            Found("Without", "northstar", "PFS", "median", "osi"),
        ),
        "“pending”",
    ),
    "mskcc-time-to-change": Case(
        "Time to change of drug",
        "Median, months",
        "months",
        (
            Found(
                "Yu 2013",
                "yu-mskcc",
                "time to change of systemic therapy",
                "median",
                "local-tki",
            ),
            Found("Weickhardt 2012, PFS2", "weickhardt", "PFS2", "median", "lat-tki"),
        ),
    ),
    "pof-local-only": Case(
        "First failure, known sites",
        "Share of patients, %",
        "%",
        (
            Found(
                "Rusthoven 2009",
                "rusthoven",
                "first extracranial progression local only",
                "proportion",
                "all",
            ),
            Nothing("Iyengar 2018, as cited", "not the source"),
        ),
    ),
    "keynote001-n": Case(
        "KEYNOTE-001: patients",
        "Patients",
        "patients",
        (Size("Shaverdian 2017", "keynote001-rt"),),
    ),
    "adrenal-lc": Case(
        "Adrenal: local control",
        "Local control, %",
        "%",
        (
            Found("Chen 2020, 1 year", "adrenal-pool", "LC", "landmark", "sbrt", 12),
            Found("Chen 2020, 2 years", "adrenal-pool", "LC", "landmark", "sbrt", 24),
        ),
    ),
    "spine-sbrt-lc": Case(
        "Spine: local control",
        "Local control at 1 year, %",
        "%",
        (
            Found("Gong 2019, 1 fraction", "spine-pool", "LC", "landmark", "1fx", 12),
            Found("Gong 2019, 2 fractions", "spine-pool", "LC", "landmark", "2fx", 12),
            Found("Gong 2019, 3 fractions", "spine-pool", "LC", "landmark", "3fx", 12),
            Found("Gong 2019, 4 fractions", "spine-pool", "LC", "landmark", "4fx", 12),
            Found("Gong 2019, 5 fractions", "spine-pool", "LC", "landmark", "5fx", 12),
        ),
    ),
    "srs-neurocognition": Case(
        "SRS alone and cognition",
        "Cognitive decline at 3 months, %",
        "%",
        (
            Found("Brown 2016, SRS", "n0574", "cognitive deterioration", "landmark", "srs", 3),
            Found(
                "Brown 2016, SRS and WBRT",
                "n0574",
                "cognitive deterioration",
                "landmark",
                "srs-wbrt",
                3,
            ),
            Nothing("Aoyama 2007", "similar MMSE improvement"),
        ),
        "“better”, no figure",
    ),
}


def rows_of(claim_id: str) -> list[Row]:
    """Return the printed row of a claim, then those of its sources."""
    case = CASES[claim_id]
    audited = evidence.verdict(claim_id)
    return [_printed(claim_id, case), *(_row(item, case, audited) for item in case.found)]


def _printed(claim_id: str, case: Case) -> Row:
    claim = evidence.claim(claim_id)
    read = "the review"
    if case.word:
        return Row(PRINTED, case.word, True, read=read)
    lead = ABOUT.get(claim.comparator, "")
    words = lead + _say(claim.value, claim.low, claim.high, case.unit)
    return Row(PRINTED, words, True, claim.value, claim.low, claim.high, read)


def _row(item: Found | Size | Nothing, case: Case, audited: Verdict) -> Row:
    if isinstance(item, Nothing):
        return Row(item.who, item.words, False, read=_read(audited.verification))
    if isinstance(item, Size):
        n = evidence.trial(item.trial).n
        if n is None:
            raise ValueError(f"The ledger has no number of patients for {item.trial!r}.")
        return Row(
            item.who, _say(n, None, None, case.unit), False, n, read=_read(audited.verification)
        )
    outcome = _outcome(item)
    words = _say(outcome.value, outcome.low, outcome.high, case.unit)
    if item.with_p:
        words += f", p {outcome.p_comparator} {outcome.p_value:g}"
    low, high = outcome.low, outcome.high
    return Row(item.who, words, False, outcome.value, low, high, _read(outcome.verification))


def _outcome(item: Found) -> Outcome:
    for outcome in evidence.outcomes(item.trial):
        key = (outcome.endpoint, outcome.measure, outcome.arm_id, outcome.time_months)
        if key == (item.endpoint, item.measure, item.arm, item.months):
            return outcome
    raise ValueError(f"The ledger has no result {item.endpoint!r} of {item.trial!r}.")


def _say(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """Return a figure as it is written: value, interval and unit."""
    behind = {"%": "%", "ratio": ""}.get(unit, f" {unit}")
    if value is None:
        return f"{low:g} to {high:g}{behind}"
    digits = ".2f" if unit == "ratio" else "g"
    interval = (
        f" ({low:{digits}} to {high:{digits}})" if low is not None and high is not None else ""
    )
    return f"{value:{digits}}{behind}{interval}"


def _read(verification: str) -> str:
    return evidence.VERIFICATION_LABELS[verification].lower()  # type: ignore[index]
