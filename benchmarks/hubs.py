"""A JupyterHub with the shipped configuration, for tests and measurements on this machine alone."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
STARTS_WITHIN_S = 60

# All that differs from the shipped configuration: anybody with the password is let in, servers run
# under this account with a folder each as home, and the ports are free ones.
_CHANGES = """\
c = get_config()
load_subconfig({shipped!r})
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.admin_users = {{"admin"}}
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
