"""A scenario that was recorded from a ticket passes, whatever happened to the ticket."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dsl.format import format_text
from dsl.load import load, load_texts
from dsl.scenario_text import scenario_text
from engine.errors import EngineError
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.scenario.record import record
from engine.scenario.verdicts import run_all
from engine.simulate import DAY, Desk, Simulation
from engine.wall import parse_instant

ROOT = Path(__file__).resolve().parents[2]
SITE = load(ROOT / "sla.rules")
GRAPH = Graph.compile(SITE)
TESTS = "recorded.rules"


def told(*texts):
    """What the site's rules say to these scenarios: diagnostics, and a result each."""
    root, *others = SITE.files
    files = {root: SITE.files[root] + f'\ninclude "{TESTS}"\n', TESTS: "\n".join(texts)}
    loaded = load_texts(root, {**{name: SITE.files[name] for name in others}, **files})
    assert loaded.ruleset is not None, loaded.diagnostics
    graph = Graph.compile(loaded)
    results = run_all(loaded.ruleset, graph, loaded.locate, lambda title: title.startswith("ticket"))
    return loaded.diagnostics, list(results)


def text_of(ticket):
    return scenario_text(record(ticket, GRAPH), SITE.ruleset.customers)


def ticket(*events):
    return Ticket(
        1,
        "T-1",
        tuple(
            Event(Instant(parse_instant(at)), kind, data, "desk", str(number), number)
            for number, (at, kind, data) in enumerate(events)
        ),
    )


@pytest.mark.parametrize("seed", range(3))
def test_recorded_tickets_of_a_busy_desk_pass(seed):
    start = Instant(
        parse_instant("2026-10-19T06:00:00Z")
    )  # clocks change in that week, and in another the year after
    desk = Simulation(Desk.of(SITE.ruleset), seed, start)
    events = {}
    for key, event in desk.until(Instant(start + 21 * DAY), 20_000, 1.0):
        events.setdefault(key, []).append(event)
    tickets = [Ticket(number, key, tuple(found)) for number, (key, found) in enumerate(events.items(), 1)]
    assert len(tickets) > 20
    texts = [text_of(one) for one in tickets]
    assert all(format_text(text).text == text for text in texts)
    diagnostics, results = told(*texts)
    assert diagnostics == ()
    assert [result.title for result in results if result.failures] == []
    assert sum(result.expectations for result in results) > 5 * len(tickets)


def test_only_what_decides_something_is_written_down():
    one = ticket(
        (
            "2026-03-02T09:00:00Z",
            "opened",
            {
                "customer": "Globex",
                "priority": "critical",
                "subject": "secret",
                "requester": "Jo Bloggs",
                "impact": "7",
            },
        ),
        ("2026-03-02T09:01:00Z", "note", {"text": "secret too"}),
        ("2026-03-02T09:02:00Z", "changed", {"subject": "secret still"}),
        ("2026-03-02T09:03:30Z", "coffee-served", {}),
        ("2026-03-02T09:04:00Z", "snoozed", {"by": "someone", "until": 1_772_500_000}),
        ("2026-03-02T09:05:00Z", "workaround-provided", {}),
    )
    text = text_of(one)
    assert "secret" not in text
    assert "Bloggs" not in text
    assert "coffee" not in text
    assert "impact" not in text  # a test of another tier
    assert "note" not in text
    assert "snoozed" not in text
    assert "at 2026-03-02 10:05 workaround-provided" in text
    assert text.endswith("expect workaround met\n}\n")


