"""Measure what this machine holds: a class that arrives, stays, votes and leaves.

Run ``make capacity``, or ``python -m benchmarks.capacity --viewers 60 --hold 100 --phones 300
--cold 40``. The machine should do nothing else meanwhile. Each figure stands beside its goal; all
are kept as JSON in ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

from benchmarks._report import Figure, Report, percentile
from benchmarks.serving import browsing, server
from benchmarks.viewers import LIMIT_S, Viewer
from oligoteach.evidence import lesson_names, lesson_text, notebooks_path
from oligoteach.server.system import MB, own_memory

ARRIVAL_S = 10.0
ALONE = 5
# Until those who came alone are given up, and their places in the pool are being filled again.
SETTLE_S = 25.0
RATIO = 1.5
HELD_GB = 14.0
VOTE_S = 1.0
LATE_S = 30.0
GONE_S = 30.0
PIN = "135790"
FILES = ("script", "stylesheet", "font", "image")
CONTROL = ".kit-widget :is(input, select, button):visible"
FEEDS: list[asyncio.Future[HTTPResponse]] = []
AsyncHTTPClient.configure(None, max_clients=1000)


class Lecture:
    """A server with a lecture, as its viewers find it."""

    def __init__(self, process: subprocess.Popen[str], base: str, lesson: str) -> None:
        self.process = process
        self.base = base
        self.lesson = lesson
        self.path = f"/voila/render/{lesson_text(lesson).notebook}.ipynb"
        self.files: list[str] = []  # what a page loads besides, once a browser has shown it

    def viewer(self) -> Viewer:
        """Return a reader who has not come yet."""
        return Viewer(self.base, self.path, files=self.files)

    def kernels(self) -> list[psutil.Process]:
        """Return the kernels that run."""
        return [
            child
            for child in psutil.Process(self.process.pid).children(recursive=True)
            if child.is_running() and "ipykernel" in " ".join(_words(child))
        ]

    def memory_mb(self) -> float:
        """Return what server and kernels take, shared pages counted once."""
        every = [self.process.pid, *(kernel.pid for kernel in self.kernels())]
        return sum(own_memory(pid) for pid in every) / MB

    async def ready(self) -> float:
        """Wait until the pool is warm, and return how many seconds that took."""
        begun = time.perf_counter()
        while True:
            told = await _ask(f"{self.base}/ready")
            if told.code == 200 and json.loads(told.body)["ready"]:
                return time.perf_counter() - begun
            await asyncio.sleep(0.5)


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def lecturing(lesson: str, **options: Any) -> Iterator[Lecture]:
    """Serve the course, and yield how to reach it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        server(notebooks_path(), polls=f"sqlite:///{folder}/p.sqlite", **options) as started,
    ):
        process, address, _ = started
        yield Lecture(process, re.match(r"http://[^/]+", address)[0], lesson)  # type: ignore[index]


# What is measured --------------------------------------------------------------------------------


async def measure_arrivals(
    report: Report, lecture: Lecture, viewers: int, browser: Any
) -> list[Viewer]:
    """Let a class arrive within ten seconds on a warm pool, and compare with one alone.

    The class stays, and is returned. The real browser among them draws on this very machine, which
    a class does not: its figure is the sign that pages work, and an upper bound.
    """
    drawn = [await asyncio.to_thread(browser, lecture) for _ in range(ALONE)] if browser else []
    alone = [await _alone(lecture) for _ in range(ALONE)]
    await asyncio.sleep(SETTLE_S)
    await lecture.ready()
    probe = asyncio.create_task(asyncio.to_thread(browser, lecture)) if browser else None
    pause = ARRIVAL_S / viewers
    came = await asyncio.gather(
        *(_after(i * pause, lecture.viewer()) for i in range(viewers)), return_exceptions=True
    )
    well = [viewer for viewer in came if isinstance(viewer, Viewer)]
    times = [1000 * viewer.ready_s for viewer in well]
    met = len(well) == viewers and percentile(times, 50) <= RATIO * statistics.median(alone)
    goal = f"all of {viewers} ({len(well)} were), at most {RATIO:g} times one alone"
    what = f"{viewers} viewers within {ARRIVAL_S:g} s, page and widgets"
    report.add(Figure(what, "ms", times, alone, "one alone", goal, met))
    if probe:
        what = "a real browser among them, first control"
        report.add(Figure(what, "ms", [await probe], drawn, "it alone"))
    return well


async def _alone(lecture: Lecture) -> float:
    viewer = await lecture.viewer().open()
    viewer.close()
    return 1000 * viewer.ready_s


async def _after(delay: float, viewer: Viewer) -> Viewer:
    await asyncio.sleep(delay)
    return await viewer.open()


