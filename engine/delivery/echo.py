"""Recognising our own changes when the ticket system tells us of them.

What a ladder changed was handed to the system that the ticket came from, and that system reports the change like any other.
It is ours if it names our key, or if after we handed it over it sets the same fields to the same values.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.delivery.outbox import Queued
from engine.facts import CHANGED, Event, Ticket
from engine.predicate import as_text

ECHO = "echo"
"""The field of an event's data in which a ticket system may repeat the key that our change carried."""


def echoes(ticket: Ticket, awaited: Iterable[Queued]) -> dict[int, int]:
    """Of the changes that were handed over, by message id, the instant at which the other system told of them."""
    found: dict[int, int] = {}
    used: set[int] = set()
    for message in sorted(awaited, key=lambda item: item.id):
        for number, event in enumerate(ticket.events):
            if number not in used and _is_echo(event, message, ticket.events[0].source):
                used.add(number)
                found[message.id] = event.at
                break
    return found


def _is_echo(event: Event, message: Queued, home: str) -> bool:
    if event.source != home:
        return False
    if message.batch and as_text(event.data.get(ECHO)) == message.batch:
        return True
    change = message.message.data
    # Ticket systems stamp whole minutes often enough: what lies in the minute of our change may be its echo.
    recent = event.at >= message.created - message.created % 60
    return (
        event.kind == CHANGED
        and recent
        and all(
            as_text(event.data.get(name)).casefold() == as_text(value).casefold()
            for name, value in change.items()
        )
    )
