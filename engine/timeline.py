"""A ticket's life as states, and a clock's cycle as legs.

A state is a span in which neither the ticket's situation nor its terms change. A leg is a span of one cycle in which
the same target decides, the same pauses hold and the same ladder counts; how time is used on it is then plain arithmetic.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dsl.model import Amount, Seconds
from engine.calendar.hours import OpenHours
from engine.cycles import FOREVER, Cycle, Stretch
from engine.facts import Pin
from engine.graph import Graph
from engine.history import History
from engine.plan import Option, PauseRule, Plan, Rung
from engine.predicate import Situation
from engine.wall import DAY


@dataclass(frozen=True, slots=True)
class State:
    """What is true in `[start, end)`; `plan` is None while nothing is promised."""

    start: int
    end: int
    situation: Situation
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Leg:
    """A part `[start, end)` of a cycle. `target` is in open seconds of the option's hours, None if these never open;
    `paused_by` names the pauses that hold, `rungs` are the steps of the ladder. `used` are the open seconds of the cycle that
    are used before it, `room` those that it has, None if it never ends."""

    start: int
    end: int
    option: Option
    target: int | None
    paused_by: tuple[str, ...]
    rungs: tuple[Rung, ...]
    used: int
    room: int | None

    def reach(self, need: int) -> int | None:
        """When `need` open seconds of the cycle are used; None if not on this leg."""
        if self.target is None:
            return None
        if self.used >= need:
            at: int | None = self.start
        elif self.paused_by or (self.room is not None and need - self.used > self.room):
            return None
        else:
            at = self.option.hours.due(self.start, need - self.used)
        return at if at is not None and at < self.end else None

    @property
    def promised(self) -> int:
        """The target as people are told it, in open seconds."""
        return nominal(self.option.target.amount) if self.target is None else self.target

    def so_far(self, now: int) -> int:
        """Its open seconds before `now`."""
        if self.room is not None and self.end <= now:
            return self.room
        return self.option.hours.elapsed(self.start, min(self.end, now))

    @property
    def used_after(self) -> int:
        """Open seconds of the cycle that are used at its end, if it has one."""
        return self.used if self.paused_by or self.room is None else self.used + self.room


class Timeline:
    """A ticket's states in order, from its opening on; the last one ends at FOREVER."""

    __slots__ = ("_starts", "states")

    def __init__(self, states: Sequence[State]) -> None:
        self.states = states
        self._starts = [state.start for state in states]

    def within(self, start: int, end: int) -> Iterator[State]:
        """The states that take time in `[start, end)`; of an empty span the one that it began in."""
        if start == end:
            index = bisect_left(self._starts, start)
            found = index < len(self._starts) and self._starts[index] == start
            yield self.states[index] if found else self.at(start)
            return
        for index in range(bisect_right(self._starts, start) - 1, len(self.states)):
            state = self.states[index]
            if state.start >= end:
                return
            if state.end > state.start:
                yield state

    def at(self, instant: int) -> State:
        """The state at an instant; the first one of instants before the opening."""
        return self.states[max(bisect_right(self._starts, instant) - 1, 0)]


def timeline(history: History, pins: Sequence[Pin], graph: Graph) -> Timeline:
    """The states of a ticket under the pins in force, the first of them at its opening."""
    promised = {pin.at for pin in pins}
    begins: list[tuple[int, Situation]] = []
    last: Situation | None = None
    for step in history.steps[history.first :]:
        if step.situation is not last or step.at in promised:  # most events say nothing that counts here
            begins.append((step.at, step.situation))
        last = step.situation
    known = {at for at, _ in begins}
    begins += [(pin.at, _situation(begins, pin.at)) for pin in pins if pin.at not in known]
    begins.sort(key=lambda item: item[0])
    states: list[State] = []
    index, plan = -1, None
    for (start, situation), (end, _) in zip(begins, (*begins[1:], (FOREVER, None)), strict=True):
        while index + 1 < len(pins) and pins[index + 1].at <= start:
            index += 1
            terms = pins[index].terms
            plan = None if terms is None else graph.plan(terms)
        if states and states[-1].situation is situation and states[-1].plan is plan:
            start = states.pop().start  # noqa: PLW2901
        states.append(State(start, end, situation, plan))
    return Timeline(states)


def _situation(begins: Sequence[tuple[int, Situation]], at: int) -> Situation:
    return next((situation for start, situation in reversed(begins) if start <= at), begins[0][1])


Begun = dict[tuple[str, int], tuple[list[Stretch], int, "_Walk"]]
"""Walks through open cycles, by metric and number, each with what was walked: stretches, until an instant."""


