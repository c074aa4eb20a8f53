"""When declared reports are due: by hand, across changes of clocks, and against a walk through every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.report import Schedule, Unit
from engine.calendar.period import Period, month
from engine.wall import DAY, format_local, local_date, zone
from reports.schedule import Due, customers_of, due_reports, last_period, next_due
from tests.engine.desk import RULES, graph
from tests.engine.site import at

BERLIN = "Europe/Berlin"
MORNING = 6 * 3600


def rules(*lines: str, more: str = "") -> object:
    body = "\n  ".join(lines or ("every month on day 1 at 06:00 zone Europe/Berlin", "for everybody"))
    return graph(f'{RULES}{more}report monthly "M" {{\n  {body}\n  format csv\n  share portal\n}}\n')


def told(found: list[Due]) -> list[tuple[str, str, str]]:
    return [(one.period.name, one.customer, format_local(one.at, "UTC")) for one in found]


def test_a_month_is_due_on_its_day_and_only_once():
    site = rules()
    customers = set(site.ruleset.customers)
    since = {"monthly": at("2026-10-15 00:00")}
    assert due_reports(site, since, (), at("2026-11-01 04:59")) == []
    found = due_reports(site, since, (), at("2026-11-01 07:00"))
    assert {one.customer for one in found} == customers
    assert {one.period for one in found} == {month("2026-10")}
    assert due_reports(site, since, {one.key for one in found}, at("2026-11-30 23:59")) == []


def test_a_customer_whose_month_ends_later_is_due_later():
    site = rules(more='customer denver "D" {\n  zone America/Denver\n}\n')
    since = {"monthly": at("2026-10-15 00:00")}
    assert "denver" not in {one.customer for one in due_reports(site, since, (), at("2026-11-01 05:59"))}
    [one] = [one for one in due_reports(site, since, (), at("2026-11-01 06:00")) if one.customer == "denver"]
    assert one.at == at("2026-11-01 06:00")


def test_what_was_missed_is_made_up_for_from_the_day_that_it_was_declared():
    site = rules()
    now = at("2027-02-03 00:00")
    found = due_reports(site, {"monthly": at("2026-11-15 00:00")}, (), now)
    assert sorted({one.period.name for one in found}) == ["2026-11", "2026-12", "2027-01"]
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert due_reports(site, {}, (), now) == []


def test_for_whom_it_is_made():
    lines = ("every month on day 1 at 06:00 zone UTC",)
    more = 'group north "N" {\n}\ncustomer one "O" {\n  group north\n}\ncustomer two "T" {\n}\n'
    for line, expected in (
        ("for group north", ["one"]),
        ("for customer two", ["two"]),
        ("for customer two\n  for group north", ["one", "two"]),
    ):
        site = rules(*lines, line, more=more)
        assert customers_of(site.ruleset, site.ruleset.reports["monthly"]) == expected


@pytest.mark.parametrize(
    ("schedule", "now", "due", "period"),
    [
        (Schedule(Unit.MONTH, 31, MORNING, BERLIN), "2027-02-10 00:00", "2027-02-28 05:00", "2027-01"),
        (Schedule(Unit.MONTH, 31, MORNING, BERLIN), "2028-02-10 00:00", "2028-02-29 05:00", "2028-01"),
        (Schedule(Unit.MONTH, 28, 9000, BERLIN), "2027-03-20 00:00", "2027-03-28 01:00", "2027-02"),  # 02:30 does not exist
        (Schedule(Unit.MONTH, 31, 9000, BERLIN), "2027-10-30 12:00", "2027-10-31 00:30", "2027-09"),  # comes twice
        (Schedule(Unit.QUARTER, 5, MORNING, "UTC"), "2026-11-26 00:00", "2027-01-05 06:00", "2026-10-01..2027-01-01"),
        (Schedule(Unit.WEEK, 0, MORNING, "UTC"), "2026-11-26 00:00", "2026-11-30 06:00", "2026-11-23..2026-11-30"),
        (Schedule(Unit.WEEK, 3, MORNING, "UTC"), "2026-11-24 00:00", "2026-11-26 06:00", "2026-11-16..2026-11-23"),
    ],
)  # fmt: skip
def test_by_hand(schedule, now, due, period):
    when, of = next_due(schedule, at(now))
    assert (format_local(when, "UTC"), of.name) == (due, period)


def test_the_last_whole_period():
    now = at("2026-11-01 00:00")
    assert last_period(Schedule(Unit.MONTH, 1, 0, "UTC"), now) == month("2026-10")
    assert last_period(Schedule(Unit.MONTH, 1, 0, "America/Denver"), now) == month("2026-09")
    assert last_period(Schedule(Unit.WEEK, 0, 0, "UTC"), now).name == "2026-10-19..2026-10-26"
    assert last_period(Schedule(Unit.QUARTER, 1, 0, "UTC"), now).name == "2026-07-01..2026-10-01"


def walked(schedule: Schedule, now: int) -> tuple[int, Period]:
    """The same by a walk through the days: the first hour after now on a day that the words fit."""
    where = zone(schedule.zone)
    day = local_date(now, schedule.zone) - timedelta(days=1)
    while True:
        tomorrow = day + timedelta(days=1)
        match schedule.unit:
            case Unit.WEEK:
                fits = day.weekday() == schedule.day
                last = day
                while last.weekday():
                    last -= timedelta(days=1)
                first = last - timedelta(days=7)
            case unit:
                quarter = unit is Unit.QUARTER
                fits = (day.day == schedule.day or (tomorrow.day == 1 and day.day < schedule.day)) and (
                    not quarter or day.month in (1, 4, 7, 10)
                )
                last = day.replace(day=1)
                first = last
                for _ in range(3 if quarter else 1):
                    first = (first - timedelta(days=1)).replace(day=1)
        instant = where.first((day - date(1970, 1, 1)).days * DAY + schedule.second)
        if fits and instant > now:
            return instant, Period(first, last)
        day = tomorrow


@given(
    st.sampled_from(list(Unit)),
    st.integers(0, 30),
    st.integers(0, 86_399),
    st.sampled_from(
        ["UTC", BERLIN, "America/Denver", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
    ),
    st.integers(at("2011-12-01 00:00"), at("2040-01-01 00:00")),
)
def test_as_a_walk_through_the_days_finds_it(unit, day, second, zone_name, now):
    schedule = Schedule(unit, day % 7 if unit is Unit.WEEK else day + 1, second, zone_name)
    assert next_due(schedule, now) == walked(schedule, now)
