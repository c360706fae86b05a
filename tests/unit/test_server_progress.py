"""The file of a learner's progress in a hub: what is let in, and nothing is ever half written."""

from __future__ import annotations

import contextlib
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from progress_files import BAD, GOOD, progress

from oligoteach.server.progress import ProgressError, ProgressFile, check_progress

MINE = progress({"trials": {"answers": {"q": {"correct": True}}}}).encode()


@pytest.fixture
def file(tmp_path):
    return ProgressFile(tmp_path / "oligoteach" / "progress.json")


@pytest.mark.parametrize("text", GOOD)
def test_a_progress_file_is_kept_as_it_is(file, text):
    assert file.read() is None
    written = file.write(text.encode())
    assert file.read() == written
    assert file.path.read_text("utf-8") == text


@pytest.mark.parametrize(("text", "why"), BAD, ids=[why for _, why in BAD])
def test_anything_else_is_refused_with_the_reason_and_changes_nothing(file, text, why):
    file.write(MINE)
    with pytest.raises(ProgressError) as refused:
        file.write(text.encode())
    assert why.lower() in str(refused.value).lower()
    assert file.path.read_bytes() == MINE


@pytest.mark.parametrize("text", [b"\xff\xfe{}", b'{"a":' * 100_000], ids=["not utf-8", "deep"])
def test_what_a_page_cannot_even_send_is_refused_too(text):
    with pytest.raises(ProgressError, match="not complete JSON"):
        check_progress(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.binary() | st.builds(lambda v: progress(lessons=v).encode(), json_values))
def test_whatever_comes_is_kept_whole_or_refused(file, text):
    file.write(MINE)
    with contextlib.suppress(ProgressError):
        assert file.write(text).text == text
        assert file.read().text == text
        return
    assert file.path.read_bytes() == MINE


def test_a_failed_write_leaves_the_old_file_and_no_other(file, monkeypatch):
    file.write(MINE)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.write(progress().encode())
    assert file.path.read_bytes() == MINE
    assert [path.name for path in file.path.parent.iterdir()] == ["progress.json"]


def test_only_the_owner_may_read_it(file):
    file.write(MINE)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


def test_a_damaged_file_is_put_aside_and_named(file):
    file.write(MINE)
    file.path.write_bytes(MINE[:-3])
    with pytest.raises(ProgressError, match=r"not complete JSON.*progress\.damaged\.json"):
        file.read()
    assert file.read() is None
    assert file.path.with_name("progress.damaged.json").read_bytes() == MINE[:-3]


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(file):
    for cut, name in ((3, "damaged"), (5, "damaged-2"), (7, "damaged-3")):
        file.write(MINE)
        file.path.write_bytes(MINE[:-cut])
        with pytest.raises(ProgressError, match=rf"put aside as progress\.{name}\.json"):
            file.read()
    kept = sorted(path.name for path in file.path.parent.iterdir())
    assert kept == [f"progress.{name}.json" for name in ("damaged-2", "damaged-3", "damaged")]
    assert file.path.with_name("progress.damaged.json").read_bytes() == MINE[:-3]


def test_a_tag_names_one_content(file):
    first = file.write(MINE)
    assert file.read().tag == first.tag
    assert file.write(progress().encode()).tag != first.tag
    assert file.write(MINE).tag == first.tag
