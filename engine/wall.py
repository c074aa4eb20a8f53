"""The one module that knows wall clocks.

Everything else counts UTC seconds. Here they become local dates and readings and come back, for one zone at a
time, from the data of the `tzdata` package alone, so that every machine gives the same answer.

A reading (`wall`) is local seconds since 1970-01-01T00:00 on the wall clock; a day is a number of local days
since then. A reading that a change of clocks leaves out is moved forward to the end of the gap, the first reading
that exists; one that happens twice means its first instant for a start and its second for an end.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from engine.errors import EngineError

zoneinfo.reset_tzpath([])
ZoneInfo.clear_cache()

DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY_ONE = date(1970, 1, 1).toordinal()

FIRST_YEAR = 1900
LAST_YEAR = 2199

Change = tuple[int, int, int]
"""A change of clocks: its instant, the offset before and the offset from then on, in seconds east of UTC."""


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _DAY_ONE


def date_of(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _DAY_ONE)


def weekday(day: int) -> int:
    """0 for Monday."""
    return (day + 3) % 7


def year_start(year: int) -> int:
    """The instant at which `year` begins in UTC."""
    return day_number(date(year, 1, 1)) * DAY


EARLIEST = year_start(FIRST_YEAR)
LATEST = year_start(LAST_YEAR + 1)
"""Instants that the product works with: `[EARLIEST, LATEST)`."""


class Zone:
    """A time zone as a list of changes between fixed offsets, found year by year."""

    __slots__ = ("_changes", "_info", "name")

    def __init__(self, name: str) -> None:
        """Raises EngineError for a name that the zone data does not have."""
        try:
            self._info = ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise EngineError(f'unknown time zone "{name}"', help="use a name like Europe/Berlin") from error
        self.name = name
        self._changes: dict[int, tuple[Change, ...]] = {}

    def offset(self, t: int) -> int:
        """Seconds east of UTC at the instant `t`."""
        offset = datetime.fromtimestamp(t, self._info).utcoffset()
        assert offset is not None
        return offset // _SECOND

    def abbreviation(self, t: int) -> str:
        """What people write behind a time at the instant `t`: CET, CEST, +0530."""
        return datetime.fromtimestamp(t, self._info).tzname() or self.name

    def changes(self, a: int, b: int) -> list[Change]:
        """The changes of clocks at instants in `[a, b)`, in order."""
        first, last = _year_of(a), _year_of(b)
        found = [change for year in range(first, last + 1) for change in self._year(year)]
        return [change for change in found if a <= change[0] < b]

    def _year(self, year: int) -> tuple[Change, ...]:
        known = self._changes.get(year)
        if known is None:
            known = self._changes[year] = tuple(self._find(year_start(year), year_start(year + 1)))
        return known

    def _find(self, a: int, b: int) -> list[Change]:
        # Zone data has no two changes within a day, so a look every twelve hours misses none.
        found = []
        low, before = a - 1, self.offset(a - 1)
        while low < b - 1:
            high = min(low + DAY // 2, b - 1)
            after = self.offset(high)
            if after != before:
                left, right = low, high
                while right - left > 1:
                    middle = (left + right) // 2
                    if self.offset(middle) == before:
                        left = middle
                    else:
                        right = middle
                found.append((right, before, after))
            low, before = high, after
        return found

    def wall(self, t: int) -> int:
        """The reading of the wall clock at the instant `t`."""
        return t + self.offset(t)

    def first(self, wall: int) -> int:
        """The instant at which the clock reads `wall`, as the start of something."""
        return self.instants(wall)[0]

    def last(self, wall: int) -> int:
        """The instant at which the clock reads `wall`, as the end of something."""
        return self.instants(wall)[-1]

    def instants(self, wall: int) -> list[int]:
        """Every instant at which the clock reads `wall`; if there is none, the one at which clocks skipped it."""
        near = self.changes(wall - 2 * DAY, wall + 2 * DAY)
        if not near:
            return [wall - self.offset(wall)]
        found = []
        begin, offset = wall - 4 * DAY, near[0][1]
        for at, _, after in (*near, (wall + 4 * DAY, 0, 0)):
            if begin <= wall - offset < at:
                found.append(wall - offset)
            begin, offset = at, after
        # Not the reading plus the gap: hours of 02:30-03:15 would then end before they begin, and the agreed answer
        # for them (case biz-after-018) is the fifteen minutes from 03:00 that exist.
        return found or [at for at, before, after in near if at + before <= wall < at + after]

    def steady(self, a: int, b: int) -> Iterator[tuple[int, int, int]]:
        """The spans of `[a, b)` between changes of clocks, in order: start, end, seconds east of UTC."""
        begin, offset = a, self.offset(a)
        for at, _, after in (*self.changes(a + 1, b), (b, 0, 0)):
            yield begin, at, offset
            begin, offset = at, after

    def day(self, t: int) -> int:
        """The local day at the instant `t`."""
        return self.wall(t) // DAY

    def day_spans(self, day: int) -> list[tuple[int, int]]:
        """The instants whose local date is `day`: one span, none if clocks skipped it, two if they fell back into it."""
        wall = day * DAY
        near = self.changes(wall - 2 * DAY, wall + 3 * DAY)
        if not near:
            begin = wall - self.offset(wall)
            return [(begin, begin + DAY)]
        spans: list[tuple[int, int]] = []
        begin, offset = wall - 4 * DAY, near[0][1]
        for at, _, after in (*near, (wall + 5 * DAY, 0, 0)):
            a, b = max(begin, wall - offset), min(at, wall + DAY - offset)
            if a < b:
                if spans and spans[-1][1] == a:
                    a = spans.pop()[0]
                spans.append((a, b))
            begin, offset = at, after
        return spans


@cache
def zone(name: str) -> Zone:
    """The zone of that name. Raises EngineError for an unknown one."""
    return Zone(name)


def is_zone(name: str) -> bool:
    """Whether the zone data has that name."""
    try:
        zone(name)
    except EngineError:
        return False
    return True


def _year_of(t: int) -> int:
    return date_of(t // DAY).year


def local_date(t: int, zone_name: str) -> date:
    """The local date of the instant `t`."""
    return date_of(zone(zone_name).day(t))


def local_day(t: int, zone_name: str) -> int:
    """The local day number of the instant `t`."""
    return zone(zone_name).day(t)


def start_of_date(day: date, zone_name: str) -> int:
    """The first instant of a local date; of a date that clocks skipped, the instant of that change."""
    return zone(zone_name).first(day_number(day) * DAY)


def parse_instant(text: str, zone_name: str | None = None) -> int:
    """UTC seconds of an ISO 8601 date and time; a fraction of a second is dropped.

    Without an offset it is a wall clock reading in `zone_name`, a bare date its first instant. Raises ValueError,
    in words for people, for anything else and for years outside 1900 to 2199.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise ValueError(f"{text!r:.60} is not a date and time like 2026-03-06T16:00:00+01:00") from None
    if moment.tzinfo is not None:
        t = (moment - _EPOCH) // _SECOND
    elif zone_name is None:
        raise ValueError(
            f"{text!r:.60} has no offset from UTC: write it like 2026-03-06T16:00:00+01:00 or with Z"
        )
    elif not FIRST_YEAR <= moment.year <= LAST_YEAR:
        t = EARLIEST - 1
    else:
        t = zone(zone_name).first((moment.replace(tzinfo=UTC) - _EPOCH) // _SECOND)
    if not EARLIEST <= t < LATEST:
        raise ValueError(f"{text!r:.60} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return t


def format_instant(t: int) -> str:
    """ISO 8601 in UTC: `2026-03-06T15:00:00+00:00`. Raises ValueError or OverflowError past the year 9999."""
    return datetime.fromtimestamp(t, UTC).isoformat()


def format_local(t: int, zone_name: str) -> str:
    """A wall clock reading for people: `2026-03-06 16:00`, with seconds only where there are some."""
    moment = _EPOCH + timedelta(seconds=zone(zone_name).wall(t))
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M")
