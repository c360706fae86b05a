"""What the server answers: front page, lessons, their files, and nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, NoReturn

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import allow_unauthenticated, ws_authenticated
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.httputil import HTTPHeaders, split_host_and_port
from tornado.web import HTTPError, OutputTransform, authenticated
from tornado.websocket import WebSocketHandler
from voila.handler import BaseVoilaHandler
from voila.static_file_handler import MultiStaticFileHandler

from oligoteach.server.catalogue import Card, Catalogue
from oligoteach.server.renderer import LessonRenderer, with_signs_of_life

YEAR_S = 365 * 24 * 3600

_PLAIN_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")


def content_policy(host: str = "") -> str:
    """Return what a page may load, to which the browser holds it: nothing from another host.

    Parameters
    ----------
    host : str
        Name and port by which the page was asked for. Some browsers do not count a socket to it as
        the page's own, so it is named.
    """
    sockets = f" ws://{host} wss://{host}" if _PLAIN_HOST.fullmatch(host) else ""
    return "; ".join(
        [
            "default-src 'self'",
            # Widgets arrive as blobs and Jupyter's front end compiles its schemas.
            "script-src 'self' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline' blob:",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets} data: blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


# Elements that page.js understands; plain Voila would send an inline script.
STILL_WORKING = "<ot-working></ot-working>\n"
STILL_WAITING = "<ot-working data-waiting></ot-working>\n"
KERNEL_LOST = "<ot-lost></ot-lost>\n"
# The code with which a page's line is closed whose kernel this server does not know.
KERNEL_GONE = 4404

_HASHED_NAME = re.compile(r"\.[0-9a-f]{8,}\.(js|css|woff2?)$")


# Beside it, for every answer whatever its kind: no guessing of types, no address told elsewhere, no
# foreign window or page that holds or reads one of ours, none of the reader's devices.
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
RETRY_S = 20


class Guard(OutputTransform):
    """Puts the guards on every answer, also on those of handlers that others wrote."""

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Set the headers; nothing else is changed."""
        for name, value in GUARDS.items():
            headers[name] = value
        headers.setdefault("Content-Security-Policy", content_policy())
        del headers["Server"]
        return super().transform_first_chunk(status_code, headers, chunk, finishing)


