"""The server over HTTP: what it answers, and above all what it does not."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from argparse import Namespace
from urllib.parse import urlsplit

import pytest

from oligoteach.server import serve
from oligoteach.server.app import DEFAULT_PORT
from oligoteach.server.system import socket_folder

FIRST = "/voila/render/01_first.ipynb"
# A foreign address that a browser would fetch by itself: anything but a link to follow.
FETCHED = re.compile(
    r"""(?:\bsrc\s*=|<link[^>]*\bhref\s*=|url\(|@import)\s*["']?\s*(?:https?:)?//[^"')\s]+""",
    re.IGNORECASE,
)


def get(base, path, headers=None, method="GET", body=None):
    """Ask for a path exactly as written; return status, headers and text."""
    host = urlsplit(base)
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def test_front_page_lists_the_lessons_in_order_without_a_kernel(course_url, kernels):
    status, headers, page = get(course_url, "/")
    assert status == 200
    titles = re.findall(r"<h3>(.*?)</h3>", page)
    assert titles == ["The first lesson", "A broken lesson", "Dying", "Slow"]
    assert "voila/render/01_first.ipynb" in page
    assert "05_hidden" not in page
    assert headers["Cache-Control"] == "no-cache"
    assert kernels() == []


@pytest.mark.parametrize(
    "path",
    [
        "/voila/render/none.ipynb",
        "/voila/render/notes.py",
        "/voila/render/picture.png",
        "/voila/render/below/05_hidden.ipynb",
        "/voila/render/../notes.py",
        "/voila/render/..%2fnotes.py",
        "/voila/render/%2e%2e/conftest.py",
        "/voila/render//01_first.ipynb",
        "/voila/render/01_first.ipynb/",
        "/voila/render/01_FIRST.ipynb",
        "/voila/render/",
        "/voila/tree",
        "/voila/tree/below",
        "/voila/files/picture.png",
        "/voila/files/notes.py",
        "/voila/api/contents/",
        "/voila/api/contents/01_first.ipynb",
        "/voila/api/themes/x",
        "/voila/templates/lab/static/index.css",
        "/voila/templates/x",
        "/voila/templates/oligoteach/static/../../base/page.html",
        "/voila/static/voila.js",
        "/api/kernels",
        "/api/contents",
        "/login",
        "/nothing-here",
    ],
)
def test_nothing_but_the_lessons_is_answered(course_url, kernels, path):
    status, _, page = get(course_url, path)
    assert status == 404
    assert "There is no page at this address" in page or "404" in page
    assert "Traceback" not in page
    assert kernels() == []


def test_a_foreign_host_name_is_refused(course_url, kernels):
    status, _, page = get(course_url, "/", {"Host": "elsewhere.example"})
    assert status == 403
    assert "This address is not open" in page
    assert get(course_url, FIRST, {"Host": "elsewhere.example:80"})[0] == 403
    assert kernels() == []


def test_prose_is_sent_before_anything_that_needs_a_kernel(course_url, kernels, seconds_until):
    status, headers, page = get(course_url, FIRST)
    assert status == 200
    assert page.index("The end.") < page.index('id="ot-arrivals"') < page.index("cell-output+json")
    assert '<html lang="en-GB">' in page
    assert "<title>The first lesson · oligoteach</title>" in page
    assert "_xsrf=" in headers["Set-Cookie"]
    assert "Education only:" in page
    # Nobody keeps this page open, but its kernel waits for a browser to come back.
    (kernel,) = kernels()
    page_kernel = re.search(r'"kernelId": "([^"]+)"', page)[1]
    token = re.search(r"_xsrf=([^;]+)", headers["Set-Cookie"])[1]
    shutdown = f"/voila/api/shutdown/{page_kernel}"
    assert get(course_url, shutdown, method="POST")[0] == 403
    assert kernels() == [kernel]
    assert get(course_url, f"{shutdown}?_xsrf={token}", method="POST")[0] == 403
    cookie = {"Cookie": f"_xsrf={token}"}
    assert get(course_url, f"{shutdown}?_xsrf={token}", cookie, method="POST")[0] == 204
    assert seconds_until(lambda: not kernels()) < 5


@pytest.mark.parametrize("path", ["/", "/nothing-here", "/?theme=dark"])
def test_plain_pages_fetch_nothing_from_elsewhere(course_url, path):
    page = get(course_url, path)[2]
    assert not FETCHED.findall(page)
    for asset in re.findall(r'(?:src|href)="(/voila/templates/[^"]+)"', page):
        status, headers, text = get(course_url, asset)
        assert status == 200
        assert "max-age" in headers["Cache-Control"]
        assert "?v=" in asset
        assert not FETCHED.findall(text)


def test_a_broken_lesson_sends_no_traceback(course_url, kernels):
    page = get(course_url, "/voila/render/02_broken.ipynb")[2]
    assert "ot-failed" in page
    assert "Readable too." in page
    assert not FETCHED.findall(page)
    for word in ("Traceback", "ZeroDivisionError", "secret_name", "show_tracebacks"):
        assert word not in page
    close(course_url, page)


def test_a_dying_kernel_is_told_to_the_page(course_url, kernels):
    page = get(course_url, "/voila/render/03_dying.ipynb")[2]
    assert "ot-failed" in page or "<ot-lost>" in page
    assert "Traceback" not in page
    assert "DeadKernelError" not in page


def test_a_query_cannot_choose_another_template_or_theme(course_url, kernels):
    hostile = "?template=lab&theme=%3Cscript%3Ealert(1)%3C/script%3E&voila-template=../../x"
    status, headers, page = get(course_url, FIRST + hostile)
    assert status == 200
    assert "<script>alert" not in page
    assert "static/tokens.css" in page
    assert not FETCHED.findall(page)
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    close(course_url, page)


def close(base, page):
    """Say goodbye as a page does when it is closed."""
    kernel = re.search(r'"kernelId": "([^"]+)"', page)[1]
    cookie = {"Cookie": "_xsrf=0123456789abcdef0123456789abcdef"}
    query = "?_xsrf=0123456789abcdef0123456789abcdef"
    get(base, f"/voila/api/shutdown/{kernel}{query}", cookie, method="POST")


def test_front_end_scripts_are_kept_by_the_browser(course_url, kernels):
    page = get(course_url, FIRST)[2]
    script = re.search(r'src="(/voila/static-[^"]+/voila\.js)"', page)[1]
    _, headers, _ = get(course_url, script)
    assert "max-age=31536000" in headers["Cache-Control"]
    extension = re.search(r'href="(/voila/labextensions/[^"]+)"', page)[1]
    _, headers, _ = get(course_url, extension)
    assert "immutable" in headers["Cache-Control"]
    close(course_url, page)


def test_a_busy_port_that_was_asked_for_is_refused_in_words(course_folder, capsys):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert serve(Namespace(port=port, notebooks=course_folder, no_browser=True)) == 2
    error = capsys.readouterr().err
    assert f"Port {port} is already in use" in error
    assert "--port" in error


@pytest.mark.parametrize("missing", ["nowhere", "below"])
def test_a_folder_without_notebooks_is_refused_in_words(tmp_path, capsys, missing):
    (tmp_path / "below").mkdir()
    folder = tmp_path / missing
    assert serve(Namespace(port=0, notebooks=folder, no_browser=True)) == 2
    assert str(folder) in capsys.readouterr().err


def test_the_usual_port_gives_way_and_ctrl_c_leaves_nothing(course_folder, kernels):
    code = (
        "import sys; from argparse import Namespace; from oligoteach.server import serve; "
        "sys.exit(serve(Namespace(no_browser=True, notebooks=sys.argv[1], spare=1)))"
    )
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            busy.bind(("127.0.0.1", DEFAULT_PORT))
            busy.listen()
        except OSError:
            pass  # somebody else holds it, which serves the test as well
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(course_folder)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert f"Port {DEFAULT_PORT} is in use" in process.stdout.readline()
            assert "http://127.0.0.1:" in process.stdout.readline()
            assert "4 lessons" in process.stdout.readline()
        finally:
            process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert "no kernel is left" in rest


def test_socket_folders_stay_short(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/a-very-long-path" * 5)
    assert socket_folder() == "/tmp"
