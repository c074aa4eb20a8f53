"""An engine that decides and delivers, killed at any moment: every action arrives, twice only under one key and only for a send
that was under way. Real processes, real SIGKILL, a real mail server and a real web server."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from engine import cycle
from engine.deliver import Deliverer
from engine.facts import Event, Instant
from engine.outbox import Kind, Status
from engine.run import Engine
from engine.settings import load
from engine.store.sqlite import SqliteStore
from tests.engine.channels.servers import Hook, MailSink, mail_server
from tests.engine.ladders import rules

KILLS = int(os.environ.get("SLA_TEST_DELIVERY_KILLS", "30"))
TICKETS = 1_000
LANES = 2
STEPS = (
    "at breach of response reassign to lead of noc",
    "at breach of response notify noc via email",
)
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.engine.test_delivery_killed"])


def work(ready, done, folder: Path, environment: dict[str, str]) -> None:
    """Decide and deliver until nothing is left, a few tickets a transaction."""
    cycle.CHUNK = 11
    os.environ.update(environment)
    store = SqliteStore.open(folder / "sla.db", create=True)
    engine = Engine(store, folder / "sla.rules")
    engine.start(Instant(int(time.time())))
    assert engine.rules.now is not None
    graph = engine.rules.now.graph
    deliverer = Deliverer(folder / "sla.db", load(folder / "sla.toml"), lambda: graph)
    deliverer.start()
    ready.set()
    while True:
        if engine.step(Instant(int(time.time()))).decisions:
            deliverer.wake()
        left = store.outbox.queued([Status.WAITING, Status.SENDING], limit=1)
        if done.is_set() and not left and not store.due_tickets(Instant(int(time.time())), 1):
            break
        time.sleep(0.02)
    deliverer.close()
    store.close()


def start(*args):
    ready, done = _FORKS.Event(), _FORKS.Event()
    process = _FORKS.Process(target=work, args=(ready, done, *args))
    process.start()
    return process, ready, done


def report(store: SqliteStore, first: int, last: int) -> None:
    """Tickets that nobody has answered for two hours."""
    opened = Instant(int(time.time()) - 7200)
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


def test_every_action_arrives_whatever_is_killed(tmp_path, capsys, servers):
    rng = random.Random(3)
    sink, port, hook = servers
    (tmp_path / "sla.rules").write_text(rules(*STEPS))
    (tmp_path / "sla.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "sla@msp.example"\ntimeout = 1\n'
        "[delivery]\ntogether = 0\nlimit = 0\nlease = 2\ntimeout = 1\nfirst = 1\npoll = 1\n"
    )
    environment = {"DESK_URL": hook.address, "PAGER_URL": hook.address}
    store = SqliteStore.open(tmp_path / "sla.db", create=True)
    at_work = 0
    for number in range(KILLS):
        report(store, number * TICKETS // KILLS, (number + 1) * TICKETS // KILLS)
        process, ready, _ = start(tmp_path, environment)
        assert ready.wait(60)
        at_work += grown(sink.taken, 1) if number % 5 == 4 else grown(hook.asked, rng.randrange(1, 9))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    process, ready, done = start(tmp_path, environment)
    done.set()
    process.join(240)
    assert process.exitcode == 0
    sent = store.outbox.queued([Status.SENT])
    assert store.outbox.queued([Status.WAITING, Status.SENDING, Status.DEAD]) == []
    store.close()
    mails = Counter(message["X-Sla-Key"] for _, message in sink.taken)
    calls = Counter(headers["Idempotency-Key"] for _, headers, _ in hook.asked)
    changes = [item for item in sent if item.message.kind is Kind.CHANGE]
    notices = [item for item in sent if item.message.channel == "email"]
    # Three people of the team for each ticket, and one change that its system is told of.
    assert (len(changes), len(notices)) == (TICKETS, 3 * TICKETS)
    assert {item.batch for item in changes} == set(calls)
    assert {item.batch for item in notices} == set(mails)
    again = sum(count - 1 for count in (mails + calls).values())
    with capsys.disabled():
        print(
            f"\n{len(sent):,} actions, {at_work} kills while sending: {again} sent again, each under its own key"
        )
    assert 0 < again <= KILLS * LANES
    assert at_work > KILLS // 2, "most kills have to hit a sender at work"
