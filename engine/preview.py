"""The whole store as it is, was or would be at an instant under some rules: nothing is written.

Commands that must answer whether or not an engine runs look through this; the console looks at what the engine wrote.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.store.protocol import Store


def preview(store: Store, graph: Graph, now: Instant) -> Iterator[tuple[Ticket, Evaluated]]:
    """Every ticket that had opened by `now`, with its clocks at `now`, in the order of the store."""
    for ticket in store.tickets(until=now):
        if ticket.events:
            yield ticket, evaluate(ticket, graph, now)
