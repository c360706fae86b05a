"""Downloads: a file is written when it is asked for, and not before."""

import pytest

from oligoteach.widgets import Download
from oligoteach.widgets._base import PARTS, STATIC
from oligoteach.widgets.download import File


@pytest.fixture
def made():
    return []


@pytest.fixture
def offer(made):
    def write():
        made.append("once")
        return "@misc{key}\n"

    def fail():
        raise ValueError("The shelf is empty.")

    return Download(
        "Take it along",
        [
            File("refs", "References", "refs.bib", write, comment="% "),
            File("broken", "Broken", "broken.csv", fail, media_type="text/csv"),
        ],
    )


def say(widget, monkeypatch, **content):
    sent = []
    monkeypatch.setattr(widget, "send", lambda message, buffers=(): sent.append(message))
    widget._receive(widget, content, [])
    return sent


def test_nothing_is_written_or_sent_before_a_click(offer, made):
    assert made == []
    assert "@misc" not in str(offer.config)
    assert [file["name"] for file in offer.config["files"]] == ["refs.bib", "broken.csv"]


def test_a_click_fetches_the_file_as_it_then_is(offer, made, monkeypatch):
    assert say(offer, monkeypatch, type="fetch", key="refs") == [
        {"type": "file", "key": "refs", "text": "@misc{key}\n"}
    ]
    say(offer, monkeypatch, type="fetch", key="refs")
    assert made == ["once", "once"]


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("broken", "The shelf is empty."),
        ("../secrets", "There is no file '../secrets' here; there are refs, broken."),
        (None, "There is no file None here; there are refs, broken."),
    ],
)
def test_what_goes_wrong_reaches_the_page_as_a_sentence(offer, monkeypatch, key, sentence):
    assert say(offer, monkeypatch, type="fetch", key=key) == [{"type": "failed", "text": sentence}]


def test_the_summary_names_every_file(offer):
    assert offer.summary().splitlines() == [
        "Take it along",
        "   – References: refs.bib",
        "   – Broken: broken.csv",
    ]


def test_the_page_has_the_view_and_puts_the_education_line_first():
    assert PARTS.index("download.js") < PARTS.index("page.js")
    assert "download: renderDownload" in (STATIC / "index.js").read_text("utf-8")
    script = (STATIC / "download.js").read_text("utf-8")
    assert "`${file.comment}${EDUCATION}\\n${message.text}`" in script
