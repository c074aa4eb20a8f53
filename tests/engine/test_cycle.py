"""The cycle over a real store: what happens once, what is caught up, and what causes what."""

from __future__ import annotations

import pytest

from engine.cycle import cycle
from tests.engine.site import at


def told(turn):
    return [(item.ticket, item.metric, item.what, item.cause) for item in turn.transitions]


@pytest.fixture
def running(site):
    engine, store = site.engine()
    site.happen(store, "T-1", "2026-03-02 09:00", "opened", customer="Acme", priority="high", status="Open")
    engine.start(at("2026-03-02 09:00"))
    return engine, store


def test_time_alone_raises_each_threshold_once(running):
    engine, store = running
    assert told(engine.step(at("2026-03-02 09:30"))) == []
    assert told(engine.step(at("2026-03-02 09:31"))) == [("T-1", "response", "warning 50%", "time")]
    assert told(engine.step(at("2026-03-02 09:31"))) == []
    assert [item[2] for item in told(engine.step(at("2026-03-02 10:01")))] == ["warning 75%", "breach"]
    assert told(engine.step(at("2026-03-02 10:30"))) == []


def test_a_threshold_found_late_keeps_its_instant_and_says_when_it_was_found(running):
    engine, _ = running
    turn = engine.step(at("2026-03-02 12:30"))
    assert [item.at for item in turn.transitions] == sorted(item.at for item in turn.transitions)
    breach = next(item for item in turn.transitions if item.what == "breach")
    assert breach.at == at("2026-03-02 10:00")
    assert breach.found == at("2026-03-02 12:30")


def test_a_reply_stops_the_clock_and_is_the_tickets_doing(site, running):
    engine, store = running
    site.happen(store, "T-1", "2026-03-02 09:20", "reply")
    assert told(engine.step(at("2026-03-02 09:21"))) == [("T-1", "response", "met", "ticket")]


def test_a_stricter_priority_breaches_at_the_change_and_by_the_ticket(site):
    engine, store = site.engine()
    site.happen(store, "T-2", "2026-03-02 09:00", "opened", priority="low", status="Open")
    engine.start(at("2026-03-02 09:00"))
    site.happen(store, "T-2", "2026-03-02 14:30", "changed", priority="high")
    turn = engine.step(at("2026-03-02 14:31"))
    breach = next(item for item in turn.transitions if (item.metric, item.what) == ("resolution", "breach"))
    assert (breach.at, breach.cause) == (at("2026-03-02 14:30"), "ticket")


def test_a_late_event_recomputes_the_ticket_and_the_same_event_twice_changes_nothing(site, running):
    engine, store = running
    engine.step(at("2026-03-02 11:00"))
    before = store.rows()
    site.happen(store, "T-1", "2026-03-02 09:10", "reply")
    engine.step(at("2026-03-02 11:01"))
    after = store.rows()
    assert before[0].metric == "response"
    assert after[0].metric == "resolution"
    site.number -= 1
    site.happen(store, "T-1", "2026-03-02 09:10", "reply")
    assert engine.step(at("2026-03-02 11:01")).evaluated == 0
    assert store.rows() == after


def test_two_engines_on_one_store_tell_every_transition_once(site, running):
    engine, _ = running
    other, _ = site.engine()
    other.start(at("2026-03-02 09:00"))
    first, second = engine.step(at("2026-03-02 12:00")), other.step(at("2026-03-02 12:00"))
    assert len(told(first)) == 4
    assert told(second) == []


def test_a_cycle_that_dies_halfway_has_never_been(site, running, monkeypatch):
    engine, store = running
    graph = engine.rules.now.graph

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("engine.cycle.escalate", dies)
        with pytest.raises(KeyboardInterrupt):
            cycle(store, graph, at("2026-03-02 12:00"))
    assert store.recent(0, 10) == []
    assert len(told(engine.step(at("2026-03-02 12:00")))) == 4


def test_half_a_character_in_a_ticket_stops_nobody(site):
    engine, store = site.engine()
    site.happen(
        store, "T-1", "2026-03-02 09:00", "opened", subject="\udc00 down", customer="\ud800", priority="high"
    )
    assert engine.start(at("2026-03-02 12:00")).transitions
    [row] = store.rows()
    assert (row.customer, row.subject) == ("?", "? down")
