"""Find a PostgreSQL server for the tests, installing the system's where root may.

The order: what ``OLIGOTEACH_POSTGRES`` names (the folder of initdb), the system's own,
Debian's package.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from fetching import may_install, print_path, say, succeeds

VARIABLE = "OLIGOTEACH_POSTGRES"
DEBIAN = Path("/usr/lib/postgresql")

NONE_FOUND = f"""\
NO POSTGRESQL: polls cannot be checked against a real server.
None was found and none could be installed. Install one (Debian or Ubuntu: apt-get install
postgresql), or name the folder of initdb in the variable {VARIABLE}."""


def find() -> str | None:
    """Return the folder of initdb and postgres, or None."""
    named = os.environ.get(VARIABLE)
    on_path = shutil.which("initdb")
    candidates = [Path(named)] if named else []
    candidates += [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(DEBIAN.glob("*/bin"), reverse=True)
    return next((str(folder) for folder in candidates if (folder / "postgres").exists()), None)


def find_or_fetch() -> str | None:
    """Return that folder, after installing Debian's package if need be and possible."""
    return find() or _fetch()


def _fetch() -> str | None:
    if not may_install():
        return None
    say("No PostgreSQL here: installing the system's package.")
    succeeds(["apt-get", "update", "-qq"])
    succeeds(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"])
    return find()


def main() -> int:
    """Print the folder; return 1 with a loud word on stderr if there is none."""
    return print_path(find_or_fetch, NONE_FOUND)


if __name__ == "__main__":
    sys.exit(main())
