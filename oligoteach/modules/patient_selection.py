"""Lesson 9: whom to treat – a tumour board, the factors, and how sure one may be of oneself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from oligoteach import evidence
from oligoteach.models import classification as rules
from oligoteach.models.calibration import HitRate, hit_rate
from oligoteach.modules import _factors as factors
from oligoteach.modules._board import board, usable
from oligoteach.modules._citing import cite_all
from oligoteach.modules.definitions import (
    ANSWERS,
    GROUPS,
    KEY_NARROW,
    KEY_WIDE,
    TONES,
    known_definitions,
)
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle

NAME = "patient_selection"


# Factors --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weighed:
    """The statements that the controls choose."""

    chosen: list[factors.Saying]

    def count(self, *tones: str) -> int:
        """Return how many of them have one of these tones."""
        return sum(saying.tone in tones for saying in self.chosen)


class Factors(Explorer):
    """What is said of six factors, and what the audit lets stand."""

    key = "factors"
    aspect = 0.72
    narrow_aspect = 2.0
    controls = (
        Choice("factor", "Factor", {factors.ALL: "All six", **factors.FACTORS}),
        Choice("kind", "Statements on", factors.KINDS),
        Toggle("read", "Only where a source was read or quoted"),
    )
    card: ClassVar[dict[str, str]] = {
        "Data": "Claims of the review on selecting patients, each with one verdict of the audit",
        "Signs": "✓ the audit agrees, with or without a note; × it disputes; ? nobody has seen it "
        "in a source",
        "Kinds": "A factor may tell who lives longer whatever is done, and still not tell who "
        "gains from local treatment. That needs a randomised comparison within groups.",
    }

    def compute(self, p: SimpleNamespace) -> Weighed:
        """Choose the statements."""
        return Weighed(factors.chosen(p.factor, p.kind, p.read))

    def draw(self, figure: Any, result: Weighed) -> dict[str, Any]:
        """Draw every statement under its factor."""
        from oligoteach.charts.statement_board import StatementBoard

        return StatementBoard(figure, _groups(result))

    def update(self, artists: dict[str, Any], result: Weighed) -> None:
        """Light the chosen ones."""
        artists.show(_groups(result))  # type: ignore[attr-defined]

    def describe(self, result: Weighed) -> str:
        """Count what stands, and say what that means for choosing patients."""
        total = len(result.chosen)
        if not total:
            return "No statement fits these settings."
        stand = result.count("ok", "note")
        text = (
            f"Of {total} statements the audit lets {stand} stand, disputes {result.count('bad')} "
            f"and leaves {result.count('open')} open."
        )
        guessed = [saying.words for saying in result.chosen if saying.standing == "hypothesis"]
        if guessed:
            text += f" Hypothesis, not finding: {'; '.join(guessed)}."
        told = [s for s in result.chosen if s.kind == "benefit" and s.stands]
        names = "; ".join(saying.words for saying in told)
        if not any(saying.kind == "benefit" for saying in result.chosen):
            return text
        if not told:
            return f"{text} On who gains more from local treatment none of these stands."
        return f"{text} On who gains more from local treatment there stands: {names}."

    def table(self, result: Weighed) -> Table:
        """Return the chosen statements with verdict and what to teach."""
        rows = [
            [
                saying.words,
                factors.FACTORS[saying.factor],
                factors.KINDS[saying.kind],
                factors.STANDINGS[saying.standing],
                {"text": saying.cited.label, "tone": saying.tone},
                saying.cited.verification_label,
                saying.cited.teach,
            ]
            for saying in result.chosen
        ]
        columns = ["Statement", "Factor", "On", "What it is", "Audit", "Source", "Teach"]
        return Table(columns, rows, "Statements of the review on selecting patients")

    def cards(self, result: Weighed) -> Any:
        """Return the claims behind the chosen statements."""
        return cite_all(saying.claim for saying in result.chosen)


def _groups(result: Weighed) -> list[Any]:
    from oligoteach.charts.statement_board import Group, Statement

    return [
        Group(
            name,
            [
                Statement(
                    saying.words,
                    factors.STANDINGS[saying.standing],
                    _judgement(saying),
                    saying.tone,
                    saying in result.chosen,
                )
                for saying in factors.SAYINGS
                if saying.factor == key
            ],
        )
        for key, name in factors.FACTORS.items()
    ]


def _judgement(saying: factors.Saying) -> str:
    """Return verdict and reading in a few words; what nobody has seen is said to be just that."""
    if not saying.cited.verified:
        return "not seen in a source"
    read = saying.cited.verification == "verified_primary"
    return f"{saying.cited.label.lower()}, {'source read' if read else 'quoted'}"


# Entry ----------------------------------------------------------------------------------------

# Kinds of rule by column. How many lesions, in how many organs, and all of them treatable share
# one, so that a phone has room for the sums.
COLUMNS = {
    "Number": (*GROUPS["Lesions"], *GROUPS["Organs"], *GROUPS["Treatable"]),
    **{
        name: GROUPS[name]
        for name in ("Brain", "Timing", "Therapy", "Driver", "Primary", "Work-up")
    },
}


@dataclass(frozen=True)
class Screened:
    """Every patient of the board, judged by one set of rules."""

    name: str
    note: str
    judgements: tuple[rules.Judgement, ...]
    grid: np.ndarray  # places in ANSWERS, overall first; shape (patients, 1 + columns)


@cache
def patients() -> tuple[tuple[evidence.Case, rules.Patient], ...]:
    """Return the board's cases with their patients, as the classification takes them."""
    return tuple(
        (case, rules.Patient(**case.patient.profile))  # type: ignore[arg-type]
        for case in usable().usable
    )


