"""Which declared reports are due: of what period, for whom, and since when. Pure: what was done and `now` are parameters.

A report is of the last whole period, and of each customer in its own zone; it is due at its hour, or at the period's end in the
customer's zone where that is later.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dsl.model import RuleSet
from dsl.report import Report, Schedule, Unit
from engine.calendar.period import Period
from engine.graph import Graph
from engine.wall import DAY, day_number, local_date, zone

MOST = 24
"""Periods back that are made up for after downtime."""

Done = Collection[tuple[str, str, str]]
"""(report, period, customer) of what was made."""


@dataclass(frozen=True, slots=True)
class Due:
    """A report of a period for a customer, due at an instant in UTC seconds."""

    report: str
    period: Period
    customer: str
    at: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one and the same."""
        return (self.report, self.period.name, self.customer)


def due_reports(graph: Graph, since: Mapping[str, int], done: Done, now: int) -> list[Due]:
    """What is due by `now` and was not made, the earliest first. `since` says by report from which instant on it is made: what was due
    before is nobody's wish. A report that is not in it is not made."""
    found = []
    for report in graph.ruleset.reports.values():
        begin = since.get(report.name)
        if begin is None:
            continue
        customers = customers_of(graph.ruleset, report)
        for at, period in _back(report.schedule, now):
            # A customer's period may end up to a day later than here.
            if at + DAY < begin:
                break
            for customer in customers:
                one = Due(report.name, period, customer, max(at, period.span(graph.zone(customer))[1]))
                if begin <= one.at <= now and one.key not in done:
                    found.append(one)
    return sorted(found, key=lambda one: (one.at, one.key))


def customers_of(rules: RuleSet, report: Report) -> list[str]:
    """The declared customers that a report is made for, in the order of the rules."""
    if not report.customers and not report.groups:
        return list(rules.customers)
    return [
        one.name
        for one in rules.customers.values()
        if one.name in report.customers or (one.group and one.group in report.groups)
    ]


def next_due(schedule: Schedule, now: int) -> tuple[int, Period]:
    """The first hour after `now` at which a report is due, and its period."""
    period = last_period(schedule, now)
    while (at := _hour(schedule, period)) <= now:
        assert isinstance(period.end, date)
        period = _from(schedule.unit, period.end)
    return at, period


def last_period(schedule: Schedule, now: int) -> Period:
    """The last whole period before `now`, in the schedule's zone."""
    today = local_date(now, schedule.zone)
    return _ending_by(schedule.unit, today)


def _back(schedule: Schedule, now: int) -> Iterator[tuple[int, Period]]:
    """The hours up to `now`, the latest first, and their periods."""
    period = last_period(schedule, now)
    for _ in range(MOST):
        at = _hour(schedule, period)
        if at <= now:
            yield at, period
        assert isinstance(period.start, date)
        period = _ending_by(schedule.unit, period.start)


def _hour(schedule: Schedule, period: Period) -> int:
    """When the report of a period is due. A time that does not exist is the end of the gap, one that comes twice the first."""
    end = period.end
    assert isinstance(end, date)
    if schedule.unit is Unit.WEEK:
        day = end + timedelta(days=schedule.day)
    else:
        day = end.replace(day=min(schedule.day, monthrange(end.year, end.month)[1]))
    return zone(schedule.zone).first(day_number(day) * DAY + schedule.second)


def _ending_by(unit: Unit, day: date) -> Period:
    """The last whole period that ends by the beginning of a day."""
    begin = _begin(unit, day)
    return _from(unit, _begin(unit, begin - timedelta(days=1)))


def _begin(unit: Unit, day: date) -> date:
    """The first day of the period that a day is in."""
    if unit is Unit.WEEK:
        return day - timedelta(days=day.weekday())
    month = day.month if unit is Unit.MONTH else (day.month - 1) // 3 * 3 + 1
    return day.replace(month=month, day=1)


def _from(unit: Unit, first: date) -> Period:
    """The period that begins on a day."""
    if unit is Unit.WEEK:
        return Period(first, first + timedelta(days=7))
    months = first.month - 1 + (1 if unit is Unit.MONTH else 3)
    return Period(first, date(first.year + months // 12, months % 12 + 1, 1))
