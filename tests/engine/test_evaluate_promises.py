"""What a clock counts against, case by case: targets that change, thresholds, and promises that are pinned."""

from __future__ import annotations

from dataclasses import replace

from engine.clock import State
from engine.evaluate import Evaluated, evaluate, live
from engine.facts import Pin
from tests.engine.clocks import GRAPH, clock, opened
from tests.engine.desk import RULES, at, event, graph, ticket

# ---------------------------------------------------------------- targets


def test_time_used_stays_used_and_a_stricter_target_is_due_at_the_change() -> None:
    it = ticket(opened(priority="normal"), event("10-05 11:00", "changed", priority="critical"))
    found = clock(it, "10-05 11:01", "resolution")
    assert (found.due, found.state, found.elapsed, found.target) == (
        at("10-05 11:00"),
        State.BREACHED,
        7260,
        3600,
    )


def test_what_is_late_before_and_after_a_change_was_due_when_it_was_first_late() -> None:
    it = ticket(
        opened("10-13 09:00"),
        event("10-14 09:00", "changed", priority="high"),  # 8h, and 24h are used
        event("10-14 10:00", "changed", priority="critical"),  # 4h again
    )
    for now in ("10-13 14:00", "10-14 09:30", "10-14 10:30"):
        found = clock(it, now, "resolution")
        assert (found.state, found.due) == (State.BREACHED, at("10-13 13:00"))


def test_what_is_over_is_counted_from_the_due_whatever_more_was_used_by_then() -> None:
    it = ticket(opened(priority="normal"), event("10-05 11:00", "changed", priority="critical"))
    for now, over in (("10-05 11:00", 0), ("10-05 11:01", 60), ("10-05 12:00", 3600)):
        found = clock(it, now, "resolution")
        assert (found.over, found.elapsed - found.target) == (over, over + 3600)
    late = ticket(opened("10-13 09:00"), event("10-14 09:00", "changed", priority="high"))
    assert clock(late, "10-14 08:00", "resolution").over == 19 * 3600  # around the clock
    assert clock(late, "10-14 10:00", "resolution").over == 21 * 3600  # in office hours


def test_a_looser_target_puts_the_clock_back_in_time() -> None:
    it = ticket(opened(), event("10-05 11:00", "changed", priority="normal"))
    found = clock(it, "10-05 11:30", "resolution")
    assert (found.state, found.elapsed) == (State.RUNNING, 9000)
    assert found.thresholds[-1].at == found.due


def test_without_a_target_a_clock_is_cancelled() -> None:
    it = ticket(opened(), event("10-05 09:30", "changed", priority="low"))
    found = clock(it, "10-05 12:00", "resolution")
    assert (found.state, found.stopped, found.elapsed) == (State.CANCELLED, at("10-05 09:30"), 1800)


def test_a_clock_begins_when_something_is_first_promised() -> None:
    it = ticket(opened(priority="low"), event("10-05 11:00", "changed", priority="critical"))
    found = clock(it, "10-05 11:30", "resolution")
    assert (found.started, found.elapsed) == (at("10-05 11:00"), 1800)


def test_a_conditional_target_beats_a_plain_one_of_its_scope() -> None:
    plain, vip = (ticket(opened(priority="high", vip=value)) for value in ("no", "yes"))
    assert clock(plain, "10-05 09:30", "response").target == 7200
    found = clock(vip, "10-05 09:30", "response")
    assert (found.target, found.promise.decided_by) == (3600, "tier gold")


def test_business_days_become_open_seconds_at_the_start() -> None:
    found = clock(ticket(opened("10-06 16:00", "normal")), "10-06 16:30", "resolution")
    # The 7th is closed, so the second business day is the 9th: 1 h, 8 h and 7 h of open time.
    assert (found.due, found.target) == (at("10-09 16:00"), 16 * 3600)


# ---------------------------------------------------------------- thresholds


def test_warnings_come_from_the_tier_in_force_and_have_instants() -> None:
    found = clock(ticket(opened()), "10-05 09:00", "response")
    assert [(step.name, step.at) for step in found.thresholds] == [
        ("warning 50%", at("10-05 09:07") + 30),
        ("warning 75%", at("10-05 09:11") + 15),
        ("breach", at("10-05 09:15")),
    ]
    assert found.next_at == at("10-05 09:07") + 31
    edited = graph(RULES.replace("warn at 50%, 75%", "warn at 12.5%"))
    again = evaluate(ticket(opened()), edited, at("10-05 09:00")).clocks[0]
    assert [step.name for step in again.thresholds] == ["warning 12.5%", "breach"]


