"""Where the steps of a ladder lie on a clock: each at the use of the target that its trigger names.

A trigger is an amount of use: `50% of` is half of the target, `1h past` the target and an hour, `30m before` the target less half an
hour, all in the open seconds of the clock itself, so that pauses and closing time put steps off as they put off the due time.
`only in CALENDAR hours` counts delays on that calendar instead, from the instant at which the target is used up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from dsl.ladder import Reached, Repeat
from engine.calendar.hours import OpenHours
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
    repeat = rung.step.repeat
    first, again = at, partial(_again, legs, rung, used)
    since = elapsed - used
    if rung.hours is not None:
        first = _put_off(rung, at, legs[0].start)
        if first is not None:
            again, since = partial(_again_in, rung.hours, first), rung.hours.elapsed(first, now)
    yield 0, first
    if first is None or repeat is None:
        return
    places = [(number, again(number * repeat.seconds)) for number in _newest(repeat, since)]
    come = sum(place is not None and place < now for _, place in places)
    yield from places[max(come - 1, 0) : come + 1]


def _newest(repeat: Repeat, since: int) -> list[int]:
    """The repetitions of which the newest has come and the next has not, when the first time is `since` seconds of use
    ago; where they are limited, the last stands for all after it.

    After a whole number of periods the last of them may have come or be about to: closing time uses nothing.
    """
    oldest, following = max((since - 1) // repeat.seconds, 1), max(since, 0) // repeat.seconds + 1
    last = repeat.most or following
    return list(range(min(oldest, last), min(following, last) + 1))


def _again(legs: Sequence[Leg], rung: Rung, used: int, later: int) -> int | None:
    """When so many more seconds of the clock are used."""
    places = (leg.reach(used + later) for leg in legs if rung in leg.rungs)
    return next((place for place in places if place is not None), None)


def _again_in(hours: OpenHours, first: int, later: int) -> int | None:
    """So many seconds later on the hours in which a step is taken."""
    at = hours.due(first, later)
    return None if at is None else hours.opening(at)


def _put_off(rung: Rung, reached: int | None, started: int) -> int | None:
    """The first time of a step that is taken in certain hours only."""
    hours, trigger = rung.hours, rung.step.trigger
    assert hours is not None
    first = reached
    if reached is not None and trigger.reached is Reached.PAST:
        first = hours.due(reached, trigger.seconds)
    elif reached is not None and trigger.reached is Reached.BEFORE:
        first = hours.back(reached, trigger.seconds)
    first = None if first is None else hours.opening(first)
    if trigger.reached is Reached.BEFORE and first is not None and first <= started:
        return None
    return first
