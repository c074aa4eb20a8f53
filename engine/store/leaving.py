"""Rows of tickets that leave the store for an archive, and come back: which may go, all that is theirs, and what stays known.

Told apart from what is read every day: it is the only place that deletes, so it alone knows every table that has a ticket's rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.store import column_blocks
from engine.store.database import Connection

LOCK = "archive"
"""Whoever adds events shares it; what takes tickets away has it for itself."""

Rows = dict[str, list[tuple[Any, ...]]]
"""All rows of some tickets by table."""

_SOME = "IN (SELECT value FROM json_each(?))"
_TICKET = """
id key closed status_class tier declared customer group subject priority status assignee queue team tags opened metric cycle state
due warn_at target urgency next_at acknowledged_at snoozed_until flagged written step awaits
"""
_OUTBOX = """
id ticket decision kind channel recipient name data created status next_at attempts batch owner sent_at error answer read_at
acknowledged_at echoed_at
"""
COLUMNS: dict[str, tuple[str, ...]] = {
    "tickets": tuple(_TICKET.split()),
    "events": ("id", "ticket", "at", "sequence", "kind", "data", "source", "source_id"),
    "pins": ("ticket", "at", "cause", "terms"),
    "clocks": (
        "ticket",
        "metric",
        "cycle",
        "state",
        "started",
        "stopped",
        "target",
        "due",
        "elapsed",
        "paused",
        "calendar",
        "warn_at",
        "next_at",
        "decided",
    ),
    "alerts": ("id", "ticket", "metric", "cycle", "threshold", "at", "found", "customer", "cause"),
    "decisions": (
        "id",
        "ticket",
        "metric",
        "cycle",
        "ladder",
        "step",
        "number",
        "at",
        "found",
        "customer",
        "outcome",
        "reason",
        "cause",
    ),
    "outbox": tuple(_OUTBOX.split()),
}
"""Every column of every table with rows of a ticket, parents first."""

# The newest row of a table stays, and a ticket of the newest writing, so that no number is ever given twice.
_KEPT = " UNION ".join(
    (
        *(
            f"SELECT ticket FROM {table} WHERE id = (SELECT max(id) FROM {table})"
            for table in ("events", "alerts", "decisions", "outbox")
        ),
        "SELECT max(id) FROM tickets WHERE written = (SELECT max(written) FROM tickets)",
    )
)
_CHOSEN = f"""
SELECT tickets.id, max(events.at), count(*) FROM tickets JOIN events ON events.ticket = tickets.id
WHERE tickets.id IN (
  SELECT id FROM tickets
  WHERE id > ? AND closed = 1 AND awaits IS NULL AND urgency IS NULL AND next_at IS NULL AND coalesce(flagged, 0) = 0 AND opened < ?
    AND id < (SELECT max(id) FROM tickets) AND id NOT IN (SELECT ticket FROM ({_KEPT}) AS newest WHERE ticket IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM events WHERE ticket = tickets.id AND at >= ?)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE ticket = tickets.id AND status IN ('waiting', 'sending'))
  ORDER BY id LIMIT ?
)
GROUP BY tickets.id ORDER BY tickets.id
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A part of an archive as the store knows it; `manifest` is the SHA-256 of the part's manifest."""

    name: str
    month: str
    folder: str
    tickets: int
    manifest: str


def may_leave(connection: Connection, before: int, after: int, limit: int) -> list[tuple[int, int, int]]:
    """(ticket, instant of its last event, how many events) of tickets with an id over `after` that have ended, that await nobody
    and nothing, and of which nothing was heard since `before`."""
    return connection.execute(_CHOSEN, (after, before, before, limit)).fetchall()


def still_may(connection: Connection, tickets: Sequence[int], before: int) -> bool:
    """Whether that still holds of each of these, inside a transaction."""
    found = connection.execute(
        f"SELECT count(*) FROM tickets WHERE id {_SOME} AND closed = 1 AND awaits IS NULL AND urgency IS NULL AND next_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM events WHERE ticket = tickets.id AND at >= ?)",
        (connection.many(tickets), before),
    )
    return bool(found.fetchone()[0] == len(tickets))


