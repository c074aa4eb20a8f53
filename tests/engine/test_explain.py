"""`sla why`: the reasoning of a clock, kept as it is read."""

from __future__ import annotations

import re
from random import Random

import pytest

from dsl.errors import FINDINGS
from dsl.load import load_texts
from engine.errors import EngineError
from engine.evaluate import evaluate
from engine.explain.clocks import explain, pauses_of, why
from engine.graph import Graph
from engine.lengths import length
from engine.wall import parse_instant
from tests.engine.desk import RULES, START, at, event, graph, random_ticket, ticket

GRAPH = graph()
TICKET = ticket(
    event("10-05 15:00", "opened", customer="ACME", priority="high", status="New"),
    event("10-05 16:00", "changed", status="Waiting"),
    event("10-06 09:00", "changed", status="New"),
)

REASONING = """\
resolution: running, started 2026-10-05 15:00 (times of Europe/Berlin), due 2026-10-06 17:00, 2h of 8h used, 2h paused
  tier gold decides: target high resolution within 8h (sla.rules:51), calendar office
    terms of tier gold pinned when the ticket opened, 2026-10-05 15:00, under rules {rules}
    not override freeze of customer acme: target critical resolution within 1h on always (sla.rules:82): the priority is high
    not tier gold: target critical resolution within 4h on always (sla.rules:50): the priority is high
    not tier gold: target normal resolution within 2bd (sla.rules:52): the priority is high
  on calendar office, times of Europe/Berlin
    Mon 2026-10-05  08:00-12:00, 13:00-17:00  1h used, 1h of 8h  1h paused by client
    Tue 2026-10-06  08:00-12:00, 13:00-17:00  1h used, 2h of 8h  1h paused by client
    still to come from 2026-10-06 10:00 on, if nothing more happens:
    Tue 2026-10-06  08:00-12:00, 13:00-17:00  6h will be used, 8h of 8h  <- warning 50% 12:00  <- warning 75% 15:00  <- breach 17:00

"""


def test_the_rule_and_the_days_are_told() -> None:
    now = at("10-06 10:00")
    lines = why(TICKET, GRAPH, now, "resolution")
    assert lines == REASONING.format(rules=GRAPH.digest[:12]).splitlines()


def test_a_condition_that_does_not_hold_shows_what_it_saw() -> None:
    text = "\n".join(why(TICKET, GRAPH, at("10-06 10:00"), "response"))
    assert "its condition does not hold, vip is not set" in text


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
    assert "started 2026-10-05 07:00 (times of UTC), was due 2026-10-05 08:00" in text
    assert "tier gold decides from 2026-10-05 07:00: target normal resolution within 2bd" in text
    assert "pinned when the ticket opened, 2026-10-05 07:00," in text
    assert (
        "override freeze of customer acme decides from 2026-10-05 08:00: target critical resolution within 1h"
        in text
    )
    on_office, on_always = text.split("  on calendar ")[1:]
    assert on_office.startswith("office, times of Europe/Berlin")
    assert "<-" not in on_office
    assert [on_always.count(f"<- {name} 08:00") for name in ("warning 50%", "warning 75%", "breach")] == [
        1
    ] * 3


def test_days_are_told_with_the_target_that_was_in_force_on_them() -> None:
    it = ticket(
        event("10-12 09:00", "opened", customer="ACME", priority="normal"),
        event("10-13 16:00", "changed", priority="high"),
    )
    lines = why(it, GRAPH, at("10-13 17:00"), "resolution")
    assert lines[0].endswith("was due 2026-10-13 16:00, 15h of 8h used, 1h over")
    assert [line for line in lines if (" of " in line and "used, " in line) or "target is" in line][1:] == [
        "    Mon 2026-10-12  08:00-12:00, 13:00-17:00  7h used, 7h of 16h",
        "    Tue 2026-10-13  08:00-12:00, 13:00-17:00  7h used, 14h of 16h  <- warning 50% 09:00  <- warning 75% 14:00",
        "    from 2026-10-13 16:00 on the target is 8h:",
    ]


@pytest.mark.parametrize("seed", range(60))
def test_each_threshold_is_told_once_and_the_days_add_up(seed: int) -> None:
    it = random_ticket(Random(seed))
    now = START + seed * 7 * 3600
    told = explain(it, GRAPH, now)
    for clock in evaluate(it, GRAPH, now).clocks:
        past, _, coming = "\n".join(told[clock.metric, clock.cycle]).partition("still to come")
        for threshold in clock.thresholds:
            if threshold.at is None or clock.stopped is None:
                count = f"{past}{coming}".count(f"<- {threshold.name} ")
                assert count == (threshold.at is not None), told
        assert "will be used" not in past
        assert not re.search(r"[0-9][hms] used", coming)
        used = re.findall(r"used, (?:([0-9hms ]+) of|([0-9hms ]+) so far)", past.partition("\n")[2])
        if used and (coming or clock.stopped is not None):
            assert "".join(used[-1]) == length(clock.elapsed)


def test_what_is_reached_at_midnight_belongs_to_the_day_that_ends() -> None:
    it = ticket(event("10-05 22:00", "opened", customer="globex", priority="high"))
    lines = why(it, GRAPH, at("10-05 23:00"), "resolution")
    assert "(times of America/New_York), due 2026-10-06 00:00" in lines[0]
    [row] = [line for line in lines if "<- breach" in line]
    assert row.startswith("    Mon 2026-10-05  10:00-24:00")
    assert row.endswith("<- breach 24:00")


