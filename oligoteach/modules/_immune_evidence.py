"""What trials and analyses show of radiotherapy with immunotherapy: review and source in rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._citing import tone
from oligoteach.modules._trials import (
    SHORT_VERDICTS,
    arm_ids,
    interval_text,
    is_verified,
    p_text,
    result,
    worst,
)
from oligoteach.widgets import Table


@dataclass(frozen=True)
class Said:
    """What the review says, in a few words, and the claim that judges it."""

    words: str
    claim: str


@dataclass(frozen=True)
class Study:
    """A row of the strip.

    Attributes
    ----------
    name, detail : str
        Name, and size and design in a few words.
    trial : str
        Trial of the ledger; empty for an analysis without results of its own there.
    claims : tuple of str
        Claims on the study, for the table and the verdict.
    notes : tuple of str
        What the source says beside its figures.
    said : tuple of Said
        What the review says.
    """

    name: str
    detail: str
    trial: str
    claims: tuple[str, ...]
    notes: tuple[str, ...]
    said: tuple[Said, ...]


STUDIES = (
    Study(
        "KEYNOTE-001",
        "97, not randomised",
        "keynote001-rt",
        (
            "keynote001-n",
            "keynote001-pfs-hr",
            "keynote001-os-hr",
            "keynote001-pdl1-independent",
        ),
        ("one institution, 42 with earlier radiotherapy",),
        (
            Said("98 patients", "keynote001-n"),
            Said("same at any PD-L1", "keynote001-pdl1-independent"),
        ),
    ),
    Study(
        "PEMBRO-RT",
        "76, randomised 1:1",
        "pembro-rt",
        ("pembrort-tcells", "dose-3x8-immunogenic"),
        ("3 × 8 Gy to one site first; endpoint not met",),
        (Said("more T cells outside the field", "pembrort-tcells"),),
    ),
    Study(
        "Nature Cancer 2025",
        "part of PEMBRO-RT",
        "",
        ("naturecancer-cold-tumours", "naturecancer-tcell-clones"),
        ("correlative; T-cell clones grew outside the field",),
        (
            Said("clones in the field too", "naturecancer-tcell-clones"),
            Said("cold tumours gain (correlative)", "naturecancer-cold-tumours"),
        ),
    ),
    Study(
        "NRG-LU002",
        "215, randomised 1:2",
        "nrg-lu002",
        (
            "lu002-phase",
            "lu002-io-share",
            "lu002-pfs-hr",
            "lu002-pfs-p",
            "lu002-os-hr",
            "lu002-os-p",
            "conclusion-io-no-clear-benefit",
        ),
        ("local treatment added; phase II part only",),
        (
            Said("a phase II/III trial", "lu002-phase"),
            Said("90.7 % on immunotherapy", "lu002-io-share"),
        ),
    ),
)
POOLED = Study(
    "Pooled analysis",
    "PEMBRO-RT and another",
    "theelen-pooled",
    (),
    ("done afterwards; mixes schedules; congress abstract",),
    (),
)
ENDPOINTS = {
    "OS": "Overall survival",
    "PFS": "Progression-free survival",
    "response": "Response, share of patients",
}
RESPONSES = {"pembro-rt": "response at 12 weeks", "theelen-pooled": "response first report"}
RESPONSE_WORDS = {"response first report": "response outside the field"}
READ, UNREAD = "✓", "?"
_RATIO_WORDS = "Hazard ratio, log scale\nbelow 1: better with radiotherapy"
_SHARE_WORDS = "Response, %\n● with, ■ without radiotherapy"
RATIOS = Scale(0.25, 2.5, (0.25, 0.5, 1, 2), _RATIO_WORDS, _RATIO_WORDS, log=True, reference=1)
SHARES = Scale(0, 60, range(0, 61, 20), _SHARE_WORDS, _SHARE_WORDS)


@dataclass(frozen=True)
class EvidenceView:
    """What the strip shows."""

    endpoint: str
    show: str
    studies: tuple[Study, ...]

    @property
    def scale(self) -> Scale:
        """The axis."""
        return SHARES if self.endpoint == "response" else RATIOS


def evidence_view(endpoint: str, show: str, pooled: bool) -> EvidenceView:
    """Return the rows for an endpoint, with the review's words or the source's beside it."""
    return EvidenceView(endpoint, show, (*STUDIES, *([POOLED] if pooled else [])))


def evidence_blocks(view: EvidenceView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = []
    for study in view.studies:
        lines = list(_figures(study, view.endpoint))
        if view.show == "source":
            lines += [Line(note, "ink", wide=True) for note in study.notes]
        else:
            lines += [_said(said) for said in study.said]
        status, grade = _status(study, view)
        brief = "" if study.said else "+ added"
        shown = (status, grade, tuple(lines), brief)
        blocks.append(Block(study.name, study.detail, *shown, joined=True))
    return blocks


def _status(study: Study, view: EvidenceView) -> tuple[str, str]:
    """Return a judgement on the row's figure, or that the row is beyond the review."""
    if not study.said:
        return "+ not in the review", "muted"
    found = _ratio(study, view.endpoint)
    if found is None or is_verified(found):
        return "", "muted"
    return "unverified", "open"


