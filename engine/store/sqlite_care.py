"""Looking after a store file: what it is, bringing it to the present version, and a verified copy of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine.errors import StoreError
from engine.store.schema import VERSION
from engine.store.sqlite_connection import trouble
from engine.store.sqlite_open import connect, connect_any


@dataclass(frozen=True, slots=True)
class Status:
    """A store at a glance. `size` is in bytes with the log of recent writes; instants are UTC seconds."""

    store: str
    version: int
    program_version: int
    size: int
    tickets: int | None = None
    open_tickets: int | None = None
    events: int | None = None
    clocks: int | None = None
    alerts: int | None = None
    generation: int | None = None
    rules_digest: str | None = None
    rules_since: int | None = None
    last_event: int | None = None


def status(path: Path) -> Status:
    """What is in the store; of one of an older version only its size. Raises `StoreError`."""
    with trouble(path):
        connection, version = connect_any(path)
        try:
            files = (path, path.with_name(path.name + "-wal"))
            size = sum(file.stat().st_size for file in files if file.exists())
            known = Status(str(path), version, VERSION, size)
            return known if version < VERSION else _counted(connection, known)
        finally:
            connection.close()


def _counted(connection: sqlite3.Connection, known: Status) -> Status:
    def one(query: str) -> int | None:
        [value] = connection.execute(query).fetchone()
        return None if value is None else int(value)

    rules = connection.execute(
        "SELECT generation, digest, at FROM rule_sets ORDER BY generation DESC LIMIT 1"
    ).fetchone()
    return Status(
        known.store,
        known.version,
        known.program_version,
        known.size,
        tickets=one("SELECT count(*) FROM tickets"),
        open_tickets=one("SELECT count(*) FROM tickets WHERE closed = 0"),
        events=one("SELECT count(*) FROM events"),
        clocks=one("SELECT count(*) FROM clocks"),
        alerts=one("SELECT count(*) FROM alerts"),
        generation=rules[0] if rules else None,
        rules_digest=rules[1] if rules else None,
        rules_since=rules[2] if rules else None,
        last_event=one("SELECT max(at) FROM events"),
    )


def migrate(path: Path) -> list[str]:
    """Bring the store to the present version; answer the names of the steps taken. Raises `StoreError`."""
    from engine.store.migrations import migrate as bring

    with trouble(path):
        connection = connect(path, create=False, read_only=False, migrating=False)
        try:
            return bring(connection)
        finally:
            connection.close()


def backup(path: Path, target: Path) -> int:
    """Copy the store to the new file `target` and verify the copy; answer its bytes. Raises `StoreError`."""
    try:
        # Exclusively: between a look and a copy somebody else could have put a file there.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StoreError(
            f"{target}: there is such a file already", help="name a new file for the copy"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{target}: {error.strerror}", help="name a new file in a folder that exists"
        ) from error
    with ExitStack() as otherwise:
        otherwise.callback(target.unlink, missing_ok=True)
        with trouble(path):
            source, _ = connect_any(path)
            try:
                _copy(source, target)
            finally:
                source.close()
        otherwise.pop_all()
    return target.stat().st_size


def _copy(source: sqlite3.Connection, target: Path) -> None:
    with trouble(target):
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            source.backup(copy)
            [verdict] = copy.execute("PRAGMA integrity_check(1)").fetchone()
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
    if verdict != "ok":
        raise StoreError(
            f"{target}: the copy is damaged: {verdict}", help="the store itself may be: check the disk"
        )
