"""What closes a calendar: holiday lists of all five kinds, closed dates, and the reasons they give."""

from __future__ import annotations

from datetime import date

import pytest

from dsl.model import (
    Calendar,
    ClosedDate,
    CountryHolidays,
    DayHoliday,
    EasterHoliday,
    FileHolidays,
    HolidayLine,
    HolidayList,
    OpenDate,
    TimeRange,
    YearlyHoliday,
)
from engine.calendar.closures import closures_of, easter, reasons
from engine.calendar.hours import compile_calendar
from engine.errors import EngineError
from engine.wall import date_of, day_number, format_local

WEEK = ((TimeRange(540, 1020),),) * 7


def listing(*lines: HolidayLine, observed: bool = True, zone: str = "Europe/Berlin") -> Calendar:
    return Calendar("test", "", zone, WEEK, holidays=(HolidayList("list", "Our list", lines, observed),))


def closed_days(calendar: Calendar, year: int) -> dict[date, str]:
    return {date_of(day): title for day, title in closures_of(calendar, year).days}


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1900, 4, 15),
        (1961, 4, 2),
        (2008, 3, 23),
        (2019, 4, 21),
        (2026, 4, 5),
        (2038, 4, 25),
        (2100, 3, 28),
        (2285, 3, 22),
    ],
)
def test_easter_sunday(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


def test_easter_is_a_sunday_of_spring_in_every_year() -> None:
    for year in range(1900, 2200):
        found = easter(year)
        assert found.weekday() == 6
        assert date(year, 3, 22) <= found <= date(year, 4, 25)


def test_days_from_easter_may_lie_in_another_year() -> None:
    calendar = listing(EasterHoliday(-2, "Good Friday"), EasterHoliday(-120, "Long before"))
    assert closed_days(calendar, 2025)[date(2025, 12, 6)] == "Long before"
    assert closed_days(calendar, 2026) == {date(2026, 4, 3): "Good Friday", date(2026, 11, 28): "Long before"}


def test_single_and_yearly_days() -> None:
    calendar = listing(
        DayHoliday(date(2026, 11, 27), "Once"), YearlyHoliday(2, 29, "Leap"), YearlyHoliday(12, 24, "")
    )
    assert closed_days(calendar, 2026) == {date(2026, 11, 27): "Once", date(2026, 12, 24): "Our list"}
    assert closed_days(calendar, 2028) == {date(2028, 2, 29): "Leap", date(2028, 12, 24): "Our list"}


def test_a_country_with_and_without_its_substitute_days() -> None:
    with_them = closed_days(listing(CountryHolidays("US", "NY"), zone="America/New_York"), 2022)
    without = closed_days(listing(CountryHolidays("US", "NY"), observed=False, zone="America/New_York"), 2022)
    assert date(2022, 12, 26) in with_them
    assert date(2022, 12, 26) not in without
    assert date(2022, 12, 25) in without
    assert set(without) < set(with_them)


def test_new_year_observed_on_the_last_day_of_the_old_one() -> None:
    calendar = listing(CountryHolidays("US", ""), zone="America/New_York")
    assert date(2021, 12, 31) in closed_days(calendar, 2021)


def test_a_country_that_is_not_known() -> None:
    with pytest.raises(EngineError, match="no public holidays are known for ATLANTIS"):
        closures_of(listing(CountryHolidays("ATLANTIS", "")), 2026)


def ics(*events: str) -> FileHolidays:
    body = "\n".join(
        f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT" for number, event in enumerate(events)
    )
    return FileHolidays("closures.ics", f"BEGIN:VCALENDAR\nVERSION:2.0\n{body}\nEND:VCALENDAR\n")


def test_events_of_a_file_close_days_and_ranges() -> None:
    calendar = listing(
        ics(
            "SUMMARY:Outing\nDTSTART;VALUE=DATE:20260310",
            "SUMMARY:Stocktaking\nDTSTART;VALUE=DATE:20261230\nDTEND;VALUE=DATE:20270103",
            "SUMMARY:Lunch talk\nDTSTART:20260312T120000\nDTEND:20260312T140000\nRRULE:FREQ=WEEKLY;COUNT=2",
            "SUMMARY:Power cut\nDTSTART;TZID=America/New_York:20260401T090000\nDURATION:PT1H",
            "SUMMARY:Called off\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260311",
        )
    )
    assert closed_days(calendar, 2026) == {
        date(2026, 3, 10): "Outing",
        date(2026, 12, 30): "Stocktaking",
        date(2026, 12, 31): "Stocktaking",
    }
    assert list(closed_days(calendar, 2027)) == [date(2027, 1, 1), date(2027, 1, 2)]
    spans = [
        (format_local(a, "Europe/Berlin"), format_local(b, "Europe/Berlin"), title)
        for a, b, title in sorted(closures_of(calendar, 2026).spans)
    ]
    assert spans == [
        ("2026-03-12 12:00", "2026-03-12 14:00", "Lunch talk"),
        ("2026-03-19 12:00", "2026-03-19 14:00", "Lunch talk"),
        ("2026-04-01 15:00", "2026-04-01 16:00", "Power cut"),
    ]
    hours = compile_calendar(calendar)
    assert [b - a for a, b in hours.open_on(day_number(date(2026, 3, 12)))] == [3 * 3600, 3 * 3600]
    assert hours.open_on(day_number(date(2026, 12, 31))) == []


def test_a_file_with_a_broken_event_is_refused() -> None:
    with pytest.raises(EngineError, match=r'closures\.ics: event "Bad": DTSTART'):
        closures_of(listing(ics("SUMMARY:Bad\nDTSTART:2026-99-10")), 2026)


def test_reasons_name_what_is_unusual_about_a_date() -> None:
    calendar = Calendar(
        "test",
        "",
        "Europe/Berlin",
        WEEK,
        open_dates=(OpenDate(date(2026, 12, 31), (TimeRange(540, 720),), "Year end"),),
        closed_dates=(ClosedDate(date(2026, 12, 24), TimeRange(720, 1440), "Early close"),),
        holidays=(
            HolidayList(
                "days",
                "",
                (DayHoliday(date(2026, 12, 25), "Christmas Day"), DayHoliday(date(2026, 12, 31), "x")),
            ),
        ),
    )
    assert reasons(calendar, date(2026, 12, 23)) == ()
    assert reasons(calendar, date(2026, 12, 24)) == ("Early close",)
    assert reasons(calendar, date(2026, 12, 25)) == ("Christmas Day",)
    assert reasons(calendar, date(2026, 12, 31)) == ("Year end",)
