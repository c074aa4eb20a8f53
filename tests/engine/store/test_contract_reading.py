"""The contract of stores: what people look at."""

from __future__ import annotations

from dataclasses import replace

from engine.clock import State
from engine.facts import Instant
from engine.snapshot import Tally
from engine.store.protocol import StoredRules
from engine.store.sqlite import SqliteStore
from tests.engine.store.values import clock, event, opened, written

DAY = 86_400


def test_rows_most_urgent_first(store):
    opened(store, "A", "B", "C", "D", "E", "F")
    store.write([
        written(1, clock(due=None, state=State.PAUSED, next_at=None)),
        written(2, clock(due=900), clock("response", due=200)),
        written(3, clock(due=100, state=State.MET, stopped=50)),
        written(4, tier="", customer=""),
        written(5, closed=True, tier=""),
        written(6, clock(due=150, state=State.BREACHED)),
    ])  # fmt: skip
    assert [row.ticket for row in store.rows()] == ["F", "B", "A", "D"]
    assert [row.ticket for row in store.rows(2)] == ["F", "B"]
    first, second, *_, last = store.rows()
    assert (first.state, first.due, first.opened) == (State.BREACHED, 150, 100)
    assert (second.metric, second.due, second.warn_at) == ("response", 200, 900)
    assert (last.metric, last.state, last.due, last.tier) == ("", None, None, "")


def test_a_row_says_what_the_ticket_says(store):
    opened(store, "A")
    fields = {
        "customer": "Somebody Ltd",
        "status": "New",
        "assignee": "desk-1",
        "queue": "q",
        "team": "t",
        "tags": "a b",
    }
    store.write([
        replace(written(1, clock(), customer=""), fields={"subject": "s" * 2000, "priority": 1, **fields},
                acknowledged_at=5, snoozed_until=6, flagged=True, opened=77)
    ])  # fmt: skip
    [row] = store.rows()
    assert (row.customer, row.group, row.status, row.assignee, row.queue, row.team, row.tags) == (
        "Somebody Ltd", "retail", "New", "desk-1", "q", "t", "a b",
    )  # fmt: skip
    assert (row.priority, len(row.subject), row.opened) == ("1", 500, 77)
    assert (row.acknowledged_at, row.snoozed_until, row.flagged, row.target) == (5, 6, True, 900)


def test_tallies_count_clocks_by_the_local_day_of_their_decision(store):
    opened(store, "A", "B")
    store.write([
        written(1, clock(state=State.MET, stopped=DAY - 1), clock(cycle=2, state=State.MISSED, due=DAY, stopped=DAY + 5)),
        written(2, clock(state=State.BREACHED, due=DAY - 1), clock(cycle=2, state=State.CANCELLED), clock(cycle=3)),
    ])  # fmt: skip
    utc = store.tallies(Instant(0), Instant(2 * DAY))
    assert utc == [
        ("acme", "gold", "resolution", 0, Tally(1, 1)),
        ("acme", "gold", "resolution", 1, Tally(0, 1)),
    ]
    assert store.tallies(Instant(0), Instant(DAY)) == utc[:1]
    berlin = store.tallies(Instant(0), Instant(2 * DAY), "Europe/Berlin")
    assert berlin == [("acme", "gold", "resolution", 1, Tally(1, 2))]


def test_affected_tickets(store):
    opened(store, "A", "B", "C", "D")
    store.write([
        written(1, tier="gold", customer="acme"), written(2, tier="silver", customer="globex"),
        written(3, tier="gold", customer="globex", closed=True), written(4, tier="", customer=""),
    ])  # fmt: skip
    assert store.affected_tickets(None, None) == [1, 2, 4]
    assert store.affected_tickets(["gold"], []) == [1]
    assert store.affected_tickets(["gold"], ["globex", "acme"]) == [1, 2]
    assert store.affected_tickets(None, ["globex"]) == [2]
    assert store.affected_tickets([], []) == []
    assert store.affected_tickets([], [], ["office"]) == []
    store.write([written(1, clock(), tier="gold", customer="acme")])
    assert store.affected_tickets([], [], [clock().calendar]) == [1]
    assert store.affected_tickets(["silver"], [], [clock().calendar]) == [1, 2]


def test_version_moves_with_every_change_by_anybody(store, opener):
    other = opener()
    seen = [store.news(0).version]
    for change in (
        lambda: other.add_events("desk", [("A", event(1, name="a"))]),
        lambda: store.add_events("desk", [("A", event(2, name="b"))]),
        lambda: other.write([written(1, clock())]),
        lambda: store.save_rules(StoredRules("d", 0, 1, "r", {"r": ""})),
    ):
        change()
        seen.append(store.news(0).version)
    assert len(set(seen)) == len(seen)
    # A server may be at work for others between two looks.
    assert any(store.news(0).version == store.news(0).version for _ in range(100))


def test_rows_that_changed_since_a_writing(store):
    opened(store, "A", "B")
    store.write([written(1, clock(due=100)), written(2, clock(due=50))])
    look = store.news(None)
    newest, first = look.written, look.rows
    assert {id_: row.ticket for id_, row in first.items() if row} == {1: "A", 2: "B"}
    assert store.news(0).rows == first
    # What others have under way may bring a row twice, and holds up the number.
    assert store.news(newest).rows.items() <= first.items()
    store.write([written(2, clock(state=State.MET, stopped=300, due=1000, next_at=None))])
    look = store.news(newest)
    later, changed = look.written, dict(look.rows)
    assert changed.pop(2, "not there") is None
    assert changed.items() <= first.items()
    if isinstance(store, SqliteStore):
        assert (later > newest, changed) == (True, {})
        assert (store.news(later).written, store.news(later).rows) == (later, {})
