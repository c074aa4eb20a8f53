"""What the console and the commands ask of a store: the inbox, the figures, the latest alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from engine.clock import FAILED_STATES, State
from engine.facts import Instant
from engine.snapshot import Row, Tally, Transition
from engine.store.database import ALL, Connection
from engine.store.protocol import News
from engine.wall import local_day

_COLUMNS = """id, key, subject, customer, "group", tier, priority, status, assignee, queue, team, tags, opened,
  metric, cycle, state, due, warn_at, target, acknowledged_at, snoozed_until, flagged, step"""
_URGENT = f"SELECT {_COLUMNS} FROM tickets INDEXED BY tickets_urgent WHERE urgency IS NOT NULL ORDER BY urgency, opened, key LIMIT ?"
_STATES: dict[str | None, State | None] = {None: None, **{state.value: state for state in State}}
QUARTER = 900
"""Seconds. Every zone's days begin on a quarter of an hour, so that figures can be counted by it."""


def rows(connection: Connection, limit: int | None) -> list[Row]:
    """Tickets that need a person, most urgent first."""
    return [_row(found) for found in connection.execute(_URGENT, (ALL if limit is None else limit,))]


_NEWS = f"""
SELECT {{version}}, {{settled}}, (SELECT coalesce(max(generation), 0) FROM rule_sets),
  (SELECT min(next_at) FROM tickets WHERE next_at IS NOT NULL), urgency, {_COLUMNS}
FROM (SELECT 1) AS now LEFT JOIN tickets ON written > ?
"""


def news(connection: Connection, written: int | None) -> News:
    """How the store stands, and the tickets written after `written` (all that need a person where it is None): one statement, for
    many ask it all the time."""
    asked = _NEWS.format(version=connection.version, settled=connection.settled)
    found = connection.execute(asked, (ALL if written is None else written,)).fetchall()
    version, settled, generation, next_at = found[0][:4]
    if written is None:
        # After the number: what comes in between is told once more.
        changed: dict[int, Row | None] = {row.id: row for row in rows(connection, None)}
    else:
        changed = {row[5]: None if row[4] is None else _row(row[5:]) for row in found if row[5] is not None}
    return News(version, settled, generation, next_at, changed)


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
