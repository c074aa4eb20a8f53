"""The order in which events of one second count: what no instant tells apart, ids do."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.evaluate import evaluate
from engine.facts import Event, Ticket
from tests.engine.desk import at, graph
from tests.engine.evaluators import agree

GRAPH = graph()
OPENED = Event(
    at("10-05 09:00"), "opened", {"customer": "acme", "priority": "high", "status": "New"}, "test", "1"
)


def changed(name: str, site: str) -> Event:
    return Event(at("10-05 10:00"), "changed", {"site": site}, "test", name)


@pytest.mark.parametrize(
    "names",
    [
        ("9", "10"),
        ("0", "007", "7", "8", "10"),
        ("99", "100", "1-1", "9-1", "a"),
        ("9" * 499, "1" + "0" * 499),
        ("2", "\u0663"),
    ],
)
def test_ids_that_are_whole_numbers_come_by_their_value(names: tuple[str, ...]) -> None:
    for some in list(permutations(names))[:24]:
        it = Ticket(1, "T-1", (OPENED, *(changed(name, f"site {name}") for name in some)))
        agree([it], GRAPH, at("10-05 11:00"))
        assert evaluate(it, GRAPH, at("10-05 11:00")).fields["site"] == f"site {names[-1]}"
        assert [item.source_id for item in sorted(it.events[1:], key=lambda item: item.order)] == list(names)
