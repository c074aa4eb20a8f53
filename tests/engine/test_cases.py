"""Representative tickets: every answer that conditions can give to any ticket is given to one of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl import build, syntax
from dsl.condition import StatusClass
from dsl.condition_text import canonical, condition_text
from dsl.load import load_texts
from dsl.parse import parse
from engine.contract.cases import Case, cases_of
from engine.contract.sample_text import samples
from engine.predicate import compile_condition
from tests.dsl.rule_texts import conditions

HEAD = """\
priorities critical, high
statuses {
  working "Open"
  waiting "Waiting"
}
field vip flag
field site text
field impact number
tier t {
"""
VALUES = {
    "vip": ["", True, False, "yes", "no"],
    "site": ["", "lab # 1", "LAB # 1", "x", "a", "b, c", "elsewhere"],
    "impact": ["", 99, 100, 101, -3, -4, -2, 0, "many"],
    "category": ["", "net", "network", "Net", "a network"],
    "status": ["", "Open", "waiting", "Other"],
}


def condition_of(text: str):
    """A condition by the production's own reader; ties and hollow ones are another matter."""
    tree = parse(f"tier t {{\n  target critical response within 1m on always when {text}\n}}")
    assert isinstance(tree, syntax.Declaration)
    line = tree.lines[0]
    assert isinstance(line, syntax.Target) and line.when is not None
    return build.condition(line.when)


@settings(max_examples=60, deadline=None)
@given(st.lists(conditions(), min_size=1, max_size=3), st.data())
def test_no_ticket_gives_an_answer_that_no_case_gives(written, data):
    site = load_texts(
        "sla.rules", {"sla.rules": HEAD + "  target critical response within 1m on always\n}\n"}
    ).ruleset
    asked = [condition_of(" ".join(tokens)) for tokens in written]
    cases = cases_of(asked, site)
    assert cases is not None
    holds = [compile_condition(one) for one in asked]
    given_ = {tuple(one(case.situation("critical", "", "")) for one in holds) for case in cases}
    for _ in range(25):
        fields = {name: data.draw(st.sampled_from(values)) for name, values in VALUES.items()}
        status = str(fields["status"]).casefold()
        ticket = Case(tuple(fields.items()), site.statuses.get(status, StatusClass.WORKING))
        assert tuple(one(ticket.situation("critical", "", "")) for one in holds) in given_


@settings(max_examples=100, deadline=None)
@given(conditions())
def test_a_condition_is_written_so_that_it_is_read_back(tokens):
    condition = condition_of(" ".join(tokens))
    assert condition_of(condition_text(condition)) == condition
    assert canonical(canonical(condition)) == canonical(condition)


def test_one_form_whatever_the_order_and_the_capitals():
    one, other = condition_of('vip and site in ["A", "b"]'), condition_of('site in ["B", "a"] and vip')
    assert one != other and canonical(one) == canonical(other)
    assert canonical(condition_of("vip or impact > 1")) != canonical(condition_of("vip and impact > 1"))


def test_there_can_be_too_many_cases():
    site = load_texts(
        "sla.rules", {"sla.rules": HEAD + "  target critical response within 1m on always\n}\n"}
    ).ruleset
    many = [condition_of(f'site == "s{n}" and queue == "q{n}" and category == "c{n}"') for n in range(40)]
    assert cases_of(many, site) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "^net-(core|edge)",
        "net(work)?",
        r"\d{3}-[a-f]+$",
        "[^a]x",
        r"^\W\w",
        "a|b|c",
        "x{2,4}",
        "",
        "(?i)abc",
        "[^a0 _.A-Z-]",
    ],
)
def test_samples_of_a_pattern_fit_it(pattern):
    found = samples(pattern)
    assert found
    assert all(re.search(pattern, text) for text in found)
