"""Both evaluators say the same of every clock, to the second."""

from __future__ import annotations

import os
from collections.abc import Collection
from random import Random

import numpy as np
import pytest

from engine.calendar.batch import NEVER
from engine.clock import Clock
from engine.columns.build import build
from engine.columns.evaluate import Answer, evaluate_apart, evaluate_columns
from engine.columns.fold import STATES, ClockColumns
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from tests.engine.desk import START, event, graph, random_ticket, ticket

CASES = int(os.environ.get("SLA_TEST_SCALE", "1")) * 1500


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


@pytest.mark.parametrize(
    ("kind", "step", "share"), [("plain", 1, 0.55), ("plain", 900, 0.4), ("odd", 60, 0.05)]
)
def test_columns_say_what_evaluate_says(kind: str, step: int, share: float) -> None:
    rng = Random(f"{kind}{step}")
    rules = graph()
    now = START + rng.randrange(8 * 86_400, 12 * 86_400)
    make = plain if kind == "plain" else lambda rng, number, step: random_ticket(rng, number, step=step)
    tickets = {number: make(rng, number, step) for number in range(1, CASES + 1)}
    seen = {
        number: Ticket(item.id, item.key, tuple(event for event in item.events if event.at <= now))
        for number, item in tickets.items()
    }
    answer = agree(tickets.values(), rules, now)
    regular = {number for number, item in seen.items() if item.events} - answer.apart
    assert len(regular) > share * CASES


def test_what_does_not_fit_is_told_one_by_one() -> None:
    rules = graph()
    odd = ticket(
        event("10-05 09:00", "opened", customer="acme", priority="critical"),
        event("10-05 09:30", "changed", priority="normal"),
    )
    now = odd.events[-1].at + 60
    answer = evaluate_columns(build([odd], rules, now), rules, now)
    assert answer.apart == {1}
    assert not told(answer)
    single = {
        key: value
        for clocks in evaluate_apart(answer, lambda _: odd, rules, now)
        for key, value in rows(clocks).items()
    }
    assert single == {
        (1, clock.metric, clock.cycle): row(clock) for clock in evaluate(odd, rules, now).clocks
    }


def test_only_the_metrics_asked_for() -> None:
    rules = graph()
    one = ticket(event("10-05 09:00", "opened", customer="acme", priority="critical"))
    answer = evaluate_columns(
        build([one], rules, one.events[0].at + 5), rules, one.events[0].at + 5, metrics=["response"]
    )
    assert [clocks.metric for clocks in answer.clocks] == ["response"]
    assert np.array_equal(answer.clocks[0].elapsed, [5])


def test_events_of_the_future_are_refused() -> None:
    rules = graph()
    one = ticket(event("10-05 09:00", "opened", customer="acme", priority="critical"))
    with pytest.raises(ValueError, match="after the instant"):
        evaluate_columns(build([one], rules, one.events[0].at), rules, one.events[0].at - 1)
