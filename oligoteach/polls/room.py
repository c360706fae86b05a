"""The polls of one lecture: what lecturer and phones may do, and who is told when it changes."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from oligoteach.polls.ballots import Ballot
from oligoteach.polls.store import CLOSED, OPEN, REVEALED, ClosedError, Poll, Result, Room, Store

T = TypeVar("T")
# A room's worth of votes in a second makes few pictures of it, not one for each vote.
GATHER_S = 0.2
# A line that says nothing for long is cut by what stands between.
SIGN_OF_LIFE_S = 15.0


class RefusedError(ValueError):
    """What was asked cannot be done now; the message is for the one who asked."""


@dataclass(frozen=True)
class View:
    """What a phone shows: the room, its newest round, and this browser's own answer."""

    room: Room
    poll: Poll | None
    ballot: Ballot | None
    choice: str | None

    @property
    def mark(self) -> str:
        """What a page compares to know that something else is to be shown."""
        return mark_of(self.poll)


def mark_of(poll: Poll | None) -> str:
    """Return a word that changes with the question, its round and its state."""
    return f"{poll.id}-{poll.state}" if poll else "none"


class News:
    """Word that something has changed, for all who listen."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Tell all who listen."""
        self._next.set()
        self._next = asyncio.Event()

    async def changes(self) -> AsyncIterator[bool]:
        """Yield True at once and after every change, several at once; False if none came for long.

        What changes while a listener still deals with the last word is told next, never missed.
        """
        following = self._next
        yield True
        while True:
            try:
                await asyncio.wait_for(following.wait(), SIGN_OF_LIFE_S)
            except TimeoutError:
                yield False
                continue
            await asyncio.sleep(GATHER_S)
            following = self._next  # taken before the listener looks
            yield True


