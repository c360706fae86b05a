"""The course in a real JupyterHub, as deploy/jupyterhub configures it: two learners and a stranger.

Only the login and the spawner differ from the shipped configuration: every name with the password
is let in, and all servers run under this account, with a folder each as home.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from urllib.parse import urlsplit

import find_proxy
import psutil
import pytest
import requests
import websocket
from browser.driving import TIMEOUT, move_and_see, wait_frame
from progress_files import progress

from benchmarks.hubs import running_hub
from oligoteach.evidence import notebooks_path

pytestmark = pytest.mark.hub

LESSON = "voila/render/01_definitions.ipynb"
MINE = progress({"definitions": {"visited": "2026-01-02"}})
KERNEL = "00000000-0000-4000-8000-000000000000"
PERSONAL = [
    "",
    "nothing-here",
    LESSON,
    "progress",
    f"api/kernels/{KERNEL}",
    "api/contents/",
    "tree",
]
NOT_THEIRS = [f"api/kernels/{KERNEL}/channels", f"voila/line/{KERNEL}"]


class Learner:
    """Somebody at the hub over plain HTTP, with cookies as a browser keeps them."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.session = requests.Session()

    @property
    def home(self):
        return f"{self.hub.url}/user/{self.name}/"

    def log_in(self):
        login = f"{self.hub.url}/hub/login"
        self.session.get(login)
        fields = {"username": self.name, "password": self.hub.password, "_xsrf": self.xsrf("/hub/")}
        answer = self.session.post(login, data=fields, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        self.session.get(f"{self.hub.url}/hub/home")  # the token of one who is logged in
        return self

    def xsrf(self, path):
        return next(c.value for c in self.session.cookies if (c.name, c.path) == ("_xsrf", path))

    def tell_hub(self, method):
        """Start (POST) or stop (DELETE) this learner's server, and wait until it is done."""
        url = f"{self.hub.url}/hub/api/users/{self.name}"
        headers = {"X-XSRFToken": self.xsrf("/hub/"), "Referer": f"{self.hub.url}/hub/home"}
        answer = self.session.request(method, f"{url}/server", headers=headers)
        assert answer.status_code in (201, 202, 204), answer.text
        goal = "ready" if method == "POST" else "stopped"
        progress = (
            self.session.get(f"{url}/server/progress", headers=headers) if goal == "ready" else None
        )
        assert progress is None or '"ready": true' in progress.text
        while goal == "stopped" and self.session.get(url, headers=headers).json()["servers"]:
            pass

    def start(self):
        self.tell_hub("POST")
        answer = self.session.get(self.home)  # by way of the hub's login, to this server's own
        assert answer.url == self.home
        return self

    def progress(self, method="GET", text=None, home=None, **headers):
        """Ask for progress, one's own unless another home is named, as a page of one's own does."""
        headers = {"X-XSRFToken": self.xsrf(f"/user/{self.name}/"), **headers}
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        return self.session.request(
            method, f"{home or self.home}progress", data=text, headers=named, allow_redirects=False
        )


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A running hub; without a proxy, skip loudly, and fail where CI is set."""
    proxy = find_proxy.find()
    if proxy is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(find_proxy.NONE_FOUND)
    with running_hub(tmp_path_factory.mktemp("hub"), proxy) as hub:
        yield hub
        below = psutil.Process(hub.process.pid).children(recursive=True)
    _, left = psutil.wait_procs(below, timeout=10)
    assert left == [], "the hub left processes behind"


@pytest.fixture(scope="module")
def alice(hub):
    return Learner(hub, "alice").log_in().start()


@pytest.fixture(scope="module")
def bob(hub):
    return Learner(hub, "bob").log_in().start()


@pytest.fixture
def clean(alice):
    """Alice, with nothing done so far."""
    alice.hub.progress_file("alice").unlink(missing_ok=True)
    return alice


# Strangers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PERSONAL)
def test_a_stranger_sees_only_the_login(alice, path):
    answer = requests.get(alice.home + path, timeout=30)
    if answer.status_code == 200:
        assert urlsplit(answer.url).path == "/hub/login"
        assert 'id="username_input"' in answer.text
        assert "Education only" in answer.text
    else:
        assert answer.status_code == 403
    assert "ot-card" not in answer.text


@pytest.mark.parametrize("path", ["", "hub/", "hub/home", "hub/admin", "hub/spawn", "user/carol/"])
def test_the_hub_itself_asks_a_stranger_to_log_in(hub, path):
    answer = requests.get(f"{hub.url}/{path}", timeout=30)
    assert urlsplit(answer.url).path == "/hub/login"


def test_a_stranger_learns_nothing_from_the_hubs_api(hub):
    assert requests.get(f"{hub.url}/hub/api/users", timeout=30).status_code == 403


def test_the_wrong_password_lets_nobody_in(hub):
    learner = Learner(hub, "mallory")
    login = f"{hub.url}/hub/login"
    learner.session.get(login)
    fields = {"username": "alice", "password": "guess", "_xsrf": learner.xsrf("/hub/")}
    assert learner.session.post(login, data=fields).status_code == 403


def test_a_stranger_writes_nothing(clean):
    for headers in ({}, {"If-None-Match": "*"}, {"X-XSRFToken": "a", "Cookie": "_xsrf=a"}):
        answer = requests.put(f"{clean.home}progress", data=MINE, headers=headers, timeout=30)
        assert answer.status_code == 403
    assert not clean.hub.progress_file("alice").exists()


# One learner and another --------------------------------------------------------------------


@pytest.mark.parametrize("path", PERSONAL)
def test_one_learner_never_sees_anothers_pages(alice, bob, path):
    answer = bob.session.get(alice.home + path)
    assert answer.status_code == 403
    assert "ot-card" not in answer.text


def test_one_learner_never_reads_or_writes_anothers_progress(clean, bob):
    assert clean.progress("PUT", MINE, If_None_Match="*").status_code == 204
    assert bob.progress(home=clean.home).status_code == 403
    answer = bob.progress("PUT", progress(), home=clean.home, If_None_Match="*")
    assert answer.status_code == 403
    assert clean.progress().text == MINE
    assert bob.progress().status_code == 204  # and has none


def channel(learner, url):
    """Open a socket with a learner's cookies; return the status that refuses it, or the socket."""
    cookies = "; ".join(f"{c.name}={c.value}" for c in learner.session.cookies)
    address = url.replace("http", "ws", 1)
    try:
        return websocket.create_connection(address, cookie=cookies, origin=learner.hub.url)
    except websocket.WebSocketBadStatusException as error:
        return error.status_code


@pytest.mark.parametrize("path", NOT_THEIRS)
def test_one_learner_never_talks_to_anothers_kernels(alice, bob, path):
    assert channel(bob, alice.home + path) == 403


def test_a_learner_cannot_act_on_the_hub_for_others(alice, bob):
    headers = {"X-XSRFToken": bob.xsrf("/hub/"), "Referer": f"{bob.hub.url}/hub/home"}
    server = f"{bob.hub.url}/hub/api/users/alice/server"
    assert bob.session.delete(server, headers=headers).status_code in (403, 404)
    assert alice.session.get(alice.home).status_code == 200


# Progress -----------------------------------------------------------------------------------


def test_progress_is_one_private_file_in_the_learners_home(clean):
    assert clean.progress().status_code == 204
    assert clean.progress("PUT", MINE, If_None_Match="*").status_code == 204
    answer = clean.progress()
    assert (answer.status_code, answer.text) == (200, MINE)
    assert answer.headers["Cache-Control"] == "no-store"
    file = clean.hub.progress_file("alice")
    assert file.read_text("utf-8") == MINE
    assert file.stat().st_mode & 0o077 == 0


def test_a_change_that_rests_on_an_old_copy_is_refused(clean):
    first = clean.progress("PUT", MINE, If_None_Match="*").headers["ETag"]
    second = clean.progress("PUT", progress(), If_Match=first).headers["ETag"]
    assert clean.progress("PUT", MINE, If_Match=first).status_code == 412
    assert clean.progress("PUT", MINE, If_None_Match="*").status_code == 412
    assert clean.progress("PUT", MINE).status_code == 428
    assert clean.progress().text == progress()
    assert clean.progress().headers["ETag"] == second


@pytest.mark.parametrize(
    ("text", "status", "why"),
    [
        ("{", 400, "It is not complete JSON"),
        (progress({"../x": {}}), 400, "It names a lesson that cannot exist."),
        ("x" * 1_000_001, 413, "It is larger than 1 MB."),
    ],
)
def test_what_is_no_progress_file_is_refused_in_words(clean, text, status, why):
    clean.progress("PUT", MINE, If_None_Match="*")
    tag = clean.progress().headers["ETag"]
    answer = clean.progress("PUT", text, If_Match=tag)
    assert answer.status_code == status
    assert answer.json()["message"].startswith(why)
    assert clean.progress().text == MINE


def test_another_sites_page_can_change_nothing(clean):
    clean.progress("PUT", MINE, If_None_Match="*")
    tag = clean.progress().headers["ETag"]
    for token in (None, "forged"):
        answer = clean.progress("PUT", progress(), If_Match=tag, **{"X-XSRFToken": token})
        assert answer.status_code == 403
    assert clean.progress().text == MINE


def test_a_damaged_file_is_told_and_put_aside(clean):
    file = clean.hub.progress_file("alice")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(MINE[:-4], "utf-8")
    answer = clean.progress()
    assert answer.status_code == 409
    assert "put aside as progress.damaged.json" in answer.json()["message"]
    assert clean.progress().status_code == 204


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
def test_no_other_method_is_known(clean, method):
    assert clean.progress(method, MINE).status_code == 405


# Lessons are read-only ----------------------------------------------------------------------


def lessons_as_they_are():
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in notebooks_path().glob("*.ipynb")
    }


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [LESSON, "api/contents/01_definitions.ipynb", "api/kernels", "api/sessions", "api/terminals"],
)
def test_no_learner_changes_a_lesson_or_starts_anything(alice, method, path):
    before = lessons_as_they_are()
    headers = {"X-XSRFToken": alice.xsrf("/user/alice/")}
    answer = alice.session.request(method, alice.home + path, json={}, headers=headers)
    assert answer.status_code in (404, 405)
    assert lessons_as_they_are() == before


