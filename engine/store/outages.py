"""Outages and announcements of maintenance in the store. Nothing is computed from them here.

What comes again with the same (source, source id) replaces what was known, except that an end that is known stays when a late message
knows none, and that a note is kept as it was first taken in: so one that was erased does not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.commitment.outage import Notice, Outage
from engine.facts import Instant
from engine.store.database import Connection

LOCK = "outages"
"""Whoever records them does so alone."""

_OUTAGE = "service, customer, began, ended, source, source_id, note, id"
_NOTICE = "maintenance, service, customer, announced, began, ended, source, source_id, note, id"
TABLES = ("outages", "announcements")


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many were new, how many are otherwise than before, and how many were known."""

    new: int
    changed: int
    known: int


def record(connection: Connection, outages: Iterable[Outage]) -> Recorded:
    """Take outages in, in one transaction. Raises StoreError."""
    count = [0, 0, 0]
    with connection.trouble(), connection.transaction():
        connection.lock(LOCK)
        for one in outages:
            count[_put(connection, one)] += 1
    return Recorded(*count)


def record_beside(
    connection: Connection,
    source: str,
    since: Instant,
    told: Callable[[Sequence[Outage]], Iterable[Outage]],
) -> Recorded:
    """Take in what is `told` in view of the source's outages that last or ended at `since` or later, in one transaction. Raises StoreError."""

    def made() -> Iterator[Outage]:  # runs inside of the transaction
        rows = connection.execute(
            f"SELECT {_OUTAGE} FROM outages WHERE source = ? AND (ended IS NULL OR ended >= ?) ORDER BY began, id",
            (source, since),
        ).fetchall()
        yield from told([_outage(row) for row in rows])

    return record(connection, made())


def _put(connection: Connection, one: Outage) -> int:
    found = connection.execute(
        "SELECT id, service, customer, began, ended FROM outages WHERE source = ? AND source_id = ?",
        (one.source, one.source_id),
    ).fetchone()
    said = (one.service, one.customer, one.start, one.end)
    if found is None:
        connection.execute(
            "INSERT INTO outages (service, customer, began, ended, source, source_id, note) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*said, one.source, one.source_id, one.note),
        )
        return 0
    number, *known = found
    end = known[3] if one.end is None else one.end
    if (*said[:3], end) == tuple(known) or (end is not None and end < one.start):
        return 2
    connection.execute(
        "UPDATE outages SET service = ?, customer = ?, began = ?, ended = ? WHERE id = ?",
        (*said[:3], end, number),
    )
    return 1


def end(connection: Connection, number: int, at: Instant) -> bool:
    """End an outage that lasts; false if there is none of that number, or it has ended, or began after `at`."""
    with connection.trouble(), connection.transaction():
        changed = connection.execute(
            "UPDATE outages SET ended = ? WHERE id = ? AND ended IS NULL AND began <= ?", (at, number, at)
        )
        return changed.rowcount == 1


def outage(connection: Connection, number: int) -> Outage | None:
    """The outage of that number."""
    with connection.trouble():
        row = connection.execute(f"SELECT {_OUTAGE} FROM outages WHERE id = ?", (number,)).fetchone()
    return None if row is None else _outage(row)


def outages(
    connection: Connection, start: Instant, until: Instant, *, customer: str | None = None
) -> list[Outage]:
    """Outages with a part in `[start, until)`, in order of their beginnings; only those that one customer had, where it is named."""
    whose, values = _whose(customer)
    with connection.trouble():
        rows = connection.execute(
            f"SELECT {_OUTAGE} FROM outages WHERE began < ? AND (ended IS NULL OR ended > ?){whose} ORDER BY began, id",
            (until, start, *values),
        ).fetchall()
    return [_outage(row) for row in rows]


def announce(connection: Connection, notice: Notice) -> int:
    """Keep an announcement; answer its number, of the known one where it comes again. Raises StoreError."""
    with connection.trouble(), connection.transaction():
        connection.lock(LOCK)
        key = (notice.source, notice.source_id)
        find = "SELECT id FROM announcements WHERE source = ? AND source_id = ?"
        found = connection.execute(find, key).fetchone()
        if found is None:
            connection.execute(
                "INSERT INTO announcements (maintenance, service, customer, announced, began, ended, source, source_id, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(notice.maintenance, notice.service, notice.customer, notice.announced),
                    *(notice.start, notice.end, *key, notice.note),
                ),
            )
            found = connection.execute(find, key).fetchone()
        return int(found[0])


def notices(connection: Connection, *, customer: str | None = None) -> list[Notice]:
    """Every announcement, or those that one customer was meant by, in the order in which they were made."""
    whose, values = _whose(customer)
    with connection.trouble():
        rows = connection.execute(
            f"SELECT {_NOTICE} FROM announcements WHERE 1 = 1{whose} ORDER BY announced, id", values
        ).fetchall()
    return [Notice(*row) for row in rows]


def _whose(customer: str | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if customer is None else (" AND customer IN ('', ?)", (customer,))


def known_since(connection: Connection) -> Instant | None:
    """Since when outages are recorded: the beginning of the first one, or the first rules in force if these are older; None while
    there is neither."""
    with connection.trouble():
        found = connection.execute(
            "SELECT min(began) FROM outages UNION ALL SELECT min(at) FROM rule_sets"
        ).fetchall()
    instants = [at for (at,) in found if at is not None]
    return Instant(min(instants)) if instants else None


def _outage(row: Sequence[Any]) -> Outage:
    return Outage(*row)


# ---------------------------------------------------------------- erasure


def notes_of(connection: Connection, customer: str) -> int:
    """How many notes are about a customer alone."""
    return _count(connection, "customer = ?", customer)


def erase_notes_of(connection: Connection, customer: str) -> int:
    """Take the notes out that are about a customer alone; answer how many had one."""
    return _erase(connection, "customer = ?", customer)


def notes_before(connection: Connection, instant: Instant) -> int:
    """How many notes are of what had ended before an instant."""
    return _count(connection, "ended < ?", instant)


def erase_notes_before(connection: Connection, instant: Instant) -> int:
    """Take these out; answer how many there were."""
    return _erase(connection, "ended < ?", instant)


def _count(connection: Connection, which: str, value: object) -> int:
    with connection.trouble():
        return sum(
            connection.execute(
                f"SELECT count(*) FROM {table} WHERE note <> '' AND {which}", (value,)
            ).fetchone()[0]
            for table in TABLES
        )


def _erase(connection: Connection, which: str, value: object) -> int:
    with connection.trouble(), connection.transaction():
        return sum(
            connection.execute(
                f"UPDATE {table} SET note = '' WHERE note <> '' AND {which}", (value,)
            ).rowcount
            for table in TABLES
        )
