"""Find a Chromium for the tests, fetching one where there is none, and print its path.

The order: what ``OLIGOTEACH_CHROMIUM`` names, Playwright's own, the system's, Playwright's to be
downloaded, the system's package (as root on Debian or Ubuntu). What is going on is said on stderr.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

VARIABLE = "OLIGOTEACH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_LIMIT_S = 600

NONE_FOUND = f"""\
NO BROWSER: the pages cannot be checked in a real browser.
No Chromium was found and none could be fetched. Install one (Debian or Ubuntu: apt-get install
chromium; elsewhere: .venv/bin/python -m playwright install chromium), or name one in the variable
{VARIABLE}."""


def works(path: str | None) -> bool:
    """Whether a program is there and starts, which it does not where its libraries are missing."""
    if not path or not shutil.which(path):
        return False
    return _succeeds([path, "--headless", "--no-sandbox", "--version"], limit_s=30)


def find() -> str | None:
    """Return the path of a Chromium that is already there, or None."""
    return next((path for path in _candidates() if works(path)), None)


def find_or_fetch() -> str | None:
    """Return the path of a Chromium, fetching one if need be, or None."""
    return find() or _fetch_playwrights() or _fetch_systems()


def _candidates() -> Iterator[str | None]:
    yield os.environ.get(VARIABLE)
    yield _playwrights()
    yield from (shutil.which(name) for name in NAMES)


def _playwrights() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _fetch_playwrights() -> str | None:
    _say("No Chromium here: fetching Playwright's own.")
    _succeeds([sys.executable, "-m", "playwright", "install", "chromium"], limit_s=DOWNLOAD_LIMIT_S)
    path = _playwrights()
    return path if works(path) else None


def _fetch_systems() -> str | None:
    if os.name != "posix" or os.getuid() != 0 or not shutil.which("apt-get"):
        return None
    _say("Playwright's Chromium cannot be had: installing the system's package.")
    packages = ["chromium", "fonts-dejavu-core"]
    _succeeds(["apt-get", "update", "-qq"], limit_s=DOWNLOAD_LIMIT_S)
    _succeeds(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        limit_s=DOWNLOAD_LIMIT_S,
    )
    return find()


def _succeeds(command: Sequence[str], limit_s: float) -> bool:
    try:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=limit_s
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Print the path; return 1 with a loud word on stderr if there is none."""
    path = find_or_fetch()
    if path is None:
        _say(NONE_FOUND)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
