"""What the engine may rely on, whichever store it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsl.condition import Compare, Comparison
from dsl.model import BusinessDays, Reopen, Seconds
from engine.clock import Clock, State, Threshold
from engine.errors import StoreError, UnreachableError
from engine.facts import Event, Instant, Pin
from engine.snapshot import Tally, Transition
from engine.store.protocol import Claim, StoredRules, Written
from engine.store.schema import VERSION
from engine.store.sqlite import SqliteStore
from engine.terms import PinnedTarget, Terms

DAY = 86_400


def event(at, kind="changed", name=None, sequence=0, source="desk", **data):
    return Event(at, kind, data, source, name or f"{at}-{kind}-{sequence}", sequence)


PROMISE = PinnedTarget(
    ("critical",),
    "resolution",
    Seconds(3600),
    False,
    "always",
    None,
    "tier gold",
    "target critical resolution within 1h",
)
TERMS = Terms(
    "gold",
    Reopen.RESUMES,
    (
        PROMISE,
        replace(PROMISE, amount=BusinessDays(3), when=Compare("site", Comparison.EQ, 'Käse "lab"')),
    ),
    rules="d1",
)


def clock(
    metric="resolution",
    cycle=1,
    state=State.RUNNING,
    due: int | None = 1000,
    next_at: int | None = 900,
    **more,
):
    stopped = more.pop("stopped", None)
    return Clock(
        metric, cycle, state, 100, stopped, 900, due, 0, 0, (), "always", PROMISE,
        (Threshold("warning 75%", 7500, next_at), Threshold("breach", 10_000, due)), next_at, **more,
    )  # fmt: skip


def written(ticket, *clocks, closed=False, tier="gold", customer="acme", pins=(), alerts=(), **fields):
    return Written(
        ticket, {"subject": "x", "priority": "high", **fields}, "working", closed, tier, customer, "retail",
        None, None, False, tuple(pins), tuple(clocks), tuple(alerts),
        next_at=min((item.next_at for item in clocks if item.next_at is not None), default=None),
    )  # fmt: skip


def opened(store, *keys):
    store.add_events("desk", [(key, event(100, "opened", f"{key}-1", subject=key)) for key in keys])
    return [store.find(key) for key in keys]


# ---------------------------------------------------------------- events


def test_an_event_comes_back_as_it_was(store):
    said = event(100, "opened", customer="Käse & Söhne", vip=True, impact=3, note='"\\\n\0\u202e[/red]')
    assert store.add_events("desk", [("T-1", said)]) == (1, 0)
    [ticket] = store.tickets()
    assert ticket.key == "T-1"
    assert ticket.events == (said,)
    assert type(ticket.events[0].data["vip"]) is bool


def test_a_known_event_changes_nothing(store):
    first = event(100, "opened", "1", subject="first")
    store.add_events("desk", [("T-1", first)])
    again = [("T-1", event(100, "opened", "1", subject="second")), ("T-9", event(5, name="1"))]
    assert store.add_events("desk", again) == (0, 2)
    assert [ticket.events for ticket in store.tickets()] == [(first,)]


def test_a_name_is_known_per_source_only(store):
    assert store.add_events("desk", [("T-1", event(1, name="1"))]) == (1, 0)
    assert store.add_events("mail", [("T-1", event(1, name="1", source="mail"))]) == (1, 0)
    [ticket] = store.tickets()
    assert [item.source for item in ticket.events] == ["desk", "mail"]


def test_events_stand_in_their_order_whatever_came_first(store):
    events = [
        event(9, name="a"), event(5, name="c", sequence=2), event(5, name="b", sequence=10),
        event(5, name="z", sequence=2), event(5, name="y", sequence=2, source="a"), event(-7, name="x"),
    ]  # fmt: skip
    for item in events:
        store.add_events(item.source, [("T-1", item)])
    [ticket] = store.tickets()
    assert list(ticket.events) == sorted(events, key=lambda item: item.order)


def test_tickets_until_an_instant_know_no_later_event_or_pin(store):
    store.add_events("desk", [("T-1", event(10)), ("T-1", event(20)), ("T-2", event(30))])
    store.write([written(1, pins=[Pin(10, TERMS, "opened"), Pin(25, None, "customer")])])
    [ticket] = store.tickets(until=Instant(20))
    assert [item.at for item in ticket.events] == [10, 20]
    assert [pin.at for pin in ticket.pins] == [10]


def test_chosen_tickets(store):
    ids = opened(store, "A", "B", "C")
    assert [ticket.key for ticket in store.tickets([ids[2], ids[0], 999])] == ["A", "C"]
    assert list(store.tickets([])) == []
    assert store.find("D") is None


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


# ---------------------------------------------------------------- what people look at


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


def test_many_events_at_once_find_their_tickets_known_and_new(store, opener):
    def happened(numbers):
        return [(f"T-{number % 70}", event(number)) for number in numbers]

    assert store.add_events("desk", happened(range(0, 450, 7))) == (65, 0)
    store.add_events("desk", [("other", event(-1))])
    # Another connection, which has to ask which tickets there are.
    assert opener().add_events("desk", happened(range(450))) == (385, 65)
    found = {ticket.key: [item.at for item in ticket.events] for ticket in store.tickets()}
    assert found.pop("other") == [-1]
    assert found == {f"T-{number}": list(range(number, 450, 70)) for number in range(70)}
