"""Voila, narrowed to this course's lessons."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.ioloop
import tornado.web
from jupyter_core.utils import run_sync
from jupyter_server import CallContext
from jupyter_server.utils import url_path_join
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError
from traitlets.config import Config
from voila import __version__ as voila_version
from voila.app import Voila
from voila.static_file_handler import TemplateStaticFileHandler

from oligoteach import __version__
from oligoteach.server import handlers
from oligoteach.server.app import LOOPBACK, quieten, socket_folder, stop_signals
from oligoteach.server.catalogue import Catalogue
from oligoteach.server.kernels import LessonKernels

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


def settings(folder: Path, *, spare: int) -> Config:
    """Return the configuration of Voila and Jupyter for a folder of lessons."""
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
    config.LessonKernels.spare_kernels = spare
    return config


class LessonServer(Voila):
    """Serves the lessons of a catalogue, each open page with a kernel of its own."""

    name = "voila"
    catalogue: Catalogue
    address = ""
    largest_body = LARGEST_BODY

    def course(self) -> dict[str, Any]:
        """Return what every page is told of the course."""
        return {"version": __version__}

    def init_settings(self) -> dict[str, Any]:
        """Return tornado's settings: only local names, unknown addresses answered in words."""
        quieten(self.log, "is not trusted")
        quieten(logging.getLogger("tornado.general"), "websocket_ping_timeout")
        self.voila_configuration.page_config_hook = self._describe_page
        base = {"voila_configuration": self.voila_configuration}
        return {
            **super().init_settings(),
            # A foreign name that resolves to this machine must not reach its kernels.
            "allow_remote_access": False,
            "local_hostnames": ["localhost"],
            "jinja_template_vars": {"course": self.course()},
            "default_handler_class": handlers.NothingHere,
            "default_handler_args": base,
            "log_function": lambda _handler: None,
        }

    def init_handlers(self) -> list[Any]:
        """Return Voila's routes without those that open more than lessons."""
        base = {"voila_configuration": self.voila_configuration}
        lessons = {**base, "catalogue": self.catalogue}
        rendering = {"template_paths": self.template_paths, "config": self.config}
        return [
            (self._url("/"), handlers.FrontPage, lessons),
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
            *(route for route in super().init_handlers() if self._is_kept(route)),
        ]

    def prepare(self, sockets: list[Any]) -> None:
        """Answer on sockets that are already bound; from now on Ctrl+C stops in good order."""
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.connection_dir = tempfile.mkdtemp(prefix="ot_", dir=self.connection_dir_root)
        self.app = tornado.web.Application(**self.init_settings())
        self.app.add_handlers(".*$", self.init_handlers())
        self.port = sockets[0].getsockname()[1]
        self.address = f"http://{LOOPBACK}:{self.port}{self.base_url}"
        self.http = tornado.httpserver.HTTPServer(self.app, max_body_size=self.largest_body)
        self.http.add_sockets(sockets)
        for name in stop_signals():
            signal.signal(name, self._handle_signal_stop)

    def serve_until_stopped(self) -> None:
        """Run until Ctrl+C or a signal to end, then shut every kernel down."""
        self.ioloop.asyncio_loop.set_exception_handler(_pass_over_closed)
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
        run_sync(self.kernel_manager.close)()
        shutil.rmtree(self.connection_dir, ignore_errors=True)

    def _url(self, path: str) -> str:
        return url_path_join(self.server_url, path)

    def _is_kept(self, route: tuple[Any, ...]) -> bool:
        return str(route[0]).startswith(tuple(self._url(prefix) for prefix in _KEPT))

    def _describe_page(self, page_config: dict[str, Any], **known: Any) -> dict[str, Any]:
        page = CallContext.get(CallContext.JUPYTER_HANDLER)
        return handlers.describe_page(
            page_config,
            catalogue=self.catalogue,
            course=self.course(),
            base_url=self.base_url,
            notebook_path=known["notebook_path"],
            front_end_url=url_path_join(self.base_url, f"voila/static-{voila_version}"),
            kernel_id=page.kernel_id,
        )


def _pass_over_closed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say nothing of a word that was meant for a page just closed."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


__all__ = ["LessonServer", "settings"]
