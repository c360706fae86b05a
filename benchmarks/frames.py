"""Kernel time from a changed control to an encoded picture, for every explorer of every lesson.

It is the kernel's own time on its core, which other work on the machine hardly changes.
"""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from benchmarks._report import Figure, Report, percentile
from oligoteach import lesson, lesson_names
from oligoteach.charts import LIGHT, TeachingFigure
from oligoteach.widgets import Choice, Explorer, Many, Number, RunningExplorer, Several, Toggle
from oligoteach.widgets.explorer import SHELF

WIDTH, HEIGHT = 640, 420
ROUNDS = 60
# Of an explorer: median of frames that kept their axes, of frames drawn anew, and the 95th
# percentile of both.
GOALS = (10, 30, 50)
HEAVY = {
    "dose_planning.plan-room": (60, 180, 180),  # works out a whole dose cube
    "dose_planning.own-plan": (25, 25, 50),  # moves slices through one
}


def measure(report: Report) -> None:
    """Add two figures for each explorer: frames that kept their axes, and frames drawn anew."""
    for name in lesson_names():
        source = lesson(name)
        for key in source._classes:
            _measure_one(report, f"{name}.{key}", source.explore(key))


def _measure_one(report: Report, label: str, explorer: Explorer) -> None:
    if explorer.prediction is not None:
        explorer.prediction.skip()
    explorer.frame(WIDTH, HEIGHT)
    kept, whole = _sample(explorer)
    plain = [_interact_frame(explorer) for _ in range(12)]
    *goals, tail = HEAVY.get(label, GOALS)
    for kind, samples, goal in zip(("kept axes", "redrawn"), (kept, whole), goals, strict=True):
        if not samples:
            continue
        met = percentile(samples, 50) <= goal and percentile(samples, 95) <= tail
        report.add(
            Figure(
                f"frame {label} ({kind}, n={len(samples)})",
                "ms",
                samples,
                plain,
                "a new figure each time",
                f"median {goal}, 95th percentile {tail}",
                met,
            )
        )


def _sample(explorer: Explorer) -> tuple[list[float], list[float]]:
    """Return the times of frames that kept their background, and of frames drawn anew."""
    canvas = SHELF.last()
    agg = canvas.figure.canvas
    draws = itertools.count()
    original, seen = agg.draw, next(draws)

    def counted() -> Any:
        next(draws)
        return original()

    agg.draw = counted
    kept: list[float] = []
    whole: list[float] = []
    for values in itertools.islice(_changes(explorer), ROUNDS):
        start = time.process_time()
        explorer.set(**values)
        result = explorer.first()  # of a long run, what is drawn at once
        explorer.describe(result)
        explorer.canvas(WIDTH, HEIGHT, 1.0, "light").frame(result)
        spent = (time.process_time() - start) * 1000
        now = next(draws)
        (kept if now == seen + 1 else whole).append(spent)
        seen = now
    return kept, whole


def _changes(explorer: Explorer) -> Iterator[dict[str, Any]]:
    """Yield changes of one control at a time, in turn, that leave the explorer computable."""
    walks = [_walk(control) for control in explorer.controls]
    walks = [walk for walk in walks if walk is not None]
    for walk in itertools.cycle(walks):
        values = next(walk)
        before = dict(explorer.params)
        try:
            explorer.set(**values)
            explorer.first()
        except ValueError:
            continue
        finally:
            explorer.params = before
        yield values


def _walk(control: Any) -> Iterator[dict[str, Any]] | None:
    if isinstance(control, Number):
        count = min(12, int((control.high - control.low) / control.step))
        raw = [control.low + (control.high - control.low) * i / count for i in range(count)]
        # The end as it is written: a sum may lie a last digit beyond it.
        return itertools.cycle({control.name: control.parse(v)} for v in (*raw, control.high))
    if isinstance(control, Choice):
        return itertools.cycle({control.name: value} for value in control.options)
    if isinstance(control, Several):
        each = range(len(control.options))
        return itertools.cycle(
            {
                control.name: tuple(
                    control.low if i == j else d for j, d in enumerate(control.default)
                )
            }
            for i in each
        )
    if isinstance(control, Toggle):
        return itertools.cycle([{control.name: True}, {control.name: False}])
    if isinstance(control, Many):
        return itertools.cycle([{control.name: ()}, {control.name: tuple(control.options)}])
    return None


def _interact_frame(explorer: Explorer) -> float:
    """Return the time that plain interact takes for the same picture: a new figure, saved."""
    start = time.process_time()
    result = _first(explorer)
    figure = TeachingFigure(WIDTH, HEIGHT, LIGHT)
    explorer.draw(figure, result)
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    return (time.process_time() - start) * 1000


def _first(explorer: Explorer) -> Any:
    """Compute what is drawn at once, without what an explorer has kept."""
    p = SimpleNamespace(**explorer.params)
    if isinstance(explorer, RunningExplorer):
        return next(iter(explorer.steps(p))).result
    return explorer.compute(p)
