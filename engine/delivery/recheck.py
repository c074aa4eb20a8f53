"""Whether a message is still wanted at the moment of sending. Pure: the ticket as it is now, the rules in force, and why not."""

from __future__ import annotations

from engine.clock import Clock
from engine.delivery.outbox import Kind, Queued
from engine.delivery.page import clock_of
from engine.evaluate import Evaluated
from engine.graph import Graph
from engine.ladder.decision import Decision
from engine.predicate import Situation, as_text, compile_condition


def unwanted(message: Queued, evaluated: Evaluated | None, graph: Graph, now: int) -> str:
    """Why a message is no longer wanted, "" if it is. `evaluated` is its ticket at `now`, None where it has none."""
    if evaluated is None or message.message.kind is Kind.FAILURE:
        return ""
    if message.message.kind is Kind.CHANGE:
        return _overtaken(message, evaluated)
    decision = message.decision
    if decision is None:
        return ""
    clock = clock_of(decision, evaluated)
    if clock is None:
        return f"nothing is promised for {decision.metric} any more"
    if clock.stopped is not None:
        return f"{decision.metric} is {clock.state.value}: its clock stopped meanwhile"
    if decision.number and _answered(clock, decision, evaluated.acknowledged_at):
        return "acknowledged meanwhile"
    ladder = graph.ruleset.escalations.get(decision.ladder)
    if ladder is not None:
        situation = _situation(evaluated)
        if any(compile_condition(condition)(situation) for condition in ladder.stop):
            return "the ladder's `stop when` holds now"
    return _moved(clock, decision, now)


def _overtaken(message: Queued, evaluated: Evaluated) -> str:
    """A change that somebody has changed again would undo what they did."""
    for name, value in message.message.data.items():
        now = as_text(evaluated.fields.get(name))
        if name == "tags":
            if not set(as_text(value).split()) <= set(now.split()):
                return "tags were changed again meanwhile"
        elif now.casefold() != as_text(value).casefold():
            return f"{name} was changed again meanwhile"
    return ""


def _situation(evaluated: Evaluated) -> Situation:
    customer = evaluated.customer or as_text(evaluated.fields.get("customer"))
    return Situation(evaluated.fields, evaluated.status_class, customer, evaluated.group)


def _answered(clock: Clock, decision: Decision, acknowledged: int | None) -> bool:
    """Whether somebody has acknowledged since the step fired first, which ends its repetitions."""
    first = next(
        (
            point.at
            for point in clock.points
            if (point.ladder, point.name, point.number) == (decision.ladder, decision.step, 0)
        ),
        None,
    )
    return acknowledged is not None and acknowledged >= (decision.at if first is None else first)


def _moved(clock: Clock, decision: Decision, now: int) -> str:
    """A step that a looser target or a taken-back event has moved into the future, or out of reach."""
    for point in clock.points:
        if (point.ladder, point.name, point.number) == (decision.ladder, decision.step, decision.number):
            if point.at is None:
                return f"{decision.metric} no longer reaches this step"
            if point.at > now:
                return f"{decision.metric} reaches this step later now"
    return ""
