"""Columns are built in passes over all tickets; what is rare there is no different from one ticket at a time."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from engine.columns import automaton
from engine.columns import build as columns_build
from engine.columns.build import build, columns_of
from engine.columns.evaluate import evaluate_columns
from engine.columns.told import LAST, tell
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Pin, Ticket
from tests.engine.desk import RULES, START, graph, random_ticket
from tests.engine.evaluators import agree, plain, told

NOW = START + 10 * 86_400


def crowd(seed: str, count: int = 300) -> list[Ticket]:
    """Plain tickets and odd ones."""
    rng = Random(seed)
    make = (plain, lambda rng, number, step: random_ticket(rng, number, step=step))
    return [make[number % 2](rng, number, 900) for number in range(1, count + 1)]


ASKING = {
    "the customer": ("when vip", 'when customer == "globex"'),
    "the group": ("when vip", 'when not group == "retail"'),
    "the status itself": ("when vip", 'when status == "In Progress"'),
    "a number": ("when vip", "when impact >= 11"),
}


@pytest.mark.parametrize("edit", ASKING)
def test_whatever_conditions_ask_about(edit: str) -> None:
    agree(crowd(edit), graph(RULES.replace(*ASKING[edit])), NOW)


def test_what_was_pinned_counts_and_not_what_is_promised_today() -> None:
    old = graph()
    new = graph(RULES.replace("resolution within 16h", "resolution within 3h"), old)
    tickets = [replace(item, pins=evaluate(item, old, NOW).pins) for item in crowd("pins")]
    assert agree(tickets[:150], new, NOW).apart
    assert agree([*tickets[:200], *crowd("live", 400)[200:]], new, NOW).clocks


def test_a_repinned_ticket_is_told_by_itself() -> None:
    rules = graph()
    [item] = crowd("repin", 1)
    again = replace(item, pins=(Pin(Instant(item.events[0].at + 5), None, "repin"),))
    assert build([again], rules, NOW).apart == (1,)


@pytest.mark.parametrize("until", [START - 1, START + 86_400, START + 3 * 86_400])
def test_later_events_have_not_happened(until: int) -> None:
    agree(crowd("until"), graph(), until)


def test_what_is_told_to_the_end_can_be_asked_of_before() -> None:
    rules, until = graph(), START + 3 * 86_400
    tickets = crowd("before")
    early = evaluate_columns(build(tickets, rules, until), rules, until)
    late = evaluate_columns(columns_of(tell(tickets, rules, NOW), rules, until), rules, until)
    assert early.apart <= late.apart  # a ticket whose customer changes after that is not regular
    clocks = {key: row for key, row in told(early).items() if key[0] not in late.apart}
    assert clocks
    assert clocks == told(late)


def test_one_ticket_with_a_thousand_events() -> None:
    tickets = crowd("long")
    rng = Random(7)
    opening = tickets[0].events[0]
    more = tuple(
        Event(
            Instant(opening.at + 60 * number),
            "changed",
            {"status": rng.choice(("Waiting", "New"))},
            "test",
            f"more-{number}",
            number,
        )
        for number in range(1, 1000)
    )
    assert 1 not in agree([Ticket(1, "T-1", (opening, *more)), *tickets[1:]], graph(), NOW).apart


def test_more_situations_than_there_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = crowd("many")
    usual = agree(tickets, graph(), NOW)
    monkeypatch.setattr(columns_build, "_MOST", 12)
    assert usual.apart < agree(tickets, graph(), NOW).apart


def test_answers_that_share_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "_SLOTS", 4)
    assert agree(crowd("slots"), graph(), NOW).clocks


def test_a_ticket_from_before_instants_are_counted_is_told_by_itself() -> None:
    [item] = crowd("early", 1)
    early = Event(Instant(-5), "note", {}, "test", "early")
    assert build([replace(item, events=(early, *item.events))], graph(), NOW).apart == (1,)


def test_what_columns_cannot_answer_is_refused() -> None:
    known = tell(crowd("refused", 20), graph(), NOW)
    with pytest.raises(ValueError, match="2105"):
        columns_of(known, graph(), LAST)
    with pytest.raises(ValueError, match="leaves out"):
        columns_of(replace(known, fields=known.fields - {"site"}), graph(), NOW)
