"""What no difference is about stays: tickets, ladders, uptimes and months of whoever is in none, under random pairs of rules."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dsl.load import load_texts
from engine.calendar.period import month
from engine.clock import FAILED_STATES
from engine.commitment.credits import Breach
from engine.commitment.outage import Outage
from engine.commitment.settlement import settle
from engine.commitment.uptime import History
from engine.contract.difference import difference
from engine.contract.impact import Judge
from engine.contract.impact_steps import rewritten
from engine.contract.table import DEFAULT
from engine.evaluate import evaluate, evaluate_life, live
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.predicate import compile_condition
from engine.wall import DAY
from tests.engine.desk import START, random_ticket
from tests.engine.test_impact import NOW, expected, portion, rules
from tests.engine.test_impact_credits_slowly import PAID

CASES = int(os.environ.get("SLA_TEST_SCALE", "1")) * 24


def site() -> str:
    """Rules with twins of all that may be taken for another: what is the same by content and not by name."""
    text = PAID
    calendar = re.search(r"calendar office .*?\n}\n", text, re.DOTALL)
    credits_ = re.search(r"credits standard .*?\n}\n", text, re.DOTALL)
    assert calendar and credits_
    for old, new in (
        ("  pause by client, parts, slow\n", "  pause by client, parts, slow, queue\n"),
        (
            "  uptime 99.9% per month on always\n",
            "  uptime 99.9% per month on office excluding maintenance\n",
        ),
        (
            "  at 80% of response notify noc via inbox\n",
            "  at 80% of response notify lead of noc via inbox\n",
        ),
    ):
        assert old in text, old
        text = text.replace(old, new)
    text = text.replace(
        "  at 50% of resolution notify chief via inbox\n",
        "  at 50% of resolution notify chief via inbox\n"
        "  at 60% of resolution notify desk via inbox when group == wholesale\n"
        "  at 70% of resolution notify account-manager via inbox\n"
        "  at 90% of resolution escalate to management\n",
    )
    text = text.replace(
        "  target critical, high, normal, low response within 4h\n",
        "  target critical, high, normal, low response within 4h\n"
        "  target low response within 3h when group == wholesale\n"
        "  target normal response within 3h when not customer == initech\n",
    )
    text = text.replace(
        'customer initech "Initech" {\n', 'customer initech "Initech" {\n  account-manager chief\n'
    )
    return (
        text
        + calendar[0].replace("office", "twin")
        + credits_[0].replace("standard", "double")
        + """\
