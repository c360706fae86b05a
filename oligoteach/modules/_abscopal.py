"""The abscopal effect as far as the ledger goes: what was irradiated, what responded, in whom."""

from __future__ import annotations

from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.modules._citing import tone
from oligoteach.modules._trials import arm_ids, is_verified, p_text, result
from oligoteach.widgets import Table

STUDIES = {
    "pooled": "Pooled analysis: abscopal response",
    "pembro": "PEMBRO-RT: response at 12 weeks",
    "cases": "Published single cases",
}
#: Cases collected up to 2019, and those after radiation alone (claim abscopal-rare).
CASES, ALONE = 55, 34


@dataclass(frozen=True)
class Group:
    """So many of a number of people: ``known`` tells whether the count was read in a source."""

    heading: str
    filled: int
    of: int
    words: str
    known: bool = True


@dataclass(frozen=True)
class AbscopalView:
    """What the explorer shows: groups of people, and the facts about them."""

    study: str
    groups: tuple[Group, ...]
    facts: tuple[tuple[str, str], ...]


_TRIALS = {
    "pooled": (
        "theelen-pooled",
        "abscopal response",
        (
            ("Irradiated", "radiotherapy; site and dose not in this course's ledger"),
            ("Responded", "tumour outside the field, counted as abscopal response"),
            ("In whom", "metastatic NSCLC on pembrolizumab, two randomised trials"),
        ),
    ),
    "pembro": (
        "pembro-rt",
        "response at 12 weeks",
        (
            ("Irradiated", "one site, 3 × 8 Gy, then pembrolizumab"),
            ("Responded", "response at 12 weeks, the trial's endpoint: not met"),
            ("In whom", "76 patients with advanced NSCLC starting pembrolizumab, randomised"),
        ),
    ),
}
_CASE_FACTS = (
    ("Irradiated", f"● {ALONE} with radiation alone, ○ {CASES - ALONE} not alone"),
    ("Responded", "a lesion outside the field, by the report of each case"),
    ("In whom", "single cases collected up to 2019; no rate follows"),
)


def abscopal_view(study: str, control: bool) -> AbscopalView:
    """Return groups and facts of a study, with the control arm or without."""
    if study == "cases":
        groups = (
            Group("Published", ALONE, CASES, f"{CASES} cases"),
            Group("All treated", 0, 0, "number unknown", False),
        )
        return AbscopalView(study, groups, _CASE_FACTS)
    trial, endpoint, facts = _TRIALS[study]
    groups = tuple(_group(trial, endpoint, role) for role in (0, 1)[: 2 if control else 1])
    return AbscopalView(study, groups, (*facts, ("Judged", _judged(trial, endpoint, control))))


def _share(trial: str, endpoint: str, role: int) -> evidence.Outcome:
    found = result(trial, endpoint, "proportion", arm_ids(trial)[role])
    if found is None:
        raise ValueError(f"The ledger has no {endpoint!r} of {trial!r} in both arms.")
    return found


def _group(trial: str, endpoint: str, role: int) -> Group:
    found = _share(trial, endpoint, role)
    known = is_verified(found)
    words = f"{found.value:g} %" + ("" if known else ", unverified")
    heading = ("Irradiated", "Not irradiated")[role]
    return Group(heading, round(found.value), 100, words, known)


def _judged(trial: str, endpoint: str, control: bool) -> str:
    if not control:
        return "one arm cannot tell the field's doing from the antibody's"
    gap = _share(trial, endpoint, 0).value - _share(trial, endpoint, 1).value
    test = _share(trial, endpoint, 0)
    tested = f", {p_text(test)}" if test.p_value is not None else "; no p value in the ledger"
    return f"difference {gap:g} points{tested}"


def abscopal_sentences(view: AbscopalView) -> list[str]:
    """Return the figure in words."""
    if view.study == "cases":
        return [
            f"A review of single cases up to 2019 collected {CASES}, {ALONE} of them after "
            "radiation alone.",
            "How many patients were treated in all is unknown, so no rate follows.",
        ]
    named = [f"{group.heading.lower()} {group.words}" for group in view.groups]
    title = STUDIES[view.study]
    facts = dict(view.facts)
    return [
        f"{title}: {'; '.join(named)}.",
        f"Irradiated: {facts['Irradiated']}.",
        f"In whom: {facts['In whom']}.",
        f"Judged: {facts['Judged']}.",
    ]


@dataclass(frozen=True)
class _Row:
    """A row of the table; ``claim`` or ``trial`` says where its words rest."""

    what: str
    irradiated: str
    responded: str
    whom: str
    control: str
    claim: str = ""


_ROWS = (
    _Row(
        "Published cases",
        "differs",
        "lesion outside the field",
        "55 cases up to 2019, 34 after radiation alone",
        "none",
        "abscopal-rare",
    ),
    _Row(
        "Mice and cell lines",
        "repeated doses below the Trex1 threshold",
        "interferon-beta rose; threshold 12 to 18 Gy by cell line",
        "mice",
        "laboratory",
        "single-dose-immunosuppressive",
    ),
    _Row(
        "PEMBRO-RT, clinical",
        "one site, 3 × 8 Gy",
        "response 36 % against 18 %, p = 0.07",
        "76 with advanced NSCLC",
        "randomised; endpoint not met",
        "pembrort-tcells",
    ),
    _Row(
        "PEMBRO-RT, tissue",
        "one site, 3 × 8 Gy",
        "review: more cytotoxic T cells outside the field; paper not opened",
        "patients of the trial",
        "randomised",
        "pembrort-tcells",
    ),
    _Row(
        "Nature Cancer 2025",
        "stereotactic radiotherapy",
        "T-cell clones in tumour outside the field and in blood",
        "metastatic NSCLC, immunologically cold tumours",
        "correlative analysis of a small trial",
        "naturecancer-tcell-clones",
    ),
    _Row(
        "KEYNOTE-001",
        "any earlier radiotherapy",
        "not looked at: survival only",
        "97 patients, 42 with earlier radiotherapy",
        "not randomised",
        "keynote001-n",
    ),
    _Row(
        "NRG-LU002",
        "local consolidative treatment",
        "not looked at: progression and survival only",
        "215 with limited metastatic NSCLC",
        "randomised; negative",
        "conclusion-io-no-clear-benefit",
    ),
)


def abscopal_table() -> Table:
    """Return what was irradiated, what responded and in whom, for every source."""
    rows = []
    for row in _ROWS:
        record = evidence.citation(row.claim)
        badge = {
            "text": f"{record.label}; {record.verification_label.lower()}",
            "tone": tone(record.verdict, record.verified),
        }
        rows.append([row.what, row.irradiated, row.responded, row.whom, row.control, badge])
    columns = [
        "Source",
        "Irradiated",
        "Responded",
        "In whom",
        "Compared with",
        "The review's claim",
    ]
    return Table(columns, rows, "Only what the ledger of this course holds.")
