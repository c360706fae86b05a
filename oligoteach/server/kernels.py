"""Kernels: one for each open page, and a warm one for the next reader."""

from __future__ import annotations

import asyncio
import os
from typing import Any
from uuid import uuid4

from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Float, Integer

WARM_UP = "__import__('oligoteach.server.warm')"


class LessonKernels(AsyncMappingKernelManager):
    """Starts kernels under ids that a page knows beforehand, and keeps spare ones warm.

    A page names its kernel before it is started, so that the browser can load its scripts while
    the kernel comes up. A spare kernel has the course's libraries loaded; it is handed out once
    and replaced when the page that took it has had time to settle.
    """

    spare_kernels = Integer(1, config=True, help="Kernels kept warm for the next readers.")
    refill_delay = Float(2.0, config=True, help="Seconds before a spare kernel is replaced.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._spares: list[str] = []
        self._filling = False
        self._task: asyncio.Task[None] | None = None

    def reserve(self) -> str:
        """Return the id of a kernel for a page: a spare one's, or a new one to be started."""
        loop = asyncio.get_running_loop()
        loop.call_later(self.refill_delay, self.fill)
        while self._spares:
            kernel_id = self._spares.pop(0)
            if kernel_id in self:
                return kernel_id
        return str(uuid4())

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

    async def discard(self, kernel_id: str) -> None:
        """Shut a kernel down if it is there."""
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=True)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Shut down a kernel that has been idle for long, but never a spare one."""
        if kernel_id not in self._spares:
            await super().cull_kernel_if_idle(kernel_id)
