"""What tests of several folders share: servers of notebooks, and a real browser."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import find_browser  # noqa: E402

from benchmarks.serving import FLAGS, serving  # noqa: E402

# No test is timed: on a busy machine a property would otherwise fail for being slow.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


@pytest.fixture(scope="session")
def lesson_server():
    """Return a function that serves a folder of notebooks and returns the base address.

    A folder is served once for all tests of the session; no kernel is kept spare unless asked for.
    """
    with contextlib.ExitStack() as stack:
        known: dict[tuple[Path, int], str] = {}

        def start(folder: Path, spare: int = 0) -> str:
            key = (Path(folder).resolve(), spare)
            if key not in known:
                known[key] = stack.enter_context(serving(*key))
            return known[key]

        yield start


@pytest.fixture(scope="session")
def browser():
    """Return a headless Chromium; without one, skip loudly, and fail where CI is set."""
    from playwright.sync_api import sync_playwright

    path = find_browser.find()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(find_browser.NONE_FOUND)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
