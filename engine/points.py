"""Where the steps of a ladder lie on a clock: each at the use of the target that its trigger names.

A trigger is an amount of use: `50% of` is half of the target, `1h past` the target and an hour, `30m before` the target less half an
hour, all in the open seconds of the clock itself, so that pauses and closing time put steps off as they put off the due time.
`only in CALENDAR hours` counts delays on that calendar instead, from the instant at which the target is used up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dsl.ladder import Reached
from engine.clock import Clock, Point
from engine.cycles import FOREVER
from engine.measure import reach
from engine.plan import Rung
from engine.timeline import Leg, Timeline

_Key = tuple[str, str, int]
"""(ladder, name, number) of a point."""


def with_points(
    clock: Clock, legs: Sequence[Leg], states: Timeline, now: int, acknowledged: int | None
) -> Clock:
    """The clock with the points of the ladders that were in force on its legs; itself if there were none.

    `acknowledged` is when somebody took the ticket on, None if nobody has. Of repetitions the newest that has come
    and the next are given.
    """
    pieces = list(_pieces(clock.metric, legs, states))
    if not any(found for *_, found in pieces):
        return clock
    rungs = {(rung.ladder, rung.name): rung for *_, found in pieces for rung in found}
    target = next((leg.target for leg in reversed(legs) if leg.target is not None), 0)
    numbers = {key: _numbers(rung, clock.elapsed - 1 - rung.need(target)) for key, rung in rungs.items()}
    reached = _fold(pieces, numbers)
    end = FOREVER if clock.stopped is None else clock.stopped
    points = []
    for (ladder, name), rung in rungs.items():
        if rung.hours is None:
            places = {number: reached[ladder, name, number] for number in numbers[ladder, name]}
        else:
            places = _put_off(rung, reached[ladder, name, 0], clock.started, now)
        first = places[0]
        for number, at in places.items():
            known = at if at is not None and at < end else None
            answered = first is not None and acknowledged is not None and acknowledged >= first
            if number and (
                known is None or (answered and acknowledged is not None and known >= acknowledged)
            ):
                continue
            points.append(Point(ladder, rung.step, name, number, known))
    coming = [point.at + 1 for point in points if point.at is not None and point.at >= now]
    if clock.next_at is not None:
        coming.append(clock.next_at)
    next_at = min(coming, default=None) if clock.stopped is None else None
    return replace(clock, points=tuple(points), next_at=next_at)


_Piece = tuple[int, int, Leg, tuple[Rung, ...]]


def _pieces(metric: str, legs: Sequence[Leg], states: Timeline) -> Iterator[_Piece]:
    """The legs, cut where the ladder in force may change: (start, end, leg, its steps)."""
    for leg in legs:
        for state in states.within(leg.start, leg.end):
            rungs = (
                state.plan.climb(metric, state.situation.priority) if state.plan and state.plan.rungs else ()
            )
            yield max(leg.start, state.start), min(leg.end, state.end), leg, rungs


def _fold(
    pieces: Sequence[_Piece], numbers: Mapping[tuple[str, str], Sequence[int]]
) -> dict[_Key, int | None]:
    reached: dict[_Key, int | None] = {}
    used = 0
    for start, end, leg, rungs in pieces:
        room = None if end == FOREVER else leg.option.hours.elapsed(start, end)
        for rung in rungs:
            for number in numbers[rung.ladder, rung.name]:
                key = (rung.ladder, rung.name, number)
                need = rung.need(leg.target or 0)
                if need <= 0:
                    reached.setdefault(key, None)
                    continue
                if number and rung.step.repeat:
                    need += number * rung.step.repeat.seconds
                # As with thresholds: the target in force decides, a looser one takes back what a stricter one said.
                if reached.get(key) is None or (leg.target is not None and used < need):
                    reached[key] = reach(leg, start, end, need, used, room)
        if room is not None and not leg.paused_by:
            used += room
    return reached


def _numbers(rung: Rung, over: int) -> tuple[int, ...]:
    """Which repetitions to place when `over` seconds have passed since the step was reached (less than 0: not yet)."""
    repeat = rung.step.repeat
    if repeat is None or rung.hours is not None:
        return (0,)
    newest = over // repeat.seconds if over >= 0 else 0
    return (0, *(n for n in (newest, newest + 1) if n > 0 and (not repeat.most or n <= repeat.most)))


def _put_off(rung: Rung, reached: int | None, started: int, now: int) -> dict[int, int | None]:
    """The first time and the repetitions of a step that is taken in certain hours only."""
    hours, trigger, repeat = rung.hours, rung.step.trigger, rung.step.repeat
    assert hours is not None
    first = reached
    if reached is not None and trigger.reached is Reached.PAST:
        first = hours.due(reached, trigger.seconds)
    elif reached is not None and trigger.reached is Reached.BEFORE:
        back = hours.back(reached, trigger.seconds)
        first = back if back is not None and back > started else None
    first = None if first is None else hours.opening(first)
    places = {0: first}
    if first is not None and repeat is not None:
        newest = max((hours.elapsed(first, now) - 1) // repeat.seconds, 0)
        for number in (newest, newest + 1):
            if number and (not repeat.most or number <= repeat.most):
                at = hours.due(first, number * repeat.seconds)
                places[number] = None if at is None else hours.opening(at)
    return places
