"""The page's own manners: links, memory, hostile input, presenting, progress, a dead kernel."""

from __future__ import annotations

import base64
import io
import json
from urllib.parse import quote

import numpy as np
import progress_files
import pytest
from kit_examples import SINGLE
from PIL import Image

from browser.driving import TIMEOUT, axe_violations, explorers, frame_of, reveal_all, wait_frame

pytestmark = pytest.mark.browser

KIT = "kit.ipynb"


def decay(page):
    return page.locator('[data-explorer="decay"]')


def gated(page):
    return page.locator('[data-explorer="gated"]')


def rate(page):
    return decay(page).locator('[data-control="rate"] input[type=number]')


def kept(page):
    return json.loads(page.evaluate("localStorage.getItem('oligoteach:v1')") or "{}")


def wait_kept(page, expression):
    kept = "JSON.parse(localStorage.getItem('oligoteach:v1'))"
    page.wait_for_function(f"() => {{ const kept = {kept}; return {expression} }}")


def test_a_prediction_gates_the_figure_until_it_is_committed(open_kit):
    page = open_kit()
    explorer = gated(page)
    explorer.locator(".kit-gate").wait_for()
    assert "At 1 month" not in explorer.inner_html()
    explorer.get_by_role("button", name="Commit").click()
    explorer.locator(".kit-prediction .kit-refusal").wait_for()
    assert "Choose one of the options." in explorer.inner_text()
    explorer.get_by_label("Nothing").check()
    explorer.get_by_role("button", name="Commit").click()
    explorer.get_by_text("Say how sure you are").wait_for()
    explorer.get_by_label("certain").check()
    explorer.get_by_role("button", name="Commit").click()
    wait_frame(explorer)
    text = explorer.inner_text()
    assert "✗ Not quite" in text
    assert "remembered best" in text
    assert "That takes for ever." in text
    assert "A usual misconception: " in text
    assert "Right: Half" in text
    assert explorer.get_by_role("button", name="Commit").is_hidden()


