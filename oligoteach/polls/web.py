"""What polls answer to browsers: a form for phones, the lecturer's orders, and a line of news.

Plain handlers beside Voila: no kernel, no session. Whatever is refused is answered with a status
and a sentence, and logged without address, code, answer or PIN.
"""

from __future__ import annotations

import hmac
import io
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jinja2
from platformdirs import user_data_path
from tornado.httputil import split_host_and_port
from tornado.iostream import StreamClosedError
from tornado.web import (
    Finish,
    HTTPError,
    RequestHandler,
    create_signed_value,
    decode_signed_value,
    stream_request_body,
)

from oligoteach.evidence import lessons
from oligoteach.polls.ballots import LONGEST_NUMBER, ballots_of
from oligoteach.polls.limits import Limit
from oligoteach.polls.room import Polls, RefusedError, View
from oligoteach.polls.store import CODE_LENGTH, LETTERS, ClosedError, Store

LOG = logging.getLogger("oligoteach.polls")
HERE = Path(__file__).parent
TOKENS = HERE.parent / "share/jupyter/voila/templates/oligoteach/static/tokens.css"
LARGEST_BODY = 4096
MOST_FIELDS = 30
DAYS = 1.0
VOTER, LECTURER = "ot_voter", "ot_lecturer"
OWN = ("127.0.0.1", "::1")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATIC = {
    "poll.css": "text/css",
    "phone.js": "text/javascript",
    "present.css": "text/css",
    "present.js": "text/javascript",
}


@dataclass(frozen=True)
class Desk:
    """What all handlers of polls share.

    Attributes
    ----------
    polls : Polls
        The polls of this lecture.
    pin : str
        The lecturer's PIN.
    base_url : str
        Where the server's addresses begin.
    hosts : frozenset of str
        The names under which the server may be asked.
    link : callable
        Returns the whole link to a page for others on the network: path, and whether with the key
        that opens lessons.
    lesson : str
        Address of the lesson, below the base address.
    class_size : int
        How many are expected: limits leave room for all of them behind one address.
    """

    polls: Polls
    pin: str
    base_url: str
    hosts: frozenset[str]
    link: Callable[[str, bool], str]
    lesson: str
    class_size: int = 300
    votes: Limit = field(default_factory=lambda: Limit(12, 60))
    pins: Limit = field(default_factory=lambda: Limit(5, 600))
    all_pins: Limit = field(default_factory=lambda: Limit(30, 3600))
    codes: Limit = field(default_factory=lambda: Limit(200, 300))
    voters: Limit = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "voters", Limit(max(300, 4 * self.class_size), 600))

    def routes(self) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """Return the addresses of polls, below the server's base address."""
        known = {"desk": self}
        made: list[tuple[str, type[RequestHandler]]] = [
            (r"/poll/?", Door),
            (r"/poll/static/([\w.]+)", Static),
            (r"/poll/api/pin", Pin),
            (r"/poll/api/state", State),
            (r"/poll/api/feed", Feed),
            (r"/poll/api/qr\.svg", QrCode),
            (r"/poll/api/results\.csv", Results),
            (r"/poll/api/(ask|close|reveal|new-room)", Order),
            (r"/poll/([A-Za-z]{1,12})", Phone),
            (r"/poll/([A-Za-z]{1,12})/feed", PhoneFeed),
            (r"/poll/.*", Nothing),
        ]
        return [(pattern, handler, known) for pattern, handler in made]


def open_desk(*, database: str, lesson: str, address: str, **known: Any) -> Desk:
    """Open the polls of a lecture.

    Parameters
    ----------
    database : str
        Where they are kept, as SQLAlchemy writes it; empty for a file of this user's.
    lesson, address : str
        Name of the lesson, and its address below the base address.
    **known
        What else the desk has.

    Raises
    ------
    ValueError
        With a sentence, if the database cannot be opened.
    """
    store = Store(database or _usual_database())
    polls = Polls(store, ballots_of(lessons()), lesson)
    return Desk(polls=polls, lesson=address, **known)


def _usual_database() -> str:
    return f"sqlite:///{user_data_path('oligoteach') / 'polls.sqlite'}"


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, auto_reload=False
    )


