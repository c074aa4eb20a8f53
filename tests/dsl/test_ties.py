"""Targets that tie are found among those that may; comparing each with each finds the same."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from dsl.checks.conditions import meaning
from dsl.checks.dates import overlap, readable, ties
from dsl.checks.disjoint import Demand, Demands, can_both_hold
from dsl.condition import ANY_TICKET, NO_TICKET
from dsl.parse import parse
from dsl.syntax import Override, Target
from tests.dsl.test_checks import CONDITIONS, found

TESTS = st.sampled_from(
    [
        *(
            'site == "a"',
            'site == "b"',
            'site in ["a", "c"]',
            'not site == "a"',
            "impact > 2",
            "impact < 2",
            "impact >= 2",
        ),
        *(
            "not impact > 2",
            "vip",
            "not vip",
            "status is waiting",
            "status is wrong",
            'site == "b" or impact == 3',
        ),
        *('site == "a" and impact > 1', '(site == "a" or site == "b") and impact < 3', 'site matches "x"'),
    ]
)
PERIODS = st.sampled_from(
    [
        "",
        "from 2026-02-01",
        "until 2026-03-01",
        "from 2026-01-01 until 2026-02-01",
        "from 2026-02-01 through 2026-02-01",
    ]
)
TARGETS = st.builds(
    lambda named, metric, when: (
        f"    target {named} {metric} within 1h on always{when and f' when {when}'}\n"
    ),
    st.sampled_from(["a", "b", "a, b", "b, a, b"]),
    st.sampled_from(["response", "resolution"]),
    st.just("") | TESTS,
)
OVERRIDES = st.builds(
    lambda period, targets: f"  override x {period} {{\n{''.join(targets)}  }}\n",
    PERIODS,
    st.lists(TARGETS, max_size=4),
)


def slowly(targets, periods):
    for later, target in enumerate(targets):
        left = list(dict.fromkeys(word.text for word in target.priorities))
        for first in range(later):
            other = targets[first]
            both = [name for name in left if name in {word.text for word in other.priorities}]
            if (
                target.metric.text == other.metric.text
                and (target.when is None) is (other.when is None)
                and (not periods or overlap(periods[first], periods[later]))
                and can_both_hold(*(meant(one) for one in (other, target)))
                and both
            ):
                yield first, later, both
                left = [name for name in left if name not in both]


def meant(target):
    return (meaning(target.when) or NO_TICKET) if target.when else ANY_TICKET


@given(st.lists(OVERRIDES, max_size=5), st.booleans())
def test_what_comparing_each_with_each_finds(overrides, dated):
    tree = parse(f"customer c {{\n{''.join(overrides)}}}")
    lines = [line for line in tree.lines if isinstance(line, Override)]
    pairs = [(one, readable(line.period)) for line in lines for one in line.lines if isinstance(one, Target)]
    targets, periods = [one for one, _ in pairs], [period for _, period in pairs if dated]
    assert list(ties(targets, periods)) == list(slowly(targets, periods))


@given(st.lists(CONDITIONS, max_size=8), CONDITIONS)
def test_all_that_may_hold_with_a_condition_are_near_it(others, one):
    demand, known = Demand(one), Demands()
    for number, other in enumerate(others):
        known.add(number, Demand(other))
    near = list(known.near(demand))
    assert near == sorted(near)
    assert {number for number, other in enumerate(others) if can_both_hold(one, other)} <= set(near)


@given(CONDITIONS, CONDITIONS)
def test_what_is_worked_out_once_says_what_is_worked_out_for_two(one, other):
    assert Demand(one).meets(Demand(other)) == can_both_hold(one, other)


def test_steps_that_reassign_at_one_point_are_found_among_many():
    """By the same words, and by shares and delays that come to the same for a tier's target."""
    lines = [f"  at {number}m past resolution reassign to a" for number in range(1, 200)]
    lines += ["  at 50% of resolution reassign to a", "  at 1h before resolution reassign to b"]
    lines += ["  at warning of resolution reassign to a", "  at 90m before resolution reassign to b"]
    lines += ["  at 7m past resolution reassign to b"]
    people = "".join(f'person {name} {{\n  email "{name}@msp.example"\n}}\n' for name in "ab")
    tier = "tier t {\n  target critical resolution within 2h on always\n  warn at 25%\n  escalate via e\n}\n"
    site = people + tier + "default tier t\nescalation e {\n" + "\n".join(lines) + "\n}\n"
    assert [
        text.removeprefix("at ").split(" reassign")[0] for code, text in found(site) if code == "E0705"
    ] == [
        "1h before resolution",
        "90m before resolution",
        "7m past resolution",
    ]


def test_overrides_that_all_overlap_are_told_one_by_one():
    same = "  override o{n} {{\n    target critical resolution within 1h on always\n  }}\n"
    site = "tier t {\n  target critical resolution within 1h on always\n}\ncustomer c {\n  tier t\n"
    codes = [code for code, _ in found(site + "".join(same.format(n=n) for n in range(50)) + "}\n")]
    assert codes.count("E0507") == 49


def test_each_of_two_conditions_apart_and_together():
    for one, other in product(['site == "a"', 'site == "b"'], repeat=2):
        targets = "".join(
            f"  target critical resolution within {number}h on always when {when}\n"
            for number, when in enumerate((one, other), start=1)
        )
        told = [
            code
            for code, _ in found(f"tier t {{\n  target high resolution within 1h on always\n{targets}}}\n")
        ]
        assert ("E0506" in told) is (one == other)
