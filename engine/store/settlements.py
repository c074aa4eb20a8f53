"""What closed months came to, in the store: a row for each closing, with the uptimes and the lines of its statement. Rows are never
changed: they hold figures, keys of tickets and words of the rules, and nothing that people wrote about a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.store.database import Connection

Row = tuple[Any, ...]

SETTLEMENT = ("closing", "title", "retainer", "currency", "since", "facts", "digest")
UPTIME = (
    *("closing", "number", "service", "share", "rolling", "calendar", "excluding", "start", "until"),
    *("agreed", "elapsed", "measured", "down", "excluded", "unannounced", "outages", "lasting", "failures"),
)
CREDIT = (
    *("closing", "number", "of_period", "rule", "because", "amount", "currency", "credits", "service"),
    *("tickets", "origin"),
)
"""Columns of the three tables."""

_SOME = "IN (SELECT value FROM json_each(?))"


def settlements(connection: Connection) -> list[Row]:
    """Every settlement, as `SETTLEMENT` says."""
    return connection.execute(f"SELECT {', '.join(SETTLEMENT)} FROM settlements ORDER BY closing").fetchall()


def uptimes(connection: Connection, closings: Sequence[int]) -> list[Row]:
    """The uptimes of these closings, as `UPTIME` says."""
    return _of(connection, "closed_uptimes", UPTIME, closings)


def credits_of(connection: Connection, closings: Sequence[int]) -> list[Row]:
    """The lines of these closings, as `CREDIT` says."""
    return _of(connection, "closed_credits", CREDIT, closings)


def enter(connection: Connection, settlement: Row, uptimes: Iterable[Row], credits_: Iterable[Row]) -> None:
    """Keep what a closing came to, with the rows of its tables after the closing's number, inside the transaction that closes."""
    _put(connection, "settlements", SETTLEMENT, [settlement])
    _put(connection, "closed_uptimes", UPTIME, [(settlement[0], *row) for row in uptimes])
    _put(connection, "closed_credits", CREDIT, [(settlement[0], *row) for row in credits_])


def _of(connection: Connection, table: str, columns: Sequence[str], closings: Sequence[int]) -> list[Row]:
    return connection.execute(
        f"SELECT {', '.join(columns)} FROM {table} WHERE closing {_SOME} ORDER BY closing, number",
        (connection.many(closings),),
    ).fetchall()


def _put(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows
    )
