"""The plan room moved by hand, and files of a learner, whole and broken, in a real browser."""

from __future__ import annotations

import pytest
from dicom_examples import SECRETS, both

from browser.driving import axe_violations, frame_of, reveal_all, wait_frame

pytestmark = pytest.mark.browser

NOTEBOOK = "08_dose_planning.ipynb"


@pytest.fixture
def explorer_of(open_lesson):
    def open_(key, **options):
        page = open_lesson(NOTEBOOK, **options)
        reveal_all(page)
        explorer = page.locator(f'[data-explorer="{key}"]')
        wait_frame(explorer)
        return explorer

    return open_


def files(*contents):
    """Return files as a file dialog hands them over; their names are a patient's."""
    return [
        {"name": f"Mueller_Annegret_{i}.dcm", "mimeType": "application/dicom", "buffer": content}
        for i, content in enumerate(contents)
    ]


def said(explorer):
    return explorer.locator(".kit-upload .kit-status")


def choose(explorer, *contents):
    explorer.locator('.kit-upload input[type="file"]').set_input_files(files(*contents))


def words(explorer):
    return explorer.locator(".kit-words")


def wait_words(explorer, text):
    explorer.page.wait_for_function(
        "([element, text]) => element.textContent.includes(text)",
        arg=[words(explorer).element_handle(), text],
    )


def test_a_beam_is_dropped_and_weighed_by_keyboard(explorer_of):
    room = explorer_of("plan-room")
    before = frame_of(room)
    fifth = room.get_by_label("Weight of each beam; 0 drops it, 5")
    fifth.focus()
    room.page.keyboard.press("Home")
    wait_words(room, "Without beam 5.")
    assert fifth.get_attribute("aria-valuetext") == "0 %"
    assert frame_of(room) != before
    room.page.keyboard.press("ArrowUp")
    room.page.wait_for_function(
        "(element) => !element.textContent.includes('Without beam')",
        arg=words(room).element_handle(),
    )
    assert fifth.input_value() == "10"


def test_another_case_brings_its_dose_and_fractions(explorer_of):
    room = explorer_of("plan-room")
    room.locator('[data-control="case"] select').select_option("adrenal")
    wait_words(room, "Left adrenal, 5 × 8 Gy")
    wait_words(room, "Stomach")
    room.locator(".kit-controls details > summary").click()
    room.page.wait_for_function(
        "(field) => field.value === '40'",
        arg=room.locator('[data-control="dose"] input[type="number"]').element_handle(),
    )


def test_a_link_carries_the_weights(open_lesson):
    page = open_lesson(NOTEBOOK, "?plan-room.weights=100,100,100,0,0,0,100,100,100")
    reveal_all(page)
    room = page.locator('[data-explorer="plan-room"]')
    wait_frame(room)
    wait_words(room, "Without beams 4, 5, 6.")


def test_a_plan_without_beams_is_refused_beside_its_control(explorer_of):
    room = explorer_of("plan-room")
    for slider in room.locator(".kit-several input").all():
        slider.focus()
        room.page.keyboard.press("Home")
    refusal = room.locator('[data-control="weights"] .kit-refusal')
    refusal.filter(has_text="At least one needs a weight").wait_for()


def test_files_are_read_shown_and_forgotten(explorer_of):
    own = explorer_of("own-plan")
    wait_words(own, "The phantom's plan, as an example")
    before = frame_of(own)
    choose(own, *both(names=("PTV", "Heart Mueller", "Cord")))
    said(own).filter(has_text="Read: a dose grid and 3 structures.").wait_for()
    wait_words(own, "Your plan: ")
    assert frame_of(own) != before
    page = own.page.content().lower()
    assert not [secret for secret in SECRETS if secret.lower() in page]
    assert "structure 2" in page
    kept = own.page.evaluate("JSON.stringify(localStorage)").lower()
    assert not [secret for secret in SECRETS if secret.lower() in kept]
    own.get_by_role("button", name="Forget the files").click()
    wait_words(own, "The phantom's plan, as an example")


def test_a_broken_file_is_refused_and_what_was_there_stays(explorer_of):
    own = explorer_of("own-plan")
    good = both()
    choose(own, *good)
    wait_words(own, "Your plan: ")
    for broken, reason in (
        ((good[0], b"not a DICOM file at all"), "A file is not DICOM"),
        ((good[0],), "The RTSTRUCT is missing"),
        ((good[0][: len(good[0]) // 2], good[1]), "damaged or cut off"),
        ((good[0], good[1], good[1]), "3 files were chosen; at most 2 files"),
        ((good[0], b""), "File 2 is empty"),
    ):
        choose(own, *broken)
        said(own).locator(".kit-refusal").filter(has_text=reason).wait_for()
        assert words(own).text_content().startswith("Your plan: ")
    choose(own, *good)
    said(own).filter(has_text="Read: a dose grid").wait_for()


def test_the_chooser_is_named_and_reached_by_keyboard(explorer_of):
    own = explorer_of("own-plan")
    # From here on dialogs are caught; asked for with the key press, that could come too late.
    own.page.on("filechooser", lambda _: None)
    chooser = own.get_by_label("RTDOSE and RTSTRUCT, both at once")
    chooser.focus()
    assert chooser.evaluate("(element) => element === document.activeElement")
    assert chooser.get_attribute("aria-describedby")
    with own.page.expect_file_chooser() as opened:
        own.page.keyboard.press("Enter")
    assert opened.value.is_multiple()


@pytest.mark.parametrize("key", ["plan-room", "own-plan"])
def test_neither_breaks_a_rule_of_accessibility(explorer_of, key):
    explorer = explorer_of(key)
    assert axe_violations(explorer.page, f'[data-explorer="{key}"]') == []
