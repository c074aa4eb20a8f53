"""What one customer may be shown of the tickets: each question has the customer in it. Reads, and nothing else.

A ticket is a customer's if an engine has found it to mean that declared customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.clock import State
from engine.store.database import Connection

_MINE = "tickets INDEXED BY tickets_declared"
_OPEN = "declared = ? AND customer = ? AND closed = 0"


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """An open ticket, in what its customer knows of it; `opened` is UTC seconds."""

    id: int
    key: str
    subject: str
    priority: str
    status: str
    opened: int


@dataclass(frozen=True, slots=True)
class OpenClock:
    """A clock of an open ticket that goes on; `due` None while nothing is due."""

    ticket: int
    metric: str
    cycle: int
    state: State
    started: int
    due: int | None
    calendar: str


def unsettled(connection: Connection, customer: str, now: int) -> list[int]:
    """Open tickets of theirs of which an engine would say something else: events wait, or something has come due."""
    found = connection.execute(
        f"SELECT id FROM {_MINE} WHERE {_OPEN} AND (awaits IS NOT NULL OR next_at <= ?)",
        (customer, customer, now),
    )
    return [ticket for (ticket,) in found]


def tickets(connection: Connection, customer: str) -> list[OpenTicket]:
    """Their open tickets, what is due first first."""
    found = connection.execute(
        f"SELECT id, key, coalesce(subject, ''), coalesce(priority, ''), coalesce(status, ''), opened FROM {_MINE}"
        f" WHERE {_OPEN} AND opened IS NOT NULL ORDER BY urgency IS NULL, urgency, opened, key",
        (customer, customer),
    )
    return [OpenTicket(*row) for row in found]


def clocks(connection: Connection, customer: str, wanted: Sequence[int] | None = None) -> list[OpenClock]:
    """The clocks that go on of their open tickets, or of those of them that are `wanted`."""
    some = "" if wanted is None else " AND tickets.id IN (SELECT value FROM json_each(?))"
    values = (customer, customer) if wanted is None else (customer, customer, connection.many(wanted))
    found = connection.execute(
        "SELECT ticket, clocks.metric, clocks.cycle, clocks.state, started, clocks.due, calendar"
        f" FROM {_MINE} JOIN clocks ON clocks.ticket = tickets.id"
        f" WHERE {_OPEN} AND clocks.state IN ('running', 'paused', 'breached'){some}"
        " ORDER BY clocks.due IS NULL, clocks.due, clocks.metric, clocks.cycle",
        values,
    )
    return [
        OpenClock(ticket, metric, cycle, State(state), *rest) for ticket, metric, cycle, state, *rest in found
    ]
