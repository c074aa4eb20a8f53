"""Both evaluators against a brute force that looks at every minute, around every change of clocks since 2015.

The brute force knows nothing of offsets, gaps or tables: it writes down what the wall clock shows in every minute
of three weeks, marks the minutes that the language calls open, and counts them. SLA_TEST_CASES sets the number of
questions (each is asked for elapsed and due, some for business days, of the scalar and of the batch evaluator).
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dsl.model import Calendar, ClosedDate, DayHoliday, HolidayList, OpenDate, TimeRange
from engine.calendar.batch import NEVER, BatchHours
from engine.calendar.hours import compile_calendar

ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Norfolk",
    "UTC",
)
CASES = int(os.environ.get("SLA_TEST_CASES", "100000"))
DAYS_AROUND = 10
MARGIN = 4 * 86_400
MINUTE = timedelta(minutes=1)
DAY_MINUTES = 1440


def changes(zone: str) -> list[datetime]:
    """The hours, in UTC, in which the clocks of a zone change from 2015 to 2027; a plain week in 2022 if none."""
    info = ZoneInfo(zone)
    begin = datetime(2015, 1, 1, tzinfo=UTC)
    days = [begin + timedelta(days=n) for n in range(12 * 365 + 3)]
    found = []
    for day in days:
        if day.astimezone(info).utcoffset() != (day + timedelta(days=1)).astimezone(info).utcoffset():
            hours = [day + timedelta(hours=n) for n in range(25)]
            found += [
                b
                for a, b in pairwise(hours)
                if a.astimezone(info).utcoffset() != b.astimezone(info).utcoffset()
            ]
    return found or [datetime(2022, 6, 1, tzinfo=UTC)]


@dataclass
class BruteForce:
    """Every minute of the weeks around `moment`: what the clock shows, and whether it is open."""

    start: int
    walls: np.ndarray  # minutes since 1970-01-01T00:00 on the wall clock
    opened: np.ndarray
    open_days: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, calendar: Calendar, moment: datetime) -> BruteForce:
        info = ZoneInfo(calendar.zone)
        begin = (moment - timedelta(days=DAYS_AROUND)).replace(minute=0)
        zero = datetime(1970, 1, 1)  # noqa: DTZ001

        def shown(minute: int) -> int:
            return ((begin + minute * MINUTE).astimezone(info).replace(tzinfo=None) - zero) // MINUTE

        hours = [shown(minute) for minute in range(0, 2 * DAYS_AROUND * DAY_MINUTES + 1, 60)]
        walls = (np.array(hours[:-1])[:, None] + np.arange(60)[None, :]).ravel()
        for hour, (reading, following) in enumerate(pairwise(hours)):
            if following - reading != 60:  # clocks change within it: look at each minute
                walls[hour * 60 : hour * 60 + 60] = [shown(hour * 60 + minute) for minute in range(60)]
        self = cls(int(begin.timestamp()), walls, np.zeros(len(walls), bool))
        self.mark(calendar)
        return self

    def mark(self, calendar: Calendar) -> None:
        closed = np.zeros(len(self.walls), bool)
        days = self.walls // DAY_MINUTES
        special = {each.day: each.ranges for each in calendar.open_dates}
        for day in range(days.min(), days.max() + 1):
            today = date(1970, 1, 1) + timedelta(days=day)
            for hours in special.get(today, calendar.weekly[today.weekday()]):
                self.opened[self.between(day, hours)] = True
        for each in calendar.closed_dates:
            day = (each.day - date(1970, 1, 1)).days
            if each.range is None:
                closed[days == day] = True
            elif days.min() < day < days.max():
                closed[self.between(day, each.range)] = True
        for holidays in calendar.holidays:
            for line in holidays.lines:
                assert isinstance(line, DayHoliday)
                closed[days == (line.day - date(1970, 1, 1)).days] = True
        for opened_day in special:
            closed[days == (opened_day - date(1970, 1, 1)).days] = False
        self.opened &= ~closed
        self.open_days = np.unique(days[self.opened]).tolist()

    def between(self, day: int, hours: TimeRange) -> slice:
        start, end = day * DAY_MINUTES + hours.start, day * DAY_MINUTES + hours.end
        starts, ends = np.flatnonzero(self.walls == start), np.flatnonzero(self.walls == end)
        first = starts[0] if len(starts) else np.argmax(self.walls > start)
        last = ends[-1] if len(ends) else np.argmax(self.walls > end)
        if start > self.walls[-1]:
            first = len(self.walls)
        if end > self.walls[-1]:
            last = len(self.walls)
        return slice(first, last)

    def before(self, t: np.ndarray) -> np.ndarray:
        minute, second = np.divmod(t - self.start, 60)
        done = np.concatenate(([0], np.cumsum(self.opened) * 60))
        return done[minute] + self.opened[minute] * second

    def due(self, starts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        goals = self.before(starts) + targets
        done = np.cumsum(self.opened) * 60
        minute = np.searchsorted(done, goals, "left")
        return self.start + (minute + 1) * 60 - (done[minute] - goals)

    def business_days(self, start: int, n: int) -> int | None:
        """None where the weeks do not reach."""
        minute, second = divmod(start - self.start, 60)
        days = self.walls // DAY_MINUTES
        later = [day for day in self.open_days if day > days[minute]]
        if len(later) < n + 3:
            return None
        day = later[n - 1]
        reading = day * DAY_MINUTES + self.walls[minute] % DAY_MINUTES
        same = np.flatnonzero(self.walls == reading)
        at = self.start + (same[0] * 60 + second if len(same) else np.argmax(self.walls > reading) * 60)
        opened = np.flatnonzero(self.opened & (days == day))
        at = min(max(at, self.start + opened[0] * 60), self.start + (opened[-1] + 1) * 60)
        worth = self.before(np.array([at])) - self.before(np.array([start]))
        return max(int(worth[0]), 1)


def some_range(dice: random.Random, near: int) -> TimeRange:
    """Hours of a day; every second one begins or ends near `near`, a minute of the day."""
    start = dice.choice((0, 540, dice.randrange(1440), (near + dice.randrange(-90, 91)) % 1440))
    end = dice.choice((1020, 1440, dice.randrange(1, 1441), (near + dice.randrange(-90, 91)) % 1440 or 1440))
    if dice.random() < 0.5:
        start, end = start // 15 * 15, max(end // 15 * 15, 15)
    return TimeRange(start, end if end > start else end + 1440)


def some_calendar(dice: random.Random, zone: str, moment: datetime) -> Calendar:
    local = moment.astimezone(ZoneInfo(zone))
    near = (local.hour * 60 + local.minute - dice.choice((0, 30, 60))) % 1440

    def ranges(most: int) -> tuple[TimeRange, ...]:
        return tuple(some_range(dice, near) for _ in range(dice.randint(1, most)))

    def near_date() -> date:
        return local.date() + timedelta(days=dice.randint(-2, 2))

    weekly = tuple(() if dice.random() < 0.15 else ranges(3) for _ in range(7))
    special = {near_date(): ranges(2) for _ in range(dice.randint(0, 2))}
    closed = [
        ClosedDate(near_date(), some_range(dice, near) if dice.random() < 0.7 else None, "")
        for _ in range(dice.randint(0, 3))
    ]
    days = tuple(DayHoliday(near_date(), "") for _ in range(dice.randint(0, 2)))
    return Calendar(
        "random",
        "",
        zone,
        weekly,
        tuple(OpenDate(day, hours, "") for day, hours in special.items()),
        tuple(closed),
        (HolidayList("days", "", days),),
    )


def ask(dice: random.Random, zone: str, moment: datetime, count: int) -> None:
    calendar = some_calendar(dice, zone, moment)
    truth = BruteForce.of(calendar, moment)
    low, high = truth.start + MARGIN, truth.start + len(truth.walls) * 60 - MARGIN
    change = int(moment.timestamp())
    pick = np.random.default_rng(dice.randrange(2**32))
    starts = np.where(
        pick.random(count) < 0.5,
        pick.integers(change - 129_600, change + 129_600, count),
        pick.integers(low, high, count),
    )
    ends = np.minimum(starts + pick.integers(0, 400_000, count), high)
    expected = truth.before(ends) - truth.before(starts)
    targets = np.maximum(expected - pick.integers(0, 3600, count), 0)
    asked = targets > 0
    due = np.where(asked, truth.due(starts, np.maximum(targets, 1) * asked), starts)

    hours = compile_calendar.__wrapped__(calendar)  # not remembered: these are thousands
    where = f"{calendar} at {moment}"
    for start, end, target, wanted, wanted_due in zip(
        starts.tolist(), ends.tolist(), targets.tolist(), expected.tolist(), due.tolist(), strict=True
    ):
        assert hours.elapsed(start, end) == wanted, (start, end, where)
        assert hours.due(start, target) == wanted_due, (start, target, where)
    batch = BatchHours(hours, low - MARGIN, high + MARGIN)
    assert (batch.elapsed(starts, ends) == expected).all(), where
    assert (batch.due(starts, targets) == due).all(), where
    assert NEVER not in due
    for n in (1, 2, 4):
        some = starts[n::40]
        wanted_worth = [truth.business_days(start, n) for start in some.tolist()]
        batch_worth = batch.business_days(some, n).tolist()
        for start, worth, in_batch in zip(some.tolist(), wanted_worth, batch_worth, strict=True):
            assert in_batch == hours.business_days(start, n), (start, n, where)
            assert worth in {None, in_batch}, (start, n, where)


@pytest.mark.parametrize("zone", ZONES)
def test_no_difference_around_any_change_of_clocks(zone: str) -> None:
    dice = random.Random(zone)
    moments = changes(zone)
    left = -(-CASES // len(ZONES))
    for index, moment in enumerate(moments):
        count = -(-left // (len(moments) - index))
        left -= count
        for part in range(0, count, 200):  # a new calendar for every 200 questions
            ask(dice, zone, moment, min(200, count - part))


def test_every_zone_with_odd_changes_is_asked_across_them() -> None:
    assert {zone: len(changes(zone)) for zone in ("Australia/Lord_Howe", "Antarctica/Troll", "UTC")} == {
        "Australia/Lord_Howe": 24,
        "Antarctica/Troll": 24,
        "UTC": 1,
    }
    assert len(changes("Africa/Casablanca")) >= 30
    assert len(changes("America/Sao_Paulo")) >= 8
