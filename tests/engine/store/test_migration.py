"""A store of an older version becomes one of the present version with all that was in it."""

from __future__ import annotations

import sqlite3

import pytest

from engine.delivery.outbox import Kind, Message, Status
from engine.facts import Event, Instant
from engine.ladder.decision import Decision, Outcome
from engine.store import migrations, schema, sqlite_care
from engine.store.protocol import Acted
from engine.store.sqlite import SqliteStore

TABLES = ("tickets", "sources", "events", "terms", "pins", "clocks", "alerts", "rule_sets")
CHANGED = {("tickets", "step"), ("tickets", "awaits"), ("tickets", "last_event")}


@pytest.fixture
def first(tmp_path, monkeypatch):
    """A store of the first version: two tickets, an open and a closed one, alerts, and a message of the outbox of then."""
    path = tmp_path / "sla.db"
    connection = sqlite3.connect(path, isolation_level=None)
    with monkeypatch.context() as then:
        then.setattr(migrations, "VERSIONS", schema.VERSIONS[:1])
        then.setattr(migrations, "VERSION", 1)
        assert migrations.migrate(connection) == ["first"]
    run = connection.execute
    run("INSERT INTO meta VALUES ('mark', '3')")
    run(
        "INSERT INTO tickets (id, key, closed, flagged, assignee, urgency) VALUES (1, 'T-1', 0, 1, 'desk', 5), (2, 'T-2', 1, 0, '', NULL)"
    )
    run("INSERT INTO sources VALUES (1, 'desk')")
    run(
        "INSERT INTO events VALUES (1, 1, 100, 0, 'opened', '{\"priority\":\"high\"}', 1, 'a'),"
        " (2, 2, 110, 0, 'opened', '{}', 1, 'b'), (3, 2, 120, 0, 'closed', '{}', 1, 'c')"
    )
    run("INSERT INTO terms VALUES ('d', '{}')")
    run("INSERT INTO pins (ticket, at, cause, terms) VALUES (1, 100, 'opened', 'd')")
    run(
        "INSERT INTO alerts (id, ticket, metric, cycle, threshold, at, found, customer, cause)"
        " VALUES (7, 1, 'response', 1, 'breach', 300, 301, 'acme', 'time')"
    )
    run("INSERT INTO outbox (alert, kind, created) VALUES (7, 'mail', 301)")
    connection.close()
    return path


def content(path):
    connection = sqlite3.connect(path)
    rows = {}
    for table in TABLES:
        cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')
        names = [column[0] for column in cursor.description]
        rows[table] = [
            {name: value for name, value in zip(names, row, strict=True) if (table, name) not in CHANGED}
            for row in cursor
        ]
    connection.close()
    return rows


def test_everything_is_still_there(first):
    before = content(first)
    assert sqlite_care.status(first).version == 1
    assert sqlite_care.migrate(first) == [
        "escalations",
        "claims",
        "archive",
        "columns",
        "plans",
        "closings",
        "outages",
        "settlements",
        "publications",
        "report runs",
    ]
    assert sqlite_care.status(first).version == schema.VERSION == 11
    assert content(first) == before
    assert all(before[table] for table in TABLES if table not in {"clocks", "rule_sets"})
    connection = sqlite3.connect(first)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_it_becomes_does_the_work_of_today(first):
    store = SqliteStore.open(first)
    assert not store.waits(Instant(0))
    assert store.add_events("desk", [("T-1", Event(100, "opened", {}, "desk", "a"))]) == (0, 1)
    assert store.rows()[0].step == ""
    message = Message(Kind.NOTICE, "email", "lead@msp.example", "lead", {})
    decision = Decision(
        300, 301, 1, "T-1", "acme", "response", 1, "noc", "at breach", 0, Outcome.FIRED, "", "time"
    )
    with store.cycle():
        store.decide([Acted(decision, (message,))])
    [waiting] = store.outbox.queued([Status.WAITING])
    assert (waiting.ticket, waiting.message, waiting.decision.key) == ("T-1", message, decision.key)
    store.close()


def test_a_new_store_and_one_that_was_brought_up_to_date_have_the_same_tables(first, tmp_path):
    SqliteStore.open(first).close()
    SqliteStore.open(tmp_path / "new.db", create=True).close()

    def shape(path):
        return dict(
            sqlite3.connect(path).execute(
                "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
            )
        )

    assert shape(first) == shape(tmp_path / "new.db")
