"""Counter-examples for what is not used: tickets and months on which it might have acted, and what acts on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from dsl.commitment import Credits, Maintenance
from dsl.condition import FieldType, Value
from dsl.model import Calendar, Field, Group, HolidayList, Metric, Pause, Person, Target, Team, Tier
from dsl.scenario import UNTOLD, Happens, NoClock, Quiet, Scenario
from engine.analyse.climbers import Climbers
from engine.analyse.example import MINUTE, clock_of, decision, show, stance
from engine.analyse.months import breached, dark, planned, settled
from engine.analyse.opening import Opening, held, named, somebody
from engine.analyse.survey import Survey
from engine.calendar.closures import listed
from engine.facts import OPENED
from engine.scenario.outcome import reading
from engine.wall import DAY, date_of, day_number, local_date, zone

_FORTNIGHT = 14 * DAY
_YEARS = 10
_MORNING = 10 * 3600


def of_tier(survey: Survey, tier: Tier) -> Scenario:
    """A ticket of a kind that the tier promises something to, and which tier decides."""
    return _promised(survey, "a tier that nobody has", tier.targets)


def of_group(survey: Survey, group: Group) -> Scenario:
    """A ticket of a kind that members of the group would be promised something to."""
    tiers = (survey.rules.tiers.get(one.tier) for one in group.tiers)
    targets = [
        *(target for override in group.overrides for target in override.targets),
        *(target for tier in tiers if tier for target in tier.targets),
    ]
    return _promised(survey, "a group that nobody is in", targets)


def _promised(survey: Survey, title: str, targets: Sequence[Target]) -> Scenario:
    priorities = dict.fromkeys(priority for one in targets for priority in one.priorities)
    opening, metric = somebody(survey, dict.fromkeys(one.metric for one in targets), priorities)
    return show(survey.graph, title, opening, decision(metric))


def of_pause(survey: Survey, pause: Pause) -> Scenario:
    """A ticket for which the condition holds from the start, best with a clock that it would stop."""
    metrics = [one for one in pause.stops if (one, "") in survey.promises] or pause.stops
    found = [somebody(survey, metrics, [one])[0] for one in survey.rules.priorities]
    whose = (Opening(one, first.priority, first.at) for one in named(survey, [pause.when]) for first in found)
    opening = held(survey, [pause.when], [*found, *whose] or [somebody(survey)[0]])
    metric = next(iter(metrics), "resolution")
    return show(survey.graph, "a pause that no tier has", opening, stance(metric))


def of_calendar(survey: Survey, calendar: Calendar) -> Scenario:
    """A ticket that opens while the calendar is closed."""
    opening, metric = somebody(survey)
    intervals = survey.graph.hours(calendar.name).intervals(opening.at, opening.at + _FORTNIGHT)
    if intervals and intervals[0][0] == opening.at and intervals[0][1] < opening.at + _FORTNIGHT:
        opening = replace(opening, at=intervals[0][1])
    return show(survey.graph, "a calendar that nothing is counted on", opening, decision(metric))


def of_holidays(survey: Survey, holidays: HolidayList) -> Scenario:
    """A ticket that opens on the next of these days, the last one where there is none to come."""
    opening, metric = somebody(survey)
    where = clock_of(survey.graph, opening)
    today = day_number(local_date(opening.at, where))
    this_year = date_of(today).year
    coming = (
        day
        for year in range(this_year, this_year + _YEARS)
        for day in sorted(_days(holidays, where, year))
        if day >= today
    )
    gone = (
        day
        for year in range(this_year, this_year - _YEARS, -1)
        for day in sorted(_days(holidays, where, year), reverse=True)
    )
    day = next(chain(coming, gone), None)
    if day is not None:
        opening = replace(opening, at=zone(where).first(day * DAY + _MORNING))
    return show(survey.graph, "holidays that close nothing", opening, decision(metric))


def _days(holidays: HolidayList, where: str, year: int) -> Iterator[int]:
    found = listed(holidays, where, year)
    yield from (day for day, _ in found.days)
    yield from (day_number(local_date(start, where)) for start, _, _ in found.spans)


def of_metric(survey: Survey, metric: Metric) -> Scenario:
    """A ticket to which that happens on which the metric starts."""
    opening, _ = somebody(survey)
    where = clock_of(survey.graph, opening)
    begins = metric.start not in (OPENED, *UNTOLD)
    then = [Happens(reading(opening.at + MINUTE, where), metric.start)] if begins else []
    return show(survey.graph, "a metric that nothing promises", opening, [NoClock(metric.name)], then)


def of_credits(survey: Survey, credits_: Credits) -> Scenario:
    """A month in which nothing runs, or one with a breach; with somebody undeclared, who is paid nothing, a ticket."""
    title = "credits that no tier pays"
    spot = next((one for one in survey.spots if one.customer in survey.rules.customers), None)
    customer = spot.customer if spot else next(iter(survey.rules.customers), "")
    if not customer:
        opening, metric = somebody(survey, dict.fromkeys(one.metric for one in credits_.breaches))
        return show(survey.graph, title, opening, decision(metric))
    metrics = [] if credits_.bands else [one.metric for one in credits_.breaches]
    line = next((line for line in spot.lines if line.metric in metrics), None) if spot else None
    if spot and line:
        return settled(survey, breached(survey, title, spot, line), customer)
    at = survey.instant(spot.stretch) if spot else survey.today
    return settled(survey, dark(survey, title, customer, at), customer)


def of_maintenance(survey: Survey, maintenance: Maintenance) -> Scenario:
    """A month in which what is affected does not run in the windows, which were announced."""
    title = "maintenance that nothing excludes"
    customer = next(iter(survey.rules.customers), "")
    if not customer:
        opening, metric = somebody(survey)
        return show(survey.graph, title, opening, decision(metric))
    return settled(survey, planned(survey, title, customer, maintenance), customer)


_ANY: Mapping[FieldType, Value] = {FieldType.FLAG: True, FieldType.TEXT: "anything", FieldType.NUMBER: 1}


def of_field(survey: Survey, field: Field) -> Scenario:
    """Two tickets that only the field tells apart, of which the same holds."""
    opening, metric = somebody(survey)
    case = replace(opening.case, fields=(*opening.case.fields, (field.name, _ANY[field.type])))
    openings = [opening, replace(opening, case=case)]
    return show(survey.graph, "a field that nothing asks for", openings, decision(metric))


def of_recipient(climbers: Climbers, survey: Survey, _who: Team | Person) -> Scenario:
    """A ticket on a ladder and a step that is about others; where none is climbed, how long nothing is said."""
    title = "somebody who is never told"
    if climbers.about:
        return climbers.show(title, *climbers.about, taken=True)
    opening, _ = somebody(survey)
    until = reading(opening.at + DAY, clock_of(survey.graph, opening))
    return show(survey.graph, title, opening, [Quiet(until)])
