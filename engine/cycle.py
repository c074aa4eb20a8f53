"""One turn of the engine, and the only place where deciding and the store meet.

What was decided, how far we have read and which rules it was decided by are committed together. A cycle that dies has
never been; the next one finds the same work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.decision import Decision
from engine.escalate import escalate
from engine.facts import Instant
from engine.graph import Graph
from engine.looks import Looked, look
from engine.snapshot import Transition
from engine.store.protocol import Store, StoredRules, Written
from engine.transition import transitions

CHUNK = 2_000
"""Tickets written in one transaction: enough to be fast, few enough that other writers get their turn."""

MOST = 1_000_000
"""Tickets that one turn takes on because of the time; the rest waits for the next."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a cycle did: how many tickets it evaluated, the transitions and the decisions about ladder steps that were new, in
    order of their instant, and whether these have moved tickets, so that another turn is due at once."""

    evaluated: int = 0
    transitions: tuple[Transition, ...] = ()
    decisions: tuple[Decision, ...] = ()
    moved: bool = False

    def then(self, other: Turn) -> Turn:
        """Both as one."""
        return Turn(
            self.evaluated + other.evaluated,
            self.transitions + other.transitions,
            self.decisions + other.decisions,
            other.moved,
        )


@dataclass(frozen=True, slots=True)
class Reloaded:
    """New rules to put in force: the version to store, the graph they replace, and the tickets that they move."""

    stored: StoredRules
    before: Graph | None
    moved: tuple[int, ...]


def cycle(store: Store, graph: Graph, now: Instant, reloaded: Reloaded | None = None) -> Turn:
    """Take in what has happened since the last cycle: events, thresholds that time has reached, and new rules.

    Raises StoreError; then nothing of the transaction under way is in the store.
    """
    seen = store.high_water()
    moved = frozenset(reloaded.moved if reloaded else ())
    changed = frozenset(store.changed_tickets(store.mark()))
    work = sorted({*changed, *store.due_tickets(now, MOST), *moved})
    if not work and reloaded is None:
        return Turn()
    old = reloaded.before if reloaded else None
    found: list[Transition] = []
    decisions: list[Decision] = []
    again = False
    for start in range(0, max(len(work), 1), CHUNK):
        chunk = work[start : start + CHUNK]
        with store.cycle():
            looked = [
                look(ticket, graph, now, old=old if ticket.id in moved else None, anew=ticket.id in changed)
                for ticket in store.tickets(chunk)
            ]
            found += store.write([written(item, now, seen) for item in looked])
            decided, more = escalate(store, graph, now, looked)
            decisions += decided
            again |= more
            if start + CHUNK >= len(work):
                store.set_mark(seen)
                if reloaded is not None:
                    store.save_rules(reloaded.stored)
    return Turn(len(work), tuple(sorted(found, key=_told_order)), tuple(decisions), again)


def _told_order(item: Transition) -> tuple[int, str, str, int]:
    return (item.at, item.ticket, item.metric, item.cycle)


def _told(looked: Looked, now: Instant) -> Iterator[Transition]:
    """What has happened to the ticket's clocks, what was taken back later too. The store keeps the first of each kind."""
    for _, evaluated in looked.earlier:
        yield from transitions(looked.ticket, evaluated, now)
    before = looked.before
    yield from transitions(looked.ticket, looked.now, now, before=before.clocks if before else None)


def written(looked: Looked, now: Instant, seen: int) -> Written:
    """What the store keeps of a ticket that was looked at."""
    ticket, evaluated = looked.ticket, looked.now
    return Written(
        ticket_id=ticket.id,
        fields=evaluated.fields,
        status_class=evaluated.status_class.value,
        closed=evaluated.closed,
        tier=evaluated.tier,
        customer=evaluated.customer,
        group=evaluated.group,
        acknowledged_at=evaluated.acknowledged_at,
        snoozed_until=evaluated.snoozed_until,
        flagged=evaluated.flagged,
        pins=tuple(pin for pin in evaluated.pins if pin not in ticket.pins),
        clocks=evaluated.clocks,
        alerts=tuple(_told(looked, now)),
        last_event=seen,
        next_at=evaluated.next_at,
        opened=evaluated.opened,
    )
