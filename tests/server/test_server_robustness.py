"""When things go wrong around the server: no memory, no server, hostile words on the line."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
from urllib.parse import urlsplit
from uuid import uuid4

import own_loop
import pytest
import websocket
from browser import kit_notebook
from browser.driving import wait_frame
from server.test_server_http import FIRST, close, get

from benchmarks.serving import server
from oligoteach.server import system
from oligoteach.server.handlers import GUARDS, content_policy
from oligoteach.server.kernels import LessonKernels

EVERYTHING_MB = 10_000_000  # more than any machine has


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/voila/render/none.ipynb", "/api/kernels", "/voila/static-0/x.js"]
)
def test_every_answer_is_guarded(course_url, path):
    _, headers, _ = get(course_url, path)
    assert {name: headers.get(name) for name in GUARDS} == GUARDS
    assert "Server" not in headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy


def test_scripts_and_styles_are_guarded_too(course_url):
    page = get(course_url, "/")[2]
    assets = re.findall(r'(?:src|href)="(/voila/templates/[^"]+)"', page)
    assert len(assets) >= 4
    for asset in assets:
        headers = get(course_url, asset)[1]
        assert {name: headers.get(name) for name in GUARDS} == GUARDS


@pytest.mark.parametrize("host", ["127.0.0.1:8866", "course.example.org", "[::1]:8866"])
def test_the_content_policy_names_no_other_host(host):
    sources = {word for part in content_policy(host).split(";") for word in part.split()[1:]}
    own = {f"ws://{host}", f"wss://{host}"}
    assert own < sources
    for source in sources - own:
        assert source in ("data:", "blob:") or re.fullmatch(r"'[a-z-]+'", source)


@pytest.mark.parametrize("host", ["", "a b", "x; script-src *", "x\n", "*", "*:1"])
def test_a_strange_host_gets_into_no_policy(host):
    assert content_policy(host) == content_policy()
    assert "ws" not in content_policy()


def test_the_policy_of_a_page_names_the_host_that_it_was_asked_for_by(course_url):
    _, headers, _ = get(course_url, "/")
    asked = f"connect-src 'self' ws://{urlsplit(course_url).netloc} "
    assert asked in headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/", FIRST])
def test_pages_can_only_be_read(course_url, kernels, method, path):
    status, _, page = get(course_url, path, method=method)
    assert status in (403, 405, 204)
    assert "Traceback" not in page
    if status == 405:
        assert "This cannot be done here" in page
    assert kernels() == []


def test_a_body_that_is_too_large_is_refused(course_url):
    host = urlsplit(course_url)
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    connection.putrequest("POST", "/voila/api/shutdown/x")
    connection.putheader("Content-Length", str(1_000_000))
    connection.endheaders()
    assert connection.getresponse().status in (400, 413)
    connection.close()
    assert get(course_url, "/")[0] == 200


@pytest.fixture(scope="module")
def full_url(course_folder):
    """A server that has to leave more memory free than there is."""
    with server(course_folder, spare=0, keep_free=EVERYTHING_MB) as (_, address, _):
        yield address


def test_without_room_a_reader_is_told_so_and_nothing_hangs(full_url, kernels):
    status, headers, page = get(full_url, FIRST)
    assert status == 503
    assert headers["Retry-After"] == "20"
    assert "The server is full" in page
    assert "Nothing of yours is lost" in page
    assert "Traceback" not in page
    assert get(full_url, "/")[0] == 200
    assert kernels() == []


@pytest.mark.browser
def test_a_full_server_counts_down_to_the_next_try(full_url, browser, tmp_path):
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.goto(full_url + FIRST)
    page.get_by_role("heading", name="The server is full").wait_for()
    page.get_by_text("tries again by itself in 1").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.close()


def channel(base, page, kernel):
    """Open the socket of a kernel as its page does."""
    cookie = "; ".join(re.findall(r"_xsrf=[^;]+", page[1]["Set-Cookie"]))
    address = base.replace("http", "ws") + f"/api/kernels/{kernel}/channels?session_id=one"
    return websocket.create_connection(address, cookie=cookie, origin=base, timeout=20)


def message(kind, content):
    header = {"msg_id": uuid4().hex, "msg_type": kind, "session": "one", "username": "x"}
    return {
        "channel": "shell",
        "header": {**header, "version": "5.3", "date": "2026-01-01T00:00:00Z"},
        "parent_header": {},
        "metadata": {},
        "content": content,
    }


def test_nothing_can_be_executed_over_the_socket(course_url, kernels, tmp_path, seconds_until):
    page = get(course_url, FIRST)
    kernel = re.search(r'"kernelId": "([^"]+)"', page[2])[1]
    line = channel(course_url, page, kernel)
    trace = tmp_path / "executed"
    code = f"open({str(trace)!r}, 'w').close()"
    for kind, content in [
        ("execute_request", {"code": code, "silent": False, "user_expressions": {"x": code}}),
        ("complete_request", {"code": code, "cursor_pos": 3}),
        ("inspect_request", {"code": code, "cursor_pos": 3, "detail_level": 0}),
        ("history_request", {"hist_access_type": "tail", "n": 3, "output": True, "raw": True}),
        ("nonsense", {}),
    ]:
        line.send(json.dumps(message(kind, content)))
    asked = message("kernel_info_request", {})
    line.send(json.dumps(asked))
    kinds = []
    while "kernel_info_reply" not in kinds:
        reply = json.loads(line.recv())
        if reply["parent_header"].get("session") == "one":
            kinds.append(reply["msg_type"])
    assert set(kinds) <= {"kernel_info_reply", "status"}
    assert not trace.exists()
    line.close()
    close(course_url, page[2])
    assert seconds_until(lambda: not kernels()) < 15


def test_a_line_to_an_unknown_kernel_is_closed_with_its_own_code(course_url):
    address = course_url.replace("http", "ws") + f"/voila/line/{uuid4()}"
    line = websocket.create_connection(address, origin=course_url, timeout=20)
    opcode, frame = line.recv_data()
    assert opcode == websocket.ABNF.OPCODE_CLOSE
    assert int.from_bytes(frame[:2], "big") == 4404
    line.close()


def test_a_foreign_page_gets_no_line(course_url):
    address = course_url.replace("http", "ws") + f"/voila/line/{uuid4()}"
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(address, origin="http://elsewhere.example", timeout=20)


@pytest.mark.browser
def test_a_server_that_was_started_anew_gets_its_pages_back(browser, tmp_path, kernels):
    kit_notebook.write(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(90_000)
    page = context.new_page()
    rate = page.locator('[data-explorer="decay"] [data-control="rate"] input[type=number]')
    with server(tmp_path, port=port, spare=0) as (_, address, _):
        page.goto(f"{address}/voila/render/kit.ipynb?present=1")
        page.wait_for_selector("html[data-ready]", state="attached")
        page.keyboard.press("Escape")
        wait_frame(page.locator('[data-explorer="decay"]'))
        rate.fill("0.3")
        page.wait_for_function(
            "JSON.parse(localStorage['oligoteach:v1']).lessons.try.params.decay?.rate === 0.3"
        )
    alert = page.get_by_role("alert").filter(has_text="No connection to the server")
    alert.wait_for()
    assert "your answers and settings are kept" in alert.inner_text()
    assert page.locator(".kit-alert").is_hidden()
    with server(tmp_path, port=port, spare=0):
        page.get_by_text("The server was started anew").wait_for()
        page.wait_for_selector("html[data-line=up][data-ready]", state="attached")
        page.wait_for_function("(field) => field.value === '0.3'", arg=rate.element_handle())
        assert alert.count() == 0
        context.close()


def test_free_memory_is_that_of_the_container(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "CGROUP", tmp_path)
    machine = system.total_memory()
    assert 0 < system.free_memory() <= machine
    (tmp_path / "memory.max").write_text("max\n")
    assert system.total_memory() == machine
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("2500000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 200000\n")
    assert system.total_memory() == 3_000_000
    assert system.free_memory() == 700_000


class Pool(LessonKernels):
    """A pool whose kernels are names, so that what it does with them can be seen."""

    def __init__(self, rehearse):
        super().__init__(pool_lesson="lesson.ipynb", pool_size=3, spare_kernels=0)
        self.rehearse = rehearse
        self.running = set()

    def list_kernel_ids(self):
        return list(self.running)

    def has_room(self):
        return True

    async def fill_once(self):
        await self.fill()

    async def start_kernel(self, *, kernel_id, **_):
        self.running.add(kernel_id)

    async def discard(self, kernel_id):
        self.running.discard(kernel_id)

    async def _lives(self, kernel_id):
        await asyncio.sleep(0)
        return kernel_id in self.running


def test_a_lesson_that_cannot_be_rehearsed_leaves_no_kernel():
    async def fails(_lesson, _kernel):
        raise RuntimeError("broken")

    pool = Pool(fails)
    own_loop.run(pool.fill_once())
    assert pool.running == set()
    assert pool.warm == 0


def test_no_kernel_of_the_pool_is_handed_out_twice():
    async def rehearsed(_lesson, kernel):
        return kernel

    async def rush(pool):
        await pool.fill_once()
        first, *_ = await asyncio.gather(pool.reserve("lesson.ipynb"), pool.fill_once())
        return [first, *[await pool.reserve("lesson.ipynb") for _ in range(2)]]

    pool = Pool(rehearsed)
    taken = own_loop.run(rush(pool))
    assert len({place.kernel_id for place in taken}) == 3


def test_no_kernel_is_warmed_while_readers_come_and_warm_ones_are_left():
    async def rehearsed(_lesson, kernel):
        return kernel

    async def rush(pool):
        await pool.fill_once()
        warm = []
        for _ in range(2):  # the pool has three; they come, and leave at once
            await pool.discard((await pool.reserve("lesson.ipynb")).kernel_id)
            filling = pool.fill()
            await asyncio.sleep(0.05)
            warm.append(pool.warm)
        await pool.reserve("lesson.ipynb")
        await asyncio.wait_for(filling, 10)
        return warm, pool.warm

    pool = Pool(rehearsed)
    pool.refill_delay = 30.0
    assert own_loop.run(rush(pool)) == ([2, 1], 1)
