"""Which tickets a changed target is said to be about: those that differ so, and no others."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dsl.condition import StatusClass
from dsl.load import load_texts
from engine.contract.cases import Case
from engine.contract.difference import difference
from engine.graph import Graph
from engine.lengths import written
from engine.predicate import compile_condition
from tests.dsl.rule_texts import conditions
from tests.engine.differing import said
from tests.engine.test_cases import HEAD, VALUES, condition_of


def site(hours: int, condition: str, default: int, who: str = "customer a") -> str:
    return (
        HEAD
        + f"  target critical resolution within {hours}h on always when {condition}\n"
        + f"  target critical resolution within {default}h on always\n}}\n"
        + ("default tier t\n" if who == "default" else f"{who} {{\n  tier t\n}}\n")
    )


@pytest.mark.parametrize(
    ("hours", "condition", "expected"),
    [
        (2, 'site == "lab"', ['2h -> 8h when vip and not site == "lab"']),
        (2, "vip", ['2h -> 8h when site == "lab" and not vip']),
        (2, 'site == "lab" or vip or site == "hq"', ['8h -> 2h when site == "hq" and not vip']),
        (3, 'site == "lab" or vip', ['2h -> 3h when site == "lab" or vip']),
        (3, 'site == "lab"', ['2h -> 8h when vip and not site == "lab"', '2h -> 3h when site == "lab"']),
    ],
)
def test_an_or_that_loses_or_gains_a_part(hours, condition, expected):
    found = said(site(2, 'site == "lab" or vip', 8), site(hours, condition, 8))
    assert sorted(found) == sorted(f"a critical resolution {one}" for one in expected)


def test_a_customer_that_is_not_declared_is_a_case():
    texts = (site(hours, 'customer matches "^gh"', 8, "default") for hours in (2, 3))
    assert said(*texts) == [
        'undeclared customers critical resolution 2h -> 3h when customer matches "^gh"',
    ]


HOURS = st.integers(1, 3)


@settings(max_examples=120, deadline=None)
@given(st.tuples(conditions(), conditions()), st.tuples(HOURS, HOURS, HOURS, HOURS), st.data())
def test_it_holds_for_exactly_the_tickets_that_differ_so(written_, hours, data):
    graphs = []
    for number, tokens in enumerate(written_):
        loaded = load_texts(
            "sla.rules", {"sla.rules": site(hours[2 * number], " ".join(tokens), hours[2 * number + 1])}
        )
        assume(loaded.ruleset is not None)
        graphs.append(Graph.compile(loaded))
    lines = defaultdict(list)
    for one in difference(*graphs):
        when = one.change.when
        holds = compile_condition(condition_of(when.removeprefix("when "))) if when else lambda _: True
        lines[one.change.before, one.change.after].append(holds)
    for _ in range(25):
        fields = {name: data.draw(st.sampled_from(values)) for name, values in VALUES.items()}
        kind = graphs[0].ruleset.statuses.get(str(fields["status"]).casefold(), StatusClass.WORKING)
        situation = Case(tuple(fields.items()), kind).situation("critical", "a", "")
        plans = (graph.plan(graph.terms("a", 0)) for graph in graphs)
        promised = tuple(written(plan.select("resolution", situation).target.amount) for plan in plans)
        for words, found in lines.items():
            assert any(holds(situation) for holds in found) == (words == promised), (words, fields)
        assert promised[0] == promised[1] or promised in lines
