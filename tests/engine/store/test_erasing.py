"""Personal text out of every store: all of it, nothing of anybody else's, figures as before, and again after a death."""

from __future__ import annotations

from itertools import count

import pytest

from engine.erasure import Kept
from engine.facts import Event
from engine.forget import DAY, Retention, cut_off, ended, forget, preview
from engine.run import Engine
from engine.store import erasure
from engine.store.place import Server
from engine.store.scrub import overwriting, scrub
from tests.engine.ladders import rules
from tests.engine.site import at

LADDER = (
    "at breach of response notify night-lead via inbox",
    "at breach of response notify night-lead via email",
    "at breach of response escalate to management",
)
NAME = "Xanthippe-Quellwasser"
"""Stands for whatever is about a person; found nowhere else, not even in part."""
TABLES = ("tickets", "events", "clocks", "alerts", "decisions", "outbox")
MONTH = (at("2026-03-01 00:00"), at("2026-04-01 00:00"))
LATER = at("2026-11-24 12:00")


@pytest.fixture
def desk(store, site):
    """Some tickets of Acme and of others, ended but for one of each, with breaches, messages and a name all over them."""
    numbers = count(1)

    def happen(key, when, kind, **data):
        number = next(numbers)
        store.add_events("test", [(key, Event(at(when), kind, data, "test", str(number), number))])

    site.write(rules(*LADDER))
    engine = Engine(store, site.root)
    engine.start(at("2026-03-02 08:00"))
    for customer, named in (("Acme GmbH", NAME), ("Globex", f"{NAME} of Globex")):
        for place in ("A", "B", "open"):
            key = f"{customer[:2]}-{place}"
            happen(key, "2026-03-02 09:00", "opened", subject=named, requester=named, priority="critical",
                   status="New", customer=customer, assignee=named, queue=named, tags=named)  # fmt: skip
            happen(key, "2026-03-02 09:10", "note", text=named, by=named)
    engine.step(at("2026-03-02 11:00"))
    for start in ("Ac", "Gl"):
        for place in ("A", "B"):
            happen(f"{start}-{place}", "2026-03-02 12:00", "resolved", by=NAME, status="Resolved", note=NAME)
    engine.step(at("2026-03-02 12:01"))
    return engine


def kept(engine, store):
    return Kept.by(engine.rules.now.graph, store.all_terms())


def everything(store):
    """What stands in the store of each ticket, as text."""
    found = {}
    for table in TABLES:
        column = "id" if table == "tickets" else "ticket"
        for row in store.connection.execute(f'SELECT {column}, t.* FROM "{table}" t').fetchall():
            found[row[0]] = found.get(row[0], "") + f"{table}: {row[1:]}\n"
    return found


def clocks(store):
    return [
        tuple(row)
        for row in store.connection.execute("SELECT * FROM clocks ORDER BY ticket, metric, cycle").fetchall()
    ]


def figures(store):
    alerts = store.connection.execute(
        "SELECT ticket, metric, threshold, at, found FROM alerts ORDER BY 1, 2, 3"
    ).fetchall()
    steps = store.connection.execute(
        "SELECT ticket, step, outcome, at FROM decisions ORDER BY 1, 2, 4"
    ).fetchall()
    return clocks(store), [tuple(row) for row in (*alerts, *steps)], store.tallies(*MONTH)


def of_acme(store):
    return [item.id for item in erasure.of_customer(store.connection, "acme") if not item.open]


def test_what_is_personal_goes_and_figures_stay(desk, store):
    before = figures(store)
    chosen = of_acme(store)
    foreseen = preview(store, kept(desk, store), LATER, chosen)
    done = forget(store, kept(desk, store), LATER, chosen)
    assert foreseen == done
    assert (done.tickets, done.events, done.stored_only) == (2, 8, 0)
    assert done.messages >= 4
    left = everything(store)
    assert all(NAME not in left[ticket] for ticket in chosen)
    assert sum(NAME in text for text in left.values()) == 4, "of others, and of what is open, nothing went"
    assert figures(store) == before
    assert forget(store, kept(desk, store), LATER, chosen) == erasure.Erased(), "once more there is nothing"
    desk.step(LATER)
    assert all(NAME not in text for ticket, text in everything(store).items() if ticket in chosen)


def test_an_open_ticket_goes_on_without_its_text(desk, store):
    [ticket] = [item.id for item in erasure.of_customer(store.connection, "acme") if item.open]
    assert not forget(store, kept(desk, store), LATER, [ticket]).tickets
    was = clocks(store)
    assert forget(store, kept(desk, store), LATER, [ticket], including_open=True).tickets == 1
    assert desk.step(at("2026-03-02 12:05")).evaluated == 1
    [row] = [row for row in store.rows() if row.id == ticket]
    assert (row.subject, row.assignee, row.customer) == ("", "", "acme")
    assert clocks(store) == was
    assert NAME not in everything(store)[ticket]


def test_a_ticket_with_news_is_left_alone(desk, store):
    ticket = store.find("Ac-A")
    store.add_events("test", [("Ac-A", Event(at("2026-03-02 13:00"), "reopened", {}, "test", "late", 99))])
    assert not forget(store, kept(desk, store), LATER, [ticket]).tickets
    assert NAME in everything(store)[ticket]


def test_what_was_interrupted_is_gone_on_with(desk, store, monkeypatch):
    monkeypatch.setattr("engine.forget.CHUNK", 1)
    chosen = of_acme(store)

    def killed(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forget(store, kept(desk, store), LATER, chosen, told=killed)
    left = everything(store)
    assert [NAME in left[ticket] for ticket in chosen] == [False, True]
    assert forget(store, kept(desk, store), LATER, chosen).tickets == 1
    assert all(NAME not in everything(store)[ticket] for ticket in chosen)


def test_retention_takes_what_ended_long_ago_and_then_rests(desk, store):
    retention = Retention(months=8)
    early = at("2026-11-01 12:00")
    assert ended(store, cut_off(early, 8)) == []
    assert not retention.step(store, lambda: kept(desk, store), early).tickets
    assert not retention.step(store, lambda: kept(desk, store), early + DAY - 1).tickets, "it rests for a day"
    assert retention.step(store, lambda: kept(desk, store), LATER).tickets == 4
    assert not retention.step(store, lambda: kept(desk, store), LATER).tickets
    assert sum(NAME in text for text in everything(store).values()) == 2, "what is open stays"
    assert ended(store, cut_off(LATER, 8)) == [], "what was done is not looked at again"
    store.add_events(
        "test", [("Ac-A", Event(at("2026-11-24 12:30"), "note", {"text": NAME}, "test", "late", 99))]
    )
    desk.step(at("2026-11-24 12:31"))
    assert ended(store, at("2026-11-24 12:31")) == [store.find("Ac-A")], "news brings it back"


def test_no_months_no_retention(desk, store):
    assert not Retention(months=0).step(store, lambda: kept(desk, store), LATER).tickets
    assert sum(NAME in text for text in everything(store).values()) == 6


def test_nothing_is_left_on_the_disk(desk, store, place):
    overwriting(store.connection)
    every = list(everything(store))
    forget(store, kept(desk, store), LATER, every, including_open=True)
    desk.step(at("2026-03-02 12:05"))
    store.close()
    left = scrub(place)
    if isinstance(place, Server):
        assert "VACUUM FULL" in left
        return
    assert left == ""
    for file in place.parent.iterdir():
        if file.name.startswith(place.name):
            assert NAME.encode() not in file.read_bytes(), file.name
