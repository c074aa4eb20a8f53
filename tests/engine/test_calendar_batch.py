"""The batch evaluator answers what the scalar one does, wherever its tables end and whatever their boundaries."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.model import Calendar, OpenDate, TimeRange
from engine.calendar.batch import CHUNK, NEVER, BatchHours
from engine.calendar.hours import ALWAYS_OPEN, OpenHours, compile_calendar
from engine.wall import LATEST, parse_instant

START = parse_instant("2025-01-01T00:00:00Z")
END = parse_instant("2027-01-01T00:00:00Z")


def weekly(*ranges: tuple[int, int], days: int = 5, zone: str = "America/New_York") -> OpenHours:
    hours = tuple(TimeRange(a, b) for a, b in ranges)
    return compile_calendar(Calendar("test", "", zone, (hours,) * days + ((),) * (7 - days)))


CALENDARS = {
    "on a grid of 30 minutes": weekly((540, 720), (780, 1050)),
    "on a grid of 15 minutes": weekly((525, 720), (780, 1050)),
    "to the minute": weekly((541, 723), (787, 1050)),
    "past midnight": weekly((1320, 1560), days=7),
    "many short breaks": weekly(*((minute, minute + 1) for minute in range(540, 900, 2))),
    "a minute a day": weekly((601, 602)),
    "never": weekly(),
    "always": ALWAYS_OPEN,
    "half-hour changes": weekly((0, 1440), days=6, zone="Australia/Lord_Howe"),
    "seconds east": weekly((540, 1020), zone="Africa/Monrovia"),
}


@pytest.mark.parametrize("name", CALENDARS)
def test_a_chunk_and_a_bit_of_everything(name: str) -> None:
    hours = CALENDARS[name]
    batch = BatchHours(hours, START, END)
    dice = np.random.default_rng(7)
    size = CHUNK + 77
    starts = dice.integers(START, END, size)
    ends = np.clip(starts + dice.integers(-90_000, 3_000_000, size), START, END - 1)
    targets = dice.integers(0, 400_000, size)
    sample = np.concatenate((np.arange(0, size, 40), np.arange(CHUNK - 50, size)))
    before, elapsed, due = batch.before(starts), batch.elapsed(starts, ends), batch.due(starts, targets)
    for i in sample.tolist():
        start, end, target = int(starts[i]), int(ends[i]), int(targets[i])
        assert before[i] == hours.before(start)
        assert elapsed[i] == hours.elapsed(start, end)
        expected = hours.due(start, target)
        assert due[i] == (NEVER if expected is None else expected)


def test_boundaries_on_a_grid_use_it_and_others_do_not() -> None:
    assert BatchHours(CALENDARS["on a grid of 30 minutes"], START, END).quantum == 1800
    assert BatchHours(CALENDARS["on a grid of 15 minutes"], START, END).quantum == 900
    assert BatchHours(CALENDARS["on a grid of 15 minutes"], START + 17, END - 5).quantum == 900
    assert BatchHours(CALENDARS["to the minute"], START, END + 10 * 366 * 86_400).quantum == 0


@given(
    name=st.sampled_from(sorted(CALENDARS)),
    pairs=st.lists(
        st.tuples(st.integers(START - 10**7, END + 10**7), st.integers(-5, 5 * 10**6)),
        min_size=1,
        max_size=20,
    ),
)
@settings(max_examples=200, deadline=None)
def test_what_the_tables_do_not_cover_is_answered_too(name: str, pairs: list[tuple[int, int]]) -> None:
    hours = CALENDARS[name]
    batch = _batch(name)
    starts = np.array([start for start, _ in pairs], dtype=np.int64)
    spans = np.array([span for _, span in pairs], dtype=np.int64)
    expected = [hours.due(start, span) for start, span in pairs]
    assert batch.due(starts, spans).tolist() == [NEVER if due is None else due for due in expected]
    assert batch.elapsed(starts, starts + spans).tolist() == [hours.elapsed(a, a + span) for a, span in pairs]
    assert batch.before(starts).tolist() == [hours.before(start) for start, _ in pairs]


_batches: dict[str, BatchHours] = {}


def _batch(name: str) -> BatchHours:
    if name not in _batches:
        _batches[name] = BatchHours(CALENDARS[name], START + 1234, END)
    return _batches[name]


@pytest.mark.parametrize("name", ["on a grid of 15 minutes", "to the minute"])
def test_the_very_edges_of_the_window(name: str) -> None:
    hours = CALENDARS[name]
    batch = BatchHours(hours, START, END)
    total = hours.elapsed(START, END)
    starts = np.array([START, START, START, END - 1, END, START - 1], dtype=np.int64)
    targets = np.array([total, total + 1, 1, 1, 1, 1], dtype=np.int64)
    assert batch.due(starts, targets).tolist() == [
        hours.due(int(start), int(target)) for start, target in zip(starts, targets, strict=True)
    ]


def test_instants_past_the_year_2106_do_not_wrap() -> None:
    begin, end = parse_instant("2105-01-01T00:00:00Z"), parse_instant("2108-01-01T00:00:00Z")
    hours = CALENDARS["on a grid of 15 minutes"]
    starts = np.arange(begin, end - 10**6, 3 * 10**6 + 1)
    targets = np.full(len(starts), 36_000)
    assert BatchHours(hours, begin, end).due(starts, targets).tolist() == [
        hours.due(start, 36_000) for start in starts.tolist()
    ]


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("n", [1, 3, 10])
def test_business_days_agree(name: str, n: int) -> None:
    hours, batch = CALENDARS[name], _batch(name)
    dice = np.random.default_rng(n)
    starts = dice.integers(START - 10**6, END + 10**6, 300)
    expected = [hours.business_days(start, n) for start in starts.tolist()]
    assert batch.business_days(starts, n).tolist() == [NEVER if each is None else each for each in expected]


def test_a_wait_that_is_too_long_is_one_here_too() -> None:
    morning = (TimeRange(540, 600),)
    opened = tuple(OpenDate(date(year, 1, 5), morning, "") for year in (2010, 2030))
    hours = compile_calendar(Calendar("rare", "", "UTC", ((),) * 7, open_dates=opened))
    batch = BatchHours(hours, parse_instant("2009-01-01T00:00:00Z"), parse_instant("2032-01-01T00:00:00Z"))
    starts = np.array([parse_instant("2010-01-01T00:00:00Z"), parse_instant("2010-01-01T00:00:00Z")])
    assert batch.due(starts, np.array([3600, 3601])).tolist() == [
        parse_instant("2010-01-05T10:00:00Z"),
        NEVER,
    ]
    assert batch.business_days(starts, 2).tolist() == [NEVER, NEVER]


def test_nothing_asked_nothing_answered() -> None:
    batch = BatchHours(ALWAYS_OPEN, START, END)
    nothing = np.empty(0, dtype=np.int64)
    assert batch.due(nothing, nothing).shape == (0,)
    assert batch.elapsed(nothing, nothing).shape == (0,)
    assert batch.before(nothing).shape == (0,)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (0, LATEST)])
def test_a_window_that_cannot_be(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="window"):
        BatchHours(ALWAYS_OPEN, start, end)