class Entry(Explorer):
    """Which of the board's patients the rules of a trial or consensus would keep out."""

    key = "entry"
    aspect = 0.8
    narrow_aspect = 1.62
    controls = (
        Choice(
            "rules",
            "Rules of",
            {one.id: one.name for one in known_definitions()},
            default="nrg-lu002",
        ),
    )
    card: ClassVar[dict[str, str]] = {
        "Rules": "Entry rules and definitions as far as the ledger of this course has them; a rule "
        "that it does not have is “not stated”, never “yes” and never “no”.",
        "Patients": "The imagined patients of the tumour board, as each case opens",
        "Answer": "No if a stated rule says no; else cannot tell if one cannot be told; else no "
        "stated rule says no.",
        "Source": "The references below; each rule with its grade in lesson 1",
        "Validity": "A teaching aid: full protocols are longer, and nobody is enrolled here.",
    }

    def compute(self, p: SimpleNamespace) -> Screened:
        """Judge every patient by the chosen rules."""
        one = next(known for known in known_definitions() if known.id == p.rules)
        judged = tuple(rules.judge(patient, one) for _, patient in patients())
        grid = [[j.overall, *(_together(_cells(j, column)) for column in COLUMNS)] for j in judged]
        places = np.array([[ANSWERS.index(answer) for answer in row] for row in grid])
        return Screened(one.name, one.note, judged, places)

    def draw(self, figure: Any, result: Screened) -> dict[str, Any]:
        """Draw the matrix with its key."""
        from oligoteach.charts.answer_matrix import AnswerMatrix
        from oligoteach.charts.sheet import sheet, write_lines

        axes = sheet(figure)
        names = [case_name(case) for case, _ in patients()]
        bottom = figure.height - (78 if figure.compact else 62)
        box = (4, 70, figure.width - 4, bottom)
        artists = {"matrix": AnswerMatrix(axes, box, names, ["Answer", *COLUMNS])}
        key = KEY_NARROW if figure.compact else KEY_WIDE
        middle = 26 if figure.compact else 20
        write_lines(axes, 4, figure.height - middle, key, color=figure.theme.muted)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Screened) -> None:
        """Show the answers."""
        starred = [i for i, one in enumerate(result.judgements) if one.rests_on_unverified]
        artists["matrix"].show(result.grid, starred)

    def describe(self, result: Screened) -> str:
        """Count the answers, and name those whom nothing keeps out."""
        overall = [one.overall for one in result.judgements]
        free = [
            case.title
            for (case, _), answer in zip(patients(), overall, strict=True)
            if answer == "nothing against"
        ]
        text = (
            f"Rules of {result.name}: of {_people(len(overall))} on this board "
            f"{overall.count('no')} would be kept out, {overall.count('cannot tell')} cannot be "
            f"told, and against {len(free)} no stated rule speaks."
        )
        if not free:
            return text
        return f"{text} Nothing against: {'; '.join(free[:4])}{_more(len(free) - 4)}."

    def table(self, result: Screened) -> Table:
        """Return every answer with its reasons."""
        rows = [
            [
                case.title,
                _toned(one.summary, one.overall),
                *(_why(_cells(one, column)) for column in COLUMNS),
            ]
            for (case, _), one in zip(patients(), result.judgements, strict=True)
        ]
        return Table(["Case", "Answer", *COLUMNS], rows, f"{result.name}. {result.note}".strip())


def case_name(case: evidence.Case) -> str:
    """Return the name of a case for a narrow table."""
    return case.short or f"Case {case.number}"


def _cells(one: rules.Judgement, group: str) -> list[rules.Cell]:
    return [cell for cell in one.cells if cell.kind in COLUMNS[group]]


def _together(cells: list[rules.Cell]) -> str:
    """Return the answer of several rules: one no decides, then one that cannot be told."""
    answers = {cell.answer for cell in cells}
    return next((a for a in ("no", "cannot tell", "yes") if a in answers), "not stated")


