"""`sla serve`: links in mails act once."""

from __future__ import annotations

import json
import socket
import sys
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from engine.delivery.links import Links
from reports.web.connection import PLACES
from tests.tui.delivery.pager import out
from tests.tui.serving import ask, serving
from tui.cli import run


@pytest.fixture
def served(site, monkeypatch):
    """A real server over the store: its address, and links for it."""
    monkeypatch.setenv("SLA_WEB__SECRET", "a secret of the tests")
    monkeypatch.setenv("SLA_WEB__URL", "https://desk.example/sla")
    assert run(["run", "--once", "--no-deliver"]) == 0
    with serving(site) as server:
        yield server.address, Links("a secret of the tests", "", 3600)
    assert server.errors == ""


def test_links_are_served_and_act_once(served, site, capsys):
    address, links = served
    capsys.readouterr()
    assert ask(address + "/healthz")[:2] == (200, '{"status":"ok"}')
    path = links.address(3, 1, "acknowledge", "duty-manager", int(time.time()))
    for prefix in ("", "/sla"):
        status, text, headers = ask(address + prefix + path)
        assert status == 200
        assert "\x1b" not in text
        assert "server" not in {name.lower() for name in headers}
    assert ask(address + path, "HEAD")[:2] == (200, "")
    assert ask(address + path, "POST")[0] == 200
    assert ask(address + path, "POST")[0] == 410
    assert ask(address + "/act/forged")[0] == 404
    [row] = json.loads(out(capsys, "inbox", "--format", "json"))
    assert row["acknowledged"] is not None


def test_connections_that_send_half_a_request_keep_nobody_out(served):
    address, links = served
    place = urlsplit(address)
    path = links.address(3, 1, "acknowledge", "duty-manager", int(time.time()))
    half = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf".encode()
    with ExitStack() as held:
        for number in range(2 * PLACES):
            peer = held.enter_context(socket.create_connection((place.hostname, place.port)))
            peer.sendall((half, b"", half[:30])[number % 3])
        assert [ask(address + "/healthz")[0] for _ in range(20)] == [200] * 20


def test_serve_wants_links_and_a_free_port(site, monkeypatch, capsys):
    assert run(["serve"]) == 1
    said = capsys.readouterr().err
    assert "web.secret" in said and "alertmanager.token" in said
    monkeypatch.setenv("SLA_WEB__SECRET", "a secret of the tests")
    monkeypatch.setenv("SLA_WEB__URL", "https://desk.example")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 4
    assert "--port" in capsys.readouterr().err
    assert run(["serve", "--store", "missing"]) == 4


def test_a_missing_extra_is_named(site, monkeypatch, capsys):
    monkeypatch.setenv("SLA_WEB__SECRET", "a secret of the tests")
    monkeypatch.setenv("SLA_WEB__URL", "https://desk.example")
    for name in [name for name in sys.modules if name.startswith(("reports.web", "starlette", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    assert run(["serve"]) == 4
    assert "pip install 'tiercel[web]'" in capsys.readouterr().err
