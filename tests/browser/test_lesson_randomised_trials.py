"""The lesson on the randomised trials: a run of many repeats, and designs that cannot be."""

from __future__ import annotations

import pytest

from browser.driving import axe_violations, frame_of, reveal_all, wait_frame

pytestmark = pytest.mark.browser

NOTEBOOK = "03_randomised_trials.ipynb"

# From the change of the preset to the picture and words of that preset, in milliseconds.
TIME_FRAME = """([explorer, value, name]) => new Promise((done) => {
  const list = explorer.querySelector('[data-control="preset"] select');
  const words = explorer.querySelector(".kit-words");
  const start = performance.now();
  const look = () => words.textContent.startsWith(name)
    ? done(performance.now() - start) : requestAnimationFrame(look);
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
  look();
})"""
NAMES = {
    "sabr-comet": "SABR-COMET",
    "nrg-lu002": "NRG-LU002",
    "iyengar-utsw": "Iyengar",
    "gomez": "Gomez",
}


@pytest.fixture
def again(open_lesson):
    page = open_lesson(NOTEBOOK)
    reveal_all(page)
    explorer = page.locator('[data-explorer="again"]')
    wait_frame(explorer)
    return explorer


def control(explorer, name):
    return explorer.locator(f'[data-control="{name}"]')


def unfold(explorer):
    explorer.locator(".kit-controls details > summary").click()


def wait_run(explorer, state):
    explorer.locator(f'.kit-run[data-run="{state}"]').wait_for()


def test_many_repeats_run_can_be_stopped_and_leave_the_page_alive(again):
    unfold(again)
    wait_run(again, "done")
    control(again, "preset").locator("select").select_option("nrg-lu002")
    control(again, "repeats").get_by_label("100,000").check()
    wait_run(again, "running")
    first = frame_of(again)
    again.page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[again.locator(".kit-image").element_handle(), first],
    )
    again.get_by_role("button", name="Stop").click()
    wait_run(again, "stopped")
    kept = again.locator(".kit-run-words").inner_text().split(" ")[0]
    assert 100 < int(kept.replace(",", "")) < 100_000
    again.get_by_text(f"of {kept} repeats are significant").wait_for()
    rule = again.page.locator('[data-explorer="go-no-go"]')
    wait_frame(rule)
    control(rule, "helped").locator("input[type=number]").fill("1")
    rule.get_by_text("goes on in 13 %").wait_for()
    again.get_by_role("button", name="Go on").click()
    wait_run(again, "done")
    again.get_by_text("of 100,000 repeats are significant").wait_for()
    assert again.page.errors == []


def test_a_preset_fills_the_plan_and_one_repeat_can_be_looked_at(again):
    unfold(again)
    control(again, "preset").locator("select").select_option("sabr-comet")
    again.get_by_text("SABR-COMET, overall survival, 66 against 33 patients").wait_for()
    size = control(again, "with_local").locator("input[type=number]")
    again.page.wait_for_function("(field) => field.value === '66'", arg=size.element_handle())
    control(again, "show").get_by_label("The luckiest of them").check()
    again.get_by_text("The luckiest simulated trial, number").wait_for()
    size.fill("80")
    again.page.wait_for_function(
        "(list) => list.value === 'own'",
        arg=control(again, "preset").locator("select").element_handle(),
    )


def test_designs_that_cannot_be_are_refused_at_their_control(again):
    unfold(again)
    control(again, "look").locator("input[type=number]").fill("100")
    control(again, "look").get_by_text("Nearest: 90.").wait_for()
    control(again, "look").locator("input[type=number]").fill("0")
    control(again, "look").get_by_text("Nearest: 90.").wait_for(state="hidden")
    control(again, "with_local").locator("input[type=number]").fill("1")
    control(again, "with_local").get_by_text("Nearest: 2.").wait_for()
    control(again, "truth").locator("input[type=number]").fill("0")
    control(again, "truth").get_by_text("Nearest: 0.3.").wait_for()
    assert axe_violations(again.page, '[data-explorer="again"]') == []


def test_the_first_repeats_are_on_the_screen_at_once(again):
    unfold(again)
    control(again, "repeats").get_by_label("100,000").check()
    wait_run(again, "running")
    times = [
        again.page.evaluate(TIME_FRAME, [again.element_handle(), value, name])
        for value, name in [*NAMES.items()] * 3
    ]
    print("first picture after", sorted(round(time) for time in times), "ms")
    assert sorted(times)[len(times) // 2] < 1000  # the goal, 150 ms, is for a machine at rest