def test_a_stopped_clock_keeps_only_what_it_reached() -> None:
    it = ticket(opened(), event("10-05 09:10", "reply"))
    found = clock(it, "10-05 12:00", "response")
    assert [step.at for step in found.thresholds] == [at("10-05 09:07") + 30, None, None]
    assert found.next_at is None


# ---------------------------------------------------------------- promises


def pins_of(found: Evaluated) -> list[tuple[int, str, str | None]]:
    return [(pin.at, pin.cause, pin.terms.tier if pin.terms else None) for pin in found.pins]


def test_the_promise_is_pinned_at_the_opening() -> None:
    it = ticket(opened())
    found = evaluate(it, GRAPH, at("10-05 09:00"))
    assert pins_of(found) == [(at("10-05 09:00"), "opened", "gold")]
    edited = graph(RULES.replace("critical resolution within 1h", "critical resolution within 9h"))
    kept = evaluate(replace(it, pins=found.pins), edited, at("10-05 09:30"))
    assert kept.pins == found.pins
    assert next(item for item in kept.clocks if item.metric == "resolution").target == 3600


def test_another_customer_is_another_promise_from_then_on() -> None:
    it = ticket(opened(), event("10-05 10:00", "changed", customer="nobody"))
    found = evaluate(it, GRAPH, at("10-05 12:00"))
    assert pins_of(found) == [
        (at("10-05 09:00"), "opened", "gold"),
        (at("10-05 10:00"), "customer", "bronze"),
    ]
    assert (found.tier, found.customer, found.group) == ("bronze", "", "")


def test_another_name_of_the_same_text_is_no_change() -> None:
    it = ticket(opened(), event("10-05 10:00", "changed", customer="ACME"))
    assert len(evaluate(it, GRAPH, at("10-05 12:00")).pins) == 1


def test_a_repin_counts_from_its_instant() -> None:
    terms = GRAPH.terms("nobody", at("10-05 09:00"))
    it = ticket(opened(priority="high"), pins=(Pin(at("10-05 10:00"), terms, "repin"),))
    before, after = (evaluate(it, GRAPH, at(now)) for now in ("10-05 09:30", "10-05 10:30"))
    assert (before.tier, after.tier) == ("gold", "bronze")
    found = next(item for item in after.clocks if item.metric == "resolution")
    assert (found.target, found.elapsed) == (16 * 3600, 5400)
    assert len(after.pins) == 2


def test_a_ticket_that_is_repinned_again_stays_as_it_was_then() -> None:
    terms = [GRAPH.terms(customer, at("10-05 09:00")) for customer in ("globex", "acme")]
    pins = tuple(
        Pin(at(now), one, "repin") for now, one in zip(("10-05 10:00", "10-05 12:00"), terms, strict=True)
    )
    it = ticket(opened(priority="critical"), event("10-05 11:00", "changed", priority="normal"), pins=pins)
    life = live(it, GRAPH, at("10-05 13:00"))
    assert life is not None
    assert [
        (state.start, state.situation.priority, state.plan.terms.tier)
        for state in life.states.states
        if state.plan
    ] == [
        (at("10-05 09:00"), "critical", "gold"),
        (at("10-05 10:00"), "critical", "silver"),
        (at("10-05 11:00"), "normal", "silver"),
        (at("10-05 12:00"), "normal", "gold"),
    ]


def test_a_pin_for_an_opening_that_a_late_event_moved_does_not_count() -> None:
    late = evaluate(ticket(opened("10-05 09:00")), GRAPH, at("10-05 10:00"))
    it = ticket(opened("10-04 09:00", customer="nobody"), opened("10-05 09:00"), pins=late.pins)
    found = evaluate(it, GRAPH, at("10-04 12:00"))
    assert (found.opened, found.tier) == (at("10-04 09:00"), "bronze")


def test_nothing_is_promised_without_a_tier() -> None:
    bare = graph(RULES.replace("default tier bronze\n", ""))
    found = evaluate(ticket(opened(customer="stranger")), bare, at("10-05 12:00"))
    assert (found.clocks, found.tier, pins_of(found)) == ((), "", [(at("10-05 09:00"), "opened", None)])
