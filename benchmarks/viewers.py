"""Viewers without a browser: they ask for what a browser asks, and hold what a browser holds.

A browser draws a page on its reader's machine; many browsers on one machine would measure
themselves. So a crowd is made of these, with one real browser among them as a probe. Which scripts
and styles a page asks for is seen by a real browser beforehand.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClientConnection, websocket_connect

CONTROL = "jupyter.widget.control"
LIMIT_S = 180.0
# To one host at a time, in the usual browsers.
CONNECTIONS = 6
_KERNEL = re.compile(r'"kernelId": "([^"]+)"')


@dataclass
class Viewer:
    """One reader of a lesson.

    Attributes
    ----------
    files : sequence of str
        What the page loads besides: a first visit, nothing kept by the browser.
    prose_s : float
        From the request to the first piece of the page.
    ready_s : float
        From the request until every file and every widget's state is there, so that a browser
        could draw.
    signs : int
        How often the page was told meanwhile that it is being worked on.
    """

    base: str
    path: str
    token: str = ""
    files: Sequence[str] = ()
    prose_s: float = 0.0
    ready_s: float = 0.0
    signs: int = 0
    _sockets: list[WebSocketClientConnection] = field(default_factory=list)

    async def open(self) -> Viewer:
        """Open the page as a browser does; raise what went wrong."""
        begun = time.perf_counter()
        page = bytearray()
        line: list[asyncio.Task[Any]] = []
        cookies: list[str] = []

        def note(header: str) -> None:
            name, _, value = header.partition(":")
            if name.lower() == "set-cookie":
                cookies.append(value.strip().partition(";")[0])

        def take(piece: bytes) -> None:
            self.prose_s = self.prose_s or time.perf_counter() - begun
            self.signs += piece.count(b"<ot-working")
            page.extend(piece)
            known = None if line else _KERNEL.search(page.decode("utf-8", "ignore"))
            if known:  # a browser holds its line long before the page is whole
                line.append(asyncio.create_task(self._hold(known[1], cookies)))
                line.append(asyncio.create_task(self._load(list(self.files))))

        query = f"?token={self.token}" if self.token else ""
        request = HTTPRequest(
            f"{self.base}{self.path}{query}",
            streaming_callback=take,
            header_callback=note,
            request_timeout=LIMIT_S,
        )
        await AsyncHTTPClient().fetch(request)
        text = page.decode()
        kernel = _KERNEL.search(text)
        if kernel is None or "ot-failed" in text or "<ot-lost" in text:
            raise RuntimeError("the page did not come whole")
        await asyncio.gather(*line)
        await self._connect(kernel[1], "; ".join(cookies))
        self.ready_s = time.perf_counter() - begun
        return self

    async def _load(self, files: list[str]) -> None:
        """Load the files, each connection one after the other."""
        await asyncio.gather(*(_load_while(self.base, files) for _ in range(CONNECTIONS)))

    async def _hold(self, kernel: str, cookies: list[str]) -> None:
        await self._socket(f"/voila/line/{kernel}", "; ".join(cookies))

    async def _connect(self, kernel: str, cookies: str) -> None:
        """Ask the kernel for the widgets."""
        line = await self._socket(f"/api/kernels/{kernel}/channels?session_id=x", cookies)
        comm = uuid4().hex
        await line.write_message(_message("kernel_info_request", {}))
        opened = {"comm_id": comm, "target_name": CONTROL, "data": {}}
        await line.write_message(_message("comm_open", opened, {"version": "1.0.0"}))
        asked = {"comm_id": comm, "data": {"method": "request_states"}}
        await line.write_message(_message("comm_msg", asked))
        await asyncio.wait_for(_states(line), LIMIT_S)

    async def _socket(self, path: str, cookies: str) -> WebSocketClientConnection:
        headers = HTTPHeaders({"Cookie": cookies, "Origin": self.base})
        address = self.base.replace("http", "ws") + path
        line = await websocket_connect(
            HTTPRequest(address, headers=headers), max_message_size=50_000_000
        )
        self._sockets.append(line)
        return line

    def close(self) -> None:
        """Leave."""
        for line in self._sockets:
            line.close(1001)


async def _load_while(base: str, files: list[str]) -> None:
    """Take paths from the list, and load each over one connection."""
    if not files:
        return
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
    while files:
        asked = f"GET {files.pop()} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"
        writer.write(asked.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if " 200 " not in head.partition("\r\n")[0]:
            raise RuntimeError(f"{asked.split()[1]} did not come: {head.partition(chr(13))[0]}")
        length = re.search(r"(?i)content-length: *(\d+)", head)
        if length is None:
            raise RuntimeError("a file came without its length")
        await reader.readexactly(int(length[1]))
    writer.close()


async def _states(line: WebSocketClientConnection) -> None:
    """Wait for the states of all widgets."""
    while True:
        message = await line.read_message()
        if message is None:
            raise RuntimeError("the line was cut")
        if b"update_states" in (message if isinstance(message, bytes) else message.encode()):
            return


def _message(kind: str, content: dict[str, Any], metadata: dict[str, str] | None = None) -> str:
    header = {
        "msg_id": uuid4().hex,
        "msg_type": kind,
        "session": "x",
        "username": "x",
        "version": "5.3",
        "date": "2026-01-01T00:00:00Z",
    }
    return json.dumps(
        {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": metadata or {},
            "content": content,
            "buffers": [],
        }
    )
