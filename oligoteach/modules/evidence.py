"""The evidence itself: every claim, every verdict, and how to check a printed figure oneself."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach import evidence as ledger
from oligoteach.models import intervals
from oligoteach.modules import _audit as audit
from oligoteach.modules._citing import tone
from oligoteach.modules._presets import OWN, brought
from oligoteach.widgets import Choice, Download, Explorer, Number, Table, Text
from oligoteach.widgets.download import File

# What fits above a bar on the narrowest phone.
LONGEST_NAME = 40
LEDGER_COLUMNS = (
    "Claim",
    "Topic",
    "What the review says",
    "Printed",
    "Verdict",
    "Matters",
    "Source",
    "What the source says",
    "What to teach",
    "References",
)


@dataclass(frozen=True)
class Match:
    """The claims that a search finds."""

    found: list[audit.Entry]
    by_topic: list[int]
    whole: list[int]


class Ledger(Explorer):
    """The whole ledger: every claim, to search and to open."""

    key = "ledger"
    controls = (
        Text("words", "Search", hint="All words must occur: “osimertinib PFS”, “Palma 2020”."),
        audit.topic_control(),
        audit.verdict_control(),
        audit.verification_control(),
        audit.severity_control(),
    )
    card: ClassVar = {
        "Data": "Every claim of the review in the course's ledger, with verdict and sources",
        "Search": "Looks at the claim, what the source says, what to teach, and the sources",
        "Bars": "Pale: all claims of the topic. Solid: those that match",
    }
    aspect = 0.58
    narrow_aspect = 1.6

    def compute(self, p: SimpleNamespace) -> Match:
        """Find the claims that meet every condition."""
        found = audit.select(p.topic, p.verdict, p.severity, p.verification, p.words)
        return Match(
            found=audit.gravest_first(found),
            by_topic=audit.count(found, _topic, audit.TOPICS),
            whole=audit.count(audit.entries(), _topic, audit.TOPICS),
        )

    def draw(self, figure: Any, result: Match) -> dict[str, Any]:
        """Draw a row for each topic."""
        from oligoteach.charts.tally import Style, tally

        ghosts = [[n / max(result.whole)] for n in result.whole]
        rows = list(audit.TOPICS.values())
        artists = tally(figure, rows, {"match": Style("blue")}, ghosts=ghosts, left=150)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Match) -> None:
        """Fill the bars."""
        from oligoteach.charts.tally import Cell, fill

        most = max(result.whole)
        pairs = zip(result.by_topic, result.whole, strict=True)
        fill(artists, [[Cell(n / most, f"{n} of {whole}", "match")] for n, whole in pairs])

    def describe(self, result: Match) -> str:
        """Say how many claims match, and what the audit makes of them."""
        total = sum(result.whole)
        if not result.found:
            return f"None of {total} claims matches. Use fewer words, or set a filter to all."
        agreed = sum(entry.audit.verdict in audit.AGREED for entry in result.found)
        disputed = sum(entry.disputed for entry in result.found)
        matches = "matches" if len(result.found) == 1 else "match"
        return (
            f"{len(result.found)} of {total} claims {matches}: the audit agrees with {agreed}, "
            f"disputes {disputed} and leaves {len(result.found) - agreed - disputed} open. "
            "They are listed below, those that matter most first."
        )

    def table(self, result: Match) -> Table:
        """Return the matching claims with verdict, teaching and sources."""
        return Table(
            LEDGER_COLUMNS,
            [_ledger_row(entry.id) for entry in result.found],
            "Claims of the review with the verdict of the audit",
        )

    def cards(self, result: Match) -> list[Any]:
        """Return the matching claims."""
        return [entry.card for entry in result.found]


@dataclass(frozen=True)
class Crossing:
    """Claims by topic and verdict."""

    counts: list[list[int]]
    most: int

    @property
    def total(self) -> int:
        """How many claims there are."""
        return sum(map(sum, self.counts))

    def disputed(self, line: Sequence[int]) -> int:
        """Return how many claims of a row the audit disputes."""
        pairs = zip(audit.VERDICTS, line, strict=True)
        return sum(n for word, n in pairs if word not in (*audit.AGREED, *audit.OPEN))


class AuditMap(Explorer):
    """Where the disputes lie: topics against verdicts."""

    key = "audit-map"
    controls = (
        audit.severity_control(),
        audit.verification_control(),
        Choice(
            "kind",
            "Claims",
            {audit.ALL: "All", "figure": "With a printed figure", "words": "In words only"},
        ),
    )
    card: ClassVar = {
        "Data": "Every claim of the review in the course's ledger",
        "Squares": "The area of a square shows the number of claims",
    }
    aspect = 0.72
    narrow_aspect = 1.5

    def compute(self, p: SimpleNamespace) -> Crossing:
        """Count claims by topic and verdict."""
        wanted = {"figure": (True,), "words": (False,)}.get(p.kind, (True, False))
        chosen = [
            entry
            for entry in audit.select(severity=p.severity, verification=p.verification)
            if entry.printed in wanted
        ]
        return Crossing(_cross(chosen), max(map(max, _cross(audit.entries()))))

    def draw(self, figure: Any, result: Crossing) -> dict[str, Any]:
        """Draw the grid."""
        from oligoteach.charts.count_grid import count_grid

        columns = [f"{_sign(word)} {text}" for word, text in audit.SHORT.items()]
        rows = audit.BRIEF if figure.compact else audit.TOPICS
        colours = {"agreed": "soft_green", "disputed": "soft_vermillion", "open": "soft_muted"}
        left = 112 if figure.compact else 128
        artists = count_grid(figure, list(rows.values()), columns, colours, "✗ Disputed, %", left)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Crossing) -> None:
        """Show other counts."""
        from oligoteach.charts.count_grid import show_counts

        kinds = [_group(word) for word in audit.VERDICTS]
        shares = [result.disputed(n) / sum(n) if sum(n) else None for n in result.counts]
        show_counts(artists, result.counts, kinds, result.most, shares)

    def describe(self, result: Crossing) -> str:
        """Say how many claims are disputed, and in which topic the share is largest."""
        if result.total == 0:
            return "No claim fits these settings."
        disputed = sum(map(result.disputed, result.counts))
        text = f"Of {audit.claims_in_words(result.total)}, the audit disputes {disputed}."
        if disputed == 0:
            return text
        shares = [result.disputed(line) / sum(line) if sum(line) else 0 for line in result.counts]
        i = shares.index(max(shares))
        line, topic = result.counts[i], list(audit.TOPICS.values())[i]
        return (
            f"{text} The largest disputed share is in {topic}: "
            f"{result.disputed(line)} of {sum(line)}."
        )

    def table(self, result: Crossing) -> Table:
        """Return the counts."""
        rows = zip(audit.TOPICS.values(), result.counts, strict=True)
        return Table(
            ["Topic", *audit.VERDICTS.values(), "Disputed"],
            [
                [topic, *map(str, line), f"{result.disputed(line)} of {sum(line)}"]
                for topic, line in rows
            ],
            "Claims by topic and verdict",
        )


@dataclass(frozen=True)
class Preset:
    """A published ratio with its interval and p value, as the ledger has it."""

    key: str
    label: str
    verified: bool
    params: Mapping[str, Any]


def presets() -> dict[str, Preset]:
    """Return every hazard ratio of the ledger that has both limits and a p value, by key."""
    found = [
        _preset(row)
        for row in ledger.outcomes()
        if row.measure == "hazard_ratio" and None not in (row.low, row.high, row.p_value)
    ]
    return {preset.key: preset for preset in found}


def _preset(row: ledger.Outcome) -> Preset:
    name = ledger.trial(row.trial_id).name.split(" (")[0].removesuffix(" secondary analysis")
    years = f", {row.time_months / 12:g} years" if row.time_months else ""
    verified = row.verification != "unverified"
    words = re.sub(r"[^a-z0-9]+", "-", row.endpoint.lower())
    months = f"-{row.time_months:g}" if row.time_months else ""
    return Preset(
        key=f"{row.trial_id}-{words}{months}",
        label=f"{'' if verified else '? '}{name}: {row.endpoint}{years}",
        verified=verified,
        params={
            "hr": row.value,
            "low": row.low,
            "high": row.high,
            "p": row.p_value,
            "comparator": row.p_comparator,
            "level": row.ci_level,
            # The ledger says in words which p values are one-sided.
            "sided": "one" if "one-sided" in row.note else "two",
        },
    )


PRESETS = presets()
FIRST = "sabr-comet-os-60"


@dataclass(frozen=True)
class Checked:
    """A printed ratio, interval and p value, and whether they fit."""

    p: SimpleNamespace
    judged: intervals.Consistency
    asked: tuple[float, float] | None

    @property
    def printed(self) -> str:
        """The p value as printed."""
        sided = ", one-sided" if self.p.sided == "one" else ""
        return f"p {self.p.comparator} {self.p.p:g}{sided}"

    @property
    def asks(self) -> str:
        """What interval the p value asks for, in words."""
        if self.asked is None:
            return "asks for no interval"
        low, high = self.asked
        most = "at most " if self.p.comparator == "<" else ""
        return f"asks for {most}{low:.2f} to {high:.2f}"


class IntervalCheck(Explorer):
    """Whether a printed interval and a printed p value can belong to one estimate."""

    key = "interval-check"
    controls = (
        Choice(
            "preset",
            "Figures (? is unverified)",
            {**{key: preset.label for key, preset in PRESETS.items()}, OWN: "Own figures"},
            FIRST,
        ),
        Number("low", "Lower limit", 0.05, 3, PRESETS[FIRST].params["low"], 0.01),
        Number("high", "Upper limit", 0.1, 5, PRESETS[FIRST].params["high"], 0.01),
        Number("p", "Printed p", 0, 1, PRESETS[FIRST].params["p"], 0.0001),
        Number("hr", "Estimate (hazard ratio)", 0.1, 3, PRESETS[FIRST].params["hr"], 0.01),
        Choice("comparator", "The p value is printed as", {"=": "p = …", "<": "p < …"}),
        Number("level", "Level of the interval", 50, 99, PRESETS[FIRST].params["level"], 1, "%"),
        Choice("sided", "The p value is", {"two": "Two-sided", "one": "One-sided"}),
    )
    card: ClassVar = {
        "Formula": "SE = (ln high − ln low) / 2z; p = 2(1 − Φ(|ln estimate| / SE))",
        "Fits": "When both p values are within a factor of 1.5, or both of no consequence",
        "Rounding": "Where the printed figures do not fit, all that round to them are tried",
        "Validity": "Ratio, interval and p from one Wald analysis; a log-rank, stratified or "
        "adjusted p usually differs a little",
        "Source": "Altman and Bland, BMJ 2011;343:d2304, not read here; tolerance: this course",
    }
    aspect = 0.6
    narrow_aspect = 1.1

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Let published figures fill in their numbers, and other numbers be one's own."""
        chosen = PRESETS.get(p.preset)
        return brought(chosen.params if chosen else None, changed, p)

    def compute(self, p: SimpleNamespace) -> Checked:
        """Judge whether the figures fit."""
        judged = intervals.consistent(
            p.hr,
            p.low,
            p.high,
            p.p,
            p.level,
            one_sided=p.sided == "one",
            comparator=p.comparator,
        )
        if not p.low <= p.hr <= p.high:
            raise ValueError(
                f"The estimate of {p.hr:g} lies outside its interval of {p.low:g} to {p.high:g}; "
                "move the limits or the estimate."
            )
        return Checked(p, judged, interval_for(p.hr, p.p, p.level, one_sided=p.sided == "one"))

    def draw(self, figure: Any, result: Checked) -> dict[str, Any]:
        """Draw the axis."""
        from oligoteach.charts.interval_check import interval_chart

        artists = interval_chart(figure)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Checked) -> None:
        """Show another interval."""
        from oligoteach.charts.interval_check import Shown, show_interval

        p, judged = result.p, result.judged
        show_interval(
            artists,
            Shown(
                estimate=p.hr,
                low=p.low,
                high=p.high,
                centre=math.log(p.hr),
                se=judged.se,
                asked=result.asked,
                printed_words=f"Printed: {p.hr:.2f} ({p.low:.2f} to {p.high:.2f})",
                asked_words=f"p {p.comparator} {p.p:g} {result.asks}",
                implied=f"Implied p {_p(judged.p_implied)}; printed p {p.comparator} {p.p:g}",
                verdict=_fit_words(judged),
            ),
        )

    def describe(self, result: Checked) -> str:
        """Say what the interval implies, whether it fits, and what would."""
        p = result.p
        preset = PRESETS.get(p.preset)
        unread = (
            " These figures were not found in a source." if preset and not preset.verified else ""
        )
        judged = result.judged
        least, most = map(_p, judged.p_range)
        fits = {
            "fits": "and the printed p fits that.",
            "rounding": "and whether the printed p fits that cannot be told within rounding.",
            "misfit": "and the printed p does not fit that.",
        }[judged.agreement]
        centred = "" if judged.centred else f" {p.hr:g} is not the middle of the interval."
        return (
            f"Printed: ratio {p.hr:.2f} ({p.low:.2f} to {p.high:.2f}), {result.printed}. "
            f"The interval implies p {_p(judged.p_implied)} "
            f"(within rounding {least.removeprefix('= ')} to {most.removeprefix('= ')}), {fits}"
            f"{centred} The printed p {result.asks}.{unread}"
        )

    def table(self, result: Checked) -> Table:
        """Return printed and implied figures."""
        p, judged = result.p, result.judged
        asked = ("–", "–") if result.asked is None else tuple(f"{x:.3f}" for x in result.asked)
        return Table(
            ["", "Estimate", "Low", "High", "p"],
            [
                ["Printed", f"{p.hr:g}", f"{p.low:g}", f"{p.high:g}", f"{p.comparator} {p.p:g}"],
                [
                    "What the printed interval implies",
                    f"{judged.middle:.3f} (its middle)",
                    f"{p.low:g}",
                    f"{p.high:g}",
                    {"text": _implied_words(judged), "tone": _fit_tone(judged)},
                ],
                ["What the printed p asks for", f"{p.hr:g}", *asked, f"{p.comparator} {p.p:g}"],
            ],
            f"{p.level:g} per cent interval; standard error of the log ratio {judged.se:.4f}",
        )


