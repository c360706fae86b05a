"""What browser tests do again and again, always waiting for a condition and never for a time."""

from __future__ import annotations

import nbformat
from axe_playwright_python.sync_playwright import Axe

from benchmarks.serving import reveal_all as reveal_all
from oligoteach.evidence import notebooks_path

LESSONS = sorted(path.name for path in notebooks_path().glob("[0-9][0-9]_*.ipynb"))
SIZES = [320, 375, 768, 1920]
TIMEOUT = 60_000

# Elements that reach beyond the right edge of the page, without a box of their own that scrolls.
REFLOW = """() => {
  const limit = document.documentElement.clientWidth + 1;
  const scrolls = (e) => e && e !== document.body && (["auto", "scroll"].includes(
    getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() &&
    !e.closest(".kit-hidden") && e.getBoundingClientRect().right > limit &&
    !scrolls(e.parentElement));
  const out = wide.map((e) => `${e.tagName}.${e.className}`);
  if (document.documentElement.scrollWidth > limit) out.push("the page itself scrolls sideways");
  return out;
}"""


def explorers(page):
    """Return the explorers of a page."""
    return page.locator("[data-explorer]").all()


def frame_of(explorer):
    """Return the address of the picture that an explorer shows."""
    return explorer.locator(".kit-image").get_attribute("src")


def wait_frame(explorer):
    """Wait until an explorer shows a picture from the kernel."""
    explorer.scroll_into_view_if_needed()
    explorer.page.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 100",
        arg=explorer.locator(".kit-image").element_handle(),
        timeout=TIMEOUT,
    )


def settle(explorer):
    """Wait until no run is under way: its instalments would pass for the answer to a control."""
    explorer.page.wait_for_function(
        "(element) => !element.querySelector('.kit-run[data-run=\"running\"]')",
        arg=explorer.element_handle(),
        timeout=TIMEOUT,
    )


def move(page, control):
    """Change a control by keyboard, whatever its kind."""
    field = control.locator("input, select").first
    kind = field.get_attribute("type")
    if kind == "range":
        field.focus()
        at_end = field.evaluate("(e) => e.valueAsNumber >= Number(e.max)")
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    elif kind == "radio":
        control.locator("input:checked").focus()
        page.keyboard.press("ArrowDown")
    elif kind == "checkbox":
        field.focus()
        page.keyboard.press("Space")
    elif kind == "search":
        field.fill("trial")
    else:
        last = field.evaluate("(e) => e.selectedIndex === e.options.length - 1")
        field.focus()
        page.keyboard.press("ArrowUp" if last else "ArrowDown")


def move_and_see(page, explorer):
    """Change an explorer's first control, and wait until the kernel has sent another picture."""
    before = frame_of(explorer)
    move(page, explorer.locator("[data-control]").first)
    page.wait_for_function(
        "([image, before]) => image.src !== before",
        arg=[explorer.locator(".kit-image").element_handle(), before],
    )


def axe_violations(page, within=None):
    """Return what axe-core finds against WCAG 2.2 A and AA, on the page or within a selector."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    options = {"runOnly": {"type": "tag", "values": tags}}
    found = Axe().run(page, context=within, options=options).response["violations"]
    return [f"{v['id']}: {v['help']} – {node['html'][:160]}" for v in found for node in v["nodes"]]


def code_cells(notebook):
    """Return the sources of a lesson's code cells."""
    book = nbformat.read(notebooks_path() / notebook, as_version=4)
    return [cell.source for cell in book.cells if cell.cell_type == "code"]
