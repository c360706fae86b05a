"""Progress: a map of the lessons, what was missed, and the learner's own copy of it all.

What has been done is kept in the browser, or in a hub in the learner's home (``home.js``); the
kernel knows the map only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import traitlets

from oligoteach.widgets._base import KitWidget


@dataclass(frozen=True)
class Station:
    """One lesson on the map."""

    name: str
    number: int
    title: str
    about: str
    minutes: int
    address: str
    n_questions: int
    n_predictions: int


class Progress(KitWidget):
    """Course map with progress, review queue, export, import and clear."""

    view = traitlets.Unicode("progress").tag(sync=True)

    def __init__(self, stations: Iterable[Station]) -> None:
        self.stations = tuple(stations)
        super().__init__(config={"stations": [asdict(station) for station in self.stations]})

    def summary(self) -> str:
        """Return the map in words."""
        return "\n".join(
            f"{s.number:02d} {s.title} ({s.minutes} min; {s.n_predictions} predictions, "
            f"{s.n_questions} questions)"
            for s in self.stations
        )
