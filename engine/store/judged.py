"""The clocks that reports count, from the store's tables or from those of a part of an archive: one statement for both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine import archive_files as files
from engine.archive import Part
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

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM {{clocks}} JOIN {{tickets}} ON tickets.id = ticket WHERE"
_DECIDED = "decided >= ? AND decided < ?"
# Not decided by then: it is later, or it is still to come.
_LATER = "decided >= ? AND started < ?"
_OPEN = "clocks.state IN ('running', 'paused') AND started < ?"
_SOME = "IN (SELECT value FROM json_each(?))"
_STORE = {"clocks": "clocks", "tickets": "tickets"}


def decided(connection: Connection, start: int, end: int) -> Iterator[Row]:
    """Clocks of the store decided in `[start, end)`."""
    query = _SELECT.format(clocks="clocks INDEXED BY clocks_decided", tickets="tickets")
    yield from connection.execute(f"{query} {_DECIDED}", (start, end))


def undecided(connection: Connection, at: int) -> Iterator[Row]:
    """Clocks of the store that had begun by `at` and were not decided then."""
    query = _SELECT.format(**_STORE)
    yield from connection.execute(f"{query} {_LATER}", (at, at))
    yield from connection.execute(f"{query} {_OPEN}", (at,))


def of_tickets(connection: Connection, tickets: Sequence[int]) -> Iterator[Row]:
    """Every clock of these tickets."""
    query = _SELECT.format(**_STORE)
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


def archived(part: Part, start: int, end: int) -> tuple[list[Row], dict[int, list[Event]]]:
    """Of a part, without what was restored from it: clocks decided in `[start, end)`, clocks that were not decided at `end`, and the
    excuses of its tickets. Raises EngineError."""
    from engine.store.events import decoder

    def table(name: str) -> str:
        path = str(part.manifest.path(part.folder, name)).replace("'", "''")
        return f"read_parquet('{path}', hive_partitioning = false) AS {name}"

    query = _SELECT.format(clocks=table("clocks"), tickets=table("tickets"))
    back = set(part.restored)
    with files.connect() as connection, files.trouble(part.folder):
        rows = connection.execute(
            f"{query} ({_DECIDED} OR {_LATER} OR {_OPEN})", (start, end, end, end, end)
        ).fetchall()
        said = connection.execute(
            'SELECT tickets.id, events."at", sequence, source, source_id, rest'
            f" FROM {table('events')} JOIN {table('sayings')} ON code = saying JOIN {table('tickets')} ON tickets.place = events.place"
            f" WHERE kind = '{EXCUSED}'"
        ).fetchall()
    decode = decoder()
    found: dict[int, list[Event]] = {}
    for ticket, at, sequence, source, name, rest in said:
        event = Event(Instant(at), EXCUSED, decode(rest), source, name, sequence)
        found.setdefault(ticket, []).append(event)
    return [row for row in rows if row[0] not in back], found
