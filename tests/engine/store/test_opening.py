"""What is no store of ours, or cannot be used now, is refused in words; what is older is brought up to date."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.facts import Event, Pin
from engine.store import database, migrations, schema, sqlite_open
from engine.store.protocol import Written
from engine.store.sqlite import SqliteStore
from tests.engine.store.values import opening
from tests.threads import at_once

ROOT = os.geteuid() == 0


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "sla.db"
    store = SqliteStore.open(file, create=True)
    store.add_events("desk", [opening(1)])
    store.close()
    return file


def refused(path, **how):
    with pytest.raises(StoreError) as caught:
        SqliteStore.open(path, **how)
    assert caught.value.help
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_missing_store_is_made_only_on_request(tmp_path):
    assert "no such store" in refused(tmp_path / "none.db")
    assert "no such store" in refused(tmp_path / "none.db", read_only=True)
    assert "no such store" in refused(tmp_path / "none.db", read_only=True, create=True)
    assert not list(tmp_path.iterdir())
    assert "no folder" in refused(tmp_path / "there" / "none.db", create=True)


def test_what_is_not_a_store(tmp_path):
    assert "directory" in refused(tmp_path)
    (tmp_path / "text").write_text("hello, this is text and no database")
    assert "not a SQLite database" in refused(tmp_path / "text", create=True)
    (tmp_path / "empty").touch()
    assert "empty" in refused(tmp_path / "empty")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE x (y)")
    other.close()
    before = (tmp_path / "other.db").read_bytes()
    assert "not a store" in refused(tmp_path / "other.db", create=True)
    assert (tmp_path / "other.db").read_bytes() == before
    assert "not a store" in refused(tmp_path / "other.db", read_only=True)
    (tmp_path / "cut").write_bytes(b"SQLite format 3\0" + b"\1" * 500)
    assert refused(tmp_path / "cut")
    os.mkfifo(tmp_path / "pipe")
    assert "regular" in refused(tmp_path / "pipe")


def test_an_empty_file_becomes_a_store_on_request(tmp_path):
    (tmp_path / "empty").touch()
    SqliteStore.open(tmp_path / "empty", create=True).close()
    SqliteStore.open(tmp_path / "empty", read_only=True).close()


def test_a_newer_store_refuses_an_older_program(path):
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    for how in ({}, {"read_only": True}, {"create": True}):
        assert "newer program" in refused(path, **how)


@pytest.fixture
def next_version(monkeypatch):
    def add(*statements):
        versions = (*schema.VERSIONS, ("next", statements))
        monkeypatch.setattr(migrations, "VERSIONS", versions)
        for module in (migrations, sqlite_open, database):
            monkeypatch.setattr(module, "VERSION", schema.VERSION + 1)

    return add


def test_an_older_store_is_brought_up_to_date_when_it_is_written(path, next_version):
    next_version("ALTER TABLE tickets ADD COLUMN colour TEXT")
    assert "db migrate" in refusal_help(path)
    store = SqliteStore.open(path)
    assert store.connection.execute("SELECT colour FROM tickets").fetchall() == [(None,)]
    assert store.add_events("desk", [opening(1)]) == (0, 1)
    store.close()
    SqliteStore.open(path, read_only=True).close()


def refusal_help(path):
    with pytest.raises(StoreError) as caught:
        SqliteStore.open(path, read_only=True)
    return caught.value.help


def test_a_migration_that_fails_has_not_begun(path, next_version):
    next_version("ALTER TABLE tickets ADD COLUMN colour TEXT", "ALTER TABLE nowhere ADD COLUMN x TEXT")
    refused_text = None
    with pytest.raises(StoreError) as caught:
        SqliteStore.open(path)
    refused_text = str(caught.value)
    assert "nowhere" in refused_text
    columns = [row[1] for row in sqlite3.connect(path).execute("PRAGMA table_info(tickets)")]
    assert "colour" not in columns
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_a_locked_store_says_so(path, monkeypatch):
    monkeypatch.setattr(sqlite_open, "BUSY_SECONDS", 0.05)
    holder = SqliteStore.open(path)
    other = SqliteStore.open(path)
    with holder.cycle():
        with pytest.raises(StoreError, match="locked"):
            other.add_events("desk", [opening(2)])
        assert len(list(other.tickets())) == 1  # readers never wait
    assert other.add_events("desk", [opening(2)]) == (1, 0)


def test_a_full_disk_says_so_and_keeps_nothing_half_done(path):
    store = SqliteStore.open(path)
    [pages] = store.connection.execute("PRAGMA page_count").fetchone()
    store.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    many = [("T-1", Event(100, "note", {"text": "x" * 5000}, "desk", str(n))) for n in range(2, 100)]
    with pytest.raises(StoreError, match="no space"):
        store.add_events("desk", many)
    store.connection.execute("PRAGMA max_page_count = 1000000")
    assert [len(ticket.events) for ticket in store.tickets()] == [1]
    assert store.add_events("desk", many) == (98, 0)


def test_a_read_only_store_cannot_be_written(path):
    store = SqliteStore.open(path, read_only=True)
    with pytest.raises(StoreError, match="read-only"):
        store.add_events("desk", [opening(2)])
    assert len(list(store.tickets())) == 1


def test_reading_in_a_folder_that_cannot_be_written_leaves_no_trace(path):
    if ROOT:
        pytest.skip("root may write everywhere")
    path.parent.chmod(0o555)
    path.chmod(0o444)
    try:
        store = SqliteStore.open(path, read_only=True)
        assert len(list(store.tickets())) == 1
        store.close()
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        with pytest.raises(StoreError):
            SqliteStore.open(path).add_events("desk", [opening(2)])
    finally:
        path.parent.chmod(0o755)


def test_two_programs_may_make_the_same_store_at_once(tmp_path):
    file = tmp_path / "new.db"

    def work(number):
        store = SqliteStore.open(file, create=True)
        store.add_events("desk", [opening(n) for n in range(number * 10, number * 10 + 20)])
        store.close()

    at_once(4, work)
    [ticket] = SqliteStore.open(file).tickets()
    assert len(ticket.events) == 50


def test_a_present_store_opens_without_sqlite_utils(path):
    code = (
        "import sys; from engine.store.sqlite import SqliteStore;"
        f"SqliteStore.open({str(path)!r}); SqliteStore.open({str(path)!r}, read_only=True);"
        "print([name for name in ('sqlite_utils', 'pydantic', 'numpy', 'pandas', 'msgspec') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert answer.stdout.strip() == "[]"


def test_what_is_asked_every_second_is_found_by_an_index(path):
    store = SqliteStore.open(path)
    asked = []
    store.connection.set_trace_callback(asked.append)
    store.rows(50)
    store.due_tickets(5, 10)
    store.waits(5)
    store.generation()
    store.tallies(0, 100)
    store.recent(3, 10)
    store.affected_tickets(["gold"], ["acme"])
    store.find("T-1")
    store.last_alert()
    list(store.tickets([1]))
    store.connection.set_trace_callback(None)
    queries = [query for query in asked if query.lstrip().startswith("SELECT")]
    assert len(queries) >= 10
    for query in queries:
        plan = [row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        scans = [
            step
            for step in plan
            if step.startswith("SCAN")
            and "json_each" not in step
            and "sources" not in step
            and step != "SCAN CONSTANT ROW"
        ]
        assert scans in ([], ["SCAN tickets USING INDEX tickets_urgent"]), (query, plan)
        if "tickets_urgent" in query or "next_at" in query:
            assert not any("TEMP B-TREE" in step for step in plan), (query, plan)


def test_references_are_checked_but_where_they_were_just_looked_up(path):
    store = SqliteStore.open(path)
    store.add_events("desk", [opening(2)])
    assert store.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.write(
            [
                Written(
                    99,
                    {},
                    "working",
                    False,
                    "",
                    "",
                    "",
                    None,
                    None,
                    False,
                    (Pin(1, None, "opened"),),
                    (),
                    (),
                    1,
                )
            ]
        )
    with pytest.raises(StoreError):
        store.append("desk", [("T-1", 1, 0, "note", None, "3")])
    assert store.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert store.connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_opening_a_store_again_keeps_what_others_hold_of_it(path):
    """A file that is closed takes all locks of its process with it; the last program to leave a store clears its log away."""
    first = SqliteStore.open(path)
    first.add_events("desk", [opening(2)])
    SqliteStore.open(path).close()
    SqliteStore.open(path, read_only=True).close()
    code = "import sys; from engine.store.sqlite import SqliteStore; SqliteStore.open(sys.argv[1]).close()"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    first.add_events("desk", [opening(3)])
    count = "import sys, sqlite3; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM events').fetchone()[0])"
    seen = subprocess.run(
        [sys.executable, "-c", count, str(path)], check=True, capture_output=True, text=True
    )
    first.close()
    assert seen.stdout == "3\n"
