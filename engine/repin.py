"""What would move if open tickets got the terms of today's rules. Pure: the caller applies it, or only shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.clock import OPEN_STATES, Clock
from engine.evaluate import Evaluated, evaluate
from engine.facts import Instant, Pin, Ticket
from engine.graph import Graph
from engine.terms import resolve


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ticket as it stands and as it would stand; the pin that makes the difference is among those of `after`."""

    ticket: Ticket
    before: Evaluated
    after: Evaluated

    def moves(self) -> Iterator[tuple[Clock | None, Clock | None]]:
        """Open clocks that differ, before and after; None where there is no such clock."""
        old = {
            (clock.metric, clock.cycle): clock for clock in self.before.clocks if clock.state in OPEN_STATES
        }
        new = {
            (clock.metric, clock.cycle): clock for clock in self.after.clocks if clock.state in OPEN_STATES
        }
        for key in sorted(old.keys() | new.keys()):
            before, after = old.get(key), new.get(key)
            if before is None or after is None or (before.due, before.target) != (after.due, after.target):
                yield before, after


def proposals(tickets: Iterable[Ticket], graph: Graph, now: Instant) -> Iterator[Proposal]:
    """The open tickets whose terms would change at `now`."""
    for ticket in tickets:
        before = evaluate(ticket, graph, now)
        if before.closed:
            continue
        terms = resolve(graph, str(before.fields.get("customer", "")), now)
        held = next((pin.terms for pin in reversed(before.pins) if pin.at <= now), None)
        if terms == held:
            continue
        pinned = replace(ticket, pins=(*before.pins, Pin(now, terms, "repin")))
        yield Proposal(ticket, before, evaluate(pinned, graph, now))