def _fit_words(judged: intervals.Consistency) -> str:
    """Return the verdict that the figure shows."""
    if not judged.centred or judged.agreement == "misfit":
        return "✗ They do not fit"
    return "✓ They fit" if judged.p_fits else "? Cannot tell within rounding"


def _fit_tone(judged: intervals.Consistency) -> str:
    return {"✓": "ok", "?": "open", "✗": "bad"}[_fit_words(judged)[0]]


def _implied_words(judged: intervals.Consistency) -> str:
    implied, least, most = (_p(p).removeprefix("= ") for p in (judged.p_implied, *judged.p_range))
    return f"{implied} ({least} to {most} within rounding)"


def interval_for(
    ratio: float, p: float, level: float, *, one_sided: bool = False
) -> tuple[float, float] | None:
    """Return the interval that an estimate would have to have for its p value.

    The formula of :mod:`oligoteach.models.intervals` the other way round: the p value gives z,
    z and the estimate give the standard error, and that gives the limits.

    Parameters
    ----------
    ratio : float
        The estimate, above 0.
    p : float
        Its p value.
    level : float
        Confidence level in per cent.
    one_sided : bool, default False
        Whether the p value is one-sided.

    Returns
    -------
    tuple of float or None
        Lower and upper limit; None where the p value leaves the interval open: at an estimate
        of 1, or at a p value that no or any interval gives.
    """
    tail = p if one_sided else p / 2
    if ratio == 1 or not 0 < tail < 0.5:
        return None
    z = NormalDist().inv_cdf(1 - tail)
    reach = intervals.z_value(level) * abs(math.log(ratio)) / z
    if reach > math.log(1e6):
        return None
    return ratio * math.exp(-reach), ratio * math.exp(reach)


