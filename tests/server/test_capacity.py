"""The measurement of a class, with a small one: it comes to its end, and nobody is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_class_comes_votes_stays_and_leaves(tmp_path):
    sizes = ["--viewers", "2", "--hold", "3", "--phones", "12", "--cold", "2"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.capacity",
            *sizes,
            "--no-browser",
            "--results",
            tmp_path,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (kept,) = tmp_path.glob("*.json")
    figures = {f["what"].strip(): f for f in json.loads(kept.read_text("utf-8"))["figures"]}
    assert "all of 2 (2 were)" in figures["2 viewers within 10 s, page and widgets"]["goal"]
    assert "none lost" in figures["12 phones within 10 s, answer"]["goal"]
    assert len(figures["12 phones within 10 s, answer"]["values"]) == 12
    assert "(0 were)" in figures["2 cold arrivals at once, page and widgets"]["goal"]
    assert figures["of that for each kernel"]["values"][0] > 20
    assert figures["3 pages closed, until only the pool is left"]["met"]
