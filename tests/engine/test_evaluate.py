"""What a clock says, case by case; the arithmetic at large is in test_evaluate_slowly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import FAILED_STATES, OPEN_STATES, Clock, State
from engine.evaluate import Evaluated, evaluate
from engine.explain.clocks import why
from engine.facts import KNOWN_KINDS, Event, Instant, Pin, Ticket
from tests.engine.desk import RULES, at, event, graph, ticket

GRAPH = graph()


def opened(
    when: str = "10-05 09:00", priority: str = "critical", customer: str = "acme", **more: str
) -> Event:
    return event(when, "opened", customer=customer, priority=priority, status="New", **more)


def clocks(of: Ticket, now: str, metric: str) -> list[Clock]:
    return [clock for clock in evaluate(of, GRAPH, at(now)).clocks if clock.metric == metric]


def clock(of: Ticket, now: str, metric: str) -> Clock:
    [found] = clocks(of, now, metric)
    return found


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


# ---------------------------------------------------------------- targets


def test_time_used_stays_used_and_a_stricter_target_is_due_at_the_change() -> None:
    it = ticket(opened(priority="normal"), event("10-05 11:00", "changed", priority="critical"))
    found = clock(it, "10-05 11:01", "resolution")
    assert (found.due, found.state, found.elapsed, found.target) == (
        at("10-05 11:00"),
        State.BREACHED,
        7260,
        3600,
    )


def test_what_is_late_before_and_after_a_change_was_due_when_it_was_first_late() -> None:
    it = ticket(
        opened("10-13 09:00"),
        event("10-14 09:00", "changed", priority="high"),  # 8h, and 24h are used
        event("10-14 10:00", "changed", priority="critical"),  # 4h again
    )
    for now in ("10-13 14:00", "10-14 09:30", "10-14 10:30"):
        found = clock(it, now, "resolution")
        assert (found.state, found.due) == (State.BREACHED, at("10-13 13:00"))


def test_a_looser_target_puts_the_clock_back_in_time() -> None:
    it = ticket(opened(), event("10-05 11:00", "changed", priority="normal"))
    found = clock(it, "10-05 11:30", "resolution")
    assert (found.state, found.elapsed) == (State.RUNNING, 9000)
    assert found.thresholds[-1].at == found.due


def test_without_a_target_a_clock_is_cancelled() -> None:
    it = ticket(opened(), event("10-05 09:30", "changed", priority="low"))
    found = clock(it, "10-05 12:00", "resolution")
    assert (found.state, found.stopped, found.elapsed) == (State.CANCELLED, at("10-05 09:30"), 1800)


def test_a_clock_begins_when_something_is_first_promised() -> None:
    it = ticket(opened(priority="low"), event("10-05 11:00", "changed", priority="critical"))
    found = clock(it, "10-05 11:30", "resolution")
    assert (found.started, found.elapsed) == (at("10-05 11:00"), 1800)


def test_a_conditional_target_beats_a_plain_one_of_its_scope() -> None:
    plain, vip = (ticket(opened(priority="high", vip=value)) for value in ("no", "yes"))
    assert clock(plain, "10-05 09:30", "response").target == 7200
    found = clock(vip, "10-05 09:30", "response")
    assert (found.target, found.promise.decided_by) == (3600, "tier gold")


def test_business_days_become_open_seconds_at_the_start() -> None:
    found = clock(ticket(opened("10-06 16:00", "normal")), "10-06 16:30", "resolution")
    # The 7th is closed, so the second business day is the 9th: 1 h, 8 h and 7 h of open time.
    assert (found.due, found.target) == (at("10-09 16:00"), 16 * 3600)


# ---------------------------------------------------------------- thresholds


def test_warnings_come_from_the_tier_in_force_and_have_instants() -> None:
    found = clock(ticket(opened()), "10-05 09:00", "response")
    assert [(step.name, step.at) for step in found.thresholds] == [
        ("warning 50%", at("10-05 09:07") + 30),
        ("warning 75%", at("10-05 09:11") + 15),
        ("breach", at("10-05 09:15")),
    ]
    assert found.next_at == at("10-05 09:07") + 31
    edited = graph(RULES.replace("warn at 50%, 75%", "warn at 12.5%"))
    again = evaluate(ticket(opened()), edited, at("10-05 09:00")).clocks[0]
    assert [step.name for step in again.thresholds] == ["warning 12.5%", "breach"]


def test_a_stopped_clock_keeps_only_what_it_reached() -> None:
    it = ticket(opened(), event("10-05 09:10", "reply"))
    found = clock(it, "10-05 12:00", "response")
    assert [step.at for step in found.thresholds] == [at("10-05 09:07") + 30, None, None]
    assert found.next_at is None


# ---------------------------------------------------------------- promises


def pins_of(found: Evaluated) -> list[tuple[int, str, str | None]]:
    return [(pin.at, pin.cause, pin.terms.tier if pin.terms else None) for pin in found.pins]


def test_the_promise_is_pinned_at_the_opening() -> None:
    it = ticket(opened())
    found = evaluate(it, GRAPH, at("10-05 09:00"))
    assert pins_of(found) == [(at("10-05 09:00"), "opened", "gold")]
    edited = graph(RULES.replace("critical resolution within 1h", "critical resolution within 9h"))
    kept = evaluate(replace(it, pins=found.pins), edited, at("10-05 09:30"))
    assert kept.pins == found.pins
    assert next(item for item in kept.clocks if item.metric == "resolution").target == 3600


def test_another_customer_is_another_promise_from_then_on() -> None:
    it = ticket(opened(), event("10-05 10:00", "changed", customer="nobody"))
    found = evaluate(it, GRAPH, at("10-05 12:00"))
    assert pins_of(found) == [
        (at("10-05 09:00"), "opened", "gold"),
        (at("10-05 10:00"), "customer", "bronze"),
    ]
    assert (found.tier, found.customer, found.group) == ("bronze", "", "")


def test_another_name_of_the_same_text_is_no_change() -> None:
    it = ticket(opened(), event("10-05 10:00", "changed", customer="ACME"))
    assert len(evaluate(it, GRAPH, at("10-05 12:00")).pins) == 1


def test_a_repin_counts_from_its_instant() -> None:
    terms = GRAPH.terms("nobody", at("10-05 09:00"))
    it = ticket(opened(priority="high"), pins=(Pin(at("10-05 10:00"), terms, "repin"),))
    before, after = (evaluate(it, GRAPH, at(now)) for now in ("10-05 09:30", "10-05 10:30"))
    assert (before.tier, after.tier) == ("gold", "bronze")
    found = next(item for item in after.clocks if item.metric == "resolution")
    assert (found.target, found.elapsed) == (16 * 3600, 5400)
    assert len(after.pins) == 2


def test_a_pin_for_an_opening_that_a_late_event_moved_does_not_count() -> None:
    late = evaluate(ticket(opened("10-05 09:00")), GRAPH, at("10-05 10:00"))
    it = ticket(opened("10-04 09:00", customer="nobody"), opened("10-05 09:00"), pins=late.pins)
    found = evaluate(it, GRAPH, at("10-04 12:00"))
    assert (found.opened, found.tier) == (at("10-04 09:00"), "bronze")


def test_nothing_is_promised_without_a_tier() -> None:
    bare = graph(RULES.replace("default tier bronze\n", ""))
    found = evaluate(ticket(opened(customer="stranger")), bare, at("10-05 12:00"))
    assert (found.clocks, found.tier, pins_of(found)) == ((), "", [(at("10-05 09:00"), "opened", None)])


# ---------------------------------------------------------------- events as they come


def test_order_of_arrival_and_duplicates_change_nothing() -> None:
    events = (
        opened(), event("10-05 09:05", "reply"), event("10-05 10:00", "changed", status="Waiting"),
        event("10-05 11:00", "changed", status="New"),
    )  # fmt: skip
    straight = evaluate(Ticket(1, "T", events), GRAPH, at("10-05 12:00"))
    assert evaluate(Ticket(1, "T", events[::-1]), GRAPH, at("10-05 12:00")) == straight


def test_events_after_now_are_not_seen() -> None:
    it = ticket(opened(), event("10-05 09:05", "reply"))
    assert clock(it, "10-05 09:04", "response").state is State.RUNNING
    nothing = evaluate(it, GRAPH, at("10-05 08:59"))
    assert (nothing.clocks, nothing.fields, nothing.tier) == ((), {}, "")


def test_a_ticket_without_an_opening_opens_at_its_first_event() -> None:
    it = ticket(
        event("10-05 09:00", "changed", customer="acme", priority="critical"), event("10-05 09:30", "reply")
    )
    assert clock(it, "10-05 12:00", "response").started == at("10-05 09:00")


def test_acknowledged_snoozed_and_flagged_are_as_last_said() -> None:
    until = at("10-05 15:00")
    it = ticket(
        opened(), event("10-05 09:10", "acknowledged", by="desk-1"), event("10-05 09:20", "snoozed", until=until),
        event("10-05 09:30", "flagged", flag=True),
    )  # fmt: skip
    found = evaluate(it, GRAPH, at("10-05 10:00"))
    assert (found.acknowledged_at, found.snoozed_until, found.flagged) == (at("10-05 09:10"), until, True)
    assert evaluate(it, GRAPH, until).snoozed_until is None
    assert "by" not in found.fields


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"customer": None, "priority": ["high"], "status": 3.5, "vip": {"a": 1}, "impact": 10**400},
        {
            "customer": "\x00*" * 1000,
            "priority": float("nan"),
            "status": True,
            "impact": "9" * 5000,
            "vip": "\ud800",
        },
        {7: "x", "customer": 1e300, "priority": "critical", "site": b"depot"},
        "not a mapping",
        None,
    ],
)
def test_hostile_data_is_never_more_than_wrong(data: object) -> None:
    events = [
        Event(Instant(at("10-05 09:00") + offset), kind, data, "x", str(offset))  # type: ignore[arg-type]
        for offset, kind in enumerate(("opened", "changed", "snoozed", "flagged", "\x1b[0m", ""))
    ]
    events += [Event(Instant(instant), "changed", {}, "x", str(instant)) for instant in (-(10**18), 10**18)]
    found = evaluate(Ticket(1, "T", tuple(events)), GRAPH, 10**15)
    assert isinstance(found, Evaluated)
    assert all(isinstance(value, str | int | bool) for value in found.fields.values())


CONTRACT = """\
language 1
priorities normal
statuses {
  working "In Progress"
  waiting "Waiting on Customer"
}
calendar desk "Service desk, Berlin" {
  zone Europe/Berlin
  open mon-thu 08:00-18:00
  open fri 08:00-12:00, 13:00-16:00
}
pause waiting-customer {
  when status is waiting
  stops resolution, update
  limit 10bd
}
tier gold {
  calendar desk
  target normal response within 4h
  target normal resolution within 3bd
  pause by waiting-customer
}
tier platinum {
  like gold
}
customer acme {
  tier platinum
}
"""


def test_paused_while_waiting_and_nights_and_weekends_do_not_count() -> None:
    rules = graph(CONTRACT)
    it = ticket(
        event("10-02 15:30", "opened", customer="acme", priority="normal"),
        event("10-05 09:00", "changed", status="Waiting on Customer"),
        event("10-05 11:00", "changed", status="In Progress"),
        event("10-07 18:00", "resolved"),
    )
    response, _ = evaluate(it, rules, at("10-02 15:30")).clocks
    assert response.due == at("10-05 11:30")
    _, paused = evaluate(it, rules, at("10-05 10:00")).clocks
    assert (paused.state, paused.paused_by) == (State.PAUSED, ("waiting-customer",))
    _, missed = evaluate(it, rules, at("10-08 00:00")).clocks
    assert (missed.state, missed.elapsed - missed.target) == (State.MISSED, 1800)
    assert missed.promise.decided_by == "tier platinum"


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("acme", "high", "Waiting")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(("customer", "priority", "status", "site", "vip", "impact", "until", "flag", "tags"))
EVENTS = st.builds(
    Event,
    st.one_of(st.integers(at("10-04 00:00"), at("10-08 00:00")), st.integers()),
    st.sampled_from((*KNOWN_KINDS, "visit-agreed", "visited")) | st.text(max_size=3),
    st.dictionaries(NAMES, ANYTHING, max_size=4),
    st.just("x"),
    st.text(max_size=2),
    st.integers(0, 3),
)


@given(st.lists(EVENTS, max_size=8), st.integers(at("10-04 00:00"), at("10-12 00:00")))
@settings(max_examples=150, deadline=None)
def test_whatever_comes_in_the_figures_hold_together(events: list[Event], now: int) -> None:
    it = Ticket(1, "T-1", tuple(events))
    found = evaluate(it, GRAPH, now)
    assert why(it, GRAPH, now)
    for item in found.clocks:
        end = now if item.stopped is None else item.stopped
        assert item.elapsed + item.paused <= max(end - item.started, 0)
        assert (item.stopped is None) is (item.state in OPEN_STATES)
        assert item.next_at is None or item.next_at > now
        if item.state in FAILED_STATES:
            assert item.due is not None
            assert item.due < end
            assert item.elapsed >= item.target
        if item.state in {State.RUNNING, State.MET} and item.due is not None:
            assert item.due >= end
    again = evaluate(replace(it, pins=found.pins), GRAPH, now)
    assert (again.clocks, again.pins) == (found.clocks, found.pins)
    if found.next_at is not None and found.next_at < now + 10**7:
        assert [item.state for item in evaluate(it, GRAPH, found.next_at - 1).clocks] == [
            item.state for item in found.clocks
        ] or any(event.at > now for event in events)
