"""What the engine can say to an editor: when a calendar opens next, when tickets of scenarios are due, and how they come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dsl import scenario
from dsl.model import Calendar
from engine import facts
from engine.calendar.hours import compile_calendar
from engine.graph import Graph
from engine.scenario.outcome import latest
from engine.scenario.rehearsal import Rehearsal
from engine.scenario.telling import event_of, in_time
from engine.scenario.verdicts import Locate, Result, run_all
from engine.wall import DAY, format_local, zone

_FAR = 3653 * DAY


def openings(calendar: Calendar, now: int, count: int = 3) -> list[str]:
    """The open times of a calendar from `now` on, the first of them perhaps begun: `Fri 2026-10-02 08:00 to 18:00`."""
    hours = compile_calendar(calendar)
    found: list[tuple[int, int]] = []
    reach = 14 * DAY
    while len(found) < count + 1 and reach < 2 * _FAR:
        found = hours.intervals(now, now + reach)
        reach *= 6
    return [_opening(start, end, now, calendar.zone) for start, end in found[:count]]


def _opening(start: int, end: int, now: int, zone_name: str) -> str:
    begin, finish = _reading(start, zone_name), _reading(end, zone_name)
    if begin[:14] == finish[:14]:
        finish = finish[15:]
    return f"open until {finish}" if start <= now else f"{begin} to {finish}"


def _reading(at: int, zone_name: str) -> str:
    day = zone(zone_name).wall(at) // DAY
    return f"{_WEEKDAYS[(day + 3) % 7]} {format_local(at, zone_name)[:16]}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Promised(NamedTuple):
    """The clocks of a ticket when it opens: `line` says where, `due` what is due when, on the scenario's wall clock."""

    line: scenario.Happens
    due: tuple[tuple[str, str], ...]


def promised(told: scenario.Scenario, graph: Graph) -> Iterator[Promised]:
    """For each ticket that a scenario opens, when its clocks are due if nothing else happens. Raises EngineError."""
    opening = {story.name: story.settings for story in told.stories}
    for number, (name, line, at) in enumerate(in_time(told)):
        if isinstance(line, scenario.Happens) and line.kind == facts.OPENED:
            rehearsal = Rehearsal(graph)
            rehearsal.happen(name, event_of(line, at, number, opening[name]))
            seen = rehearsal.look_at(name)
            clocks = [latest(seen, metric) for metric in dict.fromkeys(clock.metric for clock in seen.clocks)]
            yield Promised(
                line,
                tuple(
                    (clock.metric, format_local(clock.due, told.zone)[:16])
                    for clock in clocks
                    if clock is not None and clock.due is not None
                ),
            )


def run(graph: Graph, locate: Locate, kind: str, title: str) -> Result | None:
    """Run one scenario or check on the engine; None where there is none of that title."""
    results = run_all(graph.ruleset, graph, locate, lambda one: one == title)
    return next((result for result in results if result.kind == kind), None)
