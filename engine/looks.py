"""Looking at a ticket as an engine would have that never slept.

What a clock had reached can be taken back by what happens later: a looser target, a reopening, a cancellation. Somebody who
looked in between was told; so whoever looks late looks also at the seconds before each event, and tells the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsl.condition import StatusClass
from engine.evaluate import Evaluated, Life, evaluate, evaluate_life, live
from engine.facts import Ticket
from engine.graph import Graph


@dataclass(frozen=True, slots=True)
class Looked:
    """A ticket as the rules say `now` with its `life` (None where nothing is known of it), as those said that they replace (None where nothing is replaced), and `earlier`: as it
    was the moment before each event that may have taken something back, oldest first."""

    ticket: Ticket
    now: Evaluated
    life: Life | None = None
    before: Evaluated | None = None
    earlier: tuple[tuple[int, Evaluated], ...] = ()


def look(ticket: Ticket, graph: Graph, now: int, *, old: Graph | None = None, anew: bool = False) -> Looked:
    """Look at a ticket at `now`. `old` is the graph that `graph` replaces for this ticket, `anew` says that events of it have
    come since somebody looked."""
    life = live(ticket, graph, now)
    moments = _moments(ticket, life, now) if anew and life is not None and not _steady(life) else []
    return Looked(
        ticket,
        evaluate_life(ticket, life, graph, now),
        life,
        evaluate(ticket, old, now) if old is not None else None,
        tuple((moment, evaluate(ticket, graph, moment)) for moment in moments),
    )


def _moments(ticket: Ticket, life: Life, now: int) -> list[int]:
    """The last second before each event after the opening."""
    return sorted({event.at - 1 for event in ticket.events if life.history.opened < event.at <= now})


def _steady(life: Life) -> bool:
    """Whether nothing that happened can have taken back what had been reached before: it was neither reopened nor cancelled,
    and the same targets held all the time."""
    if any(
        step.reopens or step.situation.status_class is StatusClass.CANCELLED for step in life.history.steps
    ):
        return False
    first, *others = life.states.states
    if first.plan is not None and first.plan.conditional and others:
        return False
    return all(
        state.plan is first.plan and state.situation.priority == first.situation.priority for state in others
    )
