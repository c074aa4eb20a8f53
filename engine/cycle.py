"""One turn of the engine, and the only place where deciding and the store meet.

What was decided, how far we have read and which rules it was decided by are committed together. A cycle that dies has
never been; the next one finds the same work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.snapshot import Transition
from engine.store.protocol import Store, StoredRules, Written
from engine.transition import transitions

CHUNK = 5_000
"""Tickets written in one transaction: enough to be fast, few enough that other writers get their turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a cycle did: how many tickets it evaluated, and the transitions that were new, in order of their instant."""

    evaluated: int = 0
    transitions: tuple[Transition, ...] = ()


def cycle(
    store: Store, graph: Graph, now: Instant, *, moved: Sequence[int] = (), rules: StoredRules | None = None
) -> Turn:
    """Take in what happened since the last cycle: events, thresholds that time has reached, and tickets whose rules `moved`.

    `rules` is the version to put in force together with the last of it. Raises StoreError; then nothing of the
    transaction under way is in the store.
    """
    seen = store.high_water()
    changed = frozenset(store.changed_tickets(store.mark()))
    due = frozenset(store.due_tickets(now, CHUNK))
    work = sorted(changed | due | frozenset(moved))
    if not work and rules is None:
        return Turn()
    ruled = frozenset(moved) - changed
    found: list[Transition] = []
    for chunk, last in _chunks(work):
        with store.cycle():
            found += store.write([_decide(ticket, graph, now, store, ruled) for ticket in store.tickets(chunk)])
            if last:
                store.set_mark(seen)
                if rules is not None:
                    store.save_rules(rules)
    return Turn(len(work), tuple(sorted(found, key=lambda item: (item.at, item.ticket, item.metric, item.cycle))))
