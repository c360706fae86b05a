"""The same notebooks in JupyterLab: the kit needs nothing from the page that Voila serves."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys

import nbformat
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from browser import kit_notebook
from browser.driving import LESSONS, axe_violations, explorers, move, reveal_all, wait_frame
from oligoteach.evidence import notebooks_path

pytestmark = pytest.mark.browser

OPTIONS = [
    "--no-browser",
    "--allow-root",
    "--port=0",
    "--ServerApp.port_retries=50",
    "--IdentityProvider.token=",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--KernelManager.transport=ipc",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab over copies of the lessons, so that no run can change them."""
    folder = tmp_path_factory.mktemp("lab")
    kit_notebook.write(folder)
    for path in notebooks_path().glob("*.ipynb"):
        book = nbformat.read(path, as_version=4)
        for cell in book.cells:
            if cell.cell_type == "code":  # a kept number would look as if the cell had run
                cell.outputs, cell.execution_count = [], None
        nbformat.write(book, folder / path.name)
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={folder}"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            found = re.search(r"(http://127\.0\.0\.1:\d+)/lab", line)
            if found:
                yield found.group(1)
                break
        else:
            pytest.fail("JupyterLab did not start")
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=20)


@pytest.fixture
def run_all(lab, context):
    """Open a notebook, run all its cells and wait for its last widget."""

    def run(notebook):
        page = context.new_page()
        page.set_viewport_size({"width": 1500, "height": 1200})
        page.foreign = context.foreign
        page.goto(f"{lab}/lab/tree/{notebook}?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        accept = page.locator(".jp-Dialog button.jp-mod-accept")
        page.locator(
            ".jp-Notebook-ExecutionIndicator[data-status=idle], .jp-Dialog"
        ).first.wait_for()
        if accept.count():
            accept.first.click()
        # JupyterLab says "Idle" a moment before the kernel listens, and then runs nothing.
        begun = page.locator(".jp-InputPrompt", has_text=re.compile(r"\[(\*|\d+)\]")).first
        for _ in range(6):
            page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
            page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
            with contextlib.suppress(PlaywrightTimeout):
                begun.wait_for(timeout=5000)
                break
        # It may have scrolled to the last cell, and then the first is not drawn.
        page.locator(".kit-widget").first.wait_for(state="attached")
        return page

    return run


def find_explorer(page):
    """Scroll until an explorer is drawn, and return it: JupyterLab draws only what comes near."""
    explorer = page.locator("[data-explorer]").first
    page.locator(".jp-Notebook").first.hover()
    page.mouse.wheel(0, -100_000)
    for _ in range(60):
        if explorer.count():
            break
        page.mouse.wheel(0, 600)
        with contextlib.suppress(PlaywrightTimeout):
            explorer.wait_for(timeout=500)
    explorer.scroll_into_view_if_needed()
    return explorer


def scroll_through(page):
    """Scroll the notebook to its end: JupyterLab draws cells only when they come near."""
    page.locator(".jp-Notebook .jp-Cell").last.scroll_into_view_if_needed()
    page.locator(".kit-references").wait_for()


def test_the_kit_works_in_jupyterlab(run_all):
    page = run_all("kit.ipynb")
    decay = page.locator('[data-explorer="decay"]')
    wait_frame(decay)
    decay.locator('[data-control="rate"] input[type=number]').fill("0.5")
    decay.get_by_text("At 1 month 0.607 is left.").wait_for()
    gated = page.locator('[data-explorer="gated"]')
    gated.scroll_into_view_if_needed()
    gated.get_by_label("Half").check()
    gated.get_by_label("certain").check()
    gated.get_by_role("button", name="Commit").click()
    gated.get_by_text("✓ Right. Certain, and right.").wait_for()
    wait_frame(gated)
    question = page.locator("#question-half")
    question.scroll_into_view_if_needed()
    question.get_by_label("Nothing").check()
    question.get_by_role("button", name="Check").click()
    question.get_by_text("That takes for ever.").wait_for()
    scroll_through(page)
    page.locator(".kit-prose-chip").first.wait_for()
    assert page.foreign == []


@pytest.mark.parametrize("notebook", LESSONS)
def test_a_lesson_runs_in_jupyterlab(run_all, notebook):
    page = run_all(notebook)
    explorer = find_explorer(page)
    reveal_all(page)
    wait_frame(explorer)
    before = explorer.locator(".kit-image").get_attribute("src")
    move(page, explorer.locator("[data-control]").first)
    page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[explorer.locator(".kit-image").element_handle(), before],
    )
    assert page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count() == 0
    assert page.foreign == []


def test_axe_finds_no_violation_in_the_widgets(run_all):
    page = run_all("kit.ipynb")
    wait_frame(explorers(page)[0])
    scroll_through(page)
    assert axe_violations(page, ".kit-widget") == []
