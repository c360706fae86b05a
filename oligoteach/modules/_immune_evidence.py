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
        "not randomised",
        "keynote001-rt",
        (
            "keynote001-n",
            "keynote001-pfs-hr",
            "keynote001-os-hr",
            "keynote001-pdl1-independent",
        ),
        ("97 patients of one institution, 42 with earlier radiotherapy",),
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
        ("3 × 8 Gy to one site, then pembrolizumab; endpoint not met",),
        (Said("more T cells outside", "pembrort-tcells"),),
    ),
    Study(
        "Nature Cancer 2025",
        "correlative",
        "",
        ("naturecancer-cold-tumours", "naturecancer-tcell-clones"),
        ("T-cell clones grew in tumour outside the field and in blood",),
        (
            Said("clones in the field too", "naturecancer-tcell-clones"),
            Said("cold tumours respond", "naturecancer-cold-tumours"),
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
        ("local treatment added; only the phase II part was done",),
        (
            Said("a phase II/III trial", "lu002-phase"),
            Said("90.7 % on ICI", "lu002-io-share"),
        ),
    ),
)
POOLED = Study(
    "Pooled analysis",
    "two trials, 1:1",
    "theelen-pooled",
    (),
    ("PEMBRO-RT with a second randomised trial; beyond the review",),
    (),
)
ENDPOINTS = {
    "OS": "Overall survival",
    "PFS": "Progression-free survival",
    "response": "Response, share of patients",
}
RESPONSES = {"pembro-rt": "response at 12 weeks", "theelen-pooled": "abscopal response"}
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
    """Return the rows for the settings: an endpoint, and whether to show review or source."""
    return EvidenceView(endpoint, show, (*STUDIES, *([POOLED] if pooled else [])))


def evidence_blocks(view: EvidenceView) -> list[Block]:
    """Return the blocks that the figure shows."""
    blocks = []
    for study in view.studies:
        lines: list[Line] = []
        if view.show != "review":
            lines += _figures(study, view.endpoint)
        if view.show == "source":
            lines += [Line(note, "ink", wide=True) for note in study.notes]
        if view.show != "source":
            lines += [_said(said) for said in study.said] or [Line("not in the review", wide=True)]
        status, grade = _status(study, view)
        blocks.append(Block(study.name, study.detail, status, grade, tuple(lines), joined=True))
    return blocks


def _status(study: Study, view: EvidenceView) -> tuple[str, str]:
    """Return a judgement on the row's figure, or that the row is beyond the review."""
    if not study.said:
        return "+ beyond the review", "muted"
    found = result(study.trial, view.endpoint, "hazard_ratio") if study.trial else None
    if found is None or is_verified(found) or view.show == "review":
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
    found = result(study.trial, endpoint, "hazard_ratio") if study.trial else None
    if found is None:
        yield from _medians(study, endpoint)
        return
    verified = is_verified(found)
    mark = Mark(found.value, found.low, found.high, hollow=not verified)
    interval = interval_text(found) or ", no interval"
    yield Line(f"{found.value:.2f}{interval}", "ratio", mark)
    test = result(study.trial, endpoint, "p_value") or found
    words = p_text(test) + ("" if is_verified(test) else ", unverified")
    yield Line(words, "muted" if is_verified(test) else "open", joins=True)


def _medians(study: Study, endpoint: str) -> Iterator[Line]:
    with_arm = arm_ids(study.trial)[0] if study.trial else ""
    median = result(study.trial, endpoint, "median", with_arm) if with_arm else None
    if median is None:
        yield Line("no survival figure in the ledger", wide=True)
    else:
        words = f"median {median.value:.1f} months with radiotherapy; other arm not seen"
        yield Line(words, wide=True)


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
    yield Line(f"{name}{tested}", wide=True)


def evidence_sentences(view: EvidenceView) -> list[str]:
    """Return the strip in words."""
    found = []
    if view.show != "review":
        parts = []
        for study in view.studies:
            figures = ", ".join(line.text for line in _figures(study, view.endpoint))
            parts.append(f"{study.name} ({study.detail}): {figures}")
        lead = ENDPOINTS[view.endpoint]
        if view.endpoint != "response":
            lead += ", hazard ratio with radiotherapy or local treatment"
        found.append(f"{lead}. {'; '.join(parts)}.")
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
