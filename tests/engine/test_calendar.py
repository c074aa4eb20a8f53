"""What a calendar means: the rules of the language, example by example, and the arithmetic's own laws."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.model import Calendar, ClosedDate, DayHoliday, HolidayList, OpenDate, TimeRange, YearlyHoliday
from engine.calendar import hours as opening_hours_module
from engine.calendar.hours import (
    ALWAYS_OPEN,
    PATIENCE_DAYS,
    OpenHours,
    around_the_clock,
    compile_calendar,
    merge,
    subtract,
)
from engine.wall import DAY, LATEST, day_number, format_local, parse_instant, zone

HOUR = 3600


def hours(text: str) -> TimeRange:
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return TimeRange(start, end if end > start else end + 1440)


def ranges(text: str) -> tuple[TimeRange, ...]:
    return tuple(hours(part) for part in text.split(", ")) if text else ()


def calendar(zone: str = "Europe/Berlin", **lines: str) -> OpenHours:
    """`mon="09:00-17:00"`, `mon_fri=...`; `open_2026_03_08=...`, `closed_2026_03_08=...`, `holiday_2026_03_08="why"`."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    weekly: list[tuple[TimeRange, ...]] = [()] * 7
    opened, closed, days = [], [], []
    for key, text in lines.items():
        kind, *parts = key.split("_")
        if kind in names:
            for day in range(names.index(kind), names.index(parts[-1] if parts else kind) + 1):
                weekly[day] = ranges(text)
            continue
        day_of = date(*(int(part) for part in parts))
        if kind == "open":
            opened.append(OpenDate(day_of, ranges(text), ""))
        elif kind == "closed":
            closed.append(ClosedDate(day_of, hours(text) if text else None, ""))
        else:
            days.append(DayHoliday(day_of, text))
    return compile_calendar(
        Calendar(
            "test",
            "",
            zone,
            tuple(weekly),
            tuple(opened),
            tuple(closed),
            (HolidayList("days", "", tuple(days)),) if days else (),
        )
    )


def shown(opening: OpenHours, first: str, last: str) -> list[str]:
    """The open intervals between two local readings, in local time."""
    found = opening.intervals(parse_instant(first, opening.zone), parse_instant(last, opening.zone))
    return [f"{format_local(a, opening.zone)} .. {format_local(b, opening.zone)}" for a, b in found]


def seconds(opening: OpenHours, first: str, last: str) -> int:
    return opening.elapsed(parse_instant(first, opening.zone), parse_instant(last, opening.zone))


def test_a_target_used_up_at_closing_time_is_due_then_and_not_the_next_morning() -> None:
    office = calendar(mon_fri="09:00-17:30")
    start = parse_instant("2026-03-06 16:00", "Europe/Berlin")
    assert office.due(start, 5400) == parse_instant("2026-03-06 17:30", "Europe/Berlin")
    assert office.due(start, 5401) == parse_instant("2026-03-09 09:00:01", "Europe/Berlin")
    assert office.due(start, 0) == start


def test_a_split_day_counts_both_halves() -> None:
    assert seconds(calendar(mon="09:00-12:00, 13:00-17:30"), "2026-03-09", "2026-03-10") == 7.5 * HOUR


def test_ranges_that_touch_are_one() -> None:
    opening = calendar(mon="09:00-12:00, 12:00-17:00", tue_sun="00:00-24:00")
    assert shown(opening, "2026-03-10", "2026-03-17 18:00") == [
        "2026-03-10 00:00 .. 2026-03-16 00:00",
        "2026-03-16 09:00 .. 2026-03-16 17:00",
        "2026-03-17 00:00 .. 2026-03-17 18:00",
    ]


def test_a_range_past_midnight_runs_into_the_next_day() -> None:
    assert shown(calendar(sat="22:00-02:00"), "2026-03-02", "2026-03-09") == [
        "2026-03-07 22:00 .. 2026-03-08 02:00"
    ]


def test_a_closed_date_closes_what_reaches_into_it_and_nothing_beyond() -> None:
    night = {"mon_sun": "22:00-02:00"}
    assert shown(calendar(**night, closed_2026_03_07=""), "2026-03-06 12:00", "2026-03-08 12:00") == [
        "2026-03-06 22:00 .. 2026-03-07 00:00",
        "2026-03-08 00:00 .. 2026-03-08 02:00",
    ]
    assert shown(calendar(**night, holiday_2026_03_07="x"), "2026-03-06 12:00", "2026-03-08 12:00") == [
        "2026-03-06 22:00 .. 2026-03-07 00:00",
        "2026-03-08 00:00 .. 2026-03-08 02:00",
    ]


