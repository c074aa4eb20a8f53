"""Counter-examples: tickets and months that show what was found, as scenarios that hold as the rules are.

An analysis says which ticket and what to ask of it; what is expected of it is what the engine makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import groupby
from typing import NamedTuple, TypeVar

from dsl import scenario
from dsl.finding import Finding
from engine.analyse.opening import Opening, is_writable, opening_class
from engine.contract.table import DEFAULT
from engine.facts import OPENED
from engine.graph import Graph
from engine.history import ENDED
from engine.plan import Option
from engine.scenario.outcome import came_out, instant, reading
from engine.scenario.owed import came_to, owed, paid
from engine.scenario.rehearsal import Rehearsal
from engine.scenario.telling import above, tell
from engine.timeline import open_seconds
from engine.wall import DAY, FIRST_YEAR, LAST_YEAR, day_number, zone

STRANGER = "somebody who is not declared"
"""A customer text that means no declared customer."""

MINUTE = 60

_T = TypeVar("_T", bound=scenario.Line | scenario.Expectation)


class Shown(NamedTuple):
    """A finding, and what makes the scenario that shows it: asked for only where the finding is told."""

    finding: Finding
    example: Callable[[], scenario.Scenario]


# ---------------------------------------------------------------- what is asked


def decision(metric: str) -> tuple[scenario.Expectation, ...]:
    """Who decides the target of a metric, and when it is due."""
    return scenario.Decides(metric, scenario.Scope.TIER, ""), scenario.Due(metric, None)


def stance(metric: str) -> tuple[scenario.Expectation, ...]:
    """How the clock of a metric stands, and when it is due."""
    return scenario.Stands(metric, scenario.Standing.PAUSED), scenario.Due(metric, None)


def show(
    graph: Graph,
    title: str,
    openings: Opening | Sequence[Opening],
    asked: Iterable[scenario.Expectation],
    then: Sequence[scenario.Happens] = (),
) -> scenario.Scenario:
    """The tickets, what happens to them `then`, on the clock of the first, and the answers for each."""
    several = [openings] if isinstance(openings, Opening) else openings
    clock = clock_of(graph, several[0])
    asked = tuple(asked)
    stories = (
        story(graph, one, clock, (*then, *map(scenario.Expect, asked)), f"t{number}")
        for number, one in enumerate(several, 1)
    )
    return answered(graph, scenario.Scenario(title, clock, tuple(stories)))


def best(
    told: Iterable[scenario.Scenario], fits: Callable[[Collection[scenario.Line]], bool]
) -> scenario.Scenario:
    """The first scenario whose lines fit, else the first."""
    first: scenario.Scenario | None = None
    for one in told:
        if fits([line for each in one.stories for line in each.lines]):
            return one
        first = first or one
    assert first is not None
    return first


def story(
    graph: Graph, one: Opening, clock: str, lines: Sequence[scenario.Line] = (), name: str = "t1"
) -> scenario.Story:
    """The ticket up to where its case holds, and lines below that."""
    named = STRANGER if one.customer == DEFAULT else one.customer
    settings = (("customer", named), *((("priority", one.priority),) if one.priority else ()))
    return scenario.Story(name, settings, (*_opened(graph, one, clock), *lines))


def _opened(graph: Graph, one: Opening, clock: str) -> Iterator[scenario.Happens]:
    """It opens with the fields of its case, and moves on to the class of its status where no field says that."""
    settings = tuple((name, value) for name, value in one.case.fields if is_writable(value))
    yield scenario.Happens(reading(one.at, clock), OPENED, settings)
    wanted = one.case.status_class
    if wanted is not opening_class(one.case, graph) and wanted in ENDED:
        yield scenario.Happens(reading(one.at + MINUTE, clock), wanted.value)


# ---------------------------------------------------------------- what is answered


def answered(graph: Graph, asked: scenario.Scenario) -> scenario.Scenario:
    """The scenario with what comes out in the place of each expectation; on the clock of UTC where that of its zone cannot tell the
    moments. Raises EngineError for a month that cannot be settled."""
    told = _answered(graph, asked)
    if all(
        _is_told(at, told.zone) for story in told.stories for line in story.lines for at in _moments(line)
    ):
        return told
    return _answered(graph, _in_utc(asked))


def _answered(graph: Graph, asked: scenario.Scenario) -> scenario.Scenario:
    rehearsal = Rehearsal(graph)
    answers: dict[int, scenario.Line] = {}
    for name, line in tell(asked, rehearsal):
        answers[id(line)] = scenario.Expect(_answer(graph, asked, name, line, rehearsal))
    stories = tuple(
        replace(
            one, lines=tuple(line for line, _ in groupby(answers.get(id(line), line) for line in one.lines))
        )
        for one in asked.stories
    )
    return replace(asked, stories=stories)


def _answer(
    graph: Graph, asked: scenario.Scenario, name: str, line: scenario.Expect, rehearsal: Rehearsal
) -> scenario.Expectation:
    match line.what:
        case scenario.Credited() as what:
            return came_to(what, owed(above(asked, line), name, what, graph))
        case scenario.Retained() as what:
            return paid(above(asked, line), name, what, graph)[1]
        case what:
            return came_out(what, name, rehearsal.fork(), asked.zone).actual


# ---------------------------------------------------------------- clocks


def clock_of(graph: Graph, one: Opening) -> str:
    """The zone of a ticket's customer, UTC where its clock cannot tell when the ticket opens."""
    name = graph.zone(one.customer)
    return name if _is_told(reading(one.at, name), name) else "UTC"


def _is_told(at: scenario.Moment, clock: str) -> bool:
    """Whether the clock of a zone reads a moment once, in a year of the product."""
    once = len(zone(clock).instants(day_number(at.day) * DAY + at.second)) == 1
    return once and FIRST_YEAR <= at.day.year <= LAST_YEAR


def _moments(told: scenario.Line | scenario.Expectation) -> list[scenario.Moment]:
    if isinstance(told, scenario.Expect):
        return _moments(told.what)
    return [at for one in fields(told) if isinstance(at := getattr(told, one.name), scenario.Moment)]


def _in_utc(asked: scenario.Scenario) -> scenario.Scenario:
    stories = (
        replace(one, lines=tuple(_moved(line, asked.zone) for line in one.lines)) for one in asked.stories
    )
    return replace(asked, zone="UTC", stories=tuple(stories))


def _moved(line: scenario.Line, clock: str) -> scenario.Line:
    if isinstance(line, scenario.Expect):
        return scenario.Expect(_read_again(line.what, clock))
    return _read_again(line, clock)


def _read_again(told: _T, clock: str) -> _T:
    """The same with all moments on the clock of UTC."""
    read = {one.name: getattr(told, one.name) for one in fields(told)}
    moved = {
        name: reading(instant(at, clock), "UTC")
        for name, at in read.items()
        if isinstance(at, scenario.Moment)
    }
    return type(told)(**(read | moved))


def due_at(option: Option, at: int) -> int | None:
    """When a target is due that starts at `at`, None for never."""
    seconds = open_seconds(option.target.amount, option.hours, at)
    return None if seconds is None else option.hours.due(at, seconds)
