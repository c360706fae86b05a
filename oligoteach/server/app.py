"""Voila with this course's settings, addresses and manners."""

from __future__ import annotations

import errno
import os
import sys
import webbrowser
from pathlib import Path
from typing import Any

from oligoteach.server.catalogue import Catalogue
from oligoteach.server.lecture import Lecture, lecture_of, network_of
from oligoteach.server.system import LOOPBACK, MB

PACKAGE = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8866
PORTS_TRIED = 20
EVERYWHERE = "0.0.0.0"


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
        _ = catalogue.cards
    except ValueError as error:
        return _refuse(f"The lessons' texts are damaged, so nothing is served.\n{error}")
    try:
        lecture, network = lecture_of(args, catalogue), network_of(args)
    except ValueError as error:
        return _refuse(str(error))
    try:
        sockets, note = _open_port(port, EVERYWHERE if network else LOOPBACK)
    except OSError as error:
        return _refuse(_port_trouble(port, error))
    if note:
        _say(note)

    server = make_server(catalogue, **_kernel_settings(args, lecture))
    server.lecture, server.network = lecture, network
    try:
        server.prepare(sockets)
    except ValueError as error:
        return _refuse(str(error))
    _greet(server)
    if not getattr(args, "no_browser", False):
        webbrowser.open(server.entrance)
    server.serve_until_stopped(_say)
    _say("Stopped; no kernel is left.")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _kernel_settings(args: Any, lecture: Lecture | None) -> dict[str, Any]:
    """Return the settings of the kernels: how many are kept warm, how much stays free."""
    spare = getattr(args, "spare", None)
    known = {
        "spare_kernels": 1 if spare is None else spare,
        "keep_free": (getattr(args, "keep_free", None) or 0) * MB,
    }
    if lecture is None:
        return known
    return {**known, "pool_lesson": lecture.card.file, "pool_size": lecture.class_size}


def _greet(server: Any) -> None:
    """Say where the lessons are, for whom, and how to end."""
    lessons = len(server.catalogue.cards)
    _say(f"oligoteach is open at {server.entrance}")
    if server.network and server.network.public:
        _say(f"On every address of this machine for {server.link()}, and without a key:")
        _say("a proxy has to stand in front that knows who may come in.")
    elif server.network:
        _say(f"On the network, with the key in the link: {server.link()}")
    if server.lecture:
        _say(f"The lecture: {server.entrance_to(server.lecture.card.href, present='1')}")
        _say(f"PIN of the lecturer, for polls: {server.lecture.pin}")
        if not server.network:
            _say(
                "Only this machine can open it; with --lan phones and laptops in the room can too."
            )
    _say(f"{lessons} {'lesson' if lessons == 1 else 'lessons'}. Press Ctrl+C to stop.")


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


def _open_port(port: int | None, host: str) -> tuple[list[Any], str | None]:
    """Bind the port asked for, or the first free one; say so if it is not the usual one."""
    from tornado.netutil import bind_sockets

    if port is not None:
        return bind_sockets(port, host), None
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        try:
            sockets = bind_sockets(candidate, host)
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


def make_server(
    catalogue: Catalogue, *, kind: Any = None, config: Any = None, **kernels: Any
) -> Any:
    """Build the server; Voila is imported here because that takes most of a second.

    Parameters
    ----------
    catalogue : Catalogue
        The lessons to be served.
    kind : type, optional
        A LessonServer with something besides.
    config : Config, optional
        What it is configured with besides.
    **kernels
        Settings of its :class:`~oligoteach.server.kernels.LessonKernels`.
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

    whole = settings(catalogue.folder, **kernels)
    whole.merge(config or {})
    server = (kind or LessonServer)(config=whole, config_file_paths=[])
    server.catalogue = catalogue
    server.initialize(argv=[])
    return server
