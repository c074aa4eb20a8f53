"""Engines that decide and deliver, killed at any moment: every action arrives, twice only under one key and only for a send
that was under way. Real processes, real SIGKILL, a real mail server and a real web server; one engine on a file, and on a server,
which restarts on the way, several that share the outbox."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event as EventType
from pathlib import Path
from typing import NamedTuple

import pytest

from engine import cycle
from engine.delivery.deliver import Deliverer
from engine.delivery.outbox import Kind, Status
from engine.errors import UnreachableError
from engine.facts import Event, Instant
from engine.run import Engine
from engine.settings import load
from engine.store.opening import open_store
from engine.store.place import Place
from engine.store.sql import SqlStore
from tests.engine.channels.servers import Hook, MailSink, mail_server
from tests.engine.ladders import rules

KILLS = int(os.environ.get("SLA_TEST_DELIVERY_KILLS", "30"))
LANES = 2
STEPS = (
    "at breach of response reassign to lead of noc",
    "at breach of response notify noc via email",
)
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.engine.delivery.test_killed"])


def work(ready, done, folder: Path, place: Place, environment: dict[str, str]) -> None:
    """Decide and deliver until nothing is left, a few tickets a transaction."""
    cycle.CHUNK = 11
    os.environ.update(environment)
    store = open_store(place, create=True)
    engine = Engine(store, folder / "sla.rules")
    engine.start(now())
    assert engine.rules.now is not None
    graph = engine.rules.now.graph
    deliverer = Deliverer(place, load(folder / "sla.toml"), lambda: graph)
    deliverer.start()
    ready.set()
    while True:
        with suppress(UnreachableError):
            if engine.step(now()).decisions:
                deliverer.wake()
            left = store.outbox.queued([Status.WAITING, Status.SENDING], limit=1)
            if done.is_set() and not left and not store.waits(now()):
                break
        time.sleep(0.02)
    deliverer.close()
    store.close()


def now() -> Instant:
    return Instant(int(time.time()))


class Sender(NamedTuple):
    process: ForkServerProcess
    ready: EventType
    done: EventType

    @classmethod
    def start(cls, *args) -> Sender:
        ready, done = _FORKS.Event(), _FORKS.Event()
        process = _FORKS.Process(target=work, args=(ready, done, *args))
        process.start()
        return cls(process, ready, done)

    def kill(self) -> None:
        assert self.ready.wait(60)
        self.process.kill()
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL

    def finish(self) -> None:
        self.done.set()
        self.process.join(240)
        assert self.process.exitcode == 0


def report(store: SqlStore, first: int, last: int) -> None:
    """Tickets that nobody has answered for two hours."""
    opened = Instant(now() - 7200)
    data = {"customer": "Acme", "priority": "critical", "status": "New", "subject": "Link down"}
    store.add_events(
        "test", [(f"T-{n}", Event(opened, "opened", data, "test", str(n))) for n in range(first, last)]
    )


def grown(taken: list, more: int) -> bool:
    """Wait until so many more have come; whether they have, within a few seconds."""
    wanted, end = len(taken) + more, time.monotonic() + 20
    while len(taken) < wanted and time.monotonic() < end:
        time.sleep(0.001)
    return len(taken) >= wanted


@pytest.fixture
def servers():
    """A mail server and a web server that take a moment to say that they have taken something."""
    sink, hook = MailSink(), Hook()
    sink.pause = hook.pause = 0.005
    server = mail_server(sink)
    yield sink, server.port, hook
    server.stop()
    hook.close()


@dataclass(frozen=True)
class Sharing:
    """Where the store is, how many engines share it, over how many tickets, and how many of them are killed."""

    place: Place
    engines: int
    tickets: int
    kills: int
    restart: Callable[[], None]


@pytest.fixture(params=["sqlite", "postgres"])
def sharing(request, tmp_path) -> Sharing:
    if request.param == "sqlite":
        return Sharing(tmp_path / "sla.db", 1, 1_000, KILLS, lambda: None)
    server = request.getfixturevalue("postgres")
    place = request.getfixturevalue("schema")

    def restart() -> None:
        if server.ours:
            server.stop()
            server.start()

    return Sharing(place, 3, 400, KILLS // 3, restart)


def test_every_action_arrives_whatever_is_killed(tmp_path, capsys, servers, sharing):
    rng = random.Random(3)
    sink, port, hook = servers
    (tmp_path / "sla.rules").write_text(rules(*STEPS))
    (tmp_path / "sla.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "sla@msp.example"\ntimeout = 1\n'
        "[delivery]\ntogether = 0\nlimit = 0\nlease = 2\ntimeout = 1\nfirst = 1\npoll = 1\n"
    )
    environment = {"DESK_URL": hook.address, "PAGER_URL": hook.address}
    store = open_store(sharing.place, create=True)
    tickets, kills = sharing.tickets, sharing.kills
    at_work = 0
    senders: list[Sender] = []
    for number in range(kills):
        while len(senders) < sharing.engines:
            senders.append(Sender.start(tmp_path, sharing.place, environment))
        assert senders[-1].ready.wait(60)
        report(store, number * tickets // kills, (number + 1) * tickets // kills)
        at_work += grown(sink.taken, 1) if number % 5 == 4 else grown(hook.asked, rng.randrange(1, 9))
        senders.pop(rng.randrange(len(senders))).kill()
        if number == kills // 2:
            sharing.restart()
            with suppress(UnreachableError):
                store.rows(1)
    senders.append(Sender.start(tmp_path, sharing.place, environment))
    for sender in senders:
        sender.finish()
    sent = store.outbox.queued([Status.SENT])
    assert store.outbox.queued([Status.WAITING, Status.SENDING, Status.DEAD]) == []
    store.close()
    mails = Counter(message["X-Sla-Key"] for _, message in sink.taken)
    calls = Counter(headers["Idempotency-Key"] for _, headers, _ in hook.asked)
    changes = [item for item in sent if item.message.kind is Kind.CHANGE]
    notices = [item for item in sent if item.message.channel == "email"]
    # Three people of the team for each ticket, and one change that its system is told of.
    assert (len(changes), len(notices)) == (tickets, 3 * tickets)
    assert {item.batch for item in changes} == set(calls)
    assert {item.batch for item in notices} == set(mails)
    again = sum(count - 1 for count in (mails + calls).values())
    with capsys.disabled():
        print(
            f"\n{len(sent):,} actions, {sharing.engines} at work, {at_work} of {kills} kills while sending:"
            f" {again} sent again, each under its own key"
        )
    # A restart of the server may hit a send of every lane.
    most = kills * LANES if sharing.engines == 1 else (kills + sharing.engines) * LANES
    assert again <= most
    assert again or sharing.engines > 1, "of so many kills of one sender some hit a send"
    assert at_work > kills // 2, "most kills have to hit a sender at work"
