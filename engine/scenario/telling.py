"""A scenario told to the engine: its events as they come, and at each expectation the tickets as they are then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dsl import scenario
from dsl.condition import Value
from engine import facts
from engine.facts import Event, Instant
from engine.scenario.outcome import instant
from engine.scenario.rehearsal import Rehearsal
from engine.wall import EARLIEST

SOURCE = "scenario"


def tell(told: scenario.Scenario, rehearsal: Rehearsal) -> Iterator[tuple[str, scenario.Expect]]:
    """Let everything happen to the tickets of a rehearsal; at each expectation it stops, with the name of the ticket."""
    count = 0
    for name, line, at in in_time(told):
        if isinstance(line, scenario.Expect):
            yield name, line
        else:
            count += 1
            settings = _opening(told, name) if line.kind == facts.OPENED else ()
            rehearsal.happen(name, event_of(line, at, count, settings))


def above(told: scenario.Scenario, line: scenario.Expect) -> scenario.Scenario:
    """What a scenario tells above one of its expectations."""
    stories = []
    for story in told.stories:
        number = next((n for n, one in enumerate(story.lines) if one is line), None)
        stories.append(story if number is None else replace(story, lines=story.lines[:number]))
        if number is not None:
            break
    return replace(told, stories=tuple(stories))


def in_time(told: scenario.Scenario) -> list[tuple[str, scenario.Happens | scenario.Expect, Instant]]:
    """What happens to tickets and what is expected as time passes: each expectation right after what happens above it."""
    lines: list[tuple[str, scenario.Happens | scenario.Expect, Instant]] = []
    for story in told.stories:
        at = Instant(EARLIEST)
        for line in story.lines:
            if isinstance(line, scenario.Happens):
                at = Instant(instant(line.at, told.zone))
            if isinstance(line, scenario.Happens | scenario.Expect):
                lines.append((story.name, line, at))
    return sorted(lines, key=lambda item: item[2])


def _opening(told: scenario.Scenario, name: str) -> scenario.Settings:
    return next(story.settings for story in told.stories if story.name == name)


def event_of(line: scenario.Happens, at: Instant, number: int, settings: scenario.Settings = ()) -> Event:
    """The event of a line, the `number`-th of its scenario; `settings` come before its own."""
    data: dict[str, Value] = {**dict(settings), **dict(line.settings)}
    kind = line.kind
    if kind == scenario.SET:
        kind = facts.CHANGED
    elif kind in (facts.FLAGGED, scenario.UNFLAGGED):
        data["flag"] = kind == facts.FLAGGED
        kind = facts.FLAGGED
    return Event(at, kind, data, SOURCE, str(number), number)
