"""The tumour board in a real browser: a whole case by keyboard, kept, restored and printed."""

from __future__ import annotations

import json

import pytest

from browser.driving import REFLOW, axe_violations
from oligoteach import evidence

pytestmark = pytest.mark.browser

NOTEBOOK = "09_patient_selection.ipynb"
STABLE = "synchronous_driver_negative_stable"
CASE = next(case for case in evidence.board_cases().usable if case.name == STABLE)
# One way to the end, as places of choices, with how sure: 0 a guess, 1 fairly sure, 2 certain.
WAY = [("restage", 1), ("maintenance", 0), ("sbrt-and-go-on", 2), ("three", 2)]


def place(fork, key):
    return [choice.id for choice in CASE.node(fork).choices].index(key)


def open_case(page):
    page.locator(f"[data-tale={STABLE}].kit-tale").click()
    page.locator(".kit-decision").first.wait_for()
    seen(page)
    return page.locator("[data-branching]")


def seen(page):
    page.wait_for_function("document.querySelector('.kit-sight img').naturalWidth > 100")


def tab_to(page, selector):
    """Press the tab key until the element that has the focus fits."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the tab key never comes to {selector}")


def choose(page, index):
    """Choose one of a group of radio buttons that has the focus, by its place."""
    page.keyboard.press("Space")
    for _ in range(index):
        page.keyboard.press("ArrowDown")


def decide(page, fork, key, sure):
    here = f"[data-fork={fork}] .kit-choice"
    tab_to(page, f"{here} input[type=radio]")
    choose(page, place(fork, key))
    tab_to(page, f"{here} .kit-sure input[type=radio]")
    choose(page, sure)
    tab_to(page, f"{here} button")
    page.keyboard.press("Enter")
    page.locator(f"[data-fork={fork}] .kit-outcome").wait_for()
    assert page.evaluate("document.activeElement.className") == "kit-outcome-title"


def test_a_whole_case_is_played_by_keyboard(open_lesson):
    page = open_lesson(NOTEBOOK)
    page.locator("[data-branching] h3").focus()
    tab_to(page, f"[data-tale={STABLE}]")
    page.keyboard.press("Enter")
    page.locator(".kit-decision").wait_for()
    fork = CASE.nodes[0].id
    for key, sure in WAY:
        decide(page, fork, key, sure)
        choice = CASE.node(fork).choices[place(fork, key)]
        outcome = page.locator(f"[data-fork={fork}] .kit-outcome")
        assert choice.consequence in outcome.inner_text().replace("\n", " ")
        assert choice.mark.title() in outcome.inner_text()
        tab_to(page, ".kit-onward")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.tagName === 'H4'")
        fork = choice.next
    ending = page.locator(".kit-ending")
    ending.wait_for()
    words = ending.inner_text()
    assert "How it went" in words
    assert "1 of 2 decisions with a clear answer was right." in words
    assert "Stable, and complete staging; One site grows" in words
    assert "Education only" in words
    assert page.errors == []
    assert page.foreign == []


def test_nothing_of_the_answers_is_in_the_page_before_a_commitment(open_lesson):
    page = open_lesson(NOTEBOOK)
    open_case(page)
    source = page.content()
    for node in CASE.nodes:
        for choice in node.choices:
            assert choice.consequence not in source
            assert all(reason.text not in source for reason in choice.reasons)


def test_a_per_cent_stays_on_the_line_of_its_number(open_lesson):
    page = open_lesson(NOTEBOOK)
    open_case(page)
    assert "PD-L1 40\u00a0%" in page.locator(".kit-facts").inner_text()


def test_without_a_choice_or_a_confidence_the_page_asks_for_it(open_lesson):
    page = open_lesson(NOTEBOOK)
    decision = open_case(page).locator(".kit-decision")
    decision.get_by_role("button", name="Commit").click()
    decision.get_by_text("Choose one of the options.").wait_for()
    decision.get_by_label("The CT is enough").check()
    decision.get_by_role("button", name="Commit").click()
    decision.get_by_text("Say how sure you are").wait_for()
    assert decision.locator(".kit-outcome").count() == 0


def kept(path, done):
    entry = {"path": path, "done": done, "when": "2026-01-01T00:00:00.000Z"}
    lesson = {"cases": {STABLE: entry}}
    return json.dumps({"version": 1, "lessons": {"patient_selection": lesson}, "misses": {}})


def test_a_way_is_kept_and_restored(open_lesson):
    page = open_lesson(NOTEBOOK)
    decision = open_case(page).locator(".kit-decision")
    decision.get_by_label("PET-CT and brain MRI now").check()
    decision.get_by_label("certain").check()
    decision.get_by_role("button", name="Commit").click()
    page.locator(".kit-onward").wait_for()
    page.reload()
    page.locator(".kit-references").wait_for()
    page.locator(f"[data-tale={STABLE}]", has_text="Begun").wait_for()
    board = open_case(page)
    assert board.locator(".kit-outcome").count() == 1
    assert board.locator(".kit-decision").count() == 2
    board.get_by_role("button", name="Choose another case").click()
    board.locator(".kit-cases").wait_for()


def test_a_way_that_no_longer_fits_is_taken_as_far_as_it_does(open_lesson):
    storage = kept([["restage", "certain"], ["renamed", "guess"]], done=False)
    page = open_lesson(NOTEBOOK, storage=storage)
    board = open_case(page)
    board.get_by_text("Choose one of the options.").wait_for()
    assert board.locator(".kit-outcome").count() == 1


def finished(open_lesson, **options):
    path = [[key, ["guess", "fairly", "certain"][sure]] for key, sure in WAY]
    page = open_lesson(NOTEBOOK, storage=kept(path, done=True), **options)
    page.locator(f"[data-tale={STABLE}]", has_text="Played to the end").wait_for()
    open_case(page)
    page.locator(".kit-ending").wait_for()
    return page


def test_the_summary_is_saved_and_printed_alone_with_the_education_line(open_lesson):
    page = finished(open_lesson)
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as text").click()
    text = started.value.path().read_text("utf-8")
    assert started.value.suggested_filename == f"oligoteach-{STABLE}.txt"
    assert text.startswith("How it went")
    assert "Education only" in text
    assert "Certain | 0 | 1" in text
    page.get_by_role("button", name="Print this summary").click()
    paper = page.frame_locator(".kit-print").locator("body")
    printed = paper.inner_text()
    assert "Education only" in printed
    assert "Iyengar P" in printed
    assert "The patients are invented" not in printed


def test_from_the_end_one_goes_on_to_the_next_case_or_back_to_the_list(open_lesson):
    page = finished(open_lesson)
    page.locator(".kit-sums", has_text="certain 0 right of 1").wait_for()
    page.locator(".kit-further").get_by_role("button", name="Choose another case").click()
    assert page.evaluate("document.activeElement.dataset.tale") == STABLE
    open_case(page)
    page.locator(".kit-next-case").click()
    page.wait_for_function("document.querySelectorAll('.kit-outcome').length === 0")
    assert page.evaluate("document.activeElement.tagName") == "H4"
    page.wait_for_timeout(300)
    assert abs(page.locator(".kit-story h4").first.bounding_box()["y"]) < 80
    assert page.errors == []


def test_a_case_is_played_again_from_the_start(open_lesson):
    page = finished(open_lesson)
    page.get_by_role("button", name="Play again").click()
    page.wait_for_function("document.querySelectorAll('.kit-outcome').length === 0")
    assert page.locator(".kit-decision").count() == 1


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_a_played_case_is_nowhere_wider_than_the_page(open_lesson, width):
    page = finished(open_lesson, width=width)
    seen(page)
    assert page.evaluate(REFLOW) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_played_case(open_lesson, theme):
    page = finished(open_lesson, query=f"?theme={theme}")
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    seen(page)
    assert axe_violations(page, "[data-branching]") == []


def test_before_an_audience_nobody_is_asked_how_sure(open_lesson):
    page = open_lesson(NOTEBOOK, query="?present=1", width=1920)
    decision = open_case(page).locator(".kit-decision")
    assert decision.locator(".kit-sure").is_hidden()
    decision.get_by_label("The CT is enough").check()
    decision.get_by_role("button", name="Commit").click()
    decision.locator(".kit-outcome").wait_for()
    assert page.evaluate(REFLOW) == []


def test_the_arrow_key_goes_on_with_an_open_case_at_its_second_press(open_lesson):
    page = open_lesson(NOTEBOOK, query="?present=1", width=1280, height=720)
    decisions = open_case(page).locator(".kit-decision")
    decisions.get_by_label("The CT is enough").check()
    decisions.get_by_role("button", name="Commit").click()
    decisions.locator(".kit-outcome-title:focus").wait_for()
    place = page.locator(".kit-step-place")
    for _ in range(4):  # what is longer than the screen is paged through first
        page.keyboard.press("PageDown")
        if place.inner_text().endswith(": → goes on"):
            break
    assert decisions.count() == 1
    page.keyboard.press("PageDown")
    decisions.nth(1).locator(".kit-step:focus").wait_for()
    assert "step 4 of the case" in place.inner_text()
    assert page.errors == []


def test_a_reset_puts_the_board_back_to_its_list(open_lesson):
    page = finished(open_lesson)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset", exact=True).click()
    page.locator(f"[data-tale={STABLE}]", has_text="Not begun").wait_for()
    assert page.locator(".kit-story").count() == 0
