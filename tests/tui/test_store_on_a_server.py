"""Commands and the console over a PostgreSQL store, and what they say when it goes away."""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import closing

import pytest

from engine.delivery.outbox import Kind, Message
from engine.errors import UnreachableError
from engine.facts import Event, Instant
from engine.run import Engine
from engine.store.decisions import queue
from engine.store.grants import Role, grants
from engine.store.opening import open_store
from engine.store.place import Server
from engine.store.postgres_connection import PostgresConnection
from engine.store.sql import SqlStore
from tests.engine.site import RULES
from tui.actions import Act, Action
from tui.cli import run
from tui.source import Sight, StoreSource


def line(key, number, at="2026-03-06T10:00:00Z"):
    event = {
        "ticket": key,
        "at": at,
        "kind": "opened",
        "id": number,
        "data": {"priority": "high", "status": "Open"},
    }
    return json.dumps(event) + "\n"


@pytest.fixture
def sla(tmp_path, monkeypatch, capsys, schema):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sla.rules").write_text(RULES)
    (tmp_path / "e.jsonl").write_text(line("T-1", "1") + line("T-2", "2"))
    monkeypatch.setenv("SLA_STORE", schema.url)

    def sla_(*arguments, code=0):
        assert run([str(argument) for argument in arguments]) == code, capsys.readouterr().err
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return captured.out + captured.err

    return sla_


def test_commands_take_a_url(sla, schema):
    assert "no store there yet" in sla("inbox", code=4)
    assert "2 new events" in sla("import", "e.jsonl", "--map", "events", "--rules", "sla.rules")
    assert "2 known" in sla("import", "e.jsonl", "--map", "events")
    sla("run", "--once", "--no-deliver")
    assert "T-1" in sla("inbox", "--plain", "--store", schema.url)
    assert "T-2" in sla("tickets", "--format", "jsonl")
    assert "breach" in sla("watch", "--once")
    assert "response" in sla("why", "T-1")
    for arguments in (
        ("health", "--plain"),
        ("notices", "list"),
        ("outbox", "list"),
        ("flags", "list"),
        ("repin",),
    ):
        sla(*arguments)
    status = json.loads(sla("db", "status", "--format", "json"))
    assert (status["tickets"], status["generation"], status["store"]) == (2, 1, str(schema))
    assert status["size"] > 100_000
    assert "up to date" in sla("db", "migrate")


def test_what_is_not_done_on_a_server_is_said(sla, schema, tmp_path):
    secret = schema.url.replace("postgres:@", "postgres:hidden@")
    said = sla("db", "backup", "copy.dump", "--store", secret, code=3)
    assert "pg_dump" in said
    assert "hidden" not in said
    assert not (tmp_path / "copy.dump").exists()
    assert "pg_dump" in sla("run", "--dry-run", code=3)


def test_a_server_that_does_not_answer_ends_a_command_in_words(sla, tmp_path):
    said = sla("inbox", "--store", f"postgresql://noc:hidden@/sla?host={tmp_path}", code=4)
    assert "cannot be reached" in said
    assert "hidden" not in said


