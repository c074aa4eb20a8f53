"""What a month of a scenario comes to: its retainer, its outages, and the breaches of its tickets, settled as an invoice is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dsl import scenario
from dsl.commitment import Money
from engine.calendar.period import Span, month
from engine.clock import FAILED_STATES
from engine.commitment.credits import Breach, retainer_on
from engine.commitment.outage import Notice, Outage
from engine.commitment.settlement import Settled, settle
from engine.commitment.uptime import History
from engine.errors import EngineError
from engine.evaluate import Evaluated
from engine.facts import Instant
from engine.graph import Graph
from engine.predicate import as_text
from engine.scenario.outcome import instant
from engine.scenario.rehearsal import Rehearsal
from engine.scenario.telling import SOURCE, tell
from engine.wall import EARLIEST, local_date

OfMonth = scenario.Credited | scenario.Retained
"""What can be expected of a customer's month."""


@dataclass(frozen=True, slots=True)
class Owed:
    """The month `span` of a customer: the breaches that count in it, and what it comes to; `total` None is nothing."""

    customer: str
    span: Span
    breaches: tuple[Breach, ...]
    settled: Settled
    total: Money | None


def owed(told: scenario.Scenario, name: str, what: scenario.Credited, graph: Graph) -> Owed:
    """The month of an expectation below all that is told, about the ticket `name` or the customer that it names, if nothing else
    happens by its end. Raises EngineError for what cannot be settled."""
    return owed_by(told, _rehearsed(told, graph), name, what)


def owed_by(told: scenario.Scenario, rehearsal: Rehearsal, name: str, what: scenario.Credited) -> Owed:
    """The same with a rehearsal to which all of it was told, and which is used up."""
    graph = rehearsal.graph
    customer = what.customer or _customer(name, rehearsal)
    zone = graph.zone(customer)
    span = month(what.month).span(zone)
    rehearsal.advance(span[1])
    breaches = tuple(
        breach
        for ticket in rehearsal.actors
        if (evaluated := rehearsal.look_at(ticket)).customer == customer
        for breach in breaches_in(span, ticket, evaluated)
    )
    history = History(list(_outages(told)), list(_notices(told)), EARLIEST)
    day = local_date(span[0], zone)
    settled = settle(graph, customer, day, span, history, breaches, rehearsal.now)
    return Owed(customer, span, breaches, settled, _total(settled))


def came_to(what: scenario.Credited, found: Owed) -> scenario.Credited:
    """The month as the expectation that holds."""
    return scenario.Credited(found.total, what.month, what.customer)


def paid(
    told: scenario.Scenario, name: str, what: scenario.Retained, graph: Graph
) -> tuple[str, scenario.Retained]:
    """The customer, and what it pays for the month of an expectation as the one that holds. Raises EngineError for a ticket of no
    declared customer."""
    customer = what.customer or _customer(name, _rehearsed(told, graph))
    declared = graph.ruleset.customers[customer]
    first = month(what.month).start
    assert isinstance(first, date)
    found = retainer_on(first, declared, graph.ruleset.groups.get(declared.group))
    return customer, scenario.Retained(found.money if found else None, what.month, what.customer)


def _rehearsed(told: scenario.Scenario, graph: Graph) -> Rehearsal:
    rehearsal = Rehearsal(graph)
    for _ in tell(told, rehearsal):
        pass
    return rehearsal


def breaches_in(span: Span, ticket: str, evaluated: Evaluated) -> Iterator[Breach]:
    """The breaches of a ticket that count in a period, as reports count them: those that were decided in it."""
    priority = as_text(evaluated.fields.get("priority")).strip().casefold()
    for clock in evaluated.clocks:
        at = clock.decided
        if clock.state in FAILED_STATES and at is not None and span[0] <= at < span[1]:
            yield Breach(ticket, clock.metric, priority, evaluated.tier)


def _total(settled: Settled) -> Money | None:
    """The sum, None for nothing."""
    sums = [one for one in settled.credits if one.amount]
    if len(sums) > 1:
        raise EngineError(
            f"amounts in {' and in '.join(one.currency for one in sums)} cannot be added up",
            help="write all amounts of one contract in one currency",
        )
    return sums[0] if sums else None


def _customer(name: str, rehearsal: Rehearsal) -> str:
    evaluated = rehearsal.look_at(name)
    if not evaluated.customer:
        text = as_text(evaluated.fields.get("customer"))
        raise EngineError(
            f'"{text}" is no declared customer, and only theirs are settled'
            if text
            else f"ticket {name} is of no customer",
            help="let the ticket be of a declared customer, or write `for customer NAME`",
        )
    return evaluated.customer


def _outages(told: scenario.Scenario) -> Iterator[Outage]:
    for number, line in enumerate(line for story in told.stories for line in story.lines):
        if isinstance(line, scenario.Outage):
            start, end = _span(told, line.start, line.end)
            yield Outage(line.service, line.customer, Instant(start or 0), end, SOURCE, str(number))


def _notices(told: scenario.Scenario) -> Iterator[Notice]:
    for number, line in enumerate(line for story in told.stories for line in story.lines):
        if isinstance(line, scenario.Notice):
            start, end = _span(told, line.start, line.end)
            at = Instant(instant(line.at, told.zone))
            yield Notice(line.maintenance, "", "", at, start, end, SOURCE, str(number))


def _span(
    told: scenario.Scenario, start: scenario.Moment | None, end: scenario.Moment | None
) -> tuple[Instant | None, Instant | None]:
    first, last = (Instant(instant(one, told.zone)) if one else None for one in (start, end))
    return first, last
