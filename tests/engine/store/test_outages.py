"""Outages and announcements in both stores: what comes again, what ends, and whose notes go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.commitment.outage import Notice, Outage
from engine.errors import StoreError
from engine.forget import Retention
from engine.store.outages import (
    Recorded,
    announce,
    end,
    erase_notes_before,
    erase_notes_of,
    known_since,
    notes_before,
    notes_of,
    notices,
    outage,
    outages,
    record,
    record_beside,
)

ONE = Outage("web", "", 1000, None, "statuspage", "a", "disk full")
OTHER = Outage("", "acme", 2000, 2600, "statuspage", "b", "only theirs")
TOLD = Notice("patches", "", "", 500, None, None, "command", "n1", "as every Sunday")
OWN = Notice("", "web", "acme", 600, 3000, 4000, "command", "n2", "new switch")


def bare(found):
    return [replace(one, number=0) for one in found]


def test_what_was_recorded_comes_back_in_order(store):
    connection = store.connection
    assert known_since(connection) is None
    assert record(connection, [OTHER, ONE]) == Recorded(2, 0, 0)
    assert bare(outages(connection, 0, 10_000)) == [ONE, OTHER]
    assert known_since(connection) == 1000
    assert [one.source_id for one in outages(connection, 2600, 10_000)] == ["a"], "the end is no part of it"
    assert [one.source_id for one in outages(connection, 0, 2000)] == ["a"]
    assert outages(connection, 0, 1000) == []


def test_the_same_again_changes_nothing_and_an_end_that_is_known_stays(store):
    connection = store.connection
    record(connection, [ONE])
    assert record(connection, [ONE, ONE]) == Recorded(0, 0, 2)
    assert record(connection, [replace(ONE, end=1500)]) == Recorded(0, 1, 0)
    assert record(connection, [ONE]) == Recorded(0, 0, 1), "a late beginning does not open it again"
    assert record(connection, [replace(ONE, start=900, note="other")]) == Recorded(0, 1, 0)
    assert bare(outages(connection, 0, 10_000)) == [replace(ONE, start=900, end=1500)]
    assert record(connection, [replace(ONE, source="other")]) == Recorded(1, 0, 0), "ids are a source's own"


def test_what_is_recorded_may_depend_on_what_lasts(store):
    connection = store.connection
    ended = replace(ONE, end=1500, source_id="c")
    record(connection, [ONE, OTHER, ended, replace(ONE, source="other")])
    seen = []

    def told(known):
        seen.extend(bare(known))
        return [replace(one, end=1900) for one in known if one.end is None]

    assert record_beside(connection, "statuspage", 1501, told) == Recorded(0, 1, 0)
    assert seen == [ONE, OTHER]
    seen.clear()
    assert record_beside(
        connection, "statuspage", 1500, lambda known: seen.extend(bare(known)) or []
    ) == Recorded(0, 0, 0)
    assert seen == [replace(ONE, end=1900), ended, OTHER]


def test_an_outage_ends_once_and_not_before_it_began(store):
    connection = store.connection
    record(connection, [ONE])
    [found] = outages(connection, 0, 10_000)
    assert not end(connection, found.number, 999)
    assert not end(connection, found.number + 1, 1100)
    assert end(connection, found.number, 1100)
    assert not end(connection, found.number, 1200)
    assert outage(connection, found.number).end == 1100
    assert outage(connection, found.number + 1) is None


def test_all_or_nothing(store):
    with pytest.raises(StoreError):
        record(store.connection, [ONE, replace(OTHER, end=1)])
    assert outages(store.connection, 0, 10_000) == []


def test_announcements_are_kept_once(store):
    number = announce(store.connection, TOLD)
    assert announce(store.connection, TOLD) == number
    announce(store.connection, OWN)
    assert bare(notices(store.connection)) == [TOLD, OWN]


def test_two_connections_record_the_same(opener):
    first, second = opener(), opener()
    assert record(first.connection, [ONE]).new == 1
    assert record(second.connection, [ONE]).known == 1


def test_notes_of_a_customer_go_and_do_not_come_back(store):
    connection = store.connection
    record(connection, [ONE, OTHER])
    announce(connection, OWN)
    announce(connection, TOLD)
    assert notes_of(connection, "acme") == 2
    assert erase_notes_of(connection, "acme") == 2
    assert notes_of(connection, "acme") == 0
    record(connection, [ONE, OTHER])
    announce(connection, OWN)
    assert [one.note for one in outages(connection, 0, 10_000)] == ["disk full", ""]
    assert [one.note for one in notices(connection)] == ["as every Sunday", ""]


def test_notes_go_when_their_time_has_come(store):
    connection = store.connection
    record(connection, [ONE, OTHER])
    assert notes_before(connection, 2600) == 0
    assert notes_before(connection, 2601) == erase_notes_before(connection, 2601) == 1
    record(connection, [replace(ONE, source_id="c", end=1001)])
    done = Retention(months=1).step(store, lambda: None, 100 * 86_400)
    assert (done.tickets, done.notes) == (0, 1)
    assert [one.note for one in outages(connection, 0, 10_000)] == ["disk full", "", ""], (
        "what lasts keeps it"
    )
