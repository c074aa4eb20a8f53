"""The contract of stores: events come back as they were, in their order, once."""

from __future__ import annotations

from engine.facts import Instant, Pin
from tests.engine.store.values import TERMS, event, opened, written


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
