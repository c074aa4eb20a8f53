"""Clocks of tickets that are cancelled, merged or spam: they count nowhere, unless the ticket comes back."""

from __future__ import annotations

import pytest

from engine.clock import Clock, State
from engine.evaluate import evaluate
from engine.facts import Event, Ticket
from engine.overview import tallies
from engine.wall import LATEST
from tests.engine.desk import at, event, graph, ticket
from tests.engine.evaluators import agree

GRAPH = graph()
OPENED = event("10-05 09:00", "opened", customer="acme", priority="critical", status="New")


def states(it: Ticket, now: str) -> dict[str, State]:
    agree([it], GRAPH, at(now))
    return {clock.metric: clock.state for clock in evaluate(it, GRAPH, at(now)).clocks}


@pytest.mark.parametrize(
    "before",
    [
        (event("10-05 09:10", "reply"),),
        (event("10-05 09:40", "reply"), event("10-05 09:50", "message")),
        (event("10-05 09:30", "resolved"),),
        (event("10-05 09:40", "reply"), event("10-05 12:30", "resolved", status="Resolved")),
        (event("10-05 09:30", "resolved"), event("10-05 10:00", "reopened"), event("10-05 11:00", "closed")),
    ],
)
@pytest.mark.parametrize(
    "cancels", [event("10-05 13:00", "cancelled"), event("10-05 13:00", "changed", status="Cancelled")]
)
def test_nothing_of_a_cancelled_ticket_counts_also_what_was_decided(
    before: tuple[Event, ...], cancels: Event
) -> None:
    it = ticket(OPENED, *before, cancels)
    assert set(states(it, "10-05 14:00").values()) == {State.CANCELLED}
    assert tallies([evaluate(it, GRAPH, at("10-05 14:00"))], 0, LATEST, "UTC") == []
    earlier = ticket(OPENED, *before)
    assert tallies([evaluate(earlier, GRAPH, at("10-05 13:00"))], 0, LATEST, "UTC") != []


def test_what_was_decided_counts_again_when_the_ticket_is_reopened() -> None:
    it = ticket(
        OPENED,
        event("10-05 09:10", "reply"),
        event("10-05 09:30", "cancelled"),
        event("10-05 10:00", "reopened", status="In Progress"),
    )
    found = states(it, "10-05 10:10")
    assert (found["response"], found["resolution"]) == (State.MET, State.RUNNING)


def test_a_cancelled_ticket_that_is_closed_afterwards_stays_cancelled() -> None:
    it = ticket(
        OPENED,
        event("10-05 09:10", "reply"),
        event("10-05 09:30", "cancelled"),
        event("10-05 10:00", "closed", status="Closed"),
    )
    assert set(states(it, "10-05 10:10").values()) == {State.CANCELLED}


def test_a_clock_that_begins_on_a_cancelled_ticket_takes_no_time() -> None:
    it = ticket(OPENED, event("10-05 09:30", "cancelled"), event("10-05 10:00", "visit-agreed"))
    found: list[Clock] = [
        clock for clock in evaluate(it, GRAPH, at("10-05 12:00")).clocks if clock.metric == "visit"
    ]
    assert [(clock.state, clock.elapsed, clock.next_at) for clock in found] in (
        [],
        [(State.CANCELLED, 0, None)],
    )
    assert set(states(it, "10-05 12:00").values()) == {State.CANCELLED}