@dataclass(frozen=True)
class Words:
    """Terms of the glossary that fit, and those among them that the claims use most."""

    terms: list[ledger.GlossaryTerm]
    leading: list[ledger.GlossaryTerm]
    covered: int


class Glossary(Explorer):
    """The words of the field, and how often the claims use them."""

    key = "glossary"
    controls = (Text("words", "Search"), audit.topic_control())
    card: ClassVar = {
        "Data": "The course's glossary, and every claim of the ledger with its audit",
        "Bars": "Claims that use the term or its abbreviation; at most ten terms",
    }
    table_open = True
    rows = 10
    aspect = 0.56
    narrow_aspect = 1.5

    def compute(self, p: SimpleNamespace) -> Words:
        """Find the terms, and the leading ones."""
        wanted = audit.plain(p.words).split()
        terms = [
            term
            for term in ledger.glossary().values()
            if p.topic in (audit.ALL, term.topic)
            and all(word in _term_words(term) for word in wanted)
        ]
        terms.sort(key=lambda term: term.term.casefold())
        used = uses()
        leading = sorted(terms, key=lambda term: -len(used[term.term]))[: self.rows]
        leading = [term for term in leading if used[term.term]]
        covered = frozenset().union(*(used[term.term] for term in leading))
        return Words(terms, leading, len(covered))

    def draw(self, figure: Any, result: Words) -> dict[str, Any]:
        """Draw empty rows, whose labels change."""
        from oligoteach.charts.tally import Style, tally

        artists = tally(figure, [""] * self.rows, {"uses": Style("blue")}, left=270)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: Words) -> None:
        """Fill the rows."""
        from oligoteach.charts.tally import Cell, fill

        used = uses()
        most = max(map(len, used.values()))
        counts = [len(used[term.term]) for term in result.leading]
        cells = [[Cell(n / most, audit.claims_in_words(n), "uses")] for n in counts]
        fill(artists, cells, [_short_name(term) for term in result.leading])

    def describe(self, result: Words) -> str:
        """Say how many terms fit, and which the claims use most."""
        if not result.terms:
            return "No term fits. Use fewer words, or set the topic to all."
        used = uses()
        if len(result.terms) == 1:
            name = result.terms[0].term
            return f"1 term fits: {name}, used by {audit.claims_in_words(len(used[name]))}."
        leaders = ", ".join(
            f"{t.abbreviation or t.term} ({len(used[t.term])})" for t in result.leading[:3]
        )
        text = f"{len(result.terms)} terms fit."
        if not result.leading:
            return f"{text} No claim uses them."
        return (
            f"{text} Claims use most: {leaders}. Of {len(audit.entries())} claims, "
            f"{result.covered} use one or more of the terms in the figure."
        )

    def table(self, result: Words) -> Table:
        """Return the terms with their meanings."""
        used = uses()
        return Table(
            ["Term", "Meaning", "Short", "Topic", "Claims that use it"],
            [
                [
                    t.term,
                    t.definition,
                    t.abbreviation,
                    audit.TOPICS[t.topic],
                    str(len(used[t.term])),
                ]
                for t in result.terms
            ],
            "Glossary",
        )


