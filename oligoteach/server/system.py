"""What the server asks of the machine below it: signals, short paths, quiet logs, free memory."""

from __future__ import annotations

import logging
import signal
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

LOOPBACK = "127.0.0.1"
MB = 1_000_000
# A socket's path may have 104 characters on some systems, 50 of which Jupyter takes.
LONGEST_SOCKET_FOLDER = 40
# Where Linux says what a container may use; the machine's own memory is not its business.
CGROUP = Path("/sys/fs/cgroup")


def socket_folder() -> str:
    """Return a folder for kernels' sockets whose path is short enough for every system."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= LONGEST_SOCKET_FOLDER else "/tmp"


def quieten(log: logging.Logger | logging.LoggerAdapter[Any], phrase: str) -> None:
    """Keep news from a log that no reader can act upon."""
    logger = log.logger if isinstance(log, logging.LoggerAdapter) else log
    logger.addFilter(lambda record: phrase not in record.getMessage())


def stop_signals() -> Iterable[signal.Signals]:
    """Return the signals that end the server in good order."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def total_memory() -> int:
    """Return the bytes that this machine has, or that its container may use."""
    limit = _cgroup_number("memory.max")
    machine = int(psutil.virtual_memory().total)
    return min(limit, machine) if limit else machine


def free_memory() -> int:
    """Return the bytes that may still be taken, on this machine and within its container."""
    machine = int(psutil.virtual_memory().available)
    limit, used = _cgroup_number("memory.max"), _cgroup_number("memory.current")
    if not limit or used is None:
        return machine
    return min(machine, max(0, limit - used + _reclaimable()))


def own_memory(pid: int) -> int:
    """Return the bytes that would be free without a process; shared pages count in part."""
    try:
        told = psutil.Process(pid).memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(told, "pss", 0) or getattr(told, "uss", 0) or told.rss)


def _cgroup_number(name: str) -> int | None:
    """Return a number that the container tells, or None where there is no limit or no container."""
    try:
        text = (CGROUP / name).read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _reclaimable() -> int:
    """Return the bytes of kept files, which count as used but give way."""
    try:
        lines = (CGROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    told = dict(line.split() for line in lines if line.count(" ") == 1)
    return int(told.get("inactive_file", 0))
