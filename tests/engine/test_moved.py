"""The columns' answer to "whom does this edit move" is the answer of evaluating everybody twice."""

from __future__ import annotations

from random import Random

import pytest

from engine.columns.moved import moved
from engine.columns.told import LAST, asked, tell_fields
from engine.evaluate import evaluate
from engine.facts import Instant
from tests.engine.desk import RULES, START, graph, random_ticket

EDITS = {
    "hours": ("open mon-fri 08:00-12:00, 13:00-17:00", "open mon-fri 08:00-12:00, 14:00-17:00"),
    "one day": ('closed 2026-10-07 "Outing"', 'closed 2026-10-08 "Outing"'),
    "pause": ("stops resolution, update, workaround", "stops resolution"),
    "limit": ("limit 3h", "limit 2h"),
    "warnings": ("warn at 50%, 75%", "warn at 60%"),
    "nothing": ("RETAIL", "RETAIL"),
}


def said(ticket, rules, now):
    return [
        (clock.metric, clock.cycle, clock.state, clock.due, clock.elapsed, clock.paused, clock.thresholds)
        for clock in evaluate(ticket, rules, now).clocks
    ]


@pytest.mark.parametrize("edit", EDITS)
def test_every_ticket_that_differs_is_found_and_hardly_another(edit):
    old = graph()
    new = graph(RULES.replace(*EDITS[edit]), old)
    rng = Random(edit)
    tickets = [random_ticket(rng, number) for number in range(1, 400)]
    now = Instant(START + 8 * 86_400)
    truly = {ticket.id for ticket in tickets if said(ticket, old, now) != said(ticket, new, now)}
    told = tell_fields(tickets, asked(old) | asked(new), LAST)
    found = set(moved(told, old, new, now))
    assert truly <= found
    if edit == "nothing":
        assert len(found) < len(tickets) * 3 // 4
    else:
        assert truly
