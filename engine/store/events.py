"""Events into the store and tickets out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import TypeVar

from engine.facts import Event, Fields, Instant, Pin, Ticket
from engine.store import leaving
from engine.store.database import WORK, Connection
from engine.store.terms import TermsShelf

T = TypeVar("T")

EventRow = tuple[str, int, int, str, str, str]
"""Ticket key, instant, sequence, kind, data as JSON text, id in the source: an event ready to be stored."""

IDS_AT_ONCE = 2_000
_AWAIT = "UPDATE tickets SET awaits = 0 WHERE awaits IS NULL AND id IN"
_KNOWN_KEYS = 200_000


class EventLog:
    """The events of one connection. Remembers the ids of tickets and sources that it has met."""

    def __init__(self, connection: Connection, terms: TermsShelf) -> None:
        self._connection = connection
        self._terms = terms
        self._tickets: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._goings = 0
        self.late: dict[str, int] = {}
        """How many events were told of tickets that are archived, and not taken, by ticket key."""

    def forget(self) -> None:
        """Drop what was remembered, after a transaction that did not come to be."""
        self._tickets.clear()
        self._sources.clear()

    def append(self, source: str, rows: Sequence[EventRow]) -> int:
        """Append what is new, inside a transaction; answer how many rows were."""
        if not rows:
            return 0
        connection = self._connection
        rows = self._of_the_store(rows)
        number = self._source(source)
        ids = self._ids(list(map(itemgetter(0), rows)))
        [newest] = connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        new = connection.insert_new(
            "events (ticket, at, sequence, kind, data, source_id, source)",
            f"(?, ?, ?, ?, ?, ?, {number})",
            _flat(rows, ids, connection.at_once),
        )
        if new:
            self._let_wait(newest, ids)
            connection.ring(WORK)
        return new

    def _of_the_store(self, rows: Sequence[EventRow]) -> Sequence[EventRow]:
        """The rows but those of archived tickets, which must not begin anew as if they had never been."""
        connection = self._connection
        connection.lock(leaving.LOCK, shared=True)
        goings = leaving.goings(connection)
        if goings != self._goings:
            self._tickets.clear()
            self._goings = goings
        if not goings:
            return rows
        unknown = {row[0] for row in rows if row[0] not in self._tickets}
        gone = leaving.where_archived(connection, unknown)
        for row in rows:
            if row[0] in gone:
                self.late[row[0]] = self.late.get(row[0], 0) + 1
        return [row for row in rows if row[0] not in gone] if gone else rows

    def _let_wait(self, newest: int, ids: Sequence[int]) -> None:
        """Let those of these tickets await an engine that have an event with an id over `newest`."""
        connection = self._connection
        if connection.gapless:
            # By the rowid: left alone, SQLite walks the whole index by ticket.
            connection.execute(
                f"{_AWAIT} (SELECT ticket FROM events NOT INDEXED WHERE id > ?)",
                (newest,),
            )
            return
        # Others add events at the same time: their tickets are theirs to mark.
        found = connection.execute("SELECT DISTINCT ticket FROM events WHERE id > ?", (newest,))
        ours = sorted({ticket for (ticket,) in found}.intersection(ids))
        # An engine that has claimed one of them may not have seen its event: what that says of the ticket comes first.
        connection.hold(ours)
        connection.execute(f"{_AWAIT} (SELECT value FROM json_each(?))", (connection.many(ours),))

    def tickets(self, ids: Sequence[int] | None, until: Instant | None) -> Iterator[Ticket]:
        """Tickets that have an event, in order of their ids, read a block at a time."""
        for clause, values in self._blocks(ids):
            yield from self._block(clause, values, until)

    def find(self, key: str) -> int | None:
        row = self._connection.execute("SELECT id FROM tickets WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def _source(self, name: str) -> int:
        known = self._sources.get(name)
        if known is None:
            self._connection.execute("INSERT INTO sources (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
            [known] = self._connection.execute("SELECT id FROM sources WHERE name = ?", (name,)).fetchone()
            self._sources[name] = known
        return int(known)

    def _ids(self, keys: list[str]) -> list[int]:
        """The id of every key, in their order; a ticket that is new gets one."""
        known = self._tickets
        if len(known) > _KNOWN_KEYS:
            known.clear()
        self._meet([key for key in dict.fromkeys(keys) if key not in known])
        return [known[key] for key in keys]

    def _meet(self, unknown: list[str]) -> None:
        """Learn the ids of tickets, and give one to those that have none."""
        connection, known = self._connection, self._tickets
        if unknown and not connection.gapless:
            # An insertion uses up an id even if the ticket is known.
            self._look_up(unknown)
            unknown = [key for key in unknown if key not in known]
        if not unknown:
            return
        new = connection.insert_new("tickets (key)", "(?)", _pieces(unknown, connection.at_once))
        if connection.gapless and new == len(unknown):
            # All of them are new, counted on from the highest id: they need not be looked up.
            [last] = connection.execute("SELECT max(id) FROM tickets").fetchone()
            known.update(zip(unknown, range(last - len(unknown) + 1, last + 1), strict=True))
        else:
            self._look_up(unknown)

    def _look_up(self, keys: Sequence[str]) -> None:
        connection = self._connection
        self._tickets.update(
            connection.execute(
                "SELECT key, id FROM tickets WHERE key IN (SELECT value FROM json_each(?))",
                (connection.many(keys),),
            ).fetchall()
        )

    def _blocks(self, ids: Sequence[int] | None) -> Iterator[tuple[str, tuple[object, ...]]]:
        if ids is None:
            [last] = self._connection.execute("SELECT coalesce(max(id), 0) FROM tickets").fetchone()
            for first in range(1, last + 1, IDS_AT_ONCE):
                yield "BETWEEN ? AND ?", (first, first + IDS_AT_ONCE - 1)
            return
        wanted = sorted(set(ids))
        for first in range(0, len(wanted), IDS_AT_ONCE):
            yield (
                "IN (SELECT value FROM json_each(?))",
                (self._connection.many(wanted[first : first + IDS_AT_ONCE]),),
            )

    def _block(self, clause: str, values: tuple[object, ...], until: Instant | None) -> Iterator[Ticket]:
        limit, bound = ("", values) if until is None else (" AND at <= ?", (*values, until))
        connection = self._connection
        # Read to the end before anything is handed out: the caller may write what we would still be reading.
        events = connection.execute(
            "SELECT ticket, at, sequence, name, source_id, kind, data FROM events"
            f" JOIN sources ON sources.id = source WHERE ticket {clause}{limit}",
            bound,
        ).fetchall()
        events.sort()
        pins: dict[int, list[Pin]] = {}
        for ticket, at, cause, digest in connection.execute(
            f"SELECT ticket, at, cause, terms FROM pins WHERE ticket {clause}{limit} ORDER BY ticket, at, cause",
            bound,
        ):
            pins.setdefault(ticket, []).append(
                Pin(at, None if digest is None else self._terms.get(digest), cause)
            )
        keys = dict(connection.execute(f"SELECT id, key FROM tickets WHERE id {clause}", values))
        decode = decoder()
        for ticket, group in groupby(events, itemgetter(0)):
            yield Ticket(
                ticket,
                keys[ticket],
                tuple(
                    [
                        Event(at, kind, decode(data), source, name, sequence)
                        for _, at, sequence, source, name, kind, data in group
                    ]
                ),
                tuple(pins.get(ticket, ())),
            )


def _pieces(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]


def _flat(rows: Sequence[EventRow], ids: Sequence[int], most: int) -> Iterator[list[object]]:
    """The values of a statement's rows one after the other, a ticket's id in the place of its key."""
    for piece, numbers in zip(_pieces(rows, most), _pieces(ids, most), strict=True):
        values: list[object] = list(chain.from_iterable(piece))
        values[::6] = numbers
        yield values


def decoder() -> Callable[[str], Fields]:
    """Reads stored data. The fast reader refuses half a surrogate pair, which an action of a person's may hold."""
    import msgspec

    fast = msgspec.json.Decoder(dict[str, str | int | bool]).decode

    def decode(text: str) -> Fields:
        try:
            return fast(text)
        except msgspec.DecodeError:
            found: Fields = json.loads(text)
            return found

    return decode


def row_of(key: str, event: Event) -> EventRow:
    """An event as it is stored."""
    data = json.dumps(dict(event.data), separators=(",", ":"))
    return (key, event.at, event.sequence, event.kind, data, event.source_id)


def rows_of(rows: Iterable[tuple[str, Event]]) -> list[EventRow]:
    """Events as they are stored."""
    return [row_of(key, event) for key, event in rows]
