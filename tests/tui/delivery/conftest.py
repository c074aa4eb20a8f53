"""A site with a ladder and a store on disk, and a pager on loopback."""

from __future__ import annotations

import json
import os
import threading
from http.server import ThreadingHTTPServer

import pytest

from tests.tui.delivery.pager import ESCALATING, Sink, stamp
from tui.cli import run


@pytest.fixture
def sink(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.came, server.status, server.arrived = [], 200, threading.Event()
    server.before = lambda _: None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("TEST_PAGER_URL", f"http://127.0.0.1:{server.server_address[1]}/secret-path")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SLA_") and name != "SLA_TEST_CASES"]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("TEST_PAGER_URL", raising=False)
    (tmp_path / "sla.rules").write_text(ESCALATING)
    opened = {"ticket": "T-1", "at": stamp(-2 * 3600), "kind": "opened", "id": "1", "priority": "high", "status": "Open", "subject": "\x1b[31mVPN"}  # fmt: skip
    (tmp_path / "events.jsonl").write_text(json.dumps(opened) + "\n")
    assert run(["import", "events.jsonl", "--map", "events"]) == 0
    capsys.readouterr()
    return tmp_path
