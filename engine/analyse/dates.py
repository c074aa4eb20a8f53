"""Dates: customers to whom nothing is promised, and holiday lists that end before a contract does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain, pairwise

from dsl.finding import Finding
from dsl.model import ALWAYS, HolidayList
from dsl.scenario import NoClock, Scenario
from engine.analyse.example import Shown, decision, show
from engine.analyse.opening import Opening, of_line, plainest
from engine.analyse.survey import Spot, Survey
from engine.calendar.closures import listed
from engine.contract.table import DEFAULT, Stretch
from engine.wall import EARLIEST, FIRST_YEAR, date_of, local_date, start_of_date


def date_findings(survey: Survey) -> Iterator[Shown]:
    """Everything that the dates of the decision table show."""
    return chain(_without_tier(survey), _lists(survey))


def _without_tier(survey: Survey) -> Iterator[Shown]:
    never = [
        name for name, rows in survey.empty if name != DEFAULT and all(one.terms is None for one in rows)
    ]
    if never:
        first = survey.rules.customers[never[0]]
        more = f" and {len(never) - 1:,} more" if len(never) > 1 else ""
        yield Shown(
            Finding(
                "W0908",
                f"nothing is ever promised to {first.name}{more}",
                first.origin,
                "give the customer or its group a tier, or declare a `default tier`",
            ),
            partial(_unmanaged, survey, first.name, survey.today),
        )
    for name, rows in survey.empty:
        customer = survey.rules.customers.get(name)
        if customer is None or name in never or survey.checked_in("W0509", customer.origin):
            continue
        for gap in _gaps(rows):
            start, end = survey.contract.period(name, gap.start, gap.end)
            yield Shown(
                Finding(
                    "W0908",
                    f"nothing is promised to {name} from {start} until {end}",
                    customer.origin,
                    "let the periods of its tiers meet, also those of its group",
                ),
                partial(_unmanaged, survey, name, survey.instant(gap)),
            )


def _gaps(rows: list[Stretch]) -> Iterator[Stretch]:
    for (before, gap), (_, after) in pairwise(pairwise(rows)):
        if before.terms is not None and gap.terms is None and after.terms is not None:
            yield gap


def _unmanaged(survey: Survey, customer: str, at: int) -> Scenario:
    opening = Opening(customer, next(iter(survey.rules.priorities), ""), at)
    asked = [NoClock(metric) for metric in ("response", "resolution")]
    return show(survey.graph, "nothing is promised", opening, asked)


# ---------------------------------------------------------------- holidays


def _lists(survey: Survey) -> Iterator[Shown]:
    last: dict[str, tuple[int, Spot]] = {}
    for spot in survey.spots:
        year = local_date(spot.until - 1, survey.graph.zone(spot.customer)).year
        for calendar in dict.fromkeys(
            line.option.target.calendar for line in spot.lines if line.option.target.calendar != ALWAYS
        ):
            if calendar not in last or year > last[calendar][0]:
                last[calendar] = (year, spot)
    told: set[str] = set()
    for name, (year, spot) in last.items():
        counted = survey.rules.calendars[name]
        for holidays in counted.holidays:
            ended = _ended(holidays, counted.zone, year)
            if ended is None or holidays.name in told:
                continue
            told.add(holidays.name)
            yield Shown(
                Finding(
                    "W0909",
                    f"the holidays `{holidays.name}` end in {ended}, and contracts that count them go on in {year}",
                    holidays.origin,
                    f"add the days of {ended + 1}" + (f" to {year}" if year > ended + 1 else ""),
                    notes=(f"calendar {name} counts them, for {spot.customer} among others",),
                ),
                partial(_missed, survey, spot, name, _anniversaries(holidays, counted.zone, ended)),
            )


def _ended(holidays: HolidayList, zone: str, year: int) -> int | None:
    """The last year with a day of the list, if it has none in `year` and had some before."""

    def has(one: int) -> bool:
        found = listed(holidays, zone, one)
        return bool(found.days or found.spans)

    if has(year):
        return None
    return next((one for one in range(year - 1, FIRST_YEAR - 1, -1) if has(one)), None)


def _anniversaries(holidays: HolidayList, zone: str, year: int) -> list[date]:
    """The days of the year after that, which the list would close if it went on; its first day where there is no other."""
    days = [date_of(number) for number, _ in listed(holidays, zone, year).days]
    return [
        *(one.replace(year=year + 1) for one in days if (one.month, one.day) != (2, 29)),
        date(year + 1, 1, 1),
    ]


def _missed(survey: Survey, spot: Spot, calendar: str, days: list[date]) -> Scenario:
    """A ticket that opens on the first of the days that its contract reaches, and is due as if it were no holiday."""
    counted = [line for line in spot.lines if line.option.target.calendar == calendar]
    line = next((one for one in counted if plainest(one.cases, survey.graph)), counted[0])
    start, end, zone = spot.stretch.start, spot.stretch.end, survey.graph.zone(spot.customer)
    opening = of_line(survey, spot, line)
    reached = (max(start_of_date(day, zone), EARLIEST if start is None else start) for day in days)
    at = next((one for one in reached if end is None or one < end), opening.at)
    return show(
        survey.graph, "a day that a list no longer closes", replace(opening, at=at), decision(line.metric)
    )
