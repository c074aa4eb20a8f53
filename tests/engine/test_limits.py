"""The limit of a pause is open time of the clock that is paused, whatever becomes of its hours and of the ticket meanwhile."""

from __future__ import annotations

import pytest

from engine.clock import Clock, State
from engine.evaluate import evaluate
from engine.facts import Event, FieldValue
from tests.engine.desk import at, event, graph, ticket
from tests.engine.evaluators import agree

GRAPH = graph()
HOUR = 3600


def opened(when: str, priority: str) -> Event:
    return event(when, "opened", customer="acme", priority=priority, status="New", site="depot")


def resolution(now: str, *events: Event) -> Clock:
    it = ticket(*events)
    agree([it], GRAPH, at(now))
    [found] = [clock for clock in evaluate(it, GRAPH, at(now)).clocks if clock.metric == "resolution"]
    return found


def spent(now: str, *events: Event) -> tuple[int, int, tuple[str, ...]]:
    found = resolution(now, *events)
    return found.elapsed // HOUR, found.paused // HOUR, found.paused_by


def test_what_is_left_of_a_limit_is_counted_on_hours_that_close_less() -> None:
    # One of three hours goes by until 17:00, the other two from the change on.
    story = (opened("10-13 16:00", "high"), event("10-13 18:00", "changed", priority="critical"))
    assert spent("10-13 19:30", *story) == (0, 2, ("parts",))
    assert spent("10-13 21:00", *story) == (1, 3, ())
    found = resolution("10-13 21:00", *story)
    assert (found.state, found.due) == (State.RUNNING, at("10-14 00:00"))


def test_what_is_left_of_a_limit_is_counted_on_hours_that_close_more() -> None:
    # Two of three hours go by until 18:30, the third only when the office opens.
    story = (opened("10-13 16:30", "critical"), event("10-13 18:30", "changed", priority="high"))
    assert spent("10-14 08:30", *story)[2] == ("parts",)
    assert spent("10-14 11:00", *story) == (2, 3, ())
    assert resolution("10-14 11:00", *story).due == at("10-15 09:00")


def test_days_of_a_limit_are_those_of_the_hours_in_force() -> None:
    # Two days around the clock, of which half an hour is gone, become two days of the office.
    first = event("10-13 09:00", "opened", customer="acme", priority="critical", site="away")
    story = (first, event("10-13 09:30", "changed", priority="high"))
    assert spent("10-15 09:00", *story) == (0, 16, ())
    assert resolution("10-15 08:59", *story).paused_by == ("slow",)


@pytest.mark.parametrize("back", [{}, {"site": "depot"}])
def test_a_spell_goes_on_over_a_reopening_and_the_time_between_is_not_of_it(
    back: dict[str, FieldValue],
) -> None:
    story = (
        opened("10-13 09:00", "high"),
        event("10-13 10:00", "resolved"),
        event("10-13 14:00", "reopened", **back),
    )
    assert spent("10-13 15:30", *story)[2] == ("parts",)
    assert spent("10-13 17:00", *story) == (1, 3, ())


def test_a_spell_that_ended_while_the_ticket_was_resolved_begins_anew() -> None:
    story = (
        opened("10-13 09:00", "high"),
        event("10-13 10:00", "resolved", site=""),
        event("10-13 13:00", "reopened", site="depot"),
    )
    assert spent("10-13 17:00", *story) == (1, 4, ())


def test_a_spell_goes_on_over_time_without_a_target() -> None:
    story = (
        opened("10-13 09:00", "high"),
        event("10-13 10:00", "changed", priority="low"),
        event("10-13 14:00", "changed", priority="high"),
    )
    assert spent("10-13 17:00", *story) == (1, 3, ())


def test_a_new_cycle_has_spells_of_its_own() -> None:
    restarts = ticket(
        event("10-13 16:00", "opened", customer="globex", priority="high", site="depot"),
        event("10-13 18:00", "resolved"),
        event("10-13 19:00", "reopened"),
    )
    first, second = (
        clock for clock in evaluate(restarts, GRAPH, at("10-13 21:00")).clocks if clock.metric == "resolution"
    )
    assert (first.paused, second.paused, second.paused_by) == (2 * HOUR, 2 * HOUR, ("parts",))
