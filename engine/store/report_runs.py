"""Declared reports in the store: since when each is made, and of what period and for whom it was.

A report is made once because what it leaves behind is kept in the transaction that notes it: whoever made the same meanwhile, or was
killed before, leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from engine.delivery.outbox import Message
from engine.facts import Instant
from engine.store import publications
from engine.store.database import POST, Connection
from engine.store.decisions import queue
from engine.store.publications import Publication

Key = tuple[str, str, str]
"""Report, period and customer."""

LOCK = "report runs"
"""Whoever notes does so alone."""


def begun(connection: Connection, reports: Collection[str], now: Instant) -> dict[str, int]:
    """Since when each of these reports is made: from `now` on where it was not known. Those that are declared no more are forgotten.
    Raises StoreError."""
    read = "SELECT report, since FROM report_schedules"
    with connection.trouble():
        found = dict(connection.execute(read).fetchall())
        if found.keys() != set(reports):
            with connection.transaction():
                connection.lock(LOCK)
                connection.executemany(
                    "INSERT INTO report_schedules (report, since) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    [(name, now) for name in reports],
                )
                connection.executemany(
                    "DELETE FROM report_schedules WHERE report = ?",
                    [(name,) for name in found.keys() - set(reports)],
                )
                found = dict(connection.execute(read).fetchall())
    return found


def since(connection: Connection) -> dict[str, int]:
    """Since when each report is made. Raises StoreError."""
    with connection.trouble():
        return dict(connection.execute("SELECT report, since FROM report_schedules").fetchall())


def made(connection: Connection) -> set[Key]:
    """What was made. Raises StoreError."""
    with connection.trouble():
        rows = connection.execute("SELECT report, period, customer FROM report_runs").fetchall()
    return {(report, period, customer) for report, period, customer in rows}


def is_made(connection: Connection, key: Key) -> bool:
    """Whether that one was made. Raises StoreError."""
    with connection.trouble():
        found = connection.execute(
            "SELECT 1 FROM report_runs WHERE report = ? AND period = ? AND customer = ?", key
        ).fetchone()
    return found is not None


def keep(
    connection: Connection,
    key: Key,
    now: Instant,
    publications_: Iterable[Publication],
    messages: Callable[[Sequence[int]], Iterable[Message]],
    *,
    again: bool = False,
) -> bool:
    """Note that it was made, with what came of it, all or nothing; `messages` are made of the publications' numbers. False, and nothing
    is kept, if it was made before and is not to be made `again`. Raises StoreError."""
    with connection.trouble(), connection.transaction():
        connection.lock(LOCK)
        connection.lock(publications.LOCK)
        noted = connection.execute(
            "INSERT INTO report_runs (report, period, customer, at) VALUES (?, ?, ?, ?)"
            + (
                " ON CONFLICT (report, period, customer) DO UPDATE SET at = excluded.at"
                if again
                else " ON CONFLICT DO NOTHING"
            ),
            (*key, now),
        ).rowcount
        if not noted:
            return False
        numbers = [publications.enter(connection, one) for one in publications_]
        queued = list(messages(numbers))
        queue(connection, None, None, now, queued)
        if queued:
            connection.ring(POST)
    return True
