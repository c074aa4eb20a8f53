"""How a deadline or a sum of open time came about, one local date after the other.

The figures are those of the clock itself, cut at local midnights: they add up to what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dsl.model import Calendar
from engine.calendar.closures import reasons
from engine.calendar.hours import Interval, OpenHours
from engine.pausing import Pause, elapsed
from engine.wall import Change, date_of, zone


@dataclass(frozen=True, slots=True)
class Day:
    """One local date. `hours` are all its open intervals (instants), `used` and `paused` open seconds within the question.

    `reasons` say why its hours are not the usual ones; `change` is a change of clocks on it.
    """

    date: date
    hours: tuple[Interval, ...]
    used: int
    paused: int
    reasons: tuple[str, ...]
    change: Change | None


def day_by_day(
    calendar: Calendar | None, hours: OpenHours, start: int, end: int, pauses: Iterable[Pause] = ()
) -> list[Day]:
    """The local dates of `[start, end)` on a calendar (None for the built-in `always`), first to last."""
    where = zone(hours.zone)
    pauses = tuple(pauses)
    days = []
    for number in range(where.day(start), where.day(max(end - 1, start)) + 1):
        spans = where.day_spans(number)
        if not spans:
            continue
        used = paused = 0
        for a, b in ((max(a, start), min(b, end)) for a, b in spans):
            counted = elapsed(hours, a, b, pauses)
            used += counted
            paused += hours.elapsed(a, b) - counted
        day = date_of(number)
        changes = where.changes(spans[0][0], spans[-1][1])
        days.append(
            Day(
                day,
                tuple(hours.open_on(number)),
                used,
                paused,
                () if calendar is None else reasons(calendar, day),
                changes[0] if changes else None,
            )
        )
    return days
