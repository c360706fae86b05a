"""Local control by site as the sources have it, each figure with its time, beside the review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._trials import SHORT_VERDICTS, interval_text, is_verified, result, worst
from oligoteach.widgets import Table

SITES = {
    "all": "All",
    "bone": "Bone, spine",
    "adrenal": "Adrenal gland",
    "liver": "Liver",
    "lung": "Lung",
    "any": "Any site",
}
SCALE = Scale(
    30,
    100,
    range(40, 101, 20),
    "Local control, % of lesions or patients\n● source   □ review’s range",
    "Local control, %\n● source   □ review’s range",
)


@dataclass(frozen=True)
class Figure:
    """A published share: the result's key, and a word on whom it is of."""

    trial: str
    endpoint: str
    arm: str
    months: float | None
    words: str


@dataclass(frozen=True)
class Said:
    """What the review prints: its claim, the range to draw (none for words alone), and words."""

    claim: str
    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Group:
    """A row of the figure: figures of one site, and what the review says of it."""

    site: str
    detail: str
    figures: tuple[Figure, ...]
    said: tuple[Said, ...]


GROUPS = (
    Group(
        "bone",
        "any primary",
        tuple(
            Figure("spine-pool", "LC", f"{n}fx", 12, f"{n} fraction{'s' if n > 1 else ''}")
            for n in range(1, 6)
        ),
        (Said("spine-sbrt-lc", "above 85–90 %, 1 y", 85, 90),),
    ),
    Group(
        "adrenal",
        "any primary",
        (
            Figure("adrenal-pool", "LC", "sbrt", 12, ""),
            Figure("adrenal-pool", "LC", "sbrt", 24, ""),
        ),
        (Said("adrenal-lc", "70–90 %, no time given", 70, 90),),
    ),
    Group(
        "liver",
        "any primary",
        tuple(Figure("liver-pool", "LC", "sbrt", months, "") for months in (12, 24, 36)),
        (Said("liver-lc-comparable", "as after resection"),),
    ),
    Group(
        "lung",
        "54 Gy in 3, primaries",
        (Figure("rtog-0236", "LC primary tumour", "sbrt", 36, ""),),
        (),
    ),
    Group(
        "any",
        "SABR-5; SABR-COMET",
        (
            Figure("sabr-5", "LC", "sabr", 12, "SABR-5"),
            Figure("sabr-5", "LC", "sabr", 36, "SABR-5"),
            Figure("sabr-comet", "LC of lesions present at entry", "sabr", None, "SABR-COMET"),
            Figure("sabr-comet", "LC of lesions present at entry", "soc", None, "without SABR"),
        ),
        (),
    ),
)


@dataclass(frozen=True)
class ControlView:
    """What the figure shows."""

    site: str
    review: bool

    @property
    def groups(self) -> tuple[Group, ...]:
        """The rows."""
        return tuple(group for group in GROUPS if self.site in ("all", group.site))


def outcome(figure: Figure) -> evidence.Outcome:
    """Return the published result behind a figure.

    Raises
    ------
    ValueError
        If the ledger has none.
    """
    measure = "landmark" if figure.months is not None else "proportion"
    found = result(figure.trial, figure.endpoint, measure, figure.arm, figure.months)
    if found is None or found.value is None:
        raise ValueError(f"The ledger has no {figure.endpoint} of {figure.trial!r} like this.")
    return found


def control_blocks(view: ControlView) -> list[Block]:
    """Return a block for each site."""
    return [
        Block(
            SITES[group.site],
            group.detail,
            lines=tuple(_lines(group, view.review)),
            joined=True,
            linked=False,
        )
        for group in view.groups
    ]


