"""What became of ladder steps, kept once each, with the messages they make: all in the cycle's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from dsl.ladder import INBOX
from engine.delivery.outbox import Message, Status
from engine.ladder.decision import Decision, Key, Outcome
from engine.store.database import Connection
from engine.store.protocol import Acted
from engine.store.state import storable

_DECISION = f"INSERT INTO decisions VALUES ({', '.join('?' * 13)})"
_MESSAGE = """
INSERT INTO outbox (ticket, decision, kind, channel, recipient, name, data, created, status, next_at, sent_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_STEP = "UPDATE tickets SET step = ? WHERE id = ?"
_READ = """
SELECT at, found, ticket, key, decisions.customer, decisions.metric, decisions.cycle, ladder, decisions.step, number, outcome,
  reason, cause, decisions.id
FROM decisions JOIN tickets ON tickets.id = ticket
"""
MessageRow = tuple[object, ...]


def decided(connection: Connection, tickets: Sequence[int]) -> dict[int, dict[Key, str]]:
    """The decisions of these tickets with their reasons, by ticket."""
    found: dict[int, dict[Key, str]] = {}
    for ticket, reason, *key in connection.execute(
        "SELECT ticket, reason, metric, cycle, ladder, step, number FROM decisions WHERE ticket IN (SELECT value FROM json_each(?))",
        (connection.many(tickets),),
    ):
        found.setdefault(ticket, {})[tuple(key)] = reason
    return found


def decide(connection: Connection, acted: Iterable[Acted]) -> None:
    """Write decisions with their messages, and each ticket's last step that fired; inside a transaction."""
    made = list(acted)
    numbered = list(zip(connection.numbers("decisions", len(made)), made, strict=True))
    connection.executemany(_DECISION, [_row(number, item.decision) for number, item in numbered])
    connection.executemany(
        _MESSAGE,
        [
            _message_row(item.decision.ticket_id, number, item.decision.found, message)
            for number, item in numbered
            for message in item.messages
        ],
    )
    connection.executemany(
        _STEP, [(item.short, item.decision.ticket_id) for _, item in numbered if item.short]
    )


def queue(
    connection: Connection,
    ticket: int | None,
    decision: int | None,
    created: int,
    messages: Iterable[Message],
) -> None:
    """Write messages inside the caller's transaction. One to the inbox is delivered by being written."""
    connection.executemany(_MESSAGE, [_message_row(ticket, decision, created, item) for item in messages])


def _message_row(ticket: int | None, decision: int | None, created: int, message: Message) -> MessageRow:
    """A row of the outbox. A message to an inbox of ours has arrived when it is written."""
    here = message.channel == INBOX
    return (
        ticket,
        decision,
        message.kind,
        message.channel,
        storable(message.recipient),
        storable(message.name),
        json.dumps(dict(message.data)) if message.data else "{}",
        created,
        Status.SENT if here else Status.WAITING,
        created,
        created if here else None,
    )


def decisions(connection: Connection, ticket: int) -> list[Decision]:
    """A ticket's decisions, in order of their instants."""
    return [
        _read(row)
        for row in connection.execute(f"{_READ} WHERE ticket = ? ORDER BY at, decisions.id", (ticket,))
    ]


def recent(connection: Connection, limit: int) -> list[Decision]:
    """The latest decisions, newest first."""
    return [_read(row) for row in connection.execute(f"{_READ} ORDER BY decisions.id DESC LIMIT ?", (limit,))]


def loads(connection: Connection) -> dict[str, int]:
    """Open tickets by assignee."""
    return dict(
        connection.execute(
            "SELECT assignee, count(*) FROM tickets WHERE closed = 0 AND assignee <> '' GROUP BY assignee"
        )
    )


def _row(number: int, item: Decision) -> tuple[object, ...]:
    return (
        number,
        item.ticket_id,
        *item.key,
        item.at,
        item.found,
        storable(item.customer),
        item.outcome,
        item.reason,
        item.cause,
    )


def _read(row: Sequence[object]) -> Decision:
    values = list(row)
    values[10] = Outcome(str(values[10]))
    return Decision(*values)  # type: ignore[arg-type]
