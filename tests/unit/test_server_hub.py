"""The program that a JupyterHub starts for each user: what it says where it cannot start."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from oligoteach.server import hub


@pytest.fixture(autouse=True)
def no_hub(monkeypatch):
    for name in ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SSL_CERTFILE"):
        monkeypatch.delenv(name, raising=False)


def test_outside_a_hub_it_says_what_it_is_for(capsys):
    assert hub.main([]) == 2
    said = capsys.readouterr().err
    assert "is started by a JupyterHub" in said
    assert "oligoteach serve" in said


def test_tls_between_hub_and_user_is_refused_in_words(monkeypatch, capsys):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "https://127.0.0.1:1/user/ann/")
    monkeypatch.setenv("JUPYTERHUB_SSL_CERTFILE", "/a/certificate")
    assert hub.main([]) == 2
    assert "internal_ssl" in capsys.readouterr().err


def test_an_address_that_is_taken_is_named(monkeypatch, capsys):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/user/ann/"
        monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", url)
        assert hub.main(["--debug"]) == 2
    said = capsys.readouterr().err
    assert f"{url} cannot be opened: Address already in use." in said
    assert "ignored: --debug" in said
