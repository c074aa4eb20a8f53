"""What conditions say of tickets in columns, and steps of ladders that ask."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from engine.columns.told import asked, asked_of_ladders, tell_fields
from engine.contract.impact import Judge
from engine.contract.impact_asked import EITHER, NO, YES, Steady
from engine.contract.impact_found import Kind
from engine.evaluate import live
from engine.facts import Ticket
from engine.history import ENDED
from engine.predicate import compile_condition
from engine.replay.judge import Portion
from tests.engine.desk import START, event, random_ticket
from tests.engine.evaluators import plain
from tests.engine.test_impact import HAND, NOW, SITE, expected, life, rules


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    rng = Random("impact")
    make = (plain, lambda rng, number, step: random_ticket(rng, number, step=step))
    return [make[number % 3 == 0](rng, number, 900) for number in range(1, 180)]


CONDITIONS = [
    "vip",
    "not vip",
    'site == "depot"',
    "status is waiting",
    "status is resolved or vip",
    "not status is working",
    "customer == acme",
    "group == retail",
    "priority == critical",
    'status == "Waiting"',
    "impact >= 10 and status is closed",
]


@pytest.mark.parametrize("words", CONDITIONS)
def test_what_a_condition_says_all_along_it_says_at_every_instant(tickets, words):
    text = SITE.replace("notify noc via inbox when vip", f"notify noc via inbox when {words}")
    graph = rules(text)
    [when] = [step.when for step in graph.ruleset.escalations["up"].steps if step.when is not None]
    fields = asked(graph) | asked_of_ladders(graph)
    given = [replace(item, pins=()) for item in tickets]
    told = tell_fields(given, fields, NOW)
    kept = {item.id: item for item in given}
    holds = compile_condition(when)
    found = defaultdict(int)
    for running in (False, True):
        said = Steady(told, graph).says(when, running=running)
        for number, answer in zip(told.ids.tolist(), said.tolist(), strict=True):
            states = live(kept[number], graph, NOW).states.states
            situations = [one.situation for one in states]
            if running:
                situations = [one for one in situations if one.status_class not in ENDED]
            if answer != EITHER:
                assert {holds(one) for one in situations} <= {answer == YES}
            elif not running:
                found["moving"] += len({holds(one) for one in situations}) > 1
            found[answer] += 1
    assert found[NO] + found[YES]


def test_steps_that_ask_are_told_in_columns_where_the_answer_stays():
    asking = HAND.replace("language 1\n", "language 1\nfield vip flag\n").replace(
        "via inbox\n", "via inbox when vip\n  stop when status is waiting\n"
    )
    old, new = rules(HAND), rules(asking)
    made = [life(number, "acme", "high", 5) for number in range(1, 9)]
    opened = [replace(item.events[0], data={**item.events[0].data, "vip": item.id % 2 == 0}) for item in made]
    history = [
        replace(item, events=(first, *item.events[1:])) for item, first in zip(made, opened, strict=True)
    ]

    def told(items):
        fields = asked(old) | asked_of_ladders(new)
        columns = replace(tell_fields(items, fields, NOW), ids=np.arange(len(items)))
        return Portion(columns, items.__getitem__, lambda places: [items[place].key for place in places])

    found = Judge(old, new, 0, NOW).past(told(history))
    assert found.apart == 0
    gone, come = (
        {item.ticket for about, items in found.past.items() if about.kind is kind for item in items}
        for kind in (Kind.STEP_REMOVED, Kind.STEP_ADDED)
    )
    assert len(gone) == 8 and come == {"T-2", "T-4", "T-6", "T-8"}
    later = event(START + 3600, "changed", 7, vip=True)
    first, *rest = history
    moved = replace(first, events=(first.events[0], later, *first.events[1:]))
    found = Judge(old, new, 0, NOW).past(told([moved, *rest]))
    assert found.apart == 1
    assert found.past == expected([moved, *rest], old, new)
