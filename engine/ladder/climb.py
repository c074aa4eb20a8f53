"""Climbing: what becomes of every step of a ladder whose instant has come. Pure.

A step is decided once, as of its own instant: whether its condition held and nothing stopped the ladder then. Whom it means
and what it changes is decided as of now, since that is when it acts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.clock import Clock, Point
from engine.delivery.outbox import Message
from engine.evaluate import Evaluated, Life
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.ladder.consequence import Wanted, applied, event_of, flags, messages, short, wanted
from engine.ladder.decision import Decision, Key, Outcome
from engine.lengths import length
from engine.looks import Looked, Passed, passed
from engine.predicate import compile_condition
from engine.transition import RULES, TICKET, TIME

EDITED = "an edit of the rules wrote this line anew, and edits page nobody"
MOVED = "an edit of the rules made it due, and edits page nobody"

LATE = 60
"""Seconds after which it is worth saying that a step was found late."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision with all that must be written with it. `short` is the step in a few words, "" if it did not fire."""

    decision: Decision
    messages: tuple[Message, ...] = ()
    event: Event | None = None
    short: str = ""


def climb(
    looked: Looked,
    graph: Graph,
    now: Instant,
    decided: Mapping[Key, str],
    loads: Counter[str],
    *,
    awake: bool = False,
) -> list[Taken]:
    """Decide the steps that have come and were not decided before, in order of their instants.

    `decided` has the reasons of those that were; who is always `awake` finds nothing late. `loads` counts open tickets by assignee and is kept up to date with what is
    reassigned here.
    """
    ticket, evaluated = looked.ticket, looked.now
    new = {name: item for name, item in looked.passed.items() if name not in decided}
    life = looked.life
    if life is None or not new:
        return []
    known = None if looked.before is None else passed(looked.before, now)
    reasons: dict[Key, str] = {}
    stopped = {(clock.metric, clock.cycle): clock for clock in evaluated.clocks if clock.stopped is not None}
    instants = {event.at for event in ticket.events}
    situation = life.history.last.situation
    flagged = evaluated.flagged
    customer = evaluated.customer or str(evaluated.fields.get("customer", ""))
    taken = []
    for name, (clock, point) in new.items():
        assert point.at is not None
        edited = known is not None and name not in known
        cause = RULES if edited else TICKET if point.at in instants else TIME
        ended = stopped.get((clock.metric, clock.cycle))
        outcome, reason = against(point, ended, life, graph)
        if edited and not point.step.on_edits:
            outcome, reason = Outcome.SUPPRESSED, EDITED if _under_way(clock, point, known) else MOVED
        elif point.number:
            first = (*name[:4], 0)
            if reasons.get(first, decided.get(first)) == MOVED:
                outcome, reason = Outcome.SUPPRESSED, MOVED
        found = Wanted()
        if outcome is Outcome.FIRED:
            found = wanted(point.step.action, situation, graph.people, loads, flagged=flagged)
            outcome, reason = _outcome(point, found, Instant(point.at) if awake else now)
        reasons[name] = reason
        decision = Decision(point.at, now, ticket.id, ticket.key, customer, *name, outcome, reason, cause)
        if outcome is not Outcome.FIRED:
            taken.append(Taken(decision))
            continue
        said = messages(point.step.action, found, decision, ticket, graph.people)
        taken.append(Taken(decision, said, event_of(found, decision, now), short(point.step.action)))
        if found.change and "assignee" in found.change:
            loads[str(situation.fields.get("assignee", ""))] -= 1
            loads[str(found.change["assignee"])] += 1
        situation = applied(situation, found.change)
        flagged = flagged or flags(found.change)
    return taken


def _under_way(clock: Clock, point: Point, known: Passed | None) -> bool:
    """Whether the rules before the edit were repeating a step of the same trigger."""
    return any(
        (was.metric, was.cycle, old.step.trigger) == (clock.metric, clock.cycle, point.step.trigger)
        and old.step.repeat is not None
        for was, old in (known or {}).values()
    )


def against(point: Point, ended: Clock | None, life: Life, graph: Graph) -> tuple[Outcome, str]:
    """What speaks against a step as of its own instant; `ended` is its clock if that has stopped since; FIRED if nothing does."""
    assert point.at is not None
    situation = life.states.at(point.at).situation
    ladder = graph.ruleset.escalations.get(point.ladder)
    if ladder is not None and any(compile_condition(condition)(situation) for condition in ladder.stop):
        return Outcome.SUPPRESSED, "the ladder's `stop when` held"
    if point.step.when is not None and not compile_condition(point.step.when)(situation):
        return Outcome.SKIPPED, "its `when` did not hold"
    if ended is not None:
        return Outcome.SUPPRESSED, f"the clock had stopped ({ended.state.value}) when it was found"
    return Outcome.FIRED, ""


def _outcome(point: Point, found: Wanted, now: Instant) -> tuple[Outcome, str]:
    assert point.at is not None
    late = now - point.at
    if found.nobody and not point.step.skip_if_nobody:
        return Outcome.FIRED, found.no
    if found.no:
        return Outcome.SKIPPED, found.no
    return Outcome.FIRED, f"found {length(late)} late" if late > LATE else ""


def coming(evaluated: Evaluated, now: int) -> Iterator[tuple[Clock, Point]]:
    """The points that come if nothing happens before, soonest first."""
    found = [
        (clock, point)
        for clock in evaluated.clocks
        if clock.stopped is None
        for point in clock.points
        if point.at is not None and point.at >= now
    ]
    yield from sorted(found, key=lambda item: (item[1].at or 0, item[0].metric, item[1].name))