@cache
def uses() -> Mapping[str, frozenset[str]]:
    """Return, for each term of the glossary, the claims that use it or its abbreviation."""
    texts = {
        entry.id: f"{entry.claim.statement} {entry.audit.primary_says} {entry.audit.teach}"
        for entry in audit.entries()
    }
    return {
        name: frozenset(key for key, text in texts.items() if _uses(term, text))
        for name, term in ledger.glossary().items()
    }


def _uses(term: ledger.GlossaryTerm, text: str) -> bool:
    """Return whether a text uses a term; most do not even hold its letters, which is soon seen."""
    low = text.lower()
    near = any(name.lower() in low for name in _names(term))
    near = near or bool(term.abbreviation and term.abbreviation in text)
    return near and _pattern(term).search(text) is not None


@cache
def _names(term: ledger.GlossaryTerm) -> list[str]:
    return re.split(r", | and ", term.term)


@cache
def _pattern(term: ledger.GlossaryTerm) -> re.Pattern[str]:
    """Return what finds a term in a text: its words in any case, its abbreviation as it is."""
    found = rf"(?i:(?:{'|'.join(map(re.escape, _names(term)))})s?\b)"
    if term.abbreviation:
        found += rf"|{re.escape(term.abbreviation)}\b"
    # Compounds such as OM-NSCLC and SABR-COMET are words of their own.
    return re.compile(rf"(?<![\w-])(?:{found})(?!-[A-Z])")


