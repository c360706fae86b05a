"""The lesson on sites: controls that move each other, and a figure that opens at its question."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.driving import TIMEOUT, reveal_all, wait_frame

pytestmark = pytest.mark.browser

NOTEBOOK = "06_sites.ipynb"


@pytest.fixture
def page(open_lesson):
    page = open_lesson(NOTEBOOK)
    reveal_all(page)
    return page


def shown(page, key):
    """Return an explorer with its first picture."""
    explorer = page.locator(f'[data-explorer="{key}"]')
    wait_frame(explorer)
    return explorer


def choice(explorer, name):
    return explorer.locator(f'[data-control="{name}"] select')


def number(explorer, name):
    return explorer.locator(f'[data-control="{name}"] input[type=number]')


def test_organ_and_site_move_each_other_and_the_figure_opens_at_its_question(page):
    limits = shown(page, "limits")
    limits.get_by_text("keeps AAPM TG-101 and NCCN table and breaks UK 2018").first.wait_for()
    expect(choice(limits, "organ")).to_have_value("heart", timeout=TIMEOUT)
    choice(limits, "site").select_option("brain")
    limits.get_by_text("Brain, 5 fractions").first.wait_for()
    expect(choice(limits, "organ")).to_have_value("all", timeout=TIMEOUT)
    choice(limits, "organ").select_option("thecal-sac")
    limits.get_by_text("breaks HyTEC cord").first.wait_for()
    expect(choice(limits, "site")).to_have_value("bone", timeout=TIMEOUT)
    number(limits, "fractions").fill("6")
    limits.get_by_text("No limit for 6 fractions").first.wait_for()
    assert page.errors == []


def test_a_site_brings_a_schedule_and_no_control_where_its_model_ends(page):
    lab = shown(page, "regimens")
    choice(lab, "site").select_option("lung-central")
    lab.get_by_text("8 × 7.5 Gy").first.wait_for()
    expect(number(lab, "fractions")).to_have_value("8", timeout=TIMEOUT)
    expect(number(lab, "dose")).to_have_value("7.5", timeout=TIMEOUT)
    lab.get_by_text("outside the model of control").first.wait_for()
    number(lab, "dose").fill("8")
    lab.get_by_text("model: control").first.wait_for()
    assert page.errors == []


# The prose below each question, as far as it is on the screen when the question is.
BESIDE_A_QUESTION = """() => [...document.querySelectorAll(".kit-explorer > .kit-prediction")]
  .flatMap((question) => {
    question.scrollIntoView();
    return [...document.querySelectorAll("main .ot-prose p")].filter((p) =>
      question.compareDocumentPosition(p) & Node.DOCUMENT_POSITION_FOLLOWING &&
      p.checkVisibility() && p.getBoundingClientRect().top < innerHeight)
      .map((p) => p.textContent.slice(0, 60));
  })"""


def test_before_an_audience_what_follows_a_question_is_not_on_its_screen(open_lesson):
    page = open_lesson(NOTEBOOK, query="?present=1", width=1280, height=720)
    assert page.locator(".kit-reveal:visible").count() > 2
    page.locator(".kit-prose-chip").first.wait_for()  # what a mark opens is in the prose, unseen
    assert page.evaluate(BESIDE_A_QUESTION) == []
