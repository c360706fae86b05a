"""The registry board: trials that still run, or that the review calls awaited, as last seen."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from oligoteach import evidence
from oligoteach.charts.rows import Block, Line, Mark, Scale
from oligoteach.modules._citing import tone
from oligoteach.modules._trials import SHORT_VERDICTS, short_name
from oligoteach.widgets import Table

SETS = {
    "table3": ("sabr-comet-3", "sabr-comet-10", "furmonertinib-rt", "oligocare"),
    "open": ("br38", "saron", "omega", "lonestar", "halt", "stop-2"),
    "out": ("northstar", "core", "brightstar"),
}
SET_NAMES = {
    "table3": "The review's Table 3",
    "open": "Beyond the review: no results seen",
    "out": "Presented since, not all figures seen",
}
CLAIMS = {
    "sabr-comet-3": ("comet3-nct", "comet3-phase-mets", "comet3-endpoint", "comet3-status"),
    "sabr-comet-10": ("comet10-nct", "comet10-phase", "comet10-mets", "comet10-endpoint"),
    "furmonertinib-rt": ("furmonertinib-nct", "furmonertinib-design"),
    "oligocare": (
        "oligocare-nct",
        "oligocare-platform",
        "oligocare-population",
        "oligocare-endpoints",
    ),
    "northstar": (
        "northstar-results-pending",
        "northstar-single-arm-cell",
        "northstar-unicentric",
    ),
}
ENDPOINTS = {
    "sabr-comet-3": "comet3-endpoint",
    "sabr-comet-10": "comet10-endpoint",
    "oligocare": "oligocare-endpoints",
}
# What the disputed cells of the review's table are about, for a line of the figure.
ABOUT = {
    "comet3-status": "status",
    "comet10-phase": "phase",
    "furmonertinib-nct": "registry number",
    "furmonertinib-design": "design",
    "oligocare-nct": "registry number",
    "oligocare-platform": "platform",
    "oligocare-population": "population",
    "oligocare-endpoints": "endpoints",
    "northstar-results-pending": "results",
    "northstar-single-arm-cell": "design",
    "northstar-unicentric": "centres",
}
REVIEW = "vedagiri-2026"
NOT_SEEN = "not seen in a source"
# Width of a bold letter, of another and of the margins, in page pixels: where lines are broken.
LETTER, THIN_LETTER, ASIDE = 7.5, 6.9, 14.0
BOLD_ROLES = ("bad", "open")
COMPARISON_SIZE = "sabr-comet"
SIZES = Scale(
    20,
    5000,
    (30, 100, 300, 1000),
    "Patients, planned or entered (equal steps multiply)\nSABR-COMET had {n}",
    "Patients, planned or entered\nSABR-COMET had {n}",
    log=True,
)
RUNNING = "running when last seen"
# Days that the ledger's notes on the sources have.
DAYS = {
    "lonestar": "registry entry of 10 November 2025",
    "br38": "sponsor's page, day not shown; its news: 21 July 2025",
}
SPELLED = {"OS": "overall survival", "PFS": "progression-free survival"}
# Populations that are not of lung cancer alone, or do not say so.
_MIXED = re.compile("solid|breast|prostate|colorectal")


@dataclass(frozen=True)
class Entry:
    """A trial as the ledger has it."""

    trial_id: str

    @property
    def trial(self) -> evidence.Trial:
        """The trial's record."""
        return evidence.trial(self.trial_id)

    @property
    def name(self) -> str:
        """Its name, short enough for a figure."""
        name = short_name(self.trial_id)
        return name.replace("Furmonertinib with or without radiotherapy", "Furmonertinib ± RT")

    @property
    def claims(self) -> tuple[str, ...]:
        """What the review says of it."""
        return CLAIMS.get(self.trial_id, ())

    @property
    def sourced(self) -> bool:
        """Whether anything but the review's own entry was found."""
        return self.trial.ref_ids != (REVIEW,)

    @property
    def size(self) -> str:
        """How many patients, in words."""
        n = self.trial.n
        if n is None:
            return "size not seen"
        if "lower bound" in self.trial.note:
            return f"more than {n}"
        return f"{n} patients"

    @property
    def kind(self) -> str:
        """Phase or design, short."""
        if self.trial.phase:
            return f"{'' if self.sourced else 'review: '}phase {self.trial.phase}"
        return self.trial.design.split(",")[0]

    @property
    def who(self) -> str:
        """Who may take part."""
        said = re.sub(r"(?<=\d)-(?=\d)", "–", self.trial.population)
        return said if self.sourced else f"review: {said[0].lower()}{said[1:]}"

    @property
    def number(self) -> str:
        """Registry number, with a word where no source was seen to have it."""
        numbers = [claim_id for claim_id in self.claims if claim_id.endswith("-nct")]
        unseen = [i for i in numbers if not evidence.citation(i).verified]
        return f"{self.trial.nct or NOT_SEEN}{' (unverified)' if unseen else ''}"

    @property
    def limit(self) -> str:
        """Most lesions at entry."""
        most = self.trial.max_lesions
        return "limit not seen" if most is None else f"up to {most} lesions"

    @property
    def endpoint(self) -> str:
        """Primary endpoint as far as a source was seen to give it."""
        claim_id = ENDPOINTS.get(self.trial_id)
        if claim_id is not None:
            return evidence.verdict(claim_id).teach.rstrip(".").lower()
        noted = re.search(r"primary endpoints? ([A-Z]+)(?: and ([A-Z]+))?", self.trial.note, re.I)
        if noted is None:
            return NOT_SEEN
        said = " and ".join(SPELLED[name] for name in noted.groups() if name)
        return said.replace("progression-free survival and", "progression-free and")

    @property
    def dated(self) -> str:
        """Year of the newest source with a year; the review itself is none."""
        years = [
            evidence.reference(ref_id).year for ref_id in self.trial.ref_ids if ref_id != REVIEW
        ]
        known = [year for year in years if year]
        return f"{max(known)}" if known else "undated"

    @property
    def status(self) -> str:
        """Status as last seen, in words that claim no day."""
        said = self.trial.status.replace(RUNNING, "listed as running when this course looked")
        return re.sub("^unknown", "status unknown", said)

    @property
    def when(self) -> str:
        """What is known of the day on which the status was true."""
        if self.trial_id in DAYS:
            return DAYS[self.trial_id]
        if self.dated == "undated":
            return "day not recorded"
        # A protocol says nothing of the status.
        titles = (evidence.reference(i).title for i in self.trial.ref_ids)
        protocol = any("protocol" in title for title in titles)
        newest = f"{'protocol' if protocol else 'newest source'} of {self.dated}"
        reported = re.match("reported|primary results", self.trial.status)
        return newest if reported else f"day not recorded; {newest}"

    @property
    def lung_alone(self) -> bool:
        """Whether a source was seen for a randomised trial of lung cancer alone, with its size."""
        trial = self.trial
        alone = "NSCLC" in trial.population and not _MIXED.search(trial.population.lower())
        return self.sourced and trial.randomised and trial.n is not None and alone

    @property
    def verdict(self) -> tuple[str, str]:
        """Words and tone of what became of the review's entry, cell by cell."""
        if not self.trial.in_review:
            return "+ beyond the review", "muted"
        found = list(self.disputed())
        if not found:
            return "review's entry: ✓", "ok"
        if len(found) == 1:
            what, (sign, _), grade = found[0]
            return f"review: {sign} {what.split(' “')[0]}", grade
        signs = [sign for _, (sign, _), _ in found]
        counted = ", ".join(f"{s} {signs.count(s)}" for s in "✗?" if s in signs)
        return f"review: {counted}", "bad" if "✗" in signs else "open"

    def disputed(self) -> Iterator[tuple[str, tuple[str, str], str]]:
        """Yield what the review prints that was not borne out, the verdict and its tone.

        The verdict is a sign and a word.
        """
        for claim_id in self.claims:
            record = evidence.citation(claim_id)
            grade = tone(record.verdict, record.verified)
            if grade in ("bad", "open"):
                printed = record.value_text or "awaited"
                sign, word = SHORT_VERDICTS[record.verdict].split(" ", 1)
                yield f"{ABOUT[claim_id]} “{printed}”", (sign, word), grade


