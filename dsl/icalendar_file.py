"""What an iCalendar file says about closing: for the check, which must refuse a broken one, and for the engine.

The libraries behind it cost half a second to import, so they are imported only when a rule file names such a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from icalendar import Calendar, Event
    from icalendar.cal import Component

_CHECKED = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")

_TOO_OFTEN = ("MINUTELY", "SECONDLY")


@dataclass(frozen=True, slots=True)
class AllDay:
    """Local dates `[start, end)`."""

    start: date
    end: date
    title: str


@dataclass(frozen=True, slots=True)
class Timed:
    """`[start, end)`: aware, or naive for readings of the wall clock wherever the calendar is."""

    start: datetime
    end: datetime
    title: str


def broken_events(text: str) -> list[str]:
    """Why this text cannot serve as a list of closures, a message for each fault; empty if it can."""
    return list(_checked(text)[1])


@lru_cache(maxsize=64)
def _checked(text: str) -> tuple[Calendar | None, tuple[str, ...]]:
    import recurring_ical_events

    try:
        calendar = _read(text)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        return None, (f"not an iCalendar file: {error}",)
    faults = [f"{_called(event)}: {fault}" for event in calendar.walk("VEVENT") for fault in _faults(event)]
    if not faults:
        try:
            next(recurring_ical_events.of(calendar).all(), None)
        except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
            faults.append(f"an event cannot be worked out: {error}")
    return calendar, tuple(faults)


def closures(text: str, year: int) -> tuple[AllDay | Timed, ...]:
    """The events of `year` and a few days around it. Raises ValueError for a file with broken events."""
    import recurring_ical_events

    calendar, faults = _checked(text)
    if calendar is None or faults:
        raise ValueError(faults[0])
    margin = timedelta(days=3)
    events = recurring_ical_events.of(calendar).between(
        date(year, 1, 1) - margin, date(year + 1, 1, 1) + margin
    )
    return tuple(
        _closure(cast("Event", event))
        for event in events
        if str(event.get("STATUS", "")).upper() != "CANCELLED"
    )


def _read(text: str) -> Calendar:
    from icalendar import Calendar

    calendar = Calendar.from_ical(text)
    if calendar.name != "VCALENDAR":
        raise ValueError("it has no BEGIN:VCALENDAR")
    return calendar


def _called(event: Component) -> str:
    return f'event "{event.get("SUMMARY") or event.get("UID") or "without a name"}"'


def _faults(event: Component) -> list[str]:
    broken = [f"{name} {reason}" for name, reason in event.errors if name in _CHECKED]
    if broken:
        return broken
    start, end, duration = event.get("DTSTART"), event.get("DTEND"), event.get("DURATION")
    if start is None:
        return ["no DTSTART"]
    if isinstance(start, list) or isinstance(end, list):
        return ["more than one DTSTART or DTEND"]
    unknown = [
        f'unknown time zone "{value.params["TZID"]}"'
        for value in (start, end)
        if value is not None
        and "TZID" in value.params
        and isinstance(value.dt, datetime)
        and value.dt.tzinfo is None
    ]
    if unknown:
        return unknown[:1]
    if end is not None:
        if isinstance(start.dt, datetime) != isinstance(end.dt, datetime):
            return ["DTSTART and DTEND are not both dates or both times"]
        if isinstance(start.dt, datetime) and (start.dt.tzinfo is None) != (end.dt.tzinfo is None):
            return ["only one of DTSTART and DTEND has a time zone"]
        if end.dt < start.dt:
            return ["DTEND is before DTSTART"]
    if duration is not None and duration.dt < timedelta(0):
        return ["DURATION is negative"]
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if any(freq in _TOO_OFTEN for freq in rule.get("FREQ", [])):
            return ["RRULE repeats it by the minute or second, which no closure does"]
    return []


def _closure(event: Event) -> AllDay | Timed:
    title = str(event.get("SUMMARY", ""))
    start, end = event.start, event.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Timed(start, end, title)
    return AllDay(start, max(end, start + timedelta(days=1)), title)
