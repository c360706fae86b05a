"""Write environment.yml with the direct dependencies at the versions of requirements/run.txt."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAD = """\
# The course through conda, and on Binder. Written by tools/sync_environment.py (make lock) from
# the versions of requirements/run.txt: change those, not this file. Then:
#   conda env create -f environment.yml && conda activate oligoteach
#   voila --template=oligoteach notebooks/
name: oligoteach
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.12
  - pip
"""

TAIL = """\
  - pip:
      - -e .
"""


def direct_dependencies() -> list[str]:
    """Return the names of the packages that the course itself names, in alphabetical order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = (re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0] for line in project["dependencies"])
    return sorted(name.lower() for name in names)


def locked_versions() -> dict[str, str]:
    """Return the version of every package in the lock for serving."""
    lock = (ROOT / "requirements/run.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE))


def environment() -> str:
    """Return the text of environment.yml."""
    versions = locked_versions()
    pins = "".join(f"  - {_conda(name)}={versions[name]}\n" for name in direct_dependencies())
    return HEAD + pins + TAIL


def _conda(name: str) -> str:
    # The package of this name on conda-forge would bring Qt along.
    return {"matplotlib": "matplotlib-base"}.get(name, name)


def main() -> int:
    """Write the file."""
    (ROOT / "environment.yml").write_text(environment(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
