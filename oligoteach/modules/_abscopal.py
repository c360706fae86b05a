"""The abscopal effect as far as the ledger goes: what was irradiated, what responded, in whom."""

from __future__ import annotations

from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.modules._citing import tone
from oligoteach.modules._trials import arm_ids, is_verified, p_text, result
from oligoteach.widgets import Table

STUDIES = {
    "pooled": "Pooled analysis: abscopal response",
    "first": "Pooled analysis, first report: response outside the field",
    "pembro": "PEMBRO-RT: response at 12 weeks",
    "cases": "Published single cases",
}
#: Cases collected up to 2019, and those after radiation alone (claim abscopal-rare).
CASES, ALONE = 55, 34
HEADINGS = ("Irradiated", "Not irradiated")


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


_POOLED_DOSES = "24 Gy in 3 fractions before the drug; or 50 Gy in 4 or 45 Gy in 15 with it"
_POOLED_WHOM = "metastatic NSCLC, no immunotherapy before; two randomised trials"
_TRIALS = {
    "pooled": (
        "theelen-pooled",
        "abscopal response",
        (
            ("Irradiated", _POOLED_DOSES),
            ("Responded", "tumour outside the field, counted as abscopal response"),
            ("In whom", _POOLED_WHOM),
        ),
    ),
    "first": (
        "theelen-pooled",
        "response first report",
        (
            ("Irradiated", _POOLED_DOSES),
            ("Responded", "lesions that were not irradiated; a congress abstract"),
            ("In whom", f"131: {_POOLED_WHOM}"),
        ),
    ),
    "pembro": (
        "pembro-rt",
        "response at 12 weeks",
        (
            ("Irradiated", "one site, 3 × 8 Gy, before the first dose of pembrolizumab"),
            ("Responded", "response at 12 weeks; 50 % against 20 % was planned, so not met"),
            ("In whom", "76 patients with advanced NSCLC starting pembrolizumab, randomised"),
        ),
    ),
}
_CASE_FACTS = (
    (
        "Irradiated",
        f"● {ALONE} with radiation alone, ○ {CASES - ALONE} other, one without radiation",
    ),
    ("Responded", "a lesion outside the field: each was collected because it did"),
    ("In whom", "single cases of one review, up to 2019; no rate follows"),
    ("Judged", "there is no other arm to show or to hide"),
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
    other = _group(trial, endpoint, 1) if control else Group(HEADINGS[1], 0, 0, "hidden", False)
    groups = (_group(trial, endpoint, 0), other)
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
    return Group(HEADINGS[role], round(found.value), 100, words, known)


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
            f"One review collected {CASES} single cases up to 2019, {ALONE} of them after "
            "radiation alone and one without radiation; no rate follows.",
            "They were chosen for their response, and how many patients were treated in all is "
            "unknown. There is no other arm to show or to hide.",
        ]
    named = [f"{group.heading.lower()} {group.words}" for group in view.groups]
    title = STUDIES[view.study]
    facts = dict(view.facts)
    return [
        f"{title}: {'; '.join(named)}; {facts['Judged']}.",
        f"Irradiated: {facts['Irradiated']}.",
        f"In whom: {facts['In whom']}.",
    ]


@dataclass(frozen=True)
class _Row:
    """A row of the table; ``claim`` is what the review says of it, empty for nothing."""

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
        "55 cases of one review up to 2019, chosen for a response; 34 after radiation alone, one "
        "without radiation",
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
        "randomised; 50 % against 20 % planned, endpoint not met",
    ),
    _Row(
        "Pooled analysis, first report",
        _POOLED_DOSES,
        "response outside the field 38 % against 21 %, p = 0.01",
        "131 with metastatic NSCLC, no immunotherapy before",
        "randomised in two trials, pooled afterwards",
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
        "one site, 3 × 8 Gy (PEMBRO-RT)",
        "T-cell clones in tumour outside the field and in blood",
        "patients of PEMBRO-RT",
        "correlative analysis",
        "naturecancer-tcell-clones",
    ),
    _Row(
        "KEYNOTE-001",
        "any earlier radiotherapy",
        "no such figure in this ledger",
        "97 patients, 42 with earlier radiotherapy",
        "not randomised",
        "keynote001-n",
    ),
    _Row(
        "NRG-LU002",
        "local treatment, radiation with or without surgery",
        "no such figure in this ledger",
        "215 with limited metastatic NSCLC",
        "randomised; negative",
        "conclusion-io-no-clear-benefit",
    ),
)


def _badge(claim_id: str) -> dict[str, str]:
    """Return the verdict on a claim, and how far its source was read."""
    record = evidence.citation(claim_id)
    words = dict.fromkeys((record.label.lower(), record.verification_label.lower()))
    return {
        "text": "; ".join(words).capitalize(),
        "tone": tone(record.verdict, record.verified),
    }


def abscopal_table() -> Table:
    """Return what was irradiated, what responded and in whom, for every source."""
    rows = []
    for row in _ROWS:
        badge = _badge(row.claim) if row.claim else {"text": "not in the review", "tone": "note"}
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
