"""Writes a scenario from a real ticket: what happened to it, and what the rules of a graph made of it.

The expectations are whatever comes out when the written events are told, so that the scenario passes as it stands, and
fails when somebody changes what the rules say of such a ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dsl import scenario
from dsl.checks.hollow import EVENT_KINDS
from dsl.commitment import Credits, RetainerShare
from dsl.condition import BUILT_IN_FIELDS, Condition, FieldType, Value
from dsl.ladder import Notify, Reassign, Role, Tag
from dsl.model import RuleSet
from dsl.scenario_text import said
from engine import facts
from engine.calendar.period import month_of
from engine.clock import FAILED_STATES, State
from engine.errors import EngineError
from engine.evaluate import Evaluated
from engine.facts import Event, FieldValue, Ticket
from engine.graph import Graph
from engine.history import clean
from engine.ladder.consequence import SOURCE as ESCALATION
from engine.plain import plain
from engine.predicate import as_flag, as_number, as_text, fields_of
from engine.scenario.coverage import targets_of
from engine.scenario.outcome import decided, instant, latest, reading, standing
from engine.scenario.owed import came_to, owed
from engine.scenario.rehearsal import Rehearsal
from engine.scenario.telling import event_of, in_time

_NAME = "t1"
_DECIDING = frozenset(EVENT_KINDS).difference(
    (facts.OPENED, facts.CHANGED, facts.NOTE, facts.AUTO_REPLY, facts.SNOOZED, facts.EXCUSED)
)
"""Built-in kinds that move a clock or stop a ladder; of the others only the fields that they bring count."""


def record(ticket: Ticket, graph: Graph, title: str = "") -> scenario.Scenario:
    """The scenario of a ticket under the rules of the graph. Raises EngineError for a ticket that nothing is known of.

    Left out: what ladders did (they do it again), and events, milestones and fields that decide nothing under these rules or say what was known, so that
    no more of a ticket gets into a repository than decides something.
    """
    events = sorted(ticket.events, key=lambda one: one.order)
    if all(event.source == ESCALATION for event in events):
        raise EngineError(f"nothing is known of ticket {ticket.key}")
    zone = _zone(events, graph)
    lines = list(_lines(events, _Asked(graph.ruleset), zone))
    bare = scenario.Scenario(
        title or f"ticket {plain(ticket.key, 100)}", zone, (_story(lines, graph.ruleset),)
    )
    return _with_expectations(bare, graph)


def _story(lines: list[scenario.Happens], rules: RuleSet) -> scenario.Story:
    """Customer and priority of the opening stand in the line of the ticket; a priority that is not declared cannot."""
    first = dict(lines[0].settings)
    head = {"customer": first.pop("customer", "")}
    if first.get("priority") in rules.priorities:
        head["priority"] = first.pop("priority")
    opening = replace(lines[0], settings=tuple(first.items()))
    return scenario.Story(_NAME, tuple((k, v) for k, v in head.items() if v), (opening, *lines[1:]))


# ---------------------------------------------------------------- what happened


class _Asked:
    """What the rules ask tickets for: `fields` with their types, and `milestones`."""

    def __init__(self, rules: RuleSet) -> None:
        self.milestones = {kind for metric in rules.metrics.values() for kind in (metric.start, metric.stop)}
        names = {"customer", "priority", "status"}
        for condition in _conditions(rules):
            names |= fields_of(condition)
        for ladder in rules.escalations.values():
            for step in ladder.steps:
                match step.action:
                    case Notify(to):
                        names |= {"assignee" for one in to if one.role is Role.ASSIGNEE}
                    case Reassign():
                        names.add("assignee")
                    case Tag():
                        names.add("tags")
                    case _:
                        pass
        types = {**BUILT_IN_FIELDS, **{name: one.type for name, one in rules.fields.items()}}
        self.fields = {name: types[name] for name in types if name in names}


def _conditions(rules: RuleSet) -> Iterator[Condition]:
    yield from (target.when for target in targets_of(rules) if target.when is not None)
    yield from (pause.when for pause in rules.pauses.values())
    for ladder in rules.escalations.values():
        yield from ladder.stop
        yield from (step.when for step in ladder.steps if step.when is not None)


def _lines(events: list[Event], asked: _Asked, zone: str) -> Iterator[scenario.Happens]:
    """The events that decide anything, from the opening on; what came before it is part of it.

    What a ladder set is set again when it is told, and no longer known here.
    """
    own = [event for event in events if event.source != ESCALATION]
    opening = next((event for event in own if event.kind == facts.OPENED), own[0])
    known: dict[str, Value] = {}
    for event in own:
        if event.order <= opening.order:
            known |= _settings(event, asked)
    yield scenario.Happens(reading(opening.at, zone), facts.OPENED, tuple(known.items()))
    if opening.kind in _DECIDING:
        yield scenario.Happens(reading(opening.at, zone), opening.kind)
    for event in events:
        if event.order <= opening.order:
            continue
        brought = _settings(event, asked)
        if event.source == ESCALATION:
            known = {name: value for name, value in known.items() if name not in brought}
            continue
        settings = tuple((name, value) for name, value in brought.items() if known.get(name) != value)
        known |= brought
        kind = event.kind
        if kind == facts.FLAGGED:
            kind = facts.FLAGGED if as_flag(clean(event.data).get("flag", True)) else scenario.UNFLAGGED
        decides = kind in asked.milestones or kind == scenario.UNFLAGGED or kind in _DECIDING
        if not decides:
            if not settings:
                continue
            kind = scenario.SET
        yield scenario.Happens(reading(event.at, zone), kind, settings)


def _settings(event: Event, asked: _Asked) -> dict[str, Value]:
    """What an event says of fields that the rules ask for, each as the type that it has."""
    if event.kind in facts.DEEDS:
        return {}
    without = facts.no_fields(event.kind)
    found: dict[str, Value] = {}
    for name, value in clean(event.data).items():
        if name in asked.fields and name not in without:
            typed = _typed(value, asked.fields[name])
            if typed is not None:
                found[name] = typed
    return found


def _typed(value: FieldValue, type_: FieldType) -> Value | None:
    if type_ is FieldType.FLAG:
        return as_flag(value)
    return as_number(value) if type_ is FieldType.NUMBER else plain(as_text(value), 200)


def _zone(events: Iterable[Event], graph: Graph) -> str:
    """The customer's zone; UTC where its clock cannot tell the events apart."""
    customer = None
    for event in events:
        customer = customer or graph.customer(as_text(event.data.get("customer")).strip())
    group = graph.ruleset.groups.get(customer.group) if customer else None
    zone = (customer.zone if customer else "") or (group.zone if group else "") or "UTC"
    same = all(instant(reading(event.at, zone), zone) == event.at for event in events)
    return zone if same else "UTC"


