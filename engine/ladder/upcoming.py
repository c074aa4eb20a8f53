"""Which steps of ladders fire next if nothing happens before."""

from __future__ import annotations

from collections.abc import Iterable

from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.ladder.climb import coming
from engine.snapshot import Upcoming


def upcoming(tickets: Iterable[Ticket], graph: Graph, now: Instant) -> list[Upcoming]:
    """The steps to come of these tickets, soonest first."""
    found = [item for ticket in tickets for item in upcoming_of(ticket, evaluate(ticket, graph, now), now)]
    return sorted(found, key=lambda item: (item.at, item.ticket, item.metric, item.step))


def upcoming_of(ticket: Ticket, evaluated: Evaluated, now: Instant) -> list[Upcoming]:
    """The steps to come of one ticket, soonest first."""
    customer = evaluated.customer or str(evaluated.fields.get("customer", ""))
    return [
        Upcoming(
            point.at,
            ticket.id,
            ticket.key,
            customer,
            clock.metric,
            clock.cycle,
            point.ladder,
            point.name,
            point.number,
        )
        for clock, point in coming(evaluated, now)
        if point.at is not None
    ]