def test_a_page_runs_nothing_but_its_lesson(alice, tmp_path):
    """Code sent over the page's own socket is not run."""
    proof = tmp_path / "proof"
    with alice.session.get(alice.home + LESSON, stream=True) as page:
        kernel = re.search(r'"kernelId": "([\w-]+)"', "".join(page.iter_lines(decode_unicode=True)))
    socket = channel(alice, f"{alice.home}api/kernels/{kernel[1]}/channels?session_id=s")
    with contextlib.closing(socket):
        code = f"open({str(proof)!r}, 'w')"
        socket.send(message("execute_request", {"code": code, "silent": False}))
        socket.send(message("kernel_info_request", {}))
        socket.settimeout(30)
        while json.loads(socket.recv())["msg_type"] != "kernel_info_reply":
            pass
    assert not proof.exists()


def message(kind, content):
    header = {"msg_id": kind, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    return json.dumps({**whole, "channel": "shell", "buffers": []})


# In a browser -------------------------------------------------------------------------------


@pytest.fixture
def new_browser(browser, hub):
    """Return a function that gives a page in a browser that knows nothing yet."""
    with contextlib.ExitStack() as stack:

        def open_():
            context = browser.new_context(reduced_motion="reduce")
            stack.callback(context.close)
            context.set_default_timeout(TIMEOUT)
            page = context.new_page()
            page.foreign, page.errors = [], []
            page.on("pageerror", lambda error: page.errors.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    request.url.startswith(("http:", "https:"))
                    and not request.url.startswith(hub.url)
                    and page.foreign.append(request.url)
                ),
            )
            return page

        yield open_


