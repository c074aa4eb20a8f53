"""What a change of the rules does to credits, against breaches counted ticket by ticket and settled for each side by itself."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from engine.calendar.period import month
from engine.clock import FAILED_STATES
from engine.commitment.credits import Breach, statement
from engine.commitment.outage import Outage
from engine.commitment.settlement import settle
from engine.commitment.uptime import History, figures
from engine.contract.difference import difference
from engine.contract.impact import Judge, added
from engine.contract.impact_credits import Owed, concerned, owed
from engine.contract.impact_faults import together
from engine.evaluate import evaluate
from engine.excuse import excuses
from engine.facts import EXCUSED, Event, Instant, Ticket
from engine.wall import DAY, EARLIEST
from tests.engine.desk import START, random_ticket
from tests.engine.evaluators import plain
from tests.engine.test_impact import CHANGES, NOW, SITE, portion, rules

PAID = (
    SITE.replace(
        'tier gold "Gold" {', 'tier gold "Gold" {\n  credits standard\n  uptime 99.9% per month on always'
    ).replace('tier bronze "Bronze" {', 'tier bronze "Bronze" {\n  credits small')
    + """\
credits standard "Standard" {
  uptime below 99.9% pays EUR 500
  breach of resolution for critical pays EUR 250 each
  breach of resolution pays EUR 10 each
  breach of response pays EUR 7.50 each
  cap EUR 1000 per month
}
credits small "Small" {
  breach of resolution pays USD 40 each
}
"""
)
OUTAGE = Outage("", "", Instant(START - DAY), Instant(START), "monitor", "1")
OUTAGES = History((OUTAGE,), (), START - 40 * DAY)


def slowly(history: list[Ticket], graph) -> dict[tuple[str, str], tuple[Breach, ...]]:
    """Breaches by customer and month, asked of every ticket."""
    found = defaultdict(list)
    for item in history:
        single = evaluate(item, graph, NOW)
        excused = excuses(one for one in item.events if one.at <= NOW)
        priority = str(single.fields.get("priority", "")).casefold()
        for clock in single.clocks:
            if (
                single.customer
                and clock.state in FAILED_STATES
                and (clock.metric, clock.cycle) not in excused
            ):
                when = datetime.fromtimestamp(clock.decided, ZoneInfo(graph.zone(single.customer)))
                found[single.customer, f"{when:%Y-%m}"].append(
                    Breach(item.key, clock.metric, priority, single.tier)
                )
    return dict(found)


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    """Tickets around the end of September, some with an excuse."""
    rng = Random("credits")
    make = (plain, lambda rng, number, step: random_ticket(rng, number, step=step))
    found = []
    for number in range(1, 240):
        item = make[number % 3 == 0](rng, number, 900)
        events = [replace(one, at=Instant(one.at - 3 * DAY)) for one in item.events]
        if number % 7 == 0:
            data = {"metric": rng.choice(("resolution", "response")), "excused": number % 2 == 0}
            events.append(Event(Instant(NOW - 100), EXCUSED, data, "desk", "1", 99))
        found.append(replace(item, events=tuple(events)))
    return found


def agrees(tickets, text: str, chosen: frozenset[str] | None = None) -> Owed:
    """What the plan says of both sides; fails where a side is not what its rules come to by themselves."""
    graphs = rules(PAID), rules(text)
    if chosen is None:
        chosen = concerned(*graphs, difference(*graphs))
    since = NOW - 11 * DAY  # in September, when some are open already
    judge = Judge(*graphs, since, NOW, chosen)
    found = added(judge.past(portion(half, *graphs)) for half in (tickets[::2], tickets[1::2]))
    due = owed(graphs, chosen, found.faults, OUTAGES, since, NOW)
    told = {(one.customer, one.name): one for one in due.months}
    slow = [slowly(tickets, graph) for graph in graphs]
    for customer in sorted({*graphs[0].ruleset.customers, *graphs[1].ruleset.customers}):
        for period in (month("2026-09"), month("2026-10")):
            lines = []
            for graph, breaches in zip(graphs, slow, strict=True):
                span = period.span(graph.zone(customer))
                mine = breaches.get((customer, period.name), ())
                lines.append(settle(graph, customer, period.start, span, OUTAGES, mine, NOW).lines)
            if customer in chosen:
                one = told.get((customer, period.name))
                assert (one.before.lines, one.after.lines) == tuple(lines) if one else not any(lines)
            else:
                assert [line.amount for line in lines[0]] == [line.amount for line in lines[1]]
    return due


@pytest.mark.parametrize("name", [*CHANGES, "nothing"])
def test_it_is_what_statements_say_of_breaches_counted_one_by_one(tickets, name):
    text = PAID
    for pair in CHANGES.get(name, ()):
        text = text.replace(*pair)
    everybody = frozenset({"acme", "globex", "initech"})
    due = agrees(tickets, text, everybody if name == "nothing" else None)
    if name == "nothing":
        assert due.months and due.difference == ()


RENAMES = (
    (r"\bgold\b", "oro"),
    (r"\bsilver\b", "argent"),
    (r"\bbronze\b", "airain"),
    (r"\bstandard\b", "usual"),
    (r"\bsmall\b", "little"),
    (r"\bretail\b", "shops"),
    (r"\boffice\b", "desk"),
    (r"\bclient\b", "waits"),
    (r"customer acme ", "customer akme "),
    (r"customer initech ", "customer initrode "),
)
EDITS = (
    ("pays EUR 250 each", "pays EUR 300 each"),
    ("pays EUR 10 each", "pays EUR 12 each"),
    ("pays USD 40 each", "pays EUR 40 each"),
    ("cap EUR 1000", "cap EUR 90"),
    ("below 99.9% pays EUR 500", "below 99.9% pays EUR 400"),
    ("critical resolution within 4h", "critical resolution within 5h"),
    ("zone Europe/Berlin\n  override", "zone Pacific/Auckland\n  override"),
    ("  tier gold from 2026-10-06\n", "  tier gold from 2026-10-04\n"),
    ("default tier bronze", "default tier gold"),
    ("  group retail\n", "  group retail\n  tier gold\n"),
    ("within 16h", "within 12h"),
)


@pytest.mark.parametrize("seed", range(24))
def test_each_side_is_what_a_store_of_its_own_would_be_settled_at_whatever_was_edited(tickets, seed):
    random = Random(seed)
    text = PAID
    for pair in random.sample(EDITS, random.randrange(3)):
        text = text.replace(*pair)
    for pattern, name in random.sample(RENAMES, random.randrange(1, 4)):
        text = re.sub(pattern, name, text)
    assert text != PAID
    agrees(tickets, text)


@pytest.mark.parametrize("number", range(len(RENAMES) - 2))
def test_a_rename_alone_moves_no_money(tickets, number):
    text = re.sub(*RENAMES[number], PAID)
    assert text != PAID
    due = agrees(tickets, text, frozenset({"acme", "globex", "initech"}))
    assert due.months and due.difference == ()


def test_it_is_the_statement_of_an_invoice(tickets):
    graph = rules(PAID)
    judge = Judge(graph, graph, EARLIEST, NOW, frozenset({"acme"}))
    found = judge.past(portion(tickets, graph, graph))
    [october] = [
        one
        for one in owed((graph, graph), {"acme"}, found.faults, OUTAGES, EARLIEST, NOW).months
        if one.name == "2026-10"
    ]
    start, end = month("2026-10").span("Europe/Berlin")
    uptime = figures(graph, "acme", start, end, OUTAGES, NOW)
    whole = statement(graph.credits("gold"), None, uptime, slowly(tickets, graph)["acme", "2026-10"])
    assert october.before.lines == october.after.lines == whole.lines
    assert len(whole.lines) > 2


def test_portions_add_up_in_any_order(tickets):
    graphs = rules(PAID), rules(PAID.replace("resolution within 8h", "resolution within 3h"))
    judge = Judge(*graphs, EARLIEST, NOW, frozenset({"acme", "globex", "initech"}))
    whole = judge.past(portion(tickets, *graphs)).faults
    parts = [judge.past(portion(tickets[low::5], *graphs)) for low in (3, 0, 4, 1, 2)]
    assert added(parts).faults == tuple(together([side]) for side in whole)
    assert whole[0] != whole[1]
