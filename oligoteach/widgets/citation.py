"""Citations: a chip that opens what is claimed, what the audit found, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import traitlets

from oligoteach.widgets._base import KitWidget


@dataclass(frozen=True)
class Reference:
    """One source of a claim, ready to read; ``doi`` without an address in front."""

    key: str
    text: str
    doi: str = ""


@dataclass(frozen=True)
class Citation:
    """Everything that a chip shows.

    Parameters
    ----------
    key : str
        The claim's id.
    statement, printed : str
        What is claimed in words, and the value as printed.
    verdict : str
        Verdict of the audit in words, as on the badge.
    tone : {"ok", "note", "bad", "open"}
        Which badge: agreed, agreed with a note, disputed, or not verified.
    verified : str
        How far the source was read, in words.
    finding, teach : str
        What the source says, and what to teach instead.
    where : str
        Where the claim stands.
    sources : sequence of Reference
        The sources.
    """

    key: str
    statement: str
    verdict: str
    tone: str
    verified: str = ""
    printed: str = ""
    finding: str = ""
    teach: str = ""
    where: str = ""
    sources: tuple[Reference, ...] = field(default=())
    mark: str = ""

    def __post_init__(self) -> None:
        if self.tone not in ("ok", "note", "bad", "open"):
            raise ValueError(f"citation {self.key!r}: tone {self.tone!r} is unknown")

    def spec(self) -> dict[str, Any]:
        """Return the citation as the page wants it."""
        return asdict(self)

    def line(self) -> str:
        """Return one line of plain text."""
        return f"[{self.key}] {self.statement} Audit: {self.verdict}."


class References(KitWidget):
    """The lesson's claims and numbered references, to which every chip on the page points."""

    view = traitlets.Unicode("references").tag(sync=True)

    def __init__(self, citations: Iterable[Citation], references: Iterable[Reference]) -> None:
        self.citations = tuple(citations)
        self.references = tuple(references)
        super().__init__(
            config={
                "citations": [citation.spec() for citation in self.citations],
                "references": [asdict(reference) for reference in self.references],
            }
        )

    def summary(self) -> str:
        """Return the claims with their verdicts and the numbered references."""
        lines = [citation.line() for citation in self.citations]
        lines += [f"{n}. {r.text}" for n, r in enumerate(self.references, 1)]
        return "\n".join(lines)
