"""Factors by which patients are selected: what is said of each, and how it stands in the audit."""

from __future__ import annotations

from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.modules._citing import tone

ALL = "all"
KINDS = {
    ALL: "All",
    "prognosis": "Who lives longer",
    "benefit": "Who gains more from local treatment",
    "practice": "Names and usual practice",
}


# What a statement is, by the audit's own sentence on what to teach.
STANDINGS = {
    "supported": "Supported",
    "mixed": "Evidence mixed",
    "hypothesis": "Hypothesis",
    "opinion": "Opinion",
    "custom": "Definition or custom",
    "unshown": "Not shown",
}


@dataclass(frozen=True)
class Saying:
    """A claim of the review in a few words: factor, kind of statement, and what it is by now."""

    claim: str
    factor: str
    kind: str
    standing: str
    words: str

    @property
    def cited(self) -> evidence.Citation:
        """The claim with its audit."""
        return evidence.citation(self.claim)

    @property
    def tone(self) -> str:
        """How it stands: ``ok`` or ``note``, ``bad``, or ``open``."""
        return tone(self.cited.verdict, self.cited.verified)

    @property
    def stands(self) -> bool:
        """Whether the audit lets it stand."""
        return self.tone in ("ok", "note")


FACTORS = {
    "performance": "Performance status",
    "timing": "Timing",
    "response": "Response to systemic therapy",
    "number": "Number of lesions",
    "sites": "Sites",
    "molecular": "Molecular profile",
}

SAYINGS = (
    Saying("ecog-0-1", "performance", "practice", "custom", "Review: trials ask for ECOG 0 to 1"),
    Saying("metachronous-better", "timing", "prognosis", "mixed", "Metachronous does better"),
    Saying(
        "omd-independent-of-primary-site-dfi",
        "timing",
        "practice",
        "custom",
        "The name does not need an interval",
    ),
    Saying("response-benefit", "response", "benefit", "hypothesis", "Responders gain more"),
    Saying(
        "lu002-explanation-sd", "response", "benefit", "hypothesis", "Stable disease explains LU002"
    ),
    Saying(
        "lu002-lesson-no-lct-in-poor-control",
        "response",
        "benefit",
        "hypothesis",
        "LU002: none without good control",
    ),
    Saying("fewer-mets-better", "number", "prognosis", "supported", "Fewer sites, better outcome"),
    Saying(
        "omd-1-to-5-lesions", "number", "practice", "custom", "Up to five lesions, all treatable"
    ),
    Saying(
        "conclusion-candidates",
        "sites",
        "benefit",
        "opinion",
        "Best if every lesion can be ablated",
    ),
    Saying(
        "cns-tki-defer-rt",
        "sites",
        "practice",
        "supported",
        "Brain: drug first in named settings only",
    ),
    Saying(
        "egfr-predicts-benefit",
        "molecular",
        "benefit",
        "unshown",
        "EGFR mutation predicts more gain",
    ),
    Saying(
        "conclusion-io-no-clear-benefit",
        "molecular",
        "benefit",
        "supported",
        "No driver, on ICI: no clear benefit",
    ),
    Saying(
        "biomarkers-exploratory",
        "molecular",
        "benefit",
        "supported",
        "ctDNA, TMB, PD-L1: exploratory",
    ),
    Saying(
        "molecular-panel", "molecular", "practice", "custom", "Test the gene panel before planning"
    ),
)


def chosen(factor: str, kind: str, read: bool) -> list[Saying]:
    """Return the statements on a factor, of a kind, and if asked only those with a source read."""
    return [
        saying
        for saying in SAYINGS
        if factor in (ALL, saying.factor)
        and kind in (ALL, saying.kind)
        and (saying.cited.verified or not read)
    ]
