"""A lecture in real browsers: the wall, the lecturer's poll and the phones."""

from __future__ import annotations

import re

import pytest

from benchmarks.serving import server
from browser.driving import REFLOW, TIMEOUT, axe_violations
from oligoteach.evidence import lesson_text, notebooks_path

pytestmark = pytest.mark.browser

PIN = "135790"
NOTEBOOK = "03_randomised_trials.ipynb"


@pytest.fixture(scope="module")
def lecture(tmp_path_factory):
    """A lecture on the randomised trials: its address and the link's token."""
    polls = f"sqlite:///{tmp_path_factory.mktemp('polls') / 'polls.sqlite'}"
    options = {"lecture": "3", "class_size": 1, "lan": "127.0.0.1", "pin": PIN, "polls": polls}
    with server(notebooks_path(), spare=0, **options) as (_, address, printed):
        token = re.search(r"token=(\S+)", printed[0])[1]
        yield re.match(r"http://[^/]+", address)[0], token


@pytest.fixture
def wall(lecture, opened):
    """The lesson on the wall, and everything that the browser was told of it."""
    base, token = lecture
    query = f"?present=1&theme=light&token={token}"
    page = opened(f"{base}/voila/render/{NOTEBOOK}{query}", width=1920, height=1080)
    page.locator(".ot-poll-invite").wait_for(state="attached")
    return page


@pytest.fixture
def phone(lecture, browser):
    """Return a function that joins a room with a phone."""
    made = []

    def join(code, width=375, **options):
        context = browser.new_context(viewport={"width": width, "height": 700}, **options)
        context.set_default_timeout(TIMEOUT)
        made.append(context)
        page = context.new_page()
        page.foreign = []
        page.on("request", lambda request: page.foreign.append(request.url))
        local = f"{lecture[0]}/"  # every other host is left hanging
        page.route("**/*", lambda r: r.continue_() if r.request.url.startswith(local) else None)
        page.goto(f"{lecture[0]}/poll")
        page.get_by_label("The code on the wall").fill(code.lower())
        page.get_by_role("button", name="Join").click()
        page.get_by_text(f"Room {code}").wait_for()
        page.wait_for_load_state()  # the style sheet comes a moment after the form
        return page

    yield join
    for context in made:
        context.close()


def answer(page, number):
    page.locator(".option").nth(number).click()
    page.get_by_role("button", name=re.compile("my answer")).click()
    page.get_by_text("Counted").wait_for()


def give_pin(wall):
    wall.get_by_label("The lecturer’s PIN").fill(PIN)
    wall.get_by_role("button", name="Open the polls").click()


def test_the_room_votes_discusses_votes_again_and_sees_the_answer(wall, phone, lecture):
    prediction = lesson_text("randomised_trials").predictions[0]
    right = next(i for i, option in enumerate(prediction.options) if option.correct)
    panel = wall.get_by_role("complementary", name="Poll")
    form = wall.locator(f'[data-prediction="{prediction.id}"]')
    form.get_by_role("button", name="Ask the room").click()
    wall.get_by_label("The lecturer’s PIN").fill("000000")
    wall.get_by_role("button", name="Open the polls").click()
    panel.get_by_text("This is not the PIN.").wait_for()
    give_pin(wall)
    panel.get_by_role("button", name="Close voting").wait_for()
    code = panel.locator(".ot-poll-code").first.inner_text()
    assert axe_violations(wall, ".ot-poll") == []

    with_script, without = phone(code, width=320), phone(code, java_script_enabled=False)
    answer(with_script, 0)
    panel.get_by_text("1 answer").wait_for()
    closing = panel.get_by_role("button", name="Close voting")
    at = closing.bounding_box()
    wall.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    wall.mouse.down()  # a vote that comes in now must not take the button away
    answer(without, 0)
    panel.get_by_text("2 answers").wait_for()
    assert prediction.explanation not in wall.content()
    assert axe_violations(with_script) == []
    assert with_script.evaluate(REFLOW) == []

    wall.mouse.up()
    with_script.get_by_text("Voting is closed").wait_for()
    panel.get_by_role("button", name="Reveal").wait_for()
    wall.keyboard.press("Enter")  # once more by mistake: nothing is given away
    assert prediction.explanation not in wall.content()
    panel.get_by_role("button", name="Vote again").click()
    with_script.get_by_text("Round 2").wait_for()
    without.reload()
    answer(with_script, right)
    answer(without, right)
    panel.get_by_text("2 answers, round 2").wait_for()
    assert "before 2 (100%)" in panel.inner_text()
    assert prediction.explanation not in wall.content()

    panel.get_by_role("button", name="Close voting").click()
    panel.get_by_role("button", name="Reveal").click()
    beside = wall.locator(".ot-poll-beside")
    beside.get_by_text("The room (2 → 2):").wait_for()
    shares = beside.locator(".ot-poll-share").all_inner_texts()
    assert [shares[0], shares[right]] == ["100% → 0%", "0% → 100%"]
    assert beside.locator("li[data-right]").count() == 1
    assert panel.is_hidden()
    with_script.get_by_text("Right:").wait_for()
    assert prediction.explanation in with_script.content()
    pages = (wall, with_script, without)
    assert not [u for p in pages for u in p.foreign if not u.startswith((lecture[0], "data:"))]
    assert wall.errors == []