# ---------------------------------------------------------------- what came of it


def _with_expectations(bare: scenario.Scenario, graph: Graph) -> scenario.Scenario:
    """After each event, what it made of the clocks, as far as that is not what was said before."""
    rehearsal = Rehearsal(graph)
    story = bare.stories[0]
    lines: list[scenario.Happens | scenario.Expect] = []
    before: set[str] = set()
    told = [(line, at) for _, line, at in in_time(bare) if isinstance(line, scenario.Happens)]
    for number, (line, at) in enumerate(told, 1):
        settings = story.settings if line.kind == facts.OPENED else ()
        rehearsal.happen(_NAME, event_of(line, at, number, settings))
        lines.append(line)
        if number < len(told) and told[number][1] == at:
            continue  # of one instant only the end can be looked at
        expected = list(_expected(rehearsal.look_at(_NAME), bare.zone, last=number == len(told)))
        lines += [scenario.Expect(one) for one in expected if said(one) not in before]
        before = {said(one) for one in expected}
    whole = replace(bare, stories=(replace(story, lines=tuple(lines)),))
    lines += _credited(whole, rehearsal.look_at(_NAME), graph)
    return replace(bare, stories=(replace(story, lines=tuple(lines)),))


def _credited(told: scenario.Scenario, evaluated: Evaluated, graph: Graph) -> Iterator[scenario.Expect]:
    """What each month comes to in which the ticket broke a promise, as far as amounts are fixed: a retainer is no fact of a ticket."""
    zone = graph.zone(evaluated.customer)
    failed = [clock.decided for clock in evaluated.clocks if clock.state in FAILED_STATES]
    decided = sorted(at for at in failed if at is not None)
    for month in dict.fromkeys(month_of(at, zone).name for at in decided if evaluated.customer):
        asked = scenario.Credited(None, month)
        try:
            found = owed(told, _NAME, asked, graph)
        except EngineError:
            continue
        paying = {line.credits for line in found.settled.lines}
        if found.total and not any(_shared(graph.ruleset.credits[name]) for name in paying):
            yield scenario.Expect(came_to(asked, found))


def _shared(credits_: Credits) -> bool:
    """Whether what a breach pays may hang on a retainer."""
    return any(
        isinstance(one, RetainerShare) for one in (credits_.cap, *(line.pays for line in credits_.breaches))
    )


def _expected(evaluated: Evaluated, zone: str, *, last: bool) -> Iterator[scenario.Expectation]:
    metrics = dict.fromkeys(clock.metric for clock in evaluated.clocks)
    for metric in metrics:
        clock = latest(evaluated, metric)
        assert clock is not None
        if clock.stopped is None:
            yield decided(clock)
            due = None if clock.due is None else reading(clock.due, zone)
            if clock.due is None or instant(reading(clock.due, zone), zone) == clock.due:
                yield scenario.Due(metric, due)
        if clock.stopped is not None or last or clock.state is State.PAUSED:
            yield standing(clock, metric)
    if last and not metrics:
        yield from (scenario.NoClock(metric) for metric in ("response", "resolution"))