@dataclass(frozen=True)
class Board:
    """What the board shows: which set, what about it, and its trials."""

    chosen: str
    about: str
    entries: tuple[Entry, ...]


def board(chosen: str, about: str) -> Board:
    """Return the trials of a set.

    Parameters
    ----------
    chosen : {'table3', 'open', 'out'}
        Which trials.
    about : {'status', 'who'}
        What the lines say.
    """
    return Board(chosen, about, tuple(map(Entry, SETS[chosen])))


def size_scale() -> Scale:
    """Return the axis of sizes, with that of an earlier trial to compare with."""
    n = evidence.trial(COMPARISON_SIZE).n
    return replace(SIZES, label=SIZES.label.format(n=n), short=SIZES.short.format(n=n))


def blocks(shown: Board, letters: int | None = None) -> list[Block]:
    """Return the blocks that the figure shows.

    Parameters
    ----------
    shown : Board
        The trials.
    letters : int, optional
        Length at which lines are broken; by default the chart breaks them itself.
    """
    made = [_block(entry, shown.about, letters) for entry in shown.entries]
    # Where none is in the review, the name of the set says so.
    if not any(entry.trial.in_review for entry in shown.entries):
        return [replace(block, status="") for block in made]
    return made


def _block(entry: Entry, about: str, letters: int | None) -> Block:
    words, grade = entry.verdict
    size = Line(entry.size, "with" if entry.trial.n else "muted", _mark(entry))
    say = _status_lines if about == "status" else _who_lines
    lines = [part for line in say(entry) for part in _broken(line, letters)]
    return Block(entry.name, entry.kind, words, grade, (size, *lines), joined=True)


