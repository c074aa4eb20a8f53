"""The engine over every store: events become clocks and decisions, an edit of the rules moves them, all of it once."""

from __future__ import annotations

from engine.clock import State
from engine.delivery.outbox import Status
from engine.facts import Event
from engine.run import Engine
from tests.engine.site import RULES, at

TICKETS = {"A": "high", "B": "low", "C": "high"}


def happen(store, site, key, when, kind, **data):
    site.number += 1
    store.add_events("test", [(key, Event(at(when), kind, data, "test", str(site.number), site.number))])


def test_events_become_clocks_breaches_and_an_edit_moves_them(store, opener, site):
    for key, priority in TICKETS.items():
        happen(store, site, key, "2026-03-02 09:00", "opened", priority=priority, status="Open", subject=key)
    engine = Engine(store, site.root)
    engine.start(at("2026-03-02 09:01"))
    assert {row.ticket: row.due for row in store.rows()} == dict.fromkeys(TICKETS, at("2026-03-02 10:00"))
    # Another engine on the same store has the same rules and nothing to do.
    other = Engine(opener(), None)
    assert other.start(at("2026-03-02 09:01")).evaluated == 0
    happen(store, site, "C", "2026-03-02 09:20", "reply")
    assert other.step(at("2026-03-02 09:21")).evaluated == 1
    turn = engine.step(at("2026-03-02 10:01"))
    assert {(item.ticket, item.metric, item.what) for item in turn.transitions if item.what == "breach"} == {
        ("A", "response", "breach"),
        ("B", "response", "breach"),
    }
    assert other.step(at("2026-03-02 10:01")).evaluated == 0
    site.write(RULES.replace("high resolution within 4h", "high resolution within 2h"))
    engine.reload(at("2026-03-02 10:01"))
    happen(store, site, "D", "2026-03-02 10:02", "opened", priority="high", status="Open")
    other.step(at("2026-03-02 10:02"))
    assert other.rules.now.graph.digest == engine.rules.now.graph.digest == store.generation()[1]
    rows = {row.ticket: row for row in opener().rows()}
    assert (rows["A"].state, rows["D"].due) == (State.BREACHED, at("2026-03-02 11:02"))
    assert store.outbox.queued(list(Status)) == []
