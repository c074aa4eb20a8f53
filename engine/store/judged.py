"""The clocks that reports count, and who excused which, from the store's tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
CONCERNED = f"({DECIDED}) OR ({LATER}) OR ({OPEN})"
_SOME = "IN (SELECT value FROM json_each(?))"


def concerned(start: int, end: int) -> tuple[int, ...]:
    """The values of `CONCERNED`."""
    return (start, end, end, end, end)


def decided(connection: Connection, start: int, end: int) -> Iterator[Row]:
    """Clocks of the store decided in `[start, end)`."""
    query = SELECT.format(clocks="clocks INDEXED BY clocks_decided", tickets="tickets")
    yield from connection.execute(f"{query} {DECIDED}", (start, end))


def undecided(connection: Connection, at: int) -> Iterator[Row]:
    """Clocks of the store that had begun by `at` and were not decided then."""
    query = SELECT.format(clocks="clocks", tickets="tickets")
    yield from connection.execute(f"{query} {LATER}", (at, at))
    yield from connection.execute(f"{query} {OPEN}", (at,))


def of_customers(connection: Connection, start: int, end: int, customers: Collection[str]) -> Iterator[Row]:
    """The clocks of `decided` and `undecided` that are of these customers."""
    query = SELECT.format(clocks="clocks", tickets="tickets INDEXED BY tickets_customer")
    yield from connection.execute(
        f"{query} customer {_SOME} AND ({CONCERNED})", (connection.many(customers), *concerned(start, end))
    )


def customers(connection: Connection) -> set[str]:
    """Whatever stands for a customer in the store: declared names, and the text of tickets that have none of these."""
    found = connection.execute("SELECT DISTINCT coalesce(customer, '') FROM tickets").fetchall()
    return {name for (name,) in found}


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
