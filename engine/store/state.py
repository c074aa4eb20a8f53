"""What a cycle writes: the tickets' state, their clocks, new pins, and alerts with their outgoing messages."""

from __future__ import annotations

from collections.abc import Iterable

from engine.clock import Clock, first_warning, most_urgent
from engine.snapshot import Transition
from engine.store.database import Connection
from engine.store.protocol import Written
from engine.store.terms import TermsShelf

NEVER = 2**63 - 1
"""Stands for "no due" where tickets are ordered by urgency."""

_SHOWN = 500
"""Characters of a subject that the inbox keeps ready; the whole is in the events."""

_TICKET = """
UPDATE tickets SET
  closed = ?, status_class = ?, tier = ?, declared = ?, customer = ?, "group" = ?,
  subject = ?, priority = ?, status = ?, assignee = ?, queue = ?, team = ?, tags = ?,
  opened = coalesce(?, (SELECT min(at) FROM events WHERE ticket = tickets.id)), acknowledged_at = ?, flagged = ?,
  metric = ?, cycle = ?, state = ?, due = ?, warn_at = ?, target = ?, urgency = ?, next_at = ?, snoozed_until = ?, written = ?
WHERE id = ?
"""
_BY_TIME = """
UPDATE tickets SET
  metric = ?, cycle = ?, state = ?, due = ?, warn_at = ?, target = ?, urgency = ?, next_at = ?, snoozed_until = ?, written = ?
WHERE id = ?
"""
_COPIED = ("subject", "priority", "status", "assignee", "queue", "team", "tags")
_CLOCK = """
INSERT INTO clocks (ticket, metric, cycle, state, started, stopped, target, due, elapsed, paused, calendar, warn_at, next_at, decided)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (ticket, metric, cycle) DO UPDATE SET
  state = excluded.state, started = excluded.started, stopped = excluded.stopped, target = excluded.target, due = excluded.due,
  elapsed = excluded.elapsed, paused = excluded.paused, calendar = excluded.calendar, warn_at = excluded.warn_at,
  next_at = excluded.next_at, decided = excluded.decided
"""
_ALERT = """
INSERT INTO alerts (ticket, metric, cycle, threshold, at, found, customer, cause)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def storable(text: str) -> str:
    """The text without NUL and half characters (lone surrogates), which a column of text cannot hold; events keep them, escaped."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def write(connection: Connection, shelf: TermsShelf, written: Iterable[Written]) -> list[Transition]:
    """Write tickets inside a transaction; answer the alerts that were new."""
    items = list(written)
    number = connection.writing()
    shelf.save_all(pin.terms for item in items for pin in item.pins if pin.terms is not None)
    connection.executemany(
        "INSERT INTO pins (ticket, at, cause, terms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (item.ticket_id, pin.at, pin.cause, None if pin.terms is None else shelf.save(pin.terms))
            for item in items
            for pin in item.pins
        ],
    )
    connection.executemany(_TICKET, [_ticket_row(item, number) for item in items if not item.by_time])
    connection.executemany(_BY_TIME, [_time_row(item, number) for item in items if item.by_time])
    _replace_clocks(connection, items)
    return _add_alerts(connection, items)


def _replace_clocks(connection: Connection, items: list[Written]) -> None:
    # Only what differs is written: a reload evaluates many tickets and moves few of their clocks.
    ids = connection.many(item.ticket_id for item in items)
    known = {
        row[:3]: row
        for row in connection.execute(
            "SELECT * FROM clocks WHERE ticket IN (SELECT value FROM json_each(?))", (ids,)
        )
    }
    rows = [_clock_row(item.ticket_id, clock) for item in items for clock in item.clocks]
    connection.executemany(
        "DELETE FROM clocks WHERE ticket = ? AND metric = ? AND cycle = ?",
        known.keys() - {row[:3] for row in rows},
    )
    connection.executemany(_CLOCK, [row for row in rows if known.get(row[:3]) != row])


def _add_alerts(connection: Connection, items: list[Written]) -> list[Transition]:
    """Keep the alerts that nobody has raised before, and answer them."""
    ids = connection.many(item.ticket_id for item in items if item.alerts)
    known = set(
        connection.execute(
            "SELECT ticket, metric, cycle, threshold FROM alerts WHERE ticket IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    )
    new: dict[tuple[int, str, int, str], Transition] = {}
    for item in items:
        for alert in item.alerts:
            key = (alert.ticket_id, alert.metric, alert.cycle, alert.what)
            if key not in known:
                new.setdefault(key, alert)
    connection.executemany(
        _ALERT,
        [(*key, alert.at, alert.found, storable(alert.customer), alert.cause) for key, alert in new.items()],
    )
    return list(new.values())


def _ticket_row(item: Written, number: int) -> tuple[object, ...]:
    fields = item.fields
    return (
        item.closed,
        item.status_class,
        item.tier,
        item.customer,
        storable(item.customer or str(fields.get("customer", ""))),
        item.group,
        *[storable(str(fields[name])[:_SHOWN]) if name in fields else "" for name in _COPIED],
        item.opened,
        item.acknowledged_at,
        item.flagged,
        *_time_row(item, number),
    )


def _time_row(item: Written, number: int) -> tuple[object, ...]:
    """What time moves: the most urgent clock, and what comes next."""
    clock = most_urgent(item.clocks)
    if clock is None:
        listed = not (item.closed or item.clocks)
        shown: tuple[object, ...] = ("", 0, None, None, None, 0, NEVER if listed else None)
    else:
        urgency = NEVER if clock.due is None else clock.due
        shown = (
            clock.metric, clock.cycle, clock.state, clock.due, first_warning(clock), clock.target, urgency,
        )  # fmt: skip
    return (*shown, item.next_at, item.snoozed_until, number, item.ticket_id)


def _clock_row(ticket: int, clock: Clock) -> tuple[object, ...]:
    return (
        ticket,
        clock.metric,
        clock.cycle,
        clock.state,
        clock.started,
        clock.stopped,
        clock.target,
        clock.due,
        clock.elapsed
        if clock.stopped is not None
        else 0,  # of an open clock they are a question of the moment
        clock.paused if clock.stopped is not None else 0,
        clock.calendar,
        first_warning(clock),
        clock.next_at,
        clock.decided,
    )
