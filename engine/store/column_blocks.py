"""Open tickets as columns, kept in the store by blocks of ticket ids: the rows, what has changed since, and taking them out.

A block says what was true at the writing `mark`. What is true at any later moment is the block without the tickets of `changed`, and
these from the tables. So nobody who adds an event has to do anything about blocks; only who changes or removes what is
there already takes the blocks of those tickets out, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.store.database import ALL, Connection, Values

SIZE = 16_384
"""Ticket ids of a block: few enough to be written in a moment, enough that a million tickets are a few dozen blocks."""

_LOCK = "columns"
_COLUMNS = "number, mark, format, fields, checksum"
# What awaits an engine has events that no writing tells of.
_CHANGED = """
SELECT id, written, closed FROM tickets WHERE written > ?
UNION ALL
SELECT id, ?, closed FROM tickets WHERE awaits IS NOT NULL
"""
_WRITE = f"""
INSERT INTO column_blocks ({_COLUMNS}, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET mark = excluded.mark, format = excluded.format, fields = excluded.fields,
  checksum = excluded.checksum, body = excluded.body
WHERE excluded.mark >= column_blocks.mark OR column_blocks.mark > ?
"""
_DROPS = "SELECT value FROM meta WHERE key = 'column drops'"


@dataclass(frozen=True, slots=True)
class Head:
    """A block but for its body. `fields` is a JSON array; `checksum` is of format, fields and body."""

    number: int
    mark: int
    format: int
    fields: str
    checksum: int


def number_of(ticket: int) -> int:
    """The block that a ticket belongs to."""
    return (ticket - 1) // SIZE


class ColumnBlocks:
    """The blocks over a store's connection. Every method raises StoreError when the store cannot be used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def drops(self) -> int:
        """How many times blocks were taken out: another number than before means that what was read since may have to go."""
        return _number(self._asked(_DROPS))

    def mark(self) -> int:
        """A writing that is in, like all before it. Never one that is in no ticket, so that a restored store numbers on from it."""
        settled = _number(self._asked(f"SELECT {self._connection.settled}"))
        return _number(
            self._asked("SELECT coalesce(max(written), 0) FROM tickets WHERE written <= ?", (settled,))
        )

    def newest(self) -> int:
        """The highest id of a ticket; 0 if there is none."""
        [(newest,)] = self._asked("SELECT coalesce(max(id), 0) FROM tickets")
        return int(newest)

    def heads(self) -> list[Head]:
        """All blocks without their bodies."""
        return [Head(*row) for row in self._asked(f"SELECT {_COLUMNS} FROM column_blocks ORDER BY number")]

    def read(self) -> list[tuple[Head, bytes]]:
        """All blocks."""
        with self._connection.trouble():
            rows = self._connection.stream(
                f"SELECT {_COLUMNS}, body FROM column_blocks ORDER BY number",
                ("int8", "int8", "int8", "text", "int8", "bytea"),
            )
            return [(Head(*row[:5]), row[5]) for row in rows]

    def body(self, number: int) -> tuple[Head, bytes] | None:
        """One block."""
        rows = self._asked(f"SELECT {_COLUMNS}, body FROM column_blocks WHERE number = ?", (number,))
        return (Head(*rows[0][:5]), rows[0][5]) if rows else None

    def changed(self, mark: int) -> list[tuple[int, int, bool]]:
        """(ticket, number of its last writing, whether it is open) of what was written after `mark` or awaits an engine; the latter
        with a number above all others."""
        return [
            (ticket, written, closed == 0) for ticket, written, closed in self._asked(_CHANGED, (mark, ALL))
        ]

    def open_tickets(self, number: int) -> list[int]:
        """The open tickets with ids of a block, in order."""
        return [
            ticket
            for (ticket,) in self._asked(
                "SELECT id FROM tickets WHERE closed = 0 AND id > ? AND id <= ? ORDER BY id",
                (number * SIZE, (number + 1) * SIZE),
            )
        ]

    def write(self, head: Head, body: bytes, drops: int) -> bool:
        """Keep a block in place of the one that is there, unless that is of a later writing (and of one that can be); nothing is
        done, and False answered, where blocks were taken out since there had been `drops` of that."""
        connection = self._connection
        with connection.trouble(), connection.transaction():
            if not self._still(drops):
                return False
            values = (head.number, head.mark, head.format, head.fields, head.checksum, body)
            [settled] = connection.execute(f"SELECT {connection.settled}").fetchone()
            connection.execute(_WRITE, (*values, settled))
        return True

    def confirm(self, marks: Mapping[int, int], mark: int) -> None:
        """Let blocks of which no ticket has changed stand for a later writing; `marks` are what they stand for so far, by number."""
        connection = self._connection
        with connection.trouble(), connection.transaction():
            connection.executemany(
                "UPDATE column_blocks SET mark = ? WHERE number = ? AND mark = ?",
                [(mark, number, before) for number, before in marks.items()],
            )

    def _still(self, drops: int) -> bool:
        self._connection.lock(_LOCK)
        return _number(self._connection.execute(_DROPS).fetchall()) == drops

    def _asked(self, query: str, values: Values = ()) -> list[Any]:
        with self._connection.trouble():
            return self._connection.execute(query, values).fetchall()


def drop(connection: Connection, tickets: Iterable[int]) -> None:
    """Take out what blocks have of these tickets, inside the transaction that changes or removes what was told of them."""
    connection.lock(_LOCK)
    numbers = sorted({number_of(ticket) for ticket in tickets})
    connection.execute(
        "DELETE FROM column_blocks WHERE number IN (SELECT value FROM json_each(?))",
        (connection.many(numbers),),
    )
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('column drops', '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)"
    )


def _number(rows: list[Any]) -> int:
    return int(rows[0][0]) if rows else 0
