"""A real browser against a real server; every request to another host is refused and noted."""

from __future__ import annotations

import signal
from contextlib import suppress
from urllib.parse import urlsplit

import psutil
import pytest

from browser import kit_notebook
from browser.driving import TIMEOUT
from oligoteach.evidence import notebooks_path

LOCAL = ("127.0.0.1", "localhost")


@pytest.fixture(scope="session")
def course(lesson_server):
    """The address of the course's own lessons."""
    return lesson_server(notebooks_path(), spare=1)


@pytest.fixture(scope="session")
def kit_course(tmp_path_factory, lesson_server):
    """The address of a notebook with every part of the kit."""
    folder = tmp_path_factory.mktemp("kit")
    kit_notebook.write(folder)
    return lesson_server(folder, spare=1)


@pytest.fixture
def context(browser):
    context = browser.new_context(accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT)
    context.foreign = []

    def refuse_foreign(route):
        if urlsplit(route.request.url).hostname in LOCAL or route.request.url.startswith("blob:"):
            route.continue_()
        else:
            context.foreign.append(route.request.url)
            route.abort()

    context.route("**/*", refuse_foreign)
    yield context
    context.close()


@pytest.fixture
def opened(context):
    """Open an address and wait until its widgets are there."""

    def open_(url, width=1280, height=900, storage=None):
        page = context.new_page()
        page.errors = []
        page.foreign = context.foreign
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.set_viewport_size({"width": width, "height": height})
        if storage is not None:
            page.add_init_script(f"localStorage.setItem('oligoteach:v1', {storage!r})")
        page.goto(url)
        page.locator(".kit-page").wait_for()
        page.locator(".kit-references").wait_for()
        return page

    return open_


@pytest.fixture
def open_lesson(course, opened):
    def open_(notebook, query="", **options):
        return opened(f"{course}/voila/render/{notebook}{query}", **options)

    return open_


@pytest.fixture
def open_kit(kit_course, opened):
    def open_(query="", **options):
        return opened(f"{kit_course}/voila/render/kit.ipynb{query}", **options)

    return open_


@pytest.fixture
def kill_kernels():
    """Kill every kernel that this test run has started, as a crash would."""

    def kill():
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # one may have ended in between
                if "ipykernel" in " ".join(process.cmdline()):
                    process.send_signal(signal.SIGKILL)

    return kill