def test_a_number_is_voted_on_and_the_wall_shows_who_was_right_and_the_spread(wall, phone):
    wall.set_viewport_size({"width": 1366, "height": 768})
    number = next(p for p in lesson_text("randomised_trials").predictions if p.kind == "numeric")
    panel = wall.get_by_role("complementary", name="Poll")
    form = wall.locator(f'[data-prediction="{number.id}"]')
    form.get_by_role("button", name="Ask the room").click()
    give_pin(wall)
    close = panel.get_by_role("button", name="Close voting")
    close.wait_for()
    wall.wait_for_function(
        "(button) => button.getBoundingClientRect().bottom <= innerHeight",
        arg=close.element_handle(),
    )
    edges = "[...document.querySelectorAll('main p')].map((e) => e.getBoundingClientRect().right)"
    assert max(wall.evaluate(edges)) <= panel.bounding_box()["x"]
    code = panel.locator(".ot-poll-code").first.inner_text()
    phones = [phone(code, width=320), phone(code)]
    low, high, answer = (float(x) for x in (number.low, number.high, number.answer))
    for page, entry in zip(phones, (answer, low), strict=True):
        field = page.get_by_label(number.prompt)
        field.fill(f"{high + 1:g}")
        page.get_by_role("button", name="Send my answer").click()
        page.get_by_text(f"Enter a number from {low:g} to {high:g}").wait_for()
        assert field.input_value() == f"{high + 1:g}"
        field.fill(f"{entry:g}")
        page.get_by_role("button", name="Send my answer").click()
        page.get_by_text("Counted").wait_for()
        assert page.evaluate(REFLOW) == []
    panel.get_by_text("2 answers").wait_for()
    assert panel.locator("li[data-right]").count() == 0
    close.click()
    panel.get_by_role("button", name="Reveal").click()
    beside = wall.locator(".ot-poll-beside")
    beside.get_by_text("50%").wait_for()
    assert beside.locator("li").count() == 1
    spread = beside.get_by_role("img").get_attribute("aria-label")
    assert spread.count(": 1") == 2
    phones[0].get_by_text("✓ Your answer").wait_for()
    phones[1].get_by_text("Right:").wait_for()
    assert phones[1].get_by_text("✓ Your answer").count() == 0


def test_a_question_keeps_its_place_while_the_panel_opens_and_closes(wall):
    wall.set_viewport_size({"width": 1366, "height": 768})
    wall.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
    question = wall.locator(".kit-quiz .kit-question").nth(3)
    ask, check = (question.get_by_role("button", name=name) for name in ("Ask the room", "Check"))
    question.evaluate("(e) => e.scrollIntoView({ block: 'start' })")
    boxes = ask.bounding_box(), check.bounding_box()
    assert boxes[0]["y"] == pytest.approx(boxes[1]["y"], abs=2)
    assert boxes[0]["x"] > boxes[1]["x"] + boxes[1]["width"] + 4
    ask.click()
    wall.get_by_label("The lecturer’s PIN").wait_for()
    assert abs(question.bounding_box()["y"]) < 60
    wall.get_by_role("button", name="Close the poll’s panel").click()
    assert wall.get_by_role("complementary", name="Poll").is_hidden()
    assert abs(question.bounding_box()["y"]) < 60


def test_links_are_shown_on_request_and_a_new_class_gets_a_new_room(wall, phone):
    wall.keyboard.press("p")
    give_pin(wall)
    panel = wall.get_by_role("complementary", name="Poll")
    for words in ("Vote", "Follow this lesson on your own screen"):
        picture = panel.get_by_role("img", name=f"QR code: {words}")
        picture.wait_for()
        wall.wait_for_function("(image) => image.naturalWidth > 100", arg=picture.element_handle())
    code = panel.locator(".ot-poll-code").first.inner_text()
    waiting = phone(code, color_scheme="dark")
    assert waiting.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 28)"
    assert axe_violations(waiting) == []
    wall.once("dialog", lambda dialog: dialog.accept())
    panel.get_by_role("button", name="New room").click()
    wall.wait_for_function(
        "(old) => document.querySelector('.ot-poll-code').textContent !== old", arg=code
    )
    waiting.get_by_text("it has closed").wait_for()
    wall.keyboard.press("Escape")
    assert panel.is_hidden()
    assert wall.locator("html").get_attribute("data-present") == "1"


def test_the_list_of_keys_names_the_one_that_opens_the_polls(wall):
    wall.keyboard.press("?")
    keys = wall.locator(".kit-keys dl")
    assert (
        dict(
            zip(
                keys.locator("dt").all_inner_texts(),
                keys.locator("dd").all_inner_texts(),
                strict=True,
            )
        )["P"]
        == "Polls and links"
    )
    wall.keyboard.press("Escape")
    wall.keyboard.press("p")
    wall.locator("aside.ot-poll").wait_for()
