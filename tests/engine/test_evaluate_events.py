"""Clocks hold together whatever events come, in whatever order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import FAILED_STATES, OPEN_STATES, State
from engine.evaluate import Evaluated, evaluate
from engine.explain.clocks import why
from engine.facts import KNOWN_KINDS, Event, Instant, Ticket
from tests.engine.clocks import GRAPH, clock, opened
from tests.engine.desk import at, event, graph, ticket


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
