"""Start here: how the course is made, and how to read what the audit found."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach import evidence
from oligoteach.modules import _audit as audit
from oligoteach.modules._printed import CASES, Row, rows_of
from oligoteach.widgets import Choice, Explorer, Table, Toggle

# The test before and after the course, over its whole field; and the check on this lesson itself.


TONE_OF_VERDICT = {
    verdict: "ok"
    if verdict == "confirmed"
    else "note"
    if verdict in audit.AGREED
    else "open"
    if verdict in audit.OPEN
    else "bad"
    for verdict in audit.VERDICTS
}


@dataclass(frozen=True)
class Counts:
    """How many claims each verdict got: in the whole ledger, and among those chosen."""

    whole: list[int]
    chosen: list[int]
    listed: list[audit.Entry]

    def group(self, tones: tuple[str, ...]) -> int:
        """Return how many of the chosen claims have verdicts of these tones."""
        pairs = zip(audit.VERDICTS, self.chosen, strict=True)
        return sum(n for verdict, n in pairs if TONE_OF_VERDICT[verdict] in tones)


class Badges(Explorer):
    """What the audit found, verdict by verdict, with the claims themselves below."""

    key = "badges"
    controls = (audit.topic_control(), audit.severity_control(), audit.verdict_control())
    card: ClassVar = {
        "Data": "Every claim of the review in the course's ledger, each with one verdict",
        "Bars": "Pale: all claims with that verdict. Solid: those that the controls choose",
        "List": "The chosen claims, those that matter most first",
    }
    aspect = 0.58
    narrow_aspect = 1.5

    def compute(self, p: SimpleNamespace) -> Counts:
        """Count the claims of the topic and weight, and list those of the verdict."""
        chosen = audit.select(topic=p.topic, severity=p.severity)
        listed = [e for e in chosen if p.verdict in (audit.ALL, e.audit.verdict)]
        return Counts(
            whole=audit.count(audit.entries(), _verdict, audit.VERDICTS),
            chosen=audit.count(chosen, _verdict, audit.VERDICTS),
            listed=audit.gravest_first(listed),
        )

    def draw(self, figure: Any, result: Counts) -> dict[str, Any]:
        """Draw a row for each verdict."""
        from oligoteach.charts.tally import Style, tally

        rows = [
            f"{audit.SIGNS[TONE_OF_VERDICT[word]]} {text}" for word, text in audit.VERDICTS.items()
        ]
        styles = {
            "ok": Style("green"),
            "note": Style("green", filled=False),
            "bad": Style("vermillion"),
            "open": Style("muted", filled=False),
        }
        ghosts = [[n / max(result.whole)] for n in result.whole]
        artists = tally(figure, rows, styles, ghosts=ghosts, left=220)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Counts) -> None:
        """Fill the bars."""
        from oligoteach.charts.tally import Cell, fill

        most = max(result.whole)
        triples = zip(audit.VERDICTS, result.chosen, result.whole, strict=True)
        fill(
            artists,
            [
                [Cell(n / most, f"{n}" if n == whole else f"{n} of {whole}", TONE_OF_VERDICT[v])]
                for v, n, whole in triples
            ],
        )

    def describe(self, result: Counts) -> str:
        """Say how many claims hold, how many do not, and how many nobody could check."""
        total = sum(result.chosen)
        if total == 0:
            return "No claim of this topic matters that much."
        return (
            f"Of {audit.claims_in_words(total)}, the audit agrees with "
            f"{result.group(('ok', 'note'))}, {result.group(('note',))} of them with a note; "
            f"it disputes {result.group(('bad',))} and leaves {result.group(('open',))} open. "
            f"{audit.claims_in_words(len(result.listed)).capitalize()} "
            f"{'is' if len(result.listed) == 1 else 'are'} listed below the figure."
        )

    def table(self, result: Counts) -> Table:
        """Return the counts."""
        return Table(
            ["Verdict", "Chosen", "All claims"],
            [
                [{"text": text, "tone": TONE_OF_VERDICT[word]}, str(n), str(whole)]
                for (word, text), n, whole in zip(
                    audit.VERDICTS.items(), result.chosen, result.whole, strict=True
                )
            ],
            "Claims by verdict",
        )

    def cards(self, result: Counts) -> list[Any]:
        """Return the chosen claims."""
        return [entry.card for entry in result.listed]


@dataclass(frozen=True)
class Compared:
    """One claim: what is printed, what was found, and the audit's advice."""

    case: Any
    citation: evidence.Citation
    rows: list[Row]
    hidden: bool
    shown: list[Row] = field(default_factory=list)


