"""Connecting to a server, and making or checking the tables there.

As with files the world is unreliable here: servers that are not up, databases that are not ours, programs older than the store.
"""

from __future__ import annotations

from contextlib import ExitStack

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from engine.errors import StoreError
from engine.store.database import newer
from engine.store.place import Server
from engine.store.postgres_connection import KEY, MIGRATING, Driver, PostgresConnection, adapted, trouble
from engine.store.postgres_words import table
from engine.store.schema import VERSION, VERSIONS

STILL_SECONDS = 10
"""How long a transaction may stand still before the server ends it: a program that was stopped must not keep what it claimed."""

# The peer's death is noticed: without these a connection to a server that is gone hangs for hours.
_USUAL: dict[str, str | int] = {
    "application_name": "sla",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
_META = """
SELECT (SELECT count(*) FROM pg_attribute WHERE attrelid = meta AND attname IN ('key', 'value') AND NOT attisdropped) = 2,
  EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND relkind IN ('r', 'p', 'v', 'm', 'f'))
FROM to_regclass(quote_ident(current_schema()) || '.meta') AS meta
"""
_BEHIND = """
SELECT coalesce((SELECT max(written) FROM tickets), 0) - reached
FROM (SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)
  + coalesce((SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'written from'), 0) AS reached) AS here
"""
_FORWARD = """
INSERT INTO meta VALUES ('written from', CAST(%(by)s + 1 AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + %(by)s + 1 AS TEXT)
"""


def connect(server: Server, *, create: bool, read_only: bool) -> PostgresConnection:
    """Connect to a store at the present version; raises `StoreError` with what to do.

    An empty database (with `create`) and a store of an older version are migrated, unless `read_only`.
    """

    def opened() -> Driver:
        driver, version = driver_of(server, create=create and not read_only, read_only=read_only)
        with ExitStack() as otherwise:
            otherwise.callback(driver.close)
            if version < VERSION:
                if read_only:
                    raise StoreError(
                        f"{server}: the store has version {version}, this program needs {VERSION}",
                        help="bring it up to date: sla db migrate",
                    )
                migrate(driver, server)
            if not read_only:
                _go_on(driver)
            otherwise.pop_all()
        return driver

    with trouble(server):
        return PostgresConnection(server, opened)


def driver_of(server: Server, *, create: bool, read_only: bool) -> tuple[Driver, int]:
    """A connection to a store of any version up to ours, and which; 0 for an empty database with `create`."""
    driver = _driver(server, read_only=read_only)
    with ExitStack() as otherwise:
        otherwise.callback(driver.close)
        version = check(driver, server, create=create)
        otherwise.pop_all()
    return driver, version


def _driver(server: Server, *, read_only: bool) -> Driver:
    # Of several hosts, or after a failover, the one that can be written.
    usual = _USUAL if read_only else {**_USUAL, "target_session_attrs": "read-write"}
    given = conninfo_to_dict(server.url)
    driver = psycopg.connect(make_conninfo("", **{**usual, **given}), autocommit=True)
    with ExitStack() as otherwise:
        otherwise.callback(driver.close)
        driver.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, false), set_config('tcp_user_timeout', %s, false),"
            " set_config('default_transaction_read_only', %s, false)",
            (f"{STILL_SECONDS}s", f"{STILL_SECONDS}s", "on" if read_only else "off"),
        )
        otherwise.pop_all()
    return adapted(driver)


def check(driver: Driver, server: Server, *, create: bool) -> int:
    """The store's version, 0 for an empty database; raises `StoreError` for what is not a store of ours."""
    found = driver.execute(_META).fetchone()
    assert found is not None
    meta, tables = found
    version = None
    if meta:
        row = driver.execute("SELECT value FROM meta WHERE CAST(key AS TEXT) = %s", (KEY,)).fetchone()
        version = int(row[0]) if row is not None and str(row[0]).isdigit() else None
    if version is None and not tables:
        if create:
            return 0
        raise StoreError(
            f"{server}: no store there yet", help="load tickets first: sla import FILE --store URL"
        )
    if version is None:
        raise StoreError(
            f"{server}: a database with other tables, not a store of tiercel",
            help="name an empty database, or a schema of its own in the URL: ?options=-csearch_path%3Dsla",
        )
    if refusal := newer(server, version):
        raise refusal
    return version


def migrate(driver: Driver, server: Server) -> list[str]:
    """Apply what is missing, all of it or nothing; answer the names of the versions that were applied."""
    with driver.transaction():
        # Taken before anything is looked at: two programs that start together must not both create the tables.
        driver.execute(MIGRATING.format(""))
        version = check(driver, server, create=True)
        for _, statements in VERSIONS[version:]:
            for sql in statements:
                driver.execute(table(sql))
        driver.execute(
            "INSERT INTO meta VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (KEY, str(VERSION)),
        )
    return [name for name, _ in VERSIONS[version:]]


def _go_on(driver: Driver) -> None:
    """After a restore from another server: number writings on from those that are there."""
    with driver.transaction():
        [by] = driver.execute(_BEHIND).fetchone() or (0,)
        if by >= 0:
            driver.execute(MIGRATING.format(""))
            [by] = driver.execute(_BEHIND).fetchone() or (0,)
            if by >= 0:
                driver.execute(_FORWARD, {"by": by})
