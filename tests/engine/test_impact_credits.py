"""What a change of the rules does to credits, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from dsl.commitment import Money
from engine.commitment.outage import Outage
from engine.commitment.uptime import History
from engine.contract.difference import difference
from engine.contract.impact import Judge, added
from engine.contract.impact_credits import concerned, owed
from engine.facts import EXCUSED, Instant, Ticket
from engine.wall import EARLIEST, parse_instant
from tests.engine import differing
from tests.engine.desk import event, ticket
from tests.engine.test_impact import portion, rules

NOTHING = History((), (), None)
HAND = """\
language 1
priorities critical, high, low
statuses {
  working "Open"
  resolved "Resolved"
}
tier gold "Gold" {
  target critical resolution within 4h on always
  target high, low resolution within 8h on always
  uptime 99.9% per month on always
  credits standard
}
tier silver "Silver" {
  target critical, high, low resolution within 8h on always
  credits small
}
credits standard "Standard" {
  uptime below 99.9% pays 5% of retainer
  breach of resolution for critical pays EUR 250 each
  breach of resolution pays EUR 10 each
  cap 60% of retainer per month
}
credits small "Small" {
  breach of resolution pays USD 40 each
}
customer acme "Acme" {
  zone America/Denver
  tier gold
  retainer EUR 1000 per month
}
customer globex "Globex" {
  tier silver
}
customer hooli "Hooli" {
  tier gold
  retainer EUR 2000 per month
}
"""
END = Instant(parse_instant("2026-11-20T00:00:00Z"))
edited = partial(differing.edited, text=HAND)


def life(number: int, when: str, hours: float, customer: str = "acme", priority: str = "critical") -> Ticket:
    """A ticket that is resolved after some hours."""
    opened = parse_instant(when)
    made = ticket(
        event(opened, "opened", customer=customer, priority=priority),
        event(opened + int(hours * 3600), "resolved", number),
    )
    return replace(made, id=number, key=f"T-{number}")


def planned(text, history, *, outages=NOTHING, since=EARLIEST, now=END, credited=None):
    """What the old rules and these come to."""
    graphs = rules(HAND), rules(text)
    chosen = concerned(*graphs, difference(*graphs)) if credited is None else credited
    judge = Judge(*graphs, since, now, chosen)
    halves = [history[::2], history[1::2]]
    found = added(judge.past(portion(half, *graphs, now=now)) for half in halves)
    return owed(graphs, chosen, found.faults, outages, since, now)


def eur(*amounts):
    return tuple(Money(Decimal(amount), "EUR") for amount in amounts)


def words(found):
    return [
        (
            one.customer,
            one.name,
            *([str(money.amount) for money in side.credits] for side in (one.before, one.after)),
        )
        for one in found.months
    ]


HISTORY = [
    life(1, "2026-10-05T08:00:00Z", 3),
    life(2, "2026-10-06T08:00:00Z", 6),
    life(3, "2026-10-07T08:00:00Z", 6, priority="Critical"),
    life(4, "2026-11-01T00:30:00Z", 9),  # due on 31 October in Denver, under the stricter rules too
    life(5, "2026-11-02T00:00:00Z", 9, priority="low"),
    life(6, "2026-10-06T08:00:00Z", 9, customer="globex"),
    life(7, "2026-10-06T08:00:00Z", 9, customer="hooli"),
]


def test_a_cap_counts_what_the_change_does_not_touch_and_months_are_of_the_customers_zone():
    found = planned(edited(("within 4h", "within 2h")), HISTORY)
    # Of acme T-2, T-3 and T-4 are late in October anyway, which is 750; T-1 becomes so: 1000. The cap is 600 of either.
    assert words(found) == [
        ("acme", "2026-10", ["600.00"], ["600.00"]),
        ("acme", "2026-11", ["10.00"], ["10.00"]),
        ("hooli", "2026-10", ["250.00"], ["250.00"]),
    ]
    assert found.difference == ()
    found = planned(edited(("within 4h", "within 2h"), ("cap 60%", "cap 90%")), HISTORY)
    assert words(found)[0] == ("acme", "2026-10", ["600.00"], ["900.00"])
    assert (found.before, found.after, found.difference) == (eur("860.00"), eur("1160.00"), eur("300.00"))
    [october] = [one for one in found.months if (one.customer, one.name) == ("acme", "2026-10")]
    assert [line.because for line in october.after.lines] == [
        "4 breaches: T-1, T-2, T-3, T-4",
        "the lines above come to EUR 1000, the cap is EUR 900",
    ]
    assert [one.running for one in found.months] == [False, True, False]


def test_a_change_of_the_zone_moves_a_breach_to_another_month():
    found = planned(edited(("zone America/Denver", "zone Asia/Tokyo")), [HISTORY[3]])
    assert words(found) == [
        ("acme", "2026-10", ["250.00"], []),
        ("acme", "2026-11", [], ["250.00"]),
    ]
    assert found.difference == ()


def test_currencies_are_never_added():
    acme = "  zone America/Denver\n  tier gold\n  retainer EUR 1000 per month\n"
    found = planned(
        edited((acme, "  zone America/Denver\n  tier silver\n"), ("USD 40", "USD 50")), HISTORY[:6]
    )
    assert words(found) == [
        ("acme", "2026-10", ["600.00"], []),
        ("acme", "2026-11", ["10.00"], ["100.00"]),  # T-4 has more time, and is late in November
        ("globex", "2026-10", ["40.00"], ["50.00"]),
    ]
    assert found.difference == (*eur("-610.00"), Money(Decimal("110.00"), "USD"))


def test_an_outage_pays_by_its_band_in_its_month_alone():
    began = Instant(parse_instant("2026-10-20T00:00:00Z"))
    outage = Outage("", "acme", began, Instant(began + 7200), "monitor", "1")
    outages = History((outage,), (), parse_instant("2026-01-01T00:00:00Z"))
    stricter = edited(("uptime below 99.9% pays 5%", "uptime below 99.9% pays 10%"))
    found = planned(stricter, HISTORY[4:5], outages=outages)
    assert words(found) == [
        ("acme", "2026-10", ["50.00"], ["100.00"]),
        ("acme", "2026-11", ["10.00"], ["10.00"]),
    ]
    assert planned(stricter, HISTORY[4:5]).difference == (), "without outages nothing is measured"


def test_a_month_without_the_retainer_that_is_paid_of_is_told_and_others_are_settled():
    found = planned(
        edited(("retainer EUR 1000 per month", "retainer EUR 1000 per month from 2026-11-01")), HISTORY[:5]
    )
    assert words(found) == [("acme", "2026-11", ["10.00"], ["10.00"])]
    [line] = found.unsettled
    assert line.startswith("acme 2026-10 under the new rules: 60% of retainer cannot be paid")


def test_an_excused_breach_is_not_paid():
    excused = event("10-07 23:00", EXCUSED, 9, metric="resolution", reason="strike", by="lead")
    history = [HISTORY[0], replace(HISTORY[1], events=(*HISTORY[1].events, excused))]
    stricter = edited(("within 4h", "within 2h"))
    assert words(planned(stricter, history)) == [("acme", "2026-10", [], ["250.00"])]
    again = replace(
        excused, at=Instant(excused.at + 60), data={**excused.data, "excused": False}, source_id="x"
    )
    history[1] = replace(history[1], events=(*history[1].events, again))
    assert words(planned(stricter, history)) == [("acme", "2026-10", ["250.00"], ["500.00"])]


def test_the_month_of_since_counts_whole_and_earlier_ones_not():
    stricter = edited(("pays EUR 10 each", "pays EUR 20 each"))
    for since, months in (
        ("2026-10-31T00:00:00Z", ["2026-10", "2026-11"]),
        ("2026-11-01T05:59:59Z", ["2026-10", "2026-11"]),  # 31 October in Denver
        ("2026-11-01T06:00:00Z", ["2026-11"]),
    ):
        found = planned(stricter, HISTORY[:5], since=parse_instant(since))
        assert [one.name for one in found.months] == months
    assert found.difference == eur("10.00")


@pytest.mark.parametrize(
    ("change", "whose"),
    [
        (("pays EUR 10 each", "pays EUR 11 each"), {"acme", "hooli"}),
        (("USD 40", "USD 41"), {"globex"}),
        (("retainer EUR 2000", "retainer EUR 2001"), {"hooli"}),
        (("zone America/Denver", "zone Asia/Tokyo"), {"acme"}),
        (
            ("priorities critical, high, low", "priorities critical, high, low, none"),
            {"acme", "globex", "hooli"},
        ),
        (("language 1", "# a comment"), set()),
        (
            (
                'customer globex "Globex" {\n  tier silver',
                'customer globex "Globex" {\n  alias "ho*"\n  tier silver',
            ),
            {"globex"},
        ),
    ],
)
def test_only_those_are_counted_whose_credits_may_differ(change, whose):
    graphs = rules(HAND), rules(edited(change))
    assert concerned(*graphs, difference(*graphs)) == whose
