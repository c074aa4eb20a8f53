"""Brings a store to the present version; the only module that loads sqlite-utils."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from engine.store.schema import APPLICATION_ID, VERSION, VERSIONS


def migrate(connection: sqlite3.Connection) -> list[str]:
    """Apply what is missing, all of it or nothing; answer the names of the versions that were applied."""
    database = Database(connection, execute_plugins=False)
    steps = _steps()
    # Taken before anything is looked at: two programs that start together on a new file must not both create it.
    connection.execute("BEGIN IMMEDIATE")
    try:
        pending = [step.name for step in steps.pending(database)]
        steps.apply(database)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return pending


def _steps() -> Migrations:
    steps = Migrations("tiercel")
    for name, statements in VERSIONS:
        steps(name=name)(_step(statements))
    return steps


def _step(statements: tuple[str, ...]) -> Callable[[Database], None]:
    def step(database: Database) -> None:
        for statement in statements:
            database.conn.execute(statement)

    return step