def downloads() -> Download:
    """Return buttons that save the references and the ledger as files."""
    return Download(
        "Take the evidence with you",
        (
            File(
                key="bibtex",
                label="References (BibTeX)",
                name="oligoteach-references.bib",
                make=ledger.to_bibtex,
                comment="% ",
            ),
            File(
                key="claims",
                label="Claims with verdicts (CSV)",
                name="oligoteach-claims.csv",
                make=ledger.claims_report,
                media_type="text/csv",
            ),
            File(
                key="outcomes",
                label="Trial results (CSV)",
                name="oligoteach-outcomes.csv",
                make=lambda: ledger.to_csv("outcomes"),
                media_type="text/csv",
            ),
        ),
    )


def _p(value: float) -> str:
    """Return a p value with its sign, as it is printed."""
    return "< 0.0001" if value < 0.0001 else f"= {value:.2g}"


def _topic(entry: audit.Entry) -> str:
    return entry.claim.topic


def _cross(chosen: Sequence[audit.Entry]) -> list[list[int]]:
    return [
        audit.count(
            [entry for entry in chosen if entry.claim.topic == topic],
            lambda entry: entry.audit.verdict,
            audit.VERDICTS,
        )
        for topic in audit.TOPICS
    ]


def _group(verdict: str) -> str:
    if verdict in audit.AGREED:
        return "agreed"
    return "open" if verdict in audit.OPEN else "disputed"


def _sign(verdict: str) -> str:
    return {"agreed": "✓", "disputed": "✗", "open": "?"}[_group(verdict)]


@cache
def _ledger_row(claim_id: str) -> list[Any]:
    cited = ledger.citation(claim_id)
    return [
        claim_id,
        audit.TOPICS[ledger.claim(claim_id).topic],
        cited.statement,
        cited.value_text,
        {"text": cited.label, "tone": tone(cited.verdict, cited.verified)},
        cited.severity,
        cited.verification_label,
        cited.primary_says,
        cited.teach,
        " | ".join(map(ledger.format_reference, cited.sources)),
    ]


def _term_words(term: ledger.GlossaryTerm) -> str:
    return audit.plain(f"{term.term} {term.abbreviation} {term.definition}")


def _short_name(term: ledger.GlossaryTerm) -> str:
    both = f"{term.term} ({term.abbreviation})" if term.abbreviation else term.term
    return both if len(both) <= LONGEST_NAME else term.term


EXPLORERS = {cls.key: cls for cls in (Ledger, AuditMap, IntervalCheck, Glossary)}
PARTS = {"downloads": downloads}
