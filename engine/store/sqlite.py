"""The store on SQLite: a file, of which WAL lets readers go on while one program writes.

`synchronous = NORMAL`: what a transaction has committed survives the death of the process.
"""

from __future__ import annotations

from pathlib import Path

from engine.store.sql import SqlStore
from engine.store.sqlite_open import connect


class SqliteStore(SqlStore):
    """A store in a file."""

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False, read_only: bool = False) -> SqliteStore:
        """Open the store at `path`; a missing file is made with `create`. Raises `StoreError` with what to do."""
        return cls(connect(Path(path), create=create, read_only=read_only))
