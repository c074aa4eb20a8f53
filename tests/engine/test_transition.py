"""What is told of a ticket's clocks: once each, in order, with its cause."""

from __future__ import annotations

from engine.evaluate import evaluate
from engine.transition import transitions
from tests.engine.desk import RULES, at, event, graph, ticket

GRAPH = graph()


def told(*events: object, now: str, before: str | None = None) -> list[tuple[str, str, str, int]]:
    it = ticket(event("10-05 09:00", "opened", customer="acme", priority="high"), *events)  # type: ignore[arg-type]
    old = (
        None if before is None else evaluate(it, graph(RULES.replace(*before.split(" -> "))), at(now)).clocks
    )
    found = transitions(it, evaluate(it, GRAPH, at(now)), at(now), before=old)
    assert [item.at for item in found] == sorted(item.at for item in found)
    assert all(item.found == at(now) and item.customer == "acme" for item in found)
    return [(item.metric, item.what, item.cause, item.at) for item in found]


def test_nothing_is_told_before_it_has_happened() -> None:
    assert told(now="10-05 09:30") == []


def test_time_passes_thresholds_in_order_and_late_ones_keep_their_instant() -> None:
    assert told(now="10-05 10:00") == [
        ("update", "warning 50%", "time", at("10-05 09:30")),
        ("update", "warning 75%", "time", at("10-05 09:45")),
    ]
    assert ("update", "breach", "time", at("10-05 10:00")) in told(now="10-05 16:00")


def test_the_ticket_stops_clocks() -> None:
    found = told(event("10-05 09:20", "reply"), now="10-05 09:40")
    assert found == [
        ("response", "met", "ticket", at("10-05 09:20")),
        ("update", "met", "ticket", at("10-05 09:20")),
    ]


def test_what_a_change_of_the_ticket_uses_up_is_its_doing() -> None:
    found = told(event("10-05 11:30", "changed", priority="critical"), now="10-05 11:31")
    assert ("resolution", "breach", "ticket", at("10-05 11:30")) in found


def test_what_only_the_new_rules_say_is_theirs() -> None:
    found = told(now="10-05 09:50", before="warn at 50%, 75% -> warn at 50%")
    assert found == [
        ("update", "warning 50%", "time", at("10-05 09:30")),
        ("update", "warning 75%", "rules", at("10-05 09:45")),
    ]