def test_what_was_done_is_there_again_after_a_reload(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    rate(page).fill("0.3")
    wait_kept(page, "kept?.lessons?.try?.params?.decay?.rate === 0.3")
    explorer = gated(page)
    explorer.get_by_label("Half").check()
    explorer.get_by_label("fairly sure").check()
    explorer.get_by_role("button", name="Commit").click()
    wait_frame(explorer)
    question = page.locator('[data-question="even"]')
    question.get_by_label("2", exact=True).check()
    question.get_by_role("button", name="Check").click()
    question.locator(".kit-verdict").wait_for()
    page.reload()
    page.wait_for_function(
        "(e) => e.value === '0.3'", arg=rate(page).element_handle(timeout=TIMEOUT)
    )
    decay(page).get_by_text("At 1 month 0.741 is left.").wait_for()
    gated(page).get_by_text("✓ Right. Fairly sure, and right.").wait_for()
    wait_frame(gated(page))
    page.locator('[data-question="even"] .kit-verdict').wait_for()
    assert page.locator('[data-question="even"]').get_by_label("2", exact=True).is_checked()
    assert kept(page)["lessons"]["try"]["answers"]["even"]["tries"] == 1


def test_a_link_opens_the_page_as_it_was_copied(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    rate(page).fill("0.5")
    decay(page).get_by_label("Moving").check()
    decay(page).get_by_text("At 1 month 0.607 is left.").wait_for()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "decay.rate=0.5" in link
    assert "decay.axes=moving" in link
    fresh = open_kit(query="?" + link.partition("?")[2])
    fresh.wait_for_function("(e) => e.value === '0.5'", arg=rate(fresh).element_handle())
    decay(fresh).get_by_text("At 1 month 0.607 is left.").wait_for()


HOSTILE = [
    ("decay.rate=99", "outside 0.1 to 2 per month"),
    ("decay.rate=1e400", "not a number"),
    ("decay.speed=1", "which is not here"),
    ("nothing.rate=1", "which is not here"),
    ("decay.axes=" + quote("<img src=x onerror=window.hacked=1>"), "not one of fixed, moving"),
    (quote("<script>window.hacked=1</script>") + "=1", "which is not here"),
    ("decay.find=" + "x" * 3000, "at most 80"),
    ("x=" + "y" * 6000, "longer than 4000"),
    ("%ff%fe=%00", "which is not here"),
    ("decay.rate=0.5&decay.rate=oops", "not a number"),
]


@pytest.mark.parametrize(("query", "why"), HOSTILE)
def test_a_hostile_link_is_ignored_with_a_visible_note(open_kit, query, why):
    page = open_kit(query="?" + query)
    page.locator(".kit-notes .kit-refusal").first.wait_for()
    assert why in page.locator(".kit-notes").inner_text()
    wait_frame(decay(page))
    assert page.evaluate("window.hacked") is None
    assert page.errors == []


def test_presenting_folds_the_rest_and_steps_by_arrow_keys(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    page.get_by_role("button", name="Present").click()
    assert page.locator("html").get_attribute("data-present") == "1"
    assert page.locator('[data-quiz="check"]').get_attribute("open") is None
    assert page.get_by_role("button", name="Reveal").is_visible()
    assert page.get_by_role("button", name="Just show me").count() == 0
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        seen.append(page.evaluate("document.activeElement.textContent.slice(0, 40)"))
    assert len(set(seen)) == 3
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent.slice(0, 40)") == seen[1]
    page.keyboard.press("Escape")
    assert page.locator("html").get_attribute("data-present") is None
    assert page.locator('[data-quiz="check"]').get_attribute("open") is not None


def test_presenting_goes_on_from_page_to_page_until_it_is_ended(open_kit):
    page = open_kit(query="?present=1", width=1366, height=768)
    presents = page.locator('html[data-present="1"]')
    page.get_by_role("link", name="All lessons").click()
    title = page.get_by_role("heading", level=1, name="The oligometastatic state in lung cancer")
    title.wait_for()
    assert presents.count() == 1
    lines = title.evaluate("(e) => e.clientHeight / parseFloat(getComputedStyle(e).lineHeight)")
    assert lines < 3
    card = page.locator(".ot-card-link").first
    assert abs(page.locator(".ot-banner").bounding_box()["x"] - title.bounding_box()["x"]) < 2
    card.click()
    page.locator(".kit-page").wait_for()
    assert presents.count() == 1
    page.go_back()
    card.wait_for()
    page.keyboard.press("Escape")
    presents.wait_for(state="detached")
    card.click()
    page.locator(".kit-page").wait_for()
    assert presents.count() == 0


def test_what_is_longer_than_the_screen_is_paged_through_before_the_next_station(open_kit):
    page = open_kit(query="?present=1", width=1366, height=768)
    page.evaluate(
        """() => document.querySelector("main h2").insertAdjacentHTML("afterend",
          Array.from({ length: 30 }, (_, i) => `<p class="line">Line ${i}</p>`).join(""))"""
    )
    place = page.locator(".kit-step-place")
    lines = page.locator("p.line")
    heading = page.locator("main h2").first
    for _ in range(20):
        if heading.evaluate("(e) => document.activeElement === e"):
            break
        page.keyboard.press("ArrowRight")
    station, seen = place.inner_text(), set()
    in_sight = """(lines) => lines.map((e) => e.getBoundingClientRect())
      .flatMap((box, i) => (box.top >= 0 && box.bottom <= innerHeight ? [i] : []))"""
    while place.inner_text() == station:
        seen.update(lines.evaluate_all(in_sight))
        page.keyboard.press("ArrowRight")
    assert seen == set(range(30))
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(text) => document.querySelector('.kit-step-place').textContent === text", arg=station
    )
    assert abs(heading.bounding_box()["y"]) < 60


def test_arrow_keys_inside_a_control_move_the_control_when_presenting(open_kit):
    page = open_kit(query="?present=1")
    wait_frame(decay(page))
    slider = decay(page).locator("input[type=range]")
    before = slider.input_value()
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) > float(before)


def test_the_figure_is_drawn_larger_when_presenting(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    page.set_viewport_size({"width": 1920, "height": 1080})
    before = frame_of(decay(page))
    page.get_by_role("button", name="Present").click()
    page.wait_for_function(
        "([image, before]) => image.src !== before && image.naturalWidth >= image.clientWidth - 2",
        arg=[decay(page).locator(".kit-image").element_handle(), before],
    )


def test_a_mark_stands_close_to_its_word_and_to_the_full_stop_behind_it(open_kit):
    page = open_kit()
    mark = page.locator(".kit-prose-chip")
    mark.wait_for()
    sentence = page.locator(".ot-prose p").first
    shown = sentence.evaluate(
        "(p) => [...p.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data)"
    )
    assert "".join(shown) == "It is so"
    source = page.locator(".kit-prose-source").first  # a line never begins with the full stop
    assert source.evaluate("(e) => [e.lastChild.data, getComputedStyle(e).whiteSpace]") == [
        ".",
        "nowrap",
    ]
    assert mark.inner_text() == "✗ review: wrong"
    mark.click()
    panel = page.locator(".kit-popover:popover-open")
    assert "What is judged is this statement" in panel.inner_text()
    legend = page.locator(".kit-legend").inner_text()
    assert legend == "Marks judge the review: ✓ agreed ✗ wrong ? open"


# What must be on the screen together, and by how much the figure's letters are magnified.
STAGE = """(body) => {
  const inside = (e) => { const r = e.getBoundingClientRect();
    const room = [r.top, r.left, innerHeight - r.bottom, innerWidth - r.right, r.width - 1];
    return Math.min(...room) >= 0; };
  const parts = [".kit-image", ".kit-stage-title", ".kit-controls", ".kit-words", ".kit-kind"];
  const form = body.querySelector(".kit-controls");
  return { outside: parts.filter((part) => !inside(body.querySelector(part))),
    hidden: form.scrollHeight - form.clientHeight,
    scale: body.querySelector(".kit-image").clientWidth / 624 };
}"""


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 720, 1.5), (1920, 1080, 2.0)])
def test_figure_title_result_and_controls_share_a_screen(open_kit, width, height, scale):
    page = open_kit(query="?present=1", width=width, height=height)
    wait_frame(decay(page))
    body = decay(page).locator(".kit-body")
    body.evaluate("(body) => body.scrollIntoView()")
    page.wait_for_function(
        "(image) => image.naturalHeight >= image.clientHeight - 2 && image.clientWidth > 900",
        arg=decay(page).locator(".kit-image").element_handle(),
    )
    seen = body.evaluate(STAGE)
    assert seen["outside"] == []
    assert seen["hidden"] <= 1
    assert seen["scale"] >= scale


