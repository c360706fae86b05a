"""What a lesson costs before anything moves: imports, the ledger, and memory of its kernel."""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import psutil
from jupyter_client.manager import KernelManager

from benchmarks._report import Figure, Report
from oligoteach.evidence import data_path, ledger, lessons, notebooks_path
from oligoteach.evidence.records import RECORDS

IMPORT_MS = 50
LEDGER_MS = 40
MEMORY_MB = 90
# A lesson with a dose cube for each of nine beams.
HEAVIER_MB = {"dose_planning": 150}
MB = 1024 * 1024

_DRAW_EVERYTHING = """
import gc
from oligoteach.widgets import Explorer
for explorer in [e for e in gc.get_objects() if isinstance(e, Explorer)]:
    if explorer.prediction is not None:
        explorer.prediction.skip()
    explorer.on_frame({"view": "v", "width": 800, "ratio": 2.0, "theme": "light", "table": True})
"""


def measure_import(report: Report) -> None:
    """Time ``import oligoteach`` over bare Python, in turn with it."""
    bare, ours = [], []
    for _ in range(12):
        bare.append(_process_ms("pass"))
        ours.append(_process_ms("import oligoteach"))
    extra = statistics.median(ours) - statistics.median(bare)
    goal = f"at most {IMPORT_MS} ms over bare Python (is {extra:.1f})"
    report.add(
        Figure("import oligoteach", "ms", ours, bare, "bare Python", goal, extra <= IMPORT_MS)
    )


def measure_ledger(report: Report) -> None:
    """Time loading the whole ledger as typed records, in turn with a plain reading of its files."""
    plain, ours = [], []
    for _ in range(30):
        plain.append(_call_ms(_read_plainly))
        ours.append(_call_ms(_load_ledger))
    median = statistics.median(ours)
    goal = f"at most {LEDGER_MS} ms (is {median:.1f})"
    report.add(
        Figure("the whole ledger", "ms", ours, plain, "csv alone", goal, median <= LEDGER_MS)
    )


def measure_memory(report: Report) -> None:
    """Measure each lesson's kernel after all cells and one frame of each explorer."""
    bare = _kernel_mb([])
    for text in lessons():
        path = notebooks_path() / f"{text.notebook}.ipynb"
        cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        used = _kernel_mb([*cells, _DRAW_EVERYTHING])
        extra = used - bare
        most = HEAVIER_MB.get(text.name, MEMORY_MB)
        report.add(
            Figure(
                f"memory of the kernel of {text.notebook}",
                "MB",
                [used],
                [bare],
                "a bare kernel",
                f"at most {most} MB over a bare kernel (is {extra:.0f})",
                extra <= most,
            )
        )


def _read_plainly() -> None:
    for path in data_path("evidence").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            list(csv.DictReader(file))


def _load_ledger() -> None:
    for model in RECORDS:
        ledger.load_table(model)


def _call_ms(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _process_ms(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - start) * 1000


def _kernel_mb(cells: list[str]) -> float:
    """Return the proportional memory of a fresh kernel that has run the cells, in MB."""
    manager = KernelManager(kernel_name="python3", transport="ipc")
    manager.start_kernel(cwd=str(Path.cwd()))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for cell in cells or ["pass"]:
            reply = client.execute_interactive(cell, timeout=120, output_hook=lambda _: None)
            if reply["content"]["status"] != "ok":
                raise RuntimeError(f"a cell failed: {reply['content'].get('evalue')}\n{cell}")
        return psutil.Process(manager.provisioner.pid).memory_full_info().pss / MB
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
