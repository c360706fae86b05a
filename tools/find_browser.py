"""Find a Chromium for the tests, fetching one where there is none, and print its path.

The order: what ``OLIGOTEACH_CHROMIUM`` names, Playwright's own, the system's, Playwright's to be
downloaded, the system's package (as root on Debian or Ubuntu). What is going on is said on stderr.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

from fetching import may_install, print_path, say, succeeds

VARIABLE = "OLIGOTEACH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NONE_FOUND = f"""\
NO BROWSER: the pages cannot be checked in a real browser.
No Chromium was found and none could be fetched. Install one (Debian or Ubuntu: apt-get install
chromium; elsewhere: .venv/bin/python -m playwright install chromium), or name one in the variable
{VARIABLE}."""


def works(path: str | None) -> bool:
    """Whether a program is there and starts, which it does not where its libraries are missing."""
    if not path or not shutil.which(path):
        return False
    return succeeds([path, "--headless", "--no-sandbox", "--version"], limit_s=30)


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
    say("No Chromium here: fetching Playwright's own.")
    succeeds([sys.executable, "-m", "playwright", "install", "chromium"])
    path = _playwrights()
    return path if works(path) else None


def _fetch_systems() -> str | None:
    if not may_install():
        return None
    say("Playwright's Chromium cannot be had: installing the system's package.")
    packages = ["chromium", "fonts-dejavu-core"]
    succeeds(["apt-get", "update", "-qq"])
    succeeds(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    )
    return find()


def main() -> int:
    """Print the path; return 1 with a loud word on stderr if there is none."""
    return print_path(find_or_fetch, NONE_FOUND)


if __name__ == "__main__":
    sys.exit(main())
