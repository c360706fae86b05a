"""Measure how the course feels, as ratios to baselines in the same run.

Run ``python -m benchmarks``, or a part of it with ``--only frames`` (costs, pages, crowd, stalls,
trials, plans, cases).
"""

from __future__ import annotations

import argparse

from benchmarks import cases, costs, frames, pages, plans, trials
from benchmarks._report import Report

SUITES = {
    "frames": [frames.measure],
    "costs": [costs.measure_import, costs.measure_ledger, costs.measure_memory],
    "pages": [pages.measure],
    "crowd": [pages.measure_crowd],
    "stalls": [pages.measure_stalls],
    "trials": [trials.measure],
    "plans": [plans.measure],
    "cases": [cases.measure_course, cases.measure_steps],
}


def main() -> None:
    """Run the suites asked for, print a table and keep the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=SUITES, help="run only this suite")
    chosen = parser.parse_args().only or list(SUITES)
    report = Report()
    print(f"{'what':<58} {'median':>8} {'95th':>8}      ratio to baseline")
    for name in chosen:
        for measure in SUITES[name]:
            measure(report)
    print(f"kept in {report.save()}")


if __name__ == "__main__":
    main()