def test_an_open_date_replaces_the_hours_that_start_on_it_and_beats_a_holiday() -> None:
    opening = calendar(mon_sun="22:00-02:00", open_2026_03_07="10:00-12:00", holiday_2026_03_07="x")
    assert shown(opening, "2026-03-06 12:00", "2026-03-08 12:00") == [
        "2026-03-06 22:00 .. 2026-03-07 02:00",
        "2026-03-07 10:00 .. 2026-03-07 12:00",
    ]


def test_lines_for_one_open_date_add_up() -> None:
    day = date(2026, 3, 7)
    opened = (OpenDate(day, ranges("09:00-10:00"), ""), OpenDate(day, ranges("10:00-12:00"), ""))
    opening = compile_calendar(Calendar("twice", "", "UTC", ((),) * 7, open_dates=opened))
    assert seconds(opening, "2026-03-07", "2026-03-08") == 3 * HOUR


def test_an_open_date_past_midnight_ends_where_the_next_date_is_closed() -> None:
    opening = calendar(open_2026_03_07="22:00-02:00", closed_2026_03_08="")
    assert shown(opening, "2026-03-06", "2026-03-10") == ["2026-03-07 22:00 .. 2026-03-08 00:00"]


def test_a_closed_range_takes_away_its_part_also_past_midnight_and_past_new_year() -> None:
    assert shown(
        calendar(mon_sun="09:00-17:00", closed_2026_12_24="12:00-24:00"), "2026-12-24", "2026-12-25"
    ) == ["2026-12-24 09:00 .. 2026-12-24 12:00"]
    assert shown(
        calendar(mon_sun="00:00-24:00", closed_2026_12_31="22:00-03:00"), "2026-12-31", "2027-01-02"
    ) == ["2026-12-31 00:00 .. 2026-12-31 22:00", "2027-01-01 03:00 .. 2027-01-02 00:00"]


def test_a_holiday_that_exists_only_in_leap_years() -> None:
    leap = HolidayList("leap", "", (YearlyHoliday(2, 29, "Leap day"),))
    weekly = (ranges("09:00-17:00"),) * 7
    opening = compile_calendar(Calendar("leap", "", "UTC", weekly, holidays=(leap,)))
    assert opening.open_on(day_number(date(2028, 2, 29))) == []
    assert seconds(opening, "2027-02-27", "2027-03-03") == 4 * 8 * HOUR