def rows_of(connection: Connection, tickets: Sequence[int]) -> Rows:
    """Everything about these tickets, in the order of its keys. Events have their source's name."""
    some = connection.many(tickets)
    found: Rows = {}
    for table, columns in COLUMNS.items():
        chosen = ", ".join(f'{table}."{column}"' for column in columns)
        joined = ""
        if table == "events":
            chosen, joined = (
                chosen.replace('events."source",', "sources.name,"),
                " JOIN sources ON sources.id = source",
            )
        of = "id" if table == "tickets" else "ticket"
        order = ", ".join(str(number + 1) for number in range(4))
        rows = connection.execute(
            f"SELECT {chosen} FROM {table}{joined} WHERE {table}.{of} {_SOME} ORDER BY {order}", (some,)
        )
        found[table] = [tuple(row) for row in rows]
    return found


def remove(connection: Connection, tickets: Sequence[int]) -> None:
    """Take all of it out, inside a transaction."""
    some = connection.many(tickets)
    for table in reversed(COLUMNS):
        of = "id" if table == "tickets" else "ticket"
        connection.execute(f"DELETE FROM {table} WHERE {of} {_SOME}", (some,))
    column_blocks.drop(connection, tickets)


def put_back(connection: Connection, rows: Rows) -> None:
    """The same rows again, inside a transaction."""
    names = sorted({row[6] for row in rows["events"]})
    connection.executemany(
        "INSERT INTO sources (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names]
    )
    sources = dict(connection.execute("SELECT name, id FROM sources").fetchall())
    for table, columns in COLUMNS.items():
        of_table = rows[table]
        if table == "events":
            of_table = [(*row[:6], sources[row[6]], row[7]) for row in of_table]
        listed = ", ".join(f'"{column}"' for column in columns)
        connection.executemany(
            f"INSERT INTO {table} ({listed}) VALUES ({', '.join('?' * len(columns))})", of_table
        )


def goings(connection: Connection) -> int:
    """How many times tickets have left: another number than before means that ids once known may be gone."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'archived'").fetchone()
    return 0 if found is None else int(found[0])


def enter(connection: Connection, part: Stored, keys: Iterable[str]) -> None:
    """Know a part and the keys of its tickets, inside the transaction that removes them."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('archived', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(goings(connection) + 1),),
    )
    # The same tickets as they were, once restored, make the same part again.
    connection.execute("DELETE FROM archive_restored WHERE part = ?", (part.name,))
    connection.execute("DELETE FROM archive_parts WHERE name = ?", (part.name,))
    connection.execute(
        "INSERT INTO archive_parts (name, month, folder, tickets, manifest) VALUES (?, ?, ?, ?, ?)",
        (part.name, part.month, part.folder, part.tickets, part.manifest),
    )
    connection.executemany(
        "INSERT INTO archived (key, part) VALUES (?, ?)", [(key, part.name) for key in keys]
    )


def replace(connection: Connection, old: str, new: Stored) -> bool:
    """Let another part stand for the one of that name, inside a transaction; false if that is not known any more."""
    gone = connection.execute("DELETE FROM archive_parts WHERE name = ?", (old,)).rowcount
    if not gone:
        return False
    connection.execute(
        "INSERT INTO archive_parts (name, month, folder, tickets, manifest) VALUES (?, ?, ?, ?, ?)",
        (new.name, new.month, new.folder, new.tickets, new.manifest),
    )
    for table in ("archived", "archive_restored"):
        connection.execute(f"UPDATE {table} SET part = ? WHERE part = ?", (new.name, old))
    return True


def parts(connection: Connection) -> list[Stored]:
    """The parts that tickets of this store have gone to, the oldest months first."""
    return [
        Stored(*row)
        for row in connection.execute(
            "SELECT name, month, folder, tickets, manifest FROM archive_parts ORDER BY month, name"
        )
    ]


def restored(connection: Connection, part: str) -> list[int]:
    """Tickets of a part that are in the store again."""
    return [
        ticket
        for (ticket,) in connection.execute(
            "SELECT ticket FROM archive_restored WHERE part = ? ORDER BY ticket", (part,)
        )
    ]


def where_archived(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The part of each of these tickets that is archived, by key."""
    return dict(
        connection.execute(
            f"SELECT key, part FROM archived WHERE key {_SOME}", (connection.many(list(keys)),)
        ).fetchall()
    )


def no_longer_archived(connection: Connection, part: str, tickets: Sequence[tuple[int, str]]) -> None:
    """These (id, key) are in the store again, inside the transaction that puts them there."""
    connection.execute(
        f"DELETE FROM archived WHERE key {_SOME}", (connection.many([key for _, key in tickets]),)
    )
    connection.executemany(
        "INSERT INTO archive_restored (ticket, part) VALUES (?, ?)", [(ticket, part) for ticket, _ in tickets]
    )
