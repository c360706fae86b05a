"""Fetch the public DICOM set that the tests compare with; it is not part of this project.

The source distribution of dicompyler-core (BSD licence) carries dose, structures and the planning
system's own histograms of one anonymous plan. It comes through pip, is held to its checksum, and
lies in ``.cache`` from then on.
"""

from __future__ import annotations

import os
import sys
import tarfile
import tempfile
from pathlib import Path

from fetching import print_path, succeeds

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "public-plan"
VARIABLE = "OLIGOTEACH_PUBLIC_PLAN"
FILES = ("rtdose.dcm", "rtss.dcm")
PACKAGE = (
    "dicompyler-core==0.5.6 "
    "--hash=sha256:0e3c05920a8fa3f1c0ff05a5c21dab3ff3f735e00012b69b38926b219d07faee"
)
NONE_FOUND = f"""\
NO PUBLIC PLAN: nothing is compared with a planning system's own histograms.
The set comes with the source of dicompyler-core from the package index. Allow that, or name a
folder with its rtdose.dcm and rtss.dcm in the variable {VARIABLE}."""


def find() -> str | None:
    """Return the folder of the set, or None where it is not there."""
    folder = Path(os.environ.get(VARIABLE) or FOLDER)
    return str(folder) if all((folder / name).is_file() for name in FILES) else None


def find_or_fetch() -> str | None:
    """Return the folder of the set, fetched if it is not there; None where that fails."""
    return find() or (find() if _fetch() else None)


def _fetch() -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wanted = folder / "wanted.txt"
        wanted.write_text(PACKAGE + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--no-binary", "dicompyler-core"]
        command += ["--require-hashes", "-r", str(wanted), "-d", scratch]
        if not succeeds(command):
            return False
        archives = sorted(folder.glob("*.tar.gz"))
        with tarfile.open(archives[0]) as archive:
            _unpack(archive)
    return True


def _unpack(archive: tarfile.TarFile) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for member in archive.getmembers():
        name = Path(member.name).name
        content = archive.extractfile(member) if name in FILES else None
        if content is not None:
            (FOLDER / name).write_bytes(content.read())


if __name__ == "__main__":
    sys.exit(print_path(find_or_fetch, NONE_FOUND))
