"""Status, migration and a verified copy."""

from __future__ import annotations

import sqlite3

import pytest

from engine.errors import StoreError
from engine.facts import Event
from engine.store import sqlite_care
from engine.store.protocol import StoredRules
from engine.store.schema import VERSION
from engine.store.sqlite import SqliteStore
from tests.engine.site import at


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "sla.db"
    store = SqliteStore.open(file, create=True)
    store.add_events("desk", [(f"T-{n}", Event(100 + n, "opened", {}, "desk", str(n))) for n in range(50)])
    store.save_rules(StoredRules("d1", 0, 5, "sla.rules", {"sla.rules": ""}))
    store.close()
    return file


def test_status(path):
    found = sqlite_care.status(path)
    assert (found.version, found.tickets, found.events, found.clocks) == (VERSION, 50, 50, 0)
    assert (found.generation, found.rules_digest, found.rules_since, found.last_event) == (1, "d1", 5, 149)
    assert found.size >= path.stat().st_size


def test_status_of_an_older_store_does_not_touch_it(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert (sqlite_care.status(path).version, sqlite_care.status(path).tickets) == (0, None)
    assert sqlite_care.migrate(path) == []
    assert sqlite_care.status(path).version == VERSION


def test_a_backup_has_what_was_written_a_moment_ago(path, tmp_path):
    store = SqliteStore.open(path)
    store.add_events("desk", [("new", Event(7, "opened", {}, "desk", "new"))])
    assert sqlite_care.backup(path, tmp_path / "copy.db") == (tmp_path / "copy.db").stat().st_size
    store.close()
    copy = SqliteStore.open(tmp_path / "copy.db", read_only=True)
    assert len(list(copy.tickets())) == 51
    assert copy.find("new") is not None


def test_a_backup_overwrites_nothing(path, tmp_path):
    (tmp_path / "copy.db").write_text("precious")
    for target in (tmp_path / "copy.db", path):
        with pytest.raises(StoreError, match="already"):
            sqlite_care.backup(path, target)
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_that_fails_leaves_nothing(tmp_path):
    (tmp_path / "text").write_text("no store")
    with pytest.raises(StoreError, match="not a SQLite database"):
        sqlite_care.backup(tmp_path / "text", tmp_path / "copy.db")
    with pytest.raises(StoreError):
        sqlite_care.backup(tmp_path / "text", tmp_path / "nowhere" / "copy.db")
    assert [file.name for file in tmp_path.iterdir()] == ["text"]


def test_a_damaged_store_is_not_copied_quietly(path, tmp_path):
    content = bytearray(path.read_bytes())
    content[8192 * 2 : 8192 * 8] = b"\xa5" * (8192 * 6)
    path.write_bytes(content)
    with pytest.raises(StoreError):
        sqlite_care.backup(path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_an_engine_goes_on_from_a_restored_copy_and_tells_nothing_twice(site):
    site.write()
    engine, store = site.engine()
    site.happen(store, "T-1", "2026-03-02 09:00", "opened", priority="high", status="Open")
    assert len(engine.start(at("2026-03-02 10:01")).transitions) >= 2
    copy = site.folder / "copy.db"
    sqlite_care.backup(site.database, copy)
    missed = ("T-2", Event(at("2026-03-02 09:00"), "opened", {"priority": "high"}, "desk", "missed"))
    store.add_events("desk", [missed])
    engine.step(at("2026-03-02 10:03"))
    store.close()
    for name in ("sla.db-wal", "sla.db-shm"):
        (site.folder / name).unlink(missing_ok=True)
    copy.replace(site.database)
    engine, store = site.engine()
    assert engine.start(at("2026-03-02 10:04")).transitions == ()
    assert store.add_events("desk", [missed]) == (1, 0)
    assert {item.ticket for item in engine.step(at("2026-03-02 10:05")).transitions} == {"T-2"}
