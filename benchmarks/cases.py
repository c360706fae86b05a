"""The tumour board and the model of immunity: a case's step, and a whole course of the model.

The kernel's parts are its core's own time, which other work on the machine hardly changes.
"""

from __future__ import annotations

import time

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks._report import Figure, Report
from benchmarks.serving import browsing, serving
from oligoteach import lesson
from oligoteach.evidence import lesson_text, notebooks_path
from oligoteach.models.immune_response import Schedule, daily, simulate, three_a_week
from oligoteach.widgets.branching import Branching

LESSON = "patient_selection"
COURSE_MS, STEP_MS = 15, 50
PICTURE = (380, 420)
CASES = 6  # that are played in the browser, to their ends
MOST_STEPS = 12

# From the click on Commit to the first animation frame with what follows from the choice.
COMMIT = """(form) => new Promise((done) => {
  const story = form.closest(".kit-story");
  const told = () => story.querySelectorAll(".kit-outcome").length;
  const before = told();
  const watch = new MutationObserver(() => {
    if (told() === before) return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - clicked));
  });
  watch.observe(story, { childList: true, subtree: true });
  const clicked = performance.now();
  form.querySelector("button[type=submit]").click();
})"""


def measure_course(report: Report) -> None:
    """Time 40 days of radiotherapy with an antibody, as the first course and as any other."""
    days = np.arange(0, 40.01, 0.25)
    spent = []
    for start in [*range(3, 21)] * 3:
        course = Schedule(daily(start, 5, 2), three_a_week(start))
        begun = time.process_time()
        simulate(course, days)
        spent.append((time.process_time() - begun) * 1000)
    _add(report, "40 days of radiotherapy with an antibody, kernel", spent, COURSE_MS)


def measure_steps(report: Report) -> None:
    """Time each step of the tumour board: the kernel's part, and what a reader waits for."""
    board = lesson(LESSON).place("board")
    spent = [value for tale in board.tales.values() for value in _kernel(board, tale)]
    _add(report, "a step of a case with its picture, kernel", spent, STEP_MS)
    notebook = lesson_text(LESSON).notebook
    with browsing() as browser, serving(notebooks_path()) as address:
        shown = _play(browser, f"{address}/voila/render/{notebook}.ipynb")
    _add(report, "Commit to what follows on the screen", shown, STEP_MS)


def _add(report: Report, what: str, spent: list[float], goal: float) -> None:
    figure = Figure(what, "ms", spent)
    words = f"median {goal} (is {figure.median:.1f})"
    report.add(Figure(what, "ms", spent, goal=words, met=figure.median <= goal))


def _kernel(board: Branching, tale) -> list[float]:
    """Take one way through a case, and return what each step costs."""
    board.send = lambda *_: None
    board.frame(board.picture.scene(tale, [tale.forks[0].setting]), *PICTURE)
    spent, path = [], []
    while len(path) < MOST_STEPS:
        play, _ = board.replay(tale, path)
        if play.now is None:
            break
        # The last way of a fork mostly goes on, so that cases are played at length.
        path = [*path, [play.now.ways[-1].id, "certain"]]
        begun = time.process_time()
        board.on_play({"tale": tale.key, "path": path})
        play, _ = board.replay(tale, path)
        board.frame(board.picture.scene(tale, play.settings(entered=False)), *PICTURE)
        spent.append((time.process_time() - begun) * 1000)
    return spent


def _play(browser: Browser, url: str) -> list[float]:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(url)
    page.locator(".kit-references").wait_for(timeout=60_000)
    spent = []
    for index in range(CASES):
        page.locator(".kit-tale").nth(index).click()
        page.locator(".kit-story").wait_for()
        spent += _through(page)
        page.locator(".kit-ending").get_by_role("button", name="Choose another case").click()
    page.close()
    return spent


def _through(page: Page) -> list[float]:
    """Play the open case to its end by the last choice of each point."""
    spent = []
    while page.locator(".kit-ending").count() == 0 and len(spent) < MOST_STEPS:
        form = page.locator(".kit-choice:not([data-done])")
        form.wait_for()
        for group in form.locator("fieldset").all():
            group.locator("input[type=radio]").last.check()
        spent.append(form.evaluate(COMMIT))
        page.locator(".kit-onward").click()
    return spent
