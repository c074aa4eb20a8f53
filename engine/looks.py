"""Looking at a ticket as an engine would have that never slept.

What a clock had reached can be taken back by what happens later: a looser target, a reopening, a cancellation. Somebody who
looked in between was told; so whoever looks late looks also at the seconds before each event, and tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dsl.condition import StatusClass
from engine.clock import Clock, Point
from engine.evaluate import Evaluated, Kept, Life, evaluate, evaluate_life, live
from engine.facts import Ticket
from engine.graph import Graph
from engine.ladder.decision import Key
from engine.snapshot import Transition
from engine.transition import transitions

Earlier = Sequence[tuple[int, Evaluated]]
"""A ticket as it was the moment before each event that may have taken something back, oldest first."""

Passed = Mapping[Key, tuple[Clock, Point]]
"""Steps of ladders whose instant has come, in order of it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A ticket as the rules say `now` with its `life` (None where nothing is known of it), and as those said that they replace
    (None where nothing is replaced).

    `told` is all that has happened to its clocks, what was taken back later too; the store keeps the first of each kind.
    `passed` are the points whose instant has come; of those that came more than once the first. `by_time`: nothing but time has
    moved it since it was last written.
    """

    ticket: Ticket
    now: Evaluated
    life: Life | None
    before: Evaluated | None
    told: tuple[Transition, ...]
    passed: Passed
    by_time: bool = False

    def found(self, now: int) -> Looked:
        """The same, found `now`, where nothing has changed until then."""
        told = tuple([item.seen(now) for item in self.told])
        return Looked(self.ticket, self.now, self.life, self.before, told, self.passed, self.by_time)

    def moved_on(self, at: int) -> Looked:
        """The same of a ticket to which time alone brings something `at`: what had happened before was told before."""
        told = tuple([item for item in self.told if item.at >= at - 1])
        return Looked(self.ticket, self.now, self.life, self.before, told, self.passed, True)


def look(ticket: Ticket, graph: Graph, now: int, *, old: Graph | None = None, anew: bool = False) -> Looked:
    """Look at a ticket at `now`. `old` is the graph that `graph` replaces for this ticket, `anew` says that events of it have
    come since somebody looked."""
    life = live(ticket, graph, now)
    moments = _moments(ticket, life, now) if anew and life is not None and not _steady(life) else []
    kept = Kept() if moments else None
    earlier = [
        (moment, evaluate_life(ticket, live(ticket, graph, moment, kept), graph, moment, kept))
        for moment in moments
    ]
    return judged(
        ticket,
        evaluate_life(ticket, life, graph, now, kept),
        now,
        life=life,
        before=evaluate(ticket, old, now) if old is not None else None,
        earlier=earlier,
    )


def judged(
    ticket: Ticket,
    evaluated: Evaluated,
    now: int,
    *,
    life: Life | None = None,
    before: Evaluated | None = None,
    earlier: Earlier = (),
) -> Looked:
    """What has come by `now` of a ticket that was evaluated."""
    told = tuple(_told(ticket, evaluated, now, before, earlier))
    return Looked(ticket, evaluated, life, before, told, passed(evaluated, now, earlier))


def _told(
    ticket: Ticket, evaluated: Evaluated, now: int, before: Evaluated | None, earlier: Earlier
) -> Iterator[Transition]:
    for _, past in earlier:
        yield from transitions(ticket, past, now)
    yield from transitions(ticket, evaluated, now, before=before.clocks if before else None)


def passed(evaluated: Evaluated, now: int, earlier: Earlier = ()) -> Passed:
    """The points whose instant has come.

    A repetition that nobody looked for when it came is not made up for.
    """
    found: dict[Key, tuple[Clock, Point]] = {}
    for moment, seen in (*earlier, (now, evaluated)):
        for clock in seen.clocks:
            for point in clock.points:
                if point.at is not None and point.at < moment and (not point.number or moment == now):
                    found.setdefault(key(clock, point), (clock, point))
    if len(found) < 2:
        return found
    # Sorting keeps the order of the ladder's lines where instants are equal.
    return dict(sorted(found.items(), key=lambda item: (item[1][1].at or 0, *item[0][:2])))


def key(clock: Clock, point: Point) -> Key:
    """What is decided once for a ticket."""
    return (clock.metric, clock.cycle, point.ladder, point.name, point.number)


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
