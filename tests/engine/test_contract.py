"""The decision table: by hand, and against production at random."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from dsl.condition import StatusClass
from dsl.load import load_texts
from engine.contract.table import DEFAULT, Contract
from engine.graph import Graph
from engine.lengths import written
from engine.predicate import Situation
from engine.wall import parse_instant
from tests.engine.desk import RULES

SITE = """\
priorities critical, low
statuses {
  working "Open"
  waiting "Waiting"
}
field vip flag
field site text
field impact number
calendar office {
  zone Europe/Berlin
  open mon-fri 08:00-18:00
}
calendar shop {
  zone Europe/London
  open mon-sun 10:00-20:00
}
pause wait {
  when status is waiting
  stops resolution
  limit 5bd
}
tier silver {
  calendar office
  target critical, low resolution within 8h
  target critical response within 1h on always
  target critical resolution within 6h when vip
  target critical resolution within 5h when not vip
  target low response within 2h when customer == acme
  warn at 50%, 90%
  pause by wait
}
tier gold {
  like silver
  target critical response within 30m on always
  reopen restarts
}
group retail {
  zone Europe/Berlin
  calendar shop
  tier silver
  override sale from 2026-06-01 through 2026-06-30 {
    target low resolution within 3h
  }
}
customer acme {
  group retail
  tier gold from 2026-07-01 until 2027-01-01
  override peak from 2026-06-15 until 2026-08-01 {
    target low resolution within 2h on office when impact >= 10
  }
}
customer zorg {
  tier gold from 2026-02-01
}
"""


def contract(text: str = SITE) -> Contract:
    loaded = load_texts("sla.rules", {"sla.rules": text})
    assert not loaded.diagnostics, loaded.diagnostics
    return Contract(Graph.compile(loaded))


def table(of: Contract, customer: str, day: str) -> list[tuple[str, ...]]:
    stretch = of.on(customer, date.fromisoformat(day))
    return [
        (line.priority, line.metric, written(target.amount), target.calendar, target.decided_by)
        for line in (of.lines(stretch.terms, customer) if stretch.terms else ())
        for target in [line.option.target]
    ]


def test_dates_are_split_where_anything_changes():
    of = contract()
    periods = [of.period("acme", one.start, one.end) for one in of.stretches("acme")]
    assert periods == [
        ("", "2026-06-01"),
        ("2026-06-01", "2026-06-15"),
        ("2026-06-15", "2026-07-01"),
        ("2026-07-01", "2026-08-01"),
        ("2026-08-01", "2027-01-01"),
        ("2027-01-01", ""),
    ]
    assert [one.terms.tier if one.terms else None for one in of.stretches("zorg")] == [None, "gold"]
    assert [one.terms for one in of.stretches(DEFAULT)] == [None]
    assert of.stretches("acme")[1].start == parse_instant("2026-05-31T22:00Z")  # midnight in Berlin


def test_the_table_by_hand():
    of = contract()
    silver = "tier silver"
    assert table(of, "acme", "2026-01-01") == [
        ("critical", "response", "1h", "always", silver),
        ("critical", "resolution", "6h", "shop", silver),
        ("critical", "resolution", "5h", "shop", silver),  # the 8h never decides
        ("low", "response", "2h", "shop", silver),  # its condition is about this customer
        ("low", "resolution", "8h", "shop", silver),
    ]
    assert table(of, "acme", "2026-06-20")[4:] == [
        ("low", "resolution", "2h", "office", "override peak of customer acme"),
        ("low", "resolution", "3h", "shop", "override sale of group retail"),
    ]
    assert table(of, "zorg", "2026-03-01") == [
        ("critical", "response", "30m", "always", "tier gold"),
        ("critical", "resolution", "6h", "office", "tier gold"),
        ("critical", "resolution", "5h", "office", "tier gold"),
        ("low", "resolution", "8h", "office", "tier gold"),
    ]
    assert table(of, "zorg", "2026-01-31") == []


def test_a_line_says_what_is_live_around_it():
    of = contract()
    terms = of.stretches("zorg")[1].terms
    assert terms is not None
    by_metric = {line.metric: line for line in of.lines(terms, "zorg")}
    assert by_metric["resolution"].pauses == ("wait",)
    assert by_metric["response"].pauses == ()
    assert by_metric["resolution"].plan.warn == (5000, 9000)
    number = SITE.splitlines().index("  target critical response within 30m on always") + 1
    assert by_metric["response"].option.target.where == f"sla.rules:{number}"


def test_customers_with_equal_terms_share_their_lines():
    text = SITE.replace("  target low response within 2h when customer == acme\n", "")
    names = [f"c{number}" for number in range(50)]
    of = contract(text + "".join(f"customer {name} {{\n  tier gold\n}}\n" for name in names))
    lines = {id(of.lines(of.stretches(name)[0].terms, name)) for name in names}
    assert len(lines) == 1


def test_too_many_cases_leave_no_line_out():
    targets = "".join(
        f'  target critical response within {n + 1}m on always when site == "s{n}" and tags == "t{n}" and queue == "q{n}"'
        f' and category == "c{n}"\n'
        for n in range(14)
    )
    of = contract(f"{SITE}tier broad {{\n{targets}}}\ncustomer big {{\n  tier broad\n}}\n")
    lines = of.lines(of.stretches("big")[0].terms, "big")
    assert len(lines) == 14
    assert not any(line.whole for line in lines)


@pytest.mark.parametrize("text", [SITE, RULES], ids=["site", "desk"])
def test_the_table_agrees_with_production(text):
    """A random ticket is decided by the line of the table whose condition holds first, and by nothing where there is none."""
    loaded = load_texts("sla.rules", {"sla.rules": text})
    of = Contract(Graph.compile(loaded))
    other = Graph.compile(loaded)
    random = Random(11)
    low, high = parse_instant("2025-12-01T00:00Z"), parse_instant("2027-06-01T00:00Z")
    for _ in range(4000):
        customer = random.choice(of.customers)
        at = random.randrange(low, high)
        priority = random.choice(of.graph.ruleset.priorities)
        fields = {
            name: random.choice(values)
            for name, values in (
                ("vip", (True, False, "yes", "")),
                ("site", ("lab", "LAB", "depot", "hq", "")),
                ("impact", (0, 9, 10, 11, "12", "many")),
            )
            if random.random() < 0.7
        }
        situation = Situation(
            {**fields, "priority": priority},
            random.choice(list(StatusClass)),
            "" if customer == DEFAULT else customer,
            of.group(customer),
        )
        terms = other.terms(customer, at)
        (stretch,) = (one for one in of.stretches(customer) if one.holds(at))
        assert stretch.terms == terms
        if terms is None:
            continue
        for metric in (*of.graph.ruleset.metrics, "response", "resolution", "update", "next-response"):
            expected = other.plan(terms).select(metric, situation)
            lines = [
                line
                for line in of.lines(stretch.terms, customer)
                if (line.priority, line.metric) == (priority, metric)
            ]
            holds = (line for line in lines if line.option.holds is None or line.option.holds(situation))
            first = next(holds, None)
            assert (first.option.target if first else None) == (expected.target if expected else None)
