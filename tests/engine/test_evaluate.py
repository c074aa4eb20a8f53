"""What a clock says, case by case; the arithmetic at large is in test_evaluate_slowly."""

from __future__ import annotations

import pytest

from engine.clock import State
from engine.evaluate import evaluate
from tests.engine.clocks import GRAPH, clock, clocks, opened
from tests.engine.desk import at, event, ticket

# ---------------------------------------------------------------- response


def test_response_stops_at_the_first_reply_of_a_person() -> None:
    it = ticket(
        opened(), event("10-05 09:05", "auto-reply"), event("10-05 09:06", "note"), event("10-05 09:10", "reply"),
        event("10-05 09:12", "reply"),
    )  # fmt: skip
    found = clock(it, "10-05 12:00", "response")
    assert (found.state, found.stopped, found.elapsed, found.due) == (
        State.MET, at("10-05 09:10"), 600, at("10-05 09:15"),
    )  # fmt: skip


def test_a_resolution_without_a_reply_stops_the_response() -> None:
    it = ticket(opened(), event("10-05 09:20", "resolved"))
    found = clock(it, "10-05 12:00", "response")
    assert (found.state, found.stopped) == (State.MISSED, at("10-05 09:20"))


@pytest.mark.parametrize(("second", "state"), [(0, State.MET), (1, State.MISSED)])
def test_a_stop_at_exactly_the_due_is_met(second: int, state: State) -> None:
    it = ticket(opened(), event(at("10-05 09:15") + second, "reply"))
    assert clock(it, "10-05 12:00", "response").state is state


@pytest.mark.parametrize(("second", "state"), [(-1, State.RUNNING), (0, State.RUNNING), (1, State.BREACHED)])
def test_a_running_clock_is_breached_after_its_due(second: int, state: State) -> None:
    found = evaluate(ticket(opened()), GRAPH, at("10-05 09:15") + second).clocks[0]
    assert found.state is state
    assert found.next_at == (at("10-05 09:15") + 1 if second <= 0 else None)


def test_a_target_used_up_at_closing_time_is_due_then() -> None:
    it = ticket(opened("10-05 15:00", "normal"))
    found = clock(it, "10-06 08:00", "response")
    assert (found.due, found.state, found.elapsed) == (at("10-05 17:00"), State.BREACHED, 7200)


# ---------------------------------------------------------------- resolution and reopening


def test_the_time_spent_resolved_does_not_count() -> None:
    it = ticket(
        opened(priority="high"), event("10-05 10:00", "resolved"), event("10-05 14:00", "reopened"),
        event("10-05 15:00", "resolved"),
    )  # fmt: skip
    found = clock(it, "10-06 09:00", "resolution")
    assert (found.cycle, found.state, found.elapsed, found.stopped) == (1, State.MET, 7200, at("10-05 15:00"))


def test_reopening_restarts_where_the_tier_says_so() -> None:
    it = ticket(
        opened("10-05 16:00", "high", "globex"),
        event("10-05 17:00", "resolved"),
        event("10-05 19:00", "reopened"),
    )
    first, second = clocks(it, "10-05 20:00", "resolution")
    assert (first.state, first.stopped, second.cycle, second.started) == (
        State.MET, at("10-05 17:00"), 2, at("10-05 19:00"),
    )  # fmt: skip
    assert (second.state, second.elapsed) == (State.RUNNING, 3600)


def test_reopening_is_ignored_where_the_tier_says_so() -> None:
    it = ticket(opened(customer="nobody"), event("10-05 10:00", "resolved"), event("10-05 11:00", "reopened"))
    found = clock(it, "10-09 20:00", "resolution")
    assert (found.state, found.stopped) == (State.MET, at("10-05 10:00"))


def test_reopening_and_ending_in_one_second_keeps_the_promise() -> None:
    it = ticket(
        opened(priority="high"), event("10-05 10:00", "resolved"), event("10-05 11:00", "reopened", 1),
        event("10-05 11:00", "resolved", 2),
    )  # fmt: skip
    found = clock(it, "10-05 12:00", "resolution")
    assert (found.state, found.elapsed, found.stopped) == (State.MET, 3600, at("10-05 11:00"))


def test_a_status_moves_the_class_like_an_event() -> None:
    it = ticket(opened(), event("10-05 09:30", "changed", status="RESOLVED"))
    assert clock(it, "10-05 12:00", "resolution").stopped == at("10-05 09:30")
    found = evaluate(it, GRAPH, at("10-05 12:00"))
    assert (found.closed, found.status_class) == (True, "resolved")