def log_in(page, learner):
    page.goto(learner.hub.url)
    page.locator("#username_input").fill(learner.name)
    page.locator("#password_input").fill(learner.hub.password)
    page.locator("#login_submit").click()
    page.wait_for_url(learner.home)


def open_lesson(page, learner):
    page.goto(learner.home + LESSON)
    page.locator(".kit-references").wait_for()


def open_front(page, learner):
    page.goto(learner.home)
    page.locator(".ot-card").first.wait_for()


def answer_first(page, at=0):
    """Answer a question of the lesson, and return its id."""
    question = page.locator("[data-question]").nth(at)
    question.scroll_into_view_if_needed()
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    question.locator(".kit-verdict").wait_for()
    return question.get_attribute("data-question")


def answers_at_home(learner):
    try:
        kept = json.loads(learner.hub.progress_file(learner.name).read_text("utf-8"))
    except FileNotFoundError:
        return set()
    return set(kept["lessons"]["definitions"]["answers"])


def wait_saved(page, learner, question):
    """Wait until the home has an answer; the page is asked meanwhile, so that it can go on."""
    for _ in range(600):
        if question in answers_at_home(learner):
            return
        page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
    pytest.fail(f"{question} was not saved; the home has {answers_at_home(learner)}")


@pytest.mark.browser
def test_progress_survives_the_server_and_the_browser(clean, new_browser):
    page = new_browser()
    log_in(page, clean)
    open_lesson(page, clean)
    explorer = page.locator("[data-explorer]").first
    explorer.locator(".kit-reveal").click()
    wait_frame(explorer)
    move_and_see(page, explorer)
    question = answer_first(page)
    wait_saved(page, clean, question)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert "in your home on this server" in page.locator(".ot-colophon").inner_text()
    assert page.locator(".ot-user").inner_text() == "alice"
    assert page.errors == page.foreign == []
    page.context.close()

    clean.tell_hub("DELETE")
    clean.start()
    page = new_browser()
    log_in(page, clean)
    card = page.locator('.ot-card[data-lesson="definitions"] .ot-state')
    card.get_by_text("1 answered").wait_for()
    open_lesson(page, clean)
    page.locator(f'[data-question="{question}"] .kit-verdict').wait_for()
    assert page.errors == page.foreign == []


