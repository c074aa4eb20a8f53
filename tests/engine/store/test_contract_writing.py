"""The contract of stores: what an engine writes in a cycle, all of it or nothing, and the rules and terms it was written by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.clock import State
from engine.errors import StoreError, UnreachableError
from engine.facts import Instant, Pin
from engine.snapshot import Transition
from engine.store.protocol import StoredRules
from engine.store.schema import VERSION
from engine.store.sqlite import SqliteStore
from tests.engine.store.values import TERMS, clock, event, opened, written

# ---------------------------------------------------------------- terms, pins, rules


def test_terms_are_kept_once_and_come_back_equal(store, opener):
    opened(store, "A", "B")
    twin = replace(TERMS, targets=tuple(replace(target) for target in TERMS.targets))
    store.write([written(1, pins=[Pin(100, TERMS, "opened")]), written(2, pins=[Pin(100, twin, "opened")])])
    found = [ticket.pins for ticket in opener().tickets()]
    assert found == [(Pin(100, TERMS, "opened"),)] * 2
    assert found[0][0].terms is found[1][0].terms


def test_pins_are_added_never_replaced(store):
    opened(store, "A")
    store.write([written(1, pins=[Pin(100, TERMS, "opened")])])
    store.write(
        [written(1, pins=[Pin(100, None, "opened"), Pin(100, None, "repin"), Pin(90, TERMS, "customer")])]
    )
    [ticket] = store.tickets()
    assert ticket.pins == (Pin(90, TERMS, "customer"), Pin(100, TERMS, "opened"), Pin(100, None, "repin"))


def test_rule_versions(store):
    assert store.rules() is None
    first = StoredRules("d1", 0, 100, "sla.rules", {"sla.rules": "language 1\n", "rules/a.rules": "# ä\n"})
    second = replace(first, digest="d2", at=200, files={"sla.rules": "language 1\n"})
    assert store.save_rules(first) == 1
    assert store.save_rules(replace(first, at=150)) == 1
    assert store.save_rules(second) == 2
    assert store.save_rules(replace(first, at=300)) == 3
    assert store.rules() == replace(first, generation=3, at=300)
    assert store.rules(Instant(299)) == replace(second, generation=2)
    assert store.rules(Instant(199)) == replace(first, generation=1)
    assert store.rules(Instant(99)) == replace(first, generation=1)
    assert store.generation() == (3, "d1")
    assert store.rules_of(2) == replace(second, generation=2)
    assert store.rules_of(9) is None
    assert list(store.rules().files) == ["sla.rules", "rules/a.rules"]


# ---------------------------------------------------------------- what a cycle writes


def breach(ticket, at=1000, **more):
    return Transition(at, at + 7, ticket, "A", "acme", "resolution", 1, "breach", "time", **more)


def test_what_was_planned_is_known_from_then_on(store, opener):
    assert not store.planned("d1")
    store.save_plan("d1", "d0", Instant(1))
    store.save_plan("d1", "d2", Instant(2))
    assert store.planned("d1") and not store.planned("d0")
    assert opener().planned("d1")


def test_whether_plans_are_required_is_known_to_everybody(store, opener):
    assert not store.plans_required()
    for required in (True, True, False, False, True):
        store.require_plans(required)
        assert store.plans_required() is opener().plans_required() is required


def test_a_cycle_is_in_or_it_never_was(store, opener):
    opened(store, "A")
    other = opener()
    with pytest.raises(ZeroDivisionError), store.cycle():
        store.write([written(1, clock(), pins=[Pin(100, TERMS, "opened")], alerts=[breach(1)])])
        store.save_rules(StoredRules("d", 0, 1, "r", {"r": ""}))
        assert other.rows() == []
        raise ZeroDivisionError
    assert (store.rows(), store.generation(), store.rules(), store.last_alert()) == ([], (0, ""), None, 0)
    # What was remembered in the cycle that never was must not be taken for stored.
    store.write([written(1, clock(), pins=[Pin(100, TERMS, "opened")], alerts=[breach(1)])])
    [ticket] = other.tickets()
    assert ticket.pins == (Pin(100, TERMS, "opened"),)
    assert [row.ticket for row in other.rows()] == ["A"]


def test_a_ticket_first_met_in_a_cycle_that_failed_is_met_again(store):
    with pytest.raises(ZeroDivisionError), store.cycle():
        opened(store, "A")
        raise ZeroDivisionError
    assert list(store.tickets()) == []
    opened(store, "A")
    assert [ticket.key for ticket in store.tickets()] == ["A"]


def test_an_alert_fires_once(store, opener):
    opened(store, "A")
    assert store.write([written(1, clock(), alerts=[breach(1)])]) == [breach(1)]
    later = replace(breach(1), at=2000, found=2001)
    assert opener().write([written(1, clock(), alerts=[later])]) == []
    [(number, kept)] = store.recent(0, 10)
    assert kept == breach(1)
    assert store.last_alert() == number
    assert store.recent(number, 10) == []


def test_recent_alerts_come_in_the_order_they_were_written(store):
    opened(store, "A")
    alerts = [replace(breach(1), cycle=cycle, at=100 - cycle) for cycle in range(5)]
    store.write([written(1, alerts=alerts)])
    found = store.recent(0, 3)
    assert [item.cycle for _, item in found] == [0, 1, 2]
    assert [item.cycle for _, item in store.recent(found[-1][0], 10)] == [3, 4]


def test_writing_again_replaces_the_clocks(store):
    opened(store, "A")
    store.write([written(1, clock(cycle=1), clock(cycle=2, due=50, next_at=40))])
    assert store.due_tickets(Instant(40), 10) == [1]
    store.write([written(1, clock(state=State.MET, stopped=300, due=1000, next_at=None))])
    assert store.due_tickets(Instant(10_000), 10) == []
    assert store.rows() == []


def test_due_tickets_earliest_first(store):
    opened(store, "A", "B", "C", "D")
    store.write([
        written(1, clock(next_at=300)), written(2, clock(next_at=500), clock("response", next_at=100)),
        written(3, clock(next_at=None)), written(4, clock(next_at=301)),
    ])  # fmt: skip
    assert store.due_tickets(Instant(300), 10) == [2, 1]
    assert store.due_tickets(Instant(999), 2) == [2, 1]


def test_strange_texts_are_only_texts(store):
    key = "T'); DROP TABLE events; --\x1b[31m"
    store.add_events("desk", [(key, event(1, subject="=cmd|' /C calc'!A0\0\ud800"))])
    store.write([written(1, clock(), subject="a\0b")])
    [ticket] = store.tickets()
    assert ticket.key == key
    assert ticket.events[0].data["subject"].endswith("\0\ud800")
    assert store.rows()[0].subject == "a\ufffdb"


def test_a_second_cycle_inside_one_is_refused(store):
    with pytest.raises(StoreError), store.cycle(), store.cycle():
        pass


def test_a_program_that_is_open_writes_nothing_more_once_a_newer_one_has_taken_over(store):
    opened(store, "A")
    if isinstance(store, SqliteStore):
        store.connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    else:
        from engine.store.postgres_connection import KEY

        store.connection.execute("UPDATE meta SET value = ? WHERE key = ?", (str(VERSION + 1), KEY))
    for write in (
        lambda: opened(store, "B"),
        lambda: store.write([written(1, clock())]),
        lambda: store.outbox.discard([1], Instant(5), "lead"),
    ):
        with pytest.raises(StoreError, match="newer program") as caught:
            write()
        assert not isinstance(caught.value, UnreachableError)
    assert (store.find("B"), store.rows()) == (None, [])


def test_terms_and_rules_by_name(store):
    store.save_terms([TERMS])
    assert store.all_terms() == [TERMS]
    rules = StoredRules("d1", 0, 100, "r", {"r": ""})
    store.save_rules(rules)
    assert store.rules_named(["d1", "other"]) == [replace(rules, generation=1)]
