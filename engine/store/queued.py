"""A row of the outbox as a value, with the decision that it comes from. Apart from the outbox for whoever only reads."""

from __future__ import annotations

import json
from typing import Any

from engine.delivery.outbox import Kind, Message, Queued, Status
from engine.ladder.decision import Decision, Outcome

OPEN = "status IN ('waiting', 'sending')"
"""What the index of open messages is limited to, in its own words: SQLite takes the index only for these."""

# A notice is acknowledged with its ticket, by whoever does that and wherever.
SELECT = """
SELECT outbox.id, kind, channel, recipient, name, data, outbox.ticket, coalesce(tickets.key, ''), created, outbox.status, batch,
  attempts, outbox.next_at, sent_at, error, answer, read_at,
  coalesce(outbox.acknowledged_at, CASE WHEN tickets.acknowledged_at >= created THEN tickets.acknowledged_at END), echoed_at,
  decisions.id, decisions.at, found, decisions.customer, decisions.metric, decisions.cycle, ladder, decisions.step, number,
  outcome, reason, cause
FROM outbox LEFT JOIN tickets ON tickets.id = outbox.ticket LEFT JOIN decisions ON decisions.id = decision
"""


def queued(row: tuple[Any, ...]) -> Queued:
    """A message, from a row of SELECT. A ticket's key is what its own system calls it."""
    number, kind, channel, recipient, name, data, ticket, key, created, status, batch, attempts, next_at = (
        row[:13]
    )
    return Queued(
        id=number,
        message=Message(Kind(kind), channel, recipient, name, json.loads(data)),
        ticket_id=ticket or 0,
        ticket=key,
        source_id=key,
        decision=_decision(ticket, key, row[19:]),
        created=created,
        status=Status(status),
        batch=batch,
        attempts=attempts,
        next_at=next_at,
        sent_at=row[13],
        error=row[14],
        answer=row[15],
        read_at=row[16],
        acknowledged_at=row[17],
        echoed_at=row[18],
    )


def _decision(ticket: int, key: str, row: tuple[Any, ...]) -> Decision | None:
    if row[0] is None:
        return None
    number, at, found, customer, metric, cycle, ladder, step, repetition, outcome, reason, cause = row
    return Decision(
        at, found, ticket, key, customer, metric, cycle, ladder, step, repetition, Outcome(outcome), reason, cause, number
    )  # fmt: skip
