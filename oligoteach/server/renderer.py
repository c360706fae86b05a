"""A lesson's page, written piece by piece: its prose at once, then what its cells show."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from voila.notebook_renderer import NotebookRenderer

from oligoteach.server.kernels import LessonKernels


class _Compiled(jinja2.BytecodeCache):
    """Keeps compiled templates: each page has an environment of its own, and would compile anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a template's bucket with what is kept."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = _Compiled()


PROSE: dict[str, str] = {}


def _kept(to_html: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    """Return a filter that sets each piece of prose once: it is the same for every reader."""

    @jinja2.pass_context
    def filtered(context: Any, source: str) -> str:
        if context["cell"].get("attachments"):  # the words alone do not tell its pictures
            return to_html(context, source)
        if source not in PROSE:
            PROSE[source] = to_html(context, source)
        return PROSE[source]

    return filtered


class LessonRenderer(NotebookRenderer):
    """Voila's renderer for a kernel that waits for its turn.

    Parameters
    ----------
    kernels : LessonKernels
        Starts the kernel when the page's turn has come.
    kernel_id : str
        Of that kernel, which may be running.
    **kwargs
        What Voila's renderer takes.
    """

    def __init__(self, *, kernels: LessonKernels, kernel_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kernels = kernels
        self._kernel_id = kernel_id
        self._turn = AsyncExitStack()

    async def initialize(self, **kwargs: Any) -> None:
        """Read the notebook and prepare its template."""
        await super().initialize(**kwargs)
        self.exporter.optimistic_validation = True  # once, not after each of a dozen steps
        environment = self.exporter.environment
        environment.bytecode_cache = COMPILED
        environment.filters["markdown2html"] = _kept(environment.filters["markdown2html"])

    async def pieces(self) -> AsyncIterator[str]:
        """Yield the page piece by piece."""
        try:
            async for html, _ in self.generate_content_generator(self._kernel_id):
                yield html
        finally:
            await self._turn.aclose()

    async def _jinja_kernel_start(self, nb: Any, kernel_id: str, kernel_future: Any) -> str:  # noqa: ARG002 - Voila calls it so
        await self._turn.enter_async_context(self._kernels.turn())
        await super()._jinja_kernel_start(nb, kernel_id, self._kernel())
        return kernel_id

    async def _jinja_cell_generator(self, nb: Any, kernel_id: str) -> AsyncIterator[Any]:
        async for cell in super()._jinja_cell_generator(nb, kernel_id):
            yield cell
        await self._turn.aclose()

    async def _kernel(self) -> Any:
        """Return the kernel's manager, started now if it was not there before."""
        if self._kernel_id not in self._kernels:
            name = self.notebook.metadata.kernelspec.name
            await self._kernels.start_kernel(
                kernel_id=self._kernel_id, kernel_name=name, path="", env=dict(os.environ)
            )
        return self._kernels.get_kernel(self._kernel_id)


async def with_signs_of_life(
    pieces: AsyncIterator[str], pause_s: float
) -> AsyncIterator[str | None]:
    """Yield the pieces, those that come together as one, and None whenever none has come for long.

    A page has hundreds of pieces; sent one by one they would take the server longer than making
    them.

    Parameters
    ----------
    pieces : async iterator of str
        Is read in a task of its own, which ends with the reader.
    pause_s : float
        How long is long.
    """
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    async def read() -> None:
        try:
            async for piece in pieces:
                queue.put_nowait(piece)
        finally:
            queue.put_nowait(None)

    task = asyncio.create_task(read())
    try:
        ended = False
        while not ended:
            try:
                come = [await asyncio.wait_for(queue.get(), pause_s)]
            except TimeoutError:
                yield None
                continue
            while not queue.empty():
                come.append(queue.get_nowait())
            ended = come[-1] is None
            if together := "".join(piece for piece in come if piece):
                yield together
        await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
