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
from typing import Any

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
def serving(folder: Path, spare: int = 0, **options: Any) -> Iterator[str]:
    """Serve a folder of notebooks, and yield the address; no spare kernel, so that it is cold."""
    with server(folder, spare=spare, **options) as (_, address, _):
        yield address


@contextlib.contextmanager
def server(folder: Path, **options: Any) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """Serve a folder of notebooks, and yield process, address and the lines that it has printed.

    ``options`` are those of ``oligoteach.server.serve``; the server has printed its address.
    """
    options = {"port": 0, "no_browser": True, "notebooks": str(folder), **options}
    code = (
        "import argparse, sys; from oligoteach.server import serve; "
        f"sys.exit(serve(argparse.Namespace(**{options!r})))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    printed: list[str] = []
    try:
        for line in process.stdout or ():
            printed.append(line.rstrip())
            found = re.search(r"http://\S+/", line)
            if found:
                yield process, found.group().rstrip("/"), printed
                break
        else:
            raise RuntimeError("the server did not start: " + " ".join(printed))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Yield a headless Chromium: Playwright's own, or the one that the environment names."""
    with sync_playwright() as playwright:
        path = os.environ.get("OLIGOTEACH_CHROMIUM") or None
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def reveal_all(page: Page) -> None:
    """Open every prediction without an answer.

    Before an audience the page scrolls to a figure when it comes: whoever pressed the next button
    before would miss it.
    """
    closed = page.locator(".kit-reveal:visible")
    while closed.count():
        button = closed.first.element_handle()
        button.click()
        page.wait_for_function(
            "(button) => !button.checkVisibility()"
            " && !button.closest('.kit-explorer')?.querySelector('.kit-body[aria-busy]')",
            arg=button,
        )
