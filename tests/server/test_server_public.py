"""Behind a proxy: the server answers for one public address, on every address of its machine."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from argparse import Namespace

import pytest
import requests
import websocket

from oligoteach.server.lecture import network_of

PUBLIC = "https://course.example.org"
KERNEL = "00000000-0000-4000-8000-000000000000"
NOT_ADDRESSES = [
    "",
    "course.example.org",
    "ftp://course.example.org",
    "https://",
    "https://course.example.org/below",
    "https://course.example.org?x=1",
    "https://ann@course.example.org",
    "https://course.example.org:port",
    "https://[",
]


@pytest.fixture(scope="module")
def behind_a_proxy(course_folder):
    """What a server says that is started for a public address, and where it is on this machine."""
    command = [sys.executable, "-m", "oligoteach.cli", "serve", str(course_folder)]
    options = ["--port", "0", "--no-browser", "--public", PUBLIC]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        said = [process.stdout.readline() for _ in range(3)]
        yield re.search(r"http://\S+", said[0])[0].rstrip("/"), "".join(said)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()


def test_it_says_that_it_has_no_login(behind_a_proxy):
    _, said = behind_a_proxy
    assert f"for {PUBLIC}/, and without a key" in said
    assert "a proxy has to stand in front" in said


@pytest.mark.parametrize("host", ["course.example.org", "COURSE.example.org:443", "localhost"])
def test_its_own_names_are_answered(behind_a_proxy, host):
    base, _ = behind_a_proxy
    answer = requests.get(f"{base}/", headers={"Host": host}, timeout=30)
    assert answer.status_code == 200
    assert "The first lesson" in answer.text


@pytest.mark.parametrize("host", ["other.example.org", "example.org", "10.0.0.7"])
def test_no_other_name_is_answered(behind_a_proxy, host):
    base, _ = behind_a_proxy
    answer = requests.get(f"{base}/", headers={"Host": host}, timeout=30)
    assert answer.status_code == 403
    assert "The first lesson" not in answer.text


def open_line(base, origin):
    address = f"{base}/voila/line/{KERNEL}".replace("http", "ws", 1)
    return websocket.create_connection(address, host="course.example.org", origin=origin)


def test_its_own_pages_open_a_line(behind_a_proxy):
    base, _ = behind_a_proxy
    with contextlib.closing(open_line(base, PUBLIC)) as line:
        assert line.connected


def test_a_page_of_another_site_opens_none(behind_a_proxy):
    base, _ = behind_a_proxy
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        open_line(base, "https://evil.example.org")
    assert refused.value.status_code == 403


@pytest.mark.parametrize("address", NOT_ADDRESSES)
def test_what_is_no_address_is_refused_in_words(address):
    with pytest.raises(ValueError, match=r"is no public address, such as https://"):
        network_of(Namespace(public=address))


def test_a_key_and_none_exclude_each_other():
    with pytest.raises(ValueError, match="not both"):
        network_of(Namespace(public=PUBLIC, lan=""))


@pytest.mark.parametrize("address", ["http://localhost:8866", "https://10.0.0.7", f"{PUBLIC}/"])
def test_links_lead_to_the_public_address(address):
    network = network_of(Namespace(public=address))
    assert network.link(1234, "/", "vote") == f"{address.rstrip('/')}/vote"
    assert network.token == ""
