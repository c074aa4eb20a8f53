"""Opening a store wherever it is. The driver of a server is loaded when there is one to talk to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext

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


def listening(place: Place, rung: Mapping[str, Callable[[], object]]) -> AbstractContextManager[object]:
    """While it is entered, `rung` is called of WORK or POST that others bring to the store, where they can be heard: in threads."""
    if not isinstance(place, Server):
        return nullcontext()
    from engine.store.postgres_bell import Bell

    return closing(Bell(place, rung))
