"""Closed periods in the store: each month of a customer once, with every clock as it was told then. Rows are never changed, but for
text that is erased."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.store.database import Connection

LOCK = "closings"
"""Who closes has it alone."""

Row = tuple[Any, ...]

CLOSING = ("id", "period", "customer", "zone", "start", "until", "at", "rules", "data", "mark")
CLOCK = (
    "closing",
    "customer",
    "ticket",
    "metric",
    "cycle",
    "grouped",
    "tier",
    "priority",
    "team",
    "state",
    "started",
    "stopped",
    "target",
    "due",
    "decided",
    "reason",
    "person",
    "standing",
    "was",
    "of_period",
)
"""Columns: a clock as reports know it, its excuse, and what was told of it."""

_SOME = "IN (SELECT value FROM json_each(?))"


def closings(connection: Connection) -> list[Row]:
    """Every closing, as `CLOSING` says, the oldest first."""
    return connection.execute(f"SELECT {', '.join(CLOSING)} FROM closings ORDER BY id").fetchall()


def told_by(connection: Connection, numbers: Sequence[int]) -> list[Row]:
    """What these closings told, as `CLOCK` says."""
    return _clocks(connection, f"closing {_SOME}", connection.many(numbers))


def told_of(connection: Connection, tickets: Sequence[str]) -> list[Row]:
    """What was ever told of these tickets, by key."""
    return _clocks(connection, f"ticket {_SOME}", connection.many(tickets))


def _clocks(connection: Connection, where: str, value: object) -> list[Row]:
    query = f"SELECT {', '.join(CLOCK)} FROM closed_clocks WHERE {where} ORDER BY closing, of_period, customer, ticket, metric, cycle"
    return connection.execute(query, (value,)).fetchall()


def counts(connection: Connection, numbers: Sequence[int]) -> list[Row]:
    """(closing, customer, metric, standing, how many) of the clocks that these closings told, without corrections."""
    return connection.execute(
        f"SELECT closing, customer, metric, standing, count(*) FROM closed_clocks WHERE closing {_SOME} AND of_period = ''"
        " AND standing IS NOT NULL GROUP BY closing, customer, metric, standing ORDER BY 1, 2, 3, 4",
        (connection.many(numbers),),
    ).fetchall()


def enter(connection: Connection, closing: Row, clocks: Iterable[Row]) -> int:
    """Keep a closing, which has no id yet, and what it tells, without the closing's number, inside a transaction; answer the number."""
    names = ", ".join(CLOSING[1:])
    connection.execute(
        f"INSERT INTO closings ({names}) VALUES ({', '.join('?' * (len(CLOSING) - 1))})", closing[1:]
    )
    [number] = connection.execute(
        "SELECT id FROM closings WHERE period = ? AND customer = ?", closing[1:3]
    ).fetchone()
    connection.executemany(
        f"INSERT INTO closed_clocks ({', '.join(CLOCK)}) VALUES ({', '.join('?' * len(CLOCK))})",
        [(number, *row) for row in clocks],
    )
    return int(number)


def without_text(connection: Connection, tickets: Sequence[str]) -> None:
    """Take out why breaches of these tickets, by key, were excused, and by whom; that they were stays."""
    connection.execute(
        f"UPDATE closed_clocks SET reason = '', person = '' WHERE ticket {_SOME} AND (reason <> '' OR person <> '')",
        (connection.many(tickets),),
    )