pause queue "Queued" {
  when status is waiting and group == retail
  stops response
  limit 1h
}
person second "Second" {
  email "second@msp.example"
}
team desk "Desk" {
  lead chief
}
team management "Management" {
  lead second
}
group wholesale "Wholesale" {
  tier silver
}
group loose "Loose" {
  tier bronze
}
customer hooli "Hooli" {
  group wholesale
  retainer EUR 100 per month
}
customer umbrella "Umbrella" {
  group loose
  tier gold until 2026-10-06
  tier silver from 2026-10-06
}
service web "Web" {
  for group retail
  for customer acme, umbrella
}
service mail "Mail" {
  for group wholesale
  for customer umbrella
}
maintenance weekly "Weekly" {
  affects group wholesale
  affects customer umbrella
  affects service mail
  window sun 02:00-06:00 zone Europe/Berlin
  announced 2026-09-01 12:00 zone Europe/Berlin
  excludes uptime
}
"""
    )


SITE = site()
graph_of = lru_cache(4)(rules)
NAMES = (
    *(
        "gold",
        "silver",
        "bronze",
        "standard",
        "small",
        "office",
        "client",
        "queue",
        "retail",
        "wholesale",
        "loose",
    ),
    *("desk", "noc", "weekly", "web", "freeze", "plain", "acme", "hooli", "initech", "umbrella"),
)
EDITS = [
    *((rf"\b{name}\b", f"{name}-two") for name in NAMES),
    (r"  group wholesale\n  retainer", "  group retail\n  retainer"),
    (r"  group retail\n", "  group wholesale\n"),
    (r"  group loose\n", "  group loose\n  zone Asia/Tokyo\n"),
    (r"  group loose\n", ""),
    (r"for group retail", "for group wholesale"),
    (r"for group wholesale\n  for customer umbrella", "for customer hooli, umbrella"),
    (r"affects group wholesale", "affects customer hooli"),
    (r"  affects service mail\n", ""),
    (r"uptime 99.9% per month on office", "uptime 99.9% per month on twin"),
    (r"(like gold\n)", r"\1  uptime 99.9% per month on twin excluding maintenance\n"),
    (r"(like gold\n)", r"\1  credits double\n"),
    (r"reopen restarts", "reopen continues"),
    (r"credits standard\n", "credits double\n"),
    (r"within 16h", "within 16h on twin"),
    (r"lead chief", "lead second"),
    (r"lead second", "lead chief"),
    (r"member chief", "member second"),
    (r"account-manager chief", "account-manager second"),
    (r"notify desk via", "notify lead of desk via"),
    (r"\bchief\b", "boss"),
    (r"group == retail", "group == wholesale"),
    (r"when group == wholesale", "when group in [wholesale, retail]"),
    (r"not customer == initech", "customer != initech"),
    (r"customer == initech", "customer == hooli"),
    (r"zone Europe/Berlin\n  override", "zone America/New_York\n  override"),
    (r"retainer EUR 100 ", "retainer EUR 200 "),
    (r'alias "ACME", ', "alias "),
    (r'"Globex Inc\."', '"Globex"'),
    (r"default tier bronze", "default tier gold"),
    (r"default tier bronze\n", ""),
    (r"tier gold from 2026-10-06", "tier gold from 2026-10-05"),
    (r"tier gold until 2026-10-06\n", ""),
    (r"13:00-17:00", "13:00-16:30"),
    (r"limit 1h", "limit 60m"),
    (r"limit 3h", "limit 90m"),
    (r"cap EUR 1000", "cap EUR 40"),
    (r"for critical pays", "for critical, high pays"),
    (r"warn at 50%, 75%", "warn at 75%"),
    (r"  stop when status is waiting\n", ""),
    (r"at 2h past", "at 120m past"),
    (r"at 1h past", "at 70m past"),
    (r"window sun", "window sat"),
    (r"announced 2026-09-01", "announced 2026-10-30"),
    (r'waiting "Waiting"', 'waiting "Waiting", "Nonsense"'),
    (r'working "New"', 'working "New", "Nonsense"'),
    (r"stop on visited", "stop on reply"),
    (r"customer hooli .*?\n}\n", ""),
    (r"\Z", 'customer new "nobody" {\n  tier bronze\n}\n'),
]
OUTAGES = History(
    tuple(
        Outage(service, customer, Instant(start), Instant(start + 3 * 3600), "monitor", f"{number}")
        for number, (service, customer, start) in enumerate(
            [
                ("", "", START - 6 * DAY),
                ("web", "", START + 3 * DAY),
                ("mail", "", START + 2 * DAY - 5 * 3600),
                ("", "acme", START + 5 * DAY),
            ]
        )
    ),
    (),
    START - 40 * DAY,
)


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    rng = Random("complete")
    texts = ("acme", "globex inc.", "initech", "hooli", "umbrella", "nobody", "Acme Germany 3")
    found = []
    for number in range(1, 36):
        item = random_ticket(rng, number, step=900)
        first, *rest = (replace(one, at=Instant(one.at - 2 * DAY)) for one in item.events)
        data = {**first.data, "customer": texts[number % len(texts)]}
        if number % 3 == 0:
            data["group"] = rng.choice(("retail", "wholesale"))
        rest = [one for one in rest if "customer" not in one.data]
        found.append(replace(item, events=(replace(first, data=data), *rest)))
    return found


def told(item: Ticket, graph: Graph) -> tuple[object, ...]:
    """Everything that the rules make of a ticket, without the names of what decides it."""
    life = live(item, graph, NOW)
    assert life is not None
    single = evaluate_life(item, life, graph, NOW)
    clocks, paged = set(), set()
    for clock in single.clocks:
        warnings = tuple(one.at for one in clock.thresholds)
        clocks.add(
            (clock.metric, clock.cycle, clock.state, clock.started, clock.stopped, clock.due, warnings)
        )
        for point in clock.points:
            if point.at is None or point.at > NOW:
                continue
            situation = life.states.at(point.at).situation
            conditions = [] if point.step.when is None else [point.step.when]
            stops = graph.ruleset.escalations[point.ladder].stop
            if all(compile_condition(one)(situation) for one in conditions) and not any(
                compile_condition(one)(situation) for one in stops
            ):
                meant = [graph.people.meant(one, situation) for one in getattr(point.step.action, "to", ())]
                who = tuple(person.name for one in meant if one for person in one.people)
                flagged = graph.people.management() if not meant else None
                names = tuple(person.name for person in flagged.people) if flagged else who
                paged.add((clock.metric, clock.cycle, point.number, point.at, names))
    return clocks, paged


def failed(tickets: list[Ticket], graph: Graph) -> dict[tuple[str, str], list[Breach]]:
    found = defaultdict(list)
    for item in tickets:
        single = evaluate(item, graph, NOW)
        for clock in single.clocks:
            if single.customer and clock.state in FAILED_STATES:
                when = datetime.fromtimestamp(clock.decided, ZoneInfo(graph.zone(single.customer)))
                priority = str(single.fields.get("priority", "")).casefold()
                breach = Breach(item.key, clock.metric, priority, single.tier)
                found[single.customer, f"{when:%Y-%m}"].append(breach)
    return found


def settled(graph: Graph, customer: str, name: str, breaches: list[Breach]) -> tuple[object, ...]:
    period = month(name)
    span = period.span(graph.zone(customer))
    found = settle(graph, customer, period.start, span, OUTAGES, breaches, NOW)
    figures = {(one.service, one.agreed, one.measured, one.down, one.outages) for one in found.figures}
    return found.credits, found.retainer, figures


def edited(seed: int) -> str:
    """The site after up to three edits that can be made together."""
    random = Random(seed)
    text = SITE
    for pattern, new in random.sample(EDITS, 1 + seed % 3):
        edited = re.sub(pattern, new, text, flags=re.DOTALL)
        text = edited if load_texts("sla.rules", {"sla.rules": edited}).ruleset else text
    assert text != SITE
    return text


@pytest.mark.parametrize("seed", range(CASES))
def test_whoever_is_in_no_difference_is_promised_told_and_paid_the_same(tickets, seed):
    compared(tickets, edited(seed))


@pytest.mark.parametrize("number", range(len(EDITS)), ids=[pattern for pattern, _ in EDITS])
def test_so_it_is_for_each_edit_alone(tickets, number):
    text = re.sub(*EDITS[number], SITE, flags=re.DOTALL)
    assert text != SITE
    compared(tickets, text)


def touched_by(old: Graph, new: Graph) -> set[str]:
    """Who is in any difference: everybody where it is about the site."""
    found = difference(old, new)
    everybody = {DEFAULT, *old.ruleset.customers, *new.ruleset.customers}
    about_all = any(not one.places for one in found)
    return everybody if about_all else {place.customer for one in found for place in one.places}


def compared(tickets: list[Ticket], text: str) -> None:
    old, new = graph_of(SITE), graph_of(text)
    touched = touched_by(old, new) & touched_by(new, old)  # else one of them is silent of somebody
    for item in tickets:
        said = str(item.events[0].data["customer"])
        whose = {named.name if (named := graph.customer(said)) else DEFAULT for graph in (old, new)}
        if touched.isdisjoint(whose):
            assert told(item, old) == told(item, new), said
    faults = failed(tickets, old), failed(tickets, new)
    for customer in (old.ruleset.customers.keys() & new.ruleset.customers) - touched:
        for name in ("2026-09", "2026-10"):
            was, will = (
                settled(graph, customer, name, side.get((customer, name), []))
                for graph, side in zip((old, new), faults, strict=True)
            )
            assert was == will, (customer, name)


@pytest.mark.parametrize("seed", range(CASES, CASES + CASES // 3))
def test_a_plan_of_such_a_pair_is_what_both_say_of_every_ticket(tickets, seed):
    old, new = graph_of(SITE), graph_of(edited(seed))
    lines = rewritten(old, new)

    def called(name: str) -> str:
        line, word, share = name.partition(" (")
        return lines.get(line, line) + word + share

    found = Judge(old, new, 0, NOW).past(portion(tickets, old, new)).past
    assert found == expected(tickets, old, new, called=called)
