"""What a change of the rules does to a history: counted by hand, and against both rule sets asked ticket by ticket."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from dsl.load import load_texts
from engine.clock import FAILED_STATES
from engine.columns.told import asked, tell_fields
from engine.contract.impact import Impact, Judge, added, new_breaches
from engine.contract.impact_found import About, Item, Kind
from engine.evaluate import evaluate, live
from engine.facts import Instant, Pin, Ticket
from engine.graph import Graph
from engine.predicate import as_text, compile_condition
from engine.replay.judge import Portion
from engine.wall import DAY
from tests.engine.desk import RULES, START, event, random_ticket, ticket
from tests.engine.evaluators import plain

LADDERS = """\
person chief "Chief" {
  email "chief@msp.example"
}
team noc "NOC" {
  lead chief
  member chief
}
escalation up "Up" {
  at warning of resolution notify chief via inbox
  at 80% of response notify noc via inbox
  at breach of resolution notify noc via email repeat every 1h up to 3 until acknowledged
  at 30m past resolution notify noc via inbox when vip
  at 20m before resolution notify chief via inbox
  at 2h past resolution for critical notify noc via email
  at 1h past resolution notify noc via email only in office hours
}
escalation plain "Plain" {
  at 50% of resolution notify chief via inbox
  at breach of response notify noc via inbox
  at breach of next-response notify noc via inbox
  stop when status is resolved
  stop when status is closed
}
escalation quiet "Quiet" {
  at 50% of response notify chief via inbox
  at breach of next-response notify noc via inbox
  stop when status is waiting
}
"""
CLIMBING = RULES.replace(
    "  pause by client, parts, slow\n", "  pause by client, parts, slow\n  escalate via up\n"
).replace(
    'tier silver "Silver" {\n  like gold\n', 'tier silver "Silver" {\n  like gold\n  escalate via quiet\n'
)
CLIMBING = CLIMBING.replace('tier bronze "Bronze" {\n', 'tier bronze "Bronze" {\n  escalate via plain\n')
SITE = CLIMBING + LADDERS
ASKING = SITE.replace("response within 1h when vip", "response within 1h when vip or group == retail")
NOW = Instant(START + 9 * DAY)

CHANGES = {
    "a target": [("high resolution within 8h", "high resolution within 3h")],
    "a condition": [("response within 1h when vip", 'response within 20m when site == "depot"')],
    "a calendar": [("open mon-fri 08:00-12:00, 13:00-17:00", "open mon-fri 09:00-12:00, 13:00-18:00")],
    "a pause": [("  limit 3h\n", "  limit 90m\n")],
    "warnings": [("warn at 50%, 75%", "warn at 25%, 75%, 90%")],
    "a ladder": [
        ("at 80% of response", "at 60% of response"),
        ("  at 20m before resolution notify chief via inbox\n", ""),
    ],
    "a step that asks": [
        ("30m past resolution notify noc via inbox when vip", "10m past resolution notify noc via inbox")
    ],
    "a stop": [("  stop when status is waiting\n", "")],
    "an end": [("  stop when status is closed\n", "  stop when status is cancelled\n")],
    "a plain ladder": [("at 50% of resolution", "at 40% of resolution")],
    "a ladder renamed": [
        ("escalation up ", "escalation upward "),
        ("escalate via up\n", "escalate via upward\n"),
    ],
    "dates": [("tier gold from 2026-10-06", "tier gold from 2026-10-04")],
    "a customer gone": [('customer initech "Initech" {', 'customer initrode "Initrode" {')],
    "the default": [("default tier bronze", "default tier gold")],
    "a status": [('waiting "Waiting"', 'waiting "Waiting", "Nonsense"')],
    "a promise more": [("target critical, high update every 1h on always\n", "")],
    "reopening": [("  reopen restarts\n", "")],
    "a group renamed": [("group retail", "group shops")],
    "another group": [
        ('group retail "Retail" {', 'group shops {\n  tier silver\n}\ngroup retail "Retail" {'),
        ('"Globex Inc." {\n  group retail', '"Globex Inc." {\n  group shops'),
    ],
    "an override": [
        (
            'customer initech "Initech" {\n',
            'customer initech "Initech" {\n  override peak from 2026-10-05 until 2026-10-07 {\n    reason "CHG-1 peak"\n    target critical, high resolution within 1h on always\n  }\n',
        )
    ],
}


def rules(text: str) -> Graph:
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert loaded.ruleset is not None, [str(item.span) + item.message for item in loaded.diagnostics]
    return Graph.compile(loaded)


def changed(name: str) -> str:
    text = SITE
    for old, new in CHANGES[name]:
        assert old in text, old
        text = text.replace(old, new)
    return text


def portion(tickets: list[Ticket], *graphs: Graph, pins: bool = False, now: int = NOW) -> Portion:
    given = tickets if pins else [replace(item, pins=()) for item in tickets]
    terms = [pin.terms for item in given for pin in item.pins]
    fields = frozenset[str]().union(*(asked(graph, terms) for graph in graphs))
    told = replace(tell_fields(given, fields, now), ids=np.arange(len(given)))
    return Portion(told, given.__getitem__, lambda places: [given[place].key for place in places])


def steps(item: Ticket, graph: Graph) -> dict[tuple[str, int], set[str]]:
    """The steps that fire, asked of every clock."""
    life = live(item, graph, NOW)
    found = defaultdict(set)
    for clock in evaluate(item, graph, NOW).clocks:
        for point in clock.points:
            if point.number or point.at is None or point.at > NOW:
                continue
            situation = life.states.at(point.at).situation
            asks = [*(() if point.step.when is None else (point.step.when,))]
            if all(compile_condition(one)(situation) for one in asks) and not any(
                compile_condition(one)(situation) for one in graph.ruleset.escalations[point.ladder].stop
            ):
                found[clock.metric, clock.cycle].add(point.name)
    return found


def expected(tickets: list[Ticket], old: Graph, new: Graph, *, open_only: bool = False, called=str):
    """Everything that differs, by both evaluations of every ticket."""
    table = defaultdict(set)
    for item in tickets:
        before, after = (evaluate(item, graph, NOW) for graph in (old, new))
        customer = after.customer or as_text(after.fields.get("customer")).strip().casefold()
        was, will = (
            {(clock.metric, clock.cycle): clock for clock in side.clocks} for side in (before, after)
        )
        fired = {key: set(map(called, names)) for key, names in steps(item, old).items()}
        fires = steps(item, new)
        for key in was.keys() | will.keys():
            one, other = was.get(key), will.get(key)
            if open_only and all(clock is None or clock.stopped is not None for clock in (one, other)):
                continue
            metric, cycle = key
            due, then = (None if clock is None else clock.due for clock in (one, other))
            failed, fails = (clock is not None and clock.state in FAILED_STATES for clock in (one, other))
            kinds = []
            if fails != failed:
                kinds.append(Kind.BREACH_GAINED if fails else Kind.BREACH_LOST)
            if one is None or other is None:
                kinds.append(Kind.PROMISED if one is None else Kind.WITHDRAWN)
            elif due != then:
                kinds.append(Kind.EARLIER if due is None or (then is not None and then < due) else Kind.LATER)
            made = Item(item.key, cycle, due, then)
            for kind in kinds:
                table[About(customer, kind, metric)].add(made)
            for name in fires.get(key, set()) - fired.get(key, set()):
                table[About(customer, Kind.STEP_ADDED, metric, name)].add(made)
            for name in fired.get(key, set()) - fires.get(key, set()):
                table[About(customer, Kind.STEP_REMOVED, metric, name)].add(made)
    return {about: tuple(sorted(items, key=lambda one: one[:2])) for about, items in table.items()}


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    rng = Random("impact")
    make = (plain, lambda rng, number, step: random_ticket(rng, number, step=step))
    return [make[number % 3 == 0](rng, number, 900) for number in range(1, 180)]


@pytest.mark.parametrize(
    ("name", "back"),
    [*((name, False) for name in CHANGES), ("a calendar", True), ("a ladder", True), ("an override", True)],
)
def test_it_is_what_both_rule_sets_say_of_every_ticket(tickets, name, back):
    old, new = rules(SITE), rules(changed(name))
    if back:
        old, new = new, old
    found = Judge(old, new, 0, NOW).past(portion(tickets, old, new))
    wanted = expected(tickets, old, new)
    assert found.past == wanted
    assert bool(wanted) is (name not in {"a ladder renamed", "an end", "a group renamed", "another group"})
    assert found.touched or not wanted
    assert found.tickets == len(tickets)


@pytest.mark.parametrize(
    "name", ["a target", "a calendar", "a pause", "a ladder", "dates", "the default", "a status"]
)
def test_open_tickets_keep_what_was_promised_to_them(tickets, name):
    old, new = rules(SITE), rules(changed(name))
    pinned = [replace(item, pins=evaluate(item, old, NOW).pins) for item in tickets]
    again = [
        replace(
            item, pins=(*item.pins, Pin(Instant(item.events[0].at + 60), old.terms("initech", NOW), "repin"))
        )
        for item in pinned[:20]
    ]
    history = [*again, *pinned[20:]]
    new = Graph.compile(load_texts("sla.rules", {"sla.rules": changed(name)}), previous=old)
    found = Judge(old, new, 0, NOW).today(portion(history, old, new, pins=True))
    assert found.today == expected(history, old, new, open_only=True)
    assert bool(found.today) is (name not in {"a target", "dates", "the default"})


GROUPS = {
    "renamed": ([("group retail", "group shops")], SITE, 0),
    "renamed with what asks for it": (
        [("group retail", "group shops"), ("== retail", "== shops")],
        ASKING,
        0,
    ),
    "another, which conditions ask for": (
        [
            ('group retail "Retail" {', 'group shops {\n  tier silver\n}\ngroup retail "Retail" {'),
            ('"Globex Inc." {\n  group retail', '"Globex Inc." {\n  group shops'),
        ],
        ASKING,
        1,
    ),
}


@pytest.mark.parametrize(("edits", "site", "moves"), GROUPS.values(), ids=GROUPS)
def test_the_name_of_a_group_touches_those_of_whom_conditions_ask_for_it(tickets, edits, site, moves):
    text = site
    for was, will in edits:
        assert was in text
        text = text.replace(was, will)
    old, new = rules(site), rules(text)
    found = Judge(old, new, 0, NOW).past(portion(tickets, old, new))
    assert found.past == expected(tickets, old, new)
    assert bool(found.past) is bool(moves)
    assert (found.touched > 0) is bool(moves)
    pinned = [replace(item, pins=evaluate(item, old, NOW).pins) for item in tickets]
    after = Graph.compile(load_texts("sla.rules", {"sla.rules": text}), previous=old)
    today = Judge(old, after, 0, NOW).today(portion(pinned, old, after, pins=True)).today
    assert today == expected(pinned, old, after, open_only=True)


def test_what_was_promised_to_a_ticket_that_came_to_be_theirs_stands_whatever_they_are_promised_today(
    tickets,
):
    promised = rules(SITE)
    text = SITE.replace('"Globex Inc." {\n  group retail', '"Globex Inc." {\n  tier bronze')
    step = "at 50% of response notify chief via inbox\n  at breach of next-response"
    assert step in text
    old, new = (
        Graph.compile(load_texts("sla.rules", {"sla.rules": one}), previous=promised)
        for one in (text, text.replace(step, step.replace("50%", "40%")))
    )
    come = ticket(
        event(START, "opened", customer="initech", priority="critical"),
        event(START + 600, "changed", customer="globex"),
    )
    history = [replace(item, pins=evaluate(item, promised, NOW).pins) for item in (come, *tickets)]
    found = Judge(old, new, 0, NOW).today(portion(history, old, new, pins=True)).today
    assert found == expected(history, old, new, open_only=True)
    assert {about.kind for about in found} == {Kind.STEP_ADDED, Kind.STEP_REMOVED}


def test_a_tier_that_is_no_more_stands_behind_what_it_promised(tickets):
    old = rules(SITE)
    text = SITE.replace("tier gold from 2026-10-06", "tier bronze from 2026-10-06").replace("office", "desk")
    new = Graph.compile(load_texts("sla.rules", {"sla.rules": text}), previous=old)
    pinned = [replace(item, pins=evaluate(item, old, NOW).pins) for item in tickets]
    found = Judge(old, new, 0, NOW).today(portion(pinned, old, new, pins=True))
    assert found.today == expected(
        pinned, old, new, open_only=True, called=lambda name: name.replace("office", "desk")
    )


HAND = """\
language 1
priorities high, low
statuses {
  working "Open"
  resolved "Resolved"
}
person chief "Chief" {
  email "chief@msp.example"
}
escalation up "Up" {
  at breach of resolution notify chief via inbox
}
tier gold "Gold" {
  target high resolution within 4h on always
  target low resolution within 8h on always
  escalate via up
}
customer acme "Acme" {
  tier gold
}
customer globex "Globex" {
  tier gold
}
"""


def life(number: int, customer: str, priority: str, hours: int) -> Ticket:
    """A ticket that is resolved after some hours."""
    made = ticket(
        event(START, "opened", customer=customer, priority=priority),
        event(START + hours * 3600, "resolved", number),
    )
    return replace(made, id=number, key=f"T-{number}")


def test_each_kind_counted_by_hand():
    history = [
        life(1, "acme", "high", 1),
        life(2, "acme", "high", 3),
        life(3, "acme", "high", 5),
        life(4, "globex", "low", 9),
    ]
    old = rules(HAND)
    new = rules(
        HAND.replace("high resolution within 4h", "high resolution within 2h").replace(
            "low resolution within 8h", "low resolution within 10h"
        )
    )
    judge = Judge(old, new, 0, NOW)
    found = judge.past(portion(history, old, new))
    hours = {number: START + number * 3600 for number in (2, 4, 8, 10)}
    moved = [Item(f"T-{number}", 0, hours[4], hours[2]) for number in (1, 2, 3)]
    later = Item("T-4", 0, hours[8], hours[10])
    breach = "at breach of resolution notify chief via inbox"
    cycle = evaluate(history[0], old, NOW).clocks[0].cycle
    moved, later = [one._replace(cycle=cycle) for one in moved], later._replace(cycle=cycle)
    assert found.past == {
        About("acme", Kind.EARLIER, "resolution"): tuple(moved),
        About("acme", Kind.BREACH_GAINED, "resolution"): (moved[1],),
        About("acme", Kind.STEP_ADDED, "resolution", breach): (moved[1],),
        About("globex", Kind.LATER, "resolution"): (later,),
        About("globex", Kind.BREACH_LOST, "resolution"): (later,),
        About("globex", Kind.STEP_REMOVED, "resolution", breach): (later,),
    }
    assert (found.tickets, found.touched, found.apart) == (4, 4, 0)
    assert new_breaches(found) == 1
    assert new_breaches(added([found, replace(Impact(), today=found.past)])) == 1
    assert Judge(old, new, START + 1, NOW).past(portion(history, old, new)).tickets == 0


def test_tickets_that_no_difference_is_about_are_not_evaluated(monkeypatch):
    history = [life(number, "acme" if number % 10 else "globex", "high", 3) for number in range(1, 101)]
    text = HAND.replace(
        'customer globex "Globex" {\n',
        'customer globex "Globex" {\n  override new {\n    target high resolution within 1h on always\n  }\n',
    )
    old, new = rules(HAND), rules(text)
    seen = []
    from engine.contract import impact

    plainly = impact.replay
    monkeypatch.setattr(impact, "replay", lambda part, *rest: seen.append(part) or plainly(part, *rest))
    found = Judge(old, new, 0, NOW).past(portion(history, old, new))
    assert (found.tickets, found.touched) == (100, 10)
    assert [len(part.told.at) for part in seen] == [20, 20]
    same = Judge(old, rules(HAND.replace("customer globex", "\n# a comment\ncustomer globex")), 0, NOW)
    assert same.past(portion(history, old)).touched == 0
    assert len(seen) == 2