def _why(cells: list[rules.Cell]) -> Any:
    """Return a table's cell: the reasons of every stated rule."""
    stated = [cell for cell in cells if cell.criterion is not None]
    if not stated:
        return "Not stated"
    return _toned(" ".join(cell.reason for cell in stated), _together(cells))


def _toned(text: str, answer: str) -> Any:
    return {"text": text, "tone": TONES[answer]} if answer in TONES else text


def _people(number: int) -> str:
    return f"{number} patient{'' if number == 1 else 's'}"


def _more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


# Calibration ----------------------------------------------------------------------------------

SURE = {"certain": "Certain", "fairly": "Fairly sure", "guess": "A guess"}
DEFAULTS = {"certain": (10, 8), "fairly": (10, 7), "guess": (6, 3)}


@dataclass(frozen=True)
class Calibrated:
    """Hit rates by confidence, and what had to be taken differently."""

    rates: dict[str, HitRate]
    notes: tuple[str, ...]


class Calibration(Explorer):
    """How far a few decisions tell whether “certain” means right."""

    key = "calibration"
    aspect = 0.55
    narrow_aspect = 1.2
    controls = tuple(
        Number(f"{key}_{what}", f"{words}: {label}", 0, 60, default=DEFAULTS[key][i])
        for key, words in SURE.items()
        for i, (what, label) in enumerate((("n", "decisions"), ("right", "of them right")))
    )
    card: ClassVar[dict[str, str]] = {
        "Formula": "Wilson’s 95 % interval of a share: centre (p + z²/2n)/(1 + z²/n), half-width "
        "z/(1 + z²/n)·√(p(1−p)/n + z²/4n²)",
        "Validity": "Decisions that are independent and equally hard, 0 to 60 of each kind; "
        "contested choices are not counted",
        "Source": "Algebra; Wilson 1927. Enter the sums below the list of cases.",
    }

    def compute(self, p: SimpleNamespace) -> Calibrated:
        """Return the hit rate for each confidence; nobody is right more often than asked."""
        rates, notes = {}, []
        for key, words in SURE.items():
            n, right = getattr(p, f"{key}_n"), getattr(p, f"{key}_right")
            if right > n:
                notes.append(f"{words}: {right} right of {n} cannot be; taken as {n}.")
            rates[key] = hit_rate(min(right, n), n)
        return Calibrated(rates, tuple(notes))

    def draw(self, figure: Any, result: Calibrated) -> Any:
        """Draw a row for each confidence."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Calibrated) -> None:
        """Show other shares."""
        from oligoteach.charts.rows import Block, Line, Mark, Scale

        blocks = [
            Block(
                f"“{SURE[key]}”",
                status=f"{rate.right} of {rate.counted} right",
                tone="ink",
                lines=[Line(_interval(rate), "ratio", _mark(rate, Mark))],
            )
            for key, rate in result.rates.items()
        ]
        label = "Decisions right in the long run, %"
        artists.show(blocks, Scale(0, 100, range(0, 101, 25), label, label))

    def describe(self, result: Calibrated) -> str:
        """Say what the numbers can and cannot tell."""
        parts = [
            f"{SURE[key]}: {rate.right} of {rate.counted} right, {_interval(rate)}."
            for key, rate in result.rates.items()
        ]
        return " ".join([*parts, _verdict(result.rates), *result.notes])

    def table(self, result: Calibrated) -> Table:
        """Return shares and intervals."""
        rows = [
            [SURE[key], str(rate.right), str(rate.counted), _interval(rate)]
            for key, rate in result.rates.items()
        ]
        return Table(["You said", "Right", "Counted", "In the long run (95 %)"], rows)


def _mark(rate: HitRate, mark: Any) -> Any:
    if rate.share is None or rate.low is None or rate.high is None:
        return None
    return mark(100 * rate.share, 100 * rate.low, 100 * rate.high)


def _interval(rate: HitRate) -> str:
    if rate.low is None or rate.high is None:
        return "nothing to tell"
    return f"{100 * rate.low:.0f} to {100 * rate.high:.0f}% in the long run"


def _verdict(rates: dict[str, HitRate]) -> str:
    """Say whether certain decisions are known to be better than guesses."""
    certain, guess = rates["certain"], rates["guess"]
    if certain.low is None or guess.high is None:
        return "Both certain decisions and guesses are needed for a comparison."
    if certain.low > guess.high:
        return "The certain ones are clearly better than the guesses: certainty means something."
    if guess.low is not None and certain.high is not None and certain.high < guess.low:
        return "The guesses are clearly better than the certain ones: distrust your certainty."
    return "The intervals overlap: so few decisions do not show that certainty means more."


EXPLORERS = {cls.key: cls for cls in (Factors, Entry, Calibration)}
PARTS = {"board": lambda: board(NAME, "The tumour board")}