class PrintedAndFound(Explorer):
    """One claim at a time: the review's number beside the source's."""

    key = "printed-and-found"
    controls = (
        Choice("claim", "Claim", {key: case.title for key, case in CASES.items()}),
        Toggle("hide", "Hide what was found, to guess first"),
    )
    card: ClassVar = {
        "Data": "Printed values from the claims, found values from the trial results of the ledger",
        "Lines": "Intervals as published; where none is drawn, none was seen",
    }
    aspect = 0.5
    narrow_aspect = 1.15

    def compute(self, p: SimpleNamespace) -> Compared:
        """Look up the claim and what the sources have for it."""
        rows = rows_of(p.claim)
        shown = [row for row in rows if row.printed or not p.hide]
        return Compared(CASES[p.claim], evidence.citation(p.claim), rows, p.hide, shown)

    def draw(self, figure: Any, result: Compared) -> dict[str, Any]:
        """Draw the rows on one axis."""
        from oligoteach.charts.printed_rows import rows_chart

        artists = rows_chart(figure)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Compared) -> None:
        """Show another claim."""
        from oligoteach.charts.printed_rows import Line, show_rows

        values = [end for row in result.rows for end in (row.value, row.low, row.high) if end]
        show_rows(
            artists,
            [Line(r.who, r.words, r.printed, r.value, r.low, r.high) for r in result.shown],
            slots=len(result.rows),
            limit=result.case.limit(values),
            label=result.case.axis,
            marked=1.0 if result.case.unit == "ratio" else None,
        )

    def describe(self, result: Compared) -> str:
        """Say what is printed and, unless hidden, what was found and what to teach."""
        cited = result.citation
        printed = f"Printed in the review: {cited.statement}"
        if result.hidden:
            return f"{printed} What was found is hidden."
        found = "; ".join(f"{row.who} {row.words}" for row in result.rows if not row.printed)
        return (
            f"{printed} Found: {found}. The audit's verdict: {cited.label.lower()}. "
            f"To teach: {cited.teach}"
        )

    def table(self, result: Compared) -> Table:
        """Return printed and found values with their limits."""
        return Table(
            ["Who", "In words", "Value", "Low", "High", "Source read"],
            [
                [row.who, row.words, *map(_number, (row.value, row.low, row.high)), row.read]
                for row in result.shown
            ],
            result.case.axis,
        )

    def cards(self, result: Compared) -> list[Any]:
        """Return the claim with its audit, unless the learner still guesses."""
        return [] if result.hidden else [audit.Card(result.citation.id)]


@dataclass(frozen=True)
class Reading:
    """How far the sources of the chosen claims were read, for all topics and for each."""

    counts: list[list[int]]
    order: list[str]

    @property
    def total(self) -> list[int]:
        """Counts of all topics together."""
        return [sum(column) for column in zip(*self.counts, strict=True)]


