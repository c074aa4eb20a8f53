"""Counter-examples about money: outages and tickets of a month, with what the month comes to as the engine settles it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from dsl import scenario
from dsl.commitment import WHOLE, Band, Maintenance, Uptime
from dsl.span import Origin
from engine.analyse.example import answered, due_at, story
from engine.analyse.opening import of_line
from engine.analyse.survey import Spot, Survey
from engine.calendar.period import Period, following, month_of, preceding
from engine.commitment.uptime import Figure, History, figures, occurrences
from engine.contract.table import Line
from engine.errors import EngineError
from engine.scenario.outcome import reading
from engine.scenario.owed import owed
from engine.wall import DAY, EARLIEST, FIRST_YEAR, LAST_YEAR, year_start

_MONTHS = 13
"""So many months are tried, and as many back: in some the customer may have no retainer."""
_MOST = 100
"""So many months of all customers together."""
_REACH = 31 * DAY
"""A window that comes every week comes in that time."""
_FIRST, _LAST = year_start(FIRST_YEAR + 2), year_start(LAST_YEAR - 2)


# ---------------------------------------------------------------- months that are asked for


def breached(survey: Survey, title: str, spot: Spot, line: Line) -> Iterator[scenario.Scenario]:
    """A ticket of that line of the decision table that nobody touches, and the month of its breach."""
    opening = of_line(survey, spot, line)
    due = due_at(line.option, opening.at)
    if due is not None and _FIRST <= due < _LAST:
        zone = survey.graph.zone(spot.customer)
        asked = scenario.Expect(scenario.Credited(None, month_of(due, zone).name))
        yield scenario.Scenario(title, zone, (story(survey.graph, opening, zone, [asked]),))


def kept(survey: Survey, title: str, spot: Spot, promise: Uptime, band: Band) -> Iterator[scenario.Scenario]:
    """The shortest outage that brings uptime under a band although the promise is kept."""
    for month, figure in _figures(survey, spot, promise):
        down = figure.agreed * (WHOLE - band.below) // WHOLE + 1
        if down <= figure.budget:
            hours = survey.graph.hours(figure.promise.calendar)
            start = next((a for a, _ in hours.intervals(figure.start, figure.end)), figure.start)
            end = hours.due(start, down) or figure.end
            yield _down(survey, title, spot.customer, month, (start, end), figure.service)


def all_down(survey: Survey, title: str, spot: Spot, promise: Uptime) -> Iterator[scenario.Scenario]:
    """An outage of everything in a whole month in which a commitment holds."""
    for month, figure in _figures(survey, spot, promise):
        yield _down(survey, title, spot.customer, month, (figure.start, figure.end))


def dark(survey: Survey, title: str, customer: str, at: int) -> Iterator[scenario.Scenario]:
    """An outage of everything in the whole month of an instant, or in one near it."""
    zone = survey.graph.zone(customer)
    for month in _months(at, zone):
        yield _down(survey, title, customer, month, month.span(zone))


def planned(
    survey: Survey, title: str, customer: str, maintenance: Maintenance
) -> Iterator[scenario.Scenario]:
    """An outage of everything in the next window of a maintenance, the last one where none is to come, which was announced a day
    before."""
    zone, today = survey.graph.zone(customer), survey.today
    spans = (
        span
        for low, high in ((today, today + _REACH), (EARLIEST, today))
        for window in maintenance.windows
        if window.day or low == today
        for span in occurrences(window, low, high)
    )
    start, end = next(spans, (today, today + DAY))
    told = scenario.Notice(maintenance.name, reading(start - DAY, zone), None, None)
    down = _down(survey, title, customer, month_near(start, zone), (start, end))
    yield replace(down, stories=tuple(replace(one, lines=(told, *one.lines)) for one in down.stories))


def retained(title: str, zone: str, customer: str, months: Sequence[Period]) -> scenario.Scenario:
    """What a customer pays for these months."""
    asked = (scenario.Expect(scenario.Retained(None, one.name, customer)) for one in months)
    return scenario.Scenario(title, zone, (scenario.Story("", (), tuple(asked)),))


def month_near(at: int, zone: str) -> Period:
    """The calendar month of an instant, kept within those that have others beside them."""
    return month_of(min(max(at, _FIRST), _LAST), zone)


def _months(at: int, zone: str) -> Iterator[Period]:
    """The month of an instant, those after it, and those before it."""
    ahead = back = month_near(at, zone)
    yield ahead
    for _ in range(_MONTHS - 1):
        ahead = following(ahead)
        yield ahead
    for _ in range(_MONTHS - 1):
        back = preceding(back)
        yield back


def _figures(survey: Survey, spot: Spot, promise: Uptime) -> Iterator[tuple[Period, Figure]]:
    """The months around that of an example in which a commitment holds, and what it comes to without an outage."""
    zone = survey.graph.zone(spot.customer)
    for month in _months(survey.instant(spot.stretch), zone):
        start, end = month.span(zone)
        counted = figures(survey.graph, spot.customer, start, end, History((), (), EARLIEST), end)
        yield from ((month, one) for one in counted if one.promise == promise and one.agreed)


def _down(
    survey: Survey, title: str, customer: str, month: Period, span: tuple[int, int], service: str = ""
) -> scenario.Scenario:
    zone = survey.graph.zone(customer)
    outage = scenario.Outage(service, "", reading(span[0], zone), reading(span[1], zone))
    asked = scenario.Expect(scenario.Credited(None, month.name, customer))
    return scenario.Scenario(title, zone, (scenario.Story("", (), (outage, asked)),))


# ---------------------------------------------------------------- what they come to


def settled(
    survey: Survey, asked: Iterable[scenario.Scenario], customer: str, paid_by: Origin | None = None
) -> scenario.Scenario:
    """What the first of the months comes to to which a line of credits adds something, else the first that can be settled; where none
    can, what the customer pays for the month of today."""
    graph = survey.graph
    other: scenario.Scenario | None = None
    for one in islice(asked, _MOST):
        try:
            if paid_by is None or paid_by in _paying(survey, one):
                return answered(graph, one)
            other = other or answered(graph, one)
        except EngineError:
            continue
    zone = graph.zone(customer)
    return other or answered(
        graph, retained("no month can be settled", zone, customer, [month_near(survey.today, zone)])
    )


def _paying(survey: Survey, asked: scenario.Scenario) -> list[Origin]:
    """The lines of credits that put something into the month of a scenario's last expectation."""
    last = asked.stories[-1].lines[-1]
    assert isinstance(last, scenario.Expect)
    assert isinstance(last.what, scenario.Credited)
    found = owed(asked, asked.stories[-1].name, last.what, survey.graph)
    return [line.origin for line in found.settled.lines]


def lines_of(spots: Iterable[Spot], metric: str, priority: str) -> Iterator[tuple[Spot, Line]]:
    """The lines of decision tables for a metric and a priority."""
    for spot in spots:
        yield from ((spot, one) for one in spot.lines if (one.metric, one.priority) == (metric, priority))
