"""Polls over HTTP: what lecturer and phones get, and what whoever means ill gets."""

from __future__ import annotations

import asyncio
import csv
import http.client
import io
import json
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import own_loop
import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oligoteach.polls import room
from oligoteach.polls.ballots import Ballot
from oligoteach.polls.limits import Limit
from oligoteach.polls.room import News, Polls
from oligoteach.polls.store import Store
from oligoteach.polls.web import Desk, phone_tokens

PIN = "135790"
QUESTION = "try/one"
HOSTILE = "<script>alert(1)</script>"
BALLOTS = {
    QUESTION: Ballot(
        QUESTION, "Which is right?", "single", "Since it is so.",
        (("a", "Apple & pear"), ("b", "=Bean")), frozenset("b"),
    ),
    "try/number": Ballot(
        "try/number", "How many?", "numeric", "Since.", low=0, high=80, answer=42, tolerance=1
    ),
}  # fmt: skip


class Served:
    """Polls on a server of their own in a thread, asked as a browser would ask."""

    def __init__(self, url):
        self.url = url
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)
        self.thread.start()
        self.ready.wait(10)

    async def run(self):
        self.loop, self.stopped = asyncio.get_running_loop(), asyncio.Event()
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.polls = Polls(Store(self.url), BALLOTS, "try")
        self.desk = Desk(
            polls=self.polls, pin=PIN, base_url="/", hosts=frozenset(["127.0.0.1"]),
            link=lambda path, key: f"{self.base}/{path}" + ("?token=t" if key else ""),
            lesson="voila/render/x.ipynb",
        )  # fmt: skip
        app = tornado.web.Application(self.desk.routes(), log_function=lambda _: None)
        server = tornado.httpserver.HTTPServer(app)
        server.add_sockets(sockets)
        self.ready.set()
        await self.stopped.wait()
        server.stop()
        await server.close_all_connections()
        self.polls.close()

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(10)

    def ask(self, method, path, fields=None, cookie="", headers=(), body=None):
        """Return status, headers and text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Cookie": cookie, **dict(headers)}
        if fields is not None:
            body = urlencode(fields, doseq=True)
            sent = {"Content-Type": "application/x-www-form-urlencoded", **sent}
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8")
        finally:
            connection.close()

    def order(self, what, cookie, **fields):
        return self.ask("POST", f"/poll/api/{what}", fields, cookie)

    def lecturer(self):
        """Return the cookie of a lecturer who gave the PIN."""
        status, headers, _ = self.ask("POST", "/poll/api/pin", {"pin": PIN})
        assert status == 204
        assert "HttpOnly" in headers["Set-Cookie"]
        assert "SameSite=Strict" in headers["Set-Cookie"]
        return headers["Set-Cookie"].partition(";")[0]

    def state(self, cookie):
        return json.loads(self.ask("GET", "/poll/api/state", cookie=cookie)[2])


class Browser:
    """A phone that has opened the poll."""

    def __init__(self, served, code):
        self.served, self.path = served, f"/poll/{code}"
        status, headers, self.text = served.ask("GET", self.path)
        assert status == 200
        self.cookie = headers["Set-Cookie"].partition(";")[0]

    def look(self):
        self.text = self.served.ask("GET", self.path, cookie=self.cookie)[2]
        return self.text

    def form(self):
        return dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', self.text))

    def vote(self, *choice, **changed):
        fields = {**self.form(), "choice": list(choice), **changed}
        return self.served.ask("POST", self.path, fields, self.cookie)


@pytest.fixture
def served(tmp_path):
    served = Served(f"sqlite:///{tmp_path / 'polls.sqlite'}")
    yield served
    served.stop()


@pytest.fixture
def lecturer(served):
    return served.lecturer()


@pytest.fixture
def code(served, lecturer):
    """The code of a room in which voting is open."""
    status, _, told = served.order("ask", lecturer, question=QUESTION)
    assert status == 200
    return json.loads(told)["code"]


def test_a_poll_from_question_to_revealed_answer(served, lecturer):
    code = served.state(lecturer)["code"]
    phone = Browser(served, code)
    assert "The first question comes" in phone.text
    served.order("ask", lecturer, question=QUESTION)
    assert "Which is right?" in phone.look()
    assert "Apple &amp; pear" in phone.text
    assert phone.vote("a")[0] == 303
    assert "Counted:</strong> Apple &amp; pear" in phone.look()
    assert phone.vote("b")[0] == 303
    state = served.state(lecturer)
    assert state["rounds"] == [
        {"round": 1, "state": "open", "voters": 1, "counts": {"a": 0, "b": 1}}
    ]
    assert served.order("close", lecturer)[0] == 200
    assert "Voting is closed" in phone.look()
    assert served.order("ask", lecturer, question=QUESTION)[0] == 200
    assert "Round 2" in phone.look()
    assert phone.vote("b")[0] == 303
    assert served.order("reveal", lecturer)[0] == 200
    assert "Right:</strong> =Bean" in phone.look()
    assert "Since it is so." in phone.text
    state = served.state(lecturer)
    assert (state["state"], state["right"], len(state["rounds"])) == ("revealed", ["b"], 2)


def test_a_number_is_right_by_its_tolerance_and_not_by_its_bar(served, lecturer):
    code = json.loads(served.order("ask", lecturer, question="try/number")[2])["code"]
    phones = [Browser(served, code) for _ in range(3)]
    for phone, number in zip(phones, ["42", "44", "41,5"], strict=True):
        assert phone.vote(number)[0] == 303
    before = served.state(lecturer)
    assert before["rounds"][0]["counts"] == {str(i): 3 * (i == 4) for i in range(8)}
    assert served.order("reveal", lecturer)[0] == 200
    told = served.state(lecturer)
    assert told["right"] == ["right"]
    assert told["bars"] == [{"id": "right", "text": "41 to 43"}, *before["bars"]]
    assert told["rounds"][0]["counts"]["right"] == 2
    assert "✓ Your answer: 41.5" in phones[2].look()
    assert "✓" not in phones[1].look()
    assert "Right:</strong> 42 (41 to 43 was accepted)" in phones[1].text
    rows = csv.DictReader(
        io.StringIO(served.ask("GET", "/poll/api/results.csv", cookie=lecturer)[2].lstrip("\ufeff"))
    )
    assert [(r["answer"], r["votes"], r["right"]) for r in rows] == [
        ("41.5", "1", "yes"),
        ("42", "1", "yes"),
        ("44", "1", "no"),
    ]


def test_a_number_that_is_refused_stays_in_its_field(served, lecturer):
    code = json.loads(served.order("ask", lecturer, question="try/number")[2])["code"]
    phone = Browser(served, code)
    status, _, text = phone.vote("81")
    assert status == 422
    assert "Enter a number from 0 to 80." in text
    assert 'value="81"' in text
    hostile = phone.vote(HOSTILE)[2]
    assert 'value="&lt;script&gt;alert(1)&lt;/script"' in hostile
    assert HOSTILE not in hostile


def test_nothing_is_told_before_it_is_revealed(served, lecturer, code):
    phone = Browser(served, code)
    phone.vote("a")
    for told in (phone.look(), json.dumps(served.state(lecturer))):
        assert "Since it is so." not in told
        assert "right_words" not in told
        assert '"right"' not in told
    served.order("close", lecturer)
    assert "Since it is so." not in phone.look()
    assert "right" not in served.state(lecturer)


def test_results_are_a_table_that_no_spreadsheet_runs(served, lecturer, code):
    Browser(served, code).vote("b")
    status, headers, text = served.ask("GET", "/poll/api/results.csv", cookie=lecturer)
    assert status == 200
    assert f'filename="poll-{code}.csv"' in headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [(r["answer"], r["votes"], r["right"], r["voters"]) for r in rows] == [
        ("Apple & pear", "0", "no", "1"),
        ("'=Bean", "1", "yes", "1"),
    ]


def test_what_was_voted_in_an_earlier_room_can_still_be_saved(served, lecturer, code):
    Browser(served, code).vote("b")
    assert served.order("new-room", lecturer)[0] == 200
    served.order("ask", lecturer, question=QUESTION)
    later = served.state(lecturer)["code"]
    for _ in range(2):
        Browser(served, later).vote("a")
    text = served.ask("GET", "/poll/api/results.csv", cookie=lecturer)[2]
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [(r["room"], r["answer"], r["votes"]) for r in rows] == [
        (code, "Apple & pear", "0"),
        (code, "'=Bean", "1"),
        (later, "Apple & pear", "2"),
        (later, "'=Bean", "0"),
    ]


def test_a_new_room_closes_the_old_one(served, lecturer, code):
    phone = Browser(served, code)
    assert served.order("new-room", lecturer)[0] == 200
    assert served.state(lecturer)["code"] != code
    status, _, text = served.ask("GET", phone.path, cookie=phone.cookie)
    assert status == 404
    assert "it has closed" in text
    assert phone.vote("a")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/poll/QQQQQ", 404),
        ("GET", "/poll?code=AAAAA", 404),
        ("GET", "/poll?code=" + quote(HOSTILE), 404),
        ("GET", "/poll/" + quote(HOSTILE), 404),
        ("GET", "/poll/../../etc/passwd", 404),
        ("GET", "/poll/static/../web.py", 404),
        ("GET", "/poll/static/web.py", 404),
        ("GET", "/poll/static/..%2fweb.py", 404),
        ("GET", "/poll/QQQQQ/feed", 404),
        ("PUT", "/poll", 405),
        ("DELETE", "/poll/BDFGH", 405),
        ("PATCH", "/poll/api/ask", 401),
        ("BREW", "/poll", 405),
        ("GET", "/poll/api/state", 401),
        ("GET", "/poll/api/feed", 401),
        ("GET", "/poll/api/results.csv", 401),
        ("GET", "/poll/api/qr.svg", 401),
        ("POST", "/poll/api/ask", 401),
        ("POST", "/poll/api/close", 401),
        ("POST", "/poll/api/reveal", 401),
        ("POST", "/poll/api/new-room", 401),
        ("POST", "/poll/api/drop-tables", 404),
    ],
)
def test_what_is_not_there_or_not_allowed_is_refused_in_words(served, method, path, status):
    answered, headers, text = served.ask(method, path, {} if method == "POST" else None)
    assert answered == status
    assert HOSTILE not in text
    assert "Traceback" not in text
    assert re.search(r"[A-Z][^<>]+\.", text), "no sentence"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_wrong_pin_is_refused_and_guessing_is_slowed_down(served, caplog):
    for _ in range(5):
        status, headers, text = served.ask("POST", "/poll/api/pin", {"pin": "999999"})
        assert status == 403
        assert "not the PIN" in text
        assert "Set-Cookie" not in headers
    assert served.ask("POST", "/poll/api/pin", {"pin": PIN})[0] == 429
    assert "999999" not in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "wrong PIN" in caplog.text


def guess(served, pin, **headers):
    return served.ask("POST", "/poll/api/pin", {"pin": pin}, headers=headers)[0]


def test_who_guesses_behind_a_proxy_on_this_machine_locks_out_nobody_else(served):
    """The address that the proxy adds counts, not those that the client may have put before it."""
    for i in range(5):
        assert guess(served, "999999", **{"X-Forwarded-For": f"127.0.0.{i}, 192.0.2.7"}) == 403
    assert guess(served, PIN, **{"X-Forwarded-For": "127.0.0.1, 192.0.2.7"}) == 429
    assert guess(served, PIN, **{"X-Forwarded-For": "192.0.2.8"}) == 204
    assert guess(served, PIN) == 204


def test_all_who_guess_are_limited_together_but_not_the_lecturers_machine(served):
    for i in range(30):
        assert guess(served, "999999", **{"X-Forwarded-For": f"192.0.2.{i}"}) == 403
    assert guess(served, PIN, **{"X-Forwarded-For": "192.0.2.99"}) == 429
    assert guess(served, PIN, **{"X-Forwarded-For": "127.0.0.1"}) == 429
    assert guess(served, PIN) == 204


def test_cookies_keep_to_tls_where_a_proxy_speaks_it(served, code):
    for headers, kept in (({}, False), ({"X-Forwarded-Proto": "https"}, True)):
        cookie = served.ask("GET", f"/poll/{code}", headers=headers)[1]["Set-Cookie"]
        assert ("; Secure" in cookie) is kept


@pytest.mark.parametrize(
    "changed",
    [
        {"choice": ["z"]},
        {"choice": []},
        {"choice": ["a", "b"]},
        {"choice": [HOSTILE]},
    ],
)
def test_a_wrong_choice_is_refused_beside_the_form(served, lecturer, code, changed):
    phone = Browser(served, code)
    status, _, text = phone.vote(**changed)
    assert status == 422
    assert 'role="alert">Choose one' in text
    assert HOSTILE not in text
    assert served.state(lecturer)["rounds"][0]["voters"] == 0


def test_a_forged_vote_is_refused(served, lecturer, code):
    phone, other = Browser(served, code), Browser(served, code)
    forged = "ot_voter=2|1:0|10:1795974622|8:ot_voter|4:eHg=|" + "0" * 64
    for cookie in ("", forged, other.cookie, lecturer):
        fields = {**phone.form(), "choice": "a"}
        assert served.ask("POST", phone.path, fields, cookie)[0] == 403
    assert phone.vote("a", key="0" * 32)[0] == 403
    assert phone.vote("a", key="é")[0] == 403
    assert phone.vote("a", poll="99")[0] == 403
    assert served.state(lecturer)["rounds"][0]["voters"] == 0


def test_a_form_of_an_earlier_round_comes_too_late(served, lecturer, code):
    phone = Browser(served, code)
    served.order("ask", lecturer, question=QUESTION)
    status, _, text = phone.vote("a")
    assert status == 409
    assert "came too late" in text
    assert [r["voters"] for r in served.state(lecturer)["rounds"]] == [0, 0]


def test_voting_again_and_again_counts_once_and_is_slowed_down(served, lecturer, code):
    phone = Browser(served, code)
    assert [phone.vote("ab"[i % 2])[0] for i in range(14)] == [303] * 12 + [429] * 2
    assert served.state(lecturer)["rounds"][0]["voters"] == 1


def test_new_browsers_without_end_are_stopped(served, code):
    object.__setattr__(served.desk, "voters", Limit(3, 600))
    for _ in range(3):
        Browser(served, code)
    status, _, text = served.ask("GET", f"/poll/{code}")
    assert status == 429
    assert "Wait a minute" in text


@pytest.mark.parametrize("path", ["/poll/{}", "/poll/{}/feed"])
def test_guessing_codes_is_slowed_down(served, code, path):
    object.__setattr__(served.desk, "codes", Limit(3, 600))
    for _ in range(3):
        assert served.ask("GET", path.format("QQQQQ"))[0] == 404
    assert served.ask("GET", path.format(code))[0] == 429


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "elsewhere.example"},
    ],
)
def test_a_form_of_a_foreign_page_is_refused(served, lecturer, code, headers):
    phone = Browser(served, code)
    fields = {**phone.form(), "choice": "a"}
    assert served.ask("POST", phone.path, fields, phone.cookie, headers)[0] == 403
    assert served.ask("POST", "/poll/api/close", {}, lecturer, headers)[0] == 403
    assert served.state(lecturer)["state"] == "open"


def test_an_oversize_body_is_refused(served, code, lecturer):
    phone = Browser(served, code)
    assert phone.vote("a", more="x" * 5000)[0] == 413
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    chunks = (b"choice=" + b"x" * 1000 for _ in range(8))
    status = None
    try:
        status = served.ask("POST", phone.path, None, phone.cookie, kind, body=chunks)[0]
    except (BrokenPipeError, ConnectionResetError):
        status = 413  # the server has closed the line before all was sent
    assert status == 413
    assert phone.vote("a", **{f"f{i}": "x" for i in range(60)})[0] == 400
    assert served.state(lecturer)["rounds"][0]["voters"] == 0


def test_other_bodies_than_forms_are_refused(served, code):
    phone = Browser(served, code)
    kind = {"Content-Type": "application/json"}
    body = json.dumps({**phone.form(), "choice": "a"})
    assert served.ask("POST", phone.path, None, phone.cookie, kind, body)[0] == 415


def test_an_order_that_cannot_be_is_refused_in_words(served, lecturer):
    assert served.order("ask", lecturer, question=HOSTILE)[0] == 409
    status, _, told = served.order("close", lecturer)
    assert (status, json.loads(told)) == (409, {"refused": "There is no open question to close."})


def test_qr_codes_hold_the_links(served, lecturer):
    for of in ("poll", "lesson"):
        status, headers, picture = served.ask("GET", f"/poll/api/qr.svg?of={of}", cookie=lecturer)
        assert status == 200
        assert headers["Content-Type"] == "image/svg+xml"
        assert picture.startswith("<?xml")
        assert 'fill="#fff' in picture  # dark on light in every theme


def test_the_phones_page_is_tiny_and_asks_nobody_else(served, code):
    phone = Browser(served, code)
    weight = len(phone.text)
    for asset in re.findall(r'(?:src|href)="(/poll/static/[^"]+)"', phone.text):
        status, _, text = served.ask("GET", asset)
        assert status == 200
        assert "//" not in re.sub(r"/\*.*?\*/|//[^\n]*\n", "", text, flags=re.S)
        weight += len(text)
    assert weight < 12_000
    assert "http" not in phone.text


def test_the_phone_is_dark_where_its_owner_wants_that():
    light, _, dark = phone_tokens().partition("(prefers-color-scheme: dark)")
    assert "--ot-bg: #fcfcfb" in light
    assert "--ot-bg: #10161c" in dark
    assert phone_tokens().count("{") == phone_tokens().count("}")


def listen(served, path, cookie, wanted, seen):
    """Read a line of news until a word comes."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    while wanted not in (line := answer.readline().decode()):
        seen.append(line)
    connection.close()


