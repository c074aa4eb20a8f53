"""Channels side by side: none keeps another waiting, and each ends and tells of its trouble by itself."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from engine.delivery.deliver import Deliverer
from engine.delivery.outbox import Status
from engine.errors import EngineError, UnreachableError
from engine.store.outbox import SqlOutbox
from tests.engine.channels.servers import Hook
from tests.engine.delivery.world import HOUR, RULES


def test_the_clock_of_a_pass_goes_on_while_it_sends(world):
    it = world(RULES.replace("notify night-lead via email, inbox", "reassign to night-lead"))
    hook = Hook()

    def slow():
        it.elapsed += 100
        return 200, {}, b"fine"

    hook.answers = type("Slow", (), {"__bool__": lambda _: True, "popleft": lambda _: slow()})()
    try:
        it.environment |= {"DESK_URL": hook.address, "DESK_SECRET": "s"}
        it.open(3)
        it.turn(HOUR + 10)
        assert it.deliverer.drain(HOUR + 10).sent == 3
    finally:
        hook.close()
    sent = sorted(item.sent_at for item in it.store.outbox.queued([Status.SENT]))
    assert sent == [HOUR + 110, HOUR + 210, HOUR + 310]
    signed = [headers["X-Sla-Signature"].partition(",")[0] for _, headers, _ in hook.asked]
    assert signed == [f"t={HOUR + 10}", f"t={HOUR + 110}", f"t={HOUR + 210}"]
    # Leases were begun anew before each send, at its own time.
    with closing(sqlite3.connect(it.path)) as file:
        assert file.execute("SELECT max(next_at) FROM outbox WHERE kind = 'change'").fetchone() == (
            HOUR + 210,
        )


def test_a_channel_that_hangs_keeps_no_other_waiting_in_a_pass(world, sink):
    it = world(RULES.replace("via email, inbox", "via desk, email"))
    hook, told = Hook(), threading.Event()

    def held():
        assert told.wait(30)
        return 200, {}, b"fine"

    hook.answers = type("Held", (), {"__bool__": lambda _: True, "popleft": lambda _: held()})()

    def meanwhile():
        if it.fates() == {Status.SENT: 1}:
            assert it.fates("desk") == {Status.SENDING: 1}
            told.set()

    try:
        it.environment |= {"DESK_URL": hook.address, "DESK_SECRET": "s"}
        it.open(1)
        it.turn(HOUR + 10)
        assert it.deliverer.drain(HOUR + 10, meanwhile).sent == 2
        assert told.is_set()
    finally:
        told.set()
        hook.close()


def test_what_ends_one_channel_lets_the_others_send(world, sink):
    it = world(RULES.replace("via email, inbox", "via desk, email"))
    it.open(1)
    it.turn(HOUR + 10)
    deliverer = Deliverer(it.path, it.settings, lambda: it.graph, environment=_Broken())
    with pytest.raises(EngineError, match="cannot be asked"):
        deliverer.drain(HOUR + 10)
    assert it.fates() == {Status.SENT: 1}


class _Broken(dict):
    def get(self, *_):
        raise EngineError("the environment cannot be asked")


def test_lanes_send_on_threads_and_end_when_asked(world, sink):
    it = world()
    it.open(1)
    it.turn(HOUR + 10)
    arrived = threading.Event()
    sink.taken = type(
        "Told", (list,), {"append": lambda self, item: (list.append(self, item), arrived.set())}
    )()
    deliverer = Deliverer(
        it.path, it.settings, lambda: it.graph, told=it.told.append, clock=lambda: HOUR + 10
    )
    deliverer.start()
    deliverer.wake()
    assert arrived.wait(30)
    deliverer.close()
    assert it.fates() == {Status.SENT: 1}
    assert it.told == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sla-deliver")]


def test_trouble_is_told_once_until_it_is_over(world, monkeypatch):
    it = world(poll=1)
    answers = iter(("no answer", "no answer", "", "no answer", "no answer"))
    done = threading.Event()

    def channels_waiting(*_):
        trouble = next(answers, None)
        if trouble is None:
            done.set()
        elif trouble:
            raise UnreachableError(trouble)
        return []

    monkeypatch.setattr(SqlOutbox, "channels_waiting", channels_waiting)
    deliverer = Deliverer(it.path, it.settings, lambda: it.graph, told=it.told.append)
    deliverer.start()
    while not done.is_set():
        deliverer.wake()
        done.wait(0.01)
    deliverer.close()
    assert it.told == ["delivery: no answer"] * 2
