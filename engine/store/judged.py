"""The clocks that reports count, and who excused which, from the store's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.facts import EXCUSED, Event, Instant
from engine.store.database import Connection

COLUMNS = (
    "tickets.id",
    "coalesce(customer, '')",
    "key",
    "clocks.metric",
    "clocks.cycle",
    """coalesce("group", '')""",
    "coalesce(tier, '')",
    "coalesce(priority, '')",
    "coalesce(team, '')",
    "clocks.state",
    "started",
    "stopped",
    "clocks.target",
    "clocks.due",
    "decided",
)
"""What a row has: the ticket's id and customer, the clock's key, what to count it by, and what became of it."""

Row = tuple[Any, ...]

SELECT = f"SELECT {', '.join(COLUMNS)} FROM {{clocks}} JOIN {{tickets}} ON tickets.id = ticket WHERE"
DECIDED = "decided >= ? AND decided < ?"
# Not decided by then: it is later, or it is still to come.
LATER = "decided >= ? AND started < ?"
OPEN = "clocks.state IN ('running', 'paused') AND started < ?"
_SOME = "IN (SELECT value FROM json_each(?))"


def decided(connection: Connection, start: int, end: int, customer: str = "") -> Iterator[Row]:
    """Clocks of the store decided in `[start, end)`, of one customer or of all."""
    yield from _asked(connection, "clocks INDEXED BY clocks_decided", DECIDED, (start, end), customer)


def undecided(connection: Connection, at: int, customer: str = "") -> Iterator[Row]:
    """Clocks of the store that had begun by `at` and were not decided then, of one customer or of all."""
    yield from _asked(connection, "clocks", LATER, (at, at), customer)
    yield from _asked(connection, "clocks", OPEN, (at,), customer)


def _asked(
    connection: Connection, clocks: str, where: str, values: tuple[int, ...], customer: str
) -> Iterator[Row]:
    if customer:
        query = SELECT.format(clocks="clocks", tickets="tickets INDEXED BY tickets_customer")
        yield from connection.execute(f"{query} {where} AND customer = ?", (*values, customer))
    else:
        yield from connection.execute(f"{SELECT.format(clocks=clocks, tickets='tickets')} {where}", values)


def of_tickets(connection: Connection, tickets: Sequence[int]) -> Iterator[Row]:
    """Every clock of these tickets."""
    query = SELECT.format(clocks="clocks", tickets="tickets")
    yield from connection.execute(f"{query} ticket {_SOME}", (connection.many(tickets),))


def unsettled(connection: Connection, now: int) -> list[int]:
    """Tickets of which the store may say something else when an engine has looked at them: they await one, or have come due."""
    found = connection.execute(
        "SELECT id FROM tickets WHERE awaits IS NOT NULL UNION SELECT id FROM tickets WHERE next_at IS NOT NULL AND next_at <= ?",
        (now,),
    )
    return [ticket for (ticket,) in found]


def written_after(connection: Connection, mark: int) -> list[int]:
    """Tickets that were written after the writing of that number."""
    return [ticket for (ticket,) in connection.execute("SELECT id FROM tickets WHERE written > ?", (mark,))]


def keys_of(connection: Connection, tickets: Sequence[int]) -> set[str]:
    """What people call these tickets."""
    found = connection.execute(f"SELECT key FROM tickets WHERE id {_SOME}", (connection.many(tickets),))
    return {key for (key,) in found}


def settled(connection: Connection) -> int:
    """The number up to which every writing is in."""
    return int(connection.execute(f"SELECT {connection.settled}").fetchone()[0])


def excuses(connection: Connection, tickets: Sequence[int]) -> dict[int, list[Event]]:
    """The events by which somebody excused a breach of these tickets, or took that back."""
    from engine.store.events import IDS_AT_ONCE, decoder

    decode = decoder()
    found: dict[int, list[Event]] = {}
    wanted = sorted(set(tickets))
    for first in range(0, len(wanted), IDS_AT_ONCE):
        some = connection.many(wanted[first : first + IDS_AT_ONCE])
        for ticket, at, sequence, source, name, data in connection.execute(
            "SELECT ticket, at, sequence, name, source_id, data FROM events JOIN sources ON sources.id = source"
            f" WHERE ticket {_SOME} AND kind = '{EXCUSED}'",
            (some,),
        ):
            event = Event(Instant(at), EXCUSED, decode(data), source, name, sequence)
            found.setdefault(ticket, []).append(event)
    return found
