"""Files in pieces: what is taken, what is refused, and that nothing of it is told elsewhere."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oligoteach.widgets import Upload, UploadExplorer
from oligoteach.widgets.upload import PIECE


class Letters(UploadExplorer):
    """Counts letters; a file that begins with a digit is refused, one with ! breaks the reader."""

    key = "letters"
    title = "Letters"
    upload = Upload("Text files", hint="Words only.", accept=".txt", max_files=2, max_mb=1.5)

    def __init__(self):
        self.count = 0
        super().__init__()
        self.sent = []
        self.send = lambda content, buffers=None: self.sent.append(content)

    def take_files(self, files):
        text = b"".join(files)
        if text[:1].isdigit():
            raise ValueError("A file begins with a digit.")
        if b"!" in text:
            raise KeyError(text)
        self.count = len(text)
        return f"{self.count} letters."

    def drop_files(self):
        self.count = 0

    def compute(self, p):
        return self.count

    def describe(self, result):
        return f"There are {result} letters in it."


def ask(made, content, *buffers):
    made._receive(made, content, list(buffers))
    return made.sent[-1] if made.sent else None


def upload(made, *files, serial=1, piece=PIECE):
    answer = ask(made, {"type": "offer", "serial": serial, "sizes": [len(f) for f in files]})
    for index, file in enumerate(files):
        for start in range(0, len(file), piece):
            if answer["type"] != "go":
                return answer
            part = file[start : start + piece]
            answer = ask(made, {"type": "piece", "serial": serial, "index": index}, part)
    return answer


def test_two_files_in_pieces_come_whole():
    made = Letters()
    assert made.describe(made.result()) == "There are 0 letters in it."
    upload(made, b"a" * 1000, b"b" * 900_000)
    assert made.sent[-2:] == [
        {"type": "taken", "serial": 1, "text": "901000 letters."},
        {"type": "stale"},
    ]
    # The parameters are the same, and yet the result is that of the files.
    assert made.describe(made.result()) == "There are 901000 letters in it."


@settings(max_examples=30)
@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=2), st.integers(1, PIECE))
def test_pieces_of_any_size_come_together(files, piece):
    made = Letters()
    kept = []
    made.take_files = lambda got: kept.extend(got) or "kept"
    assert upload(made, *files, piece=piece) == {"type": "stale"}
    assert kept == files


def test_progress_is_told():
    made = Letters()
    ask(made, {"type": "offer", "serial": 4, "sizes": [5]})
    assert ask(made, {"type": "piece", "serial": 4, "index": 0}, b"abc") == {
        "type": "go",
        "serial": 4,
        "got": 3,
    }


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], "0 files were chosen; at most 2 files"),
        ([1, 1, 1], "3 files were chosen; at most 2 files"),
        ([10, 0], "File 2 is empty."),
        ([2_000_000], "The file has 2 MB; 1.5 MB is the most."),
        ("many", "0 files were chosen"),
        ([1.5], "0 files were chosen"),
        (None, "0 files were chosen"),
    ],
)
def test_what_is_too_many_or_too_large_is_refused_before_it_is_sent(sizes, words):
    made = Letters()
    answer = ask(made, {"type": "offer", "serial": 1, "sizes": sizes})
    assert answer["type"] == "refused"
    assert words in answer["text"]
    ask(made, {"type": "piece", "serial": 1, "index": 0}, b"abc")
    assert made.count == 0


def test_what_the_reader_refuses_is_told_and_the_last_files_stay():
    made = Letters()
    upload(made, b"abc")
    answer = upload(made, b"1 no", serial=2)
    assert answer == {"type": "refused", "serial": 2, "text": "A file begins with a digit."}
    assert made.count == 3


def test_an_error_of_the_reader_tells_nothing_of_the_file(caplog):
    made = Letters()
    with caplog.at_level(logging.DEBUG):
        answer = upload(made, b"secret!")
    assert answer["text"] == "The files could not be read."
    assert "secret" not in caplog.text
    assert "KeyError" in caplog.text


@pytest.mark.parametrize(
    ("index", "piece"), [(1, b"a"), (-1, b"a"), (0, b"abcdef"), (0, b"a" * (PIECE + 1))]
)
def test_pieces_that_were_not_offered_end_it(index, piece):
    made = Letters()
    ask(made, {"type": "offer", "serial": 1, "sizes": [5]})
    answer = ask(made, {"type": "piece", "serial": 1, "index": index}, piece)
    assert answer["type"] == "refused"
    assert "Choose" in answer["text"]


def test_other_files_take_the_place_of_those_on_their_way():
    made = Letters()
    ask(made, {"type": "offer", "serial": 1, "sizes": [5]})
    ask(made, {"type": "offer", "serial": 2, "sizes": [3]})
    before = list(made.sent)
    ask(made, {"type": "piece", "serial": 1, "index": 0}, b"abcde")
    assert made.sent == before
    ask(made, {"type": "piece", "serial": 2, "index": 0}, b"xyz")
    assert made.count == 3


def test_files_are_forgotten_on_request():
    made = Letters()
    upload(made, b"abc")
    ask(made, {"type": "forget"})
    assert [message["type"] for message in made.sent[-2:]] == ["taken", "stale"]
    assert made.describe(made.result()) == "There are 0 letters in it."


def test_files_at_hand_have_the_same_limits():
    made = Letters()
    assert made.bring_files([b"abcd"]) == "4 letters."
    with pytest.raises(ValueError, match=r"1\.5 MB is the most"):
        made.bring_files([b"a" * 1_600_000])
    assert made.count == 4


def test_the_page_is_told_what_may_be_chosen():
    spec = Letters()._config("lesson")["upload"]
    assert spec == {
        "label": "Text files",
        "hint": "Words only.",
        "accept": ".txt",
        "max_files": 2,
        "max_mb": 1.5,
        "piece": PIECE,
    }


def test_nothing_of_a_file_is_in_what_the_page_keeps():
    made = Letters()
    upload(made, b"secretword")
    assert "secretword" not in repr(made.get_state()) + made.summary()
