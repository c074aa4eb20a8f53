"""One turn of the engine, and the only place where deciding and the store meet.

What was decided, how far we have read and which rules it was decided by are committed together. A cycle that dies has
never been; the next one finds the same work.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.decision import Decision
from engine.escalate import escalate
from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.snapshot import Transition
from engine.store.protocol import Store, StoredRules, Written
from engine.transition import transitions

CHUNK = 2_000
"""Tickets written in one transaction: enough to be fast, few enough that other writers get their turn."""


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
    work = sorted({*store.changed_tickets(store.mark()), *store.due_tickets(now, CHUNK), *moved})
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
                (
                    ticket,
                    evaluate(ticket, graph, now),
                    evaluate(ticket, old, now) if old is not None and ticket.id in moved else None,
                )
                for ticket in store.tickets(chunk)
            ]
            found += store.write([written(*item[:2], now, seen, before=item[2]) for item in looked])
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


def written(
    ticket: Ticket, evaluated: Evaluated, now: Instant, seen: int, *, before: Evaluated | None = None
) -> Written:
    """What the store keeps of an evaluated ticket; `before` is what the rules that are now replaced said of it."""
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
        alerts=tuple(transitions(ticket, evaluated, now, before=before.clocks if before else None)),
        last_event=seen,
        next_at=evaluated.next_at,
        opened=evaluated.opened,
    )