def _broken(line: Line, letters: int | None) -> list[Line]:
    room = letters if line.role in BOLD_ROLES else int((letters or 0) * LETTER / THIN_LETTER)
    parts = textwrap.wrap(line.text, room) if room else [line.text]
    return [replace(line, text=part) for part in parts]


def _mark(entry: Entry) -> Mark | None:
    n = entry.trial.n
    return None if n is None else Mark(n)


def _status_lines(entry: Entry) -> Iterator[Line]:
    if entry.sourced:
        yield Line(entry.status, "ink", wide=True)
        yield Line(entry.when, "muted", wide=True)
    else:
        yield Line("no source found", "ink", wide=True)
    for printed, (sign, word), grade in entry.disputed():
        yield Line(f"{sign} {printed}: {word}", grade, wide=True)


def _who_lines(entry: Entry) -> Iterator[Line]:
    yield Line(entry.who, "ink", wide=True)
    endpoint = entry.endpoint.replace(NOT_SEEN, "not seen")
    yield Line(f"{entry.limit}; endpoint {endpoint}", "muted", wide=True)


def sentences(shown: Board) -> Iterator[str]:
    """Yield how many there are of which kind, then every trial in short."""
    found = [entry for entry in shown.entries if entry.sourced]
    randomised = [entry for entry in found if entry.trial.randomised]
    alone = [entry for entry in randomised if entry.lung_alone]
    name = SET_NAMES[shown.chosen].replace(":", ",")
    yield (
        f"{name}: {len(shown.entries)} studies, {len(found)} found in a source, "
        f" {len(randomised)} of those randomised, {len(alone) or 'none'} of lung cancer "
        "alone at a size that was seen."
    )
    for entry in shown.entries:
        about = _state(entry) if shown.about == "status" else f"{entry.who}; {entry.limit}"
        yield f"{entry.name} ({entry.kind}, {entry.size}): {about}."


def _state(entry: Entry) -> str:
    """Return status with its date, and what of the review's entry was not borne out."""
    if not entry.sourced:
        return "no source found"
    disputed = ", ".join(f"{what} {word}" for what, (_, word), _ in entry.disputed())
    return f"{entry.status}{'; review: ' if disputed else ''}{disputed}"


def table(shown: Board) -> Table:
    """Return everything that the ledger has on the trials of a set, side by side."""
    rows: dict[str, Callable[[Entry], object]] = {
        "Registered as": lambda entry: entry.number,
        "Design": _design,
        "Who": lambda entry: entry.who,
        "Lesion limit": lambda entry: entry.limit,
        "Patients": lambda entry: entry.size,
        "Primary endpoint": lambda entry: entry.endpoint,
        "Status when last seen": lambda entry: entry.status,
        "Seen when": lambda entry: entry.when if entry.sourced else "–",
        "The review": _review_cell,
        "Worth knowing": lambda entry: entry.trial.note or "–",
    }
    return Table(
        ["Study", *(entry.name for entry in shown.entries)],
        [[name, *map(cell, shown.entries)] for name, cell in rows.items()],
        "Status as last seen by this course, not today's: ask the registry on the day of teaching",
    )


def _design(entry: Entry) -> str:
    trial = entry.trial
    phase = entry.kind if trial.phase else ""
    return ", ".join(filter(None, (phase, trial.design, trial.allocation)))


def _review_cell(entry: Entry) -> dict[str, str]:
    """Return what the review prints that was not borne out, or that it has nothing."""
    words, grade = entry.verdict
    disputed = "; ".join(f"{what}: {word}" for what, (_, word), _ in entry.disputed())
    text = disputed or words.lstrip("✓✗?+ ")
    return {"text": text, "tone": grade if entry.trial.in_review else "note"}
