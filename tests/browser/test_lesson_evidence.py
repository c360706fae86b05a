"""The evidence lesson in a real browser: files to save, and figures that fill in controls."""

from __future__ import annotations

import csv
import io

import pytest

from browser.driving import reveal_all, wait_frame
from oligoteach.evidence import claims, references

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_lesson):
    page = open_lesson("11_evidence.ipynb")
    page.locator(".kit-download").wait_for()
    return page


def explorer(page, key):
    reveal_all(page)
    found = page.locator(f"[data-explorer={key}]")
    wait_frame(found)
    return found


def saved(page, button):
    """Press a button that saves a file, and return the file's name and text."""
    with page.expect_download() as started:
        button.click()
    file = started.value
    return file.suggested_filename, file.path().read_text("utf-8")


def rows_of(text):
    """Return the rows below the education-only line."""
    head, body = text.split("\n", 1)
    assert "Education only" in head
    return list(csv.DictReader(io.StringIO(body)))


def test_the_references_are_saved_as_bibtex_with_the_education_line(page):
    name, text = saved(page, page.locator("[data-file=bibtex]"))
    assert name == "oligoteach-references.bib"
    assert text.startswith("% Education only")
    assert text.count("\n@") == len(references())
    page.locator(".kit-download .kit-verdict", has_text=name).wait_for()


def test_the_claims_are_saved_with_their_verdicts(page):
    _, text = saved(page, page.locator("[data-file=claims]"))
    rows = rows_of(text)
    assert {row["claim_id"] for row in rows} == set(claims())
    assert all(row["verdict"] for row in rows)


def test_saved_data_are_those_of_the_picture_on_the_screen(page):
    ledger = explorer(page, "ledger")
    button = ledger.get_by_role("button", name="Save data (CSV)")
    assert len(rows_of(saved(page, button)[1])) == len(claims())
    ledger.get_by_role("searchbox").fill("comet hazard")
    ledger.locator(".kit-count", has_text="1 shown").wait_for()
    rows = rows_of(saved(page, button)[1])
    assert [row["Claim"] for row in rows] == ["sabrcomet-os-hr"]


def test_published_figures_fill_in_their_numbers_and_other_numbers_are_ones_own(page):
    check = explorer(page, "interval-check")
    choice = check.locator("select").first
    choice.select_option("peng-os")
    words = check.locator(".kit-words")
    words.filter(has_text="ratio 0.53 (0.30 to 0.95), p = 0.026").wait_for()
    assert check.locator("[data-control=high] input[type=number]").input_value() == "0.95"
    check.locator("[data-control=p] input[type=number]").fill("0.2")
    words.filter(has_text="p = 0.2.").wait_for()
    assert choice.input_value() == "own"


def test_an_impossible_interval_is_refused_in_a_sentence(page):
    check = explorer(page, "interval-check")
    check.locator("[data-control=low] input[type=number]").fill("2")
    check.get_by_text("low must be below high").wait_for()
