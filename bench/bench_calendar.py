"""Deadlines and open time: one call against businesstimedelta, batches of a million against a plain binary search.

The same calendar for all: New York, Monday to Friday 09:00-12:00 and 13:00-17:30, the public holidays of 2012 to
2027. Every answer that is timed is compared: with the peer's on the sample, with the scalar's on all of a batch.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import businesstimedelta
import holidays
import numpy as np
import pytz

from dsl.model import Calendar, CountryHolidays, HolidayList, TimeRange
from engine.calendar.batch import BatchHours
from engine.calendar.hours import OpenHours, compile_calendar
from engine.wall import parse_instant

ZONE = "America/New_York"
YEARS = range(2012, 2028)
SAMPLE = 300
BATCH = 1_000_000
ROUNDS = 15


def office(*ranges: tuple[int, int]) -> OpenHours:
    """The calendar, with these local minutes on working days."""
    day = tuple(TimeRange(start, end) for start, end in ranges)
    listed = HolidayList("us-ny", "", (CountryHolidays("US", "NY"),))
    return compile_calendar(Calendar("new-york", "", ZONE, (day,) * 5 + ((), ()), holidays=(listed,)))


def peer() -> businesstimedelta.Rules:
    """The same in businesstimedelta."""
    zone = pytz.timezone(ZONE)
    days = [0, 1, 2, 3, 4]
    closed = set(holidays.country_holidays("US", subdiv="NY", years=YEARS))
    return businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(
                start_time=clock(9), end_time=clock(17, 30), working_days=days, tz=zone
            ),
            businesstimedelta.WorkDayRule(
                start_time=clock(12), end_time=clock(13), working_days=days, tz=zone, time_off=True
            ),
            businesstimedelta.HolidayRule(closed, tz=zone),
        ]
    )


def seconds_of(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best time of several, which is the one least disturbed."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def one_call() -> list[tuple[str, str, str, str]]:
    """A call at a time, on questions that both answer alike."""
    dice = random.Random(5)
    hours, rules = office((540, 720), (780, 1050)), peer()
    low, high = (parse_instant(f"{year}-06-01T00:00:00Z") for year in (YEARS[0], YEARS[-1] - 1))
    starts = [dice.randrange(low, high) for _ in range(SAMPLE)]
    targets = [dice.randrange(1, 80 * 3600) for _ in range(SAMPLE)]
    ends = [start + dice.randrange(1, 14 * 86_400) for start in starts]
    moments = [datetime.fromtimestamp(start, UTC) for start in starts]
    until = [datetime.fromtimestamp(end, UTC) for end in ends]
    deltas = [
        businesstimedelta.BusinessTimeDelta(rules, timedelta=timedelta(seconds=each)) for each in targets
    ]

    def theirs_due() -> list[int]:
        return [round((a + b).timestamp()) for a, b in zip(moments, deltas, strict=True)]

    def theirs_elapsed() -> list[int]:
        return [
            round(rules.difference(a, b).timedelta.total_seconds())
            for a, b in zip(moments, until, strict=True)
        ]

    def ours_due() -> list[int | None]:
        return [hours.due(a, b) for a, b in zip(starts, targets, strict=True)]

    def ours_elapsed() -> list[int]:
        return [hours.elapsed(a, b) for a, b in zip(starts, ends, strict=True)]

    assert ours_due() == theirs_due()
    assert ours_elapsed() == theirs_elapsed()
    rows = []
    for work, ours, theirs in (
        ("one deadline, one call", ours_due, theirs_due),
        ("one elapsed, one call", ours_elapsed, theirs_elapsed),
    ):
        mine, other = seconds_of(ours, 100), seconds_of(theirs, 3)
        rows.append(
            (
                f"{work}, {len(YEARS)} years of holidays, lunch break",
                "400x",
                f"{mine / SAMPLE * 1e6:.2f} us, {other / mine:,.0f}x",
                f"businesstimedelta {other / SAMPLE * 1e6:,.0f} us; {SAMPLE} answers equal",
            )
        )
    return rows


def searched(hours: OpenHours, low: int, high: int, starts: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Deadlines by binary search in the open intervals: what the tables save."""
    intervals = np.array(hours.intervals(low, high))
    begins, ends = intervals[:, 0], intervals[:, 1]
    sums = np.cumsum(ends - begins)
    k = np.maximum(np.searchsorted(begins, starts, "right") - 1, 0)
    goals = sums[k] - np.maximum(ends[k] - np.maximum(starts, begins[k]), 0) + targets
    found = np.searchsorted(sums, goals, "left")
    answer: np.ndarray = ends[found] - (sums[found] - goals)
    return answer


def batches() -> list[tuple[str, str, str, str]]:
    """A million at once: three years of tickets, boundaries anywhere and on the quarter hour."""
    pick = np.random.default_rng(5)
    low, high = parse_instant("2024-01-01T00:00:00Z"), parse_instant("2027-01-01T00:00:00Z")
    starts = pick.integers(low + 7 * 86_400, high - 60 * 86_400, BATCH)
    targets = pick.integers(1, 80 * 3600, BATCH)
    ends = starts + pick.integers(1, 14 * 86_400, BATCH)
    rows = []
    for name, reach, ranges in (
        ("boundaries anywhere", 30, ((541, 719), (787, 1053))),
        ("15-minute grid", 100, ((525, 720), (780, 1050))),
    ):
        hours = office(*ranges)
        batch = BatchHours(hours, low, high)
        due, elapsed = batch.due(starts, targets), batch.elapsed(starts, ends)
        assert due.tolist() == [
            hours.due(a, b) for a, b in zip(starts.tolist(), targets.tolist(), strict=True)
        ]
        assert elapsed.tolist() == [
            hours.elapsed(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
        assert (searched(hours, low, high, starts, targets) == due).all()
        plain = seconds_of(lambda h=hours: searched(h, low, high, starts, targets), 3)
        for work, run_, goal in (
            ("deadlines", lambda b=batch: b.due(starts, targets), f"{reach} million/s"),
            ("elapsed", lambda b=batch: b.elapsed(starts, ends), ""),
        ):
            took = seconds_of(run_)
            against = f"binary search {BATCH / plain / 1e6:.0f} million/s; " if goal else ""
            rows.append(
                (
                    f"batch of {BATCH:,} {work}, {name}",
                    goal,
                    f"{BATCH / took / 1e6:.0f} million/s",
                    f"{against}all equal to one call each",
                )
            )
    return rows


def run() -> list[tuple[str, str, str, str]]:
    """Rows of (work, reach, measured, against what)."""
    return one_call() + batches()