def test_votes_are_told_to_the_lecturer_and_turns_to_the_phones(served, lecturer, code):
    phone = Browser(served, code)
    with ThreadPoolExecutor(2) as pool:
        seen, told = [], []
        news = pool.submit(listen, served, "/poll/api/feed", lecturer, '"voters": 1', seen)
        turns = pool.submit(listen, served, f"/poll/{code}/feed", "", "-closed", told)
        while not (seen and told):  # both have heard how it stands
            threading.Event().wait(0.01)
        phone.vote("a")
        news.result(10)
        served.order("close", lecturer)
        turns.result(10)
    assert not [line for line in told if "voters" in line or '"a"' in line]


def test_news_that_come_while_the_last_are_told_are_not_missed(monkeypatch):
    monkeypatch.setattr(room, "GATHER_S", 0)
    monkeypatch.setattr(room, "SIGN_OF_LIFE_S", 5)

    async def heard():
        news = News()
        changes = news.changes()
        told = [await anext(changes)]
        news.tell()  # the listener still looks at how it stands
        told.append(await anext(changes))
        news.tell()  # and again
        told.append(await anext(changes))
        return told

    assert own_loop.run(heard()) == [True, True, True]


def test_a_vote_wakes_no_phone(served, lecturer, code, monkeypatch):
    monkeypatch.setattr(room, "GATHER_S", 0)
    turns = served.polls.turns.changes()
    heard = []

    async def listen():
        async for _ in turns:
            heard.append(served.polls.room)

    task = asyncio.run_coroutine_threadsafe(listen(), served.loop)
    Browser(served, code).vote("a")
    assert served.state(lecturer)["rounds"][-1]["voters"] == 1
    assert len(heard) == 1, "how it stands, and no more"
    served.order("close", lecturer)
    while len(heard) < 2:
        threading.Event().wait(0.01)
    task.cancel()