def legs(metric: str, cycle: Cycle, life: Timeline, begun: Begun | None = None) -> list[Leg]:
    """The parts of a cycle that a target was promised for; none if it never was.

    `begun` is what legs of the same ticket left that were asked for before the events after its last state were known.
    """
    walk, walked = _Walk(metric, cycle.start), cycle.start
    if begun is None or cycle.stop is not None:
        for a, b, state in _spans(cycle, life, walked):
            walk.take(a, b, state, life)
        return walk.found
    key, last = (metric, cycle.number), life.states[-1].start
    if key in begun:
        stretches, until, known = begun[key]
        if _until(cycle, until) == stretches:
            walk, walked = known.copy(), until
    for a, b, state in _spans(cycle, life, walked):
        if a >= last > walked:
            walked = last
            begun[key] = (_until(cycle, last), last, walk.copy())
        walk.take(a, b, state, life)
    return walk.found


def _until(cycle: Cycle, instant: int) -> list[Stretch]:
    return [(start, min(end, instant)) for start, end in cycle.stretches if start < instant]


def _spans(cycle: Cycle, life: Timeline, walked: int) -> Iterator[tuple[int, int, State]]:
    for start, end in cycle.stretches:
        if start == end and cycle.start != cycle.stretches[-1][1]:
            continue  # of a cycle that takes time, only what takes time counts
        if end <= walked > cycle.start:
            continue
        for state in life.within(max(start, walked), end):
            yield max(state.start, start), min(state.end, end), state


class _Walk:
    """Through the states of a cycle, from each to the legs that it makes."""

    __slots__ = ("_before", "_metric", "_seen", "_spells", "_target", "found")

    def __init__(self, metric: str, start: int) -> None:
        self.found: list[Leg] = []
        self._metric = metric
        self._seen = start
        self._spells: dict[str, _Spell] = {}
        self._before: Option | None = None
        self._target: int | None = None

    def copy(self) -> _Walk:
        """Another walk that has come as far."""
        other = _Walk(self._metric, self._seen)
        other.found = self.found.copy()
        other._spells = {name: replace(spell) for name, spell in self._spells.items()}
        other._before, other._target = self._before, self._target
        return other

    def take(self, a: int, b: int, state: State, life: Timeline) -> None:
        """Go through `[a, b)` of the cycle, in which that is the state."""
        found, metric, spells = self.found, self._metric, self._spells
        if spells and self._seen < a:
            for between in life.within(self._seen, a):
                spells = _lasting(spells, between)
        self._seen = b
        option = None if state.plan is None else state.plan.select(metric, state.situation)
        if state.plan is None or option is None:
            self._spells = _lasting(spells, state)
            return
        begun = found[0].start if found else a
        self._spells = spells = {
            rule.name: spells.get(rule.name) or _Spell(rule, a)
            for rule in state.plan.pauses[metric]
            if rule.holds(state.situation)
        }
        if option is not self._before:
            self._before = option
            self._target = open_seconds(option.target.amount, option.hours, begun)
        limits = {name: spell.take(option.hours, a, b) for name, spell in spells.items()}
        cuts = sorted({at for at in limits.values() if a < at < b}) if limits else ()
        rungs = state.plan.climb(metric, state.situation.priority)
        for start, end in pairwise((a, *cuts, b)):
            holding = tuple([name for name, at in limits.items() if at > start])
            used = 0
            if found:
                last = found[-1]
                used = last.used_after
                if (
                    last.end == start
                    and last.option is option
                    and last.paused_by == holding
                    and last.rungs is rungs
                ):
                    start, used = last.start, last.used  # noqa: PLW2901
                    found.pop()
            room = None if end == FOREVER else option.hours.elapsed(start, end)
            found.append(Leg(start, end, option, self._target, holding, rungs, used, room))


@dataclass(slots=True)
class _Spell:
    """A pause that has held without a break since it first paused the clock. `spent` are the open seconds of the clock that
    went by meanwhile; while the clock does not run, none do."""

    rule: PauseRule
    start: int
    spent: int = 0

    def take(self, hours: OpenHours, a: int, b: int) -> int:
        """Let `[a, b)` of the clock go by on these hours; answer when the spell stops counting as a pause."""
        limit = self.rule.limit
        seconds = None if limit is None else open_seconds(limit, hours, self.start)
        if seconds is None:
            return FOREVER
        left = seconds - self.spent
        if b != FOREVER:
            self.spent += hours.elapsed(a, b)
        end = hours.due(a, left) if left > 0 else a
        return FOREVER if end is None else end


def _lasting(spells: dict[str, _Spell], state: State) -> dict[str, _Spell]:
    """The spells that go on through a state in which the clock does not run."""
    return {name: spell for name, spell in spells.items() if spell.rule.holds(state.situation)}


def open_seconds(amount: Amount, hours: OpenHours, start: int) -> int | None:
    """An amount in open seconds, business days counted from `start`."""
    return amount.value if isinstance(amount, Seconds) else hours.business_days(start, amount.value)


def nominal(amount: Amount) -> int:
    """An amount in seconds where no calendar can say more: a day has 24 hours."""
    return amount.value if isinstance(amount, Seconds) else amount.value * DAY
