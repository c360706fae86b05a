"""A lecture: a lesson made ready for a class, open to the network only by its link."""

from __future__ import annotations

import asyncio
import json
import re
from argparse import Namespace
from uuid import uuid4

import own_loop
import pytest
import requests
import websocket
from server.conftest import running_kernels, wait_until
from server.test_server_http import FIRST, close, get

from benchmarks.serving import server
from oligoteach.server import serve
from oligoteach.server.catalogue import Card
from oligoteach.server.lecture import Lecture, Network, make_ready, network_of, plan

MB = 1_000_000
GB = 1_000 * MB


def test_the_plan_says_what_a_class_takes():
    (line,) = plan(class_size=30, kernel_bytes=100 * MB, room=150, cores=2)
    assert "30 pages at 100 MB each take 3.0 GB" in line
    assert "2 cores" in line


def test_the_plan_warns_and_says_what_helps_where_the_machine_is_too_small():
    _, warning = plan(class_size=300, kernel_bytes=100 * MB, room=150, cores=2)
    assert "holds about 150 of them" in warning
    for advice in ("close other programs", "phones vote only", "larger machine or a hub"):
        assert advice in warning


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lecture": "99"}, "There is no lesson '99'; there are first, broken, dying, slow."),
        ({"lecture": "../first"}, "There is no lesson"),
        ({"lecture": "1", "class_size": 0}, "1 to 1000 are allowed"),
        ({"lecture": "1", "class_size": 5000}, "1 to 1000 are allowed"),
        ({"lecture": "1", "pin": "12345"}, "A PIN has 6 to 12 digits."),
        ({"lecture": "1", "pin": "secret!"}, "A PIN has 6 to 12 digits."),
        ({"lan": "http://x/"}, "is no host name or IPv4 address"),
        ({"lan": "a b"}, "is no host name or IPv4 address"),
    ],
)
def test_what_cannot_be_is_refused_in_words(course_folder, capsys, options, words):
    args = Namespace(port=0, notebooks=course_folder, no_browser=True, **options)
    assert serve(args) == 2
    assert words in capsys.readouterr().err


def test_names_are_compared_whatever_their_case():
    network = network_of(Namespace(lan="Lectern.Example.ORG"))
    assert network.host == "lectern.example.org"


def test_where_no_page_can_be_made_ready_it_is_said_why():
    """A pool that found no room: filled at once, with nothing in it."""

    class Full:
        warm = 0

        def fill(self):
            return asyncio.get_running_loop().create_task(asyncio.sleep(0))

        def measure(self):
            return 100 * MB

        def room(self):
            return 0

    card = Card("first", 1, "first.ipynb", "First")
    said = []
    own_loop.run(make_ready(Full(), Lecture(card, 30, "135790"), said.append))
    assert any("holds about 0 of them" in line for line in said)
    assert said[-1] == "Ready: 0 of 30 pages of “First” are warm."


def test_a_link_to_a_page_carries_the_token():
    link = Network("192.168.1.20", "a/b").link(8866, "/", "voila/render/x.ipynb")
    assert link == "http://192.168.1.20:8866/voila/render/x.ipynb?token=a%2Fb"


@pytest.fixture(scope="module")
def lecture(course_folder, tmp_path_factory):
    """A lecture on the first lesson for three, on the network; its address and its token."""
    polls = f"sqlite:///{tmp_path_factory.mktemp('polls') / 'polls.sqlite'}"
    options = {"lecture": "first", "class_size": 3, "lan": "127.0.0.1", "pin": "135790"}
    with server(course_folder, spare=0, polls=polls, **options) as (_, address, printed):
        base = re.match(r"(http://[^/]+)", address)[1]
        token = re.search(r"token=(\S+)", printed[0])[1]
        yield base, token
    assert running_kernels() == []


def ready(base):
    status, _, page = get(base, "/ready")
    return status == 200 and json.loads(page)["ready"]


def test_the_pool_becomes_ready_and_says_so(lecture):
    base, _ = lecture
    assert wait_until(lambda: ready(base), limit_s=120)
    told = json.loads(get(base, "/ready")[2])
    assert told == {"ready": True, "warm": 3, "wanted": 3}
    assert len(running_kernels()) == 3


@pytest.mark.parametrize("path", ["/", FIRST, "/api/kernels", "/nothing", f"{FIRST}?token=wrong"])
def test_without_the_link_nothing_is_open(lecture, path):
    base, _ = lecture
    status, _, page = get(base, path)
    assert status in (403, 404)
    if status == 403:
        assert "it carries the key" in page


def test_without_the_link_no_socket_is_open(lecture):
    base, _ = lecture
    for path in (f"/voila/line/{uuid4()}", f"/api/kernels/{uuid4()}/channels"):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            websocket.create_connection(base.replace("http", "ws") + path, origin=base, timeout=20)


def test_the_link_opens_and_is_remembered(lecture):
    base, token = lecture
    with requests.Session() as reader:
        page = reader.get(f"{base}/?token={token}", timeout=30)
        assert page.status_code == 200
        assert token not in page.text
        assert reader.get(f"{base}/", timeout=30).status_code == 200
    assert requests.get(f"{base}/", timeout=30).status_code == 403


def test_a_foreign_name_is_refused_even_with_the_token(lecture):
    base, token = lecture
    assert get(base, f"/?token={token}", {"Host": "elsewhere.example"})[0] == 403


def test_a_page_of_the_pool_has_run_already_and_is_replaced(lecture):
    base, token = lecture
    assert wait_until(lambda: ready(base), limit_s=120)
    before = set(running_kernels())
    page = get(base, f"{FIRST}?token={token}")[2]
    assert "widget-view+json" in page
    assert set(running_kernels()) == before
    told = json.loads(get(base, "/ready")[2])
    assert (told["warm"], told["wanted"]) == (2, 2)
    close(f"{base}", page)


@pytest.mark.browser
def test_a_page_of_the_pool_works_in_a_browser_and_hides_the_token(lecture, browser):
    base, token = lecture

    def ours(url):
        return url.startswith((base, "data:", "blob:"))

    page = browser.new_page()
    foreign, complaints = [], []
    page.on("request", lambda request: foreign.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # Every other host is left hanging, which is worse than a refusal: nothing may wait for it.
    page.route("**/*", lambda route: route.continue_() if ours(route.request.url) else None)
    page.goto(f"{base}{FIRST}?token={token}&present=1")
    page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
    assert page.locator("main .widget-slider, main .jupyter-widget-slider").count() == 1
    assert page.url == f"{base}{FIRST}?present=1"
    assert [url for url in foreign if not ours(url)] == []
    assert complaints == []
    page.close()