def test_what_was_known_is_no_change():
    one = ticket(
        ("2026-03-02T09:00:00Z", "opened", {"customer": "Globex", "priority": "high", "status": "Open"}),
        ("2026-03-02T09:01:00Z", "changed", {"priority": "high", "status": "Open"}),
        ("2026-03-02T09:02:00Z", "changed", {"priority": "critical", "status": "Open"}),
        ("2026-03-02T09:03:00Z", "changed", {"priority": "critical"}),
        ("2026-03-02T09:05:00Z", "changed", {"priority": "critical"}),
        ("2026-03-02T09:06:00Z", "changed", {"priority": "high"}),
        ("2026-03-02T09:07:00Z", "resolved", {"status": "Open"}),
    )
    raised = replace(one.events[3], source="escalation", at=one.events[3].at + 60, data={"priority": "low"})
    one = replace(one, events=(*one.events[:4], raised, *one.events[4:]))
    text = text_of(one)
    assert happened(text) == ['set priority "critical"', 'set priority "high"', "resolved"]


def test_what_a_hostile_ticket_holds_stays_text():
    one = ticket(
        (
            "2026-03-02T09:00:00Z",
            "opened",
            {"customer": 'A"\n}\ntier x {', "priority": "P1; drop", "status": "\x1b[31mred", "tags": "\\"},
        ),
        ("2026-03-02T10:00:00Z", "changed", {"status": "Resolved"}),
    )
    text = text_of(replace(one, key='k"\x1b]0;'))
    assert "\x1b" not in text
    diagnostics, (result,) = told(text)
    assert {one.code for one in diagnostics} == {"W0806"}
    assert result.failures == ()


@pytest.mark.parametrize("customer", ["globex", "foo", "nobody", "ticket", "customer", "Initech Ltd"])
@pytest.mark.parametrize("priority", ["high", "weird", "ticket", "P1"])
def test_who_and_what_is_not_declared_is_text(customer, priority):
    one = ticket(
        ("2026-03-02T09:00:00Z", "opened", {"customer": customer, "priority": priority}),
        ("2026-03-02T09:30:00Z", "changed", {"priority": "urgent", "customer": "bar"}),
    )
    text = text_of(one)
    assert (f"customer {customer}" in text) == (customer in SITE.ruleset.customers)
    assert (f"priority {priority}" in text) == (priority in SITE.ruleset.priorities)
    assert format_text(text).text == text
    diagnostics, (result,) = told(text)
    assert {one.code for one in diagnostics} == {"W0806"}
    assert (result.failures, result.expectations > 0) == ((), True)


def happened(text):
    """What a scenario tells after the opening, without the moments."""
    return [line.split(None, 3)[3] for line in text.splitlines() if line.startswith("  at ")][1:]


@pytest.mark.parametrize("first", ["reply", "closed"])
def test_what_came_before_the_opening_in_its_instant_decides_as_it_does_for_the_ticket(first):
    at = "2026-11-24T08:00:00Z"
    one = ticket((at, first, {}), (at, "opened", {"customer": "Globex", "priority": "critical"}))
    text = text_of(one)
    assert happened(text) == [first]
    assert 'ticket t1 customer "Globex" priority critical\n' in text
    assert "expect response met\n" in text
    assert ("expect resolution met\n" in text) is (first == "closed")
    diagnostics, (result,) = told(text)
    assert (diagnostics, result.failures) == ((), ())


def test_what_ended_the_ticket_at_its_opening_stands_after_what_came_before_it():
    at = "2026-11-24T08:00:00Z"
    opened = {"customer": "ACME", "priority": "critical", "status": "Resolved"}
    one = ticket((at, "message", {}), (at, "opened", opened), ("2026-11-24T09:00:00Z", "reopened", {}))
    text = text_of(one)
    assert happened(text) == ["message", 'set status "Resolved"', "reopened"]
    assert "next-response running" not in text  # the message was answered by the resolution
    assert told(text)[1][0].failures == ()


def test_a_status_that_comes_again_after_the_ticket_ended_is_told_again():
    one = ticket(
        ("2026-03-02T09:00:00Z", "opened", {"customer": "Globex", "priority": "high", "status": "Open"}),
        ("2026-03-02T10:00:00Z", "resolved", {}),
        ("2026-03-02T11:00:00Z", "changed", {"status": "Open"}),
    )
    text = text_of(one)
    assert happened(text) == ["resolved", 'set status "Open"']
    assert "expect resolution running\n" in text.split("set status", maxsplit=1)[1]


