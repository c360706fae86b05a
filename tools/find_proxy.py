"""Find the proxy of a JupyterHub for the tests, fetching it if need be, and print its path.

The order: what ``OLIGOTEACH_PROXY`` names; what was fetched before into ``.cache``; the locked
version, by npm, with Node.js 18 or later; Node.js and npm from the system's packages first (as root
on Debian or Ubuntu). What is going on is said on stderr.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from fetching import may_install, print_path, say, succeeds

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "deploy" / "jupyterhub" / "proxy"
HOME = ROOT / ".cache" / "hub-proxy"
VARIABLE = "OLIGOTEACH_PROXY"
LEAST_NODE = 18

NONE_FOUND = f"""\
NO HUB PROXY: a JupyterHub cannot be started, so the course in a hub is not checked.
configurable-http-proxy needs Node.js {LEAST_NODE} or later and npm. Install them (Debian or Ubuntu:
apt-get install nodejs npm), or name the proxy in the variable {VARIABLE}."""


def works(path: str | Path | None) -> bool:
    """Whether a program is there and starts."""
    return bool(path and shutil.which(path)) and succeeds([str(path), "--version"], limit_s=30)


def find() -> str | None:
    """Return the path of a proxy that is already there, or None."""
    named = os.environ.get(VARIABLE)
    if named:
        return named if works(named) else None
    program = _program()
    return str(program) if _is_of_the_lock() and works(program) else None


def find_or_fetch() -> str | None:
    """Return the path of a proxy, fetching it if need be, or None."""
    return find() or (_fetch() if _ensure_node() else None)


def _program() -> Path:
    return HOME / "node_modules" / ".bin" / "configurable-http-proxy"


def _is_of_the_lock() -> bool:
    """Whether what was fetched is what the lock names now."""
    fetched = HOME / "package-lock.json"
    return fetched.exists() and fetched.read_bytes() == (LOCK / fetched.name).read_bytes()


def _fetch() -> str | None:
    say("Fetching the proxy of the hub (once).")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCK / name, HOME / name)
    # Nothing of what is fetched runs while it is installed, and all of it is checked by its hash.
    options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    succeeds(["npm", "ci", *options], cwd=HOME)
    return find()


def _ensure_node() -> bool:
    if _has_node():
        return True
    if not may_install():
        return False
    say("No Node.js here: installing the system's packages.")
    succeeds(["apt-get", "update", "-qq"])
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nodejs"]
    succeeds(command)
    if not shutil.which("npm"):  # some packages of Node.js bring it along
        succeeds([*command[:-1], "npm"])
    return _has_node()


def _has_node() -> bool:
    test = f"process.exit(parseInt(process.versions.node) >= {LEAST_NODE} ? 0 : 1)"
    return bool(shutil.which("npm")) and succeeds(["node", "-e", test], limit_s=30)


def main() -> int:
    """Print the path; return 1 with a loud word on stderr if there is none."""
    return print_path(find_or_fetch, NONE_FOUND)


if __name__ == "__main__":
    sys.exit(main())