def test_a_group_of_radios_gives_way_to_a_list_where_the_screen_is_low(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    group = decay(page).locator('[data-control="axes"]')
    assert group.locator("select").is_hidden()
    decay(page).locator(".kit-stage-title").evaluate("(e) => (e.textContent = 'Long '.repeat(30))")
    page.set_viewport_size({"width": 1280, "height": 470})
    group.locator("select").wait_for()
    group.locator("select").select_option(label="Moving")
    page.wait_for_function(
        "(group) => group.querySelector('input:checked').value === 'moving'",
        arg=group.element_handle(),
    )
    page.set_viewport_size({"width": 1280, "height": 1000})
    group.locator("select").wait_for(state="hidden")


def test_the_count_of_steps_stays_when_an_answer_is_revealed(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    place = page.locator(".kit-step-place")
    page.keyboard.press("ArrowRight")
    total = place.inner_text().partition(" / ")[2]
    seen = []
    while page.locator(".kit-prediction:focus").count() == 0:
        page.keyboard.press("ArrowRight")
        seen.append(place.inner_text())
    assert len(set(seen)) == len(seen)
    gated(page).get_by_role("button", name="Reveal").click()
    gated(page).locator(".kit-body:focus").wait_for()
    revealed = place.inner_text().partition(",")[0]
    assert revealed == f"{int(seen[-1].partition(' / ')[0]) + 1} / {total}"
    for _ in range(3):  # two views of the figure lie between
        page.keyboard.press("ArrowRight")
    assert page.locator(".kit-feedback:focus").count() == 1


def to_prediction(page):
    """Step to the gated figure's prediction by the arrow key."""
    while page.locator(".kit-prediction:focus").count() == 0:
        page.keyboard.press("ArrowRight")


def test_the_arrow_key_reveals_at_its_second_press_and_then_steps_through_the_views(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    place = page.locator(".kit-step-place")
    to_prediction(page)
    page.keyboard.press("PageDown")  # as a clicker sends it
    assert place.inner_text().endswith(": → reveals")
    assert gated(page).locator(".kit-gate").count() == 1
    assert "At 1 month" not in gated(page).inner_html()
    page.keyboard.press("PageUp")
    assert gated(page).locator('.kit-prediction[data-armed="1"]').count() == 0
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    gated(page).locator(".kit-body:focus").wait_for()
    assert place.inner_text().endswith(", then 2 views")
    station = place.inner_text().partition(",")[0]
    page.keyboard.press("ArrowRight")
    gated(page).get_by_text("At 1 month 0.135 is left.").wait_for()
    assert gated(page).locator(".kit-say").inner_text() == "Twice as fast."
    assert place.inner_text() == f"{station}, view 1 of 2"
    page.keyboard.press("ArrowRight")
    gated(page).get_by_text("At 1 month 0.905 is left.").wait_for()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    gated(page).get_by_text("At 1 month 0.368 is left.").wait_for()
    assert gated(page).locator(".kit-say").inner_text() == ""
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator(".kit-feedback:focus").count() == 1
    assert page.errors == []


def test_before_an_audience_the_words_change_with_the_figure(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    reveal_all(page)
    wait_frame(gated(page))
    gated(page).get_by_text("At 1 month 0.368 is left.").wait_for()
    gated(page).evaluate(
        """(explorer) => {
        const image = explorer.querySelector(".kit-image");
        image.addEventListener("ot:frame", () => setTimeout(() => {
          window.told = explorer.querySelector(".kit-words").textContent;
        }));
        }"""
    )
    gated(page).locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.told && !window.told.includes('0.368')")


def test_a_figure_that_comes_late_does_not_call_the_lecturer_back(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    page.evaluate(LATE)
    gated(page).get_by_role("button", name="Reveal").click()
    gated(page).locator(".kit-body:focus").wait_for()
    page.keyboard.press("ArrowLeft")
    assert decay(page).locator(".kit-body:focus").count() == 1
    gated(page).locator(".kit-body:not([aria-busy])").wait_for()
    assert decay(page).locator(".kit-body:focus").count() == 1


def test_arrows_step_on_before_the_figure_has_come(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    page.evaluate(LATE)
    gated(page).get_by_role("button", name="Reveal").click()
    gated(page).locator(".kit-body:focus").wait_for()
    for _ in range(3):  # two views of the figure lie between
        page.keyboard.press("ArrowRight")
    assert gated(page).locator('.kit-body[aria-busy="true"]').count() == 1
    assert page.locator(".kit-feedback:focus").count() == 1


def test_a_lecture_begins_at_the_top_whatever_was_answered_before(open_kit):
    page = open_kit()
    gated(page).get_by_label("Half").check()
    gated(page).get_by_label("fairly sure").check()
    gated(page).get_by_role("button", name="Commit").click()
    wait_frame(gated(page))
    page.goto(f"{page.url}?present=1")
    gated(page).locator(".kit-body:not([aria-busy])").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert page.evaluate("scrollY") == 0


def test_what_is_to_be_revealed_is_nowhere_on_the_page_before(open_kit, context):
    received = bytearray()  # all that the kernel has told the page, widget states among it

    def listen(line):
        line.on("framereceived", lambda data: received.extend(_bytes(data)))

    context.on("page", lambda page: page.on("websocket", listen))
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    to_prediction(page)
    page.keyboard.press("ArrowRight")
    page.get_by_text("→ reveals").wait_for()
    told = gated(page).evaluate(
        "(e) => e.outerHTML + [...e.querySelectorAll('img')].map((i) => i.alt + i.src)"
    )
    for secret in ("At 1 month", "It is so.", "image/png"):
        assert secret not in told
    assert b'"gated"' in received
    question = [SINGLE.explanation, SINGLE.options[1].feedback]
    for secret in ("Twice as fast.", "That it takes for ever.", *question):
        assert secret not in page.content()
        assert json.dumps(secret)[1:-1].encode() not in received
        assert secret.encode() not in received
    gated(page).get_by_role("button", name="Reveal").click()
    gated(page).get_by_text("That it takes for ever.").wait_for(state="attached")
    assert b"That it takes for ever." in received


def _bytes(data):
    return data.encode() if isinstance(data, str) else data


def test_the_screen_goes_black_and_comes_back(open_kit):
    page = open_kit(query="?present=1")
    wait_frame(decay(page))
    for key in ("b", "."):
        page.keyboard.press(key)
        curtain = page.locator(".kit-curtain")
        assert curtain.bounding_box()["height"] == page.viewport_size["height"]
        page.keyboard.press("ArrowRight")
        assert curtain.is_hidden()
        assert page.evaluate("document.activeElement === document.body")  # no step was made
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    assert page.locator(".kit-curtain").is_hidden()


def test_the_timer_runs_and_the_keys_are_told(open_kit):
    page = open_kit(query="?present=1")
    wait_frame(decay(page))
    page.keyboard.press("t")
    timer = page.get_by_role("timer")
    page.wait_for_function(
        "(timer) => timer.textContent === '0:01'", arg=timer.element_handle(), polling=100
    )
    page.keyboard.press("t")
    assert timer.is_hidden()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys before an audience")
    assert "black screen" in keys.inner_text()
    assert axe_violations(page, ".kit-keys") == []
    page.keyboard.press("Escape")
    assert keys.count() == 0
    assert page.locator("html").get_attribute("data-present") == "1"


def test_the_next_class_begins_at_the_top_with_nothing_revealed(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    to_prediction(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    gated(page).locator(".kit-body").get_by_text("At 1 month").wait_for()
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Shift+R")
    gated(page).locator(".kit-body").wait_for(state="hidden")
    page.wait_for_function("scrollY === 0")
    assert "At 1 month" not in gated(page).inner_html()
    assert "Twice as fast" not in gated(page).inner_html()


def test_what_was_revealed_leaves_the_page_with_a_reset(open_kit):
    page = open_kit()
    reveal_all(page)
    wait_frame(gated(page))
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset").click()
    gated(page).locator(".kit-gate").wait_for()
    assert "At 1 month" not in gated(page).inner_html()
    assert frame_of(gated(page)).startswith("data:image/gif")


def test_the_first_words_of_a_figure_are_said_once(open_kit):
    page = open_kit()
    gated(page).evaluate(
        """(explorer) => {
        window.said = [];
        const words = explorer.querySelector(".kit-words");
        new MutationObserver(() => words.textContent && window.said.push(words.textContent))
          .observe(words, { childList: true });
        }"""
    )
    gated(page).get_by_role("button", name="Just show me").click()
    gated(page).get_by_text("At 1 month 0.368 is left.").wait_for()
    page.wait_for_timeout(1500)  # words are read out when they have stood for a while
    assert len(page.evaluate("window.said")) == 1


def test_the_theme_reaches_the_figures(open_kit):
    page = open_kit(query="?theme=light")
    wait_frame(decay(page))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(
        """(image) => { const c = document.createElement("canvas"); c.width = c.height = 1;
        const pen = c.getContext("2d"); pen.drawImage(image, 0, 0);
        return pen.getImageData(0, 0, 1, 1).data[0] < 80; }""",
        arg=decay(page).locator(".kit-image").element_handle(),
    )


def test_a_number_out_of_range_is_refused_at_the_control_and_kept_in_the_field(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    rate(page).fill("77")
    decay(page).get_by_text("Allowed: 0.1 to 2 per month.").wait_for()
    assert rate(page).input_value() == "77"
    rate(page).fill("1.5")
    decay(page).get_by_text("Allowed:").wait_for(state="hidden")
    decay(page).get_by_text("At 1 month 0.223 is left.").wait_for()


def test_a_refused_number_stays_when_a_frame_arrives_and_goes_with_the_defaults(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    rate(page).fill("77")
    before = frame_of(decay(page))
    page.set_viewport_size({"width": 900, "height": 900})
    page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[decay(page).locator(".kit-image").element_handle(), before],
    )
    assert decay(page).get_by_text("Allowed: 0.1 to 2 per month.").is_visible()
    assert rate(page).input_value() == "77"
    decay(page).get_by_role("button", name="Restore defaults").click()
    decay(page).get_by_text("Allowed:").wait_for(state="hidden")
    page.wait_for_function("(field) => field.value === '1'", arg=rate(page).element_handle())


def test_an_error_in_an_explorer_reaches_the_page_in_words_and_can_be_left(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    decay(page).locator(".kit-controls details > summary").click()
    decay(page).get_by_label("Find").fill("break")
    decay(page).get_by_text("could not be computed").wait_for()
    decay(page).get_by_role("button", name="Restore defaults").click()
    decay(page).get_by_text("could not be computed").wait_for(state="detached")


def test_values_that_come_faster_than_frames_collapse_into_the_newest(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    page.evaluate(
        """() => { window.frames_seen = 0;
        document.addEventListener("ot:frame", () => window.frames_seen++);
        const slider = document.querySelector('[data-explorer="decay"] input[type=range]');
        for (let i = 0; i < 200; i++) {
          slider.value = 0.1 + (i % 19) / 10;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }
        slider.value = 2; slider.dispatchEvent(new Event("input", { bubbles: true })); }"""
    )
    decay(page).get_by_text("At 1 month 0.135 is left.").wait_for()
    assert page.evaluate("window.frames_seen") <= 5


def test_between_two_pictures_the_screen_is_never_empty(open_kit):
    page = open_kit()
    explorer = decay(page)
    wait_frame(explorer)
    slider = explorer.locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    box = explorer.locator(".kit-image").bounding_box()
    screens = []
    cast = page.context.new_cdp_session(page)

    def keep(frame):
        screens.append(base64.b64decode(frame["data"]))
        cast.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    cast.on("Page.screencastFrame", keep)
    cast.send("Page.startScreencast", {"format": "png"})
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)
    cast.send("Page.stopScreencast")
    assert len(screens) > 15
    corner = int(box["x"]), int(box["y"])
    edges = (*corner, corner[0] + int(box["width"]), corner[1] + int(box["height"]))
    for screen in screens:
        seen = np.asarray(Image.open(io.BytesIO(screen)).convert("L").crop(edges))
        assert (seen < 128).sum() > 300, "the curve and its axes are gone"


def test_data_and_picture_can_be_saved_and_say_that_they_are_for_education(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    with page.expect_download() as saved:
        decay(page).get_by_role("button", name="Save data (CSV)").click()
    text = saved.value.path().read_text("utf-8")
    assert "Education only" in text.splitlines()[0]
    assert text.splitlines()[1] == "Month,Share"
    assert "1,0.368" in text.splitlines()
    with page.expect_download() as saved:
        decay(page).get_by_role("button", name="Save picture").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_reset_asks_and_then_forgets(open_kit):
    page = open_kit(query="?decay.rate=0.5")
    page.wait_for_function("(e) => e.value === '0.5'", arg=rate(page).element_handle())
    reveal_all(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("(e) => e.value === '1'", arg=rate(page).element_handle())
    gated(page).locator(".kit-gate").wait_for()


# Pictures that are loaded aside come late.
LATE = """() => {
  const Plain = window.Image;
  const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  window.Image = function () {
    return Object.defineProperty(new Plain(), "src", {
      get() { return source.get.call(this); },
      set(address) { setTimeout(() => source.set.call(this, address), 1500); },
    });
  };
}"""


def test_a_picture_on_its_way_is_not_shown_after_a_reset(open_kit):
    page = open_kit()
    reveal_all(page)
    wait_frame(gated(page))
    page.evaluate(LATE)
    page.on("dialog", lambda dialog: dialog.accept())
    gated(page).locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)  # the kernel has answered, the picture has not come
    page.get_by_role("button", name="Reset").click()
    gated(page).locator(".kit-gate").wait_for()
    gated(page).locator(".kit-body").evaluate(
        """(body) => {
        window.unveiled = 0;
        const seen = new MutationObserver(() => (window.unveiled += 1));
        seen.observe(body, { attributes: true, attributeFilter: ["hidden", "src"], subtree: true });
        }"""
    )
    page.wait_for_timeout(2000)
    assert page.evaluate("window.unveiled") == 0
    assert gated(page).locator(".kit-gate").is_visible()
    assert frame_of(gated(page)).startswith("data:image/gif")


def test_a_browser_that_cannot_write_bytes_as_text_shows_pictures_too(open_kit, context):
    context.add_init_script("delete Uint8Array.prototype.toBase64")
    page = open_kit()
    wait_frame(decay(page))
    before = frame_of(decay(page))
    assert before.startswith("blob:")
    decay(page).locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([image, before]) => image.src !== before && image.naturalWidth > 100",
        arg=[decay(page).locator(".kit-image").element_handle(), before],
    )


def test_a_test_is_judged_at_the_end_and_compared_with_the_first_time(open_kit):
    page = open_kit()
    quiz = page.locator('[data-quiz="entry"]')
    quiz.get_by_role("button", name="Hand in").click()
    quiz.get_by_text("Answer every question before handing in.").wait_for()
    quiz.get_by_label("Nothing").check()
    quiz.get_by_role("button", name="Hand in").click()
    quiz.get_by_text("Not answered yet.").nth(0).wait_for()
    assert quiz.locator(".kit-verdict").count() == 0  # nothing is graded before all is answered
    quiz.locator("input[type=number]").fill("10")
    quiz.get_by_role("button", name="Hand in").click()
    quiz.get_by_text("1 of 2. Come back").wait_for()
    quiz.get_by_label("Half").check()
    quiz.get_by_role("button", name="Hand in").click()
    quiz.get_by_text("2 of 2 this time; 1 of 2 the first time.").wait_for()


# Progress ---------------------------------------------------------------------------------------

GOOD = {"kind": "oligoteach-progress", "version": 1, "lessons": {}, "misses": {}}
LESSON = {"answers": {"even": {"correct": True, "when": "2026-01-01"}}, "predictions": {}}


def answer_one(page):
    question = page.locator('[data-question="even"]')
    question.get_by_label("3", exact=True).check()
    question.get_by_role("button", name="Check").click()
    question.locator(".kit-verdict").wait_for()


def load(page, text):
    page.locator("input[type=file]").set_input_files(
        {"name": "p.json", "mimeType": "application/json", "buffer": text.encode()}
    )


def test_a_bad_progress_file_is_refused_with_the_reason_and_nothing_is_lost(open_kit):
    page = open_kit()
    answer_one(page)
    before = kept(page)
    for text, why in progress_files.BAD:
        load(page, text)
        page.locator(".kit-progress .kit-refusal").get_by_text(why).wait_for()
        assert "Your present progress is unchanged." in page.locator(".kit-progress").inner_text()
        assert kept(page) == before


def test_every_file_that_a_hub_would_keep_is_taken(open_kit):
    page = open_kit()
    for text in progress_files.GOOD:
        load(page, "no progress")
        page.locator(".kit-progress .kit-refusal").wait_for()
        load(page, text)
        lessons = len(json.loads(text)["lessons"])
        words = f"Imported: {lessons} {'lesson' if lessons == 1 else 'lessons'}."
        page.locator(".kit-progress").get_by_text(words).wait_for()


def test_progress_travels_by_file_and_joins_what_is_there(open_kit):
    page = open_kit()
    answer_one(page)
    page.locator(".kit-progress").get_by_text("Which are even?").wait_for()  # the review queue
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a copy").click()
    text = saved.value.path().read_text("utf-8")
    assert "Education only" in text
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear progress").click()
    page.get_by_text("Nothing missed so far.").wait_for()
    load(page, text)
    page.get_by_text("Imported: 1 lesson.").wait_for()
    assert kept(page)["lessons"]["try"]["answers"]["even"]["correct"] is False
    load(page, json.dumps({**GOOD, "lessons": {"other": LESSON}}))
    page.wait_for_function(
        "() => 'other' in JSON.parse(localStorage.getItem('oligoteach:v1')).lessons"
    )
    assert "try" in kept(page)["lessons"]


def test_damaged_storage_does_not_stop_the_page(open_kit):
    page = open_kit(storage='{"version":1,"lessons":{"try":{"params":[1,2],"answers":"x"}}}')
    wait_frame(decay(page))
    assert page.errors == []


def test_damaged_entries_in_storage_do_not_stop_what_reads_them(open_kit):
    kept = {"version": 1, "lessons": {"try": {"tests": {"entry": {}}}}, "misses": {"a": None}}
    page = open_kit(storage=json.dumps(kept))
    page.get_by_text("Nothing missed so far.").wait_for()
    quiz = page.locator('[data-quiz="entry"]')
    quiz.get_by_label("Nothing").check()
    quiz.locator("input[type=number]").fill("10")
    quiz.get_by_role("button", name="Hand in").click()
    quiz.get_by_text("1 of 2. Come back").wait_for()
    assert page.errors == []


def test_progress_of_a_newer_copy_is_left_as_it_is(open_kit):
    newer = {"version": 2, "lessons": {"try": {"answers": []}}}
    page = open_kit(storage=json.dumps(newer))
    page.get_by_text("holds progress of a newer copy of the course").wait_for()
    answer_one(page)
    page.locator(".kit-progress").get_by_text("Which are even?").wait_for()  # the page's own memory
    assert kept(page) == newer


def test_what_was_only_shown_is_no_prediction_made(open_kit):
    page = open_kit()
    gated(page).get_by_role("button", name="Just show me").click()
    wait_frame(gated(page))
    wait_kept(page, "'half' in kept.lessons.try.predictions")
    assert "predictions made 0 of 1" in page.locator(".kit-progress").inner_text()


def test_a_killed_kernel_is_announced_and_a_reload_restores(open_kit, kill_kernels):
    page = open_kit()
    wait_frame(decay(page))
    rate(page).fill("0.3")
    decay(page).get_by_text("At 1 month 0.741 is left.").wait_for()
    wait_kept(page, "kept?.lessons?.try?.params?.decay?.rate === 0.3")
    kill_kernels()
    banner = page.locator('.kit-alert[role="alert"]')
    banner.wait_for(timeout=30_000)
    assert "engine has stopped" in banner.inner_text()
    banner.get_by_role("button", name="Reload").click()
    decay(page).get_by_text("At 1 month 0.741 is left.").wait_for(timeout=TIMEOUT)


def test_a_lesson_can_be_worked_through_by_keyboard_alone(open_kit):
    page = open_kit()
    wait_frame(decay(page))
    page.keyboard.press("Tab")
    assert "Skip" in page.evaluate("document.activeElement.textContent")
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => { const e = document.activeElement;
                const style = getComputedStyle(e);
                const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                const control = e.closest("[data-control]")?.dataset.control ?? "";
                const name = (e.textContent || e.ariaLabel || "").trim().slice(0, 20);
                return [e.tagName, e.type ?? "", control, name, ring].join("|"); }"""
            )
        )
    for wanted in (
        "INPUT|range|rate||true",
        "INPUT|radio|axes||true",
        "INPUT|checkbox|dots||true",
        "BUTTON|button||Commit|true",
        "BUTTON|button||Check|true",
        "BUTTON|button||Present|true",
    ):
        assert wanted in reached, sorted(reached)
    gated(page).get_by_label("Half").focus()
    page.keyboard.press("Space")
    gated(page).get_by_label("a guess").focus()
    page.keyboard.press("Space")
    gated(page).get_by_role("button", name="Commit").focus()
    page.keyboard.press("Enter")
    wait_frame(gated(page))


def test_ten_loads_and_none_stalls(open_kit):
    for _ in range(10):
        page = open_kit()
        wait_frame(decay(page))
        assert len(explorers(page)) == 3
        page.close()


def test_before_an_audience_the_answer_and_the_vote_stand_beside_the_figure(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    gated(page).get_by_label("Nothing").check()
    gated(page).get_by_role("button", name="Reveal").click()
    wait_frame(gated(page))
    answer = gated(page).locator(".kit-answer")
    answer.wait_for()
    assert answer.locator("p").all_inner_texts() == ["Right: Half", "Chosen: Nothing"]
    box = answer.bounding_box()
    image = gated(page).locator(".kit-image").bounding_box()
    assert box["x"] >= image["x"] + image["width"]
    assert box["y"] < 200
    page.keyboard.press("Escape")
    answer.wait_for(state="hidden")


def test_arrow_keys_go_on_from_where_the_page_has_been_scrolled_to(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    page.keyboard.press("ArrowRight")
    page.evaluate("document.querySelector('.kit-prediction').scrollIntoView()")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('[data-explorer]').dataset.explorer") == (
        "decay"
    )
    decay(page).locator(".kit-body").evaluate("(body) => body.scrollIntoView()")
    page.keyboard.press("ArrowRight")
    assert page.locator(".kit-prediction:focus").count() == 1


def test_a_choice_too_long_for_its_list_is_written_in_full(open_lesson):
    page = open_lesson("01_definitions.ipynb", width=320)
    explorer = page.locator('[data-explorer="who-counts"]')
    explorer.get_by_role("button", name="Just show me").click()
    wait_frame(explorer)
    preset = explorer.locator('[data-control="preset"]')
    chosen = preset.locator(".kit-chosen")
    chosen.wait_for()
    assert chosen.inner_text() == "The case: three in the liver, EGFR, untreated"
    page.set_viewport_size({"width": 700, "height": 900})
    chosen.wait_for(state="hidden")


def test_a_choice_too_long_for_its_list_is_written_in_full_before_an_audience(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    decay(page).locator('[data-control="axes"] option').first.evaluate(
        "(option) => (option.text = 'Axes that stand still whatever the curve may do')"
    )
    page.set_viewport_size({"width": 1280, "height": 470})
    decay(page).locator(".kit-stage-title").evaluate("(e) => (e.textContent = 'Long '.repeat(30))")
    group = decay(page).locator('[data-control="axes"]')
    group.locator("select").wait_for()
    rate(page).fill("0.4")
    group.locator(".kit-chosen").wait_for()


def test_controls_that_reach_beyond_the_stage_fade_at_their_end_and_scroll(open_kit):
    page = open_kit(query="?present=1", width=1280, height=720)
    wait_frame(decay(page))
    form = decay(page).locator(".kit-controls")
    assert form.evaluate("(e) => getComputedStyle(e).maskImage") == "none"
    decay(page).locator(".kit-stage-title").evaluate("(e) => (e.textContent = 'Long '.repeat(90))")
    rate(page).fill("0.4")
    decay(page).locator(".kit-controls.kit-over").wait_for()
    assert "gradient" in form.evaluate("(e) => getComputedStyle(e).maskImage")
    last = form.locator(".kit-control:visible").last
    last.scroll_into_view_if_needed()
    form.evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    ends = last.bounding_box()["y"] + last.bounding_box()["height"]
    clear = form.bounding_box()["y"] + form.bounding_box()["height"]
    faded = form.evaluate("(e) => parseFloat(getComputedStyle(e).paddingBottom)")
    assert ends <= clear - faded + 1


def test_on_a_phone_a_tall_figure_stays_in_sight_while_its_control_is_used(open_lesson):
    page = open_lesson("10_horizon.ipynb", width=375, height=812)
    explorer = page.locator('[data-explorer="timeline"]')
    explorer.get_by_role("button", name="Just show me").click()
    wait_frame(explorer)
    slider = explorer.locator("input[type=range]")
    slider.evaluate("(e) => scrollBy(0, e.getBoundingClientRect().top - 200)")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    explorer.locator(".kit-peek").wait_for()
    figure = explorer.locator(".kit-figure-box").bounding_box()
    assert figure["y"] >= -1
    assert figure["y"] + figure["height"] <= slider.bounding_box()["y"]
    page.evaluate("scrollBy(0, -500)")
    explorer.locator(".kit-peek").wait_for(state="detached")
