"""A run behind a figure, and controls that cannot stand anyhow, in a real browser."""

from __future__ import annotations

import pytest

from browser.driving import axe_violations, frame_of, wait_frame

pytestmark = pytest.mark.browser

# Every sentence that a screen reader would be given, in order.
LISTEN = """(explorer) => {
  window.heard = [];
  const note = (region) => {
    const text = region.textContent.trim();
    if (region.getAttribute("aria-live") !== "off" && text && window.heard.at(-1) !== text)
      window.heard.push(text);
  };
  for (const region of explorer.querySelectorAll("[aria-live], [role=status], [role=alert]"))
    new MutationObserver(() => note(region)).observe(region, { childList: true, subtree: true });
}"""


def dice(page):
    explorer = page.locator('[data-explorer="dice"]')
    explorer.scroll_into_view_if_needed()
    wait_frame(explorer)
    return explorer


def control(explorer, name):
    return explorer.locator(f'[data-control="{name}"]')


def entry(explorer, name):
    return control(explorer, name).locator("input[type=number]")


def begin(explorer, throws=100_000):
    """Ask for a long run, and wait until it goes on."""
    entry(explorer, "throws").fill(str(throws))
    explorer.locator('.kit-run[data-run="running"]').wait_for()


def wait_run(explorer, state):
    explorer.locator(f'.kit-run[data-run="{state}"]').wait_for()


def test_a_run_shows_its_first_part_at_once_and_gets_better(open_kit):
    page = open_kit()
    explorer = dice(page)
    wait_run(explorer, "done")
    assert explorer.get_by_role("button", name="Stop").is_hidden()
    before = frame_of(explorer)
    begin(explorer, 40_000)
    page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[explorer.locator(".kit-image").element_handle(), before],
    )
    words = explorer.locator(".kit-run-words")
    assert words.inner_text().endswith("of 40,000 throws")
    first = frame_of(explorer)
    wait_run(explorer, "done")
    assert words.inner_text() == "40,000 throws"
    explorer.get_by_text("The mean of 40,000 throws").wait_for()
    assert frame_of(explorer) != first
    assert page.errors == []


def test_stop_keeps_what_has_come_and_go_on_finishes_it(open_kit):
    page = open_kit()
    explorer = dice(page)
    begin(explorer)
    explorer.get_by_role("button", name="Stop").click()
    wait_run(explorer, "stopped")
    kept = explorer.locator(".kit-run-words").inner_text().split(" ")[0]
    explorer.get_by_text(f"The mean of {kept} throws").wait_for()
    entry(explorer, "throws").fill("5000")
    explorer.get_by_text("The mean of 5,000 throws").wait_for()
    begin(explorer)
    explorer.get_by_role("button", name="Stop").click()
    explorer.get_by_role("button", name="Go on").click()
    wait_run(explorer, "running")
    explorer.get_by_role("button", name="Stop").click()
    wait_run(explorer, "stopped")


def test_the_page_answers_while_a_run_goes_on(open_kit):
    page = open_kit()
    explorer = dice(page)
    begin(explorer)
    decay = page.locator('[data-explorer="decay"]')
    decay.locator('[data-control="rate"] input[type=number]').fill("0.5")
    decay.get_by_text("At 1 month 0.607 is left.").wait_for()
    wait_run(explorer, "running")
    bar = explorer.get_by_role("progressbar").element_handle()
    page.wait_for_function("(bar) => bar.value >= 40000", arg=bar)
    entry(explorer, "high").fill("9")  # a newer setting begins anew
    page.wait_for_function("(bar) => bar.value < 40000", arg=bar)
    explorer.locator('[data-control="die"] input[value=own]:checked').wait_for()
    explorer.get_by_role("button", name="Restore defaults").click()
    explorer.get_by_text("The mean of 2,000 throws").wait_for()


def test_start_and_finish_are_said_and_nothing_between(open_kit):
    page = open_kit()
    explorer = dice(page)
    explorer.locator('.kit-words[aria-live="polite"]', has_text="The mean of 2,000").wait_for()
    explorer.evaluate(LISTEN)
    begin(explorer, 90_000)
    wait_run(explorer, "done")
    page.wait_for_function("window.heard.some((text) => text.startsWith('The mean of 90,000'))")
    heard = page.evaluate("window.heard")
    assert [text for text in heard if not text.startswith("The mean of 90,000")] == [
        "Running: 90,000 throws.",
        "Finished: 90,000 throws.",
    ]


def test_the_focus_stays_on_the_page_when_a_run_ends(open_kit):
    page = open_kit()
    explorer = dice(page)
    begin(explorer, 30_000)
    explorer.get_by_role("button", name="Stop").focus()
    wait_run(explorer, "done")
    assert page.evaluate("document.activeElement.className") == "kit-run"


def test_an_error_in_a_step_is_a_sentence_and_the_page_lives(open_kit):
    page = open_kit()
    explorer = dice(page)
    begin(explorer)
    explorer.locator(".kit-controls details > summary").click()
    explorer.get_by_label("Find").fill("break later")
    explorer.get_by_text("could not be computed").wait_for()
    explorer.get_by_role("button", name="Restore defaults").click()
    explorer.get_by_text("could not be computed").wait_for(state="detached")
    explorer.get_by_text("The mean of 2,000 throws").wait_for()
    assert page.errors == []


def test_what_cannot_stand_together_is_refused_at_the_control(open_kit):
    page = open_kit()
    explorer = dice(page)
    entry(explorer, "low").fill("8")
    why = control(explorer, "low").get_by_text("two faces or more. Nearest possible: 5.")
    why.wait_for()
    explorer.get_by_text("The figure keeps to the last setting").wait_for()
    assert entry(explorer, "low").input_value() == "8"
    assert control(explorer, "low").locator("input[type=range]").input_value() == "8"
    before = frame_of(explorer)
    page.set_viewport_size({"width": 800, "height": 900})  # a new picture leaves entry and reason
    page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[explorer.locator(".kit-image").element_handle(), before],
    )
    assert why.is_visible()
    assert axe_violations(page, '[data-explorer="dice"]') == []
    entry(explorer, "high").fill("12")  # now it can stand, and is taken
    why.wait_for(state="hidden")
    page.wait_for_function(
        "(field) => field.value === '8'", arg=entry(explorer, "low").element_handle()
    )
    explorer.locator('[data-control="die"] input[value=own]:checked').wait_for()
    entry(explorer, "low").fill("15")
    why = control(explorer, "low").get_by_text("Nearest possible: 11.")
    why.wait_for()
    explorer.get_by_role("button", name="Restore defaults").click()
    why.wait_for(state="hidden")
    page.wait_for_function(
        "(field) => field.value === '1'", arg=entry(explorer, "low").element_handle()
    )


def test_a_preset_sets_its_controls(open_kit):
    page = open_kit()
    explorer = dice(page)
    explorer.get_by_label("A coin").check()
    page.wait_for_function(
        "(field) => field.value === '2'", arg=entry(explorer, "high").element_handle()
    )


def test_a_run_ends_with_its_page(open_kit):
    page = open_kit()
    begin(dice(page))
    page.goto("about:blank")
    again = open_kit()
    explorer = dice(again)
    explorer.get_by_text("throws is").wait_for()
    assert again.errors == []