def test_a_cancelled_ticket_ends_its_clocks() -> None:
    it = ticket(opened(), event("10-05 09:05", "closed", status="Cancelled"))
    states = {item.state for item in evaluate(it, GRAPH, at("10-05 12:00")).clocks}
    assert states == {State.CANCELLED}


# ---------------------------------------------------------------- update, next response, declared metrics


def test_any_reply_begins_the_next_update_cycle() -> None:
    it = ticket(
        opened(),
        event("10-05 09:40", "reply"),
        event("10-05 11:00", "reply"),
        event("10-05 11:00", "resolved", 1),
    )
    found = clocks(it, "10-05 12:00", "update")
    assert [(item.cycle, item.state, item.started) for item in found] == [
        (1, State.MET, at("10-05 09:00")),
        (2, State.MISSED, at("10-05 09:40")),
    ]


def test_a_silence_is_breached_once() -> None:
    found = clocks(ticket(opened()), "10-05 16:00", "update")
    assert [(item.cycle, item.state, item.due) for item in found] == [(1, State.BREACHED, at("10-05 10:00"))]


def test_next_response_starts_at_the_first_unanswered_message() -> None:
    it = ticket(
        opened(), event("10-05 10:00", "message"), event("10-05 10:30", "message"), event("10-05 10:40", "reply"),
        event("10-05 11:00", "message"),
    )  # fmt: skip
    found = clocks(it, "10-05 11:30", "next-response")
    assert [(item.cycle, item.started, item.stopped) for item in found] == [
        (1, at("10-05 10:00"), at("10-05 10:40")),
        (2, at("10-05 11:00"), None),
    ]


def test_a_message_to_a_resolved_ticket_counts_from_its_reopening() -> None:
    it = ticket(
        opened(),
        event("10-05 10:00", "resolved"),
        event("10-05 10:30", "message"),
        event("10-05 11:00", "reopened"),
    )
    assert clock(it, "10-05 11:30", "next-response").started == at("10-05 11:00")


def test_a_declared_metric_runs_from_its_start_to_its_stop() -> None:
    it = ticket(
        opened(),
        event("10-05 17:00", "visit-agreed"),
        event("10-05 18:00", "visited"),
        event("10-05 19:00", "visited"),
    )
    found = clock(it, "10-06 12:00", "visit")
    assert (found.started, found.stopped, found.elapsed) == (at("10-05 17:00"), at("10-05 18:00"), 3600)


def test_a_declared_metric_that_is_never_stopped_ends_with_the_ticket() -> None:
    it = ticket(opened(), event("10-05 10:00", "resolved"))
    assert clock(it, "10-05 12:00", "workaround").state is State.MET


# ---------------------------------------------------------------- pauses


def test_a_pause_takes_away_open_time_only() -> None:
    it = ticket(
        opened("10-05 16:00", "high"), event("10-05 16:30", "changed", status="Waiting"),
        event("10-06 08:30", "changed", status="In Progress"),
    )  # fmt: skip
    found = clock(it, "10-06 09:00", "resolution")
    assert (found.elapsed, found.paused, found.state) == (3600, 3600, State.RUNNING)
    assert found.due == at("10-06 17:00")


def test_a_paused_clock_has_no_due_and_waits_for_nothing() -> None:
    it = ticket(opened(priority="high"), event("10-05 10:00", "changed", status="Waiting"))
    found = clock(it, "10-05 11:00", "resolution")
    assert (found.state, found.due, found.next_at, found.paused_by) == (State.PAUSED, None, None, ("client",))


def test_past_its_limit_a_pause_stops_counting_as_one() -> None:
    it = ticket(opened(priority="high"), event("10-05 09:00", "changed", 1, site="depot"))
    before = clock(it, "10-05 11:00", "resolution")
    assert (before.state, before.next_at, before.paused_by) == (State.PAUSED, at("10-05 12:00"), ("parts",))
    after = clock(it, "10-05 14:00", "resolution")
    assert (after.state, after.elapsed, after.paused, after.paused_by) == (State.RUNNING, 3600, 10_800, ())
    assert before.due == after.due == at("10-06 12:00")


def test_a_limit_is_for_each_spell() -> None:
    it = ticket(
        opened(priority="high"), event("10-05 09:00", "changed", 1, site="depot"), event("10-05 11:00", "changed", site=""),
        event("10-05 11:30", "changed", site="depot"),
    )  # fmt: skip
    found = clock(it, "10-05 15:00", "resolution")
    assert (found.paused, found.state) == (7200 + 9000, State.PAUSED)