def test_what_is_asked_follows_from_the_rules_that_the_ticket_is_under():
    opened = {"priority": "high", "status": "Open", "assignee": "Ann", "impact": 7}
    kinds = ("reply", "message", "note", "changed", "acknowledged", "workaround-provided")
    hourly = [
        (
            f"2026-03-{2 + n // 24:02}T{n % 24:02}:30:00Z",
            kinds[n % 6],
            {"assignee": f"a{n}"} if n % 6 == 3 else {},
        )
        for n in range(1, 149)
    ]
    last = ("2026-03-09T09:00:00Z", "resolved", {"status": "Resolved"})
    short = happened(
        text_of(ticket(("2026-03-02T00:00:00Z", "opened", {**opened, "customer": "Nobody"}), *hourly, last))
    )
    long = happened(
        text_of(ticket(("2026-03-02T00:00:00Z", "opened", {**opened, "customer": "ACME"}), *hourly, last))
    )
    assert short == ["reply", "resolved"]
    assert len(long) > 50
    assert short[-1] == long[-1] == "resolved"


def test_what_ladders_did_is_left_to_them():
    one = ticket(
        ("2026-03-02T09:00:00Z", "opened", {"customer": "Globex", "priority": "critical"}),
        ("2026-03-02T14:00:00Z", "resolved", {}),
    )
    by_ladder = Event(
        Instant(parse_instant("2026-03-02T13:00:00Z")), "changed", {"priority": "low"}, "escalation", "x"
    )
    assert record(replace(one, events=(*one.events, by_ladder)), GRAPH) == record(one, GRAPH)


def test_an_hour_that_comes_twice_is_told_in_utc():
    one = ticket(
        ("2026-10-25T00:30:00Z", "opened", {"customer": "Globex", "priority": "critical"}),
        ("2026-10-25T01:10:00Z", "reply", {}),
    )
    assert record(one, GRAPH).zone == "UTC"


def test_of_nothing_nothing_is_written():
    with pytest.raises(EngineError, match="nothing is known"):
        record(Ticket(1, "T-9", ()), GRAPH)


def test_a_breach_that_pays_a_fixed_amount_is_recorded_with_its_month():
    opened = {"customer": "Globex", "priority": "critical"}
    late = ticket(("2026-10-31T21:00:00Z", "opened", opened), ("2026-11-01T05:00:00Z", "resolved", {}))
    text = text_of(late)
    assert text.endswith("expect credits EUR 250.00 in 2026-11\n}\n")  # due at 02:00 in Berlin
    assert "credits" not in text.rsplit("\n", 3)[0]
    diagnostics, (result,) = told(text)
    assert (diagnostics, result.failures) == ((), ())
    in_time = ticket(("2026-10-31T21:00:00Z", "opened", opened), ("2026-10-31T22:00:00Z", "resolved", {}))
    assert "credits" not in text_of(in_time)


def test_a_long_ticket_is_recorded_whole_and_looked_at_a_hundred_times():
    opened = {"customer": "ACME", "priority": "critical", "status": "New"}
    kinds = [
        ("changed", {"priority": "high"}),
        ("changed", {"priority": "critical"}),
        ("message", {}),
        ("reply", {}),
    ]
    later = [(f"2026-03-{2 + n // 24:02}T{n % 24:02}:30:00Z", *kinds[n % 4]) for n in range(1, 241)]
    text = text_of(ticket(("2026-03-02T00:00:00Z", "opened", opened), *later))
    assert len(happened(text)) == 239  # who was high stays it
    looks = re.findall(r"^  at .*\n(?=  expect )", text, flags=re.MULTILINE)
    assert 60 < len(looks) <= 101
    assert text.rstrip("}\n").rpartition("  at ")[2].count("  expect ") >= 2
    diagnostics, (result,) = told(text)
    assert (diagnostics, result.failures) == ((), ())
