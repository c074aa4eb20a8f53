"""A ticket that has ended has no clock that goes on, whatever happened to it; tickets that have ended are known without evaluating them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from engine.columns.told import asked, tell_fields
from engine.contract.ended import ended
from engine.evaluate import evaluate
from tests.engine.desk import START, at, event, graph, ticket
from tests.engine.test_record_property import GRAPH, TEXT, tickets

NOW = START + 40 * 86_400
CONFIRMED = TEXT.replace("start on visit-agreed", "start on resolved").replace(
    "stop on visited", "stop on closed"
)
RULES = {"as they are": GRAPH, "a metric that begins with the end": graph(CONFIRMED)}


def known(one, *graphs):
    fields = frozenset[str]().union(*map(asked, graphs))
    (found,) = ended(tell_fields([one], fields, NOW), graphs)
    return bool(found)


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_who_has_ended_has_no_clock_that_goes_on(rules):
    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(tickets())
    def holds(one):
        going_on = [clock for clock in evaluate(one, rules, NOW).clocks if clock.stopped is None]
        assert not (known(one, rules) and going_on)

    holds()


def life(*last):
    return ticket(
        event("10-05 09:00", "opened", 0, customer="acme", priority="critical", status="New"),
        *(
            event(at("10-05 10:00") + number, kind, number, **data)
            for number, (kind, data) in enumerate(last, 1)
        ),
    )


@pytest.mark.parametrize(
    ("last", "over"),
    [
        ([("resolved", {})], True),
        ([("changed", {"status": "Closed"}), ("note", {}), ("message", {})], True),
        ([("cancelled", {}), ("flagged", {"flag": True}), ("changed", {"priority": "low"})], True),
        ([("resolved", {}), ("reopened", {})], False),
        ([("resolved", {}), ("changed", {"status": "Nonsense"})], False),
        ([("resolved", {}), ("visit-agreed", {})], False),
        ([("resolved", {}), ("visit-agreed", {}), ("resolved", {}), ("closed", {})], False),
        ([("reply", {})], False),
        ([("reply", {"status": "Resolved"})], True),
    ],
)
def test_the_last_thing_that_moved_a_ticket_says_whether_it_has_ended(last, over):
    assert known(life(*last), GRAPH) is over
    assert not known(life(*last), RULES["a metric that begins with the end"])


def test_each_ticket_is_told_by_its_own_events():
    lives = [
        life(("resolved", {})),
        life(("reply", {})),
        life(("resolved", {}), ("reopened", {})),
        life(("closed", {})),
    ]
    told = tell_fields(lives, asked(GRAPH), NOW)
    assert np.flatnonzero(ended(told, (GRAPH, GRAPH))).tolist() == [0, 3]
    other = graph(
        TEXT.replace('resolved "Resolved"', 'working "Resolved"').replace(
            'working "New", ', 'resolved "New"\n  working '
        )
    )
    assert not ended(
        tell_fields([life(("changed", {"status": "Resolved"}))], asked(GRAPH), NOW), (GRAPH, other)
    ).any()
