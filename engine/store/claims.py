"""What awaits an engine, and the rows that one takes on. Two engines never hold the same one: the transaction that claims a row has it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.facts import Instant
from engine.store.database import Connection
from engine.store.protocol import Claim

_DUE = "SELECT id, awaits FROM tickets WHERE next_at <= ? ORDER BY next_at, id LIMIT ?"
_AWAITING = "SELECT id, awaits FROM tickets WHERE awaits IS NOT NULL ORDER BY awaits, id LIMIT ?"
_CHOSEN = "SELECT id, awaits FROM tickets WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
_ANY = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM tickets WHERE awaits IS NOT NULL)
  OR (SELECT min(next_at) FROM tickets WHERE next_at IS NOT NULL) <= ?
"""


def due_tickets(connection: Connection, now: Instant, limit: int) -> list[int]:
    """Tickets with something to do by `now`, earliest first."""
    return [ticket for ticket, _ in connection.execute(_DUE, (now, limit))]


def waits(connection: Connection, now: Instant) -> bool:
    """Whether there is anything to claim."""
    return connection.execute(_ANY, (now,)).fetchone() is not None


def claim(connection: Connection, now: Instant, limit: int) -> list[Claim]:
    """Take on tickets, inside a transaction: what time has reached goes before what has merely changed."""
    found: dict[int, int | None] = dict(_taken(connection, _DUE, now, limit))
    if len(found) < limit:
        found |= _taken(connection, _AWAITING, limit - len(found))
    return _claimed(connection, found)


def claim_of(connection: Connection, tickets: Sequence[int]) -> list[Claim]:
    """Take on these tickets, inside a transaction."""
    return _claimed(connection, dict(_taken(connection, _CHOSEN, connection.many(tickets))))


def _taken(connection: Connection, select: str, *values: object) -> list[tuple[int, int | None]]:
    return connection.execute(select + connection.claiming, values).fetchall()


def _claimed(connection: Connection, found: dict[int, int | None]) -> list[Claim]:
    connection.execute(
        "UPDATE tickets SET awaits = NULL WHERE id IN (SELECT value FROM json_each(?))",
        (connection.many(ticket for ticket, awaits in found.items() if awaits is not None),),
    )
    return [Claim(ticket, awaits is not None, awaits or 0) for ticket, awaits in found.items()]


def put_off(connection: Connection, tickets: Sequence[int], since: int) -> None:
    """Let tickets await an engine; what they were evaluated by stays the oldest that was replaced."""
    connection.hold(tickets)
    connection.execute(
        "UPDATE tickets SET awaits = ? WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(awaits, 0) = 0",
        (since, connection.many(tickets)),
    )
