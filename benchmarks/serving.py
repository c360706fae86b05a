"""A server for measurements, and the browser that looks at it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def serving(folder: Path, spare: int = 0) -> Iterator[str]:
    """Serve a folder of notebooks, and yield the address; no spare kernel, so that it is cold."""
    code = (
        "import argparse, sys; from oligoteach.server import serve; "
        f"sys.exit(serve(argparse.Namespace(port=0, no_browser=True, notebooks={str(folder)!r}, "
        f"spare={spare})))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        for line in process.stdout or ():
            found = re.search(r"http://\S+", line)
            if found:
                yield found.group().rstrip("/")
                break
        else:
            raise RuntimeError("the server did not start")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Yield a headless Chromium: Playwright's own, or the one that the environment names."""
    with sync_playwright() as playwright:
        path = os.environ.get("OLIGOTEACH_CHROMIUM") or None
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def reveal_all(page: Page) -> None:
    """Open every prediction without an answer."""
    closed = page.locator(".kit-reveal:visible")
    while count := closed.count():
        closed.first.click()
        page.wait_for_function(
            "(n) => [...document.querySelectorAll('.kit-reveal')]"
            ".filter((e) => e.checkVisibility()).length < n",
            arg=count,
        )
