"""What calendars, pauses and steps of ladders say, apart from what they are called: facts that can be compared and shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from dsl.condition_text import canonical
from dsl.ladder import Escalation, LadderStep
from dsl.model import (
    ALWAYS,
    Calendar,
    CountryHolidays,
    DayHoliday,
    EasterHoliday,
    FileHolidays,
    HolidayLine,
    TimeRange,
    YearlyHoliday,
)
from engine.graph import Graph

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Facts = dict[str, str]
"""What is said of a calendar, by what it is said about."""


class Contents:
    """The contents of one graph's declarations, each worked out once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._calendars: dict[str, Facts] = {}
        self._frozen: dict[str, frozenset[tuple[str, str]]] = {}

    def calendar(self, name: str) -> Facts:
        """The facts of a calendar by name; of `always` that it never closes."""
        if name not in self._calendars:
            declared = self._graph.ruleset.calendars.get(name)
            self._calendars[name] = dict(calendar_facts(declared)) if declared else {ALWAYS: "open"}
            self._frozen[name] = frozenset(self._calendars[name].items())
        return self._calendars[name]

    def hours(self, name: str) -> frozenset[tuple[str, str]]:
        """The same as a value to compare; empty for no calendar at all."""
        if not name:
            return frozenset()
        self.calendar(name)
        return self._frozen[name]

    def step(self, step: LadderStep) -> tuple[object, ...]:
        """All of a step but how its line is written and for which priorities it is."""
        when = None if step.when is None else canonical(step.when)
        return (
            *(step.trigger, step.action, when, step.skip_if_nobody, self.hours(step.calendar)),
            *(step.repeat, step.on_edits),
        )


def stops(ladder: Escalation | None) -> frozenset[object]:
    """The conditions under which a ladder stands still."""
    return frozenset(map(canonical, ladder.stop)) if ladder else frozenset()


def calendar_facts(calendar: Calendar) -> Iterator[tuple[str, str]]:
    """What a calendar says of its zone, of each weekday, of single dates, and which holidays close it."""
    yield "zone", calendar.zone
    for name, ranges in zip(WEEKDAYS, calendar.weekly, strict=True):
        if ranges:
            yield name, _hours(ranges)
    for opened in calendar.open_dates:
        yield f"open {opened.day.isoformat()}", _hours(opened.ranges)
    for closed in calendar.closed_dates:
        hours = _hours((closed.range,)) if closed.range else "all day"
        yield f"closed {closed.day.isoformat()} {hours}".removesuffix(" all day"), "closed"
    for holidays in calendar.holidays:
        for line in holidays.lines:
            yield f"holiday {_holiday(line, holidays.observed)}", "closed"


def _hours(ranges: tuple[TimeRange, ...]) -> str:
    return ", ".join(f"{_time(one.start)}-{_time(one.end)}" for one in ranges)


def _time(minutes: int) -> str:
    hour, minute = divmod(minutes if minutes <= 24 * 60 else minutes - 24 * 60, 60)
    return f"{hour:02}:{minute:02}"


def _holiday(line: HolidayLine, observed: bool) -> str:
    match line:
        case CountryHolidays(country, subdivision):
            place = f"{country} {subdivision}".rstrip()
            return f"country {place}" + ("" if observed else " without substitute days")
        case DayHoliday(day):
            return day.isoformat()
        case YearlyHoliday(month, day):
            return f"yearly {month:02}-{day:02}"
        case EasterHoliday(offset):
            return f"easter {offset:+}"
        case FileHolidays(path, text):
            return f"file {path} ({hashlib.sha256(text.encode()).hexdigest()[:8]})"
