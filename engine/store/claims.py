"""What awaits an engine, and the rows that one takes on. Two engines never hold the same one: the transaction that claims a row has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.facts import Instant
from engine.store.database import Connection
from engine.store.protocol import Claim, Coming

_DUE = "SELECT id, awaits, written FROM tickets WHERE next_at <= ? ORDER BY next_at, id LIMIT ?"
_AWAITING = "SELECT id, awaits, written FROM tickets WHERE awaits IS NOT NULL ORDER BY awaits, id LIMIT ?"
_CHOSEN = "SELECT id, awaits, written FROM tickets WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
_COMING = """
SELECT id, next_at, written FROM tickets
WHERE next_at > ? AND next_at <= ? AND (next_at, id) > (?, ?) AND awaits IS NULL ORDER BY next_at, id LIMIT ?
"""
_ANY = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM tickets WHERE awaits IS NOT NULL)
  OR (SELECT min(next_at) FROM tickets WHERE next_at IS NOT NULL) <= ?
"""


def due_tickets(connection: Connection, now: Instant, limit: int) -> list[int]:
    """Tickets with something to do by `now`, earliest first."""
    return [ticket for ticket, *_ in connection.execute(_DUE, (now, limit))]


def waits(connection: Connection, now: Instant) -> bool:
    """Whether there is anything to claim."""
    return connection.execute(_ANY, (now,)).fetchone() is not None


def claim(connection: Connection, now: Instant, limit: int) -> list[Claim]:
    """Take on tickets, inside a transaction: what time has reached goes before what has merely changed."""
    limit = min(limit, connection.share)
    found = _taken(connection, _DUE, now, limit)
    if len(found) < limit:
        found |= _taken(connection, _AWAITING, limit - len(found))
    return _claimed(connection, found.values())


def claim_of(connection: Connection, tickets: Sequence[int]) -> list[Claim]:
    """Take on these tickets, inside a transaction."""
    return _claimed(connection, _taken(connection, _CHOSEN, connection.many(tickets)).values())


def _taken(connection: Connection, select: str, *values: object) -> dict[int, Claim]:
    return {
        ticket: Claim(ticket, awaits is not None, awaits or 0, written or 0)
        for ticket, awaits, written in connection.execute(select + connection.claiming, values).fetchall()
    }


def _claimed(connection: Connection, found: Collection[Claim]) -> list[Claim]:
    connection.execute(
        "UPDATE tickets SET awaits = NULL WHERE id IN (SELECT value FROM json_each(?))",
        (connection.many(claim.ticket_id for claim in found if claim.anew),),
    )
    return list(found)


def coming(connection: Connection, after: tuple[int, int], until: Instant, limit: int) -> list[Coming]:
    """The next tickets that come due by `until`, after a place in the order of (instant, id)."""
    at, _ = after
    rows = connection.execute(_COMING, (at - 1, until, *after, limit))
    return [Coming(ticket, next_at, written or 0) for ticket, next_at, written in rows]


def put_off(connection: Connection, tickets: Sequence[int], since: int) -> None:
    """Let tickets await an engine; what they were evaluated by stays the oldest that was replaced."""
    connection.hold(tickets)
    connection.execute(
        "UPDATE tickets SET awaits = ? WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(awaits, 0) = 0",
        (since, connection.many(tickets)),
    )
