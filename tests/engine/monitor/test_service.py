"""The words of systemd's protocol, on a real socket."""

from __future__ import annotations

import os
import socket

import pytest

from engine.monitor.service import Manager


@pytest.fixture(params=["file", "abstract"])
def manager(request, tmp_path):
    name = str(tmp_path / "notify") if request.param == "file" else f"\0sla-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.settimeout(5)
        way.bind(name)
        yield way, {"NOTIFY_SOCKET": name.replace("\0", "@")}


def test_ready_alive_stopping(manager):
    way, environment = manager
    ours = Manager(environment)
    ours.alive()
    ours.alive()
    ours.stopping()
    assert [way.recv(200) for _ in range(3)] == [b"READY=1\nWATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/no/such/socket", "@nobody-listens"])
def test_nobody_who_listens_is_no_trouble(address):
    Manager({"NOTIFY_SOCKET": address}).alive()