def test_a_missing_extra_is_one_line(sla, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("engine.store.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "tiercel[postgres]" in sla("inbox", code=4)


def test_grants_are_printed(sla):
    said = sla("db", "grant", "reporter", "--to", 'dash"boards', "--schema", "tracking").splitlines()
    assert said == grants(Role.REPORTER, 'dash"boards', "tracking")
    assert 'GRANT SELECT ON ALL TABLES IN SCHEMA "tracking" TO "dash""boards";' in said
    sla("db", "grant", "owner", "--to", "me", code=3)


def test_watching_goes_on_when_the_store_is_back(sla, monkeypatch, capsys):
    sla("import", "e.jsonl", "--map", "events", "--rules", "sla.rules")
    recent, asked = SqlStore.recent, []

    def answer(self, after, limit):
        asked.append(after)
        if len(asked) in {1, 2}:
            raise UnreachableError("the server is stopping or starting")
        if len(asked) == 4:
            raise KeyboardInterrupt
        return recent(self, after, limit)

    monkeypatch.setattr(SqlStore, "recent", answer)
    run(["watch", "--since", "0", "--interval", "0.05"])
    captured = capsys.readouterr()
    assert captured.err.count("trying again") == captured.err.count("the store is back") == 1
    assert "breach" in captured.out


@pytest.fixture
def source(schema, tmp_path):
    (tmp_path / "sla.rules").write_text(RULES)
    made = StoreSource(Sight(schema, tmp_path / "sla.rules", write=True, person="tester"))
    yield made
    made.close()


def test_a_console_goes_on_when_the_server_is_back(postgres, schema, source):
    if not postgres.ours:
        pytest.skip("the server is not ours to stop")
    before = source.snapshot(full=True)
    assert before.rows == ()
    store = open_store(schema)
    store.add_events(
        "desk", [("T-1", Event(Instant(before.taken_at - 60), "opened", {"priority": "high"}, "desk", "1"))]
    )
    assert [row.ticket for row in source.snapshot(full=True).rows] == ["T-1"]
    assert any(source.snapshot(full=True) is source.snapshot(full=True) for _ in range(100))
    postgres.stop()
    try:
        for question in (lambda: source.snapshot(full=True), lambda: source.ticket(1), source.notices):
            with pytest.raises(UnreachableError, match=r"stopping|cannot be reached"):
                question()
    finally:
        postgres.start()
    assert [row.ticket for row in source.snapshot(full=True).rows] == ["T-1"]
    assert source.act([1], Action(Act.REPLY, text="on it")).done == (1,)
    store.close()


def test_whatever_a_console_asks_is_found_by_an_index(schema, tmp_path, monkeypatch):
    (tmp_path / "sla.rules").write_text(RULES)
    with closing(open_store(schema, create=True)) as store:
        now = int(time.time())
        opened = Event(Instant(now - 3500), "opened", {"priority": "high"}, "desk", "1")
        store.add_events("desk", [("T-1", opened)])
        Engine(store, tmp_path / "sla.rules").start(Instant(now))
        told = Message(Kind.NOTICE, "inbox", "tester", "tester", {})
        with store.cycle():
            queue(store.connection, 1, None, Instant(now), [told])
    asked, execute = [], PostgresConnection.execute

    def listening(self, sql, values=()):
        asked.append((sql, values))
        return execute(self, sql, values)

    monkeypatch.setattr(PostgresConnection, "execute", listening)
    with closing(StoreSource(Sight(schema, write=True, person="tester"))) as console:
        console.snapshot(full=False)
        console.snapshot(full=True)
        assert console.unread == 1
        assert len(console.act([1], Action(Act.NOTE, text="seen")).done) == 1
        console.snapshot(full=True)
        with closing(open_store(schema)) as other:
            other.add_events("desk", [("T-2", Event(Instant(now), "opened", {}, "desk", "2"))])
        looked = len(asked)
        console.snapshot(full=True)
        assert len(asked) - looked == 1, "a look is one question"
        console.snapshot(full=True, figures=True)
        for question in (console.escalations, console.flags, console.notices, console.choices):
            question()
        assert console.ticket(1) is not None
    monkeypatch.undo()
    with closing(open_store(schema)) as store:
        run_ = store.connection.execute
        run_("SET enable_seqscan = off")
        assert len({sql for sql, _ in asked}) > 25
        for sql, values in {sql: (sql, values) for sql, values in asked}.values():
            if " FROM " in f" {' '.join(sql.split())} " and not sql.startswith(("INSERT", "SELECT set")):
                plan = "\n".join(row[0] for row in run_(f"EXPLAIN {sql}", values))
                assert not re.search(
                    r"Seq Scan on (tickets|events|clocks|alerts|decisions|outbox|pins)", plan
                ), plan


def test_a_person_who_is_no_engine_acts_and_an_engine_takes_it_in(postgres, schema, source):
    if not postgres.ours:
        pytest.skip("users are made on a server of our own only")
    source.snapshot(full=True)
    store = open_store(schema)
    store.add_events(
        "desk", [("T-1", Event(Instant(1_772_442_000), "opened", {"priority": "high"}, "desk", "1"))]
    )
    source.snapshot(full=True)
    run_ = store.connection.execute
    [name] = run_("SELECT current_schema()").fetchone()
    run_(f"CREATE ROLE {name}_desk LOGIN")
    try:
        for statement in grants(Role.CONSOLE, f"{name}_desk", name):
            run_(statement)
        place = Server(f"{schema.url.replace('postgres:@', '@')}&user={name}_desk")
        desk = StoreSource(Sight(place, write=True, person="desk"))
        try:
            assert desk.snapshot(full=True).rows[0].acknowledged_at is None
            assert desk.act([1], Action(Act.ACKNOWLEDGE)).refused == ()
            source.snapshot(full=True)
            assert desk.snapshot(full=True).rows[0].acknowledged_at is not None
        finally:
            desk.close()
    finally:
        run_(f"DROP OWNED BY {name}_desk")
        run_(f"DROP ROLE {name}_desk")
        store.close()
