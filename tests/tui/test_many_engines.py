"""Several `sla run` on one server while everything goes wrong: engines are killed, one stands still, the server restarts. Real
processes, real signals, a real server; what came of it is read from the store's rows, with the instants at which the server committed them.

SLA_TEST_TICKETS=100000 makes it as large as we run it before a release.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from engine.facts import Event, Instant
from engine.run import Engine
from engine.store.opening import open_store
from engine.store.place import Server
from tests.engine.ladders import rules
from tests.postgres import GIVEN, running
from tests.tui.process import environment, sla_command

TICKETS = int(os.environ.get("SLA_TEST_TICKETS", "2000"))
ENGINES = 4
RATE = min(TICKETS / 20, 200)
"""Tickets whose hour is over in one second."""
AHEAD = 6 + TICKETS / 350
"""Seconds until the first breach: enough for taking in all tickets."""
GAP = max(3.0, TICKETS / RATE / 40)
"""Seconds between two kills, more or less."""
STILL = 11
"""Seconds that one engine stands still: longer than the server lets a transaction do so."""
LATE = 5
UNREACHABLE = 4
STEP = "at breach of response notify noc via inbox, pager"
HOUR = 3600


class Fleet:
    """Engines on one store, each with a name that the server knows it by."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url
        self.engines: dict[str, subprocess.Popen[bytes]] = {}
        self._started = 0

    def start(self) -> str:
        self._started += 1
        name = f"engine-{self._started}"
        with (self._folder / f"{name}.log").open("wb") as log:
            self.engines[name] = subprocess.Popen(
                sla_command("run", "--no-deliver", "--store", f"{self._url}&application_name={name}", "--rules", self._folder / "sla.rules"),
                cwd=self._folder,
                env=environment(PAGER_URL="http://127.0.0.1:9/"),
                stdout=subprocess.DEVNULL,
                stderr=log,
            )  # fmt: skip
        return name

    def kill(self, name: str) -> None:
        process = self.engines.pop(name)
        process.kill()
        process.wait()

    def begun(self, name: str) -> bool:
        return "rules in force" in (self._folder / f"{name}.log").read_text()

    def keep(self) -> bool:
        """What a service manager does: start another one for whichever found no server at its start. Whether all are at work."""
        for name, process in list(self.engines.items()):
            if process.poll() == UNREACHABLE and not self.begun(name):
                del self.engines[name]
                self.start()
        return all(map(self.begun, self.engines))

    def said(self) -> dict[str, list[str]]:
        return {path.stem: path.read_text().splitlines() for path in self._folder.glob("*.log")}

    def end(self) -> dict[str, int]:
        """Ask all to end: their exit codes."""
        for process in self.engines.values():
            process.terminate()
        return {name: process.wait(30) for name, process in self.engines.items()}

    def close(self) -> None:
        for process in self.engines.values():
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture
def server():
    """A server of one's own that remembers when it committed what."""
    if GIVEN:
        pytest.skip("the server is not ours to stop")
    with running() as found:
        with psycopg.connect(found.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
        found.stop()
        found.start()
        yield found


@pytest.fixture
def fleet(tmp_path, server):
    (tmp_path / "sla.rules").write_text(rules(STEP))
    made = Fleet(tmp_path, f"{server.url}&connect_timeout=5" if "?" in server.url else f"{server.url}?")
    yield made
    made.close()


def fill(url: str, first: float) -> None:
    """Tickets that nobody answers; the first of them is breached at that instant."""
    data = {"customer": "Acme", "priority": "critical", "status": "New", "subject": "Link down"}
    with closing(open_store(Server(url))) as store:
        for start in range(0, TICKETS, 10_000):
            numbers = range(start, min(start + 10_000, TICKETS))
            opened = [Instant(int(first + number / RATE) - HOUR) for number in numbers]
            store.add_events(
                "test",
                [(f"T-{n}", Event(at, "opened", data, "test", str(n))) for n, at in zip(numbers, opened, strict=True)],
            )  # fmt: skip


def asked(url: str, sql: str):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def stopped_at_work(fleet: Fleet, url: str) -> str:
    """Stop an engine in the middle of a transaction."""
    working = "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'engine-%' AND xact_start IS NOT NULL"
    for _ in range(500):
        for (name,) in asked(url, working):
            if name not in fleet.engines:
                continue
            fleet.engines[name].send_signal(signal.SIGSTOP)
            time.sleep(0.02)
            if (name,) in asked(url, working):
                return name
            fleet.engines[name].send_signal(signal.SIGCONT)
        time.sleep(0.01)
    raise AssertionError("no engine was found at work")


def test_every_threshold_is_told_once_and_in_time_whatever_happens(fleet, server, tmp_path, capsys):
    rng, url = random.Random(4), server.url
    with closing(open_store(Server(url), create=True)) as store:
        Engine(store, tmp_path / "sla.rules").start(Instant(int(time.time())))
    for _ in range(ENGINES):
        fleet.start()
    while not fleet.keep():
        time.sleep(0.1)
    began = time.time()
    first = began + AHEAD
    last = first + TICKETS / RATE
    fill(url, first)
    still = stopped_at_work(fleet, url)
    goes_on = time.time() + STILL
    restart = first + 0.3 * (last - first)
    kills, next_kill, last_fault = 0, 0.0, 0.0
    while still or restart or time.time() < first + 0.5 * (last - first):
        if still and time.time() > goes_on:
            fleet.engines[still].send_signal(signal.SIGCONT)
            still, last_fault = "", time.time()
        if restart and time.time() > restart:
            server.stop()
            time.sleep(1)
            server.start()
            restart, last_fault = 0.0, time.time()
        if time.time() > next_kill:
            fleet.keep()
            at_work = sorted(name for name in fleet.engines.keys() - {still} if fleet.begun(name))
            if len(at_work) > 1:
                fleet.kill(rng.choice(at_work))
                fleet.start()
                kills, last_fault = kills + 1, time.time()
            next_kill = time.time() + GAP * rng.uniform(0.5, 1.5)
        time.sleep(0.1)
    deadline = last + 60
    breached = "SELECT count(*) FROM alerts WHERE threshold = 'breach'"
    while time.time() < deadline and not (fleet.keep() and asked(url, breached) == [(TICKETS,)]):
        time.sleep(0.5)
    codes = fleet.end()
    said = fleet.said()
    # Those that were killed apart, all have gone on; and what they had to say was little.
    assert list(codes.values()) == [0] * ENGINES, {name: said[name] for name in codes}
    assert not [
        line for lines in said.values() for line in lines if "Traceback" in line or "deadlock" in line
    ]
    assert max(map(len, said.values())) < 12, said
    assert_once(url)
    committed = asked(
        url,
        "SELECT at, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM alerts WHERE threshold = 'breach'",
    )
    after = [done - max(at, last_fault) for at, done in committed if done > last_fault]
    worst = max(done - at for at, done in committed)
    [(taken_in,)] = asked(
        url,
        "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8 FROM alerts WHERE threshold = 'warning 75%'",
    )
    with capsys.disabled():
        print(
            f"\n{TICKETS:,} tickets, {ENGINES} engines, {kills} killed, one still for {STILL} s, one restart of the server:"
            f" all taken in after {taken_in - began:.0f} s; {RATE:.0f} breaches a second, each told once; at most {worst:.1f} s late"
            f" in all, {max(after):.1f} s after the last fault ({len(after):,} breaches)"
        )
    assert kills > 2
    assert len(after) > TICKETS / 10
    assert max(after) <= LATE


def assert_once(url: str) -> None:
    """Of every ticket there is each alert, the decision, and each message that it makes, and there are no others."""
    assert asked(url, "SELECT threshold, count(*), count(DISTINCT ticket) FROM alerts GROUP BY 1 ORDER BY 1") == [
        (threshold, TICKETS, TICKETS) for threshold in ("breach", "warning 50%", "warning 75%")
    ]  # fmt: skip
    assert asked(url, "SELECT count(*), count(DISTINCT ticket) FROM decisions") == [(TICKETS, TICKETS)]
    assert asked(url, "SELECT channel, count(*), count(DISTINCT decision) FROM outbox GROUP BY 1 ORDER BY 1") == [
        (channel, TICKETS, TICKETS) for channel in ("inbox", "pager")
    ]  # fmt: skip
