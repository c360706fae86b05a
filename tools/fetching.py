"""What the tools share that find a program for the tests, or fetch it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

LIMIT_S = 600


def succeeds(command: Sequence[str], limit_s: float = LIMIT_S, cwd: Path | None = None) -> bool:
    """Whether a command ends well within the limit; what it prints is not shown."""
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdout=quiet, stderr=quiet, timeout=limit_s, cwd=cwd)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def may_install() -> bool:
    """Whether packages of the system may be installed: as root on Debian or Ubuntu."""
    return os.name == "posix" and os.getuid() == 0 and bool(shutil.which("apt-get"))


def say(text: str) -> None:
    """Tell what is going on, beside the path that is printed."""
    print(text, file=sys.stderr, flush=True)


def print_path(find_or_fetch: Callable[[], str | None], none_found: str) -> int:
    """Print the path; return 1 with a loud word on stderr if there is none."""
    path = find_or_fetch()
    if path is None:
        say(none_found)
        return 1
    print(path)
    return 0
