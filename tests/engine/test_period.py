"""Periods are local dates: the same month is different instants in different zones, also where clocks change."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.period import Period, bound, following, month, month_of
from engine.wall import local_date
from tests.engine.site import at

ZONES = ("UTC", "Europe/Berlin", "America/Denver", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo")


def test_a_month_is_its_customers_month():
    october = month("2026-10")
    assert october.span("Europe/Berlin") == (at("2026-09-30 22:00"), at("2026-10-31 23:00"))
    assert october.span("America/Denver") == (at("2026-10-01 06:00"), at("2026-11-01 06:00"))
    start, end = october.span("Europe/Berlin")
    assert end - start == 31 * 86_400 + 3600, "the hour that is there twice counts twice"


def test_a_day_without_a_midnight_begins_when_it_begins():
    assert bound("2026-04-24") == date(2026, 4, 24)
    assert Period(date(2026, 4, 24), date(2026, 4, 25)).span("Africa/Cairo") == (
        at("2026-04-23 22:00"),
        at("2026-04-24 21:00"),
    )


@given(st.integers(1950, 2150), st.integers(1, 12), st.sampled_from(ZONES))
def test_months_follow_each_other_without_gap_and_hold_their_dates(year, number, zone):
    first = month(f"{year}-{number:02}")
    after = following(first)
    assert first.name == f"{year}-{number:02}"
    (start, end), (begin, _) = first.span(zone), after.span(zone)
    assert end == begin
    assert local_date(start, zone).replace(day=1) == first.start
    assert local_date(end - 1, zone) < after.start
    assert month_of(start, zone) == first
    assert month_of(end - 1, zone) == first


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-1", "26-10", "2026-00", "1700-01", "9999-01", "2026-10-01", ""]
)
def test_what_is_no_month_is_refused_in_words(text):
    with pytest.raises(ValueError, match="is not a month like 2026-10"):
        month(text)


def test_bounds_are_dates_or_instants():
    assert Period(bound("2026-10-05"), bound("2026-10-12")).name == "2026-10-05..2026-10-12"
    instant = bound("2026-10-05T12:00:00+02:00")
    assert instant == at("2026-10-05 10:00")
    assert Period(instant, bound("2026-10-06")).span("Asia/Kathmandu") == (instant, at("2026-10-05 18:15"))
    for wrong in ("2026-10-05T12:00:00", "tomorrow", "2026-02-30", "1800-01-01"):
        with pytest.raises(ValueError, match=r"."):
            bound(wrong)
