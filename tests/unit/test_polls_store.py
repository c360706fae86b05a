"""Rooms, polls and votes, in SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import find_postgres
import pytest
import sqlalchemy as sa

from oligoteach.polls.store import CLOSED, LETTERS, OPEN, REVEALED, ClosedError, Store


@pytest.fixture(scope="module")
def postgres_url():
    """A PostgreSQL server of our own, on a socket in a folder of its own."""
    found = find_postgres.find()
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(find_postgres.NONE_FOUND)
    tools = Path(found)
    folder = Path(tempfile.mkdtemp(prefix="otpg", dir="/tmp"))
    folder.chmod(0o777)
    user = server_user()
    data = folder / "data"
    as_user = {"user": user, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    init = [tools / "initdb", "-D", data, "-U", "polls", "--auth=trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(init, check=True, cwd=folder, **as_user)
    options = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", folder]
    server = subprocess.Popen([tools / "postgres", "-D", data, *options], cwd=folder, **as_user)
    try:
        wait_for(folder / ".s.PGSQL.5432")
        yield f"postgresql+psycopg://polls@/postgres?host={folder}"
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def server_user():
    """PostgreSQL does not run as root: then as the user that its package made, or as nobody."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def wait_for(path, limit_s=60):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as asking:
            if asking.connect_ex(str(path)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"no server at {path}")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.time = datetime(2026, 3, 1, 9, tzinfo=UTC)

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'below' / 'polls.sqlite'}"
    url = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url)
    with engine.begin() as link:
        link.execute(sa.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def store(url, clock):
    store = Store(url, clock)
    yield store
    store.close()


def test_a_code_is_easy_to_type_and_finds_its_room(store):
    room = store.new_room("trials")
    assert len(room.code) == 5
    assert set(room.code) <= set(LETTERS)
    assert not set(LETTERS) & set("AEIOUL01")
    assert store.find_room(room.code) == room
    assert store.find_room("XXXXX" if room.code != "XXXXX" else "ZZZZZ") is None


def test_a_vote_counts_once_and_can_be_changed_until_closing(store):
    room = store.new_room("trials")
    poll = store.ask(room, "trials/one")
    store.vote(poll.id, "anna", "a")
    store.vote(poll.id, "ben", "b")
    store.vote(poll.id, "anna", "b")
    (result,) = store.results(room)
    assert result.choices == {"b": 2}
    assert result.voters == 2
    assert store.choice_of(poll.id, "anna") == "b"
    assert store.choice_of(poll.id, "carl") is None
    store.set_state(poll, CLOSED)
    with pytest.raises(ClosedError):
        store.vote(poll.id, "anna", "a")
    with pytest.raises(ClosedError):
        store.vote(poll.id + 1, "anna", "a")
    assert store.results(room)[0].choices == {"b": 2}


def test_a_second_round_stands_beside_the_first(store):
    room = store.new_room("trials")
    first = store.ask(room, "trials/one")
    store.vote(first.id, "anna", "a")
    second = store.ask(room, "trials/one")
    store.vote(second.id, "anna", "b")
    other = store.ask(room, "trials/two")
    assert [p.round for p in (first, second, other)] == [1, 2, 1]
    results = store.results(room, "trials/one")
    assert [(r.poll.round, r.poll.state, r.choices) for r in results] == [
        (1, CLOSED, {"a": 1}),
        (2, CLOSED, {"b": 1}),
    ]
    assert store.current(room) == other
    assert store.set_state(other, REVEALED).state == store.current(room).state == REVEALED


def test_rooms_do_not_see_each_other(store):
    one, two = store.new_room("trials"), store.new_room("trials")
    poll = store.ask(one, "trials/one")
    store.vote(poll.id, "anna", "a")
    store.ask(two, "trials/one")
    assert store.current(one).state == OPEN
    assert store.results(two)[0].voters == 0


def test_rooms_expire_and_their_votes_are_deleted_long_after(url, clock):
    store = Store(url, clock)
    room = store.room("trials")
    poll = store.ask(room, "trials/one")
    store.vote(poll.id, "anna", "a")
    assert store.room("trials") == room
    clock.time += timedelta(hours=13)
    assert store.find_room(room.code) is None
    assert store.room("trials") != room
    assert store.results(room)[0].voters == 1
    clock.time += timedelta(days=91)
    store.close()
    store = Store(url, clock)
    assert store.results(room) == []
    with store.engine.connect() as link:
        assert link.execute(sa.text("SELECT count(*) FROM votes")).scalar() == 0
    store.close()


def test_everything_is_there_after_a_restart(url, clock):
    store = Store(url, clock)
    room = store.room("trials")
    poll = store.ask(room, "trials/one")
    store.vote(poll.id, "anna", "a")
    secret = store.secret
    store.close()
    store = Store(url, clock)
    assert store.secret == secret
    assert store.room("trials") == room
    assert store.choice_of(poll.id, "anna") == "a"
    store.close()


def test_a_browser_cannot_be_followed_from_one_question_to_another(store):
    room = store.new_room("trials")
    for question in ("trials/one", "trials/two"):
        store.vote(store.ask(room, question).id, "anna", "a")
    with store.engine.connect() as link:
        voters = link.execute(sa.text("SELECT voter FROM votes")).scalars().all()
    assert len(set(voters)) == 2
    assert not any("anna" in voter for voter in voters)


def test_no_vote_is_lost_and_none_slips_in_behind_the_closing(url, clock):
    """Three hundred phones at once, from several servers on one database."""
    stores = [Store(url, clock) for _ in range(3)]
    room = stores[0].new_room("trials")
    poll = stores[0].ask(room, "trials/one")
    accepted, lock = [], threading.Lock()

    def vote(i):
        try:
            stores[i % 3].vote(poll.id, f"phone {i}", "ab"[i % 2])
        except ClosedError:
            return
        with lock:
            accepted.append(i)
            if len(accepted) == 200:
                stores[0].set_state(poll, CLOSED)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(vote, range(300)))
    (result,) = stores[1].results(room)
    assert result.voters == len(accepted) >= 200
    assert result.choices == {
        letter: sum("ab"[i % 2] == letter for i in accepted) for letter in "ab"
    }
    for store in stores:
        store.close()


def test_sqlite_writes_ahead(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'p.sqlite'}")
    with store.engine.connect() as link:
        assert link.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    store.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "is not one"),
        ("mysql://x/y", "SQLite or PostgreSQL"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_is_refused_without_its_password(url, why):
    with pytest.raises(ValueError, match=why) as refused:
        Store(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_polls_are_not_kept_in_memory_where_each_thread_has_its_own(url):
    with pytest.raises(ValueError, match=r"Polls are kept in a file, such as sqlite:///"):
        Store(url)


def test_a_place_that_can_hold_no_database_is_refused_in_words(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("No database, though long enough to be looked at as one. " * 20)
    with pytest.raises(ValueError, match="cannot be opened"):
        Store(f"sqlite:///{file}")
    with pytest.raises(ValueError, match="There can be no file at"):
        Store(f"sqlite:///{file / 'below' / 'polls.sqlite'}")
