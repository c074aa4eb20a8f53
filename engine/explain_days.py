"""How a due time came about: what each local date gave to a clock, what pauses took away, where thresholds lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dsl.model import Calendar
from engine.calendar import Interval, OpenHours
from engine.clock import Clock
from engine.day_by_day import Day, day_by_day
from engine.graph import Graph
from engine.lengths import length
from engine.timeline import Leg
from engine.wall import DAY, format_local

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EDGE = 21
"""Days that are shown at each end of a span too long to show whole."""


@dataclass(frozen=True, slots=True)
class Run:
    """Legs that follow each other on one calendar; `end` is where the account of it ends."""

    hours: OpenHours
    calendar: str
    start: int
    end: int
    pauses: tuple[tuple[int, int, tuple[str, ...]], ...]


def runs(legs: Sequence[Leg], end: int) -> list[Run]:
    """The legs up to `end` as runs."""
    found: list[Run] = []
    for leg in legs:
        until = min(leg.end, end)
        if until < leg.start:
            break
        paused = ((leg.start, until, leg.paused_by),) if leg.paused_by else ()
        last = found[-1] if found else None
        if last is not None and last.hours is leg.option.hours and last.end == leg.start:
            found[-1] = Run(last.hours, last.calendar, last.start, until, last.pauses + paused)
        else:
            found.append(Run(leg.option.hours, leg.option.target.calendar, leg.start, until, paused))
    return found


def account(clock: Clock, legs: Sequence[Leg], graph: Graph, end: int) -> Iterator[str]:
    """The local dates from the clock's start to `end`, with a running sum of what was used."""
    used = 0
    previous: Run | None = None
    for run in runs(legs, end):
        if previous is not None and previous.end < run.start:
            gap = f"{format_local(previous.end, run.hours.zone)} to {format_local(run.start, run.hours.zone)}"
            yield f"{gap}: the clock stands still"
        if previous is None or previous.hours is not run.hours:
            yield f"on calendar {run.calendar}, times of {run.hours.zone}"
        previous = run
        declared = graph.ruleset.calendars.get(run.calendar)
        for days in _shown(run, declared):
            if isinstance(days, tuple):
                first, last = days
                counted = _counted(run, first, last)
                used += counted
                yield f"  ... {-(-(last - first) // DAY)} days, {length(counted)} used, {length(used)} so far"
                continue
            used += days.used
            yield _line(days, run, clock, used)


def _shown(run: Run, calendar: Calendar | None) -> Iterator[Day | Interval]:
    """The run's days; the middle of a long one as a bare span."""
    pauses = [(start, end) for start, end, _ in run.pauses]
    if run.end - run.start <= (2 * _EDGE + 2) * DAY:
        yield from day_by_day(calendar, run.hours, run.start, run.end, pauses)
        return
    head = day_by_day(calendar, run.hours, run.start, run.start + _EDGE * DAY, pauses)
    tail = day_by_day(calendar, run.hours, run.end - _EDGE * DAY, run.end, pauses)
    yield from head
    yield (run.start + _EDGE * DAY, run.end - _EDGE * DAY)
    yield from tail


def _counted(run: Run, start: int, end: int) -> int:
    paused = sum(run.hours.elapsed(max(a, start), min(b, end)) for a, b, _ in run.pauses)
    return run.hours.elapsed(start, end) - paused


def _line(day: Day, run: Run, clock: Clock, used: int) -> str:
    zone = run.hours.zone
    name = f"{_WEEKDAYS[day.date.weekday()]} {day.date.isoformat()}"
    parts = [", ".join(f"{_time(a, zone)}-{_closing(b, day, zone)}" for a, b in day.hours) or "closed"]
    parts += (f"({reason})" for reason in day.reasons)
    if day.change is not None:
        parts.append("(clocks change)")
    if day.used:
        parts.append(f"{length(day.used)} used, {length(used)} of {length(clock.target)}")
    if day.paused:
        names = dict.fromkeys(
            name
            for a, b, by in run.pauses
            for name in by
            if any(a < end and begin < b for begin, end in day.hours)
        )
        parts.append(f"{length(day.paused)} paused by {', '.join(names)}")
    for threshold in clock.thresholds:
        if threshold.at is not None and format_local(threshold.at, zone)[:10] == day.date.isoformat():
            parts.append(f"<- {threshold.name} {_time(threshold.at, zone)}")
    return f"  {name}  " + "  ".join(parts)


def _time(at: int, zone: str) -> str:
    return format_local(at, zone)[11:]


def _closing(at: int, day: Day, zone: str) -> str:
    return "24:00" if format_local(at, zone)[:10] > day.date.isoformat() else _time(at, zone)