def browser_ms(lecture: Lecture) -> float:
    """Return the time until a real browser shows the first control; note what it has loaded."""
    loaded: list[str] = []
    with browsing() as browser:
        page = browser.new_page()
        page.on("request", lambda asked: asked.resource_type in FILES and loaded.append(asked.url))
        begun = time.perf_counter()
        page.goto(lecture.base + lecture.path, wait_until="commit", timeout=LIMIT_S * 1000)
        page.locator(CONTROL).first.wait_for(timeout=LIMIT_S * 1000)
        spent = 1000 * (time.perf_counter() - begun)
    own = (url.removeprefix(lecture.base) for url in loaded if url.startswith(lecture.base))
    lecture.files = list(own)
    return spent


async def measure_held(report: Report, lecture: Lecture, viewers: list[Viewer], hold: int) -> None:
    """Let more come until so many pages are open, and see what they take."""
    while len(viewers) < hold:
        viewers.append(await lecture.viewer().open())
    await lecture.ready()
    taken = lecture.memory_mb()
    kernels = len(lecture.kernels())
    allowed = HELD_GB * max(1.0, hold / 100)
    goal = f"{hold} held within {allowed:g} GB"
    what = f"memory with {hold} open viewers"
    report.add(Figure(what, "MB", [taken], goal=goal, met=taken / 1000 <= allowed))
    report.add(Figure("  of that for each kernel", "MB", [taken / kernels]))


async def measure_departure(report: Report, lecture: Lecture, viewers: list[Viewer]) -> None:
    """Let all leave, and wait until none of their kernels is left."""
    warm = json.loads((await _ask(f"{lecture.base}/ready")).body)["warm"]
    before = {kernel.pid for kernel in lecture.kernels()}
    begun = time.perf_counter()
    for viewer in viewers:
        viewer.close()
    while time.perf_counter() - begun < 2 * GONE_S:
        left = before & {kernel.pid for kernel in lecture.kernels()}
        if len(left) <= warm + 1:  # the pool, and the spare one for other lessons
            break
        await asyncio.sleep(0.2)
    spent = time.perf_counter() - begun
    what = f"{len(viewers)} pages closed, until only the pool is left"
    report.add(Figure(what, "s", [spent], goal=f"within {GONE_S:g} s", met=spent <= GONE_S))


async def measure_phones(report: Report, lecture: Lecture, phones: int) -> None:
    """Let phones vote within ten seconds while the lecturer looks on."""
    pin = await _post(f"{lecture.base}/poll/api/pin", {"pin": PIN})
    cookie = pin.headers["Set-Cookie"].partition(";")[0]
    question = next(p for p in lesson_text(lecture.lesson).predictions if p.kind == "choice")
    asked = {"question": f"{lecture.lesson}/{question.id}"}
    told = json.loads((await _post(f"{lecture.base}/poll/api/ask", asked, cookie)).body)
    choices = [option.id for option in question.options]
    seen: list[tuple[float, int]] = []
    wall = asyncio.create_task(_watch(lecture.base, cookie, phones, seen))
    pause = ARRIVAL_S / phones
    sent = await asyncio.gather(
        *(
            _vote(i * pause, f"{lecture.base}/poll/{told['code']}", choices[i % len(choices)])
            for i in range(phones)
        ),
        return_exceptions=True,
    )
    last = time.perf_counter()
    with suppress(TimeoutError):  # votes that are lost are told below
        await asyncio.wait_for(wall, LATE_S)
    times = [1000 * spent for spent in sent if isinstance(spent, float)]
    counts = (await _state(lecture.base, cookie))["rounds"][-1]["counts"]
    expected = {c: len(range(i, phones, len(choices))) for i, c in enumerate(choices)}
    slow = percentile(times, 99) / 1000
    met = len(times) == phones and counts == expected and slow <= VOTE_S
    goal = f"none lost, 99th percentile {slow * 1000:.0f} ms at most {VOTE_S * 1000:.0f}"
    report.add(
        Figure(f"{phones} phones within {ARRIVAL_S:g} s, answer", "ms", times, (), "", goal, met)
    )
    late = max(0.0, seen[-1][0] - last) if seen and seen[-1][1] == phones else LATE_S
    what = "last vote to the wall's count"
    report.add(Figure(what, "s", [late], goal="within 1 s, right to the vote", met=late <= 1))


async def _vote(delay: float, url: str, choice: str) -> float:
    """Open the form and answer; return how long the answer took."""
    await asyncio.sleep(delay)
    form = await _ask(url)
    cookie = form.headers["Set-Cookie"].partition(";")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form.body.decode()))
    begun = time.perf_counter()
    answer = await _post(url, {**hidden, "choice": choice}, cookie)
    if answer.code != 303:
        raise RuntimeError(f"a vote got status {answer.code}")
    return time.perf_counter() - begun


