"""How many tickets engines take in, and how many thresholds they tell, by how many share a store: evaluated, decided, with every
message in the outbox, in as many processes. Engines and server share the machine's cores."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from bench_escalate import OPENED, RULES

from dsl.load import load_texts
from engine.cycle import cycle
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.store import care
from engine.store.opening import open_store
from engine.store.place import Place, Server
from engine.store.sql import SqlStore
from tests.postgres import GIVEN, running

TICKETS = int(os.environ.get("SLA_BENCH_TICKETS", "16000"))
EVENTS = 5
DATA = {"customer": "Acme", "priority": "high", "status": "Open", "subject": "Link down between Hamburg and Bremen"}  # fmt: skip
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Rates:
    """Tickets a second when their events are taken in and when a threshold of each is reached; microseconds of processor that
    engines and server took for a ticket, both times; bytes of the store for a ticket."""

    taken_in: Pace
    told: Pace
    size: float


@dataclass(frozen=True)
class Pace:
    """Seconds for all tickets, by the clock, of the engines' processors and of the server's."""

    seconds: float
    engines: float
    server: float

    @property
    def rate(self) -> float:
        return TICKETS / self.seconds

    def words(self) -> str:
        engine, server = (1e6 * seconds / TICKETS for seconds in (self.engines, self.server))
        return f"{engine:,.0f} us of an engine's processor" + (
            f" and {server:,.0f} of the server's" if server else ""
        )


def run() -> Iterator[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    with tempfile.TemporaryDirectory() as folder:
        file = measured(Path(folder) / "sla.db", 1)
    yield _row("SQLite, 1 engine", file, file)
    with server() as url:
        one = None
        for engines in (1, 2, 4):
            with database(url) as place:
                found = measured(place, engines)
            one = one or found
            yield _row(f"PostgreSQL, {engines} engine{'s' * (engines > 1)}", found, one)


def _row(what: str, found: Rates, one: Rates) -> tuple[str, str, str, str]:
    shares = f"{found.taken_in.rate / one.taken_in.rate:.2f}x and {found.told.rate / one.told.rate:.2f}x of one engine"
    costs = f"{found.taken_in.words()}, for a breach {found.told.words()}; {found.size:,.0f} bytes"
    return (
        f"claims by engines, {what}, {TICKETS:,} tickets with {EVENTS} events",
        "",
        f"{found.taken_in.rate:,.0f} taken in a second, {found.told.rate:,.0f} breaches told a second",
        f"{shares}; a ticket: {costs}",
    )


@contextmanager
def server() -> Iterator[str]:
    """A server that writes as carefully as one does in use."""
    if GIVEN:
        yield GIVEN
        return
    with running() as found:
        with psycopg.connect(found.url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = on")
            connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
            connection.execute("SELECT pg_reload_conf()")
        yield found.url


@contextmanager
def database(url: str) -> Iterator[Server]:
    """A database of its own for a store."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE engines")
        try:
            yield Server(url.replace("/postgres?", "/engines?", 1))
        finally:
            connection.execute("DROP DATABASE engines WITH (FORCE)")


def measured(place: Place, engines: int) -> Rates:
    """Fill a store at `place`, and let so many engines take it in and tell what is breached an hour later."""
    with closing(open_store(place, create=True)) as store:
        fill(store)
    taken_in = _pace(place, engines, OPENED + 1_000)
    _pace(place, engines, OPENED + 3_400)  # past the warnings
    told = _pace(place, engines, OPENED + 3_700)
    return Rates(taken_in, told, care.status(place).size / TICKETS)


def fill(store: SqlStore) -> None:
    """Tickets that were opened in the same minute, and on which nobody answers the customer."""
    for first in range(0, TICKETS, 2_000):
        rows = []
        for number in range(first, min(first + 2_000, TICKETS)):
            key, opened = f"T-{number}", OPENED + number % 60
            rows.append((key, Event(Instant(opened), "opened", DATA, "bench", f"{number}-0")))
            rows.extend(
                (key, Event(Instant(opened + 60 * turn), "changed", {"queue": f"queue {turn}"}, "bench", f"{number}-{turn}"))
                for turn in range(1, EVENTS)
            )  # fmt: skip
        store.add_events("bench", rows)


def _pace(place: Place, engines: int, now: int) -> Pace:
    """What so many engines take for all that waits at `now`, from the moment when all of them are ready."""
    ready, worked = _SPAWN.Barrier(engines + 1), _SPAWN.Value("d", 0.0)
    processes = [_SPAWN.Process(target=_engine, args=(place, now, ready, worked)) for _ in range(engines)]
    for process in processes:
        process.start()
    ready.wait(120)
    began, before = time.perf_counter(), _of_server(place)
    ready.wait(600)
    seconds, after = time.perf_counter() - began, _of_server(place)
    for process in processes:
        process.join()
    with closing(open_store(place)) as store:
        assert not store.waits(Instant(now))
    return Pace(seconds, worked.value, after - before)


def _engine(place: Place, now: int, ready, worked) -> None:
    ruleset = load_texts("sla.rules", {"sla.rules": RULES}).ruleset
    assert ruleset is not None
    graph = Graph.compile(ruleset)
    with closing(open_store(place)) as store:
        ready.wait(120)
        began = time.process_time()
        while store.waits(Instant(now)):
            if not cycle(store, graph, Instant(now)).evaluated:
                time.sleep(0.01)  # others have what is left
        with worked.get_lock():
            worked.value += time.process_time() - began
        ready.wait(600)


def _of_server(place: Place) -> float:
    """Seconds of processor that a server on this machine has taken so far; 0 for a file."""
    if not isinstance(place, Server):
        return 0.0
    with psycopg.connect(place.url) as connection:
        main = psutil.Process(connection.info.backend_pid).parent()
        assert main is not None
        times = [main.cpu_times(), *(child.cpu_times() for child in main.children())]
    ended = times[0].children_user + times[0].children_system
    return ended + sum(item.user + item.system for item in times)
