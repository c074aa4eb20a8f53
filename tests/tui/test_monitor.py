"""A real `sla run` that listens: what a scrape brings, when it is well, and what a service manager hears of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as families

from engine.facts import Event, Instant
from engine.store.sqlite import SqliteStore
from tests.engine.channels.servers import Hook
from tests.engine.site import RULES
from tests.tui.process import environment, sla_command
from tui.cli import run

PATIENCE = 30.0
LADDER = """\
person duty-manager "Duty manager" {
  email "duty-manager@msp.example"
}
channel pager "Pager" {
  url env TEST_PAGER_URL
}
escalation noc "NOC" {
  at breach of response notify duty-manager via inbox, pager
}
"""
ESCALATING = RULES.replace("  pause by client\n", "  pause by client\n  escalate via noc\n") + LADDER


@pytest.fixture
def hook():
    made = Hook()
    yield made
    made.close()


@pytest.fixture
def site(tmp_path, monkeypatch, hook):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SLA_") and name != "SLA_TEST_CASES"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEST_PAGER_URL", hook.address)
    (tmp_path / "sla.rules").write_text(ESCALATING)
    opened = Instant(int(time.time()) - 2 * 3600)
    data = {"priority": "high", "status": "Open", "subject": 'VPN"} 1\nsla_x 2'}
    with closing(SqliteStore.open(tmp_path / "sla.db", create=True)) as store:
        store.add_events("test", [("T-1", Event(opened, "opened", data, "test", "1"))])
    return tmp_path


class Watched:
    """A `sla run` of its own; `said` are the objects that it has written so far."""

    def __init__(self, site, *arguments, **more):
        self.errors = site / "errors.jsonl"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                sla_command("run", "--log-format", "json", *arguments),
                cwd=site,
                env=environment(**more),
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    @property
    def said(self) -> list[dict]:
        return [json.loads(line) for line in self.errors.read_text().splitlines(keepends=True) if line.endswith("\n")]  # fmt: skip

    @property
    def address(self) -> str:
        [line] = wait(lambda: [item for item in self.said if item["event"] == "listening"])
        return "http://" + line["address"]

    def ask(self, path: str, accept: str = "") -> tuple[int, str]:
        try:
            request = urllib.request.Request(self.address + path, headers={"accept": accept})
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def scraped(self) -> dict[tuple[str, ...], float]:
        """Samples by name and labels."""
        return {
            (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): sample.value
            for family in families(self.ask("/metrics")[1])
            for sample in family.samples
        }

    def health(self) -> tuple[int, dict]:
        status, text = self.ask("/healthz")
        return status, json.loads(text)


@contextmanager
def running(site, *arguments, **environment):
    made = Watched(site, *arguments, **environment)
    try:
        yield made
    finally:
        made.process.send_signal(signal.SIGTERM)
        assert made.process.wait(60) == 0, made.errors.read_text()


def wait(ready):
    """What `ready` answers as soon as that is something, or when patience ends."""
    until = time.monotonic() + PATIENCE
    while not (found := ready()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_an_engine_erases_what_has_come_of_age(site):
    long_ago = Instant(int(time.time()) - 100 * 86_400)
    with closing(SqliteStore.open(site / "sla.db")) as store:
        for kind in ("opened", "resolved"):
            store.add_events("test", [("old", Event(long_ago, kind, {"subject": "VPN"}, "test", kind))])
    with running(site, "--listen", "127.0.0.1:0", SLA_RETENTION__PERSONAL_TEXT_MONTHS="2") as engine:
        [said] = wait(lambda: [item for item in engine.said if item["event"] == "text-erased"])
        assert (said["tickets"], said["events"]) == (1, 2)
        assert engine.scraped()[("sla_tickets_erased_total",)] == 1


def test_a_scrape_says_what_the_engine_and_its_senders_do(site, hook):
    with running(site, "--listen", "127.0.0.1:0") as engine:
        assert wait(lambda: engine.scraped().get(("sla_sends_total", "channel=pager", "outcome=sent")) == 1)
        found = wait(lambda: (seen := engine.scraped())[("sla_open_tickets",)] == 1 and seen)
        assert found[("sla_tickets_evaluated_total",)] >= 1
        assert found[("sla_transitions_total", "what=breach")] == 1
        assert found[("sla_transitions_total", "what=warning 75%")] >= 1
        assert found[("sla_decisions_total", "outcome=fired")] == 1
        assert found[("sla_cycle_seconds_count",)] >= 1
        assert abs(found[("sla_last_cycle_timestamp_seconds",)] - time.time()) < PATIENCE
        assert found[("sla_rules_generation",)] == 1
        assert found[("sla_rules_broken",)] == 0
        assert found[("sla_send_seconds_count", "channel=pager")] == 1
        assert found[("sla_store_up",)] == 1
        assert found[("sla_lag_seconds",)] == 0
        assert "VPN" not in engine.ask("/metrics")[1]
        names = {
            family.name for family in openmetrics(engine.ask("/metrics", "application/openmetrics-text")[1])
        }
        assert {"sla_build_info", "sla_tickets_evaluated", "process_resident_memory_bytes"} <= names
        assert engine.ask("/")[0] == 404


def test_messages_that_do_not_leave_are_seen(site, hook):
    hook.answers.extend([(503, {}, b"later")] * 50)
    with running(site, "--listen", "127.0.0.1:0") as engine:
        waiting = ("sla_outbox_messages", "channel=pager", "status=waiting")
        assert wait(lambda: engine.scraped().get(waiting) == 1)
        assert wait(
            lambda: engine.scraped().get(("sla_sends_total", "channel=pager", "outcome=put off"), 0) >= 1
        )
        since = engine.scraped()[("sla_outbox_oldest_timestamp_seconds", "channel=pager", "status=waiting")]
        assert abs(since - time.time()) < 2 * PATIENCE
        assert "geheim" not in engine.errors.read_text()


def test_health_tells_broken_rules_and_a_store_that_is_gone(site):
    with running(site, "--listen", "127.0.0.1:0", "--no-deliver") as engine:
        assert wait(lambda: engine.health()[0] == 200)
        assert engine.health()[1]["status"] == "ok"
        good = (site / "sla.rules").read_text()
        (site / "sla.rules").write_text("tier {")
        assert wait(lambda: engine.health()[1]["status"] == "degraded")
        assert engine.health()[0] == 200
        found = engine.scraped()
        assert found[("sla_rules_broken",)] == 1
        assert found[("sla_rules_reloads_total", "outcome=refused")] == 1
        assert any(item["event"] == "rules-refused" and item["code"] for item in engine.said)
        (site / "sla.rules").write_text(good.replace("4h", "3h"))
        assert wait(lambda: engine.scraped()[("sla_rules_reloads_total", "outcome=adopted")] == 1)
        assert engine.health()[1] | {"last_cycle_seconds_ago": 0} == {
            "status": "ok",
            "reasons": [],
            "last_cycle_seconds_ago": 0,
            "rules_generation": 2,
            "rules_broken": 0,
        }
        (site / "sla.db").rename(site / "away.db")
        assert wait(lambda: engine.health()[0] == 503)
        assert engine.health()[1]["reasons"] == ["the store cannot be reached"]
        assert engine.scraped()[("sla_store_up",)] == 0
        (site / "away.db").rename(site / "sla.db")


def test_a_loop_that_stands_still_is_seen(site):
    (site / "sla.toml").write_text('[monitor]\nlisten = "127.0.0.1:0"\nstale = "1s"\n')
    with running(site, "--no-deliver") as engine:
        assert wait(lambda: engine.health()[0] == 200)
        lock = subprocess.Popen(
            [sys.executable, "-c", "import sqlite3,sys\nc=sqlite3.connect('sla.db',isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\nprint(flush=True)\nsys.stdin.read()"],
            cwd=site,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            lock.stdout.readline()
            (site / "sla.rules").write_text((site / "sla.rules").read_text().replace("4h", "3h"))
            assert wait(lambda: engine.health()[0] == 503)
            assert "no cycle has ended" in engine.health()[1]["reasons"][0]
        finally:
            lock.communicate()
        assert wait(lambda: engine.health()[0] == 200)


def test_a_port_that_is_taken(site, capsys):
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["run", "--once", "--listen", f"127.0.0.1:{port}"]) == 4
    assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err
    assert run(["run", "--once", "--listen", "nonsense"]) == 3
    assert "127.0.0.1:9108" in capsys.readouterr().err


def test_listening_needs_its_extra(site, monkeypatch, capsys):
    for name in list(sys.modules):
        if name.split(".")[0] == "prometheus_client" or name == "engine.monitor.metrics":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert run(["run", "--once", "--listen", "127.0.0.1:0"]) == 4
    assert "pip install 'tiercel[metrics]'" in capsys.readouterr().err


def test_a_service_manager_hears_of_it(site):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.settimeout(PATIENCE)
        way.bind(str(site / "notify"))
        with running(site, "--no-deliver", NOTIFY_SOCKET=str(site / "notify")):
            assert way.recv(200) == b"READY=1\nWATCHDOG=1"
            assert way.recv(200) == b"WATCHDOG=1"
        said = [way.recv(200)]
        while said[-1] != b"STOPPING=1":
            said.append(way.recv(200))
        assert set(said[:-1]) <= {b"WATCHDOG=1"}
