"""What the server answers: front page, lessons, their files, and nothing else."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from typing import Any, NoReturn

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.web import HTTPError, authenticated
from tornado.websocket import WebSocketHandler
from voila.handler import BaseVoilaHandler
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler

from oligoteach.server.catalogue import Card, Catalogue

YEAR_S = 365 * 24 * 3600

# The browser itself holds the promise that no page asks another host for anything.
# Widgets arrive as blobs and Jupyter's front end compiles its schemas, hence blob: and eval.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline' blob:",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss: data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)

# Elements that page.js understands; plain Voila would send an inline script.
STILL_WORKING = "<ot-working></ot-working>\n"
KERNEL_LOST = "<ot-lost></ot-lost>\n"

_HASHED_NAME = re.compile(r"\.[0-9a-f]{8,}\.(js|css|woff2?)$")


class Page(BaseVoilaHandler):
    """A page of this server: guarded, never cached, its errors in words."""

    @property
    def content_security_policy(self) -> str:
        """The policy of every page."""
        return CONTENT_POLICY

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a page that says what happened."""
        self.set_header("Cache-Control", "no-store")
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


class NothingHere(Page):
    """Any other address."""

    async def prepare(self) -> NoReturn:
        """Refuse, whatever the method."""
        await super().prepare()
        raise HTTPError(404)


class LessonPage(Page, TornadoVoilaHandler):
    """A lesson on the allow-list, streamed while its kernel works."""

    kernel_id = ""
    gone = False

    def initialize(self, *, catalogue: Catalogue, **kwargs: Any) -> None:
        """Take the lessons that are served, beside what Voila passes."""
        super().initialize(**kwargs)
        self.catalogue = catalogue

    @authenticated
    async def get(self, path: str | None = None) -> None:
        """Send the lesson piece by piece, and stop when reader or kernel is gone."""
        if path not in self.catalogue:
            raise HTTPError(404)
        _ = self.xsrf_token  # reading it sets the cookie, without which the page cannot say goodbye
        self.kernel_id = await self.kernel_manager.reserve()
        async with aclosing(self.get_generator(path=path)) as snippets:
            async for html in snippets:
                if self.gone:
                    break
                if "voila_heartbeat" in html:
                    html = STILL_WORKING if await self._kernel_lives() else KERNEL_LOST
                self.write(html)
                await self.flush()
                if html == KERNEL_LOST:
                    break

    async def _kernel_lives(self) -> bool:
        if self.kernel_id not in self.kernel_manager:
            return False
        kernel = self.kernel_manager.get_kernel(self.kernel_id)
        return bool(await ensure_async(kernel.is_alive()))

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
        """Note that the page is there."""
        super().open()
        self.kernel_id = kernel_id
        self.kernel_manager.hold(kernel_id)

    def on_message(self, message: str | bytes) -> None:
        """Listen to nothing."""

    def on_close(self) -> None:
        """Note that the page may be gone."""
        if self.kernel_id:
            self.kernel_manager.release(self.kernel_id)


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
            "previous": _link(before, base_url),
            "next": _link(after, base_url),
        },
    }


def _link(card: Card | None, base_url: str) -> dict[str, str] | None:
    return {"href": base_url + card.href, "title": card.title} if card else None
