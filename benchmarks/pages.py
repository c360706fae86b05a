"""What a reader feels: page to first control, key press to changed pixels, many at once."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, Page

from benchmarks._report import Figure, Report, percentile
from benchmarks.serving import browsing, reveal_all, serving
from oligoteach.evidence import lessons, notebooks_path

LOADS = 6
KEYS = 30
# Between key presses. Asking the page at each of its frames whether it is done would slow it down.
PAUSE_MS = 200
RATIO = 2.0
KEY_MEDIAN_MS, KEY_TAIL_MS = 50, 90
# The first control that a key changes, as a learner meets it, and the first slider besides.
CONTROLS = (("", ":is(select, input:not([type=file]))"), (" (slider)", "input[type=range]"))
CONTROL = ".kit-widget :is(input, select, button):visible"

# Plain interact with a picture of about the same weight, on the same server.
INTERACT = """
import numpy as np, matplotlib.pyplot as plt
from ipywidgets import interact, FloatSlider
t = np.linspace(0, 60, 500)
def show(median=12.0):
    plt.figure(figsize=(6.4, 4.2))
    for k in (1, 2, 3):
        plt.plot(t, np.exp(-np.log(2) * t / (median * k)))
    plt.show()
interact(show, median=FloatSlider(value=12, min=3, max=60, step=0.5))
"""

# From the key press to the first animation frame that shows the new picture, in the page's clock.
WATCH = """(selector) => {
  window.spent = [];
  let pressed = null;
  addEventListener("keydown", () => (pressed = performance.now()), true);
  const painted = () => requestAnimationFrame(() => {
    if (pressed === null) return;
    window.spent.push(performance.now() - pressed);
    pressed = null;
  });
  if (selector) document.addEventListener("ot:frame", painted);
  else new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      const image = node.querySelector?.("img") ?? (node.tagName === "IMG" ? node : null);
      if (image) image.decode().then(painted);
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""


def measure(report: Report) -> None:
    """Add the figures of pages and key presses."""
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        baseline = Path(folder)
        _write(baseline / "empty.ipynb", [])
        _write(baseline / "interact.ipynb", [INTERACT])
        with serving(baseline) as other, serving(notebooks_path()) as address:
            plain = _interact_keys(browser, f"{other}/voila/render/interact.ipynb")
            for text in lessons():
                url = f"{address}/voila/render/{text.notebook}.ipynb"
                empty = f"{other}/voila/render/empty.ipynb"
                _measure_load(report, browser, text.notebook, url, empty)
                _measure_keys(report, browser, text.notebook, url, plain)


def measure_crowd(report: Report, viewers: int = 25) -> None:
    """Open one lesson for many readers at once, and time until the last has a control."""
    notebook = lessons()[0].notebook
    with browsing() as browser, serving(notebooks_path()) as address:
        url = f"{address}/voila/render/{notebook}.ipynb"
        alone = [_control_ms(browser, url) for _ in range(3)]
        pages = [browser.new_page() for _ in range(viewers)]
        start = time.perf_counter()
        for page in pages:
            page.goto(url, wait_until="commit", timeout=120_000)
        ready = []
        for page in pages:
            page.locator(CONTROL).first.wait_for(timeout=120_000)
            ready.append((time.perf_counter() - start) * 1000)
        report.add(Figure(f"{viewers} readers at once, first control", "ms", ready, alone, "one"))


def measure_stalls(report: Report, loads: int = 100) -> None:
    """Load a lesson again and again; every load must come to a figure."""
    notebook = lessons()[1].notebook
    stalled = 0
    times = []
    with browsing() as browser, serving(notebooks_path(), spare=1) as address:
        for _ in range(loads):
            page = browser.new_page()
            start = time.perf_counter()
            page.goto(f"{address}/voila/render/{notebook}.ipynb")
            try:
                page.locator(CONTROL).first.wait_for(timeout=30_000)
                times.append((time.perf_counter() - start) * 1000)
            except TimeoutError:
                stalled += 1
            page.close()
    goal = f"{loads} loads, none stalled ({stalled} were)"
    report.add(Figure(f"{loads} loads of {notebook}", "ms", times, goal=goal, met=stalled == 0))


def _measure_load(
    report: Report, browser: Browser, notebook: str, url: str, empty_url: str
) -> None:
    """Load a lesson and an empty notebook by turns: a machine's pace changes within minutes."""
    values, empty = [], []
    for _ in range(LOADS):
        empty.append(_empty_ms(browser, empty_url))
        values.append(_control_ms(browser, url))
    figure = Figure(f"first control of {notebook}, cold", "ms", values, empty, "an empty notebook")
    met = (figure.ratio or 0) <= RATIO
    report.add(
        Figure(figure.what, "ms", values, empty, figure.against, f"at most {RATIO:g} times", met)
    )


def _measure_keys(
    report: Report, browser: Browser, notebook: str, url: str, plain: list[float]
) -> None:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(url)
    page.locator("[data-explorer]").first.wait_for()
    reveal_all(page)
    page.evaluate(WATCH, "kit")
    for explorer in page.locator("[data-explorer]").all():
        key = explorer.get_attribute("data-explorer")
        explorer.scroll_into_view_if_needed()
        page.wait_for_function(
            "(image) => image.complete && image.naturalWidth > 100",
            arg=explorer.locator(".kit-image").element_handle(),
        )
        for told, field in _turned(explorer).items():
            what = f"key press to pixels, {notebook} {key}{told}"
            report.add(_key_figure(what, _press(page, field), plain))
    page.close()


def _turned(explorer: Locator) -> dict[str, Locator]:
    """Return the controls in view that are pressed, by what is told of them."""
    found = {
        told: explorer.locator(f".kit-controls {kind}:visible").first for told, kind in CONTROLS
    }
    slider = found[" (slider)"]
    if not slider.count() or found[""].get_attribute("type") == "range":
        del found[" (slider)"]
    return found


def _key_figure(what: str, values: list[float], plain: list[float]) -> Figure:
    """Return the figure of an explorer's answers; without any it is missed, and says so."""
    goal = f"median {KEY_MEDIAN_MS}, 95th percentile {KEY_TAIL_MS}"
    if not values:
        return Figure(what, "ms", [], plain, goal=f"{goal}: NO KEY WAS ANSWERED", met=False)
    met = percentile(values, 50) <= KEY_MEDIAN_MS and percentile(values, 95) <= KEY_TAIL_MS
    return Figure(what, "ms", values, plain, "plain interact", goal, met)


def _press(page: Page, field: Locator) -> list[float]:
    """Press keys in a control, now and then, and return the times until each was answered."""
    kind = field.get_attribute("type") or "select"
    field.focus()
    there, back = ("Space", "Space") if kind == "checkbox" else ("ArrowRight", "ArrowLeft")
    if kind == "search":
        there, back = "a", "Backspace"
    if kind in ("radio", "select"):
        there, back = "ArrowDown", "ArrowUp"
    page.evaluate("window.spent = []")
    for i in range(KEYS):
        page.keyboard.press(there if i % 2 == 0 else back)
        page.wait_for_timeout(PAUSE_MS)
    return page.evaluate("window.spent")[3:]


def _interact_keys(browser: Browser, url: str) -> list[float]:
    page = browser.new_page()
    page.goto(url)
    handle = page.locator(".noUi-handle").first
    handle.wait_for(timeout=60_000)
    page.wait_for_selector("img", timeout=60_000)
    page.evaluate(WATCH, "")
    handle.focus()
    for i in range(KEYS):
        page.keyboard.press("ArrowRight" if i % 2 == 0 else "ArrowLeft")
        page.wait_for_timeout(2 * PAUSE_MS)
    spent = page.evaluate("window.spent")[3:]
    page.close()
    return spent


def _empty_ms(browser: Browser, url: str) -> float:
    """Return the time until an empty notebook's page has connected to its kernel."""
    page = browser.new_page()
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("html[data-ready]", timeout=60_000, state="attached")
    spent = (time.perf_counter() - start) * 1000
    page.close()
    return spent


def _control_ms(browser: Browser, url: str) -> float:
    page = browser.new_page()
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(CONTROL).first.wait_for(timeout=60_000)
    spent = (time.perf_counter() - start) * 1000
    page.close()
    return spent


def _write(path: Path, cells: list[str]) -> None:
    made = [nbformat.v4.new_markdown_cell(f"# {path.stem}")]
    made += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
