"""Looking after a store file: what it is, bringing it to the present version, and a verified copy of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path

from engine.errors import StoreError
from engine.store.care import Status, counted
from engine.store.schema import VERSION
from engine.store.sqlite_connection import trouble
from engine.store.sqlite_open import connect, connect_any


def status(path: Path) -> Status:
    """What is in the store; of one of an older version only its size. Raises `StoreError`."""
    with trouble(path):
        connection, version = connect_any(path)
        try:
            files = (path, path.with_name(path.name + "-wal"))
            size = sum(file.stat().st_size for file in files if file.exists())
            known = Status(str(path), version, VERSION, size)
            return known if version < VERSION else counted(connection, known)
        finally:
            connection.close()


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
