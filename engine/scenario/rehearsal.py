"""Tickets of a scenario as they live: events come when they are told, time passes, ladders act as an engine would have it.

The production evaluator and the production ladders do all the work; here is only the waiting. Between two events nothing
is looked at but the instants at which a step of a ladder comes, so that a year costs no more than what happens in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from dsl.ladder import LadderStep
from engine.clock import Clock, Point
from engine.commitment.credits import Line
from engine.evaluate import Evaluated, Kept, evaluate_life, live
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.ladder.climb import climb
from engine.ladder.decision import Decision, Key, Outcome
from engine.looks import Looked, key, passed
from engine.predicate import as_text
from engine.wall import EARLIEST

MOST_REPEATED = 100
"""So many repetitions of a step are looked at by themselves, those after them only when something else happens."""


@dataclass(frozen=True, slots=True)
class Told:
    """A warning or a breach that came, or a step that was taken: `share` is that of the threshold, `step` the line of the
    ladder; one of them is None."""

    at: int
    metric: str
    share: int | None
    step: LadderStep | None


@dataclass(slots=True)
class Actor:
    """A ticket with what was told and decided about it. `evaluated` is how it was at the last look, `looked`; `wake` is when
    a step comes next, None if none does; `kept` is what looks leave for later ones."""

    ticket: Ticket
    evaluated: Evaluated | None = None
    looked: int | None = None
    wake: int | None = None
    told: dict[tuple[str, int, str], Told] = field(default_factory=dict)
    decisions: dict[Key, Decision] = field(default_factory=dict)
    steps: list[Told] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)

    def everything(self) -> Iterator[Told]:
        """All that was told so far."""
        yield from self.told.values()
        yield from self.steps


class Witness(Protocol):
    """Sees every look at a ticket."""

    def begins(self) -> None:
        """What is seen from here on is about other tickets."""
        ...

    def sees(self, evaluated: Evaluated, steps: Sequence[LadderStep]) -> None:
        """A look, with the steps that were taken in it."""
        ...

    def pays(self, lines: Sequence[Line]) -> None:
        """The lines of a month that an expectation asked for."""
        ...


class Rehearsal:
    """The tickets of one scenario at `now`. `fork` goes on for itself: what would be if nothing else happened."""

    def __init__(self, graph: Graph, witness: Witness | None = None) -> None:
        self.graph = graph
        self.now = Instant(EARLIEST)
        self.actors: dict[str, Actor] = {}
        self._witness = witness

    def fork(self) -> Rehearsal:
        """Another rehearsal in the same state."""
        other = Rehearsal(self.graph, self._witness)
        other.now = self.now
        other.actors = {
            name: replace(
                actor,
                told=dict(actor.told),
                decisions=dict(actor.decisions),
                steps=list(actor.steps),
                kept=actor.kept.copy(),
            )
            for name, actor in self.actors.items()
        }
        return other

    def happen(self, name: str, event: Event) -> None:
        """Let time pass until the event, and let it happen to the ticket of that name."""
        self.advance(event.at)
        actor = self.actors.get(name)
        if actor is None:
            actor = self.actors[name] = Actor(Ticket(len(self.actors) + 1, name, ()))
        elif actor.evaluated and actor.evaluated.next_at is not None and actor.evaluated.next_at <= self.now:
            self._look(actor)  # what was reached before must be told before this takes it back
        actor.ticket = replace(actor.ticket, events=(*actor.ticket.events, event))
        actor.looked = None
        self._look(actor)

    def advance(self, until: int) -> None:
        """Let time pass, and ladders act."""
        while True:
            waiting = [actor for actor in self.actors.values() if actor.wake is not None]
            following = min(waiting, key=_wake, default=None)
            if following is None or following.wake is None or following.wake > until:
                break
            self.now = Instant(max(following.wake, self.now))
            self._look(following)
        self.now = Instant(max(until, self.now))

    def look_at(self, name: str) -> Evaluated:
        """The ticket now."""
        actor = self.actors[name]
        self._look(actor)
        assert actor.evaluated is not None
        return actor.evaluated

    def to_come(self, name: str, *, repeats_until: int = EARLIEST) -> Iterator[Told]:
        """What comes of a ticket from now on if nothing else happens, in order; time passes as it is asked for.

        Repetitions of steps only before `repeats_until`: some never end.
        """
        actor = self.actors[name]
        self._look(actor)
        known = set(actor.everything())
        while True:
            following = self._following(actor, repeats_until)
            if following is None:
                return
            self.advance(following + 1)
            self._look(actor)
            found = [told for told in actor.everything() if told not in known]
            known.update(found)
            yield from sorted(found, key=lambda told: told.at)

    def _following(self, actor: Actor, repeats_until: int) -> int | None:
        assert actor.evaluated is not None
        coming = [other.wake - 1 for other in self.actors.values() if other.wake is not None]
        for clock in actor.evaluated.clocks:
            if clock.stopped is None:
                coming += [
                    threshold.at
                    for threshold in clock.thresholds
                    if threshold.at is not None and threshold.at >= self.now
                ]
                coming += [
                    point.at
                    for point in clock.points
                    if point.at is not None
                    and self.now <= point.at < repeats_until
                    and _again(actor, clock, point)
                ]
        return min(coming, default=None)

    def _look(self, actor: Actor) -> None:
        """Look at a ticket as an engine does, until its ladders have nothing left to do at this instant."""
        if actor.looked == self.now and actor.evaluated is not None:
            return
        actor.looked = self.now
        while True:
            life = live(actor.ticket, self.graph, self.now, actor.kept)
            evaluated = evaluate_life(actor.ticket, life, self.graph, self.now, actor.kept)
            actor.evaluated = evaluated
            looked = Looked(actor.ticket, evaluated, life, None, (), passed(evaluated, self.now))
            reasons = {name: decision.reason for name, decision in actor.decisions.items()}
            taken = climb(looked, self.graph, self.now, reasons, self._loads(), awake=True)
            fired: list[LadderStep] = []
            for one in taken:
                decision = one.decision
                actor.decisions[decision.key] = decision
                if decision.outcome is Outcome.FIRED:
                    fired.append(_step(evaluated, decision))
                    actor.steps.append(Told(decision.at, decision.metric, None, fired[-1]))
            for clock in evaluated.clocks:
                for threshold in clock.thresholds:
                    if threshold.at is not None and threshold.at < self.now:
                        name = (clock.metric, clock.cycle, threshold.name)
                        told = Told(threshold.at, clock.metric, threshold.share, None)
                        actor.told.setdefault(name, told)
            if self._witness is not None:
                self._witness.sees(evaluated, fired)
            events = tuple(one.event for one in taken if one.event is not None)
            if not events:
                break
            actor.ticket = replace(actor.ticket, events=(*actor.ticket.events, *events))
        actor.wake = min(
            (
                max(point.at + 1, self.now)
                for clock in evaluated.clocks
                if clock.stopped is None
                for point in clock.points
                if point.at is not None
                and point.number <= MOST_REPEATED
                and key(clock, point) not in actor.decisions
            ),
            default=None,
        )

    def _loads(self) -> Counter[str]:
        """Open tickets by assignee."""
        known = [actor.evaluated for actor in self.actors.values() if actor.evaluated is not None]
        return Counter(as_text(one.fields.get("assignee")) for one in known if not one.closed)


def _wake(actor: Actor) -> int:
    return actor.wake or 0


def _again(actor: Actor, clock: Clock, point: Point) -> bool:
    """Whether the point repeats a step that was taken."""
    metric, cycle, ladder, name, _ = key(clock, point)
    first = actor.decisions.get((metric, cycle, ladder, name, 0))
    return point.number > 0 and first is not None and first.outcome is Outcome.FIRED


def _step(evaluated: Evaluated, decision: Decision) -> LadderStep:
    """The step that was decided: it is on one of the clocks that were looked at."""
    return next(
        point.step
        for clock in evaluated.clocks
        for point in clock.points
        if (point.ladder, point.name) == (decision.ladder, decision.step)
    )
