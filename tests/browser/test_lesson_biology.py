"""The lesson on biology: a patient by chance in a link, and a figure that opens at its question."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.driving import TIMEOUT, frame_of, reveal_all, wait_frame

pytestmark = pytest.mark.browser

NOTEBOOK = "02_biology.ipynb"


def shown(page, key):
    """Return an explorer with its first picture."""
    explorer = page.locator(f'[data-explorer="{key}"]')
    wait_frame(explorer)
    return explorer


def number(explorer, name):
    return explorer.locator(f'[data-control="{name}"] input[type=number]')


def test_the_figure_opens_at_the_setting_of_its_question(open_lesson):
    page = open_lesson(NOTEBOOK)
    reveal_all(page)
    spectrum = shown(page, "spectrum")
    spectrum.get_by_text("over all patients 56,000 hidden for each visible one").wait_for()
    expect(number(spectrum, "years")).to_have_value("0", timeout=TIMEOUT)
    expect(number(spectrum, "drug")).to_have_value("0", timeout=TIMEOUT)
    spectrum.get_by_role("button", name="Restore defaults").click()
    spectrum.get_by_text("4 years on, ablating all of 1 to 5 visible metastases").wait_for()


def test_a_link_brings_the_same_patient_and_another_number_another(open_lesson):
    page = open_lesson(NOTEBOOK, "?spectrum.seed=7&spectrum.years=4")
    reveal_all(page)
    spectrum = shown(page, "spectrum")
    spectrum.get_by_text("Patient 7 has 4 visible and 2 hidden").wait_for()
    before = frame_of(spectrum)
    number(spectrum, "seed").fill("59")
    number(spectrum, "seed").press("Enter")
    spectrum.get_by_text("Patient 59 has 3 visible and 3 hidden").wait_for()
    page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[spectrum.locator(".kit-image").element_handle(), before],
    )


def test_both_groups_bring_the_share_that_no_count_gives(open_lesson):
    page = open_lesson(NOTEBOOK)
    reveal_all(page)
    failures = shown(page, "failures")
    failures.get_by_label("Both groups").check()
    failures.get_by_text("No whole number of 34 gives 14 %").wait_for()
    failures.get_by_text("Data table").click()
    expect(failures.get_by_text("(does not round to it)")).to_be_visible(timeout=TIMEOUT)
