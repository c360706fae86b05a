"""An explorer whose result comes in instalments: something to see at once, better as it runs.

A subclass has ``steps`` in place of ``compute``::

    class Dice(RunningExplorer):
        unit = "throws"

        def steps(self, p):
            throws = np.empty(0)
            for seed in range(100):
                throws = np.append(throws, np.random.default_rng(seed).integers(1, 7, 1000))
                yield Part(throws.mean(), len(throws), 100_000)

The first part is drawn at once, so it must be quick. The rest is computed in short slices on the
kernel's own loop, without threads: between two slices the kernel answers whatever else the page
has said, *Stop* among it. A new setting abandons the run of the old one. Nobody is waited for: a
run that no page has looked at for a while rests until one does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.widgets._base import call_later, log, sentence
from oligoteach.widgets.explorer import Explorer

# Long enough that little is lost between slices, short enough that no answer is late.
SLICE = 0.04
# Between slices the thread that receives messages needs a moment to hand them over.
BREATH = 0.004
# A page asks for a picture several times a second while a run goes on.
UNWATCHED = 10.0


@dataclass(frozen=True)
class Part:
    """What has come of a result so far: the result itself, and how much of the whole it is."""

    result: Any
    done: int
    total: int


class Run:
    """One pass through the parts of a result, for one setting."""

    def __init__(self, params: Mapping[str, Any], parts: Iterator[Part]) -> None:
        self.params = dict(params)
        self.part: Part | None = None
        self.error: Exception | None = None
        self.stopped = False
        self._parts = parts
        self._over = False

    @property
    def state(self) -> str:
        """One of ``running``, ``stopped``, ``done`` and ``failed``."""
        if self.error is not None:
            return "failed"
        if self._over:
            return "done"
        return "stopped" if self.stopped else "running"

    def step(self) -> None:
        """Compute the next part; what goes wrong is kept and raised."""
        try:
            part = next(self._parts, None)
        except Exception as error:
            self.error = error
            raise
        if part is not None:
            self.part = part
        if part is None or part.done >= part.total:
            self.close()

    def finish(self) -> None:
        """Compute whatever is left."""
        while self.state in ("running", "stopped"):
            self.step()

    def close(self) -> None:
        """Compute no more."""
        self._over = True
        close = getattr(self._parts, "close", None)
        if close is not None:
            close()

    def latest(self) -> Any:
        """Return the result as far as it has come, or raise what went wrong."""
        if self.error is not None:
            raise self.error
        if self.part is None:
            raise RuntimeError("steps ended without a part")
        return self.part.result


class RunningExplorer(Explorer):
    """Base class of explorers whose result comes in instalments.

    Attributes to set in a subclass, beside those of an explorer
    -------------------------------------------------------------
    unit : str
        What is counted while it runs, such as ``"repeats"``.
    """

    unit: ClassVar[str] = "steps"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._run: Run | None = None
        self._next: asyncio.TimerHandle | None = None
        self._watched = 0.0
        super().__init__(*args, **kwargs)

    def steps(self, p: SimpleNamespace) -> Iterator[Part]:
        """Yield ever better parts of the result; the last has ``done`` equal to ``total``."""
        raise NotImplementedError

    def compute(self, p: SimpleNamespace) -> Any:
        """Return the whole result."""
        run = Run(vars(p), self.steps(p))
        run.finish()
        return run.latest()

    def result(self) -> Any:
        """Return the whole result for the present parameters, however long it takes."""
        run = self._present()
        run.finish()
        return run.latest()

    def first(self) -> Any:
        """Return the first part of the result, or more if more has come."""
        return self._present().latest()

    def shown(self) -> Any:
        """Return what has come so far, and let the run go on behind it."""
        run = self._present()
        self._watched = time.monotonic()
        self._go_on()
        return run.latest()

    def progress(self) -> dict[str, Any] | None:
        """Return how far the run is, in numbers and in words."""
        run = self._run
        if run is None or run.part is None:
            return None
        done, total = run.part.done, run.part.total
        words = f"{done:,} {self.unit}" if run.state == "done" else f"{done:,} of {total:,}"
        return {
            "state": run.state,
            "done": done,
            "total": total,
            "words": words if run.state == "done" else f"{words} {self.unit}",
        }

    def close(self) -> None:
        """End the run with the widget."""
        self._abandon()
        super().close()

    # What the page says ---------------------------------------------------------------------

    def on_stop(self, _content: dict[str, Any]) -> None:
        """Compute no more, and keep what has come."""
        if self._run is not None:
            self._run.stopped = True
            self._rest()
            self._tell()

    def on_resume(self, _content: dict[str, Any]) -> None:
        """Go on where the run was stopped."""
        if self._run is not None:
            self._run.stopped = False
            self._watched = time.monotonic()
            self._go_on()
            self._tell()

    def on_leave(self, _content: dict[str, Any]) -> None:
        """Rest: the page is gone. Should it come back, its next picture goes on from here."""
        self._rest()

    # The run --------------------------------------------------------------------------------

    def _present(self) -> Run:
        """Return the run of the present parameters, begun if there is none."""
        if self._run is None or self._run.params != self.params:
            self._abandon()
            params = dict(self.params)
            self._run = Run(params, self.steps(SimpleNamespace(**params)))
            self._run.step()
        return self._run

    def _go_on(self) -> None:
        """Arrange for the next slice; without a loop to wait in, compute all of it now."""
        run = self._run
        if run is None or run.state != "running" or self._next is not None:
            return
        self._next = call_later(BREATH, self._slice, run)
        if self._next is None:
            run.finish()

    def _slice(self, run: Run) -> None:
        """Compute for a moment, say how far it is, and give way."""
        self._next = None
        if time.monotonic() - self._watched > UNWATCHED:
            return
        end = time.perf_counter() + SLICE
        try:
            while run.state == "running" and time.perf_counter() < end:
                run.step()
        except Exception as error:  # the page must hear of whatever went wrong
            log.exception("%s failed while it ran", type(self).__name__)
            self.send({"type": "failed", "text": sentence(error)})
        self._tell()
        self._go_on()

    def _tell(self) -> None:
        self.send({"type": "progress", "run": self.progress()})

    def _rest(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _abandon(self) -> None:
        self._rest()
        if self._run is not None:
            self._run.close()

    def _config(self, lesson: str) -> dict[str, Any]:
        return {**super()._config(lesson), "unit": self.unit}