@pytest.mark.browser
def test_another_learner_at_the_same_machine_sees_nothing_of_it(clean, bob, new_browser):
    clean.progress("PUT", MINE, If_None_Match="*")
    page = new_browser()
    log_in(page, clean)
    page.locator('.ot-card[data-lesson="definitions"] .ot-state').get_by_text("Begun").wait_for()
    page.get_by_role("link", name="Log out").click()
    page.wait_for_url("**/hub/log*")
    page.goto(clean.home)
    page.locator("#username_input").wait_for()
    log_in(page, bob)
    page.locator(".ot-card").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert set(page.locator(".ot-state").all_inner_texts()) == {"Not started"}
    assert page.foreign == []


@pytest.mark.browser
def test_a_learner_may_be_called_like_a_part_of_an_address(hub, new_browser):
    learner = Learner(hub, "voila").log_in().start()
    page = new_browser()
    log_in(page, learner)
    open_lesson(page, learner)
    page.locator('html[data-line="up"]').wait_for(state="attached")
    assert page.errors == page.foreign == []


@pytest.mark.browser
def test_two_open_pages_do_not_undo_each_others_work(clean, new_browser):
    first = new_browser()
    log_in(first, clean)
    open_lesson(first, clean)
    second = first.context.new_page()
    open_lesson(second, clean)
    one = answer_first(first, at=0)
    wait_saved(first, clean, one)
    other = answer_first(second, at=1)
    wait_saved(second, clean, other)
    third = answer_first(first, at=2)
    wait_saved(first, clean, third)
    assert answers_at_home(clean) == {one, other, third}


@pytest.mark.browser
def test_what_cannot_be_saved_is_said_and_saved_later(clean, new_browser):
    page = new_browser()
    log_in(page, clean)
    open_lesson(page, clean)
    saved = answer_first(page)
    wait_saved(page, clean, saved)
    page.route("**/progress", lambda route: route.abort())
    unsaved = answer_first(page, at=1)
    note = page.locator(".kit-unsaved")
    note.get_by_text(
        "Your progress is not saved at the moment: the server does not answer."
    ).wait_for()
    assert answers_at_home(clean) == {saved}
    # Left like this, it waits in this tab, and joins what another page has saved meanwhile.
    elsewhere = json.loads(clean.progress().text)
    elsewhere["lessons"]["definitions"]["answers"]["other"] = {"correct": True}
    tag = clean.progress().headers["ETag"]
    clean.progress("PUT", json.dumps(elsewhere), If_Match=tag)
    page.unroute("**/progress")
    page.reload()
    wait_saved(page, clean, unsaved)
    assert answers_at_home(clean) == {saved, unsaved, "other"}
    page.locator(".kit-references").wait_for()
    assert note.count() == 0
