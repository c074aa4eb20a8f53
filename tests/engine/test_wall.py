"""Wall clocks against the zone data itself, and the words in which instants come and go."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.wall import (
    DAY,
    date_of,
    day_number,
    format_instant,
    format_local,
    is_zone,
    local_date,
    local_day,
    parse_instant,
    start_of_date,
    weekday,
    zone,
)

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Havana",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Antarctica/Casey",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Pacific/Apia",
    "Pacific/Kwajalein",
)


def wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_zone_data_comes_from_the_package_alone() -> None:
    assert zoneinfo.TZPATH == ()


@given(st.sampled_from(ZONES), st.integers(wall("1960-01-01"), wall("2060-01-01")))
def test_every_instant_is_one_of_those_that_its_reading_names(name: str, t: int) -> None:
    where = zone(name)
    reading = where.wall(t)
    assert datetime.fromtimestamp(t, zoneinfo.ZoneInfo(name)).replace(tzinfo=UTC).timestamp() == reading
    assert t in where.instants(reading)
    assert all(where.wall(each) == reading for each in where.instants(reading))
    day = where.day(t)
    assert any(a <= t < b for a, b in where.day_spans(day))
    assert date_of(day) == local_date(t, name)
    assert local_day(t, name) == day


@given(st.sampled_from(ZONES), st.integers(0, 36_500))
def test_local_dates_follow_each_other_without_a_hole(name: str, day: int) -> None:
    where = zone(name)
    today, tomorrow = where.day_spans(day), where.day_spans(day + 1)
    assert all(where.day(a) == day and where.day(b - 1) == day for a, b in today)
    if len(today) == len(tomorrow) == 1:
        assert today[0][1] == tomorrow[0][0]


@pytest.mark.parametrize(
    ("name", "reading", "instants"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", ["2026-03-29T01:00:00+00:00"]),
        ("Europe/Berlin", "2026-10-25T02:30", ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]),
        ("Europe/Berlin", "2026-10-25T03:00", ["2026-10-25T02:00:00+00:00"]),
        ("Australia/Lord_Howe", "2026-10-04T02:15", ["2026-10-03T15:30:00+00:00"]),
        ("Antarctica/Troll", "2026-03-29T02:30", ["2026-03-29T01:00:00+00:00"]),
        ("America/Havana", "2024-03-10T00:00", ["2024-03-10T05:00:00+00:00"]),
        ("America/Havana", "2024-11-03T00:00", ["2024-11-03T04:00:00+00:00", "2024-11-03T05:00:00+00:00"]),
        ("Africa/Monrovia", "1972-01-07T00:10:00", ["1972-01-07T00:44:30+00:00"]),
        ("Pacific/Apia", "2011-12-30T12:00", ["2011-12-30T10:00:00+00:00"]),
        ("Asia/Pyongyang", "2018-05-04T23:45", ["2018-05-04T15:00:00+00:00"]),
    ],
)
def test_readings_that_do_not_exist_or_exist_twice(name: str, reading: str, instants: list[str]) -> None:
    where = zone(name)
    assert [format_instant(t) for t in where.instants(wall(reading))] == instants
    assert format_instant(where.first(wall(reading))) == instants[0]
    assert format_instant(where.last(wall(reading))) == instants[-1]


def test_a_date_can_be_missing_and_can_come_in_two_parts() -> None:
    apia = zone("Pacific/Apia")
    assert apia.day_spans(day_number(date(2011, 12, 30))) == []
    # 00:01 went back to 23:01 of the day before
    st_johns = zone("America/St_Johns").day_spans(day_number(date(2009, 11, 1)))
    assert [b - a for a, b in st_johns] == [60, DAY]
    assert (
        sum(b - a for a, b in zone("America/St_Johns").day_spans(day_number(date(2009, 10, 31))))
        == DAY + 59 * 60
    )


def test_changes_are_found_to_the_second() -> None:
    year = zone("Africa/Casablanca").changes(wall("2024-01-01"), wall("2025-01-01"))
    assert [(format_instant(at), before, after) for at, before, after in year] == [
        ("2024-03-10T02:00:00+00:00", 3600, 0),
        ("2024-04-14T02:00:00+00:00", 0, 3600),
    ]
    ((at, before, after),) = zone("Africa/Monrovia").changes(wall("1971-06-01"), wall("1973-01-01"))
    assert (format_instant(at), before, after) == ("1972-01-07T00:44:30+00:00", -2670, 0)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../secret", "europe", "a\0b", "/etc/localtime"])
def test_names_that_are_no_zone(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(EngineError, match="unknown time zone"):
        zone(name)


@pytest.mark.parametrize(
    ("text", "name", "instant"),
    [
        ("2026-03-06T16:00:00+01:00", None, "2026-03-06T15:00:00+00:00"),
        ("2026-03-06T15:00:00Z", None, "2026-03-06T15:00:00+00:00"),
        ("2026-03-06 16:00+05:45", None, "2026-03-06T10:15:00+00:00"),
        ("2026-03-06T15:00:00.999Z", None, "2026-03-06T15:00:00+00:00"),
        ("1969-12-31T23:59:59.5Z", None, "1969-12-31T23:59:59+00:00"),
        ("2026-03-06 16:00", "Europe/Berlin", "2026-03-06T15:00:00+00:00"),
        ("2026-03-06T16:00:00+00:00", "Europe/Berlin", "2026-03-06T16:00:00+00:00"),
        ("2026-03-06", "Europe/Berlin", "2026-03-05T23:00:00+00:00"),
        ("2024-03-10", "America/Havana", "2024-03-10T05:00:00+00:00"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_instants_are_read(text: str, name: str | None, instant: str) -> None:
    assert format_instant(parse_instant(text, name)) == instant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-06T16:00:00", "no offset"),
        ("2026-03-06", "no offset"),
        ("yesterday", "not a date and time"),
        ("", "not a date and time"),
        ("2026-02-30T00:00:00Z", "not a date and time"),
        ("0001-01-01T00:00:00+14:00", "outside the years"),
        ("9999-12-31T23:59:59-14:00", "outside the years"),
        ("x" * 10_000, "not a date and time"),
    ],
)
def test_instants_that_cannot_be_read(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_instant(text)
    assert len(str(caught.value)) < 200


def test_a_local_year_out_of_range_is_refused_before_it_is_looked_up() -> None:
    for text in ("0001-01-01 00:00", "9999-12-31 23:59"):
        with pytest.raises(ValueError, match="outside the years"):
            parse_instant(text, "Europe/Berlin")


@given(st.integers(wall("1900-01-02"), wall("2199-12-30")))
def test_what_is_written_can_be_read(t: int) -> None:
    assert parse_instant(format_instant(t)) == t


def test_local_times_are_written_for_people() -> None:
    t = parse_instant("2026-03-06T15:00:00Z")
    assert format_local(t, "Asia/Kathmandu") == "2026-03-06 20:45"
    assert format_local(t + 7, "Europe/Berlin") == "2026-03-06 16:00:07"
    assert zone("Europe/Berlin").abbreviation(t) == "CET"


def test_days_are_counted_from_1970() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert date_of(day_number(date(2028, 2, 29))) == date(2028, 2, 29)
    assert [weekday(day_number(date(2026, 3, 2)) + n) for n in range(7)] == list(range(7))
    midnight = datetime.fromtimestamp(start_of_date(date(2026, 7, 1), "America/New_York"), UTC)
    assert midnight == datetime(2026, 7, 1, tzinfo=UTC) + timedelta(hours=4)
