"""When a calendar is closed, and why: its holiday lists and closed dates, a year at a time.

A closure is either a whole local date or a span of instants. What is open is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from dsl.icalendar_file import AllDay, closures
from dsl.model import (
    Calendar,
    CountryHolidays,
    DayHoliday,
    EasterHoliday,
    FileHolidays,
    HolidayList,
    YearlyHoliday,
)
from engine.errors import EngineError
from engine.wall import DAY, LATEST, Zone, date_of, day_number, zone

Days = tuple[tuple[int, str], ...]
"""(local day number, why it is closed)."""

Spans = tuple[tuple[int, int, str], ...]
"""(start, end, why): closed instants `[start, end)`."""

_ZERO = datetime(1970, 1, 1)  # noqa: DTZ001 - a reading of a wall clock somewhere
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Closures:
    """Closed whole local days, and closed spans of instants, each with its reason."""

    days: Days
    spans: Spans


def closures_of(calendar: Calendar, year: int) -> Closures:
    """Everything that closes `calendar` during the local year; spans may reach beyond it.

    An `open DATE` cancels none of it here. Raises EngineError for a country that is not known or a broken file.
    """
    where = zone(calendar.zone)
    days: list[tuple[int, str]] = []
    spans: list[tuple[int, int, str]] = []
    for closed in calendar.closed_dates:
        day = day_number(closed.day)
        if closed.range is None:
            if closed.day.year == year:
                days.append((day, closed.title or "closed"))
        elif (closed.day + timedelta(days=1)).year == year or closed.day.year == year:
            start, end = closed.range.start * 60, closed.range.end * 60
            spans.append(
                (where.first(day * DAY + start), where.last(day * DAY + end), closed.title or "closed")
            )
    for holidays in calendar.holidays:
        found = listed(holidays, calendar.zone, year)
        days.extend(found.days)
        spans.extend(found.spans)
    return Closures(tuple(days), tuple(spans))


@lru_cache(maxsize=4096)
def listed(holidays: HolidayList, zone_name: str, year: int) -> Closures:
    """What one list closes during a year, its instants in that zone."""
    days: list[tuple[int, str]] = []
    spans: list[tuple[int, int, str]] = []
    for line in holidays.lines:
        match line:
            case CountryHolidays():
                days.extend(_country(line.country, line.subdivision, holidays.observed, year))
            case DayHoliday(day, title):
                if day.year == year:
                    days.append((day_number(day), title))
            case YearlyHoliday(month, day_of_month, title):
                if month != 2 or day_of_month != 29 or _is_leap(year):
                    days.append((day_number(date(year, month, day_of_month)), title))
            case EasterHoliday(offset, title):
                days.extend((day, title) for day in _easter_days(offset, year))
            case FileHolidays():
                found = _events(line, zone_name, year)
                days.extend(found.days)
                spans.extend(found.spans)
    said = holidays.title or holidays.name
    return Closures(
        tuple((day, title or said) for day, title in days),
        tuple((start, end, title or said) for start, end, title in spans),
    )


@lru_cache(maxsize=4096)
def _country(country: str, subdivision: str, observed: bool, year: int) -> Days:
    import holidays

    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, expand=False, observed=observed
        )
    except (
        RuntimeError
    ) as error:  # its kind for "not implemented": a country or subdivision that it does not know
        raise EngineError(f"no public holidays are known for {country} {subdivision}".rstrip()) from error
    return tuple(sorted((day_number(day), title) for day, title in found.items()))


def _easter_days(offset: int, year: int) -> Iterator[int]:
    first, last = day_number(date(year, 1, 1)), day_number(date(year, 12, 31))
    for of_year in range(date_of(first - offset).year, date_of(last - offset).year + 1):
        day = day_number(easter(of_year)) + offset
        if first <= day <= last:
            yield day


def easter(year: int) -> date:
    """Western Easter Sunday, by the ecclesiastical computation of Meeus, Jones and Butcher."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, skipped = divmod(century, 4)
    moon = (19 * golden + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * skipped + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * to_sunday) // 451
    month, day = divmod(moon + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _events(line: FileHolidays, zone_name: str, year: int) -> Closures:
    where = zone(zone_name)
    try:
        events = closures(line.text, year)
    except ValueError as error:
        raise EngineError(f"{line.path}: {error}") from error
    days: list[tuple[int, str]] = []
    spans: list[tuple[int, int, str]] = []
    for event in events:
        if isinstance(event, AllDay):
            first = max(day_number(event.start), day_number(date(year, 1, 1)))
            end = min(day_number(event.end), day_number(date(year, 12, 31)) + 1)
            days.extend((day, event.title) for day in range(first, end))
        else:
            spans.append(
                (
                    _instant(event.start, where, start=True),
                    _instant(event.end, where, start=False),
                    event.title,
                )
            )
    return Closures(tuple(days), tuple(spans))


def _instant(moment: datetime, where: Zone, *, start: bool) -> int:
    if moment.tzinfo is not None:
        return min((moment - _EPOCH) // _SECOND, LATEST)
    wall = (moment - _ZERO) // _SECOND
    return where.first(wall) if start else where.last(wall)


def reasons(calendar: Calendar, day: date) -> tuple[str, ...]:
    """Why the hours of a local date are not those of the week: titles of what closes or replaces them."""
    number = day_number(day)
    special = [opened.title or "special hours" for opened in calendar.open_dates if opened.day == day]
    if special:
        return tuple(special)
    known = closures_of(calendar, day.year)
    whole = [title for closed, title in known.days if closed == number]
    parts = [
        title
        for start, end, title in known.spans
        if any(start < b and end > a for a, b in zone(calendar.zone).day_spans(number))
    ]
    return tuple(dict.fromkeys(whole + parts))