class HowSure(Explorer):
    """What share of the claims was read in the source, quoted by others, or seen in neither."""

    key = "how-sure"
    controls = (
        Choice(
            "verdict",
            "Which claims",
            {audit.ALL: "All", "agreed": "Agreed", "disputed": "Disputed", "open": "Left open"},
        ),
        audit.severity_control(),
        Choice("measure", "Bars show", {"share": "Share of the topic", "count": "Number"}),
    )
    card: ClassVar = {
        "Read in the source": "The abstract or paper itself was read",
        "Quoted": "Another publication, a congress report or a registry gives the figure",
        "Unverified": "Neither: the claim may be right, but nobody here has seen where it stands",
    }
    aspect = 0.64
    narrow_aspect = 1.75

    def compute(self, p: SimpleNamespace) -> tuple[Reading, str]:
        """Count the levels of verification in each topic."""
        chosen = [e for e in audit.select(severity=p.severity) if _of_group(e, p.verdict)]
        counts = [
            audit.count(
                [e for e in chosen if e.claim.topic == topic],
                lambda entry: entry.audit.verification,
                audit.VERIFICATIONS,
            )
            for topic in audit.TOPICS
        ]
        return Reading(counts, list(audit.TOPICS)), p.measure

    def draw(self, figure: Any, result: tuple[Reading, str]) -> dict[str, Any]:
        """Draw a row for each topic and a column for each level."""
        from oligoteach.charts.tally import Style, tally

        styles = {
            "verified_primary": Style("green"),
            "verified_secondary": Style("blue"),
            "unverified": Style("muted", filled=False),
        }
        columns = ("Read", "Quoted", "Unverified")
        artists = tally(figure, ["All topics", *audit.TOPICS.values()], styles, columns, left=150)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: tuple[Reading, str]) -> None:
        """Fill the bars."""
        from oligoteach.charts.tally import Cell, fill

        reading, measure = result
        lines = [reading.total, *reading.counts]
        # Numbers of a topic are measured against the largest topic, the sum against itself.
        largest = max([1, *(n for line in reading.counts for n in line)])
        tops = [max(1, *reading.total), *[largest] * len(reading.counts)]
        cells = []
        for line, top in zip(lines, tops, strict=True):
            whole = sum(line) if measure == "share" else top
            cells.append(
                [
                    Cell(n / whole if whole else 0.0, _shown(n, whole, measure), level)
                    for level, n in zip(audit.VERIFICATIONS, line, strict=True)
                ]
            )
        fill(artists, cells)

    def describe(self, result: tuple[Reading, str]) -> str:
        """Say how many claims were read, quoted, or neither, and where reading is thinnest."""
        reading, _ = result
        total = sum(reading.total)
        if total == 0:
            return "No claim fits these settings."
        read, quoted, neither = (f"{n} ({n / total:.0%})" for n in reading.total)
        text = (
            f"Of {audit.claims_in_words(total)}, {read} were read in the source itself, {quoted} "
            f"are quoted by another source, and {neither} are unverified."
        )
        if reading.total[2] == 0:
            return text
        rest = [(line[2] / sum(line), i) for i, line in enumerate(reading.counts) if sum(line)]
        _, i = max(rest, key=lambda pair: (pair[0], -pair[1]))
        line, topic = reading.counts[i], list(audit.TOPICS.values())[i]
        return f"{text} The largest unverified share is in {topic}: {line[2]} of {sum(line)}."

    def table(self, result: tuple[Reading, str]) -> Table:
        """Return the counts by topic."""
        reading, _ = result
        rows = zip(audit.TOPICS.values(), reading.counts, strict=True)
        return Table(
            ["Topic", *audit.VERIFICATIONS.values(), "Together"],
            [
                [name, *map(str, line), str(sum(line))]
                for name, line in [("All topics", reading.total), *rows]
            ],
            "Claims by topic and by how far their source was read",
        )


def _verdict(entry: audit.Entry) -> str:
    return entry.audit.verdict


def _of_group(entry: audit.Entry, group: str) -> bool:
    groups = {
        "agreed": entry.audit.verdict in audit.AGREED,
        "disputed": entry.disputed,
        "open": entry.audit.verdict in audit.OPEN,
    }
    return groups.get(group, True)


def _shown(number: int, whole: int, measure: str) -> str:
    if not whole:
        return "–" if measure == "share" else "0"
    return f"{number / whole:.0%}" if measure == "share" else f"{number}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


EXPLORERS = {cls.key: cls for cls in (Badges, PrintedAndFound, HowSure)}