def test_a_date_closed_without_a_word_is_closed_once() -> None:
    site = graph(RULES.replace('2026-10-07 "Outing"', "2026-10-06"))
    lines = why(TICKET, site, at("10-07 10:00"), "resolution")
    assert "    Tue 2026-10-06  closed" in lines


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
    text = "\n".join(why(it, GRAPH, at("10-05 10:00")))
    assert text.count("so no clock runs") == 6
    assert "not tier gold: target high resolution within 8h (sla.rules:51): the priority is odd" in text
    assert why(it, GRAPH, at("10-05 08:00")) == ["T-1: nothing is known of it yet"]


def test_every_candidate_says_why_it_does_not_fit() -> None:
    rules = RULES.replace(
        "target high response within 1h when vip",
        "target odd response within 1h when vip and status is waiting",
    )
    site = graph(rules.replace("normal, low\n", "normal, low, odd\n", 1))
    it = ticket(event("10-05 09:00", "opened", customer="acme", priority="Odd", status="New"))
    lines = why(it, site, at("10-05 10:00"), "response")
    assert lines[0] == "T-1: no target for response fits, so no clock runs"
    assert lines[1].endswith('its condition does not hold, status is "New" (working), vip is not set')
    assert [line[-15:] for line in lines[2:]] == ["priority is odd"] * 2


@pytest.mark.parametrize(
    ("customer", "metric", "said"),
    [
        ("acme", "visit", "T-1: no clock of visit runs: it starts on visit-agreed, which has not happened"),
        (
            "acme",
            "next-response",
            "T-1: no clock of next-response runs: no message of the customer has come that it would wait from",
        ),
        ("nobody", "visit", "T-1: tier bronze promises no visit"),
    ],
)
def test_a_clock_that_does_not_run_says_what_is_missing(customer: str, metric: str, said: str) -> None:
    it = ticket(event("10-05 09:00", "opened", customer=customer, priority="high"))
    assert why(it, GRAPH, at("10-05 10:00"), metric) == [said]


def test_without_a_tier_nothing_is_promised() -> None:
    it = ticket(event("10-05 09:00", "opened", customer="nobody", priority="high"))
    assert why(it, graph(RULES.replace("default tier bronze\n", "")), at("10-05 10:00"), "visit") == [
        'T-1: nothing is promised, because no tier was in force for customer "nobody" when the ticket opened and there is no default tier'
    ]


@pytest.mark.parametrize(
    ("word", "help_"), [("resolutoin", "did you mean resolution?"), ("x", "the metrics are response, ")]
)
def test_an_unknown_metric_is_a_finding(word: str, help_: str) -> None:
    with pytest.raises(EngineError, match=f"there is no metric {word}") as raised:
        why(TICKET, GRAPH, at("10-06 10:00"), word)
    assert raised.value.help.startswith(help_)
    assert raised.value.exit_code == FINDINGS


def test_the_screen_gets_the_same_by_clock_and_the_pauses() -> None:
    now = at("10-06 10:00")
    by_clock = explain(TICKET, GRAPH, now)
    assert [*by_clock[("resolution", 1)], ""] == why(TICKET, GRAPH, now, "resolution")
    assert pauses_of(TICKET, GRAPH, now)["resolution"] == ((at("10-05 16:00"), at("10-06 09:00"), "client"),)


LENT = """\
priorities p1, p2
calendar daytime {
  zone UTC
  open mon-fri 08:00-18:00
}
calendar night {
  zone UTC
  open mon-sun 00:00-06:00
}
tier gold {
  calendar daytime
  target p1 response within 2h
  target p2 response within 2h on always
}
customer acme {
  tier gold
  override shift {
    calendar night
    target p1 resolution within 10h
  }
  override strict {
    target p2 resolution within 1h
  }
}
"""


def test_a_calendar_that_another_override_lends_is_told_with_its_line() -> None:
    lent = Graph.compile(load_texts("sla.rules", {"sla.rules": LENT}))
    lender = "override shift of customer acme (sla.rules:17)"
    by_rule = {target.rule: (target.calendar, target.lender) for target in lent.terms("acme", START).targets}
    assert by_rule == {
        "target p1 resolution within 10h": ("night", ""),
        "target p2 resolution within 1h": ("night", lender),
        "target p1 response within 2h": ("night", lender),
        "target p2 response within 2h on always": ("always", ""),
    }
    it = ticket(event("10-05 09:00", "opened", customer="acme", priority="p1"))
    text = "\n".join(why(it, lent, at("10-05 09:30"), "response"))
    assert (
        f"tier gold decides: target p1 response within 2h (sla.rules:12), calendar night of {lender}" in text
    )


def test_what_its_calendar_brings_only_after_2199_is_told_as_never_due() -> None:
    far = graph(RULES.replace("resolution within 2bd", "resolution within 9999bd"))
    start = parse_instant("2190-10-05T09:00:00Z")
    it = ticket(event(start, "opened", customer="ACME", priority="normal"))
    text = "\n".join(why(it, far, start + 3600, "resolution"))
    assert (
        'never due: calendar "office" does not open for ten years on end, or not often enough before 2200'
        in text
    )
    assert "9999bd from the start" not in text
