"""Figures of one run: printed as a table, kept as JSON."""

from __future__ import annotations

import json
import math
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One measured thing beside its baseline.

    Parameters
    ----------
    what, unit : str
        What was measured, and in what.
    values, baseline : sequence of float
        Samples of the thing and of what it is compared with. Without a sample, median and 95th
        percentile are not numbers, and meet nothing.
    against : str
        What the baseline is.
    goal : str
        What it must reach, in words; empty where there is only something to know.
    met : bool or None
        Whether it does.
    """

    what: str
    unit: str
    values: Sequence[float]
    baseline: Sequence[float] = ()
    against: str = ""
    goal: str = ""
    met: bool | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values) if self.values else math.nan

    @property
    def p95(self) -> float:
        return percentile(self.values, 95) if self.values else math.nan

    @property
    def ratio(self) -> float | None:
        """Median over the baseline's median."""
        if not (self.values and self.baseline):
            return None
        return self.median / statistics.median(self.baseline)

    def row(self) -> str:
        ratio = f"{self.ratio:6.2f} × {self.against}" if self.ratio is not None else ""
        mark = {True: "met   ", False: "MISSED", None: "      "}[self.met]
        goal = f"{mark} {self.goal}" if self.goal else ""
        return (
            f"{self.what:<58} {self.median:8.1f} {self.p95:8.1f} {self.unit:<4} {ratio:<32} {goal}"
        )


@dataclass
class Report:
    """All figures of a run."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        print(figure.row(), flush=True)
        self.figures.append(figure)

    def save(self, folder: Path | None = None) -> Path:
        """Write the run to a JSON file named after the moment, and return its path."""
        folder = folder or RESULTS
        folder.mkdir(exist_ok=True)
        now = datetime.now(UTC)
        content = {
            "when": now.isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "figures": [
                {
                    **asdict(f),
                    "median": f.median if f.values else None,
                    "p95": f.p95 if f.values else None,
                    "ratio": f.ratio,
                }
                for f in self.figures
            ],
        }
        path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
        path.write_text(json.dumps(content, indent=1), "utf-8")
        return path


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile by linear interpolation."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