def test_three_hundred_phones_at_once_are_all_counted(served, lecturer, code):
    def vote(i):
        phone = Browser(served, code)
        return phone.vote("ab"[i % 3 == 0])[0]

    with ThreadPoolExecutor(24) as pool:
        assert set(pool.map(vote, range(300))) == {303}
    (result,) = served.state(lecturer)["rounds"]
    assert result["counts"] == {"a": 200, "b": 100}


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """Polls for many hostile requests, without limits."""
    served = Served(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'polls.sqlite'}")
    for name in ("votes", "pins", "all_pins", "codes", "voters"):
        object.__setattr__(served.desk, name, Limit(10**6, 600))
    yield served
    served.stop()


TEXT = st.one_of(st.text(max_size=60), st.sampled_from([HOSTILE, "a", PIN[:-1], "' OR 1=1 --"]))
FIELDS = st.dictionaries(
    st.one_of(st.sampled_from(["choice", "poll", "key", "pin", "question"]), TEXT),
    st.lists(TEXT, max_size=3), max_size=6,
)  # fmt: skip
PATHS = st.one_of(
    st.sampled_from(["", "/BDFGH", "/api/pin", "/api/ask", "/api/state", "/static/poll.css"]),
    TEXT.map(lambda text: "/" + quote(text.encode("utf-8", "replace"), safe="./%")),
)
COOKIES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]),
    path=PATHS, fields=FIELDS, cookie=COOKIES, query=TEXT, raw=st.binary(max_size=80),
)  # fmt: skip
def test_whatever_is_sent_never_breaks_the_polls(
    standing, method, path, fields, cookie, query, raw
):
    problems = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: problems.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    try:
        target = f"/poll{path}?code={quote(query.encode('utf-8', 'replace'))}"
        cookies = f"ot_voter={cookie}; ot_lecturer={cookie}"
        clean = {
            k.encode("utf-8", "replace"): [v.encode("utf-8", "replace") for v in values]
            for k, values in fields.items()
        }
        for sent in ({"fields": clean}, {"body": raw}):
            status, _, text = standing.ask(method, target, cookie=cookies, **sent)
            assert status < 500
            assert HOSTILE not in text
            assert "Traceback" not in text
    finally:
        logging.getLogger().removeHandler(handler)
    assert problems == []


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(fields=FIELDS)
def test_no_fuzzed_form_makes_a_vote(standing, fields):
    lecturer = standing.lecturer()
    if standing.state(lecturer)["state"] != "open":
        standing.order("ask", lecturer, question="try/number")
    phone = Browser(standing, standing.state(lecturer)["code"])
    clean = {k.encode("utf-8", "replace"): [v.encode("utf-8", "replace") for v in vs]
             for k, vs in fields.items()}  # fmt: skip
    assert standing.ask("POST", phone.path, clean, phone.cookie)[0] in (400, 403)
    assert standing.state(lecturer)["rounds"][-1]["voters"] == 0
