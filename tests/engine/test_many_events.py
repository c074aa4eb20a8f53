"""A scenario of many events: what is called at each look does not grow with the events before it."""

from __future__ import annotations

import sys

from dsl.load import load_texts
from engine.facts import Event, Instant
from engine.graph import Graph
from engine.scenario.rehearsal import Rehearsal
from tests.engine.site import RULES, at


def calls(replies: int) -> int:
    """How many functions are called while a ticket gets so many replies, a minute apart."""
    rehearsal = Rehearsal(Graph.compile(load_texts("sla.rules", {"sla.rules": RULES})))
    begin, count = at("2026-03-02 09:00"), 0

    def called(_frame: object, what: str, _about: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    rehearsal.happen("t", Event(begin, "opened", {"priority": "high", "customer": "Acme"}, "s", "0"))
    sys.setprofile(called)
    try:
        for number in range(1, replies + 1):
            rehearsal.happen("t", Event(Instant(begin + 60 * number), "reply", {}, "s", str(number)))
    finally:
        sys.setprofile(None)
    return count


def test_twice_as_many_events_are_twice_as_much_to_do():
    few, many = calls(100), calls(200)
    assert 0 < few < many < 2.3 * few