@stream_request_body
class Handler(RequestHandler):
    """A handler of polls: guarded, small bodies only, refusals in words."""

    def initialize(self, desk: Desk) -> None:
        """Take what all handlers share."""
        self.desk = desk
        self._body = bytearray()

    def set_default_headers(self) -> None:
        """Keep answers out of every cache, and everything foreign out of the page."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        """Refuse what comes under a foreign name, from a foreign page, or is too large."""
        host = split_host_and_port(self.request.host.lower())[0]
        if host not in self.desk.hosts:
            raise HTTPError(403, reason="Foreign name")
        if self.request.method == "POST" and not self._from_here():
            raise HTTPError(403, reason="Foreign page")
        length = self.request.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise HTTPError(413)

    def data_received(self, chunk: bytes) -> None:
        """Gather the body as far as it is not too large."""
        self._body += chunk
        if len(self._body) > LARGEST_BODY:
            raise HTTPError(413)

    def _from_here(self) -> bool:
        """Whether a form was sent by a page of this server, as far as the browser tells."""
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = self.request.headers.get("Origin")
        own = origin is None or urlsplit(origin).netloc.lower() == self.request.host.lower()
        return own and site in ("same-origin", "none")

    def fields(self) -> dict[str, list[str]]:
        """Return the fields of the form that was sent."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise HTTPError(415)
        try:
            text = self._body.decode("utf-8")
            return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise HTTPError(400) from None

    @property
    def here(self) -> bool:
        """Whether the request comes from this machine itself, and through no proxy on it."""
        return self.request.remote_ip in OWN and "X-Forwarded-For" not in self.request.headers

    @property
    def who(self) -> str:
        """The address that a limit counts by; it is never written anywhere.

        A proxy on this machine says for whom it asks; nobody else is believed.
        """
        passed_on = self.request.headers.get("X-Forwarded-For", "")
        if passed_on and self.request.remote_ip in OWN:
            return passed_on.rpartition(",")[2].strip()
        return str(self.request.remote_ip)

    def signed(self, name: str) -> str | None:
        """Return the value of a cookie if this server has signed it, not too long ago."""
        raw = self.get_cookie(name)
        secret = self.desk.polls.store.secret
        value = decode_signed_value(secret, name, raw, max_age_days=DAYS) if raw else None
        return value.decode("ascii", "ignore") if value else None

    def sign(self, name: str, value: str, same_site: str) -> None:
        """Set a cookie that only this server can make."""
        signed = create_signed_value(self.desk.polls.store.secret, name, value)
        self.set_cookie(
            name,
            signed,
            path=f"{self.desk.base_url}poll",
            httponly=True,
            samesite=same_site,
            max_age=int(DAYS * 86_400),
            secure="https"
            in (self.request.protocol, self.request.headers.get("X-Forwarded-Proto")),
        )

    def page(self, template: str, **known: Any) -> None:
        """Answer with a page."""
        html = _templates().get_template(template).render(base=self.desk.base_url, **known)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(html)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in words what is wrong."""
        told = REFUSALS.get(status_code, REFUSALS[500])
        self.page("message.html", title=told[0], text=told[1], status=status_code)

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """Log what was refused, without who and without what was sent."""
        if isinstance(value, HTTPError):
            LOG.warning("poll: refused with status %d (%s)", value.status_code, type(self).__name__)
        elif not isinstance(value, StreamClosedError):
            LOG.error("poll: unexpected error", exc_info=(kind, value, trace))


REFUSALS = {
    400: ("Not understood", "What was sent is damaged. Go back and try again."),
    403: (
        "Not allowed",
        "This did not come from a page that this browser has opened here. Open the poll again by "
        "its code; cookies have to be allowed, for one vote a browser.",
    ),
    404: ("No such poll", "There is no poll here, or its room has closed. Check the code."),
    405: ("Not understood", "This cannot be done here. Open the poll again by its code."),
    409: ("Voting is closed", "Voting on this question is closed."),
    413: ("Too much", "What was sent is larger than any answer. Open the poll again by its code."),
    415: ("Not understood", "Answers come from the form of this page, and in no other way."),
    429: ("Too many tries", "Too many tries in a short time. Wait a minute, then try again."),
    500: ("Something failed", "The server could not do this. Your answer is kept; try again."),
}


class Nothing(Handler):
    """Any other address of polls."""

    def prepare(self) -> None:
        """Refuse, whatever the method."""
        super().prepare()
        raise HTTPError(404)


class Static(Handler):
    """A stylesheet or script of polls, by name."""

    def get(self, name: str) -> None:
        """Answer with the file if it is one of ours."""
        if name not in STATIC:
            raise HTTPError(404)
        self.set_header("Content-Type", f"{STATIC[name]}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(_static(name))


@cache
def _static(name: str) -> str:
    text = (HERE / "static" / name).read_text("utf-8")
    return phone_tokens() + text if name == "poll.css" else text


def phone_tokens() -> str:
    """Return the course's colours for a page without a script: dark where the phone is dark."""
    light, _, rest = TOKENS.read_text("utf-8").partition("@media screen {")
    dark = rest[rest.index("{") + 1 : rest.index("}")]
    return f"{light}@media screen and (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n"


