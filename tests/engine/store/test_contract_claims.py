"""The contract of stores: which tickets await an engine, and who holds them."""

from __future__ import annotations

import pytest

from engine.facts import Instant
from engine.store.protocol import Claim
from tests.engine.store.values import clock, event, opened, written


def claimed(store, now=0, limit=10):
    with store.cycle():
        return store.claim(Instant(now), limit)


def test_a_ticket_awaits_an_engine_from_its_event_until_it_is_claimed(store):
    assert not store.waits(Instant(0))
    first, second = opened(store, "A", "B")
    assert store.waits(Instant(0))
    assert claimed(store) == [Claim(first, anew=True), Claim(second, anew=True)]
    assert (store.waits(Instant(0)), claimed(store)) == (False, [])
    again = event(500)
    store.add_events("desk", [("A", again)])
    store.add_events("desk", [("A", again)])
    assert claimed(store) == [Claim(first, anew=True)]
    store.add_events("desk", [("A", again)])
    assert claimed(store) == []  # a known event is no news


def test_a_claim_that_failed_was_none(store):
    [ticket] = opened(store, "A")
    with pytest.raises(ZeroDivisionError), store.cycle():
        assert store.claim(Instant(0), 10)
        raise ZeroDivisionError
    assert claimed(store) == [Claim(ticket, anew=True)]


def test_what_is_due_is_claimed_before_what_merely_changed(store):
    opened(store, "A", "B", "C", "D")
    claimed(store)
    store.write(
        [written(1, clock(next_at=300)), written(2, clock(next_at=100)), written(3, clock(next_at=301))]
    )
    store.add_events("desk", [("B", event(500)), ("D", event(501))])
    assert claimed(store, Instant(300), 1) == [Claim(2, anew=True)]
    assert claimed(store, Instant(300)) == [Claim(2), Claim(1), Claim(4, anew=True)]


def test_these_tickets_can_be_claimed_whatever_they_wait_for(store):
    opened(store, "A", "B")
    claimed(store)
    store.add_events("desk", [("B", event(500))])
    with store.cycle():
        assert store.claim_of([1, 2, 99]) == [Claim(1), Claim(2, anew=True)]
    assert claimed(store) == []


def test_replaced_rules_let_tickets_wait_and_the_oldest_that_judged_them_is_kept(store):
    opened(store, "A", "B", "C")
    claimed(store)
    store.add_events("desk", [("B", event(500))])
    with store.cycle():
        store.put_off([1, 2], 4)
    with store.cycle():
        store.put_off([1, 3], 5)
    store.add_events("desk", [("A", event(501))])
    assert set(claimed(store)) == {Claim(1, True, 4), Claim(2, True, 4), Claim(3, True, 5)}
