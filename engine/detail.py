"""One ticket with everything that its screen shows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.clock import Clock
from engine.delivery.outbox import Queued
from engine.evaluate import evaluate
from engine.explain.clocks import explain, pauses_of
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.ladder.decision import Decision
from engine.ladder.upcoming import upcoming_of
from engine.snapshot import TicketDetail
from engine.transition import transitions
from engine.wall import DAY

MARGIN = DAY // 4
"""How much is drawn before a clock starts and after the last of its instants."""


def detail(
    ticket: Ticket,
    graph: Graph,
    now: Instant,
    decisions: Sequence[Decision] = (),
    messages: Sequence[Queued] = (),
) -> TicketDetail:
    """The ticket at `now`: fields, clocks with the hours and pauses that they were measured on, and the reasons; with the
    decisions and messages about it that the store has."""
    evaluated = evaluate(ticket, graph, now)
    return TicketDetail(
        id=ticket.id,
        key=ticket.key,
        fields=evaluated.fields,
        terms_tier=evaluated.tier,
        events=tuple(event for event in ticket.events if event.at <= now),
        clocks=evaluated.clocks,
        open_hours=_open_hours(evaluated.clocks, graph, now),
        pauses=pauses_of(ticket, graph, now),
        why=explain(ticket, graph, now),
        transitions=tuple(transitions(ticket, evaluated, now)),
        decisions=tuple(decisions),
        upcoming=tuple(upcoming_of(ticket, evaluated, now)),
        messages=tuple(messages),
    )


def _open_hours(clocks: Sequence[Clock], graph: Graph, now: int) -> dict[str, tuple[tuple[int, int], ...]]:
    """Open intervals of every calendar in use, around all that its clocks have on them."""
    reach: dict[str, tuple[int, int]] = {}
    for clock in clocks:
        instants = [clock.started, clock.stopped or now, *(() if clock.due is None else (clock.due,))]
        low, high = reach.get(clock.calendar, (clock.started, clock.started))
        reach[clock.calendar] = (min(low, *instants), max(high, *instants))
    return {
        name: tuple(graph.hours(name).intervals(low - MARGIN, high + MARGIN))
        for name, (low, high) in reach.items()
    }
