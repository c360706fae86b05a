"""Kernels: one for each open page, and a warm one for the next reader."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import uuid4

from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Float, Integer

WARM_UP = "__import__('oligoteach.server.warm')"


class LessonKernels(AsyncMappingKernelManager):
    """Starts kernels under ids that a page knows beforehand, and keeps spare ones warm.

    An open page holds a line to the server. When the line is down for some seconds, however the
    page ended, its kernel goes; so does one whose page never opened a line.

    A page names its kernel before it is started, so that the browser can load its scripts while
    the kernel comes up. A spare kernel has the course's libraries loaded; it is handed out once
    and replaced when the page that took it has had time to settle.
    """

    spare_kernels = Integer(1, config=True, help="Kernels kept warm for the next readers.")
    refill_delay = Float(2.0, config=True, help="Seconds before a spare kernel is replaced.")
    line_grace = Float(2.0, config=True, help="Seconds that a page's line may be down.")
    line_limit = Float(30.0, config=True, help="Seconds within which a page opens its line.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._spares: list[str] = []
        self._lines: Counter[str] = Counter()
        self._filling = False
        self._task: asyncio.Task[None] | None = None
        self._going: set[asyncio.Task[None]] = set()

    async def reserve(self) -> str:
        """Return the id of a kernel for a page: a living spare's, or a new one to be started."""
        loop = asyncio.get_running_loop()
        loop.call_later(self.refill_delay, self.fill)
        warm = [kernel_id for kernel_id in self._spares if await self._lives(kernel_id)]
        kernel_id = warm[0] if warm else str(uuid4())
        self._spares = warm[1:]
        self._discard_later(kernel_id, self.line_limit)
        return kernel_id

    async def _lives(self, kernel_id: str) -> bool:
        return kernel_id in self and await self.get_kernel(kernel_id).is_alive()

    def hold(self, kernel_id: str) -> None:
        """Note that a page has opened its line."""
        self._lines[kernel_id] += 1

    def release(self, kernel_id: str) -> None:
        """Note that a line has closed; unless it comes back, the page is gone and so its kernel."""
        self._lines[kernel_id] -= 1
        self._discard_later(kernel_id, self.line_grace)

    def fill(self) -> None:
        """Start warming spare kernels, unless that is under way."""
        if not self._filling:
            self._filling = True
            self._task = asyncio.get_running_loop().create_task(self._fill())

    async def _fill(self) -> None:
        try:
            while len(self._spares) < self.spare_kernels:
                kernel_id = str(uuid4())
                await self.start_kernel(
                    kernel_id=kernel_id,
                    path="",
                    env=dict(os.environ),
                    extra_arguments=[f"--IPKernelApp.exec_lines={WARM_UP}"],
                )
                self._spares.append(kernel_id)
        except Exception as error:
            self.log.error("No kernel could be warmed for the next reader: %s", error)
        finally:
            self._filling = False

    async def start_kernel(self, **kwargs: Any) -> str:
        """Start a kernel under the id that the page being served has reserved."""
        if "kernel_id" not in kwargs:
            page = CallContext.get(CallContext.JUPYTER_HANDLER)
            kwargs["kernel_id"] = getattr(page, "kernel_id", None)
        started: str = await super().start_kernel(**kwargs)
        return started

    async def close(self) -> None:
        """Shut every kernel down, whatever becomes of the others."""
        if self._task:
            self._task.cancel()
        every = [self.discard(kernel_id) for kernel_id in self.list_kernel_ids()]
        await asyncio.gather(*every, return_exceptions=True)

    def _discard_later(self, kernel_id: str, delay: float) -> None:
        def look() -> None:
            if self._lines[kernel_id] <= 0:
                del self._lines[kernel_id]
                self._going.add(task := loop.create_task(self.discard(kernel_id)))
                task.add_done_callback(self._going.discard)

        loop = asyncio.get_running_loop()
        loop.call_later(delay, look)

    async def discard(self, kernel_id: str) -> None:
        """Shut a kernel down if it is there."""
        with suppress(HTTPError, KeyError):  # the page's own goodbye may have come first
            await self.shutdown_kernel(kernel_id, now=True)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Shut down a kernel that has been idle for long, but never a spare one."""
        if kernel_id not in self._spares:
            await super().cull_kernel_if_idle(kernel_id)
