"""Where the steps of a ladder lie on a clock: each at the use of the target that its trigger names.

A trigger is an amount of use: `50% of` is half of the target, `1h past` the target and an hour, `30m before` the target less half an
hour, all in the open seconds of the clock itself, so that pauses and closing time put steps off as they put off the due time.
`only in CALENDAR hours` counts delays on that calendar instead, from the instant at which the target is used up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsl.ladder import Reached, Repeat
from engine.clock import Point
from engine.plan import Rung
from engine.timeline import Leg


def points_on(
    legs: Sequence[Leg], stopped: int | None, elapsed: int, now: int, acknowledged: int | None
) -> tuple[Point, ...]:
    """The steps of the ladders that count on the legs of a clock, which has used `elapsed` open seconds at `now`.

    `acknowledged` is when somebody took the ticket on, None if nobody has. Of repetitions the newest that has come
    and the next are given.
    """
    points = []
    for rung, at, used in _firsts(legs):
        answered = None
        for number, place in _places(legs, rung, at, used, elapsed, now):
            known = place if place is not None and (stopped is None or place < stopped) else None
            if not number:
                # An acknowledgement from before the first time is not an answer to it.
                answered = acknowledged if acknowledged is not None and (place or 0) <= acknowledged else None
            elif known is None or (answered is not None and known >= answered):
                continue
            points.append(Point(rung.key[0], rung.step, rung.key[1], number, known))
    return tuple(points)


def _firsts(legs: Sequence[Leg]) -> Iterator[tuple[Rung, int | None, int]]:
    """Each step, when it is reached for the first time (None if not), and how much of the clock is used by then."""
    found: dict[tuple[str, str], tuple[Rung, int | None, int]] = {}
    for leg in legs:
        for rung in leg.rungs:
            need = rung.need(leg.target or 0)
            known = found.get(rung.key)
            if need <= 0:
                found[rung.key] = (rung, None, 0) if known is None else (rung, *known[1:])
            # As with thresholds: the target in force decides, a looser one takes back what a stricter one said.
            elif known is None or known[1] is None or (leg.target is not None and leg.used < need):
                found[rung.key] = (rung, leg.reach(need), max(need, leg.used))
            else:
                found[rung.key] = (rung, *known[1:])
    yield from found.values()


def _places(
    legs: Sequence[Leg], rung: Rung, at: int | None, used: int, elapsed: int, now: int
) -> Iterator[tuple[int, int | None]]:
    """The first time of a step and those of its repetitions that are worth placing, each with its number."""
    if rung.hours is not None:
        yield from _put_off(rung, at, legs[0].start, now).items()
        return
    yield 0, at
    repeat = rung.step.repeat
    if at is None or repeat is None:
        return
    for number in _newest(repeat, elapsed - used):
        need = used + number * repeat.seconds
        places = (leg.reach(need) for leg in legs if rung in leg.rungs)
        yield number, next((place for place in places if place is not None), None)


def _newest(repeat: Repeat, since: int) -> Iterator[int]:
    """The newest repetition that has come, and the next one, when the first time is `since` seconds of use ago; where they are
    limited, the last stands for all after it."""
    newest = max((since - 1) // repeat.seconds, 0)
    last = repeat.most or newest + 1
    if newest and newest < last:
        yield newest
    yield min(newest + 1, last)


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
