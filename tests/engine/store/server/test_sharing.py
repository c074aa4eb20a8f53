"""Several engines on one server: what one holds no other has, and nothing that anybody commits is passed over."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from engine.facts import Event, Instant
from engine.store.protocol import Claim, StoredRules
from tests.engine.store.values import TERMS, clock, opening, written
from tests.threads import in_thread


def test_two_engines_never_hold_the_same_ticket(store, opener):
    other = opener()
    store.add_events("desk", [(key, Event(100, "opened", {}, "desk", key)) for key in "ABCD"])
    with store.cycle():
        mine = store.claim(Instant(0), 2)
        with other.cycle():
            theirs = other.claim(Instant(0), 9)
            assert other.claim_of([1, 2, 3, 4]) == [Claim(3), Claim(4)]
    assert [claim.ticket_id for claim in (*mine, *theirs)] == [1, 2, 3, 4]
    with store.cycle():
        assert store.claim(Instant(0), 9) == []


def test_an_event_that_comes_while_its_ticket_is_claimed_is_taken_in_later(store, opener):
    other = opener()
    store.add_events("desk", [opening(1)])
    with ExitStack() as later, store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(1, anew=True)]
        [seen] = store.tickets([1])
        adding = later.enter_context(in_thread(lambda: other.add_events("desk", [opening(2)])))
        adding.join(0.2)
        assert adding.is_alive()  # it waits for what is said of the ticket
        assert len(seen.events) == 1
    with store.cycle():
        assert store.claim(Instant(0), 9) == [Claim(1, anew=True)]


def test_other_rules_wait_for_the_cycles_under_way(store, opener):
    first = StoredRules("d1", 0, 1, "r", {"r": ""})
    store.save_rules(first)
    other, third = opener(), opener()
    order = []

    def swap():
        with other.cycle(swapping=True):
            order.append(other.generation())
            other.save_rules(StoredRules("d2", 0, 2, "r", {"r": ""}))

    with ExitStack() as later, store.cycle():
        assert store.generation() == (1, "d1")
        with third.cycle():
            assert third.generation() == (1, "d1")  # beside the other one
        later.enter_context(in_thread(swap)).join(0.2)
        assert order == []
        assert store.generation() == (1, "d1")
    assert (order, store.generation()) == ([(1, "d1")], (2, "d2"))


def test_no_change_is_passed_over_whoever_commits_first(store, opener):
    slow, reader = opener(), opener()
    store.add_events(
        "desk", [("A", Event(1, "opened", {}, "desk", "a")), ("B", Event(1, "opened", {}, "desk", "b"))]
    )
    with slow.cycle():
        slow.write([written(1, clock(due=100))])
        store.write([written(2, clock(due=50))])
        look = reader.news(None)
        assert set(look.rows) == {2}
    assert set(reader.news(look.written).rows) >= {1}


def test_new_terms_are_kept_in_one_order_so_that_two_engines_never_wait_for_each_other(opener):
    many = [replace(TERMS, tier=f"tier {number}") for number in range(20)]
    orders = []
    for terms in (many, many[::-1]):
        store = opener()
        run, kept = store.connection.execute, []
        store.connection.execute = lambda sql, values=(), run=run, kept=kept: (
            kept.append(values[0]) if "INTO terms" in sql else None,
            run(sql, values),
        )[1]
        store.save_terms(terms)
        orders.append(kept)
    assert orders[0] == orders[1]
    assert len(store.all_terms()) == len(orders[0]) == 20
