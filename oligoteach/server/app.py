"""Voila with this course's settings, addresses and manners."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oligoteach.server.catalogue import Catalogue

PACKAGE = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8866
PORTS_TRIED = 20
LOOPBACK = "127.0.0.1"
# A socket's path may have 104 characters on some systems, 50 of which Jupyter takes.
LONGEST_SOCKET_FOLDER = 40


def run(args: Any) -> int:
    """Serve as ``oligoteach.server.serve`` describes."""
    try:
        return _run(args)
    except KeyboardInterrupt:
        print("Stopped before the lessons were open.", flush=True)
        return 0


def _run(args: Any) -> int:
    port = getattr(args, "port", None)
    notebooks = getattr(args, "notebooks", None)
    folder = Path(notebooks).resolve() if notebooks else _course_folder()
    trouble = _folder_trouble(folder)
    if trouble:
        return _refuse(trouble)
    catalogue = Catalogue(folder, open_folder=bool(notebooks))
    try:
        lessons = len(catalogue.cards)
    except ValueError as error:
        return _refuse(f"The lessons' texts are damaged, so nothing is served.\n{error}")
    try:
        sockets, note = _open_port(port)
    except OSError as error:
        return _refuse(_port_trouble(port, error))
    if note:
        print(note, flush=True)

    spare = getattr(args, "spare", None)
    server = make_server(catalogue, spare=1 if spare is None else spare)
    server.prepare(sockets)
    print(
        f"oligoteach is open at {server.address}\n"
        f"{lessons} {'lesson' if lessons == 1 else 'lessons'}. Press Ctrl+C to stop.",
        flush=True,
    )
    if not getattr(args, "no_browser", False):
        webbrowser.open(server.address)
    server.serve_until_stopped()
    print("Stopped; no kernel is left.", flush=True)
    return 0


def _course_folder() -> Path:
    from oligoteach.evidence import notebooks_path

    return notebooks_path()


def _folder_trouble(folder: Path) -> str | None:
    if not folder.is_dir():
        return f"There is no folder of notebooks at {folder}."
    if not any(folder.glob("*.ipynb")):
        return f"The folder {folder} holds no notebook (*.ipynb)."
    return None


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr, flush=True)
    return 2


def _open_port(port: int | None) -> tuple[list[Any], str | None]:
    """Bind the port asked for, or the first free one; say so if it is not the usual one."""
    from tornado.netutil import bind_sockets

    if port is not None:
        return bind_sockets(port, LOOPBACK), None
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        try:
            sockets = bind_sockets(candidate, LOOPBACK)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        busy = f"Port {DEFAULT_PORT} is in use; {candidate} is taken instead."
        return sockets, None if candidate == DEFAULT_PORT else busy
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _port_trouble(port: int | None, error: OSError) -> str:
    if port is None:
        last = DEFAULT_PORT + PORTS_TRIED - 1
        return f"No port from {DEFAULT_PORT} to {last} is free; name another with --port."
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is already in use. Name another with --port, "
            "or leave --port out to take the next free one."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user; name one above 1023 with --port."
    return f"Port {port} could not be opened: {error.strerror or error}."


def make_server(catalogue: Catalogue, *, spare: int, kind: Any = None, config: Any = None) -> Any:
    """Build the server; Voila is imported here because that takes most of a second.

    Parameters
    ----------
    catalogue : Catalogue
        The lessons to be served.
    spare : int
        Kernels kept warm for the next readers.
    kind : type, optional
        A LessonServer with something besides.
    config : Config, optional
        What it is configured with besides.
    """
    # The template lies in the package: Jupyter finds it without having it installed.
    share = str(PACKAGE / "share" / "jupyter")
    known = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    # Looking for plug-ins of pydantic, of which there are none, costs each kernel 40 ms.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([share, *(p for p in known if p and p != share)])

    # jsonschema would build a grammar of international addresses, for a second, to check a format
    # that no message of this server has; it does without where the package is missing.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

    from oligoteach.server.voila_server import LessonServer, settings

    whole = settings(catalogue.folder, spare=spare)
    whole.merge(config or {})
    server = (kind or LessonServer)(config=whole, config_file_paths=[])
    server.catalogue = catalogue
    server.initialize(argv=[])
    return server


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
