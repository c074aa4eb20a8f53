"""`sla why`: the account of a clock, kept as it is read."""

from __future__ import annotations

from engine.evaluate import evaluate
from engine.explain import explain, pauses_of, why
from engine.lengths import length
from tests.engine.desk import at, event, graph, ticket

GRAPH = graph()
TICKET = ticket(
    event("10-05 15:00", "opened", customer="ACME", priority="high", status="New"),
    event("10-05 16:00", "changed", status="Waiting"),
    event("10-06 09:00", "changed", status="New"),
)

ACCOUNT = """\
resolution: running, started 2026-10-05 15:00, due 2026-10-06 17:00 (Europe/Berlin), 2h of 8h used, 2h paused
  tier gold decides: target high resolution within 8h (sla.rules:51), calendar office
    terms of tier gold pinned when the ticket opened, 2026-10-05 15:00, under rules {rules}
    not override freeze of customer acme: target critical resolution within 1h on always (sla.rules:82): the priority is high
    not tier gold: target critical resolution within 4h on always (sla.rules:50): the priority is high
    not tier gold: target normal resolution within 2bd (sla.rules:52): the priority is high
  on calendar office, times of Europe/Berlin
"""


def test_the_rule_and_the_days_are_told() -> None:
    now = at("10-06 10:00")
    lines = why(TICKET, GRAPH, now, "resolution")
    text = "\n".join(lines)
    head = ACCOUNT.format(rules=GRAPH.digest[:12]).splitlines()
    assert lines[: len(head)] == head
    days = [line for line in lines if line.startswith(("    Mon", "    Tue"))]
    assert "1h used, 1h of 8h  1h paused by client" in days[0]
    assert "<- breach" in days[1]
    clock = next(item for item in evaluate(TICKET, GRAPH, now).clocks if item.metric == "resolution")
    assert f"{length(clock.target)} of {length(clock.target)}" in text


def test_a_condition_that_does_not_hold_shows_what_it_saw() -> None:
    text = "\n".join(why(TICKET, GRAPH, at("10-06 10:00"), "response"))
    assert 'its condition does not hold, vip is ""' in text


def test_an_override_of_other_dates_is_named_with_them() -> None:
    it = ticket(event("10-20 09:00", "opened", customer="acme", priority="critical"))
    text = "\n".join(why(it, GRAPH, at("10-20 09:30"), "resolution"))
    assert (
        "not override freeze of customer acme (sla.rules:80): in force from 2026-10-05 until 2026-10-12"
        in text
    )


def test_each_target_in_turn_is_told() -> None:
    it = ticket(
        event("10-05 09:00", "opened", customer="acme", priority="normal"),
        event("10-05 10:00", "changed", priority="critical"),
    )
    text = "\n".join(why(it, GRAPH, at("10-05 11:30"), "resolution"))
    assert "tier gold decides from 2026-10-05 09:00: target normal resolution within 2bd" in text
    assert (
        "override freeze of customer acme decides from 2026-10-05 08:00: target critical resolution within 1h"
        in text
    )


def test_a_long_life_is_told_in_short() -> None:
    it = ticket(
        event("01-05 09:00", "opened", customer="nobody", priority="high"), event("10-05 09:00", "resolved")
    )
    lines = why(it, GRAPH, at("10-06 09:00"), "resolution")
    assert len(lines) < 60
    [skipped] = [line for line in lines if "..." in line]
    clock = evaluate(it, GRAPH, at("10-06 09:00")).clocks[-1]
    assert f"{length(clock.elapsed)} of {length(clock.target)}" in "\n".join(lines)
    assert "231 days" in skipped


def test_nothing_promised_says_why() -> None:
    it = ticket(event("10-05 09:00", "opened", customer="acme", priority="odd"))
    assert why(it, GRAPH, at("10-05 10:00")) == ['T-1: no target fits priority "odd", so no clock runs']
    assert why(it, GRAPH, at("10-05 08:00")) == ["T-1: nothing is known of it yet"]


def test_the_screen_gets_the_same_by_clock_and_the_pauses() -> None:
    now = at("10-06 10:00")
    by_clock = explain(TICKET, GRAPH, now)
    assert [*by_clock[("resolution", 1)], ""] == why(TICKET, GRAPH, now, "resolution")
    assert pauses_of(TICKET, GRAPH, now)["resolution"] == ((at("10-05 16:00"), at("10-06 09:00"), "client"),)
