"""Counter-examples about money: outages and tickets of a month, with what the month comes to as the engine settles it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dsl import scenario
from dsl.commitment import WHOLE, Band, Uptime
from dsl.scenario_text import scenario_text
from dsl.span import Origin
from engine.analyse.example import due_at, plainest
from engine.analyse.survey import Spot, Survey
from engine.calendar.period import Period, following, month_of
from engine.commitment.uptime import Figure, History, figures
from engine.contract.table import Line
from engine.errors import EngineError
from engine.facts import OPENED
from engine.scenario.outcome import reading
from engine.scenario.owed import came_to, owed
from engine.wall import EARLIEST

_MONTHS = 13
"""So many months are tried: in some the customer may have no retainer."""


def breached(survey: Survey, title: str, spot: Spot, line: Line, paid_by: Origin) -> str:
    """A ticket of that line of the decision table that nobody touches, and what the month of its breach comes to; "" if the line
    `paid_by` of the credits pays nothing then."""
    case = plainest(line.cases, survey.graph)
    at = survey.instant(spot.stretch)
    due = due_at(line.option, at)
    if case is None or due is None:
        return ""
    zone = survey.graph.zone(spot.customer)
    opened = scenario.Happens(reading(at, zone), OPENED, tuple(case.fields))
    settings = (("customer", spot.customer), ("priority", line.priority))
    story = scenario.Story("t1", settings, (opened,))
    return _shown(survey, title, spot, story, month_of(due, zone).name, paid_by)


def kept(survey: Survey, title: str, spot: Spot, promise: Uptime, band: Band) -> str:
    """The shortest outage that brings uptime under a band although the promise is kept."""
    for month, figure in _figures(survey, spot, promise):
        down = figure.agreed * (WHOLE - band.below) // WHOLE + 1
        if down <= figure.budget and (text := _down(survey, title, spot, month, figure, down, band.origin)):
            return text
    return ""


def all_down(survey: Survey, title: str, spot: Spot, promise: Uptime, paid_by: Origin) -> str:
    """An outage of everything in a whole month."""
    for month, figure in _figures(survey, spot, promise):
        if text := _down(survey, title, spot, month, figure, None, paid_by):
            return text
    return ""


def _figures(survey: Survey, spot: Spot, promise: Uptime) -> Iterator[tuple[Period, Figure]]:
    """The months from that of an example on in which a commitment holds, and what it comes to without an outage."""
    graph = survey.graph
    zone = graph.zone(spot.customer)
    month = month_of(survey.instant(spot.stretch), zone)
    for _ in range(_MONTHS):
        start, end = month.span(zone)
        counted = figures(graph, spot.customer, start, end, History((), (), EARLIEST), end)
        yield from ((month, one) for one in counted if one.promise == promise and one.agreed)
        month = following(month)


def _down(
    survey: Survey,
    title: str,
    spot: Spot,
    month: Period,
    figure: Figure,
    seconds: int | None,
    paid_by: Origin,
) -> str:
    """An outage of so many open seconds from the start of a figure on, of everything for None."""
    zone = survey.graph.zone(spot.customer)
    start, end = figure.start, figure.end
    service = ""
    if seconds is not None:
        hours = survey.graph.hours(figure.promise.calendar)
        start = next((a for a, _ in hours.intervals(start, end)), start)
        end = hours.due(start, seconds) or end
        service = figure.service
    outage = scenario.Outage(service, "", reading(start, zone), reading(end, zone))
    return _shown(survey, title, spot, scenario.Story("", (), (outage,)), month.name, paid_by)


def _shown(survey: Survey, title: str, spot: Spot, story: scenario.Story, month: str, paid_by: Origin) -> str:
    graph = survey.graph
    told = scenario.Scenario(title, graph.zone(spot.customer), (story,))
    asked = scenario.Credited(None, month, "" if story.name else spot.customer)
    try:
        found = owed(told, story.name, asked, graph)
    except EngineError:
        return ""
    if not any(one.origin == paid_by for one in found.settled.lines):
        return ""
    expected = scenario.Expect(came_to(asked, found))
    return scenario_text(replace(told, stories=(replace(story, lines=(*story.lines, expected)),))).rstrip(
        "\n"
    )


def lines_of(spots: Iterable[Spot], metric: str, priority: str) -> Iterator[tuple[Spot, Line]]:
    """The lines of decision tables for a metric and a priority."""
    for spot in spots:
        yield from ((spot, one) for one in spot.lines if (one.metric, one.priority) == (metric, priority))
