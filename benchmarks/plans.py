"""A plan: a beam's weight to slices, histograms and indices; and ten histograms alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks._report import Figure, Report
from oligoteach import lesson
from oligoteach.models.dose_grid import weighed
from oligoteach.models.dvh import dvh

SHAPE = (60, 80, 100)
STRUCTURES, BEAMS = 10, 9
DVH_MS, FRAME_MS, TAIL_MS = 10, 60, 90
WIDTH, HEIGHT = 880, 581


def measure(report: Report) -> None:
    """Add the figures of the plan room."""
    _histograms(report)
    _weights(report)


def _histograms(report: Report) -> None:
    """Time the histograms of ten structures, in turn with NumPy's own of the same voxels."""
    rng = np.random.default_rng(1)
    dose = weighed(rng.random((BEAMS, *SHAPE), dtype=np.float32), np.ones(BEAMS)).ravel()
    sizes = np.geomspace(300, dose.size // 3, STRUCTURES).astype(int)
    places = [np.sort(rng.choice(dose.size, size, replace=False)) for size in sizes]
    ours, plain = [], []
    for _ in range(40):
        plain.append(_ms(lambda: [np.histogram(dose[p], 500) for p in places]))
        ours.append(_ms(lambda: [dvh(dose[p], 0.027) for p in places]))
    median = float(np.median(ours))
    goal = f"median {DVH_MS} ms (is {median:.1f})"
    what = f"histograms of {STRUCTURES} structures, {sizes.sum():,} voxels"
    report.add(Figure(what, "ms", ours, plain, "numpy.histogram", goal, median <= DVH_MS))


def _weights(report: Report) -> None:
    """Time a changed weight to a picture, in turn with the same picture drawn anew."""
    room = lesson("dose_planning").explore("plan-room")
    room.prediction.skip()
    room.frame(WIDTH, HEIGHT)
    ours, anew = [], []
    for turn in range(40):
        weights = [100] * BEAMS
        weights[turn % BEAMS] = 10 * (turn % 20)
        ours.append(_ms(lambda w=weights: (room.set(weights=w), room.frame(WIDTH, HEIGHT))))
        if turn % 4 == 0:
            canvas = room._new_canvas(WIDTH, HEIGHT, 1.0, "light")
            anew.append(_ms(lambda c=canvas: c.frame(room.result())))
    median, tail = float(np.median(ours)), float(np.percentile(ours, 95))
    goal = f"median {FRAME_MS}, 95th percentile {TAIL_MS}"
    met = median <= FRAME_MS and tail <= TAIL_MS
    what = "plan room: a beam's weight to slices, curves and indices"
    report.add(Figure(what, "ms", ours, anew, "a new figure each time", goal, met))


def _ms(call: Callable[[], object]) -> float:
    """Return the time that this process itself takes: others on the machine do not count."""
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000
