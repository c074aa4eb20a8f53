"""Which rule decided a clock, from which line, and why the others did not. Text for people, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from dsl.model import Group, Override
from dsl.values import period_text
from engine.agreement import covers
from engine.evaluate import Life
from engine.facts import Pin
from engine.graph import Graph
from engine.plan import Option
from engine.predicate import Situation, as_text, fields_of
from engine.timeline import Leg, State
from engine.wall import format_local

_CAUSES = {
    "opened": "when the ticket opened",
    "customer": "when its customer changed",
    "repin": "when somebody repinned it",
}


def deciding(life: Life, legs: Sequence[Leg], graph: Graph, zone: str) -> Iterator[str]:
    """The rules that decided along the legs of a clock, each with its line and what it won against.

    Instants are told in times of `zone`.
    """
    by_rule = [(option, list(parts)) for option, parts in groupby(legs, key=lambda leg: leg.option)]
    for option, parts in by_rule:
        start = parts[0].start
        since = f" from {format_local(start, zone)}" if len(by_rule) > 1 else ""
        target = option.target
        yield _decides(option, since)
        yield from (f"  {line}" for line in _pinned(life, start, zone))
        yield from (
            f"  {line}" for line in _others(life, life.states.at(start), target.metric, option, graph)
        )


def promised(life: Life, metric: str, graph: Graph) -> Iterator[str]:
    """Which target of a metric fits a ticket as it is last known, and why the others do not."""
    state = life.states.states[-1]
    if state.plan is None:
        yield unpromised(life, state)
        return
    if metric not in state.plan.options:
        yield f"tier {state.plan.terms.tier} promises no {metric}"
        return
    option = state.plan.select(metric, state.situation)
    if option is not None:
        yield _decides(option, "")
    yield from _others(life, state, metric, option, graph)


def refused(life: Life, state: State, metric: str, graph: Graph) -> Iterator[str]:
    """Why none of a metric's targets fits in a state, a line for each."""
    return _others(life, state, metric, None, graph)


def unpromised(life: Life, state: State) -> str:
    """Why nothing is promised in a state without terms."""
    pin = _pin(life, state.start)
    return (
        f'nothing is promised, because no tier was in force for customer "{state.situation.customer}" '
        f"{_CAUSES.get(pin.cause, pin.cause)} and there is no default tier"
    )


def _decides(option: Option, since: str) -> str:
    target = option.target
    lent = f" of {target.lender}" if target.lender else ""
    return f"{target.decided_by} decides{since}: {target.rule}{_at(target.where)}, calendar {target.calendar}{lent}"


def _at(where: str) -> str:
    return f" ({where})" if where else ""


def _pin(life: Life, at: int) -> Pin:
    return next((pin for pin in reversed(life.pinned.in_force) if pin.at <= at), life.pinned.in_force[0])


def _pinned(life: Life, at: int, zone: str) -> Iterator[str]:
    pin = _pin(life, at)
    if pin.terms is not None:
        made = f", under rules {pin.terms.rules[:12]}" if pin.terms.rules else ""
        cause = _CAUSES.get(pin.cause, pin.cause)
        yield f"terms of tier {pin.terms.tier} pinned {cause}, {format_local(pin.at, zone)}{made}"


def _others(life: Life, state: State, metric: str, winner: Option | None, graph: Graph) -> Iterator[str]:
    """Why the other targets of the metric did not decide in a state; all of them where none did."""
    if state.plan is None:
        return
    won = False
    for option in state.plan.options[metric]:
        if option is winner:
            won = True
        else:
            reason = _reason(option, state.situation, won)
            yield f"not {option.target.decided_by}: {option.target.rule}{_at(option.target.where)}: {reason}"
    yield from _not_in_force(metric, state.situation, _pin(life, state.start).at, graph)


def _reason(option: Option, situation: Situation, beaten: bool) -> str:
    if situation.priority not in (name.casefold() for name in option.target.priorities):
        return f"the priority is {situation.priority or 'not set'}"
    when = option.target.when
    if when is not None and option.holds is not None and not option.holds(situation):
        values = ", ".join(f"{name} is {_value(situation, name)}" for name in sorted(fields_of(when)))
        return f"its condition does not hold, {values}"
    return "a rule of higher precedence decides" if beaten else "it comes later"


def _value(situation: Situation, name: str) -> str:
    """What a condition sees of a field."""
    known = {"customer": situation.customer, "group": situation.group}
    text = known[name] if name in known else as_text(situation.fields.get(name))
    said = f'"{text}"' if text else "not set"
    return f"{said} ({situation.status_class.value})" if name == "status" else said


def _not_in_force(metric: str, situation: Situation, pinned_at: int, graph: Graph) -> Iterator[str]:
    """Overrides of today's rules that would have had a say on other dates."""
    customer = graph.ruleset.customers.get(situation.customer)
    if customer is None:
        return
    group: Group | None = graph.ruleset.groups.get(customer.group)
    zone = graph.zone(customer.name)
    scopes: list[tuple[str, Sequence[Override]]] = [(f"customer {customer.name}", customer.overrides)]
    if group is not None:
        scopes.append((f"group {group.name}", group.overrides))
    for whose, overrides in scopes:
        for item in overrides:
            if any(target.metric == metric for target in item.targets) and not covers(
                item.period, zone, pinned_at
            ):
                where = _at(graph.where(item.origin))
                yield f"not override {item.name} of {whose}{where}: in force {period_text(item.period)}, not when the terms were pinned"