# Phones -----------------------------------------------------------------------------------------


class Door(Handler):
    """Where a code is typed in."""

    def get(self) -> None:
        """Ask for a code, or lead to the room of the one that was typed."""
        code = self.get_query_argument("code", "").strip().upper()
        if not code:
            self.page("door.html", refused="")
        elif len(code) == CODE_LENGTH and set(code) <= set(LETTERS):
            self.redirect(f"{self.desk.base_url}poll/{code}", status=303)
        else:
            self.set_status(404)
            self.page("door.html", refused=f"A code has {CODE_LENGTH} letters, such as BDFGH.")


class InRoom(Handler):
    """What is found by a room's code."""

    async def look(self, code: str, browser: str | None = None) -> View | None:
        """Return what a phone shows, None if there is no such room; slow down whoever guesses."""
        if self.desk.codes.wait_s(self.who) > 0:
            raise HTTPError(429)
        view = await self.desk.polls.view(code.upper(), browser)
        if view is None:
            self.desk.codes.note(self.who)
        return view


class Phone(InRoom):
    """The form on which a phone votes."""

    async def get(self, code: str) -> None:
        """Show the present question, or what there is to wait for."""
        browser = self.signed(VOTER)
        view = await self._view(code, browser)
        if browser is None:
            browser = self._welcome()
        self._show(view, browser)

    async def post(self, code: str) -> None:
        """Take an answer, and lead back to the question."""
        sent = self.fields()
        browser = self.signed(VOTER)
        view = await self._view(code, browser)
        poll_id = _number(sent.get("poll", [""])[0])
        key = sent.get("key", [""])[0]
        if browser is None or not hmac.compare_digest(
            key.encode(), self._key(browser, poll_id).encode()
        ):
            raise HTTPError(403)
        if not self.desk.votes.allow(browser):
            raise HTTPError(429)
        try:
            await self.desk.polls.vote(view, poll_id, browser, sent.get("choice", []))
        except ClosedError:
            self.set_status(409)
            self._show(view, browser, refused="Your answer came too late: voting is closed.")
        except ValueError as error:
            self.set_status(422)
            self._show(view, browser, refused=str(error), entered=sent.get("choice", [""])[0])
        else:
            self.redirect(f"{self.desk.base_url}poll/{view.room.code}", status=303)

    async def _view(self, code: str, browser: str | None) -> View:
        view = await self.look(code, browser)
        if view is None:
            self.set_status(404)
            self.page("door.html", refused="There is no room with this code, or it has closed.")
            raise Finish
        return view

    def _welcome(self) -> str:
        """Let a browser in that was not here before: one cookie, one vote."""
        if not self.desk.voters.allow(self.who):
            raise HTTPError(429)
        browser = secrets.token_hex(16)
        self.sign(VOTER, browser, "Lax")
        return browser

    def _key(self, browser: str, poll_id: int) -> str:
        """Return what only a form that was made for this browser and this round holds."""
        words = f"form {browser} {poll_id}".encode()
        return hmac.new(self.desk.polls.store.secret.encode(), words, "sha256").hexdigest()[:32]

    def _show(self, view: View, browser: str, refused: str = "", entered: str = "") -> None:
        key = self._key(browser, view.poll.id) if view.poll else ""
        chosen = view.choice.split() if view.choice is not None else []
        written = entered[:LONGEST_NUMBER] or view.choice or ""
        self.page("phone.html", view=view, key=key, chosen=chosen, refused=refused, written=written)


class PhoneFeed(InRoom):
    """News for phones: another question, or another state of it. Never how others vote."""

    async def get(self, code: str) -> None:
        """Send a word whenever the page should look again."""
        if await self.look(code) is None:
            raise HTTPError(404)

        async def news() -> AsyncIterator[str | None]:
            told = ""
            async for changed in self.desk.polls.turns.changes():
                mark = await self._mark(code) if changed else told
                yield mark if mark != told else None
                told = mark

        await _stream(self, news())

    async def _mark(self, code: str) -> str:
        view = await self.desk.polls.view(code.upper(), None)
        return view.mark if view else "gone"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


