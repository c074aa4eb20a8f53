"""Opening a SQLite file as a store, and saying in words why one cannot be used.

Apart from the queries because this is where the world is unreliable: files that are no store, folders that
cannot be written, other programs that hold the lock, programs older than the store.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from dsl.errors import advised
from engine.errors import StoreError
from engine.store.database import newer
from engine.store.schema import APPLICATION_ID, VERSION
from engine.store.sqlite_connection import SqliteConnection, to_wal, trouble

BUSY_SECONDS = 10.0
PAGE = 8192
"""Bytes of a page of a new store: events go in a tenth faster than with SQLite's 4096."""

_WHAT = """
SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
FROM pragma_user_version, pragma_application_id
"""


def connect_any(path: Path) -> tuple[SqliteConnection, int]:
    """Open a store of any version up to ours to read, and say which; raises `StoreError`."""
    _look(path, create=False)
    with trouble(path), ExitStack() as otherwise:
        connection = _read_only(path)
        otherwise.callback(connection.close)
        version = check(connection, path, create=False)
        otherwise.pop_all()
    return connection, version


def connect(path: Path, *, create: bool, read_only: bool, migrating: bool = True) -> SqliteConnection:
    """Open the store at `path` at the present version; raises `StoreError` with what to do.

    A new file (with `create`) and a store of an older version are migrated, unless `read_only` or not `migrating`.
    """
    _look(path, create=create and not read_only)
    with trouble(path), ExitStack() as otherwise:
        connection = _read_only(path) if read_only else _connection(path)
        otherwise.callback(connection.close)
        version = check(connection, path, create=create)
        if not read_only:
            _prepare(connection)
        if version < VERSION and migrating:
            if read_only:
                raise StoreError(
                    f"{path}: the store has version {version}, this program needs {VERSION}",
                    help=f"bring it up to date: {advised('sla', 'db', 'migrate', '--store', path)}",
                )
            from engine.store.migrations import migrate

            migrate(connection)
        otherwise.pop_all()
    return connection


def check(connection: sqlite3.Connection, path: Path, *, create: bool) -> int:
    """The store's version, 0 for an empty file; raises `StoreError` for what is not a store of ours."""
    # In one statement: another program may be making the store at this moment.
    version, application, tables = connection.execute(_WHAT).fetchone()
    if application == APPLICATION_ID:
        if refusal := newer(path, version):
            raise refusal
        return int(version)
    if create and not tables:
        return 0
    raise StoreError(
        f"{path}: a SQLite database, but not a store of tiercel", help="name another file with --store"
    )


def _look(path: Path, *, create: bool) -> None:
    """Refuse what SQLite would refuse in worse words, or would create.

    The file itself is left to SQLite: closing it here would end the locks of every connection that this process has to it (POSIX
    keeps them by process and file), and the next program to leave the store would take its log away from under them.
    """
    try:
        if path.is_dir():
            raise StoreError(f"{path}: a directory, not a store", help="name a file with --store")
        if not path.exists():
            if not create:
                raise StoreError(
                    f"{path}: no such store", help="load tickets first: sla import FILE --store STORE"
                )
            if not path.parent.is_dir():
                raise StoreError(f"{path}: there is no folder {path.parent}", help="create it first")
            return
        if not path.is_file():
            raise StoreError(f"{path}: not a regular file", help="name another file with --store")
        empty = not path.stat().st_size
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", help="check the path and its permissions") from error
    if empty and not create:
        raise StoreError(f"{path}: an empty file, not a store", help="name another file with --store")


def _connection(path: Path) -> SqliteConnection:
    return _made(path, str(path))


def _made(path: Path, name: str, *, uri: bool = False) -> SqliteConnection:
    connection = sqlite3.connect(
        name, BUSY_SECONDS, isolation_level=None, cached_statements=256, uri=uri, factory=SqliteConnection
    )
    connection.path = path
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    # After the look at what it is: the journal's mode is written into the file, and somebody else's is not ours to change.
    connection.execute(f"PRAGMA page_size = {PAGE}")
    to_wal(connection, BUSY_SECONDS)
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")


def _read_only(path: Path) -> SqliteConnection:
    """Open without leaving a trace; where even the WAL's index cannot be made, the file alone is read."""
    name = quote(str(path.absolute()))
    connection = _made(path, f"file:{name}?mode=ro", uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        if wal.exists() and wal.stat().st_size:
            raise
        connection = _made(path, f"file:{name}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA cache_size = -65536")
    return connection
