"""Personal text out of a store: which tickets still have some, and taking it out of every table that it went into.

A ticket that has ended and has none any more has no subject (NULL). Whatever an engine writes of it later brings one again,
and with that the ticket back into what retention looks at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.facts import FieldValue, Instant
from engine.store import closings, column_blocks
from engine.store.database import Connection

Left = Callable[[str, Mapping[str, object]], dict[str, FieldValue]]
"""What stays of an event's kind and data."""

_SOME = "IN (SELECT value FROM json_each(?))"
_OF_CUSTOMER = """
SELECT id, closed, awaits FROM tickets WHERE declared = ? OR declared = '' AND customer = ? ORDER BY id
"""
_STATE = f"SELECT id, closed, awaits, status, priority FROM tickets WHERE id {_SOME} ORDER BY id"
# The last event is when it ended, or something after that: both have to be over for long enough.
_ENDED = """
SELECT id FROM tickets
WHERE id > ? AND closed = 1 AND subject IS NOT NULL AND awaits IS NULL AND opened < ?
  AND NOT EXISTS (SELECT 1 FROM events WHERE ticket = tickets.id AND at >= ?)
ORDER BY id LIMIT ?
"""
# Where a clock still runs the ticket is in the inbox, whose rows have a subject.
_TICKET = """
UPDATE tickets SET subject = CASE WHEN closed = 1 AND urgency IS NULL THEN NULL ELSE '' END, assignee = '', queue = '',
  team = '', tags = '', step = '', status = ?, priority = ?
WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A ticket that is to lose its text: whether it is still open, and whether it awaits an engine."""

    id: int
    open: bool
    awaits: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, or would go: tickets that had text, events that lose some, messages, notes of outages and maintenance, publications. `stored_only` are tickets whose clocks
    the rules would not make again of what is left."""

    tickets: int = 0
    events: int = 0
    messages: int = 0
    stored_only: int = 0
    notes: int = 0
    publications: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(
            self.tickets + other.tickets,
            self.events + other.events,
            self.messages + other.messages,
            self.stored_only + other.stored_only,
            self.notes + other.notes,
            self.publications + other.publications,
        )


def unseen(connection: Connection) -> int:
    """How many tickets no engine has ever evaluated: whose they are is not known."""
    [count] = connection.execute("SELECT count(*) FROM tickets WHERE closed IS NULL").fetchone()
    return int(count)


def of_customer(connection: Connection, customer: str) -> list[Subject]:
    """The tickets of a declared customer, or of one that the tickets call so and nobody declared."""
    return [
        Subject(ticket, closed != 1, awaits is not None)
        for ticket, closed, awaits in connection.execute(_OF_CUSTOMER, (customer, customer))
    ]


def ended_before(connection: Connection, instant: Instant, after: int, limit: int) -> list[int]:
    """Tickets with an id over `after` that have text, have ended, and to which nothing has happened since `instant`."""
    return [ticket for (ticket,) in connection.execute(_ENDED, (after, instant, instant, limit)).fetchall()]


def look(connection: Connection, tickets: Sequence[int], left: Left) -> Erased:
    """What would go."""
    found, changed = _changes(connection, tickets, left)
    messages = _messages(connection, tickets)
    return Erased(len(found | messages.keys()), len(changed), sum(messages.values()))


def erase(
    connection: Connection, tickets: Sequence[int], left: Left, known: Callable[[str, str], bool]
) -> Erased:
    """Take it out, inside a transaction that holds the tickets. `known` is whether a field ("status" or "priority") has a
    declared value: any other is text like all text."""
    found, changed = _changes(connection, tickets, left)
    messages = _messages(connection, tickets)
    some = connection.many(tickets)
    connection.executemany("UPDATE events SET data = ? WHERE id = ?", changed)
    connection.execute(f"DELETE FROM outbox WHERE ticket {_SOME}", (some,))
    connection.execute(f"UPDATE decisions SET reason = '' WHERE ticket {_SOME} AND reason <> ''", (some,))
    keys = connection.execute(f"SELECT key FROM tickets WHERE id {_SOME}", (some,)).fetchall()
    closings.without_text(connection, [key for (key,) in keys])
    rows = connection.execute(_STATE, (some,)).fetchall()
    connection.executemany(
        _TICKET,
        [
            (
                status if known("status", status or "") else "",
                priority if known("priority", priority or "") else "",
                ticket,
            )
            for ticket, _, _, status, priority in rows
        ],
    )
    # What time still moves is written anew, by whatever engine comes first, from what is left.
    connection.execute(
        f"UPDATE tickets SET awaits = 0 WHERE id {_SOME} AND (closed = 0 OR next_at IS NOT NULL) AND awaits IS NULL",
        (some,),
    )
    column_blocks.drop(connection, tickets)
    return Erased(len(found | messages.keys()), len(changed), sum(messages.values()))


def state(connection: Connection, tickets: Sequence[int]) -> list[Subject]:
    """The tickets as they are now."""
    return [
        Subject(ticket, closed != 1, awaits is not None)
        for ticket, closed, awaits, *_ in connection.execute(_STATE, (connection.many(tickets),))
    ]


def _changes(
    connection: Connection, tickets: Sequence[int], left: Left
) -> tuple[set[int], list[tuple[str, int]]]:
    """The tickets with events that lose something, and (new data, event) of each of these."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT id, ticket, kind, data FROM events WHERE ticket {_SOME}", (connection.many(tickets),)
    ).fetchall()
    found, changed = set(), []
    for number, ticket, kind, text in rows:
        data = json.loads(text)
        stays = left(kind, data)
        if stays != data:
            found.add(ticket)
            changed.append((json.dumps(stays, separators=(",", ":")), number))
    return found, changed


def _messages(connection: Connection, tickets: Sequence[int]) -> dict[int, int]:
    """How many messages there are about each of these tickets."""
    return dict(
        connection.execute(
            f"SELECT ticket, count(*) FROM outbox WHERE ticket {_SOME} GROUP BY ticket",
            (connection.many(tickets),),
        ).fetchall()
    )
