"""The portal's database: one file beside the store, one connection of the process, one transaction at a time.

Its questions take microseconds, so a lock is all the order that threads need. What changes an account is on the disk when it is
answered, whatever happens to the machine; an entry of the audit log when the process ends, however it does.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from engine.errors import EngineError, StoreError
from engine.store.sqlite_connection import to_wal, trouble
from reports.portal.schema import APPLICATION_ID, VERSION, VERSIONS

BUSY_SECONDS = 10.0

Values = Sequence[object] | Mapping[str, object]


class Database:
    """An open database. Every method raises StoreError where it cannot be read or written."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._lock = RLock()
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open the file, make it where there is none, bring it to this program's version."""
        made = cls(_connected(path), path)
        with trouble(path), ExitStack() as otherwise:
            otherwise.callback(made.close)
            made._prepare()
            otherwise.pop_all()
        return made

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def rows(self, sql: str, values: Values = ()) -> list[Any]:
        """What a SELECT brings."""
        with self._lock, trouble(self.path):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> Any:  # noqa: ANN401 - a row is as wide as its statement says
        """The first row, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def execute(self, sql: str, values: Values = (), *, lasting: bool = True) -> int:
        """One statement as a transaction of its own; answer how many rows it changed."""
        with self.transaction(lasting=lasting) as connection:
            return connection.execute(sql, values).rowcount

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[sqlite3.Connection]:
        """Everything inside is in, or nothing; on the disk, if it is to be `lasting`."""
        with self._lock, trouble(self.path):
            connection = self._connection
            connection.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _prepare(self) -> None:
        connection = self._connection
        version, application, tables = connection.execute(
            "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)"
            " FROM pragma_user_version, pragma_application_id"
        ).fetchone()
        if application != APPLICATION_ID and tables:
            raise StoreError(
                f"{self.path}: a SQLite database, but not one of the portal",
                help="name another file in portal.database",
            )
        if version > VERSION:
            raise StoreError(
                f"{self.path}: the portal's database has version {version}, made by a newer program; this one knows {VERSION}",
                help="update tiercel, or name another file in portal.database",
            )
        to_wal(connection, BUSY_SECONDS)
        connection.execute("PRAGMA foreign_keys = ON")
        if version < VERSION:
            with self.transaction():
                # Asked again: two programs may be making it at once.
                [version] = connection.execute("PRAGMA user_version").fetchone()
                for statement in (line for step in VERSIONS[version:] for line in step):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")


def _connected(path: Path) -> sqlite3.Connection:
    try:
        # Hashes and secrets are in it: nobody else's to read, from the first byte on. SQLite gives its log the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise EngineError(
            f"{path}: {error.strerror}", help="name the portal's own database in portal.database"
        ) from error
    with trouble(path):
        return sqlite3.connect(
            path, BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