async def _stream(handler: Handler, news: AsyncIterator[str | None]) -> None:
    """Send news as they come, and a sign of life between; end when the page is gone."""
    handler.set_header("Content-Type", "text/event-stream")
    with suppress(StreamClosedError):
        async with aclosing(news) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                handler.write(": \n\n" if piece is None else f"data: {piece}\n\n")
                await handler.flush()


# The lecturer -----------------------------------------------------------------------------------


class Lecturer(Handler):
    """What only the lecturer may ask for."""

    def prepare(self) -> None:
        """Refuse who has not given the PIN."""
        super().prepare()
        if self.signed(LECTURER) != self._pass:
            raise HTTPError(401)

    @property
    def _pass(self) -> str:
        """What the lecturer's cookie holds: another one after every change of PIN."""
        secret = self.desk.polls.store.secret.encode()
        return hmac.new(secret, f"pin {self.desk.pin}".encode(), "sha256").hexdigest()

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what is wrong, for the script of the page."""
        told = {401: "The PIN is needed.", **{k: text for k, (_, text) in REFUSALS.items()}}
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"refused": told.get(status_code, told[500])}))


class Pin(Lecturer):
    """Where the lecturer gives the PIN."""

    def prepare(self) -> None:
        """Let everybody try."""
        Handler.prepare(self)

    def post(self) -> None:
        """Remember the browser that gave the right PIN; slow down whoever guesses."""
        # All guesses together are limited too, but nobody can lock out the lecturer's own machine.
        crowded = not self.here and self.desk.all_pins.wait_s("") > 0
        if crowded or self.desk.pins.wait_s(self.who) > 0:
            raise HTTPError(429)
        given = self.fields().get("pin", [""])[0].strip()
        if not hmac.compare_digest(given.encode(), self.desk.pin.encode()):
            self.desk.pins.note(self.who)
            self.desk.all_pins.note("")
            LOG.warning("poll: wrong PIN")
            self.set_status(403)
            self.finish({"refused": "This is not the PIN. It is shown where the server runs."})
            return
        self.desk.pins.forgive(self.who)
        self.sign(LECTURER, self._pass, "Strict")
        self.set_status(204)
        self.finish()


class State(Lecturer):
    """How the poll stands."""

    async def get(self) -> None:
        """Answer with all that the lecturer's page shows."""
        self.finish(await told_to_lecturer(self.desk))


async def told_to_lecturer(desk: Desk) -> dict[str, Any]:
    """Return the state of the polls, and where phones find them."""
    state = await desk.polls.state()
    return {
        **state,
        "link": desk.link(f"poll/{state['code']}", False),
        "door": desk.link("poll", False).partition("://")[2],
    }


class Feed(Lecturer):
    """The state, again after every change."""

    async def get(self) -> None:
        """Send the state as it changes."""

        async def news() -> AsyncIterator[str | None]:
            async for changed in self.desk.polls.news.changes():
                yield json.dumps(await told_to_lecturer(self.desk)) if changed else None

        await _stream(self, news())


class Order(Lecturer):
    """Ask, close, reveal, and a new room."""

    async def post(self, what: str) -> None:
        """Do it, and answer with how the poll stands then."""
        polls = self.desk.polls
        try:
            if what == "ask":
                await polls.ask(self.fields().get("question", [""])[0])
            else:
                orders = {
                    "close": polls.close_voting,
                    "reveal": polls.reveal,
                    "new-room": polls.new_room,
                }
                await orders[what]()
        except RefusedError as error:
            self.set_status(409)
            self.finish({"refused": str(error)})
            return
        self.finish(await told_to_lecturer(self.desk))


class QrCode(Lecturer):
    """The link to the poll, or to the lesson, for a phone's camera."""

    def get(self) -> None:
        """Answer with a picture: dark on light in every theme, or no camera reads it."""
        import segno

        lesson = self.get_query_argument("of", "poll") == "lesson"
        path = self.desk.lesson if lesson else f"poll/{self.desk.polls.room.code}"
        picture = io.BytesIO()
        link = self.desk.link(path, lesson)
        segno.make(link, error="m").save(picture, kind="svg", scale=8, border=3, light="#ffffff")
        self.set_header("Content-Type", "image/svg+xml")
        self.finish(picture.getvalue())


class Results(Lecturer):
    """All that was voted, as a table."""

    async def get(self) -> None:
        """Answer with a file to keep."""
        code = self.desk.polls.room.code
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="poll-{code}.csv"')
        self.finish("\ufeff" + await self.desk.polls.results_csv())
