"""The trial simulator on one core: its time and memory, and a trial against lifelines in a loop.

Both run in processes of their own, so that neither pays for the other's imports or memory.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

from benchmarks._report import Figure, Report

TRIALS = 100_000
SECONDS = 2.0
FIRST_MS = 150
MEMORY_MB = 300
TIMES_FASTER = 200

_OURS = """
import json, re, sys, time
from pathlib import Path
from oligoteach.models.trial_simulation import TrialDesign, simulate

def peak():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024

trials, looks = int(sys.argv[1]), json.loads(sys.argv[2])
before, whole, processor, first = peak(), [], [], []
for seed in range(7):
    start, used = time.perf_counter(), time.process_time()
    batches = simulate(TrialDesign(patients=99, allocation=2 / 3, looks=looks), trials, seed)
    kept = [next(batches)]
    first.append(1000 * (time.perf_counter() - start))
    kept.extend(batches)
    whole.append(1000 * (time.perf_counter() - start))
    processor.append(1000 * (time.process_time() - used))
print(json.dumps({"whole": whole, "processor": processor, "first": first,
                  "memory": peak() - before}))
"""

# Only the analysis is timed, on patients that are there already: what a loop pays at least.
_LIFELINES = """
import json, time
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test
from oligoteach.models.trial_simulation import TrialDesign, replicate

times = []
for index in range(60):
    p = replicate(TrialDesign(patients=99, allocation=2 / 3), 0, index)
    start = time.process_time()
    control, treated = p.arm == 0, p.arm == 1
    logrank_test(p.time[control], p.time[treated], p.event[control], p.event[treated])
    frame = pd.DataFrame({"time": p.time, "event": p.event, "arm": p.arm})
    fitted = CoxPHFitter().fit(frame, "time", "event")
    fitted.hazard_ratios_, fitted.confidence_intervals_
    times.append(1000 * (time.process_time() - start))
print(json.dumps(times[5:]))
"""


def measure(report: Report) -> None:
    """Time 100,000 trials of 99 patients, the first batch, memory, and a trial of lifelines."""
    ours, looking = _child(_OURS, str(TRIALS), "[]"), _child(_OURS, str(TRIALS), "[0.33, 0.67]")
    for what, name in (("one core's own time", "processor"), ("by the clock", "whole")):
        seconds = statistics.median(ours[name]) / 1000
        goal = f"at most {SECONDS:g} s (is {seconds:.2f})"
        label = f"{TRIALS:,} trials, {what}"
        report.add(Figure(label, "ms", ours[name], (), "", goal, seconds <= SECONDS))
    what = f"{TRIALS:,} trials with two interim looks, one core's own time"
    none = "trials without a look"
    report.add(Figure(what, "ms", looking["processor"], ours["processor"], none))
    slowest = max(ours["first"])
    goal = f"at most {FIRST_MS} ms (slowest is {slowest:.0f})"
    met = slowest <= FIRST_MS
    report.add(
        Figure("first batch of trials, by the clock", "ms", ours["first"], (), "", goal, met)
    )
    goal, met = f"at most {MEMORY_MB} MB over the imports", ours["memory"] <= MEMORY_MB
    what = f"peak memory of {TRIALS:,} trials"
    report.add(Figure(what, "MB", [ours["memory"]], (), "", goal, met))
    _add_speed(report, [value / TRIALS for value in ours["processor"]])


def _add_speed(report: Report, ours: list[float]) -> None:
    """Compare one core's own time for a trial, which other work on the machine hardly changes."""
    lifelines = _child(_LIFELINES)
    times = statistics.median(lifelines) / statistics.median(ours)
    goal = f"at least {TIMES_FASTER} times ours (is {times:,.0f})"
    met = times >= TIMES_FASTER
    report.add(
        Figure("a trial through lifelines", "ms", lifelines, ours, "a trial of ours", goal, met)
    )


def _child(code: str, *arguments: str) -> Any:
    """Run code in a fresh process on one thread and return what it prints, read as JSON."""
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    done = subprocess.run(
        command, env={**os.environ, **one}, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)