class Page(BaseVoilaHandler):
    """A page of this server: guarded, never cached, its errors in words."""

    @property
    def content_security_policy(self) -> str:
        """What the browser may load for this page."""
        return content_policy(self.request.host)

    def check_host(self) -> bool:
        """Whether the request names one of the server's own addresses."""
        hosts = self.settings.get("hosts")
        if hosts is None:
            return super().check_host()
        return split_host_and_port(self.request.host.lower())[0] in hosts

    def get_login_url(self) -> NoReturn:
        """Refuse who has not come by the link; there is no page to log in."""
        raise HTTPError(403, "not by the link")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in words what is wrong."""
        self.set_header("Cache-Control", "no-store")
        if status_code == 503:
            self.set_header("Retry-After", str(RETRY_S))
        if self.request.method not in self.SUPPORTED_METHODS:  # refused before it was prepared
            self.finish("This cannot be done here: pages can only be read.\n")
            return
        super().write_error(status_code, **kwargs)


class FrontPage(Page):
    """The list of lessons, rendered without a kernel."""

    def initialize(self, *, catalogue: Catalogue, **kwargs: Any) -> None:
        """Take the lessons that are served, beside what Voila passes."""
        super().initialize(**kwargs)
        self.catalogue = catalogue

    @authenticated
    def get(self) -> None:
        """Answer with the list; no kernel is started."""
        self.set_header("Cache-Control", "no-cache")
        _ = self.xsrf_token  # sets the cookie without which a hub's page may not ask for progress
        self.finish(self.render_template("lessons.html", lessons=self.catalogue.cards))


class Ready(Page):
    """Whether the lessons may be opened: for who starts the server, and for what watches it."""

    @allow_unauthenticated
    def get(self) -> None:
        """Answer 200 once as many kernels are warm as there should be or can be, 503 before."""
        kernels = self.kernel_manager
        ready = not kernels.filling
        self.set_status(200 if ready else 503)
        self.set_header("Cache-Control", "no-store")
        self.finish({"ready": ready, "warm": kernels.warm, "wanted": kernels.wanted})


class NothingHere(Page):
    """Any other address."""

    async def prepare(self) -> NoReturn:
        """Refuse, whatever the method."""
        await super().prepare()
        raise HTTPError(404)


class LessonPage(Page):
    """A lesson on the allow-list, streamed while its kernel works."""

    kernel_id = ""
    gone = False

    def initialize(
        self, *, catalogue: Catalogue, renderer: Callable[..., Awaitable[Any]], **kwargs: Any
    ) -> None:
        """Take the lessons that are served and what writes them, beside what Voila passes."""
        super().initialize(**kwargs)
        self.catalogue = catalogue
        self._renderer = renderer

    @authenticated
    async def get(self, path: str) -> None:
        """Send the lesson piece by piece, and stop when reader or kernel is gone."""
        if path not in self.catalogue:
            raise HTTPError(404)
        _ = self.xsrf_token  # reading it sets the cookie, without which the page cannot say goodbye
        self.set_header("Cache-Control", "no-store")
        place = await self.kernel_manager.reserve(path)
        self.kernel_id = place.kernel_id
        try:
            if place.html is not None:
                await self.finish(place.html)
            else:
                await self._send(await self._renderer(path, place.kernel_id, self))
        finally:
            self.kernel_manager.expect_line(self.kernel_id)

    async def _send(self, renderer: LessonRenderer) -> None:
        pause_s = self.voila_configuration.http_keep_alive_timeout
        async with aclosing(with_signs_of_life(renderer.pieces(), pause_s)) as pieces:
            async for html in pieces:
                if self.gone:
                    break
                html = html or await self._sign_of_life()
                self.write(html)
                await self.flush()
                if html == KERNEL_LOST:
                    break

    async def _sign_of_life(self) -> str:
        kernels = self.kernel_manager
        if self.kernel_id in kernels:
            lives = await ensure_async(kernels.get_kernel(self.kernel_id).is_alive())
            return STILL_WORKING if lives else KERNEL_LOST
        return STILL_WAITING if kernels.is_reserved(self.kernel_id) else KERNEL_LOST

    def on_connection_close(self) -> None:
        """Take the kernel down when the reader leaves before the page is whole."""
        super().on_connection_close()
        self.gone = True
        if self.kernel_id:
            self._farewell = asyncio.ensure_future(self.kernel_manager.discard(self.kernel_id))


class PageLine(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """The line that an open page holds: nothing is said on it, its end is the message."""

    kernel_id = ""

    def set_default_headers(self) -> None:
        """Set none: they make no sense on a socket."""

    @ws_authenticated
    async def get(self, kernel_id: str) -> None:
        """Take the call."""
        await super().get(kernel_id)

    def open(self, kernel_id: str) -> None:
        """Note that the page is there, or tell it that its kernel is not."""
        super().open()
        if self.kernel_manager.hold(kernel_id):
            self.kernel_id = kernel_id
        else:
            self.close(KERNEL_GONE, "gone")

    def on_message(self, message: str | bytes) -> None:
        """Listen to nothing."""

    def on_close(self) -> None:
        """Note that the page may be gone."""
        if self.kernel_id:
            self.kernel_manager.release(self.kernel_id, lost=self.close_code is None)


class FrontEndFile(MultiStaticFileHandler):
    """A script of Voila under an address that holds its version: kept by the browser."""

    def get_cache_time(self, *_: Any) -> int:
        """Return a year in seconds."""
        return YEAR_S


class ExtensionFile(FileFindHandler):
    """A script of a widget library: kept by the browser if its name holds its content's hash."""

    def set_headers(self) -> None:
        """Let the browser keep what can never change."""
        super().set_headers()
        if _HASHED_NAME.search(self.request.path):
            self.set_header("Cache-Control", f"max-age={YEAR_S}, immutable")


def describe_page(
    page_config: dict[str, Any],
    *,
    catalogue: Catalogue,
    course: dict[str, Any],
    base_url: str,
    notebook_path: str,
    front_end_url: str,
    kernel_id: str,
) -> dict[str, Any]:
    """Add to Voila's page configuration what this server's template uses."""
    before, after = catalogue.neighbours(notebook_path)
    title = next(card.title for card in catalogue.cards if card.file == notebook_path)
    return {
        **page_config,
        "fullStaticUrl": front_end_url,
        "kernelId": kernel_id,
        "oligoteach": {
            **course,
            "title": title,
            "poll": page_config.get("poll"),
            "previous": _link(before, base_url),
            "next": _link(after, base_url),
        },
    }


def _link(card: Card | None, base_url: str) -> dict[str, str] | None:
    return {"href": base_url + card.href, "title": card.title} if card else None
