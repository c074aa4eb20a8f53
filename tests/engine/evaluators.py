"""Both evaluators' clocks as plain values, to hold beside each other."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from engine.calendar.batch import NEVER
from engine.clock import Clock
from engine.columns.build import build
from engine.columns.evaluate import Answer, evaluate_columns
from engine.columns.fold import STATES, ClockColumns
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from tests.engine.desk import START


def plain(rng: Random, number: int, step: int) -> Ticket:
    """A ticket of the common kind: replies, messages and waiting, perhaps resolved, perhaps reopened."""
    moment = START + rng.randrange(0, 6 * 86_400, step)
    first = {
        "customer": rng.choice(("acme", "globex", "initech")),
        "priority": rng.choice(("critical", "high", "normal", "low")),
        "status": "New",
        "vip": rng.random() < 0.3,
    }
    events = [Event(Instant(moment), "opened", first, "test", f"{number}-0", 0)]
    for index in range(1, rng.randrange(1, 10)):
        moment += rng.randrange(step, 40_000, step)
        status = rng.choice(("Waiting", "In Progress", "In Progress", "Resolved", "Cancelled"))
        kind = rng.choice(
            ("reply", "message", "note", "changed", "changed", "workaround-provided", "visit-agreed")
        )
        data = {"status": status, "by": "somebody"} if kind == "changed" or rng.random() < 0.2 else {}
        events.append(Event(Instant(moment), kind, data, "test", f"{number}-{index}", index))
    return Ticket(number, f"T-{number}", tuple(events))


Row = tuple[object, ...]


def row(clock: Clock) -> Row:
    warnings = tuple(step.at for step in clock.thresholds[:-1])
    shown = (clock.state, clock.started, clock.stopped, clock.target, clock.due, clock.elapsed, clock.paused)
    return (*shown, warnings)


def rows(clocks: ClockColumns) -> dict[tuple[int, str, int], Row]:
    columns = (clocks.started, clocks.stopped, clocks.target, clocks.due, clocks.elapsed, clocks.paused)
    return {
        (int(number), clocks.metric, int(clocks.cycle[index])): (
            STATES[int(clocks.state[index])],
            *(None if column[index] == NEVER else int(column[index]) for column in columns),
            tuple(None if column[index] == NEVER else int(column[index]) for column in clocks.warnings),
        )
        for index, number in enumerate(clocks.ticket)
    }


def told(answer: Answer) -> dict[tuple[int, str, int], Row]:
    return {key: value for clocks in answer.clocks for key, value in rows(clocks).items()}


def agree(tickets: Collection[Ticket], rules: Graph, now: int) -> Answer:
    """What columns say of tickets; fails where it is not what `evaluate` says of those that are not told apart."""
    answer = evaluate_columns(build(tickets, rules, now), rules, now, warnings=True)
    assert told(answer) == {
        (item.id, clock.metric, clock.cycle): row(clock)
        for item in tickets
        if item.id not in answer.apart
        for clock in evaluate(item, rules, now).clocks
        if item.events[0].at <= now
    }
    return answer