class Polls:
    """The polls of a lecture.

    Parameters
    ----------
    store : Store
        Where they are kept. It is only ever used by one thread of its own, in order.
    ballots : mapping of str to Ballot
        What can be asked.
    lesson : str
        The lesson whose room this is.

    Attributes
    ----------
    turns : News
        Of questions, rounds and states: what phones show.
    news : News
        Of those and of every vote: what the lecturer sees.
    """

    def __init__(self, store: Store, ballots: Mapping[str, Ballot], lesson: str) -> None:
        self.store = store
        self.ballots = ballots
        self.lesson = lesson
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="polls")
        self.turns, self.news = News(), News()
        self.room = store.room(lesson)
        self._earlier: list[Room] = []

    def close(self) -> None:
        """Finish what is being written, and close the database."""
        self._thread.shutdown()
        self.store.close()

    # The lecturer -----------------------------------------------------------------------------

    async def ask(self, question: str) -> None:
        """Open voting on a question, or open it once more."""
        if question not in self.ballots:
            raise RefusedError("There is no such question in this course.")
        if await self._do(self.store.find_room, self.room.code) is None:
            await self._move()
        await self._do(self.store.ask, self.room, question)
        self._tell_of_turn()

    async def close_voting(self) -> None:
        """Take no more votes on the present question."""
        await self._turn({OPEN: CLOSED}, "There is no open question to close.")

    async def reveal(self) -> None:
        """Show the right answer; voting is closed by it if it was still open."""
        await self._turn({OPEN: REVEALED, CLOSED: REVEALED}, "There is no answer to reveal.")

    async def new_room(self) -> None:
        """Let this room expire, and open another for the next class."""
        await self._do(self.store.end_room, self.room)
        await self._move()
        self._tell_of_turn()

    async def state(self) -> dict[str, Any]:
        """Return what the lecturer's page shows: all rounds on the present question.

        The right answer is in it only after it has been revealed.
        """
        poll = await self._do(self.store.current, self.room)
        told: dict[str, Any] = {"code": self.room.code, "question": None, "state": "none"}
        ballot = self.ballots.get(poll.question) if poll else None
        if poll is None or ballot is None:
            return told
        rounds = await self._do(self.store.results, self.room, poll.question)
        told |= {
            "question": ballot.key,
            "prompt": ballot.prompt,
            "state": poll.state,
            "kind": ballot.kind,
            "unit": ballot.unit,
            "bars": ballot.bars(),
            "rounds": [_round(ballot, result) for result in rounds],
        }
        if poll.state == REVEALED:
            told |= {"right": ballot.right_bars(), "right_words": ballot.right_words()}
            told |= _right_bar(ballot, told, rounds)
        return told

    async def results_csv(self) -> str:
        """Return all that was voted in this server's rooms, a row for each answer of each round."""
        out = io.StringIO()
        sheet = csv.writer(out)
        sheet.writerow(
            ["room", "lesson", "question", "prompt", "round", "voters", "answer", "votes", "right"]
        )
        for room in (*self._earlier, self.room):
            for result in await self._do(self.store.results, room):
                ballot = self.ballots.get(result.poll.question)
                if ballot is not None:
                    sheet.writerows(_rows(room, ballot, result))
        return out.getvalue()

    # Phones -----------------------------------------------------------------------------------

    async def view(self, code: str, browser: str | None) -> View | None:
        """Return what a phone shows, or None if its room is not there any more."""
        room = await self._do(self.store.find_room, code)
        if room is None:
            return None
        poll = await self._do(self.store.current, room)
        if poll is None or poll.question not in self.ballots:
            return View(room, None, None, None)
        choice = await self._do(self.store.choice_of, poll.id, browser) if browser else None
        return View(room, poll, self.ballots[poll.question], choice)

    async def vote(self, view: View, poll_id: int, browser: str, values: list[str]) -> None:
        """Keep a browser's answer.

        Raises
        ------
        ClosedError
            If the round that it was meant for takes no votes any more.
        ValueError
            With a sentence, if it is no answer to the question.
        """
        if view.poll is None or view.ballot is None or view.poll.id != poll_id:
            raise ClosedError("Voting on this question is closed.")
        choice = view.ballot.read(values)
        await self._do(self.store.vote, poll_id, browser, choice)
        self.news.tell()

    # Inside -----------------------------------------------------------------------------------

    def _tell_of_turn(self) -> None:
        self.turns.tell()
        self.news.tell()

    async def _move(self) -> None:
        """Go on in a new room; what was voted in the old one can still be saved."""
        self._earlier.append(self.room)
        self.room = await self._do(self.store.new_room, self.lesson)

    async def _turn(self, allowed: Mapping[str, str], otherwise: str) -> None:
        poll = await self._do(self.store.current, self.room)
        if poll is None or poll.state not in allowed:
            raise RefusedError(otherwise)
        await self._do(self.store.set_state, poll, allowed[poll.state])
        self._tell_of_turn()

    async def _do(self, work: Callable[..., T], *args: Any) -> T:
        """Let the store's thread do something, and wait for it without holding up the others."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)


def _round(ballot: Ballot, result: Result) -> dict[str, Any]:
    return {
        "round": result.poll.round,
        "state": result.poll.state,
        "voters": result.voters,
        "counts": ballot.count(result.choices),
    }


def _right_bar(ballot: Ballot, told: dict[str, Any], rounds: list[Result]) -> dict[str, Any]:
    """Return bars and rounds with a bar for right numbers before all others."""
    bar = ballot.right_bar()
    if bar is None:
        return {}
    counted = [
        {**one, "counts": {**one["counts"], bar["id"]: ballot.count_right(result.choices)}}
        for one, result in zip(told["rounds"], rounds, strict=True)
    ]
    return {"bars": [bar, *told["bars"]], "rounds": counted}


def _rows(room: Room, ballot: Ballot, result: Result) -> list[list[Any]]:
    head = [room.code, room.lesson, ballot.key.partition("/")[2], _plain(ballot.prompt)]
    return [
        [*head, result.poll.round, result.voters, _plain(answer), votes, "yes" if right else "no"]
        for answer, votes, right in _answers(ballot, result)
    ]


def _answers(ballot: Ballot, result: Result) -> list[tuple[str, int, bool]]:
    """Return answer, votes and whether it is right: for each option, or each number given."""
    if ballot.kind == "numeric":
        given = sorted(result.choices.items(), key=lambda pair: float(pair[0]))
        return [(ballot.words(number), n, ballot.is_right(number)) for number, n in given]
    right, counts = ballot.right_bars(), ballot.count(result.choices)
    return [(bar["text"], counts[bar["id"]], bar["id"] in right) for bar in ballot.bars()]


def _plain(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