@pytest.mark.parametrize(
    ("zone", "lines", "first", "last", "expected"),
    [
        # 02:00 -> 03:00: what does not exist is not open
        ("Europe/Berlin", {"sun": "01:00-04:00"}, "2026-03-29", "2026-03-30", 2 * HOUR),
        ("Europe/Berlin", {"sun": "02:30-03:15"}, "2026-03-29", "2026-03-30", HOUR // 4),
        ("Europe/Berlin", {"sun": "01:30-02:30"}, "2026-03-29", "2026-03-30", HOUR // 2),
        ("Europe/Berlin", {"sun": "02:10-02:50"}, "2026-03-29", "2026-03-30", 0),
        # 03:00 -> 02:00: the first for a start, the second for an end
        ("Europe/Berlin", {"sun": "02:30-02:45"}, "2026-10-25", "2026-10-26", HOUR + HOUR // 4),
        ("Europe/Berlin", {"sun": "01:00-02:00"}, "2026-10-25", "2026-10-26", 2 * HOUR),
        ("Europe/Berlin", {"sun": "01:00-03:00"}, "2026-10-25", "2026-10-26", 3 * HOUR),
        ("Australia/Lord_Howe", {"sun": "00:00-06:00"}, "2026-10-04", "2026-10-05", 6 * HOUR - HOUR // 2),
        ("Australia/Lord_Howe", {"sun": "00:00-06:00"}, "2026-04-05", "2026-04-06", 6 * HOUR + HOUR // 2),
        # 24:00 -> 01:00: the day begins at one
        ("Africa/Cairo", {"fri": "00:00-08:00"}, "2026-04-23 12:00", "2026-04-25", 7 * HOUR),
        # a date that never was
        ("Pacific/Apia", {"fri": "00:00-24:00"}, "2011-12-29", "2012-01-01", 0),
        ("Pacific/Apia", {"thu_sat": "09:00-17:00"}, "2011-12-29", "2012-01-01", 16 * HOUR),
    ],
)
def test_hours_on_a_day_when_clocks_change(
    zone: str, lines: dict[str, str], first: str, last: str, expected: int
) -> None:
    assert seconds(calendar(zone, **lines), first, last) == expected


def test_a_holiday_is_as_long_as_its_local_date() -> None:
    week = {"mon_sun": "00:00-24:00"}
    assert (
        seconds(calendar(**week, holiday_2026_10_25="x"), "2026-10-24 12:00", "2026-10-26 12:00") == 24 * HOUR
    )
    assert (
        seconds(calendar(**week, holiday_2026_03_29="x"), "2026-03-28 12:00", "2026-03-30 12:00") == 24 * HOUR
    )


def test_always_counts_every_second() -> None:
    assert ALWAYS_OPEN.elapsed(100, 250) == 150
    assert ALWAYS_OPEN.due(100, 150) == 250
    assert ALWAYS_OPEN.is_open(0)
    assert ALWAYS_OPEN.intervals(5, 9) == [(5, 9)]
    assert ALWAYS_OPEN.due(LATEST - 5, 6) is None


def test_a_calendar_that_does_not_open_for_ten_years_never_does_however_much_of_it_is_known() -> None:
    opening = calendar(open_2050_01_03="09:00-10:00")
    start, near = parse_instant("2026-01-01T00:00:00Z"), parse_instant("2045-01-01T00:00:00Z")
    assert opening.due(start, 1) is None
    assert opening.business_days(start, 1) is None
    opening.before(parse_instant("2060-01-01T00:00:00Z"))
    assert opening.due(start, 1) is None
    assert opening.due(near, 1) == parse_instant("2050-01-03 09:00:01", "Europe/Berlin")


def test_time_outside_the_known_centuries_is_closed() -> None:
    opening = calendar(mon_sun="00:00-24:00")
    assert opening.elapsed(LATEST + 5, LATEST + 10) == 0
    assert opening.due(LATEST + 5, 1) is None
    assert not opening.is_open(LATEST + 100_000)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-03-06 10:00", 1, "2026-03-09 10:00"),
        ("2026-03-06 10:00", 5, "2026-03-13 10:00"),
        ("2026-03-06 20:00", 1, "2026-03-09 17:30"),  # after hours: the end of the next open day
        ("2026-03-06 12:30", 1, "2026-03-09 12:00"),  # the lunch break takes no open time
        ("2026-03-07 11:00", 1, "2026-03-09 11:00"),  # from a closed day
        ("2026-03-07 08:00", 1, "2026-03-09 09:00:01"),  # no open time at all: one second of it
        ("2026-10-23 10:00", 1, "2026-10-26 10:00"),  # the same reading across a change of clocks
    ],
)
def test_business_days_end_at_the_same_local_time(start: str, n: int, due: str) -> None:
    office = calendar(mon_fri="09:00-12:00, 13:00-17:30")
    begin = parse_instant(start, office.zone)
    worth = office.business_days(begin, n)
    assert worth is not None
    end = office.due(begin, worth)
    assert end is not None
    assert format_local(end, office.zone) == due


def test_no_business_days_are_worth_the_least() -> None:
    assert calendar(mon_fri="09:00-17:00").business_days(0, 0) == 1


def counted_by_days(opening: OpenHours, start: int, n: int) -> int | None:
    """Business days a day at a time, each by its own open intervals."""
    where = zone(opening.zone)
    day, time = divmod(where.wall(start), DAY)
    last, closed = day_number(date(2199, 12, 31)), 0
    while n:
        day += 1
        if day > last or closed > PATIENCE_DAYS:
            return None
        found = opening.open_on(day)
        n, closed = (n - 1, 0) if found else (n, closed + 1)
    at = min(max(where.first(day * DAY + time), found[0][0]), found[-1][1])
    return max(opening.elapsed(start, at), 1)


@pytest.mark.parametrize(
    "opening",
    [
        calendar(mon_fri="09:00-12:00, 13:00-17:30", closed_2027_01_04=""),
        calendar("America/New_York", mon_sun="22:00-06:00"),
        calendar("Pacific/Apia", mon_sun="00:00-24:00"),
        calendar("Africa/Cairo", fri="00:00-01:00", sat="23:00-01:30"),
        calendar(open_2020_01_01="09:00-10:00", open_2030_01_01="09:00-10:00", open_2040_01_01="09:00-10:00"),
        calendar(open_2020_01_01="09:00-10:00", open_2030_01_02="09:00-10:00"),
        around_the_clock("Asia/Tokyo"),
    ],
)
def test_business_days_by_the_year_are_those_by_the_day(opening: OpenHours) -> None:
    dice = random.Random(7)
    begin, end = parse_instant("2010-01-01T00:00:00Z"), parse_instant("2030-01-01T00:00:00Z")
    near = parse_instant("2199-06-01T00:00:00Z")
    starts = [dice.randrange(begin, end) for _ in range(60)] + [
        dice.randrange(near, LATEST) for _ in range(20)
    ]
    starts += [
        parse_instant(text, opening.zone) for text in ("2020-01-01", "2019-12-31", "2029-12-31", "2030-01-01")
    ]
    for start in starts:
        for n in (1, 2, dice.randrange(3, 400)):
            assert opening.business_days(start, n) == counted_by_days(opening, start, n), (start, n)


def test_business_days_end_with_the_year_2199_and_make_each_year_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    make = opening_hours_module._open_intervals

    def counting(of: Calendar, where: object, year: int) -> list[tuple[int, int]]:
        made.append(year)
        assert len(made) <= 200
        return make(of, where, year)  # type: ignore[arg-type]

    monkeypatch.setattr(opening_hours_module, "_open_intervals", counting)
    whole = calendar(mon="09:00-17:00")._calendar
    for start in ("2199-12-31 22:00", "2180-01-01 12:00", "2026-12-01 16:00"):
        fresh = OpenHours("fresh", "Europe/Berlin", whole)
        assert fresh.business_days(parse_instant(start, fresh.zone), 9999) is None
        assert len(made) == len(set(made))
        made.clear()
    assert fresh.business_days(parse_instant("2199-12-23 12:00", fresh.zone), 1) == 8 * HOUR
    assert fresh.business_days(parse_instant("2199-12-23 12:00", fresh.zone), 2) is None


def test_always_has_days_up_to_the_last_in_every_zone() -> None:
    for name in ("Europe/Berlin", "America/New_York", "UTC"):
        around = around_the_clock(name)
        last = parse_instant("2199-12-30 12:00", name)
        assert around.business_days(last, 1) == DAY
        assert around.business_days(last, 2) is None
        assert around.intervals(LATEST - 1, LATEST) == [(LATEST - 1, LATEST)]


def test_threads_that_grow_the_same_table_agree() -> None:
    whole = calendar("America/New_York", mon_fri="09:00-17:00")
    fresh = OpenHours("fresh", "America/New_York", whole._calendar)
    starts = [parse_instant(f"{year}-06-01T00:00:00Z") for year in range(1990, 2040)]
    random.Random(1).shuffle(starts)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(fresh.before, starts * 4))
    assert found == [whole.before(start) for start in starts * 4]


def test_equal_calendars_share_their_hours() -> None:
    assert calendar(mon="09:00-17:00") is calendar(mon="09:00-17:00")


def test_years_are_worked_out_in_any_order() -> None:
    instants = [parse_instant(f"{year}-06-01T00:00:00Z") for year in (2031, 1971, 2019, 2020, 1999)]
    whole = calendar("America/New_York", mon_fri="09:00-17:00", closed_1999_12_31="")
    for a in instants:
        one = OpenHours("fresh", "America/New_York", whole._calendar)
        for b in instants:
            assert one.elapsed(a, b) == whole.elapsed(a, b)
            assert one.before(b) == whole.before(b)


opening_hours = calendar("America/New_York", mon_thu="09:00-12:00, 13:00-17:30", sat="22:00-02:00")
instants = st.integers(parse_instant("2015-01-01T00:00:00Z"), parse_instant("2030-01-01T00:00:00Z"))


@given(instants, st.integers(1, 10**7))
def test_due_is_the_earliest_instant_with_the_target_behind_it(start: int, target: int) -> None:
    due = opening_hours.due(start, target)
    assert due is not None
    assert opening_hours.elapsed(start, due) == target
    assert opening_hours.elapsed(start, due - 1) == target - 1


@given(instants, instants, instants)
def test_elapsed_adds_up_and_equals_the_intervals(a: int, b: int, c: int) -> None:
    a, b, c = sorted((a, b, c))
    assert opening_hours.elapsed(a, c) == opening_hours.elapsed(a, b) + opening_hours.elapsed(b, c)
    assert opening_hours.elapsed(a, b) == opening_hours.before(b) - opening_hours.before(a)
    found = opening_hours.intervals(a, b)
    assert sum(end - start for start, end in found) == opening_hours.elapsed(a, b)
    assert all(a <= start < end <= b for start, end in found)
    assert all(opening_hours.is_open(start) and opening_hours.is_open(end - 1) for start, end in found)


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(spans, spans)
def test_merge_and_subtract_are_set_operations(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    def members(intervals: list[tuple[int, int]]) -> set[int]:
        return {x for a, b in intervals for x in range(a, b)}

    merged = merge(left)
    assert members(merged) == members(left)
    assert all(a[1] < b[0] for a, b in pairwise(merged))
    assert members(subtract(merged, merge(right))) == members(left) - members(right)


def test_local_dates_know_their_length() -> None:
    opening = calendar(mon_sun="00:00-24:00")
    day = day_number(date(2026, 10, 25))
    assert sum(b - a for a, b in opening.open_on(day)) == timedelta(hours=25).total_seconds()
