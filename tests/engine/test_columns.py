"""Both evaluators say the same of every clock, to the second."""

from __future__ import annotations

import os
from random import Random

import numpy as np
import pytest

from engine.columns.build import build
from engine.columns.evaluate import evaluate_columns
from engine.facts import Ticket
from tests.engine.desk import START, event, graph, random_ticket, ticket
from tests.engine.evaluators import agree, plain, told

CASES = int(os.environ.get("SLA_TEST_SCALE", "1")) * 1500


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
