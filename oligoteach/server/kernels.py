"""Kernels: one for each open page, warm ones for the next readers, and none without room for it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Float, Integer, Unicode

from oligoteach.server.system import MB, free_memory, own_memory, total_memory

WARM_UP = "__import__('oligoteach.server.warm')"
# What a lesson's kernel takes, until it has been measured.
KERNEL_BYTES = 150 * MB
# Below this much free memory a machine slows down for everybody: a twentieth, within bounds.
LEAST_FREE, MOST_FREE = 200 * MB, 1000 * MB
# A kernel that was just started has not taken its memory yet.
GROWING_S = 12.0
LOOK_EVERY_S = 0.1
FULL = "The server has no room for another page"


@dataclass(frozen=True)
class Place:
    """A kernel for a page; ``html`` is that page, whole, if the lesson has been run already."""

    kernel_id: str
    html: str | None = None


class LessonKernels(AsyncMappingKernelManager):
    """Starts kernels under ids that a page knows beforehand, and keeps spare ones warm.

    An open page holds a line to the server. When the line is down for some seconds, however the
    page ended, its kernel goes; so does one whose page never opened a line. A page that says
    goodbye is gone at once; one that fell silent may have lost its network, and is given longer.

    A page names its kernel before it is started, so that the browser can load its scripts while
    the kernel comes up. A spare kernel has the course's libraries loaded. A kernel of the pool, for
    a lecture, has run its whole lesson besides, and its page is written. Each is handed out once,
    and replaced when the page that took it has had time to settle: while readers come one after the
    other and warm kernels are left for them, none is made, since that would take the cores.

    Cold starts queue for the machine's cores: all of them at once would make everybody wait for
    the last.
    """

    spare_kernels = Integer(1, config=True, help="Kernels kept warm for the next readers.")
    pool_lesson = Unicode("", config=True, help="File of the lesson that the pool has run.")
    pool_size = Integer(0, config=True, help="Readers of that lesson to be ready for.")
    keep_free = Integer(0, config=True, help="Bytes of memory to leave free; 0: a twentieth.")
    refill_delay = Float(2.0, config=True, help="Seconds before a spare kernel is replaced.")
    line_grace = Float(2.0, config=True, help="Seconds that a page that left may come back.")
    lost_grace = Float(20.0, config=True, help="Seconds that a silent page may come back.")
    line_limit = Float(
        30.0, config=True, help="Seconds that a page which was sent has to open its line."
    )

    # Runs a lesson in a kernel and returns its page; the server sets it.
    rehearse: Callable[[str, str], Awaitable[str]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_bytes = KERNEL_BYTES
        self._spares: list[Place] = []
        self._pool: list[Place] = []
        self._lines: Counter[str] = Counter()
        self._reserved: set[str] = set()
        self._growing: set[str] = set()
        self._came = float("-inf")  # when the last reader did, in the loop's time
        self._task: asyncio.Task[None] | None = None
        self._going: set[asyncio.Task[Any]] = set()
        self._cores = max(2, os.cpu_count() or 2)
        self._turns = asyncio.Semaphore(2 * self._cores)

    # For pages ------------------------------------------------------------------------------

    async def reserve(self, file: str) -> Place:
        """Return a kernel for a page: one that ran the lesson, a living spare, or a new one.

        Raises
        ------
        HTTPError
            503, if there is no room for another page.
        """
        self._came = asyncio.get_running_loop().time()
        asyncio.get_running_loop().call_later(self.refill_delay, self.fill)
        place = await self._first_alive(self._pool) if file == self.pool_lesson else None
        place = place or await self._first_alive(self._spares)
        if place is None:
            if not self.has_room():
                raise HTTPError(503, FULL)
            place = Place(str(uuid4()))
            self._grow(place.kernel_id)
            self._reserved.add(place.kernel_id)
        return place

    def expect_line(self, kernel_id: str) -> None:
        """Note that a page was sent, whole or broken off: unless it opens a line, it is gone."""
        self._discard_later(kernel_id, self.line_limit)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn to start a kernel and run a lesson."""
        async with self._turns:
            yield

    def is_reserved(self, kernel_id: str) -> bool:
        """Whether a page has this kernel's id, although it has not been started yet."""
        return kernel_id in self._reserved

    def hold(self, kernel_id: str) -> bool:
        """Note that a page has opened its line; False if its kernel is gone."""
        known = kernel_id in self or self.is_reserved(kernel_id)
        if known:
            self._lines[kernel_id] += 1
        return known

    def release(self, kernel_id: str, *, lost: bool = False) -> None:
        """Note that a line has closed; unless it comes back, the page is gone and so its kernel."""
        self._lines[kernel_id] -= 1
        self._discard_later(kernel_id, self.lost_grace if lost else self.line_grace)

    # Room -----------------------------------------------------------------------------------

    @property
    def least_free(self) -> int:
        """How many bytes of memory must stay free."""
        share = min(max(total_memory() // 20, LEAST_FREE), MOST_FREE)
        return self.keep_free or share

    def has_room(self) -> bool:
        """Whether one more kernel would leave enough memory free."""
        return self.room() >= 1

    def room(self) -> int:
        """Return how many more kernels there is memory for."""
        spoken_for = len(self._growing) * self.kernel_bytes
        return max(0, (free_memory() - spoken_for - self.least_free) // self.kernel_bytes)

    def _grow(self, kernel_id: str) -> None:
        """Count a kernel's memory as taken although it comes up only now."""
        self._growing.add(kernel_id)
        asyncio.get_running_loop().call_later(GROWING_S, self._growing.discard, kernel_id)

    # Warm kernels ---------------------------------------------------------------------------

    @property
    def warm(self) -> int:
        """How many kernels of the pool have run the lesson and wait for a page."""
        return len(self._pool)

    @property
    def wanted(self) -> int:
        """How many of them there should be: the class, less those who are here already."""
        if not self.pool_size:
            return 0
        readers = len(self.list_kernel_ids()) - len(self._pool) - len(self._spares)
        return max(1, self.pool_size - max(0, readers))

    def fill(self) -> asyncio.Task[None]:
        """Start warming kernels, unless that is under way; return the task."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._fill())
        return self._task

    @property
    def filling(self) -> bool:
        """Whether kernels are being warmed."""
        return self._task is None or not self._task.done()

    async def _fill(self) -> None:
        try:
            while len(self._spares) < self.spare_kernels and self.has_room():
                self._spares.append(await self._warm_up())
            await self._fill_pool()
        except Exception as error:
            self.log.error("No kernel could be warmed for the next reader: %s", error)

    async def _fill_pool(self) -> None:
        """Let as many kernels as there are cores run the lesson at a time."""
        for place in tuple(self._pool):
            # A reader may take a place meanwhile.
            if not await self._lives(place.kernel_id) and place in self._pool:
                self._pool.remove(place)
        if missing := self.wanted - len(self._pool):
            left = iter(range(missing))
            workers = (self._rehearse_while(left) for _ in range(self._cores))
            for failed in await asyncio.gather(*workers, return_exceptions=True):
                if failed:
                    raise failed

    async def _rehearse_while(self, left: Any) -> None:
        for _ in left:
            await self._calm()
            if not self.has_room():
                return
            place = await self._warm_up()
            try:
                html = await self.rehearse(self.pool_lesson, place.kernel_id)
            except Exception:
                await self.discard(place.kernel_id)
                raise
            self._pool.append(Place(place.kernel_id, html))

    async def _calm(self) -> None:
        """Wait until nobody has come for a while, as long as warm kernels are left."""
        now = asyncio.get_running_loop().time
        while self._pool and (pause := self._came + self.refill_delay - now()) > 0:
            await asyncio.sleep(min(pause, LOOK_EVERY_S))

    async def _warm_up(self) -> Place:
        place = Place(str(uuid4()))
        self._grow(place.kernel_id)
        coming = self.start_kernel(
            kernel_id=place.kernel_id,
            path="",
            env=dict(os.environ),
            extra_arguments=[f"--IPKernelApp.exec_lines={WARM_UP}"],
        )
        # Broken off half-way, it would be nobody's to shut down.
        await asyncio.shield(self._soon(coming))
        return place

    async def _first_alive(self, places: list[Place]) -> Place | None:
        while places:
            place = places.pop(0)
            if await self._lives(place.kernel_id):
                return place
        return None

    async def _lives(self, kernel_id: str) -> bool:
        return kernel_id in self and await self.get_kernel(kernel_id).is_alive()

    def measure(self) -> int:
        """Return the bytes that a kernel of the pool takes, and plan with them from now on."""
        taken = [own_memory(self._process_id(place)) for place in self._pool[:3]]
        if any(taken):
            self.kernel_bytes = max(taken)
        return self.kernel_bytes

    def _process_id(self, place: Place) -> int:
        provisioner = self.get_kernel(place.kernel_id).provisioner
        return int(getattr(provisioner, "pid", 0) or 0)

    # Beginning and end ----------------------------------------------------------------------

    async def start_kernel(self, **kwargs: Any) -> str:
        """Start a kernel; from now on its id alone is no longer what a page has of it."""
        started: str = await super().start_kernel(**kwargs)
        self._reserved.discard(started)
        return started

    async def close(self) -> None:
        """Shut every kernel down, whatever becomes of the others."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, *self._going, return_exceptions=True)
        every = [self.discard(kernel_id) for kernel_id in self.list_kernel_ids()]
        await asyncio.gather(*every, return_exceptions=True)

    def _discard_later(self, kernel_id: str, delay: float) -> None:
        def look() -> None:
            if self._lines[kernel_id] <= 0:
                del self._lines[kernel_id]
                self._soon(self.discard(kernel_id))

        asyncio.get_running_loop().call_later(delay, look)

    def _soon(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        self._going.add(task := asyncio.get_running_loop().create_task(work))
        task.add_done_callback(self._going.discard)
        return task

    async def discard(self, kernel_id: str) -> None:
        """Shut a kernel down if it is there."""
        self._reserved.discard(kernel_id)
        with suppress(HTTPError, KeyError):  # the page's own goodbye may have come first
            await self.shutdown_kernel(kernel_id, now=True)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Shut down a kernel that has been idle for long, but never a warm one."""
        if not any(place.kernel_id == kernel_id for place in [*self._spares, *self._pool]):
            await super().cull_kernel_if_idle(kernel_id)
