"""What came out where something was expected, said as the expectation that would have held.

So that the two can be shown one above the other, and the second can take the place of the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsl import ladder, scenario
from dsl.ladder import Reached
from engine.clock import Clock, State
from engine.evaluate import Evaluated
from engine.plan import WHOLE
from engine.scenario.rehearsal import Rehearsal, Told
from engine.wall import DAY, date_of, day_number, zone

OfTicket = (
    scenario.Due | scenario.Stands | scenario.NoClock | scenario.Decides | scenario.Reaches | scenario.Quiet
)
"""What can be expected of one ticket."""


@dataclass(frozen=True, slots=True)
class CameOut:
    """`actual` fits the expectation if `holds`; `at` is the instant at which its reasons are to be asked for, `metric` of
    what, None of everything. `twice`: the moment of `actual` is the second of two equal readings, and means the first."""

    holds: bool
    actual: scenario.Expectation
    at: int
    metric: str | None
    twice: bool = False


def instant(at: scenario.Moment, zone_name: str) -> int:
    """A reading of the wall clock as an instant: the first of two, the end of the gap for one that does not exist."""
    return zone(zone_name).first(day_number(at.day) * DAY + at.second)


def reading(at: int, zone_name: str) -> scenario.Moment:
    """An instant as a reading of the wall clock."""
    day, second = divmod(zone(zone_name).wall(at), DAY)
    return scenario.Moment(date_of(day), second)


def is_second(at: int, zone_name: str) -> bool:
    """Whether an instant is the second of two with the same reading: it cannot be told on that clock."""
    return instant(reading(at, zone_name), zone_name) != at


def came_out(what: OfTicket, name: str, rehearsal: Rehearsal, zone_name: str) -> CameOut:
    """What came out for the ticket `name`, given all that has happened by now. `rehearsal` is used up: give a fork."""
    match what:
        case scenario.Due(metric, _):
            clock = latest(rehearsal.look_at(name), metric)
            return _due(what, clock, rehearsal.now, zone_name)
        case scenario.Decides(metric, _, _):
            clock = latest(rehearsal.look_at(name), metric)
            decides = decided(clock) if clock else scenario.NoClock(metric)
            return CameOut(decides == what, decides, rehearsal.now, metric)
        case scenario.Stands(metric=metric, at=at) | scenario.NoClock(metric=metric, at=at):
            if at is not None:
                rehearsal.advance(instant(at, zone_name))
            stands = standing(latest(rehearsal.look_at(name), metric), metric, at)
            return CameOut(_fits(what, stands), stands, rehearsal.now, metric)
        case scenario.Reaches():
            return _reaches(what, name, rehearsal, zone_name)
        case scenario.Quiet(until):
            return _quiet(until, name, rehearsal, zone_name)


def latest(evaluated: Evaluated, metric: str) -> Clock | None:
    """The clock of a metric's last cycle."""
    found = [clock for clock in evaluated.clocks if clock.metric == metric]
    return max(found, key=lambda clock: clock.cycle, default=None)


def decided(clock: Clock) -> scenario.Decides:
    """Who decided a clock's target."""
    scope, name = clock.promise.decided_by.split(" ", 2)[:2]
    return scenario.Decides(clock.metric, scenario.Scope(scope), name)


def standing(
    clock: Clock | None, metric: str, at: scenario.Moment | None = None
) -> scenario.Stands | scenario.NoClock:
    """How a clock stands."""
    if clock is None:
        return scenario.NoClock(metric, at)
    if clock.state in (State.BREACHED, State.MISSED):
        return scenario.Stands(metric, scenario.Standing.BREACHED, clock.over, (), at)
    pauses = tuple(sorted(clock.paused_by)) if clock.state is State.PAUSED else ()
    return scenario.Stands(metric, scenario.Standing(clock.state.value), None, pauses, at)


def _fits(what: scenario.Stands | scenario.NoClock, actual: scenario.Stands | scenario.NoClock) -> bool:
    if isinstance(what, scenario.NoClock) or isinstance(actual, scenario.NoClock):
        return what == actual
    return (
        what.standing is actual.standing
        and what.over in (None, actual.over)
        and set(what.pauses) <= set(actual.pauses)
    )


def _due(what: scenario.Due, clock: Clock | None, now: int, zone_name: str) -> CameOut:
    if clock is None:
        return CameOut(False, scenario.NoClock(what.metric), now, what.metric)
    expected = None if what.at is None else instant(what.at, zone_name)
    if clock.due is None:
        return CameOut(expected is None, scenario.Due(what.metric, None), now, what.metric)
    actual = scenario.Due(what.metric, reading(clock.due, zone_name))
    return CameOut(expected == clock.due, actual, now, what.metric, is_second(clock.due, zone_name))


def _reaches(what: scenario.Reaches, name: str, rehearsal: Rehearsal, zone_name: str) -> CameOut:
    """Whether it came just then; else the nearest time that it did or would, the first where it should never."""
    actor, metric = rehearsal.actors[name], what.trigger.metric
    expected = rehearsal.now if what.at is None else instant(what.at, zone_name)
    rehearsal.advance(expected + 1 if what.at else expected)
    rehearsal.look_at(name)
    now = rehearsal.now
    found = [told.at for told in actor.everything() if _matches(what, told)]
    coming = (told.at for told in rehearsal.to_come(name) if _matches(what, told))
    found += [at for at in (next(coming, None),) if at is not None and at not in found]
    if what.at is not None and expected in found:
        return CameOut(True, what, now, metric)
    if not found:
        never = scenario.Reaches(what.trigger, what.action, None)
        return CameOut(what == never, never, now, metric)
    nearest = min(found) if what.at is None else min(found, key=lambda at: abs(at - expected))
    actual = scenario.Reaches(what.trigger, what.action, reading(nearest, zone_name))
    return CameOut(False, actual, max(nearest, now), metric, is_second(nearest, zone_name))


def _matches(what: scenario.Reaches, told: Told) -> bool:
    trigger = what.trigger
    if told.metric != trigger.metric:
        return False
    if told.step is not None:
        return told.step.trigger == trigger and what.action in (None, told.step.action)
    return what.action is None and _is_threshold(trigger, told.share or 0)


def _is_threshold(trigger: ladder.Trigger, share: int) -> bool:
    match trigger.reached:
        case Reached.WARNING:
            return share < WHOLE
        case Reached.BREACH:
            return share == WHOLE
        case Reached.SHARE:
            return share == trigger.share
        case _:
            return False


def _quiet(until: scenario.Moment, name: str, rehearsal: Rehearsal, zone_name: str) -> CameOut:
    begin, end = rehearsal.now, instant(until, zone_name)
    first = next((told for told in rehearsal.to_come(name, repeats_until=end) if told.at >= begin), None)
    if first is None or first.at >= end:
        return CameOut(True, scenario.Quiet(until), begin, None)
    actual = scenario.Quiet(reading(first.at, zone_name))
    return CameOut(False, actual, rehearsal.now, first.metric, is_second(first.at, zone_name))
