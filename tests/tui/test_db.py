"""`sla db`, from the outside."""

from __future__ import annotations

import json
import sqlite3
from functools import partial

import pytest

from engine.facts import Event
from engine.store.protocol import StoredRules
from engine.store.schema import VERSION
from engine.store.sqlite import SqliteStore


@pytest.fixture
def sla(sla, tmp_path):
    store = SqliteStore.open("sla.db", create=True)
    store.add_events("desk", [("T-1", Event(1_772_812_800, "opened", {}, "desk", "1"))])
    store.save_rules(StoredRules("d1", 0, 60, "sla.rules", {"sla.rules": ""}))
    store.close()
    (tmp_path / "text").write_text("not a store, only text")
    return partial(sla, "db")


def test_status(sla):
    code, out, _ = sla("status")
    assert code == 0
    assert "last event       2026-03-06T16:00:00+00:00" in out
    code, out, _ = sla("status", "--store", "sla.db", "--format", "json")
    record = json.loads(out)
    assert {
        "version": VERSION,
        "tickets": 1,
        "events": 1,
        "generation": 1,
        "rules_digest": "d1",
    }.items() <= record.items()
    assert record["rules_since"] == "1970-01-01T00:01:00+00:00"


def test_migrate(sla):
    assert sla("migrate") == (0, "sla.db: up to date\n", "")


def test_backup(sla):
    code, out, _ = sla("backup", "copy.db")
    assert (code, out.endswith("bytes, verified\n")) == (0, True)
    assert sla("status", "--store", "copy.db")[0] == 0
    code, _, err = sla("backup", "copy.db")
    assert (code, "already" in err) == (4, True)


@pytest.mark.parametrize("command", [("status",), ("migrate",), ("backup", "new.db")])
def test_what_is_no_store_is_told_plainly(sla, tmp_path, command):
    connection = sqlite3.connect("newer.db")
    SqliteStore.open("newer.db", create=True).close()
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for store, said in (
        ("none.db", "no such"),
        ("text", "not a SQLite"),
        (".", "directory"),
        ("newer.db", "newer program"),
    ):
        code, out, err = sla(*command, "--store", store)
        assert (code, out, said in err, "help:" in err) == (4, "", True, True), err
    assert not (tmp_path / "new.db").exists()
