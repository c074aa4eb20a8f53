"""Whoever looks at a ticket again and again measures what has stopped once, and finds the same as who looks for the first time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine.evaluate
from dsl.load import load_texts
from engine.evaluate import Kept, evaluate, evaluate_life, live
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.looks import look
from engine.scenario.record import record
from engine.timeline import _Walk
from engine.wall import DAY
from tests.engine.desk import START
from tests.engine.test_record_property import GRAPH, TEXT, tickets

BY_HOURS = """\
  at breach of response notify assignee via inbox only in office hours repeat every 45m until acknowledged
  stop when"""
LOADED = load_texts("sla.rules", {"sla.rules": TEXT.replace("  stop when", BY_HOURS, 1)})
assert LOADED.diagnostics == (), LOADED.diagnostics
REPEATING = Graph.compile(LOADED)


def assert_the_same(ticket, moments, seen=lambda ticket, now: ticket.events):
    kept = Kept()
    for now in moments:
        known = replace(ticket, events=tuple(event for event in seen(ticket, now) if event.at <= now))
        life, first = live(known, REPEATING, now, kept), live(known, REPEATING, now)
        if first:
            assert (life.history, life.pinned) == (first.history, first.pinned)
            assert life.states.states == first.states.states
        assert evaluate_life(known, life, REPEATING, now, kept) == evaluate(known, REPEATING, now)
        event = Event(Instant(now + 900), "changed", {"site": "depot", "impact": 1}, "other", "", 99)
        other = replace(known, events=(*known.events, event))
        fork = kept.copy()
        life = live(other, REPEATING, now + 1800, fork)
        assert evaluate_life(other, life, REPEATING, now + 1800, fork) == evaluate(
            other, REPEATING, now + 1800
        )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tickets(), st.lists(st.integers(0, 45 * 1800), max_size=8))
def test_later_looks_find_what_first_ones_would(ticket, moments):
    at_events = {event.at + shift for event in ticket.events for shift in (-1, 0, 1)}
    assert_the_same(ticket, sorted({*at_events, *(START + one for one in moments), START + 30 * DAY}))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tickets())
def test_of_one_instant_events_may_be_known_one_by_one(ticket):
    kept = Kept()
    for number, event in enumerate(ticket.events, 1):
        known = replace(ticket, events=ticket.events[:number])
        life = live(known, REPEATING, event.at, kept)
        assert evaluate_life(known, life, REPEATING, event.at, kept) == evaluate(known, REPEATING, event.at)


def told(*what):
    opened = {"customer": "acme", "priority": "critical", "status": "New"}
    return Ticket(
        1,
        "T-1",
        tuple(
            Event(Instant(START + minute * 60), kind, data, "test", str(n), n)
            for n, (minute, kind, data) in enumerate([(0, "opened", opened), *what])
        ),
    )


MINUTES = range(START, START + DAY, 450)


def test_a_pause_goes_on_to_its_limit_through_other_changes():
    changes = [(n * 10, "changed", {"impact": n}) for n in range(2, 30)]
    assert_the_same(told((10, "changed", {"site": "depot"}), *changes), MINUTES)


def test_who_takes_a_ticket_on_again_was_not_there_before():
    ticket = told((285, "acknowledged", {}), (420, "resolved", {}), (480, "acknowledged", {}))
    assert_the_same(ticket, MINUTES)


def test_steps_that_are_repeated_by_hours_are_counted_on():
    assert_the_same(told((200, "reply", {}), (600, "note", {})), MINUTES)


def test_what_is_known_later_may_come_before_in_its_instant():
    ticket = told((10, "changed", {"status": "Resolved"}), (10, "changed", {"status": "New"}))
    now = START + 600
    first = {now: [ticket.events[0], ticket.events[2]]}
    assert_the_same(ticket, [START, now, now + 1], lambda one, at: first.get(at, one.events))


def long_ticket(number, kinds):
    return told(*((n * 17, *kinds[n % len(kinds)]) for n in range(1, number)))


@pytest.mark.parametrize(
    "kinds",
    [
        [("message", {}), ("reply", {})],
        [("changed", {"status": "Waiting"}), ("changed", {"status": "In Progress"})],
        [("changed", {"priority": "high"}), ("changed", {"priority": "critical"})],
    ],
)
@pytest.mark.parametrize("act", [lambda ticket: record(ticket, GRAPH), lambda ticket: look(ticket, GRAPH, START + 9 * DAY, anew=True)])  # fmt: skip
def test_the_work_grows_as_the_ticket_does(kinds, act, monkeypatch):
    done = Counter()

    def counted(name, original):
        def call(*arguments):
            done[name] += 1
            return original(*arguments)

        return call

    monkeypatch.setattr(engine.evaluate, "clock_of", counted("measured", engine.evaluate.clock_of))
    monkeypatch.setattr(_Walk, "take", counted("walked", _Walk.take))
    work = []
    for number in (40, 80):
        done.clear()
        act(long_ticket(number, kinds))
        work.append(Counter(done))
    assert work[1].keys() == {"measured", "walked"}
    for name in work[1]:
        assert work[1][name] < 2.4 * work[0][name], name
