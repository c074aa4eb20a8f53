"""What a report is about in time: local dates, which begin and end in each customer's own zone. Pure.

A month of a customer in Berlin and one of a customer in Denver are the same dates and different instants. Where an instant is given
in place of a date, it is the same for everybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from engine.wall import FIRST_YEAR, LAST_YEAR, format_instant, local_date, parse_instant, start_of_date

Bound: TypeAlias = date | int
"""The first instant of a local date, or an instant in UTC seconds."""
Span: TypeAlias = tuple[int, int]
"""`[start, end)` in UTC seconds."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)` of bounds."""

    start: Bound
    end: Bound

    @property
    def name(self) -> str:
        """A calendar month as 2026-10, any other period by its bounds."""
        start = self.start
        if isinstance(start, date) and start.day == 1 and self.end == _next_month(start):
            return f"{start:%Y-%m}"
        return f"{bound_text(start)}..{bound_text(self.end)}"

    def span(self, zone: str) -> Span:
        """The instants of the period in a zone."""
        return _instant(self.start, zone), _instant(self.end, zone)


def month(text: str) -> Period:
    """The calendar month of a text like 2026-10. Raises ValueError, in words for people."""
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12 or not FIRST_YEAR < int(found[1]) < LAST_YEAR:
        raise ValueError(f"{text!r:.60} is not a month like 2026-10")
    first = date(int(found[1]), int(found[2]), 1)
    return Period(first, _next_month(first))


def month_of(now: int, zone: str) -> Period:
    """The calendar month that `now` is in."""
    return month(f"{local_date(now, zone):%Y-%m}")


def following(period: Period) -> Period:
    """The calendar month after that of the period's start."""
    assert isinstance(period.start, date)
    after = _next_month(period.start)
    return Period(after, _next_month(after))


def preceding(period: Period) -> Period:
    """The calendar month before that of the period's start."""
    first = period.start
    assert isinstance(first, date)
    return Period(date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1), first.replace(day=1))


def before(period: Period, count: int) -> list[Period]:
    """So many calendar months before that of the period's start, the latest first."""
    found: list[Period] = []
    while len(found) < count:
        period = preceding(period)
        found.append(period)
    return found


def last_months(period: Period, zone: str, count: int) -> list[Period]:
    """So many calendar months up to that of the last day of a period in a zone, in order."""
    last = month_of(period.span(zone)[1] - 1, zone)
    return [last, *before(last, count - 1)][::-1]


def bound(text: str) -> Bound:
    """A date like 2026-10-01, or an instant with its offset. Raises ValueError, in words for people."""
    if not _DATE.fullmatch(text):
        return parse_instant(text)
    day = date.fromisoformat(text)
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise ValueError(f"{text} is outside the years {FIRST_YEAR + 1} to {LAST_YEAR - 1}")
    return day


def bound_text(value: Bound) -> str:
    """A bound as it is written: a date, or an instant in ISO 8601."""
    return value.isoformat() if isinstance(value, date) else format_instant(value)


@lru_cache(maxsize=4096)
def _instant(value: Bound, zone: str) -> int:
    return start_of_date(value, zone) if isinstance(value, date) else value


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
