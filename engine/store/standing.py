"""What whoever is woken at night asks of a store first: how much is open, what is late, what has not left. Indexed, never a scan.

Apart from what people look at all day: these are a handful of numbers, asked for by programs again and again.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.facts import Instant
from engine.store.database import Connection


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one channel in one status (`waiting`, `sending` or `dead`), and when the first of them was written."""

    channel: str
    status: str
    messages: int
    since: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A store at an instant: open tickets, those that await an engine, by how many seconds the oldest due one is late, and
    the messages that have not left."""

    at: int
    open_tickets: int
    awaiting: int
    lag: int
    messages: tuple[Waiting, ...]


_MESSAGES = "SELECT channel, status, count(*), min(created) FROM outbox WHERE status"


def standing(connection: Connection, now: Instant) -> Standing:
    """How the store stands at `now`. Raises StoreError."""
    with connection.trouble():
        [open_tickets] = connection.execute("SELECT count(*) FROM tickets WHERE closed = 0").fetchone()
        [awaiting] = connection.execute("SELECT count(*) FROM tickets WHERE awaits IS NOT NULL").fetchone()
        [oldest] = connection.execute("SELECT min(next_at) FROM tickets WHERE next_at IS NOT NULL").fetchone()
        messages = [
            Waiting(*row)
            # Each in the words of the index that has them all.
            for which in ("IN ('waiting', 'sending')", "= 'dead'")
            for row in connection.execute(f"{_MESSAGES} {which} GROUP BY channel, status ORDER BY 1, 2")
        ]
    lag = 0 if oldest is None else max(0, now - oldest)
    return Standing(now, open_tickets, awaiting, lag, tuple(messages))
