"""Climbing the ladders of the tickets that a cycle has looked at, inside its transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.delivery.echo import echoes
from engine.delivery.outbox import Queued
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.ladder.climb import Taken, climb
from engine.ladder.consequence import SOURCE
from engine.ladder.decision import Decision
from engine.looks import Looked
from engine.store.protocol import Acted, Store


def escalate(store: Store, graph: Graph, now: Instant, looked: Sequence[Looked]) -> list[Decision]:
    """Decide what has come and is undecided; write decisions, messages and events, whose tickets await an engine again. Only
    inside `store.cycle()`."""
    _recognise(store, graph, [item.ticket for item in looked])
    climbing = [item for item in looked if item.passed]
    if not climbing:
        return []
    known = store.decided([item.ticket.id for item in climbing])
    loads: Counter[str] | None = None
    taken: list[Taken] = []
    for item in climbing:
        if loads is None:
            loads = Counter(store.loads())
        taken += climb(item, graph, now, known.get(item.ticket.id, {}), loads)
    store.decide(Acted(item.decision, item.messages, item.short) for item in taken)
    events = [(item.decision.ticket, item.event) for item in taken if item.event is not None]
    if events:
        store.add_events(SOURCE, events)
    return [item.decision for item in taken]


def _recognise(store: Store, graph: Graph, tickets: Sequence[Ticket]) -> None:
    """Note which changes that were handed to ticket systems have come back from them."""
    if not any(channel.sources for channel in graph.ruleset.channels.values()):
        return
    awaited: dict[int, list[Queued]] = {}
    for message in store.outbox.echoes_awaited([ticket.id for ticket in tickets]):
        awaited.setdefault(message.ticket_id, []).append(message)
    found = {
        message: at
        for ticket in tickets
        if ticket.id in awaited
        for message, at in echoes(ticket, awaited[ticket.id]).items()
    }
    if found:
        store.outbox.echoed(found)
