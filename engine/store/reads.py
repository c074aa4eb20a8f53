"""What the console and the commands ask of a store: the inbox, the figures, the latest alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from engine.clock import FAILED_STATES, State
from engine.facts import Instant
from engine.snapshot import Row, Tally, Transition
from engine.store.database import ALL, Connection
from engine.wall import local_day

_ROW = """
SELECT id, key, subject, customer, "group", tier, priority, status, assignee, queue, team, tags, opened,
  metric, cycle, state, due, warn_at, target, acknowledged_at, snoozed_until, flagged, step
FROM tickets
"""
_URGENT = f"{_ROW} INDEXED BY tickets_urgent WHERE urgency IS NOT NULL ORDER BY urgency, opened, key LIMIT ?"
_STATES: dict[str | None, State | None] = {None: None, **{state.value: state for state in State}}
QUARTER = 900
"""Seconds. Every zone's days begin on a quarter of an hour, so that figures can be counted by it."""


def rows(connection: Connection, limit: int | None) -> list[Row]:
    """Tickets that need a person, most urgent first."""
    return [_row(found) for found in connection.execute(_URGENT, (ALL if limit is None else limit,))]


def rows_since(connection: Connection, written: int) -> tuple[int, dict[int, Row | None]]:
    """What to ask with the next time, and the tickets written after `written`: None for those that left the inbox."""
    newest = connection.settled()
    changed = connection.execute(f"{_ROW} WHERE written > ? AND urgency IS NOT NULL", (written,))
    found: dict[int, Row | None] = {row[0]: _row(row) for row in changed}
    for (ticket,) in connection.execute(
        "SELECT id FROM tickets WHERE written > ? AND urgency IS NULL", (written,)
    ):
        found[ticket] = None
    return newest, found


def _row(found: tuple[Any, ...]) -> Row:
    values = list(found)
    values[15], values[21] = _STATES[values[15]], bool(values[21])
    return Row(*values)


def tallies(
    connection: Connection, start: Instant, end: Instant, zone: str
) -> list[tuple[str, str, str, int, Tally]]:
    """(customer, tier, metric, day number in `zone`, tally) of clocks decided in `[start, end)`."""
    met: Counter[tuple[str, str, str, int]] = Counter()
    failed: Counter[tuple[str, str, str, int]] = Counter()
    for customer, tier, metric, state, quarter, count in connection.execute(
        f"SELECT customer, tier, clocks.metric, clocks.state, decided / {QUARTER}, count(*)"
        " FROM clocks INDEXED BY clocks_decided JOIN tickets ON tickets.id = ticket"
        " WHERE decided >= ? AND decided < ? GROUP BY 1, 2, 3, 4, 5",
        (start, end),
    ):
        day = local_day(quarter * QUARTER, zone)
        (failed if state in FAILED_STATES else met)[customer, tier, metric, day] += count
    return [(*key, Tally(met[key], failed[key])) for key in sorted(met.keys() | failed.keys())]


def recent(connection: Connection, after: int, limit: int) -> list[tuple[int, Transition]]:
    """Alerts with an id over `after`, oldest first."""
    return [
        (number, Transition(*rest))
        for number, *rest in connection.execute(
            "SELECT alerts.id, at, found, ticket, key, alerts.customer, alerts.metric, alerts.cycle, threshold, cause"
            " FROM alerts JOIN tickets ON tickets.id = ticket WHERE alerts.id > ? ORDER BY alerts.id LIMIT ?",
            (after, limit),
        )
    ]


_AFFECTED = (
    "SELECT id FROM tickets WHERE closed = 0 AND tier",
    "SELECT id FROM tickets WHERE closed = 0 AND declared",
    "SELECT ticket FROM clocks WHERE state IN ('running', 'paused', 'breached') AND calendar",
)


def affected(
    connection: Connection,
    tiers: Sequence[str] | None,
    customers: Sequence[str] | None,
    calendars: Sequence[str],
) -> list[int]:
    """Open tickets of these tiers or customers or with an open clock on these calendars; all open ones for None."""
    if tiers is None and customers is None:
        return [
            ticket for (ticket,) in connection.execute("SELECT id FROM tickets WHERE closed = 0 ORDER BY id")
        ]
    # Only what is asked is looked up: for calendars, every open clock is read.
    asked = {
        select: names for select, names in zip(_AFFECTED, (tiers, customers, calendars), strict=True) if names
    }
    if not asked:
        return []
    query = " UNION ".join(f"{select} IN (SELECT value FROM json_each(?))" for select in asked)
    found = connection.execute(f"{query} ORDER BY 1", [connection.many(names) for names in asked.values()])
    return [ticket for (ticket,) in found]
