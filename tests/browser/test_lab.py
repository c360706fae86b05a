"""The same notebooks in JupyterLab: the kit needs nothing from the page that Voila serves."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys

import nbformat
import pytest
from dicom_examples import both

from browser import kit_notebook
from browser.driving import (
    LESSONS,
    axe_violations,
    explorers,
    move_and_see,
    reveal_all,
    wait_frame,
)
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
    "--LabApp.expose_app_in_browser=True",
    "--KernelManager.transport=ipc",
]
# By default JupyterLab draws only the cells near the screen, and the others cannot be waited for.
DRAW_ALL_CELLS = {"windowingMode": "none"}

# Through JupyterLab's own commands: a menu can be covered by a dialog, and a kernel that is called
# idle may not listen yet. Opening, a kernel that answers and the end of the run can be awaited.
RUN_ALL = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = await app.commands.execute("docmanager:open", {
    path, factory: "Notebook", kernel: { name: "python3" },
  });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await app.commands.execute("notebook:run-all-cells");
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab over copies of the lessons, so that no run can change them."""
    folder = tmp_path_factory.mktemp("lab")
    kit_notebook.write(folder)
    for path in notebooks_path().glob("*.ipynb"):
        book = nbformat.read(path, as_version=4)
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(book, folder / path.name)
    settings = tmp_path_factory.mktemp("settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps(DRAW_ALL_CELLS), encoding="utf-8")
    places = [f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={settings}"]
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, *places]
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
        page.goto(f"{lab}/lab?reset")
        page.wait_for_function("window.jupyterapp")
        page.evaluate(RUN_ALL, notebook)
        page.locator(".kit-references").wait_for()
        return page

    return run


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
    page.locator(".kit-prose-chip").first.wait_for()
    assert page.foreign == []


def test_a_run_goes_on_beside_the_rest_and_stops_in_jupyterlab(run_all):
    page = run_all("kit.ipynb")
    dice = page.locator('[data-explorer="dice"]')
    dice.scroll_into_view_if_needed()
    wait_frame(dice)
    dice.locator('[data-control="throws"] input[type=number]').fill("100000")
    dice.locator('.kit-run[data-run="running"]').wait_for()
    decay = page.locator('[data-explorer="decay"]')
    decay.locator('[data-control="rate"] input[type=number]').fill("0.5")
    decay.get_by_text("At 1 month 0.607 is left.").wait_for()
    dice.get_by_role("button", name="Stop").click()
    dice.locator('.kit-run[data-run="stopped"]').wait_for()
    kept = dice.locator(".kit-run-words").inner_text().split(" ")[0]
    assert 1000 < int(kept.replace(",", "")) < 100_000
    dice.get_by_text(f"The mean of {kept} throws").wait_for()


@pytest.mark.parametrize("notebook", LESSONS)
def test_a_lesson_runs_in_jupyterlab(run_all, notebook):
    page = run_all(notebook)
    explorer = explorers(page)[0]
    reveal_all(page)
    wait_frame(explorer)
    move_and_see(page, explorer)
    assert page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count() == 0
    assert page.foreign == []


def test_a_case_is_begun_by_keyboard_in_jupyterlab(run_all):
    page = run_all("09_patient_selection.ipynb")
    page.locator(".kit-tale").first.focus()
    page.keyboard.press("Enter")
    decision = page.locator(".kit-decision").first
    decision.wait_for()
    decision.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    decision.locator(".kit-sure input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    decision.locator(".kit-outcome").wait_for()
    before = page.locator(".jp-Cell").count()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("b")  # in JupyterLab a new cell, if the notebook heard it
    decision.locator(".kit-onward").focus()
    page.keyboard.press("Enter")
    page.locator(".kit-decision").nth(1).wait_for()
    assert page.locator(".jp-Cell").count() == before
    page.wait_for_function("document.querySelector('.kit-sight img').naturalWidth > 100")


def test_files_of_a_learner_are_read_in_jupyterlab(run_all):
    page = run_all("08_dose_planning.ipynb")
    own = page.locator('[data-explorer="own-plan"]')
    own.scroll_into_view_if_needed()
    wait_frame(own)
    names = ("dose.dcm", "structures.dcm")
    files = [
        {"name": name, "mimeType": "application/dicom", "buffer": content}
        for name, content in zip(names, both(), strict=True)
    ]
    own.locator('input[type="file"]').set_input_files(files)
    own.get_by_text("Read: a dose grid and 2 structures.").wait_for()
    own.get_by_text("Your plan: ").first.wait_for()


def test_axe_finds_no_violation_in_the_widgets(run_all):
    page = run_all("kit.ipynb")
    wait_frame(explorers(page)[0])
    assert axe_violations(page, ".kit-widget") == []
