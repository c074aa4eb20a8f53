"""What is looked at ahead comes out as if nobody had looked before its time, and is forgotten where something comes in between."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from engine import foresee
from engine.cycle import cycle
from engine.facts import Event, Instant
from engine.foresee import Foresight
from engine.looks import look
from engine.store.sqlite import SqliteStore
from tests.engine.desk import RULES as DESK
from tests.engine.desk import at, graph, random_ticket
from tests.engine.ladders import PEOPLE
from tests.engine.ladders import rules as ladders

LADDER = """\
escalation main "Main" {
  at warning of resolution notify noc via inbox, email
  at breach of resolution notify management via inbox repeat every 40m until acknowledged
  at breach of resolution reassign to member of noc
  at 45m past resolution notify noc via pager only in office hours repeat every 2h up to 3 until acknowledged
  at 20m before response notify noc via pager
  at breach of response raise priority
  at breach of update escalate to management
  stop when site == "lab"
}
"""
RULES = DESK.replace("  pause by client", "  escalate via main\n  pause by client") + PEOPLE + LADDER
TABLES = ("tickets", "clocks", "alerts", "decisions", "outbox", "events", "pins")


@pytest.fixture
def opener(tmp_path):
    stores = []

    def open_store(name="sla.db"):
        stores.append(SqliteStore.open(tmp_path / name, create=True))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


def timeless(looked):
    """A look without what moves with every second: an open clock's use, which no store keeps."""
    clocks = tuple(
        replace(clock, elapsed=0, paused=0, over=0) if clock.stopped is None else clock
        for clock in looked.now.clocks
    )
    return replace(looked.now, clocks=clocks), list(looked.passed)


def test_a_look_holds_until_time_brings_something():
    graph_ = graph(RULES)
    rng = Random(5)
    held = 0
    for number in range(1, 81):
        ticket = random_ticket(rng, number, days=4)
        seen = look(ticket, graph_, ticket.events[0].at)
        for _ in range(25):
            instant = seen.now.next_at
            if instant is None:
                break
            seen = look(ticket, graph_, instant)
            until = seen.now.next_at or instant + 1_000_000
            for now in (instant, rng.randrange(instant, until), until - 1):
                later = look(ticket, graph_, now)
                assert timeless(seen) == timeless(later)
                assert seen.found(now).told == later.told
                held += 1
    assert held > 2_000


def rows(store):
    return {
        name: store.connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall() for name in TABLES
    }


def test_a_store_has_the_same_in_it_with_and_without(opener):
    graph_ = graph(RULES)
    rng = Random(7)
    tickets = [random_ticket(rng, number, days=4) for number in range(1, 41)]
    plain, ahead, foresight = opener("plain.db"), opener("ahead.db"), Foresight()
    moment = min(ticket.events[0].at for ticket in tickets)
    low, taken = -1, 0
    for _ in range(400):
        if any(ahead.due_tickets(Instant(moment + 600), 1)):
            taken += foresight.prepare(ahead, graph_, Instant(moment))
        moment += rng.choice((1, 60, 300, 1200, 3600))
        happened = [(one.key, event) for one in tickets for event in one.events if low < event.at <= moment]
        for store in (plain, ahead):
            store.add_events("test", happened)
        cycle(plain, graph_, Instant(moment))
        cycle(ahead, graph_, Instant(moment), foresight=foresight)
        low = moment
    assert rows(plain) == rows(ahead)
    assert taken > 100
    assert len(rows(plain)["decisions"]) > 50


def opened(store, *keys, when="10-05 09:00"):
    store.add_events(
        "test",
        [
            (key, Event(at(when), "opened", {"priority": "critical", "status": "New"}, "test", key))
            for key in keys
        ],
    )


@pytest.fixture
def foreseen(opener):
    """A store with a ticket that breaches at 10:00, and what was looked at ahead."""
    graph_, store, foresight = (
        graph(ladders("at breach of response notify noc via inbox")),
        opener(),
        Foresight(),
    )
    opened(store, "T-1")
    cycle(store, graph_, at("10-05 09:50"))
    assert foresight.prepare(store, graph_, at("10-05 09:50")) == 1
    return store, graph_, foresight


def reads(store, monkeypatch):
    """Which tickets a cycle reads from the store."""
    found, real = [], store.tickets

    def tickets(ids=None, until=None):
        found.extend(ids or [])
        return real(ids, until)

    monkeypatch.setattr(store, "tickets", tickets)
    return found


def test_what_was_foreseen_is_not_read_again(foreseen, monkeypatch):
    store, graph_, foresight = foreseen
    read = reads(store, monkeypatch)
    turn = cycle(store, graph_, at("10-05 10:00") + 2, foresight=foresight)
    assert [(item.what, item.found) for item in turn.transitions] == [("breach", at("10-05 10:00") + 2)]
    assert [item.found for item in turn.decisions] == [at("10-05 10:00") + 2]
    assert read == []


def test_news_of_a_ticket_are_heard(foreseen, monkeypatch):
    store, graph_, foresight = foreseen
    store.add_events("test", [("T-1", Event(at("10-05 09:55"), "reply", {}, "test", "r"))])
    read = reads(store, monkeypatch)
    turn = cycle(store, graph_, at("10-05 10:01"), foresight=foresight)
    assert [item.what for item in turn.transitions] == ["met"]
    assert read == [1]


def test_what_another_engine_has_written_is_read(foreseen, opener, monkeypatch):
    store, graph_, foresight = foreseen
    other = opener()
    other.add_events(
        "test", [("T-1", Event(at("10-05 09:55"), "changed", {"priority": "high"}, "test", "p"))]
    )
    cycle(other, graph_, at("10-05 09:56"))
    read = reads(store, monkeypatch)
    assert cycle(store, graph_, at("10-05 11:01"), foresight=foresight).decisions
    assert read == [1]


def test_other_rules_have_their_own_foresight(foreseen, monkeypatch):
    store, _, foresight = foreseen
    read = reads(store, monkeypatch)
    other = graph(ladders("at breach of response notify management via inbox"))
    [decision] = cycle(store, other, at("10-05 10:01"), foresight=foresight).decisions
    assert "management" in decision.step
    assert read == [1]


def test_what_did_not_come_to_pass_is_forgotten(foreseen):
    store, graph_, foresight = foreseen
    cycle(store, graph_, at("10-05 10:01"))  # by somebody who does not know of it
    foresight.prepare(store, graph_, at("10-05 12:00"))
    assert not [number for number, item in foresight._found.items() if item.at <= at("10-05 12:00")]


def test_no_more_is_remembered_than_there_is_room_for(opener, monkeypatch):
    monkeypatch.setattr(foresee, "MOST", 3)
    monkeypatch.setattr(foresee, "PORTION", 2)
    graph_, store, foresight = (
        graph(ladders("at breach of response notify noc via inbox")),
        opener(),
        Foresight(),
    )
    opened(store, *(f"T-{number}" for number in range(6)))
    now = at("10-05 09:50")
    cycle(store, graph_, now)
    assert [foresight.prepare(store, graph_, now) for _ in range(4)] == [2, 1, 0, 0]
    assert cycle(store, graph_, at("10-05 10:01"), foresight=foresight).evaluated == 6
