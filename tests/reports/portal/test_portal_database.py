"""The portal's own file: made once, kept to its owner, never mistaken for another."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest

from engine.errors import EngineError, StoreError
from engine.store.sqlite import SqliteStore
from reports.portal.accounts import Accounts
from reports.portal.database import Database
from reports.portal.schema import VERSION
from tests.threads import at_once


def test_it_is_its_owners_alone(tmp_path):
    path = tmp_path / "portal.db"
    with closing(Database.open(path)) as database:
        Accounts(database).invite("jo@acme.example", "acme", 1)
        found = list(tmp_path.iterdir())
        assert len(found) >= 2
        assert {stat.S_IMODE(item.stat().st_mode) for item in found} == {0o600}
    with closing(Database.open(path)) as database:
        assert database.row("PRAGMA journal_mode") == ("wal",)
        assert [item.email for item in Accounts(database).all()] == ["jo@acme.example"]


def test_what_is_no_database_of_the_portal_is_refused(tmp_path):
    SqliteStore.open(tmp_path / "sla.db", create=True).close()
    (tmp_path / "text").write_text("not a database at all, but long enough to be looked at as one" * 20)
    for name, words in (
        ("sla.db", "not one of the portal"),
        ("text", "not a SQLite database"),
        ("no/portal.db", "No such file"),
    ):
        with pytest.raises(EngineError, match=words):
            Database.open(tmp_path / name)


def test_a_newer_one_is_left_alone(tmp_path):
    path = tmp_path / "portal.db"
    Database.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreError, match="made by a newer program"):
        Database.open(path)


def test_programs_that_make_it_at_once(tmp_path):
    at_once(4, lambda _: Database.open(tmp_path / "portal.db").close())


def test_a_transaction_is_all_or_nothing(tmp_path):
    with closing(Database.open(tmp_path / "portal.db")) as database:
        with pytest.raises(ZeroDivisionError), database.transaction() as connection:
            connection.execute("INSERT INTO tries VALUES (x'00', 1)")
            raise ZeroDivisionError
        assert database.rows("SELECT * FROM tries") == []
        with pytest.raises(StoreError):
            database.execute(
                "INSERT INTO sessions (token, account, whole, began, seen, address) VALUES (x'00', 7, 1, 1, 1, '')"
            )
