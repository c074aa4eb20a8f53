"""One turn of the engine, and the only place where deciding and the store meet.

Tickets are claimed a chunk at a time, and what was decided about a chunk is committed with its claim. A cycle that dies has
never been; the next one, here or elsewhere, finds the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from dsl.collector import uncollected
from engine.errors import EngineError
from engine.facts import Instant, Ticket
from engine.foresee import Foresight
from engine.graph import Graph
from engine.in_force import graph_of_generation
from engine.ladder.decision import Decision
from engine.ladder.escalate import escalate
from engine.looks import Looked, look
from engine.snapshot import Transition
from engine.store.database import ALL
from engine.store.protocol import Claim, Store, Written

CHUNK = 2_000
"""Tickets in one transaction: enough to be fast, few enough that other writers get their turn."""

Replaced = Callable[[int], Graph]
"""The rules of a generation that are in force no longer."""


class SupersededError(EngineError):
    """The store has other rules in force than the ones at hand."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a cycle did: how many tickets it evaluated, and the transitions and the decisions about ladder steps that were new,
    the transitions in order of their instant."""

    evaluated: int = 0
    transitions: tuple[Transition, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @classmethod
    def of(cls, turns: Iterable[Turn]) -> Turn:
        """Several as one."""
        found = list(turns)
        return cls(
            sum(turn.evaluated for turn in found),
            tuple(sorted((item for turn in found for item in turn.transitions), key=_told_order)),
            tuple(item for turn in found for item in turn.decisions),
        )


def cycle(
    store: Store,
    graph: Graph,
    now: Instant,
    replaced: Replaced | None = None,
    foresight: Foresight | None = None,
    chunks: int = ALL,
) -> Turn:
    """Take in what has happened by `now`: events, thresholds that time has reached, and rules that were replaced; at most so
    many chunks of it. `foresight` is what was looked at ahead.

    Raises StoreError, and SupersededError if `graph` is not in force; then nothing of the transaction under way is in the store.
    """
    turns: list[Turn] = []
    known = Foresight() if foresight is None else foresight
    with uncollected():
        while (
            len(turns) < chunks
            and store.waits(now)
            and (turn := _chunk(store, graph, now, replaced, known, lambda: store.claim(now, CHUNK)))
        ):
            turns.append(turn)
    return Turn.of(turns)


def take_in(store: Store, graph: Graph, now: Instant, tickets: Sequence[int]) -> None:
    """The same for these tickets alone (at most CHUNK), for whoever has just done something to them; those that an engine has
    claimed are left to it."""
    _chunk(store, graph, now, None, Foresight(), lambda: store.claim_of(tickets))


def _chunk(
    store: Store,
    graph: Graph,
    now: Instant,
    replaced: Replaced | None,
    foresight: Foresight,
    claim: Callable[[], list[Claim]],
) -> Turn | None:
    """Claim, evaluate, climb and write in one transaction; None if there was nothing to claim."""
    with store.cycle():
        generation, digest = store.generation()
        if digest not in ("", graph.digest):
            raise SupersededError(
                f"generation {generation} of the rules is in force, and not the one at hand"
            )
        claims = {claim.ticket_id: claim for claim in claim()}
        foreseen = [
            item for claim in claims.values() if (item := foresight.take(claim, graph, now)) is not None
        ]
        others = claims.keys() - {item.ticket.id for item in foreseen}
        looked = foreseen + [
            _look(ticket, claims[ticket.id], graph, now, replaced or partial(graph_of_generation, store))
            for ticket in store.tickets(sorted(others))
        ]
        looked.sort(key=lambda item: item.ticket.id)
        found = store.write([written(item) for item in looked])
        decisions = escalate(store, graph, now, looked)
    return Turn(len(claims), tuple(found), tuple(decisions)) if claims else None


def _look(ticket: Ticket, claim: Claim, graph: Graph, now: Instant, replaced: Replaced) -> Looked:
    return look(ticket, graph, now, old=replaced(claim.since) if claim.since else None, anew=claim.anew)


def _told_order(item: Transition) -> tuple[int, str, str, int]:
    return (item.at, item.ticket, item.metric, item.cycle)


def written(looked: Looked) -> Written:
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
        alerts=looked.told,
        next_at=evaluated.next_at,
        opened=evaluated.opened,
        by_time=looked.by_time,
    )
