"""A JupyterHub with the shipped configuration, on this machine alone: for tests, and measured.

``python -m benchmarks.hubs`` prints what each part takes in memory.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser

from benchmarks.serving import browsing, reveal_all
from oligoteach.evidence import notebooks_path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import find_browser  # noqa: E402
import find_proxy  # noqa: E402

SHIPPED = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
STARTS_WITHIN_S = 60

# All that differs from the shipped configuration: anybody with the password is let in, servers run
# under this account with a folder each as home, and the ports are free ones.
_CHANGES = """\
c = get_config()
load_subconfig({shipped!r})
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.log_level = "INFO"
"""


@dataclass(frozen=True)
class Hub:
    """A running hub: its address, the password for every name, its homes and its process."""

    url: str
    password: str
    homes: Path
    log: Path
    process: subprocess.Popen[bytes]

    def progress_file(self, user: str) -> Path:
        """Return where the progress of a user is kept."""
        return self.homes / user / "oligoteach" / "progress.json"


@contextlib.contextmanager
def running_hub(folder: Path, proxy: str) -> Iterator[Hub]:
    """Run a hub in a folder until the block ends."""
    port, hub_port, proxy_port = _free_ports(3)
    homes = folder / "homes"
    hub_url = f"http://127.0.0.1:{port}"
    password = secrets.token_hex(8)
    config = folder / "config.py"
    config.write_text(
        _CHANGES.format(
            shipped=str(SHIPPED),
            password=password,
            homes=f"{homes}/{{username}}",
            hub_port=hub_port,
            proxy_port=proxy_port,
        ),
        encoding="utf-8",
    )
    log = folder / "hub.log"
    environment = {
        **os.environ,
        "OLIGOTEACH_HUB_STATE": str(folder / "state"),
        "OLIGOTEACH_HUB_URL": hub_url,
        "OLIGOTEACH_PROXY": proxy,
    }
    command = [sys.executable, "-m", "jupyterhub", "--config", str(config)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_open(f"http://127.0.0.1:{hub_port}/hub/health", process, log)
        _wait_until_open(f"{hub_url}/hub/login", process, log)  # the proxy knows it a moment later
        yield Hub(hub_url, password, homes, log, process)
    finally:
        process.send_signal(signal.SIGINT)  # stops servers, services and proxy too
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_until_open(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise RuntimeError(f"the hub did not start:\n{tail}")


# What it costs ------------------------------------------------------------------------------

MB = 1_000_000


def measure(learners: int, pages: int) -> list[tuple[str, list[float]]]:
    """Return what each part of a hub takes in memory, in MB, with every page open and used.

    Parameters
    ----------
    learners : int
        How many are logged in.
    pages : int
        Lessons that each of them has open, one kernel each.
    """
    proxy = find_proxy.find_or_fetch()
    chromium = find_browser.find_or_fetch()
    if proxy is None or chromium is None:
        raise SystemExit(find_proxy.NONE_FOUND if proxy is None else find_browser.NONE_FOUND)
    os.environ[find_browser.VARIABLE] = chromium
    with (
        tempfile.TemporaryDirectory() as folder,
        running_hub(Path(folder), proxy) as hub,
        browsing() as browser,
    ):
        for number in range(learners):
            _open_lessons(browser, hub, f"learner{number}", pages)
        return _sizes(hub)


def _open_lessons(browser: Browser, hub: Hub, learner: str, pages: int) -> None:
    """Log in, open lessons, and use them as far as drawing every figure."""
    context = browser.new_context()
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(hub.url)
    page.locator("#username_input").fill(learner)
    page.locator("#password_input").fill(hub.password)
    page.locator("#login_submit").click()
    page.wait_for_url(f"{hub.url}/user/{learner}/")
    lessons = [path.name for path in sorted(notebooks_path().glob("*.ipynb"))]
    for number in range(pages):
        page = context.new_page()
        page.goto(f"{hub.url}/user/{learner}/voila/render/{lessons[number % len(lessons)]}")
        page.locator(".kit-references").wait_for()
        reveal_all(page)


def _sizes(hub: Hub) -> list[tuple[str, list[float]]]:
    """Return the proportional memory of all processes below the hub, by what they are."""
    sizes: dict[str, list[float]] = {
        "hub": [],
        "proxy": [],
        "culler of idle servers": [],
        "a learner's server": [],
        "a lesson's kernel": [],
    }
    marks = {
        "ipykernel": "a lesson's kernel",
        "oligoteach-singleuser": "a learner's server",
        "configurable-http-proxy": "proxy",
        "jupyterhub_idle_culler": "culler of idle servers",
    }
    top = psutil.Process(hub.process.pid)
    for process in [top, *top.children(recursive=True)]:
        command = " ".join(process.cmdline())
        what = next((name for mark, name in marks.items() if mark in command), "hub")
        sizes[what].append(process.memory_full_info().pss / MB)
    return list(sizes.items())


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hubs", description=main.__doc__)
    parser.add_argument("--learners", type=int, default=3, help="how many are logged in")
    parser.add_argument("--pages", type=int, default=2, help="lessons that each has open")
    args = parser.parse_args()
    print(f"{args.learners} learners with {args.pages} lessons open each; MB of memory (PSS)")
    print(f"{'what':<26} {'number':>6} {'median':>8} {'most':>8}")
    for what, sizes in measure(args.learners, args.pages):
        median, most = statistics.median(sizes), max(sizes)
        print(f"{what:<26} {len(sizes):>6} {median:>8.0f} {most:>8.0f}")


if __name__ == "__main__":
    main()
