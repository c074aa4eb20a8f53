"""The store on PostgreSQL (extra `postgres`): one database for any number of programs."""

from __future__ import annotations

from engine.store.place import Server
from engine.store.postgres_open import connect
from engine.store.sql import SqlStore


class PostgresStore(SqlStore):
    """A store on a server."""

    @classmethod
    def open(cls, server: Server, *, create: bool = False, read_only: bool = False) -> PostgresStore:
        """Open the store; its tables are made with `create`. Raises `StoreError` with what to do."""
        return cls(connect(server, create=create, read_only=read_only))
