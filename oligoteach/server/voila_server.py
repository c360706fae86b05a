"""Voila, narrowed to this course's lessons."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import tornado.httpserver
import tornado.ioloop
import tornado.web
from jupyter_server.utils import url_path_join
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError
from traitlets.config import Config
from voila import __version__ as voila_version
from voila.app import Voila
from voila.static_file_handler import TemplateStaticFileHandler
from voila.utils import get_page_config

from oligoteach import __version__
from oligoteach.server import handlers
from oligoteach.server.catalogue import Catalogue
from oligoteach.server.kernels import LessonKernels
from oligoteach.server.lecture import Lecture, Network, make_ready
from oligoteach.server.renderer import LessonRenderer
from oligoteach.server.system import LOOPBACK, quieten, socket_folder, stop_signals

if TYPE_CHECKING:
    from oligoteach.polls.web import Desk

IDLE_KERNEL_S = 600  # a kernel without a page: long enough for a lost connection to come back
CULL_EVERY_S = 60
HEARTBEAT_S = 2
LARGEST_BODY = 64 * 1024  # nobody sends this server more than a word
EXTENSIONS = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
]
TEMPLATE = "oligoteach"
# All that is kept of Voila's own addresses: no listing, no file, no unguarded render.
_KEPT = ("/api/kernels/", "/voila/api/shutdown/")


def settings(folder: Path, **kernels: Any) -> Config:
    """Return the configuration of Voila and Jupyter for a folder of lessons.

    ``kernels`` are settings of :class:`LessonKernels`.
    """
    config = Config()
    config.Voila.root_dir = str(folder)
    config.Voila.ip = LOOPBACK
    config.Voila.log_level = "WARN"
    config.Voila.connection_dir_root = socket_folder()
    config.VoilaConfiguration.template = TEMPLATE
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.http_keep_alive_timeout = HEARTBEAT_S
    config.VoilaConfiguration.multi_kernel_manager_class = LessonKernels
    config.VoilaConfiguration.extension_allowlist = EXTENSIONS
    if os.name != "nt":
        # Over TCP, kernels that start together lose each other's ports.
        config.KernelManager.transport = "ipc"
    # A kernel that dies stays dead: a new one would know nothing of its page.
    config.KernelRestarter.restart_limit = 0
    config.MappingKernelManager.cull_idle_timeout = IDLE_KERNEL_S
    config.MappingKernelManager.cull_interval = CULL_EVERY_S
    config.MappingKernelManager.cull_connected = False
    config.LessonKernels.update(kernels)
    return config


class LessonServer(Voila):
    """Serves the lessons of a catalogue, each open page with a kernel of its own."""

    name = "voila"
    catalogue: Catalogue
    lecture: Lecture | None = None
    network: Network | None = None
    address = ""
    desk: Desk | None = None  # of the polls, in a lecture
    largest_body = LARGEST_BODY

    def course(self) -> dict[str, Any]:
        """Return what every page is told of the course."""
        return {"version": __version__}

    def init_settings(self) -> dict[str, Any]:
        """Return tornado's settings: only local names, unknown addresses answered in words."""
        quieten(self.log, "is not trusted")
        quieten(logging.getLogger("tornado.general"), "websocket_ping_timeout")
        base = {"voila_configuration": self.voila_configuration}
        self.token = (self.network and self.network.token) or None
        settings = super().init_settings()
        self.kernel_manager.rehearse = self.rehearse
        return {
            **settings,
            # A foreign name that resolves to this machine must not reach its kernels.
            # On the network, an address has to be that of the link; its token guards the rest.
            "allow_remote_access": bool(self.network),
            "local_hostnames": ["localhost"],
            "jinja_template_vars": {"course": self.course()},
            "hosts": {"localhost", LOOPBACK, self.network.host} if self.network else None,
            "default_handler_class": handlers.NothingHere,
            "default_handler_args": base,
            "log_function": lambda _handler: None,
        }

    def init_handlers(self) -> list[Any]:
        """Return Voila's routes without those that open more than lessons."""
        base = {"voila_configuration": self.voila_configuration}
        lessons = {**base, "catalogue": self.catalogue}
        polls = self.desk.routes() if self.desk else []
        rendering = {"renderer": self.render}
        return [
            (self._url("/"), handlers.FrontPage, lessons),
            (self._url("/ready"), handlers.Ready, base),
            (self._url(r"/voila/line/([\w-]+)"), handlers.PageLine),
            (self._url(r"/voila/render/(.*)"), handlers.LessonPage, {**lessons, **rendering}),
            (
                self._url(rf"/voila/templates/({TEMPLATE}/static/[\w-]+\.\w+)"),
                TemplateStaticFileHandler,
            ),
            (
                self._url(rf"/voila/static-{voila_version}/(.*)"),
                handlers.FrontEndFile,
                {"paths": self.static_paths},
            ),
            (
                self._url(r"/voila/labextensions/(.*)"),
                handlers.ExtensionFile,
                {"path": self.labextensions_path},
            ),
            *((self._url(pattern), handler, known) for pattern, handler, known in polls),
            *(route for route in super().init_handlers() if self._is_kept(route)),
        ]

    def prepare(self, sockets: list[Any]) -> None:
        """Answer on sockets that are already bound; from now on Ctrl+C stops in good order."""
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.connection_dir = tempfile.mkdtemp(prefix="ot_", dir=self.connection_dir_root)
        self.app = tornado.web.Application(transforms=[handlers.Guard], **self.init_settings())
        self.port = sockets[0].getsockname()[1]
        self.address = f"http://{LOOPBACK}:{self.port}{self.base_url}"
        if self.lecture:
            self.desk = self._open_polls(self.lecture)
        self.app.add_handlers(".*$", self.init_handlers())
        self.http = tornado.httpserver.HTTPServer(self.app, max_body_size=self.largest_body)
        self.http.add_sockets(sockets)
        for name in stop_signals():
            signal.signal(name, self._handle_signal_stop)

    def link(self, path: str = "", with_key: bool = True) -> str:
        """Return the link by which others on the network open a page, or this machine's own.

        The key opens lessons; a poll is open to who knows its code.
        """
        if self.network:
            whole = self.network.link(self.port, self.base_url, path)
            return whole if with_key else whole.partition("?")[0]
        return self.address + path

    @property
    def entrance(self) -> str:
        """The address of the front page on this machine, with the token if one is needed."""
        return self.entrance_to("")

    def entrance_to(self, path: str, **query: str) -> str:
        """Return the address of a page on this machine, with the token if one is needed."""
        if self.network and self.network.token:
            query["token"] = self.network.token
        return self.address + path + (f"?{urlencode(query)}" if query else "")

    def serve_until_stopped(self, say: Callable[[str], None] = print) -> None:
        """Run until Ctrl+C or a signal to end, then shut every kernel down.

        Parameters
        ----------
        say : callable
            Is told, in sentences, how far a lecture's pages are.
        """
        self.ioloop.asyncio_loop.set_exception_handler(_pass_over_closed)
        if self.lecture:
            self.ioloop.add_callback(make_ready, self.kernel_manager, self.lecture, say)
        else:
            self.ioloop.add_callback(self.kernel_manager.fill)
        try:
            self.ioloop.start()
        finally:
            for name in stop_signals():
                signal.signal(name, signal.SIG_IGN)
            self.stop()

    def stop(self) -> None:
        """Close the port and every kernel."""
        self.http.stop()
        self.ioloop.run_sync(self.kernel_manager.close)
        if self.desk:
            self.desk.polls.close()
        shutil.rmtree(self.connection_dir, ignore_errors=True)

    def _open_polls(self, lecture: Lecture) -> Desk:
        """Open the polls of a lecture; nobody else pays for importing them."""
        from oligoteach.polls.web import open_desk

        return open_desk(
            database=lecture.polls,
            lesson=lecture.card.name,
            address=lecture.card.href,
            pin=lecture.pin,
            base_url=self.base_url,
            hosts=frozenset(self.app.settings["hosts"] or {"localhost", LOOPBACK}),
            link=self.link,
            class_size=lecture.class_size,
        )

    def _url(self, path: str) -> str:
        return url_path_join(self.server_url, path)

    def _is_kept(self, route: tuple[Any, ...]) -> bool:
        return str(route[0]).startswith(tuple(self._url(prefix) for prefix in _KEPT))

    async def render(self, file: str, kernel_id: str, page: Any = None) -> LessonRenderer:
        """Return what writes a lesson's page for a kernel."""
        renderer = LessonRenderer(
            kernels=self.kernel_manager,
            kernel_id=kernel_id,
            request_handler=page,
            voila_configuration=self.voila_configuration,
            traitlet_config=self.config,
            notebook_path=file,
            template_paths=self.template_paths,
            config_manager=self.config_manager,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            kernel_spec_manager=self.kernel_spec_manager,
            page_config=self._page_config(file, kernel_id),
        )
        await renderer.initialize()
        return renderer

    async def rehearse(self, file: str, kernel_id: str) -> str:
        """Run a lesson in a kernel for a reader who is still to come, and return the page."""
        renderer = await self.render(file, kernel_id)
        return "".join([html async for html in renderer.pieces()])

    @cached_property
    def _every_page(self) -> dict[str, Any]:
        """What Voila tells every page; looking for its extensions takes time: it is done once."""
        config: dict[str, Any] = get_page_config(
            self.base_url, self.app.settings, self.log, self.voila_configuration
        )
        return {**config, "poll": self._url("/poll") if self.desk else None}

    def _page_config(self, file: str, kernel_id: str) -> dict[str, Any]:
        return handlers.describe_page(
            self._every_page,
            catalogue=self.catalogue,
            course=self.course(),
            base_url=self.base_url,
            notebook_path=file,
            front_end_url=url_path_join(self.base_url, f"voila/static-{voila_version}"),
            kernel_id=kernel_id,
        )


def _pass_over_closed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say nothing of a word that was meant for a page just closed."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


__all__ = ["LessonServer", "settings"]
