"""Opening a store wherever it is. The driver of a server is loaded when there is one to talk to."""

from __future__ import annotations

from engine.errors import StoreError
from engine.store.place import Place, Server
from engine.store.sql import SqlStore


def open_store(place: Place, *, create: bool = False, read_only: bool = False) -> SqlStore:
    """Open the store at `place`; a missing one is made with `create`. Raises `StoreError` with what to do."""
    if not isinstance(place, Server):
        from engine.store.sqlite import SqliteStore

        return SqliteStore.open(place, create=create, read_only=read_only)
    try:
        from engine.store.postgres import PostgresStore
    except ImportError as error:
        if (error.name or "psycopg").split(".")[0] != "psycopg":
            raise
        raise StoreError(
            f"{place}: PostgreSQL needs the extra `postgres`", help="pip install 'tiercel[postgres]'"
        ) from error
    return PostgresStore.open(place, create=create, read_only=read_only)
