"""Opening hours as arithmetic: a calendar compiled to sorted open intervals and their running sum.

One call is one or two binary searches in a table that never changes. The table covers whole years and grows on
demand, into the past and the future: a longer copy replaces it in one assignment, so that threads need no lock.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from dsl.model import ALWAYS, Calendar, TimeRange
from engine.calendar.closures import closures_of
from engine.wall import (
    DAY,
    EARLIEST,
    FIRST_YEAR,
    LAST_YEAR,
    LATEST,
    Zone,
    date_of,
    day_number,
    weekday,
    zone,
)

Interval = tuple[int, int]

_ORIGIN_YEAR = 2020
PATIENCE_DAYS = 3653
"""Ten years: who does not open within them never does."""

_PATIENCE = PATIENCE_DAYS * DAY
_REACH_DAYS = 3  # a range runs at most a day past its own, and a change of clocks may push it a day further


class _Table:
    """Open time of the local years `[low_year, high_year)`, which are the instants `[low, high)`.

    `edges` are the starts and ends of the open intervals in turn, so an odd number of edges up to `t` means open.
    `base[i]` is what `F(t)` is with `i` edges up to `t`, less `t` itself where that is open; `sums[k]` is F at the
    end of interval `k`. `gaps` are the closed times between intervals that are too long to wait.
    """

    __slots__ = ("base", "edges", "gaps", "high", "high_year", "low", "low_year", "sums")

    def __init__(self, years: Interval, bounds: Interval, intervals: list[Interval], at_low: int) -> None:
        self.low_year, self.high_year = years
        self.low, self.high = bounds
        self.edges: list[int] = []
        self.base: list[int] = [at_low]
        self.sums: list[int] = []
        self.gaps: list[Interval] = []
        total, previous = at_low, self.low
        for start, end in intervals:
            if start - previous > _PATIENCE:
                self.gaps.append((previous, start))
            previous = end
            self.edges += (start, end)
            self.base.append(total - start)
            total += end - start
            self.base.append(total)
            self.sums.append(total)


class _OpenDates(NamedTuple):
    """The open dates of a local year in order, and of each its first opening and its last closing instant."""

    days: list[int]
    hours: dict[int, Interval]


class OpenHours:
    """When a calendar is open. Instants are UTC seconds; nothing is open before the year 1900 or after 2199."""

    __slots__ = ("_calendar", "_dates", "_table", "name", "zone")

    def __init__(self, name: str, zone_name: str, calendar: Calendar | None) -> None:
        """`calendar` None is open around the clock. Raises EngineError for an unknown zone."""
        self.name = name
        self.zone = zone_name
        self._calendar = calendar
        self._dates: dict[int, _OpenDates] = {}
        origin = _year_start(zone(zone_name), _ORIGIN_YEAR)
        if calendar is None:
            years = (FIRST_YEAR, LAST_YEAR + 1)
            self._table = _Table(years, (EARLIEST, LATEST), [(EARLIEST, LATEST)], EARLIEST - origin)
        else:
            self._table = _Table((_ORIGIN_YEAR, _ORIGIN_YEAR), (origin, origin), [], 0)

    def __repr__(self) -> str:
        return f"OpenHours({self.name!r}, {self.zone!r})"

    def before(self, t: int) -> int:
        """F(t): open seconds from the start of 2020 to `t`, negative before it."""
        table = self._table
        if not table.low <= t <= table.high:
            table = self._covering(t, t)
        i = bisect_right(table.edges, t)
        return table.base[i] + t if i & 1 else table.base[i]

    def elapsed(self, a: int, b: int) -> int:
        """Open seconds in `[a, b)`; 0 if `b` is not after `a`."""
        if b <= a:
            return 0
        table = self._table
        if a < table.low or b > table.high:
            table = self._covering(a, b)
        edges, base = table.edges, table.base
        i = bisect_right(edges, a)
        j = bisect_right(edges, b, i)
        return (base[j] + b if j & 1 else base[j]) - (base[i] + a if i & 1 else base[i])

    def due(self, start: int, seconds: int) -> int | None:
        """The earliest instant with `seconds` open ones behind `start`; `start` for none.

        None is never: it does not open for ten years on end, or it is past the year 2199.
        """
        if seconds <= 0:
            return start
        table = self._table
        if not table.low <= start <= table.high:
            table = self._covering(start, start)
        i = bisect_right(table.edges, start)
        goal = (table.base[i] + start if i & 1 else table.base[i]) + seconds
        sums = table.sums
        if not sums or goal > sums[-1]:
            further = self._reaching(start, goal)
            if further is None:
                return None
            table, sums = further, further.sums
        k = bisect_left(sums, goal)
        t = table.edges[2 * k + 1] - (sums[k] - goal)
        if table.gaps and any(begin < t and end - max(begin, start) > _PATIENCE for begin, end in table.gaps):
            return None
        return t

    def opening(self, t: int) -> int | None:
        """The earliest instant not before `t` at which it is open; None is never, as in `due`."""
        first = self.due(t, 1)
        return None if first is None else first - 1

    def back(self, end: int, seconds: int) -> int | None:
        """The earliest instant with exactly `seconds` open ones between it and `end`; None where there never were so many."""
        reach = max(seconds, DAY)
        while self.elapsed(end - reach, end) < seconds:
            if end - reach <= EARLIEST:
                return None
            reach *= 2
        start = end - reach
        return self.due(start, self.elapsed(start, end) - seconds)

    def is_open(self, t: int) -> bool:
        """Whether `t` is in an open interval."""
        table = self._table
        if not table.low <= t < table.high:
            table = self._covering(t, t + 1)
        return bisect_right(table.edges, t) & 1 == 1

    def intervals(self, a: int, b: int) -> list[Interval]:
        """The open intervals clipped to `[a, b)`, in order, none touching the next."""
        if b <= a:
            return []
        edges = self._covering(a, b - 1).edges
        first = bisect_right(edges, a) // 2 * 2
        last = (bisect_left(edges, b) + 1) // 2 * 2
        return [(max(edges[i], a), min(edges[i + 1], b)) for i in range(first, last, 2) if edges[i + 1] > a]

    def open_on(self, day: int) -> list[Interval]:
        """The open intervals of one local day (days since 1970-01-01), as instants."""
        return [
            found for begin, end in zone(self.zone).day_spans(day) for found in self.intervals(begin, end)
        ]

    def business_days(self, start: int, n: int) -> int | None:
        """What `n` business days from `start` are worth in open seconds, at least 1; None is never.

        They end at the same local time `n` open dates later, clamped into the hours of that date. A date is open if
        any of it is.
        """
        where = zone(self.zone)
        today, time = divmod(where.wall(start), DAY)
        if n < 1:
            return 1
        if start + n * DAY > self._table.high:
            self._covering(start, start + n * DAY)  # at least so far, and at once
        left, since = n, today
        for year in range(max(date_of(today).year, FIRST_YEAR), LAST_YEAR + 1):
            dates = self._open_dates(year)
            index = bisect_right(dates.days, today)
            count = len(dates.days) - index
            following = dates.days[index] if count else day_number(date(year + 1, 1, 1))
            if following - since > PATIENCE_DAYS + 1:
                return None
            if left <= count:
                day = dates.days[index + left - 1]
                opening, closing = dates.hours[day]
                at = min(max(where.first(day * DAY + time), opening), closing)
                return max(self.elapsed(start, at), 1)
            if count:
                left, since = left - count, dates.days[-1]
        return None

    def hours_on(self, day: int) -> Interval | None:
        """The first opening and the last closing instant of a local day; None if it is closed."""
        return self._open_dates(date_of(day).year).hours.get(day)

    def _open_dates(self, year: int) -> _OpenDates:
        known = self._dates.get(year)
        if known is None:
            where = zone(self.zone)
            new_year, next_year = day_number(date(year, 1, 1)), day_number(date(year + 1, 1, 1))
            hours: dict[int, Interval] = {}
            for begin, end, offset in where.steady(where.first(new_year * DAY), where.last(next_year * DAY)):
                for a, b in self.intervals(begin, end):
                    for day in range((a + offset) // DAY, (b - 1 + offset) // DAY + 1):
                        opening = hours[day][0] if day in hours else max(a, day * DAY - offset)
                        hours[day] = opening, min(b, (day + 1) * DAY - offset)
            days = sorted(day for day in hours if new_year <= day < next_year)
            known = self._dates[year] = _OpenDates(days, hours)
        return known

    def _covering(self, a: int, b: int) -> _Table:
        """The table, grown to cover `[a, b]` as far as there are years."""
        table = self._table
        years = (min(table.low_year, self._year(a)), max(table.high_year, self._year(b) + 1))
        if years != (table.low_year, table.high_year):
            table = self._table = self._grown(table, years)
        return table

    def _reaching(self, start: int, goal: int) -> _Table | None:
        """The table, grown until F reaches `goal`; None if that is never."""
        table = self._covering(start, start)
        since, step = start, 1
        while not table.sums or table.sums[-1] < goal:
            if table.edges:
                since = max(since, table.edges[-1])
            if table.high_year > LAST_YEAR or table.high - since > _PATIENCE:
                return None
            years = (table.low_year, min(table.high_year + step, LAST_YEAR + 1))
            table = self._table = self._grown(table, years)
            step *= 2
        return table

    def _year(self, t: int) -> int:
        year = date_of(zone(self.zone).day(min(max(t, EARLIEST), LATEST - 1))).year
        # A local year may begin before that of UTC, or end after it.
        return min(max(year, FIRST_YEAR), LAST_YEAR)

    def _grown(self, table: _Table, years: Interval) -> _Table:
        assert self._calendar is not None
        where = zone(self.zone)
        low, high = years
        earlier: list[Interval] = []
        for year in range(low, table.low_year):
            earlier += _open_intervals(self._calendar, where, year)
        later: list[Interval] = []
        for year in range(table.high_year, high):
            later += _open_intervals(self._calendar, where, year)
        known = list(zip(table.edges[::2], table.edges[1::2], strict=True))
        at_low = table.base[0] - sum(end - start for start, end in earlier)
        bounds = (_year_start(where, low), _year_start(where, high))
        return _Table((low, high), bounds, merge(earlier + known + later), at_low)


def never_due(hours: OpenHours) -> str:
    """What people are told where `due` or `business_days` answers None."""
    return (
        f'never due: calendar "{hours.name}" does not open for ten years on end, '
        f"or not often enough before {LAST_YEAR + 1}"
    )


def _year_start(where: Zone, year: int) -> int:
    return where.first(day_number(date(year, 1, 1)) * DAY)


def _open_intervals(calendar: Calendar, where: Zone, year: int) -> list[Interval]:
    """The open intervals within one local year, by the rules of the language."""
    begin, end = _year_start(where, year), _year_start(where, year + 1)
    new_year, next_year = day_number(date(year, 1, 1)), day_number(date(year + 1, 1, 1))
    first, last = new_year - _REACH_DAYS, next_year + 1
    special: dict[int, tuple[TimeRange, ...]] = {}
    for line in calendar.open_dates:
        special[day_number(line.day)] = special.get(day_number(line.day), ()) + line.ranges
    changes = where.changes((first - 2) * DAY, (last + 3) * DAY)
    unsettled = {day for at, _, _ in changes for day in range(at // DAY - 3, at // DAY + 3)}

    opened: list[Interval] = []
    offset = where.offset(first * DAY)
    for day in range(first, last):
        ranges: tuple[TimeRange, ...] = special.get(day, calendar.weekly[weekday(day)])
        midnight = day * DAY
        if day in unsettled:
            opened += (
                (where.first(midnight + r.start * 60), where.last(midnight + r.end * 60)) for r in ranges
            )
            offset = where.offset(midnight + DAY)
        else:
            opened += ((midnight + r.start * 60 - offset, midnight + r.end * 60 - offset) for r in ranges)

    known = closures_of(calendar, year)
    closed = [(a, b) for a, b, _ in known.spans]
    closed += (span for day, _ in known.days if day not in special for span in where.day_spans(day))
    exempt = [span for day in special if first <= day < last for span in where.day_spans(day)]
    closed = subtract(merge(closed), merge(exempt))
    return [(max(a, begin), min(b, end)) for a, b in subtract(merge(opened), closed) if a < end and b > begin]


def merge(intervals: list[Interval]) -> list[Interval]:
    """The same instants as sorted intervals that neither overlap nor touch; empty ones vanish."""
    merged: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(intervals: list[Interval], holes: list[Interval]) -> list[Interval]:
    """What of `intervals` is in none of `holes`; both as `merge` leaves them."""
    left: list[Interval] = []
    at = 0
    for begin, end in intervals:
        start = begin
        while at < len(holes) and holes[at][0] < end:
            hole_start, hole_end = holes[at]
            if start < hole_start:
                left.append((start, hole_start))
            start = max(start, hole_end)
            if hole_end > end:
                break  # it reaches into what follows
            at += 1
        if start < end:
            left.append((start, end))
    return left


@lru_cache(maxsize=1024)
def compile_calendar(calendar: Calendar) -> OpenHours:
    """The hours of a calendar; equal calendars share one. Its years are worked out when they are asked for."""
    return OpenHours(calendar.name, calendar.zone, calendar)


@lru_cache
def around_the_clock(zone_name: str) -> OpenHours:
    """The built-in `always`, its days told on the wall clock of a zone."""
    return OpenHours(ALWAYS, zone_name, None)


ALWAYS_OPEN = around_the_clock("UTC")