def _lines(group: Group, review: bool) -> Iterator[Line]:
    for figure in group.figures:
        found = outcome(figure)
        mark = Mark(found.value or 0.0, found.low, found.high, hollow=not is_verified(found))
        role = "ratio" if figure.arm == "soc" else "with"
        yield Line(_figure_words(figure), role, mark)
    if review:
        for said in group.said:
            words = f"{said.words} {_sign(said.claim)[0]}"
            if said.low is None:
                yield Line(f"review: {words}", worst([said.claim])[1], wide=True)
            else:
                yield Line(words, "without", Mark(said.low, said.low, said.high, hollow=True))


def _sign(claim_id: str) -> str:
    """Return the sign of the verdict with one word."""
    return SHORT_VERDICTS[evidence.verdict(claim_id).verdict]


def _figure_words(figure: Figure) -> str:
    found = outcome(figure)
    shown = [f"{found.value:g} %{interval_text(found)}", _time(figure), figure.words]
    return ", ".join(filter(None, shown))


def _time(figure: Figure) -> str:
    if figure.months is None:
        return ""
    years = figure.months / 12
    return f"{years:g} y"


def control_sentences(view: ControlView) -> list[str]:
    """Return the figures in words, the message first."""
    found = [_message(view.site)]
    for group in view.groups:
        figures = "; ".join(_figure_words(figure) for figure in group.figures)
        found.append(f"{SITES[group.site]} ({group.detail}): {figures}.")
        if view.review:
            found += [
                f"The review says “{said.words}” ({_sign(said.claim)[2:]})." for said in group.said
            ]
    return found


def shares(site: str) -> list[float]:
    """Return the published shares of a site in per cent, in the order of its figures."""
    group = next(group for group in GROUPS if group.site == site)
    return [outcome(figure).value or 0.0 for figure in group.figures]


def _message(site: str) -> str:
    """Return what to take from a site's figures."""
    one, two = shares("adrenal")
    liver, spine = shares("liver")[::2], shares("bone")
    lung = shares("lung")[0]
    any_ = shares("any")
    messages = {
        "all": f"Control needs its time: adrenal {one:g} % at one year and {two:g} % at two, "
        f"liver {liver[0]:g} % at one and {liver[1]:g} % at three.",
        "adrenal": f"Adrenal gland: {one:g} % at one year, {two:g} % at two; the review’s range "
        "has no time.",
        "liver": f"Liver: {liver[0]:g} % at one year, {liver[1]:g} % at three; nobody randomised "
        "against resection.",
        "bone": f"Spine at one year: {min(spine):g} to {max(spine):g} % by number of fractions; "
        "above 85–90 % fits only some.",
        "lung": f"Lung, 54 Gy in 3: {lung:g} % of early-stage primaries at three years; they were "
        "no metastases.",
        "any": f"All sites together: {any_[0]:g} % at one year, {any_[1]:g} % at three in "
        f"SABR-5; in SABR-COMET {any_[2]:g} % against {any_[3]:g} %.",
    }
    return messages[site]


def control_table(view: ControlView) -> Table:
    """Return every figure with its grade, and every claim of the review with its verdict."""
    rows = []
    for group in view.groups:
        for figure in group.figures:
            found = outcome(figure)
            trial = evidence.trial(figure.trial)
            arm = next(arm for arm in evidence.arms(figure.trial) if arm.arm_id == figure.arm)
            shown = f"{found.value:g} %{interval_text(found)}"
            at = "not stated" if figure.months is None else f"{figure.months / 12:g} years"
            grade = {"text": found.verification.replace("_", " "), "tone": "ok"}
            rows.append([SITES[group.site], trial.name, arm.label, at, shown, grade])
        for said in group.said:
            record = evidence.verdict(said.claim)
            grade = {"text": _sign(said.claim)[2:], "tone": worst([said.claim])[1]}
            rows.append(
                [SITES[group.site], "The review", said.words, "", f"Teach: {record.teach}", grade]
            )
    columns = ["Site", "Source", "What", "Time", "Local control", "Grade or verdict"]
    return Table(columns, rows, "From the ledger of this course.")
