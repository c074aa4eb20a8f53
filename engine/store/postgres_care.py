"""What a store on a server is, and bringing it to the present version."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from engine.store.care import Status, counted
from engine.store.place import Server
from engine.store.postgres_connection import PostgresConnection, trouble
from engine.store.postgres_open import driver_of
from engine.store.postgres_open import migrate as bring
from engine.store.schema import VERSION

_SIZE = """
SELECT CAST(coalesce(sum(pg_total_relation_size(oid)), 0) AS BIGINT) FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
"""


def status(server: Server) -> Status:
    """What is in the store; of one of an older version only its size. Raises `StoreError`."""
    with trouble(server):
        driver, version = driver_of(server, create=False, read_only=True)
        with closing(PostgresConnection(server, lambda: driver)) as connection:
            [size] = connection.execute(_SIZE).fetchone() or (0,)
            known = Status(str(server), version, VERSION, size)
            return known if version < VERSION else counted(connection, replace(known, size=size))


def migrate(server: Server) -> list[str]:
    """Bring the store to the present version; answer the names of the steps taken. Raises `StoreError`."""
    with trouble(server):
        driver, _ = driver_of(server, create=False, read_only=False)
        with closing(driver):
            return bring(driver, server)
