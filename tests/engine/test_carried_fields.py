"""Whatever happens to a ticket may bring fields with it; what tells of the event itself is none."""

from __future__ import annotations

import pytest

from dsl.condition import StatusClass
from engine.clock import State
from engine.evaluate import Evaluated, evaluate
from engine.facts import DEEDS, KNOWN_KINDS, Event, Ticket
from tests.engine.desk import at, event, graph, ticket
from tests.engine.evaluators import agree

GRAPH = graph()


def told(it: Ticket, now: str) -> Evaluated:
    """The ticket by one evaluator, once both agree."""
    agree([it], GRAPH, at(now))
    return evaluate(it, GRAPH, at(now))


def clock_of(it: Ticket, now: str, metric: str):
    [found] = [clock for clock in told(it, now).clocks if clock.metric == metric]
    return found


def opened(**more: str | int | bool) -> Event:
    return event("10-05 09:00", "opened", **{"customer": "acme", "priority": "high", "status": "New", **more})


@pytest.mark.parametrize("kind", sorted({*KNOWN_KINDS, "visited"} - DEEDS - {"opened"}))
def test_every_kind_of_event_may_bring_fields(kind: str) -> None:
    found = told(ticket(opened(), event("10-05 10:00", kind, site="depot", priority="normal")), "10-05 11:00")
    assert (found.fields["site"], found.fields["priority"]) == ("depot", "normal")


@pytest.mark.parametrize("kind", sorted(DEEDS))
def test_what_somebody_did_about_a_ticket_brings_none(kind: str) -> None:
    found = told(
        ticket(opened(), event("10-05 10:00", kind, by="lead", until=0, status="Resolved")), "10-05 11:00"
    )
    assert (dict(found.fields), found.closed) == (dict(opened().data), False)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("reply", ()),
        ("auto-reply", ()),
        ("note", ()),
        ("message", ()),
        ("changed", ("text",)),
        ("visited", ("text",)),
    ],
)
def test_who_did_it_and_what_was_written_are_no_fields(kind: str, kept: tuple[str, ...]) -> None:
    found = told(
        ticket(opened(), event("10-05 10:00", kind, by="lead", echo="key", text="Hello")), "10-05 11:00"
    )
    assert tuple(sorted(found.fields.keys() - opened().data.keys())) == kept


def test_a_reply_that_waits_for_the_customer_pauses() -> None:
    it = ticket(opened(), event("10-05 10:00", "reply", status="Waiting"))
    assert clock_of(it, "10-05 11:00", "resolution").state is State.PAUSED
    assert clock_of(it, "10-05 11:00", "response").stopped == at("10-05 10:00")


def test_a_reply_that_resolves_stops_both_and_is_answered_by_a_message_that_reopens() -> None:
    it = ticket(
        opened(),
        event("10-05 10:00", "reply", status="Resolved"),
        event("10-05 11:00", "message", status="In Progress"),
    )
    assert clock_of(it, "10-05 10:30", "response").state is State.MET
    assert clock_of(it, "10-05 10:30", "resolution").state is State.MET
    assert clock_of(it, "10-05 11:30", "resolution").elapsed == 5400
    assert clock_of(it, "10-05 11:30", "next-response").started == at("10-05 11:00")


def test_a_reply_that_reopens_answers_what_was_asked_while_it_was_closed() -> None:
    it = ticket(
        opened(),
        event("10-05 10:00", "resolved"),
        event("10-05 11:00", "message"),
        event("10-05 11:10", "reply", status="In Progress"),
    )
    found = told(it, "10-05 11:30")
    assert found.status_class is StatusClass.WORKING
    assert "next-response" not in {clock.metric for clock in found.clocks}


def test_a_reply_that_cancels_has_answered_before_the_ticket_is_reopened() -> None:
    it = ticket(
        opened(),
        event("10-05 10:00", "reply", status="Cancelled"),
        event("10-05 11:00", "reopened", status="New"),
    )
    assert clock_of(it, "10-05 10:30", "response").state is State.CANCELLED
    assert clock_of(it, "10-05 11:30", "response").state is State.MET


def test_a_milestone_may_end_a_ticket() -> None:
    it = ticket(opened(), event("10-05 10:00", "workaround-provided", status="Closed"))
    assert {clock.state for clock in told(it, "10-05 12:00").clocks} == {State.MET}


def test_a_ticket_that_begins_with_a_message_has_what_that_says() -> None:
    it = ticket(event("10-05 09:00", "message", customer="acme", priority="high", status="New", text="Help"))
    found = told(it, "10-05 09:30")
    assert (found.customer, found.tier) == ("acme", "gold")
    assert {clock.metric for clock in found.clocks} >= {"response", "next-response"}
