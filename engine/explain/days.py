"""How a due time came about: what each local date gave to a clock, what pauses took away, where thresholds lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import NamedTuple

from dsl.model import ALWAYS, Calendar
from engine.calendar.day_by_day import Day, day_by_day
from engine.calendar.hours import OpenHours, around_the_clock
from engine.clock import Clock
from engine.graph import Graph
from engine.lengths import length
from engine.timeline import Leg
from engine.wall import DAY, format_local, local_date

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EDGE = 21
"""Days that are shown at each end of a span too long to show whole."""


class Point(NamedTuple):
    """A threshold that was reached, or will be."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """Legs that follow each other on one calendar to one `target` (open seconds), all of them past or all still `coming`."""

    hours: OpenHours
    calendar: str
    target: int
    start: int
    end: int
    pauses: tuple[tuple[int, int, tuple[str, ...]], ...]
    coming: bool


def told_in(hours: OpenHours, zone: str) -> OpenHours:
    """The hours of a calendar, those of `always` on the wall clock of `zone`."""
    return around_the_clock(zone) if hours.name == ALWAYS else hours


def runs(legs: Sequence[Leg], end: int, now: int, zone: str) -> list[Run]:
    """The legs up to `end` as runs, cut at `now`."""
    found: list[Run] = []
    for leg in legs:
        until = min(leg.end, end)
        if until < leg.start:
            break
        hours = told_in(leg.option.hours, zone)
        cuts = [leg.start, now, until] if leg.start < now < until else [leg.start, until]
        for a, b in pairwise(cuts):
            coming = b > now
            pauses = ((a, b, leg.paused_by),) if leg.paused_by else ()
            last = found[-1] if found else None
            if last and (last.hours, last.target, last.end, last.coming) == (hours, leg.promised, a, coming):
                found[-1] = replace(last, end=b, pauses=last.pauses + pauses)
            else:
                found.append(Run(hours, leg.option.target.calendar, leg.promised, a, b, pauses, coming))
    return found


def reasoning(
    clock: Clock, legs: Sequence[Leg], graph: Graph, end: int, now: int, zone_name: str
) -> Iterator[str]:
    """The local dates from the clock's start to `end`, with a running sum of what was used and will be.

    Each calendar tells them in times of its own zone (`always` of the one that is given), under a heading that names it.
    """
    used = 0
    previous: Run | None = None
    found = runs(legs, end, now, zone_name)
    for run, following in zip_longest(found, found[1:]):
        zone = run.hours.zone
        if previous is None or previous.hours is not run.hours:
            yield f"on calendar {run.calendar}, times of {zone}"
        if previous is not None and previous.end < run.start:
            yield f"  {format_local(previous.end, zone)} to {format_local(run.start, zone)}: the clock stands still"
        if previous is not None and previous.target != run.target:
            yield f"  from {format_local(run.start, zone)} on the target is {length(run.target)}:"
        if run.coming and (previous is None or not previous.coming):
            yield f"  still to come from {format_local(run.start, zone)} on, if nothing more happens:"
        previous = run
        declared = graph.ruleset.calendars.get(run.calendar)
        points = _points(clock, run, following)
        for begin, finish, days in _parts(run, declared):
            here = [point for point in points if point.at <= finish]
            points = points[len(here) :]
            if days is None:
                counted = _counted(run, begin, finish)
                used += counted
                yield "  ".join(
                    [
                        f"  ... {-(-(finish - begin) // DAY)} days, {_used(counted, run)}, {length(used)} so far",
                        *(f"<- {point.name} {format_local(point.at, zone)}" for point in here),
                    ]
                )
                continue
            for day in days:
                used += day.used
                # What is reached at midnight was reached by the day before, unless the clock only began then.
                reached = [point for point in here if local_date(max(point.at - 1, begin), zone) == day.date]
                yield _line(day, run, used, reached)


def _points(clock: Clock, run: Run, following: Run | None) -> list[Point]:
    """What the clock reached on this run, in order; at the instant where two runs meet it is of the later one."""
    last = run.end if following is None else following.start - 1
    found = (Point(item.at, item.name) for item in clock.thresholds if item.at is not None)
    return sorted((point for point in found if run.start <= point.at <= last), key=lambda point: point.at)


def _parts(run: Run, calendar: Calendar | None) -> Iterator[tuple[int, int, list[Day] | None]]:
    """The run's days; of a long one the middle as a bare span."""
    pauses = [(start, end) for start, end, _ in run.pauses]
    cuts = [run.start, run.end]
    if run.end - run.start > (2 * _EDGE + 2) * DAY:
        cuts[1:1] = [run.start + _EDGE * DAY, run.end - _EDGE * DAY]
    for number, (a, b) in enumerate(pairwise(cuts)):
        yield a, b, None if number == 1 else day_by_day(calendar, run.hours, a, b, pauses)


def _counted(run: Run, start: int, end: int) -> int:
    paused = sum(run.hours.elapsed(max(a, start), min(b, end)) for a, b, _ in run.pauses)
    return run.hours.elapsed(start, end) - paused


def _line(day: Day, run: Run, used: int, reached: Sequence[Point]) -> str:
    zone = run.hours.zone
    name = f"{_WEEKDAYS[day.date.weekday()]} {day.date.isoformat()}"
    parts = [", ".join(f"{_time(a, zone)}-{_closing(b, day, zone)}" for a, b in day.hours) or "closed"]
    parts += (f"({reason})" for reason in day.reasons if day.hours or reason != "closed")
    if day.change is not None:
        parts.append("(clocks change)")
    if day.used:
        parts.append(f"{_used(day.used, run)}, {length(used)} of {length(run.target)}")
    if day.paused:
        names = dict.fromkeys(
            name
            for a, b, by in run.pauses
            for name in by
            if any(a < end and begin < b for begin, end in day.hours)
        )
        parts.append(f"{length(day.paused)} paused by {', '.join(names)}")
    parts += (f"<- {point.name} {_closing(point.at, day, zone)}" for point in reached)
    return f"  {name}  " + "  ".join(parts)


def _used(seconds: int, run: Run) -> str:
    return f"{length(seconds)} {'will be used' if run.coming else 'used'}"


def _time(at: int, zone: str) -> str:
    return format_local(at, zone)[11:]


def _closing(at: int, day: Day, zone: str) -> str:
    return "24:00" if format_local(at, zone)[:10] > day.date.isoformat() else _time(at, zone)
