"""The door to SQLite: the driver's own connection, so that a statement costs nothing on the way.

There is one writer at a time: whatever other databases need so that writers do not disturb each other is nothing here.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from engine.errors import StoreError, UnreachableError
from engine.store.database import ALL, newer


class SqliteConnection(sqlite3.Connection):
    """`engine.store.database.Connection` over a file."""

    at_once = 200  # SQLite starts and ends a statement at the price of half a row
    gapless = True
    share = ALL
    claiming = ""
    settled = "(SELECT coalesce(max(written), 0) FROM tickets)"
    # SQLite counts the commits of others in one number and our own changes in another.
    version = "(SELECT data_version FROM pragma_data_version) * 1099511627776 + total_changes()"
    path = Path()
    renewed: Callable[[], None] = staticmethod(lambda: None)

    @property
    def place(self) -> str:
        return str(self.path)

    def trouble(self) -> AbstractContextManager[None]:
        return trouble(self.path)

    @contextmanager
    def transaction(self, *, kept: bool = True) -> Iterator[None]:
        self.execute("BEGIN IMMEDIATE")
        try:
            [version] = self.execute("PRAGMA user_version").fetchone()
            if refusal := newer(self.path, version):
                raise refusal
            yield
            self.execute("COMMIT" if kept else "ROLLBACK")
        finally:
            if self.in_transaction:
                self.execute("ROLLBACK")

    def stream(self, sql: str, kinds: Sequence[str], /) -> Iterator[Any]:
        return self.execute(sql)

    def insert_new(self, columns: str, row: str, pieces: Iterable[Sequence[object]]) -> int:
        width = row.count("?")
        before = self.total_changes
        size, statement = 0, ""
        for values in pieces:
            if len(values) != size:
                size = len(values)
                rows = ", ".join([row] * (size // width))
                statement = f"INSERT INTO {columns} VALUES {rows} ON CONFLICT DO NOTHING"
            self.execute(statement, values)
        return self.total_changes - before

    def many(self, values: Iterable[int] | Iterable[str]) -> str:
        return json.dumps(list(values))

    def numbers(self, table: str, count: int) -> Sequence[int]:
        [newest] = self.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return range(newest + 1, newest + count + 1)

    def writing(self) -> int:
        [newest] = self.execute(f"SELECT {self.settled}").fetchone()
        return int(newest) + 1

    def hold(self, tickets: Sequence[int]) -> None:
        """Nobody else is writing."""

    def lock(self, name: str, *, shared: bool = False) -> None:
        """Nobody else is writing."""

    def ring(self, what: str) -> None:
        """A file wakes nobody."""

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        # A quarter of the time of an import: each ticket was found in the same transaction.
        if self.in_transaction:
            yield
            return
        self.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self.execute("PRAGMA foreign_keys = ON")


def to_wal(connection: sqlite3.Connection, seconds: float) -> None:
    """Let readers go on while one program writes; waits so long for others that do the same.

    SQLite does not wait for this one lock by itself, and two programs may make a database at once.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def trouble(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a `StoreError` that names the file and says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        message, help_ = _words(error)
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        kind = UnreachableError if busy else StoreError
        raise kind(f"{path}: {message}", help=help_) from error


def _words(error: sqlite3.Error) -> tuple[str, str]:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    known = {
        sqlite3.SQLITE_BUSY: ("the store is locked by another program", "wait for it to end, or end it, and run again"),
        sqlite3.SQLITE_LOCKED: ("the store is locked by another program", "wait for it to end, or end it, and run again"),
        sqlite3.SQLITE_FULL: ("no space left to write to the store", "make room on the disk and run again; nothing half-done is kept"),
        sqlite3.SQLITE_READONLY: ("the store is read-only", "check the permissions of the file and of its folder"),
        sqlite3.SQLITE_PERM: ("no permission to use the store", "check the permissions of the file and of its folder"),
        sqlite3.SQLITE_CANTOPEN: ("the store cannot be opened", "check the path and the permissions of its folder"),
        sqlite3.SQLITE_NOTADB: ("not a SQLite database", "name another file with --store"),
        sqlite3.SQLITE_CORRUPT: ("the store is damaged", "restore a backup made by: sla db backup"),
        sqlite3.SQLITE_IOERR: ("the store cannot be read or written", "check the disk and the free space on it"),
    }  # fmt: skip
    return known.get(code, (str(error), ""))
