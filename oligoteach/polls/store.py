"""Rooms, polls and votes in a database: SQLite in a file, or PostgreSQL by its URL.

What is kept of a vote is its answer and a keyed digest of the browser, another one for each poll:
neither who voted nor what one browser said at two questions can be read from it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

# Letters that nobody mistakes for others, and that form no words.
LETTERS = "BCDFGHJKMPQRTVWXZ"
CODE_LENGTH = 5
ROOM_LASTS = timedelta(hours=12)
VOTES_KEPT = timedelta(days=90)
BUSY_MS = 5_000

_META = sa.MetaData()
_SECRETS = sa.Table(
    "secrets",
    _META,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(64), nullable=False),
)
_ROOMS = sa.Table(
    "rooms",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(CODE_LENGTH), nullable=False, unique=True),
    sa.Column("lesson", sa.String(60), nullable=False),
    sa.Column("begun", sa.DateTime, nullable=False),
    sa.Column("expires", sa.DateTime, nullable=False),
)
_POLLS = sa.Table(
    "polls",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("room", sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("question", sa.String(120), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("opened", sa.DateTime, nullable=False),
)
_VOTES = sa.Table(
    "votes",
    _META,
    sa.Column("poll", sa.ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("voter", sa.String(64), primary_key=True),
    sa.Column("choice", sa.String(200), nullable=False),
)

OPEN, CLOSED, REVEALED = "open", "closed", "revealed"


class ClosedError(ValueError):
    """The poll takes no votes any more."""


@dataclass(frozen=True)
class Room:
    """A class that votes: it is found by its code until it expires."""

    id: int
    code: str
    lesson: str


@dataclass(frozen=True)
class Poll:
    """One round of voting on a question; ``state`` is open, closed or revealed."""

    id: int
    room: int
    question: str
    round: int
    state: str


@dataclass(frozen=True)
class Result:
    """What came of a round: how many browsers gave each answer."""

    poll: Poll
    choices: dict[str, int]

    @property
    def voters(self) -> int:
        """How many browsers voted."""
        return sum(self.choices.values())


class Store:
    """Keeps rooms, polls and votes.

    Parameters
    ----------
    url : str
        Where, as SQLAlchemy writes it: ``sqlite:///path`` or ``postgresql+psycopg://…``.
    clock : callable
        Returns the time in UTC.
    """

    def __init__(self, url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = lambda: clock().replace(tzinfo=None)
        self.engine = _engine(url)
        self._reading = self.engine.execution_options(reading=True)
        _META.create_all(self.engine)
        self.secret = self._secret()
        self.purge()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    # Rooms ----------------------------------------------------------------------------------

    def room(self, lesson: str) -> Room:
        """Return the newest room of a lesson that has not expired, or a new one."""
        newest = (
            sa.select(_ROOMS.c.id, _ROOMS.c.code, _ROOMS.c.lesson)
            .where(_ROOMS.c.lesson == lesson, _ROOMS.c.expires > self._now())
            .order_by(_ROOMS.c.id.desc())
        )
        with self._reading.connect() as link:
            found = link.execute(newest).first()
        return Room(*found) if found else self.new_room(lesson)

    def new_room(self, lesson: str) -> Room:
        """Open a room for another class."""
        now = self._now()
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
            row = {"code": code, "lesson": lesson, "begun": now, "expires": now + ROOM_LASTS}
            try:
                with self._change() as link:
                    made = link.execute(sa.insert(_ROOMS).values(row)).inserted_primary_key
            except sa.exc.IntegrityError:
                continue  # somebody has this code
            return Room(int(made[0]), code, lesson)  # type: ignore[index]

    def find_room(self, code: str) -> Room | None:
        """Return the room of a code, unless there is none or it has expired."""
        wanted = sa.select(_ROOMS.c.id, _ROOMS.c.code, _ROOMS.c.lesson).where(
            _ROOMS.c.code == code, _ROOMS.c.expires > self._now()
        )
        with self._reading.connect() as link:
            found = link.execute(wanted).first()
        return Room(*found) if found else None

    def end_room(self, room: Room) -> None:
        """Let a room expire now; its results can still be exported."""
        with self._change() as link:
            link.execute(_close_polls(room.id))
            link.execute(
                sa.update(_ROOMS).where(_ROOMS.c.id == room.id).values(expires=self._now())
            )

    def purge(self) -> None:
        """Delete rooms that expired long ago, with all that was voted there."""
        old = self._now() - VOTES_KEPT
        with self._change() as link:
            link.execute(sa.delete(_ROOMS).where(_ROOMS.c.expires < old))

    # Polls ----------------------------------------------------------------------------------

    def ask(self, room: Room, question: str) -> Poll:
        """Open a round of voting on a question, the next one if there were others before."""
        rounds = sa.select(sa.func.coalesce(sa.func.max(_POLLS.c.round), 0)).where(
            _POLLS.c.room == room.id, _POLLS.c.question == question
        )
        with self._change() as link:
            link.execute(_close_polls(room.id))
            number = int(link.execute(rounds).scalar_one()) + 1
            row = {
                "room": room.id,
                "question": question,
                "round": number,
                "state": OPEN,
                "opened": self._now(),
            }
            made = link.execute(sa.insert(_POLLS).values(row)).inserted_primary_key
            link.execute(
                sa.update(_ROOMS)
                .where(_ROOMS.c.id == room.id)
                .values(expires=self._now() + ROOM_LASTS)
            )
        return Poll(int(made[0]), room.id, question, number, OPEN)  # type: ignore[index]

    def current(self, room: Room) -> Poll | None:
        """Return the round that was opened last, or None before the first."""
        last = _polls().where(_POLLS.c.room == room.id).order_by(_POLLS.c.id.desc()).limit(1)
        with self._reading.connect() as link:
            found = link.execute(last).first()
        return Poll(*found) if found else None

    def set_state(self, poll: Poll, state: str) -> Poll:
        """Close or reveal a round; waits for votes that are being written."""
        with self._change() as link:
            link.execute(sa.update(_POLLS).where(_POLLS.c.id == poll.id).values(state=state))
        return Poll(poll.id, poll.room, poll.question, poll.round, state)

    def vote(self, poll_id: int, browser: str, choice: str) -> None:
        """Keep a browser's answer, in place of an earlier one.

        Raises
        ------
        ClosedError
            If the round takes no votes any more.
        """
        row = {"poll": poll_id, "voter": self._voter(poll_id, browser), "choice": choice}
        # The round's row is held until the vote is written: none can slip in behind a closing.
        state = sa.select(_POLLS.c.state).where(_POLLS.c.id == poll_id).with_for_update(read=True)
        with self._change() as link:
            if link.execute(state).scalar() != OPEN:
                raise ClosedError("Voting on this question is closed.")
            link.execute(self._upsert(row))

    def choice_of(self, poll_id: int, browser: str) -> str | None:
        """Return what a browser has answered in a round, or None."""
        own = sa.select(_VOTES.c.choice).where(
            _VOTES.c.poll == poll_id, _VOTES.c.voter == self._voter(poll_id, browser)
        )
        with self._reading.connect() as link:
            return link.execute(own).scalar()

    def results(self, room: Room, question: str | None = None) -> list[Result]:
        """Return all rounds of a room, or those on one question, in the order of their opening."""
        which = _polls().where(_POLLS.c.room == room.id).order_by(_POLLS.c.id)
        if question is not None:
            which = which.where(_POLLS.c.question == question)
        with self._reading.connect() as link:
            polls = [Poll(*row) for row in link.execute(which)]
            counted = (
                sa.select(_VOTES.c.poll, _VOTES.c.choice, sa.func.count())
                .where(_VOTES.c.poll.in_([poll.id for poll in polls]))
                .group_by(_VOTES.c.poll, _VOTES.c.choice)
            )
            rows = link.execute(counted).all() if polls else []
        choices: dict[int, dict[str, int]] = {poll.id: {} for poll in polls}
        for poll_id, choice, n in rows:
            choices[poll_id][choice] = int(n)
        return [Result(poll, choices[poll.id]) for poll in polls]

    # Inside ---------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[Connection]:
        with self.engine.begin() as link:
            yield link

    def _secret(self) -> str:
        """Return the key of cookies and digests, made when the database is new."""
        kept = sa.select(_SECRETS.c.value).where(_SECRETS.c.name == "key")
        made = {"name": "key", "value": secrets.token_hex(32)}
        with self._change() as link:
            link.execute(self._insert(_SECRETS).values(made).on_conflict_do_nothing())
            return str(link.execute(kept).scalar_one())

    def _voter(self, poll_id: int, browser: str) -> str:
        words = f"{poll_id} {browser}".encode()
        return hmac.new(self.secret.encode(), words, hashlib.sha256).hexdigest()

    def _insert(self, table: sa.Table) -> Any:
        known = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        return known[self.engine.dialect.name](table)

    def _upsert(self, row: dict[str, Any]) -> Any:
        return (
            self._insert(_VOTES)
            .values(row)
            .on_conflict_do_update(index_elements=["poll", "voter"], set_={"choice": row["choice"]})
        )


def _polls() -> sa.Select[Any]:
    return sa.select(_POLLS.c.id, _POLLS.c.room, _POLLS.c.question, _POLLS.c.round, _POLLS.c.state)


def _close_polls(room_id: int) -> sa.Update:
    return (
        sa.update(_POLLS)
        .where(_POLLS.c.room == room_id, _POLLS.c.state == OPEN)
        .values(state=CLOSED)
    )


def _engine(url: str) -> Engine:
    """Connect to the database; raise a ValueError with a sentence where that cannot be."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError(
            "The URL of the polls' database is not one, such as sqlite:///x."
        ) from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(
            f"Polls cannot be kept in {parsed.get_backend_name()}: SQLite or PostgreSQL."
        )
    where = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed.database, where)
    try:
        engine = sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"For PostgreSQL the package {error.name} is needed: pip install oligoteach[postgresql]"
        ) from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        with engine.connect():
            return engine
    except sa.exc.SQLAlchemyError:
        raise ValueError(f"The database of the polls cannot be opened: {where}.") from None


def _make_folder(file: str | None, where: str) -> None:
    """Make the folder of an SQLite file; in memory each thread would have a database of its own."""
    if file in (None, "", ":memory:"):
        raise ValueError("Polls are kept in a file, such as sqlite:////home/me/polls.sqlite.")
    try:
        Path(str(file)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"There can be no file at {where}: {error.strerror}.") from None


def _prepare_sqlite(engine: Engine) -> None:
    """Let readers and a writer work at once, and a writer take its turn from the start."""

    @sa.event.listens_for(engine, "connect")
    def connect(link: Any, _record: Any) -> None:
        link.isolation_level = None  # transactions begin where begin() below says so
        link.execute("PRAGMA journal_mode=WAL")
        link.execute("PRAGMA synchronous=NORMAL")
        link.execute("PRAGMA foreign_keys=ON")
        link.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    @sa.event.listens_for(engine, "begin")
    def begin(link: Connection) -> None:
        reads = link.get_execution_options().get("reading")
        link.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