def _said(said: Said) -> Line:
    words, grade = worst([said.claim])
    return Line(f"◇ {said.words} {words}", grade, wide=True)


def _figures(study: Study, endpoint: str) -> Iterator[Line]:
    """Yield the study's figures for an endpoint, or that there is none."""
    if endpoint == "response":
        yield from _shares(study)
        return
    found = _ratio(study, endpoint)
    if found is not None:
        verified = is_verified(found)
        test = _test(study, endpoint) or found
        # A row with one figure read and the other not says which is which.
        mixed = verified != is_verified(test)
        sign = f" {READ if verified else UNREAD}" if mixed else ""
        mark = Mark(found.value, found.low, found.high, hollow=not verified)
        interval = interval_text(found) or f"{sign}, no interval"
        yield Line(f"{found.value:.2f}{interval}", "ratio", mark)
        open_ = "" if is_verified(test) else f" {UNREAD} unverified" if mixed else ", unverified"
        yield Line(f"{p_text(test)}{open_}", "open" if open_ else "muted", joins=True)
    yield from _medians(study, endpoint, found is None)


def _name(study: Study, endpoint: str) -> str:
    """Return the endpoint as the ledger names it for a study: the pooled one was reported twice."""
    return f"{endpoint} first report" if study is POOLED else endpoint


def _ratio(study: Study, endpoint: str) -> evidence.Outcome | None:
    if not study.trial:
        return None
    return result(study.trial, _name(study, endpoint), "hazard_ratio")


def _test(study: Study, endpoint: str) -> evidence.Outcome | None:
    return result(study.trial, _name(study, endpoint), "p_value")


def _medians(study: Study, endpoint: str, alone: bool) -> Iterator[Line]:
    """Yield the medians of a row without a ratio, or with one that has no interval to show."""
    if not alone and study is not POOLED:
        return
    arms = arm_ids(study.trial) if study.trial else ()
    found = [result(study.trial, _name(study, endpoint), "median", arm) for arm in arms]
    if not found or None in found:
        yield Line("no survival figure in the ledger", wide=True)
        return
    months = " against ".join(f"{median.value:.1f}" for median in found if median)
    test = _test(study, endpoint) if alone else None
    tested = f", {p_text(test)}" if test else ""
    yield Line(f"median {months} months{tested}", wide=True)
    if alone:
        yield Line("no hazard ratio seen", wide=True)


def _shares(study: Study) -> Iterator[Line]:
    name = RESPONSES.get(study.trial)
    if name is None:
        yield Line("no response figure in the ledger", wide=True)
        return
    for role, arm in zip(("with", "without"), arm_ids(study.trial), strict=True):
        found = result(study.trial, name, "proportion", arm)
        if found is None:
            raise ValueError(f"The ledger has no {name} of {study.trial!r} in arm {arm!r}.")
        open_ = "" if is_verified(found) else ", unverified"
        mark = Mark(found.value, hollow=bool(open_))
        yield Line(f"{found.value:g} % {role}{open_}", role, mark)
        last = found
    tested = f", {p_text(last)}" if last.p_value is not None else ""
    yield Line(f"{RESPONSE_WORDS.get(name, name)}{tested}", wide=True)


def evidence_sentences(view: EvidenceView) -> list[str]:
    """Return the strip in words, the figures first."""
    parts = []
    for study in view.studies:
        figures = ", ".join(line.text for line in _figures(study, view.endpoint))
        figures = figures.replace(f" {UNREAD}", ",").replace(f" {READ}", "")
        parts.append(f"{study.name} ({study.detail}) {figures}")
    found = [_lead(view), f"In full: {'; '.join(parts)}."]
    if view.show != "source":
        said = [
            f"{study.name}: "
            + ", ".join(
                f"{item.words} ({SHORT_VERDICTS[evidence.verdict(item.claim).verdict][2:]})"
                for item in study.said
            )
            for study in view.studies
            if study.said
        ]
        found.append(f"The review says: {'; '.join(said)}.")
    return found


def _lead(view: EvidenceView) -> str:
    """Return the figures alone, in one sentence that can stand by itself."""
    found = []
    for study in view.studies:
        if view.endpoint == "response":
            marked = [line.text for line in _figures(study, view.endpoint) if line.mark]
            found += [f"{study.name} {' and '.join(marked)}"] if marked else []
            continue
        ratio = _ratio(study, view.endpoint)
        if ratio is not None:
            open_ = "" if is_verified(ratio) else " unverified"
            found.append(f"{study.name} {ratio.value:.2f}{open_}")
    what = "" if view.endpoint == "response" else ", hazard ratios"
    return f"{ENDPOINTS[view.endpoint]}{what}: {', '.join(found)}."


def evidence_table(view: EvidenceView) -> Table:
    """Return every claim on the studies with its verdict."""
    rows = []
    for study in view.studies:
        for claim_id in study.claims:
            record = evidence.citation(claim_id)
            grade = tone(record.verdict, record.verified)
            rows.append(
                [
                    study.name,
                    record.statement,
                    {"text": record.label, "tone": grade},
                    record.primary_says or "nothing seen",
                    record.teach,
                ]
            )
    columns = ["Study", "The review says", "Verdict", "The source says", "What to teach"]
    return Table(columns, rows, "From the ledger of this course.")
