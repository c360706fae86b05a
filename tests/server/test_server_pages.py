"""The pages in a real browser: how they come, how they look, how they go."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.ready === '1'"
FAILED = "document.documentElement.dataset.failed === '1'"
FIRST = "/voila/render/01_first.ipynb"
GONE_LIMIT_S = 5


@pytest.fixture
def page(browser, kernels):
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.requested, page.complaints = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda line: note(page, line))
    yield page
    context.close()


def note(page, line):
    # Besides errors: what the page's own content policy refused.
    if line.type == "error" or "Content Security Policy" in line.text:
        page.complaints.append(line.text)


def open_lesson(page, base, path=FIRST, until=READY):
    page.goto(base + path, wait_until="commit")
    page.wait_for_function(until)
    return page


def test_a_lesson_comes_whole_and_asks_nobody_else(page, course_url):
    open_lesson(page, course_url)
    assert page.title() == "The first lesson · oligoteach"
    assert page.locator("main h1").inner_text() == "The first lesson"
    assert page.locator("main .widget-slider, main .jupyter-widget-slider").count() == 1
    assert page.locator("#ot-progress").count() == 0
    assert page.locator(".ot-waiting").count() == 0
    assert (
        page.get_by_role("navigation", name="Neighbouring lessons")
        .inner_text()
        .endswith("A broken lesson")
    )
    foreign = [url for url in page.requested if not url.startswith((course_url, "data:", "blob:"))]
    assert foreign == []
    assert page.complaints == []


def test_closing_a_page_takes_its_kernel_down(page, course_url, kernels, seconds_until):
    open_lesson(page, course_url)
    assert len(kernels()) == 1
    page.close(run_before_unload=True)
    assert seconds_until(lambda: not kernels()) < GONE_LIMIT_S


def test_a_page_that_ends_without_a_word_takes_its_kernel_down(
    page, course_url, kernels, seconds_until
):
    page.add_init_script("Navigator.prototype.sendBeacon = () => false")
    open_lesson(page, course_url)
    page.close()
    assert seconds_until(lambda: not kernels()) < GONE_LIMIT_S


def test_leaving_and_coming_back_makes_a_page_that_works(page, course_url, kernels, seconds_until):
    open_lesson(page, course_url)
    page.get_by_role("link", name="All lessons").click()
    page.get_by_role("heading", name="A broken lesson").wait_for()
    assert seconds_until(lambda: not kernels()) < GONE_LIMIT_S
    page.go_back(wait_until="commit")
    page.wait_for_function(READY)
    assert len(kernels()) == 1
    page.reload(wait_until="commit")
    page.wait_for_function(READY)
    assert seconds_until(lambda: len(kernels()) == 1) < GONE_LIMIT_S


def test_a_departure_that_does_not_happen_keeps_the_kernel(page, course_url, kernels):
    open_lesson(page, course_url)
    before = kernels()
    # A link to a mail program announces a departure, but the page stays.
    page.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    page.wait_for_timeout(500)
    assert kernels() == before


def test_leaving_early_takes_the_kernel_down_too(page, course_url, kernels, seconds_until):
    page.goto(f"{course_url}/voila/render/04_slow.ipynb", wait_until="commit")
    assert seconds_until(kernels)
    page.get_by_text("part 2 of 2").wait_for()
    page.close()
    assert seconds_until(lambda: not kernels()) < GONE_LIMIT_S


def test_progress_is_told_in_words(page, course_url):
    page.goto(f"{course_url}/voila/render/04_slow.ipynb", wait_until="commit")
    status = page.get_by_role("status")
    status.get_by_text("Preparing the lesson: part 2 of 2").wait_for()
    assert page.get_by_role("heading", name="Slow").is_visible()
    page.wait_for_function(READY)
    assert page.get_by_text("slow", exact=True).is_visible()
    assert status.count() == 0


def test_a_failing_cell_is_told_in_words(page, course_url):
    open_lesson(page, course_url, "/voila/render/02_broken.ipynb", FAILED)
    alert = page.get_by_role("alert")
    assert "could not be prepared" in alert.inner_text()
    assert "Reload the page" in alert.inner_text()
    assert alert.get_by_role("button", name="Reload").is_visible()
    assert page.get_by_text("Readable too.").is_visible()
    assert page.locator("#ot-progress, .ot-waiting").count() == 0
    words = page.locator("body").inner_text()
    assert not re.search(r"Traceback|ZeroDivision|Error|secret_name", words)


def test_a_dying_kernel_is_told_in_words(page, course_url):
    open_lesson(page, course_url, "/voila/render/03_dying.ipynb", FAILED)
    assert page.get_by_role("alert").get_by_role("button", name="Reload").is_visible()
    assert "Error" not in page.locator("body").inner_text()


def test_the_theme_is_chosen_and_kept(page, course_url):
    theme = "document.documentElement.dataset.theme"
    page.emulate_media(color_scheme="dark")
    page.goto(course_url)
    assert page.evaluate(theme) == "dark"
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(theme) == "light"
    assert page.evaluate("document.body.dataset.jpThemeLight") == "true"
    page.reload()
    assert page.evaluate(theme) == "light"
    page.goto(f"{course_url}/?theme=dark")
    assert page.evaluate(theme) == "dark"
    assert page.evaluate("document.body.dataset.jpThemeLight") == "false"
    page.goto(f"{course_url}/?theme=%22%3E%3Cscript%3E")
    assert page.evaluate(theme) == "light"


def test_the_front_page_tells_progress(page, course_url):
    kept = {
        "version": 1,
        "lessons": {
            "first": {
                "answers": {"a": {"correct": True}, "b": {"correct": False}},
                "visited": "2026-02-03T10:00:00Z",
            }
        },
        "misses": [],
    }
    page.add_init_script(f"localStorage.setItem('oligoteach:v1', {json.dumps(json.dumps(kept))})")
    page.goto(course_url)
    card = page.locator(".ot-card", has_text="The first lesson")
    assert "2 answered, 1 right, last 3 Feb" in card.inner_text()
    assert "Not started" in page.locator(".ot-card", has_text="Slow").inner_text()
    page.get_by_role("link", name="Continue with “The first lesson”").click()
    page.wait_for_url(f"**{FIRST}")


@pytest.mark.parametrize("kept", ["{", "[]", "null", '{"version": 2, "lessons": 5}', '"x"'])
def test_the_front_page_bears_damaged_progress(page, course_url, kept):
    page.add_init_script(f"localStorage.setItem('oligoteach:v1', {json.dumps(kept)})")
    page.goto(course_url)
    assert page.get_by_text("Not started").count() == 4
    assert page.complaints == []


@pytest.mark.parametrize("width", [320, 375, 768, 1920])
def test_nothing_is_wider_than_the_screen(page, course_url, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path, until in (("/", "true"), ("/nothing", "true"), (FIRST, READY)):
        open_lesson(page, course_url, path, until)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.scrollingElement === document.documentElement")
    table = page.locator(".ot-scroll")
    scrolls = table.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert table.get_attribute("tabindex") == ("0" if scrolls else None)


def test_all_of_a_page_reaches_the_paper(page, course_url):
    open_lesson(page, course_url, FIRST + "?theme=dark")
    folded = page.get_by_text("Folded away until asked for.")
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    assert not page.locator("details").evaluate("(item) => item.open")
    assert page.get_by_text("The end.").is_visible()
    assert not page.locator(".ot-theme").is_visible()
    styles = page.evaluate(
        "[document.body, document.documentElement].map((e) => getComputedStyle(e).overflow)"
    )
    assert styles == ["visible", "visible"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_before_an_audience_type_is_large(page, course_url):
    open_lesson(page, course_url, FIRST + "?present=1")
    sizes = page.evaluate(
        """[...document.querySelectorAll("main p, main td, main summary, .ot-banner")]
           .map((e) => parseFloat(getComputedStyle(e).fontSize))"""
    )
    assert min(sizes) >= 24


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier_is_found(page, course_url, theme):
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"runOnly": {"type": "tag", "values": tags}}
    for path, until in (
        ("/", "true"),
        ("/nothing", "true"),
        ("/voila/render/04_slow.ipynb", READY),
    ):
        open_lesson(page, course_url, f"{path}?theme={theme}", until)
        found = Axe().run(page, options=options).response["violations"]
        assert [f"{path} {v['id']}: {v['nodes'][0]['html']}" for v in found] == []


def test_the_keyboard_reaches_all_in_order(page, course_url):
    page.goto(course_url)
    stops = []
    for _ in range(4):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.innerText.split('\\n')[0]"))
    assert stops[0] == "Skip to the content"
    assert stops[1].startswith("Dark")
    assert stops[2:] == ["01", "02"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_plain_voila_serves_the_template_too(page, course_folder, kernels, seconds_until):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    share = Path(__file__).resolve().parents[2] / "oligoteach" / "share" / "jupyter"
    options = ["--template=oligoteach", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "voila", *options, str(course_folder)],
        env={**os.environ, "JUPYTER_PATH": str(share)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert seconds_until(lambda: answers(port))
        base = f"http://127.0.0.1:{port}"
        page.goto(base)
        assert page.locator(".ot-card").count() == 4
        page.get_by_role("link", name="First").click()
        page.wait_for_function(READY)
        assert not [url for url in page.requested if not url.startswith((base, "data:", "blob:"))]
        page.close()
        assert seconds_until(lambda: not kernels()) < GONE_LIMIT_S
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def answers(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
