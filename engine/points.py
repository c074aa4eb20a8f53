"""Where the steps of a ladder lie on a clock: each at the use of the target that its trigger names.

A trigger is an amount of use: `50% of` is half of the target, `1h past` the target and an hour, `30m before` the target less half an
hour, all in the open seconds of the clock itself, so that pauses and closing time put steps off as they put off the due time.
`only in CALENDAR hours` counts delays on that calendar instead, from the instant at which the target is used up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dsl.ladder import Reached, Repeat
from engine.clock import Clock, Point
from engine.cycles import FOREVER
from engine.measure import reach
from engine.plan import Rung
from engine.timeline import Leg, Timeline


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
    firsts = _fold(pieces)
    end = FOREVER if clock.stopped is None else clock.stopped
    points = []
    for key, rung in rungs.items():
        at, used = firsts[key]
        if rung.hours is not None:
            places = _put_off(rung, at, clock.started, now)
        else:
            places = {0: at}
            if at is not None:
                numbers = _numbers(rung, clock.elapsed - used)
                places |= {number: _again(pieces, rung, used + number * every) for number, every in numbers}
        first = places[0]
        # An acknowledgement from before the first time is not an answer to it.
        answered = acknowledged if acknowledged is not None and (first or 0) <= acknowledged else end
        for number, place in places.items():
            known = place if place is not None and place < end else None
            if not number or (known is not None and known < answered):
                points.append(Point(rung.ladder, rung.step, rung.name, number, known))
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


def _fold(pieces: Sequence[_Piece]) -> dict[tuple[str, str], tuple[int | None, int]]:
    """When each step is reached for the first time, None if not, and how much of the clock is used by then."""
    reached: dict[tuple[str, str], tuple[int | None, int]] = {}
    used = 0
    for start, end, leg, rungs in pieces:
        room = None if end == FOREVER else leg.option.hours.elapsed(start, end)
        for rung in rungs:
            key = (rung.ladder, rung.name)
            need = rung.need(leg.target or 0)
            if need <= 0:
                reached.setdefault(key, (None, 0))
            # As with thresholds: the target in force decides, a looser one takes back what a stricter one said.
            elif reached.get(key, (None, 0))[0] is None or (leg.target is not None and used < need):
                reached[key] = (reach(leg, start, end, need, used, room), max(need, used))
        if room is not None and not leg.paused_by:
            used += room
    return reached


def _again(pieces: Sequence[_Piece], rung: Rung, need: int) -> int | None:
    """When so much of the clock is used, in a part in which the step counts; None if not."""
    used = 0
    for start, end, leg, rungs in pieces:
        room = None if end == FOREVER else leg.option.hours.elapsed(start, end)
        if rung in rungs:
            at = reach(leg, start, end, need, used, room)
            if at is not None:
                return at
        if room is not None and not leg.paused_by:
            used += room
    return None


def _numbers(rung: Rung, since: int) -> Iterator[tuple[int, int]]:
    """Which repetitions to place, and what lies between them, when the first time is `since` seconds of use ago."""
    repeat = rung.step.repeat
    if repeat is not None:
        for number in _newest(repeat, since):
            yield number, repeat.seconds


def _newest(repeat: Repeat, since: int) -> Iterator[int]:
    """The newest repetition that has come, and the next one; where they are limited, the last stands for all after it."""
    newest = max((since - 1) // repeat.seconds, 0)
    last = repeat.most or newest + 1
    yield from sorted({number for number in (min(newest, last), min(newest + 1, last)) if number})


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
        for number in _newest(repeat, hours.elapsed(first, now)):
            at = hours.due(first, number * repeat.seconds)
            places[number] = None if at is None else hours.opening(at)
    return places
