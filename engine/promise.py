"""What a ticket would be promised that opens on some day: one line of a check, and how far it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from dsl import scenario, values
from dsl.condition import Value
from engine.agreement import begin_of
from engine.evaluate import Evaluated, Life, evaluate_life, live
from engine.facts import OPENED, Event, Instant, Ticket
from engine.graph import Graph
from engine.plan import Option


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket at the moment of its opening `at`."""

    ticket: Ticket
    life: Life
    evaluated: Evaluated
    at: Instant


def opened(line: scenario.CheckLine, priority: str, day: date, graph: Graph) -> Opened:
    """A ticket of that line, opened at the first instant of the day on its customer's clock."""
    customer = graph.customer(line.customer)
    group = graph.ruleset.groups.get(customer.group) if customer else None
    zone = (customer.zone if customer else "") or (group.zone if group else "") or "UTC"
    at = Instant(begin_of(day, zone))
    data: dict[str, Value] = {"customer": line.customer, "priority": priority, **dict(line.settings)}
    ticket = Ticket(1, f"{line.customer} {priority}", (Event(at, OPENED, data, "check", "1", 1),))
    life = live(ticket, graph, at)
    assert life is not None
    return Opened(ticket, life, evaluate_life(ticket, life, graph, at), at)


def broken(expected: scenario.Promise, ticket: Opened) -> scenario.Promise | None:
    """What is promised instead of what is expected; None if that is kept."""
    option = _option(expected.metric, ticket)
    if option is None:
        return replace(expected, amount="", repeats=False, calendar="") if expected.amount else None
    target = option.target
    same = bool(expected.amount) and values.amount(expected.amount) == target.amount
    actual = replace(
        expected,
        amount=expected.amount if same else values.written(target.amount),
        repeats=target.repeats,
        calendar=target.calendar if expected.calendar else "",
    )
    return None if actual == expected else actual


def _option(metric: str, ticket: Opened) -> Option | None:
    state = ticket.life.states.states[-1]
    if state.plan is None or metric not in state.plan.options:
        return None
    return state.plan.select(metric, state.situation)
