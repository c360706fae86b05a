"""Every lesson in a real browser: each control moves its figure, nothing is clipped or foreign."""

from __future__ import annotations

from itertools import pairwise

import pytest

from browser.driving import (
    LESSONS,
    REFLOW,
    SIZES,
    axe_violations,
    explorers,
    frame_of,
    move,
    reveal_all,
    settle,
    wait_frame,
)

pytestmark = pytest.mark.browser

NARROWEST = 288
PROJECTORS = [(1920, 1080), (1366, 768), (1024, 768)]

# The smallest type on the page that is not the note to a badge or a control.
SMALLEST = """() => Math.min(...[...document.querySelectorAll(
    "main p, main li, .kit-widget :is(p, label, legend, summary, select)")]
  .filter((e) => e.checkVisibility() && e.textContent.trim())
  .filter((e) => !e.closest(".kit-hint, .kit-badge"))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
TIGHTEST = """() => document.querySelectorAll(".kit-body")
  .forEach((e) => e.classList.add("kit-dense"))"""


@pytest.mark.parametrize("notebook", LESSONS)
def test_every_control_of_every_explorer_changes_its_figure(open_lesson, notebook):
    page = open_lesson(notebook)
    reveal_all(page)
    for explorer in explorers(page):
        wait_frame(explorer)
        for fold in explorer.locator(".kit-controls details:not([open]) > summary").all():
            fold.click()
        for control in explorer.locator("[data-control]").all():
            settle(explorer)
            before = frame_of(explorer)
            told = control.get_attribute("data-control")
            move(page, control)
            page.wait_for_function(
                "([image, before]) => image.src !== before",
                arg=[explorer.locator(".kit-image").element_handle(), before],
            )
            settle(explorer)
            assert explorer.locator(".kit-refusal:visible").all_inner_texts() == [], told


@pytest.mark.parametrize("notebook", LESSONS)
@pytest.mark.parametrize("width", SIZES)
def test_nothing_is_wider_than_the_page(open_lesson, notebook, width):
    page = open_lesson(notebook, width=width)
    reveal_all(page)
    for explorer in explorers(page):
        wait_frame(explorer)
        # Narrower than this no figure's words have been tried.
        assert explorer.locator(".kit-image").bounding_box()["width"] >= NARROWEST
    assert page.evaluate(REFLOW) == []


@pytest.mark.parametrize("notebook", LESSONS)
def test_nothing_is_wider_than_the_page_when_presenting(open_lesson, notebook):
    page = open_lesson(notebook, query="?present=1", width=1920)
    reveal_all(page)
    for explorer in explorers(page):
        wait_frame(explorer)
    for width, height in PROJECTORS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(REFLOW) == []
        assert page.evaluate(SMALLEST) >= 20
        page.evaluate(TIGHTEST)  # as where the controls are taller than their place
        assert page.evaluate(SMALLEST) >= 20


@pytest.mark.parametrize("notebook", LESSONS)
@pytest.mark.parametrize("mode", ["light", "dark", "present"])
def test_axe_finds_no_violation_of_wcag_a_and_aa(open_lesson, notebook, mode):
    query = {"light": "?theme=light", "dark": "?theme=dark", "present": "?present=1"}[mode]
    page = open_lesson(notebook, query=query)
    if mode != "present":  # with everything open and answered, then as it was met
        reveal_all(page)
        page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        for explorer in explorers(page):
            wait_frame(explorer)
    assert axe_violations(page) == []


@pytest.mark.parametrize("notebook", LESSONS)
def test_a_lesson_asks_no_other_host_for_anything(open_lesson, notebook):
    page = open_lesson(notebook)
    reveal_all(page)
    for explorer in explorers(page):
        wait_frame(explorer)
    assert page.foreign == []


@pytest.mark.parametrize("notebook", LESSONS)
def test_a_lesson_has_one_heading_of_the_first_level_and_skips_none(open_lesson, notebook):
    page = open_lesson(notebook)
    levels = page.evaluate(
        """() => [...document.querySelectorAll("main :is(h1,h2,h3,h4,h5,h6)")]
        .filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]))"""
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("notebook", LESSONS)
def test_badges_in_the_prose_open_the_citation(open_lesson, notebook):
    page = open_lesson(notebook)
    badges = page.locator(".kit-prose-chip")
    badges.first.wait_for(state="attached")
    # The first may stand in a fold, which a reader has opened before.
    page.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
    badges.first.wait_for()
    assert page.locator('main a[href^="#claim-"]').count() == 0
    badges.first.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".kit-popover:popover-open")
    panel.wait_for()
    assert "Checked" in panel.inner_text()
    page.keyboard.press("Escape")
    panel.wait_for(state="detached" if panel.count() == 0 else "hidden")


@pytest.mark.parametrize("notebook", LESSONS)
def test_every_question_answers_with_the_feedback_of_the_choice(open_lesson, notebook):
    page = open_lesson(notebook)
    questions = page.locator('.kit-quiz .kit-question:has(button:text-is("Check"))').all()
    assert len(questions) >= 6
    for question in questions:
        field = question.locator("input").first
        if field.get_attribute("type") == "number":
            field.fill(field.get_attribute("min") or "0")
        else:
            field.check()
        question.get_by_role("button", name="Check").click()
        question.locator(".kit-verdict").wait_for()
        assert len(question.locator(".kit-status").inner_text().split()) >= 8


@pytest.mark.parametrize("notebook", LESSONS)
def test_print_shows_everything(open_lesson, notebook):
    page = open_lesson(notebook)
    reveal_all(page)
    for explorer in explorers(page):
        wait_frame(explorer)
    page.emulate_media(media="print")
    page.wait_for_function(  # the kernel sends tables and cards behind their picture
        """() => {
          dispatchEvent(new Event("beforeprint"));
          return !document.querySelector("main details:not([open], .kit-extra)");
        }"""
    )
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(
          "main h2, .kit-image, .kit-question, .kit-references .kit-chip")]
        .filter((e) => !e.checkVisibility()).length"""
    )
    assert hidden == 0
    # The references print every claim; where an answer cites it, it is not printed again.
    printed = page.locator(".kit-references .kit-chip-text").all_text_contents()
    cited = page.locator(":is(.kit-feedback, .kit-status) .kit-chip-text")
    assert set(cited.all_text_contents()) <= set(printed)
    assert cited.filter(visible=True).count() == 0
    clipped = page.evaluate(
        """() => [...document.querySelectorAll("body, body *")].filter((e) => {
          const style = getComputedStyle(e);
          return ["auto", "scroll", "hidden"].includes(style.overflowY) &&
            e.scrollHeight > e.clientHeight + 40 && e.clientHeight > 100 && e.checkVisibility();
        }).map((e) => e.tagName + "." + e.className)"""
    )
    assert clipped == []
    assert page.pdf().count(b"/Type /Page\n") >= 2 or len(page.pdf()) > 20_000
