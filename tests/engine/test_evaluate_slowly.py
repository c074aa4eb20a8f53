"""The evaluator against a help desk lived through tick by tick."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest

from engine.clock import OPEN_STATES, State
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.timeline import FOREVER
from tests.engine.desk import START, graph, random_ticket
from tests.engine.slow_clock import Desk

STEP = 900
CASES = int(os.environ.get("SLA_TEST_SCALE", "1")) * 150


def any_ticket(rng: Random) -> Ticket:
    """What events of one instant mean together is tested elsewhere."""
    return random_ticket(rng, step=STEP, ties=False)


def held_ticket(rng: Random) -> Ticket:
    """A ticket that pauses with a limit, while its hours change and it ends and comes back."""
    moment = START + rng.randrange(0, 2 * 86_400, STEP)
    first = {"customer": rng.choice(("acme", "globex")), "priority": "high", "status": "New", "site": "depot"}
    events = [Event(Instant(moment), "opened", first, "test", "0", 0)]
    for index in range(1, rng.randrange(2, 10)):
        moment += rng.randrange(STEP, rng.choice((3, 9, 40)) * 3600, STEP)
        kind, data = rng.choice(
            (
                ("changed", {"priority": rng.choice(("critical", "high", "normal", "low"))}),
                ("changed", {"customer": rng.choice(("acme", "globex", "nobody"))}),
                ("reply", {"site": rng.choice(("depot", "away", "away", ""))}),
                ("message", {}),
                ("resolved", {"site": rng.choice(("depot", "away"))}),
                ("reopened", {}),
            )
        )
        events.append(Event(Instant(moment), kind, data, "test", str(index), index))
    return Ticket(1, "T-1", tuple(events))


def compare(seed: int, rules: Graph, make: Callable[[Random], Ticket]) -> int:
    rng = Random(seed)
    ticket = make(rng)
    now = START + rng.randrange(0, 12 * 86_400, STEP)
    if ticket.events[0].at > now:
        return 0
    desk = Desk(ticket, rules, STEP)
    slow = {(clock.metric, clock.cycle): clock for clock in desk.live(now)}
    clocks = evaluate(ticket, rules, now).clocks
    never_promised = {key for key, clock in slow.items() if clock.began is None and clock.stopped is None}
    assert {(clock.metric, clock.cycle) for clock in clocks} <= slow.keys()
    for key, clock in slow.items():
        found = next((item for item in clocks if (item.metric, item.cycle) == key), None)
        label = (seed, key)
        if clock.began is None:
            # Nothing was promised in any time that it took; one that began this instant may still be.
            assert found is None or found.elapsed == found.paused == 0, label
            continue
        assert found is not None, label
        assert (found.elapsed, found.paused, found.started) == (clock.used, clock.paused, clock.began), label
        promised = desk.choose(clock.metric) if clock.on else clock.target
        if clock.cancelled or promised is None:
            assert found.state is State.CANCELLED, label
            continue
        end = FOREVER if clock.stopped is None else clock.stopped
        due = clock.due
        if due is not None and due < min(end, now):
            assert found.state is (State.BREACHED if clock.on else State.MISSED), label
            assert (found.due, found.over) == (due, clock.over), label
        elif clock.on:
            assert found.state in OPEN_STATES - {State.BREACHED}, label
            due = desk.ahead(clock, now)
            if due is not None or found.due is None or found.due < now + 30 * 86_400:
                assert found.due == due, label
        else:
            assert found.state in {State.MET, State.CANCELLED}, label
            assert found.stopped is not None, label
    return len(slow) - len(never_promised)


@pytest.mark.parametrize("make", [any_ticket, held_ticket])
def test_every_clock_is_what_living_through_it_gives(make: Callable[[Random], Ticket]) -> None:
    rules = graph()
    compared = sum(compare(seed, rules, make) for seed in range(CASES))
    assert compared > CASES