async def _watch(base: str, cookie: str, wanted: int, seen: list[tuple[float, int]]) -> None:
    """Read the lecturer's news until all votes are in them."""
    whole = asyncio.Event()
    pending = bytearray()

    def take(piece: bytes) -> None:
        pending.extend(piece)
        while b"\n\n" in pending:
            line, _, rest = bytes(pending).partition(b"\n\n")
            pending[:] = rest
            if line.startswith(b"data: "):
                voters = json.loads(line[6:])["rounds"][-1]["voters"]
                seen.append((time.perf_counter(), voters))
                if voters >= wanted:
                    whole.set()

    request = HTTPRequest(
        f"{base}/poll/api/feed",
        headers={"Cookie": cookie},
        streaming_callback=take,
        request_timeout=LIMIT_S,
    )
    # It goes on until the server ends: to break it off would be told as an error.
    feed = asyncio.ensure_future(AsyncHTTPClient().fetch(request, raise_error=False))
    feed.add_done_callback(lambda ended: ended.exception())
    FEEDS.append(feed)
    await whole.wait()


async def measure_cold(report: Report, lecture: Lecture, cold: int) -> None:
    """Let many come at once where nothing is warm."""
    came = await asyncio.gather(
        *(lecture.viewer().open() for _ in range(cold)), return_exceptions=True
    )
    well = [viewer for viewer in came if isinstance(viewer, Viewer)]
    times = [1000 * viewer.ready_s for viewer in well]
    goal = f"none lost of {cold} ({cold - len(well)} were)"
    what = f"{cold} cold arrivals at once, page and widgets"
    report.add(Figure(what, "ms", times, goal=goal, met=len(well) == cold))
    if not well:
        return
    last = max(well, key=lambda viewer: viewer.ready_s)
    prose = [1000 * viewer.prose_s for viewer in well]
    goal = f"the last saw progress ({last.signs} signs of life)"
    report.add(
        Figure(
            "  of that until the text is there",
            "ms",
            prose,
            goal=goal,
            met=last.prose_s < last.ready_s,
        )
    )
    for viewer in well:
        viewer.close()


# Asking ------------------------------------------------------------------------------------------


async def _ask(url: str, cookie: str = "") -> HTTPResponse:
    headers = {"Cookie": cookie} if cookie else {}
    return await AsyncHTTPClient().fetch(url, headers=headers, raise_error=False)


async def _post(url: str, fields: dict[str, str], cookie: str = "") -> HTTPResponse:
    request = HTTPRequest(
        url,
        method="POST",
        body=urlencode(fields),
        headers={"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
        follow_redirects=False,
        request_timeout=LIMIT_S,
    )
    try:
        return await AsyncHTTPClient().fetch(request, raise_error=False)
    except HTTPClientError as error:
        raise RuntimeError(str(error)) from None


async def _state(base: str, cookie: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((await _ask(f"{base}/poll/api/state", cookie)).body)
    return state


async def measure(report: Report, args: argparse.Namespace) -> None:
    """Measure a lecture from its beginning to its end, and then a rush where nothing is warm."""
    names = lesson_names()
    lesson = names[min(args.lesson, len(names) - 1)]
    size = max(args.viewers, args.hold) + 1
    with lecturing(lesson, class_size=size, lecture=lesson, pin=PIN) as room:
        report.add(Figure(f"{size} pages made ready", "s", [await room.ready()]))
        browser = None if args.no_browser else browser_ms
        viewers = await measure_arrivals(report, room, args.viewers, browser)
        await measure_held(report, room, viewers, args.hold)
        await measure_phones(report, room, args.phones)
        await measure_departure(report, room, viewers)
    with lecturing(lesson, spare=0) as room:
        await measure_cold(report, room, args.cold)


def main() -> None:
    """Measure with the numbers of the command line, print a table and keep it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--lesson", type=int, default=2, help="place in the course, from 0")
    parser.add_argument("--viewers", type=int, default=60, help="who arrive within ten seconds")
    parser.add_argument("--hold", type=int, default=100, help="open pages to hold")
    parser.add_argument("--phones", type=int, default=300, help="phones that vote")
    parser.add_argument("--cold", type=int, default=40, help="who arrive at once, nothing warm")
    parser.add_argument("--results", type=Path, help="folder for the JSON")
    parser.add_argument("--no-browser", action="store_true", help="without a browser among them")
    args = parser.parse_args()
    report = Report()
    print(f"{'what':<58} {'median':>8} {'95th':>8}      ratio to baseline")
    asyncio.run(measure(report, args))
    print(f"kept in {report.save(args.results)}")


if __name__ == "__main__":
    main()
